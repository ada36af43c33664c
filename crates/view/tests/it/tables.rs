//! Tables of small labs.

use diag::SourceSet;
use jiff::civil::date;
use lang::compose::{Loaded, Loader};
use view::{Input, Sheet, Topic, sheets};

/// One Compose file for all stacks.
struct One(&'static str);

impl Loader for One {
    fn load(&self, path: &str) -> Loaded {
        match path.ends_with("compose.yaml") {
            true => Loaded::Text(self.0.to_owned()),
            false => Loaded::Missing,
        }
    }
}

const LAB: &str = "format: 1
lab: x
networks:
  lan: {subnet: 10.0.0.0/28, gateway: 10.0.0.1, dhcp: 10.0.0.3-10.0.0.4, dns: [10.0.0.5]}
  six: {subnet: 'fd00:7::/126', dns: ['fd00:7::1']}
  pair: {subnet: 10.9.9.0/31}
  one: {subnet: 10.9.8.1/32}
  tunnel: {kind: vpn, subnet: 10.8.0.0/29}
hosts:
  nas:
    addresses: {lan: 10.0.0.2, pair: 10.9.9.0, tunnel: 10.8.0.1}
    wireguard: {wg0: {peers: {phone: {key: TrMvSoP4jYQlY6RIzBgbssQqY3vxI2Pi+y71lOWWXX0=, allowed: [10.8.0.2/32]}}}}
stacks: {dns: {file: compose.yaml}}
dns: {home.arpa: {records: [{name: tv, type: A, value: 10.0.0.6}, {name: nas, type: A, value: 10.0.0.2}]}}
";

const COMPOSE: &str = "services:
  a: {image: 'x:1', networks: {house: {ipv4_address: 10.0.0.7}}}
networks:
  house:
    driver: macvlan
    ipam: {config: [{subnet: 10.0.0.0/28, ip_range: 10.0.0.8/30, aux_addresses: {printer: 10.0.0.12, nas: 10.0.0.2}}]}
";

/// The Compose file of a lab without stacks.
const NOTHING: &str = "services: {}\n";

/// The tables of a topic, of a lab in which nothing is wrong.
fn tables(text: &str, compose: &'static str, topic: Topic) -> Vec<Sheet> {
    let mut sources = SourceSet::default();
    sources.add("holdfast.yaml", text);
    let (lab, wrong) = lang::analyze(&sources);
    assert!(wrong.is_empty(), "{wrong:#?}");
    let stacks = lang::stacks(&lab, sources, &One(compose));
    let input = Input {
        lab: &lab,
        projects: &stacks.projects,
        today: date(2026, 11, 21),
        range: (8000, 8999),
    };
    sheets(&input, topic)
}

/// Everything that has an address, or that will be given one, is passed over.
#[test]
fn the_next_free_address_is_free() {
    let all = tables(LAB, COMPOSE, Topic::Networks);
    let told = |title: &str, columns: &[&str]| -> Vec<String> {
        let sheet = all.iter().find(|s| s.title == title).unwrap();
        let at: Vec<usize> = columns
            .iter()
            .map(|c| sheet.columns.iter().position(|d| d == c).unwrap())
            .collect();
        let rows = sheet.rows.iter().map(|row| {
            let cells: Vec<&str> = at.iter().map(|n| row[*n].text.as_str()).collect();
            cells.join(" | ")
        });
        rows.collect()
    };
    // 14 of the first, without 1, 2, 5, 6, 7 and 12, two of DHCP and four of Docker.
    assert_eq!(
        told("networks", &["NETWORK", "USED", "FREE", "NEXT FREE"]),
        [
            "lan | 6 | 2 | 10.0.0.13",
            "one | 0 | 1 | 10.9.8.1",
            "pair | 1 | 1 | 10.9.9.1",
            "six | 1 | 2 | fd00:7::2",
            "tunnel | 2 | 4 | 10.8.0.3",
        ]
    );
    let addresses = told("addresses", &["ADDRESS", "NETWORK", "OF"]);
    for line in [
        "10.0.0.2 | lan | host/nas",
        "10.0.0.5 | lan | a name server of lan",
        "10.0.0.6 | lan | DNS name tv in home.arpa",
        "10.0.0.7 | lan | container dns/a",
        "10.0.0.12 | lan | kept by dns/house (printer)",
        "10.8.0.2 | tunnel | peer phone of nas/wg0",
    ] {
        assert!(
            addresses.iter().any(|a| a == line),
            "{line}: {addresses:#?}"
        );
    }
}

#[test]
fn what_is_paid_for_something_planned_is_marked() {
    let text = "format: 1\nlab: x\ncurrency: EUR\nhosts: {n: {status: planned}, h: {}, o: {status: retired}}\n\
        costs: {new: {amount: 320 EUR, for: n}, disk: {amount: 80 EUR, for: h}, care: {amount: 2 EUR, every: month, for: o}}\n\
        assets: {a: {of: o, price: 100 EUR}}\n";
    let costs = tables(text, NOTHING, Topic::Costs).remove(0);
    let line = |row: &Vec<view::Cell>| {
        let cells: Vec<&str> = row.iter().map(|c| c.text.as_str()).collect();
        cells.join(" | ")
    };
    let rows: Vec<String> = costs.rows.iter().map(line).collect();
    assert_eq!(
        rows,
        [
            "care |  |  | 24 EUR (retired)",
            "disk |  | 80 EUR | ",
            "new |  | 320 EUR (planned) | ",
            "asset/a | capital | 100 EUR (retired) | ",
        ]
    );
    assert_eq!(
        costs.notes,
        [
            "once: 500 EUR, 320 EUR of it for what is planned, 100 EUR of it for what is retired",
            "per year: 24 EUR, 24 EUR of it for what is retired",
        ]
    );
}

/// The texts of a topic's tables.
fn texts(text: &str, topic: Topic) -> String {
    let all = tables(text, NOTHING, topic);
    let rows = all.iter().flat_map(|s| &s.rows);
    let lines = rows.map(|r| {
        r.iter()
            .map(|c| c.text.as_str())
            .collect::<Vec<_>>()
            .join(" | ")
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn what_is_not_in_use_helps_no_goal_and_no_pool() {
    let lab = |status: &str| {
        format!(
            "format: 1\nlab: x\ntiers: {{gold: {{slo: 99%}}}}\n\
            hosts: {{p1: {{hardware: {{memory: 16GiB, disks: {{d: 4TB}}}}}}, p2: {{hardware: {{memory: 16GiB}}}}, nas: {{availability: 99.9%}}, \
            pi: {{hardware: {{disks: {{d: 4TB}}}}{status}}}}}\n\
            pools: {{s: {{kind: nfs, on: nas}}, m: {{kind: zfs, level: mirror, devices: [p1/d, pi/d]}}}}\n\
            clusters: {{pve: {{kind: proxmox, members: [p1, p2], ha: true, qdevice: pi, storage: [s]}}}}\n\
            guests: {{g: {{kind: vm, on: pve, memory: 1GiB, ha: true, disks: {{r: {{pool: s, size: 1GB}}}}}}}}\n\
            services: {{web: {{tier: gold, runs: {{guest: g}}, needs: [host/pi]}}}}\n"
        )
    };
    let ha = |status: &str| {
        let text = texts(&lab(status), Topic::Goals);
        let line = text
            .lines()
            .find(|l| l.starts_with("pve") || l.contains("cluster pve"));
        line.map_or_else(|| panic!("no goal of the cluster:\n{text}"), str::to_owned)
    };
    let (there, planned) = (ha(""), ha(", status: planned"));
    assert!(!there.contains("IMPOSSIBLE"), "{there}");
    assert!(planned.contains("IMPOSSIBLE"), "{planned}");
    let goals = texts(&lab(", status: retired"), Topic::Goals);
    assert!(
        goals.contains("web cannot do without host 'pi', which is retired"),
        "{goals}"
    );
    let survives = |status: &str| {
        let text = texts(&lab(status), Topic::Storage);
        let line = text.lines().find(|l| l.starts_with("m |"));
        line.is_some_and(|l| l.contains("1 failure"))
    };
    assert!(survives("") && !survives(", status: planned"));
}

/// The rows of a sheet of a lab, as far as these columns go, and its notes.
fn rows(text: &str, compose: &'static str, topic: Topic, columns: &[&str]) -> Vec<String> {
    let all = tables(text, compose, topic);
    let sheet = all.first().unwrap();
    // Columns in which nothing stands are not there.
    if sheet.rows.is_empty() {
        return sheet.notes.clone();
    }
    let at = |c: &&str| sheet.columns.iter().position(|d| d == c).unwrap();
    let at: Vec<usize> = columns.iter().map(at).collect();
    let rows = sheet.rows.iter().map(|row| {
        let cells = at.iter().map(|n| match row[*n].how {
            view::How::Unknown => "?",
            _ => row[*n].text.as_str(),
        });
        cells.collect::<Vec<_>>().join(" | ")
    });
    rows.chain(sheet.notes.iter().cloned()).collect()
}

#[test]
fn a_guest_that_says_nothing_of_ha_is_shown_as_its_cluster_has_it() {
    let text = "format: 1
lab: x
hosts: {a: , b: , c: }
clusters: {main: {kind: proxmox, members: [a, b], ha: true}}
guests:
  alone: {kind: vm, on: c}
  db: {kind: vm, on: a}
  own: {kind: vm, on: main, ha: false}
  web: {kind: vm, on: main}
";
    let found = rows(text, "", Topic::Guests, &["GUEST", "HA"]);
    let expected = [
        "alone | ",
        "db | yes, by its cluster",
        "own | no",
        "web | yes, by its cluster",
    ];
    assert_eq!(found[..4], expected);
}

#[test]
fn hours_that_are_not_known_are_no_blank() {
    let text = "format: 1
lab: x
people: {anna: {work: {a: unknown, b: {hours: unknown, most: 3h/week}, c: {hours: 2h/week, most: unknown}}}}
";
    let found = rows(text, "", Topic::People, &["OF WHICH"]);
    assert_eq!(found, ["a ?, b ?..3h/week, c 2h/week..?"]);
}

#[test]
fn a_secret_that_does_not_say_when_it_was_changed_is_of_unknown_age() {
    let text = "format: 1
lab: x
hosts: {a: }
secrets: {key: {in: sops, place: s.yaml}, door: {in: sops, place: t.yaml, rotated: 2026-01-01}}
repositories: {r: {kind: restic, location: 'sftp:a:/r', password: {env: P}}}
";
    let found = rows(text, "", Topic::Secrets, &["SECRET"]);
    let note = "3 secrets: 0 overdue, 2 of unknown age, 3 without a period";
    assert!(found.last().unwrap().starts_with(note), "{found:#?}");
}

#[test]
fn a_container_beside_its_machine_takes_no_port_of_it() {
    let text = "format: 1\nlab: x\nhosts: {a: }\nstacks: {s: {file: compose.yaml, on: a}}\n";
    let found = |compose| rows(text, compose, Topic::Ports, &["PORT", "WHAT"]);
    const BESIDE: &str = "services:
  b: {image: 'x:1', networks: {iot: }, ports: ['8123:8123']}
networks: {iot: {driver: ipvlan}}
";
    const BOTH: &str = "services:
  b: {image: 'x:1', networks: {iot: , default: }, ports: ['8123:8123']}
networks: {iot: {driver: ipvlan}}
";
    assert_eq!(found(BESIDE), [""; 0]);
    assert!(found(BOTH)[0].starts_with("8123/tcp"), "{:?}", found(BOTH));
}

/// What is planned is not told as working, as room, or as free.
#[test]
fn what_is_planned_is_marked_where_it_is_shown() {
    let lab = "format: 1\nlab: x\nsites: {home: {racks: {r: {units: 4}}}}\n\
        hosts: {a: {site: home, rack: r, unit: 1, hardware: {disks: {d: 1TB}, nics: {e0: 1Gbit/s}}}, \
        n: {site: home, rack: r, unit: 2, status: planned, hardware: {nics: {e0: 1Gbit/s}}}}\n\
        devices: {sw: {kind: switch, ports: {1: 1Gbit/s, 2: 1Gbit/s, 3: 1Gbit/s}}}\n\
        cables: [{from: sw/1, to: a/e0}, {from: sw/2, to: n/e0}]\n\
        services: {smtp: {runs: {host: n}}}\n\
        channels: {mail: {kind: mail, via: smtp}, push: {kind: push}}\n\
        probes: {up: {of: host/a, from: host/n, every: 1m}}\n\
        alerts: {full: {about: [host/n], metric: disk, above: 80%, route: [mail, push]}}\n\
        pools: {later: {kind: zfs, on: a, devices: [a/d], status: planned}}\n\
        datasets: {photos: {host: a, pool: later, folder: /p}}\n\
        repositories: {r: {on: a, pool: later, location: /r, password: {env: X}}}\n\
        backups: {daily: {datasets: [photos], to: r, every: 1d}}\n";
    for (topic, lines) in [
        (
            Topic::Alerts,
            &[
                "full | host/n (planned) |",
                "| push, mail (planned)",
                "mail (planned) | mail |",
                "up (planned) | host/a |",
            ][..],
        ),
        (
            Topic::Storage,
            &[
                "later (planned) | zfs |",
                "dataset/photos | planned | pool/later",
            ],
        ),
        (
            Topic::Backups,
            &[
                "backup/daily | planned | ",
                "repository/r | planned | pool/later",
            ],
        ),
        (Topic::Services, &["service/smtp | planned | host/n"]),
        (
            Topic::Cables,
            &[
                "no. 2 (planned) | sw/2 | n/e0",
                "device/sw | 3 | 1 | 2 (planned), 3",
                "r | 2 | host/n (planned)",
            ],
        ),
    ] {
        let text = texts(lab, topic);
        for line in lines {
            assert!(text.contains(line), "{line}\n{text}");
        }
    }
    // A channel that is not in use is rung by nobody.
    let text = texts(lab, Topic::Alerts);
    let mail = text.lines().find(|l| l.starts_with("mail (planned)"));
    assert!(
        mail.is_some_and(|l| l.trim_end().ends_with("| 0")),
        "{text}"
    );
}

/// A spare is one for the disk that fails, and no smaller; what lies in one pool goes into one.
#[test]
fn a_spare_disk_and_other_pools_have_to_fit() {
    let in_time = |disks: &str, pools: &str, asset: &str| {
        let text = format!(
            "format: 1\nlab: x\ntiers: {{t: {{rto: {{device: 20h}}, response: 5m}}}}\n\
            hosts: {{a: {{hardware: {{memory: 16GiB, disks: {{hdd: 8TB, {disks}}}}}}}, b: {{hardware: {{memory: 512MiB}}}}}}\n\
            pools: {{p: {{kind: zfs, on: a, level: single, devices: [a/hdd], fill_limit: 80%}}{pools}}}\n\
            datasets: {{d: {{host: a, pool: p, folder: /d, size: 1.5TB, tier: t}}}}\n\
            repositories: {{r: {{on: b, location: /r, password: {{env: X}}}}}}\n\
            backups: {{x: {{datasets: [d], to: r, every: 1d}}}}\n\
            services: {{s: {{runs: {{host: a}}, tier: t, memory: {{limit: 1GiB}}}}}}\n{asset}"
        );
        let text = texts(&text, Topic::Goals);
        !text.contains("for the delivery of another")
    };
    let spare =
        |of: &str, disk: &str| format!("assets: {{sp: {{of: a/{of}, spare_for: a/{disk}}}}}\n");
    let pool = |name: &str, disk: &str| {
        format!(
            ", {name}: {{kind: zfs, on: a, level: single, devices: [a/{disk}], fill_limit: 80%}}"
        )
    };
    let small = "d1: 1TB, d2: 1TB, boot: 128GB, box: 128GB";
    let big = "d1: 4TB, box: 8TB";
    assert!(!in_time(small, "", &spare("box", "boot")));
    assert!(!in_time(small, "", &spare("box", "hdd")));
    assert!(in_time(big, "", &spare("box", "hdd")));
    assert!(!in_time(small, &(pool("q", "d1") + &pool("r", "d2")), ""));
    assert!(in_time(big, &pool("q", "d1"), ""));
    // A partition of the same disk is gone with it.
    assert!(!in_time(big, &pool("q", "hdd"), ""));
}

/// After the loss of a disk another host takes over as after that of its host, and a spare or another pool does.
#[test]
fn a_disk_that_fails_is_made_good_as_its_host_is() {
    let goal = |memory: &str, more: &str| {
        let text = format!(
            "format: 1\nlab: x\nsites: {{home: {{uplinks: {{line: {{down: 1Gbit/s, up: 1Gbit/s}}}}}}}}\n\
            tiers: {{t: {{rto: {{device: 4h, host: 4h}}, response: 15m}}}}\n\
            hosts: {{a: {{site: home, os: debian, hardware: {{memory: 8GiB, disks: {{d: 1TB, e: 1TB}}}}}}, \
            b: {{site: home, os: debian, hardware: {{memory: {memory}, disks: {{d: 4TB}}}}}}}}\n\
            pools: {{p: {{kind: zfs, level: single, on: a, devices: [a/d], usable: 1TB}}{more}}}\n\
            datasets: {{photos: {{host: a, pool: p, folder: /p, class: important, tier: t, size: 10GB}}}}\n\
            repositories: {{r: {{on: b, location: /r, password: {{env: X}}}}}}\n\
            backups: {{daily: {{datasets: [photos], to: r, every: 1d}}}}\n\
            services: {{web: {{tier: t, runs: {{host: a}}, memory: {{limit: 1GiB}}}}}}\n"
        );
        let text = texts(&text, Topic::Goals);
        let of = |scope: &str| {
            let words = format!("RTO {scope}");
            let line = text
                .lines()
                .find(|l| l.contains(&words) || l.contains(&format!("RTO | {scope}")));
            let line = line.unwrap_or_else(|| panic!("no goal {scope}:\n{text}"));
            (
                !line.contains("for the delivery of another"),
                line.to_owned(),
            )
        };
        [of("device"), of("host")]
    };
    let on_a = |size: &str| {
        format!(", q: {{kind: zfs, level: single, on: a, devices: [a/e], usable: {size}}}")
    };
    let on_b = ", q: {kind: zfs, level: single, on: b, devices: [b/d], usable: 4TB}";
    for (memory, more, device, host) in [
        ("512MiB", String::new(), false, false),
        ("32GiB", on_b.to_owned(), true, true),
        ("512MiB", on_a("1TB"), true, false),
        ("512MiB", on_a("1GB"), false, false),
    ] {
        let [of_device, of_host] = goal(memory, &more);
        let in_time = (of_device.0, of_host.0);
        assert_eq!(
            in_time,
            (device, host),
            "{more}\n{}\n{}",
            of_device.1,
            of_host.1
        );
    }
}

/// A subscription that is kept is paid beside the lab, in the calculation that it belongs to.
#[test]
fn what_is_still_paid_is_in_the_sums() {
    let text = "format: 1\nlab: x\ncurrency: EUR\nservices: {w: {runs: {host: h}}}\nhosts: {h: {cost: 2 EUR/month}}\n\
        subscriptions: {gone: {cost: 9 EUR/month, kept: false}, more: {cost: 5 EUR/month, kept: true, description: mail}, \
        plan: {cost: 1 EUR/year, kept: true, budget: later}, open: {cost: 3 EUR/month, kept: unknown}, swap: {cost: 4 EUR/month, replaced_by: [w]}}\n";
    let all = tables(text, NOTHING, Topic::Costs);
    let line = |row: &Vec<view::Cell>| {
        let cells: Vec<&str> = row.iter().map(|c| c.text.as_str()).collect();
        cells.join(" | ")
    };
    let rows: Vec<String> = all[0].rows.iter().map(line).collect();
    assert_eq!(
        rows,
        [
            "host/h |  | operating |  | 24 EUR",
            "subscription/more | mail | operating |  | 60 EUR",
            "subscription/plan |  | operating | later | 1 EUR",
        ]
    );
    assert_eq!(
        all[0].notes,
        [
            "per year: at least 84 EUR; 1 not known and not in it: whether subscription 'open' is still paid",
            "calculation 'later', per year: 1 EUR",
        ]
    );
}
