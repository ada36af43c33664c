//! Ports of each machine: who listens, what is published and passed on, where two want the same one, and which is free.

use crate::size::count;
use crate::{Cell, Input, Sheet, stacks};
use core::net::IpAddr;
use model::declare::{OptExt as _, Or};
use model::id::Kind;
use model::lab::Lab;
use model::lab::service::{Outside, Service};
use model::units::net::Ports;
use std::collections::{BTreeMap, BTreeSet};

/// A use of ports on a machine.
#[derive(Debug, Clone)]
struct Use {
    first: u16,
    last: u16,
    protocol: String,
    /// None is every address.
    address: Option<IpAddr>,
    /// What listens; a justification alone is no listener.
    by: Option<By>,
    what: String,
}

/// What listens: a container, or a service that is declared to.
#[derive(Debug, Clone, PartialEq, Eq)]
enum By {
    /// Stack and container.
    Container(String, String),
    /// A service whose Compose file says nothing, because it has none or it could not be read.
    Service(String),
}

impl Use {
    /// Both cannot be had.
    fn collides(&self, other: &Use) -> bool {
        let (Some(a), Some(b)) = (&self.by, &other.by) else {
            return false;
        };
        let address = graph::addresses::meet(self.address, other.address);
        let ports = self.first <= other.last && other.first <= self.last;
        a != b && address && ports && self.protocol == other.protocol
    }

    fn port(&self) -> String {
        match self.first == self.last {
            true => format!("{}/{}", self.first, self.protocol),
            false => format!("{}-{}/{}", self.first, self.last, self.protocol),
        }
    }
}

/// Uses by machine: `host/pve1`.
type Machines = BTreeMap<String, Vec<Use>>;

/// Containers in the network of their machine, by machine. Which ports they take stands in no Compose file.
type Bare = BTreeMap<String, Vec<String>>;

pub(crate) fn sheets(input: &Input<'_>) -> Vec<Sheet> {
    let mut all = Machines::new();
    of_hosts(input.lab, &mut all);
    of_stacks(input, &mut all);
    of_services(input, &mut all);
    for uses in all.values_mut() {
        uses.sort_by_key(|u| {
            (
                u.first,
                u.last,
                u.protocol.clone(),
                u.by.is_none(),
                u.what.clone(),
            )
        });
    }
    let bare = on_hosts(input);
    for machine in bare.keys() {
        all.entry(machine.clone()).or_default();
    }
    vec![listing(&all, &bare), free(&all, &bare, input.range)]
}

fn listing(all: &Machines, bare: &Bare) -> Sheet {
    let mut sheet = Sheet::new(
        "ports as declared",
        &["MACHINE", "PORT", "ADDRESS", "WHAT", "COLLIDES WITH"],
    );
    let mut pairs = 0;
    for (machine, uses) in all {
        for (n, of) in uses.iter().enumerate() {
            let others = uses.iter().enumerate();
            let rivals = others.filter(|(m, o)| *m != n && of.collides(o));
            let rivals: BTreeSet<&str> = rivals.map(|(_, o)| o.what.as_str()).collect();
            pairs += rivals.len();
            sheet.row([
                Cell::declared(machine),
                Cell::declared(of.port()),
                of.address.map_or_else(|| Cell::computed("all"), address),
                Cell::declared(&of.what),
                match rivals.is_empty() {
                    true => Cell::silent(),
                    false => Cell::computed(rivals.into_iter().collect::<Vec<_>>().join(", ")),
                },
            ]);
        }
        for container in bare.get(machine).into_iter().flatten() {
            sheet.row([
                Cell::declared(machine),
                Cell::unknown(),
                Cell::silent(),
                Cell::declared(format!("{container} ({})", stacks::BARE)),
                Cell::unknown(),
            ]);
        }
    }
    if pairs > 0 {
        sheet.note(format!(
            "{}: two that want one port of one address; the second does not start",
            count(pairs / 2, "collision", "collisions")
        ));
    }
    if !sheet.rows.is_empty() {
        sheet.note(
            "from ways in and Compose files; what really listens is shown by: holdfast ports",
        );
    }
    sheet
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
    for (machine, uses) in all {
        let taken: BTreeSet<u16> = uses.iter().flat_map(|u| u.first..=u.last).collect();
        let next = (from..=to).find(|p| !taken.contains(p));
        sheet.row([
            Cell::declared(machine),
            Cell::computed(taken.len()),
            Cell::computed(taken.range(from..=to).count()),
            next.map_or_else(|| Cell::computed("none"), Cell::computed),
        ]);
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
        let on = input.lab.stacks.get(name).and_then(|s| s.on.known());
        let machine = on.map_or_else(|| "?".to_owned(), ToString::to_string);
        let text = format!("container {name}/{container}");
        out.entry(machine).or_default().push(text);
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
            all.entry(lab.machine_ref(name).to_string())
                .or_default()
                .push(Use {
                    first: way.port.value,
                    last: way.port.value,
                    protocol: way.protocol.word().to_owned(),
                    address: way.listen.as_ref().and_then(|l| l.value.parse().ok()),
                    by: None,
                    what: format!("way in: {why}"),
                });
        }
    }
}

