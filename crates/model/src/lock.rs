//! `holdfast.lock`: minted ids bound to native identities, committed beside the declaration.

use crate::fact::NativeIdentity;
use crate::id::{ObjectId, ObjectRef};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Version of the layout; see `docs/formats/lock.md`.
pub const FORMAT: u32 = 1;

/// The lock file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lock {
    /// [`FORMAT`].
    pub format: u32,
    /// Identity of the lab itself.
    pub lab: ObjectId,
    /// Objects by current name.
    pub objects: BTreeMap<ObjectRef, Locked>,
    /// Ids of objects that are gone; never reused.
    pub retired: BTreeSet<ObjectId>,
}

/// One object's identity.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Locked {
    /// Minted id.
    pub id: ObjectId,
    /// What the product itself says it is; `None` until enrolled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub native: Option<NativeIdentity>,
}
