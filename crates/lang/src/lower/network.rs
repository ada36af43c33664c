//! `networks:`.

use super::cx::Cx;
use super::fields::Fields;
use super::place::about;
use super::{address, scalar};
use crate::yaml::{Key, Node};
use model::lab::network::NetworkAbout;
use model::lab::{Lab, Network};

pub(super) fn lower(cx: &mut Cx<'_>, lab: &mut Lab, name: &Key, node: &Node) {
    let mut network = Network {
        span: name.span,
        subnet: None,
        vlan: None,
        gateway: None,
        about: NetworkAbout::default(),
    };
    if let Some(mut f) = Fields::of(cx, format!("network '{}'", name.text), name.span, node) {
        network.subnet = f.given(cx, "subnet", address::subnet);
        // 0 and 4095 are reserved (IEEE 802.1Q, 9.6).
        network.vlan = f.given(cx, "vlan", scalar::whole(1..=4094));
        network.gateway = f.given(cx, "gateway", address::address);
        network.about = about(cx, &mut f, NetworkAbout::of);
        f.finish(cx);
    }
    lab.networks.insert(name.text.to_string(), network);
}
