//! The simulator's behaviour, question by question.
#![allow(clippy::unwrap_used, clippy::panic)]

mod answers;
