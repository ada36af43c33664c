//! What guests and nodes are made of.

use crate::fault::Fault;
use std::collections::BTreeMap;

/// What runs, as far as machines tell.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Running {
    /// Guests by number; those that are missing are as the state has them.
    pub guests: BTreeMap<u32, bool>,
    /// Nodes by name.
    pub nodes: BTreeMap<String, bool>,
    /// What goes wrong; `None` leaves it as it is.
    pub faults: Option<Vec<(String, Fault)>>,
}

/// Starts and stops the machines behind guests.
pub trait Machines: Send {
    /// Starts one.
    ///
    /// # Errors
    /// What goes to the task's log.
    fn start(&mut self, guest: u32) -> Result<(), String>;

    /// Stops one; `gently` lets its system shut down.
    ///
    /// # Errors
    /// What goes to the task's log.
    fn stop(&mut self, guest: u32, gently: bool) -> Result<(), String>;

    /// What runs now; it is asked before each answer.
    fn running(&mut self) -> Running {
        Running::default()
    }
}

/// There are none: all that changes is the state.
#[derive(Debug, Clone, Copy, Default)]
pub struct Imagined;

impl Machines for Imagined {
    fn start(&mut self, _: u32) -> Result<(), String> {
        Ok(())
    }

    fn stop(&mut self, _: u32, _: bool) -> Result<(), String> {
        Ok(())
    }
}
