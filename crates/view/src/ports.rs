//! Ports of each machine: who listens, what is published and passed on, where two want the same one, and which is free.

use crate::size::count;
use crate::{Cell, Input, Sheet, stacks};
use core::net::IpAddr;
use graph::listening::{self, By, Claim, ConflictKind, Place};
use model::declare::{OptExt as _, Or};
use model::id::Kind;
use model::lab::Lab;
use model::lab::service::Outside;
use std::collections::{BTreeMap, BTreeSet};

/// A use of ports on a machine.
#[derive(Debug, Clone)]
struct Use {
    first: u16,
    last: u16,
    protocol: String,
    /// None is every address.
    address: Option<IpAddr>,
    /// Something listens; a justification alone is no listener.
    listens: bool,
    what: String,
    /// What wants the same.
    rivals: BTreeSet<String>,
}

impl Use {
    fn port(&self) -> String {
        match self.first == self.last {
            true => format!("{}/{}", self.first, self.protocol),
            false => format!("{}-{}/{}", self.first, self.last, self.protocol),
        }
    }
}

/// Uses by machine.
type Machines = BTreeMap<Place, Vec<Use>>;

/// Containers in the network of their machine, by machine. Which ports they take stands in no Compose file.
type Bare = BTreeMap<Place, Vec<String>>;

pub(crate) fn sheets(input: &Input<'_>) -> Vec<Sheet> {
    let mut all = Machines::new();
    of_hosts(input.lab, &mut all);
    let pairs = listeners(input, &mut all);
    ways(input, &mut all);
    for uses in all.values_mut() {
        uses.sort_by_key(|u| {
            (
                u.first,
                u.last,
                u.protocol.clone(),
                !u.listens,
                u.what.clone(),
            )
        });
    }
    let bare = on_hosts(input);
    for machine in bare.keys() {
        all.entry(machine.clone()).or_default();
    }
    let mut listing = listing(&all, &bare);
    notes(input, &all, pairs, &mut listing);
    vec![listing, free(&all, &bare, input.range)]
}

fn listing(all: &Machines, bare: &Bare) -> Sheet {
    let mut sheet = Sheet::new(
        "ports as declared",
        &["MACHINE", "PORT", "ADDRESS", "WHAT", "COLLIDES WITH"],
    );
    for (machine, uses) in all {
        for of in uses {
            sheet.row([
                named(machine),
                Cell::declared(of.port()),
                of.address.map_or_else(|| Cell::computed("all"), address),
                Cell::declared(&of.what),
                match (of.rivals.is_empty(), machine) {
                    (false, _) => Cell::computed(join(&of.rivals)),
                    (true, Place::Machine(_)) => Cell::silent(),
                    (true, Place::Unknown(_)) => Cell::unknown(),
                },
            ]);
        }
        for container in bare.get(machine).into_iter().flatten() {
            sheet.row([
                named(machine),
                Cell::unknown(),
                Cell::silent(),
                Cell::declared(format!("{container} ({})", stacks::BARE)),
                Cell::unknown(),
            ]);
        }
    }
    sheet
}

fn notes(input: &Input<'_>, all: &Machines, pairs: Pairs, sheet: &mut Sheet) {
    if pairs.sure > 0 {
        sheet.note(format!(
            "{}: two that want one port of one address; the second does not start",
            count(pairs.sure, "collision", "collisions")
        ));
    }
    if pairs.maybe > 0 {
        sheet.note(format!(
            "{} of a range with a port in it: whichever starts first has it",
            count(pairs.maybe, "collision", "collisions")
        ));
    }
    let unplaced: Vec<String> = all.keys().filter_map(unplaced).collect();
    if !unplaced.is_empty() {
        sheet.note(format!(
            "on which machine is not declared of {}, so what their ports collide with is not known; write 'on' for a stack, 'runs' for a service",
            unplaced.join(", ")
        ));
    }
    let idle = idle(input);
    if !idle.is_empty() {
        sheet.note(format!(
            "no container is started of {}: nothing listens on what they publish",
            idle.join(", ")
        ));
    }
    if !sheet.rows.is_empty() {
        sheet.note(
            "from ways in and Compose files; what really listens is shown by: holdfast ports",
        );
    }
}

