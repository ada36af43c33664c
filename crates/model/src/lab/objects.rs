//! Objects of one kind by their names.

use serde::{Deserialize, Serialize};
use std::borrow::Borrow;
use std::collections::{BTreeMap, btree_map};

/// Objects by name, in the order of their names.
///
/// Each stands on its own in memory: a tree of the objects themselves, filled in the order of their names, is half empty, and moves
/// what it holds whenever it grows or is joined with another. Of a large lab that was a third of all memory.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Objects<T>(BTreeMap<String, Box<T>>);

impl<T> Default for Objects<T> {
    fn default() -> Self {
        Self(BTreeMap::new())
    }
}

impl<T> Objects<T> {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// There are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The object of this name.
    pub fn get<Q: Ord + ?Sized>(&self, name: &Q) -> Option<&T>
    where
        String: Borrow<Q>,
    {
        self.0.get(name).map(AsRef::as_ref)
    }

    /// The same, to be changed.
    pub fn get_mut<Q: Ord + ?Sized>(&mut self, name: &Q) -> Option<&mut T>
    where
        String: Borrow<Q>,
    {
        self.0.get_mut(name).map(AsMut::as_mut)
    }

    /// The object with its name as it is kept here, which lives as long.
    pub fn get_key_value<Q: Ord + ?Sized>(&self, name: &Q) -> Option<(&String, &T)>
    where
        String: Borrow<Q>,
    {
        let found = self.0.get_key_value(name);
        found.map(|(name, object)| (name, object.as_ref()))
    }

    /// Whether one has this name.
    pub fn contains_key<Q: Ord + ?Sized>(&self, name: &Q) -> bool
    where
        String: Borrow<Q>,
    {
        self.0.contains_key(name)
    }

    /// Adds an object; gives back one that had the name before.
    pub fn insert(&mut self, name: String, object: T) -> Option<T> {
        self.0.insert(name, Box::new(object)).map(|old| *old)
    }

    /// Takes an object out.
    pub fn remove<Q: Ord + ?Sized>(&mut self, name: &Q) -> Option<T>
    where
        String: Borrow<Q>,
    {
        self.0.remove(name).map(|old| *old)
    }

    /// Takes over all objects of another map; of two with the same name, the other's stays.
    pub fn append(&mut self, other: &mut Self) {
        self.0.append(&mut other.0);
    }

    /// Takes all of them out.
    pub fn clear(&mut self) {
        self.0.clear();
    }

    /// Keeps some.
    pub fn retain(&mut self, mut keep: impl FnMut(&String, &mut T) -> bool) {
        self.0.retain(|name, object| keep(name, object));
    }

    /// Names in their order.
    pub fn keys(&self) -> btree_map::Keys<'_, String, Box<T>> {
        self.0.keys()
    }

    /// Objects in the order of their names.
    pub fn values(&self) -> impl DoubleEndedIterator<Item = &T> + ExactSizeIterator + Clone {
        self.0.values().map(AsRef::as_ref)
    }

    /// The same, to be changed.
    pub fn values_mut(&mut self) -> impl DoubleEndedIterator<Item = &mut T> + ExactSizeIterator {
        self.0.values_mut().map(AsMut::as_mut)
    }

    /// Names and objects in the order of the names.
    pub fn iter(&self) -> Iter<'_, T> {
        Iter(self.0.iter())
    }

    /// The same, to be changed.
    pub fn iter_mut(&mut self) -> IterMut<'_, T> {
        IterMut(self.0.iter_mut())
    }
}

/// Names and objects, see [`Objects::iter`].
#[derive(Debug)]
pub struct Iter<'a, T>(btree_map::Iter<'a, String, Box<T>>);

/// Names and objects, see [`Objects::iter_mut`].
#[derive(Debug)]
pub struct IterMut<'a, T>(btree_map::IterMut<'a, String, Box<T>>);

/// Names and objects of a map that is no more.
#[derive(Debug)]
pub struct IntoIter<T>(btree_map::IntoIter<String, Box<T>>);

impl<T> Clone for Iter<'_, T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

/// The three are the same but for what they give.
macro_rules! iterates {
    ($name:ty, $item:ty, $inner:ident => $object:expr $(, $life:lifetime)?) => {
        impl<$($life,)? T> Iterator for $name {
            type Item = $item;

            fn next(&mut self) -> Option<Self::Item> {
                self.0.next().map(|(name, $inner)| (name, $object))
            }

            fn size_hint(&self) -> (usize, Option<usize>) {
                self.0.size_hint()
            }
        }

        impl<$($life,)? T> DoubleEndedIterator for $name {
            fn next_back(&mut self) -> Option<Self::Item> {
                self.0.next_back().map(|(name, $inner)| (name, $object))
            }
        }

        impl<$($life,)? T> ExactSizeIterator for $name {}
    };
}

iterates!(Iter<'a, T>, (&'a String, &'a T), object => object.as_ref(), 'a);
iterates!(IterMut<'a, T>, (&'a String, &'a mut T), object => object.as_mut(), 'a);
iterates!(IntoIter<T>, (String, T), object => *object);

impl<'a, T> IntoIterator for &'a Objects<T> {
    type Item = (&'a String, &'a T);
    type IntoIter = Iter<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<'a, T> IntoIterator for &'a mut Objects<T> {
    type Item = (&'a String, &'a mut T);
    type IntoIter = IterMut<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter_mut()
    }
}

impl<T> IntoIterator for Objects<T> {
    type Item = (String, T);
    type IntoIter = IntoIter<T>;

    fn into_iter(self) -> Self::IntoIter {
        IntoIter(self.0.into_iter())
    }
}

impl<T> FromIterator<(String, T)> for Objects<T> {
    fn from_iter<I: IntoIterator<Item = (String, T)>>(objects: I) -> Self {
        let boxed = objects.into_iter().map(|(name, one)| (name, Box::new(one)));
        Self(boxed.collect())
    }
}

impl<T, const N: usize> From<[(String, T); N]> for Objects<T> {
    fn from(objects: [(String, T); N]) -> Self {
        objects.into_iter().collect()
    }
}

impl<T> Extend<(String, T)> for Objects<T> {
    fn extend<I: IntoIterator<Item = (String, T)>>(&mut self, objects: I) {
        let boxed = objects.into_iter().map(|(name, one)| (name, Box::new(one)));
        self.0.extend(boxed);
    }
}

impl<T, Q: Ord + ?Sized> std::ops::Index<&Q> for Objects<T>
where
    String: Borrow<Q>,
{
    type Output = T;

    fn index(&self, name: &Q) -> &T {
        self.0.index(name)
    }
}
