//! The rules about networks, the flows between them, cables, names and tunnels. One file per rule; the list of all rules is that of `rules`.

#![expect(missing_docs, reason = "what a rule is about stands in its summary")]

pub mod exposure_review;
pub mod net_any_source;
pub mod net_cable_ends;
pub mod net_cgnat;
pub mod net_container_address;
pub mod net_dns_address;
pub mod net_dns_record;
pub mod net_dns_secondary;
pub mod net_dns_tld;
pub mod net_double_nat;
pub mod net_egress;
pub mod net_exposure_denied;
pub mod net_flow_conflict;
pub mod net_flow_missing;
pub mod net_guest_network;
pub mod net_gw;
pub mod net_link;
pub mod net_matrix;
pub mod net_overlap;
pub mod net_portcount;
pub mod net_reserved_range;
pub mod net_tailnet_funnel;
pub mod net_tailnet_route;
pub mod net_tailnet_ssh;
pub mod net_transitive;
pub mod net_tunnel;
pub mod net_wireguard;

use graph::{
    Context, addresses, container_addresses, context, listening, reach, sensitive, standing,
    traffic, wires, wording,
};
use lint::{Findings, Mend, Rule};
