//! How collections of a machine are managed: what is more than declared is drift, or is fine, or is not looked at.

use serde::{Deserialize, Serialize};

/// How a collection is managed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Manage {
    /// Everything that exists is declared; anything else is drift.
    Exactly,
    /// What is declared exists; more is fine.
    AtLeast,
    /// Not looked at.
    Ignore,
}

/// Collections of a host that have a management mode.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Managed {
    /// Listening sockets.
    Listeners,
    /// Accounts with a login shell.
    Users,
    /// Lines of sudoers.
    Sudoers,
    /// Authorised SSH keys.
    Keys,
    /// Tables of the host's firewall that are ours.
    Firewall,
    /// Packages.
    Packages,
    /// Units.
    Units,
    /// Files.
    Files,
    /// Kernel settings.
    Sysctl,
    /// What cron runs.
    Cron,
    /// WireGuard interfaces and who may come in by them.
    Wireguard,
}

impl Managed {
    /// The default of DESIGN 6.3: exactly for ways in, at least for the rest.
    pub fn default_mode(self) -> Manage {
        match self {
            Managed::Listeners
            | Managed::Users
            | Managed::Sudoers
            | Managed::Keys
            | Managed::Firewall
            | Managed::Cron
            | Managed::Wireguard => Manage::Exactly,
            Managed::Packages | Managed::Units | Managed::Files | Managed::Sysctl => {
                Manage::AtLeast
            }
        }
    }

    /// The word in the lab tree.
    pub const fn word(self) -> &'static str {
        match self {
            Managed::Listeners => "listeners",
            Managed::Users => "users",
            Managed::Sudoers => "sudoers",
            Managed::Keys => "keys",
            Managed::Firewall => "firewall",
            Managed::Packages => "packages",
            Managed::Units => "units",
            Managed::Files => "files",
            Managed::Sysctl => "sysctl",
            Managed::Cron => "cron",
            Managed::Wireguard => "wireguard",
        }
    }
}
