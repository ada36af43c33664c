//! What must be exactly as declared has to be seen whole: of a list with gaps nobody can say that nothing undeclared is in it.

use super::builder::On;
use crate::{Comparison, How};
use model::fact::{Completeness, FactKind, FactPath};
use model::kleene::Reason;
use model::lab::{Manage, Managed};

/// One unknown line per list with gaps, unless `found` says so already. Listeners say it themselves.
pub(super) fn compare(on: &On<'_>, found: &[Comparison]) -> Vec<Comparison> {
    // Of a host that did not answer nothing is known, which is said elsewhere.
    if on.facts.identity.is_none() {
        return Vec::new();
    }
    let exactly = |what| on.host.mode(what) == Manage::Exactly;
    let lists = [
        (
            FactKind::User,
            "every account that can log in is declared",
            exactly(Managed::Users),
        ),
        (
            FactKind::Sudoer,
            "everybody who may become root is declared",
            exactly(Managed::Sudoers),
        ),
        (
            FactKind::Key,
            "every authorised key is declared",
            exactly(Managed::Keys),
        ),
        (
            FactKind::Sshd,
            "sshd is as declared for everybody",
            !on.host.sshd.is_empty(),
        ),
    ];
    let gaps = lists.into_iter().filter(|(.., wanted)| *wanted);
    gaps.filter_map(|(kind, declared, _)| {
        let reason = gap(on, kind)?;
        let unknown = on.unknown(
            FactPath::new(kind, "*"),
            declared,
            reason,
            Some(on.host.span),
        );
        let said = |c: &Comparison| {
            c.difference.how == How::Unknown
                && c.difference.path.kind == kind
                && c.difference.observed == unknown.difference.observed
        };
        (!found.iter().any(said)).then_some(unknown)
    })
    .collect()
}

/// Why some of a kind may not have been seen.
fn gap(on: &On<'_>, kind: FactKind) -> Option<Reason> {
    match on.facts.collections.get(&kind) {
        Some(Completeness::Yes(_)) => None,
        Some(Completeness::No(reason)) => Some(reason.clone()),
        None => Some(Reason::new("it was not observed")),
    }
}
