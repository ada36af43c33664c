//! Ports that a router leads elsewhere, each with the declared way that answers for it: an exposure of a service with `via` this router.

use super::let_in::{Asked, LetIn};
use super::own::{Addresses, At, Own};
use super::{Comparing, routers, text, texts};
use crate::filter::{Judged, Passes};
use crate::ports::{Justification, Port, describe_way};
use crate::{Context, How};
use model::declare::OptExt as _;
use model::fact::{FactKind, FactPath};
use model::id::ObjectRef;
use model::lab::service::{Service, ServiceExposure};
use model::lab::{Lab, Protocol};
use model::value::Value;

const KIND: FactKind = FactKind::OpenWrtForward;

/// What one forward leads in: a protocol with a range of ports.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Led {
    /// `None` is one of other protocols, or all of them.
    pub(super) protocol: Option<Protocol>,
    /// `None` if it is not understood.
    pub(super) range: Option<(u16, u16)>,
    pub(super) shown: String,
}

/// Every port that a router leads elsewhere, with its justification or the lack of it.
pub fn ways(ctx: &Context<'_>) -> Vec<Port> {
    let mut rows = Vec::new();
    let known = Addresses::of(ctx.lab);
    for interface in routers(ctx) {
        let key = interface.key();
        let Some(facts) = ctx.facts.targets.get(&key) else {
            continue;
        };
        for (section, value) in facts.items(KIND) {
            if is_off(value) {
                continue;
            }
            let all = led(value).into_iter();
            let of = |led| row((ctx.lab, &known), &interface.object, section, value, led);
            rows.extend(all.map(of));
        }
        rows.extend(facts.gap(KIND).map(|reason| Port {
            host: key.clone(),
            socket: "*".to_owned(),
            process: "router forwards".to_owned(),
            unit: None,
            package: None,
            state: Justification::Unknown,
            reason,
            reach: Vec::new(),
        }));
    }
    rows
}

