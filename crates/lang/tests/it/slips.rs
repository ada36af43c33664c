//! Everyday ways to write a value: each is an error, and what is said of it is enough to write it right at once.

use diag::fix::{Reach, mend, settle};
use diag::{Class, Diagnostic, SourceSet};

const REST: &str = "format: 1\nlab: x\nnetworks: {lan: {subnet: 192.0.2.0/24}}\n";

/// What stands before a text, which may be about networks itself.
fn rest(text: &str) -> &'static str {
    match text.starts_with("networks:") {
        true => "format: 1\nlab: x\n",
        false => REST,
    }
}

/// What is said of a lab, with what is offered, and the lab with every mend.
fn said(text: &str) -> (String, String) {
    let mut sources = SourceSet::default();
    sources.add("holdfast.yaml", format!("{}{text}\n", rest(text)));
    let (_, mut all) = lang::analyze(&sources);
    settle(&mut all, &sources);
    let told = |d: &Diagnostic| {
        let fix = d.fix.as_ref().map(|f| f.message.clone());
        format!(
            "{} {} {}",
            d.message,
            d.help.join(" "),
            fix.unwrap_or_default()
        )
    };
    let invalid = all.iter().filter(|d| d.class == Class::Invalid);
    let told = invalid.map(told).collect::<Vec<_>>().join("\n");
    let mut texts = mend(&all, &sources, Reach::Unsafe, &Default::default()).texts;
    (told, texts.remove("holdfast.yaml").unwrap_or_default())
}

