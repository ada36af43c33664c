//! Holds a merged project against what each key takes. What Compose refuses is an error, except a key without a meaning:
//! that is kept, and said for information, since another version may know it.

use super::cx::Cx;
use super::keys::{Keys, Names, PROJECT, Rule, Scalars};
use super::path::show;
use super::value::{Kind, Map, Value};
use crate::suggest::{did_you_mean, nearest, quote};
use diag::{Class, Diagnostic, Severity, Span, Spanned};
use model::compose::Extra;
use std::collections::{BTreeMap, BTreeSet};

/// Checks one file's worth of a project; returns the keys that have no meaning.
pub(super) fn check(cx: &mut Cx<'_>, project: &Map) -> BTreeMap<String, Spanned<Extra>> {
    let mut checker = Checker {
        cx,
        place: Vec::new(),
        unknown: BTreeMap::new(),
    };
    checker.keys(project, None, &PROJECT);
    checker.unknown
}

struct Checker<'c, 'a> {
    cx: &'c mut Cx<'a>,
    place: Vec<String>,
    unknown: BTreeMap<String, Spanned<Extra>>,
}

impl Checker<'_, '_> {
    fn complain(&mut self, span: Span, wants: &str, value: &Value) {
        let place = show(&self.place);
        let is = value.describe();
        let message = format!("{place} must be {wants}, but is {is}");
        let d = Diagnostic::invalid("compose-type", message).at(span, format!("this is {is}"));
        let d = match (&value.kind, wants) {
            (Kind::Int(_) | Kind::Float(_) | Kind::Bool(_), "text") => d.help("put it in quotes"),
            (Kind::Null, _) => d.help("write a value, or remove the key"),
            _ => d,
        };
        self.cx.report(d);
    }

    fn value(&mut self, value: &Value, rule: &Rule) {
        match rule {
            Rule::Any => {}
            Rule::Scalar(kinds) => {
                if !scalar_fits(value, *kinds) {
                    self.complain(value.span, &rule.describe(), value);
                }
            }
            Rule::Word(known) => self.word(value, known, rule),
            Rule::WordOr(known, form) => {
                let fits = value.as_text().is_some_and(form.fits);
                if !fits {
                    self.word(value, known, rule);
                }
            }
            Rule::Range(min, max) => match &value.kind {
                Kind::Text(_) => {}
                Kind::Int(n) if (*min..=*max).contains(n) => {}
                Kind::Float(f) if f.fract() == 0.0 && in_range(*f, *min, *max) => {}
                _ => self.complain(value.span, &rule.describe(), value),
            },
            Rule::List(of) | Rule::Set(of) => match value.as_seq() {
                Some(items) => self.items(items, of, matches!(rule, Rule::Set(_))),
                None => self.complain(value.span, "a list", value),
            },
            Rule::Keys(keys) => match value.as_map() {
                Some(map) => self.keys(map, Some(value.span), keys),
                None => self.complain(value.span, "a map", value),
            },
            Rule::Names(names) => match value.as_map() {
                Some(map) => self.names(map, names),
                None => self.complain(value.span, "a map", value),
            },
            Rule::Either(rules) => self.either(value, rules, rule),
        }
    }

