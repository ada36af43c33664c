//! `graph` through the front door.

use crate::ran::Ran;
use std::path::Path;

const WHOLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../lang/tests/labs/whole.yaml");

fn graph(folder: &Path, words: &[&str]) -> (i32, String, String) {
    let ran = Ran::inside(folder, &[&["graph"], words].concat());
    (ran.code, ran.stdout, ran.stderr)
}

fn whole() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::copy(WHOLE, folder.path().join("holdfast.yaml")).unwrap();
    folder
}

#[test]
fn every_view_is_printed_in_every_format() {
    let lab = whole();
    for (view, expected) in [
        ("l2", "pve1"),
        ("l3", "192.168.10.0/24"),
        ("storage", "usb"),
        ("power", "pve1"),
        ("dependencies", "any of"),
        ("rack", "pve1"),
    ] {
        for (format, first) in [("mermaid", "%% "), ("dot", "digraph "), ("svg", "<?xml ")] {
            let (code, out, err) = graph(lab.path(), &["--view", view, "--format", format]);
            assert_eq!(code, 0, "{view} {format}: {err}");
            assert!(out.starts_with(first), "{view} {format}: {out}");
            assert!(
                out.contains(expected),
                "{view} {format} lacks {expected}: {out}"
            );
        }
        let (code, out, _) = graph(lab.path(), &["--view", view, "--json"]);
        let drawing: serde_json::Value = serde_json::from_str(&out).unwrap();
        assert_eq!((code, &drawing["view"]), (0, &view.into()));
    }
}

#[test]
fn files_are_written_whole_and_over_older_ones() {
    let lab = whole();
    let file = lab.path().join("out.svg");
    let both = ["--svg", "out.svg", "--dot", "out.dot", "--theme", "dark"];
    for _ in 0..2 {
        let (code, out, err) = graph(lab.path(), &both);
        assert_eq!((code, err.as_str()), (0, ""), "{out}");
        assert!(out.contains("out.svg") && out.contains("out.dot"), "{out}");
    }
    let svg = std::fs::read_to_string(&file).unwrap();
    assert!(
        svg.contains("<svg ") && !svg.contains("prefers-color-scheme"),
        "{svg}"
    );
    let left = std::fs::read_dir(lab.path()).unwrap().count();
    assert_eq!(left, 3, "the lab and two drawings");
    let (_, out, _) = graph(lab.path(), &["--svg", "-"]);
    assert!(out.starts_with("<?xml ") && out.contains("prefers-color-scheme"));
}

#[test]
fn what_cannot_be_is_said_with_what_to_do() {
    let lab = whole();
    for (words, code, expected) in [
        (&["--view", "storge"][..], 2, "did you mean storage?"),
        (&["--view", "floorplan"], 2, "one of l2, l3, storage"),
        (&["--focus", "pve11"], 2, "did you mean"),
        (&["--svg", "."], 2, "is a folder"),
        (
            &["--svg", "no/such/folder.svg"],
            3,
            "cannot write no/such/folder.svg",
        ),
        (&["--format", "svg", "--json"], 2, "cannot be used with"),
    ] {
        let (got, out, err) = graph(lab.path(), words);
        assert_eq!(got, code, "{words:?}: {out}{err}");
        assert!(err.contains(expected), "{words:?}: {err}");
    }
}

