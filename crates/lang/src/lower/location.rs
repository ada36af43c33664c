//! Where a restic repository is: the forms of its manual, "Preparing a new repository".

use super::cx::{Cx, Slot};
use super::{path, scalar};
use crate::suggest::{did_you_mean, nearest, quote};
use diag::Diagnostic;

/// What restic keeps repositories in beside folders, each with the form of its location.
const KINDS: [(&str, &str); 8] = [
    ("sftp", "sftp:USER@HOST:/PATH"),
    ("rest", "rest:https://HOST:8000/"),
    ("s3", "s3:https://HOST/BUCKET"),
    ("b2", "b2:BUCKET:PATH"),
    ("azure", "azure:CONTAINER:/"),
    ("gs", "gs:BUCKET:/"),
    ("swift", "swift:CONTAINER:/PATH"),
    ("rclone", "rclone:REMOTE:PATH"),
];

/// A directory, or one of restic's other locations.
pub(super) fn read(cx: &mut Cx<'_>, slot: &Slot<'_>) -> Option<String> {
    let text = scalar::text(cx, slot)?;
    if has_password(&text) {
        cx.sink.secret(slot.node.span);
        let message = format!("{slot} contains a secret in clear text");
        let d = Diagnostic::invalid("secret-in-clear", message)
            .at(slot.node.head(), "")
            .help("remove the password from the URL; restic takes it from its environment");
        cx.report(d);
        return None;
    }
    if text.starts_with('/') {
        return path::absolute(cx, slot);
    }
    let (kind, rest) = text.split_once(':').unwrap_or((&text, ""));
    let form = KINDS.iter().find(|(word, _)| *word == kind);
    if form.is_some() && amiss(kind, rest).is_none() {
        return Some(text);
    }
    let complain = |why: &str| {
        let message = format!("{slot}: {} {why}", quote(&text));
        Diagnostic::invalid("invalid-path", message).at(slot.node.head(), "")
    };
    cx.report(match form {
        Some((_, form)) => {
            let d = complain(amiss(kind, rest).unwrap_or_default());
            match named(kind, rest) {
                Some(meant) => d.fix(did_you_mean(slot.node.head(), &meant)),
                None if kind == "sftp" => d.help(format!(
                    "restic takes '{form}'; a path without '/' before it begins in the user's home: 'sftp:USER@HOST:restic'"
                )),
                None => d.help(format!("restic takes '{form}'")),
            }
        }
        None => {
            let d = complain(
                "is neither an absolute path nor a restic location such as sftp:HOST:/PATH",
            );
            match meant(kind, rest, &text) {
                Some(meant) => d.fix(did_you_mean(slot.node.head(), &meant)),
                None => d.help(format!("restic takes a path or {}", forms())),
            }
        }
    });
    None
}

fn forms() -> String {
    let all: Vec<String> = KINDS.iter().map(|(_, form)| format!("'{form}'")).collect();
    all.join(", ")
}

/// A location without the name of what it is in.
fn meant(kind: &str, rest: &str, text: &str) -> Option<String> {
    let slip = nearest(kind, KINDS.iter().map(|(word, _)| *word));
    let found = match (kind, slip) {
        ("http" | "https", _) if rest.starts_with("//") => format!("rest:{text}"),
        ("ssh" | "scp", _) if rest.starts_with("//") => format!("sftp:{rest}"),
        // As scp and rsync have it.
        (host, _) if host.contains('@') && rest.starts_with('/') => format!("sftp:{text}"),
        // Another protocol is no slip.
        ("ftp" | "ftps" | "http", _) => return None,
        (_, Some(word)) => format!("{word}:{rest}"),
        _ => return None,
    };
    let (kind, rest) = found.split_once(':')?;
    let good = amiss(kind, rest).is_none();
    good.then(|| found.clone())
}

/// `sftp:pi/mnt` as `sftp:pi:/mnt`.
fn named(kind: &str, rest: &str) -> Option<String> {
    let bare = kind == "sftp" && !rest.contains(':') && !rest.starts_with('/');
    let (host, path) = rest.split_once('/').filter(|_| bare)?;
    let found = format!("{host}:/{path}");
    (!path.is_empty() && sftp(&found).is_none()).then(|| format!("sftp:{found}"))
}

/// What is missing behind the name of a kind.
fn amiss(kind: &str, rest: &str) -> Option<&'static str> {
    let two = rest.split_once(':');
    let full = |(a, b): (&str, &str)| !a.is_empty() && !b.is_empty();
    match kind {
        "sftp" => sftp(rest),
        "rest" => {
            let url = ["http://", "https://"]
                .iter()
                .find_map(|s| rest.strip_prefix(s));
            let socket = ["http+unix://", "https+unix://"];
            let good = url.is_some_and(|u| !u.is_empty() && !u.starts_with('/'))
                || socket.iter().any(|s| rest.starts_with(s));
            (!good).then_some("has no URL behind 'rest:'")
        }
        "s3" => {
            let url = ["http://", "https://", "//"].iter();
            let bare = url.filter_map(|s| rest.strip_prefix(s)).next();
            let place = bare.unwrap_or(rest).split_once('/');
            (!place.is_some_and(full)).then_some("names no bucket on a host")
        }
        "b2" => {
            let bucket = rest.split(':').next().unwrap_or_default();
            let good = !bucket.is_empty() && !bucket.contains('/');
            (!good).then_some("names no bucket")
        }
        "rclone" => two
            .is_none_or(|(remote, _)| remote.is_empty())
            .then_some("names no remote of rclone and path"),
        _ => (!two.is_some_and(full)).then_some("names no bucket or container and path"),
    }
}

/// `HOST:PATH`, `USER@HOST:PATH` or `//USER@HOST:PORT/PATH`.
fn sftp(rest: &str) -> Option<&'static str> {
    const NO_HOST: &str = "names no host";
    const NO_PATH: &str = "names no path on the host: restic would take all of the user's home";
    let (place, path) = match rest.strip_prefix("//") {
        Some(url) => url.split_once('/').unwrap_or((url, "")),
        // An IPv6 address stands in brackets.
        None => match rest.split_once("]:") {
            Some(parts) => parts,
            None => rest.split_once(':').unwrap_or((rest, "")),
        },
    };
    let host = place.rsplit('@').next().unwrap_or_default();
    if host.is_empty() || host.contains('/') {
        return Some(NO_HOST);
    }
    match path {
        "" => Some(NO_PATH),
        path if path.starts_with('~') => Some("has a path with '~', which restic refuses"),
        _ => None,
    }
}

/// `scheme://user:password@host`.
fn has_password(location: &str) -> bool {
    let authority = location
        .split_once("://")
        .map(|(_, rest)| rest.split('/').next().unwrap_or(rest));
    let userinfo = authority
        .and_then(|a| a.rsplit_once('@'))
        .map(|(user, _)| user);
    userinfo.is_some_and(|u| u.contains(':'))
}
