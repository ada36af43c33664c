//! The driver itself: obtains the key, logs in, asks, and says what it was told.

use crate::observe::observe;
use crate::rpc::Rpc;
use crate::target::{TrueNasTarget, address, identity};
use jiff::Timestamp;
use model::fact::{FactKind, Scope, TargetFacts};
use model::realm::RealmTag;
use model::run::Output;
use plan::driver::{ActError, Driver, Maturity, Order, Properties, Ticket};
use reading::https::{ApiError, Connection, Limits};
use reading::told::{self, SecretSource, Told};
use std::marker::PhantomData;

/// All that the driver can tell.
pub fn scope() -> Scope {
    let mut scope = Scope::default();
    let own = FactKind::ALL.iter().filter(|k| k.is_truenas());
    scope.collections.extend(own);
    scope.collections.extend(FactKind::OF_APPLIANCES);
    scope
}

/// A TrueNAS appliance of realm `R`.
pub struct TrueNasDriver<R: RealmTag> {
    realm: PhantomData<R>,
    target: TrueNasTarget,
    secrets: SecretSource,
    limits: Limits,
}

impl<R: RealmTag> TrueNasDriver<R> {
    /// A driver that only reads.
    pub fn new(_: &R, target: TrueNasTarget, secrets: SecretSource, limits: Limits) -> Self {
        Self {
            realm: PhantomData,
            target,
            secrets,
            limits,
        }
    }

    fn look(&self, scope: &Scope) -> Result<Told, ApiError> {
        let url = &self.target.url;
        let setup = |why: String| ApiError::Setup(why);
        let address = address(url).ok_or_else(|| {
            setup(format!(
                "'{url}' is not https://HOST[:PORT]; TrueNAS revokes a key that comes by plain http"
            ))
        })?;
        let key = (self.secrets)(&self.target.key)
            .map_err(|why| setup(format!("the key cannot be obtained: {why}")))?;
        let connection = Connection::new(address, &self.target.trust, self.limits)?;
        let mut rpc = Rpc::login(connection, self.target.user.clone(), key)?;
        let found = observe(&mut rpc, scope);
        Ok(found.told(rpc.connection().met(), identity(url).machine_id))
    }
}

impl<R: RealmTag> Driver<R> for TrueNasDriver<R> {
    fn observe(&mut self, scope: &Scope, now: Timestamp) -> TargetFacts {
        told::observed(&self.target.object, now, || self.look(scope))
    }

    fn act(&mut self, _: &Ticket, _: &Order<'_>) -> Result<Output, ActError> {
        Err(told::refused("TrueNAS"))
    }

    fn properties(&self) -> Properties {
        told::properties("truenas", &self.target.object, Maturity::Schema)
    }
}
