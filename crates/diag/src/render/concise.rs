//! One line per diagnostic: `path:line:col: error[code]: message`.

use super::{clean, sorted, word};
use crate::{Diagnostic, SourceSet};
use std::fmt::Write;

/// One line per diagnostic; a mend is added in brackets, so that the line stands alone.
pub fn concise(diagnostics: &[Diagnostic], sources: &SourceSet) -> String {
    let mut out = String::new();
    for diagnostic in sorted(diagnostics) {
        if let Some(label) = &diagnostic.primary {
            let _ = write!(out, "{}: ", clean(&sources.place(label.span)));
        }
        let _ = write!(
            out,
            "{}[{}]: {}",
            word(diagnostic.severity),
            diagnostic.code,
            one_line(&diagnostic.message)
        );
        if let Some(fix) = &diagnostic.fix {
            let _ = write!(out, " ({})", one_line(&fix.message));
        }
        out.push('\n');
    }
    out
}

pub(super) fn one_line(text: &str) -> String {
    clean(text).replace('\n', " ")
}
