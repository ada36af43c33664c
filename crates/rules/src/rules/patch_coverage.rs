//! Something that runs is kept up to date by nothing.

use crate::{Context, Findings, Mend, Rule};
use diag::{Edit, Fix, Severity, Span};
use model::declare::{About, OptExt as _};
use model::id::{Kind, ObjectRef};
use model::lab::Lab;
use model::lab::protection::JobKind;
use model::lab::service::{ControlName, ControlState};
use std::collections::BTreeSet;

pub(crate) const RULE: Rule = Rule {
    id: "patch-coverage",
    since: "0.1.0",
    severity: Severity::Warning,
    summary: "A host, guest, cluster or service is kept up to date by no job.",
    rationale: "What nobody updates is what is broken into years later. The usual gaps are the hypervisor, the router and the one service that was \
        installed by hand.",
    example: "jobs: {patches: {kind: update, on: [web]}}   # while there is host 'nas' too",
    controls: &[
        "CIS v8 7.3",
        "NIST CSF 2.0 PR.PS-02",
        "ISO 27001:2022 A.8.8",
    ],
    mend: Mend::Unsafe("lets the update job do it, where the lab has only one"),
    run,
};

fn run(ctx: &Context<'_>, out: &mut Findings) {
    let lab = ctx.lab;
    let updates = |k: &JobKind| matches!(k, JobKind::Update | JobKind::ImageUpdate);
    let jobs: Vec<(&str, JobKind)> = lab
        .jobs
        .iter()
        .filter_map(|(name, j)| Some((name.as_str(), *j.kind.known()?)))
        .filter(|(_, k)| updates(k))
        .collect();
    let told = lab
        .services
        .values()
        .any(|s| s.patched_by.is_some() || s.controls.contains_key(&ControlName::Patching));
    if jobs.is_empty() && !told {
        return nothing(ctx, out);
    }
    let mut systems = BTreeSet::new();
    let mut programs = BTreeSet::new();
    for (name, kind) in &jobs {
        let Some(job) = lab.jobs.get(*name) else {
            continue;
        };
        let on = job.on.iter().map(|r| r.value.0.object.clone());
        let covers = job.covers.iter().filter_map(|c| match &c.value {
            About::Ref(r) => Some(r.0.object.clone()),
            About::Text(_) => None,
        });
        for object in on.chain(covers) {
            let to = if *kind == JobKind::Update {
                &mut systems
            } else {
                &mut programs
            };
            spread(lab, object, to);
        }
    }
    let list: Vec<&str> = jobs.iter().map(|(n, _)| *n).collect();
    let note = format!(
        "jobs that update something: {}",
        if list.is_empty() {
            "none".to_owned()
        } else {
            list.join(", ")
        }
    );
    for (object, span) in bare(lab, &systems, &programs) {
        let (word, name) = (object.kind.word(), object.name.clone());
        let mut d = RULE
            .finding(format!("nothing keeps {word} '{name}' up to date"))
            .at(span, "no job of kind update or image-update names it")
            .note(note.clone())
            .help("add it to 'on' of a job of kind update or image-update; for a service, 'patched_by' or 'controls: {patching: …}' will do");
        // With several jobs nobody can tell which of them was meant.
        if let [(job, JobKind::Update)] = jobs.as_slice()
            && let Some(last) = lab.jobs.get(*job).and_then(|j| j.on.last())
            && matches!(object.kind, Kind::Host | Kind::Guest)
        {
            let edit = Edit::append(last.span, object.to_string());
            d = d.fix(Fix::doubtful(format!("let job '{job}' update it"), edit));
        }
        out.add(object, d);
    }
}

/// A lab that says nothing of updates may well have them.
fn nothing(ctx: &Context<'_>, out: &mut Findings) {
    let lab = ctx.lab;
    let bare = bare(lab, &BTreeSet::new(), &BTreeSet::new());
    let Some((object, span)) = bare.first() else {
        return;
    };
    let of = |kind: Kind| bare.iter().filter(|(o, _)| o.kind == kind).count();
    let d = RULE
        .unknown("whether anything keeps what this lab has up to date: nothing is said of it")
        .at(*span, "no job of kind update or image-update, and no 'patched_by'")
        .note(format!(
            "hosts: {}, guests: {}, services: {}",
            of(Kind::Host),
            of(Kind::Guest),
            of(Kind::Service)
        ))
        .help("declare the job that does it (`jobs: {patches: {kind: update, on: […], schedule: daily}}`), or 'patched_by' where somebody else does");
    out.add(object.clone(), d);
}

/// An object with what is a part of it: the members of a cluster, the services of a stack.
fn spread(lab: &Lab, object: ObjectRef, to: &mut BTreeSet<ObjectRef>) {
    if let (Kind::Cluster, Some(cluster)) = (object.kind, lab.clusters.get(&object.name)) {
        to.extend(cluster.members.iter().map(|m| m.value.0.object.clone()));
    }
    to.insert(object);
}

/// What runs and is in neither set.
fn bare(
    lab: &Lab,
    systems: &BTreeSet<ObjectRef>,
    programs: &BTreeSet<ObjectRef>,
) -> Vec<(ObjectRef, Span)> {
    let mut out = Vec::new();
    let away = |o: &ObjectRef| !systems.contains(o) && !programs.contains(o);
    let hosts = lab
        .hosts
        .iter()
        .map(|(n, h)| (ObjectRef::new(Kind::Host, n), h.span));
    let guests = lab
        .guests
        .iter()
        .filter(|(_, g)| g.template.known() != Some(&true));
    let guests = guests.map(|(n, g)| (ObjectRef::new(Kind::Guest, n), g.span));
    out.extend(hosts.chain(guests).filter(|(o, _)| away(o)));
    for (name, service) in &lab.services {
        let object = ObjectRef::new(Kind::Service, name);
        let control = service
            .controls
            .get(&ControlName::Patching)
            .and_then(|c| c.is.known());
        let controlled =
            control.is_some_and(|s| !matches!(s, ControlState::No | ControlState::Planned));
        // What runs as a unit comes with the system; in a stack or cluster it has an image of its own.
        let covered = service.runs.iter().any(|r| {
            let stack = r.stack.known().map(|s| &s.0.object);
            let cluster = r.cluster.known().map(|c| &c.0.object);
            let system = r
                .host
                .known()
                .map(|h| &h.0.object)
                .or(r.guest.known().map(|g| &g.0.object));
            stack.is_some_and(|s| programs.contains(s) || on_host(lab, s, programs))
                || cluster.is_some_and(|c| programs.contains(c))
                || system.is_some_and(|s| {
                    systems.contains(s) && service.image.is_none() || programs.contains(s)
                })
                || r.device.is_some()
        });
        // Without a word on where it runs there is nothing to hold it against.
        let placed = !service.runs.is_empty();
        if placed
            && service.is_running()
            && service.patched_by.is_none()
            && !controlled
            && !covered
            && away(&object)
        {
            out.push((object, service.span));
        }
    }
    out
}

/// The machine of a stack is covered for images.
fn on_host(lab: &Lab, stack: &ObjectRef, programs: &BTreeSet<ObjectRef>) -> bool {
    let on = lab.stacks.get(&stack.name).and_then(|s| s.on.known());
    on.is_some_and(|o| programs.contains(&o.0.object))
}
