//! The driver itself: obtains the secret, asks, and says what it was told.

use super::observe::{Observed, observe};
use crate::linux::SecretSource;
use crate::proxmox::client::{Limits, Product};
use crate::proxmox::error::ApiError;
use crate::proxmox::target::ApiTarget;
use jiff::Timestamp;
use model::fact::{FactKind, Scope, TargetFacts};
use model::realm::RealmTag;
use model::run::Output;
use plan::driver::{ActError, Driver, Maturity, Order, Properties, Refusal, Ticket};
use std::collections::BTreeMap;
use std::marker::PhantomData;
use std::time::Instant;

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

    fn look(&self, scope: &Scope, now: Timestamp) -> Result<Observed, ApiError> {
        let client = self
            .target
            .client(Product::Backup, &self.secrets, self.limits)?;
        observe(&client, scope, now.as_second())
    }
}

impl<R: RealmTag> Driver<R> for PbsDriver<R> {
    fn observe(&mut self, scope: &Scope, now: Timestamp) -> TargetFacts {
        let begun = Instant::now();
        let target = self.target.object.clone();
        let mut facts = match self.look(scope, now) {
            Err(why) => TargetFacts::unreachable(target, now, why.to_string()),
            Ok(Observed { identity, found }) => TargetFacts {
                target,
                at: now,
                took_ms: 0,
                identity: Some(identity),
                facts: found.facts,
                collections: found.collections,
                errors: found.errors,
                readings: BTreeMap::new(),
            },
        };
        facts.took_ms = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
        facts
    }

    fn act(&mut self, _: &Ticket, _: &Order<'_>) -> Result<Output, ActError> {
        let why = "the Proxmox Backup Server driver only reads".to_owned();
        Err(ActError::Refused(Refusal::Unsupported(why)))
    }

    fn properties(&self) -> Properties {
        Properties {
            name: "proxmox-backup-server".to_owned(),
            target: self.target.object.clone(),
            maturity: Maturity::Schema,
            holds_revert: false,
        }
    }
}
