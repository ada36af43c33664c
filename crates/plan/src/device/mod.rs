//! What a switch or another device tells by SNMP against what is declared: its serial number, its ports and their VLANs, and whether cables lead
//! where they are said to.
//!
//! Which port is meant is found in [`port`]; a port that cannot be told from others is unknown. Nothing is planned from this.

mod cable;
mod port;
mod vlan;

use crate::difference::Telling;
use crate::interface::{By, compared, silence};
use crate::{Context, Difference, How};
use cable::Ends;
use diag::Span;
use model::declare::{Opt, OptExt as _};
use model::fact::{FactKind, FactPath, TargetFacts};
use model::id::ObjectRef;
use model::lab::device::{Device, Port};
use model::units::size::Rate;
use model::value::Value;
use port::{Match, find};

/// The differences of every device that was asked.
pub fn drift(ctx: &Context<'_>) -> Vec<Difference> {
    let asked = |by: &By<'_>| matches!(by, By::Snmp(_));
    compared(ctx, asked, |interface, facts, out| {
        if let Some(declared) = ctx.lab.devices.get(&interface.object.name) {
            Comparing {
                ctx,
                object: &interface.object,
                declared,
                facts,
                out,
            }
            .run();
        }
    })
}

/// What a device calls a declared port, if that is known.
pub(crate) fn own_port<'f>(facts: &'f TargetFacts, name: &str, declared: &Port) -> Option<&'f str> {
    match find(facts, name, declared, None) {
        Match::Is(own, _) => Some(own),
        Match::Missing | Match::Unknown(_) => None,
    }
}

struct Comparing<'a> {
    ctx: &'a Context<'a>,
    object: &'a ObjectRef,
    declared: &'a Device,
    facts: &'a TargetFacts,
    out: Telling<'a>,
}

impl<'a> Comparing<'a> {
    fn run(&mut self) {
        let span = Some(self.declared.span);
        if let Some(seen) = silence(self.facts) {
            let of = (FactKind::Device, "*");
            return self.tell(of, How::Unknown, "what it tells", &seen, span);
        }
        for kind in [FactKind::DevicePort, FactKind::DeviceNeighbour] {
            let said = match kind {
                FactKind::DevicePort => "no other ports",
                _ => "no other neighbours",
            };
            if let Some(why) = self.facts.gap(kind) {
                let seen = format!("unknown ({why})");
                self.tell((kind, "*"), How::Unknown, said, &seen, span);
            }
        }
        self.serial();
        let ends = cable::ends(self.ctx.lab, self.object);
        let declared = self.declared;
        for (name, port) in declared.ports.iter() {
            self.port(name.0.as_str(), port, ends.get(name.0.as_str()));
        }
        self.undeclared_neighbours(&ends);
        self.undeclared_vlans();
    }

    /// One of the units that it is made of has it.
    fn serial(&mut self) {
        let Some((serial, span)) = given(&self.declared.serial) else {
            return;
        };
        let items = self.facts.items(FactKind::Device);
        let units = items.filter(|(key, _)| key.starts_with("chassis/"));
        let told: Vec<&str> = units.filter_map(|(_, v)| text(v, "serial")).collect();
        let said = format!("serial {serial}");
        let of = (FactKind::Device, "chassis");
        match (told.as_slice(), self.facts.gap(FactKind::Device)) {
            (told, _) if told.contains(&serial.trim()) => {}
            ([], gap) => {
                let why = gap.unwrap_or_else(|| "it was not told".to_owned());
                let seen = format!("unknown ({why})");
                self.tell(of, How::Unknown, &said, &seen, Some(span));
            }
            (told, _) => self.tell(of, How::Differs, &said, &told.join(", "), Some(span)),
        }
    }

