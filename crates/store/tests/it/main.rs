//! The store through its public interface, judged by the stand-alone verifier.

#![allow(clippy::unwrap_used, clippy::disallowed_methods)]

mod common;
mod damage;
mod facts;
mod journal;
mod kill;
mod lockfile;
mod owned;
mod property;
mod realm;
mod redaction;
mod restore;
mod space;
