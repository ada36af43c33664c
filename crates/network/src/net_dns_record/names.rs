//! Names as zones have them: `@` for a zone's own, and all others without it; and where the value of a record leads.

use core::net::IpAddr;
use diag::Span;
use model::declare::OptExt as _;
use model::lab::Lab;
use model::lab::network::{DnsRecord, DnsZone, RecordType};
use std::collections::{BTreeMap, BTreeSet};

/// A record of which the name, the type and the value are known.
pub(super) struct Entry<'a> {
    /// Whose record it is, within the zone.
    pub owner: String,
    pub kind: RecordType,
    pub value: &'a str,
    pub record: &'a DnsRecord,
    /// What the value says, however it is written.
    pub means: String,
}

impl<'a> Entry<'a> {
    /// The record says the same as another one, but for its time.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        self.owner == other.owner && self.kind == other.kind && self.means == other.means
    }

    pub(super) fn span(&self) -> Span {
        let name = self.record.name.as_ref();
        name.map_or(self.record.span, |n| n.span)
    }

    pub(super) fn value_span(&self) -> Span {
        let value = self.record.value.as_ref();
        value.map_or(self.record.span, |v| v.span)
    }

    /// The name in its value: numbers stand before it in some types (RFC 1035 3.3.9, RFC 2782). One of nothing but a dot is nobody's.
    pub(super) fn leads(&self) -> Option<&'a str> {
        let last = self.value.split_whitespace().next_back();
        match self.kind {
            RecordType::Cname | RecordType::Ns | RecordType::Ptr => Some(self.value.trim()),
            RecordType::Mx | RecordType::Srv => last.filter(|name| *name != "."),
            RecordType::A | RecordType::Aaaa | RecordType::Txt | RecordType::Caa => None,
        }
    }
}

/// A zone with what it answers.
pub(super) struct Zone<'a> {
    pub name: &'a str,
    pub declared: &'a DnsZone,
    pub entries: Vec<Entry<'a>>,
    /// The records of each name, by their place among all.
    owners: BTreeMap<String, Vec<usize>>,
    /// What stands behind the star of a wildcard.
    wildcards: Vec<String>,
    /// Parts that another server or another zone answers for.
    parts: Vec<String>,
    /// Machines of networks whose names are in this zone.
    standing: BTreeSet<String>,
}

/// Where a value leads.
pub(super) struct Target<'z, 'a> {
    pub zone: &'z Zone<'a>,
    /// Within that zone.
    pub name: String,
}

impl Target<'_, '_> {
    /// As it is said in the words of a zone.
    pub(super) fn seen_from(&self, zone: &str) -> String {
        match (self.zone.name == zone, self.name.as_str()) {
            (true, name) => name.to_owned(),
            (false, "@") => self.zone.name.to_owned(),
            (false, name) => format!("{name}.{}", self.zone.name.trim_end_matches('.')),
        }
    }
}

/// All zones of a lab, by their names without a dot at the end.
pub(super) struct Zones<'a>(BTreeMap<String, Zone<'a>>);

impl<'a> Zones<'a> {
    pub(super) fn of(lab: &'a Lab) -> Self {
        let standing = standing(lab);
        let zones = lab.dns.iter().map(|(name, declared)| {
            let key = plain(name);
            let standing = standing.get(&key).cloned().unwrap_or_default();
            (key, zone(name, declared, standing))
        });
        let mut out = Self(zones.collect());
        let names: Vec<String> = out.0.keys().cloned().collect();
        for part in &names {
            for (whole, short) in above(part) {
                if let Some(zone) = out.0.get_mut(whole) {
                    zone.parts.push(short.to_owned());
                }
            }
        }
        let means: Vec<Vec<String>> = out.0.values().map(|z| out.meanings(z)).collect();
        for (zone, means) in out.0.values_mut().zip(means) {
            for (entry, means) in zone.entries.iter_mut().zip(means) {
                entry.means = means;
            }
        }
        out
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Zone<'a>> {
        self.0.values()
    }

    /// The name of a zone of the lab that a value leads to. One with dots that is none of them is read as a name elsewhere, unless the zone
    /// has it.
    pub(super) fn target<'z>(&'z self, zone: &'z Zone<'a>, value: &str) -> Option<Target<'z, 'a>> {
        if let Some(name) = within(zone.name, value) {
            return Some(Target { zone, name });
        }
        let name = value.to_lowercase();
        if !name.contains('.') || zone.owners.contains_key(&name) {
            return Some(Target { zone, name });
        }
        let full = plain(value);
        if let Some(other) = self.0.get(&full) {
            let name = "@".to_owned();
            return Some(Target { zone: other, name });
        }
        above(&full).find_map(|(whole, short)| {
            let name = short.to_owned();
            let zone = self.0.get(whole)?;
            Some(Target { zone, name })
        })
    }

    fn meanings(&self, zone: &Zone<'a>) -> Vec<String> {
        let one = |e: &Entry<'a>| match e.kind {
            // Texts are as they are written.
            RecordType::Txt | RecordType::Caa => e.value.to_owned(),
            RecordType::A | RecordType::Aaaa => e
                .value
                .parse::<IpAddr>()
                .map_or_else(|_| e.value.to_owned(), |a| a.to_string()),
            _ => {
                let mut words: Vec<&str> = e.value.split_whitespace().collect();
                let name = words.pop().unwrap_or_default();
                let target = self.target(zone, name);
                let name = target.map_or_else(|| plain(name), |t| t.seen_from(""));
                words.push(&name);
                words.join(" ")
            }
        };
        zone.entries.iter().map(one).collect()
    }
}

