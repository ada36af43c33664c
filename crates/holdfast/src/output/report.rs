//! A run's report for people and programs.

use super::{Paint, Table, Tone, words, wrap};
use console::hint::Hints;
use engine::report::{Ending, RunReport, StepReport};
use model::id::RunId;
use model::plan::Purpose;
use model::run::{Output, RunOutcome, StepOutcome};
use serde_json::{Value, json};

/// One line per step, then how it ended and what to do next. A drill is always taken back; that is no failure.
pub(crate) fn text(report: &RunReport, purpose: &Purpose, hints: &Hints, paint: Paint) -> String {
    let drill = *purpose == Purpose::Drill;
    let mut table = Table::default();
    for step in &report.steps {
        let tone = match step.outcome {
            StepOutcome::Done(_) | StepOutcome::AlreadyDone => Tone::Good,
            StepOutcome::Undone if drill => Tone::Good,
            StepOutcome::Undone | StepOutcome::Skipped(_) | StepOutcome::Unknown(_) => Tone::Look,
            _ => Tone::Bad,
        };
        let took = step
            .output
            .as_ref()
            .map(|o| format!("{} ms", o.took_ms))
            .unwrap_or_default();
        table.row([
            (outcome(&step.outcome, drill).to_owned(), Some(tone)),
            (step.step.to_string(), None),
            (took, Some(Tone::Dim)),
            (result(step, drill), None),
        ]);
    }
    let mut text = table.print(paint, 0);
    for (step, remains) in &report.remains {
        let line = format!("stays different after {step}: {remains}");
        text.push_str(&wrap::hanging("", &line, paint.width()));
    }
    for note in &report.notes {
        text.push_str(&wrap::hanging("note: ", note, paint.width()));
    }
    text.push_str(&ending(report, purpose, hints));
    text
}

/// The word for how a step ended; what a drill takes back it tears down.
pub(crate) fn outcome(outcome: &StepOutcome, drill: bool) -> &'static str {
    match outcome {
        StepOutcome::Undone if drill => "torn down",
        other => other.word(),
    }
}

/// What a step has to show; what a drill measured counts although it was torn down.
fn result(step: &StepReport, drill: bool) -> String {
    match (&step.outcome, &step.output) {
        (StepOutcome::Undone, Some(output)) if drill => values(output),
        (other, _) => detail(other),
    }
}

fn values(output: &Output) -> String {
    let shown = output.values.iter().filter(|(k, _)| !k.starts_with('_'));
    let shown: Vec<String> = shown.map(|(k, v)| words::result(k, v)).collect();
    shown.join(", ")
}

/// What a step gave, or why it did not.
pub(crate) fn detail(outcome: &StepOutcome) -> String {
    match outcome {
        StepOutcome::Done(output) => values(output),
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
fn ending(report: &RunReport, purpose: &Purpose, hints: &Hints) -> String {
    let run = &report.run;
    match &report.ending {
        Ending::Refused(why) => format!("run {run}: refused: {why}\n"),
        Ending::Interrupted(why) => format!(
            "run {run}: interrupted: {why}\ngo on with `{}`\nor take it back with `{}`\n",
            hints.resume(run),
            hints.unwind(run)
        ),
        Ending::Finished(outcome) => match outcome {
            RunOutcome::Succeeded => format!("run {run}: succeeded\n"),
            RunOutcome::FailedUndone => {
                format!("run {run}: failed; everything it did was taken back\n")
            }
            RunOutcome::FailedChanged => changed(run, purpose, hints),
            RunOutcome::PartlyUnknown => format!("run {run}: done as far as things are known\n"),
            RunOutcome::Refused => format!("run {run}: refused before its first effect\n"),
        },
    }
}

/// What a run left that failed half-way, and the way out of it: an undo is no way out of a backup or of another undo.
fn changed(run: &RunId, purpose: &Purpose, hints: &Hints) -> String {
    let look = hints.command(&format!("runs show {run}"));
    let way_out = match purpose {
        Purpose::Backup => format!(
            "what was archived stays; mend what failed and go on with `{}`",
            hints.command("backup")
        ),
        Purpose::Undo(_) => format!(
            "what could not be taken back stays; make the lab as declared with `{}`",
            hints.command("apply")
        ),
        _ => format!("take it back with `{}`", hints.undo(run)),
    };
    format!("run {run}: failed and left something changed\nlook with `{look}`\n{way_out}\n")
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

#[cfg(test)]
mod tests {
    use super::*;
    use model::id::{RunId, StepId};
    use model::realm::Realm;
    use model::value::Value;
    use std::collections::BTreeMap;
    use std::path::Path;

    fn undone(ending: RunOutcome) -> RunReport {
        let output = Output {
            took_ms: 7,
            values: BTreeMap::from([("bytes".to_owned(), Value::Int(2048))]),
        };
        RunReport {
            run: RunId("R1".to_owned()),
            ending: Ending::Finished(ending),
            steps: vec![StepReport {
                step: StepId("web/restore".to_owned()),
                outcome: StepOutcome::Undone,
                output: Some(output),
                begun: true,
            }],
            remains: Vec::new(),
            notes: Vec::new(),
        }
    }

    #[test]
    fn what_a_drill_takes_back_was_no_failure() {
        let hints = Hints::new(Path::new("lab"), Realm::Real);
        let report = undone(RunOutcome::Succeeded);
        let said = |purpose| text(&report, &purpose, &hints, Paint::plain(80));
        assert_eq!(
            said(Purpose::Drill),
            "torn down  web/restore  7 ms  2.0 KiB\nrun R1: succeeded\n"
        );
        assert!(said(Purpose::Apply).starts_with("undone "));
    }

    #[test]
    fn what_is_left_is_settled_by_commands_that_can_be_copied() {
        let hints = Hints::new(Path::new("lab"), Realm::Real);
        let report = undone(RunOutcome::FailedChanged);
        let said = text(&report, &Purpose::Apply, &hints, Paint::plain(80));
        for command in [
            "`holdfast runs show R1 lab --on real`",
            "`holdfast undo R1 --lab lab --on real`",
        ] {
            assert!(said.contains(command), "{said}");
        }
    }

    #[test]
    fn an_undo_is_no_way_out_of_a_backup_or_of_another_undo() {
        let hints = Hints::new(Path::new("lab"), Realm::Real);
        let report = undone(RunOutcome::FailedChanged);
        let undo = Purpose::Undo(RunId("R0".to_owned()));
        for (purpose, command) in [(Purpose::Backup, "backup"), (undo, "apply")] {
            let said = text(&report, &purpose, &hints, Paint::plain(80));
            assert!(
                said.contains(&format!("`holdfast {command} lab --on real`")),
                "{said}"
            );
            assert!(!said.contains("holdfast undo"), "{said}");
        }
    }
}
