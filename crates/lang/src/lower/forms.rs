//! The four forms of a value that is read by hand. [`model::declare::Given`] reads those of the model's own definitions; this says
//! the same in terms of a reader of this folder.

use super::cx::{Cx, Slot};
use super::fields::Fields;
use super::place::{At, left_open};
use crate::yaml::NodeKind;
use model::declare::{ASSUMED, FORMS, Given, Known, MEASURED, Measurement, Opt, Scalar, UNKNOWN};

/// `VALUE`, `unknown`, `{unknown: WHY}`, `{assumed: VALUE, why: …}` or `{measured: VALUE, window: …, source: …, on: …}`.
pub(super) fn read<T>(
    cx: &mut Cx<'_>,
    slot: &Slot<'_>,
    reader: impl Fn(&mut Cx<'_>, &Slot<'_>) -> Option<T>,
) -> Opt<T> {
    let known = match &slot.node.kind {
        NodeKind::Scalar(text) if text == UNKNOWN => Some(Known::Unknown { why: None }),
        NodeKind::Map(_) => form(cx, slot, reader),
        _ => reader(cx, slot).map(Known::Declared),
    };
    let span = slot.span();
    if let Some(Known::Unknown { why }) = &known {
        left_open(cx, slot, why.as_deref());
    }
    // Something is declared, and nobody knows what; it has been reported.
    let known = known.unwrap_or_else(Known::unreadable);
    Some(Box::new(Given { span, known }))
}

fn form<T>(
    cx: &mut Cx<'_>,
    slot: &Slot<'_>,
    reader: impl Fn(&mut Cx<'_>, &Slot<'_>) -> Option<T>,
) -> Option<Known<T>> {
    let mut f = Fields::of(cx, slot.to_string(), slot.node.head(), slot.node)?;
    let given = FORMS.into_iter().find(|form| f.has(form));
    let known = match given {
        Some(MEASURED) => {
            let value = f.read(cx, MEASURED, &reader);
            let by = Box::new(Measurement {
                window: of(cx, &mut f, "window"),
                source: of(cx, &mut f, "source"),
                on: of(cx, &mut f, "on"),
            });
            value.map(|v| Known::Measured { value: v.value, by })
        }
        Some(UNKNOWN) => {
            let why = of(cx, &mut f, UNKNOWN).map(Box::new);
            Some(Known::Unknown { why })
        }
        None => {
            for form in FORMS {
                f.entry(form);
            }
            f.none_of(
                &FORMS,
                "write the value, '{assumed: VALUE, why: …}', '{measured: VALUE, …}' or 'unknown'",
            );
            None
        }
        Some(_) => {
            let value = f.read(cx, ASSUMED, &reader);
            let why = of(cx, &mut f, "why").map(Box::new);
            value.map(|v| Known::Assumed {
                value: v.value,
                why,
            })
        }
    };
    f.finish(cx);
    known
}

/// A value whose own type reads it.
fn of<T: Scalar>(cx: &mut Cx<'_>, f: &mut Fields<'_>, key: &'static str) -> Option<T> {
    let read = |cx: &mut Cx<'_>, slot: &Slot<'_>| {
        let mut at = At {
            cx,
            slot: *slot,
            named: slot.node.head(),
            title: None,
            list: None,
        };
        model::declare::scalar(&mut at)
    };
    f.read(cx, key, read).map(|v| v.value)
}
