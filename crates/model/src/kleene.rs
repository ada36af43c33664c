//! Three-valued (Kleene) logic: what is not known stays not known.

use serde::{Deserialize, Serialize};

/// Why something is not known, e.g. `nft: permission denied`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Reason(pub String);

impl Reason {
    /// A reason in words.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }
}

impl std::fmt::Display for Reason {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// True, false, or unknown with the reasons.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Truth {
    /// Known to hold.
    True,
    /// Known not to hold.
    False,
    /// Not known, and why.
    Unknown(Reason),
}

impl Truth {
    /// Strong Kleene conjunction: false wins over unknown.
    #[must_use]
    pub fn and(self, other: Truth) -> Truth {
        match (self, other) {
            (Truth::False, _) | (_, Truth::False) => Truth::False,
            (Truth::Unknown(r), _) | (_, Truth::Unknown(r)) => Truth::Unknown(r),
            (Truth::True, Truth::True) => Truth::True,
        }
    }

    /// Strong Kleene disjunction: true wins over unknown.
    #[must_use]
    pub fn or(self, other: Truth) -> Truth {
        match (self, other) {
            (Truth::True, _) | (_, Truth::True) => Truth::True,
            (Truth::Unknown(r), _) | (_, Truth::Unknown(r)) => Truth::Unknown(r),
            (Truth::False, Truth::False) => Truth::False,
        }
    }

    /// Negation: the unknown stays unknown.
    #[must_use]
    #[expect(
        clippy::should_implement_trait,
        reason = "`!truth` would read as two-valued"
    )]
    pub fn not(self) -> Truth {
        match self {
            Truth::True => Truth::False,
            Truth::False => Truth::True,
            unknown @ Truth::Unknown(_) => unknown,
        }
    }

    /// Conjunction over all; true when there are none.
    pub fn all(truths: impl IntoIterator<Item = Truth>) -> Truth {
        truths.into_iter().fold(Truth::True, Truth::and)
    }

    /// Known and true. Unknown is never true.
    pub fn is_true(&self) -> bool {
        matches!(self, Truth::True)
    }
}

impl From<bool> for Truth {
    fn from(value: bool) -> Self {
        if value { Truth::True } else { Truth::False }
    }
}

#[cfg(test)]
mod tests {
    use super::Truth::{False, True};
    use super::*;

    fn unknown() -> Truth {
        Truth::Unknown(Reason::new("x"))
    }

    #[test]
    fn tables_are_strong_kleene() {
        assert_eq!(False.and(unknown()), False);
        assert_eq!(unknown().and(False), False);
        assert_eq!(True.and(unknown()), unknown());
        assert_eq!(True.or(unknown()), True);
        assert_eq!(unknown().or(False), unknown());
        assert_eq!(unknown().not(), unknown());
        assert_eq!(Truth::all([True, unknown(), False]), False);
        assert_eq!(Truth::all([]), True);
    }
}
