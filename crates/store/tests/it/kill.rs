//! `kill -9` while appending: what was acknowledged is there, and the chain is whole.

use crate::common::*;
use model::evidence::Body;
use model::realm::Realm;
use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

const CHILD: &str = "HOLDFAST_TEST_APPEND_TO";
const KILLS: u64 = 200;
/// A fresh ledger now and then keeps reading it short.
const KILLS_PER_LEDGER: u64 = 25;

/// Not a test by itself: run with the variable set, it appends until it is killed.
#[test]
fn child_appends_until_killed() {
    let Ok(root) = std::env::var(CHILD) else {
        return;
    };
    let mut ledger = open(Path::new(&root)).unwrap();
    for n in 0_u64.. {
        let text = format!("{n}-{}", "x".repeat(usize::try_from(n % 7).unwrap() * 3000));
        let pin = ledger.append(note(&text), &stamp()).unwrap();
        println!("ack {} {}", pin.seq, pin.hash);
    }
}

/// Starts a child, kills it at the given acknowledgement, and gives everything that it acknowledged.
fn killed_run(root: &Path, kill_at: usize, spin: u64) -> BTreeMap<u64, String> {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "kill::child_appends_until_killed", "--nocapture"]);
    command
        .env(CHILD, root)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::inherit());
    let mut child = command.spawn().unwrap();
    let mut reader = BufReader::new(child.stdout.take().unwrap());
    let mut acknowledged = BTreeMap::new();
    let mut line = String::new();
    let mut killed = false;
    while reader.read_line(&mut line).unwrap() > 0 {
        if let Some(ack) = line
            .trim()
            .strip_suffix('\n')
            .unwrap_or(line.trim())
            .split("ack ")
            .nth(1)
        {
            // The kill may cut the very last line short; then nobody was told.
            if let Some((seq, hash)) = ack.split_once(' ').filter(|_| line.ends_with('\n')) {
                acknowledged.insert(seq.parse().unwrap(), hash.to_owned());
            }
        }
        if acknowledged.len() >= kill_at && !killed {
            for _ in 0..spin {
                std::hint::spin_loop();
            }
            child.kill().unwrap();
            killed = true;
        }
        line.clear();
    }
    let status = child.wait().unwrap();
    assert!(killed, "the child ended by itself: {status}");
    acknowledged
}

#[test]
fn two_hundred_kills() {
    let mut torn = 0;
    let mut all: BTreeMap<u64, String> = BTreeMap::new();
    let mut root = tempfile::tempdir().unwrap();
    for n in 0..KILLS {
        if n % KILLS_PER_LEDGER == 0 {
            root = tempfile::tempdir().unwrap();
            all.clear();
        }
        let kill_at = usize::try_from(1 + n % 5).unwrap();
        all.extend(killed_run(root.path(), kill_at, n * 7919 % 40_000));
        let ledger = open(root.path()).unwrap();
        let dir = ledger.dir().to_owned();
        drop(ledger);
        let report = verify(&dir);
        assert!(report.is_ok(), "kill {n}: {}", report.text());
        assert_eq!(hashes(&dir, all.keys().copied()), all, "kill {n}");
        let records = store::ledger::records(&dir, &Realm::Real).unwrap();
        assert_eq!(records.len() as u64, report.records);
        torn += u64::from(matches!(
            records.last().map(|r| &r.body),
            Some(Body::Recovered { .. })
        ));
    }
    println!("{KILLS} kills, {torn} of them left an unfinished record");
}

/// Hashes in the files of the records that are asked for, read without the store.
fn hashes(dir: &Path, wanted: impl Iterator<Item = u64>) -> BTreeMap<u64, String> {
    let mut found = BTreeMap::new();
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|e| e == "jsonl") {
            for line in std::fs::read_to_string(path).unwrap().lines() {
                let value: serde_json::Value = serde_json::from_str(line).unwrap();
                let hash = value["hash"].as_str().unwrap().to_owned();
                found.insert(value["seq"].as_u64().unwrap(), hash);
            }
        }
    }
    wanted.filter_map(|seq| found.remove_entry(&seq)).collect()
}
