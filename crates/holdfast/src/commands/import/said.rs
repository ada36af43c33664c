//! What `import` says: what it would write or has written, how that compares with what was seen, and what nobody knows.

use super::Drafted;
use super::put::Done;
use crate::cli::ImportArgs;
use crate::commands::init::place::Place;
use crate::exit::Exit;
use crate::output::words::count;
use crate::output::{Paint, Table, Tone, wrap};
use adopt::{Said, Sort, Text, unknowns};
use console::hint::quoted;
use model::id::Kind;
use model::units::Bytes;
use plan::{Difference, How};
use serde_json::{Value, json};

/// All of it.
pub(super) struct Result<'a> {
    pub(super) args: &'a ImportArgs,
    pub(super) place: &'a Place,
    pub(super) drafted: &'a Drafted,
    pub(super) done: Option<&'a Done>,
}

impl Result<'_> {
    /// Partly unknown if a source did not tell all, or what was seen differs from what is declared.
    pub(super) fn exit(&self) -> Exit {
        let unseen = self
            .told()
            .iter()
            .any(|s| matches!(s.what, Sort::Unseen | Sort::Undecided));
        match self.drift().iter().any(|d| d.how != How::Unknown) {
            true => Exit::Findings,
            false if unseen || !self.drift().is_empty() => Exit::PartlyUnknown,
            false => Exit::Ok,
        }
    }

    /// By the tree on the disk if there is one, else by the texts.
    fn drift(&self) -> &[Difference] {
        self.done.map_or(&self.drafted.verdict.drift, |d| &d.drift)
    }

    fn told(&self) -> Vec<Said> {
        let mut all = self.drafted.draft.said.clone();
        all.extend(unknowns(&self.drafted.draft));
        all
    }

    fn texts(&self) -> &[Text] {
        &self.drafted.verdict.texts
    }

    pub(super) fn json(&self) -> Value {
        let counts = |all: &[(Kind, usize)]| {
            let pairs = all.iter().map(|(k, n)| (k.word().to_owned(), json!(n)));
            Value::Object(pairs.collect())
        };
        let file = |t: &Text| json!({"path": t.path, "bytes": t.text.len(), "declares": counts(&t.counts)});
        let said = |s: &Said| json!({"what": s.what.word(), "of": s.of, "text": s.text});
        let known: Vec<(Kind, usize)> = self
            .drafted
            .draft
            .known
            .iter()
            .map(|(k, n)| (*k, *n))
            .collect();
        json!({
            "folder": self.place.shown(),
            "sources": self.args.sources.iter().map(|s| diag::hide(s)).collect::<Vec<_>>(),
            "new": counts(&self.drafted.draft.counts()),
            "declared": counts(&known),
            "files": self.texts().iter().map(file).collect::<Vec<_>>(),
            "written": self.done.map(|d| &d.files),
            "kept": self.done.map(|d| &d.kept),
            "drift": self.drift(),
            "said": self.told().iter().map(said).collect::<Vec<_>>(),
        })
    }

    pub(super) fn text(&self, paint: Paint) -> String {
        let mut out = self.files(paint);
        out.push_str(&self.compared(paint));
        let told = self.told();
        for sort in Sort::ALL {
            let of: Vec<&Said> = told.iter().filter(|s| s.what == sort).collect();
            if of.is_empty() {
                continue;
            }
            out.push_str(&format!("\n{}\n", paint.text(Tone::Head, sort.title())));
            for said in of {
                let label = format!("  {}: ", said.of);
                // A long label would leave no room for the text.
                let line = match label.len() > 30 {
                    true => {
                        wrap::hanging("  ", &format!("{}: {}", said.of, said.text), paint.width())
                    }
                    false => wrap::hanging(&label, &said.text, paint.width()),
                };
                out.push_str(&line);
            }
        }
        out.push_str(&self.next(paint));
        out
    }

    fn files(&self, paint: Paint) -> String {
        let known = self.drafted.draft.known.iter();
        let known: Vec<String> = known.map(|(k, n)| many(*k, *n)).collect();
        let known = match known.is_empty() {
            true => String::new(),
            false => format!("declared already: {}\n", known.join(", ")),
        };
        if self.texts().is_empty() {
            return format!("nothing new for {}\n{known}", self.place.shown());
        }
        let verb = if self.done.is_some() {
            "written to"
        } else {
            "would be written to"
        };
        let files = count(self.texts().len(), "file", "files");
        let mut out = wrap::hanging(
            "",
            &format!("{files} {verb} {}", self.place.shown()),
            paint.width(),
        );
        let mut table = Table::default();
        for text in self.texts() {
            let counts: Vec<String> = text.counts.iter().map(|(k, n)| many(*k, *n)).collect();
            table.row([
                (text.path.clone(), Some(Tone::Head)),
                (Bytes(text.text.len() as u64).to_string(), Some(Tone::Dim)),
                (counts.join(", "), None),
            ]);
        }
        out.push_str(&table.print(paint, 2));
        let beside = match self.drafted.joins {
            true => "holdfast.lock gets their identities",
            false => {
                "beside them: holdfast.lock, holdfast.schema.json, .gitignore, .vscode/settings.json"
            }
        };
        out.push_str(&format!("  {}\n", paint.text(Tone::Dim, beside)));
        for kept in self.done.iter().flat_map(|d| &d.kept) {
            out.push_str(&wrap::hanging(
                "  ",
                &format!("{kept} was there and stays as it is"),
                paint.width(),
            ));
        }
        out + &known
    }

    /// What was seen against what is declared.
    fn compared(&self, paint: Paint) -> String {
        if self.texts().is_empty() && self.done.is_none() {
            // What is declared already is for `drift`, which knows all of it.
            return String::new();
        }
        if self.drafted.looked.is_empty() {
            return wrap::hanging(
                "drift: ",
                "not known, because no source is one that can be looked at",
                paint.width(),
            );
        }
        let silent = self.done.iter().flat_map(|d| &d.facts.targets);
        let silent: Vec<&String> = silent
            .filter(|(_, f)| f.identity.is_none())
            .map(|(n, _)| n)
            .collect();
        let known = self
            .drift()
            .iter()
            .filter(|d| d.how != How::Unknown)
            .count();
        let unknown = self.drift().len() - known;
        let verdict = match (known, unknown, silent.is_empty()) {
            (0, 0, true) => paint.text(Tone::Good, "none"),
            (0, 0, false) => format!("not known of {}", silent.len()),
            (0, n, _) => format!("none of what is known, {n} unknown"),
            (k, 0, _) => paint.text(Tone::Look, &count(k, "difference", "differences")),
            (k, n, _) => format!("{}, {n} unknown", count(k, "difference", "differences")),
        };
        let when = if self.done.is_some() {
            "looked again: drift"
        } else {
            "drift"
        };
        let mut out = format!("{when}: {verdict}\n");
        for d in self.drift().iter().filter(|d| d.how != How::Unknown) {
            let line = format!(
                "{} {} {}: {} / {}",
                d.target.name,
                d.how.word(),
                d.path,
                d.declared,
                d.observed
            );
            out.push_str(&wrap::hanging("  ", &line, paint.width()));
        }
        out
    }

    fn next(&self, paint: Paint) -> String {
        let lab = quoted(&self.args.into.display().to_string());
        if self.done.is_none() {
            return match self.texts().is_empty() {
                true => String::new(),
                false => "\nnothing was written; --write does\n".to_owned(),
            };
        }
        format!(
            "\n{}\n  holdfast check {lab} --unknown\n  holdfast drift {lab}\n",
            paint.text(Tone::Head, "Next")
        )
    }
}

/// `1 host`, `13 guests`.
fn many(kind: Kind, n: usize) -> String {
    let word = kind.word();
    count(n, word, &format!("{word}s"))
}
