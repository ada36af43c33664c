//! The driver itself: obtains the password, logs in, asks, and says what it was told.

use crate::observe::observe;
use crate::target::{OpenWrtTarget, address, identity};
use crate::ubus::Ubus;
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
    let kinds = FactKind::ALL.iter().filter(|k| k.is_openwrt());
    scope.collections.extend(kinds);
    scope
}

/// An OpenWrt router of realm `R`.
pub struct OpenWrtDriver<R: RealmTag> {
    realm: PhantomData<R>,
    target: OpenWrtTarget,
    secrets: SecretSource,
    limits: Limits,
}

impl<R: RealmTag> OpenWrtDriver<R> {
    /// A driver that only reads.
    pub fn new(_: &R, target: OpenWrtTarget, secrets: SecretSource, limits: Limits) -> Self {
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
        let password = (self.secrets)(&self.target.password)
            .map_err(|why| setup(format!("the password cannot be obtained: {why}")))?;
        let connection = Connection::new(address, &self.target.trust, self.limits)?;
        let ubus = Ubus::login(connection, &self.target.user, password)?;
        let found = observe(&ubus, scope);
        Ok(found.told(ubus.connection().met(), identity(url).machine_id))
    }
}

impl<R: RealmTag> Driver<R> for OpenWrtDriver<R> {
    fn observe(&mut self, scope: &Scope, now: Timestamp) -> TargetFacts {
        told::observed(&self.target.object, now, || self.look(scope))
    }

    fn act(&mut self, _: &Ticket, _: &Order<'_>) -> Result<Output, ActError> {
        Err(told::refused("OpenWrt"))
    }

    fn properties(&self) -> Properties {
        told::properties("openwrt", &self.target.object, Maturity::Schema)
    }
}
