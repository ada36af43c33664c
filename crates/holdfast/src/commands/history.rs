//! `facts log`, `show`, `diff`: what was observed, when, and what changed.

use crate::cli::{FactsVerb, HostArgs};
use crate::exit::{Exit, Stop};
use crate::output::words::count;
use crate::output::{Paint, Table, Tone, wrap};
use crate::world::World;
use anyhow::Result;
use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use model::fact::{Completeness, FactKind, FactPath, Facts, Seen, TargetFacts};
use model::realm::RealmTag;
use plan::history::{Change, Changes, compare};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};

/// Longer values are cut on the screen; `--json` has them whole.
const SHOWN: usize = 160;

/// Runs the verb.
pub(crate) fn history<R: RealmTag>(
    tag: R,
    what: &FactsVerb,
    json: bool,
    paint: Paint,
) -> Result<Exit> {
    match what {
        FactsVerb::Log(at) => log(&World::open(tag, &at.world.lab)?, at, json, paint),
        FactsVerb::Show { at, when, only } => {
            let world = World::open(tag, &at.world.lab)?;
            let state = match when {
                Some(text) => State::of(&world, text, Day::Ends)?,
                None => State::now(&world)?,
            };
            show(&state.only(&world, at)?, only.as_deref(), json, paint)
        }
        FactsVerb::Diff {
            at,
            unknown,
            from,
            to,
        } => {
            let world = World::open(tag, &at.world.lab)?;
            let (from, to) = ends(&world, from.as_deref(), to.as_deref())?;
            let (from, to) = (from.only(&world, at)?, to.only(&world, at)?);
            diff(&from, &to, *unknown, json, paint)
        }
        // Those are about products.
        FactsVerb::List { .. } | FactsVerb::Update { .. } => Ok(Exit::Ok),
    }
}

fn log<R: RealmTag>(world: &World<R>, at: &HostArgs, json: bool, paint: Paint) -> Result<Exit> {
    let mut table = Table::headed(&["OBSERVATION", "TARGETS", "FACTS", "NOT ALL SEEN", "TOOK"]);
    let mut rows = Vec::new();
    for id in world.store.observation_ids()? {
        let Some(facts) = world.store.observation(&id)? else {
            continue;
        };
        let is_chosen = |name: &&String| at.host.as_ref().is_none_or(|h| h == *name);
        let targets: Vec<(&String, &TargetFacts)> =
            facts.targets.iter().filter(|(n, _)| is_chosen(n)).collect();
        if targets.is_empty() {
            continue;
        }
        let number: usize = targets.iter().map(|(_, t)| t.facts.len()).sum();
        let silent = targets.iter().filter(|(_, t)| t.identity.is_none()).count();
        let gaps: usize = targets.iter().map(|(_, t)| gaps(t)).sum();
        let took = targets.iter().map(|(_, t)| t.took_ms).max().unwrap_or(0);
        let names: Vec<&str> = targets.iter().map(|(n, _)| n.as_str()).collect();
        rows.push(json!({"id": id, "format": facts.format, "targets": names, "facts": number, "silent": silent,
            "kinds_incomplete": gaps, "slowest_ms": took}));
        let missing = match (silent, gaps) {
            (0, 0) => (String::new(), None),
            (0, _) => (count(gaps, "kind", "kinds"), Some(Tone::Look)),
            _ => (format!("{silent} silent"), Some(Tone::Bad)),
        };
        table.row([
            (id, Some(Tone::Head)),
            (names.join(" "), None),
            (number.to_string(), None),
            missing,
            (format!("{took} ms"), Some(Tone::Dim)),
        ]);
    }
    match (json, rows.is_empty()) {
        (true, _) => outln!("{:#}", json!(rows)),
        (false, true) => {
            // Of a name that nobody has nothing was seen, and that is no news of a host.
            world.machines(at.host.as_deref())?;
            let of = at
                .host
                .as_ref()
                .map_or_else(String::new, |h| format!(" of {h}"));
            outln!(
                "Nothing was observed{of} yet: {}",
                world.hints.command("observe")
            );
        }
        (false, false) => out!("{}", table.print(paint, 0)),
    }
    Ok(Exit::Ok)
}

fn gaps(target: &TargetFacts) -> usize {
    let kinds = target.collections.values();
    kinds.filter(|c| matches!(c, Completeness::No(_))).count()
}

