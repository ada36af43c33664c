//! Drift, plans, plan checking and proving; and the one contract that effects have to keep, [`driver::Driver`].
//!
//! Pure: functions from data to data. The driver trait is declared here so that the engine and the drivers can meet; nothing
//! in this crate implements or calls it.

pub mod driver;
