//! Where upsd of Network UPS Tools is asked for a UPS.

use crate::declare::{Pattern, Value, ValueForm, Wrong, serde_as_text};
use core::net::Ipv6Addr;
use std::fmt;

/// The port that IANA gave to NUT (RFC 9271, 3.1).
const PORT: u16 = 3493;
/// Longest name of a machine (RFC 1035, 2.3.4).
const LONGEST: usize = 253;

/// A UPS of an upsd, written as upsc(8) and upsmon.conf(5) take it: `UPS@HOST[:PORT]`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NutUps {
    /// What upsd calls it: the section of its ups.conf(5).
    pub name: String,
    /// Name or address of the machine that upsd runs on, without brackets.
    pub host: String,
    /// Its port.
    pub port: u16,
}

impl NutUps {
    /// `192.168.10.5:3493`: the server, whatever UPS it is asked for.
    pub fn server(&self) -> String {
        match self.host.contains(':') {
            true => format!("[{}]:{}", self.host, self.port),
            false => format!("{}:{}", self.host, self.port),
        }
    }
}

impl Value for NutUps {
    const FORM: ValueForm = ValueForm {
        name: "nut-ups",
        doc: "A UPS as Network UPS Tools names it, `UPS@HOST` or `UPS@HOST:PORT`; the port is 3493 if none is said.",
        what: "a UPS of an upsd, such as ups1@192.168.10.5",
        examples: &["ups1@192.168.10.5", "ups1@nas.home.arpa:3493"],
        pattern: Pattern::Regex(
            "^[A-Za-z0-9][A-Za-z0-9._-]{0,62}@([A-Za-z0-9][A-Za-z0-9.-]*|\\[[0-9A-Fa-f:.]+\\])(:[0-9]{1,5})?$",
        ),
    };

    fn parse(text: &str) -> Result<Self, Wrong> {
        read(text).ok_or_else(|| {
            let mut wrong = Wrong::of::<Self>();
            wrong.help = Some("write it as for upsc: `upsc -l HOST` prints the names".to_owned());
            wrong
        })
    }
}

fn read(text: &str) -> Option<NutUps> {
    let (name, rest) = text.split_once('@')?;
    let (host, port) = server(rest, PORT)?;
    let named = super::super::units::text::Name::parse(name).is_ok();
    named.then(|| NutUps {
        name: name.to_owned(),
        host,
        port,
    })
}

/// `HOST`, `HOST:PORT`, `[IPV6]` or `[IPV6]:PORT`: the name or address without brackets, and the port.
pub(super) fn server(text: &str, otherwise: u16) -> Option<(String, u16)> {
    let (host, port) = match text.strip_prefix('[') {
        Some(rest) => {
            let (host, rest) = rest.split_once(']')?;
            host.parse::<Ipv6Addr>().ok()?;
            let port = match rest {
                "" => None,
                rest => Some(rest.strip_prefix(':')?),
            };
            (host, port)
        }
        None => {
            let (host, port) = match text.split_once(':') {
                Some((host, port)) => (host, Some(port)),
                None => (text, None),
            };
            let plain = |c: char| c.is_ascii_alphanumeric() || "-.".contains(c);
            let is_host = host.starts_with(|c: char| c.is_ascii_alphanumeric())
                && host.len() <= LONGEST
                && host.chars().all(plain);
            (is_host.then_some(host)?, port)
        }
    };
    let digits = |p: &&str| p.len() <= 5 && p.chars().all(|c| c.is_ascii_digit());
    let port = match port {
        None => otherwise,
        Some(port) => Some(port).filter(digits)?.parse().ok()?,
    };
    (port > 0).then(|| (host.to_owned(), port))
}

impl fmt::Display for NutUps {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.port, self.host.contains(':')) {
            (PORT, false) => write!(f, "{}@{}", self.name, self.host),
            (PORT, true) => write!(f, "{}@[{}]", self.name, self.host),
            _ => write!(f, "{}@{}", self.name, self.server()),
        }
    }
}

serde_as_text!(NutUps);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_upsc_takes_it() {
        for (text, shown) in [
            ("ups1@192.168.10.5", Some("ups1@192.168.10.5")),
            ("ups1@nas.home.arpa:3493", Some("ups1@nas.home.arpa")),
            ("ups1@nas:3494", Some("ups1@nas:3494")),
            ("ups1@[fd00::5]", Some("ups1@[fd00::5]")),
            ("ups1@[fd00::5]:3494", Some("ups1@[fd00::5]:3494")),
            ("ups1@fd00::5", None),
            ("ups1", None),
            ("ups1@", None),
            ("@nas", None),
            ("ups1@nas:", None),
            ("ups1@nas:0", None),
            ("ups1@nas:65536", None),
            ("ups1@nas:+1", None),
            ("ups 1@nas", None),
            ("ups1@nas\n", None),
            ("ups1@[nas]", None),
            ("ups1@[fd00::5]3493", None),
            ("anna:pw@nas@nas", None),
        ] {
            let read = NutUps::parse(text).ok().map(|u| u.to_string());
            assert_eq!(read.as_deref(), shown, "{text}");
        }
    }
}
