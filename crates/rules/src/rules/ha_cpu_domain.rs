//! Guests shall move while they run, between processors that differ too much.

use crate::context::{cluster, guest};
use crate::failover::{Homes, host_of};
use crate::processors::{Maker, maker};
use crate::wording::{count, names};
use crate::{Context, Findings, Mend, Rule};
use diag::Severity;
use model::declare::OptExt;
use model::id::Kind;
use model::lab::Lab;
use model::lab::guest::{Cluster, GuestKind};
use std::collections::BTreeMap;

pub(crate) const RULE: Rule = Rule {
    id: "ha-cpu-domain",
    since: "0.1.0",
    severity: Severity::Warning,
    summary: "Live migration is claimed between hosts whose processors differ in maker, or in model for a guest that sees the real one.",
    rationale: "A running program has looked at its processor and uses what it found. Moved to one of another maker it may crash, at once or hours later; the Proxmox VE \
        Administration Guide (\"Online Migration\", read 2026-11) requires processors of the same vendor with similar capabilities, and a guest with processor type 'host' needs \
        the same model. Such hosts form several migration domains, each of which needs room of its own for the loss of a member.",
    example: "clusters: {main: {kind: proxmox, members: [intel1, amd1], live_migration: true}}",
    controls: &["ISO 27001:2022 A.8.14"],
    mend: Mend::None("machines are as they were bought"),
    run,
};

fn run(ctx: &Context<'_>, out: &mut Findings) {
    let homes = Homes::of(ctx.lab);
    for (name, c) in &ctx.lab.clusters {
        if c.live_migration.known() != Some(&true) {
            continue;
        }
        makers(ctx.lab, name, c, out);
        real_processors(ctx.lab, &homes, (name, c), out);
    }
}

/// Model of the processor by member.
fn models<'a>(lab: &'a Lab, c: &'a Cluster) -> BTreeMap<&'a str, Option<&'a str>> {
    let hosts = c.members.iter().filter(|m| m.value.kind() == Kind::Host);
    hosts
        .filter_map(|m| {
            let (name, host) = lab.hosts.get_key_value(m.value.name())?;
            let cpu = host.about.hardware.as_ref().and_then(|h| h.cpu.as_ref());
            let model = cpu.and_then(|c| c.model.known());
            Some((name.as_str(), model.map(String::as_str)))
        })
        .collect()
}

fn makers(lab: &Lab, name: &str, c: &Cluster, out: &mut Findings) {
    let models = models(lab, c);
    let mut domains: BTreeMap<Maker, Vec<&str>> = BTreeMap::new();
    let mut open = Vec::new();
    for (host, model) in &models {
        match model.and_then(maker) {
            Some(maker) => domains.entry(maker).or_default().push(host),
            None => open.push(*host),
        }
    }
    let claim = c.live_migration.as_ref().map_or(c.span, |l| l.span);
    if domains.len() > 1 {
        let mut d = RULE
            .finding(format!(
                "guests of cluster '{name}' cannot move between all members while they run: {} of processors",
                count(domains.len(), "maker")
            ))
            .at(claim, "between all members");
        for (maker, hosts) in &domains {
            let with: Vec<String> = hosts
                .iter()
                .map(|h| format!("{h} ({})", models.get(h).copied().flatten().unwrap_or("?")))
                .collect();
            d = d.note(format!(
                "{}: {} = {}",
                maker.word(),
                with.join(" + "),
                count(hosts.len(), "member")
            ));
        }
        d = d.help("keep guests that must move within one group (a rule of node affinity), plan spare memory for each group, and move between groups only what is shut down");
        out.add(cluster(name), d);
    } else if !open.is_empty() && models.len() > 1 {
        let message = format!(
            "whether guests of cluster '{name}' can move while they run: the processor of {} is not known",
            names(&open)
        );
        let d = RULE
            .unknown(message)
            .at(claim, "")
            .help("declare 'hardware: {cpu: {model: …}}'");
        out.add(cluster(name), d);
    }
}

/// Guests that see the real processor move only between equal ones.
fn real_processors(lab: &Lab, homes: &Homes<'_>, (name, c): (&str, &Cluster), out: &mut Findings) {
    let models = models(lab, c);
    let known: Vec<(&str, &str)> = models
        .iter()
        .filter_map(|(h, m)| Some((*h, (*m)?)))
        .collect();
    for (key, g) in &lab.guests {
        let Some(given) = g
            .cpu
            .as_ref()
            .filter(|c| c.value().is_some_and(|v| v.0 == "host"))
        else {
            continue;
        };
        let inside = homes.cluster_of(g).is_some_and(|(n, _)| n == name);
        if !inside || g.kind.known() == Some(&GuestKind::Lxc) {
            continue;
        }
        let mine = host_of(g)
            .and_then(|h| known.iter().find(|(n, _)| *n == h))
            .or(known.first());
        let Some((here, model)) = mine else { continue };
        let others: Vec<String> = known
            .iter()
            .filter(|(_, m)| m != model)
            .map(|(h, m)| format!("{h} ({m})"))
            .collect();
        if others.is_empty() {
            continue;
        }
        let equal = known.len() - others.len();
        let d = RULE
            .finding(format!("guest '{key}' sees the real processor, and only {} of cluster '{name}' has the same", count(equal, "member")))
            .at(given.span, "the real processor")
            .note(format!("{here} ({model}) differs from {}: {} - {} = {equal}", others.join(", "), known.len(), others.len()))
            .help("choose a processor model that all members of its group can give, such as x86-64-v2-AES");
        out.add(guest(key), d);
    }
}
