//! `show` through the front door.

use crate::ran::Ran;
use std::process::{Command, Output, Stdio};

const WHOLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../lang/tests/labs/whole.yaml");

fn show(words: &[&str]) -> (i32, String, String) {
    let folder = tempfile::tempdir().unwrap();
    std::fs::copy(WHOLE, folder.path().join("holdfast.yaml")).unwrap();
    // What its stacks name, of which some topics show something.
    for (path, text) in [
        (
            "stacks/wiki/compose.yaml",
            "services: {app: {image: wiki}}\n",
        ),
        ("stacks/wiki/.env", ""),
        (
            "stacks/media/compose.yaml",
            "services: {traefik: {image: traefik}}\n",
        ),
    ] {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    let ran = Ran::inside(folder.path(), &[&["show"], words].concat());
    (ran.code, ran.stdout, ran.stderr)
}

#[test]
fn every_topic_shows_what_is_declared_and_nothing_wider_than_the_page() {
    for (topic, expected) in [
        ("summary", "single points of failure"),
        ("hosts", "pve1/nvme0"),
        ("guests", "memory of guests on each machine"),
        ("services", "any of (traefik-a, traefik-b)"),
        ("networks", "192.168.10.2"),
        ("storage", "1 failure"),
        ("exposures", "family wiki"),
        ("backups", "usb"),
        ("costs", "180W x 8760 h x 0.29 EUR/kWh"),
        ("assets", "refurbished"),
        ("cables", "gw/2"),
        ("controls", "inherit"),
        ("labels", "https://wiki.home.arpa/things/host/pve1"),
        ("stacks", "stacks/wiki/compose.yaml"),
        ("flows", "443/tcp, 8000-8010/tcp"),
        ("people", "upkeep 2h/week..3h/week"),
        ("alerts", "fill > 85%"),
        ("documents", "wiki-down runbook"),
        ("secrets", "1 of unknown age, 1 without a period"),
    ] {
        let (code, out, err) = show(&[topic]);
        assert_eq!((code, err.as_str()), (0, ""), "{topic}");
        let joined = out.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(joined.contains(expected), "{topic}: {out}");
        let wide = out.lines().find(|l| l.chars().count() > 100);
        assert_eq!(wide, None, "{topic}");
    }
}

/// 180 W x 8760 h = 1576.8 kWh; x 0.29 EUR = 457.27 EUR.
#[test]
fn a_figure_that_rests_on_something_says_so() {
    let (_, out, _) = show(&["costs", "--json"]);
    let sheets: serde_json::Value = serde_json::from_str(&out).unwrap();
    let rows = sheets[0]["rows"].as_array().unwrap();
    let row = rows
        .iter()
        .find(|r| r[0]["text"] == "electricity home")
        .unwrap();
    let cell = row.as_array().unwrap().last().unwrap();
    assert_eq!(
        (&cell["text"], &cell["how"]),
        (&"457.27 EUR".into(), &"measured".into())
    );
    let (_, out, _) = show(&["hosts", "--json"]);
    let sheets: serde_json::Value = serde_json::from_str(&out).unwrap();
    let note = sheets[0]["notes"][0].as_str().unwrap();
    assert!(note.contains("at least"), "{note}");
}

#[test]
fn a_slip_in_the_topic_is_told() {
    let (code, _, err) = show(&["hots"]);
    assert_eq!(code, 2);
    assert!(err.contains("hosts"), "{err}");
}

#[test]
fn other_words_for_a_topic_show_it() {
    for (word, topic) in [
        ("cabling", "cables"),
        ("repositories", "backups"),
        ("pools", "storage"),
    ] {
        assert_eq!(show(&[word]), show(&[topic]), "{word}");
    }
}

/// Where nobody can tell what DHCP hands out, nobody can tell what is free: that is said, and is not zero.
#[test]
fn what_is_free_beside_an_impossible_range_is_not_known() {
    let folder = tempfile::tempdir().unwrap();
    let text = "format: 1\nlab: x\nnetworks:\n  fine: {subnet: 10.0.0.0/29, dhcp: 10.0.0.4-10.0.0.5}\n  \
                wide: {subnet: 10.0.1.0/29, dhcp: 10.0.1.2-10.0.9.9}\n  open: {subnet: 10.0.2.0/29, dhcp: {range: unknown}}\n";
    std::fs::write(folder.path().join("holdfast.yaml"), text).unwrap();
    // The range is told as invalid, and what there is to see is shown all the same.
    let out = told(folder.path(), &["networks", "--json"], "140");
    assert_eq!(out.status.code(), Some(2), "{out:?}");
    let sheets: serde_json::Value = serde_json::from_slice(&out.stdout).unwrap();
    let columns: Vec<&str> = sheets[0]["columns"]
        .as_array()
        .unwrap()
        .iter()
        .map(|c| c.as_str().unwrap())
        .collect();
    let free = columns.iter().position(|c| *c == "FREE").unwrap();
    let rows = sheets[0]["rows"].as_array().unwrap();
    let of = |name: &str| rows.iter().find(|r| r[0]["text"] == name).unwrap()[free].clone();
    assert_eq!(of("fine")["text"], "4");
    for name in ["wide", "open"] {
        assert_eq!(
            (&of(name)["text"], &of(name)["how"]),
            (&"".into(), &"unknown".into())
        );
    }
    let notes = sheets[0]["notes"].to_string();
    assert!(
        notes.contains("10.0.1.2-10.0.9.9, which DHCP hands out, leaves 10.0.1.0/29"),
        "{notes}"
    );
}

/// What is not paid yet or not any more is no part of what is paid now, and what nobody knows is told.
#[test]
fn only_what_is_paid_now_is_in_the_sum() {
    let folder = tempfile::tempdir().unwrap();
    let text = "format: 1\nlab: x\ncosts:\n  \
        now: {amount: 60 EUR, every: year}\n  \
        later: {amount: 10 EUR, every: month, since: 2999-01-01}\n  \
        over: {amount: 10 EUR, every: month, until: 2001-01-01}\n  \
        open: {amount: 5 EUR, every: month, until: unknown}\n\
        claims: [{text: '60 EUR a year', metric: yearly-cost, value: 60 EUR/year}]\n";
    std::fs::write(folder.path().join("holdfast.yaml"), text).unwrap();
    let out = run(folder.path(), &["costs"], "140");
    for expected in [
        "120 EUR (from 2999-01-01)",
        "120 EUR (until 2001-01-01)",
        "per year: at least 60 EUR",
        "whether cost 'open' is paid now",
    ] {
        assert!(out.contains(expected), "{expected}: {out}");
    }
}

/// A lab of two stacks that publish one port, one more on the same number of another address, and ways in.
fn busy() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let write = |path: &str, text: &str| std::fs::write(folder.path().join(path), text).unwrap();
    write(
        "holdfast.yaml",
        "format: 1\nlab: busy\nhosts: {box: {exposures: [{port: 8080/tcp, why: the wiki}, {port: 8003/tcp, why: the other protocol}]}}\n\
         stacks: {a: {file: a.yaml, on: box}, b: {file: b.yaml, on: box}}\n\
         services:\n  wiki: {runs: {stack: a}, exposures: [{port: 8080}], controls: {tls: {is: inherited, by: proxy}, backup: no}}\n\
         \x20 proxy: {runs: {host: box}, controls: {tls: yes}, patched_by: updates}\n\
         jobs: {updates: {kind: update}}\n",
    );
    write(
        "a.yaml",
        "services: {web: {image: a, ports: ['8080:80', '127.0.0.1:9000:9000', '8000-8002:8000-8002']}}\n",
    );
    write(
        "b.yaml",
        "services: {web: {image: b, ports: ['8080:80', '127.0.0.2:9000:9000', '8003:80/udp']}}\n",
    );
    folder
}

