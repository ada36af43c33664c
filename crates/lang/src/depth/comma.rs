//! A comma that was meant as the point of a number, within brackets, where it separates entries: `{cost: 12,50 EUR}`.

use crate::mixup::Values;
use crate::yaml::{Entry, Node, NodeKind};
use diag::Span;
use model::declare::Shape;

/// A number that a comma split.
pub(super) struct Split {
    /// All of it, from its first digit on.
    pub(super) span: Span,
    /// As it was written.
    pub(super) written: String,
    /// With a point, if it can be read so.
    pub(super) dotted: Option<String>,
}

/// An entry of which the next one is the rest: it has no value and no colon, and nothing but a comma stands between two digits.
pub(super) fn in_map(
    shape: Option<&Shape>,
    entry: &Entry,
    next: &Entry,
    text: &str,
    values: &Values<'_>,
) -> Option<Split> {
    let bare = next.value.is_null() && next.key.plain;
    let end = next.key.span.end as usize;
    let ends = text.get(end..)?.trim_start().starts_with([',', '}']);
    if !bare || !ends {
        return None;
    }
    split(shape, &entry.value, next.key.span, text, values)
}

/// The same of two items of a list, of which both may be meant: only if together they are a value and the first alone is none.
pub(super) fn in_list(
    shape: &Shape,
    item: &Node,
    next: &Node,
    text: &str,
    values: &Values<'_>,
) -> Option<Split> {
    let NodeKind::Scalar(own) = &item.kind else {
        return None;
    };
    let found = split(Some(shape), item, next.span, text, values)?;
    (found.dotted.is_some() && !values.takes(shape, own)).then_some(found)
}

fn split(
    shape: Option<&Shape>,
    before: &Node,
    after: Span,
    text: &str,
    values: &Values<'_>,
) -> Option<Split> {
    let NodeKind::Scalar(whole) = &before.kind else {
        return None;
    };
    if !before.plain {
        return None;
    }
    let between = text.get(before.span.end as usize..after.start as usize)?;
    let rest = text.get(after.start as usize..after.end as usize)?;
    let digits = whole.ends_with(|c: char| c.is_ascii_digit())
        && rest.starts_with(|c: char| c.is_ascii_digit());
    if between != "," || !digits {
        return None;
    }
    // Of three digits the comma may as well part thousands.
    let places = rest.bytes().take_while(u8::is_ascii_digit).count();
    let dotted = Some(format!("{whole}.{rest}")).filter(|_| places != 3);
    Some(Split {
        span: Span::new(
            before.span.source,
            before.span.start as usize,
            after.end as usize,
        ),
        written: format!("{whole},{rest}"),
        // Text may have a comma.
        dotted: dotted.filter(|d| shape.is_some_and(|s| !values.is_text(s) && values.takes(s, d))),
    })
}
