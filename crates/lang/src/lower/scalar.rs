//! Readers of single values. Text keeps the form it was written in; numbers, booleans, durations and dates are read only
//! where one is wanted, so that `no` stays `no` and `0644` stays `0644`.

use super::cx::{Cx, Slot};
use crate::suggest::{did_you_mean, nearest, one_of, quote};
use crate::yaml::NodeKind;
use diag::Diagnostic;
use jiff::civil::Date;
use model::declare::{Says, Value};
use model::units::Seconds;
use model::units::duration::Duration;
use smol_str::SmolStr;
use std::fmt::Display;
use std::ops::RangeInclusive;
use std::str::FromStr;

/// Any text, also of several lines; not nothing, a list or a map.
pub(super) fn any_text(cx: &mut Cx<'_>, slot: &Slot<'_>) -> Option<SmolStr> {
    match &slot.node.kind {
        NodeKind::Scalar(text) if !slot.node.is_null() => Some(text.clone()),
        _ => {
            let message = match slot.node.is_null() {
                true => format!("{slot} has no value"),
                false => format!("{slot} is a single value, not {}", slot.node.describe()),
            };
            let d = Diagnostic::invalid("wrong-type", message)
                .at(slot.node.head(), "a value is expected here");
            cx.report(d);
            None
        }
    }
}

/// One line of text without control characters, not empty.
pub(super) fn text(cx: &mut Cx<'_>, slot: &Slot<'_>) -> Option<String> {
    line(cx, slot).map(String::from)
}

/// The same as it stands in the tree.
pub(super) fn line(cx: &mut Cx<'_>, slot: &Slot<'_>) -> Option<SmolStr> {
    let text = any_text(cx, slot)?;
    if text.trim().is_empty() {
        let d = Diagnostic::invalid("invalid-value", format!("{slot} is empty"))
            .at(slot.node.head(), "");
        cx.report(d);
        return None;
    }
    if text.chars().any(char::is_control) {
        let message =
            format!("{slot} is one line of text, without line breaks and control characters");
        cx.report(Diagnostic::invalid("invalid-value", message).at(slot.node.head(), ""));
        return None;
    }
    Some(text)
}

/// `true`, `false`, `yes` or `no`.
pub(super) fn boolean(cx: &mut Cx<'_>, slot: &Slot<'_>) -> Option<bool> {
    let text = text(cx, slot)?;
    match text.to_lowercase().as_str() {
        "true" | "yes" => Some(true),
        "false" | "no" => Some(false),
        _ => {
            cx.bad("invalid-value", slot, &text, "is not true or false");
            None
        }
    }
}

/// A whole number within a range.
pub(super) fn whole<T>(range: RangeInclusive<T>) -> impl Fn(&mut Cx<'_>, &Slot<'_>) -> Option<T>
where
    T: FromStr + PartialOrd + Display,
{
    move |cx, slot| {
        let text = text(cx, slot)?;
        let digits = text.chars().all(|c| c.is_ascii_digit());
        match text.parse::<T>() {
            Ok(number) if digits && range.contains(&number) => Some(number),
            _ => {
                let (least, most) = (range.start(), range.end());
                let expected = format!("is not a whole number from {least} to {most}");
                cx.bad("invalid-value", slot, &text, &expected);
                None
            }
        }
    }
}

/// One of some words, each with its value.
pub(super) fn one<'w, T: Copy>(
    words: &'w [(&'w str, T)],
) -> impl Fn(&mut Cx<'_>, &Slot<'_>) -> Option<T> + 'w {
    move |cx, slot| {
        let text = text(cx, slot)?;
        if let Some((_, value)) = words.iter().find(|(w, _)| *w == text) {
            return Some(*value);
        }
        let known = words.iter().map(|(w, _)| *w);
        let message = format!("{slot}: {} is not {}", quote(&text), one_of(known.clone()));
        let d = Diagnostic::invalid("invalid-value", message).at(slot.node.head(), "");
        let d = match nearest(&text, known) {
            Some(near) => d.fix(did_you_mean(slot.node.head(), near)),
            None => d,
        };
        cx.report(d);
        None
    }
}

/// A duration above zero, e.g. `15m`.
pub(super) fn duration(cx: &mut Cx<'_>, slot: &Slot<'_>) -> Option<Seconds> {
    let text = text(cx, slot)?;
    match Seconds::parse(&text) {
        Ok(Seconds(0)) => {
            cx.bad("invalid-value", slot, &text, "must be longer than nothing");
            None
        }
        Ok(seconds) => Some(seconds),
        Err(why) => {
            let message = format!("{slot}: {} is not a duration: {why}", quote(&text));
            let d = Diagnostic::invalid("invalid-value", message).at(slot.node.head(), "");
            let wrong = <Duration as Value>::parse(&text).err();
            let (meant, help) = wrong.map_or((None, None), |w| (w.meant, w.help));
            let meant = meant.filter(|m| Seconds::parse(m).is_ok());
            cx.report(match (meant, help) {
                (Some(meant), _) => d.fix(did_you_mean(slot.node.head(), &meant)),
                (None, Some(help)) => d.help(help),
                (None, None) => d,
            });
            None
        }
    }
}

/// A date, `2027-01-31`.
pub(super) fn date(cx: &mut Cx<'_>, slot: &Slot<'_>) -> Option<Date> {
    let text = text(cx, slot)?;
    match <Date as Value>::parse(&text) {
        Ok(date) => Some(date),
        Err(wrong) => {
            let why = match &wrong.says {
                Says::After(why) => why,
                Says::Whole(_) | Says::Nothing => "is not a date",
            };
            let message = format!("{slot}: {} {why}", quote(&text));
            let d = Diagnostic::invalid("invalid-value", message).at(slot.node.head(), "");
            cx.report(match (wrong.meant, wrong.help) {
                (Some(meant), _) => d.fix(did_you_mean(slot.node.head(), &meant)),
                (None, Some(help)) => d.help(help),
                (None, None) => d,
            });
            None
        }
    }
}
