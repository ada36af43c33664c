//! A guest is not divided: room for the sum is no room for each.

use crate::support::check;

/// What `cap-n1` says: unknown or not, the message, and its notes.
fn said(hosts: &str, guests: &str) -> Vec<(bool, String, Vec<String>)> {
    let members: Vec<&str> = hosts
        .split(", ")
        .filter_map(|h| h.split(':').next())
        .collect();
    let hosts: Vec<String> = hosts
        .split(", ")
        .map(|h| match h.split_once(": ") {
            Some((name, "unknown")) => format!("{name}: {{hardware: {{memory: unknown}}}}"),
            Some((name, size)) => format!("{name}: {{hardware: {{memory: {size}}}}}"),
            None => panic!("{h}"),
        })
        .collect();
    let text = format!(
        "format: 1\nlab: x\nhosts: {{{}}}\nclusters: {{main: {{kind: proxmox, members: [{}], ha: true}}}}\nguests: {{{guests}}}\n",
        hosts.join(", "),
        members.join(", ")
    );
    let (found, _) = check(&text, None);
    let of = found.into_iter().filter(|d| d.code == "cap-n1");
    of.map(|d| (d.unknown, d.message, d.notes)).collect()
}

const THREE: &str = "a: 16GiB, b: 16GiB, c: 16GiB";

fn vm(name: &str, on: &str, rest: &str) -> String {
    format!("{name}: {{kind: vm, on: {on}, {rest}}}")
}

#[test]
fn three_guests_of_ten_are_too_many_for_two_hosts_of_sixteen() {
    let guests = ["x", "y", "z"].map(|g| vm(g, "main", "memory: 10GiB"));
    let found = said(THREE, &guests.join(", "));
    assert_eq!(found.len(), 1, "{found:?}");
    let (unknown, message, notes) = &found[0];
    assert!(!unknown);
    assert!(
        message.contains("guest 'z' of cluster 'main' finds no room beside the others"),
        "{message}"
    );
    assert!(notes[0].contains("has 16GiB for 10GiB (x)"), "{notes:?}");
    assert!(notes[2].contains("10GiB (z) > 6GiB"), "{notes:?}");
    // One of them in halves, and the sum is the same: there is room.
    let halves = [
        vm("z1", "main", "memory: 5GiB"),
        vm("z2", "main", "memory: 5GiB"),
    ];
    let found = said(THREE, &[&guests[..2], &halves].concat().join(", "));
    assert!(found.is_empty(), "{found:?}");
}

#[test]
fn guests_that_stay_or_are_tied_to_their_host_take_their_room_there() {
    // Without b, 12 + 8 GiB go on a and 10 + 6 on c, and in no other way: not if the 12 GiB stay on c.
    for (stays, fits) in [
        ("ha: false", false),
        ("ha: true", true),
        ("ha: true, devices: [gpu]", false),
    ] {
        let guests = [
            vm("still", "c", &format!("memory: 12GiB, {stays}")),
            vm("x", "b", "memory: 10GiB"),
            vm("y", "a", "memory: 8GiB"),
            vm("z", "b", "memory: 6GiB"),
        ];
        let found = said("a: 20GiB, b: 64GiB, c: 16GiB", &guests.join(", "));
        let lost = |h: &str| {
            found
                .iter()
                .any(|(_, m, _)| m.contains(&format!("when '{h}' fails")))
        };
        assert_eq!(!lost("b"), fits, "{stays}: {found:?}");
    }
}

#[test]
fn what_is_not_known_is_neither_room_nor_no_room() {
    let small = vm("x", "a", "memory: 4GiB");
    for (hosts, guests, unknown) in [
        ("a: 16GiB, b: unknown", small.clone(), true),
        // It fits on the one that is known.
        ("a: 16GiB, b: 16GiB, c: unknown", small.clone(), false),
        (
            "a: 16GiB, b: 16GiB",
            format!("{small}, {}", vm("y", "a", "cores: 1")),
            true,
        ),
        (
            "a: 16GiB, b: 16GiB",
            vm("x", "a", "memory: 17GiB, ha: unknown"),
            true,
        ),
        (
            "a: 16GiB, b: 16GiB",
            vm("x", "a", "memory: 9GiB, ha: unknown"),
            false,
        ),
    ] {
        let found = said(hosts, &guests);
        assert_eq!(
            found.iter().any(|(u, ..)| *u),
            unknown,
            "{hosts} {guests}: {found:?}"
        );
        assert!(
            found.iter().all(|(u, ..)| *u),
            "{hosts} {guests}: {found:?}"
        );
    }
    // A guest that is not restarted elsewhere, and stands on the cluster: it takes room on whichever host it is.
    let floating = format!(
        "{small}, {}",
        vm("still", "main", "memory: 14GiB, ha: false")
    );
    let found = said("a: 16GiB, b: 16GiB", &floating);
    assert!(
        found[0].0 && found[0].2[0].contains("on which host guest 'still' is"),
        "{found:?}"
    );
}

