//! The host's own nftables table; every other table is somebody else's and never touched.

use super::builder::{Diff, Draft, On, file_value};
use crate::{Comparison, How, render};
use model::fact::{FactKind, FactPath, Seen};
use model::plan::{AccessChange, Action, Cond, FilePut, Risk, Undo};
use model::value::Value;

pub(super) fn compare(on: &On<'_>) -> Vec<Comparison> {
    let declared = on.host.firewall.as_ref();
    let mut found: Vec<Comparison> = declared.and_then(|f| table(on, f)).into_iter().collect();
    for ours in on.ctx.owned_of(on.name, "nft:inet/") {
        if declared.is_none_or(|f| f.table.value != ours) {
            found.extend(removed(on, ours));
        }
    }
    found
}

/// The table must be what its file says, and the file what the lab says: a hand edit of either is drift.
fn table(on: &On<'_>, firewall: &model::lab::Firewall) -> Option<Comparison> {
    let name = &firewall.table.value;
    let ruleset = render::nft_table(on.ctx.lab, on.host, firewall);
    let live = FactPath::new(FactKind::Nft, format!("inet/{name}"));
    let file = FactPath::new(FactKind::File, render::nft_file(name));
    let put = FilePut {
        path: file.key.clone(),
        content: ruleset.clone(),
        mode: "0600".to_owned(),
        owner: "root".to_owned(),
        group: "root".to_owned(),
    };
    let post = vec![
        Cond::Is(file.clone(), file_value(&put)),
        Cond::FieldIs(live.clone(), "as_persisted".to_owned(), Value::from(true)),
    ];
    let (seen_live, seen_file) = (on.facts.seen(&live), on.facts.seen(&file));
    for (path, seen) in [(&live, &seen_live), (&file, &seen_file)] {
        if let Seen::Unknown(r) = seen {
            return Some(on.unknown(
                path.clone(),
                "table as declared",
                r.clone(),
                Some(firewall.span),
            ));
        }
    }
    if post.iter().all(|c| c.holds(on.facts).is_true()) {
        return None;
    }
    let diff = Diff {
        path: live.clone(),
        how: if seen_live == Seen::Absent {
            How::Missing
        } else {
            How::Differs
        },
        declared: format!(
            "table inet {name}, default deny, {} ways in",
            on.host.exposures.len()
        ),
        observed: seen_live.to_string(),
        span: Some(firewall.span),
    };
    let draft = Draft {
        id: format!("nft/{name}"),
        summary: format!(
            "firewall: table inet {name}, default deny, {} declared ways in",
            on.host.exposures.len()
        ),
        action: Action::Access(AccessChange::Nft {
            table: name.clone(),
            ruleset: Some(ruleset),
        }),
        reads: vec![live, file],
        post,
        undo: Undo::Saved,
        risk: Risk::Access,
        span: Some(firewall.span),
        after: Vec::new(),
    };
    Some(on.mend(diff, vec![draft]))
}

fn removed(on: &On<'_>, name: &str) -> Option<Comparison> {
    let live = FactPath::new(FactKind::Nft, format!("inet/{name}"));
    let Seen::Present(value) = on.facts.seen(&live) else {
        return None;
    };
    let diff = Diff {
        path: live.clone(),
        how: How::Undeclared,
        declared: "no longer declared".to_owned(),
        observed: value.to_string(),
        span: None,
    };
    let draft = Draft {
        id: format!("nft/{name}"),
        summary: format!("firewall: remove table inet {name}, which is no longer declared"),
        action: Action::Access(AccessChange::Nft {
            table: name.to_owned(),
            ruleset: None,
        }),
        reads: vec![live.clone()],
        post: vec![Cond::Absent(live)],
        undo: Undo::Saved,
        risk: Risk::Access,
        span: None,
        after: Vec::new(),
    };
    Some(on.mend(diff, vec![draft]))
}
