//! `files:` of a host.

use super::cx::{Cx, Slot};
use super::fields::Fields;
use super::{path, scalar, user};
use crate::yaml::NodeKind;
use model::lab::ManagedFile;
use std::collections::BTreeMap;

pub(super) fn read(cx: &mut Cx<'_>, f: &mut Fields<'_>) -> BTreeMap<String, ManagedFile> {
    let mut out = BTreeMap::new();
    for entry in f.map(cx, "files") {
        let target = entry.key.text.as_str();
        let what = format!("'files' of {}", f.owner());
        if !path::check_absolute(cx, &what, entry.key.span, target) {
            continue;
        }
        let owner = format!("file '{target}' of {}", f.owner());
        let Some(mut file) = Fields::of(cx, owner, entry.key.span, &entry.value) else {
            continue;
        };
        let content = file.need(cx, "content", "|", content);
        let mode = file.read(cx, "mode", mode);
        let owner = file.read(cx, "owner", user::name);
        let group = file.read(cx, "group", user::name);
        file.finish(cx);
        if let Some(content) = content {
            let file = ManagedFile {
                span: entry.key.span,
                content,
                mode,
                owner,
                group,
            };
            out.insert(target.to_owned(), file);
        }
    }
    out
}

/// The whole content; `""` is an empty file.
fn content(cx: &mut Cx<'_>, slot: &Slot<'_>) -> Option<String> {
    match &slot.node.kind {
        NodeKind::Scalar(text) if !slot.node.plain => Some(text.to_string()),
        _ => scalar::any_text(cx, slot).map(String::from),
    }
}

/// Permission bits in octal, given with four digits.
fn mode(cx: &mut Cx<'_>, slot: &Slot<'_>) -> Option<String> {
    let text = scalar::text(cx, slot)?;
    let octal = text.chars().all(|c| ('0'..='7').contains(&c));
    match text.len() {
        3 if octal => Some(format!("0{text}")),
        4 if octal => Some(text),
        _ => {
            cx.bad(
                "invalid-value",
                slot,
                &text,
                "is not a file mode in octal, such as 0644",
            );
            None
        }
    }
}