/// Two hundred services that all need each other, and a chain of six hundred in which each needs one far behind it too: neither takes
/// its time to draw what nobody can read. Other forms are a line for each line.
#[test]
fn what_would_be_black_with_lines_is_not_laid_out() {
    type Needs = fn(usize) -> Vec<usize>;
    let each_other: Needs = |n| (0..210).filter(|m| *m != n).collect();
    let far_behind: Needs = |n| match n {
        0..300 => vec![n + 1, n + 300],
        _ => vec![n + 1],
    };
    let labs = [
        (210, each_other, "its 43890 lines between 211 boxes"),
        (600, far_behind, "lines between 601 boxes"),
    ];
    for (services, needs, expected) in labs {
        let lab = tempfile::tempdir().unwrap();
        let mut text = "format: 1\nlab: x\nservices:\n  s600: {}\n".to_owned();
        for n in 0..services {
            let needs: Vec<String> = needs(n).iter().map(|m| format!("s{m}")).collect();
            text += &format!("  s{n}: {{needs: [{}]}}\n", needs.join(", "));
        }
        std::fs::write(lab.path().join("holdfast.yaml"), text).unwrap();
        let view = ["--view", "dependencies", "--expand"];
        let both = ["--svg", "out.svg", "--dot", "out.dot"];
        let (code, out, err) = graph(lab.path(), &[&view[..], &both].concat());
        assert_eq!(code, 2, "{out}{err}");
        assert!(
            err.contains("the view dependencies is too large for an SVG")
                && err.contains(expected)
                && err.contains("--focus NAME"),
            "{err}"
        );
        assert!(!lab.path().join("out.dot").exists(), "half of it was done");
        let (code, out, err) = graph(lab.path(), &[&view[..], &["--format", "dot"]].concat());
        assert_eq!((code, out.contains("n0 -> n1")), (0, true), "{err}");
    }
}

#[test]
fn a_part_of_a_lab_can_be_drawn() {
    let lab = whole();
    let (_, all, _) = graph(lab.path(), &["--view", "dependencies"]);
    let (code, part, err) = graph(
        lab.path(),
        &["--view", "dependencies", "--focus", "traefik-a"],
    );
    assert_eq!(code, 0, "{err}");
    assert!(
        part.contains("traefik-a") && part.len() < all.len(),
        "{part}"
    );
}

#[test]
fn an_invalid_lab_is_drawn_as_far_as_it_was_understood() {
    let lab = tempfile::tempdir().unwrap();
    let text = "format: 1\nlab: x\nnetworks: {lan: {subnet: 10.0.0.0/24}, bad: {vlan: many}}\n";
    std::fs::write(lab.path().join("holdfast.yaml"), text).unwrap();
    let (code, out, err) = graph(lab.path(), &[]);
    assert_eq!(code, 2, "{err}");
    assert!(out.contains("10.0.0.0/24"), "{out}");
    assert!(
        err.contains("not all of the declaration was understood"),
        "{err}"
    );
}

/// That an address is kept for something else as well is understood, and a finding of `check`.
#[test]
fn an_address_that_a_planned_host_will_have_leaves_no_doubt() {
    let lab = tempfile::tempdir().unwrap();
    let text = "format: 1\nlab: x\nnetworks: {lan: {subnet: 10.0.0.0/24}}\n\
        hosts: {a: {addresses: {lan: 10.0.0.2}}, b: {addresses: {lan: 10.0.0.2}, status: planned}}\n";
    std::fs::write(lab.path().join("holdfast.yaml"), text).unwrap();
    let (code, out, err) = graph(lab.path(), &[]);
    assert_eq!((code, err.as_str()), (0, ""), "{out}");
    let there = text.replace(", status: planned", "");
    std::fs::write(lab.path().join("holdfast.yaml"), there).unwrap();
    let (code, _, err) = graph(lab.path(), &[]);
    assert_eq!(code, 2, "{err}");
}

#[test]
fn an_empty_lab_is_told_what_to_write() {
    let lab = tempfile::tempdir().unwrap();
    std::fs::write(lab.path().join("holdfast.yaml"), "format: 1\nlab: x\n").unwrap();
    for (view, expected) in [
        ("l2", "cables"),
        ("l3", "networks.NAME"),
        ("storage", "pools"),
        ("power", "feeds"),
        ("dependencies", "services.NAME"),
        ("rack", "racks"),
    ] {
        let (code, out, err) = graph(lab.path(), &["--view", view, "--format", "svg"]);
        assert_eq!(code, 0, "{err}");
        assert!(err.contains(expected), "{view}: {err}");
        assert!(out.trim_end().ends_with("</svg>"), "{out}");
    }
}

