//! UPSs as upsd told of them, beside the declaration.

use crate::look::{Look, products};
use crate::{Context, Findings, Rule};
use model::fact::{FactKind, Seen};
use model::kleene::Reason;
use model::lab::device::Ups;
use model::value::Value;
use plan::interface::By;

/// The kind of all that upsd tells.
pub(crate) const KIND: FactKind = FactKind::Nut;

/// A UPS that was asked.
pub(crate) struct Power<'c, 'a> {
    pub(crate) look: Look<'c, 'a>,
    pub(crate) declared: &'a Ups,
}

/// All that were asked.
pub(crate) fn all<'c, 'a>(ctx: &'c Context<'a>) -> Vec<Power<'c, 'a>> {
    let all = products(ctx).into_iter();
    all.filter_map(|(look, interface)| {
        let declared = look.lab().ups.get(&interface.object.name)?;
        matches!(interface.by, By::Nut(_)).then_some(Power { look, declared })
    })
    .collect()
}

impl<'a> Power<'_, 'a> {
    /// The flags of `ups.status`; why they say nothing, if they do not.
    pub(crate) fn flags(&self) -> Result<Vec<&'a str>, Reason> {
        let Value::List(flags) = self.field("ups", "status")? else {
            return Err(Reason::new("its status is no list of flags"));
        };
        let flags: Vec<&str> = flags.iter().filter_map(Value::as_text).collect();
        match flags.as_slice() {
            [] => Err(Reason::new("its status is empty")),
            // The driver has not read the device yet, or reads it no more.
            flags if flags.iter().any(|f| matches!(*f, "WAIT" | "NOCOMM")) => {
                let said = format!("its status is {}", flags.join(" "));
                Err(Reason::new(said))
            }
            _ => Ok(flags),
        }
    }

    /// A number, if it is told.
    pub(crate) fn number(&self, group: &str, name: &str) -> Result<i64, Reason> {
        let value = self.field(group, name)?;
        let said = || Reason::new(format!("{group}.{name} is no number"));
        value.as_int().ok_or_else(said)
    }

    /// A text, if it is told.
    pub(crate) fn text(&self, group: &str, name: &str) -> Option<&'a str> {
        self.field(group, name).ok()?.as_text()
    }

    fn field(&self, group: &str, name: &str) -> Result<&'a Value, Reason> {
        let mut items = self.look.items(KIND);
        let found = items.find(|(key, _)| *key == group);
        if let Some(value) = found.and_then(|(_, v)| v.field(name)) {
            return Ok(value);
        }
        Err(match self.look.seen(KIND, group) {
            Seen::Unknown(why) => why,
            Seen::Present(_) | Seen::Absent => match self.look.gap(KIND) {
                Some(why) => why,
                None => Reason::new(format!("{group}.{name} was not told")),
            },
        })
    }

    /// Tells that a rule could not judge, and why.
    pub(crate) fn unknown(&self, rule: &Rule, what: &str, why: &Reason, out: &mut Findings) {
        self.look.unknown(rule, KIND, what, why, out);
    }
}
