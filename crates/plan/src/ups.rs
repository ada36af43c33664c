//! What upsd tells of a UPS against what is declared: another device, other sizes, other UPSs, and whether the machine that is to be told of a
//! power failure is logged in to be told.
//!
//! How the UPS is doing is no drift; the rules about what is observed judge that. Nothing is planned from this.

use crate::difference::Telling;
use crate::interface::{By, all, compared};
use crate::{Context, Difference, How};
use core::net::IpAddr;
use diag::Span;
use model::declare::{Opt, OptExt as _};
use model::fact::{FactKind, FactPath, TargetFacts};
use model::id::{Kind, ObjectRef};
use model::lab::Lab;
use model::lab::device::Ups;
use model::lab::nut::NutUps;
use model::value::Value;
use std::collections::BTreeSet;
use std::fmt::Display;

const KIND: FactKind = FactKind::Nut;

/// The differences of every UPS that was asked.
pub fn drift(ctx: &Context<'_>) -> Vec<Difference> {
    let asked = |by: &By<'_>| matches!(by, By::Nut(_));
    compared(ctx, asked, |interface, facts, out| {
        let declared = ctx.lab.ups.get(&interface.object.name);
        if let (By::Nut(asked), Some(declared)) = (interface.by, declared) {
            Comparing {
                ctx,
                declared,
                asked,
                facts,
                out,
            }
            .run();
        }
    })
}

struct Comparing<'a> {
    ctx: &'a Context<'a>,
    declared: &'a Ups,
    asked: &'a NutUps,
    facts: &'a TargetFacts,
    out: Telling<'a>,
}

/// What is known of one variable.
enum Told<'a> {
    Value(&'a Value),
    No(String),
}

impl<'a> Comparing<'a> {
    fn run(&mut self) {
        let declared = self.declared;
        if let Some(why) = self.facts.gap(KIND) {
            let seen = format!("unknown ({why})");
            let span = Some(declared.span);
            self.tell("*", How::Unknown, "what it tells", &seen, span);
        }
        if let Some((model, span)) = given(&declared.model) {
            self.model(model, span);
        }
        if let Some((serial, span)) = given(&declared.serial) {
            let told = self.told(&[("ups", "serial"), ("device", "serial")]);
            let same = |v: &Value| v.as_text().is_some_and(|t| t == serial.trim());
            self.one("ups.serial", &format!("serial {serial}"), told, same, span);
        }
        if let Some((power, span)) = given(&declared.power) {
            let watts = (power.milliwatts() / 1_000, power.milliwatts() % 1_000);
            let told = self.told(&[("ups", "realpower.nominal")]);
            self.size("ups.realpower.nominal", "power", power, watts, told, span);
        }
        if let Some((rating, span)) = given(&declared.rating) {
            let all = rating.millivoltamperes();
            let told = self.told(&[("ups", "power.nominal")]);
            let size = (all / 1_000, all % 1_000);
            self.size("ups.power.nominal", "rating", rating, size, told, span);
        }
        if let Some((watcher, span)) = given(&declared.watched_by) {
            self.watcher(&watcher.0.object, span);
        }
        self.others();
    }

