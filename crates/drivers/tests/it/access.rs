//! Commit-confirm on a real host, one order at a time: nobody stays locked out, good changes stay.

use crate::rig::{NONCE, Rig};
use jiff::Timestamp;
use model::digest::Digest;
use model::fact::{FactPath, Scope};
use model::id::{RunId, StepId};
use model::plan::{AccessChange, Action};
use plan::driver::{AccessOrder, ActError, Driver, Refusal};
use std::time::{Duration, Instant};

const LIMIT: Duration = Duration::from_secs(40);

fn nft(rules: &str) -> AccessChange {
    AccessChange::Nft {
        table: "holdfast".to_owned(),
        ruleset: Some(format!(
            "table inet holdfast {{\n chain input {{\n  type filter hook input priority 0; policy drop;\n{rules}\n }}\n}}\n"
        )),
    }
}

fn sshd(content: &str) -> AccessChange {
    AccessChange::Sshd {
        path: "/etc/ssh/sshd_config.d/10-holdfast.conf".to_owned(),
        content: Some(content.to_owned()),
    }
}

fn admin_fingerprint(rig: &Rig) -> String {
    let line = rig.sh("ssh-keygen -lf /home/admin/.ssh/authorized_keys");
    line.split(' ').nth(1).unwrap().to_owned()
}

fn invalid(result: Result<impl std::fmt::Debug, ActError>) -> String {
    match result {
        Err(ActError::Refused(Refusal::Invalid(why))) => why,
        other => panic!("{other:?} is not a refusal of the input"),
    }
}

/// The change locks us out; nobody does anything; all is as before within the time.
fn locked_out(rig: &mut Rig, change: &AccessChange) {
    const AFTER: u64 = 4;
    let before = rig.world();
    rig.test(None).unwrap();
    let begun = Instant::now();
    rig.arm(change, AFTER as i64).unwrap();
    let armed = begun.elapsed();
    // The answer may get lost with the way in.
    let live = rig.live(change);
    let took = begun.elapsed();
    // Without a route even the answer waits for the revert.
    if rig.state() == "armed" {
        assert_ne!(rig.world(), before, "{change:?} had no effect: {live:?}");
    }
    let test = rig.test(Some(NONCE));
    assert!(
        matches!(
            test,
            Err(ActError::Unreachable { .. } | ActError::Failed { .. })
        ),
        "{test:?}"
    );
    rig.wait_state("reverted", LIMIT);
    let back = begun.elapsed();
    rig.test(None)
        .unwrap_or_else(|e| panic!("{e}\n{}", rig.world()));
    let reached = begun.elapsed();
    assert_eq!(rig.world(), before);
    let status = rig.access(AccessOrder::Status).unwrap();
    assert_eq!(status.values["state"].as_text(), Some("reverted"));
    eprintln!(
        "armed {armed:.2?}, live {took:.2?}, reverted {back:.2?}, reached {reached:.2?}, test was {test:?}"
    );
}

#[test]
fn drop_all_and_cut_segments_and_new_connections_dropped() {
    let mut rig = Rig::new();
    let controller = rig.host.controller();
    for (step, rules) in [
        ("web/drop-all", String::new()),
        ("web/segment", format!("ip saddr != {controller} accept")),
        (
            "web/new-dropped",
            "ct state established,related accept".to_owned(),
        ),
    ] {
        locked_out(rig.step(step), &nft(&rules));
    }
}

#[test]
fn sshd_or_the_way_to_it_out_of_reach() {
    let mut rig = Rig::new();
    sshd_out_of_reach(&mut rig);
    default_route_gone(&mut rig);
}

fn sshd_out_of_reach(rig: &mut Rig) {
    locked_out(rig.step("web/port"), &sshd("Port 2222\n"));
    locked_out(rig.step("web/users"), &sshd("AllowUsers nobody\n"));
    let none = AccessChange::Keys {
        user: "admin".to_owned(),
        add: vec![],
        remove: vec![admin_fingerprint(rig)],
    };
    locked_out(rig.step("web/keys"), &none);
}

fn default_route_gone(rig: &mut Rig) {
    locked_out(
        rig.step("web/route"),
        &AccessChange::DefaultRoute { via: None },
    );
}

