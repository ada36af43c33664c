//! Whatever happens between appends, what was acknowledged stays.

use crate::common::*;
use model::evidence::Body;
use model::realm::Realm;
use proptest::prelude::*;
use std::io::Write as _;

#[derive(Debug, Clone)]
enum Act {
    Append(String),
    Reopen,
    Tear(Vec<u8>),
    LoseHead,
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        4 => any::<String>().prop_map(Act::Append),
        1 => Just(Act::Reopen),
        2 => proptest::collection::vec(any::<u8>().prop_filter("no newline", |b| *b != b'\n'), 1..90).prop_map(Act::Tear),
        1 => Just(Act::LoseHead),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn acknowledged_records_survive(acts in proptest::collection::vec(act(), 1..20)) {
        let root = tempfile::tempdir().unwrap();
        let mut ledger = open(root.path()).unwrap();
        let dir = ledger.dir().to_owned();
        let mut acknowledged = Vec::new();
        for act in acts {
            match act {
                Act::Append(text) => {
                    ledger.append(note(&text), &stamp()).unwrap();
                    acknowledged.push(text);
                }
                Act::Reopen => {}
                Act::Tear(bytes) => {
                    let segment = dir.join("00000001.jsonl");
                    let mut file = std::fs::OpenOptions::new().append(true).open(segment).unwrap();
                    file.write_all(&bytes).unwrap();
                }
                Act::LoseHead => drop(std::fs::remove_file(dir.join("head.json"))),
            }
            drop(ledger);
            ledger = open(root.path()).unwrap();
        }
        let records = store::ledger::records(&dir, &Realm::Real).unwrap();
        let texts: Vec<String> = records.into_iter().filter_map(|r| match r.body {
            Body::Note { text } => Some(text),
            _ => None,
        }).collect();
        prop_assert_eq!(texts, acknowledged);
        let report = verify(&dir);
        prop_assert!(report.is_ok() && !is_torn(&report), "{}", report.text());
    }
}
