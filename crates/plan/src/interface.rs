//! What is reached by a product's own interface: whose it is, and how declared and observed guests differ. What a UPS tells is compared in
//! [`crate::ups`], what a switch tells in [`crate::device`], what a backup server tells in [`crate::datastore`],
//! and what a router tells in [`crate::router`].
//!
//! Proxmox VE knows guests by number; the declaration by name. A number that is declared decides; else the name must be unique.

use crate::difference::Telling;
use crate::{Context, Difference, How};
use model::declare::OptExt as _;
use model::fact::{Completeness, FactKind, FactPath, Seen, TargetFacts};
use model::id::{Kind, ObjectRef};
use model::lab::api::{Api, ApiProduct};
use model::lab::device::Device;
use model::lab::guest::{ClusterKind, Guest, GuestKind};
use model::lab::nut::NutUps;
use model::lab::openwrt::OpenWrt;
use model::lab::snmp::Snmp;
use model::lab::{Host, Lab};
use model::value::Value;
use std::collections::{BTreeMap, BTreeSet};

/// A cluster, host, guest, UPS or device with an interface of its own.
#[derive(Debug, Clone)]
pub struct Interface<'a> {
    /// Which.
    pub object: ObjectRef,
    /// How it is asked.
    pub by: By<'a>,
    /// Its hosts.
    pub members: BTreeSet<&'a str>,
}

/// Ways to ask.
#[derive(Debug, Clone, Copy)]
pub enum By<'a> {
    /// The API of Proxmox VE, as far as is declared.
    Pve(&'a Api),
    /// The API of Proxmox Backup Server.
    Pbs(&'a Api),
    /// The API of another product.
    Other(&'a Api),
    /// upsd of Network UPS Tools.
    Nut(&'a NutUps),
    /// An SNMP agent.
    Snmp(&'a Snmp),
    /// ubus of an OpenWrt router.
    OpenWrt(&'a OpenWrt),
}

impl<'a> Interface<'a> {
    /// The API, where it is that of Proxmox VE.
    pub fn pve(&self) -> Option<&'a Api> {
        match self.by {
            By::Pve(api) => Some(api),
            By::Pbs(_) | By::Other(_) | By::Nut(_) | By::Snmp(_) | By::OpenWrt(_) => None,
        }
    }

    /// The API, where it is that of Proxmox Backup Server.
    pub fn pbs(&self) -> Option<&'a Api> {
        match self.by {
            By::Pbs(api) => Some(api),
            By::Pve(_) | By::Other(_) | By::Nut(_) | By::Snmp(_) | By::OpenWrt(_) => None,
        }
    }

    /// The API, of whatever product.
    pub fn api(&self) -> Option<&'a Api> {
        match self.by {
            By::Pve(api) | By::Pbs(api) | By::Other(api) => Some(api),
            By::Nut(_) | By::Snmp(_) | By::OpenWrt(_) => None,
        }
    }

    /// The name of its facts among those of hosts: `cluster/main`, `host/pve1`.
    pub fn key(&self) -> String {
        self.object.to_string()
    }
}

/// All that are declared.
pub fn all(lab: &Lab) -> Vec<Interface<'_>> {
    let clusters = lab.clusters.iter().filter_map(|(name, cluster)| {
        let members = cluster
            .members
            .iter()
            .filter(|m| m.value.kind() == Kind::Host);
        let is_pve = cluster.kind.known() == Some(&ClusterKind::Proxmox);
        Some(Interface {
            object: ObjectRef::new(Kind::Cluster, name),
            by: by(
                cluster.api.as_ref()?,
                is_pve.then_some(ApiProduct::ProxmoxVe),
            ),
            members: members.map(|m| m.value.name()).collect(),
        })
    });
    let hosts = lab.hosts.iter().filter_map(|(name, host)| {
        let by = by(host.about.api.as_ref()?, runs(host));
        // What a backup server tells says nothing of the machine that it runs on.
        let tells = (!matches!(by, By::Pbs(_))).then_some(name.as_str());
        Some(Interface {
            object: ObjectRef::new(Kind::Host, name),
            by,
            members: tells.into_iter().collect(),
        })
    });
    let guests = lab.guests.iter().filter_map(|(name, guest)| {
        let os = guest.os.known().map(|os| os.0.as_str());
        Some(Interface {
            object: ObjectRef::new(Kind::Guest, name),
            by: by(guest.api.as_ref()?, os.and_then(product)),
            members: BTreeSet::new(),
        })
    });
    let ups = lab.ups.iter().filter_map(|(name, ups)| {
        Some(Interface {
            object: ObjectRef::new(Kind::Ups, name),
            by: By::Nut(ups.nut.known()?),
            members: BTreeSet::new(),
        })
    });
    let devices = lab.devices.iter().filter_map(|(name, device)| {
        Some(Interface {
            object: ObjectRef::new(Kind::Device, name),
            // One object is asked in one way; what the other one would have told is said to be unknown.
            by: match (&device.openwrt, &device.snmp) {
                (Some(openwrt), _) => By::OpenWrt(openwrt),
                (None, snmp) => By::Snmp(snmp.as_ref()?),
            },
            members: BTreeSet::new(),
        })
    });
    let others = guests.chain(ups).chain(devices);
    clusters.chain(hosts).chain(others).collect()
}

/// By the product that is declared, else by the port that only one of them has, else by what runs there.
fn by(api: &Api, runs: Option<ApiProduct>) -> By<'_> {
    let url = api.url.known().map(|url| url.0.trim_end_matches('/'));
    let by_port = || {
        let backup = url.is_some_and(|url| url.ends_with(":8007"));
        backup.then_some(ApiProduct::ProxmoxBackupServer)
    };
    match api.product.known().copied().or_else(by_port).or(runs) {
        Some(ApiProduct::ProxmoxVe) => By::Pve(api),
        Some(ApiProduct::ProxmoxBackupServer) => By::Pbs(api),
        None => By::Other(api),
    }
}

