//! Disks, pools, bodies of data and disks of guests, who uses them, and where the copies are.

use super::fold::fold;
use super::{count, dotted, reference, said};
use crate::cell::How;
use crate::diagram::Options;
use crate::diagram::model::{Diagram, Edge, Hue, Node, Row, Stroke, Sure, View};
use crate::{Cell, planned, storage};
use model::declare::{Opt, OptExt, Ref};
use model::id::Kind;
use model::lab::service::Status;
use model::lab::storage::Pool;
use model::lab::{Backup, Dataset, Lab};
use model::units::size::Size;
use model::units::text::Name;
use std::collections::{BTreeMap, BTreeSet};

const DATA: usize = 2;
const USERS: usize = 3;
/// Behind everything else, however many pools lie on each other.
const COPIES: usize = 40;
const LIES_ON: &str = "is made of, lies on, is used by";
const COPIED: &str = "is copied to";

pub(crate) fn draw(lab: &Lab, options: &Options) -> Diagram {
    let mut out = Diagram::new(View::Storage, &lab.name);
    // What is planned is drawn where what it is to be on is there.
    let is_placed = |pool: &Pool| {
        let on = pool.on.known();
        on.is_none_or(|on| graph::standing::away(lab, &on.0.object).is_none())
    };
    let planned = planned::pools(lab).filter(|(_, pool, _)| is_placed(pool));
    let planned = planned.map(|(name, pool, _)| (name, pool));
    let pools: Vec<(&String, &Pool)> = lab.pools.iter().chain(planned).collect();
    for (name, pool) in &pools {
        let on = pool.on.known().map(|o| (o.kind(), o.name()));
        let group = on.map(|(kind, name)| machine(kind, name, &mut out));
        out.node(pool_card(lab, name, pool).group(group).column(1));
    }
    for (name, pool) in &pools {
        pool_lines(lab, name, pool, &mut out);
    }
    for (name, data) in &lab.datasets {
        dataset(lab, name, data, &mut out);
    }
    let guests = guests(lab, &mut out);
    repositories(lab, &mut out);
    spare_disks(lab, options, &mut out);
    for (name, backup) in &lab.backups {
        copies(name, backup, &guests, &mut out);
    }
    replications(lab, &guests, &mut out);
    if !options.expand {
        fold(&mut out, ("service", "services"), &|n| {
            n.id.starts_with("service/")
        });
        fold(&mut out, ("guest", "guests"), &|n| {
            n.id.starts_with("guest/")
        });
    }
    out.summary = dotted([
        Some(count(lab.pools.len(), "pool", "pools")),
        Some(count(lab.datasets.len(), "body of data", "bodies of data")),
        Some(count(lab.repositories.len(), "repository", "repositories")),
    ]);
    if out.nodes.is_empty() {
        let text = "Nothing is declared that keeps data: write hosts.NAME.hardware.disks, pools, datasets and repositories.";
        out.notes.push(text.to_owned());
    }
    out
}

/// The frame of a machine.
fn machine(kind: Kind, name: &str, out: &mut Diagram) -> usize {
    out.group(&reference(kind, name), name, Sure::Known)
}

fn pool_card(lab: &Lab, name: &str, pool: &Pool) -> Node {
    let [room, raw] = room(lab, name, pool);
    let mut node = Node::card(reference(Kind::Pool, name), name, Hue::Blue)
        .meaning("pool")
        .line(dotted([said(&pool.kind), said(&pool.level)]))
        .line(room)
        .line(raw)
        .line(said(&pool.mount).unwrap_or_default());
    let there = pool.status.known().is_none_or(|s| *s == Status::Running);
    if !there {
        node = node.sure(Sure::Planned);
    }
    let full = storage::permille(lab, name, pool);
    node.fill = full.and_then(|f| u8::try_from(f / 10).ok());
    node
}

