//! `prove`: promises and records to verdicts. Pure; the order of the questions is the semantics.

use jiff::Timestamp;
use model::evidence::{Body, ClockState, Conclusion, Measured, Record};
use model::promise::{Computed, Promise, State, Threshold, Verdict};
use model::realm::Realm;
use model::units::Seconds;
use std::collections::BTreeMap;

/// A record stamped this far after now counts as future-dated; smaller steps happen between machines.
const CLOCK_SLACK: Seconds = Seconds(120);

/// What proving rests on besides the promises.
#[derive(Debug, Clone, Copy)]
pub struct Proving<'a> {
    /// All records, oldest first.
    pub records: &'a [Record],
    /// The realm that is asked about; records of other realms can only rehearse.
    pub realm: &'a Realm,
    /// Today.
    pub now: Timestamp,
    /// State of the controller's clock now.
    pub clock: ClockState,
    /// Accepted until a date, by promise id.
    pub waived: &'a BTreeMap<String, String>,
}

/// The state of every promise, in the order given.
pub fn prove(promises: Vec<Promise>, with: &Proving<'_>) -> Vec<Verdict> {
    promises.into_iter().map(|p| verdict(p, with)).collect()
}

fn verdict(promise: Promise, with: &Proving<'_>) -> Verdict {
    let mine: Vec<(&Record, &Measured)> = with
        .records
        .iter()
        .filter_map(|r| match &r.body {
            Body::Measured(m) if m.promise == promise.id => Some((r, m)),
            _ => None,
        })
        .collect();
    let conclusive = |m: &Measured| !matches!(m.conclusion, Conclusion::Inconclusive(_));
    let own = |(r, m): &&(&Record, &Measured)| r.realm == *with.realm && conclusive(m);
    let newest = mine.iter().rev().find(own).copied();
    let accepted = mine
        .iter()
        .rev()
        .find(|x| own(x) && x.1.grade.can_prove())
        .copied();
    let rehearsed = mine
        .iter()
        .rev()
        .find(|(_, m)| conclusive(m) && !m.grade.can_prove() && failure(&promise, m).is_none())
        .map(|(r, _)| r.at);
    let state = state(&promise, &mine, newest, accepted, with);
    let shown = accepted.or(newest);
    Verdict {
        state,
        grade: shown.map(|(_, m)| m.grade.clone()),
        at: shown.map(|(r, _)| r.at),
        figures: shown.map(|(_, m)| m.figures.clone()).unwrap_or_default(),
        rehearsed,
        waived_until: with.waived.get(&promise.id.0).cloned(),
        promise,
    }
}

type Found<'a> = Option<(&'a Record, &'a Measured)>;

fn state(
    promise: &Promise,
    mine: &[(&Record, &Measured)],
    newest: Found<'_>,
    accepted: Found<'_>,
    with: &Proving<'_>,
) -> State {
    let overdue = overdue(promise, mine, with);
    if let Some(reason) = broken(promise, newest.filter(|_| overdue)) {
        return State::Broken(reason);
    }
    let Some((record, measured)) = accepted else {
        return State::Unproven(no_record(promise, mine, with));
    };
    if let Some(term) = promise.assumed.first() {
        return State::Unproven(format!("it rests on an assumption: {term}"));
    }
    if record.at.as_second() > with.now.as_second() + CLOCK_SLACK.0 {
        return State::Unproven(format!("its record is dated in the future ({})", record.at));
    }
    if let Some(lost) = lost_since(record, with.records) {
        return State::Unproven(format!(
            "what was recorded after it is lost ({lost}); `{}` would show it anew",
            promise.prove_with
        ));
    }
    let in_age = mine.iter().filter(|(r, m)| {
        m.grade.can_prove()
            && m.conclusion == Conclusion::Conclusive
            && r.realm == *with.realm
            && age(r, with.now).0 <= promise.max_age.0
    });
    let samples = in_age.count();
    if let Some(reason) = stale(promise, record, measured, with) {
        return State::Stale(reason);
    }
    if samples < promise.min_samples {
        return State::Unproven(format!(
            "{samples} of {} samples within {}",
            promise.min_samples, promise.max_age
        ));
    }
    State::Proven
}

/// Why records that followed this one may be missing: one of them may have said the opposite.
fn lost_since(record: &Record, records: &[Record]) -> Option<String> {
    let later = records
        .iter()
        .rev()
        .take_while(|r| !std::ptr::eq(*r, record));
    later
        .filter_map(|r| match &r.body {
            Body::Epoch(epoch) => Some(epoch),
            _ => None,
        })
        .find(|e| e.newest_pin.is_some() || e.gap.is_some() || !e.damaged.is_empty())
        .map(|e| e.reason.clone())
}

