//! A cluster that does not outlive what it is there to outlive.

use crate::amounts::count;
use crate::context::{cluster, guest};
use crate::failover::failovers;
use crate::votes::{Loss, Presence, Together, Votes, votes};
use crate::wording::{either, names};
use crate::{Context, Findings, Mend, Rule};
use diag::{Diagnostic, Severity};
use model::declare::OptExt;
use model::lab::guest::Cluster;
use std::collections::BTreeSet;

pub(crate) const RULE: Rule = Rule {
    id: "ha-quorum",
    since: "0.1.0",
    severity: Severity::Warning,
    summary: "The loss of one machine or site takes the majority of votes from a cluster.",
    rationale: "A cluster acts only while more than half of its votes agree. Two members without a tie breaker are less available than one: the \
        failure of either stops both, and hosts with high availability restart themselves when they lose the majority. An even number of votes tolerates no more than \
        the odd number below it, and can split into halves of which neither acts. A host that is on only on demand has a vote that counts in the total and is missing most of the time. Over two sites, no arrangement of votes lets the smaller half go on by \
        itself: that needs a witness at a third place.",
    example: "clusters: {main: {kind: proxmox, members: [pve1, pve2], ha: true}}   # 2 votes, 2 needed",
    controls: &["ISO 27001:2022 A.8.14", "NIST CSF 2.0 PR.IR-04"],
    mend: Mend::None("a third vote has to be set up"),
    run,
};

fn run(ctx: &Context<'_>, out: &mut Findings) {
    let failovers = failovers(ctx.lab);
    let claimed: BTreeSet<&str> = failovers
        .iter()
        .filter_map(|f| f.cluster.map(|(name, _)| name))
        .collect();
    for (name, c) in &ctx.lab.clusters {
        // Somebody says that the cluster survives the loss of a member.
        let claims = c.ha.known() == Some(&true) || claimed.contains(name.as_str());
        let Some(votes) = Votes::of(ctx.lab, c) else {
            continue;
        };
        if let Some((_, open)) = c.votes.iter().find(|(_, v)| v.value().is_none()) {
            let d = RULE
                .unknown(format!(
                    "whether cluster '{name}' keeps its majority when votes are lost"
                ))
                .at(open.span, "");
            out.add(
                cluster(name),
                d.help("write how many votes it has; one is usual"),
            );
            continue;
        }
        let mut found = Vec::new();
        let open = tie_breaker_unknown(name, c, &votes);
        if open.is_none() {
            found.extend(machine(name, c, &votes, claims));
            if found.is_empty() {
                let on = votes.together(ctx.lab);
                found.extend(on.iter().map(|on| together(name, c, &votes, on, claims)));
            }
            found.extend(asleep(name, c, &votes, claims));
        }
        found.extend(site(name, c, &votes, claims));
        found.extend(open_site(name, c, &votes));
        found.extend(open);
        if found.is_empty() {
            found.extend(even(name, c, &votes));
        }
        found.extend(wrong(name, c, &votes));
        found.extend(witness_inside(ctx, name, c));
        found.into_iter().for_each(|d| out.add(cluster(name), d));
    }
    for f in failovers.iter().filter(|f| f.cluster.is_none()) {
        let Some(on) = f.guest.on.as_ref() else {
            continue;
        };
        let d = RULE
            .with(
                Severity::Error,
                format!(
                    "guest '{}' shall be restarted elsewhere, but its host is in no cluster",
                    f.name
                ),
            )
            .at(f.said, "restarted elsewhere")
            .and_at(on.span, "the only place it can run")
            .note("hosts that can take it over: 0")
            .help("declare the cluster that the host is a member of, or write 'ha: false'");
        out.add(guest(f.name), d);
    }
}

fn severity(claims: bool) -> Severity {
    match claims {
        true => Severity::Error,
        false => Severity::Warning,
    }
}

/// Whether there is a tie breaker is not known, and an even number of votes needs one.
fn tie_breaker_unknown(name: &str, c: &Cluster, v: &Votes<'_>) -> Option<Diagnostic> {
    let device = c.qdevice.as_ref()?;
    if device.value().is_some() || v.total == 0 || !v.total.is_multiple_of(2) {
        return None;
    }
    let d = RULE
        .unknown(format!(
            "whether cluster '{name}' keeps its majority when votes are lost"
        ))
        .at(device.span, "")
        .note(v.sum())
        .note(v.majority());
    Some(d.help("name the tie breaker (`qdevice: …`), or remove the key if there is none"))
}