fn join(all: &BTreeSet<String>) -> String {
    let all: Vec<&str> = all.iter().map(String::as_str).collect();
    all.join(", ")
}

/// `host/pve1`, or that nobody says it.
fn named(place: &Place) -> Cell {
    match place {
        Place::Machine(machine) => Cell::declared(machine),
        Place::Unknown(_) => Cell::unknown(),
    }
}

fn unplaced(place: &Place) -> Option<String> {
    match place {
        Place::Machine(_) => None,
        Place::Unknown(of) => Some(of.to_string()),
    }
}

/// Containers that publish something and are started not once.
fn idle(input: &Input<'_>) -> Vec<String> {
    let all = input.projects.iter();
    let all = all.flat_map(|(stack, p)| p.services.iter().map(move |s| (stack, p, s)));
    let idle = all.filter(|(_, project, (_, service))| {
        let none = listening::copies(project, service) == Some(0);
        service.active && none && !service.ports.is_empty()
    });
    idle.map(|(stack, _, (name, _))| format!("{stack}/{name}"))
        .collect()
}

/// As a socket is written: the text of an IPv6 address stands in brackets.
fn address(ip: IpAddr) -> Cell {
    match ip {
        IpAddr::V4(ip) => Cell::declared(ip),
        IpAddr::V6(ip) => Cell::declared(format!("[{ip}]")),
    }
}

/// The next free port of each machine in a range.
fn free(all: &Machines, bare: &Bare, (from, to): (u16, u16)) -> Sheet {
    let mut sheet = Sheet::new(
        &format!("free ports from {from} to {to}"),
        &["MACHINE", "USED IN ALL", "USED HERE", "NEXT FREE"],
    );
    let placed = all.iter().filter(|(p, _)| unplaced(p).is_none());
    for (machine, uses) in placed {
        let taken: BTreeSet<u16> = uses.iter().flat_map(|u| u.first..=u.last).collect();
        let next = (from..=to).find(|p| !taken.contains(p));
        sheet.row([
            named(machine),
            Cell::computed(taken.len()),
            Cell::computed(taken.range(from..=to).count()),
            next.map_or_else(|| Cell::computed("none"), Cell::computed),
        ]);
    }
    let nowhere = all.keys().filter_map(unplaced).count();
    if nowhere > 0 {
        let number = count(nowhere, "stack or service", "stacks and services");
        sheet.note(format!(
            "what {number} without a machine take may be one of these"
        ));
    }
    let unknown: usize = bare.values().map(Vec::len).sum();
    if unknown > 0 {
        let number = count(unknown, "container", "containers");
        sheet.note(format!(
            "what {number} in the network of the host take is not known, and may be one of these"
        ));
    }
    sheet
}

fn on_hosts(input: &Input<'_>) -> Bare {
    let mut out = Bare::new();
    for (name, container) in stacks::on_hosts(input) {
        let text = format!("container {name}/{container}");
        let place = listening::of_stack(input.lab, name);
        out.entry(place).or_default().push(text);
    }
    out
}

/// Ways in are reasons; whether something listens for them is not said here.
fn of_hosts(lab: &Lab, all: &mut Machines) {
    for (name, machine) in lab.machines() {
        for way in &machine.exposures {
            let why = way
                .why
                .as_ref()
                .map_or("no reason given", |w| w.value.as_str());
            all.entry(Place::Machine(lab.machine_ref(name)))
                .or_default()
                .push(Use {
                    first: way.port.value,
                    last: way.port.value,
                    protocol: way.protocol.word().to_owned(),
                    address: way.listen.as_ref().and_then(|l| l.value.parse().ok()),
                    listens: false,
                    what: format!("way in: {why}"),
                    rivals: BTreeSet::new(),
                });
        }
    }
}

