//! The plan of a twin as tables: what there will be, what stands in for what, and what is missing with the reason.

use super::words::count;
use super::{Paint, Table, Tone, wrap};
use crate::commands::twin::pools::Made;
use crate::commands::twin::stacks::Brought;
use model::units::Bytes;
use std::collections::BTreeMap;
use twinapi::Served;
use twinplan::{Absent, Address, Design, Link, PoolTwin, Simulated, Source};

/// The whole plan.
pub(crate) fn plan(design: &Design, paint: Paint) -> String {
    let parts = [
        section("machines", machines(design), design.machines.len(), paint),
        section("segments", segments(design), design.segments.len(), paint),
        section("routers", routers(design), design.routers.len(), paint),
        section("pools", pools(design), design.pools.len(), paint),
        section(
            "interfaces",
            interfaces(design),
            design.interfaces.len(),
            paint,
        ),
        section("stacks", stacks(design), design.stacks.len(), paint),
        absent(&design.absent, paint),
        exceptions(design, paint),
    ];
    let mut text = parts.into_iter().flatten().collect::<Vec<_>>().join("\n");
    if !design.notes.is_empty() {
        text.push('\n');
    }
    for note in &design.notes {
        text.push_str(&wrap::hanging("= ", note, paint.width()));
    }
    text
}

fn section(title: &str, table: Table, rows: usize, paint: Paint) -> Option<String> {
    let head = paint.text(Tone::Head, title);
    (rows > 0).then(|| format!("{head}\n{}", table.print(paint, 2)))
}

fn machines(design: &Design) -> Table {
    let mut table = Table::headed(&["MACHINE", "OF", "SYSTEM", "IN", "ADDRESS"]);
    for machine in &design.machines {
        let system = match &machine.stand_in {
            None => machine.os.clone(),
            Some(what) => format!("{}: {what}", machine.os),
        };
        let (segments, addresses) = links(&machine.links);
        table.row([
            (machine.name.clone(), None),
            (machine.of.to_string(), Some(Tone::Dim)),
            (system, None),
            (segments, None),
            (addresses, None),
        ]);
    }
    table
}

/// Segments and addresses below each other.
fn links(links: &[Link]) -> (String, String) {
    let segments: Vec<&str> = links.iter().map(|l| l.segment.as_str()).collect();
    let addresses: Vec<String> = links.iter().map(|l| address(l.address.as_ref())).collect();
    match links {
        [] => ("-".to_owned(), "-".to_owned()),
        _ => (segments.join("\n"), addresses.join("\n")),
    }
}

/// An address; made up ones are marked.
pub(crate) fn address(address: Option<&Address>) -> String {
    match address {
        None => "none".to_owned(),
        Some(a) if a.source == Source::MadeUp => format!("~{}/{}", a.ip, a.prefix),
        Some(a) => format!("{}/{}", a.ip, a.prefix),
    }
}

fn segments(design: &Design) -> Table {
    let mut table = Table::headed(&["SEGMENT", "SUBNET", "ZONE", "GATEWAY", "NOTES"]);
    let or_none = |text: Option<String>| text.unwrap_or("-".to_owned());
    for segment in &design.segments {
        let notes = match segment.notes.as_slice() {
            [] => "-".to_owned(),
            notes => notes.join("; "),
        };
        table.row([
            (segment.name.clone(), None),
            (or_none(segment.subnet.map(|s| s.to_string())), None),
            (or_none(segment.zone.clone()), None),
            (or_none(segment.gateway.map(|g| g.to_string())), None),
            (notes, None),
        ]);
    }
    table
}

fn routers(design: &Design) -> Table {
    let mut table = Table::headed(&["ROUTER", "OF", "IN", "ADDRESS", "RULES"]);
    for router in &design.routers {
        let (segments, addresses) = links(&router.links);
        let rules = router
            .ruleset
            .lines()
            .filter(|l| l.contains(" comment "))
            .count();
        let of = router
            .of
            .as_ref()
            .map_or("-".to_owned(), ToString::to_string);
        table.row([
            (router.name.clone(), None),
            (of, Some(Tone::Dim)),
            (segments, None),
            (addresses, None),
            (rules.to_string(), None),
        ]);
    }
    table
}

fn pools(design: &Design) -> Table {
    let mut table = Table::headed(&["POOL", "ON", "BTRFS, SCALED DOWN", "MOUNT", "DECLARED"]);
    for pool in &design.pools {
        let declared = match &pool.stand_in {
            None => pool.kind.clone(),
            Some(what) => format!("{}: {what}", pool.kind),
        };
        table.row([
            (pool.name.clone(), None),
            (pool.machine.clone(), None),
            (scaled(pool), None),
            (mount(pool), None),
            (declared, None),
        ]);
    }
    table
}