/// What of a pool is used, and what its disks have before redundancy takes its part, as the table of pools has them.
fn room(lab: &Lab, name: &str, pool: &Pool) -> [String; 2] {
    let usable = storage::usable(lab, name, pool);
    // A share has the room of the pool below it.
    let shared = pool.from.is_some() && usable.how == How::Silent;
    let known = |cell: Cell| told(cell).filter(|text| text != "?");
    let (used, of) = (known(Cell::of(&pool.used)), known(usable));
    let raw = known(storage::raw(lab, pool)).filter(|raw| Some(raw) != of.as_ref());
    let room = match (used, of) {
        (Some(used), Some(of)) => format!("{used} of {of}"),
        (Some(used), None) if shared => format!("{used} used"),
        (Some(used), None) => format!("{used} used, size: ?"),
        (None, Some(of)) => format!("{of}, used: ?"),
        (None, None) if shared => "used: ?".to_owned(),
        (None, None) => "size: ?".to_owned(),
    };
    [
        room,
        raw.map_or_else(String::new, |raw| format!("{raw} raw")),
    ]
}

/// A cell of a table in a box.
fn told(cell: Cell) -> Option<String> {
    match cell.how {
        How::Silent => None,
        How::Unknown => Some("?".to_owned()),
        How::Assumed => Some(format!("~{}", cell.text)),
        _ => Some(cell.text),
    }
}

/// A size; that it is not declared is said.
fn size(given: &Opt<Size>) -> Option<String> {
    said(given)
        .filter(|s| s != "?")
        .or_else(|| Some("size: ?".to_owned()))
}

fn pool_lines(lab: &Lab, name: &str, pool: &Pool, out: &mut Diagram) {
    let Some(at) = out.find(&reference(Kind::Pool, name)) else {
        return;
    };
    for device in &pool.devices {
        let disk = disk(
            lab,
            device.value.name(),
            device.value.part().unwrap_or("?"),
            out,
        );
        out.edges
            .push(Edge::plain(disk, at, Stroke::Solid, LIES_ON));
    }
    let below = pool
        .from
        .known()
        .and_then(|f| out.find(&reference(Kind::Pool, f.name())));
    if let Some(below) = below {
        out.edges
            .push(Edge::plain(below, at, Stroke::Solid, LIES_ON));
    } else if pool.devices.is_empty() {
        let on = pool.on.known().map(|o| (o.kind(), o.name()));
        let group = on.map(|(kind, name)| machine(kind, name, out));
        let id = format!("disk/?/{name}");
        let node = Node::card(id, "? disks", Hue::Grey)
            .line("which ones is not declared")
            .sure(Sure::Unknown)
            .group(group);
        let disk = out.node(node);
        out.edges
            .push(Edge::plain(disk, at, Stroke::Dashed, LIES_ON));
    }
}

/// The card of a disk; made if it is new.
fn disk(lab: &Lab, host: &str, name: &str, out: &mut Diagram) -> usize {
    let id = format!("disk/{host}/{name}");
    if let Some(at) = out.find(&id) {
        return at;
    }
    let hardware = lab.hosts.get(host).and_then(|h| h.about.hardware.as_ref());
    let found = hardware.and_then(|h| h.disks.get(&Name(name.to_owned())));
    let says = found.map(|d| dotted([size(&d.size), said(&d.kind)]));
    let sure = if found.is_some() {
        Sure::Known
    } else {
        Sure::Unknown
    };
    let group = machine(Kind::Host, host, out);
    let node = Node::card(id, name, Hue::Grey)
        .meaning("disk")
        .line(says.unwrap_or_else(|| "?".to_owned()))
        .sure(sure)
        .group(Some(group));
    let at = out.node(node);
    if let Some(node) = out.nodes.get_mut(at) {
        node.of.insert(reference(Kind::Host, host));
    }
    at
}

