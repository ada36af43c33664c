//! Names, references and minted ids.

use serde::{Deserialize, Serialize};
use std::fmt;

/// Kinds of declared objects, by the word used for them everywhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Named bundle of objectives.
    Tier,
    /// A place.
    Site,
    /// VLAN or subnet.
    Network,
    /// A physical or rented machine.
    Host,
    /// A named body of data.
    Dataset,
    /// Backup store.
    Repository,
    /// A backup schedule over datasets.
    Backup,
}

impl Kind {
    /// The word for this kind, as written in references (`host/web`).
    pub fn word(self) -> &'static str {
        match self {
            Kind::Tier => "tier",
            Kind::Site => "site",
            Kind::Network => "network",
            Kind::Host => "host",
            Kind::Dataset => "dataset",
            Kind::Repository => "repository",
            Kind::Backup => "backup",
        }
    }

    /// Three-letter prefix of minted ids.
    pub fn prefix(self) -> &'static str {
        match self {
            Kind::Tier => "tie",
            Kind::Site => "sit",
            Kind::Network => "net",
            Kind::Host => "hst",
            Kind::Dataset => "dat",
            Kind::Repository => "rep",
            Kind::Backup => "bak",
        }
    }
}

/// A reference to a declared object: `host/web`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectRef {
    /// What kind of thing.
    pub kind: Kind,
    /// Its name in the lab tree.
    pub name: String,
}

impl ObjectRef {
    /// A reference to `kind/name`.
    pub fn new(kind: Kind, name: impl Into<String>) -> Self {
        Self {
            kind,
            name: name.into(),
        }
    }

    /// Reads `kind/name`.
    pub fn parse(text: &str) -> Option<Self> {
        let (kind, name) = text.split_once('/')?;
        let all = [
            Kind::Tier,
            Kind::Site,
            Kind::Network,
            Kind::Host,
            Kind::Dataset,
            Kind::Repository,
            Kind::Backup,
        ];
        let kind = all.into_iter().find(|k| k.word() == kind)?;
        (!name.is_empty()).then(|| Self::new(kind, name))
    }
}

impl fmt::Display for ObjectRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.kind.word(), self.name)
    }
}

impl Serialize for ObjectRef {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for ObjectRef {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let text = String::deserialize(d)?;
        Self::parse(&text)
            .ok_or_else(|| serde::de::Error::custom(format!("'{text}' is not KIND/NAME")))
    }
}

macro_rules! text_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub String);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

text_id! {
    /// Minted identity of an object, e.g. `hst-8f3a…`; never reused, independent of its name.
    ObjectId
}
text_id! {
    /// Identity of one execution of a plan: `20261121T034500Z-1f9c` (UTC start and random suffix).
    RunId
}
text_id! {
    /// Identity of a step within its plan: `web/nft`, unique in the plan and stable for equal plans.
    StepId
}
text_id! {
    /// Identity of a controller installation: the fingerprint of its ledger key.
    ControllerId
}
text_id! {
    /// Identity of a promise: `ports-justified:host/web`.
    PromiseId
}