fn told(folder: &std::path::Path, words: &[&str], columns: &str) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_holdfast"));
    command.arg("show").args(words).current_dir(folder);
    let command = command.env("COLUMNS", columns).env("NO_COLOR", "1");
    command.stdin(Stdio::null()).output().unwrap()
}

fn run(folder: &std::path::Path, words: &[&str], columns: &str) -> String {
    let output = told(folder, words, columns);
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn two_that_want_one_port_are_told_and_the_next_free_one_is_named() {
    let folder = busy();
    let text = run(folder.path(), &["ports"], "140");
    let row = |what: &str| text.lines().find(|l| l.contains(what)).unwrap().to_owned();
    assert!(
        row("container a/web (port 80 inside)").contains("container b/web"),
        "{text}"
    );
    // The way in and the service are what the container is for; other addresses and protocols are other ports.
    for quiet in [
        "way in: the wiki",
        "container b/web (port 9000 inside)",
        "8003/udp",
    ] {
        assert!(!row(quiet).contains("a/web"), "{text}");
    }
    assert!(text.contains("1 collision"), "{text}");
    let text = run(folder.path(), &["ports", "--range", "8000-8009"], "140");
    let free = text.lines().rfind(|l| l.starts_with("host/box")).unwrap();
    assert_eq!(free.split_whitespace().last(), Some("8004"), "{text}");
    let text = run(folder.path(), &["ports", "--range", "8000-8002"], "140");
    let free = text.lines().rfind(|l| l.starts_with("host/box")).unwrap();
    assert_eq!(free.split_whitespace().last(), Some("none"), "{text}");
}

/// Both families of addresses are published, and the other one wants all of them: two claims meet a third, and two things collide.
#[test]
fn a_pair_that_meets_on_two_addresses_is_one() {
    let lab = tempfile::tempdir().unwrap();
    for (file, text) in [
        (
            "holdfast.yaml",
            "format: 1\nlab: x\nhosts: {h: {}}\nstacks: {a: {file: a.yaml, on: h}, b: {file: b.yaml, on: h}}\n",
        ),
        (
            "a.yaml",
            "services: {wiki: {image: 'nginx:1.27', ports: ['0.0.0.0:8080:80', '[::]:8080:80']}}\n",
        ),
        (
            "b.yaml",
            "services: {shop: {image: 'nginx:1.27', ports: ['8080:80']}}\n",
        ),
    ] {
        std::fs::write(lab.path().join(file), text).unwrap();
    }
    let text = run(lab.path(), &["ports"], "140");
    assert!(text.contains("= 1 collision:"), "{text}");
}

/// Of one vote it is said in the singular.
#[test]
fn one_vote_is_left() {
    let lab = tempfile::tempdir().unwrap();
    let text = "format: 1\nlab: x\ntiers: {core: {slo: 99.9%}}\nhosts: {p1: {hardware: {memory: 32GiB}}, p2: {hardware: {memory: 32GiB}}}\n\
        clusters: {main: {kind: proxmox, members: [p1, p2], ha: true}}\nguests: {g: {kind: vm, on: p1, memory: 2GiB}}\n\
        services: {s: {tier: core, runs: {guest: g}}}\n";
    std::fs::write(lab.path().join("holdfast.yaml"), text).unwrap();
    let text = run(lab.path(), &["goals"], "400");
    assert!(text.contains("without p1 1 vote is left of"), "{text}");
}

#[test]
fn controls_are_own_inherited_missing_or_not_known() {
    let folder = busy();
    let text = run(folder.path(), &["controls"], "100");
    let cells = |name: &str| -> Vec<String> {
        let line = text.lines().find(|l| l.starts_with(name)).unwrap();
        line.split_whitespace().map(str::to_owned).collect()
    };
    assert_eq!(cells("wiki")[1..5], ["inherit", "?", "?", "GAP"], "{text}");
    assert_eq!(cells("proxy")[1], "own", "{text}");
    assert!(text.contains("own (job updates)"), "{text}");
    assert!(
        text.contains(
            "2 services × 8 controls = 16: 2 own, 1 inherited, 0 waived, 1 missing, 12 unknown"
        ),
        "{text}"
    );
    assert!(text.contains("store is not on the same machine"), "{text}");
}

#[test]
fn cables_name_what_is_free_and_what_is_used_twice() {
    let folder = tempfile::tempdir().unwrap();
    let text = "format: 1\nlab: x\nsites: {home: {racks: {r: 4}}}\n\
        devices: {sw: {kind: switch, site: home, rack: r, unit: 1, ports: {1: 1Gbit/s, 2: 1Gbit/s, 10: 1Gbit/s}}}\n\
        hosts:\n  a: {rack: r, unit: 3, hardware: {nics: {e0: 2.5Gbit/s, w0: {kind: wifi}}}}\n\
        \x20 b: {rack: r, unit: 3, hardware: {nics: {e0: {kind: ethernet}}}}\n\
        cables: [{from: sw/1, to: a/e0, label: C1}, {from: sw/1, to: b/e0}]\n";
    std::fs::write(folder.path().join("holdfast.yaml"), text).unwrap();
    let text = run(folder.path(), &["cables"], "100");
    for expected in [
        "C1     sw/1  a/e0  1Gbit/s",
        "no. 2  sw/1  b/e0        ?",
        "two cables in one port: sw/1",
        "1 cable without a label",
        "device/sw  3           1  2, 10",
        "r     3     host/a, host/b (in one unit)",
        "nothing stands at 2 of 4 units: 2, 4",
    ] {
        assert!(text.contains(expected), "{expected}: {text}");
    }
    assert!(!text.contains("w0"), "{text}");
}

#[test]
fn assets_have_dates_and_room_and_go_into_a_calendar() {
    let folder = tempfile::tempdir().unwrap();
    let text = "format: 1\nlab: x\nhosts:\n  a: {hardware: {bays: 4, memory: 16GiB, memory_max: 64GiB, m2_slots: 1, disks: {d: {size: 4TB, kind: hdd}}}}\n\
        \x20 b: {hardware: {bays: 2, disks: {d: 4TB}}}\n\
        assets: {a: {of: host/a, bought: 2020-01-31, warranty: 2023-01-31, replace: 2099-05-01}}\n";
    std::fs::write(folder.path().join("holdfast.yaml"), text).unwrap();
    let text = run(folder.path(), &["assets"], "120");
    for expected in [
        "1 out of warranty",
        "1 thing without an entry",
        "host/b",
        "48GiB",
        "3 of 4",
        "? of 2",
    ] {
        assert!(text.contains(expected), "{expected}: {text}");
    }
    let said = run(folder.path(), &["assets", "--ics", "dates.ics"], "100");
    assert_eq!(said, "2 dates in dates.ics\n");
    let calendar = std::fs::read_to_string(folder.path().join("dates.ics")).unwrap();
    assert!(calendar.lines().all(|l| l.len() <= 75) && calendar.ends_with("END:VCALENDAR\r\n"));
    assert!(
        calendar.contains("DTSTART;VALUE=DATE:20230131\r\nSUMMARY:a: warranty ends\r\n"),
        "{calendar}"
    );
}

#[test]
fn every_topic_fits_a_narrow_screen_without_colour() {
    let examples = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples");
    for lab in [
        "smallest",
        "single-host/as-written",
        "core-services/mended",
        "enterprise-dc/mended",
    ] {
        for topic in [
            "ports", "cables", "controls", "assets", "labels", "goals", "secrets",
        ] {
            let text = run(&examples.join(lab), &[topic], "60");
            assert!(!text.contains('\u{1b}'), "{lab} {topic}");
            // What is piped keeps its words whole: only a word that is longer than the line may reach over its end.
            let wide = |l: &&str| l.chars().count() > 60 && l.split_whitespace().count() > 2;
            assert_eq!(text.lines().find(wide), None, "{lab} {topic}");
        }
    }
}

/// One box, one disk, copies in the cloud, and goals that it cannot keep.
const BOX: &str = "format: 1\nlab: box\nsites: {home: {uplinks: {f: {down: 250Mbit/s, up: 100Mbit/s}}}}\n\
    tiers: {core: {response: 1h, rto: {device: 4h, host: 8h}, rpo: {host: 1d}}}\n\
    hosts: {box: {site: home, kind: server, hardware: {memory: 32GiB, disks: {a: {size: 1TB, kind: ssd}}}}}\n\
    pools: {data: {kind: zfs, on: box, level: single, devices: [box/a]}}\n\
    guests: {vm: {kind: vm, on: box, memory: 8GiB, disks: {root: {pool: data, size: 100GB}}}}\n\
    services: {photos: {tier: core, runs: {guest: vm}, data: {pictures: {on: data, size: 200GB, changes: 1GB/day, class: irreplaceable}}}}\n\
    repositories: {cloud: {kind: s3, media: cloud, location: 's3:s3.example.org/x'}}\n\
    backups: {nightly: {services: [photos], to: cloud, every: 6h}}\n";

#[test]
fn goals_say_what_one_box_cannot_do_and_what_to_buy() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("holdfast.yaml"), BOX).unwrap();
    let text = run(folder.path(), &["goals"], "200");
    let line = |start: &str| {
        text.lines()
            .find(|l| l.starts_with(start))
            .unwrap_or_default()
            .to_owned()
    };
    let host = line("tier core, RTO host");
    assert!(host.contains("IMPOSSIBLE"), "{text}");
    let flat = text.split_whitespace().collect::<Vec<_>>().join(" ");
    for expected in [
        "1h to notice and decide + 1d for the delivery of another (no other host is there to carry 8GiB) + 1h46m for 200GB through 250Mbit/s into site 'home'",
        "= 1d2h at the least > 8h",
        "second-hand mini PC, 16GiB at home, to take over ~180 EUR",
        "all of these",
        "2 impossible, 0 unknown, 2 possible on paper; only 'holdfast prove' says which are proven",
        "prices: assumed, a usual price",
        "1d until hardware is delivered 2 goals",
    ] {
        assert!(flat.contains(expected), "{expected}: {text}");
    }
    let json = run(folder.path(), &["goals", "--json"], "100");
    let advice: serde_json::Value = serde_json::from_str(&json).unwrap();
    // The second machine takes over after the loss of a disk, too.
    assert_eq!(advice["all"]["total"], 18_000);
    assert_eq!(advice["each"]["tier core, RTO host"]["exact"], true);
    assert_eq!(
        advice["each"]["tier core, RTO host"]["items"][0]["price"]["how"],
        "assumed"
    );
}

