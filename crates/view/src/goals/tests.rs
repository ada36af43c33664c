//! Labs of one box and more: which goals are impossible, and what is bought.

use super::{Advice, Goal, Verdict, What};
use model::compose::Projects;
use model::lab::Lab;

/// One machine with a guest that keeps photos on one disk.
const BOX: &str = "
sites: {home: {uplinks: {fibre: {down: 250Mbit/s, up: 100Mbit/s, availability: 99.9%}}}}
hosts: {box: {site: home, kind: server, hardware: {memory: 32GiB, disks: {a: {size: 1TB, kind: ssd}}}}}
pools: {data: {kind: zfs, on: box, level: single, devices: [box/a]}}
guests: {vm: {kind: vm, on: box, memory: 8GiB, disks: {root: {pool: data, size: 100GB}}}}
services:
  photos:
    tier: core
    runs: {guest: vm}
    exposures: [{port: 443, from: internet}]
    data: {pictures: {on: data, size: 200GB, changes: 1GB/day, class: irreplaceable}}
";
const AWAY: &str = "
repositories: {cloud: {kind: s3, media: cloud, location: 's3:s3.example.org/x'}}
backups: {nightly: {services: [photos], to: cloud, every: 6h}}
";
/// Two hypervisors that reach a pool over the network.
const PAIR: &str = "
sites: {home: {}}
hosts:
  a: {site: home, kind: server, hardware: {memory: 16GiB}}
  b: {site: home, kind: server, hardware: {memory: 16GiB}}
  nas: {site: home, kind: nas, hardware: {memory: 8GiB, disks: {x: {size: 4TB, kind: hdd}}}}
pools: {share: {kind: nfs, on: nas}}
clusters: {main: {kind: proxmox, members: [a, b], ha: true, storage: [share]}}
guests: {vm: {kind: vm, on: main, memory: 8GiB, ha: true, disks: {root: {pool: share, size: 20GB}}}}
";

pub(super) fn lab(parts: &[&str]) -> Lab {
    let mut sources = diag::SourceSet::default();
    sources.add(
        "holdfast.yaml",
        format!("format: 1\nlab: x\n{}", parts.concat()),
    );
    let (lab, diagnostics) = lang::analyze(&sources);
    let wrong: Vec<_> = diagnostics
        .iter()
        .filter(|d| d.severity == diag::Severity::Error)
        .collect();
    assert!(wrong.is_empty(), "{wrong:?}");
    lab
}

/// Without Compose files.
pub(super) fn judge(lab: &Lab) -> Vec<Goal> {
    super::judge(lab, &Projects::default())
}

fn advise(lab: &Lab) -> Advice {
    super::advise(lab, &Projects::default())
}

fn tier(says: &str) -> String {
    format!("tiers: {{core: {{response: 1h, {says}}}}}\n")
}

/// What is bought for a goal: titles and cents over three years.
fn bought(advice: &Advice, goal: &str) -> (Vec<String>, i128) {
    let buy = advice.each.get(goal);
    let buy = buy.unwrap_or_else(|| panic!("nothing for {goal}: {advice:#?}"));
    assert!(buy.exact);
    (
        buy.items.iter().map(|i| i.title.clone()).collect(),
        buy.total,
    )
}

fn is_possible(lab: &Lab, goal: &str) -> bool {
    let goals = judge(lab);
    let found = goals.iter().find(|g| g.key.words() == goal);
    found.unwrap_or_else(|| panic!("no goal {goal}")).verdict == Verdict::Possible
}