fn row(
    lab: (&Lab, &Addresses<'_>),
    router: &ObjectRef,
    section: &str,
    value: &Value,
    led: Led,
) -> Port {
    let to = destination(value);
    let (state, reason) = match answer(lab, router, value, &led) {
        Answer::Declared(reason) => (Justification::Declared, reason),
        Answer::Unknown(service, why) => {
            let reason = format!("declared for {service}, and {why}");
            (Justification::Unknown, reason)
        }
        Answer::None(why) => (Justification::None, why),
    };
    let from = text(value, "from").unwrap_or("any zone");
    let name = text(value, "name").unwrap_or(section);
    let source = text(value, "source").map(|s| format!(", only {s}"));
    let label = format!("zone {from}{}", source.unwrap_or_default());
    let judged = Judged {
        passes: Passes::Yes,
        why: format!("the redirect '{name}' of the router"),
        led_to: text(value, "to").map(|_| to.clone()),
        input_denies: false,
    };
    Port {
        host: router.to_string(),
        socket: led.shown,
        process: format!("router forward '{name}' to {to}"),
        unit: None,
        package: None,
        state,
        reason,
        reach: vec![(label, judged)],
    }
}

/// What is declared of a port that a forward leads in.
enum Answer {
    /// With this reason.
    Declared(String),
    /// It is declared for this service, and it cannot be told whether that is there.
    Unknown(String, String),
    /// Why there is none.
    None(String),
}

/// The reason that is declared for it, or why there is none.
fn answer(
    (lab, known): (&Lab, &Addresses<'_>),
    router: &ObjectRef,
    value: &Value,
    led: &Led,
) -> Answer {
    let mut why = "not declared".to_owned();
    let mut open = None;
    for (service, about) in &lab.services {
        let mut ways = about.exposures.iter();
        let Some(first) = ways.position(|w| is_via(w, router) && covers(w, led)) else {
            continue;
        };
        let own = Own::of(known, router, about);
        let there = match text(value, "to") {
            Some(to) => own.at(to),
            None if own.here => At::Yes,
            None if own.is_open() => At::Unknown("where it runs is not declared".to_owned()),
            None => At::No,
        };
        match there {
            At::Yes => {}
            At::No => {
                let to = destination(value);
                why = format!("declared for {service}, which is not at {to}");
                continue;
            }
            At::Unknown(reason) => {
                open.get_or_insert_with(|| Answer::Unknown(service.clone(), reason));
                continue;
            }
        }
        let ways = about.exposures.iter().skip(first);
        let mut ways = ways.filter(|w| is_via(w, router) && covers(w, led));
        match ways.find_map(describe_way) {
            Some(reason) => return Answer::Declared(format!("{service}: {reason}")),
            None => why = format!("declared for {service} without a reason"),
        }
    }
    open.unwrap_or(Answer::None(why))
}

fn is_via(way: &ServiceExposure, router: &ObjectRef) -> bool {
    let via = way.via.known();
    via.is_some_and(|via| via.kind() == router.kind && via.name() == router.name)
}

fn covers(way: &ServiceExposure, led: &Led) -> bool {
    let Some(port) = way.port.known() else {
        return false;
    };
    let Some((first, last)) = led.range else {
        return false;
    };
    led.protocol == Some(port.protocol()) && port.first() <= first && last <= port.last()
}

pub(super) fn is_off(value: &Value) -> bool {
    value.field("enabled").and_then(Value::as_bool) == Some(false)
}

/// `192.168.20.10:8443`.
pub(super) fn destination(value: &Value) -> String {
    let to = text(value, "to").unwrap_or("the router itself");
    let port = text(value, "to_ports").map(|p| format!(":{p}"));
    format!("{to}{}", port.unwrap_or_default())
}

/// Each protocol with each range that a forward names.
pub(super) fn led(value: &Value) -> Vec<Led> {
    let ports = text(value, "ports");
    let ranges: Vec<(String, Option<(u16, u16)>)> = match ports {
        None => vec![("*".to_owned(), Some((0, u16::MAX)))],
        Some(words) => words
            .split_whitespace()
            .map(|word| (word.to_owned(), range(word)))
            .collect(),
    };
    let mut all = Vec::new();
    for word in texts(value, "protocols") {
        let protocol = match word {
            "tcp" => Some(Protocol::Tcp),
            "udp" => Some(Protocol::Udp),
            _ => None,
        };
        let from = text(value, "from").unwrap_or("*");
        for (shown, range) in &ranges {
            all.push(Led {
                protocol,
                range: *range,
                shown: format!("{word}/{from}:{shown}"),
            });
        }
    }
    all
}

/// `443`, `8000-8010`; what is excepted (`!22`) is not understood.
fn range(word: &str) -> Option<(u16, u16)> {
    let (first, last) = word.split_once('-').unwrap_or((word, word));
    let (first, last) = (first.parse().ok()?, last.parse().ok()?);
    (first <= last).then_some((first, last))
}

impl Comparing<'_> {
    /// Forwards that nobody declares, and declared ways that nothing leads in.
    pub(super) fn forwards(&mut self) {
        let lab = self.ctx.lab;
        let router = self.object;
        let known = Addresses::of(lab);
        for (section, value) in self.facts.items(KIND).filter(|(_, v)| !is_off(v)) {
            for led in led(value) {
                let seen = format!("{} led to {}", led.shown, destination(value));
                let path = FactPath::new(KIND, section);
                let (how, said, seen) = match answer((lab, &known), router, value, &led) {
                    Answer::Declared(_) => continue,
                    Answer::None(why) => (How::Undeclared, why, seen),
                    Answer::Unknown(service, why) => {
                        let said = format!("{} led to {service}", led.shown);
                        (How::Unknown, said, format!("unknown ({seen}; {why})"))
                    }
                };
                self.out.tell(path, how, &said, &seen, None);
            }
        }
        let ways = lab.services.iter().flat_map(|(service, about)| {
            about
                .exposures
                .iter()
                .map(move |way| (service.as_str(), about, way))
        });
        for (service, about, way) in ways.filter(|(.., way)| is_via(way, router)) {
            self.way(&known, (service, about), way);
        }
    }

    fn way(
        &mut self,
        known: &Addresses<'_>,
        (service, about): (&str, &Service),
        way: &ServiceExposure,
    ) {
        let Some(asked) = Asked::of(known, self.object, about, way) else {
            return;
        };
        let Some(port) = way.port.known() else { return };
        let gap = self
            .facts
            .gap(KIND)
            .or_else(|| self.facts.gap(FactKind::OpenWrtFirewall));
        let (how, seen) = match (asked.let_in(self.facts), gap) {
            (LetIn::Yes, _) => return,
            (LetIn::Unknown(why), _) | (_, Some(why)) => (How::Unknown, format!("unknown ({why})")),
            (LetIn::Elsewhere(seen), None) => (How::Differs, seen),
            (LetIn::No, None) => (How::Missing, "absent".to_owned()),
        };
        let said = format!("{port} led to {service}");
        let key = format!("{service}/{port}");
        self.tell(KIND, &key, how, &said, &seen, Some(way.span));
    }
}
