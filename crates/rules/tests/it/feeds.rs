//! Which line of electricity carries what.

use crate::support::check;

/// What `cap-feed-load` says of two lines of 500 W with these hosts and this UPS: unknown or not, the message, and its notes.
fn said(hosts: &str, ups: &str) -> Vec<(bool, String, String)> {
    let text = format!(
        "format: 1\nlab: x\nsites: {{home: {{power: {{feeds: {{desk: {{kind: mains, capacity: 500W}}, cellar: {{kind: mains, capacity: 500W}}}}}}}}}}\nhosts: {{{hosts}}}\n{ups}\n"
    );
    let (found, _) = check(&text, None);
    let of = found.into_iter().filter(|d| d.code == "cap-feed-load");
    of.map(|d| (d.unknown, d.message, d.notes.concat()))
        .collect()
}

fn host(name: &str, rest: &str) -> String {
    format!("{name}: {{site: home, {rest}}}")
}

#[test]
fn a_second_supply_beside_a_ups_hangs_on_its_own_line_too() {
    let ups = "ups: {u: {site: home, power: 900W, rating: 1500VA, feed: home/desk, feeds: [pve1], watched_by: pve1}}";
    let nas = host("nas", "feed: home/cellar, power: {load: 300W}");
    let one = host("pve1", "power: {load: 280W}");
    assert_eq!(said(&format!("{nas}, {one}"), ups), []);
    // 280 W come from the UPS, until that fails.
    let both = host("pve1", "feed: home/cellar, power: {load: 280W}");
    let found = said(&format!("{nas}, {both}"), ups);
    let [(false, message, notes)] = found.as_slice() else {
        panic!("{found:?}");
    };
    assert!(
        message.contains("'cellar'") && message.contains("once the other line fails"),
        "{message}"
    );
    assert!(notes.contains("580W > 500W"), "{notes}");
}

#[test]
fn what_hangs_on_nobody_knows_which_line_may_be_too_much_for_one() {
    let nas = host("nas", "feed: home/cellar, power: {load: 300W}");
    // Wherever it hangs there is room for it.
    let small = host("pi", "power: {load: 10W}");
    assert_eq!(said(&format!("{nas}, {small}"), ""), []);
    for rest in ["power: {load: 280W}", "feed: unknown, power: {load: 280W}"] {
        let found = said(&format!("{nas}, {}", host("pve1", rest)), "");
        // That the line is written down as unknown is told besides.
        let Some((true, message, notes)) = found.first() else {
            panic!("{rest}: {found:?}");
        };
        assert!(message.contains("whether line 'cellar'"), "{message}");
        assert!(
            notes.contains("on which line it hangs is not declared: pve1"),
            "{notes}"
        );
    }
    // Of two lines nobody asks which, where nothing is said of what they carry.
    let text = "format: 1\nlab: x\nsites: {home: {power: {feeds: {a: {kind: mains}, b: {kind: mains}}}}}\nhosts: {x: {site: home}}\n";
    let (found, _) = check(text, None);
    assert!(found.iter().all(|d| d.code != "cap-feed-load"));
}

/// What `cap-ups-runtime` says of a UPS with two hosts on it: that it is unknown or not, and how grave.
fn lasting(ups: &str, nas: &str, other: &str) -> Option<String> {
    let text = format!(
        "format: 1\nlab: x\nsites: {{home: }}\nhosts: {{nas: {{site: home, {nas}}}, pve: {{site: home, {other}}}}}\nups: {{u: {{site: home, energy: 100Wh, runtime: 30m, feeds: [nas, pve], {ups}}}}}\n"
    );
    let (found, _) = check(&text, None);
    let mut of = found.into_iter().filter(|d| d.code == "cap-ups-runtime");
    let d = of.next()?;
    assert!(!d.help.is_empty(), "no remedy: {d:#?}");
    Some(match d.unknown {
        true => "unknown".to_owned(),
        false => format!("{:?}", d.severity),
    })
}

/// 100 Wh are half an hour of 200 W.
#[test]
fn what_a_ups_can_give_bounds_how_long_it_lasts() {
    let idle = "power: {idle: 50W}";
    for (ups, nas, other, expected) in [
        ("", idle, idle, Some("unknown")),
        ("power: 200W", idle, idle, None),
        ("power: 201W", idle, idle, Some("unknown")),
        ("rating: 200VA", idle, idle, None),
        ("power: 200W", "", "", None),
        // The draws at load.
        (
            "",
            "power: {idle: 50W, load: 100W}",
            "power: {idle: 50W, load: 100W}",
            None,
        ),
        (
            "",
            "power: {idle: 50W, load: 100W}",
            "power: {idle: 50W, load: 101W}",
            Some("unknown"),
        ),
        ("", "power: {idle: 50W, load: 100W}", "", Some("unknown")),
        // The best that can be is too much; what the UPS can give is no excuse.
        (
            "",
            "power: {idle: 150W}",
            "power: {idle: 51W}",
            Some("Error"),
        ),
        (
            "power: 200W",
            "power: {idle: 150W}",
            "power: {idle: 51W}",
            Some("Error"),
        ),
    ] {
        let found = lasting(ups, nas, other);
        assert_eq!(found.as_deref(), expected, "{ups}, {nas}, {other}");
    }
}