/// Neither a machine that takes over nor a share of time is possible where nobody knows what a disk lies on.
#[test]
fn what_nobody_knows_makes_no_goal_possible() {
    let with = |pool: &str| {
        lab(&[&format!(
            "sites: {{home: {{}}}}
tiers: {{t: {{slo: 99.9%}}}}
hosts:
  a: {{site: home, os: proxmox-ve, availability: 99.5%, hardware: {{memory: 32GiB}}}}
  b: {{site: home, os: proxmox-ve, availability: 99.5%, hardware: {{memory: 32GiB}}}}
  c: {{site: home, os: debian, hardware: {{memory: 4GiB}}}}
pools: {{p: {{kind: nfs, on: c}}}}
clusters: {{m: {{kind: proxmox, members: [a, b], qdevice: c, ha: true}}}}
guests: {{k: {{kind: vm, on: m, memory: 4GiB, disks: {{root: {{{pool}size: 20GB}}}}}}}}
services: {{u: {{tier: t, runs: {{guest: k}}}}}}
"
        )])
    };
    for pool in ["pool: unknown, ", ""] {
        for goal in judge(&with(pool))
            .iter()
            .filter(|g| g.key.what != What::Rebuild)
        {
            assert_eq!(goal.verdict, Verdict::Unknown, "{pool}: {goal:#?}");
        }
    }
    let known = judge(&with("pool: p, "));
    let ha = known.iter().find(|g| g.key.what == What::Ha).unwrap();
    assert_eq!(ha.verdict, Verdict::Possible, "{ha:#?}");
}

#[test]
fn a_key_that_is_kept_nobody_knows_where_leaves_the_rebuild_open() {
    let with = |place: &str| {
        let tier = tier("rto: {host: 2d}");
        let text = format!("{BOX}{AWAY}{tier}secrets: {{k: {{in: {place}, opens: [cloud]}}}}\n");
        let goals = judge(&lab(&[&text]));
        let found = goals.into_iter().find(|g| g.key.what == What::Rebuild);
        found.unwrap().verdict
    };
    assert_eq!(with("unknown"), Verdict::Unknown);
    assert_eq!(with("paper"), Verdict::Possible);
}

/// With everything that is advised the goal is possible; without any one thing of it, it is not.
fn holds(lab: &Lab, advice: &Advice, goal: &str) {
    let items = advice
        .each
        .get(goal)
        .map(|b| b.items.clone())
        .unwrap_or_default();
    assert!(!items.is_empty() && !is_possible(lab, goal), "{goal}");
    let with = |skip: Option<usize>| {
        let mut lab = lab.clone();
        for (n, item) in items.iter().enumerate().filter(|(n, _)| Some(*n) != skip) {
            item.put_into(&mut lab, n + 1);
        }
        is_possible(&lab, goal)
    };
    assert!(with(None), "{goal}: {items:?}");
    for (n, item) in items.iter().enumerate() {
        assert!(!with(Some(n)), "{goal} is possible without {}", item.title);
    }
}

#[test]
fn the_cheapest_purchase_is_found_for_each_kind_of_goal() {
    let big = BOX.replace("memory: 8GiB", "memory: 24GiB");
    let weak = BOX.replace("availability: 99.9%", "availability: 98%");
    let rows: [(&[&str], &str, &[&str], i128); 10] = [
        // 200 GB through 250 Mbit/s are 1 h 47 min: with a spare the restore fits into 4 h, into 2 h only a mirror does.
        (
            &[BOX, AWAY, &tier("rto: {device: 4h}")],
            "tier core, RTO device",
            &["as a spare for box"],
            7_000,
        ),
        (
            &[BOX, AWAY, &tier("rto: {device: 2h}")],
            "tier core, RTO device",
            &["second half of pool data"],
            7_000,
        ),
        (
            &[BOX, AWAY, &tier("rto: {host: 8h}")],
            "tier core, RTO host",
            &["16GiB at home"],
            18_000,
        ),
        (
            &[&big, AWAY, &tier("rto: {host: 8h}")],
            "tier core, RTO host",
            &["32GiB at home"],
            32_000,
        ),
        (
            &[BOX, &tier("rto: {host: 8h}")],
            "tier core, RTO host",
            &["storage elsewhere", "16GiB at home"],
            36_000,
        ),
        // A copy on the same machine undoes a mistake; it is lost with the house.
        (
            &[BOX, &tier("rpo: {corruption: 1d}")],
            "tier core, RPO corruption",
            &["USB disk"],
            11_000,
        ),
        (
            &[BOX, &tier("rpo: {site: 1d}")],
            "tier core, RPO site",
            &["storage elsewhere"],
            18_000,
        ),
        // 98 % is too little, and two ways are 1 - 2 % × 1 %; a loss of the machine takes 2 h 46 min of 3 h 36 min only if another one is there.
        (
            &[&weak, AWAY, &tier("slo: 99.5%")],
            "tier core, SLO",
            &["mobile router", "16GiB at home"],
            81_000,
        ),
        (&[PAIR], "cluster main, HA", &["witness"], 7_000),
        (
            &[
                BOX,
                "offers: [{kind: host, title: a gift, price: 20 EUR, memory: 16GiB}]\n",
                AWAY,
                &tier("rto: {host: 8h}"),
            ],
            "tier core, RTO host",
            &["a gift"],
            2_000,
        ),
    ];
    for (parts, goal, titles, total) in rows {
        let lab = lab(parts);
        let advice = advise(&lab);
        let (found, cost) = bought(&advice, goal);
        let same = found.len() == titles.len()
            && titles.iter().all(|t| found.iter().any(|f| f.contains(t)));
        assert!(same, "{goal}: {found:?}");
        assert_eq!(cost, total, "{goal}: {found:?}");
        holds(&lab, &advice, goal);
    }
}

