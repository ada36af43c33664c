//! The machine that Holdfast runs on.

use diag::{Span, Spanned};
use serde::{Deserialize, Serialize};

/// The machine that Holdfast runs on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Controller {
    /// Where it is declared.
    pub span: Span,
    /// Who keeps its clock where no time service can be asked.
    pub clock: Option<ClockKeeper>,
    /// Files with age identities, absolute or below `~`.
    pub age_keys: Vec<Spanned<String>>,
}

/// Who keeps a clock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClockKeeper {
    /// Where it is declared.
    pub span: Span,
    /// E.g. `hypervisor`.
    pub kept_by: Option<Spanned<String>>,
    /// Why that is good enough.
    pub why: Option<Spanned<String>>,
}
