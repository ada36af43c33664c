//! Copies on different disks, and pools that are cut out of a volume group.

use crate::support::check;

fn said(pools: &str, rule: &str) -> Vec<String> {
    let text = format!(
        "format: 1
lab: x
sites: {{home: {{}}}}
hosts: {{a: {{site: home, hardware: {{disks: {{d: 10TB, e: 1TB, f: 1TB, g: 4TB, h: 4TB, i: 1TB}}}}}}}}
pools:
{pools}"
    );
    let (found, _) = check(&text, None);
    let all = found
        .iter()
        .filter(|d| d.code == rule)
        .map(|d| d.message.clone());
    all.collect()
}

#[test]
fn three_copies_lie_on_three_disks() {
    let holds = |usable: &str| {
        let pool = format!(
            "  c: {{kind: btrfs, on: a, profile: raid1c3, devices: [a/d, a/e, a/f], usable: {usable}}}\n"
        );
        said(&pool, "sto-raid-usable")
    };
    let most = "pool 'c' is declared to hold 4TB, and its disks give 1TB";
    assert_eq!(holds("4TB"), [most]);
    assert_eq!(holds("1TB"), ["pool 'c' leaves 9TB of its disks idle"]);
}

#[test]
fn a_profile_with_too_few_disks_is_told() {
    let of = |profile: &str, devices: &str| {
        let pool =
            format!("  c: {{kind: btrfs, on: a, profile: {profile}, devices: [{devices}]}}\n");
        said(&pool, "sto-raid-usable")
    };
    let few = |p: &str| format!("pool 'c' cannot be {p}: it has too few disks");
    assert_eq!(of("raid1c3", "a/g, a/h"), [few("raid1c3")]);
    assert_eq!(of("raid1c4", "a/g, a/h, a/d"), [few("raid1c4")]);
    let idle = "pool 'c' leaves 6TB of its disks idle";
    assert_eq!(of("raid1c3", "a/g, a/h, a/d"), [idle]);
}

#[test]
fn volumes_with_a_size_are_cut_out_of_their_group() {
    let of = |size: &str| {
        let pools = format!(
            "  vg: {{kind: lvm, on: a, level: single, devices: [a/i], usable: 1TB}}
  fs: {{kind: btrfs, on: a, from: vg, size: 600GB}}
  ft: {{kind: btrfs, on: a, from: vg, size: {size}}}
"
        );
        said(&pools, "sto-fit")
    };
    assert_eq!(
        of("600GB"),
        ["what lies on pool 'vg' is larger than the pool"]
    );
    assert_eq!(of("400GB"), Vec::<String>::new());
}