/// What was known: of each target the observation that tells it.
struct State {
    label: String,
    targets: BTreeMap<String, (String, TargetFacts)>,
}

/// What a day stands for.
#[derive(Clone, Copy)]
enum Day {
    Begins,
    Ends,
}

impl State {
    /// One observation.
    fn saved<R: RealmTag>(world: &World<R>, id: &str) -> Result<Self> {
        let facts = world.store.observation(id)?;
        let targets = facts.into_iter().flat_map(|f: Facts| f.targets);
        Ok(Self {
            label: id.to_owned(),
            targets: targets.map(|(n, t)| (n, (id.to_owned(), t))).collect(),
        })
    }

    /// What was known last.
    fn now<R: RealmTag>(world: &World<R>) -> Result<Self> {
        Self::at(world, None)
    }

    /// What was known at a time: each target's newest observation until then.
    fn at<R: RealmTag>(world: &World<R>, until: Option<Timestamp>) -> Result<Self> {
        let ids = world.store.observation_ids()?;
        let hosts: BTreeSet<&str> = world.tree.lab.machines().map(|(name, _)| name).collect();
        let mut targets: BTreeMap<String, (String, TargetFacts)> = BTreeMap::new();
        let in_time = |id: &&String| match until {
            Some(until) => store::saved_at(id).is_some_and(|at| at <= until),
            None => true,
        };
        let mut newest = None;
        for id in ids.iter().rev().filter(in_time) {
            newest.get_or_insert(id);
            for (name, facts) in world
                .store
                .observation(id)?
                .into_iter()
                .flat_map(|f| f.targets)
            {
                targets.entry(name).or_insert((id.clone(), facts));
            }
            if hosts.iter().all(|h| targets.contains_key(*h)) {
                break;
            }
        }
        let Some(newest) = newest else {
            let oldest = ids
                .first()
                .map_or("nothing was observed yet".to_owned(), |id| {
                    format!("the oldest observation that is kept is {id}")
                });
            let when = until.map_or("now".to_owned(), |u| u.to_string());
            return Err(Stop::usage(format!("nothing is known of {when}: {oldest}"))
                .help(format!("all of them: {}", world.hints.command("facts log")))
                .into());
        };
        Ok(Self {
            label: until.map_or_else(|| newest.clone(), |u| u.to_string()),
            targets,
        })
    }

    /// What an id, the first digits of one, or a time stands for.
    fn of<R: RealmTag>(world: &World<R>, text: &str, day: Day) -> Result<Self> {
        let ids = world.store.observation_ids()?;
        let exact: Vec<&String> = ids.iter().filter(|id| *id == text).collect();
        let begun: Vec<&String> = ids.iter().filter(|id| id.starts_with(text)).collect();
        let meant = if exact.is_empty() { begun } else { exact };
        match meant.as_slice() {
            [id] => return Self::saved(world, id),
            [] => {}
            several => {
                let first: Vec<&str> = several.iter().take(3).map(|s| s.as_str()).collect();
                return Err(Stop::usage(format!(
                    "{} observations begin with {text}: {}…",
                    several.len(),
                    first.join(", ")
                ))
                .into());
            }
        }
        let Some(until) = time(text, day) else {
            return Err(Stop::usage(format!("'{text}' is neither an observation nor a time"))
                .help(format!(
                    "write 2026-11-20, 2026-11-20T08:00 or 2026-11-20T08:00:00Z; all observations: {}",
                    world.hints.command("facts log")
                ))
                .into());
        };
        Self::at(world, Some(until))
    }

    /// Only the host that was named.
    fn only<R: RealmTag>(mut self, world: &World<R>, at: &HostArgs) -> Result<Self> {
        if let Some(host) = &at.host {
            world.machines(Some(host))?;
            self.targets.retain(|name, _| name == host);
        }
        Ok(self)
    }
}

/// A time, or a day or time of day on this controller's clock.
fn time(text: &str, day: Day) -> Option<Timestamp> {
    if let Ok(time) = text.parse::<Timestamp>() {
        return Some(time);
    }
    let zone = TimeZone::system();
    if text.len() == 10 {
        let date = text.parse::<Date>().ok()?;
        let date = match day {
            Day::Begins => date,
            Day::Ends => date.tomorrow().ok()?,
        };
        return Some(date.to_zoned(zone).ok()?.timestamp());
    }
    let time = text.parse::<DateTime>().ok()?;
    Some(time.to_zoned(zone).ok()?.timestamp())
}