    fn port(&mut self, name: &str, declared: &'a Port, ends: Option<&Ends<'a>>) {
        let span = Some(declared.span);
        let is_used = ends.is_some()
            || declared.speed.known().is_some()
            || declared.network.known().is_some()
            || !declared.tagged.is_empty()
            || declared.interface.known().is_some();
        if !is_used {
            return;
        }
        let said = format!("port {name}");
        let (own, seen) = match find(
            self.facts,
            name,
            declared,
            self.facts.gap(FactKind::DevicePort),
        ) {
            Match::Is(own, seen) => (own, seen),
            Match::Missing => {
                let of = (FactKind::DevicePort, name);
                return self.tell(of, How::Missing, &said, "absent", span);
            }
            Match::Unknown(why) => {
                let seen = format!("unknown ({why})");
                let of = (FactKind::DevicePort, name);
                return self.tell(of, How::Unknown, &said, &seen, span);
            }
        };
        let is_up = match ends {
            Some(ends) => self.link(name, own, seen, ends),
            None => text(seen, "oper") == Some("up"),
        };
        if is_up {
            self.speed(name, own, seen, declared, ends);
        }
        if let Some(ends) = ends.filter(|_| is_up) {
            self.neighbour(name, own, ends);
        }
        self.vlans(name, own, declared);
    }

    /// A port with a cable in it has a link; what is down tells no more.
    fn link(&mut self, name: &str, own: &str, seen: &Value, ends: &Ends<'_>) -> bool {
        let said = format!("port {name} up, with the cable to {}", ends.far());
        let of = (FactKind::DevicePort, own);
        match (text(seen, "oper"), text(seen, "admin")) {
            (Some("up"), _) => return true,
            (Some(_), Some("down")) => {
                self.tell(of, How::Differs, &said, "switched off", Some(ends.span));
            }
            (Some(state), _) => self.tell(of, How::Differs, &said, state, Some(ends.span)),
            (None, _) => {
                let seen = "unknown (its state was not told)";
                self.tell(of, How::Unknown, &said, seen, Some(ends.span));
            }
        }
        false
    }

    /// As fast as the slower of both ends can be.
    fn speed(
        &mut self,
        name: &str,
        own: &str,
        seen: &Value,
        declared: &Port,
        ends: Option<&Ends<'_>>,
    ) {
        let Some((rate, span)) = given(&declared.speed) else {
            return;
        };
        let bits = |rate: &Rate| i64::try_from(rate.bits_per_second()).unwrap_or(i64::MAX);
        let far = ends.and_then(|e| e.speed);
        let slower = far.filter(|far| bits(far) < bits(rate)).unwrap_or(rate);
        let said = format!("port {name} at {slower}");
        let of = (FactKind::DevicePort, own);
        match seen.field("speed").and_then(Value::as_int) {
            Some(told) if told >= bits(slower) => {}
            Some(told) => {
                let told = shown(told);
                self.tell(of, How::Differs, &said, &told, Some(span));
            }
            None => {
                let seen = "unknown (its speed was not told)";
                self.tell(of, How::Unknown, &said, seen, Some(span));
            }
        }
    }

    fn tell(
        &mut self,
        (kind, key): (FactKind, &str),
        how: How,
        declared: &str,
        observed: &str,
        cause: Option<Span>,
    ) {
        let path = FactPath::new(kind, key);
        self.out.tell(path, how, declared, observed, cause);
    }
}

fn given<T>(opt: &Opt<T>) -> Option<(&T, Span)> {
    opt.known().zip(opt.as_ref().map(|g| g.span))
}

fn text<'v>(value: &'v Value, field: &str) -> Option<&'v str> {
    value.field(field).and_then(Value::as_text)
}

/// `2.5Gbit/s`, `100Mbit/s`, `0bit/s`.
fn shown(bits: i64) -> String {
    for (unit, name) in [(1_000_000_000, "Gbit/s"), (1_000_000, "Mbit/s")] {
        if bits >= unit {
            let (whole, tenth) = (bits / unit, bits % unit * 10 / unit);
            return match tenth {
                0 => format!("{whole}{name}"),
                tenth => format!("{whole}.{tenth}{name}"),
            };
        }
    }
    format!("{bits}bit/s")
}
