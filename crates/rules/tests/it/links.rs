//! Data goes through two uplinks, and the slower one counts.

use crate::support::check;

fn lab(friend: &str, rto: &str) -> String {
    format!(
        "format: 1
lab: x
sites:
  home: {{uplinks: {{dsl: {{down: 100Mbit/s, up: 40Mbit/s}}}}}}
  friend: {{uplinks: {{cable: {{{friend}}}}}}}
hosts: {{nas: {{site: home}}, fr: {{site: friend}}}}
tiers: {{core: {{rto: {{site: {rto}}}}}}}
datasets: {{films: {{host: nas, folder: /srv, class: important, tier: core, size: 2TB, changes: 20GB/day}}}}
repositories: {{far: {{on: fr, location: /srv/far, password: {{env: P}}}}}}
backups: {{nightly: {{datasets: [films], to: far, every: 1d}}}}
"
    )
}

fn messages(text: &str, rule: &str) -> Vec<String> {
    let (found, _) = check(text, None);
    let of = found.into_iter().filter(|d| d.code == rule && !d.unknown);
    of.map(|d| format!("{} {}", d.message, d.notes.join(" ")))
        .collect()
}

#[test]
fn the_uplink_of_whoever_keeps_the_copy_counts() {
    // 20 GB a day are 160 Gbit: 4000 s at 40 Mbit/s, 160000 s at 1 Mbit/s.
    let fast = lab("down: 50Mbit/s, up: 10Mbit/s", "30d");
    let never = |text: &str| {
        let all = messages(text, "bak-feasible");
        all.iter().any(|m| m.contains("falls behind for ever"))
    };
    assert!(!never(&fast));
    assert!(never(&lab("down: 1Mbit/s, up: 10Mbit/s", "30d")));
    // 2 TB are 16 Tbit: 18.5 days at 10 Mbit/s, and less than two at 100 Mbit/s.
    assert_eq!(messages(&fast, "dr-rto-feasible"), [""; 0]);
    let late = messages(
        &lab("down: 50Mbit/s, up: 10Mbit/s", "14d"),
        "dr-rto-feasible",
    );
    assert!(late.len() == 1 && late[0].contains("10Mbit/s"), "{late:?}");
    let quick = lab("down: 50Mbit/s, up: 200Mbit/s", "14d");
    assert_eq!(messages(&quick, "dr-rto-feasible"), [""; 0]);
}
