//! Renderers of diagnostics: for people (full, concise) and for programs (JSON, SARIF).
