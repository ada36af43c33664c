//! Whether cables lead where they are declared to, by what neighbours say of themselves (LLDP).
//!
//! Who does not speak LLDP is not told, and whether a cable leads there stays unknown.

use super::port::is_called;
use super::{Comparing, text};
use crate::How;
use diag::Span;
use model::declare::{Need, OptExt as _, Ref, Target, set};
use model::fact::{FactKind, Facts};
use model::id::{Kind, ObjectRef};
use model::lab::Lab;
use model::lab::hardware::Nic;
use model::units::size::Rate;
use model::value::Value;
use std::collections::{BTreeMap, BTreeSet};

const KIND: FactKind = FactKind::DeviceNeighbour;
/// Longest name of an interface of Linux; what is longer is a description that people wrote.
const INTERFACE: usize = 15;

/// The other end of the cable in a port.
pub(super) struct Ends<'a> {
    far: &'a Target,
    /// Its speed, as declared.
    pub(super) speed: Option<&'a Rate>,
    /// Where the cable is declared.
    pub(super) span: Span,
}

impl Ends<'_> {
    /// `pve1/eno1`.
    pub(super) fn far(&self) -> String {
        let part = self.far.part.as_deref().unwrap_or_default();
        format!("{}/{part}", self.far.object.name)
    }
}

type End = Need<Ref<{ set::PORT | set::NIC }>>;

/// The cables in a device, by port.
pub(super) fn ends<'a>(lab: &'a Lab, device: &ObjectRef) -> BTreeMap<&'a str, Ends<'a>> {
    let target = |end: &'a End| end.known().map(|r| &r.0);
    let mut found = BTreeMap::new();
    for cable in &lab.cables {
        let (Some(from), Some(to)) = (target(&cable.from), target(&cable.to)) else {
            continue;
        };
        for (near, far) in [(from, to), (to, from)] {
            if let Some(part) = near.part.as_deref().filter(|_| near.object == *device) {
                let end = Ends {
                    far,
                    speed: speed(lab, far),
                    span: cable.span,
                };
                found.insert(part, end);
            }
        }
    }
    found
}

fn nic<'a>(lab: &'a Lab, target: &Target) -> Option<&'a Nic> {
    let hardware = lab
        .hosts
        .get(&target.object.name)?
        .about
        .hardware
        .as_ref()?;
    let part = target.part.as_deref()?;
    hardware
        .nics
        .iter()
        .find(|(n, _)| n.0 == part)
        .map(|(_, nic)| nic)
}

fn port<'a>(lab: &'a Lab, target: &Target) -> Option<&'a model::lab::device::Port> {
    let device = lab.devices.get(&target.object.name)?;
    let part = target.part.as_deref()?;
    device
        .ports
        .iter()
        .find(|(n, _)| n.0 == part)
        .map(|(_, port)| port)
}

fn speed<'a>(lab: &'a Lab, target: &Target) -> Option<&'a Rate> {
    match target.object.kind {
        Kind::Host => nic(lab, target)?.speed.known(),
        _ => port(lab, target)?.speed.known(),
    }
}

impl<'a> Comparing<'a> {
    /// Somebody at the port is who the cable leads to.
    pub(super) fn neighbour(&mut self, name: &str, own: &str, ends: &Ends<'a>) {
        let (facts, lab) = (self.facts, self.ctx.lab);
        let said = format!("port {name} to {}", ends.far());
        let there = facts.items(KIND).map(|(_, v)| v);
        let there: Vec<&Value> = there.filter(|v| text(v, "local") == Some(own)).collect();
        let names = called(lab, self.ctx.facts, &ends.far.object);
        let mut doubt = match there.is_empty() {
            true => Some(self.facts.gap(KIND).unwrap_or_else(|| {
                "nobody tells there who it is: the other end does not speak LLDP".to_owned()
            })),
            false => None,
        };
        for one in &there {
            match (is_it(&names, one), is_port(lab, ends.far, one)) {
                (Some(true), Some(true)) => return,
                (Some(true), None) => {
                    let port = text(one, "port").unwrap_or("none");
                    let far = &ends.far.object.name;
                    doubt = Some(format!(
                        "which port of {far} it calls {port} is not declared"
                    ));
                }
                (None, _) => doubt = Some(format!("who is {} is not declared", summary(one))),
                (Some(true), Some(false)) | (Some(false), _) => {}
            }
        }
        let of = (KIND, own);
        match doubt {
            Some(why) => {
                let seen = format!("unknown ({why})");
                self.tell(of, How::Unknown, &said, &seen, Some(ends.span));
            }
            None => {
                let all: Vec<String> = there.iter().map(|v| summary(v)).collect();
                self.tell(of, How::Differs, &said, &all.join("; "), Some(ends.span));
            }
        }
    }

