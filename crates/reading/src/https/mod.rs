//! HTTP/1.1 by TLS, bounded in size and time, with whom is declared and nobody else.

mod connection;
mod error;
mod http;
mod tls;

pub use connection::{Address, Connection, Limits, Line, Patience, Scheme, clean};
pub use error::ApiError;
pub use http::{Reply, broken};
pub use tls::Trust;