/// The two that are compared; the newest two observations if nothing is named.
fn ends<R: RealmTag>(
    world: &World<R>,
    from: Option<&str>,
    to: Option<&str>,
) -> Result<(State, State)> {
    let newer = match to {
        Some(text) => State::of(world, text, Day::Ends)?,
        None if from.is_some() => State::now(world)?,
        None => match world.store.observation_ids()?.last() {
            Some(id) => State::saved(world, id)?,
            None => State::now(world)?,
        },
    };
    let older = match from {
        Some(text) => State::of(world, text, Day::Begins)?,
        None => {
            let ids = world.store.observation_ids()?;
            let first = newer.targets.values().map(|(id, _)| id).min();
            let before = ids.iter().rev().find(|id| first.is_none_or(|f| *id < f));
            let Some(before) = before else {
                return Err(Stop::usage("there is only one observation to compare")
                    .help(format!("make another: {}", world.hints.command("observe")))
                    .into());
            };
            State::saved(world, before)?
        }
    };
    Ok((older, newer))
}

fn show(state: &State, only: Option<&str>, json: bool, paint: Paint) -> Result<Exit> {
    let wanted = |path: &FactPath| match only {
        None => true,
        Some(only) => path.kind.word() == only || path.to_string() == only,
    };
    if let Some(only) = only
        && FactPath::parse(only).is_none()
        && !FactKind::ALL.iter().any(|k| k.word() == only)
    {
        let kinds: Vec<&str> = FactKind::ALL.iter().map(|k| k.word()).collect();
        return Err(
            Stop::usage(format!("'{only}' is neither a kind of fact nor a path"))
                .help(format!(
                    "kinds are {}; a path is KIND:KEY",
                    kinds.join(", ")
                ))
                .into(),
        );
    }
    if json {
        let target = |(id, t): &(String, TargetFacts)| {
            let facts = t.facts.iter().filter(|(p, _)| wanted(p));
            let fact = |(p, f): (&FactPath, &model::fact::Fact)| {
                let age = json!({"seen": f.seen, "source": f.source, "read": t.read_at(p), "checked": t.at});
                (p.to_string(), age)
            };
            json!({"observation": id, "at": t.at, "took_ms": t.took_ms, "identity": t.identity, "errors": t.errors,
                "collections": t.collections, "facts": facts.map(fact).collect::<BTreeMap<_, _>>()})
        };
        let all: BTreeMap<&String, _> = state.targets.iter().map(|(n, t)| (n, target(t))).collect();
        outln!("{:#}", json!(all));
        return Ok(Exit::Ok);
    }
    for (name, (id, target)) in &state.targets {
        outln!(
            "{}  {}",
            paint.text(Tone::Head, name),
            paint.text(Tone::Dim, id)
        );
        for error in &target.errors {
            out!("{}", wrap::hanging("  ", &clean(error), paint.width()));
        }
        for (kind, completeness) in &target.collections {
            if let Completeness::No(reason) = completeness {
                let line = format!("not all seen: {}", clean(&reason.0));
                out!(
                    "{}",
                    wrap::hanging(&format!("  {} ", kind.word()), &line, paint.width())
                );
            }
        }
        let mut table = Table::default();
        for (path, fact) in target.facts.iter().filter(|(p, _)| wanted(p)) {
            let tone = matches!(fact.seen, Seen::Unknown(_)).then_some(Tone::Look);
            let read = target.read_at(path);
            let age = match read < target.at {
                true => format!("read {read:.0}, unchanged"),
                false => String::new(),
            };
            table.row([
                (clean(&path.to_string()), None),
                (clean(&fact.seen.to_string()), tone),
                (age, Some(Tone::Dim)),
            ]);
        }
        out!("{}", table.print(paint, 2));
    }
    Ok(Exit::Ok)
}

/// What two states of one target give; an error is why they cannot be compared.
type Compared = Result<Changes, String>;

