//! `sshd:` of a host: keywords of sshd_config(5) with the types of their values.

use super::cx::{Cx, Slot, Words};
use super::fields::Fields;
use super::scalar;
use crate::suggest::{did_you_mean, nearest, one_of, quote};
use crate::yaml::{Entry, NodeKind};
use Value::{Comma, Flag, Free, Number, Space, Time, Word};
use diag::{Diagnostic, Span, Spanned};
use model::lab::sshd::{KEYWORDS, Takes as Value};
use std::collections::BTreeMap;

/// Keywords in lower case with their values as one line of text.
pub(super) fn read(cx: &mut Cx<'_>, f: &mut Fields<'_>) -> BTreeMap<String, Spanned<String>> {
    let mut out = BTreeMap::new();
    let mut first: BTreeMap<String, Span> = BTreeMap::new();
    for entry in f.map(cx, "sshd") {
        let Some((keyword, kind)) = keyword(cx, f.owner(), entry) else {
            continue;
        };
        let lower = keyword.to_lowercase();
        if let Some(other) = first.insert(lower.clone(), entry.key.span) {
            let message = format!("sshd keyword '{keyword}' is given twice on {}", f.owner());
            let d = Diagnostic::invalid("duplicate-key", message)
                .at(entry.key.span, "given again; case does not matter")
                .and_at(other, "first given here");
            cx.report(d);
            continue;
        }
        let slot = Slot {
            owner: f.owner(),
            key: keyword,
            node: &entry.value,
        };
        if let Some(text) = value(cx, &slot, kind) {
            out.insert(lower, Spanned::new(text, slot.span()));
        }
    }
    out
}

fn keyword(cx: &mut Cx<'_>, owner: Words<'_>, entry: &Entry) -> Option<(&'static str, Value)> {
    let written = entry.key.text.as_str();
    let known = KEYWORDS
        .iter()
        .find(|(k, _)| k.eq_ignore_ascii_case(written));
    if let Some((keyword, kind)) = known {
        return Some((keyword, *kind));
    }
    let message = format!(
        "'sshd' of {owner}: {} is not a keyword of sshd",
        quote(written)
    );
    let d = Diagnostic::invalid("sshd-keyword", message).at(entry.key.span, "unknown keyword");
    let conditional = ["match", "include"].contains(&written.to_lowercase().as_str());
    let d = match nearest(written, KEYWORDS.iter().map(|(k, _)| *k)) {
        _ if conditional => {
            d.help("'Match' and 'Include' change what other lines mean and are not supported here")
        }
        Some(near) => d.fix(did_you_mean(entry.key.span, near)),
        None => d.help("see sshd_config(5) for the keywords"),
    };
    cx.report(d);
    None
}

fn value(cx: &mut Cx<'_>, slot: &Slot<'_>, kind: Value) -> Option<String> {
    if let NodeKind::Seq(items) = &slot.node.kind {
        let separator = match kind {
            Space => " ",
            Comma => ",",
            Flag | Word(_) | Number | Time | Free => {
                let message = format!("{slot} takes one value, not a list");
                cx.report(Diagnostic::invalid("sshd-keyword", message).at(slot.node.head(), ""));
                return None;
            }
        };
        let words: Vec<String> = items
            .iter()
            .map(|item| scalar::text(cx, &slot.with(item)))
            .collect::<Option<_>>()?;
        return (!words.is_empty()).then(|| words.join(separator));
    }
    let text = scalar::text(cx, slot)?;
    let expected = match kind {
        Flag => words(&text, &["yes", "no"]),
        Word(all) => words(&text, all),
        Number if text.parse::<u32>().is_err() => Some(("is not a whole number".to_owned(), None)),
        Time if !is_time(&text) => Some(("is not a time such as 30, 2m or 1h30m".to_owned(), None)),
        Number | Time | Space | Comma | Free => None,
    };
    let Some((expected, near)) = expected else {
        return Some(text);
    };
    let message = format!("{slot}: {} {expected}", quote(&text));
    let d = Diagnostic::invalid("sshd-keyword", message).at(slot.node.head(), "");
    cx.report(match near {
        Some(near) => d.fix(did_you_mean(slot.node.head(), near)),
        None => d,
    });
    None
}

/// What is wrong with a word that is not one of `all`, and the one that was meant.
fn words(text: &str, all: &'static [&'static str]) -> Option<(String, Option<&'static str>)> {
    if all.contains(&text) {
        return None;
    }
    let synonym = match text.to_lowercase().as_str() {
        "true" | "on" => Some("yes"),
        "false" | "off" => Some("no"),
        "without-password" => Some("prohibit-password"),
        _ => None,
    };
    let near = synonym
        .filter(|s| all.contains(s))
        .or_else(|| nearest(text, all.iter().copied()))
        .and_then(|n| all.iter().copied().find(|a| *a == n));
    Some((format!("is not {}", one_of(all.iter().copied())), near))
}

fn is_time(text: &str) -> bool {
    let mut digits = false;
    for c in text.chars() {
        match c {
            '0'..='9' => digits = true,
            's' | 'm' | 'h' | 'd' | 'w' | 'S' | 'M' | 'H' | 'D' | 'W' if digits => digits = false,
            _ => return false,
        }
    }
    !text.is_empty() && (digits || !text.ends_with(|c: char| c.is_ascii_digit()))
}