#[test]
fn declared_offers_take_the_place_of_assumed_ones() {
    let folder = tempfile::tempdir().unwrap();
    let offers = "offers:\n  - {kind: host, title: a find, price: 99 EUR, memory: 16GiB, source: 'https://shop.example/1', checked: 2026-11-20}\n\
        \x20 - {kind: host, title: abroad, price: 1 USD, memory: 64GiB}\n";
    std::fs::write(
        folder.path().join("holdfast.yaml"),
        format!("{BOX}{offers}"),
    )
    .unwrap();
    let text = run(folder.path(), &["goals"], "200");
    let flat = text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        flat.contains("a find at home, to take over 99 EUR"),
        "{text}"
    );
    assert!(
        flat.contains("prices: https://shop.example/1, looked at on 2026-11-20"),
        "{text}"
    );
    assert!(
        !flat.contains("mini PC") && !flat.contains("abroad at home"),
        "{text}"
    );
    // What cannot be compared is not passed over in silence.
    assert!(flat.contains("not tried: 'abroad', in USD"), "{text}");
}

/// A port that a Compose file publishes is a way in, whether or not somebody gave a reason.
#[test]
fn published_ports_without_a_reason_are_ways_in() {
    let folder = busy();
    let text = run(folder.path(), &["exposures"], "120");
    for (row, shown) in [
        ("container/a/web 8001/tcp", true),
        ("container/b/web 8003/udp", true),
        // Bound to loopback, and with a reason of the machine.
        ("container/a/web 9000", false),
        ("container/a/web 8080", false),
    ] {
        let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert_eq!(words.contains(row), shown, "{row}\n{text}");
    }
    assert!(text.contains("no way in gives the reason"), "{text}");
}

