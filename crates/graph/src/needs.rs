//! Whether what a service needs is there: planned and retired things meet no need.

use crate::standing::away;
use model::declare::OptExt as _;
use model::lab::Lab;
use model::lab::service::{Dependency, Strength};

/// How many of which alternatives are needed; none if there is no choice.
pub fn choice(need: &Dependency) -> Option<(usize, &[Dependency])> {
    match need.of.known() {
        Some(of) => Some((usize::try_from(*of).unwrap_or(usize::MAX), &need.among)),
        None if !need.any.is_empty() => Some((1, &need.any)),
        None => None,
    }
}

/// It can be met by what is in use, as far as that is known. What is needed softly can be missed.
pub fn is_met(lab: &Lab, need: &Dependency) -> bool {
    if need.kind.known() == Some(&Strength::Soft) {
        return true;
    }
    if let Some(needed) = need.need.known() {
        return away(lab, &needed.0.object).is_none();
    }
    match choice(need) {
        Some((least, among)) => among.iter().filter(|n| is_met(lab, n)).count() >= least,
        None => need.all.iter().all(|n| is_met(lab, n)),
    }
}
