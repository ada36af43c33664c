//! The key to the backup is lost with what it would restore.

use crate::context::repository;
use crate::places::{self, Machine, Place};
use crate::recovery::keeper;
use crate::{Context, Findings, Mend, Rule};
use diag::{Diagnostic, Severity, Spanned};
use model::declare::OptExt as _;
use model::id::Kind;
use model::lab::people::{SecretEntry, SecretStore};
use model::lab::protection::RepositoryKind;
use model::lab::storage::Encryption;
use model::lab::{Lab, Reach, Repository};
use model::secret::SecretRef;
use std::collections::{BTreeMap, BTreeSet};

pub(crate) const RULE: Rule = Rule {
    id: "bak-key-escrow",
    since: "0.1.0",
    severity: Severity::Warning,
    summary: "A repository's password or key is kept only where it is lost together with the data.",
    rationale: "An encrypted backup without its password is noise. A password that lies in the lab tree is readable by \
        everybody who has the tree; one that lies only on the machine that is backed up, or in a password manager that runs on it, \
        is gone when it is needed.",
    example: "repositories: {usb: {location: /mnt/usb, password: {file: secrets/usb.pass}}}",
    controls: &["CIS v8 11.3", "ISO 27001:2022 A.8.24"],
    mend: Mend::None("the second place is outside of the lab and of its tree"),
    run,
};

const KEEP: &str = "keep the password in two places that survive the lab, e.g. a password manager and a sealed letter";

fn run(ctx: &Context<'_>, out: &mut Findings) {
    let lab = ctx.lab;
    let homes = homes(ctx);
    let none = BTreeSet::new();
    for (name, store) in &lab.repositories {
        let secrets = secrets(lab, name, store);
        let d = match (&store.password, secrets.is_empty()) {
            (_, false) => by_secrets(
                lab,
                name,
                store,
                &secrets,
                homes.get(name.as_str()).unwrap_or(&none),
            ),
            (Some(password), true) => Some(by_reference(ctx, name, password)),
            (None, true) if needs_none(store) => None,
            // None is declared, or one in a form that was refused; what is said must be true of both.
            (None, true) => {
                let message =
                    format!("no reference says where the password of repository '{name}' is kept");
                let d = RULE.unknown(message).at(store.span, "");
                Some(d.help("write 'password: {file: …}', '{env: …}' or '{command: […]}', or declare it under 'secrets' with 'opens'"))
            }
        };
        if let Some(d) = d {
            out.add(repository(name), d);
        }
    }
}

/// Said to be open to whoever reaches it.
fn needs_none(store: &Repository) -> bool {
    let plain = store.about.encryption.known() == Some(&Encryption::None);
    let files = matches!(
        store.about.kind.known(),
        Some(
            RepositoryKind::Vzdump
                | RepositoryKind::Zfs
                | RepositoryKind::Rsync
                | RepositoryKind::Tar
                | RepositoryKind::Git
        )
    );
    plain || (files && store.about.encryption.is_none())
}

/// Machines whose data each repository is to restore.
fn homes<'a>(ctx: &Context<'a>) -> BTreeMap<&'a str, BTreeSet<Machine<'a>>> {
    let copies = ctx.copies();
    let mut out: BTreeMap<&str, BTreeSet<Machine<'_>>> = BTreeMap::new();
    for body in ctx.bodies() {
        for copy in copies.copies(body) {
            if let Some((Kind::Repository, name)) = copy.store {
                out.entry(name).or_default().extend(&body.place.machines);
            }
        }
    }
    out
}

/// Secrets that are declared to open a repository.
fn secrets<'a>(lab: &'a Lab, name: &str, store: &'a Repository) -> Vec<(&'a str, &'a SecretEntry)> {
    let opens = |s: &SecretEntry| {
        let mut opens = s.opens.iter().map(|o| &o.value);
        opens.any(|o| o.kind() == Kind::Repository && o.name() == name)
    };
    let keyed = |key: &str| store.about.keys.iter().any(|k| k.value.name() == key);
    let all = lab.secrets.iter().filter(|(key, s)| keyed(key) || opens(s));
    all.map(|(key, s)| (key.as_str(), s)).collect()
}