fn machine(name: &str, c: &Cluster, v: &Votes<'_>, claims: bool) -> Option<Diagnostic> {
    let fatal = v.fatal_machines();
    let (first, alone) = (fatal.first()?, v.voters.len() == 1);
    if alone && !claims {
        return None;
    }
    let who: Vec<&str> = fatal.iter().map(|l| l.name).collect();
    let who = either(&who);
    let message = format!("cluster '{name}' stops when {who} fails");
    let mut d = RULE.with(severity(claims), message);
    d = match &c.ha {
        Some(ha) if claims && ha.value() == Some(&true) => {
            d.at(ha.span, "shall survive the loss of a member")
        }
        _ => d.at(c.span, "has too few votes"),
    };
    let on_it: Vec<&str> = v
        .voters
        .iter()
        .filter(|x| x.machine == first.name && x.name != first.name)
        .map(|x| x.name)
        .collect();
    if !on_it.is_empty() {
        d = d.note(format!("on '{}': {}", first.name, names(&on_it)));
    }
    let members = v.voters.iter().filter(|x| !x.witness).count();
    let help = match (members, c.qdevice.is_some()) {
        (1, _) => {
            "one member is no cluster: declare more of them, or do not count on it".to_owned()
        }
        (2, false) if c.masters.is_empty() => {
            "give it a tie breaker outside of both members (`qdevice: …`), or a third member"
                .to_owned()
        }
        _ => "spread an odd number of at least 3 votes over as many machines".to_owned(),
    };
    Some(arithmetic(d, v, &fatal).help(help))
}

/// Voters that are guests of one cluster: one of its hosts has the majority, or may have it.
fn together(name: &str, c: &Cluster, v: &Votes<'_>, on: &Together<'_>, claims: bool) -> Diagnostic {
    let hosts = count(on.hosts, "host", "hosts");
    let who = names(&on.voters);
    let are = match on.voters.len() {
        1 => "is a guest",
        _ => "are guests",
    };
    let d = match on.sure {
        true => RULE.with(
            severity(claims),
            format!(
                "cluster '{name}' stops when one host of cluster '{}' fails",
                on.cluster
            ),
        ),
        false => RULE.unknown(format!(
            "whether cluster '{name}' stops when one host of cluster '{}' fails",
            on.cluster
        )),
    };
    let d = d
        .at(c.span, "its voters are guests of a cluster")
        .note(v.sum())
        .note(v.majority());
    let lose = v.total - v.needed;
    match on.sure {
        true => d
            .note(format!(
                "{who} {are} on the {hosts} of cluster '{}': wherever they are, with one of these more than the {} go that may be lost",
                on.cluster,
                votes(lose)
            ))
            .help("put each vote on a machine of its own, outside of what it votes on"),
        false => d
            .note(format!(
                "{who} {are} on the {hosts} of cluster '{}', and nobody says on which: {} may be lost",
                on.cluster,
                votes(lose)
            ))
            .help("declare the host of each of them (`on: …`), each a different one"),
    }
}

/// Voters of which nobody knows where they stand.
fn open_site(name: &str, c: &Cluster, v: &Votes<'_>) -> Option<Diagnostic> {
    let (sites, who) = v.open_sites();
    let first = sites.first()?;
    let places: Vec<&str> = sites.iter().map(|l| l.name).collect();
    let d = RULE
        .unknown(format!(
            "whether the loss of site {} stops cluster '{name}' everywhere",
            either(&places)
        ))
        .at(c.span, "stands at several sites")
        .note(v.sum())
        .note(format!(
            "without '{}' {} are left of the {} needed, those of {} among them, whose site is not known",
            first.name,
            votes(first.left),
            v.needed,
            names(&who)
        ));
    Some(d.help("write the site of each of them (`site: …`)"))
}

/// The majority needs hosts that are not always on.
fn asleep(name: &str, c: &Cluster, v: &Votes<'_>, claims: bool) -> Option<Diagnostic> {
    let sure = lacking(v, Presence::OnDemand);
    let off = match sure {
        Some(_) => Presence::OnDemand,
        None => Presence::Unknown,
    };
    let (what, left) = sure.or_else(|| lacking(v, off))?;
    if v.voters.len() == 1 && !claims {
        return None;
    }
    let away = v.off(off);
    let (are, them) = match away.len() {
        1 => ("is", "it"),
        _ => ("are", "them"),
    };
    let away = names(&away);
    let message = match off {
        Presence::OnDemand => format!("cluster '{name}' {what} while {away} {are} off"),
        _ => format!("whether cluster '{name}' {what} while {away} {are} off"),
    };
    let d = match off {
        Presence::OnDemand => RULE.with(severity(claims), message),
        _ => RULE.unknown(message),
    };
    let d = d
        .at(c.span, "needs the votes of hosts that may be off")
        .note(v.sum())
        .note(v.majority())
        .note(format!(
            "without {away}, which {are} not sure to be on ('on_demand'): {left}"
        ));
    Some(d.help(format!(
        "leave {them} always on, or give the vote to a machine that is: a member, or a tie breaker (`qdevice: …`)"
    )))
}

