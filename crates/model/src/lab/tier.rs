//! Bundles of objectives, and what a loss is caused by.

use super::head::TierAbout;
use crate::declare::Opt;
use crate::units::Seconds;
use diag::{Span, Spanned};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What a loss is caused by, and so which copies help. Ordered from small to large.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FaultScope {
    /// Data is deleted or damaged in place; the machine is well.
    Corruption,
    /// One disk is gone.
    Device,
    /// The machine is gone.
    Host,
    /// The place is gone.
    Site,
}

impl FaultScope {
    /// All scopes, from small to large.
    pub const ALL: [FaultScope; 4] = [
        FaultScope::Corruption,
        FaultScope::Device,
        FaultScope::Host,
        FaultScope::Site,
    ];

    /// The word in the lab tree.
    pub const fn word(self) -> &'static str {
        match self {
            FaultScope::Corruption => "corruption",
            FaultScope::Device => "device",
            FaultScope::Host => "host",
            FaultScope::Site => "site",
        }
    }
}

/// Named bundle of objectives.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tier {
    /// Where it is declared.
    pub span: Span,
    /// Recovery time objective per fault scope.
    pub rto: BTreeMap<FaultScope, Spanned<Seconds>>,
    /// Recovery point objective per fault scope.
    pub rpo: BTreeMap<FaultScope, Spanned<Seconds>>,
    /// Declared time from the fault to the start of the restore (noticing and deciding).
    pub response: Opt<Seconds>,
    /// What else is said of it.
    pub about: TierAbout,
}
