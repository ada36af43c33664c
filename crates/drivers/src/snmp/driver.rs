//! The driver itself: four readings of one agent, each of which may fail by itself.

use super::agent::Agent;
use super::error::SnmpError;
use super::target::{Login, SnmpTarget};
use super::{neighbours, ports, system, vlans};
use jiff::Timestamp;
use model::fact::{
    Completeness, Fact, FactKind, FactPath, NativeIdentity, Scope, Seen, TargetFacts,
};
use model::kleene::Reason;
use model::lab::snmp::SnmpAgent;
use model::realm::RealmTag;
use model::run::Output;
use model::secret::SecretRef;
use model::value::Value;
use plan::driver::{ActError, Driver, Maturity, Order, Properties, Ticket};
use reading::told::{self, SecretSource, Told};
use std::collections::BTreeMap;
use std::marker::PhantomData;
use std::time::Duration;

/// For all of a look. A switch with some hundred ports takes seconds.
const PATIENCE: Duration = Duration::from_secs(30);

/// All that the driver can tell.
pub fn scope() -> Scope {
    let mut scope = Scope::default();
    scope.collections.extend(FactKind::OF_DEVICES);
    scope
}

/// Who answers where an agent is asked for. An agent has no key of its own: who knows the passphrases is whoever they were given to.
pub fn identity(at: &SnmpAgent) -> NativeIdentity {
    NativeIdentity {
        machine_id: format!("snmp:{at}"),
        host_key: "none".to_owned(),
        realm_marker: None,
    }
}

/// A device of realm `R`, by its SNMP agent.
pub struct SnmpDriver<R: RealmTag> {
    realm: PhantomData<R>,
    target: SnmpTarget,
    secrets: SecretSource,
    patience: Duration,
}

impl<R: RealmTag> SnmpDriver<R> {
    /// A driver that only reads.
    pub fn new(_: &R, target: SnmpTarget, secrets: SecretSource) -> Self {
        Self {
            realm: PhantomData,
            target,
            secrets,
            patience: PATIENCE,
        }
    }

    /// The same with another time for all of a look.
    #[must_use]
    pub fn with_patience(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    fn login(&self) -> Result<Login, SnmpError> {
        let have = |what: &str, reference: &SecretRef| {
            (self.secrets)(reference).map_err(|why| {
                SnmpError::Setup(format!("the {what} of its agent cannot be obtained: {why}"))
            })
        };
        Ok(match &self.target.login {
            Login::Community(community) => Login::Community(have("community", community)?),
            Login::User {
                name,
                auth,
                privacy,
            } => Login::User {
                name: name.clone(),
                auth: (auth.0, have("passphrase", &auth.1)?),
                privacy: (privacy.0, have("passphrase", &privacy.1)?),
            },
        })
    }

    fn look(&self) -> Result<Told, SnmpError> {
        let login = self.login()?;
        let mut agent = Agent::open(&self.target.at, &login, self.patience)?;
        drop(login);
        let mut found = Found::default();
        let read = system::read(&mut agent, &mut found);
        found.broke(FactKind::Device, read);
        let ports = ports::read(&mut agent, &mut found);
        let ports = match ports {
            Ok(ports) => ports,
            Err(why) => {
                found.broke(FactKind::DevicePort, Err(why));
                ports::Ports::default()
            }
        };
        let read = vlans::read(&mut agent, &ports, &mut found);
        found.broke(FactKind::DeviceVlan, read);
        let read = neighbours::read(&mut agent, &ports, &mut found);
        found.broke(FactKind::DeviceNeighbour, read);
        Ok(Told {
            identity: identity(&self.target.at),
            facts: found.facts,
            collections: found.collections,
            errors: Vec::new(),
        })
    }
}

/// What was told so far.
#[derive(Debug, Default)]
pub(super) struct Found {
    facts: BTreeMap<FactPath, Fact>,
    collections: BTreeMap<FactKind, Completeness>,
}

impl Found {
    /// Keeps what is not empty.
    pub(super) fn add(
        &mut self,
        kind: FactKind,
        key: &str,
        fields: BTreeMap<String, Value>,
        source: &str,
    ) {
        if fields.is_empty() {
            return;
        }
        let fact = Fact {
            seen: Seen::Present(Value::Map(fields)),
            source: format!("SNMP, {source}"),
        };
        self.facts.insert(FactPath::new(kind, key), fact);
    }

    pub(super) fn whole(&mut self, kind: FactKind, by: &str) {
        let whole = Completeness::Yes(by.to_owned());
        self.collections.insert(kind, whole);
    }

    pub(super) fn partial(&mut self, kind: FactKind, why: String) {
        let partial = Completeness::No(Reason::new(why));
        self.collections.insert(kind, partial);
    }

    /// Of a table that went wrong on the way nothing is kept.
    fn broke(&mut self, kind: FactKind, read: Result<(), SnmpError>) {
        if let Err(why) = read {
            self.facts.retain(|path, _| path.kind != kind);
            self.partial(kind, why.to_string());
        }
    }
}

impl<R: RealmTag> Driver<R> for SnmpDriver<R> {
    fn observe(&mut self, _: &Scope, now: Timestamp) -> TargetFacts {
        told::observed(&self.target.object, now, || self.look())
    }

    fn act(&mut self, _: &Ticket, _: &Order<'_>) -> Result<Output, ActError> {
        Err(told::refused("SNMP"))
    }

    fn properties(&self) -> Properties {
        told::properties("snmp", &self.target.object, Maturity::Real)
    }
}