/// A loop is told from other needs without colours, in every form.
#[test]
fn loops_of_needs_are_marked_in_every_format() {
    let lab = tempfile::tempdir().unwrap();
    let text = "format: 1\nlab: x\nhosts: {web: {}}\nservices:\n  \
        a: {runs: {host: web}, needs: [b]}\n  \
        b: {runs: {host: web}, needs: [a, c]}\n  \
        c: {runs: {host: web}}\n";
    std::fs::write(lab.path().join("holdfast.yaml"), text).unwrap();
    for (format, loops, plain) in [
        (
            "mermaid",
            &["n0 ==>|\"loop\"| n1", "n1 ==>|\"loop\"| n0"],
            "n1 --> n2",
        ),
        (
            "dot",
            &["n0 -> n1 [style=bold", "label=\"loop\""],
            "n1 -> n2 [style=solid",
        ),
        ("svg", &["wire loop", "needs, in a loop"], "M"),
    ] {
        let (code, out, err) = graph(lab.path(), &["--view", "dependencies", "--format", format]);
        assert_eq!(code, 0, "{err}");
        for expected in loops {
            assert!(out.contains(expected), "{format} lacks {expected}: {out}");
        }
        assert!(out.contains(plain), "{format}: {out}");
        assert!(out.contains("A loop of needs: a, b."), "{format}: {out}");
    }
}

/// Of what nobody gave a rack it is not known where it stands: it is drawn, and said what to declare.
#[test]
fn machines_without_a_rack_are_drawn() {
    let lab = tempfile::tempdir().unwrap();
    let text = "format: 1\nlab: x\nsites: {home: {}}\nhosts:\n  web: {site: home}\n  nas: {}\n";
    std::fs::write(lab.path().join("holdfast.yaml"), text).unwrap();
    for format in ["mermaid", "dot", "svg"] {
        let (code, out, err) = graph(lab.path(), &["--view", "rack", "--format", format]);
        assert_eq!(code, 0, "{err}");
        for expected in [
            "web",
            "nas",
            "At home, rack not declared",
            "Neither site nor rack declared",
            "sites.NAME.racks",
        ] {
            assert!(out.contains(expected), "{format} lacks {expected}: {out}");
        }
    }
}

/// A rack whose height is known has no unit above it, and what is said to be there is named beside it.
#[test]
fn what_is_beyond_the_rack_is_not_drawn_in_it() {
    let lab = tempfile::tempdir().unwrap();
    let text = "format: 1\nlab: x\nsites: {home: {racks: {r1: 6}}}\nhosts:\n  low: {site: home, rack: r1, unit: 1}\n  \
                top: {site: home, rack: r1, unit: 6, hardware: {form: 2 U}}\n  high: {site: home, rack: r1, unit: 9}\n";
    std::fs::write(lab.path().join("holdfast.yaml"), text).unwrap();
    let (code, out, err) = graph(lab.path(), &["--view", "rack", "--format", "mermaid"]);
    assert_eq!(code, 0, "{err}");
    for expected in [
        "6 units",
        "unit 9 is outside of the rack",
        "units 6 to 7 are not all in the rack",
    ] {
        assert!(out.contains(expected), "lacks {expected}: {out}");
    }
}

