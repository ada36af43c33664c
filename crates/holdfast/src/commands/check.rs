//! `check`, `explain` and `schema`.

use crate::cli::{CheckArgs, Format};
use crate::documents;
use crate::exit::{Exit, Stop};
use crate::mend::{self, Seen};
use crate::output::words::{count, did_you_mean, one_line};
use crate::output::{Paint, scoreboard, stream, wrap};
use crate::realm::{in_realm, reading};
use crate::rewrite;
use crate::sighting::{self, Kept};
use crate::tree::{Instead, Tree};
use crate::veil;
use ::secrets::scan::Look;
use anyhow::Result;
use console::hint::Hints;
use diag::fix::Reach;
use diag::render::{self, Color};
use diag::{Class, Diagnostic, Severity, SourceSet};
use jiff::Timestamp;
use jiff::civil::Date;
use model::realm::Realm;
use rules::Judged;
use serde_json::json;
use std::cell::OnceCell;
use std::path::Path;

/// Everything wrong on paper. Exit 2 for an invalid declaration, 1 for findings.
pub(crate) fn check(args: &CheckArgs, json: bool, paint: Paint) -> Result<Exit> {
    let now = jiff::Zoned::now();
    let today = args.date.unwrap_or_else(|| now.date());
    let realm = reading(args.on.as_deref())?;
    let (moment, kept) = (moment(today, &now), OnceCell::new());
    let look = |instead: Instead| {
        let looks = |texts: &SourceSet| veil::looks_of(texts, 0);
        let (mut tree, looks) = Tree::open_beside(&args.lab, instead, looks)?;
        // What was kept is read once, however often the tree is mended.
        let kept: &Option<Kept> = match kept.get() {
            Some(kept) => kept,
            None => {
                let read = observed(args, realm.clone(), &tree)?;
                kept.get_or_init(|| read)
            }
        };
        let observed = kept.as_ref().map(|kept| (kept, moment));
        let (found, shown, judged) = judged(&mut tree, looks, today, observed);
        Ok(Seen {
            tree,
            found,
            shown,
            judged,
        })
    };
    let reach = match args.unsafe_fixes {
        true => Reach::Unsafe,
        false => Reach::Safe,
    };
    if args.diff {
        let mended = mend::plan(look, reach)?;
        stream::exact(mended.patch(crate::veil::hidden).as_bytes());
        errln!("{}", mended.would());
        let verdict = verdict(&mended.after.found, args.deny.is_some());
        let differs = !mended.changes.is_empty();
        return Ok(if differs {
            verdict.max(Exit::Findings)
        } else {
            verdict
        });
    }
    let seen = match args.fix {
        true => {
            let mended = mend::plan(look, reach)?;
            rewrite::write(&mended.after.tree.root, &mended.changes)?;
            errln!("{}", mended.did());
            mended.after
        }
        false => look(Instead::new())?,
    };
    print(&seen, args, json, paint);
    let verdict = verdict(&seen.found, args.deny.is_some());
    // Taking a large lab apart piece by piece takes longer than reading it back; the process ends now.
    std::mem::forget(seen);
    Ok(verdict)
}

/// The moment at which observations are judged: now, or the end of another day.
fn moment(today: Date, now: &jiff::Zoned) -> Timestamp {
    let end = || {
        let next = today.tomorrow().ok()?;
        let start = next.to_zoned(now.time_zone().clone()).ok()?;
        start
            .timestamp()
            .checked_sub(jiff::SignedDuration::from_secs(1))
            .ok()
    };
    match today == now.date() {
        true => now.timestamp(),
        false => end().unwrap_or_else(|| now.timestamp()),
    }
}

/// What was kept of the last looks. Without `--on` a store that cannot be read is told, and everything is unknown.
fn observed(args: &CheckArgs, realm: Realm, tree: &Tree) -> Result<Option<Kept>> {
    let kept = in_realm!(realm.clone(), tag => sighting::kept(tag, tree, &args.lab));
    match (kept, &args.on) {
        (Ok(None), Some(_)) => Ok(Some(sighting::nothing(realm))),
        (Err(error), None) => {
            errln!("what was observed cannot be read, and nothing of it is known: {error:#}");
            Ok(Some(sighting::nothing(realm)))
        }
        (kept, _) => kept,
    }
}

fn print(seen: &Seen, args: &CheckArgs, json: bool, paint: Paint) {
    let Seen {
        tree, found, shown, ..
    } = seen;
    let format = if json { Format::Json } else { args.format };
    let color = if paint.is_on() {
        Color::Always
    } else {
        Color::Never
    };
    match format {
        Format::Full => {
            let whole = render::Whole {
                repeats: args.all,
                unknowns: args.unknown || args.all,
                width: paint.screen(),
            };
            out!("{}", render::digest(found, shown, color, whole));
        }
        Format::Concise => out!("{}", render::concise(found, shown)),
        Format::Json => dataln!("{}", render::json(&with_unseen(seen), shown)),
        Format::Sarif => dataln!(
            "{}",
            render::sarif(&with_unseen(seen), shown, &rule_texts())
        ),
    }
    if matches!(format, Format::Full | Format::Concise) {
        tell(&summary(tree, found), paint);
        tell(&looked(seen, &args.lab), paint);
        if let Some(line) = fixable(found) {
            tell(&line, paint);
        }
    }
}

