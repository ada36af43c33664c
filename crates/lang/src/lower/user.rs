//! `users:` of a host.

use super::cx::{Cx, Slot};
use super::fields::Fields;
use super::{key, path, scalar};
use crate::suggest::quote;
use diag::Diagnostic;
use model::lab::{Sudo, User};
use std::collections::BTreeMap;

pub(super) fn read(cx: &mut Cx<'_>, f: &mut Fields<'_>) -> BTreeMap<String, User> {
    const SUDO: &[(&str, Sudo)] = &[
        ("no", Sudo::No),
        ("password", Sudo::Password),
        ("nopassword", Sudo::NoPassword),
    ];
    let mut out = BTreeMap::new();
    for entry in f.map(cx, "users") {
        let name = entry.key.text.as_str();
        if !is_login(name) {
            let message = format!(
                "'users' of {}: {} is not a login name",
                f.owner(),
                quote(name)
            );
            let d = Diagnostic::invalid("invalid-name", message)
                .at(entry.key.span, "")
                .help(LOGIN);
            cx.report(d);
            continue;
        }
        let owner = format!("user '{name}' of {}", f.owner());
        let mut user = User {
            span: entry.key.span,
            sudo: None,
            shell: None,
            keys: Vec::new(),
        };
        if let Some(mut u) = Fields::of(cx, owner, entry.key.span, &entry.value) {
            user.sudo = u.read(cx, "sudo", scalar::one(SUDO));
            user.shell = u.read(cx, "shell", path::absolute);
            user.keys = u.list(cx, "keys", key::public);
            u.finish(cx);
        }
        out.insert(name.to_owned(), user);
    }
    out
}

const LOGIN: &str = "login names begin with a lower-case letter or '_', go on with lower-case letters, digits, '-' and '_', and have at most 32 of them";

/// What `adduser` of Debian takes without `--allow-bad-names`, and '_' which system accounts begin with.
fn is_login(text: &str) -> bool {
    text.len() <= 32
        && text.starts_with(|c: char| c.is_ascii_lowercase() || c == '_')
        && text
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || "-_".contains(c))
}

/// A login name.
pub(super) fn name(cx: &mut Cx<'_>, slot: &Slot<'_>) -> Option<String> {
    let text = scalar::text(cx, slot)?;
    if is_login(&text) {
        return Some(text);
    }
    cx.bad("invalid-name", slot, &text, "is not a login name");
    None
}
