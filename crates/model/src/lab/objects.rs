//! Objects of one kind by their names.

use indexmap::{Equivalent, IndexMap, map};
use rustc_hash::FxBuildHasher;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::hash::Hash;
use std::sync::OnceLock;

/// Objects by name, in the order of their names.
///
/// They are found by a hash of the name: rules ask for the objects of others' names all the time, and a tree compares a dozen names
/// for each answer. Each stands on its own in memory, so that nothing of it is moved when the map grows or is joined with another.
#[derive(Clone)]
pub struct Objects<T> {
    map: IndexMap<String, Box<T>, FxBuildHasher>,
    /// The order of the names, if somebody wanted it since the last change.
    order: OnceLock<Order>,
}

/// Where in the map the names stand, in their order.
#[derive(Clone)]
enum Order {
    AsItIs,
    By(Vec<usize>),
}

impl<T> Default for Objects<T> {
    fn default() -> Self {
        Self {
            map: IndexMap::default(),
            order: OnceLock::new(),
        }
    }
}

impl<T: fmt::Debug> fmt::Debug for Objects<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self).finish()
    }
}

impl<T: PartialEq> PartialEq for Objects<T> {
    fn eq(&self, other: &Self) -> bool {
        self.map == other.map
    }
}

impl<T: Eq> Eq for Objects<T> {}

impl<T: Serialize> Serialize for Objects<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Objects<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let map = IndexMap::deserialize(deserializer)?;
        Ok(Self {
            map,
            order: OnceLock::new(),
        })
    }
}

impl<T> Objects<T> {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.map.len()
    }

    /// There are none.
    pub fn is_empty(&self) -> bool {
        self.map.is_empty()
    }

    /// The object of this name.
    pub fn get<Q: Hash + Equivalent<String> + ?Sized>(&self, name: &Q) -> Option<&T> {
        self.map.get(name).map(AsRef::as_ref)
    }

    /// The same, to be changed.
    pub fn get_mut<Q: Hash + Equivalent<String> + ?Sized>(&mut self, name: &Q) -> Option<&mut T> {
        self.map.get_mut(name).map(AsMut::as_mut)
    }

    /// The object with its name as it is kept here, which lives as long.
    pub fn get_key_value<Q: Hash + Equivalent<String> + ?Sized>(
        &self,
        name: &Q,
    ) -> Option<(&String, &T)> {
        let found = self.map.get_key_value(name);
        found.map(|(name, object)| (name, object.as_ref()))
    }

    /// Whether one has this name.
    pub fn contains_key<Q: Hash + Equivalent<String> + ?Sized>(&self, name: &Q) -> bool {
        self.map.contains_key(name)
    }

    /// Adds an object; gives back one that had the name before.
    pub fn insert(&mut self, name: String, object: T) -> Option<T> {
        self.order = OnceLock::new();
        self.map.insert(name, Box::new(object)).map(|old| *old)
    }

    /// Takes an object out.
    pub fn remove<Q: Hash + Equivalent<String> + ?Sized>(&mut self, name: &Q) -> Option<T> {
        self.order = OnceLock::new();
        self.map.shift_remove(name).map(|old| *old)
    }

    /// Takes some out; each alone would move all that come behind it.
    pub fn take(&mut self, away: impl Fn(&str) -> bool) -> Vec<(String, T)> {
        self.settle();
        let mut out = Vec::new();
        let mut there = IndexMap::default();
        for (name, one) in std::mem::take(&mut self.map) {
            match away(&name) {
                true => out.push((name, *one)),
                false => drop(there.insert(name, one)),
            }
        }
        self.map = there;
        out
    }

    /// Takes over all objects of another map; of two with the same name, the other's stays.
    pub fn append(&mut self, other: &mut Self) {
        self.order = OnceLock::new();
        other.order = OnceLock::new();
        match self.map.is_empty() {
            true => std::mem::swap(&mut self.map, &mut other.map),
            false => self.map.append(&mut other.map),
        }
    }

    /// Takes all of them out.
    pub fn clear(&mut self) {
        self.order = OnceLock::new();
        self.map.clear();
    }

    /// Keeps some.
    pub fn retain(&mut self, mut keep: impl FnMut(&String, &mut T) -> bool) {
        self.settle();
        self.order = OnceLock::new();
        self.map.retain(|name, object| keep(name, object));
    }

    /// Puts them into their order in memory as well, so that whoever goes through them need not look it up.
    pub fn settle(&mut self) {
        if !self.map.keys().is_sorted() {
            self.map.sort_unstable_keys();
        }
        self.order = OnceLock::from(Order::AsItIs);
    }

    /// Names in their order.
    pub fn keys(&self) -> impl DoubleEndedIterator<Item = &String> + ExactSizeIterator + Clone {
        self.iter().map(|(name, _)| name)
    }

    /// Objects in the order of their names.
    pub fn values(&self) -> impl DoubleEndedIterator<Item = &T> + ExactSizeIterator + Clone {
        self.iter().map(|(_, object)| object)
    }

    /// The same, to be changed.
    pub fn values_mut(&mut self) -> impl DoubleEndedIterator<Item = &mut T> + ExactSizeIterator {
        self.iter_mut().map(|(_, object)| object)
    }

    /// Names and objects in the order of the names.
    pub fn iter(&self) -> Iter<'_, T> {
        match self.order.get_or_init(|| Order::of(&self.map)) {
            Order::AsItIs => Iter::AsItIs(self.map.iter()),
            Order::By(order) => Iter::By(&self.map, order.iter()),
        }
    }

    /// The same, to be changed.
    pub fn iter_mut(&mut self) -> IterMut<'_, T> {
        self.settle();
        IterMut(self.map.iter_mut())
    }
}

