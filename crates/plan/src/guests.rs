//! Guests and members as the API of a cluster or host tells them, against what is declared.
//!
//! Proxmox VE knows guests by number; the declaration by name. A number that is declared decides; else the name must be unique.

use crate::difference::Telling;
use crate::interface::{By, Interface, compared};
use crate::{Context, Difference, How};
use model::declare::OptExt as _;
use model::fact::{Completeness, FactKind, FactPath, Seen, TargetFacts};
use model::id::Kind;
use model::lab::Lab;
use model::lab::guest::{Guest, GuestKind};
use model::value::Value;
use std::collections::{BTreeMap, BTreeSet};

/// The guests that are declared on it.
pub(crate) fn of<'a>(
    lab: &'a Lab,
    interface: &Interface<'a>,
) -> impl Iterator<Item = (&'a str, &'a Guest)> {
    let (object, members) = (interface.object.clone(), interface.members.clone());
    lab.guests.iter().filter_map(move |(name, guest)| {
        let on = guest.on.known()?;
        let here = on.kind() == object.kind && on.name() == object.name
            || on.kind() == Kind::Host && members.contains(on.name());
        here.then_some((name.as_str(), guest))
    })
}

/// The declared guests by the number that they were found under.
pub fn by_number<'a, 'f>(
    lab: &'a Lab,
    interface: &Interface<'a>,
    facts: &'f TargetFacts,
) -> BTreeMap<&'f str, (&'a str, &'a Guest)> {
    let found = of(lab, interface).filter_map(|(name, guest)| match find(facts, name, guest) {
        Match::Is((id, _)) => Some((id, (name, guest))),
        Match::Missing(_) | Match::Unknown(..) => None,
    });
    found.collect()
}

/// The differences of everything that was observed by an interface.
pub fn drift(ctx: &Context<'_>) -> Vec<Difference> {
    let asked = |by: &By<'_>| matches!(by, By::Pve(_) | By::Other(_));
    compared(ctx, asked, |interface, facts, out| {
        Comparing {
            ctx,
            interface,
            facts,
            out,
        }
        .run();
    })
}

struct Comparing<'a> {
    ctx: &'a Context<'a>,
    interface: &'a Interface<'a>,
    facts: &'a TargetFacts,
    out: Telling<'a>,
}

/// A guest as it was found: its number and what is known of it.
type Found<'a> = (&'a str, &'a Value);

enum Match<'a> {
    Is(Found<'a>),
    Missing(FactPath),
    Unknown(FactPath, String),
}

impl<'a> Comparing<'a> {
    fn run(&mut self) {
        self.members();
        let mut known = BTreeSet::new();
        for (name, guest) in of(self.ctx.lab, self.interface) {
            let described = format!(
                "{} {name}",
                guest.kind.known().map_or("guest", |k| word(*k))
            );
            match find(self.facts, name, guest) {
                Match::Is((id, value)) => {
                    known.insert(id.to_owned());
                    let path = FactPath::new(FactKind::PveGuest, id);
                    self.compare(&path, name, guest, value);
                }
                Match::Missing(path) => {
                    self.out
                        .tell(path, How::Missing, &described, "absent", Some(guest.span))
                }
                Match::Unknown(path, why) => {
                    self.out
                        .tell(path, How::Unknown, &described, &why, Some(guest.span))
                }
            }
        }
        let others: Vec<(String, String)> = self
            .facts
            .items(FactKind::PveGuest)
            .filter(|(id, _)| !known.contains(*id))
            .map(|(id, v)| (id.to_owned(), summary(v)))
            .collect();
        for (id, summary) in others {
            self.out.tell(
                FactPath::new(FactKind::PveGuest, id),
                How::Undeclared,
                "not declared",
                &summary,
                None,
            );
        }
        let partial = match self.facts.collections.get(&FactKind::PveGuest) {
            Some(Completeness::No(why)) => Some(why.to_string()),
            _ => None,
        };
        if let Some(why) = partial {
            let path = FactPath::new(FactKind::PveGuest, "*");
            self.out.tell(
                path,
                How::Unknown,
                "no other guests",
                &format!("unknown ({why})"),
                None,
            );
        }
    }

    /// The hosts of the cluster.
    fn members(&mut self) {
        let kind = FactKind::PveNode;
        let cluster = self.interface.object.kind == Kind::Cluster;
        for member in self.interface.members.iter().filter(|_| cluster) {
            let path = FactPath::new(kind, *member);
            match self.facts.seen(&path) {
                Seen::Present(_) => {}
                Seen::Absent => self.out.tell(
                    path,
                    How::Missing,
                    &format!("member {member}"),
                    "absent",
                    None,
                ),
                unknown @ Seen::Unknown(_) => self.out.tell(
                    path,
                    How::Unknown,
                    &format!("member {member}"),
                    &unknown.to_string(),
                    None,
                ),
            }
        }
        let more: Vec<String> = self
            .facts
            .items(kind)
            .map(|(n, _)| n.to_owned())
            .filter(|n| cluster && !self.interface.members.contains(n.as_str()))
            .collect();
        for node in more {
            let path = FactPath::new(kind, node);
            self.out.tell(
                path,
                How::Undeclared,
                "not declared",
                "a node of the cluster",
                None,
            );
        }
    }

