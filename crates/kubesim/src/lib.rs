//! A stateful simulator of a Kubernetes API server: lists with pages, tokens with rights, reviews of rights, and what goes wrong.
//!
//! Why it is here: rights decide what a token is told, and a test has to be able to take them away, to lie and to fall silent. Requests,
//! answers and messages follow the published API (`meta/v1` lists and `Status`, `authorization.k8s.io/v1`), and what a kube-apiserver answered.

// What is there was made some time ago; the lint is for crates that are given the time.
#![allow(clippy::disallowed_methods)]

mod cluster;
mod example;
mod server;

pub use cluster::Cluster;
pub use pvesim::Fault;
pub use server::Simulator;
