//! Why a request got no answer that can be used.

/// What went wrong with one request. None of it has the token in it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ApiError {
    /// The declaration or the controller lacks something.
    #[error("{0}")]
    Setup(String),
    /// Nobody answers there.
    #[error("cannot connect to {address}: {why}")]
    Connect {
        /// Host and port.
        address: String,
        /// What the system says.
        why: String,
    },
    /// Somebody answers who is not the one that is declared.
    #[error("not trusted: {0}")]
    Trust(String),
    /// It took too long.
    #[error("no answer within {0} s")]
    Timeout(u64),
    /// All questions together took too long, and this one was among the last.
    #[error("no answer within {0} s, which is for all questions together")]
    Whole(u64),
    /// The connection broke, or what came is no HTTP.
    #[error("the answer broke off: {0}")]
    Broken(String),
    /// It is longer than anything expected.
    #[error("the answer is longer than {0} bytes")]
    TooLong(usize),
    /// It is whole, and not what the API answers.
    #[error("the answer is not understood: {0}")]
    Garbage(String),
    /// The API says no.
    #[error("{status} {reason}")]
    Refused {
        /// HTTP status, or the product's own 595, 596.
        status: u16,
        /// The text of the status line.
        reason: String,
    },
    /// The answer is that another address has it. It is not followed: nobody declared whom to trust there.
    #[error(
        "{status}: it is sent on to {to}, which is not followed; declare where the API itself answers"
    )]
    Elsewhere {
        /// HTTP status.
        status: u16,
        /// Where to, in the other side's words.
        to: String,
    },
}

impl ApiError {
    /// Who asks lacks a right for this.
    pub fn is_forbidden(&self) -> bool {
        matches!(self, ApiError::Refused { status: 403, .. })
    }
}
