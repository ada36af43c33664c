//! Not even one copy of everything fits.

use crate::archives::{backups_to, contents, room};
use crate::context::repository;
use crate::partial::{Partial, listed};
use crate::sizes;
use crate::totals::{self, Part};
use crate::{Context, Findings, Mend, Rule};
use diag::Severity;

pub(crate) const RULE: Rule = Rule {
    id: "bak-target-size",
    since: "0.1.0",
    severity: Severity::Error,
    summary: "A repository is smaller than one full copy of what is backed up to it.",
    rationale: "The first backup fails when the target is full, and every one after it. Often nobody notices, because a part of \
        the data did arrive.",
    example: "repositories: {usb: {size: 2TB, …}}   # for a dataset of 'size: 3.1TB'",
    controls: &["CIS v8 11.2", "ISO 27001:2022 A.8.13"],
    mend: Mend::None("a larger target has to be bought, or data left out"),
    run,
};

fn run(ctx: &Context<'_>, out: &mut Findings) {
    for (name, store) in &ctx.lab.repositories {
        let Some(room) = room(ctx.lab, name, store) else {
            continue;
        };
        let backups = backups_to(ctx.lab, name);
        let mut parts: Vec<Result<Part, String>> = Vec::new();
        for (key, backup) in &backups {
            for part in contents(ctx.lab, key, backup) {
                let twice = |other: &Result<Part, String>| matches!((other, &part), (Ok(a), Ok(b)) if a.name == b.name);
                if !parts.iter().any(twice) {
                    parts.push(part);
                }
            }
        }
        let all = Partial::of(parts);
        let (known, least) = (&all.known, all.least());
        let (sum, say) = (all.value(), sizes::storage);
        if sum > room.value {
            let mut d = RULE
                .finding(format!(
                    "repository '{name}' holds {}, and one copy of its backups is {least}{}",
                    say(room.value),
                    say(sum)
                ))
                .at(room.span, "all that fits")
                .note(format!(
                    "{}; {} - {} = {least}{} too much",
                    sizes::sum(known, say),
                    say(sum),
                    say(room.value),
                    say(sum - room.value)
                ));
            d.notes.extend(all.left_out());
            d.notes.extend(totals::assumptions(known));
            let images = |p: &Part| p.name.starts_with("guest '");
            let sure: i128 = known.iter().filter(|p| !images(p)).map(|p| p.value).sum();
            if sure <= room.value {
                d.severity = Severity::Warning;
                d = d.note("disks of guests count with what they may hold: less is copied where less is written");
            }
            out.add(
                repository(name),
                d.help("take a larger target, or leave out what can be had again"),
            );
        } else if !backups.is_empty() && (known.is_empty() || !all.missing.is_empty()) {
            let none = known.is_empty() && all.missing.is_empty();
            let nothing = none.then(|| "what they hold".to_owned());
            let missing: Vec<String> = all.missing.iter().cloned().chain(nothing).collect();
            let d = RULE.unknown(format!(
                "whether a copy of everything fits into repository '{name}'"
            ));
            out.add(
                repository(name),
                d.at(store.span, "")
                    .note(format!("not declared: {}", listed(&missing)))
                    .help("declare the sizes, or how large one copy is, with 'size' of the backup"),
            );
        }
    }
}
