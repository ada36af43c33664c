//! What a rule would compare, and is declared not to be known.
//!
//! A rule that has to have a value says `unknown` by itself, about what it judges. Where a value is only one side of a comparison, or decides
//! whether there is a question at all, the rule finds nothing to compare: its silence would pass for approval. Which rules rest on which
//! values in this way stands in the files beside; whoever wrote `unknown` there is told what nobody can tell for now, once for each rule and object.

mod data;
mod machines;
mod roads;
mod when;
mod work;

use diag::{Diagnostic, Span};
use graph::{Context, claims};
use lint::{Findings, Rule};
use model::id::ObjectRef;
use model::lab::Lab;
use model::lab::open::Open;
use std::collections::BTreeSet;

/// What a rule asks, and the values without which it would be silent.
struct Rests {
    rule: &'static str,
    /// What it would tell, behind `whether`; `{}` is what has the value.
    asks: &'static str,
    /// Kind of object, or list of the lab, and the keys below it; `*` is any name or number, and `a|b` one of two keys. An object's short form
    /// has no keys.
    on: &'static [&'static str],
    /// Whether the question can arise at all.
    when: fn(&Lab, Option<&ObjectRef>) -> bool,
}

const fn rests(
    rule: &'static str,
    asks: &'static str,
    on: &'static [&'static str],
    when: fn(&Lab, Option<&ObjectRef>) -> bool,
) -> Rests {
    Rests {
        rule,
        asks,
        on,
        when,
    }
}

fn all() -> impl Iterator<Item = &'static Rests> {
    let parts = [data::RESTS, machines::RESTS, roads::RESTS, work::RESTS];
    parts.into_iter().flatten()
}

/// Adds what rules cannot tell because a value is declared as unknown, and do not say themselves.
pub fn apply(ctx: &Context<'_>, rules: &[&Rule], findings: Findings) -> Findings {
    let open = &ctx.lab.open;
    if open.is_empty() {
        return findings;
    }
    let items = findings.into_items();
    let mut more = Findings::default();
    let told = Told::of(&items);
    for rests in all() {
        let Some(rule) = rules.iter().find(|r| r.id == rests.rule) else {
            continue;
        };
        for of in open.chunk_by(together) {
            let of: Vec<&Open> = of.iter().filter(|o| rests.is_on(o)).collect();
            if let Some((object, d)) = untold((rule, rests), ctx.lab, &of, &told) {
                more.add_about(object, d);
            }
        }
    }
    let mut out = Findings::default();
    for (object, found) in items {
        out.add_about(object, found);
    }
    out.append(more);
    out
}

/// Values of one object, or of one list of the lab.
pub fn together(a: &Open, b: &Open) -> bool {
    a.object == b.object && (a.object.is_some() || a.path.first() == b.path.first())
}

/// Why nobody knows a value, if that is said.
pub fn reason(open: &Open) -> Option<String> {
    let why = open.why.as_ref()?;
    Some(format!("{} is not known: {}", open.words, why.0))
}

/// What rules themselves have said.
struct Told<'a> {
    /// Objects of which a rule cannot tell.
    unknown: BTreeSet<(&'a str, &'a ObjectRef)>,
    /// Places that a rule points at.
    places: BTreeSet<(&'a str, Span)>,
}

impl<'a> Told<'a> {
    fn of(items: &'a [(Option<ObjectRef>, Diagnostic)]) -> Self {
        let code = |d: &'a Diagnostic| d.code.as_str();
        let unknown = items.iter().filter(|(_, d)| d.unknown);
        let places = items.iter().flat_map(|(_, d)| {
            let labels = d.primary.iter().chain(&d.secondary);
            labels.map(move |l| (code(d), l.span))
        });
        Self {
            unknown: unknown
                .filter_map(|(o, d)| Some((code(d), o.as_ref()?)))
                .collect(),
            places: places.collect(),
        }
    }

    fn has(&self, rule: &str, object: Option<&ObjectRef>, of: &[&Open]) -> bool {
        object.is_some_and(|o| self.unknown.contains(&(rule, o)))
            || of.iter().any(|o| self.places.contains(&(rule, o.key.span)))
    }
}

fn untold(
    (rule, rests): (&Rule, &Rests),
    lab: &Lab,
    of: &[&Open],
    told: &Told<'_>,
) -> Option<(Option<ObjectRef>, Diagnostic)> {
    let first = of.first()?;
    let object = first.object.as_ref();
    if told.has(rests.rule, object, of) || !(rests.when)(lab, object) {
        return None;
    }
    let words: Vec<&str> = of.iter().map(|o| o.words.as_str()).collect();
    let are = if words.len() == 1 { "is" } else { "are" };
    let asks = rests.asks.replace("{}", &claims::subject(object));
    let message = format!("whether {asks}: {} {are} not known", listed(&words));
    let mut d = rule
        .unknown(message)
        .at(first.key.span, "declared as unknown");
    for open in of.iter().skip(1) {
        d = d.and_at(open.key.span, "declared as unknown");
    }
    d.notes.extend(of.iter().filter_map(|o| reason(o)));
    let it = if words.len() == 1 { "it" } else { "them" };
    let d = d.help(format!(
        "find {it} out, and write {it} in place of 'unknown'"
    ));
    Some((object.cloned(), d))
}

/// `a, b and c`.
fn listed(words: &[&str]) -> String {
    match words {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [most @ .., last] => format!("{} and {last}", most.join(", ")),
    }
}

impl Rests {
    /// The rule rests on this value.
    fn is_on(&self, open: &Open) -> bool {
        self.on.iter().any(|pattern| {
            let mut wanted = pattern.split('.');
            let kind = open.object.as_ref().map(|o| o.kind.word());
            let mut is = kind.into_iter().chain(open.path.iter().map(String::as_str));
            loop {
                match (wanted.next(), is.next()) {
                    (None, None) => return true,
                    (Some("*"), Some(_)) => {}
                    (Some(w), Some(i)) if w.split('|').any(|w| w == i) => {}
                    _ => return false,
                }
            }
        })
    }
}
