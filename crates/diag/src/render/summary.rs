//! The last line: how many of which severity.

use crate::{Diagnostic, Severity};

/// `2 errors, 1 warning`; `no findings` if there are none.
pub fn summary(diagnostics: &[Diagnostic]) -> String {
    let words = [
        (Severity::Error, "error", "errors"),
        (Severity::Warning, "warning", "warnings"),
        (Severity::Info, "info", "infos"),
    ];
    let parts: Vec<String> = words
        .into_iter()
        .filter_map(|(severity, one, many)| {
            let count = diagnostics
                .iter()
                .filter(|d| d.severity == severity)
                .count();
            let word = if count == 1 { one } else { many };
            (count > 0).then(|| format!("{count} {word}"))
        })
        .collect();
    if parts.is_empty() {
        return "no findings".to_owned();
    }
    parts.join(", ")
}
