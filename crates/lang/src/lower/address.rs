//! IP addresses and subnets, version 4 and 6.

use super::cx::{Cx, Slot};
use super::scalar;
use crate::suggest::{did_you_mean, quote};
use core::net::IpAddr;
use diag::Diagnostic;
use ipnet::IpNet;

/// An address; gives it in canonical form.
pub(super) fn address(cx: &mut Cx<'_>, slot: &Slot<'_>) -> Option<String> {
    let text = scalar::text(cx, slot)?;
    match text.parse::<IpAddr>() {
        Ok(address) => Some(address.to_string()),
        Err(_) => {
            let Some((address, prefix)) = model::units::net::bare(&text) else {
                cx.bad(
                    "invalid-address",
                    slot,
                    &text,
                    "is not an IPv4 or IPv6 address",
                );
                return None;
            };
            let message = format!(
                "{slot}: {} is an address with the size of its network, and only the address is wanted",
                quote(&text)
            );
            let d = Diagnostic::invalid("invalid-address", message)
                .at(slot.node.head(), format!("leave out '/{prefix}'"))
                .fix(did_you_mean(slot.node.head(), address));
            cx.report(d);
            None
        }
    }
}

/// A subnet in CIDR form whose address is the subnet's first.
pub(super) fn subnet(cx: &mut Cx<'_>, slot: &Slot<'_>) -> Option<String> {
    let text = scalar::text(cx, slot)?;
    let Some(cidr) = Cidr::parse(&text) else {
        cx.bad(
            "invalid-address",
            slot,
            &text,
            "is not a subnet such as 192.168.10.0/24",
        );
        return None;
    };
    let first = cidr.first();
    if first != cidr {
        let message = format!("{slot}: {} has bits set behind its prefix", quote(&text));
        let meant = cidr.private().unwrap_or(first);
        let d = Diagnostic::invalid("invalid-address", message)
            .at(slot.node.head(), format!("an address in {first}"))
            .fix(did_you_mean(slot.node.head(), &meant.to_string()));
        cx.report(d);
    }
    Some(first.to_string())
}

/// An address with a prefix length.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Cidr(IpNet);

impl Cidr {
    /// Reads `address/prefix`. `ipnet` would take `10.010.0.0/24`, of which programs disagree what it is, so the address is read by itself.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (address, prefix) = text.split_once('/')?;
        let digits = prefix.chars().all(|c| c.is_ascii_digit());
        let prefix = prefix.parse().ok().filter(|_| digits)?;
        IpNet::new(address.parse().ok()?, prefix).ok().map(Self)
    }

    /// How many bits it has in common.
    pub(crate) fn prefix(self) -> u8 {
        self.0.prefix_len()
    }

    /// It is of IPv4.
    pub(crate) fn is_four(self) -> bool {
        self.0.addr().is_ipv4()
    }

    /// The subnet itself: all bits behind the prefix are zero.
    pub(crate) fn first(self) -> Self {
        Self(self.0.trunc())
    }

    /// The private range that begins here, where more than that is taken: `172.16.0.0/11` was meant to be `172.16.0.0/12` (RFC 1918).
    fn private(self) -> Option<Self> {
        let all = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"];
        let mut all = all.into_iter().filter_map(Self::parse);
        all.find(|p| p.0.addr() == self.0.addr() && self.prefix() < p.prefix())
    }

    /// What an address stands for that no machine can have (RFC 1122, 3.2.1.3); subnets of two addresses have none (RFC 3021).
    pub(crate) fn reserved(self, address: IpAddr) -> Option<&'static str> {
        if address.is_ipv6() || self.prefix() > 30 {
            return None;
        }
        match address {
            own if own == self.0.network() => Some("the network itself"),
            own if own == self.0.broadcast() => Some("everybody in the network (broadcast)"),
            _ => None,
        }
    }

    /// What all of its addresses are kept for, if no network of machines can have them.
    pub(crate) fn kept(self) -> Option<&'static str> {
        let (what, bits) = kept(self.0.network())?;
        (self.prefix() >= bits).then_some(what)
    }

    /// Whether an address lies in the subnet.
    pub(crate) fn contains(self, address: IpAddr) -> bool {
        self.0.contains(&address)
    }
}

