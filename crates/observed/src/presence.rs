//! Whether a machine is always on: one that is on demand is no fault if it is off.

use graph::votes::{self, Presence};
use model::declare::OptExt as _;
use model::id::{Kind, ObjectRef};
use model::lab::Lab;

/// When a machine is on: a guest as long as its host at most.
pub(crate) fn presence(lab: &Lab, object: &ObjectRef) -> Presence {
    if object.kind != Kind::Guest {
        return votes::presence(lab, &object.name);
    }
    let on = lab.guests.get(&object.name).and_then(|g| g.on.known());
    let host = on.filter(|on| on.kind() == Kind::Host);
    host.map_or(Presence::Always, |on| votes::presence(lab, on.name()))
}
