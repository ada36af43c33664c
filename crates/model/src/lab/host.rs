//! A machine, and what is managed on it.

use super::hardware::HostAbout;
use super::{Exposure, Firewall, Manage, Managed, User};
use crate::declare::{Given, Opt};
use crate::units::Seconds;
use diag::{Span, Spanned};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A machine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Host {
    /// Where it is declared.
    pub span: Span,
    /// `was:` name before a rename.
    pub was: Option<Spanned<String>>,
    /// Its site.
    pub site: Opt<String>,
    /// `debian`, …
    pub os: Opt<String>,
    /// Address per network.
    pub addresses: BTreeMap<String, Given<String>>,
    /// How the controller reaches it.
    pub reach: Reach,
    /// Modes that differ from the default.
    pub manage: BTreeMap<Managed, Spanned<Manage>>,
    /// Accounts.
    pub users: BTreeMap<String, User>,
    /// Packages that must be installed.
    pub packages: Vec<Spanned<String>>,
    /// Files with their content, by absolute path.
    pub files: BTreeMap<String, ManagedFile>,
    /// Units and their wanted state.
    pub units: BTreeMap<String, UnitState>,
    /// Kernel settings.
    pub sysctl: BTreeMap<String, Spanned<String>>,
    /// What cron runs, by file.
    pub cron: BTreeMap<String, CronFile>,
    /// sshd keywords (lower case) and wanted values; rendered as one drop-in.
    pub sshd: BTreeMap<String, Spanned<String>>,
    /// The host's own firewall table.
    pub firewall: Option<Firewall>,
    /// Default route that must hold.
    pub default_route: Option<Spanned<String>>,
    /// Justified ways in.
    pub exposures: Vec<Exposure>,
    /// What else is said of it.
    pub about: HostAbout,
}

impl Host {
    /// A machine of which nothing is said but where.
    pub fn bare(span: Span) -> Self {
        Self {
            span,
            was: None,
            site: None,
            os: None,
            addresses: BTreeMap::new(),
            reach: Reach::Unknown,
            manage: BTreeMap::new(),
            users: BTreeMap::new(),
            packages: Vec::new(),
            files: BTreeMap::new(),
            units: BTreeMap::new(),
            sysctl: BTreeMap::new(),
            cron: BTreeMap::new(),
            sshd: BTreeMap::new(),
            firewall: None,
            default_route: None,
            exposures: Vec::new(),
            about: HostAbout::default(),
        }
    }
}

impl Host {
    /// The mode in force for a collection.
    pub fn mode(&self, what: Managed) -> Manage {
        self.manage
            .get(&what)
            .map_or_else(|| what.default_mode(), |m| m.value)
    }
}

/// How the controller reaches a host.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Reach {
    /// By OpenSSH, under this alias or address, as this user (else the SSH configuration decides).
    Ssh {
        /// Host alias or address given to `ssh`.
        destination: Spanned<String>,
        /// Login name.
        user: Option<Spanned<String>>,
        /// Port.
        port: Option<Spanned<u16>>,
        /// Its ed25519 host key, `SHA256:…`; the first contact is held against it.
        host_key: Option<Spanned<String>>,
        /// How long a look at it may take.
        timeout: Option<Spanned<Seconds>>,
    },
    /// It is this machine.
    Local,
    /// Nothing was declared or it could not be read.
    Unknown,
}

/// A file with its whole content.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ManagedFile {
    /// Where it is declared.
    pub span: Span,
    /// The content.
    pub content: Spanned<String>,
    /// Permission bits, e.g. `0644`.
    pub mode: Option<Spanned<String>>,
    /// Owner's name; root if not given.
    pub owner: Option<Spanned<String>>,
    /// Group's name; root if not given.
    pub group: Option<Spanned<String>>,
}

/// Wanted state of a unit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnitState {
    /// Where it is declared.
    pub span: Span,
    /// Starts at boot.
    pub enabled: Option<Spanned<bool>>,
    /// Runs now.
    pub active: Option<Spanned<bool>>,
}

/// What one file makes cron run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CronFile {
    /// Where it is declared.
    pub span: Span,
    /// Its lines as crontab(5) has them; none for a script in `/etc/cron.daily` and the like.
    pub lines: Vec<Spanned<String>>,
}