/// That nobody looked at the lab: in text a line says so, a program must see it among the findings.
const NOT_OBSERVED: (&str, &str) = (
    "not-observed",
    "Nobody has looked at the lab yet, so the rules on what is observed said nothing. `holdfast observe LAB` looks.",
);

/// What was found and, for programs, that the rules on what is observed had nothing to judge.
fn with_unseen(seen: &Seen) -> Vec<Diagnostic> {
    let mut all = seen.found.clone();
    if seen.judged.is_none() {
        let message = format!(
            "unknown: what is really there; {} on what is observed had nothing to judge",
            count(rules::OBSERVED.len(), "rule", "rules")
        );
        let said = Diagnostic::finding(NOT_OBSERVED.0, Severity::Info, message);
        all.push(Diagnostic {
            unknown: true,
            ..said.help("holdfast observe LAB")
        });
    }
    all
}

/// How much of what is said rests on a look at the lab.
fn looked(seen: &Seen, lab: &Path) -> String {
    let count_rules = count(rules::OBSERVED.len(), "rule", "rules");
    let Some((judged, realm, now)) = &seen.judged else {
        let observe = Hints::new(lab, Realm::Real).command("observe");
        return format!("not looked at: {count_rules} on what is observed; `{observe}` looks");
    };
    let Judged { good, all, times } = judged;
    let ago = |at: Timestamp| scoreboard::age(at, *now);
    let times = match times {
        Some((newest, oldest)) if ago(*newest) == ago(*oldest) => format!(", {} ago", ago(*newest)),
        Some((newest, oldest)) => format!(", {} to {} ago", ago(*newest), ago(*oldest)),
        None => String::new(),
    };
    format!(
        "observed on {realm}: {good} of {}{times}, by {count_rules}",
        count(*all, "host or cluster", "hosts and clusters")
    )
}

/// How many of the findings can be mended by which option.
fn fixable(found: &[diag::Diagnostic]) -> Option<String> {
    match diag::fix::count(found) {
        (0, 0) => None,
        (safe, 0) => Some(format!(
            "{safe} fixable with --fix; --diff shows what would change"
        )),
        (0, more) => Some(format!(
            "{more} fixable with --fix --unsafe-fixes; --diff shows what would change"
        )),
        (safe, more) => Some(format!(
            "{safe} fixable with --fix, {more} more with --fix --unsafe-fixes; --diff shows what would change"
        )),
    }
}

fn verdict(found: &[diag::Diagnostic], deny: bool) -> Exit {
    let worst = |class: Class| {
        let of = found.iter().filter(|d| d.class == class);
        of.map(|d| d.severity).max()
    };
    let limit = match deny {
        true => Severity::Warning,
        false => Severity::Error,
    };
    match (worst(Class::Invalid), worst(Class::Finding)) {
        (Some(Severity::Error), _) => Exit::Usage,
        (_, Some(severity)) if severity >= limit => Exit::Findings,
        _ => Exit::Ok,
    }
}

/// Everything that is wrong with a tree, its Compose projects and its documents.
pub(crate) fn found(tree: &mut Tree, today: Date) -> Vec<Diagnostic> {
    judged(tree, Vec::new(), today, None).0
}

/// The same with the texts as they can be shown: without the secrets that stand in them.
fn judged(
    tree: &mut Tree,
    looks: Vec<Look>,
    today: Date,
    observed: Option<(&Kept, Timestamp)>,
) -> (Vec<Diagnostic>, SourceSet, Option<mend::Looked>) {
    let projects = tree.read_stacks();
    let (documents, unread) = documents::load(tree);
    let facts = crate::knowledge::in_use();
    tree.diagnostics.extend(facts.complaints);
    let mut all = tree.diagnostics.clone();
    all.extend(unread);
    all.extend(crate::unread::told(tree));
    let names = veil::names(&tree.lab).with(projects.values(), &tree.sources);
    let names = names.about(&facts.knowledge);
    let veil = veil::beyond(looks, &tree.sources, &all, &names);
    let leaks = veil::leaks(&veil, &tree.root, &tree.sources, &all);
    let context = rules::Context {
        leaks: &leaks,
        documents: &documents,
        projects: &projects,
        knowledge: &facts.knowledge,
        facts: observed.map(|(kept, now)| kept.seen(&tree.lab, now)),
        ..rules::Context::new(&tree.lab, today)
    };
    all.extend(rules::check(&context));
    let looked = rules::judged(&context).zip(context.facts);
    let looked = looked.map(|(judged, seen)| (judged, seen.facts.realm.clone(), seen.now));
    // What was computed about a large lab takes a while to take apart, and the process ends soon.
    std::mem::forget(context);
    diag::fix::settle(&mut all, &tree.sources);
    veil.over(&tree.sources, &mut all, &names);
    (all, veil.shown, looked)
}