    fn compare(&mut self, path: &FactPath, name: &str, guest: &Guest, seen: &Value) {
        let host = guest
            .on
            .known()
            .filter(|on| on.kind() == Kind::Host)
            .map(|on| on.name());
        let bytes =
            |size: &model::units::size::Size| i64::try_from(size.bytes()).ok().map(Value::Int);
        let whole = |n: &u32| Value::Int(i64::from(*n));
        let wanted: BTreeMap<&str, Value> = [
            ("name", Some(Value::from(called(name, guest)))),
            ("kind", guest.kind.known().map(|k| Value::from(word(*k)))),
            ("node", host.map(Value::from)),
            ("cores", guest.cores.known().map(whole)),
            ("memory", guest.memory.known().and_then(bytes)),
            ("swap", guest.swap.known().and_then(bytes)),
            (
                "autostart",
                guest.autostart.known().map(|on| Value::Bool(*on)),
            ),
            (
                "template",
                guest.template.known().map(|is| Value::Bool(*is)),
            ),
        ]
        .into_iter()
        .filter_map(|(k, v)| Some((k, v?)))
        .collect();
        for (field, declared) in wanted {
            let said = format!("{name}: {field} {}", shown(field, &declared));
            match seen.field(field) {
                Some(found) if *found == declared => {}
                Some(found) => {
                    let found = shown(field, found);
                    self.out
                        .tell(path.clone(), How::Differs, &said, &found, Some(guest.span));
                }
                // What the product does not write down unless it is on, is off; only its configuration tells.
                None if declared == Value::Bool(false) => {}
                None => self.out.tell(
                    path.clone(),
                    How::Unknown,
                    &said,
                    "unknown (it was not told)",
                    Some(guest.span),
                ),
            }
        }
    }
}

/// The guest that a declaration means.
fn find<'a>(facts: &'a TargetFacts, name: &str, guest: &Guest) -> Match<'a> {
    let own = called(name, guest);
    let named = |v: &Value| v.field("name").and_then(Value::as_text) == Some(own);
    let same: Vec<Found<'_>> = facts
        .items(FactKind::PveGuest)
        .filter(|(_, v)| named(v))
        .collect();
    if let Some(id) = guest.id.known() {
        let path = FactPath::new(FactKind::PveGuest, id.to_string());
        return match (facts.seen(&path), same.first()) {
            (Seen::Present(_), _) => match facts
                .items(FactKind::PveGuest)
                .find(|(key, _)| *key == path.key)
            {
                Some(found) => Match::Is(found),
                None => Match::Unknown(path, "unknown".to_owned()),
            },
            // The same name under another number is another guest, or this one made anew.
            (Seen::Absent, _) => Match::Missing(path),
            (unknown @ Seen::Unknown(_), _) => Match::Unknown(path, unknown.to_string()),
        };
    }
    let path = FactPath::new(FactKind::PveGuest, name);
    match (same.as_slice(), facts.seen(&path)) {
        ([one], _) => Match::Is(*one),
        ([], Seen::Absent) => Match::Missing(path),
        ([], other) => Match::Unknown(path, other.to_string()),
        (several, _) => {
            let ids: Vec<&str> = several.iter().map(|(id, _)| *id).collect();
            Match::Unknown(
                path,
                format!(
                    "unknown (guests {} have this name: declare its id)",
                    ids.join(", ")
                ),
            )
        }
    }
}

/// The name that the hypervisor knows.
fn called<'a>(name: &'a str, guest: &'a Guest) -> &'a str {
    guest.name.known().map_or(name, String::as_str)
}

fn word(kind: GuestKind) -> &'static str {
    match kind {
        GuestKind::Vm => "vm",
        GuestKind::Lxc => "lxc",
    }
}

/// `vm web on pve1, 4 cores, 8GiB`.
fn summary(value: &Value) -> String {
    let of = |field: &str| value.field(field);
    let text = |field: &str| of(field).map(ToString::to_string);
    let mut out = [text("kind"), text("name")]
        .into_iter()
        .flatten()
        .collect::<Vec<_>>()
        .join(" ");
    if let Some(node) = text("node") {
        out = format!("{out} on {node}");
    }
    let more = [
        text("cores").map(|c| format!("{c} cores")),
        of("memory").map(|m| shown("memory", m)),
        text("status"),
    ];
    more.into_iter()
        .flatten()
        .fold(out, |out, part| format!("{out}, {part}"))
}

fn shown(field: &str, value: &Value) -> String {
    match (field, value.as_int()) {
        ("memory" | "swap", Some(bytes)) if bytes > 0 && bytes % (1 << 30) == 0 => {
            format!("{}GiB", bytes >> 30)
        }
        ("memory" | "swap", Some(bytes)) if bytes > 0 && bytes % (1 << 20) == 0 => {
            format!("{}MiB", bytes >> 20)
        }
        ("memory" | "swap", Some(bytes)) => format!("{bytes}B"),
        _ => value.to_string(),
    }
}
