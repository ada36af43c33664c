//! Everyday ways to write a value: each is an error, and what is said of it is enough to write it right at once.

use diag::fix::{Reach, mend, settle};
use diag::{Class, Diagnostic, SourceSet};

const REST: &str = "format: 1\nlab: x\nnetworks: {lan: {subnet: 192.0.2.0/24}}\n";

/// What is said of a lab, with what is offered, and the lab with every mend.
fn said(text: &str) -> (String, String) {
    let mut sources = SourceSet::default();
    sources.add("holdfast.yaml", format!("{REST}{text}\n"));
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
                let body = mended.strip_prefix(REST).unwrap_or(REST);
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
        (disk, "500", "name the unit: '500GiB', '500GB' or '500TB'"),
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
