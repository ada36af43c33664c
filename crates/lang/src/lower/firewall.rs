//! `firewall:` of a host.

use super::cx::{Cx, Slot};
use super::fields::Fields;
use super::scalar;
use crate::suggest::quote;
use diag::{Diagnostic, Spanned};
use model::lab::Firewall;

/// The table if none is named.
const TABLE: &str = "holdfast";

pub(super) fn read(cx: &mut Cx<'_>, f: &mut Fields<'_>) -> Option<Firewall> {
    let entry = f.entry("firewall")?;
    let owner = format!("the firewall of {}", f.owner());
    let mut w = Fields::of(cx, owner, entry.key.span, &entry.value)?;
    let table = w.read(cx, "table", table);
    let rules = w.list(cx, "rules", rule);
    w.finish(cx);
    let span = entry.key.span;
    let table = table.unwrap_or_else(|| Spanned::new(TABLE.to_owned(), span));
    Some(Firewall { span, table, rules })
}

fn table(cx: &mut Cx<'_>, slot: &Slot<'_>) -> Option<String> {
    let text = scalar::text(cx, slot)?;
    let shape = text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        && text.len() <= 64;
    if shape {
        return Some(text);
    }
    cx.bad(
        "invalid-name",
        slot,
        &text,
        "is not the name of a table: a letter, then letters, digits and '_'",
    );
    None
}

/// One rule of the input chain. It is put into the table as it stands, so it must not be able to leave it.
fn rule(cx: &mut Cx<'_>, slot: &Slot<'_>) -> Option<String> {
    let text = scalar::text(cx, slot)?;
    let mut depth = 0_i32;
    let mut escapes = text.contains([';', '#', '\\', '$']);
    for c in text.chars() {
        depth += match c {
            '{' => 1,
            '}' => -1,
            _ => 0,
        };
        escapes |= depth < 0;
    }
    if escapes || depth != 0 {
        let message = format!("{slot}: {} is more than one rule", quote(&text));
        let d = Diagnostic::invalid("invalid-value", message)
            .at(slot.node.head(), "")
            .note("a rule may not contain ';', '#', '$' or a backslash, and its braces must match")
            .help("write one rule per item, as in 'tcp dport { 80, 443 } accept'");
        cx.report(d);
        return None;
    }
    Some(text)
}
