//! `waivers:` — accepted findings. Whether a waiver is complete and in force is for the rules to say.

use super::cx::Cx;
use super::fields::Fields;
use super::{names, scalar};
use crate::yaml::Node;
use model::lab::{Lab, Waiver};

pub(super) fn lower(cx: &mut Cx<'_>, lab: &mut Lab, items: &[Node]) {
    for item in items {
        if let Some(waiver) = one(cx, item) {
            lab.waivers.push(waiver);
        }
    }
}

fn one(cx: &mut Cx<'_>, item: &Node) -> Option<Waiver> {
    let before = cx.sink.invalid();
    let mut f = Fields::of(cx, "a waiver", item.head, item)?;
    f.exclusive(cx, "rule", "promise");
    let rule = f.read(cx, "rule", scalar::text);
    let promise = f.read(cx, "promise", scalar::text);
    let object = f.read(cx, "object", names::object);
    let reason = f.read(cx, "reason", scalar::text);
    let owner = f.read(cx, "owner", scalar::text);
    let expires = f.read(cx, "expires", scalar::date);
    let id = rule.or(promise);
    if id.is_none() {
        f.none_of(
            &["rule", "promise"],
            "add 'rule: ID', e.g. 'rule: bak-same-domain'",
        );
    }
    f.finish(cx);
    Some(Waiver {
        span: item.head,
        id: id?,
        object,
        reason,
        owner,
        expires,
        unread: cx.sink.invalid() > before,
    })
}
