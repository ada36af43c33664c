//! Real tunnels of wireguard-go on a host: what is known of them, what stays on the host, and what is known when they cannot be asked.

use crate::rig::{driver, driver_as};
use drivers::linux::observer;
use jiff::Timestamp;
use model::fact::{Completeness, FactKind, FactPath, Scope, TargetFacts};
use plan::driver::Driver;
use testkit::host::TestHost;
use testkit::tools::{self, Tunnel};

const KIND: FactKind = FactKind::WireGuard;

fn scope() -> Scope {
    let mut scope = Scope::default();
    scope.collections.insert(KIND);
    scope
}

fn look(host: &TestHost) -> TargetFacts {
    driver(host, None).observe(&scope(), Timestamp::UNIX_EPOCH)
}

fn seen(facts: &TargetFacts, key: &str) -> String {
    facts.seen(&FactPath::new(KIND, key)).to_string()
}

/// Why not all is known; empty if it is.
fn gap(facts: &TargetFacts) -> String {
    match facts.collections.get(&KIND) {
        Some(Completeness::Yes(_)) => String::new(),
        Some(Completeness::No(reason)) => reason.0.clone(),
        None => "not observed".to_owned(),
    }
}

#[test]
fn tunnels_are_known_and_no_secret_key_leaves_the_host() {
    let host = TestHost::fresh();
    let none = look(&host);
    assert_eq!(
        (gap(&none).as_str(), seen(&none, "wg0").as_str()),
        ("", "absent")
    );

    let tunnel = tools::tunnel(&host);
    let [public, peer] = &tunnel.public;
    let facts = look(&host);
    assert_eq!(gap(&facts), "");
    assert_eq!(
        seen(&facts, "wg0"),
        format!("peers=1 port=51820 public={public}")
    );
    let key = FactPath::new(KIND, format!("wg0/{peer}"));
    let value = facts.seen(&key);
    let value = value.value().unwrap_or_else(|| panic!("{value}"));
    let text = |field: &str| value.field(field).map(ToString::to_string);
    for (field, want) in [
        ("allowed", Some("[10.9.0.2/32, fd00:9::2/128]")),
        ("endpoint", Some("127.0.0.1:51821")),
        ("preshared", Some("true")),
        ("keepalive", None),
    ] {
        assert_eq!(text(field).as_deref(), want, "{field}");
    }
    let number = |field: &str| value.field(field).and_then(model::value::Value::as_int);
    assert!(number("handshake").is_some_and(|at| at > 1_700_000_000));
    assert!(number("age").is_some_and(|age| (0..600).contains(&age)));
    assert!(number("received").is_some_and(|n| n > 0) && number("sent").is_some_and(|n| n > 0));
    let other = seen(&facts, &format!("wg1/{public}"));
    assert!(other.contains("keepalive=1"), "{other}");
    // Packets go on, and the world stays the same.
    assert_eq!(look(&host).digest(), facts.digest());
    let kept = serde_json::to_string(&facts).unwrap();
    assert!(tunnel.secret.iter().all(|key| !kept.contains(key)));

    by_the_observer_script(&host, &facts, &tunnel);
    without_rights_or_tools(&host);
    what_does_not_answer_is_unknown(&host);
}

/// The account that may do nothing else sees the same, and what root's script prints to it has no secret key.
fn by_the_observer_script(host: &TestHost, whole: &TargetFacts, tunnel: &Tunnel) {
    host.exec_sh(
        "useradd --system --create-home --home-dir /var/lib/holdfast-observe --shell /bin/sh holdfast-observe
        install -D -m 600 -o holdfast-observe -g holdfast-observe /home/admin/.ssh/authorized_keys /var/lib/holdfast-observe/.ssh/authorized_keys
        chown holdfast-observe: /var/lib/holdfast-observe/.ssh",
    )
    .unwrap();
    // Without the script, it does not see who keeps tunnels: not that there are none.
    let limited =
        || driver_as(Some(observer::LOGIN), host).observe(&scope(), Timestamp::UNIX_EPOCH);
    for (mode, why) in [("755", "Permission denied"), ("700", "only root sees")] {
        host.exec_sh(&format!("chmod {mode} /var/run/wireguard"))
            .unwrap();
        let blind = limited();
        assert!(gap(&blind).contains(why), "{}", gap(&blind));
        let seen = seen(&blind, "wg0");
        assert!(seen.starts_with("unknown ("), "{seen}");
    }

    host.exec_sh("install -d -m 755 /usr/local/lib/holdfast")
        .unwrap();
    host.put_file(observer::PATH, 0o755, observer::script().as_bytes())
        .unwrap();
    let rule = format!("{}\n", observer::sudoers(observer::LOGIN));
    host.put_file("/etc/sudoers.d/holdfast-observe", 0o440, rule.as_bytes())
        .unwrap();
    let facts = limited();
    assert_eq!(facts.errors, [""; 0]);
    assert_eq!(gap(&facts), "");
    assert_eq!(facts.digest(), whole.digest());
    let ask = "printf '@nonce 00\\n@ask wireguard =wireguard\\n' | runuser -u holdfast-observe -- sudo -n";
    let raw = host
        .exec_sh(&format!("{ask} {} 2>&1", observer::PATH))
        .unwrap();
    assert!(raw.contains(&tunnel.public[1]), "{raw}");
    assert!(
        tunnel.secret.iter().all(|key| !raw.contains(key)),
        "a secret key was printed"
    );
}

fn without_rights_or_tools(host: &TestHost) {
    host.exec_sh("mv /usr/bin/wg /usr/bin/wg.away").unwrap();
    let facts = look(host);
    host.exec_sh("mv /usr/bin/wg.away /usr/bin/wg").unwrap();
    assert_eq!(seen(&facts, "wg0"), "unknown (wg is not installed)");
    assert!(
        gap(&facts).contains("wg is not installed"),
        "{}",
        gap(&facts)
    );
}

/// A program that hangs, and one that is gone and left its socket, which stays where it is.
fn what_does_not_answer_is_unknown(host: &TestHost) {
    host.exec_sh("systemctl kill --signal STOP wg0").unwrap();
    let facts = look(host);
    host.exec_sh("systemctl kill --signal CONT wg0; systemctl kill --signal KILL wg1")
        .unwrap();
    assert_eq!(
        seen(&facts, "wg0"),
        "unknown (its program did not answer within 10 s)"
    );
    assert!(gap(&facts).contains("interface wg0"), "{}", gap(&facts));
    assert!(
        seen(&facts, "wg1").contains("port=51821"),
        "{}",
        seen(&facts, "wg1")
    );
    host.exec_sh("until ! [ -e /sys/class/net/wg1 ]; do :; done")
        .unwrap();
    let facts = look(host);
    assert_eq!(
        (gap(&facts).as_str(), seen(&facts, "wg1").as_str()),
        ("", "absent")
    );
    let left = host.exec_sh("ls /var/run/wireguard/").unwrap();
    assert!(left.contains("wg1.sock"), "{left}");
}
