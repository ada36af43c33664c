//! How much a search costs, counted in bytes that are stepped over: of a text that is twice as long it is about twice as much.
//!
//! A match is found from the left. So a branch that can begin anywhere and go on to the end of the line keeps each search alive up to
//! there, however near the next match is, and a line of many matches is read as often as it has some.

use super::super::family::FAMILIES;
use super::families::{marked, rows};
use regex_automata::Input;
use regex_automata::hybrid::dfa::{Cache, DFA};

/// Steps of a search for all matches, and how many there are.
fn steps(dfa: &DFA, cache: &mut Cache, text: &str) -> (usize, usize) {
    let bytes = text.as_bytes();
    let (mut at, mut steps, mut matches) = (0, 0, 0);
    while at <= bytes.len() {
        let input = Input::new(bytes).range(at..);
        let mut state = dfa.start_state_forward(cache, &input).unwrap();
        let mut end = None;
        for place in at..=bytes.len() {
            steps += 1;
            state = match bytes.get(place) {
                Some(byte) => dfa.next_state(cache, state, *byte).unwrap(),
                None => dfa.next_eoi_state(cache, state).unwrap(),
            };
            if state.is_match() {
                end = Some(place);
            }
            if state.is_dead() || state.is_quit() {
                break;
            }
        }
        let Some(end) = end else { break };
        matches += 1;
        at = end.max(at + 1);
    }
    (steps, matches)
}

/// Each family's examples, many of them in one line or one per line, against each of its expressions.
#[test]
fn no_line_is_read_again_for_each_match() {
    const TIMES: usize = 16;
    let mut wrong = Vec::new();
    let all: Vec<(&str, String)> = rows()
        .into_iter()
        .map(|(family, _, text)| (family, marked(&text).0))
        .collect();
    for family in FAMILIES {
        let texts: Vec<&String> = all
            .iter()
            .filter(|(name, _)| *name == family.name)
            .map(|(_, text)| text)
            .collect();
        for shape in family.shapes {
            let config = DFA::config()
                .unicode_word_boundary(true)
                .cache_capacity(1 << 24);
            let dfa = DFA::builder().configure(config).build(shape.shape).unwrap();
            let mut cache = dfa.create_cache();
            for text in &texts {
                for glue in ["", " ", "\n"] {
                    let part = format!("{}{glue}", text.trim_end_matches('\n'));
                    if !part.is_ascii() {
                        continue;
                    }
                    let (once, few) = steps(&dfa, &mut cache, &part.repeat(TIMES));
                    let (twice, many) = steps(&dfa, &mut cache, &part.repeat(2 * TIMES));
                    if many > few && twice > 3 * once {
                        wrong.push(format!("{once} -> {twice}: {part:?} in {}", shape.shape));
                    }
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