/// How many pairs want what only one can have: always, or whenever the other starts first.
#[derive(Debug, Clone, Copy, Default)]
struct Pairs {
    sure: usize,
    maybe: usize,
}

impl Pairs {
    fn add(&mut self, kind: ConflictKind) {
        match kind {
            ConflictKind::Within => self.maybe += 1,
            ConflictKind::Same | ConflictKind::TooFew => self.sure += 1,
        }
    }
}

/// What containers and services take, with what takes the same.
fn listeners(input: &Input<'_>, all: &mut Machines) -> Pairs {
    let mut pairs = Pairs::default();
    for (place, claims) in listening::claims(input.lab, input.projects) {
        let mut uses: Vec<Use> = claims.iter().map(of_claim).collect();
        let whats: Vec<String> = uses.iter().map(|u| u.what.clone()).collect();
        // Two that meet on several addresses are one pair.
        let mut met = BTreeSet::new();
        for conflict in listening::conflicts(&claims) {
            let both = [conflict.first, conflict.other].map(|n| claims.get(n));
            if let [Some(one), Some(other)] = both {
                let mut titles = [one.by.title(), other.by.title()];
                titles.sort();
                let port = one.first.max(other.first);
                if met.insert((titles, one.protocol, port)) {
                    pairs.add(conflict.kind);
                }
            }
            let (one, other) = (conflict.first, conflict.other);
            for (of, rival) in [(one, other), (other, one)] {
                if let (Some(of), Some(rival)) = (uses.get_mut(of), whats.get(rival)) {
                    of.rivals.insert(rival.clone());
                }
            }
        }
        all.entry(place).or_default().append(&mut uses);
    }
    pairs
}

fn of_claim(claim: &Claim<'_>) -> Use {
    let what = match (claim.by, claim.target) {
        (By::Container { stack, name }, Some(port)) => {
            format!("container {stack}/{name} (port {port} inside)")
        }
        (By::Container { stack, name }, None) => format!("container {stack}/{name}"),
        (By::Service(name), _) => format!("service/{name}"),
        (By::Tunnel { name, .. }, _) => format!("WireGuard {name}"),
    };
    let some = claim.some.map(|n| format!(", takes {n} of them"));
    Use {
        first: claim.first,
        last: claim.last,
        protocol: claim.protocol.to_owned(),
        address: claim.address,
        listens: true,
        what: what + &some.unwrap_or_default(),
        rivals: BTreeSet::new(),
    }
}

/// Ways to services that are no listeners of their own: what a machine or device passes on, and what their containers publish.
fn ways(input: &Input<'_>, all: &mut Machines) {
    let services = input.lab.services.iter();
    for (name, service) in services.filter(|(_, s)| s.is_running()) {
        let composed = listening::is_composed(service, input.projects);
        for way in &service.exposures {
            let Some(ports) = way.port.known() else {
                continue;
            };
            let (places, what) = match way.via.known() {
                // What comes in by a proxy or tunnel listens there, and the proxy says so itself.
                Some(via) if via.kind() == Kind::Service => continue,
                Some(via) => {
                    let machine = Place::Machine(via.0.object.clone());
                    let what = format!("passed on to service/{name}");
                    (BTreeSet::from([machine]), what)
                }
                None if composed => {
                    let places = listening::of_running(input.lab, name, service);
                    (places, format!("service/{name}"))
                }
                None => continue,
            };
            let loopback = matches!(way.from.known(), Some(Or::Word(Outside::Loopback)));
            for place in places {
                all.entry(place).or_default().push(Use {
                    first: ports.first(),
                    last: ports.last(),
                    protocol: ports.protocol().word().to_owned(),
                    address: loopback.then_some(IpAddr::from([127, 0, 0, 1])),
                    listens: false,
                    what: what.clone(),
                    rivals: BTreeSet::new(),
                });
            }
        }
    }
}
