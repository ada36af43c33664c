//! What pure code may look at.

use diag::{SourceSet, Span};
use jiff::Timestamp;
use model::fact::{Facts, TargetFacts};
use model::lab::{Host, Lab};
use std::collections::{BTreeMap, BTreeSet};

/// Things that Holdfast made or took over, per host: `file:/etc/x`, `key:anna/SHA256:…`, `nft:inet/holdfast`, `package:tree`.
pub type Owned = BTreeMap<String, BTreeSet<String>>;

/// Everything a decision may rest on; a read-only view.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    /// The declaration.
    pub lab: &'a Lab,
    /// The texts behind it, to say where something is written.
    pub sources: &'a SourceSet,
    /// What was observed.
    pub facts: &'a Facts,
    /// What is ours.
    pub owned: &'a Owned,
    /// The time of the decision.
    pub now: Timestamp,
}

impl<'a> Context<'a> {
    /// The hosts, and guests that are logged in to, that are declared *and* part of this observation.
    pub fn observed_hosts(&self) -> impl Iterator<Item = (&'a str, &'a Host, &'a TargetFacts)> {
        let facts = self.facts;
        self.lab
            .machines()
            .filter_map(move |(name, machine)| facts.targets.get(name).map(|f| (name, machine, f)))
    }

    /// `path:line:column` of a span.
    pub fn place(&self, span: Span) -> String {
        self.sources.place(span)
    }

    /// Whether a thing on a host is ours.
    pub fn owns(&self, host: &str, thing: &str) -> bool {
        self.owned
            .get(host)
            .is_some_and(|things| things.contains(thing))
    }

    /// Our things on a host whose name begins with `prefix`, without the prefix.
    pub fn owned_of(&self, host: &str, prefix: &str) -> Vec<&'a str> {
        let owned = self.owned;
        let things = owned.get(host).into_iter().flatten();
        things.filter_map(|t| t.strip_prefix(prefix)).collect()
    }
}
