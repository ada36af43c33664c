//! What dpkg says of the state of a package, see dpkg-query(1): the first letter is what is wanted, the second what is, the third whether it
//! has to be installed again.

use model::kleene::Reason;

/// What of a package is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    /// All of it; others may have to do something with it yet.
    Installed,
    /// All of its files, and it was not made ready: an upgrade that failed or is at work.
    Unready,
    /// Some of its files.
    Half,
    /// None, or only its configuration.
    Gone,
}

impl State {
    /// Of `ii `, `iU `, `iHR`. What is not known may be anything.
    pub(super) fn of(status: &str) -> Self {
        match status.as_bytes() {
            [_, b'n' | b'c', ..] => State::Gone,
            [_, _, b'R', ..] => State::Half,
            [_, b'i' | b'W' | b't', ..] => State::Installed,
            [_, b'U' | b'F', ..] => State::Unready,
            _ => State::Half,
        }
    }
}

/// Why it is not known what of a package is there.
pub(super) fn half(package: &str) -> Reason {
    Reason::new(format!(
        "dpkg has {package} half installed: `apt install --reinstall {package}` mends it"
    ))
}

/// Why it is not known whether a package does what it is for.
pub(super) fn unready(package: &str) -> Reason {
    Reason::new(format!(
        "dpkg has unpacked {package} and not configured it: `dpkg --configure -a` does"
    ))
}
