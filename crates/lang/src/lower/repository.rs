//! `repositories:`.

use super::cx::{Cx, Slot};
use super::fields::Fields;
use super::names::{disk_of, reference, was, word};
use super::place::about;
use super::{path, scalar, secret};
use crate::yaml::{Key, Node, NodeKind};
use diag::Diagnostic;
use model::declare::{Given, Ref, Scalar as _, set};
use model::id::Kind;
use model::lab::protection::RepositoryAbout;
use model::lab::{Lab, Repository};

pub(super) fn lower(cx: &mut Cx<'_>, lab: &mut Lab, name: &Key, node: &Node) {
    let mut repository = Repository {
        span: name.span,
        was: None,
        on: None,
        location: None,
        disk: None,
        password: None,
        about: RepositoryAbout::default(),
    };
    if let Some(mut f) = Fields::of(cx, format!("repository '{}'", name.text), name.span, node) {
        repository.was = f.read(cx, "was", was);
        let inside = f.entry("on").is_some_and(|e| is_inside(cx, &e.value));
        let held_by = match inside {
            true => f.given(cx, "on", holder),
            false => {
                repository.on = f.given(cx, "on", reference(Kind::Host));
                None
            }
        };
        // What another program keeps may have no location that restic knows.
        repository.location = match f.entry("kind").is_some() {
            true => f.given(cx, "location", location),
            false => f.need_given(cx, "location", "/mnt/backup/holdfast", location),
        };
        repository.disk = f.given(cx, "disk", word);
        let host = repository.on.as_ref().and_then(Given::value);
        if let (Some(host), Some(disk)) = (host, &repository.disk) {
            disk_of(cx, f.owner(), host, disk);
        }
        repository.password = f.read(cx, "password", secret::reference);
        repository.about = about(cx, &mut f, RepositoryAbout::of);
        repository.about.held_by = repository.about.held_by.take().or(held_by);
        f.finish(cx);
    }
    lab.repositories.insert(name.text.to_string(), repository);
}

/// What may hold a repository instead of a host.
const HOLDERS: u64 = set::GUEST | set::DEVICE | set::CLUSTER | set::SERVICE;

/// It names a guest, device, cluster or service and no host: a backup server in a guest, say.
fn is_inside(cx: &Cx<'_>, node: &Node) -> bool {
    match &node.kind {
        NodeKind::Scalar { text, .. } => {
            Ref::<{ set::HOST }>::scalar(text, cx.names).is_err()
                && Ref::<HOLDERS>::scalar(text, cx.names).is_ok()
        }
        _ => false,
    }
}

fn holder(cx: &mut Cx<'_>, slot: &Slot<'_>) -> Option<Ref<HOLDERS>> {
    let text = scalar::text(cx, slot)?;
    Ref::scalar(&text, cx.names).ok()
}

/// A directory, or one of restic's other locations (restic manual, "Preparing a new repository").
fn location(cx: &mut Cx<'_>, slot: &Slot<'_>) -> Option<String> {
    const REMOTE: [&str; 8] = ["sftp", "rest", "s3", "b2", "azure", "gs", "swift", "rclone"];
    let text = scalar::text(cx, slot)?;
    if has_password(&text) {
        cx.sink.secret(slot.node.span);
        let message = format!("{slot} contains a secret in clear text");
        let d = Diagnostic::invalid("secret-in-clear", message)
            .at(slot.node.head, "")
            .help("remove the password from the URL; restic takes it from its environment");
        cx.report(d);
        return None;
    }
    if text.starts_with('/') {
        return path::absolute(cx, slot);
    }
    let remote = text
        .split_once(':')
        .is_some_and(|(kind, rest)| REMOTE.contains(&kind) && !rest.is_empty());
    if !remote {
        cx.bad(
            "invalid-path",
            slot,
            &text,
            "is neither an absolute path nor a restic location such as sftp:HOST:/PATH",
        );
        return None;
    }
    Some(text)
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
