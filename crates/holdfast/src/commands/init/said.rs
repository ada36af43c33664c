//! What `init` says in the end: what was written, what check thinks of it, what remains unknown, what comes next.

use super::Start;
use super::place::Written;
use crate::output::words::count;
use crate::output::{Paint, Tone, wrap};
use crate::tree::Tree;
use console::hint::quoted;
use diag::{Diagnostic, Severity};
use serde_json::{Value, json};
use starter::Unknown;
use std::path::Path;

/// All of it.
pub(super) struct Result<'a> {
    pub(super) lab: &'a Path,
    pub(super) tree: &'a Tree,
    pub(super) found: &'a [Diagnostic],
    pub(super) start: &'a Start,
    pub(super) written: &'a Written,
}

impl Result<'_> {
    pub(super) fn json(&self) -> Value {
        let unknown = |u: &Unknown| json!({"what": u.what, "file": u.file});
        let unknown: Vec<Value> = starter::unknowns(&self.start.answers)
            .iter()
            .map(unknown)
            .collect();
        let next: Vec<Value> = self
            .next()
            .into_iter()
            .map(|(command, why)| json!({"command": command, "why": why}))
            .collect();
        json!({
            "folder": self.start.place.shown(),
            "lab": self.tree.lab.name,
            "profile": self.start.answers.profile.word(),
            "written": self.written.files,
            "kept": self.written.kept,
            "stacks": self.tree.lab.stacks.keys().collect::<Vec<_>>(),
            "left_out": self.start.left_out,
            "check": {
                "errors": self.of(Severity::Error),
                "warnings": self.of(Severity::Warning),
                "unknown": self.found.iter().filter(|d| d.unknown).count(),
                "findings": self.findings(),
            },
            "unknown": unknown,
            "next": next,
        })
    }

    fn of(&self, severity: Severity) -> usize {
        self.found.iter().filter(|d| d.severity == severity).count()
    }

    /// Errors and warnings, with their places.
    fn findings(&self) -> Vec<String> {
        let loud = self
            .found
            .iter()
            .filter(|d| d.severity >= Severity::Warning)
            .cloned();
        let loud: Vec<Diagnostic> = loud.collect();
        let text = diag::render::concise(&loud, &self.tree.sources);
        text.lines().map(str::to_owned).collect()
    }

    pub(super) fn text(&self, paint: Paint) -> String {
        let width = paint.width();
        let files = count(self.written.files.len(), "file", "files");
        let mut out = format!("\n{} in {}\n", files, self.start.place.shown());
        let names = self.written.files.join("  ");
        out.push_str(&wrap::hanging("  ", &names, width));
        for kept in &self.written.kept {
            out.push_str(&wrap::hanging(
                "  ",
                &format!("{kept} was there and stays as it is"),
                width,
            ));
        }
        for left in &self.start.left_out {
            out.push_str(&wrap::hanging("  left out: ", left, width));
        }
        out.push_str(&self.checked(paint));
        out.push_str(&self.unknown(paint));
        out.push_str(&format!("\n{}\n", paint.text(Tone::Head, "Next")));
        for (at, (command, why)) in self.next().into_iter().enumerate() {
            out.push_str(&format!("  {}. {command}\n", at + 1));
            out.push_str(&wrap::hanging("     ", &why, width));
        }
        out
    }

    fn checked(&self, paint: Paint) -> String {
        let (errors, warnings) = (self.of(Severity::Error), self.of(Severity::Warning));
        let unknown = self.found.iter().filter(|d| d.unknown).count();
        let (plain, tone) = match (errors, warnings) {
            (0, 0) => ("no error, no warning".to_owned(), Tone::Good),
            (errors, warnings) => {
                let text = format!(
                    "{}, {}",
                    count(errors, "error", "errors"),
                    count(warnings, "warning", "warnings")
                );
                (text, Tone::Look)
            }
        };
        let verdict = paint.text(tone, &plain);
        let line = format!("{verdict}, {unknown} not known");
        let room = paint.width().saturating_sub("Check: ".len());
        let mut out = match wrap::width(&plain) + ", not known".len() + unknown.to_string().len() {
            wide if wide <= room => format!("\nCheck: {line}\n"),
            _ => format!("\nCheck: {verdict},\n       {unknown} not known\n"),
        };
        for finding in self.findings() {
            out.push_str(&wrap::hanging("  ", &finding, paint.width()));
        }
        out
    }

    fn unknown(&self, paint: Paint) -> String {
        let open = starter::unknowns(&self.start.answers);
        if open.is_empty() {
            return String::new();
        }
        let mut out = format!("\n{}\n", paint.text(Tone::Head, "Nobody stated yet"));
        let mut files: Vec<&str> = open.iter().map(|u| u.file).collect();
        files.dedup();
        files.sort_unstable();
        files.dedup();
        let wide = files.iter().map(|f| f.len()).max().unwrap_or(0);
        for file in files {
            let what: Vec<&str> = open
                .iter()
                .filter(|u| u.file == file)
                .map(|u| u.what)
                .collect();
            out.push_str(&wrap::hanging(
                &format!("  {file:<wide$}  "),
                &what.join(", "),
                paint.width(),
            ));
        }
        out
    }

    /// The next three steps.
    fn next(&self) -> Vec<(String, String)> {
        let lab = quoted(&self.lab.display().to_string());
        let step = |command: String, why: &str| (command, why.to_owned());
        vec![
            step(
                format!("holdfast check {lab} --unknown"),
                "read the files, state what is unknown, and see what follows from it; then commit them",
            ),
            step(
                format!("holdfast access enrol {lab} --on real"),
                "bind each machine to the one that answers by ssh",
            ),
            step(
                format!("holdfast drift {lab} --on real"),
                "see where the machines differ from the tree; nothing is changed",
            ),
        ]
    }
}
