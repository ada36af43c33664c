//! Epochs: what the chain says about its own interruptions.
//!
//! A pin that this chain cannot account for means that the controller was restored from a backup, or that the same key writes
//! elsewhere. Neither can be mended; it is written down once per pin, and the chain goes on.

use super::Ledger;
use crate::clock::Stamp;
use crate::error::StoreError;
use data_encoding::HEXLOWER;
use model::evidence::{Body, Damage, Epoch, Pin};

/// What a pin meant for this chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PinNote {
    /// It is of another realm or writer.
    Elsewhere,
    /// The chain has that record.
    Agrees,
    /// The chain does not have it, and an earlier epoch says so.
    Known,
    /// The chain does not have it; this epoch was opened to say so.
    NewEpoch {
        /// Number of the epoch.
        epoch: u64,
        /// Records known to be missing; `None` if the pin is beside the chain, not ahead of it.
        gap: Option<u64>,
    },
}

impl Ledger {
    /// Holds the chain against a pin that was kept elsewhere. Of several pins note the newest first.
    ///
    /// # Errors
    /// As [`Ledger::append`].
    pub fn note_pin(
        &mut self,
        pin: &Pin,
        stamp: impl Fn() -> Stamp,
    ) -> Result<PinNote, StoreError> {
        if pin.realm != self.realm || pin.writer != self.writer {
            return Ok(PinNote::Elsewhere);
        }
        if self.has(pin) {
            return Ok(PinNote::Agrees);
        }
        // Only this very pin counts as known: a range of numbers would also cover what is lost later.
        let named = |e: &Epoch| {
            e.newest_pin
                .as_ref()
                .is_some_and(|p| p.seq == pin.seq && p.hash == pin.hash)
        };
        if self.epochs.iter().any(named) {
            return Ok(PinNote::Known);
        }
        let last = self.head.as_ref().map_or(0, |h| h.seq);
        let gap = pin.seq.checked_sub(last).filter(|g| *g > 0);
        let reason = match gap {
            Some(gap) => format!(
                "record {} was pinned, but the chain ended at {last}: {gap} records are gone, as after restoring the controller \
                 from a backup",
                pin.seq
            ),
            None => format!(
                "record {} was pinned with another hash: this chain and another one share their beginning",
                pin.seq
            ),
        };
        self.begin_epoch(&reason, Some(pin.clone()), Vec::new(), &stamp())?;
        Ok(PinNote::NewEpoch {
            epoch: self.epoch,
            gap,
        })
    }

    /// Appends the first record of the next epoch.
    pub(super) fn begin_epoch(
        &mut self,
        reason: &str,
        newest_pin: Option<Pin>,
        damaged: Vec<Damage>,
        stamp: &Stamp,
    ) -> Result<Pin, StoreError> {
        let last = self.head.as_ref().map(|h| h.seq);
        let gap = newest_pin
            .as_ref()
            .and_then(|p| p.seq.checked_sub(last.unwrap_or(0)));
        let key = HEXLOWER.encode(self.key.verifying_key().as_bytes());
        let body = Body::Epoch(Epoch {
            reason: reason.to_owned(),
            gap: gap.filter(|g| *g > 0),
            newest_pin,
            last_head: self.head.clone(),
            key: last.is_none().then_some(key),
            damaged,
        });
        self.append_in(self.epoch + 1, body, stamp)
    }
}