fn runs(host: &Host) -> Option<ApiProduct> {
    let os = host.os.known().map(String::as_str);
    // Of a host that says nothing, the hypervisor is meant.
    os.map_or(Some(ApiProduct::ProxmoxVe), product)
}

/// What an operating system is the product of.
fn product(os: &str) -> Option<ApiProduct> {
    match os {
        "pbs" => Some(ApiProduct::ProxmoxBackupServer),
        os if os.starts_with("proxmox-backup") => Some(ApiProduct::ProxmoxBackupServer),
        "pve" => Some(ApiProduct::ProxmoxVe),
        os if os.starts_with("proxmox") => Some(ApiProduct::ProxmoxVe),
        _ => None,
    }
}

/// What single things have to be asked for, beyond all that there is.
pub fn paths(lab: &Lab, interface: &Interface<'_>) -> Vec<FactPath> {
    if interface.pbs().is_some() {
        return Vec::new();
    }
    let ids = guests(lab, interface).filter_map(|(_, guest)| guest.id.known());
    ids.map(|id| FactPath::new(FactKind::PveGuest, id.to_string()))
        .collect()
}

/// The guests that are declared on it.
pub(crate) fn guests<'a>(
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
    let found = guests(lab, interface).filter_map(|(name, guest)| match find(facts, name, guest) {
        Match::Is((id, _)) => Some((id, (name, guest))),
        Match::Missing(_) | Match::Unknown(..) => None,
    });
    found.collect()
}

/// Devices that are asked in one way.
pub(crate) fn devices<'a>(
    lab: &'a Lab,
    how: fn(&By<'_>) -> bool,
) -> Vec<(Interface<'a>, &'a Device)> {
    let asked = all(lab).into_iter().filter(|i| how(&i.by));
    asked
        .filter_map(|i| lab.devices.get(&i.object.name).map(|d| (i, d)))
        .collect()
}

/// Why nothing is known of what was asked, `unknown (REASON)`; none if it answered.
pub(crate) fn silence(facts: &TargetFacts) -> Option<String> {
    let why = facts.errors.first();
    let why = why.map_or("it was not asked", String::as_str);
    facts.identity.is_none().then(|| format!("unknown ({why})"))
}

/// The differences of everything that was observed by an interface.
pub fn drift(ctx: &Context<'_>) -> Vec<Difference> {
    let mut out = Vec::new();
    let all = all(ctx.lab).into_iter();
    for interface in all.filter(|i| i.api().is_some() && i.pbs().is_none()) {
        if let Some(facts) = ctx.facts.targets.get(&interface.key()) {
            Comparing {
                ctx,
                interface: &interface,
                facts,
                out: Telling::of(ctx, &interface.object, &mut out),
            }
            .run();
        }
    }
    out
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
        for (name, guest) in guests(self.ctx.lab, self.interface) {
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
