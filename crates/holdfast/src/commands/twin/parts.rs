//! From the plan of a twin to what the builder of containers takes.

use core::net::IpAddr;
use twin::{Plug, RouterSpec, Standing};
use twinplan::{Address, Design, Link, Machine, Router, Segment};

/// Where a machine stands.
pub(crate) fn standing(design: &Design, machine: &Machine) -> Standing {
    Standing {
        plugs: plugs(design, &machine.links),
        gateways: machine.gateways.clone(),
    }
}

/// A router with its interfaces, ways and rules.
pub(crate) fn router(design: &Design, router: &Router) -> RouterSpec {
    let routes = router.routes.iter().map(|r| (r.to.to_string(), r.via));
    RouterSpec {
        name: router.name.clone(),
        plugs: plugs(design, &router.links),
        routes: routes.collect(),
        ruleset: router.ruleset.clone(),
    }
}

/// The place to look from in a segment, with the gateway that is really there.
pub(crate) fn vantage(design: &Design, segment: &Segment) -> Option<(Plug, Option<IpAddr>)> {
    let address = segment.vantage.as_ref()?;
    let plug = plug(segment, Some(address));
    let mut routed = design.routers.iter().flat_map(|r| &r.links);
    let gateway = segment.gateway.filter(|g| {
        routed.any(|l| l.segment == segment.name && l.address.as_ref().is_some_and(|a| a.ip == *g))
    });
    Some((plug, gateway))
}

fn plugs(design: &Design, links: &[Link]) -> Vec<Plug> {
    let found = links.iter().filter_map(|link| {
        let segment = design.segment(&link.segment)?;
        Some(plug(segment, link.address.as_ref()))
    });
    found.collect()
}

fn plug(segment: &Segment, address: Option<&Address>) -> Plug {
    Plug {
        segment: segment.name.clone(),
        interface: segment.interface.clone(),
        address: address.map(|a| (a.ip, a.prefix)),
    }
}
