//! `rules:` — how findings count in this lab. Whether there is such a rule is for the rules to say.

use super::cx::{Cx, Slot, Words};
use super::place::At;
use crate::suggest::quote;
use crate::yaml::{Entry, NodeKind};
use diag::{Diagnostic, Span};
use model::declare::Declare as _;
use model::lab::Lab;
use model::lab::setting::{RuleSetting, RuleSeverity};

/// Words of other linters for a rule that is not to be heard of.
const OFF: [&str; 9] = [
    "off", "false", "no", "none", "never", "ignore", "skip", "disabled", "disable",
];

/// What to write instead of a word alone: a severity needs its reason, and there is none that turns a rule off.
fn bare(id: &str, word: &str, at: Span) -> Diagnostic {
    let known: Vec<&str> = RuleSeverity::ALL.iter().map(|s| s.word()).collect();
    let lower = word.to_ascii_lowercase();
    if OFF.contains(&lower.as_str()) {
        let message = format!("rule {} cannot be turned off", quote(id));
        return Diagnostic::invalid("invalid-value", message)
            .at(at, format!("severities are {}", known.join(", ")))
            .help(format!(
                "accept a finding by a waiver: 'waivers: [{{rule: {}, object: KIND/NAME, reason: …, owner: …, expires: YYYY-MM-DD}}]'",
                diag::hide(id)
            ))
            .help(format!(
                "or make all of them count less: '{}: {{severity: info, why: …}}'",
                diag::hide(id)
            ));
    }
    let message = format!(
        "what is set of rule {} is a severity and why, not {} alone",
        quote(id),
        quote(word)
    );
    let d = Diagnostic::invalid("invalid-value", message)
        .at(at, format!("severities are {}", known.join(", ")));
    let severity = match known.contains(&lower.as_str()) {
        true => lower.as_str(),
        false => "SEVERITY",
    };
    d.help(format!(
        "write '{}: {{severity: {severity}, why: …}}', with the reason",
        diag::hide(id)
    ))
}

pub(super) fn lower(cx: &mut Cx<'_>, lab: &mut Lab, entries: &[Entry]) {
    for entry in entries {
        let id = &entry.key;
        if let Some((span, _)) = lab.rules.get(id.text.as_str()) {
            let message = format!("the rule {} is set twice", quote(&id.text));
            let d = Diagnostic::invalid("duplicate-definition", message)
                .at(id.span, "again here")
                .and_at(*span, "first here");
            cx.report(d);
            continue;
        }
        if let NodeKind::Scalar(text) = &entry.value.kind
            && !entry.value.is_null()
        {
            cx.report(bare(&id.text, text, entry.value.head()));
            continue;
        }
        let slot = Slot {
            owner: Words::Text("'rules'"),
            key: &id.text,
            node: &entry.value,
        };
        let title = format!("rule {}", quote(&id.text));
        let mut at = At {
            cx,
            slot,
            named: id.span,
            title: Some(Words::Text(&title)),
            list: None,
        };
        if let Some(setting) = RuleSetting::read(&mut at) {
            lab.rules.insert(id.text.to_string(), (id.span, setting));
        }
    }
}
