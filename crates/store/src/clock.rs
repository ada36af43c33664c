//! When a record is written, by which clock, and whether that clock can be trusted.

use jiff::Timestamp;
use model::evidence::ClockState;
use rustix::time::{ClockId, clock_gettime};
use std::process::{Command, Stdio};

/// The times of a record's envelope.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stamp {
    /// Wall clock.
    pub at: Timestamp,
    /// Seconds since boot, suspended time included (`CLOCK_BOOTTIME`).
    pub boot_s: u64,
    /// State of the wall clock.
    pub clock: ClockState,
}

impl Stamp {
    /// Now, by this machine. Asks the time service, so take one per record or run, not one per line.
    pub fn now() -> Self {
        Self {
            at: Timestamp::now(),
            boot_s: u64::try_from(clock_gettime(ClockId::Boottime).tv_sec).unwrap_or(0),
            clock: clock_state(),
        }
    }
}

/// `timedatectl` reports the kernel's own flag (`STA_UNSYNC`), whichever service keeps it; `chronyc` answers where systemd
/// does not run. Neither there: unknown, never assumed.
fn clock_state() -> ClockState {
    let shown = ask(
        "timedatectl",
        &["show", "--property=NTPSynchronized", "--value"],
    );
    match shown.as_deref().map(str::trim) {
        Some("yes") => return ClockState::Synced,
        Some("no") => return ClockState::Unsynced,
        Some(_) | None => {}
    }
    match ask("chronyc", &["-n", "tracking"]) {
        Some(text) if text.contains("Not synchronised") => ClockState::Unsynced,
        Some(text) if text.contains("Leap status") => ClockState::Synced,
        Some(_) | None => ClockState::Unknown,
    }
}

fn ask(program: &str, arguments: &[&str]) -> Option<String> {
    let mut command = Command::new(program);
    // Passwords that the user keeps in the environment are nobody else's business.
    command.args(arguments).env_clear().env("LC_ALL", "C");
    if let Some(path) = std::env::var_os("PATH") {
        command.env("PATH", path);
    }
    let output = command.stdin(Stdio::null()).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    output.status.success().then_some(text)
}
