//! No rule about what was observed is silent because the look was dim: each fixture that such a rule finds fault with is looked at again
//! with a fact unread, a kind seen in part or not at all, long ago, without an answer, and of another machine.

use crate::silence::{Said, broken};
use rayon::prelude::*;

/// What is done to the look, and who has to speak up then.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Speaks {
    /// The rule itself: it finds as much as before, or says what it does not know.
    Rule,
    /// `obs-stale`: nothing of the target is judged.
    Stale,
}

/// A look that tells less: what was done, the fixture with it, who has to say so.
type Dim = (String, String, Speaks);

#[test]
fn no_dim_look_is_green() {
    let rules = rules::OBSERVED.par_iter().filter(|r| r.id != "obs-stale");
    let green: Vec<String> = rules.flat_map_iter(of_rule).collect();
    assert!(
        green.is_empty(),
        "green, and nobody saw it:\n{}",
        green.join("\n")
    );
}

fn of_rule(rule: &'static rules::Rule) -> Vec<String> {
    let stale = rules::explain("obs-stale").unwrap();
    let mut green = Vec::new();
    for text in broken(rule.id) {
        let before = Said::of(rule, &text);
        let stale_before = Said::of(stale, &text);
        let all = dims(&text);
        assert!(!all.is_empty(), "{}: its fixture observes nothing", rule.id);
        for (what, dim, speaks) in all {
            let after = Said::of(rule, &dim);
            let told = match speaks {
                Speaks::Rule => {
                    let new = after.unknown.iter().any(|u| !before.unknown.contains(u));
                    after.found >= before.found || new
                }
                Speaks::Stale => {
                    let now = Said::of(stale, &dim);
                    after.found == 0
                        && now.found + now.unknown.len()
                            > stale_before.found + stale_before.unknown.len()
                }
            };
            if !told {
                green.push(format!("{}: {what}", rule.id));
            }
        }
    }
    green
}

/// Every look at the targets of a fixture that tells less.
fn dims(text: &str) -> Vec<Dim> {
    let lines: Vec<&str> = text.lines().collect();
    let mut out = Vec::new();
    let mut target: Option<&str> = None;
    for (n, line) in lines.iter().enumerate() {
        if let Some(file) = line.strip_prefix("# file: ") {
            target = file.strip_prefix("observed/");
            let Some(name) = target else { continue };
            // A later `at` wins, and an earlier one is taken out.
            let with = |more: &str| after(&lines, n, more);
            out.push((
                format!("{name} long ago"),
                with("at 2026-11-01T08:00:00Z"),
                Speaks::Stale,
            ));
            out.push((
                format!("{name} from the future"),
                with("at 2026-12-24T08:00:00Z"),
                Speaks::Stale,
            ));
            out.push((
                format!("{name} silent"),
                with("silent because no route"),
                Speaks::Stale,
            ));
            let other = text.replace(line, &format!("{line}-of-somebody-else"));
            out.push((format!("another than {name}"), other, Speaks::Stale));
        } else if target.is_some() {
            out.extend(of_line(&lines, n, line));
        }
    }
    out
}

/// The fixture with one more line of a target, and without others that say the same in another way.
fn after(lines: &[&str], n: usize, more: &str) -> String {
    let word = more.split(' ').next().unwrap_or_default();
    let mut out = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        if !line.starts_with(&format!("{word} ")) {
            out.push(*line);
        }
        if at == n {
            out.push(more);
        }
    }
    out.join("\n") + "\n"
}

fn of_line(lines: &[&str], n: usize, line: &str) -> Vec<Dim> {
    let with = |new: &[&str], keep: &dyn Fn(&str) -> bool| {
        let mut out: Vec<&str> = Vec::new();
        for (at, old) in lines.iter().enumerate() {
            match at == n {
                true => out.extend(new),
                false if keep(old) => out.push(old),
                false => {}
            }
        }
        out.join("\n") + "\n"
    };
    if let Some((path, _)) = line.split_once(" = ") {
        let unread = format!("{path} unknown because denied");
        return vec![(
            format!("{path} unread"),
            with(&[&unread], &|_| true),
            Speaks::Rule,
        )];
    }
    let Some((kind, _)) = line.strip_prefix("all ").and_then(|l| l.split_once(" by ")) else {
        return Vec::new();
    };
    let part = format!("part {kind} because cut off");
    let of_kind = format!("{kind}:");
    let gone = |l: &str| !l.starts_with(&of_kind);
    vec![
        (
            format!("{kind} in part"),
            with(&[&part], &|_| true),
            Speaks::Rule,
        ),
        (
            format!("{kind} cut off"),
            with(&[&part], &gone),
            Speaks::Rule,
        ),
        (
            format!("{kind} not asked for"),
            with(&["at 2026-11-21T08:00:00Z"], &gone),
            Speaks::Rule,
        ),
    ]
}
