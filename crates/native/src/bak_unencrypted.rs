//! Backups that somebody else can read.

use crate::{Context, Findings, Mend, Rule};
use diag::{Diagnostic, Severity};
use graph::budget::is_rented;
use model::declare::OptExt as _;
use model::id::{Kind, ObjectRef};
use model::lab::protection::{Media, RepositoryKind};
use model::lab::storage::Encryption;
use model::lab::{Lab, Repository};

/// What encrypts by itself: restic.readthedocs.io, "Preparing a new repository"; the others can do without, or never do.
pub const RULE: Rule = Rule {
    id: "bak-unencrypted",
    since: "0.1.0",
    severity: Severity::Warning,
    summary: "Copies of data lie with somebody else, and are not encrypted.",
    rationale: "A backup has everything in it: photos, mail, keys, the password manager's database. On rented storage its provider, whoever gets \
        that account, and whoever gets the disk later can read it. Encryption before it leaves costs nothing afterwards.",
    example: "repositories: {away: {kind: rsync, provider: Hetzner, media: cloud, encryption: none}}",
    controls: &[
        "CIS v8 11.3",
        "NIST CSF 2.0 PR.DS-01",
        "ISO 27001:2022 A.8.24",
    ],
    mend: Mend::None(
        "an encrypted repository has to be begun anew, and its key kept where it survives",
    ),
    run,
};

fn run(ctx: &Context<'_>, out: &mut Findings) {
    for (name, store) in &ctx.lab.repositories {
        if let Some(with) = with(ctx.lab, store)
            && let Some(d) = judge(name, store, &with)
        {
            out.add(ObjectRef::new(Kind::Repository, name), d);
        }
    }
}

/// With whom it lies, if that is somebody else.
fn with(lab: &Lab, store: &Repository) -> Option<String> {
    let about = &store.about;
    if let Some(provider) = about.provider.known() {
        return Some(format!("with {provider}"));
    }
    if about.media.known() == Some(&Media::Cloud) {
        return Some("on somebody else's machines".to_owned());
    }
    let host = store.on.known()?;
    let rented = lab.hosts.get(host).is_some_and(is_rented);
    rented.then(|| format!("on the rented host '{host}'"))
}

fn judge(name: &str, store: &Repository, with: &str) -> Option<Diagnostic> {
    let about = &store.about;
    if let Some(given) = &about.encryption {
        let d = RULE
            .finding(format!("repository '{name}' lies {with}, and is not encrypted"))
            .at(given.span, "readable there")
            .help("begin one that the program encrypts before it sends (restic, Borg, PBS with a key), and keep the key in two places");
        return (given.value() == Some(&Encryption::None)).then_some(d);
    }
    // Git has texts in it, and secrets among them are found by other rules.
    let known = matches!(
        about.kind.known(),
        Some(RepositoryKind::Restic | RepositoryKind::Git)
    );
    (!known && store.password.is_none()).then(|| {
        RULE.unknown(format!(
            "whether repository '{name}', which lies {with}, is encrypted"
        ))
        .at(store.span, "")
        .help("say so: 'encryption: program', or 'none'")
    })
}
