//! The archives that are to be kept do not fit.

use crate::archives::{backups_to, changes, contents, is_full_each_time, kept, open_room, room};
use crate::context::repository;
use crate::partial::{Partial, listed};
use crate::sizes;
use crate::{Context, Findings, Mend, Rule};
use diag::Severity;
use model::lab::{Backup, Repository};

pub(crate) const RULE: Rule = Rule {
    id: "bak-space",
    since: "0.1.0",
    severity: Severity::Warning,
    summary: "The archives that a repository is to keep need more space than it has.",
    rationale: "Retention is a promise about space: full archives times their number, or one copy and all that changes in the time \
        they span. When the target is full, either the newest backup fails or somebody deletes the oldest by hand.",
    example: "backups: {nightly: {keep: {daily: 30}, …}}   # of 50 GB archives to a tar repository of 'size: 1TB'",
    controls: &["CIS v8 11.2", "ISO 27001:2022 A.8.13"],
    mend: Mend::None("fewer archives or more space is a decision"),
    run,
};

fn run(ctx: &Context<'_>, out: &mut Findings) {
    for (name, store) in &ctx.lab.repositories {
        let Some(room) = room(ctx.lab, name, store) else {
            if let Some(d) = unknown_room(ctx, name, store) {
                out.add(repository(name), d);
            }
            continue;
        };
        let backups = backups_to(ctx.lab, name);
        let needs: Vec<Result<Need, String>> = backups
            .iter()
            .filter_map(|(key, b)| need(ctx, store, key, b))
            .collect();
        let open = needs.iter().filter_map(|n| n.as_ref().err());
        let mut missing: Vec<String> = open.cloned().collect();
        let known: Vec<&Need> = needs.iter().filter_map(|n| n.as_ref().ok()).collect();
        // An archive of which a part is not known is as large as the rest of it at the least.
        missing.extend(known.iter().flat_map(|n| n.left_out.iter().cloned()));
        let least = if missing.is_empty() { "" } else { "at least " };
        let (sum, once): (i128, i128) = (
            known.iter().map(|n| n.all).sum(),
            known.iter().map(|n| n.once).sum(),
        );
        // What does not even fit once is what `bak-target-size` speaks of.
        if once > room.value {
            continue;
        }
        let say = sizes::storage;
        if sum > room.value {
            let mut d = RULE
                .finding(format!(
                    "repository '{name}' holds {}, and what it is to keep needs {least}{}",
                    say(room.value),
                    say(sum)
                ))
                .at(room.span, "all that fits");
            for need in &known {
                d = d.and_at(need.span, "keeps these").note(need.how.clone());
            }
            let over = say(sum - room.value);
            d = d.note(format!(
                "{} - {} = {least}{over} too much; compression is not counted",
                say(sum),
                say(room.value)
            ));
            if !missing.is_empty() {
                d = d.note(format!(
                    "not in it, as it is not known: {}",
                    listed(&missing)
                ));
            }
            out.add(
                repository(name),
                d.help("keep fewer archives, or take a larger target"),
            );
        } else if !missing.is_empty() {
            let d = RULE.unknown(format!(
                "whether the archives of repository '{name}' fit into it"
            ));
            out.add(
                repository(name),
                d.at(store.span, "")
                    .note(format!("not declared: {}", listed(&missing))),
            );
        }
    }
}

/// Nobody knows how much fits.
fn unknown_room(ctx: &Context<'_>, name: &str, store: &Repository) -> Option<diag::Diagnostic> {
    if backups_to(ctx.lab, name).is_empty() {
        return None;
    }
    let open = open_room(ctx.lab, name, store)?;
    let d = RULE.unknown(format!(
        "whether the archives of repository '{name}' fit into it"
    ));
    Some(d.at(store.span, "").note(format!("not known: {open}")))
}

/// What one backup needs.
struct Need {
    once: i128,
    all: i128,
    how: String,
    span: diag::Span,
    /// What is not in it.
    left_out: Vec<String>,
}

/// None if nothing is known of the size, which `bak-target-size` says.
fn need(
    ctx: &Context<'_>,
    store: &Repository,
    name: &str,
    backup: &Backup,
) -> Option<Result<Need, String>> {
    let parts = Partial::of(contents(ctx.lab, name, backup));
    if parts.known.is_empty() {
        return None;
    }
    let (once, say) = (parts.value(), sizes::storage);
    let Some((count, days, how)) = kept(backup) else {
        return Some(Err(format!("how many archives backup '{name}' keeps")));
    };
    let full = once * count;
    let (all, how) = if is_full_each_time(store) {
        (
            full,
            format!("'{name}': {how} × {} = {}", say(once), say(full)),
        )
    } else {
        match changes(ctx.lab, backup) {
            Err(missing) => return Some(Err(missing)),
            Ok(daily) => {
                let (changed, whole) = (once + daily * days, full.max(once));
                let sum = format!("{} + {days} × {} = {}", say(once), say(daily), say(changed));
                let unit = if days == 1 { "day" } else { "days" };
                let how = match changed > whole {
                    // No archive is larger than all of the data.
                    true => format!(
                        "'{name}': {how} over {days} {unit}; {count} × {} = {} at most, less than {sum}",
                        say(once),
                        say(whole)
                    ),
                    false => format!("'{name}': {how} over {days} {unit}; {sum} at most"),
                };
                (changed.min(whole), how)
            }
        }
    };
    Some(Ok(Need {
        once,
        all,
        how,
        span: backup.span,
        left_out: parts.missing,
    }))
}
