//! The driver itself: obtains the secret, asks, and says what it was told.

use super::observe::observe;
use crate::client::Product;
use crate::target::ApiTarget;
use jiff::Timestamp;
use model::fact::{FactKind, Scope, TargetFacts};
use model::realm::RealmTag;
use model::run::Output;
use plan::driver::{ActError, Driver, Maturity, Order, Properties, Ticket};
use reading::https::ApiError;
use reading::https::Limits;
use reading::told::SecretSource;
use reading::told::{self, Told};
use std::marker::PhantomData;

/// All that the driver can tell.
pub fn scope() -> Scope {
    let mut scope = Scope::default();
    let kinds = FactKind::ALL.iter().filter(|k| k.is_pbs());
    scope.collections.extend(kinds);
    scope
}

/// A Proxmox Backup Server of realm `R`, by its API.
pub struct PbsDriver<R: RealmTag> {
    realm: PhantomData<R>,
    target: ApiTarget,
    secrets: SecretSource,
    limits: Limits,
}

impl<R: RealmTag> PbsDriver<R> {
    /// A driver that only reads. Text that people write is not kept, so there is nothing to hide.
    pub fn new(_: &R, target: ApiTarget, secrets: SecretSource, limits: Limits) -> Self {
        Self {
            realm: PhantomData,
            target,
            secrets,
            limits,
        }
    }

    fn look(&self, scope: &Scope, now: Timestamp) -> Result<Told, ApiError> {
        let client = self
            .target
            .client(Product::Backup, &self.secrets, self.limits)?;
        observe(&client, scope, now.as_second())
    }
}

impl<R: RealmTag> Driver<R> for PbsDriver<R> {
    fn observe(&mut self, scope: &Scope, now: Timestamp) -> TargetFacts {
        told::observed(&self.target.object, now, || self.look(scope, now))
    }

    fn act(&mut self, _: &Ticket, _: &Order<'_>) -> Result<Output, ActError> {
        Err(told::refused("Proxmox Backup Server"))
    }

    fn properties(&self) -> Properties {
        told::properties(
            "proxmox-backup-server",
            &self.target.object,
            Maturity::Schema,
        )
    }
}
