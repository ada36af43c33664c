//! Guests, one line each.

use super::{Names, size};
use crate::draft::Draft;
use crate::found::{Disk, Guest};
use model::id::{Kind, ObjectRef};
use model::lab::guest::GuestKind;
use starter::yaml::{map, scalar};

pub(super) fn text(draft: &Draft, names: &Names) -> String {
    if draft.guests.is_empty() {
        return String::new();
    }
    let mut text = "# Virtual machines and containers. `services` say what people use of them; a template is one of which guests are cloned.\nguests:\n".to_owned();
    for (name, guest) in &draft.guests {
        let parts: Vec<(String, String)> = parts(draft, names, name, guest);
        text.push_str(&format!("  {}: {}\n", scalar(name), map(&parts)));
    }
    text
}

fn parts(draft: &Draft, names: &Names, name: &str, guest: &Guest) -> Vec<(String, String)> {
    let host = draft.node(guest.cluster.as_deref(), &guest.node);
    let host = host.map(|h| ObjectRef::new(Kind::Host, h));
    // What is restarted elsewhere is at home on the cluster.
    let whole = guest
        .cluster
        .as_deref()
        .and_then(|c| draft.whole(c))
        .cloned();
    let on = match guest.ha {
        Some(true) => whole.or(host),
        _ => host,
    };
    let kind = match guest.kind {
        Some(GuestKind::Vm) => "vm",
        Some(GuestKind::Lxc) => "lxc",
        None => "unknown",
    };
    let yes = |is: bool| is.then(|| "true".to_owned());
    let called = (guest.name != name && is_plain(&guest.name)).then(|| scalar(&guest.name));
    let all: [(&str, Option<String>); 15] = [
        ("name", called),
        ("kind", Some(kind.to_owned())),
        (
            "on",
            Some(on.map_or("unknown".to_owned(), |o| names.refer(&o))),
        ),
        ("id", guest.id.map(|id| id.to_string())),
        ("template", yes(guest.template)),
        ("os", guest.os.as_deref().map(scalar)),
        (
            "cores",
            Some(
                some(guest.cores)
                    .filter(|n| u32::try_from(*n).is_ok())
                    .map_or("unknown".to_owned(), |n| n.to_string()),
            ),
        ),
        (
            "memory",
            Some(some(guest.memory).map_or("unknown".to_owned(), size)),
        ),
        ("swap", guest.swap.map(size)),
        ("disks", disks(draft, guest)),
        ("mac", guest.mac.as_deref().map(scalar)),
        ("privileged", guest.privileged.map(|p| p.to_string())),
        ("ha", guest.ha.map(|h| h.to_string())),
        ("autostart", guest.autostart.map(|a| a.to_string())),
        ("description", None),
    ];
    let said = all
        .into_iter()
        .filter_map(|(k, v)| Some((k.to_owned(), v?)));
    said.collect()
}

fn is_plain(text: &str) -> bool {
    !text.is_empty() && text.len() <= 253 && text.chars().all(|c| c.is_ascii_graphic())
}

/// A source that says nothing of an amount may say so by zero.
fn some(amount: Option<u64>) -> Option<u64> {
    amount.filter(|n| *n > 0)
}

fn disks(draft: &Draft, guest: &Guest) -> Option<String> {
    let one = |disk: &Disk| {
        let pool = disk
            .storage
            .as_deref()
            .and_then(|s| draft.storage(guest, s));
        let mount = disk
            .mount
            .as_deref()
            .filter(|m| m.starts_with('/') && is_plain(m));
        let parts = [
            ("pool", pool.map(scalar)),
            ("size", some(disk.size).map(size)),
            ("mount", mount.map(scalar)),
            ("no_backup", disk.no_backup.then(|| "true".to_owned())),
        ];
        let said = parts
            .into_iter()
            .filter_map(|(k, v)| Some((k.to_owned(), v?)));
        map(&said.collect::<Vec<_>>())
    };
    let all: Vec<(String, String)> = guest
        .disks
        .iter()
        .map(|(slot, d)| (slot.clone(), one(d)))
        .collect();
    (!all.is_empty()).then(|| map(&all))
}