/// How a secret fares when the machines are lost whose data it would open.
enum Fate {
    Kept,
    Lost(String),
    Unknown,
}

fn by_secrets(
    lab: &Lab,
    name: &str,
    store: &Repository,
    secrets: &[(&str, &SecretEntry)],
    homes: &BTreeSet<Machine<'_>>,
) -> Option<Diagnostic> {
    let mut lost = Vec::new();
    let mut open = None;
    for (key, secret) in secrets {
        match fate(lab, secret, homes) {
            Fate::Kept => return None,
            Fate::Lost(why) => lost.push((*key, *secret, why)),
            Fate::Unknown => open = open.or(Some(*secret)),
        }
    }
    if let Some(secret) = open {
        let message =
            format!("whether the key of repository '{name}' is also kept outside the lab");
        return Some(
            RULE.unknown(message)
                .at(secret.span, "")
                .help("say so with 'escrow', or who keeps it with 'held_by'"),
        );
    }
    let (key, secret, why) = lost.first()?;
    let mut d = RULE
        .finding(format!(
            "secret '{key}', which opens repository '{name}', is kept only in {why}"
        ))
        .at(
            secret.held_by.as_ref().map_or(secret.span, |h| h.span),
            "lost with the data",
        )
        .and_at(store.span, "what it would open");
    d = d.note(format!(
        "secrets that open it: {}, of them kept elsewhere ('escrow', paper, another machine): 0",
        secrets.len()
    ));
    Some(d.help(KEEP))
}

fn fate(lab: &Lab, secret: &SecretEntry, homes: &BTreeSet<Machine<'_>>) -> Fate {
    let store = secret.r#in.known();
    if secret.escrow.known().is_some()
        || matches!(store, Some(SecretStore::Paper | SecretStore::Token))
    {
        return Fate::Kept;
    }
    let Some(((kind, name), _)) = keeper(lab, secret) else {
        return Fate::Unknown;
    };
    let place: Place<'_> = places::of(lab, kind, name);
    let on = place.machines.iter().find(|m| homes.contains(m));
    match (place.machines.is_empty(), on) {
        (true, _) => Fate::Unknown,
        (false, Some(machine)) if kind == Kind::Host => {
            Fate::Lost(format!("{}, whose data it is to restore", machine.words()))
        }
        (false, Some(machine)) => Fate::Lost(format!(
            "{} '{name}' on {}, whose data it is to restore",
            kind.word(),
            machine.words()
        )),
        (false, None) => Fate::Kept,
    }
}

/// A repository that Holdfast writes to.
fn by_reference(ctx: &Context<'_>, name: &str, password: &Spanned<SecretRef>) -> Diagnostic {
    let (problem, label) = match (&password.value, backed_up_here(ctx, name)) {
        (SecretRef::File(path), _) if in_tree(path) => (
            format!("the password of repository '{name}' lies in the lab tree"),
            "a path inside the tree".to_owned(),
        ),
        (SecretRef::File(_), Some(host)) => (
            format!(
                "the password of repository '{name}' lies on host '{host}', which it is to restore"
            ),
            format!("a file of host '{host}', which is this machine"),
        ),
        _ => {
            let message =
                format!("whether the password of repository '{name}' is also kept outside the lab");
            return RULE.unknown(message).at(password.span, "").help(KEEP);
        }
    };
    RULE.finding(problem).at(password.span, label).help(KEEP)
}

/// A path that is neither absolute nor in the home directory is relative to the lab tree.
fn in_tree(path: &str) -> bool {
    !path.starts_with(['/', '~'])
}

/// A host that is the controller itself and has data which is backed up to this repository.
fn backed_up_here<'a>(ctx: &Context<'a>, repository: &str) -> Option<&'a str> {
    let lab = ctx.lab;
    let backups = lab
        .backups
        .values()
        .filter(|b| b.to.as_ref().is_some_and(|t| t.value == repository));
    let datasets = backups.flat_map(|b| &b.datasets);
    datasets
        .filter_map(|d| lab.datasets.get(&d.value)?.host.as_ref())
        .find(|h| {
            lab.hosts
                .get(&h.value)
                .is_some_and(|h| h.reach == Reach::Local)
        })
        .map(|h| h.value.as_str())
}
