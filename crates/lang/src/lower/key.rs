//! Public SSH keys, as lines of `authorized_keys`.

use super::cx::{Cx, Slot};
use super::{scalar, secret};
use data_encoding::BASE64;
use diag::Diagnostic;

/// Key types that OpenSSH accepts (`ssh -Q key`), certificates left out.
const TYPES: [&str; 7] = [
    "ssh-ed25519",
    "ssh-rsa",
    "ecdsa-sha2-nistp256",
    "ecdsa-sha2-nistp384",
    "ecdsa-sha2-nistp521",
    "sk-ssh-ed25519@openssh.com",
    "sk-ecdsa-sha2-nistp256@openssh.com",
];

/// What belongs here instead.
const LINE: &str = "copy the one line of the .pub file: 'ssh-ed25519 AAAA… comment'";

/// `[OPTIONS] TYPE BASE64 [COMMENT]`, where the encoded key is of the type that the line names.
pub(super) fn public(cx: &mut Cx<'_>, slot: &Slot<'_>) -> Option<String> {
    let raw = scalar::any_text(cx, slot)?;
    if raw.contains("PRIVATE KEY") {
        secret::clear_text(cx, slot, LINE);
        return None;
    }
    let text = scalar::text(cx, slot)?;
    if let Err(why) = check(&text) {
        // A key is long and its text says nothing to a reader, so it is not repeated.
        let d = Diagnostic::invalid("invalid-ssh-key", format!("a key in {slot} {why}"))
            .at(slot.node.head(), "")
            .help(LINE);
        cx.report(d);
        return None;
    }
    Some(text.trim().to_owned())
}

fn check(line: &str) -> Result<(), String> {
    let words = words(line);
    let Some(at) = words
        .iter()
        .position(|w| TYPES.contains(w))
        .filter(|at| *at <= 1)
    else {
        return Err(if words.first() == Some(&"ssh-dss") {
            "is a DSA key, which OpenSSH no longer accepts".to_owned()
        } else {
            "does not begin with a known key type".to_owned()
        });
    };
    let named = words.get(at).copied().unwrap_or_default();
    let encoded = words.get(at + 1).copied().unwrap_or_default();
    let blob = BASE64
        .decode(encoded.as_bytes())
        .map_err(|_| "is cut off or not base64".to_owned())?;
    // RFC 4253, 6.6: the key begins with its type as a string, four bytes of length first.
    let length = blob
        .get(..4)
        .and_then(|b| <[u8; 4]>::try_from(b).ok())
        .map_or(0, |b| u32::from_be_bytes(b) as usize);
    let inner = blob
        .get(4..)
        .and_then(|b| b.get(..length))
        .unwrap_or_default();
    if inner != named.as_bytes() {
        return Err(format!("says {named} but holds something else"));
    }
    let rest = blob.len() - 4 - length;
    if rest == 0 || (named == "ssh-ed25519" && rest != 4 + 32) {
        return Err("is cut off".to_owned());
    }
    Ok(())
}

/// Words separated by blanks outside of double quotes, as in options such as `command="a b"`.
fn words(line: &str) -> Vec<&str> {
    let mut quoted = false;
    line.split(move |c: char| {
        if c == '"' {
            quoted = !quoted;
        }
        !quoted && (c == ' ' || c == '\t')
    })
    .filter(|w| !w.is_empty())
    .collect()
}
