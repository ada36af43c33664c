//! Addresses and ports as sets.

use core::net::IpAddr;

/// An address with a prefix, as a range of numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Range {
    first: u128,
    last: u128,
    six: bool,
}

impl Range {
    /// `192.168.10.0/24` or an address; bits behind the prefix do not count.
    pub fn parse(text: &str) -> Option<Self> {
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => {
                let bits = prefix.parse::<u32>().ok().or_else(|| mask(prefix))?;
                (address, Some(bits))
            }
            None => (text, None),
        };
        let address: IpAddr = address.parse().ok()?;
        let (number, bits, six) = match address {
            IpAddr::V4(a) => (u128::from(u32::from(a)), 32, false),
            IpAddr::V6(a) => (u128::from(a), 128, true),
        };
        let free = bits - prefix.unwrap_or(bits).min(bits);
        let mask = if free == 128 {
            u128::MAX
        } else {
            (1_u128 << free) - 1
        };
        let fits = prefix.is_none_or(|p| p <= bits);
        fits.then_some(Self {
            first: number & !mask,
            last: number | mask,
            six,
        })
    }

    /// Every address of `other` is in it.
    pub fn covers(&self, other: &Range) -> bool {
        self.six == other.six && self.first <= other.first && other.last <= self.last
    }

    /// They have an address in common.
    pub fn meets(&self, other: &Range) -> bool {
        self.six == other.six && self.first <= other.last && other.first <= self.last
    }

    /// It is of IPv6.
    pub fn is_six(&self) -> bool {
        self.six
    }

    /// How many bits of its addresses are free.
    pub(super) fn bits(&self) -> u32 {
        u128::BITS - (self.last - self.first).leading_zeros()
    }

    /// The one with so many free bits that it lies in.
    pub(super) fn widened(&self, bits: u32) -> Self {
        let mask = match u128::BITS - bits {
            0 => u128::MAX,
            taken => u128::MAX.checked_shr(taken).unwrap_or(0),
        };
        Self {
            first: self.first & !mask,
            last: self.first | mask,
            six: self.six,
        }
    }

    /// How many addresses it has.
    pub fn count(&self) -> u128 {
        (self.last - self.first).saturating_add(1)
    }

    /// Everything there is.
    pub fn is_any(&self) -> bool {
        self.first == 0
            && self.last
                == if self.six {
                    u128::MAX
                } else {
                    u128::from(u32::MAX)
                }
    }

    /// RFC 1918 and RFC 4193, those of Tailscale apart: who has one of these, it has let in itself.
    pub fn is_private(&self) -> bool {
        let within = |all: &[&str]| {
            let mut all = all.iter().filter_map(|p| Range::parse(p));
            all.any(|p| p.covers(self))
        };
        let private = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"];
        within(&private) && !within(&["fd7a:115c:a1e0::/48"])
    }

    /// More than one owner of public addresses has: wider than a /8, or than a /19 of IPv6.
    pub fn is_vast(&self) -> bool {
        self.bits() > if self.six { 109 } else { 24 }
    }
}

/// The bits of `255.255.255.0`.
fn mask(text: &str) -> Option<u32> {
    let bits = u32::from(text.parse::<core::net::Ipv4Addr>().ok()?);
    (bits.leading_ones() + bits.trailing_zeros() >= 32).then(|| bits.leading_ones())
}

/// A set of ports.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Ports(Vec<(u16, u16)>);

impl Ports {
    /// `22`, `80,443`, `1000:2000`; with `-` between the ends as nft has it.
    pub fn parse(text: &str) -> Option<Self> {
        let one = |part: &str| {
            let (a, b) = part.split_once([':', '-']).unwrap_or((part, part));
            let (a, b) = (a.trim().parse::<u16>().ok()?, b.trim().parse::<u16>().ok()?);
            (a <= b && a > 0).then_some((a, b))
        };
        let parts = text.split(',').map(|p| one(p.trim()));
        parts.collect::<Option<Vec<_>>>().map(Self)
    }

    /// The port of a service by its name, as in `/etc/services`.
    pub fn named(name: &str) -> Option<Self> {
        let number = match name {
            "ssh" | "OpenSSH" => 22,
            "telnet" => 23,
            "smtp" => 25,
            "domain" => 53,
            "http" | "www" => 80,
            "ntp" => 123,
            "imap2" => 143,
            "snmp" => 161,
            "https" => 443,
            "ldap" => 389,
            "imaps" => 993,
            "mysql" => 3306,
            "postgresql" => 5432,
            _ => return None,
        };
        Some(Self(vec![(number, number)]))
    }

    /// Every port of `other` is in it.
    pub fn covers(&self, other: &Ports) -> bool {
        let inside = |(a, b): &(u16, u16)| self.0.iter().any(|(x, y)| x <= a && b <= y);
        other.0.iter().all(inside)
    }

    /// They have a port in common.
    pub fn meets(&self, other: &Ports) -> bool {
        let meet = |(a, b): &(u16, u16)| other.0.iter().any(|(x, y)| a <= y && x <= b);
        self.0.iter().any(meet)
    }

    /// Its ranges, as written.
    pub fn ranges(&self) -> &[(u16, u16)] {
        &self.0
    }

    /// It is several ports.
    pub fn is_several(&self) -> bool {
        self.0.len() > 1 || self.0.iter().any(|(a, b)| a != b)
    }

    /// The port is in it.
    pub fn contains(&self, port: u16) -> bool {
        self.0.iter().any(|(a, b)| (*a..=*b).contains(&port))
    }

    /// As people write it.
    pub fn shown(&self) -> String {
        let one = |(a, b): &(u16, u16)| {
            if a == b {
                a.to_string()
            } else {
                format!("{a}-{b}")
            }
        };
        self.0.iter().map(one).collect::<Vec<_>>().join(", ")
    }
}
