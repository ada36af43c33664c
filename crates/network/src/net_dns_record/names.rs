//! Names as a zone has them: `@` for its own, and all others without it.

use diag::Span;
use model::declare::OptExt as _;
use model::lab::Lab;
use model::lab::network::{DnsRecord, DnsZone, RecordType};

/// A record of which the name, the type and the value are known.
pub(super) struct Entry<'a> {
    /// Whose record it is, within the zone.
    pub owner: String,
    pub kind: RecordType,
    pub value: &'a str,
    pub record: &'a DnsRecord,
}

impl Entry<'_> {
    /// The record says the same as another one, but for its time.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        let value = match self.kind {
            // Texts are as they are written.
            RecordType::Txt | RecordType::Caa => self.value == other.value,
            _ => self.value.eq_ignore_ascii_case(other.value),
        };
        value && self.owner == other.owner && self.kind == other.kind
    }

    pub(super) fn span(&self) -> Span {
        let name = self.record.name.as_ref();
        name.map_or(self.record.span, |n| n.span)
    }

    pub(super) fn value_span(&self) -> Span {
        let value = self.record.value.as_ref();
        value.map_or(self.record.span, |v| v.span)
    }
}

/// The records of a zone, by the names that are meant.
pub(super) fn entries<'a>(zone: &str, of: &'a DnsZone) -> Vec<Entry<'a>> {
    let one = |record: &'a DnsRecord| {
        let name = record.name.known()?;
        let owner = match within(zone, name) {
            Some(short) => short,
            None if name.ends_with('.') => return None,
            None => name.to_lowercase(),
        };
        Some(Entry {
            owner,
            kind: *record.r#type.known()?,
            value: record.value.known()?,
            record,
        })
    };
    of.records.iter().filter_map(one).collect()
}

/// What is left of a full name without its zone; `None` for another zone's, and for one that is none.
pub(super) fn within(zone: &str, name: &str) -> Option<String> {
    let name = name.trim_end_matches('.').to_lowercase();
    let zone = zone.trim_end_matches('.').to_lowercase();
    let rest = name.strip_suffix(&zone)?;
    match rest.strip_suffix('.') {
        Some(short) if !short.is_empty() => Some(short.to_owned()),
        None if rest.is_empty() => Some("@".to_owned()),
        _ => None,
    }
}

/// The name of the zone that a value leads to. One with dots that is not the zone's is read as a name elsewhere, unless the zone has it.
pub(super) fn target(zone: &str, value: &str, all: &[Entry<'_>]) -> Option<String> {
    if let Some(short) = within(zone, value) {
        return Some(short);
    }
    let name = value.to_lowercase();
    let own = !name.contains('.') || all.iter().any(|e| e.owner == name);
    own.then_some(name)
}

/// The zone answers for this name.
pub(super) fn is_there(name: &str, all: &[Entry<'_>]) -> bool {
    let named = |e: &Entry<'_>| e.owner == name || covers(&e.owner, name);
    name == "@" || all.iter().any(named)
}

/// A wildcard, and a name below its place.
fn covers(wildcard: &str, name: &str) -> bool {
    match wildcard.strip_prefix('*') {
        Some("") => true,
        Some(below) => name.len() > below.len() && name.ends_with(below),
        None => false,
    }
}

/// The name is another server's to answer: a part of the zone that is given away or declared by itself, or a machine whose network has
/// its names in this zone.
pub(super) fn is_elsewhere(lab: &Lab, zone: &str, name: &str, all: &[Entry<'_>]) -> bool {
    let below = |part: &str| {
        let rest = name.strip_suffix(part);
        rest.is_some_and(|r| r.is_empty() || r.ends_with('.'))
    };
    let mut given = all
        .iter()
        .filter(|e| e.kind == RecordType::Ns && e.owner != "@");
    let mut zones = lab.dns.keys().filter_map(|other| within(zone, other));
    given.any(|e| below(&e.owner)) || zones.any(|part| below(&part)) || is_stood(lab, zone, name)
}

/// A machine of this name stands in a network with the domain.
fn is_stood(lab: &Lab, zone: &str, name: &str) -> bool {
    let standing = graph::addresses::standing(lab);
    standing.iter().any(|(object, network)| {
        let of = lab.networks.get(*network);
        let domain = of.and_then(|n| n.about.domain.known());
        let same = domain.is_some_and(|d| d.0.eq_ignore_ascii_case(zone));
        same && object.name.eq_ignore_ascii_case(name)
    })
}