/// Disks that no pool has and no data is said to lie on: one card, or a card each.
fn spare_disks(lab: &Lab, options: &Options, out: &mut Diagram) {
    let mut spare = Node::card("disks/spare", "in no pool", Hue::Grey).meaning("disk");
    for (host, declared) in &lab.hosts {
        let disks = declared.about.hardware.iter().flat_map(|h| &h.disks);
        for (name, declared) in disks {
            let id = format!("disk/{host}/{}", name.0);
            if out.find(&id).is_some() {
                continue;
            }
            if options.expand {
                let at = disk(lab, host, &name.0, out);
                if let Some(node) = out.nodes.get_mut(at) {
                    node.lines.push("in no pool".to_owned());
                }
                continue;
            }
            spare.of.extend([id, reference(Kind::Host, host)]);
            let says = dotted([size(&declared.size), said(&declared.kind)]);
            spare.rows.push(Row {
                text: format!("{host}/{}", name.0),
                detail: says,
            });
        }
    }
    if !spare.rows.is_empty() {
        out.node(spare);
    }
}

fn dataset(lab: &Lab, name: &str, data: &Dataset, out: &mut Diagram) {
    let class = data.class.known().map(|c| c.word().to_owned());
    let node = Node::card(reference(Kind::Dataset, name), name, Hue::Teal)
        .meaning("body of data")
        .line(dotted([class, size(&data.about.size)]))
        .column(DATA);
    let at = out.node(node);
    let pool = data
        .about
        .pool
        .known()
        .and_then(|p| out.find(&reference(Kind::Pool, p.name())));
    match (pool, &data.host, data.disk.known()) {
        (Some(pool), _, _) => out
            .edges
            .push(Edge::plain(pool, at, Stroke::Solid, LIES_ON)),
        (None, Some(host), Some(label)) => {
            let disk = disk(lab, &host.value, label, out);
            out.edges
                .push(Edge::plain(disk, at, Stroke::Solid, LIES_ON));
        }
        (None, host, _) => {
            let on = host.as_ref().map(|h| h.value.clone());
            let on = on.or_else(|| data.about.on.known().map(|o| o.name().to_owned()));
            let text = on.map_or("where it lies: ?".to_owned(), |on| {
                format!("on {on}, pool: ?")
            });
            if let Some(node) = out.nodes.get_mut(at) {
                node.lines.push(text);
                node.sure = Sure::Unknown;
            }
        }
    }
    let service = data.about.service.known().map(Ref::name);
    let owners = lab.services.iter().filter(|(service_name, s)| {
        service == Some(service_name.as_str())
            || s.data
                .values()
                .any(|d| d.dataset.known().is_some_and(|d| d.name() == name))
    });
    for (service, declared) in owners {
        let id = reference(Kind::Service, service);
        let user = out.find(&id).unwrap_or_else(|| {
            let sure = if declared.is_running() {
                Sure::Known
            } else {
                Sure::Planned
            };
            let tier = said(&declared.tier.as_deref().map(|t| Box::new(short(t))));
            let node = Node::card(id, service, Hue::Violet)
                .meaning("service")
                .column(USERS);
            out.node(
                node.sure(sure)
                    .line(tier.map(|t| format!("tier {t}")).unwrap_or_default()),
            )
        });
        out.edges
            .push(Edge::plain(at, user, Stroke::Solid, LIES_ON));
    }
}

/// A reference without its kind.
fn short<const SET: u64>(given: &model::declare::Given<Ref<SET>>) -> model::declare::Given<String> {
    let name = given
        .value()
        .map_or_else(|| "?".to_owned(), |r| r.name().to_owned());
    model::declare::Given::declared(name, given.span)
}