impl std::fmt::Display for Cidr {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

/// What an address is kept for that no machine can have anywhere, and how many bits it shares with all others of that kind. Source: IANA,
/// "IPv4 Special-Purpose Address Registry", "IPv6 Special-Purpose Address Registry" and the registries of multicast addresses.
pub(crate) fn kept(address: IpAddr) -> Option<(&'static str, u8)> {
    match address {
        IpAddr::V4(four) => match four.octets()[0] {
            0 => Some(("a machine that has no address yet", 8)),
            127 => Some(("every machine itself (loopback)", 8)),
            224..=239 => Some(("groups of machines (multicast)", 4)),
            _ if four.is_broadcast() => Some(("everybody (broadcast)", 32)),
            240.. => Some(("nobody: they are reserved", 4)),
            _ => None,
        },
        IpAddr::V6(six) if six.is_multicast() => Some(("groups of machines (multicast)", 8)),
        IpAddr::V6(six) if six.is_loopback() => Some(("every machine itself (loopback)", 128)),
        IpAddr::V6(six) if six.is_unspecified() => Some(("a machine that has no address yet", 128)),
        IpAddr::V6(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_that_no_machine_has() {
        for (cidr, address, reserved) in [
            ("10.0.0.0/24", "10.0.0.0", true),
            ("10.0.0.0/24", "10.0.0.255", true),
            ("10.0.0.0/24", "10.0.0.1", false),
            ("10.0.0.0/23", "10.0.0.255", false),
            ("10.0.0.4/30", "10.0.0.7", true),
            ("10.0.0.4/31", "10.0.0.5", false),
            ("10.0.0.4/32", "10.0.0.4", false),
            ("0.0.0.0/0", "255.255.255.255", true),
            ("fd00::/64", "fd00::", false),
        ] {
            let got = Cidr::parse(cidr)
                .unwrap()
                .reserved(address.parse().unwrap());
            assert_eq!(got.is_some(), reserved, "{address} in {cidr}");
        }
    }

    #[test]
    fn subnets_that_no_machine_is_in() {
        for (cidr, none) in [
            ("0.0.0.0/0", false),
            ("0.0.0.0/8", true),
            ("127.0.0.0/24", true),
            ("224.0.0.0/24", true),
            ("192.0.0.0/2", false),
            ("240.0.0.0/8", true),
            ("ff02::/64", true),
            ("::/0", false),
            ("::1/128", true),
            ("10.0.0.0/24", false),
            ("fe80::/64", false),
        ] {
            assert_eq!(Cidr::parse(cidr).unwrap().kept().is_some(), none, "{cidr}");
        }
    }

    #[test]
    fn subnets() {
        for (cidr, first, inside, outside) in [
            ("10.77.2.9/24", "10.77.2.0/24", "10.77.2.255", "10.77.3.0"),
            ("0.0.0.0/0", "0.0.0.0/0", "255.255.255.255", "::1"),
            ("10.0.0.1/32", "10.0.0.1/32", "10.0.0.1", "10.0.0.2"),
            ("fd00::5/64", "fd00::/64", "fd00::ffff", "fd00:0:0:1::"),
            ("::/0", "::/0", "fe80::1", "10.0.0.1"),
        ] {
            let cidr = Cidr::parse(cidr).unwrap();
            assert_eq!(cidr.first().to_string(), first);
            assert!(cidr.contains(inside.parse().unwrap()), "{inside}");
            assert!(!cidr.contains(outside.parse().unwrap()), "{outside}");
        }
        for bad in [
            "",
            "10.0.0.0",
            "10.0.0.0/33",
            "10.0.0/8",
            "fd00::/129",
            "10.0.0.0/+8",
            "10.010.0.0/24",
            "10.0.0.0/",
        ] {
            assert_eq!(Cidr::parse(bad), None, "{bad}");
        }
    }
}