#[test]
fn growth_is_placed_as_well() {
    let text = "format: 1
lab: x
hosts: {a: {hardware: {memory: 16GiB}}, b: {hardware: {memory: 16GiB}}, c: {hardware: {memory: 16GiB}}}
clusters: {main: {kind: proxmox, members: [a, b, c], ha: true}}
guests: {w: {kind: vm, on: main, memory: 8GiB}, x: {kind: vm, on: main, memory: 8GiB}, y: {kind: vm, on: main, memory: 8GiB}}
claims: [{text: Memory will grow., about: main, metric: memory-growth, value: 10%}]
";
    let (found, _) = check(text, None);
    let of: Vec<_> = found.iter().filter(|d| d.code == "cap-n1").collect();
    assert_eq!(of.len(), 1, "{of:?}");
    assert_eq!(of[0].severity, diag::Severity::Warning);
    assert!(
        of[0]
            .notes
            .iter()
            .any(|n| n.contains("a year's growth of 10%")),
        "{of:?}"
    );
}

#[test]
fn a_virtual_machine_needs_a_host_with_as_many_threads() {
    let said = |kind: &str, c: &str, guest: &str| {
        let cpu = |threads: &str| format!("{{hardware: {{memory: 32GiB, cpu: {{{threads}}}}}}}");
        let text = format!(
            "format: 1\nlab: x\nhosts: {{a: {}, b: {}, c: {}}}\nclusters: {{main: {{kind: proxmox, members: [a, b, c], ha: true}}}}\nguests: {{x: {{kind: {kind}, memory: 1GiB, cores: 12, {guest}}}}}\n",
            cpu("threads: 16"),
            cpu("cores: 4"),
            cpu(c)
        );
        let (found, _) = check(&text, None);
        let of = found
            .into_iter()
            .filter(|d| d.code == "cap-n1" && !d.unknown);
        of.map(|d| format!("{} {}", d.message, d.notes.concat()))
            .collect::<Vec<_>>()
    };
    let found = said("vm", "threads: 8", "on: a");
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(
        found[0]
            .contains("when 'a' fails, guest 'x' of cluster 'main' starts on none of the others"),
        "{found:?}"
    );
    assert!(found[0].contains("8 threads"), "{found:?}");
    assert_eq!(said("vm", "threads: 8", "on: main").len(), 1);
    for (kind, c, guest) in [
        ("lxc", "threads: 8", "on: a"),
        ("vm", "threads: 12", "on: a"),
        ("vm", "threads: unknown", "on: a"),
        ("vm", "threads: 8", "on: a, ha: false"),
        ("vm", "threads: 8", "on: b"),
    ] {
        let found = said(kind, c, guest);
        assert!(found.is_empty(), "{kind} {c} {guest}: {found:?}");
    }
}

#[test]
fn guests_on_a_cluster_need_room_on_its_members() {
    let said = |guests: &str| {
        let host = "{hardware: {memory: 32GiB, cpu: {threads: 8}}}";
        let text = format!(
            "format: 1\nlab: x\nhosts: {{a: {host}, b: {host}}}\nclusters: {{main: {{kind: proxmox, members: [a, b], ha: false}}}}\nguests: {{{guests}}}\n"
        );
        let (found, _) = check(&text, None);
        let of = found.into_iter().filter(|d| d.code == "cap-overcommit");
        of.map(|d| format!("{} {}", d.message, d.notes.concat()))
            .collect::<Vec<_>>()
    };
    for (guests, expected) in [
        // Together too much, with what is on the members.
        (
            vec![
                vm("x", "main", "memory: 30GiB"),
                vm("y", "a", "memory: 20GiB"),
                vm("z", "b", "memory: 20GiB"),
            ],
            "70GiB - 64GiB = 6GiB too much",
        ),
        // For one of them there is no room in one piece.
        (
            vec![
                vm("x", "main", "memory: 20GiB"),
                vm("y", "a", "memory: 16GiB"),
                vm("z", "b", "memory: 16GiB"),
            ],
            "at the most 16GiB left",
        ),
        (
            vec![vm("x", "main", "memory: 1GiB, cores: 12")],
            "host 'b', the largest of cluster 'main', has 8 threads",
        ),
        (
            vec![
                vm("x", "main", "memory: 20GiB"),
                vm("y", "a", "memory: unknown"),
            ],
            "unknown: whether cluster 'main'",
        ),
    ] {
        let found = said(&guests.join(", "));
        assert!(
            found.iter().any(|f| f.contains(expected)),
            "{expected}: {found:?}"
        );
    }
    let fits = [
        vm("x", "main", "memory: 20GiB, cores: 8"),
        vm("y", "main", "memory: 12GiB"),
        vm("z", "b", "memory: 32GiB"),
    ];
    assert_eq!(said(&fits.join(", ")), [""; 0]);
}