impl Order {
    fn of<T>(map: &IndexMap<String, Box<T>, FxBuildHasher>) -> Self {
        if map.keys().is_sorted() {
            return Self::AsItIs;
        }
        let mut order: Vec<usize> = (0..map.len()).collect();
        order.sort_unstable_by_key(|at| map.get_index(*at).map(|(name, _)| name));
        Self::By(order)
    }
}

/// Names and objects, see [`Objects::iter`].
pub enum Iter<'a, T> {
    /// They stand in their order.
    AsItIs(map::Iter<'a, String, Box<T>>),
    /// They do not; where each stands.
    By(
        &'a IndexMap<String, Box<T>, FxBuildHasher>,
        std::slice::Iter<'a, usize>,
    ),
}

/// Names and objects, see [`Objects::iter_mut`].
#[derive(Debug)]
pub struct IterMut<'a, T>(map::IterMut<'a, String, Box<T>>);

/// Names and objects of a map that is no more.
#[derive(Debug)]
pub struct IntoIter<T>(map::IntoIter<String, Box<T>>);

impl<T> Clone for Iter<'_, T> {
    fn clone(&self) -> Self {
        match self {
            Self::AsItIs(all) => Self::AsItIs(all.clone()),
            Self::By(map, order) => Self::By(map, order.clone()),
        }
    }
}

impl<'a, T> Iterator for Iter<'a, T> {
    type Item = (&'a String, &'a T);

    fn next(&mut self) -> Option<Self::Item> {
        let (name, object) = match self {
            Self::AsItIs(all) => all.next()?,
            Self::By(map, order) => map.get_index(*order.next()?)?,
        };
        Some((name, object.as_ref()))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        match self {
            Self::AsItIs(all) => all.size_hint(),
            Self::By(_, order) => order.size_hint(),
        }
    }
}

impl<T> DoubleEndedIterator for Iter<'_, T> {
    fn next_back(&mut self) -> Option<Self::Item> {
        let (name, object) = match self {
            Self::AsItIs(all) => all.next_back()?,
            Self::By(map, order) => map.get_index(*order.next_back()?)?,
        };
        Some((name, object.as_ref()))
    }
}

impl<T> ExactSizeIterator for Iter<'_, T> {}

/// The two are the same but for what they give.
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

    fn into_iter(mut self) -> Self::IntoIter {
        self.settle();
        IntoIter(self.map.into_iter())
    }
}

impl<T> FromIterator<(String, T)> for Objects<T> {
    fn from_iter<I: IntoIterator<Item = (String, T)>>(objects: I) -> Self {
        let boxed = objects.into_iter().map(|(name, one)| (name, Box::new(one)));
        Self {
            map: boxed.collect(),
            order: OnceLock::new(),
        }
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
        self.order = OnceLock::new();
        self.map.extend(boxed);
    }
}

impl<T, Q: Hash + Equivalent<String> + ?Sized> std::ops::Index<&Q> for Objects<T> {
    type Output = T;

    fn index(&self, name: &Q) -> &T {
        self.map.index(name)
    }
}

#[cfg(test)]
mod tests {
    use super::Objects;

    fn of(names: &[&str]) -> Objects<usize> {
        let numbered = names.iter().zip(0..);
        numbered.map(|(n, at)| ((*n).to_owned(), at)).collect()
    }

    fn names(of: &Objects<usize>) -> Vec<&str> {
        of.keys().map(String::as_str).collect()
    }

    #[test]
    fn names_have_their_order_whatever_came_first() {
        let mut all = of(&["c", "a"]);
        assert_eq!(names(&all), ["a", "c"]);
        all.insert("b".to_owned(), 7);
        assert_eq!(names(&all), ["a", "b", "c"]);
        assert_eq!(all.values().rev().copied().collect::<Vec<_>>(), [0, 7, 1]);
        assert_eq!(all.insert("b".to_owned(), 8), Some(7));
        all.append(&mut of(&["0", "c"]));
        assert_eq!(names(&all), ["0", "a", "b", "c"]);
        assert_eq!((all["c"], all.get("b"), all.get("x")), (1, Some(&8), None));
        assert_eq!(all.remove("a"), Some(1));
        assert_eq!(all.take(|name| name == "a"), []);
        all.retain(|name, _| name != "0");
        assert_eq!(names(&all), ["b", "c"]);
        let mutable: Vec<&String> = all.iter_mut().map(|(name, _)| name).collect();
        assert_eq!(mutable, ["b", "c"]);
        assert_eq!(format!("{all:?}"), r#"{"b": 8, "c": 1}"#);
        assert_eq!(all.take(|name| name == "b"), [("b".to_owned(), 8)]);
        assert_eq!((names(&all), all["c"]), (vec!["c"], 1));
    }

    #[test]
    fn the_order_in_which_they_came_makes_no_difference() {
        let numbered = |pairs: [(&str, usize); 2]| -> Objects<usize> {
            let owned = pairs.map(|(n, at)| (n.to_owned(), at));
            owned.into_iter().collect()
        };
        let (one, other) = (
            numbered([("b", 1), ("a", 2)]),
            numbered([("a", 2), ("b", 1)]),
        );
        assert_eq!(one, other);
        let json = serde_json::to_string(&one).unwrap();
        assert_eq!(json, r#"{"a":2,"b":1}"#);
        assert_eq!(serde_json::from_str::<Objects<usize>>(&json).unwrap(), one);
        assert_eq!(one.into_iter().map(|(n, _)| n).collect::<String>(), "ab");
    }
}
