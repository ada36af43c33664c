//! Observing, running plans and settling interrupted runs.
