//! The last line: how many of which severity.

use crate::{Diagnostic, Severity};

/// `2 errors, 1 warning, 3 not known, 2 waived`; `no findings` if there are none.
pub fn summary(diagnostics: &[Diagnostic]) -> String {
    let words = [
        (Severity::Error, "error", "errors"),
        (Severity::Warning, "warning", "warnings"),
        (Severity::Info, "info", "infos"),
    ];
    let mut parts: Vec<String> = words
        .into_iter()
        .filter_map(|(severity, one, many)| {
            let count = diagnostics
                .iter()
                .filter(|d| d.severity == severity && !d.unknown && d.waived.is_none())
                .count();
            let word = if count == 1 { one } else { many };
            (count > 0).then(|| format!("{count} {word}"))
        })
        .collect();
    let unknown = diagnostics.iter().filter(|d| d.unknown).count();
    if unknown > 0 {
        parts.push(format!("{unknown} not known"));
    }
    let waived = diagnostics
        .iter()
        .filter(|d| d.waived.is_some() && !d.unknown);
    let waived = waived.count();
    if waived > 0 {
        parts.push(format!("{waived} waived"));
    }
    if parts.is_empty() {
        return "no findings".to_owned();
    }
    parts.join(", ")
}
