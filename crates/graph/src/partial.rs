//! Sums of which a part is not known: what is known is the least.

use crate::totals::{Part, part};
use model::declare::Opt;
use model::units::size::Size;

/// What is known of a sum, and what would have to be known besides. No part is negative, so that what is known is the least.
#[derive(Debug, Clone, Default)]
pub struct Partial {
    /// The parts that are known.
    pub known: Vec<Part>,
    /// The others, in words.
    pub missing: Vec<String>,
}

impl Partial {
    /// Tells the parts that are known from the others.
    pub fn of(parts: impl IntoIterator<Item = Result<Part, String>>) -> Self {
        let mut out = Self::default();
        for part in parts {
            match part {
                Ok(part) => out.known.push(part),
                Err(what) => out.missing.push(what),
            }
        }
        out
    }

    /// Adds something that is as large as it is declared.
    pub fn add(&mut self, what: String, given: &Opt<Size>) {
        match part(&what, given, |s| i128::from(s.bytes())) {
            Some(part) => self.known.push(part),
            None => self.missing.push(what),
        }
    }

    /// What is known adds up to this.
    pub fn value(&self) -> i128 {
        self.known.iter().map(|p| p.value).sum()
    }

    /// What stands before the sum: `at least ` where something is not in it.
    pub fn least(&self) -> &'static str {
        match self.missing.is_empty() {
            true => "",
            false => "at least ",
        }
    }

    /// What is not in the sum, as a note.
    pub fn left_out(&self) -> Option<String> {
        let what = listed(&self.missing);
        (!self.missing.is_empty()).then(|| format!("not in it, as it is not known: {what}"))
    }
}

/// The first of them, and how many there are besides.
pub fn listed(what: &[String]) -> String {
    const SHOWN: usize = 6;
    let first = what.iter().take(SHOWN).map(String::as_str);
    let first: Vec<&str> = first.collect();
    match what.len().saturating_sub(SHOWN) {
        0 => first.join(", "),
        more => format!("{} and {more} more", first.join(", ")),
    }
}
