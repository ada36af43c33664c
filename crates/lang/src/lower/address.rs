//! IP addresses and subnets, version 4 and 6.

use super::cx::{Cx, Slot};
use super::scalar;
use crate::suggest::{did_you_mean, quote};
use core::net::IpAddr;
use diag::Diagnostic;

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
        let d = Diagnostic::invalid("invalid-address", message)
            .at(slot.node.head(), format!("an address in {first}"))
            .fix(did_you_mean(slot.node.head(), &first.to_string()));
        cx.report(d);
    }
    Some(first.to_string())
}

/// An address with a prefix length.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Cidr {
    address: IpAddr,
    prefix: u32,
}

impl Cidr {
    /// Reads `address/prefix`.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (address, prefix) = text.split_once('/')?;
        let address: IpAddr = address.parse().ok()?;
        let digits = !prefix.is_empty() && prefix.chars().all(|c| c.is_ascii_digit());
        let prefix: u32 = prefix.parse().ok()?;
        let bits = if address.is_ipv4() { 32 } else { 128 };
        (digits && prefix <= bits).then_some(Self { address, prefix })
    }

    /// How many bits it has in common.
    pub(crate) fn prefix(self) -> u32 {
        self.prefix
    }

    /// The subnet itself: all bits behind the prefix are zero.
    pub(crate) fn first(self) -> Self {
        let address = match self.address {
            IpAddr::V4(a) => {
                let mask = u32::MAX.checked_shl(32 - self.prefix).unwrap_or(0);
                IpAddr::V4((a.to_bits() & mask).into())
            }
            IpAddr::V6(a) => {
                let mask = u128::MAX.checked_shl(128 - self.prefix).unwrap_or(0);
                IpAddr::V6((a.to_bits() & mask).into())
            }
        };
        Self { address, ..self }
    }

    /// What an address stands for that no machine can have (RFC 1122, 3.2.1.3); subnets of two addresses have none (RFC 3021).
    pub(crate) fn reserved(self, address: IpAddr) -> Option<&'static str> {
        let (IpAddr::V4(first), IpAddr::V4(own)) = (self.first().address, address) else {
            return None;
        };
        let hosts = 32_u32.checked_sub(self.prefix).filter(|bits| *bits > 1)?;
        let last = first.to_bits() | u32::MAX.checked_shr(32 - hosts).unwrap_or(u32::MAX);
        match own.to_bits() {
            bits if bits == first.to_bits() => Some("the network itself"),
            bits if bits == last => Some("everybody in the network (broadcast)"),
            _ => None,
        }
    }

    /// Whether an address lies in the subnet.
    pub(crate) fn contains(self, address: IpAddr) -> bool {
        let same = Self { address, ..self };
        self.address.is_ipv4() == address.is_ipv4() && same.first().address == self.first().address
    }
}

impl std::fmt::Display for Cidr {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.address, self.prefix)
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
            "10.0.0.0/",
        ] {
            assert_eq!(Cidr::parse(bad), None, "{bad}");
        }
    }
}
