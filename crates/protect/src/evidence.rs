//! What drills and observations have shown.

use crate::domain::copies;
use crate::promise::{inputs, rpo_id, rto_id};
use crate::repository::{archive_path, source_of};
use model::declare::OptExt as _;
use model::evidence::{Conclusion, Grade, Measured};
use model::fact::Seen;
use model::id::{Kind, ObjectRef, StepId};
use model::lab::{FaultScope, Tier};
use model::plan::{Action, Plan, Source, Step};
use model::run::{Output, StepOutcome};
use model::units::Seconds;
use model::value::Value;
use plan::Context;
use plan::driver::ActError;
use std::collections::BTreeMap;

/// An archive dated this far ahead of the controller's clock makes its age meaningless.
const CLOCK_SLACK: i64 = 120;

/// What one drill says about the promises of its dataset. `outcomes` are those of the steps themselves, as they ended before the
/// drill was unwound: for a step that was taken back, `Done` with its output.
///
/// The first step that did not succeed decides: if the data failed (it cannot be restored, started, or answers wrongly) the promise is
/// broken; if anything else did (no answer, a refusal, a stale or unknown fact, a lease) nothing is said. A step that was found done
/// already proves nothing either.
pub fn drill_evidence(
    ctx: &Context<'_>,
    plan: &Plan,
    outcomes: &BTreeMap<StepId, StepOutcome>,
    grade: &Grade,
) -> Vec<Measured> {
    let drilled = plan.steps.iter().find_map(|s| match &s.action {
        Action::RestoreArchive {
            dataset,
            repository,
            ..
        } => Some((dataset.as_str(), repository.name.as_str())),
        _ => None,
    });
    let Some((dataset, repository)) = drilled else {
        return Vec::new();
    };
    let Some(tier) = tier_of(ctx, dataset) else {
        return Vec::new();
    };
    let result = judge(plan, outcomes);
    let summary = match &result.conclusion {
        Conclusion::Conclusive => result.summary(repository),
        Conclusion::Failed(why) => format!("the drill from {repository} failed: {why}"),
        Conclusion::Inconclusive(why) => format!("the drill from {repository} says nothing: {why}"),
    };
    let scopes = FaultScope::ALL.into_iter().filter(|s| {
        tier.rto.contains_key(s) && copies(ctx.lab, dataset, *s).surviving.contains(&repository)
    });
    scopes
        .map(|scope| Measured {
            promise: rto_id(dataset, scope),
            subject: ObjectRef::new(Kind::Dataset, dataset),
            grade: grade.clone(),
            conclusion: result.conclusion.clone(),
            figures: result.figures.clone(),
            inputs: inputs(ctx.lab, dataset),
            summary: summary.clone(),
        })
        .collect()
}

fn tier_of<'a>(ctx: &Context<'a>, dataset: &str) -> Option<&'a Tier> {
    let tier = ctx.lab.datasets.get(dataset)?.tier.known()?;
    ctx.lab.tiers.get(tier)
}

struct Judged {
    conclusion: Conclusion,
    figures: BTreeMap<String, i64>,
    checks: usize,
}

impl Judged {
    fn summary(&self, repository: &str) -> String {
        let took = self.figures.get("restore_s").copied().unwrap_or_default();
        let answer = match self.figures.get("answer") {
            Some(answer) => format!(", answer {answer}"),
            None => String::new(),
        };
        let plural = if self.checks == 1 { "" } else { "s" };
        format!(
            "restored from {repository} in {}, {} check{plural} passed{answer}",
            Seconds(took),
            self.checks
        )
    }
}

