//! Tests of documents, from outside: text in, parts out.
#![allow(clippy::unwrap_used, reason = "tests may fail")]

mod document;
