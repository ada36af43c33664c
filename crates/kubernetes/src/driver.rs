//! The driver itself: obtains the token, asks, and says what it was told.

use crate::client::Client;
use crate::observe::observe;
use crate::target::{KubernetesTarget, address};
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
    let kinds = FactKind::ALL.iter().filter(|k| k.is_kube());
    scope.collections.extend(kinds);
    scope
}

/// A Kubernetes cluster of realm `R`.
pub struct KubernetesDriver<R: RealmTag> {
    realm: PhantomData<R>,
    target: KubernetesTarget,
    secrets: SecretSource,
    limits: Limits,
}

impl<R: RealmTag> KubernetesDriver<R> {
    /// A driver that only reads.
    pub fn new(_: &R, target: KubernetesTarget, secrets: SecretSource, limits: Limits) -> Self {
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
        let address =
            address(url).ok_or_else(|| setup(format!("'{url}' is not https://HOST[:PORT]")))?;
        let token = (self.secrets)(&self.target.token)
            .map_err(|why| setup(format!("the token cannot be obtained: {why}")))?;
        let shown = address.shown();
        let connection = Connection::new(address, &self.target.trust, self.limits)?;
        let client = Client::new(connection, token)?;
        let (found, uid) = observe(&client, scope)?;
        // The namespace that every cluster begins with has a number that no other cluster's has.
        let identity = format!("kubernetes:{}", uid.unwrap_or(shown));
        Ok(found.told(client.connection().met(), identity))
    }
}

impl<R: RealmTag> Driver<R> for KubernetesDriver<R> {
    fn observe(&mut self, scope: &Scope, now: Timestamp) -> TargetFacts {
        told::observed(&self.target.object, now, || self.look(scope))
    }

    fn act(&mut self, _: &Ticket, _: &Order<'_>) -> Result<Output, ActError> {
        Err(told::refused("Kubernetes"))
    }

    fn properties(&self) -> Properties {
        told::properties("kubernetes", &self.target.object, Maturity::Schema)
    }
}
