//! A plan for people.

use crate::hint::Hints;
use crate::words::count;
use crate::{Paint, Table, Tone, wrap};
use model::plan::{Plan, Risk, Undo};
use plan::check::Refusal;

/// The word for a risk.
pub fn risk(risk: Risk) -> &'static str {
    match risk {
        Risk::None => "none",
        Risk::Service => "service",
        Risk::Access => "access",
        Risk::Data => "data",
    }
}

/// The plan: steps with risk, way back and cause; what is blocked; the digest.
pub fn text(plan: &Plan, paint: Paint) -> String {
    if plan.is_empty() {
        return "Nothing to do: the lab is as declared.\n".to_owned();
    }
    let mut table = Table::default();
    if !plan.steps.is_empty() {
        table = Table::headed(&["HOST", "RISK", "STEP", "CAUSE"]);
    }
    for step in &plan.steps {
        let tone = match step.risk {
            Risk::None => Tone::Dim,
            Risk::Service | Risk::Access => Tone::Look,
            Risk::Data => Tone::Bad,
        };
        table.row([
            (step.target.name.clone(), Some(Tone::Head)),
            (risk(step.risk).to_owned(), Some(tone)),
            (step.summary.clone(), None),
            (step.cause.clone(), Some(Tone::Dim)),
        ]);
    }
    let mut text = table.print(paint, 0);
    text.push_str(&ways_back(plan, paint));
    for blocked in &plan.blocked {
        let line = format!("{}: {}: {}", blocked.target, blocked.what, blocked.reason);
        let shown = wrap::hanging("blocked  ", &line, paint.width());
        for line in shown.lines() {
            text.push_str(&paint.text(Tone::Look, line));
            text.push('\n');
        }
    }
    text.push_str(&format!(
        "\n{}, {} blocked, on {}; digest {}\n",
        count(plan.steps.len(), "step", "steps"),
        plan.blocked.len(),
        plan.realm,
        plan.digest().short()
    ));
    text
}

/// What is said when no step is needed. Differences that no step mends are not passed over.
pub fn nothing_to_do(plan: &Plan, reported: usize, hints: &Hints, paint: Paint) -> String {
    if !plan.is_empty() {
        return text(plan, paint);
    }
    if reported == 0 {
        return "Nothing to do: the lab is as declared.\n".to_owned();
    }
    let are = if reported == 1 { "is" } else { "are" };
    format!(
        "Nothing to do.\n{} {are} only reported: see `{}`\n",
        count(reported, "difference", "differences"),
        hints.command("drift")
    )
}

/// What the plan needs beyond `--yes`, and why.
pub fn needs(refusals: &[Refusal], paint: Paint) -> String {
    if refusals.is_empty() {
        return String::new();
    }
    let lines = refusals.iter();
    let lines: String = lines
        .map(|r| wrap::hanging("  ", &r.line(), paint.width()))
        .collect();
    format!("It needs more than a yes:\n{lines}")
}

fn ways_back(plan: &Plan, paint: Paint) -> String {
    let mut text = String::new();
    for step in &plan.steps {
        let (label, why) = match &step.undo {
            Undo::Exact(_) | Undo::Saved => continue,
            Undo::Compensate { remains, .. } => (format!("undo of {} leaves: ", step.id), remains),
            Undo::Irreversible(why) => (format!("no undo of {}: ", step.id), why),
        };
        let line = label + why;
        text.push_str(&wrap::lines(&line, paint.width()).join("\n  "));
        text.push('\n');
    }
    if text.is_empty() {
        text
    } else {
        format!("\n{text}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::plan::{FORMAT, Purpose};
    use model::realm::Realm;
    use std::path::Path;

    #[test]
    fn what_is_only_reported_is_not_passed_over() {
        let plan = Plan {
            format: FORMAT,
            realm: Realm::Real,
            purpose: Purpose::Apply,
            steps: Vec::new(),
            blocked: Vec::new(),
        };
        let hints = Hints::new(Path::new("lab"), Realm::Real);
        let said = |n| nothing_to_do(&plan, n, &hints, Paint::plain(80));
        assert_eq!(said(0), "Nothing to do: the lab is as declared.\n");
        assert_eq!(
            said(2),
            "Nothing to do.\n2 differences are only reported: see `holdfast drift lab --on real`\n"
        );
        assert!(said(1).contains("1 difference is only"), "{}", said(1));
    }
}