fn diff(from: &State, to: &State, list: bool, json: bool, paint: Paint) -> Result<Exit> {
    let names: BTreeSet<&String> = from.targets.keys().chain(to.targets.keys()).collect();
    let one = |name: &String| -> Compared {
        let missing = |s: &State| format!("was not observed in {}", s.label);
        let (_, then) = from.targets.get(name).ok_or_else(|| missing(from))?;
        let (_, now) = to.targets.get(name).ok_or_else(|| missing(to))?;
        let silent = |t: &TargetFacts| {
            let why = t.errors.first().map_or("nothing says why", String::as_str);
            format!("did not answer at {:.0}: {}", t.at, clean(why))
        };
        match (&then.identity, &now.identity) {
            (_, None) => Err(silent(now)),
            (None, _) => Err(silent(then)),
            _ => Ok(compare(then, now)),
        }
    };
    let all: BTreeMap<&String, Compared> = names.into_iter().map(|n| (n, one(n))).collect();
    if json {
        let shown = all.iter().map(|(n, c)| match c {
            Ok(changes) => (n, json!(changes)),
            Err(why) => (n, json!({"unknown": why})),
        });
        let shown: BTreeMap<_, _> = shown.collect();
        outln!(
            "{:#}",
            json!({"from": from.label, "to": to.label, "targets": shown})
        );
    } else {
        out!("{}", told(from, to, &all, list, paint));
    }
    let differs = all.values().flatten().any(|c| !c.changes.is_empty());
    let unknown = all
        .values()
        .any(|c| c.as_ref().map_or(true, |c| !c.lost.is_empty()));
    Ok(match (differs, unknown) {
        (true, _) => Exit::Findings,
        (false, true) => Exit::PartlyUnknown,
        (false, false) => Exit::Ok,
    })
}

fn told(
    from: &State,
    to: &State,
    all: &BTreeMap<&String, Compared>,
    list: bool,
    paint: Paint,
) -> String {
    let between = format!("from {} to {}", from.label, to.label);
    let mut text = paint.text(Tone::Dim, &between) + "\n";
    let mut same = 0;
    for (name, compared) in all {
        match compared {
            Err(why) => text.push_str(&wrap::hanging(&format!("{name}  "), why, paint.width())),
            Ok(changes) if *changes == Changes::default() => same += 1,
            Ok(changes) => text.push_str(&one_told(name, changes, list, paint)),
        }
    }
    if same > 0 {
        let hosts = count(same, "target", "targets");
        text.push_str(&format!("{hosts} without a difference\n"));
    }
    text
}

fn one_told(name: &str, changes: &Changes, list: bool, paint: Paint) -> String {
    let mut text = paint.text(Tone::Head, name) + "\n";
    let mut table = Table::default();
    for (path, change) in &changes.changes {
        let (mark, said) = match change {
            Change::Appeared(now) => ("new", clean(&now.to_string())),
            Change::Gone(then) => ("gone", format!("was {}", clean(&then.to_string()))),
            Change::Changed(then, now) => {
                let (then, now) = (clean(&then.to_string()), clean(&now.to_string()));
                ("changed", format!("{then} → {now}"))
            }
        };
        table.row([
            (mark.to_owned(), Some(Tone::Look)),
            (clean(&path.to_string()), None),
            (said, None),
        ]);
    }
    text.push_str(&table.print(paint, 2));
    let mut kinds: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for (path, why) in &changes.lost {
        if list {
            let line = format!("{}: {}", clean(&path.to_string()), clean(&why.0));
            text.push_str(&wrap::hanging("  not known now  ", &line, paint.width()));
        } else {
            *kinds.entry((path.kind.word(), why.0.as_str())).or_default() += 1;
        }
    }
    for ((kind, why), n) in kinds {
        let line = format!("{n} of {kind}: {}", clean(why));
        text.push_str(&wrap::hanging("  not known now  ", &line, paint.width()));
    }
    if !changes.found.is_empty() {
        let facts = count(changes.found.len(), "fact", "facts");
        let line =
            format!("  {facts} known now and not before: whether they are new cannot be said\n");
        text.push_str(&paint.text(Tone::Dim, &line));
    }
    text
}

/// What a target told, on one line and bounded.
fn clean(text: &str) -> String {
    let mut chars = text.chars().map(|c| if c.is_control() { ' ' } else { c });
    let shown: String = chars.by_ref().take(SHOWN).collect();
    match chars.next() {
        Some(_) => shown + "…",
        None => shown,
    }
}