/// 85 W x 8760 h = 744.6 kWh; x 0.31 EUR = 230.83 EUR a year, beside a bill of 12 x 19.24 EUR = 230.88 EUR.
#[test]
fn nothing_that_is_paid_is_counted_twice_and_no_purchase_is_left_out() {
    let folder = tempfile::tempdir().unwrap();
    let bill = "  bill: {item: electricity, kind: operating, amount: 19.24 EUR, every: month}\n";
    let lab = "format: 1
lab: x
currency: EUR
sites: {home: {power: {price: 0.31 EUR/kWh, average: 85W}}}
hosts: {nas: {site: home, hardware: {disks: {a: 8TB}}}, pve: {site: home}}
assets: {disk: {of: nas/a, bought: 2024-02-01, price: 160 EUR}, box: {of: pve, bought: 2023-05-01, price: 280 EUR}}
costs:
  machine: {item: a used one, kind: capital, amount: 280 EUR, for: pve}
  domain: {item: a name, kind: operating, amount: 14 EUR, every: year}
";
    for (more, yearly) in [(bill, "per year: 244.88 EUR"), ("", "per year: 244.83 EUR")] {
        std::fs::write(folder.path().join("holdfast.yaml"), format!("{lab}{more}")).unwrap();
        let out = run(folder.path(), &["costs"], "120");
        assert!(out.contains(yearly), "{yearly} in {out}");
        // The box is among the costs already; the disk is not.
        assert!(out.contains("once: 440 EUR"), "{out}");
        assert!(out.contains("electricity home"), "{out}");
        let checked = Command::new(env!("CARGO_BIN_EXE_holdfast"))
            .args(["check", "--format", "concise"])
            .current_dir(folder.path())
            .output()
            .unwrap();
        let said = String::from_utf8(checked.stdout).unwrap();
        let money: Vec<&str> = said.lines().filter(|l| l.contains("[fin-")).collect();
        assert!(money.is_empty(), "{money:?}");
    }
}

