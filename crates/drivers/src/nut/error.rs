//! Why upsd told nothing that can be used.

/// What went wrong. All of it is of the whole look: a session is a few questions long.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum NutError {
    /// Nobody answers there.
    #[error("cannot connect to upsd at {server}: {why}")]
    Connect {
        /// Host and port.
        server: String,
        /// What the system says.
        why: String,
    },
    /// It took too long.
    #[error("upsd at {server} did not answer within {seconds} s")]
    Timeout {
        /// Host and port.
        server: String,
        /// How long was waited.
        seconds: u64,
    },
    /// The connection broke.
    #[error("upsd at {server} broke off: {why}")]
    Broken {
        /// Host and port.
        server: String,
        /// In which way.
        why: String,
    },
    /// It is no answer of upsd, or of another question.
    #[error("what answers at {server} is not understood: {why}")]
    Garbage {
        /// Host and port.
        server: String,
        /// What is wrong with it.
        why: String,
    },
    /// upsd answers, and has no such UPS.
    #[error("upsd at {server} has no UPS '{name}'; {there}")]
    NoSuchUps {
        /// Host and port.
        server: String,
        /// Who was asked for.
        name: String,
        /// Those that it has, in words.
        there: String,
    },
    /// upsd says no (RFC 9271, 4.4).
    #[error("upsd at {server} says {code}: {meaning}")]
    Refused {
        /// Host and port.
        server: String,
        /// Its word.
        code: String,
        /// What that means.
        meaning: &'static str,
    },
}

/// What a word of upsd means to whoever asked.
pub(super) fn meaning(code: &str) -> &'static str {
    match code {
        "DATA-STALE" => "its driver has lost the UPS",
        "DRIVER-NOT-CONNECTED" => "its driver for this UPS does not run",
        "ACCESS-DENIED" => "it answers nobody at this address",
        "UNKNOWN-COMMAND" => "it does not know the question",
        "UNKNOWN-UPS" => "it has no such UPS",
        _ => "it gives no answer",
    }
}
