//! A repository whose location leads somewhere else than to where it is declared to be.

use crate::context::dataset;
use crate::{Context, Findings, Mend, Rule, places};
use diag::{Diagnostic, Edit, Fix, Severity};
use graph::location::{Leads, leads};
use model::declare::OptExt as _;
use model::id::{Kind, ObjectRef};
use model::lab::{Lab, Repository};

pub(crate) const RULE: Rule = Rule {
    id: "bak-location",
    since: "0.1.0",
    severity: Severity::Error,
    summary: "The location of a repository leads somewhere else than to where it is declared to be: to the host that writes, or to another machine or site.",
    rationale: "The host of the data writes its archives itself. A plain path is a directory of its own, wherever the repository is \
        declared to stand, and 'localhost' is that machine: the copy would lie beside the data and be counted as one on another host. So would \
        one whose location names the machine of the data.",
    example: "repositories: {attic: {on: store, location: /mnt/attic}}   # for data on host 'web'",
    controls: &[
        "CIS v8 11.4",
        "NIST CSF 2.0 PR.DS-11",
        "ISO 27001:2022 A.8.13",
    ],
    mend: Mend::Unsafe("writes the location as one that is reached by SFTP"),
    run,
};

fn run(ctx: &Context<'_>, out: &mut Findings) {
    for (name, repository) in &ctx.lab.repositories {
        if let Some(d) = elsewhere(ctx.lab, name, repository) {
            out.add(ObjectRef::new(Kind::Repository, name), d);
        }
    }
    for (name, data) in &ctx.lab.datasets {
        let Some(home) = data.host.as_ref() else {
            continue;
        };
        for (backup, _, key, repository) in ctx.backups_of(name) {
            let found = itself(ctx.lab, (name, &home.value), backup, (key, repository));
            found.into_iter().for_each(|d| out.add(dataset(name), d));
        }
    }
}

/// What writes would write to itself.
fn itself(
    lab: &Lab,
    (name, home): (&str, &str),
    backup: &str,
    (key, repository): (&str, &Repository),
) -> Option<Diagnostic> {
    let location = repository.location.as_ref()?;
    let path = location.value()?;
    let is_path = path.starts_with('/');
    if !is_path && leads(lab, path) != Some(Leads::Here) {
        return None;
    }
    let message = |not| {
        format!(
            "backup '{backup}' of dataset '{name}' would write to {path} of host '{home}', not {not}"
        )
    };
    let what = match is_path {
        true => format!("a directory of the host that writes, '{home}'"),
        false => format!("the host that writes, '{home}'"),
    };
    let Some(on) = &repository.on else {
        // A disk may be carried away; what answers at the machine's own address stands there.
        let site = repository.about.site.as_ref().filter(|_| !is_path)?;
        let there = site.value()?.name();
        let here = lab.hosts.get(home)?.site.known()?;
        let cloud = places::of_repository(lab, repository).away;
        return (!cloud && here != there).then(|| {
            RULE.finding(message(format!("at site '{there}'")))
                .at(location.span, what)
                .and_at(site.span, format!("repository '{key}' is declared to be here"))
                .help("write the location by the name of the machine that it is on, and declare that machine with 'on'")
        });
    };
    let there = on.value().filter(|there| *there != home)?;
    let d = RULE
        .finding(message(format!("of host '{there}'")))
        .at(location.span, what)
        .and_at(
            on.span,
            format!("repository '{key}' is declared to be here"),
        );
    Some(match is_path {
        true => d
            .help(format!(
                "write 'location: sftp:{there}:{path}', which root of '{home}' can log in to"
            ))
            .fix(Fix::doubtful(
                "write to the host by SFTP",
                Edit::replace(location.span, format!("sftp:{there}:{path}")),
            )),
        false => d.help(format!(
            "write the location by the name or address of '{there}'"
        )),
    })
}

/// The location leads to another machine of the lab than is declared, or to another site.
fn elsewhere(lab: &Lab, key: &str, repository: &Repository) -> Option<Diagnostic> {
    let location = repository.location.as_ref()?;
    let Some(Leads::To(kind, name)) = leads(lab, location.value()?) else {
        return None;
    };
    let there = places::of(lab, kind, name);
    let led = format!("{} '{name}'", kind.word());
    let finding = |what: String, span| {
        RULE.finding(format!(
            "the location of repository '{key}' leads to {led}, and it is declared to be {what}"
        ))
        .at(location.span, format!("leads to {led}"))
        .and_at(span, format!("declared to be {what}"))
        .help("make the two agree: a copy is where its location leads, and is counted there")
    };
    if let Some(on) = &repository.on
        && let Some(host) = on.value()
    {
        let declared = places::of(lab, Kind::Host, host);
        let apart = !there.machines.is_empty() && there.machines.is_disjoint(&declared.machines);
        return apart.then(|| finding(format!("on host '{host}'"), on.span));
    }
    let site = repository.about.site.as_ref()?;
    let declared = site.value()?.name();
    let apart = there.sites(lab).is_some_and(|s| !s.contains(declared));
    apart.then(|| finding(format!("at site '{declared}'"), site.span))
}
