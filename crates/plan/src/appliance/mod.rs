//! What a TrueNAS appliance tells against what is declared: its version and addresses, pools with their level and disks, datasets, and what it shares.
//!
//! How all that is doing is judged by rules. Nothing is planned from this.

mod dataset;
mod pool;
mod share;
mod ways;

use crate::difference::Telling;
use crate::interface::{By, Interface, all, compared, silence};
use crate::{Context, Difference, How};
use core::net::IpAddr;
use diag::Span;
use ipnet::IpNet;
use model::declare::OptExt as _;
use model::fact::{FactKind, FactPath, TargetFacts};
use model::id::{Kind, ObjectRef};
use model::lab::{Host, Lab};
use model::value::Value;
use std::collections::BTreeSet;

pub use ways::ways;

/// The differences of every appliance that was asked.
pub fn drift(ctx: &Context<'_>) -> Vec<Difference> {
    let asked = |by: &By<'_>| matches!(by, By::TrueNas(_));
    let mut out = compared(ctx, asked, |interface, facts, out| {
        Comparing {
            ctx,
            object: &interface.object,
            facts,
            out,
        }
        .run();
    });
    for interface in appliances(ctx) {
        let facts = ctx.facts.targets.get(&interface.key());
        let host = host(ctx.lab, &interface.object);
        if let Some((facts, host)) = facts.filter(|f| f.identity.is_some()).zip(host) {
            let telling = Telling::of(ctx, &interface.object, &mut out);
            crate::storage::disks(facts, host, telling);
        }
    }
    out
}

fn appliances<'a>(ctx: &Context<'a>) -> impl Iterator<Item = Interface<'a>> {
    let all = all(ctx.lab).into_iter();
    all.filter(|i| i.truenas().is_some())
}

/// What is said of an appliance as of a machine; of a guest that nobody logs in to, nothing is.
fn host<'a>(lab: &'a Lab, object: &ObjectRef) -> Option<&'a Host> {
    match object.kind {
        Kind::Host => lab.hosts.get(&object.name),
        _ => lab.inside.get(&object.name),
    }
}

struct Comparing<'a> {
    ctx: &'a Context<'a>,
    object: &'a ObjectRef,
    facts: &'a TargetFacts,
    out: Telling<'a>,
}

