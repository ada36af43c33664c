//! Actions, leases and identity on a real host.

use crate::rig::{Rig, driver, ticket};
use model::fact::NativeIdentity;
use model::id::{RunId, StepId};
use model::plan::{Action, FilePut};
use model::realm::Realm;
use model::secret::SecretRef;
use model::units::Seconds;
use plan::driver::{ActError, Driver, Order, Refusal};
use testkit::host::{OWNER, TestHost};

const TAKE: Order<'static> = Order::TakeLease { ttl: Seconds(600) };

fn put(path: &str, content: &str, mode: &str) -> Action {
    Action::PutFile(FilePut {
        path: path.to_owned(),
        content: content.to_owned(),
        mode: mode.to_owned(),
        owner: "root".to_owned(),
        group: "root".to_owned(),
    })
}

fn saved(rig: &Rig, step: &str) -> Action {
    Action::RestoreSaved {
        run: rig.ticket.run.clone(),
        step: StepId(step.to_owned()),
    }
}

fn refused(result: Result<impl std::fmt::Debug, ActError>) -> Refusal {
    match result {
        Err(ActError::Refused(refusal)) => refusal,
        other => panic!("{other:?} is not a refusal"),
    }
}

#[test]
fn files_and_what_is_none() {
    let mut rig = Rig::new();
    what_is_no_plain_file_is_refused(&mut rig);
    files_are_written_removed_and_put_back_exactly(&mut rig);
    a_secret_is_found_only_where_it_belongs(&mut rig);
    ways_in_are_not_for_plain_steps_and_sudo_keeps_working(&mut rig);
}

fn files_are_written_removed_and_put_back_exactly(rig: &mut Rig) {
    let look = &"for f in /srv/a /srv/b; do stat -c '%n %a %U:%G' $f 2>&1; sha256sum $f 2>&1; done; ls -A /srv".replace("2>&1;", "2>&1 || :;");
    rig.sh("printf 'a\\000b' > /srv/a; chown admin:admin /srv/a; chmod 4751 /srv/a");
    let before = rig.sh(look);
    let text = "it's $HOME `x`\n\\n \"é\"\nHF_END\n";
    rig.step("web/a").act(&put("/srv/a", text, "0640")).unwrap();
    rig.step("web/a").act(&put("/srv/a", text, "0640")).unwrap();
    assert_eq!(rig.host.get_file("/srv/a").unwrap(), text.as_bytes());
    assert_eq!(rig.sh("stat -c '%a %U:%G' /srv/a"), "640 root:root");
    rig.step("web/b").act(&put("/srv/b", "", "0600")).unwrap();
    rig.step("web/c")
        .act(&Action::RemoveFile {
            path: "/srv/b".to_owned(),
        })
        .unwrap();
    rig.step("web/c")
        .act(&Action::RemoveFile {
            path: "/srv/b".to_owned(),
        })
        .unwrap();
    for step in ["web/c", "web/b", "web/a"] {
        let back = saved(rig, step);
        rig.step(&format!("undo/{step}")).act(&back).unwrap();
        rig.step(&format!("undo/{step}")).act(&back).unwrap();
    }
    assert_eq!(rig.sh(look), before);
    // An undo is a step like any other and can be taken back.
    let again = saved(rig, "undo/web/a");
    rig.step("redo").act(&again).unwrap();
    assert_eq!(rig.host.get_file("/srv/a").unwrap(), text.as_bytes());
    rig.sh("echo more >> /srv/a");
    let back = saved(rig, "web/a");
    assert!(matches!(
        refused(rig.step("undo2").act(&back)),
        Refusal::Invalid(_)
    ));
    assert_eq!(
        rig.sh("ls -A /run/holdfast-work 2>&1 || true; find / -xdev -name '*.holdfast-tmp'")
            .lines()
            .count(),
        1
    );
}

fn what_is_no_plain_file_is_refused(rig: &mut Rig) {
    rig.sh("ln -s /etc/passwd /srv/link; mkdir /srv/dir; mkfifo /srv/pipe");
    for path in [
        "/srv/link",
        "/srv/dir",
        "/srv/pipe",
        "/srv/none/x",
        "/srv/dir/../x",
        "relative",
        "/srv/x\ny",
    ] {
        let refusal = refused(rig.step("web/x").act(&put(path, "x", "0644")));
        assert!(matches!(refusal, Refusal::Invalid(_)), "{path}: {refusal}");
    }
    for (mode, owner) in [("u+x", "root"), ("0644", "nobody-here")] {
        let mut action = put("/srv/y", "x", mode);
        if let Action::PutFile(put) = &mut action {
            put.owner = owner.to_owned();
        }
        refused(rig.act(&action));
    }
    assert_eq!(rig.sh("ls /srv"), "dir\nlink\npipe");
    assert!(matches!(
        refused(rig.act(&Action::RestoreSaved {
            run: RunId("r".into()),
            step: StepId("s".into())
        })),
        Refusal::Invalid(_)
    ));
}

