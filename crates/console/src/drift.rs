//! Differences for people.

use crate::hint::Hints;
use crate::words::count;
use crate::{Paint, Table, Tone, reasons, wrap};
use model::fact::{FactKind, Facts};
use plan::{Difference, How};
use std::collections::{BTreeMap, BTreeSet};

/// First who did not answer and why; then one line per difference; then counts. Facts that could not be told are listed on
/// request.
pub fn text(differences: &[Difference], facts: &Facts, list_unknown: bool, paint: Paint) -> String {
    let mut text = silent(facts, paint);
    let shown = |d: &&Difference| d.how != How::Unknown || list_unknown;
    let shown: Vec<&Difference> = differences.iter().filter(shown).collect();
    if !shown.is_empty() {
        text.push_str(&table(&shown, facts).print(paint, 0));
        text.push('\n');
    }
    let unknown = differences.iter().filter(|d| d.how == How::Unknown);
    let unknown = unknown.count();
    let known = differences.len() - unknown;
    text.push_str(&counts(known, unknown, all_answered(facts)));
    if unknown > 0 && !list_unknown {
        text.push_str("--unknown lists what could not be told\n");
    }
    text
}

/// How many differences somebody accepted, and the first day on which one of them counts again.
pub fn waived(waived: &[(Difference, String)], paint: Paint) -> String {
    let Some(first) = waived.iter().map(|(_, until)| until).min() else {
        return String::new();
    };
    let text = format!(
        "{} waived, the first of them until {first}",
        count(waived.len(), "difference", "differences")
    );
    paint.text(Tone::Dim, &text) + "\n"
}

/// Guests that were not looked into.
pub fn shut(guests: &[&str], paint: Paint) -> String {
    if guests.is_empty() {
        return String::new();
    }
    let text = format!(
        "{} not looked into, since nothing says how to log in to them (`reach`): {}",
        count(guests.len(), "guest", "guests"),
        guests.join(", ")
    );
    wrap::hanging("", &text, paint.width())
}

/// What news cannot be told of yet.
pub fn without(without: &BTreeMap<String, Vec<FactKind>>, hints: &Hints, paint: Paint) -> String {
    if without.is_empty() {
        return String::new();
    }
    let kinds: BTreeSet<&str> = without.values().flatten().map(|k| k.word()).collect();
    let kinds: Vec<&str> = kinds.into_iter().collect();
    let text = format!(
        "no starting point yet on {} to tell news of: {}",
        count(without.len(), "host", "hosts"),
        kinds.join(", ")
    );
    let text = wrap::hanging("", &text, paint.width());
    format!("{text}  it is kept by: {}\n", hints.command("observe"))
}

/// One line for each reason why hosts did not answer.
pub fn silent(facts: &Facts, paint: Paint) -> String {
    let silent = facts.targets.iter();
    let silent = silent.filter(|(_, f)| f.identity.is_none());
    let said = silent.map(|(name, f)| {
        let why = f.errors.first();
        (
            name.as_str(),
            why.map_or("nothing says why", String::as_str),
        )
    });
    let line = |(why, names): (&str, Vec<&str>)| {
        let text = match names.as_slice() {
            [name] => wrap::hanging(&format!("{name} did not answer: "), why, paint.width()),
            many => {
                let text = format!(
                    "{} machines did not answer ({why}): {}",
                    many.len(),
                    many.join(", ")
                );
                wrap::hanging("", &text, paint.width())
            }
        };
        let lines = text.lines().map(|l| paint.text(Tone::Bad, l) + "\n");
        lines.collect::<String>()
    };
    reasons::fold(said).into_iter().map(line).collect()
}

fn all_answered(facts: &Facts) -> bool {
    facts.targets.values().all(|f| f.identity.is_some())
}

fn table(differences: &[&Difference], facts: &Facts) -> Table {
    let silent = |d: &Difference| {
        // What an interface tells stands under its kind and name.
        let target = match d.path.kind.is_by_interface() {
            true => facts.targets.get(&d.target.to_string()),
            false => facts.targets.get(&d.target.name),
        };
        target.is_some_and(|f| f.identity.is_none())
    };
    let mut table = Table::headed(&["HOST", "HOW", "WHAT", "EXPECTED", "OBSERVED"]);
    for d in differences {
        let tone = if d.how == How::Unknown {
            Tone::Dim
        } else {
            Tone::Look
        };
        // Why a silent host tells nothing is said once.
        let observed = match d.how {
            How::Unknown if silent(d) => "unknown".to_owned(),
            _ => d.observed.clone(),
        };
        table.row([
            (d.target.name.clone(), Some(Tone::Head)),
            (d.how.word().to_owned(), Some(tone)),
            (d.path.to_string(), None),
            (d.declared.clone(), None),
            (observed, None),
        ]);
    }
    table
}

fn counts(known: usize, unknown: usize, answered: bool) -> String {
    let differences = count(known, "difference", "differences");
    match (known, unknown, answered) {
        (0, 0, true) => "No drift: what was looked at is as declared.\n".to_owned(),
        (_, 0, true) => format!("{differences}\n"),
        _ => format!(
            "{differences} known, {} could not be told; not all is known\n",
            count(unknown, "fact", "facts")
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::Timestamp;
    use model::fact::{FORMAT, FactKind, FactPath, TargetFacts};
    use model::id::{Kind, ObjectRef};
    use model::realm::Realm;

    fn difference(how: How) -> Difference {
        Difference {
            target: ObjectRef::new(Kind::Host, "web"),
            path: FactPath::new(FactKind::File, "/etc/a"),
            how,
            declared: "there".to_owned(),
            observed: "absent".to_owned(),
            cause: None,
        }
    }

    #[test]
    fn a_host_that_did_not_answer_is_never_as_declared() {
        let host = ObjectRef::new(Kind::Host, "web");
        let why = "Connection refused";
        let silent = TargetFacts::unreachable(host, Timestamp::UNIX_EPOCH, why);
        let mut facts = Facts {
            format: FORMAT,
            realm: Realm::Real,
            targets: BTreeMap::from([("web".to_owned(), silent)]),
        };
        let unknown = vec![difference(How::Unknown); 3];
        let paint = Paint::plain(80);
        assert_eq!(
            text(&unknown, &facts, false, paint),
            "web did not answer: Connection refused\n\
             0 differences known, 3 facts could not be told; not all is known\n\
             --unknown lists what could not be told\n"
        );
        assert!(!text(&[], &facts, false, paint).contains("No drift"));
        let other = facts.targets.get("web").cloned().unwrap();
        facts.targets.insert("nas".to_owned(), other);
        assert_eq!(
            super::silent(&facts, paint),
            "2 machines did not answer (Connection refused): nas, web\n"
        );
        facts.targets.clear();
        assert_eq!(
            text(&[difference(How::Missing)], &facts, false, paint),
            "HOST  HOW      WHAT         EXPECTED  OBSERVED\n\
             web   missing  file:/etc/a  there     absent\n\n\
             1 difference\n"
        );
        assert_eq!(
            text(&[], &facts, false, paint),
            "No drift: what was looked at is as declared.\n"
        );
    }
}
