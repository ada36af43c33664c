//! How a fault spreads along needs that are not met any more.
//!
//! Two least fixpoints: what is down for certain, and what may be. An element of which nobody says what it runs on may be down whenever a
//! machine is. Each edge is looked at once in each of them.

use graph::structure::{Need, Structure};
use petgraph::graph::NodeIndex;
use std::collections::VecDeque;

/// What became of each element, by its number.
pub(crate) struct Spread {
    certain: Fixpoint,
    possible: Fixpoint,
}

/// Elements that are down, each with what took it down.
struct Fixpoint {
    down: Vec<bool>,
    cause: Vec<Option<NodeIndex>>,
}

impl Spread {
    /// From what fails, and from what may have failed with it.
    pub(crate) fn of(structure: &Structure, failed: &[NodeIndex], open: &[NodeIndex]) -> Self {
        let certain = Fixpoint::of(structure, failed, true);
        let all: Vec<NodeIndex> = failed.iter().chain(open).copied().collect();
        Self {
            certain,
            possible: Fixpoint::of(structure, &all, false),
        }
    }

    pub(crate) fn is_down(&self, node: NodeIndex) -> bool {
        self.certain.has(node)
    }

    /// It is down, or may be.
    pub(crate) fn may_be_down(&self, node: NodeIndex) -> bool {
        self.possible.has(node)
    }

    /// The elements from what took this one down to what failed, itself first.
    pub(crate) fn chain(&self, node: NodeIndex) -> Vec<NodeIndex> {
        let of = match self.is_down(node) {
            true => &self.certain,
            false => &self.possible,
        };
        let next = |n: &NodeIndex| of.cause.get(n.index()).copied().flatten();
        std::iter::successors(Some(node), next).collect()
    }
}

impl Fixpoint {
    fn of(structure: &Structure, seeds: &[NodeIndex], certain: bool) -> Self {
        let mut out = Self {
            down: vec![false; structure.len()],
            cause: vec![None; structure.len()],
        };
        let mut lost = vec![0_usize; structure.len()];
        let mut open: VecDeque<NodeIndex> = VecDeque::new();
        // Machines before lines and disks: that its machine is gone says more of a service than that its line is.
        let whole = |n: &NodeIndex| structure.target(*n).is_some_and(|t| t.part.is_none());
        let (machines, parts): (Vec<NodeIndex>, Vec<NodeIndex>) =
            seeds.iter().partition(|n| whole(n));
        for seeds in [machines, parts] {
            let fresh = seeds.into_iter().filter(|seed| out.fall(*seed, None));
            open.extend(fresh.collect::<Vec<_>>());
            out.go_on(structure, &mut open, &mut lost, certain);
        }
        out
    }

    /// What fell first is gone on from first, so that chains are short.
    fn go_on(
        &mut self,
        structure: &Structure,
        open: &mut VecDeque<NodeIndex>,
        lost: &mut [usize],
        certain: bool,
    ) {
        while let Some(node) = open.pop_front() {
            for user in structure.users_of(node) {
                let Some(lost) = lost.get_mut(user.index()) else {
                    continue;
                };
                *lost += 1;
                let edges = structure.needs_of(user).count();
                let falls = match structure.need(user) {
                    Need::All => true,
                    Need::One => !certain || *lost == edges,
                    Need::AtLeast(least) => edges - *lost < least,
                };
                if falls && self.fall(user, Some(node)) {
                    open.push_back(user);
                }
            }
        }
    }

    /// Whether it was up before.
    fn fall(&mut self, node: NodeIndex, cause: Option<NodeIndex>) -> bool {
        let Some(down) = self.down.get_mut(node.index()) else {
            return false;
        };
        let fresh = !std::mem::replace(down, true);
        if fresh && let Some(slot) = self.cause.get_mut(node.index()) {
            *slot = cause;
        }
        fresh
    }

    fn has(&self, node: NodeIndex) -> bool {
        self.down.get(node.index()) == Some(&true)
    }
}
