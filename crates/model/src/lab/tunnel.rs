//! WireGuard as it is to be: interfaces of a machine, and who may come in by them.

use crate::declare::{Need, Opt, Pattern, Says, Value, ValueForm, Wrong, entity, serde_as_text};
use crate::units::duration::Duration;
use crate::units::pattern::{port, prefix, v4, v6};
use crate::units::text::{Name, Prose};
use core::net::IpAddr;
use diag::Spanned;
use ipnet::IpNet;
use litemap::LiteMap;
use std::fmt;

entity! {
    /// A WireGuard interface of a machine. Its private key is never written in the lab tree.
    pub struct WireGuard {
        /// What it is for.
        description: Opt<Prose>,
        /// The UDP port that it listens on.
        port: Opt<UdpPort>,
        /// Its public key, as `wg show wg0 public-key` prints it.
        key: Opt<WireGuardKey>,
        /// Who may come in by it.
        peers: LiteMap<Name, WireGuardPeer>,
    }

    /// The other end of a WireGuard tunnel.
    pub struct WireGuardPeer {
        /// What or whose it is.
        description: Opt<Prose>,
        /// Its public key.
        key: Need<WireGuardKey>,
        /// The addresses that it may use.
        allowed: Vec<Spanned<AllowedIp>>,
        /// Where it is reached: `vpn.example.org:51820`, `192.0.2.7:51820`.
        endpoint: Opt<Endpoint>,
        /// How often it is told that this end is still there.
        keepalive: Opt<Duration>,
    }
}

/// A public key of WireGuard: 32 bytes in Base64.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct WireGuardKey(pub String);

impl Value for WireGuardKey {
    const FORM: ValueForm = ValueForm {
        name: "wireguard-key",
        doc: "A public key of WireGuard: 44 characters of Base64.",
        what: "a public key of WireGuard: 44 characters of Base64 that end in '='",
        examples: &["xTIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp8Dg="],
        pattern: Pattern::Regex("^[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=$"),
    };

    fn parse(text: &str) -> Result<Self, Wrong> {
        let bytes = data_encoding::BASE64.decode(text.as_bytes());
        match bytes.is_ok_and(|b| b.len() == 32) {
            true => Ok(Self(text.to_owned())),
            // It may be a private one, whole or in part.
            false => Err(Wrong::saying(
                "invalid-value",
                Says::Whole(format!(
                    "the {} characters that stand here, which are not shown since they may be a private key, are not {}",
                    text.chars().count(),
                    Self::FORM.what
                )),
            )),
        }
    }
}

impl fmt::Display for WireGuardKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A UDP port.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UdpPort(pub u16);

impl Value for UdpPort {
    const FORM: ValueForm = ValueForm {
        name: "udp-port",
        doc: "A UDP port: `51820` or `51820/udp`.",
        what: "a UDP port from 1 to 65535, such as 51820",
        examples: &["51820", "51820/udp"],
        pattern: Pattern::Between {
            least: 1,
            most: 65_535,
            text: concat!("^", port!(), "(/udp)?$"),
        },
    };

    fn parse(text: &str) -> Result<Self, Wrong> {
        let number = text.strip_suffix("/udp").unwrap_or(text);
        let digits = number.chars().all(|c| c.is_ascii_digit());
        let port = number.parse().ok().filter(|n| *n > 0 && digits);
        port.map(Self).ok_or_else(Wrong::of::<Self>)
    }
}

impl fmt::Display for UdpPort {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// Addresses that a peer may use: a subnet, or one address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AllowedIp(IpNet);

impl AllowedIp {
    /// Reads `10.9.0.2/32` or `10.9.0.2`; bits behind the prefix are as they are written. The address is read by itself, as `ipnet` would
    /// take zeros in front of a number.
    fn of(text: &str) -> Option<Self> {
        let Some((address, bits)) = text.split_once('/') else {
            let one: IpAddr = text.parse().ok()?;
            return Some(Self(one.into()));
        };
        let digits = bits.chars().all(|c| c.is_ascii_digit());
        let bits = bits.parse().ok().filter(|_| digits)?;
        IpNet::new(address.parse().ok()?, bits).ok().map(Self)
    }

    /// The subnet: WireGuard keeps no bits behind the prefix.
    #[must_use]
    fn first(self) -> Self {
        Self(self.0.trunc())
    }