#[test]
fn a_purchase_may_be_for_one_goal_or_for_several_and_one_set_is_for_all() {
    let lab = lab(&[BOX, AWAY, &tier("rto: {device: 4h, host: 8h}, slo: 99.95%")]);
    let advice = advise(&lab);
    let (device, host) = ("tier core, RTO device", "tier core, RTO host");
    // What takes the place of the machine takes that of its disk as well.
    for (goal, also) in [(device, &[device][..]), (host, &[device, host])] {
        let buy = &advice.each[goal];
        let keys: Vec<String> = buy.makes_possible.iter().map(|k| k.words()).collect();
        assert_eq!(keys, also);
        holds(&lab, &advice, goal);
    }
    // 99.95 % of 30 days leave 21 min: no second machine makes a loss of the first that short.
    let beyond: Vec<String> = advice.beyond.iter().map(|g| g.key.words()).collect();
    assert_eq!(beyond, ["tier core, SLO"]);
    let all = advice.all.unwrap();
    assert_eq!((all.items.len(), all.total, all.exact), (1, 18_000, true));
}

#[test]
fn what_nothing_on_offer_changes_is_said() {
    // Noticing alone takes longer.
    let advice = advise(&lab(&[BOX, AWAY, &tier("rto: {host: 30m}")]));
    assert!(advice.each.is_empty() && advice.all.is_none());
    let goal = &advice.beyond[0];
    assert_eq!(goal.verdict, Verdict::Impossible);
    assert!(
        goal.because.concat().contains("1h to notice and decide"),
        "{goal:?}"
    );
}

#[test]
fn what_is_not_declared_is_unknown_and_never_possible() {
    let silent = BOX.replace("size: 200GB, ", "");
    let quiet = tier("rto: {corruption: 1d}").replace("response: 1h, ", "");
    let nothing = tier("rto: {host: 1d}, rpo: {host: 1d}, slo: 99%");
    let rows: [(&[&str], &str, &str); 5] = [
        (
            &[&silent, AWAY, &tier("rto: {corruption: 1d}")],
            "tier core, RTO corruption",
            "how much is to be restored",
        ),
        (
            &[BOX, AWAY, &quiet],
            "tier core, RTO corruption",
            "notice and decide is not declared",
        ),
        (
            &["hosts: {a: {}}\n", &nothing],
            "tier core, RTO host",
            "nothing of the lab belongs",
        ),
        (
            &["hosts: {a: {}}\n", &nothing],
            "tier core, RPO host",
            "no data of the tier",
        ),
        (
            &["hosts: {a: {}}\n", &nothing],
            "tier core, SLO",
            "availability declared",
        ),
    ];
    for (parts, goal, why) in rows {
        let goals = judge(&lab(parts));
        let found = goals.iter().find(|g| g.key.words() == goal).unwrap();
        assert_eq!(found.verdict, Verdict::Unknown, "{goal}");
        assert!(found.because.concat().contains(why), "{found:?}");
    }
}