#[test]
fn what_the_host_itself_rejects_changes_nothing() {
    let mut rig = Rig::new();
    let foreign = "table inet holdfast { chain c { jump other } }";
    let rejected = [
        ("web/syntax", sshd("PermitRootLogin perhaps\n"), "perhaps"),
        (
            "web/foreign",
            AccessChange::Nft {
                table: "holdfast".to_owned(),
                ruleset: Some(foreign.to_owned()),
            },
            "",
        ),
        // Good now, bad at the next boot: an interface by index is not there yet when the tables are loaded.
        ("web/index", nft("iif \"eth0\" accept"), "boot"),
        (
            "web/gateway",
            AccessChange::DefaultRoute {
                via: Some("203.0.113.1".to_owned()),
            },
            "",
        ),
        (
            "web/key",
            AccessChange::Keys {
                user: "admin".to_owned(),
                add: vec!["ssh-ed25519 no".to_owned()],
                remove: vec![],
            },
            "not a public key",
        ),
    ];
    for (step, change, says) in rejected {
        let rig = rig.step(step);
        let before = rig.world();
        rig.arm(&change, 30).unwrap();
        let why = invalid(rig.live(&change));
        assert!(why.contains(says), "{why}");
        eprintln!("{step}: {why}");
        rig.access(AccessOrder::Revert).unwrap();
        assert_eq!(rig.world(), before, "{step}");
        assert_eq!(rig.state(), "reverted");
        rig.test(None).unwrap();
    }
    // A main configuration that sets the keyword first leaves the drop-in without effect.
    rig.sh("sed -i '1i PasswordAuthentication yes' /etc/ssh/sshd_config");
    let change = sshd("PasswordAuthentication no\n");
    rig.step("web/first").arm(&change, 30).unwrap();
    let why = invalid(rig.live(&change));
    assert!(
        why.contains("another file sets it first: passwordauthentication no"),
        "{why}"
    );
    rig.access(AccessOrder::Revert).unwrap();
}

#[test]
fn what_is_found_while_armed() {
    let mut rig = Rig::new();
    good_live_but_bad_at_reboot_is_found_while_armed(&mut rig);
    what_was_changed_since_is_not_taken_back(&mut rig);
}

fn good_live_but_bad_at_reboot_is_found_while_armed(rig: &mut Rig) {
    rig.sh("ln -s /dev/null /etc/systemd/system/holdfast-nft.service");
    let before = rig.world();
    let change = nft("tcp dport 22 accept");
    rig.arm(&change, 60).unwrap();
    rig.live(&change).unwrap();
    rig.test(Some(NONCE)).unwrap();
    let error = rig
        .access(AccessOrder::Persist { change: &change })
        .unwrap_err()
        .to_string();
    assert!(error.contains("masked"), "{error}");
    rig.access(AccessOrder::Revert).unwrap();
    assert_eq!(rig.world(), before);
    rig.sh("rm /etc/systemd/system/holdfast-nft.service");
    // A disk that takes no more.
    let rig = rig.step("web/full");
    rig.sh(
        "mkdir -p /etc/holdfast/nft; mount -t tmpfs -o size=4k,nr_inodes=1 none /etc/holdfast/nft",
    );
    let before = rig.world();
    rig.arm(&change, 60).unwrap();
    rig.live(&change).unwrap();
    let error = rig
        .access(AccessOrder::Persist { change: &change })
        .unwrap_err()
        .to_string();
    assert!(error.contains("cannot be replaced"), "{error}");
    rig.access(AccessOrder::Revert).unwrap();
    assert_eq!(rig.world(), before);
}

#[test]
fn a_reboot_while_armed_takes_the_change_back_before_anyone_can_notice() {
    let mut rig = Rig::new();
    let changes = [
        ("web/a", sshd("AllowUsers nobody\n"), true),
        ("web/b", nft(""), false),
        // Persistent already, so the boot would load it.
        ("web/c", nft("tcp dport 22 accept"), true),
    ];
    for (step, change, persist) in changes {
        let rig = rig.step(step);
        let before = rig.world();
        rig.arm(&change, 600).unwrap();
        let _ = rig.live(&change);
        if persist {
            let _ = rig.access(AccessOrder::Persist { change: &change });
        }
        rig.host.reboot_unreachable().unwrap();
        assert_eq!(rig.state(), "reverted", "{step}");
        // The boot unit did it, before anything of the network or sshd began.
        let times = rig.sh(
            "for u in holdfast-revert-boot.service:Exit nftables.service:Start lab-net.service:Start ssh.service:Start; do\n\
             systemctl show -p ExecMain${u#*:}TimestampMonotonic --value ${u%:*}; done",
        );
        let times: Vec<u64> = times.lines().map(|t| t.parse().unwrap()).collect();
        assert!(
            times[0] > 0 && times.iter().skip(1).all(|t| *t >= times[0]),
            "{times:?}"
        );
        rig.test(None).unwrap();
        assert_eq!(rig.world(), before, "{step}");
        // The lease is of another boot: whoever held it goes on, anybody else may take it.
        rig.order(&plan::driver::Order::TakeLease {
            ttl: model::units::Seconds(600),
        })
        .unwrap();
    }
}

