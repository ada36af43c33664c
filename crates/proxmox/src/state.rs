//! How a task ended, as both products tell it.

/// By the text of its state: free text is an error, and is not kept, as nobody knows what a program wrote into it.
pub(crate) fn result(state: &str) -> &'static str {
    match state {
        "OK" => "ok",
        "unknown" => "unknown",
        _ if state.starts_with("WARNINGS:") => "warnings",
        _ => "failed",
    }
}
