//! A term of art for something that is not so.

use crate::{Context, Findings, Mend, Rule};
use diag::{Severity, Span};
use model::declare::{OptExt as _, Or};
use model::id::{Kind, ObjectRef};
use model::lab::Lab;
use model::lab::network::{Action, AnyPort};
use model::lab::service::{ControlName, ControlState};

pub(crate) const RULE: Rule = Rule {
    id: "claim-term",
    since: "0.1.0",
    severity: Severity::Warning,
    summary: "A term of the trade, such as zero trust, high availability or immutable backups, is used for something that the lab contradicts.",
    rationale: "Terms have definitions, and people who know them draw conclusions. Segmented networks with 'any port' between them are the opposite of zero trust \
        (NIST SP 800-207: no trust by the place in the network).",
    example: "requirements: {security: {text: Zero trust}}   # and flows: [{from: management, to: servers, ports: any, action: allow}]",
    controls: &["NIST CSF 2.0 GV.PO-01", "ISO 27001:2022 A.5.1"],
    mend: Mend::None("the word or what contradicts it has to change"),
    run,
};

/// What contradicts a term, and where it stands.
type Against = (String, Option<Span>);

struct Term {
    /// How it is written, in lower case, '-' as blank.
    written: &'static [&'static str],
    name: &'static str,
    /// What it means, with its source.
    means: &'static str,
    /// What of the lab contradicts it, with places.
    against: fn(&Lab) -> Vec<Against>,
    /// What the lab must declare before it can be held against the term, if it does not.
    open: fn(&Lab) -> Option<String>,
    /// A word for what a lab has that is less.
    instead: &'static str,
    /// What the lab would have to declare so that the term is right.
    write: &'static str,
}

const TERMS: &[Term] = &[
    Term {
        written: &["zero trust"],
        name: "zero trust",
        means: "NIST SP 800-207: each request is authenticated and authorised; the place in the network gives no right",
        against: trust,
        open: |_| None,
        instead: "segmented networks",
        write: "flows with 'ports' that are named, and 'controls: {sso: yes, tls: yes, mfa: yes}' of each service",
    },
    Term {
        written: &["highly available", "high availability"],
        name: "high availability",
        means: "the loss of one machine does not stop the service: a majority stays, and guests reach their disks from another machine",
        against: availability,
        open: |lab| {
            let none = !lab.clusters.values().any(|c| c.ha.known() == Some(&true));
            none.then(|| {
                format!(
                    "clusters with 'ha: true': 0 of {}; nothing says what takes over when a machine is lost",
                    lab.clusters.len()
                )
            })
        },
        instead: "restored within an hour",
        write: "'ha: true' at a cluster of three votes or more whose guests lie on storage that all members reach",
    },
    Term {
        written: &["immutable backup", "immutable copies"],
        name: "immutable backups",
        means: "who writes to the store cannot delete from it",
        against: |lab| {
            let open = lab
                .repositories
                .iter()
                .filter(|(_, r)| r.about.append_only.known() == Some(&false));
            open.map(|(n, r)| {
                (
                    format!("repository '{n}' has append_only: false"),
                    Some(r.span),
                )
            })
            .collect()
        },
        open: |lab| {
            let stores = lab.repositories.values();
            let kept = stores
                .filter(|r| r.about.append_only.known() == Some(&true))
                .count();
            (kept == 0).then(|| {
                format!(
                    "repositories with 'append_only: true': 0 of {}",
                    lab.repositories.len()
                )
            })
        },
        instead: "copies off site",
        write: "'append_only: true' at the repository, once its store refuses deletions",
    },
    Term {
        written: &["air gapped", "air gap"],
        name: "air gap",
        means: "the copy is connected to nothing but while it is written",
        against: |lab| match lab
            .repositories
            .values()
            .any(|r| r.about.offline.known() == Some(&true))
        {
            true => Vec::new(),
            false if lab.repositories.is_empty() => Vec::new(),
            false => vec![(
                format!(
                    "none of {} repositories has offline: true",
                    lab.repositories.len()
                ),
                None,
            )],
        },
        open: |_| None,
        instead: "copies off site",
        write: "'offline: true' at the repository that is connected while it is written alone",
    },
    Term {
        written: &["zero downtime"],
        name: "zero downtime",
        means: "an objective of 100 %",
        against: |lab| {
            let least = lab
                .slos
                .iter()
                .filter_map(|s| Some((s.target.known()?, s.span)));
            least
                .filter(|(t, _)| t.to_string() != "100%")
                .map(|(t, span)| (format!("an objective is {t}"), Some(span)))
                .take(1)
                .collect()
        },
        open: |_| None,
        instead: "the objective itself, such as 99.9%",
        write: "a target of 100%, which nothing keeps",
    },
];

/// Whether a text uses one of the terms.
pub(crate) fn is_spoken(text: &str) -> bool {
    let text = plain(text);
    let mut written = TERMS.iter().flat_map(|term| term.written);
    written.any(|w| text.contains(w))
}

/// In lower case, with blanks for hyphens.
fn plain(text: &str) -> String {
    text.to_lowercase().replace('-', " ")
}

