//! Proxmox VE as its interface told it, beside the declaration.

use crate::look::{Look, products};
use crate::{Context, Findings, Rule};
use diag::Diagnostic;
use graph::observation::plain;
use model::declare::OptExt as _;
use model::fact::FactKind;
use model::id::{Kind, ObjectRef};
use model::lab::guest::Guest;
use model::value::Value;
use std::collections::BTreeMap;

/// A cluster, or a node of its own, that was asked.
pub(crate) struct Pve<'c, 'a> {
    pub(crate) look: Look<'c, 'a>,
    /// The declared guests by their number.
    pub(crate) guests: BTreeMap<&'a str, (&'a str, &'a Guest)>,
    token: Option<String>,
}

/// All that were asked.
pub(crate) fn all<'c, 'a>(ctx: &'c Context<'a>) -> Vec<Pve<'c, 'a>> {
    let all = products(ctx).into_iter();
    all.filter_map(|(look, interface)| {
        let api = interface.pve()?;
        Some(Pve {
            guests: plan::guests::by_number(look.lab(), &interface, look.facts),
            token: api.token.known().map(|t| t.0.clone()),
            look,
        })
    })
    .collect()
}

impl<'a> Pve<'_, 'a> {
    /// Guests that are no templates: number, what is known of each, and how it is named to people.
    pub(crate) fn guests(&self) -> Vec<(&'a str, &'a Value, String)> {
        let all = self.look.items(FactKind::PveGuest);
        let real = all.filter(|(_, v)| v.field("template") != Some(&Value::Bool(true)));
        real.map(|(number, value)| (number, value, self.named(number, value)))
            .collect()
    }

    /// `guest 'photos' (103)`.
    pub(crate) fn named(&self, number: &str, value: &Value) -> String {
        let own = || value.field("name").and_then(Value::as_text);
        let name = self.guests.get(number).map(|(name, _)| *name);
        match name.or_else(own) {
            Some(name) => format!("guest '{}' ({})", plain(name), plain(number)),
            None => format!("guest {}", plain(number)),
        }
    }

    /// It is the account of the token that is used to look.
    pub(crate) fn asks_as(&self, user: &str) -> bool {
        let token = self.token.as_deref();
        token.is_some_and(|t| t.split('!').next() == Some(user))
    }

    /// Tells of a guest: at its declaration if it has one, else as a part of its cluster or host.
    pub(crate) fn tell(&self, d: Diagnostic, kind: FactKind, number: &str, out: &mut Findings) {
        match self.guests.get(number) {
            Some((name, guest)) => {
                let d = self.look.dated(d.at(guest.span, ""), kind, number);
                out.add(ObjectRef::new(Kind::Guest, *name), d);
            }
            None => {
                let d = self.look.dated(d, kind, number);
                out.add(self.look.object.clone(), d);
            }
        }
    }

    /// Tells that a guest's configuration was not read.
    pub(crate) fn unread(&self, rule: &Rule, number: &str, what: String, out: &mut Findings) {
        let d = rule.unknown(format!("whether {what}"));
        let d = d.note("its configuration was not told: the token needs VM.Audit");
        self.tell(d, FactKind::PveGuest, number, out);
    }
}

/// The configuration of a guest was read: every one has disks there.
pub(crate) fn configured(guest: &Value) -> bool {
    guest.field("disks").is_some()
}

pub(crate) fn is_kind(guest: &Value, kind: &str) -> bool {
    guest.field("kind").and_then(Value::as_text) == Some(kind)
}

/// A share in percent, down to one decimal: `used` of `size`, both above or at zero.
pub(crate) fn percent(used: i64, size: i64) -> Option<f64> {
    #[expect(clippy::cast_precision_loss, reason = "shown with one decimal")]
    let share = used as f64 / size as f64 * 100.0;
    (size > 0 && used >= 0).then_some((share * 10.0).floor() / 10.0)
}
