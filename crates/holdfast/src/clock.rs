//! Whether this controller's clock can be trusted.

use model::evidence::ClockState;
use model::lab::Lab;
use store::Stamp;

/// Now. Where no time service can be asked, the owner's declaration of who keeps the clock counts, and is recorded as such; a
/// service that says that the clock is not synchronised is never overruled.
pub(crate) fn stamp(lab: &Lab) -> Stamp {
    let mut stamp = Stamp::now();
    let declared = lab.controller.as_ref().and_then(|c| c.clock.as_ref());
    if stamp.clock == ClockState::Unknown && declared.is_some() {
        stamp.clock = ClockState::Declared;
    }
    stamp
}