    /// Neighbours at ports that no cable is declared for.
    pub(super) fn undeclared_neighbours(&mut self, ends: &BTreeMap<&str, Ends<'_>>) {
        let declared = self.declared;
        let gap = self.facts.gap(FactKind::DevicePort);
        let cabled = declared
            .ports
            .iter()
            .filter(|(n, _)| ends.contains_key(n.0.as_str()));
        let known: BTreeSet<&str> = cabled
            .filter_map(|(name, port)| {
                match super::find(self.facts, name.0.as_str(), port, gap.clone()) {
                    super::Match::Is(own, _) => Some(own),
                    super::Match::Missing | super::Match::Unknown(_) => None,
                }
            })
            .collect();
        let facts = self.facts;
        let others = facts.items(KIND).filter(|(_, v)| {
            let local = text(v, "local");
            !local.is_some_and(|l| known.contains(l))
        });
        for (key, value) in others {
            let local = text(value, "local").unwrap_or("?");
            let seen = format!("{} at {local}", summary(value));
            self.tell(
                (KIND, key),
                How::Undeclared,
                "no cable declared",
                &seen,
                None,
            );
        }
    }
}

/// What a machine or device may be called by: names, in lower case and without their domain, and hardware addresses.
#[derive(Default)]
struct Called {
    names: BTreeSet<String>,
    macs: BTreeSet<String>,
}

fn called(lab: &Lab, facts: &Facts, object: &ObjectRef) -> Called {
    let mut called = Called::default();
    called.names.insert(first_label(&object.name));
    if let Some(host) = lab
        .hosts
        .get(&object.name)
        .filter(|_| object.kind == Kind::Host)
    {
        let nics = host.about.hardware.iter().flat_map(|h| h.nics.iter());
        let macs = nics.filter_map(|(_, nic)| nic.mac.known());
        called.macs.extend(macs.map(ToString::to_string));
    }
    if let Some(device) = lab
        .devices
        .get(&object.name)
        .filter(|_| object.kind == Kind::Device)
    {
        called
            .macs
            .extend(device.mac.known().map(ToString::to_string));
        // What it calls itself where it was asked.
        let told = facts.targets.get(&object.to_string()).into_iter();
        for (key, value) in told.flat_map(|t| t.items(FactKind::Device)) {
            let own = matches!(key, "system" | "lldp");
            let name = text(value, "name").filter(|_| own);
            called.names.extend(name.map(first_label));
            called
                .macs
                .extend(text(value, "chassis").map(str::to_owned));
        }
    }
    called
}

/// `None` where nothing that it says of itself can be held against what is declared.
fn is_it(called: &Called, told: &Value) -> Option<bool> {
    let ids = ["chassis", "port"].iter().filter_map(|f| text(told, f));
    let ids: Vec<&str> = ids.collect();
    if ids.iter().any(|id| called.macs.contains(*id)) {
        return Some(true);
    }
    if let Some(name) = text(told, "name") {
        return Some(called.names.contains(&first_label(name)));
    }
    // Some have no name, and their chassis is one.
    let chassis = text(told, "chassis").filter(|c| !is_mac(c));
    if chassis.is_some_and(|c| called.names.contains(&first_label(c))) {
        return Some(true);
    }
    (!called.macs.is_empty() && ids.iter().any(|id| is_mac(id))).then_some(false)
}

/// Whether the port that it tells is the declared one.
fn is_port(lab: &Lab, far: &Target, told: &Value) -> Option<bool> {
    let part = far.part.as_deref()?;
    let ids = ["port", "port_description"].iter();
    let ids: Vec<&str> = ids.filter_map(|f| text(told, f)).collect();
    let (interface, mac) = match far.object.kind {
        Kind::Host => (None, nic(lab, far)?.mac.known().map(ToString::to_string)),
        _ => (port(lab, far)?.interface.known(), None),
    };
    let fits = |id: &&str| match far.object.kind {
        Kind::Host => *id == part || mac.as_deref() == Some(*id),
        _ => is_called(id, part, interface.map(String::as_str)),
    };
    if ids.iter().any(fits) {
        return Some(true);
    }
    let is_name = |id: &str| !is_mac(id) && id.len() <= INTERFACE && !id.contains(' ');
    let other = ids.iter().any(|id| is_name(id));
    let other_mac = mac.is_some() && ids.iter().any(|id| is_mac(id));
    (other || other_mac).then_some(false)
}

fn first_label(name: &str) -> String {
    name.split('.').next().unwrap_or(name).to_ascii_lowercase()
}

fn is_mac(text: &str) -> bool {
    let pair = |p: &str| p.len() == 2 && p.chars().all(|c| c.is_ascii_hexdigit());
    text.split(':').count() == 6 && text.split(':').all(pair)
}

/// `nas (02:00:00:00:02:01), port eno1`.
fn summary(told: &Value) -> String {
    let chassis = text(told, "chassis");
    let who = match (text(told, "name"), chassis) {
        (Some(name), Some(chassis)) if name != chassis => format!("{name} ({chassis})"),
        (Some(name), _) => name.to_owned(),
        (None, Some(chassis)) => chassis.to_owned(),
        (None, None) => "somebody".to_owned(),
    };
    let port = text(told, "port");
    let port = match (port, text(told, "port_description")) {
        (Some(port), Some(name)) if is_mac(port) => Some(name),
        (port, _) => port,
    };
    match port {
        Some(port) => format!("{who}, port {port}"),
        None => who,
    }
}
