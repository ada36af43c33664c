//! What answers in a twin in the place of products: simulators of Proxmox VE, Proxmox Backup Server and OpenWrt that are as declared, with the
//! faults in force.
//!
//! `twin up` starts one process for each, in the network of the machine or router that it stands on; it lives as long as the lease of that. What
//! others need of it (address, certificate, where the secrets lie) stands beside the lease. This crate must not know how a lab tree is read.

#![allow(
    clippy::disallowed_methods,
    reason = "an effect crate: it listens, looks at the clock and keeps files"
)]

mod containers;
mod faults;
mod look;
mod serve;
mod watched;

use anyhow::{Context as _, Result};
use serde_json::{Value, json};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use twinplan::{InterfaceTwin, Simulated};

pub use faults::{file, load_from, save_to};
pub use look::{Served, addresses, look, url};
pub use serve::{Told, serve};

/// Beside a lease: where an interface is, once it answers.
pub const INTERFACE: &str = "api.json";

/// Where an interface of a twin is. Its secret lies beside.
#[derive(Debug, Clone)]
pub struct Interface {
    /// For this machine.
    pub url: String,
    /// The token that may look and nothing else.
    pub token: String,
    /// SHA-256 of its certificate.
    pub fingerprint: String,
}

impl Interface {
    /// For the file beside the lease.
    pub fn json(&self) -> Value {
        json!({"url": self.url, "token": self.token, "fingerprint": self.fingerprint})
    }
}

/// What stands beside a lease of an interface.
pub fn interface_at(dir: &Path) -> Option<Interface> {
    let text = std::fs::read(dir.join(INTERFACE)).ok()?;
    let value: Value = serde_json::from_slice(&text).ok()?;
    let field = |key: &str| value[key].as_str().map(str::to_owned);
    Some(Interface {
        url: field("url")?,
        token: field("token")?,
        fingerprint: field("fingerprint")?,
    })
}

/// Who may look and nothing else.
pub fn token(product: Simulated) -> &'static str {
    match product {
        Simulated::ProxmoxVe => "holdfast@pve!twin",
        Simulated::ProxmoxBackupServer => "holdfast@pbs!twin",
        Simulated::OpenWrt => "holdfast",
    }
}

/// The name among a twin's hosts of the machine or router that an interface answers on.
pub fn place(interface: &InterfaceTwin) -> String {
    match interface.product {
        Simulated::OpenWrt => twin::reached_name(&interface.machine),
        Simulated::ProxmoxVe | Simulated::ProxmoxBackupServer => interface.machine.clone(),
    }
}

/// A made-up secret, kept for who may read it.
///
/// # Errors
/// What the system refuses.
pub fn secret(path: &Path) -> Result<String> {
    if let Ok(text) = std::fs::read_to_string(path) {
        return Ok(text);
    }
    let mut bytes = [0_u8; 24];
    store::Random::fill(&mut store::SystemRandom, &mut bytes)?;
    let made: String = bytes.iter().map(|b| format!("{b:02x}")).collect();
    let mut options = std::fs::OpenOptions::new();
    let opened = options.write(true).create_new(true).mode(0o600).open(path);
    let put = opened.and_then(|mut f| std::io::Write::write_all(&mut f, made.as_bytes()));
    put.with_context(|| path.display().to_string())?;
    Ok(made)
}