/// The machines of networks with a domain, by it.
fn standing(lab: &Lab) -> BTreeMap<String, BTreeSet<String>> {
    let mut out: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (object, network) in graph::addresses::standing(lab) {
        let network = lab.networks.get(network);
        if let Some(domain) = network.and_then(|n| n.about.domain.known()) {
            let names = out.entry(plain(&domain.0)).or_default();
            names.insert(object.name.to_lowercase());
        }
    }
    out
}

fn zone<'a>(name: &'a str, declared: &'a DnsZone, standing: BTreeSet<String>) -> Zone<'a> {
    let entries = entries(name, declared);
    let mut owners: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (at, entry) in entries.iter().enumerate() {
        owners.entry(entry.owner.clone()).or_default().push(at);
    }
    let stars = owners.keys().filter_map(|o| o.strip_prefix('*'));
    let given = entries
        .iter()
        .filter(|e| e.kind == RecordType::Ns && e.owner != "@");
    Zone {
        name,
        declared,
        wildcards: stars.map(str::to_owned).collect(),
        parts: given.map(|e| e.owner.clone()).collect(),
        entries,
        owners,
        standing,
    }
}

/// The records of a zone, by the names that are meant.
fn entries<'a>(zone: &str, of: &'a DnsZone) -> Vec<Entry<'a>> {
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
            means: String::new(),
        })
    };
    of.records.iter().filter_map(one).collect()
}

/// Without the dot at its end, in small letters.
fn plain(name: &str) -> String {
    name.trim_end_matches('.').to_lowercase()
}

/// The domains that a name lies in, the nearest first, each with what is in front of it.
fn above(name: &str) -> impl Iterator<Item = (&str, &str)> {
    let dots = name.match_indices('.');
    dots.filter_map(|(at, _)| Some((name.get(at + 1..)?, name.get(..at)?)))
}

/// What is left of a full name without its zone; `None` for another zone's, and for one that is none.
pub(super) fn within(zone: &str, name: &str) -> Option<String> {
    let (name, zone) = (plain(name), plain(zone));
    let rest = name.strip_suffix(&zone)?;
    match rest.strip_suffix('.') {
        Some(short) if !short.is_empty() => Some(short.to_owned()),
        None if rest.is_empty() => Some("@".to_owned()),
        _ => None,
    }
}

impl<'a> Zone<'a> {
    /// The records of a name.
    pub(super) fn of(&self, name: &str) -> impl Iterator<Item = &Entry<'a>> {
        let places = self.owners.get(name).map_or(&[][..], Vec::as_slice);
        places.iter().filter_map(|at| self.entries.get(*at))
    }

    /// The zone answers for this name.
    pub(super) fn has(&self, name: &str) -> bool {
        name == "@" || self.owners.contains_key(name) || self.covers(name)
    }

    /// A wildcard is above the name.
    pub(super) fn covers(&self, name: &str) -> bool {
        let mut stars = self.wildcards.iter();
        stars.any(|below| match below.as_str() {
            "" => name != "@",
            below => name.len() > below.len() && name.ends_with(below),
        })
    }

    /// The name has a record of one of these types itself.
    pub(super) fn has_kind(&self, name: &str, kinds: &[RecordType]) -> bool {
        self.of(name).any(|e| kinds.contains(&e.kind))
    }

    /// The name is another server's to answer: a part of the zone that is given away or declared by itself, or a machine whose network has
    /// its names in this zone.
    pub(super) fn is_elsewhere(&self, name: &str) -> bool {
        let below = |part: &String| {
            let rest = name.strip_suffix(part.as_str());
            rest.is_some_and(|r| r.is_empty() || r.ends_with('.'))
        };
        self.parts.iter().any(below) || self.standing.contains(name)
    }
}

/// The address that a name of a reverse zone stands for (RFC 1035 3.5, RFC 3596 2.5).
pub(super) fn reversed(zone: &str, owner: &str) -> Option<IpAddr> {
    let full = plain(&format!("{owner}.{zone}"));
    if let Some(four) = full.strip_suffix(".in-addr.arpa") {
        let mut parts: Vec<&str> = four.split('.').collect();
        parts.reverse();
        return parts.join(".").parse().ok().filter(IpAddr::is_ipv4);
    }
    let mut digits: Vec<&str> = full.strip_suffix(".ip6.arpa")?.split('.').collect();
    digits.reverse();
    let whole = digits.len() == 32 && digits.iter().all(|d| d.len() == 1);
    let number = u128::from_str_radix(&digits.concat(), 16).ok()?;
    whole.then(|| IpAddr::V6(number.into()))
}

#[cfg(test)]
mod tests {
    use super::reversed;

    #[test]
    fn names_of_addresses() {
        let ula = "0.0.0.0.0.0.0.0.0.0.0.0.0.0.d.f.ip6.arpa";
        let five = "5.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0";
        for (zone, owner, expected) in [
            ("1.168.192.in-addr.arpa", "5", Some("192.168.1.5")),
            ("168.192.in-addr.arpa.", "5.1", Some("192.168.1.5")),
            ("1.168.192.in-addr.arpa", "nas", None),
            ("1.168.192.in-addr.arpa", "@", None),
            (ula, five, Some("fd00::5")),
            (ula, "5", None),
            ("home.arpa", "5", None),
        ] {
            let address = reversed(zone, owner).map(|a| a.to_string());
            assert_eq!(address.as_deref(), expected, "{owner} {zone}");
        }
    }
}
