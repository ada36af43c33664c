//! YAML text to a typed lab with diagnostics.
