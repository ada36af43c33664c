//! Ways in: which port is open to whom, and why; and the firewall that keeps the others shut.

use diag::{Span, Spanned};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// A justified way in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exposure {
    /// Where it is declared.
    pub span: Span,
    /// Port number.
    pub port: Spanned<u16>,
    /// `tcp` or `udp`.
    pub protocol: Protocol,
    /// Network name, `any`, or `loopback`.
    pub from: Option<Spanned<String>>,
    /// Address it listens on, if only one is allowed.
    pub listen: Option<Spanned<String>>,
    /// Reason.
    pub why: Option<Spanned<String>>,
    /// Who answers for it.
    pub owner: Option<Spanned<String>>,
    /// When it must be looked at again.
    pub review: Option<Spanned<Date>>,
}

/// Transport protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Protocol {
    /// TCP.
    Tcp,
    /// UDP.
    Udp,
}

impl Protocol {
    /// The word in listener paths.
    pub fn word(self) -> &'static str {
        match self {
            Protocol::Tcp => "tcp",
            Protocol::Udp => "udp",
        }
    }
}

/// The host's own firewall: one nftables table, input hook, default deny.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Firewall {
    /// Where it is declared.
    pub span: Span,
    /// Name of the table in family `inet`; `holdfast` if not given. Only this table is ever touched.
    pub table: Spanned<String>,
    /// Ports that are open, derived from the exposures; further literal rules of the input chain.
    pub rules: Vec<Spanned<String>>,
}