#[test]
fn packages_units_settings_and_accounts() {
    let mut rig = Rig::new();
    let hello = || "hello".to_owned();
    for _ in 0..2 {
        rig.act(&Action::InstallPackage { name: hello() }).unwrap();
    }
    assert_eq!(rig.sh("hello | head -c5"), "Hello");
    for _ in 0..2 {
        rig.act(&Action::RemovePackage { name: hello() }).unwrap();
    }
    rig.sh("! dpkg-query -W -f '${db:Status-Status}' hello | grep -qx installed");
    let missing = rig.act(&Action::InstallPackage {
        name: "no-such-package".to_owned(),
    });
    assert!(
        matches!(missing, Err(ActError::Failed { .. })),
        "{missing:?}"
    );
    refused(rig.act(&Action::RemovePackage {
        name: "libsystemd0".to_owned(),
    }));
    rig.act(&Action::InstallPackage {
        name: "jq".to_owned(),
    })
    .unwrap();
    let taken = refused(rig.act(&Action::RemovePackage {
        name: "libjq1".to_owned(),
    }));
    assert!(taken.to_string().contains("as well: jq"), "{taken}");

    let cron = |enabled, active| Action::SetUnit {
        unit: "cron.service".to_owned(),
        enabled: Some(enabled),
        active: Some(active),
    };
    rig.act(&cron(false, false)).unwrap();
    assert_eq!(
        rig.sh("systemctl is-enabled cron || :; systemctl is-active cron || :"),
        "disabled\ninactive"
    );
    rig.act(&cron(true, true)).unwrap();
    assert_eq!(
        rig.sh("systemctl is-enabled cron; systemctl is-active cron"),
        "enabled\nactive"
    );
    refused(rig.act(&Action::SetUnit {
        unit: "none.service".to_owned(),
        enabled: Some(true),
        active: None,
    }));

    let key = "net.ipv4.ip_forward".to_owned();
    let sysctl = rig.act(&Action::SetSysctl {
        key,
        value: "1".to_owned(),
    });
    let writable = rig.sh("test -w /proc/sys/net/ipv4/ip_forward && echo yes || echo no") == "yes"
        && rig.sh("grep -c ' /proc/sys ro' /proc/mounts || :") == "0";
    assert_eq!(sysctl.is_ok(), writable, "{sysctl:?}");
    refused(rig.act(&Action::SetSysctl {
        key: "no.such".to_owned(),
        value: "1".to_owned(),
    }));

    let anna = || "anna".to_owned();
    for _ in 0..2 {
        rig.act(&Action::AddUser {
            name: anna(),
            shell: "/bin/bash".to_owned(),
        })
        .unwrap();
    }
    assert_eq!(
        rig.sh("getent shadow anna | cut -d: -f2; stat -c %U /home/anna"),
        "!\nanna"
    );
    for _ in 0..2 {
        rig.act(&Action::RemoveUser { name: anna() }).unwrap();
    }
    assert_eq!(
        rig.sh("getent passwd anna || test -d /home/anna && echo kept"),
        "kept"
    );
    refused(rig.act(&Action::RemoveUser {
        name: "root".to_owned(),
    }));
}

fn a_secret_is_found_only_where_it_belongs(rig: &mut Rig) {
    let action = |name: &str| Action::PutSecret {
        path: "/etc/holdfast/secrets/repo".to_owned(),
        secret: SecretRef::Env(name.to_owned()),
        keyed_hash: "x".to_owned(),
    };
    rig.act(&action("CANARY")).unwrap();
    assert_eq!(rig.sh("cat /etc/holdfast/secrets/repo; stat -c '%a %U' /etc/holdfast/secrets/repo /etc/holdfast/secrets"), "secret-of-CANARY600 root\n700 root");
    rig.sh("! grep -rslF --exclude=repo -e secret-of-CANARY -e c2VjcmV0LW9mLUNBTkFSWQ /etc /var /run /tmp /root /home");
    let unknown = Action::PutSecret {
        path: "/etc/x".to_owned(),
        secret: SecretRef::File("y".to_owned()),
        keyed_hash: "x".to_owned(),
    };
    assert!(
        refused(rig.act(&unknown))
            .to_string()
            .contains("no such secret")
    );
    rig.step("rm")
        .act(&Action::RemoveFile {
            path: "/etc/holdfast/secrets/repo".to_owned(),
        })
        .unwrap();
    rig.sh("! grep -rslF -e secret-of-CANARY /etc /var /run /tmp /root");
}

