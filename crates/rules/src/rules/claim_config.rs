//! A control that is claimed and configured nowhere.

use crate::standing::away;
use crate::{Context, Findings, Mend, Rule};
use diag::{Edit, Fix, Severity};
use model::declare::{About, OptExt as _};
use model::id::{Kind, ObjectRef};
use model::lab::Lab;
use model::lab::people::{Access, AccessWay};
use model::lab::protection::{Job, JobKind};
use model::lab::service::{Control, ControlName, ControlState, Service};
use model::units::text::Url;
use std::collections::BTreeSet;

pub(crate) const RULE: Rule = Rule {
    id: "claim-config",
    since: "0.1.0",
    severity: Severity::Warning,
    summary: "A service claims a control that nothing in the lab configures, or inherits one from a service that does not have it.",
    rationale: "'All services inherit TLS, single sign-on and backups' is true of those that somebody set up. A control that is claimed and not configured is \
        found by the first incident.",
    example: "services: {wiki: {controls: {backup: yes}}}   # and no backup that has it",
    controls: &[
        "CIS v8 4.1",
        "NIST CSF 2.0 PR.PS-01",
        "ISO 27001:2022 A.8.9",
    ],
    mend: Mend::Unsafe("takes the claim back; configuring what is claimed is the better mend"),
    run,
};

fn run(ctx: &Context<'_>, out: &mut Findings) {
    for (name, service) in ctx.lab.services.iter().filter(|(_, s)| s.is_running()) {
        for (control, given) in &service.controls {
            let Some(lacks) = lacks(ctx.lab, name, service, *control, given) else {
                continue;
            };
            let word = control.word();
            let d = match lacks.silent {
                true => RULE.unknown(format!(
                    "whether service '{name}' has '{word}', as it claims: nothing is said that could show it"
                )),
                false => RULE.finding(format!("service '{name}' claims '{word}', but {}", lacks.what)),
            };
            let d = d
                .at(given.span, "claimed")
                .note(lacks.note)
                .help(lacks.help);
            let d = match given.is.as_ref().filter(|_| !lacks.silent) {
                Some(is) => d.fix(Fix::doubtful(
                    "claim it no more",
                    Edit::replace(is.span, "no"),
                )),
                None => d,
            };
            out.add(ObjectRef::new(Kind::Service, name), d);
        }
    }
}

struct Lacks {
    what: String,
    /// The lab says nothing at all that the control could be held against.
    silent: bool,
    note: String,
    help: String,
}

fn lacks(
    lab: &Lab,
    name: &str,
    service: &Service,
    control: ControlName,
    given: &Control,
) -> Option<Lacks> {
    let word = control.word();
    match given.is.known()? {
        ControlState::Inherited => {
            let Some(by) = given.by.known() else {
                return Some(Lacks {
                    what: "does not say from which service it is inherited".to_owned(),
                    silent: false,
                    note: "state: inherited, by: not given".to_owned(),
                    help: format!(
                        "write {{is: inherited, by: SERVICE}} with the service that does '{word}'"
                    ),
                });
            };
            let Some(other) = lab.services.get(by.name()) else {
                let status = away(lab, &by.0.object)?;
                return Some(Lacks {
                    silent: false,
                    what: format!("'{}', from which it is inherited, is {status}", by.name()),
                    note: format!(
                        "state of '{word}': inherited, of service '{}': {status}",
                        by.name()
                    ),
                    help: "name the service that does it today, or say 'no' here".to_owned(),
                });
            };
            let state = other.controls.get(&control).and_then(|c| c.is.known());
            let has = matches!(state, Some(ControlState::Yes | ControlState::Inherited));
            (!has || !other.is_running()).then(|| Lacks {
                silent: false,
                what: format!(
                    "'{}', from which it is inherited, does not have it",
                    by.name()
                ),
                note: format!(
                    "'{word}' of service '{}': {}",
                    by.name(),
                    state.map_or("not said", |s| s.word())
                ),
                help: format!("declare '{word}: yes' there if it is so, or say 'no' here"),
            })
        }
        ControlState::Yes => {
            let (shown, note, help) = shows(lab, name, service, control)?;
            (!shown).then(|| Lacks {
                silent: is_silent(lab, name, service, control),
                what: "nothing in the lab configures it".to_owned(),
                note: note.to_owned(),
                help: help.to_owned(),
            })
        }
        _ => None,
    }
}

