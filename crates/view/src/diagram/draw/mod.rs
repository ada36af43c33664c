//! From the lab to a drawing: one file per view. What is unknown is drawn as unknown.

pub(crate) mod dependencies;
pub(crate) mod flows;
pub(crate) mod fold;
pub(crate) mod l2;
pub(crate) mod l3;
pub(crate) mod power;
pub(crate) mod rack;
pub(crate) mod storage;

use super::model::{Hue, Sure};
use model::declare::{Known, Opt, OptExt as _};
use model::id::Kind;
use model::lab::Lab;
use std::collections::BTreeMap;
use std::fmt::Display;

/// A value as it is written in a drawing: `?` where somebody wrote that it is unknown, a tilde before what is assumed.
pub(crate) fn said<T: Display>(value: &Opt<T>) -> Option<String> {
    let given = value.as_ref()?;
    Some(match &given.known {
        Known::Declared(value) | Known::Measured { value, .. } => value.to_string(),
        Known::Assumed { value, .. } => format!("~{value}"),
        Known::Unknown { .. } => "?".to_owned(),
    })
}

/// How sure a value is.
pub(crate) fn sure<T>(value: &Opt<T>) -> Sure {
    match value.as_ref().map(|g| &g.known) {
        Some(Known::Declared(_) | Known::Measured { .. }) => Sure::Known,
        Some(Known::Assumed { .. }) => Sure::Assumed,
        Some(Known::Unknown { .. }) | None => Sure::Unknown,
    }
}

/// What there is of some parts, with dots between.
pub(crate) fn dotted<S: AsRef<str>>(parts: impl IntoIterator<Item = Option<S>>) -> String {
    let parts: Vec<S> = parts.into_iter().flatten().collect();
    let texts: Vec<&str> = parts
        .iter()
        .map(AsRef::as_ref)
        .filter(|t| !t.is_empty())
        .collect();
    texts.join(" · ")
}

/// `1 guest`, `3 guests`.
pub(crate) fn count(n: usize, one: &str, many: &str) -> String {
    format!("{n} {}", if n == 1 { one } else { many })
}

/// The colour of each zone, the best protected first; what nobody trusts is red.
pub(crate) fn zone_hues(lab: &Lab) -> BTreeMap<&str, Hue> {
    let mut zones: Vec<(usize, &str)> = lab
        .zones
        .iter()
        .map(|(name, zone)| (rank(zone), name.as_str()))
        .collect();
    zones.sort_unstable();
    let colour = |(n, (rank, name)): (usize, (usize, &'_ str))| {
        let hue = if rank == UNTRUSTED {
            Hue::Red
        } else {
            Hue::nth(n)
        };
        (name.to_owned(), hue)
    };
    let hues: BTreeMap<String, Hue> = zones.into_iter().enumerate().map(colour).collect();
    lab.zones
        .keys()
        .filter_map(|z| Some((z.as_str(), *hues.get(z)?)))
        .collect()
}

/// The rank of what nobody trusts.
const UNTRUSTED: usize = 5;

/// Where a zone stands among the others: what is protected best comes first.
pub(crate) fn rank(zone: &model::lab::network::Zone) -> usize {
    use model::lab::network::Trust;
    match zone.trust.known() {
        Some(Trust::Critical) => 0,
        Some(Trust::High) => 1,
        Some(Trust::Medium) => 2,
        Some(Trust::Low) => 3,
        Some(Trust::Isolated) => 4,
        Some(Trust::Untrusted) => UNTRUSTED,
        None => 6,
    }
}

/// `host/nas`.
pub(crate) fn reference(kind: Kind, name: &str) -> String {
    format!("{}/{name}", kind.word())
}
