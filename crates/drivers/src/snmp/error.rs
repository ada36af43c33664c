//! Why an agent told nothing that can be used.

use async_snmp::{Error, WalkAbortReason};

/// What went wrong, for the whole look or for one table of it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum SnmpError {
    /// Nothing can be asked as things are declared.
    #[error("{0}")]
    Setup(String),
    /// Its name has no address, or nothing can be sent there.
    #[error("cannot ask the SNMP agent at {agent}: {why}")]
    Unreachable {
        /// Host and port.
        agent: String,
        /// What the system says.
        why: String,
    },
    /// It took too long. An agent is silent, too, to whom it does not know.
    #[error("the SNMP agent at {agent} did not answer within {seconds} s{hint}")]
    Timeout {
        /// Host and port.
        agent: String,
        /// How long was waited.
        seconds: u64,
        /// What else it may be.
        hint: &'static str,
    },
    /// It knows version 3, and not this user, passphrase or level.
    #[error("the SNMP agent at {agent} refuses the login: {why}")]
    Login {
        /// Host and port.
        agent: String,
        /// Its report.
        why: String,
    },
    /// It says no.
    #[error("the SNMP agent at {agent} says: {why}")]
    Refused {
        /// Host and port.
        agent: String,
        /// Its word.
        why: String,
    },
    /// What came is no answer to what was asked.
    #[error("what the SNMP agent at {agent} tells is not understood: {why}")]
    Garbage {
        /// Host and port.
        agent: String,
        /// What is wrong with it.
        why: String,
    },
    /// More than any device has.
    #[error("the SNMP agent at {agent} tells more than {what}")]
    TooMuch {
        /// Host and port.
        agent: String,
        /// What was counted.
        what: String,
    },
}

impl SnmpError {
    /// What the client says, in words of here. It never tells community or passphrases.
    pub(super) fn of(agent: &str, seconds: u64, hint: &'static str, error: &Error) -> Self {
        let agent = agent.to_owned();
        match error.exchange_source() {
            Error::Timeout { .. } | Error::ConstructionTimeout { .. } => Self::Timeout {
                agent,
                seconds,
                hint,
            },
            Error::Network { source, .. } => Self::Unreachable {
                agent,
                why: source.to_string(),
            },
            Error::Auth { .. } => Self::Login {
                agent,
                why: "its answer is not signed with this passphrase".to_owned(),
            },
            Error::Report { status, .. } => Self::Login {
                agent,
                why: status.to_string(),
            },
            Error::Snmp { status, .. } => Self::Refused {
                agent,
                why: status.to_string(),
            },
            Error::WalkAborted { reason, .. } => match reason {
                WalkAbortReason::ResultLimitExceeded { limit } => Self::TooMuch {
                    agent,
                    what: format!("{limit} rows of one table"),
                },
                other => Self::Garbage {
                    agent,
                    why: format!("a table goes in circles ({other})"),
                },
            },
            // It quotes the whole answer, which may be anything.
            Error::ResponseShape { .. } => Self::Garbage {
                agent,
                why: "an answer is not of the shape of the question".to_owned(),
            },
            other => Self::Garbage {
                agent,
                why: other.to_string().chars().take(200).collect(),
            },
        }
    }
}
