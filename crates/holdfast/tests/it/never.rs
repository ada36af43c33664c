//! Damage done to what was proven: nothing that rests on it is shown as proven any more.

use crate::rig::Rig;
use std::os::unix::fs::PermissionsExt as _;

const RTO: &str = "rto:dataset/shop:corruption";
const RPO: &str = "rpo:dataset/shop:corruption";

fn state(rig: &Rig, id: &str) -> String {
    rig.states().get(id).cloned().unwrap_or_default()
}

fn observe(rig: &Rig) {
    let ran = rig.run(&["observe", rig.lab(), "--on", "real"]);
    assert!(matches!(ran.code, 0 | 7), "{}", ran.all());
}

fn drill(rig: &Rig) -> i32 {
    rig.run(&[
        "drill",
        rig.lab(),
        "--on",
        "real",
        "--yes",
        "--dataset",
        "shop",
    ])
    .code
}

#[test]
fn damage_is_never_shown_as_proven() {
    let rig = Rig::applied();
    let backup = rig.run(&["backup", rig.lab(), "--on", "real", "--yes"]);
    assert_eq!(backup.code, 0, "{}", backup.all());
    assert_eq!(drill(&rig), 0);
    assert_eq!(
        (state(&rig, RTO).as_str(), state(&rig, RPO).as_str()),
        ("proven", "proven")
    );

    // A time service that says that the clock is not synchronised.
    let fake = rig.path("bin/timedatectl");
    std::fs::create_dir_all(rig.path("bin")).unwrap();
    std::fs::write(&fake, "#!/bin/sh\necho no\n").unwrap();
    std::fs::set_permissions(&fake, std::fs::Permissions::from_mode(0o755)).unwrap();
    let mut prove = rig.command(&["prove", rig.lab(), "--on", "real"]);
    let path = format!(
        "{}:{}",
        rig.path("bin").display(),
        std::env::var("PATH").unwrap()
    );
    let shown = String::from_utf8(prove.env("PATH", path).output().unwrap().stdout).unwrap();
    assert!(shown.contains("0 proven"), "{shown}");

    // A question that the data cannot answer: stale at once, since it was not asked; broken once it was.
    rig.edit("lab/data.yaml", |t| {
        t.replace("at_least: 1000", "at_least: 1000000")
    });
    assert_ne!(state(&rig, RTO), "proven");
    assert_ne!(drill(&rig), 0);
    assert_eq!(state(&rig, RTO), "broken");
    rig.edit("lab/data.yaml", |t| {
        t.replace("at_least: 1000000", "at_least: 1000")
    });
    assert_eq!(drill(&rig), 0);
    assert_eq!(state(&rig, RTO), "proven");

    // The timer is silenced.
    rig.host
        .exec_sh("systemctl disable --now holdfast-backup-twice-a-day.timer")
        .unwrap();
    observe(&rig);
    assert_ne!(state(&rig, RPO), "proven");
    rig.host
        .exec_sh("systemctl enable --now holdfast-backup-twice-a-day.timer")
        .unwrap();
    observe(&rig);
    assert_eq!(state(&rig, RPO), "proven");

    // The password on the host is another one.
    rig.host
        .exec_sh(
            "cp -a /etc/holdfast/secrets/usb /root/usb && echo wrong > /etc/holdfast/secrets/usb",
        )
        .unwrap();
    observe(&rig);
    assert_ne!(state(&rig, RPO), "proven");
    assert_ne!(drill(&rig), 0);
    assert_ne!(state(&rig, RTO), "proven");
    rig.host
        .exec_sh("cp -a /root/usb /etc/holdfast/secrets/usb")
        .unwrap();
    assert_eq!(drill(&rig), 0);
    observe(&rig);
    assert_eq!(
        (state(&rig, RTO).as_str(), state(&rig, RPO).as_str()),
        ("proven", "proven")
    );

    // The packs are damaged: young archives that cannot be restored are no copies.
    let damage = "find /mnt/backup/holdfast/data -type f -exec sh -c 'chmod u+w \"$1\"; printf damaged | dd of=\"$1\" bs=1 seek=100 conv=notrunc 2>/dev/null' sh {} \\;";
    rig.host.exec_sh(damage).unwrap();
    assert_ne!(drill(&rig), 0);
    assert_ne!(state(&rig, RTO), "proven");
    assert_ne!(state(&rig, RPO), "proven");
    observe(&rig);
    assert_ne!(
        state(&rig, RPO),
        "proven",
        "a look at the list does not heal the packs"
    );
}

/// Data with objectives that no promise covers is named, and the exit says that not all was looked at.
#[test]
fn data_without_a_promise_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let lab = "format: 1\nlab: box\ntiers: {core: {rto: {host: 8h}}}\nhosts: {box: {kind: server}}\n\
        services: {photos: {tier: core, runs: {host: box}, data: {pictures: {size: 200GB, class: irreplaceable}}}}\n";
    std::fs::write(folder.path().join("holdfast.yaml"), lab).unwrap();
    let prove = |more: &[&str]| {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_holdfast"));
        command.arg("prove").args(more).current_dir(folder.path());
        command.env("XDG_DATA_HOME", folder.path().join("data"));
        let output = command.output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        (
            output.status.code(),
            text(output.stdout),
            text(output.stderr),
        )
    };
    let (code, out, _) = prove(&[]);
    assert!(
        out.contains("left out: 1 body of data") && out.contains("pictures"),
        "{out}"
    );
    assert_ne!(code, Some(0), "{out}");
    let (_, out, err) = prove(&["--json"]);
    assert!(
        out.starts_with('[') && err.contains("pictures"),
        "{out}{err}"
    );
}
