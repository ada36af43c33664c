//! The scoreboard of promises.

use crate::hint::Hints;
use crate::words::count;
use crate::{Paint, Table, Tone, wrap};
use jiff::Timestamp;
use model::lab::FaultScope;
use model::promise::{Computed, State, Verdict};
use model::units::Seconds;

/// The scoreboard: one line per promise, then what stands behind each that is not proven.
pub fn text(verdicts: &[Verdict], now: Timestamp, hints: &Hints, paint: Paint) -> String {
    let mut table = Table::headed(&["STATE", "PROMISE", "FIGURE", "GRADE", "AGE"]);
    for verdict in sorted(verdicts) {
        let (word, tone) = state(verdict);
        table.row([
            (word, Some(tone)),
            (verdict.promise.id.to_string(), None),
            (figure(verdict), None),
            (grade(verdict), Some(Tone::Dim)),
            (
                verdict.at.map_or_else(|| "-".to_owned(), |at| age(at, now)),
                Some(Tone::Dim),
            ),
        ]);
    }
    let mut text = table.print(paint, 0);
    text.push_str(&reasons(verdicts, hints, paint));
    text.push_str(&format!("\n{}\n", summary(verdicts)));
    text
}

/// Worst first, so that the end of a long list never hides it.
fn sorted(verdicts: &[Verdict]) -> Vec<&Verdict> {
    let rank = |v: &Verdict| match v.state {
        State::Broken(_) => 0,
        State::Stale(_) => 1,
        State::Unproven(_) => 2,
        State::Proven => 3,
    };
    let mut all: Vec<&Verdict> = verdicts.iter().collect();
    all.sort_by_key(|v| rank(v));
    all
}

fn state(verdict: &Verdict) -> (String, Tone) {
    let tone = match verdict.state {
        State::Broken(_) => Tone::Bad,
        State::Stale(_) | State::Unproven(_) => Tone::Look,
        State::Proven => Tone::Good,
    };
    let word = match (&verdict.waived_until, &verdict.state) {
        (Some(until), State::Broken(_)) => format!("waived until {until}"),
        _ => verdict.state.word().to_owned(),
    };
    (word, tone)
}

/// The figures in a cell, each against its threshold: `restore 4s ≤ 45m`.
fn figure(verdict: &Verdict) -> String {
    let shown = verdict
        .promise
        .thresholds
        .iter()
        .filter_map(|(name, threshold)| {
            let figure = verdict.figures.get(name)?;
            let (sign, limit) = match threshold {
                model::promise::Threshold::AtMost(n) => ("≤", *n),
                model::promise::Threshold::AtLeast(n) => ("≥", *n),
            };
            let limit = if name.ends_with("_s") {
                Seconds(limit).to_string()
            } else {
                limit.to_string()
            };
            Some((
                format!("{} {sign} {limit}", plan::prove::describe(name, *figure)),
                threshold.holds(*figure),
            ))
        });
    let shown: Vec<(String, bool)> = shown.collect();
    let failing: Vec<String> = shown
        .iter()
        .filter(|(_, ok)| !ok)
        .map(|(t, _)| t.clone())
        .collect();
    match (failing.as_slice(), shown.as_slice()) {
        ([], []) => "-".to_owned(),
        ([], [(one, _)]) => one.clone(),
        ([], many) => format!("{} figures in bounds", many.len()),
        (failing, _) => match verdict.promise.grace {
            Some(grace) if verdict.state == State::Proven => {
                format!("{}, may wait {grace}", failing.join(", "))
            }
            _ => failing.join(", "),
        },
    }
}

fn grade(verdict: &Verdict) -> String {
    let own = verdict.grade.as_ref().map_or("-", |g| g.word());
    match (verdict.rehearsed, own) {
        (Some(_), "-" | "twin") => "rehearsed".to_owned(),
        (Some(_), own) => format!("{own}, rehearsed"),
        (None, own) => own.to_owned(),
    }
}

/// `12s`, `3h10m`, `4d`.
pub fn age(at: Timestamp, now: Timestamp) -> String {
    Seconds((now.as_second() - at.as_second()).max(0)).to_string()
}

fn reasons(verdicts: &[Verdict], hints: &Hints, paint: Paint) -> String {
    let mut text = String::new();
    for verdict in sorted(verdicts) {
        let (reason, tone) = match &verdict.state {
            State::Broken(r) => (r, Tone::Bad),
            State::Stale(r) | State::Unproven(r) => (r, Tone::Look),
            State::Proven => continue,
        };
        text.push_str(&format!(
            "\n{} {}\n",
            paint.text(tone, verdict.state.word()),
            verdict.promise.id
        ));
        let mut line = |label: &str, what: &str| {
            text.push_str(&wrap::hanging(label, what, paint.width()));
        };
        line("  promise  ", &verdict.promise.statement);
        // What the reason recommends is shown whole below.
        let recommended = format!("`{}`", verdict.promise.prove_with);
        let why = reason
            .to_string()
            .replace(&recommended, "the command below");
        line("  why      ", &why);
        line("  declared ", &verdict.promise.cause);
        for assumed in &verdict.promise.assumed {
            line("  assumed  ", &assumed.to_string());
        }
        if let Some(first) = first(verdict, reason) {
            line("  first    ", first);
        }
        // In one line, however long, so that it can be copied.
        let command = hints.whole(&verdict.promise.prove_with);
        text.push_str(&format!("  prove    {command}\n"));
    }
    text
}

/// What has to change before the command can show anything new; without it, obeying the command leads back here.
fn first(verdict: &Verdict, reason: &str) -> Option<&'static str> {
    let promise = &verdict.promise;
    if matches!(promise.computed, Some(Computed::Contradicted(_))) {
        return Some(match promise.scope {
            Some(FaultScope::Device | FaultScope::Host | FaultScope::Site) => {
                "declare a copy that survives this loss, or a schedule and a response that fit the objective"
            }
            _ => "change what is declared, or what the computation names",
        });
    }
    if promise.assumed.iter().any(|a| a.contains("`response`")) {
        return Some("declare `response` in the tier: the time to notice and decide");
    }
    if !promise.assumed.is_empty() {
        return Some("no verb looks at what is assumed yet, so it stays unproven");
    }
    reason.contains("clock").then_some(
        "let a time service keep the controller's clock, or declare who does (`controller: {clock: {kept_by, why}}`)",
    )
}

/// `3 proven, 1 stale, 2 unproven, 1 broken`.
pub fn summary(verdicts: &[Verdict]) -> String {
    let with = |word: &str| verdicts.iter().filter(|v| v.state.word() == word).count();
    let parts: Vec<String> = ["proven", "stale", "unproven", "broken"]
        .iter()
        .map(|w| format!("{} {w}", with(w)))
        .collect();
    let promises = count(verdicts.len(), "promise", "promises");
    format!("{promises}: {}", parts.join(", "))
}
