//! Dumps, whole and damaged, as the script filters them and as they are read.

use super::*;
use crate::linux::observe::frame::Sections;
use model::fact::{Completeness, FactPath};
use std::io::Write as _;
use std::process::{Command, Stdio};

const SH: &str = include_str!("../sh/wireguard.sh");
/// What stands in the secret fields of the fixtures, as far as a cut key shows it.
const SECRETS: [&str; 2] = ["c2VjcmV0LWh1bnRl", "cHJlc2hhcmVkLWh1bnRl"];
const PEER: &str = "wg0/AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI=";

macro_rules! dump {
    ($name:literal) => {
        (
            $name,
            include_bytes!(concat!(
                "../../../../tests/fixtures/wireguard/",
                $name,
                ".dump"
            )) as &[u8],
        )
    };
}

/// What the script lets through of a dump, and what its end says.
fn filtered(dump: &[u8], status: i32) -> String {
    let mut sh = Command::new("sh")
        .args([
            "-c",
            &format!("{SH}\nwireguard_public || echo \"! failed\""),
        ])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = sh.stdin.take().unwrap();
    input.write_all(dump).unwrap();
    writeln!(input, "@ {status}").unwrap();
    drop(input);
    let output = sh.wait_with_output().unwrap();
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn gathered(body: &str) -> Gathered {
    let output = format!("\n@begin 7 wireguard\n{body}\n@end 7 wireguard 0 \n");
    let mut to = Gathered::default();
    gather(&Sections::read(output.as_bytes(), "7"), &mut to);
    to
}

fn of_dump(dump: &[u8], status: i32) -> Gathered {
    let lines = filtered(dump, status);
    for secret in SECRETS {
        assert!(
            !lines.contains(secret),
            "a secret key left the host: {lines}"
        );
    }
    gathered(&format!("t 1700000090\ni wg0\n{lines}all\n"))
}

/// `complete`, or why not.
fn whole(found: &Gathered) -> String {
    match found.collections.get(&KIND) {
        Some(Completeness::Yes(_)) => "complete".to_owned(),
        Some(Completeness::No(why)) => why.to_string(),
        None => "nothing".to_owned(),
    }
}

fn seen(found: &Gathered, key: &str) -> String {
    let fact = found.facts.get(&FactPath::new(KIND, key));
    fact.map_or("-".to_owned(), |f| f.seen.to_string())
}

#[test]
fn a_dump_is_read_whole_without_its_secrets() {
    let (_, dump) = dump!("whole");
    let found = of_dump(dump, 0);
    assert_eq!(whole(&found), "complete");
    for (key, want) in [
        (
            "wg0",
            "peers=3 port=51820 public=AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=",
        ),
        (
            PEER,
            "age=90 allowed=[10.9.0.2/32, fd00:9::2/128] endpoint=198.51.100.7:4500 handshake=1700000000 keepalive=25 preshared=true received=1048576 sent=2048",
        ),
        (
            "wg0/AwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwM=",
            "allowed=[10.9.0.3/32] endpoint=[2001:db8::7]:51820 handshake=0 received=0 sent=148",
        ),
        (
            "wg0/BAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQ=",
            "allowed=[] handshake=0 received=0 sent=0",
        ),
    ] {
        assert_eq!(seen(&found, key), want);
    }
    let (_, bare) = dump!("bare");
    let found = of_dump(bare, 0);
    assert_eq!(
        (whole(&found).as_str(), seen(&found, "wg0").as_str()),
        ("complete", "fwmark=31 peers=0")
    );
}

#[test]
fn a_damaged_dump_is_never_one_with_fewer_peers() {
    let (lines, fields) = ("lines of the dump are not understood", "is not understood");
    for ((name, dump), interface, why) in [
        (dump!("cut"), "peers=1", lines),
        (dump!("cut-in-key"), "unknown", lines),
        (dump!("more-fields"), "unknown", lines),
        (dump!("no-head"), "unknown", lines),
        (dump!("odd-values"), "peers=0", fields),
        (dump!("odd-subnet"), "peers=0", fields),
        (dump!("odd-number"), "peers=0", fields),
        (dump!("odd-port"), "unknown", fields),
        (dump!("empty"), "unknown", "wg said nothing of it"),
    ] {
        let found = of_dump(dump, 0);
        let is = seen(&found, "wg0");
        assert!(is.contains(interface), "{name}: {is}");
        assert!(whole(&found).contains(why), "{name}: {}", whole(&found));
        let all = format!("{found:?}");
        assert!(
            !all.contains("hunter2") && !all.contains('\u{1b}'),
            "{name}"
        );
    }
    // What was printed before it failed is no list.
    let (_, dump) = dump!("whole");
    assert!(filtered(dump, 1).ends_with("! failed\n"));
    assert_eq!(whole(&of_dump(dump, 1)), "failed");
}

#[test]
fn none_is_known_and_what_cannot_be_asked_is_not() {
    for (body, want) in [
        ("t 5\nall", "complete"),
        ("t 5", "the list did not come to its end"),
        ("", "the list did not come to its end"),
        (
            "* only root sees which programs keep tunnels\nt 5\nall",
            "only root sees which programs keep tunnels",
        ),
        (
            "t 5\ni wg0\n! wg is not installed\nall",
            "interface wg0: wg is not installed",
        ),
        (
            "t 5\ni \u{1b}[2Jwg\n! Operation not\tpermitted\nall",
            "interface [2Jwg: Operation not permitted",
        ),
    ] {
        assert_eq!(whole(&gathered(body)), want, "{body:?}");
    }
    let found = gathered("t 5\ni wg0\n! wg is not installed\nall");
    assert_eq!(seen(&found, "wg0"), "unknown (wg is not installed)");
    assert_eq!(whole(&Gathered::default()), "nothing");
}
