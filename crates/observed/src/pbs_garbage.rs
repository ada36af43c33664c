//! A datastore whose garbage is not collected.

use crate::backups::{DAY, GROUP, STORE, Server, all, flag, text};
use crate::look::part;
use crate::{Context, Findings, Mend, Rule};
use diag::{Diagnostic, Severity};
use graph::observation::plain;
use model::fact::{Completeness, FactKind};
use model::units::Seconds;
use model::value::Value;

const KIND: FactKind = STORE;
/// So old the last collection may be; the product's own schedules are daily and weekly.
const DAYS: i64 = 31;

pub const RULE: Rule = Rule {
    id: "pbs-garbage",
    since: "0.1.0",
    severity: Severity::Warning,
    summary: "The garbage of a datastore was never collected, not for a month, or the last collection failed.",
    rationale: "Pruning only forgets backups: what they took is free after garbage collection, and not before. Without it a datastore fills up whatever is pruned, and a collection that fails often does so because a disk does.",
    example: "hosts: {pbs: {os: proxmox-backup-server, api: {…}}}   # and no garbage collection has ever ended on datastore main",
    controls: &["CIS v8 11.2", "ISO 27001:2022 A.8.13"],
    mend: Mend::None("when the disks have time for it is a choice"),
    run,
};

fn run(ctx: &Context<'_>, out: &mut Findings) {
    for server in all(ctx) {
        let look = &server.look;
        let what = "has other datastores whose garbage is not collected";
        look.unseen(&RULE, KIND, what, out);
        for (store, value) in look.items(KIND) {
            // Away with its disk, it has no turn.
            if text(value, "mount") == Some("notmounted") || is_empty(&server, store) {
                continue;
            }
            if let Some(d) = one(&server, store, value, out) {
                let d = look.dated(d.of(part(store)), KIND, store);
                out.add(look.object.clone(), d);
            }
        }
    }
}

/// Nothing was ever written there, as far as can be seen.
fn is_empty(server: &Server<'_, '_>, store: &str) -> bool {
    let facts = server.look.facts;
    let whole = matches!(facts.collections.get(&GROUP), Some(Completeness::Yes(_)));
    let mut groups = facts.facts.keys().filter(|p| p.kind == GROUP);
    let prefix = format!("{store}/");
    whole && !groups.any(|p| p.key.starts_with(&prefix))
}

fn one(
    server: &Server<'_, '_>,
    store: &str,
    value: &Value,
    out: &mut Findings,
) -> Option<Diagnostic> {
    let shown = plain(store);
    let help = "set a schedule (`proxmox-backup-manager datastore update STORE --gc-schedule daily`), and look into the log of the last task";
    let ended = flag(value, "gc_ended");
    let last = server.time(value, "gc_last");
    let message = match (ended, text(value, "gc_result"), last) {
        (_, Some("failed"), _) => {
            format!("the last garbage collection of datastore {shown} failed")
        }
        (Some(false), ..) => format!("no garbage collection of datastore {shown} has ever ended"),
        (_, _, Some(last)) if server.look.ago(last) > DAYS * DAY => {
            let age = Seconds(server.look.ago(last));
            format!("the garbage of datastore {shown} was collected {age} before the look")
        }
        (Some(true), Some("ok" | "warnings"), Some(_)) => return None,
        _ => {
            let what = format!("collects the garbage of datastore {shown}");
            server.look.untold(&RULE, KIND, &what, out);
            return None;
        }
    };
    let schedule = match text(value, "gc_schedule") {
        Some(schedule) => format!("its schedule is {}", plain(schedule)),
        None => "it has no schedule".to_owned(),
    };
    Some(RULE.finding(message).note(schedule).help(help))
}
