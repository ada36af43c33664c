//! The linter: one file per rule.
