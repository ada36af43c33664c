//! Which network an address belongs to.

use core::net::IpAddr;
use graph::addresses::{below, is_usable, subnet};
use ipnet::IpNet;
use model::lab::Lab;

/// The declared network with this address; of several, the narrowest.
pub(super) fn network_of(lab: &Lab, address: IpAddr) -> Option<&str> {
    let all = lab.networks.iter();
    let of = all.filter_map(|(name, network)| Some((subnet(network)?, name)));
    let found = of.filter(|(net, _)| net.contains(&address));
    let narrowest = found.max_by_key(|(net, _)| net.prefix_len())?;
    Some(narrowest.1.as_str())
}

/// The address that is so far from the beginning of a network.
pub(super) fn at(net: IpNet, offset: u128) -> Option<IpAddr> {
    match net.network() {
        IpAddr::V4(first) => {
            let sum = first.to_bits().checked_add(u32::try_from(offset).ok()?)?;
            Some(IpAddr::V4(sum.into()))
        }
        IpAddr::V6(first) => Some(IpAddr::V6(first.to_bits().checked_add(offset)?.into())),
    }
}

/// The last address of a network that a machine can have: the very last of IPv4 stands for all of them, where there are others.
pub(super) fn last_usable(net: IpNet) -> Option<IpAddr> {
    let last = net.broadcast();
    match is_usable(net, last) {
        true => Some(last),
        false => below(last),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_networks() {
        let net = |text: &str| -> IpNet { text.parse().expect("a subnet") };
        let ip = |text: &str| -> IpAddr { text.parse().expect("an address") };
        for (of, offset, expected) in [
            ("192.168.1.1/24", 100, Some("192.168.1.100")),
            ("255.255.255.255/32", 1, None),
            ("10.0.0.0/8", 1 << 32, None),
            ("fd00::5/64", 1 << 32, Some("fd00::1:0:0")),
        ] {
            assert_eq!(at(net(of), offset), expected.map(ip), "{of} {offset}");
        }
        for (of, last) in [
            ("192.168.1.1/24", "192.168.1.254"),
            ("192.168.1.0/31", "192.168.1.1"),
            ("192.168.1.1/32", "192.168.1.1"),
            ("0.0.0.0/0", "255.255.255.254"),
        ] {
            assert_eq!(last_usable(net(of)), Some(ip(last)), "{of}");
        }
    }
}
