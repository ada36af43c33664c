//! A repository whose location leads somewhere else than to where it is declared to be.

use crate::context::dataset;
use crate::{Context, Findings, Mend, Rule, places};
use diag::{Diagnostic, Edit, Fix, Severity};
use graph::location::{Leads, leads};
use model::declare::OptExt as _;
use model::id::{Kind, ObjectRef};
use model::lab::{DataSource, Dataset, Lab, Reach, Repository};

pub(crate) const RULE: Rule = Rule {
    id: "bak-location",
    since: "0.1.0",
    severity: Severity::Error,
    summary: "The location of a repository leads somewhere else than to where it is declared to be: to the host that writes, to another machine or site, or into the very folder that is archived.",
    rationale: "The host of the data writes its archives itself. A plain path is a directory of its own, wherever the repository is \
        declared to stand, and 'localhost' is that machine: the copy would lie beside the data and be counted as one on another host. So would \
        one whose location names the machine of the data. A repository within the folder that it archives is archived itself, and grows by what it has each \
        time.",
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
            let found =
                found.or_else(|| within(data, (name, &home.value), backup, (key, repository)));
            found.into_iter().for_each(|d| out.add(dataset(name), d));
        }
    }
}

/// The repository would lie in what it archives.
fn within(
    data: &Dataset,
    (name, home): (&str, &str),
    backup: &str,
    (key, repository): (&str, &Repository),
) -> Option<Diagnostic> {
    let Some(DataSource::Folder(folder)) = &data.source else {
        return None;
    };
    let location = repository.location.as_ref()?;
    let path = location.value()?;
    let below = path.strip_prefix(folder.value.trim_end_matches('/'))?;
    let inside = below.is_empty() || below.starts_with('/');
    let here = repository
        .on
        .as_ref()
        .is_none_or(|on| on.value().is_some_and(|on| on == home));
    (inside && here).then(|| {
        RULE.finding(format!(
            "backup '{backup}' would archive repository '{key}' into itself: {path} lies in dataset '{name}'"
        ))
        .at(location.span, format!("lies in {}", folder.value))
        .and_at(folder.span, "is archived")
        .help("write a location outside of what is archived, on another disk or machine")
    })
}

/// What root of another host calls a machine to reach a path of it by SFTP: its name, or what OpenSSH is told of it.
fn by_sftp(lab: &Lab, there: &str, path: &str) -> String {
    let Some(Reach::Ssh {
        destination,
        user,
        port,
        ..
    }) = lab.hosts.get(there).map(|h| &h.reach)
    else {
        return format!("sftp:{there}:{path}");
    };
    let user = user
        .as_ref()
        .map_or(String::new(), |u| format!("{}@", u.value));
    // An address is what it has anyway; a name of its own is how it is known to OpenSSH.
    let place = match destination.value.parse::<core::net::IpAddr>() {
        Ok(_) => there,
        Err(_) => destination.value.as_str(),
    };
    let place = place.rsplit('@').next().unwrap_or(place);
    match port {
        Some(port) => format!("sftp://{user}{place}:{}/{path}", port.value),
        None => format!("sftp:{user}{place}:{path}"),
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
        true => {
            let meant = by_sftp(lab, there, path);
            d.help(format!(
                "write 'location: {meant}', which root of '{home}' can log in to"
            ))
            .fix(Fix::doubtful(
                "write to the host by SFTP",
                Edit::replace(location.span, meant),
            ))
        }
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
