//! Data inside a guest: archived, drilled and proven as that of a host, and lost with the hypervisor.

use crate::ran::Ran;
use crate::rig::Rig;

/// The rig's machine as a container on a host nobody logs in to; its backup goes to a directory inside of it.
fn guest() -> Rig {
    let rig = Rig::declared();
    rig.edit("lab/hosts.yaml", |text| {
        text.replace(
            "hosts:\n  web:\n    site: home\n",
            "hosts:\n  hyper: {site: home}\n\nguests:\n  web:\n    kind: lxc\n    on: hyper\n",
        )
    });
    rig.edit("lab/data.yaml", |text| {
        text.replace("    host: web\n", "    on: guest/web\n")
            .replace("    on: web\n    location", "    location")
    });
    rig.enrol();
    rig
}

fn run(rig: &Rig, verb: &str, more: &[&str]) -> Ran {
    let all = [&[verb, rig.lab(), "--on", "real", "--yes"], more].concat();
    rig.run(&all)
}

#[test]
fn a_guests_data_is_archived_drilled_and_proven() {
    let rig = guest();
    // The hypervisor itself is not logged in to, which keeps nothing else from being done.
    let ran = run(&rig, "apply", &["--allow", "access:guest/web"]);
    assert_eq!(ran.code, 7, "{}", ran.all());
    assert!(
        unwrapped(&ran.stdout)
            .contains("nothing says how it is reached; add `reach: {ssh: ALIAS}`"),
        "{}",
        ran.all()
    );
    assert!(
        rig.host
            .exec_sh("systemctl is-enabled holdfast-backup-twice-a-day.timer")
            .unwrap()
            .contains("enabled"),
        "the schedule is kept inside the guest"
    );
    for verb in ["backup", "drill"] {
        let ran = run(&rig, verb, &[]);
        assert_eq!(ran.code, 0, "{verb}: {}", ran.all());
    }
    let states = rig.states();
    let state = |id: &str| states.get(id).map_or("none", String::as_str);
    for (id, want) in [
        ("rto:dataset/shop:corruption", "proven"),
        ("rpo:dataset/shop:corruption", "proven"),
        ("rto:dataset/documents:corruption", "proven"),
        ("rto:dataset/documents:host", "broken"),
        ("rpo:dataset/documents:host", "broken"),
        ("ssh-least-privilege:guest/web", "proven"),
    ] {
        assert_eq!(state(id), want, "{id}: {states:?}");
    }
    let ran = rig.run(&["prove", rig.lab(), "--on", "real", "--json"]);
    assert!(
        ran.stdout
            .contains("no copy of documents is outside host hyper"),
        "{}",
        ran.all()
    );
    nobody_logs_in_to_the_hypervisor(&rig);
    what_others_take_is_left_to_them(&rig);
}

/// It is unknown, with what to write, and every verb goes on with the guest.
fn nobody_logs_in_to_the_hypervisor(rig: &Rig) {
    let way = "nothing says how it is reached; add `reach: {ssh: ALIAS}`";
    for verb in ["observe", "drift", "ports"] {
        let ran = rig.run(&[verb, rig.lab(), "--on", "real"]);
        assert!([1, 7].contains(&ran.code), "{verb}: {}", ran.all());
        assert!(
            unwrapped(&ran.stdout).contains(way),
            "{verb}: {}",
            ran.all()
        );
    }
    let ran = rig.run(&["observe", rig.lab(), "--on", "real", "--host", "hyper"]);
    assert_eq!(ran.code, 2, "{}", ran.all());
    rig.edit("lab/data.yaml", |text| {
        text.replace(
            "datasets:\n  documents",
            "datasets:\n  attic: {host: hyper, folder: /srv/attic, verify: [{files_at_least: 1}]}\n  documents",
        )
        .replace("datasets: [documents, shop]", "datasets: [attic, documents, shop]")
    });
    let refused = format!("dataset 'attic' is on host/hyper: {way}");
    let to = ["--dataset", "attic", "--to", "/srv/new/attic"];
    for (verb, more, code) in [
        ("drill", &[][..], 7),
        ("drill", &["--dataset", "attic"][..], 4),
        ("restore", &to[..], 4),
    ] {
        let ran = run(rig, verb, more);
        assert_eq!(ran.code, code, "{verb}: {}", ran.all());
        assert!(unwrapped(&ran.stderr).contains(&refused), "{}", ran.all());
    }
    rig.edit("lab/data.yaml", |text| {
        let lines = text.lines().filter(|l| !l.starts_with("  attic:"));
        let text = lines.collect::<Vec<_>>().join("\n") + "\n";
        text.replace("datasets: [attic, documents", "datasets: [documents")
    });
}

fn what_others_take_is_left_to_them(rig: &Rig) {
    rig.edit("lab/data.yaml", |text| {
        let nas = "datasets:\n  films: {on: guest/media, folder: /srv/films}\n  disks: {on: guest/web, folder: /srv}\n";
        let backups = "backups:\n  images: {datasets: [disks], to: usb, kind: image, every: 1d}\n  films: {datasets: [films], to: usb, every: 1d}\n";
        text.replace("datasets:\n  documents", &format!("{nas}  documents"))
            .replace("backups:\n", backups)
    });
    rig.edit("lab/hosts.yaml", |text| {
        text.replace("guests:\n", "guests:\n  media: {kind: lxc, on: hyper}\n")
    });
    for (verb, done) in [("backup", "archived"), ("drill", "drilled")] {
        let ran = run(rig, verb, &[]);
        assert_eq!(ran.code, 7, "{verb}: {}", ran.all());
        let all = unwrapped(&ran.stderr);
        for line in [
            format!(
                "not {done}: dataset 'films' is on guest/media, and nothing says how to log in there; give the guest a `reach`"
            ),
            format!(
                "not {done}: nothing that Holdfast takes has dataset 'disks': backup images is of kind image, which another program takes"
            ),
        ] {
            assert!(all.contains(&line), "{line}\n{}", ran.all());
        }
        let ran = run(rig, verb, &["--dataset", "disks"]);
        assert_eq!(ran.code, 4, "{verb}: {}", ran.all());
    }
    let ran = run(rig, "apply", &["--allow", "access:guest/web"]);
    assert_eq!(ran.code, 7, "{}", ran.all());
    let there = rig.host.exec_sh("ls /etc/systemd/system").unwrap();
    assert!(!there.contains("holdfast-backup-images"), "{there}");
    assert!(!there.contains("holdfast-backup-films"), "{there}");
}

/// Text without the line breaks of its folding.
fn unwrapped(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
