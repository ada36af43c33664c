//! What works and what does not.

use crate::{lab, run};
use simulate::{Fault, Report, State};

const LAB: &str = "
sites: {home: {uplinks: {isp: {gateway: router}}, power: {feeds: {mains: {}}}}}
ups: {battery: {site: home, feeds: [nas], runtime: 20m}}
devices: {router: {kind: router, site: home}}
hosts:
  nas: {site: home, hardware: {disks: {a: 1TB, b: 1TB, c: 1TB, boot: 1TB}}}
  pve1: {site: home, hardware: {memory: 16GiB, disks: {ssd: 1TB}}}
  pve2: {site: home, hardware: {memory: 16GiB, disks: {ssd: 1TB}}}
  pve3: {site: home, hardware: {memory: 16GiB, disks: {ssd: 1TB}}}
clusters: {main: {kind: proxmox, members: [pve1, pve2, pve3], ha: true}}
pools:
  tank: {kind: zfs, on: nas, level: raidz1, devices: [nas/a, nas/b, nas/c]}
guests:
  web: {kind: vm, on: pve1, memory: 8GiB}
  pinned: {kind: vm, on: pve1, ha: false, memory: 1GiB}
services:
  photos: {runs: {host: nas}, data: {files: {on: tank}}}
  blog: {runs: {guest: web}, needs: [{need: photos, kind: soft}]}
  private: {runs: {guest: pinned}}
  either: {runs: [{host: pve2}, {host: pve3}]}
  public: {runs: {host: pve2}, exposures: [{port: 443, from: internet}]}
  lost: {needs: [{any: [photos, private]}]}
";

fn states(report: &Report) -> Vec<(&str, State)> {
    let mut all: Vec<(&str, State)> = report
        .services
        .iter()
        .map(|s| (s.name.as_str(), s.state))
        .collect();
    all.sort_unstable();
    all
}

fn chain(report: &Report, name: &str) -> String {
    let service = report.services.iter().find(|s| s.name == name).unwrap();
    let steps = service.chain.iter().map(|s| match &s.choice {
        Some(choice) => format!("{} {} ({choice})", s.how, s.what),
        None => format!("{} {}", s.how, s.what),
    });
    steps.collect::<Vec<_>>().join(", ")
}

#[test]
fn a_host_takes_down_what_runs_on_it_and_nothing_else() {
    use State::{Down, Restarted, Unknown, Up};
    let report = run(LAB, &["host:pve1"]);
    assert_eq!(
        states(&report),
        [
            ("blog", Restarted),
            ("either", Up),
            // Nobody says where it runs, and what it needs one of is left.
            ("lost", Unknown),
            ("photos", Up),
            ("private", Down),
            ("public", Up),
        ]
    );
    assert_eq!(
        chain(&report, "private"),
        "runs on guest pinned, runs on host pve1"
    );
}

#[test]
fn what_is_there_twice_works_with_less_and_then_not() {
    let one = run(LAB, &["host:pve2"]);
    let either = one.services.iter().find(|s| s.name == "either").unwrap();
    assert_eq!(either.state, State::Degraded);
    assert_eq!(either.why.as_deref(), Some("1 of 2 left, 1 needed"));
    let both = run(LAB, &["host:pve2", "host:pve3"]);
    assert_eq!(
        chain(&both, "either"),
        "runs on host pve3 (0 of 2 left, 1 needed)"
    );
}

#[test]
fn what_can_be_done_without_leaves_less() {
    let report = run(LAB, &["host:nas"]);
    let blog = report.services.iter().find(|s| s.name == "blog").unwrap();
    assert_eq!(blog.state, State::Degraded);
    assert_eq!(
        blog.why.as_deref(),
        Some("without service photos, which it can do without")
    );
}

/// A pool goes on without as many disks as its level says, and not without one more; the machine does not care.
#[test]
fn a_pool_goes_on_without_one_disk() {
    for (faults, state, pool) in [
        (&["disk:nas/a"] as &[&str], State::Up, State::Degraded),
        (&["disk:nas/a", "disk:nas/c"], State::Down, State::Down),
        (&["disk:nas/boot"], State::Up, State::Up),
    ] {
        let report = run(LAB, faults);
        let photos = report.services.iter().find(|s| s.name == "photos").unwrap();
        assert_eq!(photos.state, state, "{faults:?}");
        let tank = report.things.iter().find(|t| t.what == "pool tank");
        assert_eq!(tank.map_or(State::Up, |t| t.state), pool, "{faults:?}");
        if state == State::Down {
            let why = tank.unwrap().why.as_deref();
            assert_eq!(
                why,
                Some(
                    "pool 'tank' (raidz1) loses 2 of 3 disks (nas/a, nas/c) and goes on without 1"
                )
            );
        }
    }
}