/// A card for each guest, with a line from each pool that its disks lie on. Where each guest is.
///
/// Guests become one box only later, by `fold`, when all lines are known: those that are copied elsewhere are not alike.
fn guests(lab: &Lab, out: &mut Diagram) -> BTreeMap<String, usize> {
    let mut places = BTreeMap::new();
    for (name, guest) in &lab.guests {
        let mut pools: BTreeSet<usize> = BTreeSet::new();
        let mut sizes = Vec::new();
        let mut sure = Sure::Known;
        for disk in guest.disks.values() {
            sizes.push(said(&disk.size).unwrap_or_else(|| "?".to_owned()));
            let pool = disk.pool.known().map(Ref::name);
            match pool.and_then(|p| out.find(&reference(Kind::Pool, p))) {
                Some(pool) => drop(pools.insert(pool)),
                None => sure = Sure::Unknown,
            }
        }
        if guest.disks.is_empty() {
            sizes.push("disk: ?".to_owned());
            sure = Sure::Unknown;
        }
        let node = Node::card(reference(Kind::Guest, name), name, Hue::Green)
            .meaning("disks of guests")
            .line(dotted(sizes.into_iter().map(Some)))
            .sure(sure)
            .column(DATA);
        let at = out.node(node);
        out.edges.extend(
            pools
                .into_iter()
                .map(|pool| Edge::plain(pool, at, Stroke::Solid, LIES_ON)),
        );
        places.insert(name.clone(), at);
    }
    places
}

/// The colour of copies by their place, and what it means.
fn by_site(lab: &Lab, site: Option<&str>) -> (Hue, String) {
    const HUES: [Hue; 4] = [Hue::Orange, Hue::Pink, Hue::Amber, Hue::Red];
    let at = site.and_then(|s| lab.sites.keys().position(|n| n == s));
    let hue = at.and_then(|n| HUES.get(n % HUES.len()).copied());
    let meaning = site.map_or("copies, place: ?".to_owned(), |s| format!("copies at {s}"));
    (hue.unwrap_or(Hue::Grey), meaning)
}

fn site_of<'a>(lab: &'a Lab, host: Option<&str>) -> Option<&'a str> {
    let host = lab.hosts.get(host?)?;
    host.site.known().map(String::as_str)
}

fn repositories(lab: &Lab, out: &mut Diagram) {
    for (name, repository) in &lab.repositories {
        let about = &repository.about;
        let host = repository.on.known().map(String::as_str);
        let held = about.held_by.known().map(Ref::name).or(host);
        let site = about
            .site
            .known()
            .map(Ref::name)
            .or_else(|| site_of(lab, held));
        let (hue, meaning) = by_site(lab, site);
        let known = if site.is_some() {
            Sure::Known
        } else {
            Sure::Unknown
        };
        let group = out.group(&format!("copies/{}", site.unwrap_or("?")), &meaning, known);
        let place = held.map(|h| format!("on {h}"));
        let yes = |v: &model::declare::Opt<bool>, text: &str| {
            (v.known() == Some(&true)).then(|| text.to_owned())
        };
        let disk = repository.disk.known().filter(|_| about.pool.is_none());
        let node = Node::card(reference(Kind::Repository, name), name, hue)
            .meaning(meaning)
            .line(dotted([
                said(&about.kind),
                place.or_else(|| said(&about.provider)),
            ]))
            .line(dotted([
                about.pool.known().map(|p| format!("pool {}", p.name())),
                disk.map(|d| format!("disk {d}")),
                said(&about.size).map(|s| format!("{s} in all")),
            ]))
            .line(dotted([
                yes(&about.append_only, "append-only"),
                yes(&about.offline, "offline"),
            ]))
            .group(Some(group))
            .column(COPIES);
        out.node(node);
    }
}

