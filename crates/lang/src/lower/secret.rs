//! References to secrets. Nothing in this file may put a value into a message.

use super::cx::{Cx, Slot};
use super::fields::{Fields, items};
use super::scalar;
use crate::yaml::NodeKind;
use diag::Diagnostic;
use model::secret::SecretRef;

const FORMS: &str =
    "write one of: {file: ~/.config/holdfast/NAME}, {env: NAME}, {command: [PROGRAM, ARGUMENT]}";

/// `{file: …}`, `{env: …}` or `{command: […]}`. Anything that could be the secret itself is reported and hidden.
pub(super) fn reference(cx: &mut Cx<'_>, slot: &Slot<'_>) -> Option<SecretRef> {
    if slot.node.is_null() {
        let d = Diagnostic::invalid("wrong-type", format!("{slot} has no value"))
            .at(slot.node.head, "")
            .help(FORMS);
        cx.report(d);
        return None;
    }
    let NodeKind::Map { entries, .. } = &slot.node.kind else {
        clear_text(cx, slot, FORMS);
        return None;
    };
    let known = ["file", "env", "command"];
    if entries.len() != 1 || !entries.iter().all(|e| known.contains(&e.key.text.as_str())) {
        cx.sink.secret(slot.node.span);
        let message = format!("{slot} is not a reference to a secret");
        cx.report(
            Diagnostic::invalid("secret-in-clear", message)
                .at(slot.node.head, "")
                .help(FORMS),
        );
        return None;
    }
    let mut fields = Fields::of(cx, slot.to_string(), slot.node.head, slot.node)?;
    let file = fields.read(cx, "file", scalar::text);
    let env = fields.read(cx, "env", variable);
    let command = fields.read(cx, "command", program);
    fields.finish(cx);
    let file = file.map(|f| SecretRef::File(f.value));
    let env = env.map(|e| SecretRef::Env(e.value));
    file.or(env)
        .or(command.map(|c| SecretRef::Command(c.value)))
}

/// Reports a secret that is written out; `instead` says what to write.
pub(super) fn clear_text(cx: &mut Cx<'_>, slot: &Slot<'_>, instead: &str) {
    cx.sink.secret(slot.node.span);
    let message = format!("{slot} is a secret in clear text");
    let d = Diagnostic::invalid("secret-in-clear", message)
        .at(slot.node.head, "")
        .note("the value is not shown; whoever can read this repository, or its history, has it")
        .help(instead)
        .help("then change the secret: it stays in the history");
    cx.report(d);
}

fn variable(cx: &mut Cx<'_>, slot: &Slot<'_>) -> Option<String> {
    let text = scalar::any_text(cx, slot)?;
    let shape = text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        && text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    if !shape {
        cx.sink.secret(slot.node.span);
        let message = format!("{slot} is not the name of an environment variable");
        let d = Diagnostic::invalid("invalid-value", message)
            .at(slot.node.head, "")
            .help("names have letters, digits and '_'; the secret itself must not stand here");
        cx.report(d);
        return None;
    }
    Some(text.to_string())
}

fn program(cx: &mut Cx<'_>, slot: &Slot<'_>) -> Option<Vec<String>> {
    if !matches!(slot.node.kind, NodeKind::Seq(_)) {
        // Somebody may have put the secret here, so its line is not shown.
        cx.sink.secret(slot.node.span);
    }
    let words: Vec<String> = items(cx, slot)
        .iter()
        .filter_map(|item| scalar::text(cx, &slot.with(item)))
        .collect();
    if words.is_empty() && matches!(slot.node.kind, NodeKind::Seq(_)) {
        let message = format!("{slot} is a list of a program and its arguments");
        cx.report(Diagnostic::invalid("invalid-value", message).at(slot.node.head, ""));
    }
    (!words.is_empty()).then_some(words)
}
