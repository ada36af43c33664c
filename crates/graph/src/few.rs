//! Sets that mostly hold one thing.

use std::cmp::Ordering;
use std::ops::Deref;

/// A set of few things in their order. One stands in the set itself: a large lab has hundreds of thousands of them, and a tree of
/// one takes the room of eleven.
#[derive(Debug, Clone)]
pub enum Few<T> {
    /// One alone.
    One(T),
    /// None or several, sorted, each once.
    More(Vec<T>),
}

impl<T> Default for Few<T> {
    fn default() -> Self {
        Self::More(Vec::new())
    }
}

impl<T> Deref for Few<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        match self {
            Self::One(one) => std::slice::from_ref(one),
            Self::More(all) => all,
        }
    }
}

impl<T: PartialEq> PartialEq for Few<T> {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl<T: Eq> Eq for Few<T> {}

impl<T: Ord> PartialOrd for Few<T> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<T: Ord> Ord for Few<T> {
    fn cmp(&self, other: &Self) -> Ordering {
        (**self).cmp(&**other)
    }
}

impl<T: Ord> Few<T> {
    /// Adds one; whether it was not there before.
    pub fn insert(&mut self, value: T) -> bool {
        let Err(at) = self.binary_search(&value) else {
            return false;
        };
        let mut all = std::mem::take(self).into_vec();
        all.insert(at, value);
        *self = Self::sorted(all);
        true
    }

    /// Those that are in the other, too.
    pub fn intersection<'f>(&'f self, other: &'f Self) -> impl Iterator<Item = &'f T> {
        self.iter().filter(|one| other.binary_search(one).is_ok())
    }

    /// Whether none of them is in the other.
    pub fn is_disjoint(&self, other: &Self) -> bool {
        self.intersection(other).next().is_none()
    }

    /// Whether all of them are in the other.
    pub fn is_subset(&self, other: &Self) -> bool {
        self.iter().all(|one| other.binary_search(one).is_ok())
    }

    fn into_vec(self) -> Vec<T> {
        match self {
            Self::One(one) => vec![one],
            Self::More(all) => all,
        }
    }

    /// Of a list that is sorted and has each once.
    fn sorted(mut all: Vec<T>) -> Self {
        match (all.len(), all.pop()) {
            (1, Some(one)) => Self::One(one),
            (_, last) => {
                all.extend(last);
                Self::More(all)
            }
        }
    }
}

impl<T: Ord> Extend<T> for Few<T> {
    fn extend<I: IntoIterator<Item = T>>(&mut self, more: I) {
        let mut more = more.into_iter().peekable();
        if more.peek().is_none() {
            return;
        }
        let mut all = std::mem::take(self).into_vec();
        all.extend(more);
        *self = all.into();
    }
}

impl<T: Ord> From<Vec<T>> for Few<T> {
    fn from(mut all: Vec<T>) -> Self {
        all.sort_unstable();
        all.dedup();
        Self::sorted(all)
    }
}

impl<T: Ord> FromIterator<T> for Few<T> {
    fn from_iter<I: IntoIterator<Item = T>>(all: I) -> Self {
        let mut all = all.into_iter();
        let Some(first) = all.next() else {
            return Self::default();
        };
        let mut out = Self::One(first);
        out.extend(all);
        out
    }
}

impl<T: Ord, const N: usize> From<[T; N]> for Few<T> {
    fn from(all: [T; N]) -> Self {
        all.into_iter().collect()
    }
}

impl<T: Ord> IntoIterator for Few<T> {
    type Item = T;
    type IntoIter = std::vec::IntoIter<T>;

    fn into_iter(self) -> Self::IntoIter {
        self.into_vec().into_iter()
    }
}

impl<'f, T> IntoIterator for &'f Few<T> {
    type Item = &'f T;
    type IntoIter = std::slice::Iter<'f, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn a_set_as_others_are() {
        let lists: &[&[u32]] = &[&[], &[3], &[3, 3], &[5, 1, 3, 1], &[2, 4]];
        for one in lists {
            let few: Few<u32> = one.iter().copied().collect();
            let tree: BTreeSet<u32> = one.iter().copied().collect();
            assert!(few.iter().eq(&tree));
            let mut by_one = Few::default();
            let new = one.iter().filter(|n| by_one.insert(**n)).count();
            assert_eq!((new, &by_one), (tree.len(), &few));
            for other in lists {
                let others: Few<u32> = other.iter().copied().collect();
                let trees: BTreeSet<u32> = other.iter().copied().collect();
                assert_eq!(few.is_disjoint(&others), tree.is_disjoint(&trees));
                assert_eq!(few.is_subset(&others), tree.is_subset(&trees));
                let mut both = few.clone();
                both.extend(others);
                assert!(both.iter().eq(tree.union(&trees)));
            }
        }
    }
}
