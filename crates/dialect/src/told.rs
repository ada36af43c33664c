//! What was told of one product on a host.

use model::fact::Seen;
use model::kleene::Reason;
use model::value::Value;

/// Facts of one kind, and whether they are all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Told {
    /// By key.
    pub facts: Vec<(String, Seen)>,
    /// Why there may be more.
    pub gap: Option<Reason>,
}

impl Told {
    pub(crate) fn present(&mut self, key: impl Into<String>, value: Value) {
        self.facts.push((key.into(), Seen::Present(value)));
    }

    pub(crate) fn unknown(&mut self, key: impl Into<String>, why: &str) {
        let key = key.into();
        self.gap(format!("{key}: {why}"));
        self.facts.push((key, Seen::Unknown(Reason::new(why))));
    }

    /// The first reason stays.
    pub(crate) fn gap(&mut self, why: impl Into<String>) {
        self.gap.get_or_insert_with(|| Reason::new(why.into()));
    }

    /// A key that is not taken yet.
    pub(crate) fn free(&self, key: &str) -> String {
        let taken = |k: &str| self.facts.iter().any(|(known, _)| known == k);
        let mut free = key.to_owned();
        let mut n = 1;
        while taken(&free) {
            n += 1;
            free = format!("{key}#{n}");
        }
        free
    }
}

/// A text of somebody else in one line of bounded length.
pub(crate) fn plain(text: &str) -> String {
    let clean = text.chars().map(|c| if c.is_control() { ' ' } else { c });
    clean.take(250).collect::<String>().trim().to_owned()
}

/// A list of texts.
pub(crate) fn list(texts: impl IntoIterator<Item = String>) -> Value {
    Value::List(texts.into_iter().map(Value::from).collect())
}
