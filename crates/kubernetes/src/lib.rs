//! The driver of Kubernetes: it asks an API server for lists of what is there, and changes nothing.
//!
//! What is asked is [`resource::ALL`], from which the role that `holdfast access` prints is made too. Secrets and ConfigMaps are not asked for.
//! Pods and their templates come with their environments, and every object with its annotations: of those nothing is kept.

// The crate's work is waiting for another machine; the lint is for crates that must not.
#![allow(clippy::disallowed_methods)]

mod client;
mod driver;
mod observe;
mod resource;
mod target;

pub use driver::{KubernetesDriver, scope};
pub use resource::rights;
pub use target::KubernetesTarget;