/// What happens to the majority while these are off, with the votes that are left.
fn lacking(v: &Votes<'_>, off: Presence) -> Option<(String, String)> {
    if v.off(off).is_empty() {
        return None;
    }
    let left = v.while_off(off);
    if left < v.needed {
        return Some(("has no majority".to_owned(), votes(left)));
    }
    // What stops it at any time is told of by itself.
    let always: Vec<&str> = v.fatal_machines().iter().map(|l| l.name).collect();
    let mut fatal = v.fatal_while_off(off);
    fatal.retain(|l| !always.contains(&l.name));
    let first = fatal.first()?;
    let who: Vec<&str> = fatal.iter().map(|l| l.name).collect();
    let sum = format!(
        "{left}; without '{}', too: {}",
        first.name,
        votes(first.left)
    );
    Some((format!("stops when {} fails", either(&who)), sum))
}

fn site(name: &str, c: &Cluster, v: &Votes<'_>, claims: bool) -> Option<Diagnostic> {
    let fatal = v.fatal_sites();
    let first = fatal.first()?;
    let who: Vec<&str> = fatal.iter().map(|l| l.name).collect();
    let place = either(&who);
    let left = votes(first.left);
    let d = RULE
        .with(
            severity(claims),
            format!("the loss of site {place} stops cluster '{name}' everywhere: {left} of the {} needed remain", v.needed),
        )
        .at(c.span, "stands at several sites");
    Some(arithmetic(d, v, &fatal).help(
        "put the tie breaker at a third site, or restart things at the other site by hand, as a decision of a person",
    ))
}

fn even(name: &str, c: &Cluster, v: &Votes<'_>) -> Option<Diagnostic> {
    if v.total == 0 || !v.total.is_multiple_of(2) {
        return None;
    }
    let spare = |total: u32| total - (total / 2 + 1);
    let d = RULE
        .finding(format!(
            "cluster '{name}' has an even number of votes: {}",
            v.total
        ))
        .at(c.span, "can split into two halves")
        .note(v.sum())
        .note(format!(
            "{}; {} may fail, as with {}; halves of {} have too few each",
            v.majority(),
            spare(v.total),
            votes(v.total - 1),
            v.total / 2
        ));
    Some(d.help("add a tie breaker (`qdevice: …`) or a member, or take a vote from one of them"))
}

/// The declared number is not the majority.
fn wrong(name: &str, c: &Cluster, v: &Votes<'_>) -> Option<Diagnostic> {
    let given = c.quorum.as_ref()?;
    let said = *given.value()?;
    if said == v.needed {
        return None;
    }
    let why = match said < v.needed {
        true => "two parts could each believe that they are the cluster",
        false => "it stops earlier than it must",
    };
    let d = RULE
        .finding(format!(
            "cluster '{name}' is said to need {}, but the majority is {}",
            votes(said),
            v.needed
        ))
        .at(given.span, why)
        .note(v.sum())
        .note(v.majority());
    Some(d.help(format!(
        "write 'quorum: {}', or declare the votes",
        v.needed
    )))
}

/// The tie breaker runs in the cluster whose ties it shall break.
fn witness_inside(ctx: &Context<'_>, name: &str, c: &Cluster) -> Option<Diagnostic> {
    let given = c.qdevice.as_ref()?;
    let device = given.value()?;
    let on = ctx.lab.guests.get(device.name())?.on.known()?;
    if device.kind() != model::id::Kind::Guest
        || on.kind() != model::id::Kind::Cluster
        || on.name() != name
    {
        return None;
    }
    let d = RULE
        .finding(format!(
            "guest '{}', the tie breaker of cluster '{name}', runs in that cluster",
            device.name()
        ))
        .at(given.span, "fails with the member that it happens to be on")
        .note("votes lost with that member: its own + the tie breaker's");
    Some(d.help("run it on a machine that is no member: a NAS, a router, a small computer"))
}

fn arithmetic(d: Diagnostic, v: &Votes<'_>, fatal: &[Loss<'_>]) -> Diagnostic {
    let mut d = d.note(v.sum()).note(v.majority());
    for loss in fatal.iter().take(3) {
        d = d.note(format!(
            "without '{}': {} - {} = {}",
            loss.name,
            v.total,
            v.total - loss.left,
            votes(loss.left)
        ));
    }
    d
}