/// Whether something configures a control, what was looked at, and what to write; none for controls that the language has no
/// configuration of.
fn shows(
    lab: &Lab,
    name: &str,
    service: &Service,
    control: ControlName,
) -> Option<(bool, &'static str, &'static str)> {
    let parts = parts(lab, name, service);
    let access: Vec<&Access> = lab
        .access
        .iter()
        .filter(|a| a.to.iter().any(|t| parts.contains(&t.value.0.object)))
        .collect();
    Some(match control {
        ControlName::Tls => (
            is_encrypted(service),
            "looked at: url, exposures, smoke tests; none is https",
            "give the https address that people use under 'url', or say 'no'",
        ),
        ControlName::Backup => (
            is_backed_up(lab, &parts),
            "looked at: backups of the service, its stack, guest, host and datasets",
            "add it to a backup, or say 'no'",
        ),
        ControlName::Monitoring => (
            is_watched(lab, &parts),
            "looked at: probes and alerts about the service and what it runs on",
            "add a probe of it, or say 'no'",
        ),
        ControlName::Patching => (
            service.patched_by.is_some() || is_patched(lab, &parts),
            "looked at: jobs of kind update and image-update, 'patched_by'",
            "name the job under 'patched_by', or say 'no'",
        ),
        ControlName::Sso => (
            access
                .iter()
                .any(|a| a.how.known() == Some(&AccessWay::Sso)),
            "looked at: 'access' with how: sso",
            "declare who gets in how under 'access', write {is: inherited, by: SERVICE}, or say 'no'",
        ),
        ControlName::Mfa => (
            !access.is_empty() && access.iter().all(|a| a.mfa.known() == Some(&true)),
            "looked at: 'access' to the service, all of it with mfa: true",
            "declare who gets in with 'mfa: true' under 'access', or say 'no'",
        ),
        ControlName::Rbac | ControlName::Logging => return None,
    })
}

/// Nothing is said of how people reach the service, or who may.
fn is_silent(lab: &Lab, name: &str, service: &Service, control: ControlName) -> bool {
    let to = |o: &ObjectRef| o.kind == Kind::Service && o.name == name;
    match control {
        ControlName::Tls => {
            let asked = service.smoke.iter().any(|s| s.http.is_some());
            service.url.is_none() && service.exposures.is_empty() && !asked
        }
        ControlName::Sso | ControlName::Mfa => {
            let mut access = lab.access.iter().flat_map(|a| &a.to);
            !access.any(|t| to(&t.value.0.object))
        }
        _ => false,
    }
}

fn is_encrypted(service: &Service) -> bool {
    let secure = |u: &Url| u.0.starts_with("https:");
    if let Some(url) = service.url.known() {
        return secure(url);
    }
    let ports = service.exposures.iter().filter_map(|e| e.port.known());
    let known = ports
        .into_iter()
        .any(|p| [443, 8443, 853, 636, 993].contains(&p.first()));
    let proxied = service.exposures.iter().any(|e| e.via.is_some());
    known
        || proxied
        || service
            .smoke
            .iter()
            .filter_map(|s| s.http.known())
            .any(|url| secure(&url.0))
}

fn is_backed_up(lab: &Lab, parts: &BTreeSet<ObjectRef>) -> bool {
    lab.backups.values().any(|b| {
        let a = &b.about;
        let guests = a.guests.iter().map(|r| &r.value.0.object);
        let hosts = a.hosts.iter().map(|r| &r.value.0.object);
        let stacks = a.stacks.iter().map(|r| &r.value.0.object);
        let services = a.services.iter().map(|r| &r.value.0.object);
        let data = b
            .datasets
            .iter()
            .any(|d| parts.contains(&ObjectRef::new(Kind::Dataset, &d.value)));
        data || guests
            .chain(hosts)
            .chain(stacks)
            .chain(services)
            .any(|o| parts.contains(o))
    })
}

fn is_watched(lab: &Lab, parts: &BTreeSet<ObjectRef>) -> bool {
    let probes = lab.probes.values().filter_map(|p| p.of.known());
    let alerts = lab.alerts.values().flat_map(|a| &a.about);
    probes.into_iter().any(|o| parts.contains(&o.0.object))
        || alerts.into_iter().any(|a| match &a.value {
            About::Ref(r) => parts.contains(&r.0.object),
            About::Text(_) => false,
        })
}

fn is_patched(lab: &Lab, parts: &BTreeSet<ObjectRef>) -> bool {
    let update = |j: &&Job| matches!(j.kind.known(), Some(JobKind::Update | JobKind::ImageUpdate));
    let jobs = lab.jobs.values().filter(update);
    jobs.into_iter()
        .any(|j| j.on.iter().any(|o| parts.contains(&o.value.0.object)))
}

/// A service with what it runs in and what it keeps.
fn parts(lab: &Lab, name: &str, service: &Service) -> BTreeSet<ObjectRef> {
    let mut out = BTreeSet::from([ObjectRef::new(Kind::Service, name)]);
    for runs in service.runs.iter() {
        let stack = runs.stack.known().map(|s| s.0.object.clone());
        let on = stack
            .as_ref()
            .and_then(|s| lab.stacks.get(&s.name))
            .and_then(|s| s.on.known());
        out.extend(on.map(|o| o.0.object.clone()));
        out.extend(stack);
        out.extend(runs.guest.known().map(|g| g.0.object.clone()));
        out.extend(runs.host.known().map(|h| h.0.object.clone()));
        out.extend(runs.cluster.known().map(|c| c.0.object.clone()));
    }
    out.extend(
        service
            .data
            .values()
            .filter_map(|d| d.dataset.known())
            .map(|d| d.0.object.clone()),
    );
    for (data, dataset) in &lab.datasets {
        if dataset
            .about
            .service
            .known()
            .is_some_and(|s| s.name() == name)
        {
            out.insert(ObjectRef::new(Kind::Dataset, data));
        }
    }
    out
}
