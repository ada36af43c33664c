//! What was found so far, and where nothing is to be found.

use super::{Grade, Leak};
use std::collections::BTreeMap;
use std::ops::Range;

/// What was found so far, by where it begins; no two overlap.
#[derive(Default)]
pub(super) struct Leaks(pub(super) BTreeMap<usize, Leak>);

impl Leaks {
    /// All of these in the order of the text.
    pub(super) fn of(leaks: impl Iterator<Item = Leak>) -> Vec<Leak> {
        let mut all = Self::default();
        leaks.for_each(|leak| all.put(leak));
        all.0.into_values().collect()
    }

    /// One that overlaps others becomes one with them, under the name of the first that was found.
    pub(super) fn add(&mut self, span: Range<usize>, what: String) {
        self.put(Leak {
            span,
            what,
            grade: Grade::Clear,
        });
    }

    pub(super) fn put(&mut self, mut leak: Leak) {
        if leak.span.is_empty() {
            return;
        }
        while let Some((at, old)) = self.0.range(..leak.span.end).next_back()
            && old.span.end > leak.span.start
        {
            let at = *at;
            let Some(old) = self.0.remove(&at) else { break };
            let span = leak.span.start.min(old.span.start)..leak.span.end.max(old.span.end);
            // Of a hash and more than it, it is the more that is told.
            leak = match leak.grade < old.grade {
                true => Leak { span, ..leak },
                false => Leak { span, ..old },
            };
        }
        self.0.insert(leak.span.start, leak);
    }
}

/// Where something stands that is none under whatever name: hashes, and what only a cluster can open. In order.
pub(super) struct Quiet(pub(super) Vec<Range<usize>>);

impl Quiet {
    pub(super) fn add(&mut self, more: Vec<Range<usize>>) {
        self.0.extend(more);
        self.0.sort_by_key(|span| span.start);
    }

    /// Whether a place is in one of them, or one of them in it.
    pub(super) fn has(&self, span: &Range<usize>) -> bool {
        let next = self.0.partition_point(|quiet| quiet.start < span.end);
        let before = next.checked_sub(1).and_then(|at| self.0.get(at));
        before.is_some_and(|quiet| quiet.end > span.start)
    }
}