/// Whether records fail for longer than is allowed. Without such a time, one that fails is enough.
fn overdue(promise: &Promise, mine: &[(&Record, &Measured)], with: &Proving<'_>) -> bool {
    let Some(grace) = promise.grace else {
        return true;
    };
    let own = mine.iter().rev().filter(|(r, m)| {
        r.realm == *with.realm && !matches!(m.conclusion, Conclusion::Inconclusive(_))
    });
    let failing = own.take_while(|(_, m)| failure(promise, m).is_some());
    let since = failing.last().map(|(r, _)| r);
    since.is_some_and(|r| age(r, with.now).0 > grace.0)
}

/// Broken comes first: a failure is not excused by its age or by what is not known.
fn broken(promise: &Promise, newest: Found<'_>) -> Option<String> {
    if let Some(reason) = newest.and_then(|(_, m)| failure(promise, m)) {
        return Some(reason);
    }
    match &promise.computed {
        Some(Computed::Contradicted(why)) => Some(format!("computed: {why}")),
        Some(Computed::Possible) | None => None,
    }
}

/// Why a conclusive record does not satisfy today's thresholds. A figure that is missing satisfies nothing.
fn failure(promise: &Promise, measured: &Measured) -> Option<String> {
    if let Conclusion::Failed(why) = &measured.conclusion {
        return Some(why.clone());
    }
    let mut failures = Vec::new();
    for (name, threshold) in &promise.thresholds {
        match measured.figures.get(name) {
            Some(figure) if threshold.holds(*figure) => {}
            Some(figure) => failures.push(format!(
                "{} ({})",
                describe(name, *figure),
                limit(name, *threshold)
            )),
            None => failures.push(format!("{name} was not measured")),
        }
    }
    (!failures.is_empty()).then(|| {
        let detail = if measured.summary.is_empty() {
            String::new()
        } else {
            format!("; {}", measured.summary)
        };
        format!("{}{detail}", failures.join(", "))
    })
}

/// A figure in the unit that its suffix names: `_s` are seconds.
pub fn describe(name: &str, figure: i64) -> String {
    match name.strip_suffix("_s") {
        Some(stem) => format!("{} {}", stem.replace('_', " "), Seconds(figure)),
        None => format!("{} {figure}", name.replace('_', " ")),
    }
}

fn limit(name: &str, threshold: Threshold) -> String {
    let shown = |n: i64| {
        if name.ends_with("_s") {
            Seconds(n).to_string()
        } else {
            n.to_string()
        }
    };
    match threshold {
        Threshold::AtMost(n) => format!("at most {}", shown(n)),
        Threshold::AtLeast(n) => format!("at least {}", shown(n)),
    }
}

fn age(record: &Record, now: Timestamp) -> Seconds {
    Seconds(now.as_second() - record.at.as_second())
}

fn no_record(promise: &Promise, mine: &[(&Record, &Measured)], with: &Proving<'_>) -> String {
    let inconclusive = mine.iter().rev().find_map(|(r, m)| match &m.conclusion {
        Conclusion::Inconclusive(why) if r.realm == *with.realm => Some(why),
        _ => None,
    });
    match (inconclusive, mine.iter().any(|(_, m)| !m.grade.can_prove())) {
        (Some(why), _) => format!("the last attempt says nothing: {why}"),
        (None, true) => {
            "only rehearsed on a twin; a twin proves the procedure, not the numbers".to_owned()
        }
        (None, false) => format!("never shown; `{}` would", promise.prove_with),
    }
}

fn stale(
    promise: &Promise,
    record: &Record,
    measured: &Measured,
    with: &Proving<'_>,
) -> Option<String> {
    let age = age(record, with.now);
    if age.0 > promise.max_age.0 {
        return Some(format!("shown {age} ago, good for {}", promise.max_age));
    }
    let changed: Vec<&str> = promise
        .inputs
        .iter()
        .filter(|(name, digest)| measured.inputs.get(*name) != Some(digest))
        .map(|(name, _)| name.as_str())
        .collect();
    if !changed.is_empty() {
        return Some(format!("changed since: {}", changed.join(", ")));
    }
    if !trusted(with.clock) {
        return Some(
            "the controller's clock is not synchronised, so ages cannot be trusted".to_owned(),
        );
    }
    (!trusted(record.clock))
        .then(|| "it was stamped by a clock that was not synchronised".to_owned())
}

/// A clock whose keeper the owner declares counts; one that nobody vouches for does not.
fn trusted(clock: ClockState) -> bool {
    match clock {
        ClockState::Synced | ClockState::Declared => true,
        ClockState::Unsynced | ClockState::Unknown => false,
    }
}
