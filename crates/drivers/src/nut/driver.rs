//! The driver itself: three lists and a version.

use super::error::NutError;
use super::session::Session;
use super::variable;
use jiff::Timestamp;
use model::fact::{
    Completeness, Fact, FactKind, FactPath, NativeIdentity, Scope, Seen, TargetFacts,
};
use model::id::ObjectRef;
use model::kleene::Reason;
use model::lab::nut::NutUps;
use model::realm::RealmTag;
use model::run::Output;
use model::value::Value;
use plan::driver::{ActError, Driver, Maturity, Order, Properties, Ticket};
use reading::told::{self, Told};
use std::collections::{BTreeMap, BTreeSet};
use std::marker::PhantomData;
use std::net::IpAddr;
use std::time::Duration;

const KIND: FactKind = FactKind::Nut;
/// upsd answers from memory; what takes longer hangs.
const PATIENCE: Duration = Duration::from_secs(10);
/// Longest version that is kept.
const VERSION: usize = 200;
/// So many UPSs are named to who asked for another one.
const NAMED: usize = 8;

/// All that the driver can tell.
pub fn scope() -> Scope {
    let mut scope = Scope::default();
    scope.collections.insert(KIND);
    scope
}

/// Who answers where a UPS is asked for. upsd proves nothing of itself, so that it is only where it was asked.
pub fn identity(ups: &NutUps) -> NativeIdentity {
    NativeIdentity {
        machine_id: format!("nut:{ups}"),
        host_key: "none".to_owned(),
        realm_marker: None,
    }
}

/// A UPS of realm `R`, by the upsd that watches it.
#[derive(Debug)]
pub struct NutDriver<R: RealmTag> {
    realm: PhantomData<R>,
    target: ObjectRef,
    ups: NutUps,
    patience: Duration,
}

impl<R: RealmTag> NutDriver<R> {
    /// A driver that only reads.
    pub fn new(_: &R, target: ObjectRef, ups: NutUps) -> Self {
        Self {
            realm: PhantomData,
            target,
            ups,
            patience: PATIENCE,
        }
    }

    /// The same with another time for all of a look.
    #[must_use]
    pub fn with_patience(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    fn look(&self) -> Result<Told, NutError> {
        let mut session = Session::open(&self.ups, self.patience)?;
        let found = self.ask(&mut session);
        session.close();
        let Found { facts, doubt } = found?;
        let whole = match doubt {
            None => Completeness::Yes("upsd, LIST VAR and LIST CLIENT".to_owned()),
            Some(why) => Completeness::No(why),
        };
        Ok(Told {
            identity: identity(&self.ups),
            facts,
            collections: BTreeMap::from([(KIND, whole)]),
            errors: Vec::new(),
        })
    }

    fn ask(&self, session: &mut Session) -> Result<Found, NutError> {
        let mut found = Found::default();
        self.listed(session, &mut found)?;
        match session.list(&format!("VAR {}", self.ups.name)) {
            Ok(items) => variables(session, items, &mut found)?,
            Err(why) => found.silent(why)?,
        }
        match session.list(&format!("CLIENT {}", self.ups.name)) {
            Ok(items) => clients(session, items, &mut found)?,
            Err(why) => found.silent(why)?,
        }
        match session.one("VER") {
            Ok(version) => {
                let version: String = version.chars().take(VERSION).collect();
                found.add("upsd", Value::map([("version", version)]), "VER");
            }
            Err(NutError::Refused { .. }) => {}
            Err(other) => return Err(other),
        }
        Ok(found)
    }

    /// Which UPSs it has: this one must be among them.
    fn listed(&self, session: &mut Session, found: &mut Found) -> Result<(), NutError> {
        let mut names = BTreeSet::new();
        for item in session.list("UPS")? {
            let Some(name) = item.first().filter(|n| is_name(n)) else {
                return Err(session.garbage("LIST UPS names none"));
            };
            names.insert(name.clone());
        }
        if !names.remove(&self.ups.name) {
            let some: Vec<&str> = names.iter().take(NAMED).map(String::as_str).collect();
            let there = match some.is_empty() {
                true => "it has none".to_owned(),
                false => format!("it has {}", some.join(", ")),
            };
            return Err(NutError::NoSuchUps {
                server: self.ups.server(),
                name: self.ups.name.clone(),
                there,
            });
        }
        for name in names {
            found.add(&format!("other/{name}"), Value::Bool(true), "LIST UPS");
        }
        Ok(())
    }
}

/// A name that ups.conf(5) can have.
fn is_name(name: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    !name.is_empty() && name.len() <= 63 && name.chars().all(plain)
}

fn variables(
    session: &Session,
    items: Vec<Vec<String>>,
    found: &mut Found,
) -> Result<(), NutError> {
    let mut all = BTreeMap::new();
    for item in &items {
        let [name, value] = item.as_slice() else {
            return Err(session.garbage(&format!("VAR {}", item.join(" "))));
        };
        if all.insert(name.as_str(), value.as_str()).is_some() {
            return Err(session.garbage(&format!("{name} is told twice")));
        }
    }
    let told = variable::read(all);
    for (group, fields) in told.groups {
        found.add(group, Value::Map(fields), "LIST VAR");
    }
    if !told.wrong.is_empty() {
        let wrong = told.wrong.join(", ");
        found.doubt(format!("not understood: the value of {wrong}"));
    }
    Ok(())
}

fn clients(session: &Session, items: Vec<Vec<String>>, found: &mut Found) -> Result<(), NutError> {
    for item in &items {
        let [address] = item.as_slice() else {
            return Err(session.garbage(&format!("CLIENT {}", item.join(" "))));
        };
        // The scope of a link-local address is the server's own.
        let plain = address.split('%').next().unwrap_or(address);
        let Ok(address) = plain.parse::<IpAddr>() else {
            return Err(session.garbage(&format!("client {address} is no address")));
        };
        let key = format!("client/{}", address.to_canonical());
        found.add(&key, Value::Bool(true), "LIST CLIENT");
    }
    Ok(())
}

#[derive(Debug, Default)]
struct Found {
    facts: BTreeMap<FactPath, Fact>,
    /// Why not all is known.
    doubt: Option<Reason>,
}

impl Found {
    fn add(&mut self, key: &str, value: Value, source: &str) {
        let fact = Fact {
            seen: Seen::Present(value),
            source: format!("upsd, {source}"),
        };
        self.facts.insert(FactPath::new(KIND, key), fact);
    }

    /// What is once in doubt stays so, for its first reason.
    fn doubt(&mut self, why: String) {
        self.doubt.get_or_insert_with(|| Reason::new(why));
    }

    /// A list that upsd refuses leaves the others as they are; a conversation that broke tells nothing at all.
    fn silent(&mut self, why: NutError) -> Result<(), NutError> {
        match why {
            NutError::Refused { .. } => {
                self.doubt(why.to_string());
                Ok(())
            }
            other => Err(other),
        }
    }
}

impl<R: RealmTag> Driver<R> for NutDriver<R> {
    fn observe(&mut self, _: &Scope, now: Timestamp) -> TargetFacts {
        told::observed(&self.target, now, || self.look())
    }

    fn act(&mut self, _: &Ticket, _: &Order<'_>) -> Result<Output, ActError> {
        Err(told::refused("NUT"))
    }

    fn properties(&self) -> Properties {
        told::properties("nut", &self.target, Maturity::Real)
    }
}
