//! A file system of a machine that is nearly full.

use crate::look::{Look, hosts, part};
use crate::product::percent;
use crate::storage::{declared, number};
use crate::{Context, Findings, Mend, Rule};
use diag::{Diagnostic, Severity};
use graph::observation::plain;
use model::declare::OptExt as _;
use model::fact::FactKind;
use model::units::Bytes;
use model::value::Value;
use std::collections::BTreeMap;

const KIND: FactKind = FactKind::Mount;
/// Fuller than this, if its pool does not say another limit (`fill_limit`).
const LIMIT: f64 = 90.0;
/// Media that are full from the day they were made.
const FIXED: [&str; 4] = ["iso9660", "udf", "erofs", "cramfs"];

pub const RULE: Rule = Rule {
    id: "disk-filesystem-full",
    since: "0.1.0",
    severity: Severity::Warning,
    summary: "A file system is fuller than its pool allows, or than nine tenths, in bytes or in inodes.",
    rationale: "A full file system ends databases in the middle of a write, and backups before they began. Btrfs and ZFS get slow long before, and a file system without inodes is full with room left.",
    example: "pools: {tank: {kind: btrfs, on: nas, mount: /srv/tank, fill_limit: 80%}}   # and df says 91 %",
    controls: &["NIST CSF 2.0 PR.IR-04", "ISO 27001:2022 A.8.6"],
    mend: Mend::None("what may be deleted is a choice"),
    run,
};

fn run(ctx: &Context<'_>, out: &mut Findings) {
    for (look, _) in hosts(ctx) {
        look.unseen(&RULE, KIND, "has other file systems that are full", out);
        let mut sources: BTreeMap<&str, (&str, &Value)> = BTreeMap::new();
        for (at, value) in look.items(KIND) {
            let text = |field: &str| value.field(field).and_then(Value::as_text);
            if text("type").is_some_and(|t| FIXED.contains(&t)) {
                continue;
            }
            // Subvolumes and binds share the room of what they are of; the shortest path names it.
            let source = text("source").filter(|s| *s != "none").unwrap_or(at);
            let first = sources.entry(source).or_insert((at, value));
            if at.len() < first.0.len() {
                *first = (at, value);
            }
        }
        for (at, value) in sources.into_values() {
            one(&look, at, value, out);
        }
    }
}

fn one(look: &Look<'_, '_>, at: &str, value: &Value, out: &mut Findings) {
    let shown = plain(at);
    let of = look.title();
    let limit = limit(look, at);
    let bytes = |field: &str| number(value, field);
    // As df counts: what is kept for root is no room.
    let room = bytes("used").zip(bytes("available"));
    let room = room.and_then(|(used, free)| Some((used, used.checked_add(free)?)));
    let Some((used, all, full)) = room.and_then(|(u, all)| Some((u, all, percent(u, all)?))) else {
        let why = value.field("unread").and_then(Value::as_text);
        let what = format!("has room on {shown}");
        match why {
            Some(why) => {
                look.unknown(&RULE, KIND, &what, &model::kleene::Reason::new(why), out);
            }
            None => look.untold(&RULE, KIND, &what, out),
        }
        return;
    };
    let mut add = |d: Diagnostic| {
        let d = look.dated(d.of(part(at)), KIND, at);
        out.add(look.object.clone(), d);
    };
    if full >= limit {
        let size = |n: i64| Bytes(u64::try_from(n).unwrap_or_default());
        let d = RULE.finding(format!("{shown} of {of} is {full:.1} % full"));
        let d = d.note(format!(
            "{} of {} = {full:.1} %; {limit:.0} % are allowed",
            size(used),
            size(all)
        ));
        add(d.help("delete what is no longer needed, or make it larger before it is full"));
    }
    let inodes = number(value, "inodes_used").zip(number(value, "inodes"));
    if let Some((used, all)) = inodes
        && let Some(share) = percent(used, all).filter(|s| *s >= LIMIT)
    {
        let d = RULE.finding(format!(
            "{shown} of {of} has used {share:.1} % of its inodes"
        ));
        let d = d.note(format!(
            "{used} of {all} files; no more can be made than that, whatever room is left"
        ));
        add(d.help("find the folder with the most files: du --inodes -x -d 3"));
    }
}

fn limit(look: &Look<'_, '_>, at: &str) -> f64 {
    let own = declared(look).into_iter().find(|d| d.mount == Some(at));
    let said = own.and_then(|d| d.pool.fill_limit.known());
    #[expect(clippy::cast_precision_loss, reason = "at most a million")]
    said.map_or(LIMIT, |share| share.ppm() as f64 / 10_000.0)
}