fn of_stacks(input: &Input<'_>, all: &mut Machines) {
    for (name, project) in input.projects {
        let on = input.lab.stacks.get(name).and_then(|s| s.on.known());
        let Some(on) = on else { continue };
        for (container, service) in project.services.iter().filter(|(_, s)| s.active) {
            let published = service
                .ports
                .iter()
                .filter_map(|p| Some((p, p.published.as_ref()?)));
            for (port, range) in published {
                all.entry(on.to_string()).or_default().push(Use {
                    first: range.start,
                    last: range.end.max(range.start),
                    protocol: port.protocol.clone(),
                    address: port.host_ip,
                    by: Some(By::Container(name.clone(), container.clone())),
                    what: format!("container {name}/{container} (port {} inside)", port.target),
                });
            }
        }
    }
}

fn of_services(input: &Input<'_>, all: &mut Machines) {
    let lab = input.lab;
    for (name, service) in lab.services.iter().filter(|(_, s)| s.is_running()) {
        let mut stacks = service.runs.iter().filter_map(|r| r.stack.known());
        // What its containers publish stands in the Compose file.
        let composed = stacks.any(|s| input.projects.contains_key(s.name()));
        for way in &service.exposures {
            let Some(ports) = way.port.known() else {
                continue;
            };
            let loopback = matches!(way.from.known(), Some(Or::Word(Outside::Loopback)));
            // What comes in by a proxy or tunnel listens there, and the proxy says so itself.
            let (machines, by, what) = match way.via.known() {
                Some(via) if via.kind() == Kind::Service => continue,
                Some(via) => {
                    let what = format!("passed on to service/{name}");
                    (BTreeSet::from([via.to_string()]), None, what)
                }
                None => {
                    let by = (!composed).then(|| By::Service(name.clone()));
                    (machines(lab, service), by, format!("service/{name}"))
                }
            };
            for machine in machines {
                all.entry(machine).or_default().push(Use {
                    by: by.clone(),
                    what: what.clone(),
                    address: loopback.then_some(IpAddr::from([127, 0, 0, 1])),
                    ..of_ports(ports)
                });
            }
        }
    }
}

fn of_ports(ports: &Ports) -> Use {
    Use {
        first: ports.first(),
        last: ports.last(),
        protocol: ports.protocol().word().to_owned(),
        address: None,
        by: None,
        what: String::new(),
    }
}

/// Where a service listens: hosts, guests, devices, clusters.
fn machines(lab: &Lab, service: &Service) -> BTreeSet<String> {
    let mut out = BTreeSet::new();
    for runs in service.runs.iter() {
        let stack = runs
            .stack
            .known()
            .and_then(|s| lab.stacks.get(s.name())?.on.known());
        out.extend(stack.map(ToString::to_string));
        out.extend(runs.host.known().map(ToString::to_string));
        out.extend(runs.guest.known().map(ToString::to_string));
        out.extend(runs.device.known().map(ToString::to_string));
        out.extend(runs.cluster.known().map(ToString::to_string));
    }
    out
}
