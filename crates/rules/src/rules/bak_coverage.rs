//! A dataset is in no backup.

use crate::context::dataset;
use crate::{Context, Findings, Rule};
use diag::Severity;
use model::lab::DataClass;

pub(crate) const RULE: Rule = Rule {
    id: "bak-coverage",
    since: "0.1.0",
    severity: Severity::Error,
    summary: "A dataset is in no backup.",
    rationale: "Data that is in no backup is gone with the first mistake. Scratch data is left out; replaceable data, and \
        data of no declared class, is a warning.",
    example: "datasets: {photos: {host: nas, folder: /srv/photos, class: irreplaceable}}   # and no backup lists it",
    controls: &[
        "CIS v8 11.2",
        "NIST CSF 2.0 PR.DS-11",
        "ISO 27001:2022 A.8.13",
    ],
    run,
};

fn run(ctx: &Context<'_>, out: &mut Findings) {
    for (name, data) in &ctx.lab.datasets {
        let listed = |b: &&model::lab::Backup| b.datasets.iter().any(|d| d.value == *name);
        if ctx.lab.backups.values().any(|b| listed(&b)) {
            continue;
        }
        let (severity, class) = match data.class.as_ref().map(|c| c.value) {
            Some(DataClass::Scratch) => continue,
            Some(DataClass::Replaceable) => (Severity::Warning, "replaceable"),
            Some(DataClass::Important) => (RULE.severity, "important"),
            Some(DataClass::Irreplaceable) => (RULE.severity, "irreplaceable"),
            None => (Severity::Warning, "of no declared class"),
        };
        let backups = ctx.lab.backups.len();
        let d = RULE
            .with(severity, format!("dataset '{name}' is {class} and in no backup"))
            .at(data.span, "not backed up")
            .note(format!("0 of {backups} declared backups list it"))
            .help(match ctx.lab.backups.keys().next() {
                Some(first) => format!("add '{name}' to the datasets of a backup, e.g. '{first}', or set 'class: scratch'"),
                None => "declare a repository and a backup that lists it, or set 'class: scratch'".to_owned(),
            });
        out.add(dataset(name), d);
    }
}