/// What the rule book says, for formats that carry it along.
fn rule_texts() -> Vec<render::RuleText> {
    let of_rule = |r: &rules::Rule| render::RuleText {
        id: r.id.to_owned(),
        summary: r.summary.to_owned(),
        rationale: r.rationale.to_owned(),
        severity: r.severity,
        example: r.example.to_owned(),
        controls: r.controls.iter().map(|c| (*c).to_owned()).collect(),
    };
    rules::RULES.iter().map(of_rule).collect()
}

fn summary(tree: &Tree, all: &[diag::Diagnostic]) -> String {
    let lab = &tree.lab;
    let stacks = match lab.stacks.len() {
        0 => String::new(),
        n => format!("{}, ", count(n, "stack", "stacks")),
    };
    let apart = match lab.apart.why.len() {
        0 => String::new(),
        n => format!("; {n} not in use, and not judged"),
    };
    format!(
        "{}: {} ({}, {stacks}{}, {} checked{apart})",
        one_line(&lab.name),
        render::summary(all),
        count(lab.hosts.len(), "host", "hosts"),
        count(lab.datasets.len(), "dataset", "datasets"),
        count(lab.repositories.len(), "repository", "repositories")
    )
}

/// Codes of diagnostics that no rule gives.
pub(super) fn codes() -> impl Iterator<Item = &'static (&'static str, &'static str)> {
    let own = [&crate::knowledge::CODE, &crate::unread::CODE, &NOT_OBSERVED];
    lang::CODES.iter().chain(own)
}

/// More codes that have a word in them are not told.
const MOST_MEANT: usize = 8;

/// What a code means, why it matters, what to do.
pub(crate) fn explain(code: &str, json: bool, paint: Paint) -> Result<Exit> {
    let text = |c: &&(&str, &'static str)| c.0 == code;
    if json && let Some(found) = rules::explain(code) {
        let shown = json!({
            "code": found.id,
            "severity": rules::book::word(found.severity),
            "since": found.since,
            "summary": found.summary,
            "rationale": found.rationale,
            "example": found.example,
            "controls": found.controls,
            "mend": {"kind": found.mend.word(), "why": found.mend.why()},
        });
        dataln!("{shown:#}");
        return Ok(Exit::Ok);
    }
    if json && let Some((_, summary)) = codes().find(text) {
        dataln!("{:#}", json!({"code": code, "summary": summary}));
        return Ok(Exit::Ok);
    }
    if let Some(rule) = rules::explain(code) {
        tell(
            &format!(
                "{}\n\n{}\n\n{}\n\nExample",
                rule.id, rule.summary, rule.rationale
            ),
            paint,
        );
        // To be copied, so it keeps its lines.
        outln!("{}\n", rule.example);
        tell(
            &format!(
                "Severity: {}, since {}\nMend: {}: {}",
                rules::book::word(rule.severity),
                rule.since,
                rule.mend.word(),
                rule.mend.why()
            ),
            paint,
        );
        if !rule.controls.is_empty() {
            tell(&format!("Controls: {}", rule.controls.join(", ")), paint);
        }
        return Ok(Exit::Ok);
    }
    if let Some((_, text)) = codes().find(text) {
        tell(&format!("{code}\n\n{text}"), paint);
        return Ok(Exit::Ok);
    }
    let rules = rules::RULES.iter().map(|r| r.id);
    let known: Vec<&str> = rules.chain(codes().map(|(c, _)| *c)).collect();
    let plain = code.to_lowercase().replace('_', "-");
    let parts = || {
        let with = known.iter().copied().filter(|k| k.contains(&plain));
        let parts: Vec<&str> = with.take(MOST_MEANT).collect();
        (!parts.is_empty()).then(|| format!("did you mean {}?", parts.join(", ")))
    };
    let help = did_you_mean(&plain, known.iter().copied()).or_else(parts);
    let help =
        help.unwrap_or_else(|| "`holdfast check LAB` prints the codes in brackets".to_owned());
    let stop = Stop::usage(format!("no rule or diagnostic is called {code}"));
    Err(stop.help(help).into())
}

/// Prints text in lines that the screen has room for; what is piped stays in one.
fn tell(text: &str, paint: Paint) {
    match paint.screen() {
        Some(width) => outln!("{}", wrap::lines(text, width).join("\n")),
        None => outln!("{text}"),
    }
}

/// The JSON Schema of the language.
pub(crate) fn schema() -> Result<Exit> {
    dataln!("{:#}", schema::schema());
    Ok(Exit::Ok)
}
