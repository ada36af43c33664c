//! A disk that says itself that it fails, or counts what failing disks count.

use crate::look::{Look, hosts, part};
use crate::storage::number;
use crate::{Context, Findings, Mend, Rule};
use diag::{Diagnostic, Severity};
use graph::observation::plain;
use model::fact::{FactKind, Seen};
use model::value::Value;

const KIND: FactKind = FactKind::Smart;

/// Counts that are zero on a good disk: the five that Backblaze found to go before failures ("What SMART Stats Tell Us About Hard
/// Drives", 2016: 77 % of the failed disks had one above zero, 4 % of the others did), and what NVMe calls the same.
const COUNTS: [(&str, &str); 6] = [
    ("reallocated", "sectors it has replaced (5)"),
    ("reported", "errors it could not correct (187)"),
    ("timeouts", "commands that took too long (188)"),
    ("pending", "sectors it cannot read at present (197)"),
    (
        "uncorrectable",
        "sectors it could not correct by itself (198)",
    ),
    ("media_errors", "errors of its media (NVMe)"),
];
/// A cable is seldom good that makes more than a few of them.
const CRC: i64 = 100;
/// A single command that took long, on a disk that slept, means nothing.
const TIMEOUTS: i64 = 100;

pub const RULE: Rule = Rule {
    id: "disk-smart",
    since: "0.1.0",
    severity: Severity::Error,
    summary: "A disk says that it fails (error), or counts what disks count before they fail, or is worn out (warning).",
    rationale: "The five counts of bad sectors, uncorrected errors and slow commands are above zero on three of four disks that fail, and on one of twenty-five that do not. A disk that is replaced while it can still be read costs an hour; one that is not, a rebuild from what is left.",
    example: "hosts: {nas: {hardware: {disks: {a: 8TB}}}}   # and smartctl says: Current_Pending_Sector 8",
    controls: &["NIST CSF 2.0 DE.CM-09", "ISO 27001:2022 A.7.13"],
    mend: Mend::None("a disk has to be replaced by a person"),
    run,
};

fn run(ctx: &Context<'_>, out: &mut Findings) {
    for (look, _) in hosts(ctx) {
        look.unseen(&RULE, KIND, "has disks that fail", out);
        for (disk, value) in look.items(KIND) {
            one(&look, disk, value, out);
        }
    }
}

fn one(look: &Look<'_, '_>, disk: &str, value: &Value, out: &mut Findings) {
    let name = format!("disk {} of {}", shown(look, disk), look.title());
    let failed = value.field("passed") == Some(&Value::Bool(false));
    let test = value.field("test").and_then(Value::as_text) == Some("failed");
    let counts: Vec<String> = COUNTS
        .iter()
        .filter_map(|(field, words)| {
            let least = if *field == "timeouts" { TIMEOUTS } else { 0 };
            let n = number(value, field).filter(|n| *n > least)?;
            Some(format!("{n} {words}"))
        })
        .collect();
    let mut said: Vec<Diagnostic> = Vec::new();
    if failed {
        said.push(RULE.finding(format!("{name} says that it fails")));
    } else if test {
        said.push(RULE.finding(format!("{name} failed its last self-test")));
    } else if !counts.is_empty() {
        let text = format!("{name} counts what disks count before they fail");
        said.push(RULE.with(Severity::Warning, text));
    }
    if let Some(d) = said.pop() {
        let d = counts.iter().fold(d, |d, c| d.note(c.clone()));
        let d = d.note(age(value));
        said.push(d.help("see that its data is elsewhere, order another, and start a long self-test (smartctl -t long)"));
    }
    said.extend(worn(&name, value));
    if let Some(n) = number(value, "crc").filter(|n| *n >= CRC) {
        let d = RULE.with(
            Severity::Warning,
            match n {
                1 => format!("{name} counted 1 error on its cable (199)"),
                n => format!("{name} counted {n} errors on its cable (199)"),
            },
        );
        said.push(
            d.help("another cable or port; the count stays, so note it and see whether it grows"),
        );
    }
    if said.is_empty() && value.field("passed").is_none() {
        look.untold(
            &RULE,
            KIND,
            &format!("has a good disk {}", plain(disk)),
            out,
        );
    }
    for d in said {
        out.add(
            look.object.clone(),
            look.dated(d.of(part(disk)), KIND, disk),
        );
    }
}

/// A disk of flash near the end of what its maker gives it, NVM Express base specification, health log.
fn worn(name: &str, value: &Value) -> Option<Diagnostic> {
    let spare = number(value, "spare").zip(number(value, "spare_threshold"));
    let d = match (number(value, "worn"), spare) {
        (_, Some((spare, least))) if spare < least => RULE
            .with(
                Severity::Warning,
                format!("{name} has little to replace bad cells with"),
            )
            .note(format!("{spare} % are left, {least} % are the least")),
        (Some(worn), _) if worn >= 100 => RULE
            .with(
                Severity::Warning,
                format!("{name} is worn out, by its maker's measure"),
            )
            .note(format!("{worn} % of its life are used; {}", age(value))),
        _ => return None,
    };
    Some(d.help("it may go on for long, or end at once and be read-only: plan its replacement"))
}

fn age(value: &Value) -> String {
    match number(value, "hours") {
        Some(hours) => format!("it has run for {hours} h, {:.1} years", years(hours)),
        None => "how long it has run was not told".to_owned(),
    }
}

fn years(hours: i64) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "shown with one decimal")]
    let hours = hours as f64;
    hours / 8766.0
}

/// `sda (ST8000VN004, ZA1B2C3D)`, as far as the machine told.
fn shown(look: &Look<'_, '_>, disk: &str) -> String {
    let Seen::Present(value) = look.seen(FactKind::Disk, disk) else {
        return plain(disk);
    };
    let part = |field: &str| value.field(field).and_then(Value::as_text).map(plain);
    let parts: Vec<String> = [part("model"), part("serial")]
        .into_iter()
        .flatten()
        .collect();
    match parts.is_empty() {
        true => plain(disk),
        false => format!("{} ({})", plain(disk), parts.join(", ")),
    }
}
