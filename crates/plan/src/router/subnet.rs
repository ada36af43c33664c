//! Which network an address belongs to.

use core::net::IpAddr;
use model::declare::OptExt as _;
use model::lab::Lab;

/// `192.168.1.1/24`.
pub(super) fn parse(text: &str) -> Option<(IpAddr, u8)> {
    let (address, bits) = text.split_once('/')?;
    let address: IpAddr = address.parse().ok()?;
    let bits: u8 = bits.parse().ok()?;
    (bits <= width(address)).then_some((address, bits))
}

/// The declared network with this address.
pub(super) fn network_of(lab: &Lab, address: IpAddr) -> Option<&str> {
    let mut all = lab.networks.iter();
    let found = all.find(|(_, network)| {
        let subnet = network.subnet.known().and_then(|s| parse(s));
        subnet.is_some_and(|subnet| contains(subnet, address))
    });
    found.map(|(name, _)| name.as_str())
}

pub(super) fn contains((network, bits): (IpAddr, u8), address: IpAddr) -> bool {
    let same = network.is_ipv4() == address.is_ipv4();
    let shift = u32::from(width(network) - bits);
    let top = |a: IpAddr| number(a).checked_shr(shift).unwrap_or(0);
    same && top(network) == top(address)
}

/// The address that is so far from the beginning of a network.
pub(super) fn at((network, bits): (IpAddr, u8), offset: u128) -> Option<IpAddr> {
    let shift = u32::from(width(network) - bits);
    let first = number(network)
        .checked_shr(shift)
        .and_then(|n| n.checked_shl(shift))
        .unwrap_or(0);
    let sum = first.checked_add(offset)?;
    Some(match network {
        IpAddr::V4(_) => IpAddr::from(u32::try_from(sum).ok()?.to_be_bytes()),
        IpAddr::V6(_) => IpAddr::from(sum.to_be_bytes()),
    })
}

/// The last address of a network that a machine can have.
pub(super) fn last_usable(subnet: (IpAddr, u8)) -> Option<IpAddr> {
    let free = u32::from(width(subnet.0) - subnet.1);
    let count = 1_u128.checked_shl(free).unwrap_or(0);
    // The very last stands for all of them, where there are others.
    let from_end = if free >= 2 { 2 } else { 1 };
    at(subnet, count.wrapping_sub(from_end))
}

fn number(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(four) => u128::from(u32::from(four)),
        IpAddr::V6(six) => u128::from(six),
    }
}

fn width(address: IpAddr) -> u8 {
    if address.is_ipv4() { 32 } else { 128 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_and_networks() {
        let net = |text: &str| parse(text).expect("a subnet");
        let ip = |text: &str| -> IpAddr { text.parse().expect("an address") };
        let rows = [
            ("192.168.1.0/24", "192.168.1.200", true),
            ("192.168.1.0/24", "192.168.2.1", false),
            ("0.0.0.0/0", "192.0.2.1", true),
            ("0.0.0.0/0", "2001:db8::1", false),
            ("2001:db8::/32", "2001:db8:1::1", true),
            ("::/0", "2001:db8::1", true),
        ];
        for (network, address, inside) in rows {
            assert_eq!(
                contains(net(network), ip(address)),
                inside,
                "{network} {address}"
            );
        }
        assert_eq!(at(net("192.168.1.1/24"), 100), Some(ip("192.168.1.100")));
        assert_eq!(at(net("255.255.255.255/32"), 1), None);
        assert_eq!(
            last_usable(net("192.168.1.1/24")),
            Some(ip("192.168.1.254"))
        );
        assert_eq!(last_usable(net("192.168.1.1/32")), Some(ip("192.168.1.1")));
        assert_eq!(parse("192.168.1.1/33"), None);
    }
}
