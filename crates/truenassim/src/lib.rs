//! A stateful simulator of TrueNAS as its middleware shows it: JSON-RPC 2.0 over a WebSocket at `/api/current`, logins by API key, roles, and what
//! goes wrong.
//!
//! Why it is here: the product is an operating system of its own, and a test has to be able to take roles away, to lie and to fall silent. The forms of
//! requests, answers and codes follow the published sources of the middleware (`api/v25_10_0`, `api/base/server/ws_handler/rpc.py`).

mod appliance;
mod example;
mod server;

pub use appliance::{Appliance, Fault};
pub use server::Simulator;
