//! What faults do, as text: sums first, then what stops and what is lost, each with why.

use crate::paint::{Paint, Tone};
use crate::words::count;
use crate::{Table, wrap};
use model::units::Seconds;
use simulate::{Data, Fate, Harm, Promise, Ranked, Ranking, Report, State, Step};

/// A report; with `all`, what is as before is listed, too.
pub fn text(report: &Report, all: bool, paint: Paint) -> String {
    let mut out = String::new();
    for words in &report.words {
        out += &wrap::hanging("", words, paint.width());
    }
    out.push('\n');
    out += &sums(report, paint);
    out += &things(report, paint);
    for (state, title) in [
        (State::Down, "services that are down"),
        (State::Unknown, "services of which nobody knows"),
        (State::Degraded, "services that work with less"),
        (State::Restarted, "services that start again elsewhere"),
    ] {
        out += &services(report, state, title, paint);
    }
    if all {
        let up = report.services.iter().filter(|s| s.state == State::Up);
        let up: Vec<&str> = up.map(|s| s.name.as_str()).collect();
        if !up.is_empty() {
            out += &head("services that are up", paint);
            out += &wrap::hanging("  ", &up.join(", "), paint.width());
        }
    }
    out += &data(report, all, paint);
    if !report.notes.is_empty() {
        out += &head("to be known", paint);
        for note in &report.notes {
            out += &wrap::hanging("  ", note, paint.width());
        }
    }
    out
}

fn head(title: &str, paint: Paint) -> String {
    format!("\n{}\n", paint.text(Tone::Head, title))
}

fn tone(state: State) -> Option<Tone> {
    match state {
        State::Down => Some(Tone::Bad),
        State::Unknown | State::Degraded | State::Restarted => Some(Tone::Look),
        State::Up => None,
    }
}

fn sums(report: &Report, paint: Paint) -> String {
    let mut table = Table::default();
    let states = [
        (State::Down, "down"),
        (State::Unknown, "not known"),
        (State::Degraded, "with less"),
        (State::Restarted, "started again elsewhere"),
        (State::Up, "up"),
    ];
    let states = states.map(|(s, word)| (report.count(s), word));
    table.row([
        ("services", None),
        (said(&states, report.services.len()).as_str(), None),
    ]);
    let fates = [
        (Fate::Lost, "lost"),
        (Fate::Unknown, "not known"),
        (Fate::OutOfReach, "out of reach"),
        (Fate::Reduced, "on fewer disks"),
        (Fate::Intact, "intact"),
    ];
    let fates = fates.map(|(f, word)| (report.fates(f), word));
    table.row([
        ("data", None),
        (said(&fates, report.data.len()).as_str(), None),
    ]);
    let promises = report.data.iter().filter_map(|d| d.promise.as_ref());
    let kept = |wanted: Option<bool>| promises.clone().filter(|p| p.kept == wanted).count();
    let promises = [
        (kept(Some(false)), "broken"),
        (kept(None), "not known"),
        (kept(Some(true)), "kept"),
    ];
    let number = promises.iter().map(|(n, _)| n).sum();
    if number > 0 {
        let tone = (promises[0].0 > 0).then_some(Tone::Bad);
        table.row([("promises", None), (said(&promises, number).as_str(), tone)]);
    }
    table.print(paint, 0)
}

/// `3 down, 1 with less, 9 up`.
fn said(parts: &[(usize, &str)], all: usize) -> String {
    let some = parts.iter().filter(|(n, _)| *n > 0);
    let some: Vec<String> = some.map(|(n, word)| format!("{n} {word}")).collect();
    match some.as_slice() {
        [] => "none declared".to_owned(),
        [one] if all > 1 => format!("all {one}"),
        some => some.join(", "),
    }
}

fn services(report: &Report, state: State, title: &str, paint: Paint) -> String {
    let those: Vec<_> = report
        .services
        .iter()
        .filter(|s| s.state == state)
        .collect();
    if those.is_empty() {
        return String::new();
    }
    let mut groups: Vec<(String, Vec<&str>)> = Vec::new();
    for service in those {
        let because = because(&service.chain, service.why.as_deref());
        add(&mut groups, because, &service.name);
    }
    groups.sort_by_key(|(_, names)| std::cmp::Reverse(names.len()));
    let mut out = head(title, paint);
    for (because, names) in groups {
        out += &painted("  ", &names.join(", "), tone(state), paint);
        out += &wrap::hanging("      ", &because, paint.width());
    }
    out
}

