//! A secret stands in clear text in a file of the lab.

use crate::{Context, Findings, Leak, Mend, Rule};
use diag::{Diagnostic, Severity};
use model::secret::InGit;

pub(crate) const RULE: Rule = Rule {
    id: "sec-clear-text",
    since: "0.1.0",
    severity: Severity::Error,
    summary: "A secret stands in clear text in a file that the lab consists of.",
    rationale: "Whoever can read the repository, any copy of it or its history has the secret, and nobody notices. What git is told to ignore is on the disk and in its backups alone, which is a warning: a machine that is stolen, or a backup that is read, has it. Change it, and keep the new one in a file that only the right keys open: then the tree can be shown and copied without fear. Where the language expects a reference to a secret, the code is secret-in-clear.",
    example: "services: {db: {environment: {POSTGRES_PASSWORD: 'Tr0ub4dor&3'}}}",
    controls: &[
        "CIS v8 3.11",
        "NIST CSF 2.0 PR.DS-01",
        "ISO 27001:2022 A.8.24",
    ],
    mend: Mend::None(
        "a secret that stood in the tree has to be changed, where it is used, by who can",
    ),
    run,
};

fn run(ctx: &Context<'_>, out: &mut Findings) {
    for leak in ctx.leaks {
        out.add_about(None, told(leak));
    }
}

/// How bad it is depends on who has it by now.
fn told(leak: &Leak) -> Diagnostic {
    const KEEP: &str =
        "keep it with 'holdfast secret set' or sops, and refer to it; docs/secrets.md says how";
    let what = &leak.what;
    let first = match leak.in_git {
        InGit::Kept => RULE
            .finding(format!("{what} stands in clear text"))
            .note("it is not shown; whoever can read this repository, or its history, has it")
            .help("change it first: it stays in the history"),
        InGit::New => RULE
            .finding(format!("{what} stands in clear text"))
            .note("it is not shown; git does not keep this file yet, and the next commit of all files brings it into the repository")
            .help("name the file in .gitignore, or take the secret out, before anything is committed"),
        InGit::Ignored => RULE
            .with(
                Severity::Warning,
                format!("{what} stands in clear text on this disk"),
            )
            .note("it is not shown; git ignores this file, so the repository has it not: whoever can read this disk, or a backup of it, has it")
            .help("if the file was ever committed, 'holdfast secret scan --history' finds it there"),
        InGit::NoRepository => RULE
            .finding(format!("{what} stands in clear text"))
            .note("it is not shown; this folder is in no git repository: whoever can read it, or a copy or backup of it, has it")
            .help("change it if others could read the folder"),
        InGit::Unknown => RULE
            .finding(format!("{what} stands in clear text"))
            .note("it is not shown; git did not say whether it keeps this file: if it does, whoever can read the repository, or its history, has it")
            .help("change it if the repository has it: it stays in the history"),
    };
    first
        .at(leak.span, "")
        .of(format!("{}: {}", leak.file, leak.what))
        .help(format!("then {KEEP}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use diag::{SourceId, Span};

    #[test]
    fn who_has_it_is_said_as_it_is() {
        for (in_git, severity, said) in [
            (
                InGit::Kept,
                Severity::Error,
                "whoever can read this repository",
            ),
            (
                InGit::New,
                Severity::Error,
                "git does not keep this file yet",
            ),
            (
                InGit::Ignored,
                Severity::Warning,
                "the repository has it not",
            ),
            (InGit::NoRepository, Severity::Error, "in no git repository"),
            (InGit::Unknown, Severity::Error, "git did not say"),
        ] {
            let leak = Leak {
                span: Span::new(SourceId(0), 0, 1),
                file: ".env".to_owned(),
                what: "a token".to_owned(),
                in_git,
            };
            let d = told(&leak);
            assert_eq!(d.severity, severity, "{in_git:?}");
            assert!(d.notes.iter().any(|n| n.contains(said)), "{:?}", d.notes);
            let of_repository = d.notes.iter().any(|n| n.contains("read this repository"));
            assert_eq!(of_repository, in_git == InGit::Kept);
        }
    }
}
