//! The driver itself: obtains the secret, asks, and says what it was told.

use super::observe::observe;
use crate::client::{Client, Product};
use crate::target::ApiTarget;
use jiff::Timestamp;
use model::fact::{FactKind, Scope, TargetFacts};
use model::lab::api::Fingerprint;
use model::realm::RealmTag;
use model::run::Output;
use model::secret::{Redactor, Secret};
use plan::driver::{ActError, Driver, Maturity, Order, Properties, Ticket};
use reading::https::ApiError;
use reading::https::Limits;
use reading::https::Trust;
use reading::told::SecretSource;
use reading::told::{self, Told};
use std::marker::PhantomData;

/// Whose certificate answers at `https://HOST[:PORT]`: for a person to compare. Nobody is trusted, and nothing is sent.
///
/// # Errors
/// Nobody answers there.
pub fn meet(url: &str) -> Result<Fingerprint, ApiError> {
    let nobody = Trust::Fingerprint(Fingerprint([0; 32]));
    let client = Client::new(
        Product::Ve,
        url,
        "",
        Secret::new(String::new()),
        &nobody,
        Limits::default(),
    )?;
    let answer = client.get("/version");
    match (client.met(), answer) {
        (Some(met), _) => Ok(met),
        (None, Err(why)) => Err(why),
        (None, Ok(_)) => Err(ApiError::Setup("it has no certificate".to_owned())),
    }
}

/// All that the driver can tell.
pub fn scope() -> Scope {
    let mut scope = Scope::default();
    scope
        .collections
        .extend(FactKind::ALL.iter().filter(|k| k.is_pve()));
    scope
}

/// A Proxmox VE cluster or node of realm `R`, by its API.
pub struct PveDriver<R: RealmTag> {
    realm: PhantomData<R>,
    target: ApiTarget,
    secrets: SecretSource,
    redactor: Redactor,
    limits: Limits,
}

impl<R: RealmTag> PveDriver<R> {
    /// A driver that only reads. What it is told of free text is hidden by `redactor`.
    pub fn new(
        _: &R,
        target: ApiTarget,
        secrets: SecretSource,
        redactor: Redactor,
        limits: Limits,
    ) -> Self {
        Self {
            realm: PhantomData,
            target,
            secrets,
            redactor,
            limits,
        }
    }

    fn look(&self, scope: &Scope, now: Timestamp) -> Result<Told, ApiError> {
        let client = self
            .target
            .client(Product::Ve, &self.secrets, self.limits)?;
        observe(&client, scope, &self.redactor, now.as_second())
    }
}

impl<R: RealmTag> Driver<R> for PveDriver<R> {
    fn observe(&mut self, scope: &Scope, now: Timestamp) -> TargetFacts {
        told::observed(&self.target.object, now, || self.look(scope, now))
    }

    fn act(&mut self, _: &Ticket, _: &Order<'_>) -> Result<Output, ActError> {
        Err(told::refused("Proxmox VE"))
    }

    fn properties(&self) -> Properties {
        told::properties("proxmox-ve", &self.target.object, Maturity::Schema)
    }
}