/// Names of what has the same to say, in the order in which they come.
fn add<'n, K: PartialEq>(groups: &mut Vec<(K, Vec<&'n str>)>, key: K, name: &'n str) {
    match groups.iter_mut().find(|(k, _)| *k == key) {
        Some((_, names)) => names.push(name),
        None => groups.push((key, vec![name])),
    }
}

/// Wrapped first, so that what colours is not counted.
fn painted(label: &str, text: &str, tone: Option<Tone>, paint: Paint) -> String {
    let plain = wrap::hanging(label, text, paint.width());
    let Some(tone) = tone else { return plain };
    let lines = plain.lines().map(|line| {
        let text = line.trim_start();
        let blanks = line.len() - text.len();
        format!("{}{}\n", " ".repeat(blanks), paint.text(tone, text))
    });
    lines.collect()
}

fn things(report: &Report, paint: Paint) -> String {
    if report.things.is_empty() {
        return String::new();
    }
    let mut groups: Vec<((State, String), Vec<&str>)> = Vec::new();
    for thing in &report.things {
        let because = match (thing.chain.as_slice(), &thing.why) {
            ([], None) => "fails itself".to_owned(),
            // That a disk is in a machine that is down goes without saying.
            ([first, ..], None) if first.how == "is in" => continue,
            (chain, why) => because(chain, why.as_deref()),
        };
        add(&mut groups, (thing.state, because), &thing.what);
    }
    let mut table = Table::default();
    for ((state, because), names) in groups {
        let word = match state {
            State::Down => "down",
            State::Unknown => "not known",
            State::Degraded => "with less",
            State::Restarted => "starts again",
            State::Up => "up",
        };
        table.row([
            (names.join(", "), None),
            (word.to_owned(), tone(state)),
            (because, None),
        ]);
    }
    head("what is hit", paint) + &table.print(paint, 2)
}

/// `runs in stack media, which runs on host nas`.
fn because(chain: &[Step], why: Option<&str>) -> String {
    let steps = chain.iter().map(|step| match &step.choice {
        Some(choice) => format!("{} {} ({choice})", step.how, step.what),
        None => format!("{} {}", step.how, step.what),
    });
    let steps: Vec<String> = steps.collect();
    let steps = steps.join(", which ");
    match (steps.is_empty(), why) {
        (true, Some(why)) => why.to_owned(),
        (false, Some(why)) => format!("{steps}; {why}"),
        (_, None) => steps,
    }
}

fn data(report: &Report, all: bool, paint: Paint) -> String {
    let mut out = String::new();
    for (fate, title) in [
        (Fate::Lost, "data that is lost"),
        (Fate::Unknown, "data of which nobody knows"),
    ] {
        let mut those = report.data.iter().filter(|d| d.fate == fate).peekable();
        if those.peek().is_some() {
            out += &head(title, paint);
            let mut groups: Vec<(Data, Vec<String>)> = Vec::new();
            for data in those {
                let class = data.class.map_or(String::new(), |c| format!(" ({c})"));
                let name = format!("{}{class}", data.what);
                // What is said of it, without its name.
                let said = Data {
                    what: String::new(),
                    class: None,
                    ..data.clone()
                };
                match groups.iter_mut().find(|(k, _)| *k == said) {
                    Some((_, names)) => names.push(name),
                    None => groups.push((said, vec![name])),
                }
            }
            for (said, names) in &groups {
                out += &bodies(said, names, paint);
            }
        }
    }
    for (fate, title) in [
        (Fate::OutOfReach, "data that is there and out of reach"),
        (Fate::Reduced, "data on fewer disks"),
        (Fate::Intact, "data that is intact"),
    ] {
        let mut table = Table::default();
        let listed = all || fate != Fate::Intact;
        let fewer = |d: &&Data| d.fate == fate && (listed || !d.gone.is_empty());
        let mut those = report.data.iter().filter(fewer).peekable();
        if those.peek().is_none() {
            continue;
        }
        for data in those {
            let mut why = data.why.clone().unwrap_or_default();
            if !data.gone.is_empty() {
                let lost = format!("it loses copies: {}", data.gone.join("; "));
                why = [why, lost].map(|t| t.trim().to_owned()).join(" ");
            }
            table.row([(data.what.clone(), None), (why.trim().to_owned(), None)]);
        }
        out += &head(title, paint);
        out += &table.print(paint, 2);
    }
    out
}

