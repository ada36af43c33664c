//! What is seen when a source of facts cannot be read: unknown, never absent.

use super::Fixture;
use model::fact::{Completeness, FactKind, FactPath, Scope, Seen};
use model::realm::RealmTag;
use std::collections::BTreeMap;

/// Asked for whole where that is how the kind is listed.
fn scope_of(path: &FactPath) -> Scope {
    let mut scope = Scope::default();
    match path.kind {
        FactKind::File
        | FactKind::Unit
        | FactKind::Sysctl
        | FactKind::Nft
        | FactKind::Timer
        | FactKind::Archive
        | FactKind::Repository => scope.add(path.clone()),
        kind => {
            scope.collections.insert(kind);
            scope.add(path.clone());
        }
    }
    scope
}

/// Everything that was there is still there or unknown, what was not there is unknown, and no list is said to be whole.
pub(super) fn hidden_sources_are_unknown<R: RealmTag>(fixture: &mut Fixture<R>) {
    let sources = fixture.sources.clone();
    assert!(!sources.is_empty(), "no source to hide");
    let scopes: BTreeMap<FactPath, Scope> = sources
        .iter()
        .map(|path| (path.clone(), scope_of(path)))
        .collect();
    let all = scopes
        .values()
        .cloned()
        .fold(Scope::default(), Scope::union);
    let before = fixture.seen(&all);
    for (path, scope) in &scopes {
        assert_eq!(
            before[path],
            Seen::Absent,
            "{path} is for what is not there"
        );
        fixture.console.hide(path.kind);
        let facts = fixture.look(scope);
        fixture.console.show(path.kind);
        assert!(facts.identity.is_some(), "{:?}", facts.errors);
        for (at, was) in before.iter().filter(|(p, _)| p.kind == path.kind) {
            let now = facts.seen(at);
            let honest = matches!(now, Seen::Unknown(_)) || (now == *was && now != Seen::Absent);
            assert!(
                honest,
                "{at} was {was}, and is {now} with its source hidden"
            );
        }
        for kind in &scope.collections {
            let complete = facts.collections.get(kind);
            let partial = matches!(complete, Some(Completeness::No(_)));
            assert!(
                partial,
                "{kind:?} is whole with its source hidden: {complete:?}"
            );
        }
    }
    assert_eq!(before, fixture.seen(&all), "all is seen again");
}
