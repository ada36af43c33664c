//! Accounts of a machine.

use diag::{Span, Spanned};
use serde::{Deserialize, Serialize};

/// An account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct User {
    /// Where it is declared.
    pub span: Span,
    /// May become root.
    pub sudo: Option<Spanned<Sudo>>,
    /// Login shell; `None` leaves it alone.
    pub shell: Option<Spanned<String>>,
    /// Public keys that may log in, as lines of `authorized_keys`.
    pub keys: Vec<Spanned<String>>,
}

/// What sudo lets an account do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Sudo {
    /// Nothing.
    No,
    /// Everything, after typing a password.
    Password,
    /// Everything without a password.
    NoPassword,
}