/// Each value in its place, with what must be said; what is a question is one whose answer is accepted.
fn each(rows: &[(&str, &str, &str)]) {
    let mut wrong = Vec::new();
    for (place, value, expected) in rows {
        let (told, mended) = said(&place.replace("@@", value));
        let left = match expected.strip_prefix("did you mean") {
            Some(_) => {
                let body = mended.strip_prefix(rest(place)).unwrap_or(REST);
                said(body).0
            }
            None => String::new(),
        };
        if told.is_empty() || !told.contains(expected) || !left.is_empty() {
            wrong.push(format!("{place} {value}: {expected}\n  {told}\n  {left}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn tests_of_services_say_what_they_lack() {
    let smoke = "services: {s: {smoke: [@@]}}";
    each(&[
        (smoke, "{url: https://x}", "did you mean 'http'"),
        (smoke, "{port: 443}", "did you mean 'tcp'"),
        (smoke, "{}", "has no 'http' and no 'tcp' and no 'command'"),
        (
            smoke,
            "{expect: 200}",
            "write '{http: https://wiki.home.arpa/}', '{tcp: 443}'",
        ),
        (smoke, "{tcp: 99999}", "numbers from 1 to 65535"),
        (smoke, "https://x:99999/a", "numbers from 1 to 65535"),
        (
            smoke,
            "'https://[2001:db8::1]:0'",
            "numbers from 1 to 65535",
        ),
    ]);
    assert_eq!(
        said("services: {s: {smoke: ['https://[2001:db8::99999]/', https://x:8443]}}").0,
        ""
    );
}

#[test]
fn words_of_other_places_are_known() {
    each(&[
        (
            "hosts: {h: {title: @@}}",
            "a b",
            "did you mean 'description'",
        ),
        (
            "hosts: {h: {}}\ndatasets: {d: {host: h, path: @@}}",
            "/s",
            "did you mean 'folder'",
        ),
        (
            "sites: {s: {}}\nhosts: {h: {@@}}",
            "site:s",
            "did you mean 'site: s'",
        ),
        (
            "hosts: {h: {hardware: {guests: @@}}}",
            "{}",
            "'guests' is a section",
        ),
        (
            "repositories: {r: {location: @@}}",
            "sftp:pi/mnt",
            "did you mean 'sftp:pi:/mnt'",
        ),
        (
            "repositories: {r: {location: '@@'}}",
            "sftp:u@h:",
            "all of the user's home",
        ),
    ]);
}

#[test]
fn units_that_are_missing_or_spelt_otherwise_are_told() {
    let disk = "hosts: {h: {hardware: {disks: {a: @@}}}}";
    let memory = "hosts: {h: {hardware: {memory: @@}}}";
    let changes = "hosts: {h: {}}\ndatasets: {d: {host: h, folder: /s, changes: @@}}";
    let growth = "hosts: {h: {}}\ndatasets: {d: {host: h, folder: /s, growth: @@}}";
    let price = "sites: {s: {power: {price: @@}}}";
    let ups = "ups: {u: {@@}}";
    let cost = "subscriptions: {s: {cost: @@}}";
    let down = "sites: {s: {uplinks: {u: {down: @@}}}}";
    each(&[
        (
            disk,
            "500",
            "name the unit: '500MiB' of memory, '500GB' of a disk",
        ),
        (
            disk,
            "10G",
            "write '10GiB', as memory is counted, or '10GB', as disks are",
        ),
        (
            disk,
            "'1,500GB'",
            "write '1500' or '1.500', whichever is meant",
        ),
        (memory, "32", "name the unit: '32GiB'"),
        (changes, "2GB", "say that it is per day: '2GB/day'"),
        (changes, "2 GB per day", "did you mean '2GB/day'?"),
        (changes, "2GB/d", "did you mean '2GB/day'?"),
        (growth, "10%/year", "did you mean '10%'?"),
        (price, "30ct/kWh", "name the currency: '0.30 EUR/kWh'"),
        (price, "0.30", "name the currency: '0.30 EUR/kWh'"),
        (price, "0.30 €", "did you mean '0.30 EUR/kWh'?"),
        (
            ups,
            "rating: 700W",
            "W is what it can give, the 'power' of a UPS",
        ),
        (
            ups,
            "power: 390VA",
            "VA is apparent power, the 'rating' of a UPS",
        ),
        (ups, "rating: 700", "name the unit: '700VA'"),
        (ups, "runtime: 5 min", "did you mean '5m'?"),
        (ups, "runtime: 40", "40s are seconds, 40m minutes"),
        (ups, "energy: 84", "name the unit: '84Wh' or '84kWh'"),
        (
            cost,
            "12 EUR",
            "say how often: '12 EUR/month' or '12 EUR/year'",
        ),
        (cost, "144 EUR per annum", "did you mean '144 EUR/year'?"),
        (
            cost,
            "12",
            "name the currency and for how long: '12 EUR/month'",
        ),
        (down, "1 Gbps", "did you mean '1Gbit/s'?"),
        (down, "10G", "did you mean '10Gbit/s'?"),
        (
            down,
            "100",
            "name the unit: '100Mbit/s', '100Gbit/s' or '100MB/s'",
        ),
        (
            "hosts: {h: {power: @@}}",
            "45",
            "name the unit: '45W' or '45kW'",
        ),
        (
            "hosts: {h: {temperature: @@}}",
            "75",
            "did you mean '75°C'?",
        ),
    ]);
    // These are values: nothing is said of them.
    assert_eq!(said("ups: {u: {rating: 700 VA, power: 390 W}}").0, "");
}

#[test]
fn times_as_people_say_them_are_told() {
    let job = "jobs: {j: {kind: update, schedule: @@}}";
    let every = "hosts: {h: {}}\ndatasets: {d: {host: h, folder: /s}}\nrepositories: {r: {location: /r, password: {env: X}}}\nbackups: {b: {datasets: [d], to: r, every: @@}}";
    each(&[
        (job, "2am", "did you mean '02:00'?"),
        (job, "12am", "did you mean '00:00'?"),
        (job, "12 pm", "did you mean '12:00'?"),
        (job, "2:30 pm", "did you mean '14:30'?"),
        (job, "every day", "did you mean 'daily'?"),
        (job, "daily at 2", "did you mean '02:00'?"),
        (job, "at 02:00", "did you mean '02:00'?"),
        (job, "02:00 daily", "did you mean '02:00'?"),
        (job, "Sunday 3am", "did you mean 'Sun 03:00'?"),
        (job, "every 6 hours", "did you mean '00/6:00'?"),
        (job, "24h", "did you mean 'daily'?"),
        (job, "nightly", "did you mean 'daily'?"),
        (job, "7h", "is not a calendar expression"),
        (every, "daily", "did you mean '1d'?"),
        (every, "3 days", "did you mean '3d'?"),
        (every, "weekly", "did you mean '1w'?"),
        (every, "24", "a unit is missing"),
        (every, "02:00", "is a time of day"),
        (
            every,
            "monthly",
            "months differ in length: write days, as in '30d'",
        ),
    ]);
}

#[test]
fn code_names_of_systems_are_told_with_their_number() {
    let os = "hosts: {h: {os: @@}}";
    each(&[
        (os, "bookworm", "write 'os: debian' and 'version: 12'"),
        (os, "Jammy", "write 'os: ubuntu' and 'version: 22.04'"),
        (os, "Debian 12", "write 'os: debian' and 'version: 12'"),
        (os, "Proxmox VE", "did you mean 'proxmox-ve'?"),
        (
            "hosts: {h: {os: ubuntu, version: @@}}",
            "jammy",
            "did you mean '22.04'?",
        ),
    ]);
    assert_eq!(said("hosts: {h: {os: arch, version: jammy}}").0, "");
}

#[test]
fn locations_that_restic_has_not_are_told_with_its_form() {
    let location = "repositories: {r: {password: {env: X}, location: '@@'}}";
    each(&[
        (
            location,
            "sftp:/x",
            "names no host restic takes 'sftp:USER@HOST:/PATH'",
        ),
        (location, "sftp:u@h:", "names no path on the host"),
        (location, "sftp:h", "names no path on the host"),
        (location, "sftp://u@h", "names no path on the host"),
        (location, "sftp:u@h:~/x", "which restic refuses"),
        (location, "rest:x", "restic takes 'rest:https://HOST:8000/'"),
        (location, "s3:x", "restic takes 's3:https://HOST/BUCKET'"),
        (location, "s3:https://s3.example.org", "names no bucket"),
        (location, "azure:x", "restic takes 'azure:CONTAINER:/'"),
        (location, "gs:x", "restic takes 'gs:BUCKET:/'"),
        (location, "swift:x", "restic takes 'swift:CONTAINER:/PATH'"),
        (location, "rclone:x", "restic takes 'rclone:REMOTE:PATH'"),
        (location, "https://x/", "did you mean 'rest:https://x/'?"),
        (location, "u@h:/x", "did you mean 'sftp:u@h:/x'?"),
        (location, "sftpp:u@h:/x", "did you mean 'sftp:u@h:/x'?"),
        (
            location,
            "ftp://x/y",
            "restic takes a path or 'sftp:USER@HOST:/PATH'",
        ),
    ]);
    for good in [
        "/srv/r",
        "sftp:h:r",
        "sftp:u@h:/srv/r",
        "sftp://u@[::1]:2222//srv/r",
        "sftp:u@[::1]:/srv/r",
        "rest:http://h:8000/",
        "rest:https://u@h/r/",
        "rest:http+unix:///tmp/rest.socket:/r/",
        "s3:s3.example.org/b",
        "s3:https://h:9000/b/p",
        "s3://eu/b",
        "b2:bucket",
        "b2:bucket:p/q",
        "azure:c:/",
        "gs:b:/",
        "swift:c:/p",
        "rclone:remote:p",
        "rclone:remote:",
    ] {
        assert_eq!(said(&location.replace("@@", good)).0, "", "{good}");
    }
}

#[test]
fn what_is_not_asked_by_http_is_told() {
    let smoke = "hosts: {h: {}}\nservices: {s: {runs: {host: h}, smoke: [{http: '@@'}]}}";
    each(&[
        (smoke, "htp://x/", "did you mean 'http://x/'?"),
        (smoke, "htps://x/", "did you mean 'https://x/'?"),
        (smoke, "ftp://x/", "is not asked by HTTP"),
        (
            smoke,
            "x.example.org/y",
            "did you mean 'https://x.example.org/y'?",
        ),
    ]);
}

#[test]
fn references_in_another_form_are_told() {
    let lab = "hosts: {nas: {hardware: {disks: {usb0: 4TB}}}, pve1: {}}\nguests: {photos: {kind: vm, on: pve1}}\n";
    let runs = format!("{lab}services: {{s: {{runs: {{guest: @@}}}}}}");
    let pool = format!("{lab}pools: {{p: {{kind: zfs, on: nas, level: single, devices: [@@]}}}}");
    let repository = format!(
        "{lab}repositories: {{r: {{location: /r, password: {{env: X}}, on: nas, disk: @@}}}}"
    );
    let dataset = format!("{lab}datasets: {{d: {{host: nas, folder: /r, disk: @@}}}}");
    each(&[
        (&runs, "pve1/photos", "did you mean 'photos'?"),
        (&runs, "pve1.photos", "did you mean 'photos'?"),
        (&pool, "nas.usb0", "did you mean 'nas/usb0'?"),
        (&pool, "usb0", "did you mean 'nas/usb0'?"),
        (
            &pool,
            "pve1/usb0",
            "host 'pve1' has no 'usb0': none is declared of it; 'usb0' is of nas",
        ),
        (&pool, "nass/usb0", "did you mean 'nas/usb0'?"),
        (
            &pool,
            "qqqqq/usb0",
            "there is no host 'qqqqq'; 'usb0' is of nas",
        ),
        (&pool, "nas/qqqqq", "host 'nas' has no 'qqqqq': it has usb0"),
        (&repository, "nas/usb0", "did you mean 'usb0'?"),
        (
            &repository,
            "pve1/usb0",
            "'on' says 'nas' and this says 'pve1'",
        ),
        (&dataset, "nas/usb0", "did you mean 'usb0'?"),
        (
            &dataset,
            "pve1/usb0",
            "'host' says 'nas' and this says 'pve1'",
        ),
    ]);
}

#[test]
fn ports_of_a_host_and_counts_of_ports_are_told() {
    let port = "hosts: {h: {exposures: [{port: @@, from: lan}]}}";
    each(&[
        (port, "https", "did you mean '443/tcp'?"),
        (port, "443tcp", "did you mean '443/tcp'?"),
        (port, "22:tcp", "did you mean '22/tcp'?"),
        (port, "99999", "ports are numbers from 1 to 65535"),
        (port, "80-90", "write one exposure for each port"),
        (
            "devices: {d: {kind: switch, ports: @@}}",
            "8",
            "write it as in 'ports: {1: 250Mbit/s, 2: 250Mbit/s}'",
        ),
    ]);
}

#[test]
fn ranges_as_people_write_them_are_told() {
    let cost = "costs: {c: {amount: '@@', every: month}}";
    let paid = "subscriptions: {s: {cost: '@@'}}";
    let window = "windows: {w: {schedule: '@@'}}";
    each(&[
        (cost, "$200-300", "did you mean '200..300 USD'?"),
        (cost, "200-300 EUR", "did you mean '200..300 EUR'?"),
        (cost, "€200 – €300", "did you mean '200..300 EUR'?"),
        (cost, "200 to 300 EUR", "did you mean '200..300 EUR'?"),
        (cost, "1.5k EUR", "did you mean '1500 EUR'?"),
        (cost, "€1-2k", "is not an amount"),
        (cost, "€200-$300", "is not an amount"),
        (paid, "10-12 EUR/month", "did you mean '10..12 EUR/month'?"),
        (
            window,
            "Sat 02:00-06:00",
            "did you mean 'Sat 02:00..06:00'?",
        ),
        (
            window,
            "Sat 02:00 - 06:00",
            "did you mean 'Sat 02:00..06:00'?",
        ),
        (window, "02:00–06:00", "did you mean '02:00..06:00'?"),
        (window, "Mon-Fri 02:00", "did you mean 'Mon..Fri 02:00'?"),
        (
            window,
            "Saturday 2am to 6am",
            "did you mean 'Sat 02:00..06:00'?",
        ),
        (
            window,
            "1st Sunday of the month 02:00",
            "did you mean 'Sun *-*-01..07 02:00'?",
        ),
        (
            window,
            "second Tuesday",
            "did you mean 'Tue *-*-08..14 00:00'?",
        ),
        (
            "windows: {w: '@@'}",
            "03:00-05:00",
            "write 'w: {schedule: 03:00..05:00}'",
        ),
        (
            "windows: {w: {when: @@}}",
            "daily",
            "did you mean 'schedule'",
        ),
    ]);
}

#[test]
fn names_of_ports_and_other_numbers_are_told() {
    let nic = "hosts: {h: {hardware: {nics: {e: {speed: @@}}}}}";
    let tier = "tiers: {t: {rto: {host: '@@'}}}";
    let since = "costs: {c: {amount: 1 EUR, since: '@@'}}";
    each(&[
        (nic, "2.5GbE", "did you mean '2.5Gbit/s'?"),
        (nic, "10GbE", "did you mean '10Gbit/s'?"),
        (nic, "1 Gbit", "did you mean '1Gbit/s'?"),
        (nic, "10GBASE-T", "did you mean '10Gbit/s'?"),
        (nic, "1000baseT", "did you mean '1000Mbit/s'?"),
        (
            "hosts: {h: {hardware: {disks: {a: @@}}}}",
            "4x 4TB",
            "each of them has a name and a size of its own, as in '{a: 4TB, b: 4TB}'",
        ),
        (
            "hosts: {h: {hardware: {memory: @@}}}",
            "8192",
            "name the unit: '8192MiB' or '8GiB' of memory",
        ),
        (
            "tiers: {t: {slo: '@@'}}",
            "99.5% monthly",
            "did you mean '99.5%'?",
        ),
        (
            "tiers: {t: {availability: '@@'}}",
            "99.5%",
            "did you mean 'slo'",
        ),
        (tier, "each quarter", "write days, as in '91d'"),
        (tier, "5 min", "did you mean '5m'?"),
        (tier, "every 2h", "did you mean '2h'?"),
        (tier, "99.9", "a share such as 99.9% is none"),
        (
            "tiers: {t: {rto: @@}}",
            "5 min",
            "write it as in 'rto: {corruption: 5m, device: 5m, host: 5m, site: 5m}'",
        ),
        (since, "01.02.2026", "did you mean '2026-02-01'?"),
        (
            since,
            "Feb 2026",
            "write '2026-02-01', '2026-02-28' or the day that is meant",
        ),
        (since, "2026-02", "write '2026-02-01', '2026-02-28' or"),
        (since, "Q2 2026", "write '2026-04-01', '2026-06-30' or"),
        (since, "2026", "write '2026-01-01', '2026-12-31' or"),
        (since, "31.02.2026", "there is no such day"),
        (since, "2026-13-01", "months are 01 to 12"),
        (since, "5 years", "write the one on which the 5y are over"),
    ]);
}

#[test]
fn unknown_where_it_cannot_stand_is_told_with_what_can() {
    let backup = "hosts: {h: {}}\ndatasets: {d: {host: h, folder: /s}}\nrepositories: {r: {location: /r, password: {env: X}}}\n";
    let every = format!("{backup}backups: {{b: {{datasets: [d], to: r, every: @@}}}}");
    let to = format!("{backup}backups: {{b: {{datasets: [d], every: 1d, to: @@}}}}");
    let keep =
        format!("{backup}backups: {{b: {{datasets: [d], every: 1d, to: r, keep: {{last: @@}}}}}}");
    each(&[
        (&every, "unknown", "write 'schedule: unknown' instead"),
        (
            &to,
            "unknown",
            "declare a repository with 'location: unknown', and name that",
        ),
        (&keep, "unknown", "leave 'last' out"),
    ]);
    // What is said there is accepted.
    for lab in [
        format!("{backup}backups: {{b: {{datasets: [d], to: r, schedule: unknown}}}}"),
        format!("{backup}backups: {{b: {{datasets: [d], to: q, every: 1d}}}}")
            .replace("repositories: {", "repositories: {q: {location: unknown}, "),
    ] {
        assert_eq!(said(&lab).0, "", "{lab}");
    }
}

/// The complaint, the text that it points at, and what is offered.
fn pointed(text: &str) -> (String, String, String) {
    let mut sources = SourceSet::default();
    // The rest has networks of its own.
    let rest = match text.starts_with("networks") {
        true => "format: 1\nlab: x\n",
        false => REST,
    };
    let whole = format!("{rest}{text}\n");
    sources.add("holdfast.yaml", whole.clone());
    let (_, all) = lang::analyze(&sources);
    let d = all.iter().find(|d| d.class == Class::Invalid).unwrap();
    let span = d.primary.as_ref().unwrap().span;
    let at = whole.get(span.start as usize..span.end as usize).unwrap();
    let fix = d.fix.as_ref().map(|f| f.message.clone());
    let help = fix.unwrap_or_else(|| d.help.join(" "));
    (d.message.clone(), at.to_owned(), help)
}

#[test]
fn the_caret_points_at_the_value_and_the_message_names_its_key() {
    for (text, message, at, help) in [
        (
            "windows: {w: {schedule: 'Sat 02:00-06:00'}}",
            "'schedule' of window 'w': 'Sat 02:00-06:00' is not a calendar expression such as daily, 'Sat 02:00' or '0 3 * * 0'",
            "'Sat 02:00-06:00'",
            "did you mean 'Sat 02:00..06:00'?",
        ),
        (
            "costs: {c: {amount: $200-300}}",
            "'amount' of cost 'c': '$200-300' is not an amount such as 150 EUR, €150 or 200..300 USD",
            "$200-300",
            "did you mean '200..300 USD'?",
        ),
        (
            "networks: {own: {dhcp: {range: 192.168.30.100-200}}}",
            "'range' of 'dhcp' of network 'own': '192.168.30.100-200' is not a range of addresses such as 192.168.10.100-192.168.10.199",
            "192.168.30.100-200",
            "did you mean '192.168.30.100-192.168.30.200'?",
        ),
        (
            "hosts: {h: {hardware: {nics: {e: 2.5GbE}}}}",
            "'e' of 'nics' of 'hardware' of host 'h': '2.5GbE' is not a rate such as 250Mbit/s, 2.5Gbit/s or 100MB/s",
            "2.5GbE",
            "did you mean '2.5Gbit/s'?",
        ),
        (
            "backups: {b: {guests: [], to: unknown, schedule: daily}}",
            "'to' of backup 'b': there is no repository 'unknown'",
            "unknown",
            "one that is declared is named here: declare a repository with 'location: unknown', and name that",
        ),
        (
            "people: {p: {work: {ops: {monthly: 10h}}}}",
            "'monthly' of 'ops' of 'work' of person 'p': '10h' is not a whole number",
            "10h",
            "write the number alone: 10",
        ),
    ] {
        let (m, a, h) = pointed(text);
        assert_eq!((m.as_str(), a.as_str(), h.as_str()), (message, at, help));
    }
}

#[test]
fn a_number_is_no_slip_of_a_word() {
    let windows = |downtime: &str| {
        said(&format!(
            "windows: {{w: {{schedule: 'Sat 02:00', downtime: {downtime}}}}}"
        ))
        .0
    };
    let told = windows("30");
    assert!(
        told.contains("'30' has no unit: 30s are seconds, 30m minutes"),
        "{told}"
    );
    assert!(!told.contains("none"), "{told}");
    assert!(
        windows("30min").contains("did you mean '30m'"),
        "{}",
        windows("30min")
    );
    // A word is one of that word.
    assert!(windows("nune").contains("none"), "{}", windows("nune"));
}

#[test]
fn what_a_thing_costs_once_is_not_its_rent() {
    each(&[
        (
            "hosts: {h: {cost: @@}}",
            "900 EUR",
            "what was paid once stands in a section of its own, 'assets: {NAME: {of: h, price: 900 EUR}}'",
        ),
        (
            "repositories: {r: {location: /mnt/usb, cost: @@}}",
            "90 EUR",
            "'costs: {NAME: {amount: 90 EUR, for: repository/r}}'",
        ),
        (
            "subscriptions: {s: {cost: @@}}",
            "9 EUR",
            "say how often: '9 EUR/month' or '9 EUR/year'",
        ),
    ]);
    // What is led to is accepted.
    for right in [
        "hosts: {h: {}}\nassets: {NAME: {of: h, price: 900 EUR}}",
        "repositories: {r: {location: /mnt/usb}}\ncosts: {NAME: {amount: 90 EUR, for: repository/r}}",
    ] {
        let (told, _) = said(right);
        assert_eq!(told, "", "{right}");
    }
}

#[test]
fn currencies_are_those_that_there_are() {
    each(&[
        (
            "costs: {c: {amount: @@}}",
            "900 ERU",
            "did you mean '900 EUR'",
        ),
        (
            "costs: {c: {amount: @@}}",
            "900 EUT",
            "did you mean '900 EUR'",
        ),
        (
            "costs: {c: {amount: @@}}",
            "200..300 UDS",
            "did you mean '200..300 USD'",
        ),
        (
            "costs: {c: {amount: @@}}",
            "9 XQX",
            "'XQX' is no currency of ISO 4217",
        ),
        (
            "hosts: {h: {cost: @@}}",
            "9 ERU/month",
            "did you mean '9 EUR/month'",
        ),
        (
            "hosts: {h: {cost: @@}}",
            "9 XQX/month",
            "'XQX' is no currency",
        ),
        ("currency: @@", "ERU", "did you mean 'EUR'"),
        (
            "sites: {home: {power: {price: @@}}}",
            "0.30 ERU/kWh",
            "did you mean '0.30 EUR/kWh'",
        ),
    ]);
    for code in ["EUR", "XAF", "BGN", "TRY", "KWD"] {
        let (told, _) = said(&format!("costs: {{c: {{amount: 9 {code}}}}}"));
        assert_eq!(told, "", "{code}");
    }
}

#[test]
fn other_words_of_a_lab_say_where_they_belong() {
    let hosts = "hosts: {h: {exposures: [{port: 22, from: @@}]}}";
    each(&[
        (
            "people: {tom: {}}\nchannels: {c: {kind: mail, to: @@}}",
            "tmo",
            "did you mean 'tom'",
        ),
        (
            hosts,
            "192.0.2.0/24",
            "write the name of the network that has it",
        ),
        (hosts, "192.0.2.0/24", "known here: lan"),
        (
            "sites: {s: {uplink: @@}}",
            "250/40 Mbit/s",
            "write 'uplinks: {NAME: {down: 250Mbit/s, up: 40Mbit/s}}'",
        ),
        (
            "sites: {s: {uplinks: {u: {down: @@}}}}",
            "250/40 Mbit/s",
            "each way has its key: 'down: 250Mbit/s, up: 40Mbit/s'",
        ),
        (
            "networks: {n: {dhcp: @@}}",
            "yes",
            "as in 'dhcp: 192.168.10.100-192.168.10.199'",
        ),
        (
            "networks: {n: {dhcp: @@}}",
            "true",
            "'dhcp: {server: NAME}'",
        ),
        (
            "services: {s: {port: @@}}",
            "8080",
            "'exposures: [{port: 8080, from: NETWORK}]'",
        ),
        (
            "services: {s: {slo: @@}}",
            "99.9%",
            "'slos: [{service: NAME, target: 99.9%}]'",
        ),
        (
            "hosts: {h: {}}\nguests: {g: {on: h, kind: @@}}",
            "qemu",
            "did you mean 'vm'",
        ),
        (
            "hosts: {h: {}}\nguests: {g: {on: h, kind: @@}}",
            "container",
            "did you mean 'lxc'",
        ),
        // Half of a word is no slip of another one, and the others are named beside it.
        (
            "people: {p: }\nhosts: {h: {}}\naccess: [{who: p, to: [h], how: @@}]",
            "ssh",
            "did you mean 'ssh-key'",
        ),
        (
            "people: {p: }\nhosts: {h: {}}\naccess: [{who: p, to: [h], how: @@}]",
            "ssh",
            "it is ssh-key, password, sso, vpn or console",
        ),
        (
            "people: {p: }\nhosts: {h: {}}\naccess: [{who: p, to: [h], how: @@}]",
            "ss",
            "did you mean 'sso'",
        ),
        (
            "hosts: {h: {hardware: {memory: @@}}}",
            "1e30",
            "without an exponent, and a unit behind it, as in '16GiB'",
        ),
        (
            "hosts: {h: {hardware: {memory: @@}}}",
            "1.5E9B",
            "without an exponent",
        ),
        (
            "networks: {n: {subnet: @@}}",
            "172.16.0.0/11",
            "did you mean '172.16.0.0/12'",
        ),
        (
            "networks: {n: {subnet: @@}}",
            "192.168.0.0/12",
            "did you mean '192.168.0.0/16'",
        ),
        (
            "networks: {n: {subnet: @@}}",
            "172.20.0.0/11",
            "did you mean '172.0.0.0/11'",
        ),
    ]);
    // Nobody of the lab: a group, an address, a number.
    for to in ["family", "anna@example.org", "+49 30 1234"] {
        let (told, _) = said(&format!(
            "people: {{tom: {{}}}}\nchannels: {{c: {{kind: mail, to: {to}}}}}"
        ));
        assert_eq!(told, "", "{to}");
    }
}
