//! One file per verb.

pub(crate) mod access;
pub(crate) mod apply;
pub(crate) mod check;
pub(crate) mod complete;
pub(crate) mod data;
pub(crate) mod debug;
pub(crate) mod drift;
pub(crate) mod evidence;
pub(crate) mod facts;
pub(crate) mod graph;
pub(crate) mod history;
pub(crate) mod import;
pub(crate) mod init;
pub(crate) mod look;
pub(crate) mod man;
pub(crate) mod ports;
pub(crate) mod prove;
pub(crate) mod recipe;
pub(crate) mod runs;
pub(crate) mod secret;
pub(crate) mod selftest;
pub(crate) mod show;
pub(crate) mod simulate;
pub(crate) mod store;
pub(crate) mod twin;
pub(crate) mod undo;
mod weaknesses;
