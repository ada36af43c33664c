//! Placing, held against trying everything.

use graph::packing::{Packing, SEARCHED, pack};
use proptest::prelude::*;

/// Whether the things find room, by trying all placings.
fn by_force(things: &[i128], left: &mut Vec<i128>) -> bool {
    let Some((first, rest)) = things.split_first() else {
        return true;
    };
    (0..left.len()).any(|room| {
        if left[room] < *first {
            return false;
        }
        left[room] -= first;
        let found = by_force(rest, left);
        left[room] += first;
        found
    })
}

/// What is placed lies where it fits.
fn holds(things: &[i128], rooms: &[i128], at: &[Option<usize>]) {
    let mut left = rooms.to_vec();
    for (thing, room) in at.iter().enumerate() {
        if let Some(room) = room {
            left[*room] -= things[thing];
            assert!(
                left[*room] >= 0,
                "{things:?} in {rooms:?}: {at:?} overfills {room}"
            );
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4000))]

    #[test]
    fn placing_says_what_trying_everything_says(
        things in prop::collection::vec(0_i128..14, 0..8),
        rooms in prop::collection::vec(-3_i128..24, 0..5),
    ) {
        let can = by_force(&things, &mut rooms.clone());
        match pack(&things, &rooms) {
            Packing::Fits(at) => {
                prop_assert!(can, "{things:?} in {rooms:?}: {at:?}");
                prop_assert_eq!(at.len(), things.len());
                holds(&things, &rooms, &at.into_iter().map(Some).collect::<Vec<_>>());
            }
            Packing::Not(at) => {
                prop_assert!(!can, "{things:?} in {rooms:?}");
                prop_assert!(at.contains(&None));
                holds(&things, &rooms, &at);
            }
            Packing::Open(at) => prop_assert!(false, "{things:?} in {rooms:?}: {at:?}"),
        }
    }

    /// Rooms that are cut into things fit them, whatever the order: nobody may say that they do not.
    #[test]
    fn what_was_cut_out_of_rooms_is_never_said_not_to_fit(
        cuts in prop::collection::vec(prop::collection::vec(1_i128..40, 1..20), 1..20),
        turn in 0_usize..400,
    ) {
        let rooms: Vec<i128> = cuts.iter().map(|c| c.iter().sum()).collect();
        let mut things: Vec<i128> = cuts.concat();
        let turn = turn % things.len();
        things.rotate_left(turn);
        match pack(&things, &rooms) {
            Packing::Fits(at) => holds(&things, &rooms, &at.into_iter().map(Some).collect::<Vec<_>>()),
            Packing::Not(_) => prop_assert!(false, "{things:?} in {rooms:?}"),
            Packing::Open(at) => holds(&things, &rooms, &at),
        }
    }
}

#[test]
fn what_cannot_be_decided_in_time_is_said_to_be_open() {
    // 101 things of 2 and 3 in rooms of an odd size; their sum is what there is, and one room wastes a unit.
    let mut things = vec![6_i128; SEARCHED];
    things.extend([10; 40]);
    let rooms = vec![15_i128; 53];
    assert!(matches!(
        pack(&things, &rooms),
        Packing::Open(_) | Packing::Not(_)
    ));
    // Three of 10 in two of 16 are more than there is room for, though not in sum.
    assert!(matches!(pack(&[10, 10, 10], &[16, 16]), Packing::Not(_)));
}
