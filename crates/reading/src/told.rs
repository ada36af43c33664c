//! What the drivers have in common that only read: an observation with its time, and the answer to whoever wants something changed.

use jiff::Timestamp;
use model::fact::{Completeness, Fact, FactKind, FactPath, NativeIdentity, TargetFacts};
use model::id::ObjectRef;
use model::secret::{Secret, SecretRef};
use plan::driver::{ActError, Maturity, Properties, Refusal};
use std::collections::BTreeMap;
use std::fmt::Display;
use std::time::Instant;

/// Obtains a secret on the controller; the message on failure must not hold any part of it.
pub type SecretSource = Box<dyn Fn(&SecretRef) -> Result<Secret, String> + Send>;

/// Who answered, and what was told.
pub struct Told {
    /// Who answered.
    pub identity: NativeIdentity,
    /// What is known.
    pub facts: BTreeMap<FactPath, Fact>,
    /// Which kinds are whole.
    pub collections: BTreeMap<FactKind, Completeness>,
    /// What went wrong beside that.
    pub errors: Vec<String>,
}

/// An observation of a target, which takes as long as `look` does; where that fails, everything is unknown.
pub fn observed<E: Display>(
    target: &ObjectRef,
    now: Timestamp,
    look: impl FnOnce() -> Result<Told, E>,
) -> TargetFacts {
    let begun = Instant::now();
    let mut facts = match look() {
        Err(why) => TargetFacts::unreachable(target.clone(), now, why.to_string()),
        Ok(told) => TargetFacts {
            target: target.clone(),
            at: now,
            took_ms: 0,
            identity: Some(told.identity),
            facts: told.facts,
            collections: told.collections,
            errors: told.errors,
            readings: BTreeMap::new(),
        },
    };
    facts.took_ms = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
    facts
}

/// The refusal of every action.
pub fn refused(driver: &str) -> ActError {
    let why = format!("the {driver} driver only reads");
    ActError::Refused(Refusal::Unsupported(why))
}

/// What such a driver says of itself.
pub fn properties(name: &str, target: &ObjectRef, maturity: Maturity) -> Properties {
    Properties {
        name: name.to_owned(),
        target: target.clone(),
        maturity,
        holds_revert: false,
    }
}
