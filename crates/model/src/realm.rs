//! Realms: the world that a thing belongs to.
//!
//! The realm is a value in everything persisted ([`Realm`]) and a *type parameter* of everything that can act
//! ([`RealmTag`]): a plan of the real lab cannot be handed to drivers of a twin, because the program does not compile.

use serde::{Deserialize, Serialize};
use std::fmt;

/// The world that a record, plan or target belongs to; printed as `real` or `twin:NAME`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Realm {
    /// The lab itself.
    Real,
    /// A miniature of it, by name.
    Twin(String),
}

impl Realm {
    /// Reads `real` or `twin:NAME`; a bare `twin` means `twin:default`.
    pub fn parse(text: &str) -> Option<Self> {
        let ok = |n: &str| {
            !n.is_empty()
                && n.len() <= 32
                && n.bytes()
                    .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        };
        match text {
            "real" => Some(Realm::Real),
            "twin" => Some(Realm::Twin("default".to_owned())),
            _ => text
                .strip_prefix("twin:")
                .filter(|n| ok(n))
                .map(|n| Realm::Twin(n.to_owned())),
        }
    }
}

impl fmt::Display for Realm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Realm::Real => f.write_str("real"),
            Realm::Twin(name) => write!(f, "twin:{name}"),
        }
    }
}

impl Serialize for Realm {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Realm {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let text = String::deserialize(d)?;
        Self::parse(&text).ok_or_else(|| {
            serde::de::Error::custom(format!("'{text}' is not a realm (real, twin:NAME)"))
        })
    }
}

mod sealed {
    pub trait Sealed {}
}

/// A realm as a type. Sealed: [`Real`] and [`Twin`] are the only ones.
pub trait RealmTag: sealed::Sealed + Clone + fmt::Debug + Send + Sync + 'static {
    /// The realm as a value.
    fn realm(&self) -> Realm;

    /// The real lab's own tag, which opens what a twin must not see: its secrets. A twin has none.
    fn real(&self) -> Option<Real>;
}

/// The real lab, as a type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Real;

/// One twin, as a type; which one is in the value and compared when parts are brought together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Twin {
    name: String,
}

impl Twin {
    /// The twin of this name.
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into() }
    }
}

impl sealed::Sealed for Real {}
impl sealed::Sealed for Twin {}

impl RealmTag for Real {
    fn realm(&self) -> Realm {
        Realm::Real
    }

    fn real(&self) -> Option<Real> {
        Some(*self)
    }
}

impl RealmTag for Twin {
    fn realm(&self) -> Realm {
        Realm::Twin(self.name.clone())
    }

    fn real(&self) -> Option<Real> {
        None
    }
}

/// A value bound to a realm's type; made only by [`InRealm::bind`], which compares names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InRealm<R, T> {
    tag: R,
    value: T,
}

/// Things that say which realm they belong to.
pub trait HasRealm {
    /// The realm written in the value.
    fn realm(&self) -> &Realm;
}

/// A value of one realm was offered to another.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("belongs to realm {found}, not {wanted}")]
pub struct RealmMismatch {
    /// The realm that was asked for.
    pub wanted: Realm,
    /// The realm that the value belongs to.
    pub found: Realm,
}

impl<R: RealmTag, T: HasRealm> InRealm<R, T> {
    /// Binds `value` to `tag` if the value says it belongs there.
    ///
    /// # Errors
    /// [`RealmMismatch`] if it belongs elsewhere.
    pub fn bind(tag: R, value: T) -> Result<Self, RealmMismatch> {
        if *value.realm() == tag.realm() {
            Ok(Self { tag, value })
        } else {
            Err(RealmMismatch {
                wanted: tag.realm(),
                found: value.realm().clone(),
            })
        }
    }

    /// The realm's tag.
    pub fn tag(&self) -> &R {
        &self.tag
    }

    /// The value.
    pub fn get(&self) -> &T {
        &self.value
    }

    /// The value, unbound.
    pub fn into_inner(self) -> T {
        self.value
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn realms_read_back_what_they_print() {
        for text in ["real", "twin:default", "twin:try-2"] {
            assert_eq!(
                Realm::parse(text).map(|r| r.to_string()),
                Some(text.to_owned())
            );
        }
        for text in ["", "Real", "twin:", "twin:A", "twin:../x", "prod"] {
            assert_eq!(Realm::parse(text), None, "{text}");
        }
    }
}