/// A row in the repository, and lines from all that is copied to it.
fn copies(name: &str, backup: &Backup, guests: &BTreeMap<String, usize>, out: &mut Diagram) {
    let to = backup
        .to
        .as_ref()
        .and_then(|t| out.find(&reference(Kind::Repository, &t.value)));
    let mut from: Vec<usize> = Vec::new();
    from.extend(
        backup
            .datasets
            .iter()
            .filter_map(|d| out.find(&reference(Kind::Dataset, &d.value))),
    );
    let whole = backup
        .about
        .guests
        .iter()
        .filter_map(|g| guests.get(g.value.name()));
    from.extend(whole);
    let services = backup.about.services.iter();
    from.extend(services.filter_map(|s| out.find(&reference(Kind::Service, s.value.name()))));
    let every = backup.every.as_ref().map(|e| format!("every {}", e.value));
    let when = every.or_else(|| said(&backup.about.schedule));
    let rest = [
        (backup.about.hosts.len(), "host", "hosts"),
        (backup.about.stacks.len(), "stack", "stacks"),
        (backup.about.devices.len(), "device", "devices"),
    ];
    let rest = rest.into_iter().filter(|(n, _, _)| *n > 0);
    let rest: Vec<String> = rest.map(|(n, one, many)| count(n, one, many)).collect();
    let Some(to) = to else {
        let place = backup
            .to
            .as_ref()
            .map_or("nowhere that is declared", |t| t.value.as_str());
        out.notes.push(format!("Backup {name} goes to {place}."));
        return;
    };
    let detail = dotted([when, Some(rest.join(", "))]);
    if let Some(node) = out.nodes.get_mut(to) {
        node.rows.push(Row {
            text: name.to_owned(),
            detail,
        });
        let row = node.rows.len() - 1;
        from.sort_unstable();
        from.dedup();
        let hue = Some(node.hue);
        out.edges.extend(from.into_iter().map(|from| Edge {
            to_row: Some(row),
            hue,
            ..Edge::arrow(from, to, Stroke::Dotted, COPIED)
        }));
    }
}

/// Copies that follow, from pool to pool or from a body of data to another machine.
fn replications(lab: &Lab, guests: &BTreeMap<String, usize>, out: &mut Diagram) {
    for (name, replication) in &lab.replications {
        let from: Vec<usize> = match replication.from.known() {
            Some(f) if f.kind() == Kind::Guest => {
                guests.get(f.name()).copied().into_iter().collect()
            }
            Some(f) => out
                .find(&reference(f.kind(), f.name()))
                .into_iter()
                .collect(),
            None => Vec::new(),
        };
        let to = replication.to.known().map(|t| (t.kind(), t.name()));
        let Some((kind, target)) = to else { continue };
        let at = followed(lab, kind, target, out);
        let when = said(&replication.schedule);
        if let Some(node) = out.nodes.get_mut(at) {
            node.rows.push(Row {
                text: name.clone(),
                detail: when.unwrap_or_default(),
            });
            let (row, hue) = (Some(node.rows.len() - 1), Some(node.hue));
            out.edges.extend(from.into_iter().map(|from| Edge {
                to_row: row,
                hue,
                ..Edge::arrow(from, at, Stroke::Dotted, COPIED)
            }));
        }
    }
}

/// The card of what a replication writes to: the repository, or the pool or machine once more, as a place of copies.
fn followed(lab: &Lab, kind: Kind, target: &str, out: &mut Diagram) -> usize {
    let own = out
        .find(&reference(kind, target))
        .filter(|_| kind == Kind::Repository);
    let id = format!("copy/{}/{target}", kind.word());
    if let Some(at) = own.or_else(|| out.find(&id)) {
        return at;
    }
    let pool = lab.pools.get(target).filter(|_| kind == Kind::Pool);
    let on = pool.and_then(|p| p.on.known()).map(|o| o.name());
    let host = if kind == Kind::Host { Some(target) } else { on };
    let site = site_of(lab, host);
    let (hue, meaning) = by_site(lab, site);
    let known = if site.is_some() {
        Sure::Known
    } else {
        Sure::Unknown
    };
    let group = out.group(&format!("copies/{}", site.unwrap_or("?")), &meaning, known);
    let place = on
        .map(|o| format!("{} on {o}", kind.word()))
        .unwrap_or_else(|| kind.word().to_owned());
    let mut node = Node::card(id, target, hue)
        .meaning(meaning)
        .line(dotted([
            Some(place),
            Some("follows by replication".to_owned()),
        ]))
        .group(Some(group))
        .column(COPIES);
    node.of = [reference(kind, target)].into();
    out.node(node)
}
