//! How findings of a rule count in this lab.

use crate::declare::{Need, entity, words};
use crate::units::text::Prose;

words! {
    /// How much the findings of a rule matter in this lab.
    pub enum RuleSeverity("rule-severity", "'error', 'warning' or 'info'; a finding that shall be off is waived, with a reason, an owner and an end") {
        /// They fail a check.
        Error = "error",
        /// They fail a check that denies warnings.
        Warning = "warning",
        /// They fail none.
        Info = "info",
    }
}

entity! {
    /// How the findings of a rule count in this lab.
    pub struct RuleSetting {
        /// How much they matter.
        severity: Need<RuleSeverity>,
        /// Why it differs from what the rule says itself.
        why: Need<Prose>,
    }
}
