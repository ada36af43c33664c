//! Where the values of records lead: to nothing, to an address instead of a name, to an alias, or to a name that has another address.

use super::RULE;
use super::names::{Entry, Target, Zone, Zones, reversed};
use core::net::IpAddr;
use diag::{Diagnostic, Severity};
use model::declare::OptExt as _;
use model::lab::network::{DnsKind, RecordType};
use std::collections::BTreeMap;

const ADDRESSES: [RecordType; 2] = [RecordType::A, RecordType::Aaaa];

/// "the MX record of '@' in DNS zone 'home.arpa'"
fn title(zone: &Zone<'_>, entry: &Entry<'_>) -> String {
    let (kind, owner) = (entry.kind.word(), &entry.owner);
    format!("the {kind} record of '{owner}' in DNS zone '{}'", zone.name)
}

/// An address where a name belongs: a server refuses it, or takes it for a name.
pub(super) fn address(zone: &Zone<'_>, entry: &Entry<'_>) -> Option<Diagnostic> {
    let text = entry.leads()?;
    let address: IpAddr = text.parse().ok()?;
    let kind = if address.is_ipv4() { "A" } else { "AAAA" };
    let d = RULE
        .finding(format!(
            "{} leads to {address}, and a name belongs there",
            title(zone, entry)
        ))
        .at(entry.value_span(), "an address");
    Some(match entry.kind {
        RecordType::Cname => d.help(format!("make it an {kind} record")),
        _ => d.help(format!(
            "give the address a name ({kind} record), and write that name here"
        )),
    })
}

/// A name that its zone does not have.
pub(super) fn nowhere(
    zones: &Zones<'_>,
    leased: &BTreeMap<String, &str>,
    zone: &Zone<'_>,
    entry: &Entry<'_>,
) -> Option<Diagnostic> {
    let target = zones.target(zone, entry.leads()?)?;
    let (there, name) = (target.zone, target.name.as_str());
    // The records are those that differ from what the server elsewhere says.
    let forwarded = there.declared.kind.known() == Some(&DnsKind::Forward);
    if forwarded || there.has(name) || there.is_elsewhere(name) {
        return None;
    }
    let leads = target.seen_from(zone.name);
    let (kind, span) = (there.declared.kind.known(), entry.value_span());
    let incomplete = there.declared.records.len() > there.entries.len();
    let domain = there.name.trim_end_matches('.').to_lowercase();
    let why = match (leased.get(&domain), kind) {
        (Some(network), _) => Some(format!(
            "network '{network}' hands out addresses, and its names are in this zone"
        )),
        (None, None) => {
            Some("whether the zone is answered from these records alone is not said".to_owned())
        }
        (None, Some(_)) if incomplete => Some("a record of the zone is not known".to_owned()),
        (None, Some(_)) => None,
    };
    let owner = &entry.owner;
    let is_alias = entry.kind == RecordType::Cname;
    let d = match why {
        Some(why) => RULE
            .unknown(match is_alias {
                true => format!("whether there is '{leads}', which '{owner}' in DNS zone '{}' is another name for", zone.name),
                false => format!("whether there is '{leads}', to which {} leads", title(zone, entry)),
            })
            .at(span, "not among the records")
            .note(why),
        None => RULE
            .with(Severity::Warning, match is_alias {
                true => format!("'{owner}' in DNS zone '{}' is another name for '{leads}', which is not there", zone.name),
                false => format!("{} leads to '{leads}', which is not there", title(zone, entry)),
            })
            .at(span, "not among the records")
            .note(format!(
                "records of zone '{}': {}, of '{name}': 0",
                there.name,
                there.entries.len()
            )),
    };
    Some(d.help(match kind {
        None => "add a record of that name, or correct the value; write 'kind: authoritative' where these are all records of the zone",
        Some(_) => "add a record of that name, or correct the value; the name of something outside of the zone ends in a dot",
    }))
}

/// Mail, name and other servers are led to by a name with an address of its own.
pub(super) fn alias(zones: &Zones<'_>, zone: &Zone<'_>, entry: &Entry<'_>) -> Option<Diagnostic> {
    if !matches!(
        entry.kind,
        RecordType::Mx | RecordType::Ns | RecordType::Srv
    ) {
        return None;
    }
    let target = zones.target(zone, entry.leads()?)?;
    let (there, name) = (target.zone, target.name.as_str());
    let leads = target.seen_from(zone.name);
    let other = there.of(name).find(|e| e.kind == RecordType::Cname);
    if let Some(other) = other {
        let d = RULE
            .finding(format!(
                "{} leads to '{leads}', which is another name for '{}'",
                title(zone, entry),
                other.value
            ))
            .at(entry.value_span(), "may be no alias")
            .and_at(other.span(), "an alias");
        return Some(d.help("write the name that has the address, or give this one the address instead of the CNAME"));
    }
    let own = there.of(name).next().is_some();
    let forwarded = there.declared.kind.known() == Some(&DnsKind::Forward);
    let incomplete = there.declared.records.len() > there.entries.len();
    let has = there.has_kind(name, &ADDRESSES);
    if !own || has || forwarded || incomplete || there.is_elsewhere(name) {
        return None;
    }
    let d = RULE
        .with(
            Severity::Warning,
            format!(
                "{} leads to '{leads}', which has no address",
                title(zone, entry)
            ),
        )
        .at(entry.value_span(), "has no A and no AAAA record")
        .note(format!(
            "records of '{leads}': {}, with an address: 0",
            there.of(name).count()
        ));
    Some(d.help("give that name its address, or correct the value"))
}

/// The name of an address has another one.
pub(super) fn another(zones: &Zones<'_>, zone: &Zone<'_>, entry: &Entry<'_>) -> Option<Diagnostic> {
    if entry.kind != RecordType::Ptr {
        return None;
    }
    let address = reversed(zone.name, &entry.owner)?;
    let target = zones.target(zone, entry.leads()?)?;
    let addresses = of_family(&target, address);
    let first = addresses.first()?;
    if addresses.iter().any(|e| e.means == address.to_string()) {
        return None;
    }
    let leads = target.seen_from(zone.name);
    let d = RULE
        .with(
            Severity::Warning,
            format!(
                "{address} is called '{leads}' by DNS zone '{}', and that name has the address {}",
                zone.name, first.means
            ),
        )
        .at(entry.value_span(), format!("the name of {address}"))
        .and_at(first.value_span(), "another address")
        .note(format!(
            "addresses of '{leads}': {}, this one among them: 0",
            addresses.len()
        ));
    Some(d.help("correct the record that was left behind: this one, or that of the name"))
}

/// The addresses of a name, of the version of another one.
fn of_family<'z, 'a>(target: &Target<'z, 'a>, address: IpAddr) -> Vec<&'z Entry<'a>> {
    let kind = match address {
        IpAddr::V4(_) => RecordType::A,
        IpAddr::V6(_) => RecordType::Aaaa,
    };
    let all = target.zone.of(&target.name);
    all.filter(|e| e.kind == kind).collect()
}
