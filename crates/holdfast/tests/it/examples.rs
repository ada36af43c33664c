//! The example labs: as written they are read whole and found fault with; mended they are clean.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The day on which the examples are judged, so that no end of support changes the verdict.
const DAY: &str = "2026-11-21";

/// What a careful senior engineer looks for in a declaration.
const SENIOR: &str = "
    alt-gap alt-target-overlap alt-too-late bak-321 bak-consistency bak-coverage bak-feasible
    bak-key-escrow bak-rotate-floor bak-rpo-missing bak-rpo-schedule bak-same-domain
    bak-snapshot-not-copy bak-space bak-target-size cap-growth cap-n1 cap-one-number cap-overcommit
    cap-sum cap-terms cap-unit chg-backup-before chg-bypass chg-leadtime claim-config claim-evidence
    claim-req claim-state claim-term cmp-dup-key cmp-hardening cmp-net-claim cost-complete
    doc-diagram doc-encoding doc-link doc-residue dr-circular dr-drill-capacity dr-rto-feasible
    dr-rto-procure dr-unattended-boot eol-component eol-os fin-breakeven fin-double fin-one-number
    fin-sum fw-conflict fw-docker-bypass fw-scope fw-syntax ha-cpu-domain ha-device-pin ha-drain
    ha-expected-votes ha-quorum ha-spof ha-storage img-pin img-updater inv-same-attr met-sample
    net-dns-secondary net-dns-tld net-double-nat net-egress net-flow-missing net-gw net-link
    net-matrix net-overlap net-portcount net-transitive net-tunnel ops-staffing patch-coverage
    patch-sla-window plan-date plat-cmd plat-support ref-container ref-path run-destructive run-exec
    run-ref slo-actual slo-compose slo-consistent slo-source slo-spof sto-dev-name sto-fs-selfheal
    sto-fstab sto-monitor sto-raid-usable sto-rebuild-ure sto-replica-fit sto-scrub-layer sto-thin
    sto-tier-value sto-units sto-writehole svc-no-tier
";
/// Those of them that none of the documents gives a reason for.
const SILENT: [&str; 13] = [
    "bak-feasible",
    "bak-space",
    "bak-target-size",
    "chg-leadtime",
    "doc-encoding",
    "dr-rto-feasible",
    "ha-device-pin",
    "net-gw",
    "net-overlap",
    "net-portcount",
    "run-ref",
    "slo-compose",
    "slo-consistent",
];
/// Every table of `show`.
const TOPICS: [&str; 19] = [
    "summary",
    "hosts",
    "guests",
    "services",
    "networks",
    "storage",
    "exposures",
    "backups",
    "costs",
    "assets",
    "cables",
    "controls",
    "ports",
    "stacks",
    "flows",
    "people",
    "secrets",
    "alerts",
    "documents",
];

struct Checked {
    code: Option<i32>,
    found: Vec<serde_json::Value>,
}

impl Checked {
    fn of(lab: &Path) -> Self {
        // No table of facts but the one in the binary.
        let nowhere = tempfile::tempdir().unwrap();
        let output = Command::new(env!("CARGO_BIN_EXE_holdfast"))
            .args(["check", "--json", "--date", DAY])
            .arg(lab)
            .env("HOLDFAST_DATA", nowhere.path())
            .stdin(Stdio::null())
            .output()
            .unwrap();
        Self {
            code: output.status.code(),
            found: serde_json::from_slice(&output.stdout).unwrap(),
        }
    }

    fn messages(&self, key: &str, word: &str) -> Vec<&str> {
        let of = self.found.iter().filter(|d| d[key] == word);
        of.filter_map(|d| d["message"].as_str()).collect()
    }
}

fn examples() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples");
    let folders = std::fs::read_dir(root).unwrap().map(|e| e.unwrap().path());
    let mut two_forms: Vec<PathBuf> = folders.filter(|p| p.join("as-written").is_dir()).collect();
    two_forms.sort();
    assert_eq!(two_forms.len(), 5, "{two_forms:?}");
    two_forms
}

