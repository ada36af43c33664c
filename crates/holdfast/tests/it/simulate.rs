//! `simulate` through the front door, on the labs of the examples.

use crate::ran::Ran;
use serde_json::Value;
use std::path::Path;

const EXAMPLES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples");

fn simulate(lab: &str, words: &[&str]) -> (i32, String, String) {
    let lab = format!("{EXAMPLES}/{lab}");
    let ran = Ran::inside(Path::new("."), &[&["simulate", &lab], words].concat());
    (ran.code, ran.stdout, ran.stderr)
}

fn json(lab: &str, words: &[&str]) -> Value {
    let (_, out, err) = simulate(lab, &[words, &["--json"]].concat());
    serde_json::from_str(&out).unwrap_or_else(|_| panic!("{lab} {words:?}: {out}{err}"))
}

fn services<'v>(report: &'v Value, state: &str) -> Vec<&'v str> {
    let all = report["services"].as_array().unwrap().iter();
    let those = all.filter(|s| s["state"] == state);
    those.map(|s| s["name"].as_str().unwrap()).collect()
}

fn data<'v>(report: &'v Value, what: &str) -> &'v Value {
    let mut all = report["data"].as_array().unwrap().iter();
    all.find(|d| d["what"] == what).unwrap()
}

/// Of two nodes the first takes the majority with it, and the only control plane.
#[test]
fn losing_a_node_takes_quorum_and_the_control_plane() {
    let (code, out, err) = simulate("core-services/as-written", &["--fail", "host:pve1"]);
    assert_eq!(code, 0, "{out}{err}");
    for line in [
        "host 'pve1' stops",
        "services all 5 down",
        "is made of host pve1 (1 of 2 left, 2 needed)",
        "needs service traefik, which runs on guest k3s-m, which runs on host pve1",
        "cluster k3s down is made of guest k3s-m, which runs on host",
    ] {
        let words: Vec<&str> = out.split_whitespace().collect();
        assert!(words.join(" ").contains(line), "{line}: {out}");
    }
}

/// Everything passes the gateway and the switch.
#[test]
fn the_gateway_and_the_switch_take_everything_with_them() {
    for fault in ["host:gateway", "device:switch"] {
        let report = json("enterprise-dc/as-written", &["--planned", "--fail", fault]);
        let down = services(&report, "down").len();
        let all = report["services"].as_array().unwrap().len();
        assert!(down >= 28 && all - down <= 3, "{fault}: {down} of {all}");
    }
    let ranking = json("enterprise-dc/as-written", &["--planned", "--all"]);
    let singles = ranking["singles"].as_array().unwrap();
    let downs = |fault: &str| {
        let one = singles.iter().find(|s| s["faults"][0] == fault);
        one.map_or(0, |s| s["harm"]["down"].as_u64().unwrap())
    };
    let most = singles.iter().map(|s| s["harm"]["down"].as_u64().unwrap());
    assert_eq!(downs("host:gateway"), most.max().unwrap());
    assert!(downs("device:switch") >= 28);
}

/// The photos of a household: as they are kept, and as they should be.
#[test]
fn what_is_left_of_the_photos() {
    for (lab, faults, fate, seconds) in [
        ("as-written", &["disk:nas/sda"] as &[&str], "reduced", None),
        (
            "as-written",
            &["disk:nas/sda", "disk:nas/sdb"],
            "lost",
            Some(7 * 86_400),
        ),
        ("as-written", &["ransomware:nas"], "lost", None),
        ("as-written", &["site:home"], "lost", Some(31 * 86_400)),
        (
            "mended",
            &["ransomware:nas"],
            "lost",
            Some(12 * 3_600 + 25 * 60),
        ),
    ] {
        let words: Vec<&str> = faults.iter().flat_map(|f| ["--fail", f]).collect();
        let report = json(&format!("personal-cloud/{lab}"), &words);
        let photos = data(&report, "dataset 'photos'");
        let left = &photos["left"]["seconds"];
        assert_eq!(
            (photos["fate"].as_str(), left.as_i64()),
            (Some(fate), seconds),
            "{lab} {faults:?}: {photos:#}"
        );
    }
}

#[test]
fn what_is_left_keeps_the_promises_of_the_mended_labs() {
    for lab in [
        "personal-cloud",
        "core-services",
        "single-host",
        "enterprise-dc",
        "baseline",
    ] {
        let (code, out, err) = simulate(&format!("{lab}/mended"), &["--fail", "site:home"]);
        assert!(matches!(code, 0 | 7), "{lab}: {code} {out}{err}");
        assert!(!out.contains(": broken"), "{lab}: {out}");
    }
}

#[test]
fn what_is_not_there_cannot_fail() {
    let lab = "personal-cloud/as-written";
    for (words, said) in [
        (&["--fail", "disk:nas/sdx"] as &[&str], "did you mean sda?"),
        (&["--fail", "hots:nas"], "did you mean host?"),
        (&["--fail", "host:mars"], "there are nas, vps"),
        (&[], "--fail with one of disk:HOST/LABEL"),
        (&["--all", "--fail", "host:nas"], "cannot be used with"),
    ] {
        let (code, out, err) = simulate(lab, words);
        assert_eq!((code, out.as_str()), (2, ""), "{words:?}: {err}");
        assert!(err.contains(said), "{words:?}: {err}");
    }
}

/// Lines end where the screen does.
#[test]
fn a_report_fits_the_screen() {
    for words in [&["--fail", "ransomware:nas"] as &[&str], &["--all"]] {
        let (_, out, _) = simulate("personal-cloud/mended", words);
        let widest = out.lines().map(|l| l.chars().count()).max().unwrap();
        assert!(widest <= 100, "{words:?}: {widest}: {out}");
    }
}