fn interfaces(design: &Design) -> Table {
    let mut table = Table::headed(&["API OF", "ON", "PORT", "WHAT ANSWERS"]);
    for one in &design.interfaces {
        let what = match one.product {
            Simulated::ProxmoxVe => {
                "a simulator of Proxmox VE 9.1, which starts and stops the machines of guests"
            }
            Simulated::ProxmoxBackupServer => {
                "a simulator of Proxmox Backup Server 4.0, with the declared datastores and nothing in them"
            }
            Simulated::OpenWrt => {
                "a simulator of OpenWrt's ubus, which tells the router as it is declared"
            }
        };
        table.row([
            (one.of.to_string(), None),
            (one.machine.clone(), None),
            (one.product.port().to_string(), None),
            (what.to_owned(), None),
        ]);
    }
    table
}

fn stacks(design: &Design) -> Table {
    let mut table = Table::headed(&["STACK", "ON", "SERVICES", "NOT AS DECLARED"]);
    for stack in &design.stacks {
        let names: Vec<&str> = stack.services.iter().map(|(n, _)| n.as_str()).collect();
        table.row([
            (stack.name.clone(), None),
            (stack.machine.clone(), None),
            (names.join(", "), None),
            (
                if stack.notes.is_empty() {
                    "-".to_owned()
                } else {
                    stack.notes.join("\n")
                },
                Some(Tone::Dim),
            ),
        ]);
    }
    table
}

/// What is missing, one line per reason.
pub(crate) fn absent(absent: &[Absent], paint: Paint) -> Option<String> {
    let mut by_reason: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for one in absent {
        by_reason
            .entry(&one.why)
            .or_default()
            .push(one.of.to_string());
    }
    let mut table = Table::headed(&["NOT IN TWIN", "WHY"]);
    for (why, what) in &by_reason {
        table.row([(what.join(", "), None), ((*why).to_owned(), None)]);
    }
    let text = table.print(paint, 2);
    let head = format!("not in the twin: {}", absent.len());
    (!absent.is_empty()).then(|| format!("{}\n{text}", paint.text(Tone::Head, &head)))
}

fn exceptions(design: &Design, paint: Paint) -> Option<String> {
    let mut by_reason: Vec<(&str, Vec<&str>)> = Vec::new();
    for one in design.exceptions {
        match by_reason.iter_mut().find(|(why, _)| *why == one.why) {
            Some((_, paths)) => paths.push(one.paths),
            None => by_reason.push((one.why, vec![one.paths])),
        }
    }
    let mut table = Table::headed(&["FACTS", "WHY"]);
    for (why, paths) in by_reason {
        table.row([(paths.join(", "), None), (why.to_owned(), None)]);
    }
    let head = paint.text(Tone::Head, "unknown in any twin");
    Some(format!("{head}\n{}", table.print(paint, 2)))
}

/// How a twin is.
pub(crate) struct Status {
    /// The twin's name.
    pub(crate) name: String,
    /// Each with what systemd says, and the bytes of memory it has.
    pub(crate) machines: Vec<(twinplan::Machine, String, Option<u64>)>,
    /// Each with whether it runs.
    pub(crate) routers: Vec<(twinplan::Router, bool)>,
    /// Segments with whether their vantage runs.
    pub(crate) vantages: Vec<(twinplan::Segment, bool)>,
    /// How the stacks are.
    pub(crate) stacks: Vec<Brought>,
    /// How the interfaces are.
    pub(crate) interfaces: Vec<Served>,
    /// How the pools are.
    pub(crate) pools: Vec<Made>,
    /// Not in the plan.
    pub(crate) absent: Vec<Absent>,
    /// Faults in force.
    pub(crate) faults: Vec<String>,
}

/// How every part is, faults first.
pub(crate) fn status(status: &Status, paint: Paint) -> String {
    let well = |h: &str| matches!(h, "running" | "degraded");
    let up = status.machines.iter().filter(|(_, h, _)| well(h)).count();
    let all = count(status.machines.len(), "machine", "machines");
    let memory: u64 = status.machines.iter().filter_map(|(_, _, m)| *m).sum();
    let memory = Bytes(memory);
    let mut text = format!(
        "twin {}: {up} of {all} up, {memory} of memory\n",
        status.name
    );
    for fault in &status.faults {
        text.push_str(&wrap::hanging(
            &format!("{} ", paint.text(Tone::Look, "fault")),
            fault,
            paint.width(),
        ));
    }
    let mut table = Table::headed(&["PART", "HEALTH", "IN", "ADDRESS", "MEMORY", "STANDS IN FOR"]);
    for (machine, health, memory) in &status.machines {
        let (segments, addresses) = links(&machine.links);
        let memory = memory.map_or("-".to_owned(), |m| Bytes(m).to_string());
        let stand_in = machine
            .stand_in
            .as_ref()
            .map_or("-", |_| machine.os.as_str());
        table.row([
            (machine.name.clone(), None),
            (health.clone(), Some(tone(well(health)))),
            (segments, None),
            (addresses, None),
            (memory, None),
            (stand_in.to_owned(), None),
        ]);
    }
    for (router, is) in &status.routers {
        let (segments, addresses) = links(&router.links);
        let of = router
            .of
            .as_ref()
            .map_or("-".to_owned(), ToString::to_string);
        table.row(part(
            &format!("router {}", router.name),
            *is,
            segments,
            addresses,
            of,
        ));
    }
    for (segment, is) in &status.vantages {
        let at = address(segment.vantage.as_ref());
        table.row(part(
            &format!("@{}", segment.name),
            *is,
            segment.name.clone(),
            at,
            "-".to_owned(),
        ));
    }
    text.push_str(&table.print(paint, 2));
    let more = [
        (!status.interfaces.is_empty()).then(|| served(&status.interfaces)),
        (!status.stacks.is_empty()).then(|| brought(&status.stacks)),
        (!status.pools.is_empty()).then(|| made(&status.pools)),
    ];
    for table in more.into_iter().flatten() {
        text.push_str(&format!("\n{}", table.print(paint, 2)));
    }
    if let Some(absent) = absent(&status.absent, paint) {
        text.push_str(&format!("\n{absent}"));
    }
    text
}