    fn word(&mut self, value: &Value, known: &[&'static str], rule: &Rule) {
        let all = rule.describe();
        let Some(text) = value.as_text() else {
            return self.complain(value.span, &all, value);
        };
        if known.contains(&text) {
            return;
        }
        let place = show(&self.place);
        let message = format!(
            "{place} must be {all}, but is {}",
            quote(&super::secret::shown(text))
        );
        let mut d = Diagnostic::invalid("compose-value", message).at(value.span, "not one of them");
        if let Some(word) = nearest(text, known.iter().copied()) {
            d = d.fix(did_you_mean(value.span, word));
        }
        self.cx.report(d);
    }

    fn either(&mut self, value: &Value, rules: &'static [Rule], whole: &Rule) {
        let fitting =
            rules.iter().find(|r| match (r, &value.kind) {
                (Rule::Any, _)
                | (Rule::List(_) | Rule::Set(_), Kind::Seq(_))
                | (Rule::Keys(_) | Rule::Names(_), Kind::Map(_))
                | (
                    Rule::Word(_) | Rule::WordOr(..) | Rule::Range(..),
                    Kind::Text(_) | Kind::Int(_),
                ) => true,
                (Rule::Scalar(kinds), _) => scalar_fits(value, *kinds),
                (Rule::Either(inner), _) => inner
                    .iter()
                    .any(|r| matches!(r, Rule::Scalar(kinds) if scalar_fits(value, *kinds))),
                _ => false,
            });
        match fitting {
            Some(rule) => self.value(value, rule),
            None => self.complain(value.span, &whole.describe(), value),
        }
    }

    fn items(&mut self, items: &[Value], of: &Rule, set: bool) {
        let mut seen: BTreeSet<String> = BTreeSet::new();
        for (n, item) in items.iter().enumerate() {
            self.place.push(format!("[{n}]"));
            self.value(item, of);
            self.place.pop();
            if set && !seen.insert(canonical(item)) {
                let message = format!("{} lists the same thing twice", show(&self.place));
                let d = Diagnostic::invalid("compose-value", message)
                    .at(item.span, "listed again")
                    .help("remove one of the two");
                self.cx.report(d);
            }
        }
    }

    fn keys(&mut self, map: &Map, at: Option<Span>, keys: &Keys) {
        for (key, entry) in map {
            self.place.push(key.clone());
            let rule = keys.known.iter().find(|(k, _)| k == key);
            match rule {
                Some((_, rule)) => self.value(&entry.value, rule),
                None if keys.open || key.starts_with("x-") => {}
                None => self.unknown_key(key, entry, keys),
            }
            self.place.pop();
        }
        for key in keys.required {
            if !map.contains_key(*key) {
                let message = format!("{} needs the key '{key}'", show(&self.place));
                let d = Diagnostic::invalid("compose-value", message);
                self.cx.report(match at {
                    Some(span) => d.at(span, format!("without '{key}'")),
                    None => d,
                });
            }
        }
    }

    fn unknown_key(&mut self, key: &str, entry: &super::value::Entry, keys: &Keys) {
        let place = show(&self.place);
        let message = match self.place.split_last() {
            Some((_, [])) | None => format!("the key {} has no meaning at the top", quote(key)),
            Some((_, parent)) => {
                format!("the key {} has no meaning in {}", quote(key), show(parent))
            }
        };
        let mut d = Diagnostic::new(
            "compose-unknown-key",
            Severity::Info,
            Class::Finding,
            message,
        )
        .at(entry.key, "kept, but not understood")
        .help("Compose refuses keys that it does not know; keys that begin with 'x-' are yours");
        if let Some(word) = nearest(key, keys.known.iter().map(|(k, _)| *k)) {
            d = d.fix(did_you_mean(entry.key, word));
        }
        self.cx.report(d);
        let kept = entry.value.to_extra(key);
        self.unknown
            .insert(place, Spanned::new(kept.value, entry.key));
    }

    fn names(&mut self, map: &Map, names: &Names) {
        for (key, entry) in map {
            self.place.push(key.clone());
            match &names.other {
                _ if names.name.fits(key) => self.value(&entry.value, &names.of),
                Some(other) => self.value(&entry.value, other),
                None => {
                    let message = format!("{} cannot be a name here", quote(key));
                    let d = Diagnostic::invalid("compose-value", message)
                        .at(entry.key, "not a name")
                        .help(names.name.describe());
                    self.cx.report(d);
                }
            }
            self.place.pop();
        }
    }
}

fn scalar_fits(value: &Value, kinds: Scalars) -> bool {
    match &value.kind {
        Kind::Null => kinds.has(Scalars::NULL),
        Kind::Bool(_) => kinds.has(Scalars::BOOL),
        Kind::Int(_) => kinds.has(Scalars::INT.or(Scalars::NUMBER)),
        Kind::Float(f) => {
            kinds.has(Scalars::NUMBER) || (kinds.has(Scalars::INT) && f.fract() == 0.0)
        }
        Kind::Text(_) => kinds.has(Scalars::TEXT),
        Kind::Seq(_) | Kind::Map(_) => false,
    }
}

#[allow(
    clippy::cast_precision_loss,
    reason = "the ends are small, or as far as numbers go"
)]
fn in_range(f: f64, min: i64, max: i64) -> bool {
    f >= min as f64 && (max == i64::MAX || f <= max as f64)
}

/// One text for equal values.
fn canonical(value: &Value) -> String {
    match &value.kind {
        Kind::Null => "~".to_owned(),
        Kind::Text(t) => format!("{t:?}"),
        Kind::Seq(s) => s.iter().map(|v| canonical(v) + ",").collect(),
        Kind::Map(m) => m
            .iter()
            .map(|(k, e)| format!("{k:?}:{},", canonical(&e.value)))
            .collect(),
        Kind::Bool(_) | Kind::Int(_) | Kind::Float(_) => value.print().unwrap_or_default(),
    }
}