#[test]
fn leases_fence() {
    let rig = Rig::new();
    let mut driver = rig.driver;
    let file = put("/srv/x", "x", "0644");
    let order = Order::Do(&file);
    let one = ticket("c1", 1, "20261121T034500Z-0001", "s");
    driver.act(&one, &order).unwrap();
    let other_run = ticket("c1", 1, "r2", "s");
    let laptop = ticket("c2", 9, "r3", "s");
    assert!(matches!(
        refused(driver.act(&other_run, &TAKE)),
        Refusal::LeaseHeld { .. }
    ));
    assert!(matches!(
        refused(driver.act(&laptop, &TAKE)),
        Refusal::LeaseHeld { .. }
    ));
    assert!(matches!(
        refused(driver.act(&laptop, &order)),
        Refusal::Fenced { .. }
    ));
    assert!(matches!(
        refused(driver.act(&laptop, &Order::ReleaseLease)),
        Refusal::Fenced { .. }
    ));
    // A newer process of the same controller takes over; the older one stays out.
    let newer = ticket("c1", 2, "20261121T034500Z-0001", "s");
    driver.act(&newer, &TAKE).unwrap();
    assert!(matches!(
        refused(driver.act(&one, &order)),
        Refusal::Fenced { .. }
    ));
    assert!(matches!(
        refused(driver.act(&one, &TAKE)),
        Refusal::Fenced { .. }
    ));
    driver.act(&newer, &Order::ReleaseLease).unwrap();
    assert!(matches!(
        refused(driver.act(&newer, &order)),
        Refusal::Fenced { .. }
    ));
    assert!(matches!(
        refused(driver.act(&one, &TAKE)),
        Refusal::Fenced { .. }
    ));
    driver
        .act(&laptop, &Order::TakeLease { ttl: Seconds(1) })
        .unwrap();
    // A lease that ran out is anybody's, but its holder's as long as nobody took it.
    rig.host
        .exec_sh("sed -i 's/^expires_boottime=.*/expires_boottime=1/' /var/lib/holdfast/lease")
        .unwrap();
    driver.act(&laptop, &order).unwrap();
    rig.host
        .exec_sh("sed -i 's/^expires_boottime=.*/expires_boottime=1/' /var/lib/holdfast/lease")
        .unwrap();
    driver.act(&newer, &TAKE).unwrap();
    assert!(matches!(
        refused(driver.act(&laptop, &order)),
        Refusal::Fenced { .. }
    ));
    let log = rig
        .host
        .exec_sh("cat /var/lib/holdfast/journal/20261121T034500Z-0001.log")
        .unwrap();
    assert_eq!(log, "intent s do\nended s 0 do");
}

#[test]
fn a_stranger_gets_no_act() {
    let host = TestHost::fresh();
    let mut stranger = driver(&host, None);
    let ticket = ticket("c1", 1, "r", "s");
    assert!(matches!(
        refused(stranger.act(&ticket, &TAKE)),
        Refusal::NotEnrolled { .. }
    ));
    let wrong_realm = refused(stranger.enrol(&Realm::Real));
    assert!(matches!(wrong_realm, Refusal::WrongIdentity { .. }));
    let identity = stranger.enrol(&Realm::Twin(OWNER.to_owned())).unwrap();
    assert_eq!(
        identity.machine_id,
        host.exec_sh("cat /etc/machine-id").unwrap()
    );
    stranger.act(&ticket, &TAKE).unwrap();
    let fakes = [
        NativeIdentity {
            machine_id: "0".repeat(32),
            ..identity.clone()
        },
        NativeIdentity {
            host_key: "SHA256:x".to_owned(),
            ..identity.clone()
        },
        NativeIdentity {
            realm_marker: Some("real".to_owned()),
            ..identity.clone()
        },
        NativeIdentity {
            realm_marker: None,
            ..identity.clone()
        },
    ];
    let file = put("/srv/x", "x", "0644");
    for fake in fakes {
        let mut other = driver(&host, Some(fake));
        let refusal = refused(other.act(&ticket, &Order::Do(&file)));
        assert!(
            matches!(refusal, Refusal::WrongIdentity { .. }),
            "{refusal}"
        );
    }
    host.exec_sh("echo twin:other > /etc/holdfast/realm; test ! -e /srv/x")
        .unwrap();
    assert!(matches!(
        refused(stranger.act(&ticket, &Order::Do(&file))),
        Refusal::WrongIdentity { .. }
    ));
    assert!(matches!(
        refused(driver(&host, None).enrol(&Realm::Twin(OWNER.to_owned()))),
        Refusal::WrongIdentity { .. }
    ));
    host.exec_sh("rm /etc/holdfast/realm").unwrap();
    assert!(matches!(
        refused(stranger.act(&ticket, &Order::Do(&file))),
        Refusal::WrongIdentity { .. }
    ));
    host.exec_sh("test ! -e /srv/x").unwrap();
}

