//! A plan for people.

use super::{Paint, Table, Tone};
use model::plan::{Plan, Risk, Undo};

/// The plan: steps with risk, way back and cause; what is blocked; the digest.
pub(crate) fn text(plan: &Plan, paint: Paint) -> String {
    if plan.is_empty() {
        return "Nothing to do: the lab is as declared.\n".to_owned();
    }
    let mut table = Table::default();
    for step in &plan.steps {
        let (risk, tone) = match step.risk {
            Risk::None => ("-", Tone::Dim),
            Risk::Service => ("service", Tone::Look),
            Risk::Access => ("access", Tone::Look),
            Risk::Data => ("data", Tone::Bad),
        };
        table.row([
            (step.target.name.clone(), Some(Tone::Head)),
            (risk.to_owned(), Some(tone)),
            (step.summary.clone(), None),
            (step.cause.clone(), Some(Tone::Dim)),
        ]);
    }
    let mut text = table.print(paint, 0);
    text.push_str(&ways_back(plan));
    for blocked in &plan.blocked {
        let line = format!(
            "blocked  {}: {}: {}\n",
            blocked.target, blocked.what, blocked.reason
        );
        text.push_str(&paint.text(Tone::Look, line.trim_end()));
        text.push('\n');
    }
    text.push_str(&format!(
        "\n{} steps, {} blocked, on {}; digest {}\n",
        plan.steps.len(),
        plan.blocked.len(),
        plan.realm,
        plan.digest().short()
    ));
    text
}

fn ways_back(plan: &Plan) -> String {
    let mut text = String::new();
    for step in &plan.steps {
        match &step.undo {
            Undo::Exact(_) | Undo::Saved => {}
            Undo::Compensate { remains, .. } => {
                text.push_str(&format!("undo of {} leaves: {remains}\n", step.id));
            }
            Undo::Irreversible(why) => text.push_str(&format!("no undo of {}: {why}\n", step.id)),
        }
    }
    if text.is_empty() {
        text
    } else {
        format!("\n{text}")
    }
}
