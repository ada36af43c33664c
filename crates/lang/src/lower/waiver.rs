//! `waivers:` — accepted findings. Whether a waiver is complete and in force is for the rules to say.

use super::cx::{Cx, Slot};
use super::fields::Fields;
use super::{names, scalar};
use crate::suggest::quote;
use crate::yaml::Node;
use model::fact::FactPath;
use model::lab::{DRIFT, Lab, Waiver};

pub(super) fn lower(cx: &mut Cx<'_>, lab: &mut Lab, items: &[Node]) {
    for item in items {
        if let Some(waiver) = one(cx, item) {
            lab.waivers.push(waiver);
        }
    }
}

fn one(cx: &mut Cx<'_>, item: &Node) -> Option<Waiver> {
    let before = cx.sink.invalid();
    let mut f = Fields::of(cx, "a waiver", item.head(), item)?;
    f.exclusive(cx, "rule", "promise");
    f.exclusive(cx, "rule", "drift");
    f.exclusive(cx, "promise", "drift");
    let rule = f.read(cx, "rule", scalar::text);
    let promise = f.read(cx, "promise", scalar::text);
    let drift = f.read(cx, "drift", drift);
    let object = f.read(cx, "object", names::object);
    let only = f.list(cx, "only", scalar::text);
    let reason = f.read(cx, "reason", scalar::text);
    let owner = f.read(cx, "owner", scalar::text);
    let expires = f.read(cx, "expires", scalar::date);
    let id = rule.or(promise).or(drift);
    if id.is_none() {
        f.none_of(
            &["rule", "promise", "drift"],
            "add 'rule: ID', e.g. 'rule: bak-same-domain'",
        );
    }
    f.finish(cx);
    Some(Waiver {
        span: item.head(),
        id: id?,
        object,
        only,
        reason,
        owner,
        expires,
        unread: cx.sink.invalid() > before,
    })
}

/// A path of a fact, with `*` at its end for all that begin so; it becomes the id.
fn drift(cx: &mut Cx<'_>, slot: &Slot<'_>) -> Option<String> {
    let text = scalar::text(cx, slot)?;
    if FactPath::parse(&text).is_some_and(|p| !p.key.is_empty()) {
        return Some(format!("{DRIFT}{text}"));
    }
    let message = format!(
        "{slot}: {} is not what 'holdfast drift' shows",
        quote(&text)
    );
    let d = diag::Diagnostic::invalid("invalid-value", message).at(slot.node.head(), "");
    cx.report(d.help("write the path, as in 'file:/etc/motd' or 'listener:tcp/0.0.0.0:80'"));
    None
}