#[test]
fn what_is_bought_later_has_no_age() {
    let folder = tempfile::tempdir().unwrap();
    let lab = "format: 1\nlab: x\nhosts: {nas: {}}\nassets: {box: {of: nas, bought: 2999-02-01}}\n";
    std::fs::write(folder.path().join("holdfast.yaml"), lab).unwrap();
    let out = run(folder.path(), &["assets"], "120");
    assert!(out.contains("1 bought after"), "{out}");
    assert!(!out.contains("0 mo"), "{out}");
}

/// A lab in a folder of its own, and one topic of it with runs of blanks folded.
fn topic(files: &[(&str, &str)], words: &[&str]) -> String {
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    let output = told(folder.path(), words, "400");
    let text = String::from_utf8(output.stdout).unwrap();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn containers_in_the_network_of_the_host_are_listed_and_their_ports_unknown() {
    let files = [
        (
            "holdfast.yaml",
            "format: 1\nlab: x\nhosts: {h: {}}\nstacks: {media: {file: compose.yaml, on: h}}\n",
        ),
        (
            "compose.yaml",
            "services:
  jellyfin: {image: jellyfin, network_mode: host}
  beside: {image: x, network_mode: 'service:jellyfin'}
  web: {image: nginx, ports: ['80:80']}
",
        ),
    ];
    for (what, title) in [
        ("ports", "container media/"),
        ("exposures", "container/media/"),
    ] {
        let out = topic(&files, &[what]);
        for name in ["jellyfin", "beside"] {
            assert!(out.contains(&format!("{title}{name}")), "{what}: {out}");
        }
        assert_eq!(
            out.matches("network of the host, ports unknown").count(),
            2,
            "{what}: {out}"
        );
        assert!(
            out.contains("2 containers in the network of the host"),
            "{what}: {out}"
        );
    }
}

/// 100 MB that must not be lost, beside 9 TB that can be had again.
#[test]
fn no_more_is_bought_than_the_goal_needs() {
    let text = "format: 1
lab: x
sites: {home: {}}
hosts: {h: {site: home, hardware: {memory: 16GiB, disks: {d: {size: 12TB}}}}}
tiers:
  core: {response: 1h, rpo: {site: 1d}}
  nice: {response: 1d, rpo: {site: 7d}}
datasets:
  vault: {host: h, folder: /srv/vault, class: irreplaceable, tier: core, size: 100MB}
  media: {host: h, folder: /srv/media, class: replaceable, tier: nice, size: 9TB}
";
    let out = topic(&[("holdfast.yaml", text)], &["goals"]);
    assert!(
        out.contains("storage elsewhere, 1TB with copies of"),
        "{out}"
    );
    assert!(
        out.contains("60 EUR a year") && !out.contains("600 EUR"),
        "{out}"
    );
    assert!(!out.contains("no data of the tier is declared"), "{out}");
    assert!(
        out.contains("can be had again, as declared: dataset 'media'"),
        "{out}"
    );
}

/// 32 GiB - 20 GiB of a container that only its Compose file limits = 12 GiB, and another one wants 16 GiB or 8 GiB.
#[test]
fn goals_count_the_memory_that_compose_files_give() {
    let text = "format: 1
lab: x
sites: {home: {}}
tiers: {t: {rto: {host: 4h}, response: 5m}}
hosts:
  a: {site: home, hardware: {memory: 32GiB}}
  b: {site: home, hardware: {memory: 32GiB}}
stacks: {w: {on: a, file: w.yaml}, s: {on: b, file: s.yaml}}
services: {w: {tier: t, runs: {stack: w}}, s: {runs: {stack: s}}}
";
    let out = |own: &str| {
        let own = format!("services: {{w: {{image: 'nginx:1', mem_limit: {own}}}}}\n");
        let other = "services: {s: {image: 'nginx:1', mem_limit: 20g}}\n";
        let files = [
            ("holdfast.yaml", text),
            ("w.yaml", own.as_str()),
            ("s.yaml", other),
        ];
        topic(&files, &["goals"])
    };
    let full = out("16g");
    assert!(
        full.contains("no other host has 16GiB free (b: 32GiB - 20GiB = 12GiB)"),
        "{full}"
    );
    let fits = out("8g");
    assert!(!fits.contains("no other host has"), "{fits}");
    assert!(fits.contains("nothing to wait for"), "{fits}");
}

/// 40 W + 20 W are 525.6 kWh a year, 152.42 EUR at 0.29 EUR; one figure less and the rest is the least.
#[test]
fn electricity_is_the_sum_of_the_machines_or_the_least() {
    let lab = |b: &str| {
        format!(
            "format: 1\nlab: x\nsites: {{home: {{power: {{price: 0.29 EUR/kWh}}}}}}
hosts: {{a: {{site: home, power: {{average: 40W}}}}, b: {{site: home, power: {b}}}}}
costs: {{box: {{amount: 540 EUR, every: year}}}}\n"
        )
    };
    let whole = lab("{average: 20W}");
    let out = topic(&[("holdfast.yaml", &whole)], &["costs"]);
    assert!(out.contains("(40W + 20W) x 8760 h x 0.29 EUR/kWh"), "{out}");
    assert!(out.contains("692.42 EUR"), "{out}");
    let part = lab("{idle: 10W, load: 30W}");
    let out = topic(&[("holdfast.yaml", &part)], &["costs"]);
    let least = "40W x 8760 h x 0.29 EUR/kWh; not in it: hosts.b.power.average operating at least 101.62 EUR ?";
    assert!(out.contains(least), "{out}");
    let sum = "per year: at least 641.62 EUR; 1 not known and not in it: hosts.b.power.average (electricity home)";
    assert!(out.contains(sum), "{out}");
    let out = topic(&[("holdfast.yaml", &part)], &["cables"]);
    assert!(out.contains("10W idle, 30W at load"), "{out}");
}

/// What nobody knows is in no sum, is named beside it, and makes it the least there is; what belongs to a plan is a sum of its own.
#[test]
fn costs_that_cannot_be_placed_are_named_and_never_summed() {
    let lab = |costs: &str| {
        let text = format!(
            "format: 1\nlab: x\nhosts: {{nas: {{}}, pve: {{cost: 5 EUR/month}}}}\ncosts:\n  box: {{amount: 100 EUR}}\n{costs}"
        );
        topic(&[("holdfast.yaml", &text)], &["costs"])
    };
    for (costs, expected) in [
        (
            "  a: {amount: 20 EUR, every: unknown}\n",
            &[
                "= once: at least 100 EUR; 1 not known and not in it: how often cost 'a' is paid (20 EUR)",
                "= per year: at least 60 EUR; 1 not known and not in it: how often cost 'a' is paid (20 EUR)",
                "a - ? ?",
            ][..],
        ),
        (
            "  a: {amount: 20 EUR, every: wekly}\n",
            &[
                "= once: at least 100 EUR; 1 not known",
                "= per year: at least 60 EUR; 1 not known",
            ],
        ),
        (
            "  a: {amount: unknown}\n",
            &[
                "= once: at least 100 EUR; 1 not known and not in it: the amount of cost 'a'",
                "= per year: 60 EUR",
            ],
        ),
        (
            "  a: {amount: 2O EUR, every: month}\n",
            &[
                "= once: 100 EUR",
                "= per year: at least 60 EUR; 1 not known and not in it: the amount of cost 'a'",
            ],
        ),
        (
            "  a: {amount: 20 EUR, every: month, budget: plan}\n",
            &["= once: 100 EUR = per year: 60 EUR = calculation 'plan', per year: 240 EUR"],
        ),
        (
            "  a: {amount: 60 EUR, every: year, for: pve}\n  b: {amount: 1 EUR, every: year, until: 2001-01-01}\n",
            &["= once: 100 EUR = per year: 60 EUR"],
        ),
        (
            "assets: {disk: {of: nas, price: unknown}}\n",
            &["= once: at least 100 EUR; 1 not known and not in it: the price of asset 'disk'"],
        ),
        (
            "subscriptions: {s: {cost: 12 EUR/month, kept: unknown}, t: {cost: 1 EUR/month, kept: no}}\n",
            &[
                "= no longer paid per year: at least 12 EUR; 1 not known and not in it: whether 's' is kept",
            ],
        ),
    ] {
        let out = lab(costs);
        for expected in expected {
            assert!(out.contains(expected), "{costs}: {expected}\n{out}");
        }
    }
}

/// Two disks of 4 TB in a mirror give 4 TB; what `check` contradicts is not shown as if it were so.
#[test]
fn a_size_that_the_disks_do_not_give_is_marked() {
    let lab = "format: 1\nlab: x
hosts: {nas: {hardware: {disks: {a: 4TB, b: 4TB}}}}
pools: {tank: {kind: zfs, on: nas, level: mirror, devices: [nas/a, nas/b], usable: 8TB}}\n";
    let out = topic(&[("holdfast.yaml", lab)], &["storage"]);
    assert!(out.contains("8TB (disks give 4TB)"), "{out}");
    assert!(out.contains("something else than its disks give"), "{out}");
    let right = lab.replace("usable: 8TB", "usable: 4TB");
    let out = topic(&[("holdfast.yaml", &right)], &["storage"]);
    assert!(!out.contains("disks give"), "{out}");
}