#[test]
fn a_reason_is_told_once_with_all_that_it_is_of() {
    let nothing = tier("rto: {site: 7d}, rpo: {site: 1d}");
    let lab = lab(&[
        &nothing,
        "sites: {home: }
hosts: {nas: {site: home}}
datasets:
  a: {host: nas, folder: /a, class: irreplaceable, tier: core, size: 1TB}
  b: {host: nas, folder: /b, class: irreplaceable, tier: core, size: 1TB}
repositories: {s3: {location: 's3:https://s3.example.org/x', password: {env: S}}}
backups: {nightly: {datasets: [a, b], to: s3, every: 1d, keep: {last: 7}}}
",
    ]);
    let goals = judge(&lab);
    let found = goals
        .iter()
        .find(|g| g.key.words() == "tier core, RTO site");
    let because = &found.unwrap().because;
    let of: Vec<_> = because.iter().filter(|b| b.contains("'s3'")).collect();
    assert_eq!(
        of,
        [
            "where repository 's3' stands is not declared ('provider' or 'site') (for dataset 'a', dataset 'b')"
        ]
    );
}

#[test]
fn planned_downtime_counts_as_it_does_in_the_check() {
    let boxed = "
sites: {home: {}}
hosts: {box: {site: home, availability: 99.9%}}
services: {web: {tier: core, runs: {host: box}}}
";
    // In a year the loss of the box is within the budget.
    let tier = "tiers: {core: {slo: 99%}}\n";
    let year = "slos: [{tier: core, target: 99%, window: 365d}]\n";
    let of = |parts: &[&str], goal: &str| {
        let goals = judge(&lab(parts));
        let found = goals.into_iter().find(|g| g.key.words() == goal);
        let found = found.unwrap_or_else(|| panic!("{goal}"));
        (found.verdict, found.because.join("\n"), found.asked)
    };
    // (1 - 4 / 168) × 0.999 = 0.975214.
    let window = "windows: {w: {schedule: 'Sun 02:00..06:00', downtime: 4h}}\n";
    let (verdict, because, _) = of(&[boxed, tier, window], "tier core, SLO");
    assert_eq!(verdict, Verdict::Impossible, "{because}");
    assert_eq!(
        because.lines().next(),
        Some(
            "planned downtime in window w: 4h every 7d: 1 - 4h / 7d = 97.619%; what web needs works at most 97.5214% of the time < 99%"
        )
    );
    // What nobody says of a window leaves it open.
    let open = window.replace(", downtime: 4h", "");
    let (verdict, because, _) = of(&[boxed, tier, year, &open], "tier core, SLO");
    assert_eq!(verdict, Verdict::Unknown, "{because}");
    assert!(
        because.contains("the downtime in window 'w', which may be 4h every 7d"),
        "{because}"
    );
    // A window alone makes nothing possible.
    let dark = boxed.replace(", availability: 99.9%", "");
    let short = window.replace("downtime: 4h", "downtime: 1m");
    let (verdict, because, _) = of(&[&dark, tier, year, &short], "tier core, SLO");
    assert_eq!(verdict, Verdict::Unknown, "{because}");
    // Both objectives of a service are judged.
    let two = "slos: [{service: web, target: 99.5%, planned: excluded, window: 365d}, {service: web, target: 99%, window: 365d}]\n";
    let (verdict, because, asked) = of(
        &[boxed, tier, window, two],
        "service web at 99.5% without planned downtime over 365d, SLO",
    );
    assert_eq!(
        (verdict, asked.as_str()),
        (Verdict::Possible, "99.5% without planned downtime"),
        "{because}"
    );
    let (verdict, because, _) = of(
        &[boxed, tier, window, two],
        "service web at 99% over 365d, SLO",
    );
    assert_eq!(verdict, Verdict::Impossible, "{because}");
}

#[test]
fn every_assumption_is_listed_with_its_goal() {
    let goals = judge(&lab(&[BOX, AWAY, &tier("rto: {host: 8h}")]));
    let goal = goals
        .iter()
        .find(|g| g.key.words() == "tier core, RTO host")
        .unwrap();
    assert!(
        goal.assumed.iter().any(|a| a.contains("1d until hardware")),
        "{goal:?}"
    );
    let declared = "assets: {box: {of: host/box, delivery: 3d}}\n";
    let goals = judge(&lab(&[BOX, AWAY, declared, &tier("rto: {host: 8h}")]));
    let goal = goals
        .iter()
        .find(|g| g.key.words() == "tier core, RTO host")
        .unwrap();
    assert!(
        !goal.assumed.iter().any(|a| a.contains("until hardware")),
        "{goal:?}"
    );
    assert!(
        goal.because.concat().contains("3d for the delivery"),
        "{goal:?}"
    );
}

