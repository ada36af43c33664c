//! Addresses of the host, by interface.

use super::Whole;
use super::frame::{Sections, plain};
use super::gather::{Gathered, listed_by};
use model::fact::FactKind;
use model::kleene::Reason;
use model::value::Value;
use std::net::IpAddr;

pub(super) const PART: Whole = Whole {
    sh: &[include_str!("sh/address.sh")],
    calls: &["address address"],
    read: gather,
};

fn gather(sections: &Sections<'_>, to: &mut Gathered) {
    let kind = FactKind::Address;
    let Some(section) = to.section(kind, sections, "address") else {
        return;
    };
    for line in section.text().lines() {
        let words: Vec<&str> = line.split(' ').collect();
        let ["a", dev, net] = words.as_slice() else {
            to.incomplete(
                kind,
                Reason::new("ip printed a line that is not understood"),
            );
            continue;
        };
        // The other end of a link stands without bits.
        let (address, bits) = net.split_once('/').unwrap_or((net, "32"));
        match (address.parse::<IpAddr>(), bits.parse::<u8>()) {
            (Ok(address), Ok(bits)) => {
                let value = Value::map([("dev", Value::from(plain(dev)))]);
                to.present(kind, format!("{address}/{bits}"), value, "ip addr");
            }
            _ => to.incomplete(kind, Reason::new("ip printed no address")),
        }
    }
    to.complete(kind, &listed_by("ip -o addr show"));
}
