//! What guests are made of.

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