#[test]
fn whatever_happens_to_the_watcher_it_reverts() {
    let mut rig = Rig::new();
    nobody_comes_after_a_good_change(&mut rig);
    killing_the_watcher_or_its_unit_does_not_disarm(&mut rig);
    an_order_that_hangs_does_not_hold_up_the_revert(&mut rig);
}

fn nobody_comes_after_a_good_change(rig: &mut Rig) {
    let before = rig.world();
    let change = nft("tcp dport 22 accept");
    rig.arm(&change, 6).unwrap();
    rig.live(&change).unwrap();
    rig.test(Some(NONCE)).unwrap();
    rig.access(AccessOrder::Persist { change: &change })
        .unwrap();
    rig.wait_state("reverted", LIMIT);
    assert_eq!(rig.world(), before);
    let refused = rig.access(AccessOrder::Disarm);
    assert_eq!(
        refused,
        Err(ActError::Refused(Refusal::Revert {
            state: "reverted".to_owned()
        }))
    );
}

fn killing_the_watcher_or_its_unit_does_not_disarm(rig: &mut Rig) {
    let before = rig.world();
    let change = nft("");
    rig.step("web/killed").arm(&change, 10).unwrap();
    for signal in ["KILL", "TERM", "HUP", "INT"] {
        let pid = "systemctl show -p MainPID --value holdfast-revert.service";
        let old = rig.sh(pid);
        let begun = Instant::now();
        rig.sh(&format!(
            "systemctl kill --kill-whom=main -s {signal} holdfast-revert.service"
        ));
        loop {
            let new = rig.sh(pid);
            if new != old && new != "0" {
                break;
            }
            assert!(begun.elapsed() < LIMIT, "no watcher after {signal}");
        }
        eprintln!("{signal}: a new watcher after {:.2?}", begun.elapsed());
    }
    let _ = rig.live(&change);
    rig.sh("systemctl kill -s KILL holdfast-revert.service");
    rig.wait_state("reverted", LIMIT);
    rig.test(None).unwrap();
    assert_eq!(rig.world(), before);
}

fn an_order_that_hangs_does_not_hold_up_the_revert(rig: &mut Rig) {
    let before = rig.world();
    let change = nft("");
    rig.step("web/hangs").arm(&change, 4).unwrap();
    let _ = rig.live(&change);
    // Holds the lock as a hung order would.
    rig.sh("setsid sh -c 'exec 9>>/var/lib/holdfast/revert/lock; flock 9; sleep 300' > /dev/null 2>&1 < /dev/null &");
    let took = rig.wait_state("reverted", LIMIT);
    eprintln!("in spite of the lock after {took:?}");
    rig.test(None).unwrap();
    assert_eq!(rig.world(), before);
}

