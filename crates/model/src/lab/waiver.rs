//! Accepted findings.

use diag::{Span, Spanned};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// Before the path of a fact, in the id of a waiver of drift.
pub const DRIFT: &str = "drift:";

/// An accepted finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Waiver {
    /// Where it is declared.
    pub span: Span,
    /// The rule's or promise's id, or [`DRIFT`] and the path of a fact, which may end with `*`.
    pub id: Spanned<String>,
    /// The object it is accepted for.
    pub object: Option<Spanned<String>>,
    /// What of the object it is accepted for, where findings of the rule are about parts of it: ports, accounts, containers.
    pub only: Vec<Spanned<String>>,
    /// Why.
    pub reason: Option<Spanned<String>>,
    /// Who accepted it.
    pub owner: Option<Spanned<String>>,
    /// Until when.
    pub expires: Option<Spanned<Date>>,
    /// Something of it could not be read, which has been reported: what seems to be lacking may be there.
    pub unread: bool,
}
