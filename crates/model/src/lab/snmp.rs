//! How a device is asked by SNMP: where its agent is, and as whom one asks.

use super::api::SecretFrom;
use super::nut::server;
use crate::declare::{Need, Opt, Pattern, Value, ValueForm, Wrong, entity, serde_as_text, words};
use crate::units::text::Name;
use std::fmt;

/// The port of agents (RFC 3417, 3.2).
const PORT: u16 = 161;

words! {
    /// How SNMP version 3 proves who speaks.
    pub enum SnmpAuth("snmp-auth", "a hash of SNMP version 3") {
        /// HMAC-MD5-96 of RFC 3414, which no new device should need.
        Md5 = "md5",
        /// HMAC-SHA-96 of RFC 3414.
        Sha1 = "sha1",
        /// HMAC-SHA-224 of RFC 7860.
        Sha224 = "sha224",
        /// HMAC-SHA-256 of RFC 7860.
        Sha256 = "sha256",
        /// HMAC-SHA-384 of RFC 7860.
        Sha384 = "sha384",
        /// HMAC-SHA-512 of RFC 7860.
        Sha512 = "sha512",
    }
}

words! {
    /// How SNMP version 3 hides what is said.
    pub enum SnmpPrivacy("snmp-privacy", "a cipher of SNMP version 3") {
        /// AES-128 of RFC 3826.
        Aes128 = "aes128",
        /// AES-256 with keys as most makers lengthen them (Reeder).
        Aes256 = "aes256",
        /// AES-256 with keys as net-snmp lengthens them (Blumenthal).
        Aes256Blumenthal = "aes256-blumenthal",
    }
}

entity! {
    /// A device by SNMP: version 3 with a user and two passphrases, or version 2c with a community.
    pub struct Snmp {
        /// Where its agent answers, a name or an address: `192.168.10.2`; with `:PORT` if that is not 161.
        at: Need<SnmpAgent>,
        /// The user of version 3; one that may read and nothing else.
        user: Opt<Name>,
        /// Where the passphrase is had that proves who asks; never the passphrase itself.
        auth: Option<SecretFrom>,
        /// Where the passphrase is had that hides what is said; never the passphrase itself.
        privacy: Option<SecretFrom>,
        /// The hash that `auth` is used with; sha256 if nothing is said.
        auth_protocol: Opt<SnmpAuth>,
        /// The cipher that `privacy` is used with; aes128 if nothing is said.
        privacy_protocol: Opt<SnmpPrivacy>,
        /// Where the community of version 2c is had, for a device without version 3: it travels in clear text.
        community: Option<SecretFrom>,
    }
}

impl Snmp {
    /// Where secrets are had, by the key that says so.
    pub fn secrets(&self) -> [(&'static str, Option<&SecretFrom>); 3] {
        [
            ("community", self.community.as_ref()),
            ("auth", self.auth.as_ref()),
            ("privacy", self.privacy.as_ref()),
        ]
    }
}

/// Where an agent answers.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SnmpAgent {
    /// Name or address, without brackets.
    pub host: String,
    /// Its UDP port.
    pub port: u16,
}

impl Value for SnmpAgent {
    const FORM: ValueForm = ValueForm {
        name: "snmp-agent",
        doc: "Where an SNMP agent answers, `HOST` or `HOST:PORT`; the port is 161 if none is said.",
        what: "a name or an address, with or without a port, such as 192.168.10.2",
        examples: &["192.168.10.2", "sw1.home.arpa:1161"],
        pattern: Pattern::Regex("^([A-Za-z0-9][A-Za-z0-9.-]*|\\[[0-9A-Fa-f:.]+\\])(:[0-9]{1,5})?$"),
    };

    fn parse(text: &str) -> Result<Self, Wrong> {
        let found = server(text, PORT);
        let agent = found.map(|(host, port)| Self { host, port });
        agent.ok_or_else(Wrong::of::<Self>)
    }
}

impl fmt::Display for SnmpAgent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.host.contains(':') {
            true => write!(f, "[{}]:{}", self.host, self.port),
            false => write!(f, "{}:{}", self.host, self.port),
        }
    }
}

serde_as_text!(SnmpAgent);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_or_an_address_with_or_without_a_port() {
        for (text, shown) in [
            ("192.168.10.2", Some("192.168.10.2:161")),
            ("sw1.home.arpa:1161", Some("sw1.home.arpa:1161")),
            ("[fd00::2]", Some("[fd00::2]:161")),
            ("fd00::2", None),
            ("udp:sw1", None),
            ("sw1:", None),
            ("sw1:0", None),
            ("public@sw1", None),
            ("", None),
        ] {
            let read = SnmpAgent::parse(text).ok().map(|a| a.to_string());
            assert_eq!(read.as_deref(), shown, "{text}");
        }
    }
}
