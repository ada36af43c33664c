//! Addresses, ranges of them, hardware addresses and ports.

use super::pattern::{address, port, prefix, v4, v6};
use super::slip;
use crate::declare::{Pattern, Value, ValueForm, Wrong, serde_as_text};
use crate::lab::Protocol;
use core::net::IpAddr;
use ipnet::IpNet;
use std::fmt;

/// An IPv4 or IPv6 address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Address(pub IpAddr);

impl Value for Address {
    const FORM: ValueForm = ValueForm {
        name: "address",
        doc: "An IPv4 or IPv6 address.",
        what: "an IPv4 or IPv6 address",
        examples: &["192.168.10.5", "fd00::5"],
        pattern: Pattern::Regex(concat!("^", address!(), "$")),
    };

    fn parse(text: &str) -> Result<Self, Wrong> {
        text.parse().map(Self).map_err(|_| match bare(text) {
            Some((address, prefix)) => Wrong::new(format!(
                "is an address with the size of its network, and only the address is wanted: leave out '/{prefix}'"
            ))
            .meant(address),
            None => Wrong::of::<Self>(),
        })
    }
}

/// The address of `192.168.10.5/24`, and what stands behind it; nothing of a network, in which it is no machine's.
pub fn bare(text: &str) -> Option<(&str, u8)> {
    let (address, prefix) = text.split_once('/')?;
    let of: IpAddr = address.parse().ok()?;
    let net = IpNet::new(of, prefix.parse().ok()?).ok()?;
    let is_one = net.prefix_len() == net.max_prefix_len();
    (is_one || of != net.network()).then_some((address, net.prefix_len()))
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// First and last of some addresses: `192.168.10.100-192.168.10.199`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct AddressRange {
    first: IpAddr,
    last: IpAddr,
}

impl AddressRange {
    /// First address.
    pub fn first(self) -> IpAddr {
        self.first
    }

    /// Last address.
    pub fn last(self) -> IpAddr {
        self.last
    }

    /// How many addresses; as many as fit for a huge range of IPv6.
    pub fn count(self) -> u128 {
        match (self.first, self.last) {
            (IpAddr::V4(a), IpAddr::V4(b)) => u128::from(b.to_bits() - a.to_bits()) + 1,
            (IpAddr::V6(a), IpAddr::V6(b)) => (b.to_bits() - a.to_bits()).saturating_add(1),
            _ => 0,
        }
    }

    /// Whether an address is among them.
    pub fn contains(self, address: IpAddr) -> bool {
        let same = address.is_ipv4() == self.first.is_ipv4();
        same && self.first <= address && address <= self.last
    }
}

/// `192.168.10.100-200` and `192.168.10.100..192.168.10.200` with both ends in full.
fn completed(text: &str) -> Option<String> {
    let (first, last) = super::slip::ends(text)?;
    let from: IpAddr = first.parse().ok()?;
    let to: IpAddr = match last.parse() {
        Ok(to) => to,
        Err(_) => {
            let missing = 3_usize.checked_sub(last.trim_start_matches('.').matches('.').count())?;
            let before: Vec<&str> = first.split('.').take(missing).collect();
            let whole = format!("{}.{}", before.join("."), last.trim_start_matches('.'));
            whole.parse().ok().filter(|_| from.is_ipv4())?
        }
    };
    let ordered = from.is_ipv4() == to.is_ipv4() && from <= to;
    ordered.then(|| format!("{from}-{to}"))
}

impl Value for AddressRange {
    const FORM: ValueForm = ValueForm {
        name: "address-range",
        doc: "First and last address, both included.",
        what: "a range of addresses such as 192.168.10.100-192.168.10.199",
        examples: &["192.168.10.100-192.168.10.199"],
        pattern: Pattern::Regex(concat!("^", address!(), " ?- ?", address!(), "$")),
    };

    fn parse(text: &str) -> Result<Self, Wrong> {
        let wrong = || match completed(text) {
            Some(meant) => Wrong::of::<Self>().meant(meant),
            None => Wrong::of::<Self>(),
        };
        let (first, last) = text.split_once('-').ok_or_else(wrong)?;
        let end = |text: &str| text.parse::<IpAddr>().map_err(|_| wrong());
        let first = end(first.strip_suffix(' ').unwrap_or(first))?;
        let last = end(last.strip_prefix(' ').unwrap_or(last))?;
        if first.is_ipv4() != last.is_ipv4() {
            return Err(Wrong::new(
                "begins in one version of IP and ends in another",
            ));
        }
        match first <= last {
            true => Ok(Self { first, last }),
            false => Err(Wrong::new("ends before it begins").meant(format!("{last}-{first}"))),
        }
    }
}

impl fmt::Display for AddressRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.first, self.last)
    }
}

/// A hardware address, `52:54:00:12:34:56`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Mac([u8; 6]);

impl Value for Mac {
    const FORM: ValueForm = ValueForm {
        name: "mac",
        doc: "A hardware address of six bytes in hexadecimal.",
        what: "a hardware address such as 52:54:00:12:34:56",
        examples: &["52:54:00:12:34:56"],
        pattern: Pattern::Regex("^[0-9a-fA-F]{2}([:-][0-9a-fA-F]{2}){5}$"),
    };

