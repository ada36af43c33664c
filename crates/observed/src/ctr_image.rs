//! A container whose image can be another one tomorrow.

use crate::container::{Container, engines};
use crate::look::{count, listed, part};
use crate::{Context, Findings, Mend, Rule};
use diag::Severity;
use model::fact::FactKind;

pub const RULE: Rule = Rule {
    id: "ctr-image",
    since: "0.1.0",
    severity: Severity::Warning,
    summary: "A container runs an image by a tag that moves: 'latest', or none.",
    rationale: "What 'latest' was on the day on which it was started is written nowhere. The next pull brings another program, and nobody can say which \
        one ran when the trouble began.",
    example: "hosts: {nas: {}}   # and 'nextcloud:latest' runs there",
    controls: &[
        "CIS v8 2.1",
        "NIST CSF 2.0 PR.PS-02",
        "ISO 27001:2022 A.8.32",
    ],
    mend: Mend::None("which version is wanted has to be decided"),
    run,
};

fn run(ctx: &Context<'_>, out: &mut Findings) {
    let kind = FactKind::DockerContainer;
    for (look, containers) in engines(ctx) {
        look.unseen(&RULE, kind, "runs images by a tag that moves", out);
        let moving: Vec<&Container<'_>> = containers.iter().filter(|c| moves(c.image())).collect();
        let Some(first) = moving.first() else {
            continue;
        };
        let names: Vec<String> = moving
            .iter()
            .map(|c| format!("{} ({})", c.name, c.image()))
            .collect();
        let digests: Vec<String> = moving
            .iter()
            .flat_map(|c| c.texts("digests"))
            .map(str::to_owned)
            .collect();
        let d = RULE
            .finding(format!(
                "{} on {} by a tag that moves: {}",
                match moving.len() {
                    1 => "1 container runs".to_owned(),
                    n => format!("{n} containers run"),
                },
                look.title(),
                listed(&names)
            ))
            .of_each(names.iter().map(|n| part(n)))
            .note(format!(
                "{} of {}",
                moving.len(),
                count(containers.len(), "container", "containers")
            ));
        let d = match digests.is_empty() {
            true => d,
            false => d.note(format!("what runs is {}", listed(&digests))),
        };
        let d = d.help("write the version, or the digest that runs now, into the Compose file");
        out.add(look.object.clone(), look.dated(d, kind, first.name));
    }
}

/// No digest and no tag, or a tag that only says that it is new.
fn moves(image: &str) -> bool {
    if image.is_empty() || image.contains('@') || image.starts_with("sha256:") {
        return false;
    }
    let last = image.rsplit('/').next().unwrap_or(image);
    match last.split_once(':') {
        None => true,
        Some((_, tag)) => matches!(
            tag,
            "latest" | "stable" | "main" | "master" | "edge" | "nightly"
        ),
    }
}