fn run(ctx: &Context<'_>, out: &mut Findings) {
    for term in TERMS {
        let uses = uses(ctx, term);
        let Some((object, span, place)) = uses.first().cloned() else {
            continue;
        };
        let against = (term.against)(ctx.lab);
        let Some((first, at)) = against.first() else {
            if let Some(missing) = (term.open)(ctx.lab) {
                let d = RULE
                    .unknown(format!("whether {place} rightly speaks of {}", term.name))
                    .at(span, format!("{} is claimed", term.name))
                    .note(term.means)
                    .note(missing)
                    .help(help(term));
                out.add(object, d);
            }
            continue;
        };
        let mut d = RULE
            .finding(format!(
                "{place} speaks of {}, which the lab contradicts: {first}",
                term.name
            ))
            .at(span, format!("{} is claimed", term.name))
            .note(term.means);
        if let Some(at) = at {
            d = d.and_at(*at, "contradicts it");
        }
        let list: Vec<&str> = against.iter().take(6).map(|(t, _)| t.as_str()).collect();
        let more = against.len().saturating_sub(list.len());
        let tail = if more > 0 {
            format!("; and {more} more")
        } else {
            String::new()
        };
        d = d.note(format!(
            "against it, {}: {}{tail}",
            against.len(),
            list.join("; ")
        ));
        if uses.len() > 1 {
            d = d.note(format!("said in {} places", uses.len()));
        }
        out.add(object, d.help(help(term)));
    }
}

/// Which words to write, and what the lab would have to say for these.
fn help(term: &Term) -> String {
    format!(
        "write what it is instead of '{}', such as '{}'; or declare what makes it so: {}",
        term.name, term.instead, term.write
    )
}

/// Where a term is used for the lab as it is, not for what is planned.
fn uses(ctx: &Context<'_>, term: &Term) -> Vec<(ObjectRef, Span, String)> {
    let has = |text: &str| {
        let text = plain(text);
        term.written.iter().any(|w| text.contains(w))
    };
    let lab = ctx.lab;
    let mut out = Vec::new();
    for claim in &lab.claims {
        if let Some(text) = claim
            .text
            .as_ref()
            .filter(|t| t.value().is_some_and(|t| has(&t.0)))
        {
            let metric = claim.metric_text().unwrap_or("claim");
            out.push((
                ObjectRef::new(Kind::Metric, metric),
                text.span,
                "a claim".to_owned(),
            ));
        }
    }
    for (name, requirement) in &lab.requirements {
        if let Some(text) = requirement
            .text
            .as_ref()
            .filter(|t| t.value().is_some_and(|t| has(&t.0)))
        {
            out.push((
                ObjectRef::new(Kind::Requirement, name),
                text.span,
                format!("requirement '{name}'"),
            ));
        }
    }
    for (name, risk) in &lab.risks {
        if let Some(text) = risk
            .mitigation
            .as_ref()
            .filter(|t| t.value().is_some_and(|t| has(&t.0)))
        {
            out.push((
                ObjectRef::new(Kind::Risk, name),
                text.span,
                format!("risk '{name}'"),
            ));
        }
    }
    for document in ctx.documents.by_name.values() {
        for block in document.blocks.iter().filter(|b| has(&b.text)) {
            let start = block.span.start as usize;
            let raw = document
                .text
                .get(start..block.span.end as usize)
                .unwrap_or_default();
            let end = start + raw.lines().next().map_or(0, str::len);
            let said = format!(
                "line {} of document '{}'",
                document.line(block.span),
                document.name
            );
            out.push((
                crate::call::object(document),
                document.span(start, end),
                said,
            ));
        }
    }
    out
}

fn trust(lab: &Lab) -> Vec<Against> {
    let mut out = Vec::new();
    for flow in lab
        .flows
        .iter()
        .filter(|f| f.action.known() == Some(&Action::Allow))
    {
        let any = flow.ports.iter().any(|p| p.value == Or::Word(AnyPort::Any));
        if any && let (Some(from), Some(to)) = (flow.from.known(), flow.to.known()) {
            let name = |end: &model::lab::network::End| match end {
                Or::Word(w) => w.word().to_owned(),
                Or::Ref(r) => r.name().to_owned(),
            };
            out.push((
                format!(
                    "'{}' may reach every port of '{}' by its place alone",
                    name(from),
                    name(to)
                ),
                Some(flow.span),
            ));
        }
    }
    for (name, service) in lab.services.iter().filter(|(_, s)| s.is_running()) {
        let no = |c: &ControlName| {
            service.controls.get(c).and_then(|c| c.is.known()) == Some(&ControlState::No)
        };
        if [ControlName::Sso, ControlName::Tls, ControlName::Mfa]
            .iter()
            .any(no)
        {
            out.push((
                format!("service '{name}' says no to tls, sso or mfa"),
                Some(service.span),
            ));
        }
    }
    out
}

fn availability(lab: &Lab) -> Vec<Against> {
    let mut out = Vec::new();
    for (name, cluster) in &lab.clusters {
        let members = cluster.members.len();
        if cluster.ha.known() == Some(&false) {
            out.push((
                format!("cluster '{name}' has ha: false"),
                Some(cluster.span),
            ));
        } else if members == 2 && cluster.qdevice.is_none() && cluster.ha.known() == Some(&true) {
            out.push((
                format!("cluster '{name}' has 2 votes, and 2 are needed: 2 / 2 + 1 = 2"),
                Some(cluster.span),
            ));
        } else if members > 1
            && cluster.ha.known() == Some(&true)
            && cluster.storage.is_empty()
            && !lab.guests.is_empty()
        {
            out.push((
                format!("cluster '{name}' has no storage that all members reach"),
                Some(cluster.span),
            ));
        }
    }
    if lab.clusters.is_empty() && lab.hosts.len() == 1 {
        out.push((
            "the lab has one host".to_owned(),
            lab.hosts.values().next().map(|h| h.span),
        ));
    }
    out
}