#[test]
fn as_written_is_read_whole_and_found_fault_with() {
    let mut rules = BTreeSet::new();
    for example in examples() {
        let checked = Checked::of(&example.join("as-written"));
        assert_eq!(checked.code, Some(1), "{example:?}");
        let none: [&str; 0] = [];
        assert_eq!(checked.messages("class", "invalid"), none, "{example:?}");
        let told = checked.found.iter().filter(|d| d["unknown"] == false);
        rules.extend(told.filter_map(|d| d["code"].as_str().map(str::to_owned)));
    }
    let silent: Vec<&str> = SENIOR
        .split_whitespace()
        .filter(|id| !rules.contains(*id))
        .collect();
    // 92 of 105, 88 %.
    assert_eq!(
        silent, SILENT,
        "rules that the five documents do not call for"
    );
}

#[test]
fn mended_is_clean_and_not_by_saying_less() {
    for example in examples() {
        let mended = Checked::of(&example.join("mended"));
        assert_eq!(mended.code, Some(0), "{example:?}");
        let none: [&str; 0] = [];
        for (key, word) in [
            ("class", "invalid"),
            ("severity", "error"),
            ("severity", "warning"),
        ] {
            assert_eq!(mended.messages(key, word), none, "{example:?}");
        }
        let text = all_text(&example.join("mended"));
        for accepted in ["\nwaivers:", "\nrules:"] {
            assert!(!text.contains(accepted), "{example:?} has {accepted:?}");
        }
        assert!(
            entities(&example, "mended") >= entities(&example, "as-written"),
            "{example:?}"
        );
    }
}

#[test]
fn mended_knows_what_it_says() {
    for example in examples() {
        let lab = example.join("mended");
        let mut count = BTreeMap::new();
        for topic in TOPICS {
            for sheet in show(&lab, topic).as_array().unwrap() {
                let rows = sheet["rows"].as_array().unwrap();
                for cell in rows.iter().flat_map(|r| r.as_array().unwrap()) {
                    let how = cell["how"].as_str().unwrap().to_owned();
                    *count.entry(how).or_insert(0) += 1;
                }
            }
        }
        // A dash is no result.
        count.remove("silent");
        let all: i32 = count.values().sum();
        let of = |how: &str| count.get(how).copied().unwrap_or(0);
        let vague = of("unknown") + of("assumed");
        assert!(all > 50 && vague * 10 <= all, "{example:?}: {count:?}");
        // Of the rules, each of which gives a result.
        let found = Checked::of(&lab).found;
        let open = found.iter().filter(|d| d["unknown"] == true);
        let open: BTreeSet<&str> = open.filter_map(|d| d["code"].as_str()).collect();
        assert!(
            open.len() * 10 <= SENIOR.split_whitespace().count(),
            "{example:?}: {open:?}"
        );
    }
}

fn show(lab: &Path, topic: &str) -> serde_json::Value {
    let output = Command::new(env!("CARGO_BIN_EXE_holdfast"))
        .args(["show", topic, "--json"])
        .arg(lab)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Hosts, networks, guests, services and what protects them: everything that `show` counts.
fn entities(example: &Path, form: &str) -> u64 {
    let sheets = show(&example.join(form), "summary");
    let rows = sheets[0]["rows"].as_array().unwrap();
    let counts = rows.iter().map(|r| r[1]["text"].as_str().unwrap());
    counts.map(|c| c.parse::<u64>().unwrap()).sum()
}

fn all_text(folder: &Path) -> String {
    let mut text = String::new();
    let mut left = vec![folder.to_path_buf()];
    while let Some(folder) = left.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                left.push(path);
            } else if path.extension().is_some_and(|e| e == "yaml") {
                text.push('\n');
                text.push_str(&std::fs::read_to_string(path).unwrap());
            }
        }
    }
    text
}