    /// The addresses.
    pub fn net(self) -> IpNet {
        self.0
    }
}

impl Value for AllowedIp {
    const FORM: ValueForm = ValueForm {
        name: "allowed-ip",
        doc: "A subnet or one address, version 4 or 6.",
        what: "an address or a subnet such as 10.9.0.2/32",
        examples: &["10.9.0.2/32", "10.9.0.2", "fd00:9::/64"],
        pattern: Pattern::Regex(concat!(
            "^(",
            v4!(),
            "(",
            prefix!(v4),
            ")?|",
            v6!(),
            "(",
            prefix!(v6),
            ")?)$"
        )),
    };

    fn parse(text: &str) -> Result<Self, Wrong> {
        let read = Self::of(text).ok_or_else(Wrong::of::<Self>)?;
        let first = read.first();
        if first == read {
            return Ok(read);
        }
        let says = Says::After("has bits set behind its prefix".to_owned());
        let mut wrong = Wrong::saying("invalid-address", says);
        wrong.meant = Some(first.to_string());
        Err(wrong)
    }
}

impl fmt::Display for AllowedIp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Where a peer is reached: a name or an address, and a port.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Endpoint(pub String);

impl Value for Endpoint {
    const FORM: ValueForm = ValueForm {
        name: "endpoint",
        doc: "A name or address with a port; an IPv6 address in brackets.",
        what: "a name or address with a port, such as vpn.example.org:51820",
        examples: &["vpn.example.org:51820", "[2001:db8::7]:51820"],
        pattern: Pattern::Regex(concat!(
            "^(\\[",
            v6!(),
            "\\]|[A-Za-z0-9.-]+):",
            port!(),
            "$"
        )),
    };

    fn parse(text: &str) -> Result<Self, Wrong> {
        let fits = text.rsplit_once(':').is_some_and(|(host, port)| {
            let inner = host.strip_prefix('[').and_then(|h| h.strip_suffix(']'));
            let named = |h: &str| {
                !h.is_empty()
                    && h.chars()
                        .all(|c| c.is_ascii_alphanumeric() || ".-".contains(c))
            };
            let whose = match inner {
                Some(v6) => v6.parse::<core::net::Ipv6Addr>().is_ok(),
                None => named(host),
            };
            let digits = port.chars().all(|c| c.is_ascii_digit());
            whose && digits && port.parse::<u16>().is_ok_and(|p| p > 0)
        });
        match fits {
            true => Ok(Self(text.to_owned())),
            false => Err(Wrong::of::<Self>()),
        }
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

serde_as_text!(WireGuardKey, UdpPort, AllowedIp, Endpoint);

#[cfg(test)]
mod tests {
    use super::*;

    fn read<T: Value + fmt::Display>(text: &str) -> String {
        match T::parse(text) {
            Ok(value) => value.to_string(),
            Err(wrong) => wrong
                .meant
                .map_or("wrong".to_owned(), |m| format!("meant {m}")),
        }
    }

    #[test]
    fn values_of_tunnels() {
        for (text, want) in [
            ("10.9.0.2", "10.9.0.2/32"),
            ("10.9.0.0/24", "10.9.0.0/24"),
            ("10.9.0.2/24", "meant 10.9.0.0/24"),
            ("0.0.0.0/0", "0.0.0.0/0"),
            ("fd00:9::1/64", "meant fd00:9::/64"),
            ("fd00:9::1", "fd00:9::1/128"),
            ("10.9.0.2/33", "wrong"),
            ("10.9.0.2/+1", "wrong"),
            ("10.9.0.2/", "wrong"),
        ] {
            assert_eq!(read::<AllowedIp>(text), want, "{text}");
        }
        for (text, want) in [
            ("51820", "51820"),
            ("51820/udp", "51820"),
            ("0", "wrong"),
            ("+5", "wrong"),
            ("51820/tcp", "wrong"),
            ("70000", "wrong"),
        ] {
            assert_eq!(read::<UdpPort>(text), want, "{text}");
        }
        for text in ["vpn.example.org:51820", "[2001:db8::7]:1"] {
            assert_eq!(read::<Endpoint>(text), text);
        }
        for text in ["vpn", "[vpn]:1", "2001:db8::7:1", "vpn:0", "vpn:+1", ":1"] {
            assert_eq!(read::<Endpoint>(text), "wrong", "{text}");
        }
        let key = "xTIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp8Dg=";
        assert_eq!(read::<WireGuardKey>(key), key);
        for text in [
            "",
            "hunter2",
            "xTIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp8Dh=",
        ] {
            assert_eq!(read::<WireGuardKey>(text), "wrong", "{text}");
        }
    }
}
