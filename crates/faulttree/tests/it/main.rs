//! Cut sets and probabilities against evaluating every combination of events.

use faulttree::{Compiled, CutSets, Gate, Tree};
use proptest::prelude::*;

const LIMIT: usize = 1_000_000;

/// A gate of a random tree: what it is, and which earlier gates it is made of.
#[derive(Debug, Clone)]
enum Made {
    Not(prop::sample::Index),
    AtLeast(usize, Vec<prop::sample::Index>),
    Odd(Vec<prop::sample::Index>),
    Constant(bool),
}

fn made(coherent: bool) -> BoxedStrategy<Made> {
    let inputs = || prop::collection::vec(any::<prop::sample::Index>(), 0..5);
    let counted = (0_usize..5, inputs()).prop_map(|(k, of)| Made::AtLeast(k, of));
    match coherent {
        true => counted.boxed(),
        false => prop_oneof![
            6 => counted,
            2 => any::<prop::sample::Index>().prop_map(Made::Not),
            1 => inputs().prop_map(Made::Odd),
            1 => any::<bool>().prop_map(Made::Constant),
        ]
        .boxed(),
    }
}

/// The tree and the same as steps that can be evaluated.
fn built(events: usize, gates: &[Made]) -> (Tree, Gate, Vec<Made>) {
    let mut tree = Tree::new();
    let mut there: Vec<Gate> = (0..events).map(|_| tree.event()).collect();
    for gate in gates {
        let pick = |of: &Vec<prop::sample::Index>| of.iter().map(|i| *i.get(&there)).collect();
        let new = match gate {
            Made::Not(of) => tree.not(*of.get(&there)),
            Made::AtLeast(least, of) => tree.at_least(*least, pick(of)),
            Made::Odd(of) => tree.odd(pick(of)),
            Made::Constant(value) => tree.constant(*value),
        };
        there.push(new);
    }
    let top = there.last().copied();
    (tree, top.expect("there is an event"), gates.to_vec())
}

fn evaluated(events: usize, gates: &[Made], state: u32) -> bool {
    let mut values: Vec<bool> = (0..events).map(|e| state >> e & 1 == 1).collect();
    for gate in gates {
        let number = |of: &Vec<prop::sample::Index>| of.iter().filter(|i| *i.get(&values)).count();
        let value = match gate {
            Made::Not(of) => !of.get(&values),
            Made::AtLeast(least, of) => number(of) >= *least,
            Made::Odd(of) => number(of) % 2 == 1,
            Made::Constant(value) => *value,
        };
        values.push(value);
    }
    values.last().copied().expect("there is an event")
}

fn agrees(events: usize, gates: &[Made], chances: &[f64]) {
    let (tree, top, gates) = built(events, gates);
    let compiled = Compiled::of(&tree, top, LIMIT).expect("it is small");
    let holds: Vec<u32> = (0..1_u32 << events)
        .filter(|s| evaluated(events, &gates, *s))
        .collect();
    let likely = |state: &u32| -> f64 {
        let each = chances.iter().take(events).enumerate();
        each.map(|(e, p)| if state >> e & 1 == 1 { *p } else { 1.0 - p })
            .product()
    };
    let expected: f64 = holds.iter().map(likely).sum();
    let got = compiled.probability(chances);
    assert!(
        (got - expected).abs() < 1e-12,
        "{got} instead of {expected}"
    );

    let mut minimal: Vec<u32> = holds.clone();
    minimal.retain(|s| !holds.iter().any(|t| t != s && t & s == *t));
    let sets = CutSets::of(&compiled);
    assert_eq!(sets.count(), Some(minimal.len() as u128));
    let mut found: Vec<u32> = sets
        .up_to(events)
        .iter()
        .map(|set| set.iter().map(|e| 1 << e.0).sum())
        .collect();
    found.sort_unstable();
    assert_eq!(found, minimal);
    let by_size = sets.by_size().expect("they are few");
    for (size, number) in by_size.iter().enumerate() {
        let of_size = minimal.iter().filter(|s| s.count_ones() as usize == size);
        assert_eq!(*number, of_size.count() as u128, "{by_size:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn whatever_the_tree_every_combination_says_the_same(
        events in 1_usize..8,
        gates in prop::collection::vec(made(false), 0..12),
        chances in prop::collection::vec(0.0_f64..=1.0, 8),
    ) {
        agrees(events, &gates, &chances);
    }

    #[test]
    fn without_not_as_well(
        events in 1_usize..8,
        gates in prop::collection::vec(made(true), 0..12),
        chances in prop::collection::vec(0.0_f64..=1.0, 8),
    ) {
        agrees(events, &gates, &chances);
    }
}

#[test]
fn a_large_vote_is_counted_exactly() {
    let mut tree = Tree::new();
    let events: Vec<Gate> = (0..100).map(|_| tree.event()).collect();
    let top = tree.at_least(50, events);
    let compiled = Compiled::of(&tree, top, LIMIT).unwrap();
    let sets = CutSets::of(&compiled);
    // 100 choose 50.
    assert_eq!(sets.count(), Some(100_891_344_545_564_193_334_812_497_256));
    // More than half of a hundred fair coins, and half of the chance of exactly half.
    let exactly = 0.079_589_237_387_178_77;
    let got = compiled.probability(&[0.5; 100]);
    assert!((got - (0.5 + exactly / 2.0)).abs() < 1e-12, "{got}");
}

#[test]
fn what_is_too_large_is_said() {
    let mut tree = Tree::new();
    let (a, b): (Vec<Gate>, Vec<Gate>) = (0..20).map(|_| (tree.event(), tree.event())).unzip();
    // Met in this order, which is the worst one: each pair is torn apart.
    let first = tree.any(a.clone());
    let second = tree.any(b.clone());
    let order = tree.all(vec![first, second]);
    let pairs = a
        .iter()
        .zip(&b)
        .map(|(a, b)| tree.all(vec![*a, *b]))
        .collect();
    let pairs = tree.any(pairs);
    let top = tree.all(vec![order, pairs]);
    let error = Compiled::of(&tree, top, 1_000).err().unwrap();
    assert_eq!(
        error.to_string(),
        "the diagram of a gate has more than 1000 nodes"
    );
}
