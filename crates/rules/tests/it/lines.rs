//! Lines that copies go through: the far end, all that goes through one, and what of them is not known.

use crate::support::check;

/// Two datasets that change by 60GB a day and go to another site, by the lines of both.
fn copies(own: &str, far: &str) -> Vec<String> {
    let text = format!(
        "format: 1
lab: x
sites: {{s1: {{uplinks: {own}}}, away: {{uplinks: {far}}}}}
tiers: {{t: {{rpo: {{site: 2d}}}}}}
hosts:
  a: {{site: s1, hardware: {{disks: {{d: 4TB, e: 4TB}}}}}}
  b: {{site: away, hardware: {{disks: {{d: 8TB}}}}}}
datasets: {{x: {{host: a, folder: /x, tier: t, class: important, size: 70GB, changes: 60GB/day, disk: d}}, y: {{host: a, folder: /y, tier: t, class: important, size: 70GB, changes: 60GB/day, disk: e}}}}
repositories: {{r: {{on: b, location: 'sftp:b:/x', disk: d}}, r2: {{on: b, location: 'sftp:b:/y', disk: d}}}}
backups: {{k: {{datasets: [x], to: r, every: 1d, keep: {{daily: 7}}}}, l: {{datasets: [y], to: r2, every: 1d, keep: {{daily: 7}}}}}}
"
    );
    let (found, _) = check(&text, None);
    let all = found.iter().filter(|d| d.code == "bak-feasible");
    all.map(|d| d.message.clone()).collect()
}

const FAST: &str = "{u: {down: 1Gbit/s, up: 1Gbit/s}}";

#[test]
fn what_comes_into_a_site_fits_through_its_line_together() {
    let slow = "{u: {down: 10Mbit/s, up: 100Mbit/s}}";
    let into = "the copies that come into site 'away' do not fit through its uplink together";
    assert_eq!(copies(FAST, slow), [into]);
    let narrow = "{u: {down: 1Gbit/s, up: 10Mbit/s}}";
    let out = "the copies that leave site 's1' do not fit through its uplink together";
    assert_eq!(copies(narrow, FAST), [out]);
    assert_eq!(copies(FAST, FAST), Vec::<String>::new());
}

#[test]
fn a_far_end_that_nobody_knows_may_be_slower() {
    let open = copies(FAST, "{u: {down: unknown, up: 100Mbit/s}}");
    let keeps = |k: &str| format!("unknown: whether backup '{k}' keeps up with what changes");
    assert_eq!(open, [keeps("k"), keeps("l")]);
}

#[test]
fn a_second_line_that_nobody_knows_may_be_faster() {
    let slow = "u: {down: 1Gbit/s, up: 1Mbit/s}";
    let one = copies(&format!("{{{slow}}}"), FAST);
    assert!(
        one.iter().all(|m| m.contains("falls behind for ever")),
        "{one:?}"
    );
    let two = copies(&format!("{{{slow}, v: {{up: unknown}}}}"), FAST);
    assert!(!two.is_empty(), "{two:?}");
    assert!(two.iter().all(|m| m.starts_with("unknown: ")), "{two:?}");
}

#[test]
fn a_copy_takes_no_more_than_there_is() {
    let rare = |every: &str| {
        let text = "sites: {s1: {uplinks: {u: {down: 1Gbit/s, up: 10Mbit/s}}}, away: {uplinks: {u: {down: 1Gbit/s, up: 1Gbit/s}}}}
hosts:
  a: {site: s1, hardware: {disks: {d: 4TB, e: 4TB}}}
  b: {site: away, hardware: {disks: {d: 8TB}}}
datasets: {x: {host: a, folder: /x, class: important, size: 70GB, changes: 60GB/day, disk: d}, y: {host: a, folder: /y, class: important, size: 70GB, changes: RATE, disk: e}}
repositories: {r: {on: b, location: 'sftp:b:/x', disk: d}, r2: {on: b, location: 'sftp:b:/y', disk: d}}
backups: {k: {datasets: [x], to: r, every: EVERY, keep: {daily: 7}}, l: {datasets: [y], to: r2, every: EVERY, keep: {daily: 7}}}
";
        let text = format!("format: 1\nlab: x\n{text}").replace("EVERY", every);
        let of = |rate: &str| {
            let (found, _) = check(&text.replace("RATE", rate), None);
            let all = found.into_iter().filter(|d| d.code == "bak-feasible");
            all.collect::<Vec<_>>()
        };
        [of("60GB/day"), of("{assumed: 60GB/day, why: x}")]
    };
    // 2 × 70GB in a month, of the 3.2TB that fit.
    assert!(rare("30d").iter().all(Vec::is_empty), "{:#?}", rare("30d"));
    let [sure, assumed] = rare("1d");
    let says = |all: &[diag::Diagnostic]| -> Vec<bool> {
        let notes = all.iter();
        let is = |d: &diag::Diagnostic| format!("{d:?}").contains("assumed: some of the sizes");
        notes.map(is).collect()
    };
    assert_eq!((says(&sure), says(&assumed)), (vec![false], vec![true]));
}

#[test]
fn a_restore_by_a_way_that_nobody_knows_is_not_called_too_slow() {
    let of = |fibre: &str, near: &str| {
        let text = format!(
            "format: 1
lab: x
sites: {{home: {{uplinks: {{dsl: {{down: 10Mbit/s}}{fibre}}}}}, away: {{}}}}
tiers: {{t: {{rto: {{host: 4h}}, response: 5m}}}}
hosts:
  a: {{site: home, hardware: {{nics: {{e: {{speed: 10Gbit/s}}}}}}}}
  b: {{site: home, hardware: {{disks: {{d: 8TB}}, nics: {{e: {{speed: 100Mbit/s}}}}}}}}
  n: {{site: away, hardware: {{disks: {{d: 8TB}}}}}}
datasets: {{x: {{host: a, folder: /x, size: 1TB, class: important, tier: t}}}}
repositories: {{r: {{on: n, location: 'sftp:n:/r', disk: d}}, l: {{on: b, location: 'sftp:b:/r', disk: d}}}}
backups:
  k: {{datasets: [x], to: r, every: 1d, keep: {{last: 3}}}}
{near}"
        );
        let (found, _) = check(&text, None);
        let all = found.into_iter().filter(|d| d.code == "dr-rto-feasible");
        all.map(|d| d.message).collect::<Vec<_>>()
    };
    let near = "  m: {datasets: [x], to: l, every: 1d, keep: {last: 3}}\n";
    let fibre = ", fibre: {down: unknown}";
    let [late] = of("", near).try_into().unwrap();
    assert!(
        late.starts_with("tier 't' cannot be back within 4h"),
        "{late}"
    );
    for near in ["", near] {
        let said = of(fibre, near);
        let open = "unknown: whether tier 't' can be restored in time".to_owned();
        assert!(said.contains(&open), "{said:?}");
        assert!(said.iter().all(|m| m.starts_with("unknown: ")), "{said:?}");
    }
}
