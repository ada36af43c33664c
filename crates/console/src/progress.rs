//! One line that says how far a run is, on a terminal only; it is gone when the run ends.

use crate::{paint, stream};
use model::id::StepId;
use model::plan::Plan;
use std::io::{IsTerminal as _, Write as _};

/// The status line of one run, on standard error.
pub struct Progress {
    steps: Vec<StepId>,
    shown: bool,
}

impl Progress {
    /// For a run that people watch; shows nothing if standard error is no terminal.
    pub fn of(plan: &Plan) -> Self {
        let dumb = std::env::var_os("TERM").is_some_and(|t| t == "dumb");
        let seen = std::io::stderr().is_terminal() && !dumb;
        let steps = if seen { plan.steps.as_slice() } else { &[] };
        Self {
            steps: steps.iter().map(|s| s.id.clone()).collect(),
            shown: false,
        }
    }

    /// For a run that nobody watches.
    pub fn none() -> Self {
        Self {
            steps: Vec::new(),
            shown: false,
        }
    }

    /// The run is at this step, and there at this.
    pub fn at(&mut self, step: &StepId, doing: &str) {
        let Some(line) = line(&self.steps, step, doing) else {
            return;
        };
        let width = paint::screen(terminal_size::terminal_size_of(std::io::stderr()));
        let line: String = stream::clean(&line, false)
            .chars()
            .take(width.saturating_sub(1))
            .collect();
        self.write(&format!("\r\u{1b}[K{line}"));
        self.shown = true;
    }

    /// Takes the line away.
    pub fn clear(&mut self) {
        if std::mem::take(&mut self.shown) {
            self.write("\r\u{1b}[K");
        }
    }

    fn write(&self, text: &str) {
        // A status line that cannot be shown is no reason to stop a run.
        let mut out = std::io::stderr().lock();
        let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.clear();
    }
}

/// `3/12 web/sshd: testing the ways in …`.
fn line(steps: &[StepId], step: &StepId, doing: &str) -> Option<String> {
    let at = steps.iter().position(|s| s == step)? + 1;
    let doing = if doing.is_empty() {
        String::new()
    } else {
        format!(": {doing}")
    };
    Some(format!("{at}/{} {step}{doing} …", steps.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_which_of_how_many() {
        let steps = ["web/a", "web/b"].map(|s| StepId(s.to_owned()));
        let [_, second] = &steps;
        assert_eq!(line(&steps, second, "").as_deref(), Some("2/2 web/b …"));
        assert_eq!(
            line(&steps, second, "testing").as_deref(),
            Some("2/2 web/b: testing …")
        );
        assert_eq!(line(&[], second, ""), None);
    }
}