/// Adds up the stages and finds the first that did not succeed.
fn judge(plan: &Plan, outcomes: &BTreeMap<StepId, StepOutcome>) -> Judged {
    let mut judged = Judged {
        conclusion: Conclusion::Conclusive,
        figures: BTreeMap::new(),
        checks: 0,
    };
    let mut total_ms: u64 = 0;
    for step in &plan.steps {
        match ended(step, outcomes.get(&step.id)) {
            Ok(output) => {
                total_ms = total_ms.saturating_add(output.took_ms);
                if matches!(step.action, Action::CheckRestored { .. }) {
                    judged.checks += 1;
                    let answer = output.values.get("answer").and_then(Value::as_int);
                    if let Some(answer) = answer {
                        judged.figures.entry("answer".to_owned()).or_insert(answer);
                    }
                }
            }
            Err(conclusion) => {
                // Figures of half a drill would be taken for those of a whole one.
                judged.figures.clear();
                judged.conclusion = conclusion;
                return judged;
            }
        }
    }
    if judged.checks == 0 {
        // Nothing was asked of it, so an empty folder would pass, too.
        let why = "nothing was asked of what was restored; declare `verify` for it".to_owned();
        judged.conclusion = Conclusion::Inconclusive(why);
        return judged;
    }
    let seconds = i64::try_from(total_ms.div_ceil(1000)).unwrap_or(i64::MAX);
    judged.figures.insert("restore_s".to_owned(), seconds);
    judged
}

fn ended<'a>(step: &Step, outcome: Option<&'a StepOutcome>) -> Result<&'a Output, Conclusion> {
    let silent = |why: String| Err(Conclusion::Inconclusive(format!("{}: {why}", step.summary)));
    match outcome {
        Some(StepOutcome::Done(output)) => Ok(output),
        Some(StepOutcome::FailedClean(why) | StepOutcome::Torn(why)) if unanswered(step, why) => {
            silent(why.clone())
        }
        Some(StepOutcome::FailedClean(why) | StepOutcome::Torn(why)) => {
            Err(Conclusion::Failed(why.clone()))
        }
        None => silent("it was not carried out".to_owned()),
        Some(StepOutcome::AlreadyDone) => {
            silent("it was found done already, so it was not measured".to_owned())
        }
        Some(StepOutcome::Stale { path, was, is }) => {
            silent(format!("{path} was {was} and is {is}"))
        }
        Some(
            StepOutcome::Unknown(why) | StepOutcome::Refused(why) | StepOutcome::Reverted(why),
        ) => silent(why.clone()),
        Some(StepOutcome::Skipped(before)) => silent(format!("{before} did not succeed")),
        Some(StepOutcome::Undone) => silent("it was taken back".to_owned()),
    }
}

/// A step whose target did not answer, or whose success could not be seen, says nothing about the data. The outcome keeps only
/// the words of the error, so it is told by the words that the error itself begins with.
fn unanswered(step: &Step, why: &str) -> bool {
    let silent = ActError::Unreachable {
        target: step.target.clone(),
        message: String::new(),
    };
    why.starts_with(silent.to_string().trim_end()) || why.starts_with("it reported success")
}

/// What an observation says about the age of the newest archives: one record per dataset and fault scope with an RPO that a
/// repository can survive.
pub fn freshness_evidence(ctx: &Context<'_>, grade: &Grade) -> Vec<Measured> {
    let mut all = Vec::new();
    for (name, dataset) in &ctx.lab.datasets {
        let host = ctx.lab.seat(dataset);
        let (Some(tier), Some(host)) = (tier_of(ctx, name), host) else {
            continue;
        };
        // A host that is not part of this observation was not asked.
        if !ctx.facts.targets.contains_key(host) {
            continue;
        }
        for scope in FaultScope::ALL {
            let surviving = copies(ctx.lab, name, scope).surviving;
            if !tier.rpo.contains_key(&scope) || surviving.is_empty() {
                continue;
            }
            let (conclusion, age, summary) = newest(ctx, host, name, &surviving);
            all.push(Measured {
                promise: rpo_id(name, scope),
                subject: ObjectRef::new(Kind::Dataset, name),
                grade: grade.clone(),
                conclusion,
                figures: age
                    .map(|a| ("archive_age_s".to_owned(), a))
                    .into_iter()
                    .collect(),
                inputs: inputs(ctx.lab, name),
                summary,
            });
        }
    }
    all
}

