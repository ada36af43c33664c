//! Guests that start with their host in an order in which one waits for another.

use crate::product::{Pve, all, configured};
use crate::{Context, Findings, Mend, Rule};
use diag::Severity;
use graph::bodies::machines_of;
use graph::observation::plain;
use model::declare::OptExt as _;
use model::fact::FactKind;
use model::id::Kind;
use model::lab::Lab;
use model::lab::service::{Dependency, Service, Strength};
use model::value::Value;
use std::collections::{BTreeMap, BTreeSet};

pub const RULE: Rule = Rule {
    id: "guest-start-order",
    since: "0.1.0",
    severity: Severity::Warning,
    summary: "A guest starts before another one of its host whose services it needs.",
    rationale: "Without an order a hypervisor starts its guests by their number. What comes up before its database or its file server gives up, or works on an empty directory where the share is mounted later.",
    example: "services: {photos: {runs: {guest: a}, needs: [db]}, db: {runs: {guest: b}}}   # and a (101) starts before b (102)",
    controls: &["NIST CSF 2.0 RC.RP-01", "ISO 27001:2022 A.5.30"],
    mend: Mend::None("the order is set on the hypervisor"),
    run,
};

/// What decides when a guest starts: those with an order first, then by number (`pve-manager`: `PVE::API2::Nodes`, `startall`).
type Turn = (i64, i64);

/// By guest: others, with the service on it that needs them.
type Needs<'a> = BTreeMap<&'a str, BTreeSet<(&'a str, &'a str)>>;

fn run(ctx: &Context<'_>, out: &mut Findings) {
    let kind = FactKind::PveGuest;
    for pve in all(ctx) {
        let needs = needs(pve.look.lab());
        if needs.is_empty() {
            continue;
        }
        pve.look
            .unseen(&RULE, kind, "starts its guests in the wrong order", out);
        unread(&pve, &needs, out);
        let by_name = started(&pve);
        for (name, (number, turn, node)) in &by_name {
            let late: Vec<(&str, &str)> = needs
                .get(name)
                .into_iter()
                .flatten()
                .filter_map(|(needed, why)| {
                    let (_, other, there) = by_name.get(needed)?;
                    (there == node && other > turn).then_some((*needed, *why))
                })
                .collect();
            let Some((needed, why)) = late.first() else {
                continue;
            };
            let more = match late.len() {
                1 => String::new(),
                n => format!(" and {} more", n - 1),
            };
            let words = |(order, number): &Turn| match *order {
                i64::MAX => format!("no order, number {number}"),
                order => format!("order {order}, number {number}"),
            };
            let (_, other, _) = &by_name[needed];
            let d = RULE
                .finding(format!(
                    "guest '{name}' ({number}) starts before guest '{needed}'{more}, which it needs"
                ))
                .note(format!("service '{}' on it needs one on '{needed}'", plain(why)))
                .note(format!(
                    "'{name}': {}; '{needed}': {}: those with an order come first, then it goes by number",
                    words(turn),
                    words(other)
                ))
                .help(format!(
                    "give '{needed}' the lower one: `--startup order=1` there and `--startup order=2` here (qm set or pct set), with `up=` seconds until it is ready"
                ));
            pve.tell(d, kind, number, out);
        }
    }
}

/// Guests that need others or that others need, and of which the interface does not tell the configuration.
fn unread(pve: &Pve<'_, '_>, needs: &Needs<'_>, out: &mut Findings) {
    let concerned = |name: &str| {
        let needed = |of: &BTreeSet<(&str, &str)>| of.iter().any(|(other, _)| *other == name);
        needs.contains_key(name) || needs.values().any(needed)
    };
    for (number, guest, title) in pve.guests() {
        let declared = pve.guests.get(number);
        if !configured(guest) && declared.is_some_and(|(name, _)| concerned(name)) {
            pve.unread(
                &RULE,
                number,
                format!("{title} starts when others need it"),
                out,
            );
        }
    }
}

/// Declared guests that start with their host, by name: their number, their turn and the node.
fn started<'a>(pve: &Pve<'_, 'a>) -> BTreeMap<&'a str, (&'a str, Turn, Option<&'a str>)> {
    let mut out = BTreeMap::new();
    for (number, guest, _) in pve.guests() {
        let starts = guest.field("autostart").and_then(Value::as_bool) == Some(true);
        let declared = pve.guests.get(number);
        let Some(((name, _), id)) = declared.zip(number.parse().ok()) else {
            continue;
        };
        if !starts || !configured(guest) {
            continue;
        }
        let startup = guest.field("startup").and_then(Value::as_text);
        let node = guest.field("node").and_then(Value::as_text);
        out.insert(*name, (number, (order(startup), id), node));
    }
    out
}

/// `order=2,up=30`, or `2,up=30`: what has none comes after all that have one.
fn order(startup: Option<&str>) -> i64 {
    let mut parts = startup.into_iter().flat_map(|s| s.split(','));
    let found = parts.find_map(|p| p.strip_prefix("order=").unwrap_or(p).parse().ok());
    found.unwrap_or(i64::MAX)
}

/// By guest: others that its services cannot do without, with the service that needs them.
fn needs(lab: &Lab) -> Needs<'_> {
    let guests = |service: &'_ Service| -> Vec<String> {
        let on = machines_of(lab, service).into_iter();
        on.filter(|(kind, _)| *kind == Kind::Guest)
            .map(|(_, name)| name.to_owned())
            .collect()
    };
    let mut out: Needs<'_> = BTreeMap::new();
    for (name, service) in lab.services.iter().filter(|(_, s)| s.is_running()) {
        let mut needed = Vec::new();
        service.needs.iter().for_each(|d| hard(d, &mut needed));
        let others = needed.iter().filter_map(|n| lab.services.get(*n));
        let others: Vec<String> = others.flat_map(guests).collect();
        let key = |guest: &String| lab.guests.get_key_value(guest).map(|(k, _)| k.as_str());
        for own in guests(service).iter().filter_map(key) {
            let others = others.iter().filter_map(key).filter(|o| *o != own);
            out.entry(own)
                .or_default()
                .extend(others.map(|o| (o, name.as_str())));
        }
    }
    out.retain(|_, needed| !needed.is_empty());
    out
}

/// Services that are needed for sure; of alternatives none is.
fn hard<'a>(dependency: &'a Dependency, out: &mut Vec<&'a str>) {
    if dependency.kind.known() == Some(&Strength::Soft) {
        return;
    }
    let need = dependency.need.known();
    let need = need.filter(|n| n.kind() == Kind::Service);
    out.extend(need.map(|n| n.name()));
    dependency.all.iter().for_each(|d| hard(d, out));
}