#[test]
fn what_nobody_knows_the_price_of_is_not_bought_for_nothing() {
    for (price, tried) in [("1 EUR", true), ("unknown", false)] {
        let offers = format!(
            "offers: [{{kind: host, title: gift, price: {price}, cost: 1 EUR/year, memory: 64GiB}}]\n"
        );
        let lab = lab(&[BOX, AWAY, &tier("rto: {host: 8h}"), &offers]);
        let said = format!("{:?}", advise(&lab));
        assert_eq!(said.contains("gift"), tried, "{price}: {said}");
    }
}

#[test]
fn a_loss_takes_what_lies_there_and_nothing_else() {
    // The films are on one host, and for the other one nothing stands in.
    let two = "
sites: {home: {uplinks: {fibre: {down: 100Mbit/s, up: 100Mbit/s}}}}
hosts:
  a: {site: home, kind: server, availability: 99.99%, hardware: {memory: 64GiB}}
  b: {site: home, kind: server, availability: 99.99%, hardware: {memory: 8GiB}}
services:
  films: {tier: core, runs: {host: b}, memory: {limit: 4GiB}}
  papers: {tier: core, runs: {host: a}, memory: {limit: 32GiB}}
datasets:
  films: {host: b, folder: /srv/films, service: films, size: 900GB, class: irreplaceable}
  papers: {host: a, folder: /srv/papers, service: papers, size: 1GB, class: irreplaceable}
repositories: {cloud: {kind: s3, media: cloud, location: 's3:s3.example.org/x'}}
backups: {nightly: {datasets: [films, papers], to: cloud, every: 6h}}
";
    let goals = judge(&lab(&[two, &tier("rto: {host: 2d}, slo: 99.9%")]));
    let said = |goal: &str| {
        let found = goals.iter().find(|g| g.key.words() == goal).unwrap();
        (found.verdict, found.because.concat())
    };
    // The films through the uplink take 20 h and wait for nothing; the papers wait a day and take 80 s. Together that would be more than 2 d with 1 h to decide.
    let (verdict, because) = said("tier core, RTO host");
    assert_eq!(verdict, Verdict::Possible, "{because}");
    let (_, because) = said("tier core, SLO");
    assert!(
        because.contains("one loss of a takes papers down"),
        "{because}"
    );
    assert!(!because.contains("900GB"), "{because}");
    assert!(
        because.contains("no other host has 32GiB free (b:"),
        "{because}"
    );
}

#[test]
fn prices_of_another_currency_are_not_compared_and_that_is_said() {
    let goal = "tier core, RPO site";
    let asked = tier("rpo: {site: 1d}");
    let yen = |offers: &str| lab(&["currency: JPY\n", BOX, &asked, offers]);
    // 5 EUR a month are no 5 JPY a month: where there is no price in yen, all are in euro and say so.
    let advice = advise(&yen(""));
    let words: Vec<String> = advice.each[goal]
        .items
        .iter()
        .map(|i| i.price.words())
        .collect();
    assert_eq!(words, ["60 EUR a year"]);
    let offers = "offers: [{kind: storage, title: near, cost: 700 JPY/month, size: 1TB}, {kind: storage, title: far, cost: 1 EUR/month, size: 1TB}]\n";
    let advice = advise(&yen(offers));
    let (found, total) = bought(&advice, goal);
    assert!(
        found.concat().contains("near") && total == 2_520_000,
        "{found:?} {total}"
    );
    assert_eq!(advice.left_out[0], "'far', in EUR");
    assert!(
        advice.left_out.concat().contains("in EUR alone"),
        "{advice:#?}"
    );
}