#[test]
fn good_changes_stay_survive_a_reboot_and_are_taken_back_exactly() {
    let mut rig = Rig::new();
    let start = rig.world();
    let gateway = rig.host.gateway().to_string();
    let key =
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAICXmHUJpt+uvgN5n8kPhGh5GusPMVdOnwDWP4gGU86c5 more@lab";
    let changes = [
        (
            "web/nft",
            nft("ct state established accept\niifname \"lo\" accept\ntcp dport 22 accept"),
        ),
        (
            "web/sshd",
            sshd("PasswordAuthentication no\nPermitRootLogin no\nLoginGraceTime 2m\n"),
        ),
        (
            "web/key",
            AccessChange::Keys {
                user: "admin".to_owned(),
                add: vec![key.to_owned()],
                remove: vec![],
            },
        ),
        (
            "web/route",
            AccessChange::DefaultRoute { via: Some(gateway) },
        ),
    ];
    for (step, change) in &changes {
        let begun = Instant::now();
        rig.step(step)
            .commit(change)
            .unwrap_or_else(|e| panic!("{step}: {e}"));
        eprintln!("{step} committed after {:.2?}", begun.elapsed());
        assert_eq!(rig.state(), "committed");
        // Asked again, it is committed already; a revert comes too late.
        rig.access(AccessOrder::Disarm).unwrap();
        assert!(matches!(
            rig.access(AccessOrder::Revert),
            Err(ActError::Refused(Refusal::Revert { .. }))
        ));
    }
    let changed = rig.world();
    // What the planner waits for is what an observation shows.
    let (live, file) = ("nft:inet/holdfast", "file:/etc/holdfast/nft/holdfast.nft");
    let paths = [live, file].map(|p| FactPath::parse(p).unwrap());
    let scope = Scope {
        paths: paths.clone().into(),
        ..Scope::default()
    };
    let facts = rig.driver.observe(&scope, Timestamp::UNIX_EPOCH);
    let AccessChange::Nft {
        ruleset: Some(text),
        ..
    } = &changes[0].1
    else {
        unreachable!()
    };
    let seen = paths.map(|p| facts.seen(&p));
    let field = |n: usize, name: &str| seen[n].value().and_then(|v| v.field(name)).cloned();
    assert_eq!(field(0, "as_persisted"), Some(true.into()), "{seen:?}");
    assert_eq!(
        field(1, "sha256"),
        Some(Digest::of(text).0.into()),
        "{seen:?}"
    );
    assert_eq!(field(1, "mode"), Some("0600".into()));
    let took = rig.host.reboot().unwrap();
    eprintln!("rebooted in {took:.2?}");
    rig.test(None).unwrap();
    assert_eq!(rig.world(), changed);
    assert_eq!(rig.sh("systemctl --failed --no-legend"), "");
    let run = rig.ticket.run.clone();
    for (step, _) in changes.iter().rev() {
        let back = AccessChange::Restore {
            run: run.clone(),
            step: StepId((*step).to_owned()),
        };
        rig.ticket.run = RunId("undo-1".to_owned());
        rig.ticket.epoch += 1;
        rig.order(&plan::driver::Order::TakeLease {
            ttl: model::units::Seconds(600),
        })
        .unwrap();
        rig.step(step)
            .commit(&back)
            .unwrap_or_else(|e| panic!("undo of {step}: {e}"));
        rig.order(&plan::driver::Order::ReleaseLease).unwrap();
        rig.ticket.run = run.clone();
        rig.order(&plan::driver::Order::TakeLease {
            ttl: model::units::Seconds(600),
        })
        .unwrap();
    }
    assert_eq!(rig.world(), start);
    rig.host.reboot().unwrap();
    assert_eq!(rig.world(), start);
}

fn what_was_changed_since_is_not_taken_back(rig: &mut Rig) {
    rig.step("web/sshd")
        .commit(&sshd("PermitRootLogin no\n"))
        .unwrap();
    rig.sh("echo 'X11Forwarding no' >> /etc/ssh/sshd_config.d/10-holdfast.conf");
    let back = AccessChange::Restore {
        run: rig.ticket.run.clone(),
        step: StepId("web/sshd".to_owned()),
    };
    rig.step("web/undo").arm(&back, 30).unwrap();
    let why = invalid(rig.live(&back));
    assert!(why.contains("changed by something else since"), "{why}");
    rig.access(AccessOrder::Revert).unwrap();
    assert!(invalid(rig.step("web/sshd").arm(&back, 30)).contains("name of its own"));
    let missing = AccessChange::Restore {
        run: RunId("other".to_owned()),
        step: StepId("x".to_owned()),
    };
    assert!(invalid(rig.arm(&missing, 30)).contains("saved nothing"));
    // Not past commit-confirm either.
    let plain = Action::RestoreSaved {
        run: rig.ticket.run.clone(),
        step: StepId("web/sshd".to_owned()),
    };
    assert!(matches!(
        rig.act(&plain),
        Err(ActError::Refused(Refusal::Unsupported(_)))
    ));
    assert!(matches!(
        rig.act(&Action::Access(back)),
        Err(ActError::Refused(Refusal::Unsupported(_)))
    ));
}

