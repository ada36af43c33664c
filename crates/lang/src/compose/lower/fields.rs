//! Reads the keys of one map as typed values, and says where they cannot be read.

use super::units;
use crate::compose::cx::Cx;
use crate::compose::path::show;
use crate::compose::secret;
use crate::compose::value::{Kind, Map, Value};
use crate::suggest::quote;
use diag::{Diagnostic, Span, Spanned};
use model::compose::{Command, Extra, Text};
use std::collections::BTreeMap;

/// A map that is read.
pub(super) struct Fields<'m, 'c, 'a> {
    pub(super) map: &'m Map,
    pub(super) cx: &'c mut Cx<'a>,
    place: Vec<String>,
}

impl<'m, 'c, 'a> Fields<'m, 'c, 'a> {
    pub(super) fn new(map: &'m Map, cx: &'c mut Cx<'a>, place: &[&str]) -> Self {
        Self {
            map,
            cx,
            place: place.iter().map(|s| (*s).to_owned()).collect(),
        }
    }

    /// The map under a key, to be read in its turn.
    pub(super) fn inner(&mut self, key: &str) -> Option<(Span, Fields<'m, '_, 'a>)> {
        let value = self.get(key)?;
        let map = value.as_map()?;
        let mut place = self.place.clone();
        place.push(key.to_owned());
        let fields = Fields {
            map,
            cx: self.cx,
            place,
        };
        Some((value.span, fields))
    }

