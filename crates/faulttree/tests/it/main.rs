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
    let got = compiled.probability(chances).expect("each has one");
    assert!(
        (got - expected).abs() < 1e-12,
        "{got} instead of {expected}"
    );

    let mut minimal: Vec<u32> = holds.clone();
    minimal.retain(|s| !holds.iter().any(|t| t != s && t & s == *t));
    let sets = CutSets::of(&compiled).expect("it is small");
    assert_eq!(sets.count(), Some(minimal.len() as u128));
    let mut found: Vec<u32> = sets
        .up_to(events)
        .iter()
        .map(|set| set.iter().map(|e| 1 << e.0).sum())
        .collect();
    found.sort_unstable();
    assert_eq!(found, minimal);
    for most in 0..events {
        let short = minimal.iter().filter(|s| s.count_ones() as usize <= most);
        assert_eq!(sets.up_to(most).len(), short.count());
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
    let sets = CutSets::of(&compiled).unwrap();
    // 100 choose 50.
    assert_eq!(sets.count(), Some(100_891_344_545_564_193_334_812_497_256));
    // More than half of a hundred fair coins, and half of the chance of exactly half.
    let exactly = 0.079_589_237_387_178_77;
    assert_eq!(compiled.probability(&[0.5; 99]), None);
    let got = compiled.probability(&[0.5; 100]).unwrap();
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
        "its diagrams have more than 1000 nodes in each order of events that was tried"
    );
}

#[test]
fn a_tree_may_be_wide_and_a_vote_may_ask_for_more_than_there_are() {
    let mut tree = Tree::new();
    let pairs = (0..20_000).map(|_| {
        let (a, b) = (tree.event(), tree.event());
        tree.all(vec![a, b])
    });
    let pairs = pairs.collect::<Vec<Gate>>();
    let top = tree.any(pairs.clone());
    let compiled = Compiled::of(&tree, top, LIMIT).unwrap();
    assert_eq!(CutSets::of(&compiled).unwrap().count(), Some(20_000));
    let got = compiled.probability(&vec![0.001; 40_000]).unwrap();
    let expected = -(20_000.0 * (-1e-6_f64).ln_1p()).exp_m1();
    assert!(
        (got - expected).abs() < 1e-12,
        "{got} instead of {expected}"
    );

    let top = tree.at_least(usize::MAX, pairs);
    let compiled = Compiled::of(&tree, top, LIMIT).unwrap();
    assert_eq!(CutSets::of(&compiled).unwrap().count(), Some(0));
}

#[test]
fn cut_sets_keep_the_limit_too() {
    let mut tree = Tree::new();
    let events: Vec<Gate> = (0..40).map(|_| tree.event()).collect();
    // The diagram of a vote is small; more is asked on the way to its sets.
    let top = tree.at_least(20, events);
    let compiled = Compiled::of(&tree, top, 500).unwrap();
    let error = CutSets::of(&compiled).err().unwrap().to_string();
    assert!(error.contains("more than 500 nodes"), "{error}");
    let compiled = Compiled::of(&tree, top, LIMIT).unwrap();
    // 40 choose 20.
    let count = CutSets::of(&compiled).unwrap().count();
    assert_eq!(count, Some(137_846_528_820));
}