/// Interfaces with where they are.
fn served(interfaces: &[Served]) -> Table {
    let mut table = Table::headed(&[
        "API OF",
        "HEALTH",
        "FROM HERE",
        "IN THE TWIN",
        "STANDS IN FOR",
    ]);
    for one in interfaces {
        let health = if one.here.is_some() {
            "answers"
        } else {
            "missing"
        };
        let here = one.here.as_ref().map_or("-", |h| h.url.as_str());
        let stands_for = match one.of.product {
            Simulated::ProxmoxVe => "Proxmox VE 9.1, simulated",
            Simulated::ProxmoxBackupServer => "Proxmox Backup Server 4.0, simulated",
            Simulated::OpenWrt => "OpenWrt by ubus, simulated",
        };
        table.row([
            (one.of.of.to_string(), None),
            (health.to_owned(), Some(tone(one.here.is_some()))),
            (here.to_owned(), None),
            (one.inside.join("\n"), None),
            (stands_for.to_owned(), None),
        ]);
    }
    table
}

/// Pools with how they are, how full, and of what they are made.
fn made(pools: &[Made]) -> Table {
    let mut table = Table::headed(&[
        "POOL",
        "ON",
        "HEALTH",
        "USED",
        "OF",
        "MOUNT",
        "STANDS IN FOR",
    ]);
    for one in pools {
        let used = match one.bytes() {
            Some((used, size)) => format!("{} of {}", Bytes(used), Bytes(size)),
            None => "-".to_owned(),
        };
        let stand_in = one.pool.stand_in.as_ref();
        table.row([
            (one.pool.name.clone(), None),
            (one.pool.machine.clone(), None),
            (one.health(), Some(tone(one.is_well()))),
            (used, None),
            (scaled(&one.pool), None),
            (mount(&one.pool), None),
            (
                stand_in.map_or("-", |_| one.pool.kind.as_str()).to_owned(),
                None,
            ),
        ]);
    }
    table
}

/// Its disks, which are smaller than the declared ones.
fn scaled(pool: &PoolTwin) -> String {
    let disks = count(pool.disks.len(), "disk", "disks");
    format!("{}, {disks} of {} MiB", pool.profile, pool.disk_size >> 20)
}

/// Where it is mounted; a place that is made up is marked.
fn mount(pool: &PoolTwin) -> String {
    let mark = if pool.mount_made_up { "~" } else { "" };
    format!("{mark}{}", pool.mount)
}

/// Stacks with how many of their containers are well, and how many of them stand in for the declared images.
fn brought(stacks: &[Brought]) -> Table {
    let mut table = Table::headed(&[
        "STACK",
        "ON",
        "WELL",
        "STAND-INS",
        "NOT WELL, OR NOT AS DECLARED",
    ]);
    for one in stacks {
        let (well, stand_ins, mut notes) = match &one.containers {
            Err(why) => ("-".to_owned(), "-".to_owned(), vec![why.clone()]),
            Ok(all) => {
                let well = all.iter().filter(|c| c.is_well()).count();
                let stand_ins = all.iter().filter(|c| !c.stand_in.is_empty()).count();
                let unwell = all.iter().filter(|c| !c.is_well());
                let notes = unwell.map(|c| {
                    format!("{}: {} {}", c.name, c.state, c.health)
                        .trim_end()
                        .to_owned()
                });
                let of = all.len().max(one.stack.services.len());
                (
                    format!("{well} of {of}"),
                    stand_ins.to_string(),
                    notes.collect(),
                )
            }
        };
        notes.extend(one.stack.notes.iter().cloned());
        let notes = match notes.as_slice() {
            [] => "-".to_owned(),
            all => all.join("\n"),
        };
        table.row([
            (one.stack.name.clone(), None),
            (one.stack.machine.clone(), None),
            (well, Some(tone(one.is_well()))),
            (stand_ins, None),
            (notes, Some(Tone::Dim)),
        ]);
    }
    table
}

fn tone(good: bool) -> Tone {
    if good { Tone::Good } else { Tone::Bad }
}

fn part(
    name: &str,
    up: bool,
    segments: String,
    addresses: String,
    of: String,
) -> [(String, Option<Tone>); 6] {
    let health = if up { "up" } else { "missing" };
    [
        (name.to_owned(), None),
        (health.to_owned(), Some(tone(up))),
        (segments, None),
        (addresses, None),
        ("-".to_owned(), None),
        (of, None),
    ]
}
