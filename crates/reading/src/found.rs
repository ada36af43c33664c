//! Facts as they are gathered.

use crate::told::Told;
use crate::wire::Lax;
use model::fact::{Completeness, Fact, FactKind, FactPath, NativeIdentity, Scope, Seen};
use model::kleene::Reason;
use model::lab::api::Fingerprint;
use model::value::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Longest text of a value; what is longer is no name, no state and no address.
const TEXT: usize = 1_000;

/// What was found.
#[derive(Debug, Default)]
pub struct Found {
    how: &'static str,
    /// What is known.
    pub facts: BTreeMap<FactPath, Fact>,
    /// Which kinds are whole.
    pub collections: BTreeMap<FactKind, Completeness>,
    /// What went wrong beside that.
    pub errors: Vec<String>,
}

impl Found {
    /// Nothing yet. `how` is asked, `GET`, stands before each source.
    pub fn by(how: &'static str) -> Self {
        Self {
            how,
            ..Self::default()
        }
    }

    /// Adds what is there.
    pub fn add(
        &mut self,
        kind: FactKind,
        key: impl Into<String>,
        value: impl Into<Value>,
        source: &str,
    ) {
        self.put(kind, key, Seen::Present(value.into()), source);
    }

    /// Adds what was looked for.
    pub fn put(&mut self, kind: FactKind, key: impl Into<String>, seen: Seen, source: &str) {
        let source = format!("{} {source}", self.how);
        self.facts
            .insert(FactPath::new(kind, key), Fact { seen, source });
    }

    /// Says whether a kind is whole. What is once in doubt stays so.
    pub fn complete(&mut self, kind: FactKind, proof: Result<String, Reason>) {
        let new = match proof {
            Ok(proof) => Completeness::Yes(proof),
            Err(reason) => Completeness::No(reason),
        };
        match self.collections.get(&kind) {
            Some(Completeness::No(_)) => {}
            _ => drop(self.collections.insert(kind, new)),
        }
    }

    /// Says that some of a kind are missing.
    pub fn partial(&mut self, kind: FactKind, why: impl Into<String>) {
        self.complete(kind, Err(Reason::new(why)));
    }

    /// The same for what may be missing for this reason, if there is one.
    pub fn doubt(&mut self, kind: FactKind, why: Option<Reason>) {
        if let Some(why) = why {
            self.complete(kind, Err(why));
        }
    }

    /// All of it, as told by who has this certificate.
    pub fn told(self, met: Option<Fingerprint>, machine_id: String) -> Told {
        let host_key = met.map(|f| format!("SHA256:{f}"));
        Told {
            identity: NativeIdentity {
                machine_id,
                host_key: host_key.unwrap_or_else(|| "unknown".to_owned()),
                realm_marker: None,
            },
            facts: self.facts,
            collections: self.collections,
            errors: self.errors,
        }
    }

    /// Leaves out what nobody asked for.
    pub fn only(&mut self, asked: &BTreeSet<FactKind>, scope: &Scope) {
        self.collections
            .retain(|kind, _| scope.collections.contains(kind));
        self.facts.retain(|path, _| asked.contains(&path.kind));
    }
}

/// A map that has only what is known.
#[derive(Debug, Default)]
pub struct Fields(BTreeMap<String, Value>);

impl Fields {
    /// Adds a value, if it is known.
    pub fn set(mut self, name: &str, value: Option<impl Into<Value>>) -> Self {
        if let Some(value) = value.map(Into::into).filter(short) {
            self.0.insert(name.to_owned(), value);
        }
        self
    }

    /// Whether this one is known.
    pub fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    /// Adds a value that may have been something else.
    pub fn lax<T: Into<Value>>(self, name: &str, value: Lax<T>) -> Self {
        self.set(name, value.0)
    }
}

fn short(value: &Value) -> bool {
    value
        .as_text()
        .is_none_or(|t| t.len() <= TEXT && !t.chars().any(char::is_control))
}

impl From<Fields> for Value {
    fn from(fields: Fields) -> Self {
        Value::Map(fields.0)
    }
}