    pub(super) fn get(&self, key: &str) -> Option<&'m Value> {
        self.map.get(key).map(|e| &e.value).filter(|v| !v.is_null())
    }

    pub(super) fn bad(&mut self, key: &str, value: &Value, wants: &str) {
        let place = format!("{}.{key}", show(&self.place));
        let shown = match secret::looks_secret(key, &value.print().unwrap_or_default()) {
            true => String::new(),
            false => format!(": {}", quote(&value.print().unwrap_or_default())),
        };
        let message = format!("{place} is not {wants}{shown}");
        self.cx.report(
            Diagnostic::invalid("compose-value", message).at(value.span, format!("not {wants}")),
        );
    }

    pub(super) fn text(&self, key: &str) -> Option<Spanned<String>> {
        let value = self.get(key)?;
        Some(Spanned::new(value.print()?, value.span))
    }

    pub(super) fn flag(&mut self, key: &str) -> Option<Spanned<bool>> {
        let value = self.get(key)?;
        let flag = match &value.kind {
            Kind::Bool(b) => Some(*b),
            Kind::Text(t) => crate::compose::interpolate::boolean(t),
            _ => return None,
        };
        if flag.is_none() {
            self.bad(key, value, "true or false");
        }
        flag.map(|f| Spanned::new(f, value.span))
    }

    pub(super) fn int(&mut self, key: &str) -> Option<Spanned<i64>> {
        let value = self.get(key)?;
        let n = match &value.kind {
            Kind::Int(n) => Some(*n),
            #[allow(clippy::cast_possible_truncation, reason = "Compose cuts it off too")]
            Kind::Float(f) => Some(*f as i64),
            Kind::Text(t) => t.parse().ok(),
            _ => return None,
        };
        if n.is_none() {
            self.bad(key, value, "a whole number");
        }
        n.map(|n| Spanned::new(n, value.span))
    }

    /// A whole number from 0.
    pub(super) fn count(&mut self, key: &str) -> Option<Spanned<i64>> {
        let number = self.int(key)?;
        if number.value < 0
            && let Some(value) = self.get(key)
        {
            self.bad(key, value, "a number from 0");
        }
        Some(number)
    }

    pub(super) fn float(&mut self, key: &str) -> Option<Spanned<f64>> {
        let value = self.get(key)?;
        let n = match &value.kind {
            #[allow(
                clippy::cast_precision_loss,
                reason = "nobody has that many processors"
            )]
            Kind::Int(n) => Some(*n as f64),
            Kind::Float(f) => Some(*f),
            Kind::Text(t) => t.parse().ok(),
            _ => return None,
        };
        if n.is_none() {
            self.bad(key, value, "a number");
        }
        n.map(|n| Spanned::new(n, value.span))
    }

    pub(super) fn bytes(&mut self, key: &str) -> Option<Spanned<i64>> {
        let value = self.get(key)?;
        let n = match &value.kind {
            Kind::Int(n) => Some(*n),
            Kind::Text(t) => units::bytes(t),
            _ => return None,
        };
        if n.is_none() {
            self.bad(key, value, "a size such as 512m or 2g");
        }
        n.map(|n| Spanned::new(n, value.span))
    }

    pub(super) fn duration(&mut self, key: &str) -> Option<Spanned<i64>> {
        let value = self.get(key)?;
        let n = match &value.kind {
            Kind::Text(t) => units::duration(t),
            _ => return None,
        };
        if n.is_none() {
            self.bad(key, value, "a duration such as 1m30s");
        }
        n.map(|n| Spanned::new(n, value.span))
    }

    /// A text, or a list of them.
    pub(super) fn texts(&self, key: &str) -> Vec<Spanned<String>> {
        let Some(value) = self.get(key) else {
            return Vec::new();
        };
        let one = |v: &Value| Some(Spanned::new(v.print()?, v.span));
        match &value.kind {
            Kind::Seq(items) => items.iter().filter_map(one).collect(),
            _ => one(value).into_iter().collect(),
        }
    }

    /// Pairs, whether written as a map or as a list of `NAME=VALUE`; a name alone has no value.
    pub(super) fn options(&mut self, key: &str) -> BTreeMap<String, Spanned<Option<Text>>> {
        let Some(value) = self.get(key) else {
            return BTreeMap::new();
        };
        let pairs: BTreeMap<String, Spanned<Option<Text>>> = match &value.kind {
            Kind::Map(map) => map
                .iter()
                .map(|(k, e)| (k.clone(), Spanned::new(e.value.judged(k), e.value.span)))
                .collect(),
            Kind::Seq(items) => items.iter().filter_map(pair).collect(),
            _ => BTreeMap::new(),
        };
        for pair in pairs.values() {
            if pair.value.as_ref().is_some_and(Text::is_hidden) {
                self.cx.sink.secret(pair.span);
            }
        }
        pairs
    }

    /// The variables of a service. A name with a blank in it and without a value is a name and a value whose `:` was left out; what may be a
    /// secret stands in it, so that it is not kept.
    pub(super) fn variables(
        &mut self,
        key: &str,
        service: &str,
    ) -> BTreeMap<String, Spanned<Option<Text>>> {
        let mut pairs = self.options(key);
        let slips: Vec<(String, Span)> = match self.get(key).map(|v| &v.kind) {
            Some(Kind::Map(map)) => map
                .iter()
                .filter(|(k, e)| k.contains(' ') && matches!(e.value.kind, Kind::Null))
                .map(|(k, e)| (k.clone(), e.key))
                .collect(),
            _ => Vec::new(),
        };
        for (slip, span) in slips {
            pairs.remove(&slip);
            let name = slip.split(' ').next().unwrap_or_default();
            self.cx.sink.secret(span);
            let message = format!(
                "services.{service}.{key}: a ':' is missing behind {}",
                quote(name)
            );
            let d = Diagnostic::invalid("compose-value", message)
                .at(span, "a name and its value, without ': ' between them")
                .help(format!("write '{name}: …'"));
            self.cx.report(d);
        }
        pairs
    }

    /// The same, where a name alone means an empty value.
    pub(super) fn pairs(&mut self, key: &str) -> BTreeMap<String, Spanned<Text>> {
        let options = self.options(key).into_iter();
        options
            .map(|(k, v)| {
                (
                    k,
                    Spanned::new(v.value.unwrap_or_else(|| Text::open("")), v.span),
                )
            })
            .collect()
    }

    /// A command: a list, or a line that is split into words.
    pub(super) fn command(&mut self, key: &str) -> Option<Command> {
        let value = self.get(key)?;
        let (line, words) = match &value.kind {
            Kind::Seq(items) => (false, Some(items.iter().filter_map(Value::print).collect())),
            Kind::Text(text) => (true, units::words(text)),
            _ => return None,
        };
        if words.is_none() {
            let place = format!("{}.{key}", show(&self.place));
            let message = format!("{place}: a quote or bracket of this command does not match");
            self.cx.report(
                Diagnostic::invalid("compose-value", message).at(value.span, "in this line"),
            );
        }
        Some(Command {
            span: value.span,
            line,
            words: secret::judge_words(words?),
        })
    }

    /// Keys that begin with `x-`.
    pub(super) fn extensions(&self) -> BTreeMap<String, Spanned<Extra>> {
        let own = self.map.iter().filter(|(k, _)| k.starts_with("x-"));
        own.map(|(k, e)| (k.clone(), e.value.to_extra(k))).collect()
    }
}

/// One entry of a list of `NAME=VALUE`.
fn pair(item: &Value) -> Option<(String, Spanned<Option<Text>>)> {
    let text = item.print()?;
    let (name, value) = match text.split_once('=') {
        Some((name, value)) => (name, Some(secret::judge(name, value))),
        None => (text.as_str(), None),
    };
    Some((name.to_owned(), Spanned::new(value, item.span)))
}
