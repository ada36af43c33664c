//! Ways in: what is open on hosts and what services offer.

use crate::size::count;
use crate::{Cell, How, Input, Sheet, stacks};
use model::compose::Port;
use model::declare::{Opt, OptExt as _, Or, Ref, Target, set};
use model::id::{Kind, ObjectRef};
use model::lab::service::Outside;
use model::lab::{Exposure, Lab};

pub(crate) fn sheet(input: &Input<'_>) -> Sheet {
    let (lab, today) = (input.lab, input.today);
    let mut sheet = Sheet::new(
        "ways in",
        &[
            "WHERE", "PORT", "FROM", "VIA", "NAME", "WHY", "OWNER", "REVIEW",
        ],
    );
    let mut overdue = 0;
    let mut unjustified = 0;
    for (name, machine) in lab.machines() {
        for way in &machine.exposures {
            let review = way.review.as_ref().map(|r| r.value);
            overdue += usize::from(review.is_some_and(|r| r < today));
            unjustified += usize::from(way.why.is_none() || way.owner.is_none());
            sheet.row(of_machine(&lab.machine_ref(name), way));
        }
    }
    for (name, service) in &lab.services {
        for way in &service.exposures {
            let review = way.review.as_ref().and_then(|r| r.value()).copied();
            overdue += usize::from(review.is_some_and(|r| r < today));
            unjustified += usize::from(way.why.is_none() || way.owner.is_none());
            sheet.row([
                Cell::declared(format!("service/{name}")),
                Cell::of(&way.port),
                from(&way.from),
                Cell::with(&way.via, |v| v.name().to_owned()),
                Cell::of(&way.host),
                Cell::of(&way.why),
                Cell::with(&way.owner, |o| o.name().to_owned()),
                Cell::of(&way.review),
            ]);
        }
    }
    let total = sheet.rows.len();
    if total > 0 {
        sheet.note(format!(
            "{total} declared: {unjustified} without reason or owner, {overdue} past their review"
        ));
    }
    published(input, &mut sheet);
    sheet
}

/// Ports that a Compose file publishes beyond its own machine, and that no way in gives a reason for.
fn published(input: &Input<'_>, sheet: &mut Sheet) {
    let before = sheet.rows.len();
    for (name, project) in input.projects {
        let on = input.lab.stacks.get(name).and_then(|s| s.on.known());
        for (container, service) in project.services.iter().filter(|(_, s)| s.active) {
            for port in service.ports.iter().filter(|p| is_open(p)) {
                let Some(range) = &port.published else {
                    continue;
                };
                if (range.start..=range.end.max(range.start))
                    .all(|p| has_reason(input.lab, name, on.map(|o| &o.0), (p, &port.protocol)))
                {
                    continue;
                }
                let ports = match range.start == range.end {
                    true => range.start.to_string(),
                    false => format!("{}-{}", range.start, range.end),
                };
                let mut row = vec![Cell::silent(); sheet.columns.len()];
                let shown = [
                    Cell::declared(format!("container/{name}/{container}")),
                    Cell::declared(format!("{ports}/{}", port.protocol)),
                ];
                for (cell, text) in row.iter_mut().zip(shown) {
                    *cell = text;
                }
                sheet.row(row);
            }
        }
    }
    let unjustified = sheet.rows.len() - before;
    bare(input, sheet);
    let unread = stacks::unread(input);
    if unread > 0 {
        let number = count(unread, "stack", "stacks");
        sheet.note(format!(
            "what {number} without a readable Compose file would publish is not known"
        ));
    }
    if unjustified > 0 {
        sheet.note(format!(
            "{unjustified} published by Compose files, and no way in gives the reason"
        ));
    }
}

/// Containers that open what they like on their machine, since no Compose file limits it.
fn bare(input: &Input<'_>, sheet: &mut Sheet) {
    let all = stacks::on_hosts(input);
    for (name, container) in &all {
        let mut row = vec![Cell::silent(); sheet.columns.len()];
        let shown = [
            Cell::declared(format!("container/{name}/{container}")),
            Cell {
                text: stacks::BARE.to_owned(),
                how: How::Unknown,
            },
        ];
        for (cell, text) in row.iter_mut().zip(shown) {
            *cell = text;
        }
        sheet.row(row);
    }
    if !all.is_empty() {
        let number = count(all.len(), "container", "containers");
        sheet.note(format!(
            "{number} in the network of the host: what they open stands in no Compose file; 'holdfast ports' shows what listens"
        ));
    }
}

/// Reached from other machines: not bound to loopback.
fn is_open(port: &Port) -> bool {
    port.host_ip.is_none_or(|ip| !ip.is_loopback())
}

/// The machine of the stack, or a service that it runs, declares this port as a way in.
fn has_reason(lab: &Lab, stack: &str, on: Option<&Target>, (port, protocol): (u16, &str)) -> bool {
    let host = on
        .filter(|target| target.object.kind == Kind::Host)
        .and_then(|target| lab.hosts.get(target.object.name.as_str()));
    let same = |w: &Exposure| w.port.value == port && w.protocol.word() == protocol;
    let of_host = host.is_some_and(|h| h.exposures.iter().any(same));
    let here = lab.services.values().filter(|service| {
        let mut stacks = service.runs.iter().filter_map(|r| r.stack.known());
        stacks.any(|s| s.name() == stack)
    });
    let mut ways = here.flat_map(|service| &service.exposures);
    of_host
        || ways.any(|way| {
            way.port.known().is_some_and(|p| {
                (p.first()..=p.last()).contains(&port) && p.protocol().word() == protocol
            })
        })
}

fn of_machine(machine: &ObjectRef, way: &Exposure) -> Vec<Cell> {
    vec![
        Cell::declared(machine.to_string()),
        Cell::declared(format!("{}/{}", way.port.value, way.protocol.word())),
        Cell::text(way.from.as_ref()),
        Cell::silent(),
        Cell::silent(),
        Cell::text(way.why.as_ref()),
        Cell::text(way.owner.as_ref()),
        Cell::text(way.review.as_ref()),
    ]
}

fn from(given: &Opt<Or<Outside, Ref<{ set::NETWORK | set::ZONE }>>>) -> Cell {
    Cell::with(given, |from| match from {
        Or::Word(outside) => outside.word().to_owned(),
        Or::Ref(reference) => reference.name().to_owned(),
    })
}