impl Comparing<'_> {
    fn run(&mut self) {
        let span = self.span();
        if let Some(seen) = silence(self.facts) {
            let said = "what it tells";
            return self.tell(FactKind::TrueNas, "*", How::Unknown, said, &seen, span);
        }
        for (kind, said) in [
            (FactKind::Pool, "no other pools"),
            (FactKind::TrueNasDataset, "no other datasets"),
            (FactKind::TrueNasShare, "no other shares"),
        ] {
            if let Some(why) = self.facts.gap(kind) {
                let seen = format!("unknown ({why})");
                self.tell(kind, "*", How::Unknown, said, &seen, span);
            }
        }
        if let Some(api) = self.api() {
            let seen = "unknown (a machine is asked in one way, and this one by `truenas`)";
            let said = "what its `api` tells";
            self.tell(
                FactKind::TrueNas,
                "api",
                How::Unknown,
                said,
                seen,
                Some(api),
            );
        }
        self.version();
        self.addresses();
        self.pools();
        self.datasets();
        self.shares();
    }

    /// Where it is declared.
    fn span(&self) -> Option<Span> {
        let lab = self.ctx.lab;
        match self.object.kind {
            Kind::Host => lab.hosts.get(&self.object.name).map(|h| h.span),
            _ => lab.guests.get(&self.object.name).map(|g| g.span),
        }
    }

    fn api(&self) -> Option<Span> {
        let lab = self.ctx.lab;
        let api = match self.object.kind {
            Kind::Host => lab.hosts.get(&self.object.name)?.about.api.as_ref(),
            _ => lab.guests.get(&self.object.name)?.api.as_ref(),
        };
        Some(api?.span)
    }

    fn version(&mut self) {
        let lab = self.ctx.lab;
        let name = &self.object.name;
        let given = match self.object.kind {
            Kind::Host => lab.hosts.get(name).map(|h| &h.about.version),
            _ => lab.guests.get(name).map(|g| &g.version),
        };
        let Some((declared, given)) = given.and_then(|v| v.known().zip(v.as_ref())) else {
            return;
        };
        let (kind, span) = (FactKind::TrueNas, Some(given.span));
        let said = format!("version {declared}");
        let system = self.facts.seen(&FactPath::new(kind, "system"));
        match system.value().and_then(|v| text(v, "version")) {
            Some(told) if is_version(declared, told) => {}
            Some(told) => self.tell(kind, "system", How::Differs, &said, told, span),
            None => {
                let seen = self.why(kind);
                self.tell(kind, "system", How::Unknown, &said, &seen, span);
            }
        }
    }

    fn addresses(&mut self) {
        let kind = FactKind::Address;
        let all = self.facts.items(kind);
        let told: BTreeSet<IpAddr> = all
            .filter_map(|(key, _)| key.parse::<IpNet>().ok())
            .map(|net| net.addr())
            .collect();
        let mut missing = Vec::new();
        let lab = self.ctx.lab;
        match self.object.kind {
            Kind::Host => {
                let host = lab.hosts.get(&self.object.name);
                for (network, given) in host.into_iter().flat_map(|h| &h.addresses) {
                    let address = given.value().and_then(|a| a.parse::<IpAddr>().ok());
                    missing.extend(address.map(|a| (network.clone(), a, given.span)));
                }
            }
            _ => {
                let guest = lab.guests.get(&self.object.name);
                for (network, given) in guest.into_iter().flat_map(|g| g.addresses.iter()) {
                    let address = given.value().map(|a| a.0);
                    missing.extend(address.map(|a| (network.name().to_owned(), a, given.span)));
                }
            }
        }
        missing.retain(|(_, address, _)| !told.contains(address));
        for (network, address, span) in missing {
            let said = format!("{address} in {network}");
            self.absent(kind, &network, &said, span);
        }
    }

    /// What is declared and was not found: missing where all was told, else unknown.
    fn absent(&mut self, kind: FactKind, key: &str, said: &str, span: Span) {
        match self.facts.gap(kind) {
            None => self.tell(kind, key, How::Missing, said, "absent", Some(span)),
            Some(why) => {
                let seen = format!("unknown ({why})");
                self.tell(kind, key, How::Unknown, said, &seen, Some(span));
            }
        }
    }

    /// Why a value is not known: its kind was not told whole, or it was left out.
    fn why(&self, kind: FactKind) -> String {
        let why = self.facts.gap(kind);
        let why = why.unwrap_or_else(|| "it was not told".to_owned());
        format!("unknown ({why})")
    }

    fn tell(
        &mut self,
        kind: FactKind,
        key: &str,
        how: How,
        declared: &str,
        observed: &str,
        cause: Option<Span>,
    ) {
        let path = FactPath::new(kind, key);
        self.out.tell(path, how, declared, observed, cause);
    }
}

/// `25.10` is declared of 25.10.1 as well; older releases told their name in front.
fn is_version(declared: &str, told: &str) -> bool {
    let bare = |text: &str| {
        let text = text.strip_prefix("TrueNAS-").unwrap_or(text);
        text.strip_prefix("SCALE-").unwrap_or(text).to_owned()
    };
    let (declared, told) = (bare(declared), bare(told));
    match told.strip_prefix(&declared) {
        Some(rest) => rest.is_empty() || rest.starts_with(['.', '-']),
        None => false,
    }
}

fn text<'v>(value: &'v Value, field: &str) -> Option<&'v str> {
    value.field(field).and_then(Value::as_text)
}

fn texts<'v>(value: &'v Value, field: &str) -> Vec<&'v str> {
    match value.field(field) {
        Some(Value::List(list)) => list.iter().filter_map(Value::as_text).collect(),
        _ => Vec::new(),
    }
}

/// One path lies below another one, or is it.
fn is_within(path: &str, folder: &str) -> bool {
    path.strip_prefix(folder)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_held_against_each_other_part_by_part() {
        for (declared, told, same) in [
            ("25.10", "25.10.1", true),
            ("25.10.1", "25.10.1", true),
            ("25.1", "25.10.1", false),
            ("25.10.1", "25.10", false),
            ("25.04", "TrueNAS-SCALE-25.04.0", true),
            ("25.10", "25.10-BETA.1", true),
        ] {
            assert_eq!(is_version(declared, told), same, "{declared} {told}");
        }
    }
}
