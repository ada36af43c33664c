//! A run's report for people and programs.

use super::{Paint, Table, Tone};
use crate::running::word;
use engine::report::{Ending, RunReport};
use model::run::{RunOutcome, StepOutcome};
use serde_json::{Value, json};

/// One line per step, then how it ended and what to do next.
pub(crate) fn text(report: &RunReport, paint: Paint) -> String {
    let mut table = Table::default();
    for step in &report.steps {
        let tone = match step.outcome {
            StepOutcome::Done(_) | StepOutcome::AlreadyDone => Tone::Good,
            StepOutcome::Undone | StepOutcome::Skipped(_) | StepOutcome::Unknown(_) => Tone::Look,
            _ => Tone::Bad,
        };
        let took = step
            .output
            .as_ref()
            .map(|o| format!("{} ms", o.took_ms))
            .unwrap_or_default();
        table.row([
            (word(&step.outcome).to_owned(), Some(tone)),
            (step.step.to_string(), None),
            (took, Some(Tone::Dim)),
            (detail(&step.outcome), None),
        ]);
    }
    let mut text = table.print(paint, 0);
    for (step, remains) in &report.remains {
        text.push_str(&format!("stays different after {step}: {remains}\n"));
    }
    for note in &report.notes {
        text.push_str(&format!("note: {note}\n"));
    }
    text.push_str(&ending(report));
    text
}

fn detail(outcome: &StepOutcome) -> String {
    match outcome {
        StepOutcome::Done(output) => {
            let shown = output.values.iter().filter(|(k, _)| !k.starts_with('_'));
            shown
                .map(|(k, v)| format!("{k} {v}"))
                .collect::<Vec<_>>()
                .join(", ")
        }
        StepOutcome::Stale { path, was, is } => format!("{path} was {was}, is {is}"),
        StepOutcome::Skipped(step) => format!("needs {step}"),
        StepOutcome::Unknown(why)
        | StepOutcome::Refused(why)
        | StepOutcome::FailedClean(why)
        | StepOutcome::Reverted(why)
        | StepOutcome::Torn(why) => why.clone(),
        StepOutcome::AlreadyDone | StepOutcome::Undone => String::new(),
    }
}

/// The last line says how it ended and, where something is left, how to go on.
fn ending(report: &RunReport) -> String {
    let run = &report.run;
    match &report.ending {
        Ending::Refused(why) => format!("run {run}: refused: {why}\n"),
        Ending::Interrupted(why) => format!(
            "run {run}: interrupted: {why}\ngo on with `holdfast runs resume {run}`, or take it back with `holdfast runs unwind {run}`\n"
        ),
        Ending::Finished(outcome) => match outcome {
            RunOutcome::Succeeded => format!("run {run}: succeeded\n"),
            RunOutcome::FailedUndone => {
                format!("run {run}: failed; everything it did was taken back\n")
            }
            RunOutcome::FailedChanged => {
                format!(
                    "run {run}: failed and left something changed\nlook with `holdfast runs show {run}`, take it back with `holdfast undo {run}`\n"
                )
            }
            RunOutcome::PartlyUnknown => format!("run {run}: done as far as things are known\n"),
            RunOutcome::Refused => format!("run {run}: refused before its first effect\n"),
        },
    }
}

/// The report as JSON.
pub(crate) fn json(report: &RunReport) -> Value {
    let steps: Vec<Value> = report
        .steps
        .iter()
        .map(
            |s| json!({"step": s.step, "outcome": s.outcome, "output": s.output, "begun": s.begun}),
        )
        .collect();
    let ending = match &report.ending {
        Ending::Refused(why) => json!({"refused": why.to_string()}),
        Ending::Interrupted(why) => json!({"interrupted": why.to_string()}),
        Ending::Finished(outcome) => json!({"finished": outcome}),
    };
    json!({"run": report.run, "ending": ending, "steps": steps, "remains": report.remains, "notes": report.notes})
}
