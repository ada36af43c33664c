//! The key to the backup is lost with what it would restore.

use crate::context::repository;
use crate::{Context, Findings, Rule};
use diag::Severity;
use model::lab::Reach;
use model::secret::SecretRef;

pub(crate) const RULE: Rule = Rule {
    id: "bak-key-escrow",
    since: "0.1.0",
    severity: Severity::Warning,
    summary: "A repository's password is kept only where it is lost together with the data.",
    rationale: "An encrypted backup without its password is noise. A password that lies in the lab tree is readable by \
        everybody who has the tree; one that lies only on the machine that is backed up is gone when it is needed.",
    example: "repositories: {usb: {location: /mnt/usb, password: {file: secrets/usb.pass}}}",
    controls: &["CIS v8 11.3", "ISO 27001:2022 A.8.24"],
    run,
};

const KEEP: &str = "keep the password in two places that survive the lab, e.g. a password manager and a sealed letter";

fn run(ctx: &Context<'_>, out: &mut Findings) {
    for (name, store) in &ctx.lab.repositories {
        // None is declared, or one in a form that was refused; what is said must be true of both.
        let Some(password) = &store.password else {
            let message =
                format!("no reference says where the password of repository '{name}' is kept");
            let d = RULE
                .unknown(message)
                .at(store.span, "")
                .help("write 'password: {file: …}', '{env: …}' or '{command: […]}'");
            out.add(repository(name), d);
            continue;
        };
        let local = backed_up_here(ctx, name);
        let (problem, label) = match (&password.value, local) {
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
                let message = format!(
                    "whether the password of repository '{name}' is also kept outside the lab"
                );
                let d = RULE.unknown(message).at(password.span, "").help(KEEP);
                out.add(repository(name), d);
                continue;
            }
        };
        out.add(
            repository(name),
            RULE.finding(problem).at(password.span, label).help(KEEP),
        );
    }
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
