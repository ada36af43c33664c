//! A secret is older than it should become.

use crate::{Context, Findings, Mend, Rule};
use diag::{Diagnostic, Severity};
use graph::rotation::{Due, rotation};
use jiff::civil::Date;
use model::declare::OptExt as _;
use model::id::{Kind, ObjectRef};
use model::lab::people::SecretEntry;

pub(crate) const RULE: Rule = Rule {
    id: "sec-rotation",
    since: "0.1.0",
    severity: Severity::Warning,
    summary: "A secret was not changed within the time that the lab sets for it.",
    rationale: "Secrets get about: in copies, in logs, in the heads of people who have left. Changing them every so often bounds for how long one that \
        got out is of use; a time that nobody keeps, or that nobody can tell, bounds nothing.",
    example: "secrets: {dns-token: {in: sops, place: secrets/dns.env, rotated: 2024-01-01, rotate_every: 180d}}",
    controls: &["NIST CSF 2.0 PR.AA-01", "ISO 27001:2022 A.5.17"],
    mend: Mend::None("it is changed where it is used and kept; its day is written down afterwards"),
    run,
};

fn run(ctx: &Context<'_>, out: &mut Findings) {
    for (name, entry) in &ctx.lab.secrets {
        if let Some(d) = judge(name, entry, ctx.today) {
            out.add(ObjectRef::new(Kind::Secret, name), d);
        }
    }
}

fn judge(name: &str, entry: &SecretEntry, today: Date) -> Option<Diagnostic> {
    let rotated = entry.rotated.known().copied();
    let day = entry.rotated.as_ref().map_or(entry.span, |r| r.span);
    if let Some(on) = rotated.filter(|on| *on > today) {
        let message =
            format!("secret '{name}' is said to have been changed on a day to come, {on}");
        let d = RULE.finding(message).at(day, format!("today is {today}"));
        return Some(d.help("write the day on which it was changed last"));
    }
    let every = entry.rotate_every.known()?;
    let found = rotation(Some(entry), None, today);
    match found.due {
        Due::InTime | Due::Never => None,
        Due::Unknown => {
            let message =
                format!("how old secret '{name}' is, which is to be changed every {every}");
            let span = entry.rotate_every.as_ref().map_or(entry.span, |e| e.span);
            let d = RULE.unknown(message).at(span, "");
            Some(d.help("add 'rotated: YYYY-MM-DD'; 'holdfast secret check' says how old its file is at least"))
        }
        Due::Overdue => {
            let (on, until) = (rotated?, found.until?);
            let late = graph::origin::days(until, today);
            let d = RULE
                .finding(format!(
                    "secret '{name}' is overdue by {late}d: it is to be changed every {every}"
                ))
                .at(day, "changed last")
                .note(format!("{on} + {every} = {until}; {today} - {until} = {late}d"))
                .help("change it where it is used, keep it with 'holdfast secret set', then set 'rotated'");
            Some(d)
        }
    }
}
