//! Why a call got no answer that can be used.

use crate::question::Question;
use reading::https::ApiError;

/// The method is not there, as JSON-RPC says it.
const NO_METHOD: i64 = -32601;
/// Access denied, `EACCES`.
const DENIED: i64 = 13;

/// What went wrong with one call. None of it has the key in it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum RpcError {
    /// There was no answer.
    #[error(transparent)]
    Api(#[from] ApiError),
    /// The middleware says no: the code of JSON-RPC, the number of the error, and its words.
    #[error("{why} ({code})")]
    Refused {
        code: i64,
        errno: Option<i64>,
        why: String,
    },
}

impl RpcError {
    pub(crate) fn garbage(why: &str) -> Self {
        Self::Api(ApiError::Garbage(why.to_owned()))
    }

    pub(crate) fn has_no_method(&self) -> bool {
        matches!(
            self,
            Self::Refused {
                code: NO_METHOD,
                ..
            }
        )
    }

    /// With what to do about it.
    pub(crate) fn of(&self, question: Question) -> String {
        let said = format!("{}: {self}", question.method);
        match self {
            Self::Refused {
                errno: Some(DENIED),
                ..
            } => format!("{said}; {}", grant(question)),
            Self::Refused { .. } if self.has_no_method() => {
                format!("{said}; this release of TrueNAS does not have it")
            }
            Self::Refused { .. } | Self::Api(_) => said,
        }
    }
}

/// What has to be granted for a question.
pub(crate) fn grant(question: Question) -> String {
    format!(
        "the user's privilege has to have the role {} (`holdfast access LAB` prints it)",
        question.role
    )
}