#[test]
fn orders_out_of_turn_are_refused() {
    let mut rig = Rig::new();
    let change = nft("tcp dport 22 accept");
    let other = sshd("PermitRootLogin no\n");
    let state = |s: &str| {
        Err(ActError::Refused(Refusal::Revert {
            state: s.to_owned(),
        }))
    };
    assert_eq!(rig.live(&change), state("idle"));
    assert_eq!(
        rig.access(AccessOrder::Persist { change: &change }),
        state("idle")
    );
    assert_eq!(rig.access(AccessOrder::Disarm), state("idle"));
    assert_eq!(rig.access(AccessOrder::Revert), state("idle"));
    rig.arm(&change, 60).unwrap();
    assert_eq!(rig.arm(&change, 60), state("armed"));
    assert_eq!(rig.live(&other), state("armed for another change"));
    assert!(invalid(rig.access(AccessOrder::Persist { change: &change })).contains("not live yet"));
    rig.live(&change).unwrap();
    rig.live(&change).unwrap();
    assert!(matches!(
        rig.test(Some("other")),
        Err(ActError::Failed { .. })
    ));
    rig.access(AccessOrder::Persist { change: &change })
        .unwrap();
    rig.access(AccessOrder::Persist { change: &change })
        .unwrap();
    rig.access(AccessOrder::Revert).unwrap();
    rig.access(AccessOrder::Revert).unwrap();
    assert_eq!(rig.live(&change), state("reverted"));
}

#[test]
fn killed_in_the_middle_of_any_order_nobody_is_shut_out_and_nothing_is_torn() {
    let mut rig = Rig::new();
    let lock = "/var/lib/holdfast/revert/lock";
    let good = [nft("tcp dport 22 accept"), sshd("PermitRootLogin no\n")];
    let start = rig.world();
    for n in 0..16u64 {
        let change = &good[(n % 2) as usize];
        let rig = rig.step(&format!("web/{n}"));
        let nonce = NONCE;
        let orders = [
            AccessOrder::Arm {
                change,
                revert_after: model::units::Seconds(60),
            },
            AccessOrder::Live { change, nonce },
            AccessOrder::Persist { change },
            AccessOrder::Disarm,
        ];
        let victim = (n / 2 % 4) as usize;
        let wait = Duration::from_millis(n * 37 % 400);
        for order in orders.iter().take(victim) {
            rig.access(order.clone()).unwrap();
        }
        let order = plan::driver::Order::Access(orders[victim].clone());
        let result = rig.killed(&order, 9, lock, wait);
        rig.test(None).unwrap();
        let state = rig.access(AccessOrder::Status).unwrap().values["state"].clone();
        let state = state.as_text().unwrap();
        eprintln!(
            "{n}: {} killed after {wait:?}: {state}, {:?}",
            ["arm", "live", "persist", "disarm"][victim],
            result.is_ok()
        );
        match state {
            "armed" => {
                rig.access(AccessOrder::Revert).unwrap();
                assert_eq!(rig.world(), start, "{n}");
            }
            // The watcher of a half armed revert finds nothing to do.
            "idle" => {
                rig.arm(change, 60).unwrap();
                rig.access(AccessOrder::Revert).unwrap();
                assert_eq!(rig.world(), start, "{n}");
            }
            "committed" => {
                // Settled by asking again.
                rig.access(AccessOrder::Disarm).unwrap();
                let back = AccessChange::Restore {
                    run: rig.ticket.run.clone(),
                    step: rig.ticket.step.clone(),
                };
                rig.step(&format!("undo/{n}")).commit(&back).unwrap();
                assert_eq!(rig.world(), start, "{n}");
            }
            other => panic!("{other}"),
        }
    }
}

#[test]
fn a_revert_that_is_killed_again_and_again_gets_done() {
    let mut rig = Rig::new();
    for (step, change) in [
        ("web/nft", nft("")),
        ("web/sshd", sshd("AllowUsers nobody\nPort 2222\n")),
    ] {
        let rig = rig.step(step);
        let before = rig.world();
        rig.arm(&change, 4).unwrap();
        let _ = rig.live(&change);
        // Every process of a revert that is caught at work dies, for six seconds after the deadline.
        let kills = rig.sh(
            "end=$(( $(cut -d. -f1 /proc/uptime) + 10 )); n=0\n\
             while [ $(cut -d. -f1 /proc/uptime) -lt $end ]; do\n\
             for p in $(ls -l /proc/[0-9]*/fd/9 2>/dev/null | grep -F holdfast/revert/lock | sed 's|.*/proc/\\([0-9]*\\)/fd/.*|\\1|'); do\n\
             sleep 0.0$(( n % 10 )); kill -9 $p 2>/dev/null && n=$((n + 1)); done; done; echo $n",
        );
        rig.wait_state("reverted", LIMIT);
        rig.test(None).unwrap();
        // The units may still be on their way out.
        let begun = Instant::now();
        while rig.world() != before && begun.elapsed() < LIMIT {}
        assert_eq!(rig.world(), before);
        eprintln!("{step}: reverted in spite of {kills} kills");
    }
}
