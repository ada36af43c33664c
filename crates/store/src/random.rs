//! Random bytes for keys and ids.

use crate::error::StoreError;
use rustix::rand::{GetRandomFlags, getrandom};

/// A source of random bytes; tests hand in a predictable one.
pub trait Random {
    /// Fills the whole buffer.
    ///
    /// # Errors
    /// [`StoreError::Random`] if the source has none.
    fn fill(&mut self, buffer: &mut [u8]) -> Result<(), StoreError>;
}

/// The kernel's random source.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemRandom;

impl Random for SystemRandom {
    fn fill(&mut self, buffer: &mut [u8]) -> Result<(), StoreError> {
        let mut filled = 0;
        while let Some(rest) = buffer.get_mut(filled..).filter(|r| !r.is_empty()) {
            match getrandom(rest, GetRandomFlags::empty()) {
                Ok(n) => filled += n,
                Err(rustix::io::Errno::INTR) => {}
                Err(e) => return Err(StoreError::Random(e.into())),
            }
        }
        Ok(())
    }
}

/// `N` random bytes of the kernel.
pub(crate) fn bytes<const N: usize>() -> Result<[u8; N], StoreError> {
    let mut buffer = [0; N];
    SystemRandom.fill(&mut buffer)?;
    Ok(buffer)
}