/// A backup of one guest is a line from that guest, however many lie on the same pool.
#[test]
fn a_copy_is_drawn_of_what_is_copied_and_of_nothing_else() {
    let lab = tempfile::tempdir().unwrap();
    let guest = |name: &str| {
        format!(
            "  {name}: {{kind: vm, on: h, memory: 1GiB, disks: {{root: {{pool: p, size: 10GB}}}}}}\n"
        )
    };
    let guests: String = ["a", "b", "c", "never"].map(guest).concat();
    let text = format!(
        "format: 1\nlab: x\nsites: {{home: {{}}, away: {{}}}}
hosts: {{h: {{site: home, hardware: {{disks: {{d: 2TB}}}}}}}}
pools: {{p: {{kind: zfs, on: h, level: single, devices: [h/d]}}}}
repositories: {{r: {{kind: pbs, site: away}}}}
backups: {{x: {{guests: [a], to: r, schedule: daily}}}}
guests:\n{guests}"
    );
    std::fs::write(lab.path().join("holdfast.yaml"), text).unwrap();
    for (expand, nodes) in [
        (false, vec!["a", "3 guests"]),
        (true, vec!["a", "b", "c", "never"]),
    ] {
        let mut words = vec!["--view", "storage", "--json"];
        words.extend(expand.then_some("--expand"));
        let (code, out, err) = graph(lab.path(), &words);
        assert_eq!(code, 0, "{err}");
        let drawing: serde_json::Value = serde_json::from_str(&out).unwrap();
        let all = drawing["nodes"].as_array().unwrap();
        let title = |n: &serde_json::Value| {
            let at = usize::try_from(n.as_u64().unwrap()).unwrap();
            all[at]["title"].as_str().unwrap().to_owned()
        };
        let edges = drawing["edges"].as_array().unwrap();
        let to = |end: &str| -> Vec<String> {
            let here = edges.iter().filter(|e| title(&e["to"]) == end);
            here.map(|e| title(&e["from"])).collect()
        };
        assert_eq!(to("r"), ["a"], "{out}");
        let from: Vec<String> = edges
            .iter()
            .filter(|e| title(&e["from"]) == "p")
            .map(|e| title(&e["to"]))
            .collect();
        assert_eq!(from, nodes, "{out}");
    }
}

/// How long a UPS lasts nobody declares; what is declared is how long it has to.
#[test]
fn the_runtime_of_a_ups_is_a_demand() {
    let lab = tempfile::tempdir().unwrap();
    let text = "format: 1\nlab: x\nhosts: {a: {power: 90W}}\nups: {u: {power: 400W, runtime: 10m, feeds: [a]}}\n";
    std::fs::write(lab.path().join("holdfast.yaml"), text).unwrap();
    let (_, out, err) = graph(lab.path(), &["--view", "power"]);
    assert!(out.contains("has to last 10m"), "{out}{err}");
    assert!(!out.contains("lasts"), "{out}{err}");
}

/// A UPS must give what is drawn at load, whatever is drawn on average: 300 W of 400 W.
#[test]
fn the_load_of_a_ups_is_what_its_machines_can_draw() {
    let lab = tempfile::tempdir().unwrap();
    let text = "format: 1\nlab: x\nsites: {home: {}}
hosts:
  a: {site: home, power: {average: 90W, load: 150W}}
  b: {site: home, power: {average: 90W, load: 150W}}
ups: {u: {site: home, power: 400W, feeds: [a, b]}}\n";
    std::fs::write(lab.path().join("holdfast.yaml"), text).unwrap();
    let (_, out, err) = graph(lab.path(), &["--view", "power"]);
    assert!(out.contains("300 W, 75#37; of what it gives"), "{out}{err}");

    // What it draws on average is less than what it can draw: with that the sum is the least.
    let average = text.replacen("{average: 90W, load: 150W}", "{average: 90W}", 1);
    std::fs::write(lab.path().join("holdfast.yaml"), average).unwrap();
    let (_, out, err) = graph(lab.path(), &["--view", "power"]);
    for want in ["load at least 240 W, at least 60#37;", "1 of 2 not at load"] {
        assert!(out.contains(want), "{want}: {out}{err}");
    }
    assert!(!out.contains("of the load of u"), "{out}");

    // More than it gives is said in words as well as in red, and of a third machine without a figure at least that.
    let text = text.replace("400W, feeds: [a, b]", "299W, feeds: [a, b, c]");
    let text = text.replace("ups:", "  c: {site: home}\nups:");
    std::fs::write(lab.path().join("holdfast.yaml"), text).unwrap();
    let (_, out, err) = graph(lab.path(), &["--view", "power", "--format", "svg"]);
    for want in [
        "overloaded: at least 300 W",
        "h-red",
        "1 overloaded",
        "more load than it gives",
    ] {
        assert!(out.contains(want), "{want}: {out}{err}");
    }
}

