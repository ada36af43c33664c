//! `rules:` — how findings count in this lab. Whether there is such a rule is for the rules to say.

use super::cx::{Cx, Slot, Words};
use super::place::At;
use crate::suggest::quote;
use crate::yaml::Entry;
use diag::Diagnostic;
use model::declare::Declare as _;
use model::lab::Lab;
use model::lab::setting::RuleSetting;

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
