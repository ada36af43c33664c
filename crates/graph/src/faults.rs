//! Words for faults.

use model::lab::FaultScope;

/// `damage or the loss of its host or site`.
pub fn words(scopes: &[FaultScope]) -> String {
    let damage = scopes.contains(&FaultScope::Corruption);
    let lost: Vec<&str> = scopes
        .iter()
        .filter(|s| **s != FaultScope::Corruption)
        .map(|s| s.word())
        .collect();
    match (damage, lost.is_empty()) {
        (true, true) => "damage or deletion".to_owned(),
        (true, false) => format!("damage or the loss of its {}", lost.join(" or ")),
        (false, _) => format!("the loss of its {}", lost.join(" or ")),
    }
}
