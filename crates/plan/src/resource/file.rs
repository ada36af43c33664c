//! Declared files, whole.

use super::builder::{On, WholeFile};
use crate::{Comparison, render};
use model::lab::ManagedFile;
use model::plan::{FilePut, Risk};

pub(super) fn compare(on: &On<'_>) -> Vec<Comparison> {
    let mut found: Vec<Comparison> = on
        .host
        .files
        .iter()
        .filter_map(|(path, file)| on.whole_file(&whole(path, file)))
        .collect();
    for path in on.ctx.owned_of(on.name, "file:") {
        if !on.host.files.contains_key(path) && !has_other_keeper(path) {
            found.extend(on.remove_owned_file(path));
        }
    }
    found
}

fn whole(path: &str, file: &ManagedFile) -> WholeFile {
    let text = |v: &Option<diag::Spanned<String>>, default: &str| {
        v.as_ref()
            .map_or_else(|| default.to_owned(), |s| s.value.clone())
    };
    WholeFile {
        put: FilePut {
            path: path.to_owned(),
            content: file.content.value.clone(),
            mode: text(&file.mode, "0644"),
            owner: text(&file.owner, "root"),
            group: text(&file.group, "root"),
        },
        span: file.span,
        risk: Risk::None,
    }
}

/// Files of ours that another resource declares: their removal is decided there.
fn has_other_keeper(path: &str) -> bool {
    path == render::SSHD_DROPIN
        || path == render::SYSCTL_FILE
        || path.starts_with("/etc/sudoers.d/")
        || path.starts_with("/etc/holdfast/")
        || path.starts_with("/etc/systemd/system/holdfast-")
}
