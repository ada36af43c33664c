//! Votes of hosts that are on only on demand.

use crate::support::check;

fn said(one: &str, two: &str, three: &str, cluster: &str) -> Vec<String> {
    let text = format!(
        "format: 1\nlab: x\nhosts: {{a: {{{one}}}, b: {{{two}}}, c: {{{three}}}}}\nclusters: {{main: {{kind: proxmox, members: [a, b, c]{cluster}}}}}\n"
    );
    let (found, _) = check(&text, None);
    let of = found.into_iter().filter(|d| d.code == "ha-quorum");
    of.map(|d| format!("{:?}: {}", d.severity, d.message))
        .collect()
}

#[test]
fn the_vote_of_a_host_that_may_be_off_is_not_sure() {
    let (on, off, open) = ("", "on_demand: true", "on_demand: unknown");
    for (hosts, cluster, expected) in [
        ([on, on, on], "", ""),
        ([on, on, "on_demand: false"], "", ""),
        (
            [on, on, off],
            "",
            "Warning: cluster 'main' stops when 'a' or 'b' fails while 'c' is off",
        ),
        (
            [on, on, off],
            ", ha: true",
            "Error: cluster 'main' stops when 'a' or 'b' fails while 'c' is off",
        ),
        (
            [on, off, off],
            "",
            "Warning: cluster 'main' has no majority while 'b' and 'c' are off",
        ),
        (
            [on, on, open],
            "",
            "Info: unknown: whether cluster 'main' stops when 'a' or 'b' fails while 'c' is off",
        ),
    ] {
        let [a, b, c] = hosts;
        let found = said(a, b, c, cluster);
        match expected {
            "" => assert!(found.is_empty(), "{hosts:?}: {found:?}"),
            words => assert_eq!(found, [words], "{hosts:?}"),
        }
    }
}

/// Who is fatal at any time hides nobody who is fatal while another one is off.
#[test]
fn both_are_told() {
    assert_eq!(
        said("", "", "on_demand: true", ", votes: {a: 2}"),
        [
            "Warning: cluster 'main' stops when 'a' fails",
            "Warning: cluster 'main' stops when 'b' fails while 'c' is off",
        ]
    );
}

/// What another rule says of three hosts in a cluster, one of which may be off.
fn of_rule(rule: &str, third: &str, more: &str) -> Vec<String> {
    let text = format!(
        "format: 1\nlab: x\nhosts: {{a: {{}}, b: {{}}, c: {{{third}}}}}\nclusters: {{main: {{kind: proxmox, members: [a, b, c]}}}}\n{more}\n"
    );
    let (found, _) = check(&text, None);
    let of = found.into_iter().filter(|d| d.code == rule);
    of.map(|d| {
        assert!(!d.help.is_empty(), "no remedy: {d:#?}");
        format!("{:?}: {}", d.severity, d.message)
    })
    .collect()
}

#[test]
fn work_on_a_member_while_another_is_off() {
    let work = |third: &str, on: &str| {
        let jobs =
            format!("jobs: {{patches: {{kind: update, on: [{on}], schedule: \"Sat 02:00\"}}}}");
        of_rule("ha-drain", third, &jobs)
    };
    assert_eq!(work("", "a, b"), [""; 0]);
    assert_eq!(work("on_demand: false", "a, b, c"), [""; 0]);
    assert_eq!(
        work("on_demand: true", "a, b"),
        ["Warning: while job 'patches' has 'a' away, the rest of cluster 'main' has no majority"]
    );
    assert_eq!(work("on_demand: true", "c"), [""; 0]);
    assert_eq!(
        work("on_demand: unknown", "a, b"),
        [
            "Info: unknown: whether cluster 'main' keeps its majority while job 'patches' has members away"
        ]
    );
}

#[test]
fn who_cannot_be_missed_while_another_is_off() {
    let points = |third: &str| {
        let more = "guests: {g: {kind: vm, on: main, ha: true}, h: {kind: vm, on: main, ha: true}}\nservices: {wiki: {runs: {guest: g}}, mail: {runs: {guest: h}}}";
        let found = of_rule("ha-spof", third, more);
        found.into_iter().next()
    };
    assert_eq!(points(""), None);
    assert_eq!(
        points("on_demand: true").as_deref(),
        Some("Info: there are 2 single points of failure, and there is no register of them")
    );
}