    fn parse(text: &str) -> Result<Self, Wrong> {
        let wrong = || Wrong::of::<Self>();
        let parts: Vec<&str> = text.split([':', '-']).collect();
        let parts: [&str; 6] = parts.try_into().map_err(|_| wrong())?;
        let mut bytes = [0; 6];
        for (byte, part) in bytes.iter_mut().zip(parts) {
            let shape = part.len() == 2 && part.chars().all(|c| c.is_ascii_hexdigit());
            let number = u8::from_str_radix(part, 16).ok().filter(|_| shape);
            *byte = number.ok_or_else(wrong)?;
        }
        Ok(Self(bytes))
    }
}

impl fmt::Display for Mac {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [a, b, c, d, e, g] = self.0;
        write!(f, "{a:02x}:{b:02x}:{c:02x}:{d:02x}:{e:02x}:{g:02x}")
    }
}

/// A port or a range of ports with its protocol, TCP if none is named: `443`, `53/udp`, `8000-8010/tcp`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ports {
    first: u16,
    last: u16,
    protocol: Protocol,
}

impl Ports {
    /// First port.
    pub fn first(self) -> u16 {
        self.first
    }

    /// Last port; the first again if there is one.
    pub fn last(self) -> u16 {
        self.last
    }

    /// TCP or UDP.
    pub fn protocol(self) -> Protocol {
        self.protocol
    }

    /// These from one port to another one, as far as they have them; none if that is not one of them.
    pub fn part(self, first: u16, last: u16) -> Option<Self> {
        let (first, last) = (first.max(self.first), last.min(self.last));
        (first <= last).then_some(Self {
            first,
            last,
            ..self
        })
    }

    fn of(text: &str) -> Option<Self> {
        let (ports, protocol) = text.split_once('/').unwrap_or((text, "tcp"));
        let protocol = [Protocol::Tcp, Protocol::Udp]
            .into_iter()
            .find(|p| p.word() == protocol)?;
        let (first, last) = ports.split_once('-').unwrap_or((ports, ports));
        let port = |text: &str| {
            let digits = text.chars().all(|c| c.is_ascii_digit());
            text.parse::<u16>().ok().filter(|n| *n > 0 && digits)
        };
        let (first, last) = (port(first)?, port(last)?);
        (first <= last).then_some(Self {
            first,
            last,
            protocol,
        })
    }
}

impl Value for Ports {
    const FORM: ValueForm = ValueForm {
        name: "ports",
        doc: "A port or a range of ports with `/tcp` (if nothing is said) or `/udp`.",
        what: "a port such as 443/tcp or 8000-8010/udp",
        examples: &["443/tcp", "53/udp", "8000-8010/tcp"],
        pattern: Pattern::Between {
            least: 1,
            most: 65_535,
            text: concat!("^", port!(), "(-", port!(), ")?(/(tcp|udp))?$"),
        },
    };

    fn parse(text: &str) -> Result<Self, Wrong> {
        Self::of(text).ok_or_else(|| {
            let meant = slip::ports(text).filter(|t| Self::of(t).is_some());
            // Where all ports can be meant as well, that is no remedy for a slip.
            let help = "ports are numbers from 1 to 65535, with their protocol: '443/tcp', '8000-8010/udp'";
            Wrong {
                meant,
                help: Some(help.to_owned()),
                ..Wrong::of::<Self>()
            }
        })
    }
}

impl fmt::Display for Ports {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.first)?;
        if self.last != self.first {
            write!(f, "-{}", self.last)?;
        }
        write!(f, "/{}", self.protocol.word())
    }
}

serde_as_text!(Address, AddressRange, Mac, Ports);

/// How a subnet is written.
pub const SUBNET: ValueForm = ValueForm {
    name: "subnet",
    doc: "A subnet, `192.168.10.0/24`.",
    what: "a subnet such as 192.168.10.0/24",
    examples: &["192.168.10.0/24"],
    pattern: Pattern::Regex(concat!(
        "^(",
        v4!(),
        prefix!(v4),
        "|",
        v6!(),
        prefix!(v6),
        ")$"
    )),
};

/// How a port is written where its protocol is known.
pub const PORT: ValueForm = ValueForm {
    name: "port",
    doc: "A port, 1 to 65535.",
    what: "a port from 1 to 65535",
    examples: &["22"],
    pattern: Pattern::Between {
        least: 1,
        most: 65_535,
        text: concat!("^", port!(), "$"),
    },
};

/// How a port is written with its protocol, TCP if none is named.
pub const PORT_OF_PROTOCOL: ValueForm = ValueForm {
    name: "port-of-protocol",
    doc: "A port, 1 to 65535, with `/tcp` (if nothing is said) or `/udp`.",
    what: "a port from 1 to 65535 with /tcp or /udp",
    examples: &["22/tcp", "53/udp"],
    pattern: Pattern::Between {
        least: 1,
        most: 65_535,
        text: concat!("^", port!(), "(/(tcp|udp))?$"),
    },
};

/// How the number of a VLAN is written; 0 and 4095 are reserved (IEEE 802.1Q, 9.6).
pub const VLAN: ValueForm = ValueForm {
    name: "vlan",
    doc: "Number of a VLAN, 1 to 4094.",
    what: "a whole number from 1 to 4094",
    examples: &["10"],
    pattern: Pattern::Between {
        least: 1,
        most: 4094,
        text: "^0*([1-9][0-9]{0,2}|[1-3][0-9]{3}|40[0-8][0-9]|409[0-4])$",
    },
};