#[test]
fn nothing_is_possible_because_nobody_knows() {
    let cluster = |a: &str, guests: &str, votes: &str| {
        format!(
            "
hosts: {{a: {{hardware: {{memory: {a}}}}}, b: {{hardware: {{memory: 16GiB}}}}, c: {{hardware: {{memory: 16GiB}}}}}}
pools: {{share: {{kind: nfs, size: 1TB}}}}
clusters: {{main: {{kind: proxmox, members: [a, b, c], ha: true, storage: [share]{votes}}}}}
guests: {{{guests}}}
"
        )
    };
    let said = |text: &str| {
        let goals = judge(&lab(&[text]));
        let found = goals
            .iter()
            .find(|g| g.key.words().ends_with("HA"))
            .unwrap();
        (found.verdict, found.because.concat())
    };
    let on_share = "disks: {root: {pool: share, size: 20GB}}";
    let small = format!("x: {{kind: vm, on: a, memory: 1GiB, ha: true, {on_share}}}");
    let (verdict, because) = said(&cluster("32GiB", &small, ""));
    assert_eq!(verdict, Verdict::Possible, "{because}");
    for (guests, votes, why) in [
        (
            small.clone(),
            ", votes: {a: unknown}",
            "how many votes 'a' has",
        ),
        (
            "x: {kind: vm, on: a, memory: 1GiB, ha: true}".to_owned(),
            "",
            "no disk of x is declared",
        ),
        (
            format!("{small}, y: {{kind: vm, on: unknown, memory: 1GiB}}"),
            "",
            "where guest y is",
        ),
        (
            format!("{small}, y: {{kind: vm, on: b, ha: unknown, memory: 1GiB, {on_share}}}"),
            "",
            "whether guest y goes on elsewhere",
        ),
    ] {
        let (verdict, because) = said(&cluster("32GiB", &guests, votes));
        assert_eq!(verdict, Verdict::Unknown, "{because}");
        assert!(because.contains(why), "{because}");
    }
    // 32 GiB are left for 24 GiB, and for 20 GiB of it in one piece there is no room.
    let large = format!(
        "x: {{kind: vm, on: a, memory: 20GiB, ha: true, {on_share}}}, y: {{kind: vm, on: b, memory: 4GiB, {on_share}}}"
    );
    let (verdict, because) = said(&cluster("32GiB", &large, ""));
    assert_eq!(verdict, Verdict::Impossible, "{because}");
    assert!(
        because.contains("x takes 20GiB, and no host but a has more than 16GiB for it"),
        "{because}"
    );
    // A guest that no host holds is told once, with the largest of them.
    let huge = format!("x: {{kind: vm, on: a, memory: 400GiB, ha: true, {on_share}}}");
    let text = cluster("32GiB", &huge, "");
    let (verdict, because) = said(&text);
    assert_eq!(verdict, Verdict::Impossible, "{because}");
    assert!(
        because.contains("x takes 400GiB, and the most that a host has for it is"),
        "{because}"
    );
    assert_eq!(because.matches("x takes").count(), 1, "{because}");
    // Nor is what was bought for nothing told by the name that only the search knows.
    let beyond = advise(&lab(&[&text])).beyond;
    let because = beyond
        .iter()
        .find(|g| g.key.words().ends_with(", HA"))
        .map(|g| g.because.concat())
        .unwrap();
    assert_eq!(because.matches("x takes").count(), 1, "{because}");
    assert!(!because.contains("bought#"), "{because}");
}

#[test]
fn what_is_needed_and_of_unknown_availability_is_not_taken_for_always_there() {
    let shop = |db: &str| {
        format!(
            "
hosts: {{web: {{availability: 99.99%}}, db: {{availability: {db}}}}}
services:
  shop: {{tier: core, runs: {{host: web}}, needs: [pg]}}
  pg: {{runs: {{host: db}}}}
"
        )
    };
    let said = |db: &str| {
        let goals = judge(&lab(&[&shop(db), &tier("slo: 99%")]));
        let found = goals
            .iter()
            .find(|g| g.key.words() == "tier core, SLO")
            .unwrap();
        (found.verdict, found.because.concat())
    };
    assert_eq!(said("95%").0, Verdict::Impossible);
    let (verdict, because) = said("unknown");
    assert_eq!(verdict, Verdict::Unknown, "{because}");
    assert!(
        because.contains("the availability of host/db is not known"),
        "{because}"
    );
}