/// What became of some bodies of data, in lines.
fn bodies(data: &Data, names: &[String], paint: Paint) -> String {
    let (verdict, tone) = match (&data.left, data.fate, data.open.is_empty()) {
        (_, Fate::Unknown, _) => ("not known".to_owned(), Tone::Look),
        (None, _, true) => ("lost for good".to_owned(), Tone::Bad),
        (None, _, false) => ("lost, perhaps for good".to_owned(), Tone::Bad),
        (Some(left), _, _) => {
            let words = match left.seconds {
                Some(seconds) => format!("the last {} are lost, at the worst", Seconds(seconds)),
                None => "lost since the newest copy, and how old that is nobody knows".to_owned(),
            };
            (words, Tone::Look)
        }
    };
    let mut out = painted("  ", &verdict, Some(tone), paint);
    let mut line = |label: &str, text: &str| {
        out += &wrap::hanging(&format!("      {label:<9}"), text, paint.width());
    };
    line("of", &names.join(", "));
    if let Some(why) = &data.why {
        line("why", why);
    }
    match &data.left {
        Some(left) => {
            let assumed = if left.assumed { " (assumed)" } else { "" };
            line("left", &format!("{}, {}{assumed}", left.by, left.how));
        }
        None if data.gone.is_empty() && data.open.is_empty() => {
            line("left", "nothing: no copy of it is declared");
        }
        None => line("left", "nothing that is known to be"),
    }
    data.gone.iter().for_each(|g| line("gone", g));
    data.open.iter().for_each(|o| line("perhaps", o));
    if let Some(promise) = &data.promise {
        line("promise", &promised(promise));
    }
    out
}

fn promised(promise: &Promise) -> String {
    let verdict = match promise.kept {
        Some(true) => "kept",
        Some(false) => "broken",
        None => "not known",
    };
    format!(
        "at most {} for {} (tier '{}'): {verdict}",
        Seconds(promise.seconds),
        promise.scope,
        promise.tier
    )
}

/// Faults by harm; at most `top` of each list.
pub fn ranking(ranking: &Ranking, top: usize, paint: Paint) -> String {
    let all = ranking.singles.len() + ranking.harmless;
    let mut out = paint.text(Tone::Head, "every single fault, the worst first");
    out.push('\n');
    out += &list(&ranking.singles, top, paint);
    if ranking.harmless > 0 {
        let what = format!("without any harm: {} of {all} faults", ranking.harmless);
        out += &wrap::hanging("  ", &what, paint.width());
    }
    match ranking.pairs {
        Some(0) => {}
        Some(pairs) => {
            out += &head("pairs of faults, by what neither does alone", paint);
            out += &list(&ranking.doubles, top, paint);
            let rest = pairs - ranking.doubles.len();
            let what = format!(
                "without more harm than each does by itself: {rest} of {}",
                count(pairs, "pair", "pairs")
            );
            out += &wrap::hanging("  ", &what, paint.width());
        }
        None => {
            out += &head("pairs of faults", paint);
            out += &wrap::hanging("  ", "they are too many to be looked at", paint.width());
        }
    }
    out
}

fn list(all: &[Ranked], top: usize, paint: Paint) -> String {
    let mut table = Table::headed(&[
        "FAULT",
        "LOST FOR GOOD",
        "LOST IN PART",
        "DOWN",
        "LESS",
        "?",
        "WORST OF IT",
    ]);
    table.right([1, 2, 3, 4, 5]);
    for one in all.iter().take(top) {
        let Harm {
            irreplaceable,
            for_good,
            in_part,
            down,
            degraded,
            unknown,
        } = &one.harm;
        let good = irreplaceable + for_good;
        let number = |n: usize, tone: Tone| match n {
            0 => ("-".to_owned(), None),
            n => (n.to_string(), Some(tone)),
        };
        let part = match one.worst_loss {
            Some(worst) if *in_part > 0 => format!("{in_part} (≤ {})", Seconds(worst)),
            _ => number(*in_part, Tone::Look).0,
        };
        table.row([
            (one.faults.join(" + "), None),
            number(good, Tone::Bad),
            (part, (*in_part > 0).then_some(Tone::Look)),
            number(*down, Tone::Bad),
            number(*degraded, Tone::Look),
            number(*unknown, Tone::Look),
            (named(&one.named), None),
        ]);
    }
    let mut out = table.print(paint, 2);
    if all.len() > top {
        let more = format!("… and {} more (--top N)", all.len() - top);
        out += &wrap::hanging("  ", &more, paint.width());
    }
    out
}

fn named(all: &[String]) -> String {
    const SHOWN: usize = 2;
    let first: Vec<&str> = all.iter().take(SHOWN).map(String::as_str).collect();
    match all.len().saturating_sub(SHOWN) {
        0 => first.join(", "),
        more => format!("{}, {more} more", first.join(", ")),
    }
}
