//! Whether things that cannot be divided find room: bin packing.
//!
//! The sum of what is needed says little: three guests of 10 GiB do not fit on two hosts of 16 GiB. Whether they fit is decided by placing them.
//! What could take forever ends after [`WORK`] steps, and is then told as not decided.

use std::collections::BTreeSet;

/// Steps after which a search is given up: some milliseconds.
pub const WORK: usize = 50_000;

/// Things beyond which no search is begun: it would end with nothing.
pub const SEARCHED: usize = 64;

/// How the placing ends; places and rooms by their numbers in what was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Packing {
    /// All find room: for each thing, which room.
    Fits(Vec<usize>),
    /// Whatever one tries, at least one of them finds none: for each thing, which room when the largest go first.
    Not(Vec<Option<usize>>),
    /// It was given up before it was decided: the same as of [`Packing::Not`].
    Open(Vec<Option<usize>>),
}

/// Places things of these sizes into rooms of these sizes. Rooms may be smaller than nothing, things may not.
pub fn pack(things: &[i128], rooms: &[i128]) -> Packing {
    let mut order: Vec<usize> = (0..things.len()).collect();
    order.sort_by_key(|i| std::cmp::Reverse(things[*i]));
    let first = greedy(things, rooms, &order, Choice::First);
    if let Some(all) = whole(&first) {
        return Packing::Fits(all);
    }
    if let Some(all) = whole(&greedy(things, rooms, &order, Choice::Tightest)) {
        return Packing::Fits(all);
    }
    if too_many(things, rooms, &order) {
        return Packing::Not(first);
    }
    if things.len() > SEARCHED {
        return Packing::Open(first);
    }
    let mut search = Search {
        things,
        order: &order,
        left: rooms.to_vec(),
        at: vec![0; things.len()],
        work: WORK,
    };
    match search.place(0) {
        Some(true) => Packing::Fits(search.at),
        Some(false) => Packing::Not(first),
        None => Packing::Open(first),
    }
}

/// Which of the rooms that are large enough.
#[derive(Clone, Copy)]
enum Choice {
    First,
    Tightest,
}

/// Each in turn, the largest first.
fn greedy(things: &[i128], rooms: &[i128], order: &[usize], which: Choice) -> Vec<Option<usize>> {
    let mut left = Left::of(rooms, which);
    let mut at = vec![None; things.len()];
    for &thing in order {
        at[thing] = left.take(things[thing]);
    }
    at
}

/// Rooms in an order in which the one to choose is found without looking through all of them.
enum Left {
    /// A tree of which each node has the larger of its two; the rooms are its last half.
    First(Vec<i128>),
    /// By what is left.
    Tightest(BTreeSet<(i128, usize)>),
}

impl Left {
    fn of(rooms: &[i128], which: Choice) -> Self {
        match which {
            Choice::Tightest => Self::Tightest(rooms.iter().copied().zip(0..).collect()),
            Choice::First => {
                let leaves = rooms.len().next_power_of_two();
                let mut tree = vec![i128::MIN; 2 * leaves];
                tree[leaves..leaves + rooms.len()].copy_from_slice(rooms);
                for node in (1..leaves).rev() {
                    tree[node] = tree[2 * node].max(tree[2 * node + 1]);
                }
                Self::First(tree)
            }
        }
    }

    fn take(&mut self, size: i128) -> Option<usize> {
        match self {
            Self::Tightest(rooms) => {
                let (left, room) = *rooms.range((size, 0)..).next()?;
                rooms.remove(&(left, room));
                rooms.insert((left - size, room));
                Some(room)
            }
            Self::First(tree) => {
                let leaves = tree.len() / 2;
                if tree[1] < size {
                    return None;
                }
                let mut node = 1;
                while node < leaves {
                    node = 2 * node + usize::from(tree[2 * node] < size);
                }
                let room = node - leaves;
                tree[node] -= size;
                while node > 1 {
                    node /= 2;
                    tree[node] = tree[2 * node].max(tree[2 * node + 1]);
                }
                Some(room)
            }
        }
    }
}

fn whole(at: &[Option<usize>]) -> Option<Vec<usize>> {
    at.iter().copied().collect()
}

/// There are more things of some size or above than rooms hold of that size, or all together are too much.
fn too_many(things: &[i128], rooms: &[i128], order: &[usize]) -> bool {
    let room: i128 = rooms.iter().filter(|r| **r > 0).sum();
    let mut sum = 0_i128;
    let mut work = WORK * 20;
    let mut last: Option<(i128, i128)> = None;
    order.iter().zip(1_i128..).any(|(thing, count)| {
        let size = things[*thing];
        sum += size;
        if last.is_none_or(|(of, _)| of != size) {
            // Beyond the work the sum alone can show it.
            last = work.checked_sub(rooms.len()).map(|rest| {
                work = rest;
                (size, holds(rooms, size))
            });
        }
        sum > room || last.is_some_and(|(_, held)| count > held)
    })
}

/// How many things of a size the rooms hold.
fn holds(rooms: &[i128], size: i128) -> i128 {
    let large = rooms.iter().filter(|r| **r >= size);
    let each = large.map(|r| r.checked_div(size).unwrap_or(i128::from(u32::MAX)));
    each.sum()
}

/// All placings, the largest thing first, until one is whole or the work is used up.
struct Search<'a> {
    things: &'a [i128],
    order: &'a [usize],
    left: Vec<i128>,
    at: Vec<usize>,
    work: usize,
}

impl Search<'_> {
    /// Whether the rest finds room; none if nobody looked to the end.
    fn place(&mut self, next: usize) -> Option<bool> {
        let Some(&thing) = self.order.get(next) else {
            return Some(true);
        };
        self.work = self.work.checked_sub(1)?;
        if !self.may_fit(next) {
            return Some(false);
        }
        let size = self.things[thing];
        // Things of one size are alike: the second goes into no room before that of the first.
        let from = match next.checked_sub(1).map(|before| self.order[before]) {
            Some(before) if self.things[before] == size => self.at[before],
            _ => 0,
        };
        let mut tried: Vec<i128> = Vec::new();
        for room in from..self.left.len() {
            let left = self.left[room];
            if left < size || tried.contains(&left) {
                continue;
            }
            // Rooms with as much left are alike: whatever is to come could change places between them.
            tried.push(left);
            self.left[room] -= size;
            self.at[thing] = room;
            let found = self.place(next + 1);
            if found != Some(false) {
                return found;
            }
            self.left[room] += size;
        }
        Some(false)
    }

    /// What is left to place is no more than what is left of rooms that can hold any of it.
    fn may_fit(&self, next: usize) -> bool {
        let rest = &self.order[next..];
        let smallest = rest.last().map_or(0, |t| self.things[*t]);
        let need: i128 = rest.iter().map(|t| self.things[*t]).sum();
        let room: i128 = self.left.iter().filter(|l| **l >= smallest).sum();
        need <= room
    }
}
