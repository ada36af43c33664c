//! Whether a router lets a declared way in: by a forward, or by a rule, of that port and protocol, from there, to that machine.

use super::forward::{destination, is_off, led};
use super::own::{Addresses, At, Own};
use super::{text, texts};
use ipnet::IpNet;
use model::declare::{OptExt as _, Or};
use model::fact::{FactKind, TargetFacts};
use model::id::ObjectRef;
use model::lab::service::{Outside, Service, ServiceExposure};
use model::units::net::Ports;
use model::value::Value;

/// What is said of a way.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum LetIn {
    /// Nothing leads there.
    No,
    /// Something of that port leads elsewhere, and so it is shown.
    Elsewhere(String),
    /// It cannot be told whether this leads there.
    Unknown(String),
    /// It is let in.
    Yes,
}

/// Who is to be reached, and from where.
pub(super) struct Asked<'a> {
    port: &'a Ports,
    /// From the internet, too.
    outside: bool,
    /// Where it can be met.
    own: Own,
}

impl<'a> Asked<'a> {
    pub(super) fn of(
        all: &Addresses<'_>,
        router: &ObjectRef,
        service: &Service,
        way: &'a ServiceExposure,
    ) -> Option<Self> {
        let from = way.from.known();
        Some(Self {
            port: way.port.known()?,
            outside: matches!(from, Some(Or::Word(Outside::Internet | Outside::Any))),
            own: Own::of(all, router, service),
        })
    }

    /// The best that any forward or rule gives.
    pub(super) fn let_in(&self, facts: &TargetFacts) -> LetIn {
        let forwards = facts.items(FactKind::OpenWrtForward);
        let forwards = forwards
            .filter(|(_, v)| !is_off(v) && self.meets(v))
            .map(|(_, v)| self.by_forward(facts, v));
        let rules = facts.items(FactKind::OpenWrtFirewall);
        let rules = rules
            .filter(|(key, v)| {
                let accepts = text(v, "target") == Some("ACCEPT");
                key.starts_with("rule/") && !is_off(v) && accepts && self.meets(v)
            })
            .map(|(_, v)| self.by_rule(facts, v));
        forwards.chain(rules).max().unwrap_or(LetIn::No)
    }

    /// Its port and protocol are among those.
    fn meets(&self, value: &Value) -> bool {
        led(value).iter().any(|led| {
            let range = led.range.is_some_and(|(first, last)| {
                first <= self.port.first() && self.port.last() <= last
            });
            let is_any = led.shown.starts_with("all/");
            range && (is_any || led.protocol == Some(self.port.protocol()))
        })
    }

    fn by_forward(&self, facts: &TargetFacts, value: &Value) -> LetIn {
        let shown = format!("{} led to {}", self.port, destination(value));
        let there = match text(value, "to") {
            Some(to) => self.is_at(to, &shown),
            None if self.own.here => LetIn::Yes,
            None if self.own.is_open() => {
                LetIn::Unknown("where it runs is not declared".to_owned())
            }
            None => LetIn::Elsewhere(shown.clone()),
        };
        there.min(self.from(facts, value, &shown))
    }

    fn by_rule(&self, facts: &TargetFacts, value: &Value) -> LetIn {
        let name = text(value, "name").unwrap_or("without a name");
        let there = match (text(value, "to"), text(value, "destination")) {
            // It lets in to the router itself.
            (None, _) if self.own.here => LetIn::Yes,
            (None, _) if self.own.is_open() => LetIn::Unknown(format!(
                "where it runs is not declared, and rule '{name}' lets in to the router itself"
            )),
            (None, _) => LetIn::No,
            (Some(_), Some(destination)) => match self.is_at(destination, "") {
                LetIn::Elsewhere(_) => LetIn::No,
                there => there,
            },
            (Some(zone), None) => self.is_in(facts, zone, name),
        };
        // What has no source zone is about what the router sends.
        match text(value, "from") {
            None => LetIn::No,
            Some(_) => {
                let shown = format!("{} let in by rule '{name}'", self.port);
                there.min(self.from(facts, value, &shown))
            }
        }
    }

    /// An address, a network or a list of them is where it can be met.
    fn is_at(&self, to: &str, shown: &str) -> LetIn {
        match self.own.at(to) {
            At::Yes => LetIn::Yes,
            At::Unknown(why) => LetIn::Unknown(why),
            At::No => LetIn::Elsewhere(shown.to_owned()),
        }
    }

    /// A zone of the router has it, by the networks of its interfaces.
    fn is_in(&self, facts: &TargetFacts, zone: &str, rule: &str) -> LetIn {
        if zone == "*" && self.own.is_behind() {
            return LetIn::Yes;
        }
        let mut nets = interfaces(facts, zone)
            .flat_map(|(_, about)| texts(about, "addresses"))
            .filter_map(|text| text.parse::<IpNet>().ok())
            .peekable();
        if nets.peek().is_none() && zone != "*" {
            return LetIn::Unknown(format!(
                "rule '{rule}' lets in to zone '{zone}', whose addresses are not known"
            ));
        }
        match self.own.within(nets) {
            true => LetIn::Yes,
            false if self.own.is_open() => {
                let why = "not every address at which it runs is declared";
                LetIn::Unknown(why.to_owned())
            }
            false => LetIn::No,
        }
    }

    /// What comes from the internet comes by a zone that leads there; of others a router has names of its own.
    fn from(&self, facts: &TargetFacts, value: &Value, shown: &str) -> LetIn {
        let sources = text(value, "source").unwrap_or_default();
        let mut words = sources.split_whitespace().peekable();
        if self.outside && words.peek().is_some() {
            // One that is excepted leaves the most of the internet.
            if words.clone().all(|s| s.starts_with('!')) {
                return LetIn::Unknown(format!("its sources are '{sources}'"));
            }
            if !words.any(|s| s.parse().is_ok_and(|net: IpNet| net.prefix_len() == 0)) {
                return LetIn::Elsewhere(format!("{shown}, only from {sources}"));
            }
        }
        let zone = match text(value, "from") {
            Some(zone) if self.outside && zone != "*" => zone,
            _ => return LetIn::Yes,
        };
        if leads_out(facts, zone) {
            return LetIn::Yes;
        }
        let zones = facts.items(FactKind::OpenWrtFirewall);
        let mut zones = zones.filter_map(|(key, _)| key.strip_prefix("zone/"));
        match zones.any(|z| leads_out(facts, z)) {
            true => LetIn::No,
            false => {
                LetIn::Unknown("which of its zones leads to the internet is not known".to_owned())
            }
        }
    }
}

/// An interface of the zone has a default route, or the zone hides those behind the router.
fn leads_out(facts: &TargetFacts, zone: &str) -> bool {
    let mut own = facts.items(FactKind::OpenWrtFirewall);
    let of = own.find(|(key, _)| key.strip_prefix("zone/") == Some(zone));
    let hides = of.and_then(|(_, v)| v.field("masquerade").and_then(Value::as_bool));
    hides == Some(true)
        || interfaces(facts, zone).any(|(_, about)| about.field("gateway").is_some())
}

/// The interfaces of a zone.
fn interfaces<'a>(
    facts: &'a TargetFacts,
    zone: &str,
) -> impl Iterator<Item = (&'a str, &'a Value)> {
    let mut zones = facts.items(FactKind::OpenWrtFirewall);
    let of = zones.find(|(key, _)| key.strip_prefix("zone/") == Some(zone));
    let names = of.map(|(_, v)| texts(v, "interfaces")).unwrap_or_default();
    let all = facts.items(FactKind::OpenWrtInterface);
    all.filter(move |(name, _)| names.contains(name))
}
