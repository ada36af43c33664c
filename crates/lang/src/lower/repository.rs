//! `repositories:`.

use super::cx::{Cx, Slot};
use super::fields::Fields;
use super::names::{disk_of, label, reference, was};
use super::place::about;
use super::{location, scalar, secret};
use crate::yaml::{Key, Node, NodeKind};
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
            true => f.given(cx, "location", location::read),
            false => f.need_given(cx, "location", "/mnt/backup/holdfast", location::read),
        };
        let host = repository.on.as_deref().and_then(Given::value);
        repository.disk = f.given(cx, "disk", label(host.map(|h| ("on", h.as_str()))));
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
        NodeKind::Scalar(text) => {
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
