//! `holdfast.lock`: minted ids bound to native identities, committed beside the declaration.

use crate::fact::NativeIdentity;
use crate::id::{Kind, ObjectId, ObjectRef};
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
    pub native: Option<Native>,
    /// The system inside of a guest, whose `native` is what its hypervisor says; `None` until enrolled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inside: Option<NativeIdentity>,
}

impl Locked {
    /// The machine that was logged in to, if one was.
    pub fn machine(&self) -> Option<&NativeIdentity> {
        self.inside
            .as_ref()
            .or_else(|| self.native.as_ref()?.machine())
    }

    /// Remembers which machine this object of `kind` is.
    pub fn enrol(&mut self, kind: Kind, identity: NativeIdentity) {
        match kind {
            Kind::Guest => self.inside = Some(identity),
            _ => self.native = Some(Native::Machine(identity)),
        }
    }
}

/// What a product itself says that something is. Each has keys of its own, by which it is told apart in the file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Native {
    /// A machine that was logged in to.
    Machine(NativeIdentity),
    /// A guest of a hypervisor.
    Guest {
        /// `SHA256:…` of the certificate of the interface that told of it.
        cluster: String,
        /// Its number there.
        vmid: u32,
        /// UUID of its SMBIOS; a container has none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        smbios: Option<String>,
    },
    /// A cluster of hypervisors, by its interface.
    Cluster {
        /// `proxmox-ve:NAME`.
        product: String,
        /// `SHA256:…` of the certificate that answered.
        certificate: String,
    },
    /// A Compose project.
    Project {
        /// The name that Compose gives it.
        project: String,
        /// Its file, below the lab tree.
        path: String,
    },
}

impl Native {
    /// The machine, if it is one.
    pub fn machine(&self) -> Option<&NativeIdentity> {
        match self {
            Native::Machine(identity) => Some(identity),
            Native::Guest { .. } | Native::Cluster { .. } | Native::Project { .. } => None,
        }
    }
}
