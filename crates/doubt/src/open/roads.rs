//! Networks, names, firewalls and ways in.

use super::when::{always, cabled, documents, flows, gateways, names, networks, plugged, stacks};
use super::{Rests, rests};

pub(super) const RESTS: &[Rests] = &[
    rests(
        "cmp-port-open",
        "a database or an administration is open to more than its own machine",
        &["service.exposures.*.from", "stack", "stack.file"],
        stacks,
    ),
    rests(
        "exposure-review",
        "each flow that may pass is looked at again in time",
        &["flows.*.action", "flows.*.review"],
        always,
    ),
    rests(
        "net-cable-ends",
        "the ends of each cable are in one network",
        &[
            "cables.*.from",
            "cables.*.to",
            "device.ports.*.network",
            "host.hardware.nics.*.network",
        ],
        cabled,
    ),
    rests(
        "fw-conflict",
        "a broader rule voids a narrower one",
        &["document", "document.file", "host.kind"],
        documents,
    ),
    rests(
        "fw-docker-bypass",
        "a container publishes a port past the firewall of its host",
        &["host.kind", "stack", "stack.file", "stack.on"],
        stacks,
    ),
    rests(
        "fw-scope",
        "a firewall command of {} lets in too many",
        &["document", "document.file"],
        always,
    ),
    rests(
        "fw-syntax",
        "the firewall commands of {} are such",
        &["document", "document.file"],
        always,
    ),
    rests(
        "net-any-source",
        "{} lets the internet in where nobody has to",
        &[
            "service.exposures.*.from",
            "service.exposures.*.port",
            "stack",
            "stack.file",
            "stack.on",
        ],
        always,
    ),
    rests(
        "net-dns-address",
        "the records of {} are addresses of their types",
        &["dns-zone.records.*.type", "dns-zone.records.*.value"],
        always,
    ),
    rests(
        "net-dns-secondary",
        "names are still found, and filtered, when one name server fails",
        &[
            "dns-zone.primary",
            "resolvers.*.address",
            "resolvers.*.filtering",
            "service.runs.host|guest|stack|cluster|device",
            "service.runs.*.host|guest|stack|cluster|device",
        ],
        names,
    ),
    rests(
        "net-dns-tld",
        "the name of {} is one that nobody else can own",
        &["network.domain", "service.exposures.*.host", "service.url"],
        always,
    ),
    rests(
        "net-double-nat",
        "addresses are translated twice",
        &[
            "device.addresses.*",
            "host.hardware.nics.*.network",
            "host.kind",
            "network.kind",
            "site.uplinks.*.gateway",
        ],
        networks,
    ),
    rests(
        "net-egress",
        "every zone gets its updates, its time and its names",
        &[
            "flows.*.action",
            "flows.*.from",
            "flows.*.to",
            "network.zone",
        ],
        flows,
    ),
    rests(
        "net-flow-conflict",
        "no two flows contradict each other",
        &[
            "flows.*.action",
            "flows.*.from",
            "flows.*.ports",
            "flows.*.to",
        ],
        always,
    ),
    rests(
        "net-flow-missing",
        "a flow leads to what is reached for",
        &[
            "dataset.on",
            "network.zone",
            "probe.from",
            "probe.of",
            "service.exposures.*.port",
            "service.needs.*",
            "service.needs.*.need|of",
            "service.runs.host|guest|stack|cluster|device",
            "service.runs.*.host|guest|stack|cluster|device",
        ],
        flows,
    ),
    rests(
        "net-gw",
        "the gateway of a network is one that can be",
        &["host.kind", "network.dhcp"],
        gateways,
    ),
    rests(
        "net-link",
        "every hop on the way is as fast as its ends",
        &[
            "device.kind",
            "device.ports.*",
            "host.hardware.nics.*",
            "host.hardware.nics.*.speed",
            "site.uplinks.*.down",
            "site.uplinks.*.gateway",
        ],
        cabled,
    ),
    rests(
        "net-matrix",
        "for every pair of zones something says whether traffic may pass",
        &["network.zone"],
        flows,
    ),
    rests(
        "net-overlap",
        "the addresses that {} hands out are its own",
        &["network.dhcp"],
        always,
    ),
    rests(
        "net-portcount",
        "there is a port for everything that is plugged in",
        &["cables.*.from", "cables.*.to", "device.kind"],
        plugged,
    ),
    rests(
        "net-transitive",
        "a zone reaches through another one what it may not reach",
        &[
            "flows.*.action",
            "flows.*.from",
            "flows.*.to",
            "network.zone",
        ],
        flows,
    ),
    rests(
        "net-tunnel",
        "{} is a tunnel that the lab knows of",
        &["service.image"],
        always,
    ),
];
