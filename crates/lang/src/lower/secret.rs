//! References to secrets. Nothing in this file may put a value into a message.

use super::cx::{Cx, Slot};
use super::fields::{Fields, items};
use super::scalar;
use crate::suggest::nearest;
use crate::yaml::{Entry, NodeKind};
use diag::Diagnostic;
use model::secret::SecretRef;

const FORMS: &str = "write one of: {sops: secrets/NAME.yaml, key: KEY}, {age: secrets/NAME.age}, {file: ~/.config/holdfast/NAME}, {env: NAME}, \
    {command: [PROGRAM, ARGUMENT]}";

/// Keys, one of which a reference has.
const KINDS: [&str; 5] = ["file", "env", "command", "sops", "age"];
/// The key beside `sops`.
const KEY: &str = "key";

/// `{sops: …, key: …}`, `{age: …}`, `{file: …}`, `{env: …}` or `{command: […]}`. Anything that could be the secret itself is reported
/// and hidden.
pub(super) fn reference(cx: &mut Cx<'_>, slot: &Slot<'_>) -> Option<SecretRef> {
    if slot.node.is_null() {
        let d = Diagnostic::invalid("wrong-type", format!("{slot} has no value"))
            .at(slot.node.head(), "")
            .help(FORMS);
        cx.report(d);
        return None;
    }
    let NodeKind::Map(entries) = &slot.node.kind else {
        clear_text(cx, slot, FORMS);
        return None;
    };
    let has = |key: &str| entries.iter().any(|e| e.key.text == key);
    let known = |e: &Entry| {
        KINDS.contains(&e.key.text.as_str())
            || (e.key.text == KEY && (has("sops") || meant(entries).is_some()))
    };
    let kinds = entries
        .iter()
        .filter(|e| KINDS.contains(&e.key.text.as_str()));
    if kinds.count() != 1 || !entries.iter().all(known) {
        cx.sink.secret(slot.node.span);
        let message = format!("{slot} is not a reference to a secret");
        let d = Diagnostic::invalid("secret-in-clear", message).at(slot.node.head(), "");
        cx.report(match meant(entries) {
            Some(near) => d.help(format!("did you mean '{near}'?")).help(FORMS),
            None => d.help(FORMS),
        });
        return None;
    }
    let mut fields = Fields::of(cx, slot.to_string(), slot.node.head(), slot.node)?;
    let file = fields.read(cx, "file", scalar::text);
    let env = fields.read(cx, "env", variable);
    let command = fields.read(cx, "command", program);
    let age = fields.read(cx, "age", path);
    let sops = fields.read(cx, "sops", path);
    let given = fields.entry(KEY).is_some();
    let key = fields.read(cx, KEY, keys);
    fields.finish(cx);
    let sops = sops
        .filter(|_| key.is_some() || !given)
        .map(|file| SecretRef::Sops {
            file: file.value,
            key: key.map(|k| k.value).unwrap_or_default(),
        });
    let file = file.map(|f| SecretRef::File(f.value));
    let env = env.map(|e| SecretRef::Env(e.value));
    let age = age.map(|a| SecretRef::Age(a.value));
    let command = command.map(|c| SecretRef::Command(c.value));
    file.or(env).or(command).or(sops).or(age)
}

/// The kind that a misspelt key means.
fn meant(entries: &[Entry]) -> Option<&'static str> {
    let strange = entries.iter().map(|e| e.key.text.as_str());
    let mut strange = strange.filter(|k| !KINDS.contains(k) && *k != KEY);
    strange.find_map(|k| nearest(k, KINDS))
}

/// A file of secrets. What has no slash and no dot is hardly one, and may be the secret itself.
fn path(cx: &mut Cx<'_>, slot: &Slot<'_>) -> Option<String> {
    let text = scalar::text(cx, slot)?;
    if !text.contains(['/', '.']) {
        cx.sink.secret(slot.node.span);
        let message = format!("{slot} is not the path of a file");
        let d = Diagnostic::invalid("invalid-path", message)
            .at(slot.node.head(), "")
            .help("paths are meant from the root of the lab tree, e.g. secrets/db.yaml; the secret itself must not stand here");
        cx.report(d);
        return None;
    }
    Some(text)
}

/// `postgres.password`, or `[postgres, pass.word]` where a key has a dot.
fn keys(cx: &mut Cx<'_>, slot: &Slot<'_>) -> Option<Vec<String>> {
    if matches!(slot.node.kind, NodeKind::Seq(_)) {
        let words = items(cx, slot).iter();
        let words: Vec<String> = words
            .filter_map(|item| scalar::text(cx, &slot.with(item)))
            .collect();
        return (!words.is_empty()).then_some(words);
    }
    let text = scalar::text(cx, slot)?;
    let words: Vec<String> = text.split('.').map(str::to_owned).collect();
    if words.iter().any(String::is_empty) {
        cx.bad(
            "invalid-value",
            slot,
            &text,
            "has an empty part; keys are separated by single dots",
        );
        return None;
    }
    Some(words)
}

/// Reports a secret that is written out; `instead` says what to write.
pub(super) fn clear_text(cx: &mut Cx<'_>, slot: &Slot<'_>, instead: &str) {
    cx.sink.secret(slot.node.span);
    let message = format!("{slot} is a secret in clear text");
    let d = Diagnostic::invalid("secret-in-clear", message)
        .at(slot.node.head(), "")
        .note("the value is not shown; whoever can read this file, or a repository that has it, has the secret")
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
            .at(slot.node.head(), "")
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
        cx.report(Diagnostic::invalid("invalid-value", message).at(slot.node.head(), ""));
    }
    (!words.is_empty()).then_some(words)
}
