//! Exit codes, as documented in the manual.

/// How a verb ended, as a process status.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Exit {
    /// All is as it should be.
    Ok = 0,
    /// Findings, drift, or broken promises.
    Findings = 1,
    /// Wrong usage or an invalid declaration.
    Usage = 2,
    /// Something outside is missing or does not answer.
    Environment = 3,
    /// Refused for safety.
    Refused = 4,
    /// A run failed and was undone.
    FailedUndone = 5,
    /// A run failed and left the lab changed.
    FailedChanged = 6,
    /// Nothing wrong was found, but part is unknown.
    PartlyUnknown = 7,
}

impl Exit {
    /// The same, or that part is unknown if nothing is worse than that.
    pub(crate) fn or_unknown(self, unknown: bool) -> Self {
        match self {
            Self::Ok if unknown => Self::PartlyUnknown,
            exit => exit,
        }
    }
}

/// An error that knows its exit code; `anyhow` carries it to `main`.
#[derive(Debug)]
pub(crate) struct Stop {
    pub(crate) exit: Exit,
    pub(crate) message: String,
    pub(crate) help: Option<String>,
}

impl std::fmt::Display for Stop {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Stop {}

impl Stop {
    pub(crate) fn new(exit: Exit, message: impl Into<String>) -> Self {
        Self {
            exit,
            message: message.into(),
            help: None,
        }
    }

    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self::new(Exit::Usage, message)
    }

    pub(crate) fn environment(message: impl Into<String>) -> Self {
        Self::new(Exit::Environment, message)
    }

    pub(crate) fn refused(message: impl Into<String>) -> Self {
        Self::new(Exit::Refused, message)
    }

    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}
