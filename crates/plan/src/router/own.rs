//! Where a service can be met, by the machines that it runs on.

use core::net::IpAddr;
use graph::addresses::{held, standing};
use graph::reach::{machines, places};
use ipnet::IpNet;
use model::id::ObjectRef;
use model::lab::Lab;
use model::lab::service::Service;
use std::collections::BTreeMap;

/// Every declared address of a lab; put together once for all services.
pub(super) struct Addresses<'a> {
    lab: &'a Lab,
    /// By its owner what is known, and in how many networks it stands.
    of: BTreeMap<ObjectRef, (Vec<IpAddr>, usize)>,
}

impl<'a> Addresses<'a> {
    pub(super) fn of(lab: &'a Lab) -> Self {
        let mut of: BTreeMap<ObjectRef, (Vec<IpAddr>, usize)> = BTreeMap::new();
        for held in held(lab) {
            of.entry(held.owner).or_default().0.push(held.address);
        }
        for (owner, _) in standing(lab) {
            of.entry(owner).or_default().1 += 1;
        }
        Self { lab, of }
    }
}

/// The addresses of a service.
pub(super) struct Own {
    /// It runs on the router itself.
    pub(super) here: bool,
    /// Those of the router, if it runs there.
    of_router: Vec<IpAddr>,
    /// Those of other machines.
    others: Vec<IpAddr>,
    /// No machine and no address is left open.
    whole: bool,
}

/// Whether something is one of those addresses.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum At {
    /// It is none of them.
    No,
    /// That cannot be told.
    Unknown(String),
    /// It is one.
    Yes,
}

impl Own {
    pub(super) fn of(all: &Addresses<'_>, router: &ObjectRef, service: &Service) -> Self {
        let places = places(service);
        let mut out = Self {
            here: false,
            of_router: Vec::new(),
            others: Vec::new(),
            whole: !places.is_empty(),
        };
        for place in places {
            let machines = machines(all.lab, &place);
            out.whole &= !machines.is_empty();
            for machine in machines {
                let (known, asked) = all.of.get(&machine).cloned().unwrap_or_default();
                out.whole &= !known.is_empty() && asked == known.len();
                if machine == *router {
                    out.here = true;
                    out.of_router.extend(known);
                } else {
                    out.others.extend(known);
                }
            }
        }
        out
    }

    /// Nothing is said of where it can be met.
    pub(super) fn is_open(&self) -> bool {
        !self.whole
    }

    /// It runs on some machine that is not the router.
    pub(super) fn is_behind(&self) -> bool {
        !self.others.is_empty()
    }

    /// Somewhere behind the router, in one of these networks.
    pub(super) fn within(&self, mut nets: impl Iterator<Item = IpNet>) -> bool {
        nets.any(|net| self.others.iter().any(|a| net.contains(a)))
    }

    /// An address, a network or a list of them is where it can be met.
    pub(super) fn at(&self, to: &str) -> At {
        let mut best = At::No;
        for word in to.split_whitespace() {
            best = best.max(self.at_one(word));
        }
        best
    }

    fn at_one(&self, word: &str) -> At {
        let one = word.parse::<IpAddr>().ok();
        let net = one.map(IpNet::from);
        let Some(net) = net.or_else(|| word.parse().ok()) else {
            return At::Unknown(format!("'{word}' is not understood"));
        };
        let mut all = self.of_router.iter().chain(&self.others);
        if all.clone().any(|a| net.contains(a)) {
            return At::Yes;
        }
        if self.of_router.is_empty() && self.others.is_empty() {
            return At::Unknown("at which address it runs is not declared".to_owned());
        }
        if !all.any(|a| a.is_ipv4() == net.addr().is_ipv4()) {
            return At::Unknown(format!("whose address {word} is, is not declared"));
        }
        match self.whole {
            true => At::No,
            false => At::Unknown("not every address at which it runs is declared".to_owned()),
        }
    }
}