#[test]
fn killed_at_any_moment_a_file_is_old_or_new_and_the_undo_stays_exact() {
    let mut rig = Rig::new();
    let look = "stat -c '%a %U' /srv/a; sha256sum < /srv/a; ls -A /srv";
    rig.sh("printf old > /srv/a; chown admin /srv/a; chmod 4750 /srv/a");
    let before = rig.sh(look);
    let (mut old, mut new) = (0, 0);
    for n in 0..15u64 {
        let step = format!("web/{n}");
        let action = put("/srv/a", &format!("new {n}\n"), "0640");
        let wait = std::time::Duration::from_millis(n * 12 % 170);
        let result = rig
            .step(&step)
            .killed(&Order::Do(&action), 8, "/var/lib/holdfast/lock", wait);
        let found = rig.sh("cat /srv/a");
        match found.as_str() {
            "old" => old += 1,
            text if text == format!("new {n}") => new += 1,
            text => panic!("torn after {result:?}: {text}"),
        }
        // What a save holds is whole or not there.
        rig.sh(&format!(
            "d=/var/lib/holdfast/saved/{}/web%2F{n}; [ ! -e $d ] || [ \"$(cat $d/files/1/data)\" = old ]",
            rig.ticket.run
        ));
        rig.act(&action).unwrap();
        assert_eq!(rig.sh("cat /srv/a"), format!("new {n}"));
        let back = saved(&rig, &step);
        rig.step(&format!("undo/{n}")).act(&back).unwrap();
        assert_eq!(rig.sh(look), before);
    }
    eprintln!("killed 15 times: {old} times before the effect, {new} times after it");
    assert!(
        old > 0 && new > 0,
        "the kills did not meet both sides of the effect: {old} {new}"
    );
}

fn ways_in_are_not_for_plain_steps_and_sudo_keeps_working(rig: &mut Rig) {
    for path in [
        "/etc/ssh/sshd_config.d/x.conf",
        "/home/admin/.ssh/authorized_keys",
        "/etc/nftables.conf",
        "/etc/sudoers",
        "/etc/holdfast/realm",
        "/var/lib/holdfast/lease",
    ] {
        assert!(
            matches!(
                refused(rig.act(&put(path, "x", "0644"))),
                Refusal::Unsupported(_)
            ),
            "{path}"
        );
    }
    // The last rule that fits decides, and files are read in the order of their names.
    rig.sh("mv /etc/sudoers.d/admin /etc/sudoers.d/00-admin");
    let sudo = |text: &str| put("/etc/sudoers.d/90-holdfast-admin", text, "0440");
    assert!(matches!(
        refused(rig.step("a").act(&sudo("admin ALL=(ALL\n"))),
        Refusal::Invalid(_)
    ));
    let error = rig
        .step("b")
        .act(&sudo("admin ALL=(ALL:ALL) PASSWD: ALL\n"))
        .unwrap_err()
        .to_string();
    assert!(error.contains("put back"), "{error}");
    rig.sh("test ! -e /etc/sudoers.d/90-holdfast-admin");
    rig.step("c")
        .act(&sudo("admin ALL=(ALL:ALL) NOPASSWD: ALL\n"))
        .unwrap();
    rig.step("d")
        .act(&Action::RemoveFile {
            path: "/etc/sudoers.d/90-holdfast-admin".to_owned(),
        })
        .unwrap();
}