/// A zone that no flow names is in the table with a question mark everywhere, and one without networks is named.
#[test]
fn zones_that_nobody_decided_about_are_shown() {
    let lab = tempfile::tempdir().unwrap();
    let text = "format: 1\nlab: x\nzones: {lan: {}, dmz: {}, guest: {}}
networks: {home: {subnet: 10.0.0.0/24, zone: lan}, web: {subnet: 10.0.1.0/24, zone: dmz}}
flows: [{from: lan, to: dmz, ports: [443], action: allow, why: pages}]\n";
    for text in [text, text.split("flows").next().unwrap()] {
        std::fs::write(lab.path().join("holdfast.yaml"), text).unwrap();
        let (_, out, err) = graph(lab.path(), &["--view", "l3", "--format", "svg"]);
        // Three zones to two others each, less what is decided.
        let silent = 6 - usize::from(text.contains("flows"));
        assert_eq!(out.matches("cell silent").count(), silent, "{out}{err}");
        assert!(
            out.contains("no network is said to be in zone guest"),
            "{out}"
        );
    }
}

/// Sizes and fill as `show storage` has them; what is not declared is said to be so.
#[test]
fn pools_say_what_they_hold_and_what_of_it_is_not_known() {
    let folder = tempfile::tempdir().unwrap();
    let lab = "format: 1\nlab: sizes\nhosts:\n  nas:\n    hardware: {disks: {a: 4TB, b: 4TB, c: {kind: ssd}}}\npools:\n\
               \x20 twice: {kind: zfs, level: mirror, devices: [nas/a, nas/b], used: 1TB}\n\
               \x20 share: {kind: nfs, from: twice, used: 2GB}\n\
               \x20 blank: {kind: zfs, level: single, devices: [nas/c]}\n\
               \x20 assumed: {kind: directory, on: nas, usable: {assumed: 1TB}}\n\
               datasets:\n  photos: {pool: twice, class: irreplaceable}\n";
    std::fs::write(folder.path().join("holdfast.yaml"), lab).unwrap();
    let words = ["--view", "storage", "--json", "--expand"];
    let (code, out, err) = graph(folder.path(), &words);
    assert_eq!(code, 0, "{err}");
    let drawing: serde_json::Value = serde_json::from_str(&out).unwrap();
    for (id, line) in [
        ("pool/twice", "\"1TB of 4TB\",\"8TB raw\""),
        ("pool/share", "2GB used"),
        ("pool/blank", "size: ?"),
        ("pool/assumed", "~1TB, used: ?"),
        ("disk/nas/c", "size: ? · ssd"),
        ("dataset/photos", "irreplaceable · size: ?"),
    ] {
        let nodes = drawing["nodes"].as_array().unwrap();
        let node = nodes.iter().find(|n| n["id"] == id).unwrap();
        assert!(node["lines"].to_string().contains(line), "{id}: {node}");
        if id == "pool/twice" {
            assert_eq!(node["fill"], 25, "{node}");
        }
    }
}

/// What is planned is declared: that it is not drawn is no slip.
#[test]
fn what_is_planned_is_said_to_be_when_it_is_looked_for() {
    let lab = tempfile::tempdir().unwrap();
    let text = "format: 1\nlab: x\nhosts: {a: {}, n: {status: planned}}\nguests: {g: {kind: vm, on: n}}\n\
        services: {s: {runs: {host: a}}}\n";
    std::fs::write(lab.path().join("holdfast.yaml"), text).unwrap();
    for (name, expected) in [
        ("n", "host n is planned, and the view"),
        ("host/n", "host n is planned, and the view"),
        ("g", "guest g is planned, since host/n is, and the view"),
        ("m", "nothing in the view"),
    ] {
        let (code, _, err) = graph(lab.path(), &["--view", "dependencies", "--focus", name]);
        assert_eq!(code, 2, "{err}");
        assert!(err.contains(expected), "{name}: {err}");
    }
}