#[test]
fn power_lines_and_sites() {
    let report = run(LAB, &["internet:home"]);
    let down: Vec<&str> = report
        .services
        .iter()
        .filter(|s| s.state == State::Down)
        .map(|s| s.name.as_str())
        .collect();
    assert_eq!(down, ["public"]);
    assert_eq!(
        chain(&report, "public"),
        "is reached through uplink home/isp"
    );
    let report = run(LAB, &["power:home"]);
    assert_eq!(report.count(State::Down), 6, "{:#?}", report.services);
    assert!(
        report.notes[0].starts_with("ups battery carries what it feeds for 20m"),
        "{:?}",
        report.notes
    );
    let report = run(LAB, &["site:home"]);
    assert_eq!(report.count(State::Down), 6, "{:#?}", report.services);
    // A battery is no way to the grid for what it does not feed.
    assert_eq!(run(LAB, &["ups:battery"]).count(State::Down), 1);
}

/// Without a word on where it runs, it may be on what fails; where nothing is hit that could carry it, it is well.
#[test]
fn nobody_knows_where_it_runs() {
    let text = "hosts: {a: {hardware: {disks: {x: 1TB, y: 1TB}}}, b: {}}\nservices: {s: {}, t: {runs: {host: b}, needs: [s]}}";
    let report = run(text, &["host:a"]);
    assert_eq!(
        states(&report),
        [("s", State::Unknown), ("t", State::Unknown)]
    );
    let whys: Vec<_> = report.services.iter().map(|s| s.why.as_deref()).collect();
    assert!(
        whys.contains(&Some("where it runs is not declared"))
            && whys.contains(&Some("service s: where it runs is not declared")),
        "{whys:?}"
    );
    assert_eq!(run(text, &["disk:a/x"]).count(State::Up), 2);
}

#[test]
fn what_the_lab_does_not_have_cannot_fail() {
    let lab = lab(LAB);
    for (text, message) in [
        ("nas", "'nas' says not what fails: it is written KIND:NAME"),
        ("host:nsa", "the lab has no host 'nsa'"),
        ("disk:nas/z", "host 'nas' has no disk 'z'"),
        (
            "disk:nas",
            "which disk of host 'nas' breaks is not said: it is written disk:nas/LABEL",
        ),
        ("power:home/solar", "site 'home' has no feed 'solar'"),
        ("internet:home/lte", "site 'home' has no uplink 'lte'"),
        ("meteor:home", "'meteor' is nothing that fails"),
        ("provider:x", "the lab has no provider 'x'"),
        ("ransomware:router", "the lab has no host or guest 'router'"),
    ] {
        let unfit = Fault::parse(&lab, text).unwrap_err();
        assert_eq!(unfit.message, message);
    }
    // Everything that is listed is read as itself.
    for fault in Fault::all(&lab) {
        assert_eq!(Fault::parse(&lab, &fault.to_string()), Ok(fault));
    }
}

/// Guests start again where there is room, and nobody says of all of them that they do where there is none.
#[test]
fn guests_start_again_where_there_is_room() {
    let services = |report: &Report| {
        let blog = report.services.iter().find(|s| s.name == "blog").unwrap();
        (blog.state, blog.why.clone().unwrap_or_default())
    };
    let (state, why) = services(&run(LAB, &["host:pve1"]));
    assert_eq!(state, State::Restarted);
    assert_eq!(
        why,
        "guest web was on host pve1 and starts again on pve2: pve2 has 16GiB for 8GiB (web)"
    );
    let full = LAB.replace("memory: 8GiB", "memory: 24GiB");
    let (state, why) = services(&run(&full, &["host:pve1"]));
    assert_eq!(state, State::Unknown);
    assert!(why.contains("finds no room for its 24GiB"), "{why}");
    let silent = LAB.replace(", memory: 8GiB", "");
    let (state, why) = services(&run(&silent, &["host:pve1"]));
    assert_eq!(state, State::Unknown);
    assert!(why.contains("is not known"), "{why}");
}
