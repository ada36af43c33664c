//! Worlds before management: what a bare host is turned into, so that there is something to observe and to protect.

use std::path::PathBuf;

use serde::Serialize;

use crate::access;
use crate::error::TwinError;
use crate::host::Host;

const SMALLEST: &str = include_str!("../seed/smallest.sh");

/// The private key of the user `anna` on a host that has been seeded.
pub fn anna_key(host: &Host) -> PathBuf {
    host.state_dir().join("anna_ed25519")
}

/// Turns a bare host into the world of `examples/smallest`: the users `admin` and `anna`; PostgreSQL with the database
/// `shop` (table `orders`, 1000 rows) on 127.0.0.1; 200 files in `/srv/documents`; a second disk's directory at
/// `/mnt/backup`; a forgotten web server on port 8081. Running it again changes nothing.
pub fn smallest(host: &Host) -> Result<(), TwinError> {
    let public = access::key_pair(&anna_key(host), "anna@laptop")?;
    host.run(&["sh", "-euc", SMALLEST, "seed", &public])
        .map(drop)
}

const PLANT: &str = include_str!("../seed/plant.py");

/// What a lab declares of a host, to be there before anybody manages it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Seed {
    /// Packages; one that the host's repository does not have becomes an empty one of that name.
    pub packages: Vec<String>,
    /// Accounts.
    pub accounts: Vec<Account>,
    /// Whole files.
    pub files: Vec<SeedFile>,
    /// Units; one that does not exist and is to run becomes one that does nothing.
    pub units: Vec<SeedUnit>,
    /// nftables tables of family `inet`.
    pub tables: Vec<SeedTable>,
    /// Address, port and protocol of declared ways in, where something that says nothing listens.
    pub ports: Vec<(String, u16, String)>,
}

/// An account with a locked password.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Account {
    /// Its name.
    pub name: String,
    /// Its shell, if it is declared.
    pub shell: Option<String>,
    /// Lines of `authorized_keys`.
    pub keys: Vec<String>,
    /// The text of its file of sudoers, if it has one.
    pub sudo: Option<String>,
    /// Where that file is.
    pub sudo_file: String,
}

/// A file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct SeedFile {
    /// Its path.
    pub path: String,
    /// Its whole text.
    pub content: String,
    /// Its mode, in octal.
    pub mode: String,
    /// Its owner.
    pub owner: String,
    /// Its group.
    pub group: String,
}

/// A unit.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct SeedUnit {
    /// Its name.
    pub name: String,
    /// Whether it starts at boot, if that is declared.
    pub enabled: Option<bool>,
    /// Whether it runs, if that is declared.
    pub active: Option<bool>,
}

/// A table of the packet filter.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct SeedTable {
    /// Its name.
    pub name: String,
    /// Where it is kept for the next boot.
    pub file: String,
    /// Its text.
    pub ruleset: String,
}

/// Plants a seed by the host's console. What is there already stays as it is, so that a second call changes nothing.
pub fn plant(host: &Host, seed: &Seed) -> Result<(), TwinError> {
    let text = serde_json::to_vec(seed).map_err(|error| TwinError::Damaged {
        what: "a seed".to_owned(),
        reason: error.to_string(),
    })?;
    let done = host.exec_with_input(&["python3", "-c", PLANT], &text)?;
    match done.status.success() {
        true => Ok(()),
        false => Err(TwinError::NotPlanted {
            host: host.name().to_owned(),
            why: crate::run::text(&done.stderr),
        }),
    }
}
