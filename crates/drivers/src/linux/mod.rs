//! Linux hosts, reached by OpenSSH or locally.

mod driver;
mod script;

mod access;
mod act;
mod observe;
pub mod probe;
pub mod transport;

pub use observe::observer;

pub use driver::LinuxDriver;