    /// The first of some variables that is told: drivers tell the same by more than one.
    fn told(&self, variables: &[(&str, &str)]) -> Told<'a> {
        let facts = self.facts;
        let field = |(group, name): &(&str, &str)| {
            let mut items = facts.items(KIND);
            items.find(|(key, _)| key == group)?.1.field(name)
        };
        match (variables.iter().find_map(field), self.facts.gap(KIND)) {
            (Some(value), _) => Told::Value(value),
            (None, Some(why)) => Told::No(format!("unknown ({why})")),
            (None, None) => Told::No("unknown (it was not told)".to_owned()),
        }
    }

    fn one(
        &mut self,
        variable: &str,
        said: &str,
        told: Told<'_>,
        same: impl Fn(&Value) -> bool,
        span: Span,
    ) {
        match told {
            Told::Value(value) if same(value) => {}
            Told::Value(value) => {
                let seen = value.to_string();
                self.tell(variable, How::Differs, said, &seen, Some(span));
            }
            Told::No(why) => self.tell(variable, How::Unknown, said, &why, Some(span)),
        }
    }

    /// A size of so many whole units, and a rest that no UPS tells.
    fn size(
        &mut self,
        variable: &str,
        key: &str,
        declared: &impl Display,
        (whole, rest): (u64, u64),
        told: Told<'_>,
        span: Span,
    ) {
        let same = |v: &Value| rest == 0 && v.as_int() == i64::try_from(whole).ok();
        self.one(variable, &format!("{key} {declared}"), told, same, span);
    }

    /// People write the maker before the model, drivers often do not: one name holds the other, whatever stands between the words.
    fn model(&mut self, model: &str, span: Span) {
        let told = self.told(&[("ups", "model"), ("device", "model")]);
        let maker = match self.told(&[("ups", "mfr"), ("device", "mfr")]) {
            Told::Value(maker) => maker.to_string(),
            Told::No(_) => String::new(),
        };
        let wanted = letters(model);
        let same = |v: &Value| {
            let (seen, with_maker) = (letters(&v.to_string()), letters(&format!("{maker}{v}")));
            !seen.is_empty() && (wanted.contains(&seen) || with_maker.contains(&wanted))
        };
        self.one("ups.model", &format!("model {model}"), told, same, span);
    }

    /// The machine that is told when the power fails is logged in to upsd, from one of its addresses.
    fn watcher(&mut self, machine: &ObjectRef, span: Span) {
        let said = format!("{} is told when the power fails", machine.name);
        let key = format!("client/{}", machine.name);
        let clients: BTreeSet<IpAddr> = clients(self.facts).collect();
        let own = addresses(self.ctx.lab, machine);
        if own.iter().any(|a| clients.contains(a)) {
            return;
        }
        // Who asks upsd on its own machine comes from there.
        let inside = clients.iter().any(IpAddr::is_loopback);
        let there = match self.asked.host.parse::<IpAddr>() {
            Ok(address) if address.is_loopback() => None,
            Ok(address) => Some(own.contains(&address)),
            Err(_) => {
                let name = self.asked.host.split('.').next();
                name.filter(|n| n.eq_ignore_ascii_case(&machine.name))
                    .map(|_| true)
            }
        };
        let doubt = match (self.facts.gap(KIND), inside, there) {
            (_, true, Some(true)) => return,
            (Some(why), ..) => Some(why),
            _ if own.is_empty() => Some(format!("no address of {} is declared", machine.name)),
            (None, true, None) => Some(format!(
                "upsd's own machine is logged in, and whether that is {} is not known",
                machine.name
            )),
            _ => None,
        };
        let (how, seen) = match doubt {
            Some(why) => (How::Unknown, format!("unknown ({why})")),
            None if clients.is_empty() => (How::Missing, "nobody is logged in".to_owned()),
            None => {
                let names: Vec<String> = clients.iter().map(ToString::to_string).collect();
                (How::Missing, format!("logged in: {}", names.join(", ")))
            }
        };
        self.tell(&key, how, &said, &seen, Some(span));
    }

    /// Other UPSs of the same upsd that nothing declares.
    fn others(&mut self) {
        let declared: BTreeSet<&str> = all(self.ctx.lab)
            .iter()
            .filter_map(|i| match i.by {
                By::Nut(ups) if ups.server() == self.asked.server() => Some(ups.name.as_str()),
                _ => None,
            })
            .collect();
        let names = self.facts.items(KIND);
        let names = names.filter_map(|(key, _)| key.strip_prefix("other/"));
        let more: Vec<String> = names
            .filter(|n| !declared.contains(n))
            .map(str::to_owned)
            .collect();
        for name in more {
            let seen = format!("a UPS of the same upsd, {name}@{}", self.asked.host);
            let key = format!("other/{name}");
            self.tell(&key, How::Undeclared, "not declared", &seen, None);
        }
    }

    fn tell(&mut self, key: &str, how: How, declared: &str, observed: &str, cause: Option<Span>) {
        let path = FactPath::new(KIND, key);
        self.out.tell(path, how, declared, observed, cause);
    }
}

/// The machines that are logged in to be told when the power fails.
pub fn clients(facts: &TargetFacts) -> impl Iterator<Item = IpAddr> {
    let keys = facts.items(KIND);
    keys.filter_map(|(key, _)| key.strip_prefix("client/")?.parse().ok())
}

fn given<T>(opt: &Opt<T>) -> Option<(&T, Span)> {
    opt.known().zip(opt.as_ref().map(|g| g.span))
}

/// Letters and digits, in lower case.
fn letters(text: &str) -> String {
    let plain = text.chars().filter(|c| c.is_alphanumeric());
    plain.flat_map(char::to_lowercase).collect()
}

/// The declared addresses of a machine.
fn addresses(lab: &Lab, machine: &ObjectRef) -> BTreeSet<IpAddr> {
    let own = |address: &str| {
        let plain = address.split('/').next().unwrap_or(address);
        plain.parse::<IpAddr>().ok()
    };
    match machine.kind {
        Kind::Host => {
            let host = lab.hosts.get(&machine.name);
            let all = host.into_iter().flat_map(|h| h.addresses.values());
            all.filter_map(|a| own(a.value()?)).collect()
        }
        Kind::Guest => {
            let guest = lab.guests.get(&machine.name);
            let all = guest.into_iter().flat_map(|g| g.addresses.values());
            all.filter_map(|a| Some(a.value()?.0)).collect()
        }
        _ => BTreeSet::new(),
    }
}