/// The age of the newest archive in any of these repositories. One that is known is enough: the unknown ones could only be newer.
pub(crate) fn newest(
    ctx: &Context<'_>,
    host: &str,
    name: &str,
    repositories: &[&str],
) -> (Conclusion, Option<i64>, String) {
    let Some(facts) = ctx.facts.targets.get(host) else {
        return inconclusive("the host was not observed");
    };
    let mut best: Option<(i64, &str)> = None;
    let mut unknown: Option<String> = None;
    let mut other: Option<String> = None;
    for repository in repositories {
        match facts.seen(&archive_path(repository, name)) {
            Seen::Present(value) => match covering(ctx, name, &value) {
                Covering::At(at) if best.is_none_or(|(b, _)| at > b) => {
                    best = Some((at, repository))
                }
                Covering::At(_) => {}
                Covering::Other(paths) => other = Some(format!("{repository}: {paths}")),
                Covering::Unknown(why) => unknown = Some(format!("{repository}: {why}")),
            },
            Seen::Absent => {}
            Seen::Unknown(reason) => unknown = Some(format!("{repository}: {reason}")),
        }
    }
    let now = ctx.now.as_second();
    match (best, unknown) {
        (Some((at, repository)), _) if at > now + CLOCK_SLACK => inconclusive(&format!(
            "the newest archive in {repository} is dated {} in the future; one of the clocks is wrong",
            Seconds(at - now)
        )),
        (Some((at, repository)), _) => {
            let age = (now - at).max(0);
            let summary = format!("newest archive in {repository}, {} old", Seconds(age));
            (Conclusion::Conclusive, Some(age), summary)
        }
        (None, Some(why)) => inconclusive(&why),
        (None, None) => {
            let why = other.unwrap_or_else(|| {
                format!(
                    "there is no archive of {name} in {}",
                    repositories.join(", ")
                )
            });
            (Conclusion::Failed(why.clone()), None, why)
        }
    }
}

/// What the archives of a dataset in one repository are worth for it as it is declared now.
enum Covering {
    /// The newest that holds it was taken then.
    At(i64),
    /// They hold something else.
    Other(String),
    /// They do not say.
    Unknown(&'static str),
}

/// The newest archive that was taken of what is declared. An archive of what was declared before is none of it.
fn covering(ctx: &Context<'_>, name: &str, archives: &Value) -> Covering {
    let source = ctx.lab.datasets.get(name).and_then(|d| d.source.as_ref());
    let Some(declared) = source.map(|s| archived_paths(name, &source_of(s))) else {
        return Covering::Unknown("the dataset has no source");
    };
    let Some(Value::List(each)) = archives.field("of") else {
        return Covering::Unknown("the archive does not say what it is of");
    };
    let is_in = |path: &str, of: &str| {
        path.strip_prefix(of.trim_end_matches('/'))
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    let mut newest = None;
    let mut others: Option<(i64, String)> = None;
    for group in each {
        let Some(at) = group.field("at").and_then(Value::as_int) else {
            return Covering::Unknown("the archive has no time");
        };
        let paths: Vec<&str> = match group.field("paths") {
            Some(Value::List(paths)) => paths.iter().filter_map(Value::as_text).collect(),
            _ => Vec::new(),
        };
        let covers = |want: &String| paths.iter().any(|p| is_in(want, p));
        if declared.iter().any(covers) {
            newest = newest.max(Some(at));
        } else if others.as_ref().is_none_or(|(o, _)| at > *o) {
            others = Some((at, paths.join(", ")));
        }
    }
    match (newest, others) {
        (Some(at), _) => Covering::At(at),
        (None, Some((_, paths))) => Covering::Other(format!(
            "the newest archive is of {paths}, declared is {}",
            declared.join(" or ")
        )),
        (None, None) => Covering::Unknown("the archive does not say what it is of"),
    }
}

/// What restic is given to archive: the folder, or where the dump of the database lies.
fn archived_paths(name: &str, source: &Source) -> Vec<String> {
    match source {
        Source::Folder { path } => vec![path.trim_end_matches('/').to_owned()],
        Source::Postgres { database } => {
            vec![format!("/var/lib/holdfast/dumps/{name}/{database}")]
        }
    }
}

fn inconclusive(why: &str) -> (Conclusion, Option<i64>, String) {
    (
        Conclusion::Inconclusive(why.to_owned()),
        None,
        format!("not known: {why}"),
    )
}
