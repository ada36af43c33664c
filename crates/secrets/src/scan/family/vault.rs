//! Vault and OpenBao: what `operator init` prints once, and people keep.

use super::{Family, Reach, Shape, What};
use crate::scan::kind::Kind;
use crate::scan::literal::{Bounds, is_strong, literal};
use crate::scan::yaml;
use std::ops::Range;

pub(super) const FAMILY: Family = Family {
    name: "Vault, OpenBao",
    files: &[],
    what: "`Unseal Key 1: …`, `Recovery Key 1: …`, `unseal_keys_b64` and its kind, `operator unseal …`",
    shapes: &[
        Shape {
            parts: &["unseal key", "recovery key"],
            shape: r"\b(?:Unseal|Recovery) Key(?: [0-9]{1,3})?:[ \t]*([A-Za-z0-9+/]{40,}={0,2})",
            reach: Reach::Any,
            what: What::Clear("an unseal key of Vault"),
        },
        Shape {
            parts: &["unseal"],
            shape: r#"\b(?:vault|bao)["']?[ \t,]+["']?operator["']?[ \t,]+["']?unseal["']?[ \t,]+["']?([A-Za-z0-9+/]{40,}={0,2})"#,
            reach: Reach::Any,
            what: What::Clear("an unseal key of Vault"),
        },
    ],
    read: Some(of_init),
};

/// Lists of keys as `operator init -format=json` and the API have them.
const LISTS: [&str; 5] = [
    "unseal_keys_b64",
    "unseal_keys_hex",
    "recovery_keys_b64",
    "recovery_keys_hex",
    "keys_base64",
];

fn of_init(text: &str) -> Vec<(Range<usize>, &'static str)> {
    let mut out = Vec::new();
    if !LISTS.iter().any(|list| text.contains(list)) {
        return out;
    }
    yaml::values(text, |value| {
        let written = literal(value.text, Bounds::Quoted, Kind::Settings).is_some();
        if LISTS.contains(&value.name) && written && is_strong(value.text, Kind::Settings) {
            out.push((value.span.clone(), "an unseal key of Vault"));
        }
    });
    out
}
