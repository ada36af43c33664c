//! Tests of the rules, from outside: lab trees in, findings out.
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "tests read their own fixtures and may fail"
)]

mod appliances;
mod book;
mod btrfs_copies;
mod claims;
mod claims_of_containers;
mod clocks;
mod composed_memory;
mod container_networks;
mod dangling;
mod dim_looks;
mod dns_zones;
mod documents;
mod example;
mod exposed;
mod feeds;
mod firewalls;
mod fixtures;
mod grown;
mod least;
mod lifecycle;
mod lines;
mod links;
mod located;
mod long_ports;
mod machine_disks;
mod mends;
mod observed;
mod odd_numbers;
mod open_ports;
mod overlaps;
mod placed;
mod planned;
mod planned_references;
mod ports_taken;
mod public_cert;
mod roaming;
mod scratch;
mod segments;
mod shared;
mod sighting;
mod silence;
mod slips;
mod slo_planned;
mod space;
mod sums;
mod support;
mod tailnets;
mod taken;
mod too_much;
mod tunnels;
mod tunnels_up;
mod unknowns;
mod unread;
mod volumes;
mod votes_asleep;
mod waived;
mod worded;