/// Verdict and reasons of the guests that go on elsewhere.
fn go_on(hosts: &[(String, &str)], guests: &str) -> (Verdict, String) {
    let each = hosts.iter().map(|(h, rest)| format!("{h}: {{{rest}}}"));
    let each: Vec<String> = each.collect();
    let names: Vec<&str> = hosts.iter().map(|(h, _)| h.as_str()).collect();
    let text = format!(
        "hosts: {{{}}}\npools: {{share: {{kind: nfs, size: 1TB}}}}\nclusters: {{main: {{kind: proxmox, members: [{}], ha: true, storage: [share]}}}}\nguests: {{{guests}}}\n",
        each.join(", "),
        names.join(", ")
    );
    let goals = judge(&lab(&[&text]));
    let ha = goals.iter().find(|g| g.key.words().ends_with("HA"));
    let ha = ha.unwrap();
    (ha.verdict, ha.because.concat())
}

#[test]
fn a_large_cluster_with_much_room_is_decided_by_its_sums() {
    let hosts: Vec<(String, &str)> = (0..220)
        .map(|n| (format!("h{n}"), "hardware: {memory: 64GiB}"))
        .collect();
    let vm = |n: usize| {
        format!(
            "g{n}: {{kind: vm, on: h{}, memory: 10GiB, disks: {{root: {{pool: share, size: 1GB}}}}}}",
            n % 220
        )
    };
    let guests: Vec<String> = (0..880).map(vm).collect();
    let (verdict, because) = go_on(&hosts, &guests.join(", "));
    assert_eq!(verdict, Verdict::Possible, "{because}");
}

#[test]
fn a_host_that_is_on_only_on_demand_is_no_room_that_is_sure() {
    let vm = "x: {kind: vm, on: a, memory: 12GiB, disks: {root: {pool: share, size: 1GB}}}";
    let hosts = |demand: &'static str| {
        [
            ("a".to_owned(), "hardware: {memory: 16GiB}"),
            ("b".to_owned(), "hardware: {memory: 8GiB}"),
            ("c".to_owned(), demand),
        ]
    };
    let (verdict, because) = go_on(&hosts("hardware: {memory: 16GiB}"), vm);
    assert_eq!(verdict, Verdict::Possible, "{because}");
    let (verdict, because) = go_on(&hosts("on_demand: true, hardware: {memory: 16GiB}"), vm);
    assert_eq!(verdict, Verdict::Unknown, "{because}");
    assert!(because.contains("whether host 'c' is on then"), "{because}");
    // Even with it there is none.
    let (verdict, because) = go_on(&hosts("on_demand: true, hardware: {memory: 8GiB}"), vm);
    assert_eq!(verdict, Verdict::Impossible, "{because}");
}

#[test]
fn a_bought_hypervisor_is_a_member_of_the_cluster() {
    // Each of the three is full, so that the guest of one finds no room on the others.
    let full = "
sites: {home: {}}
hosts:
  a: {site: home, kind: server, hardware: {memory: 16GiB}}
  b: {site: home, kind: server, hardware: {memory: 16GiB}}
  c: {site: home, kind: server, hardware: {memory: 16GiB}}
pools: {share: {kind: nfs, size: 1TB}}
clusters: {main: {kind: proxmox, members: [a, b, c], ha: true, storage: [share]}}
guests:
  x: {kind: vm, on: a, memory: 12GiB, disks: {root: {pool: share, size: 20GB}}}
  y: {kind: vm, on: b, memory: 12GiB, disks: {root: {pool: share, size: 20GB}}}
  z: {kind: vm, on: c, memory: 12GiB, disks: {root: {pool: share, size: 20GB}}}
";
    let offers = "
offers:
- {kind: host, title: a bargain, price: 10 EUR}
- {kind: host, title: a small one, price: 50 EUR, memory: 8GiB}
- {kind: host, title: the right one, price: 200 EUR, cost: 20 EUR/year, memory: 16GiB}
";
    let lab = lab(&[full, offers]);
    let advice = advise(&lab);
    let (titles, cost) = bought(&advice, "cluster main, HA");
    assert_eq!(titles, ["the right one at home, a member of cluster main"]);
    assert_eq!(cost, 26_000);
    holds(&lab, &advice, "cluster main, HA");
    let left_out = advice.left_out.concat();
    assert!(
        left_out.contains("'a bargain': how much memory it has is not declared"),
        "{left_out}"
    );
    let table = super::table::sheets(&advice);
    let cells = format!("{table:?}");
    assert!(
        cells.contains("200 EUR and 20 EUR a year; together 260 EUR over 3 years"),
        "{cells}"
    );
}
