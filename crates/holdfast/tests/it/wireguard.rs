//! Declared tunnels against real ones: `drift` and `ports`.

use crate::ran::Ran;
use crate::rig::Rig;
use testkit::tools;

fn drift(rig: &Rig) -> (i32, Vec<String>) {
    let ran = rig.run(&["drift", rig.lab(), "--on", "real", "--json"]);
    let all = ran.differences().into_iter();
    let mine = all.filter(|l| l.contains(" wireguard:"));
    (ran.code, mine.collect())
}

fn declare(rig: &Rig, before: &str, after: &str) {
    rig.edit("lab/hosts.yaml", |text| {
        assert!(text.contains(before), "{before}: {text}");
        text.replacen(before, after, 1)
    });
}

fn ways(rig: &Rig) -> Ran {
    rig.run(&["ports", rig.lab(), "--on", "real", "--json"])
}

fn way(rig: &Rig) -> (String, String, String) {
    let rows = ways(rig).json();
    let mut all = rows.as_array().unwrap().iter();
    let row = all
        .find(|r| r["socket"] == "udp/0.0.0.0:51820")
        .unwrap_or_else(|| panic!("{rows:#}"));
    let text = |f: &str| row[f].as_str().unwrap().to_owned();
    (text("process"), text("state"), text("reason"))
}

#[test]
fn who_may_come_in_by_a_tunnel_is_held_against_the_declaration() {
    let rig = Rig::applied();
    assert_eq!(drift(&rig).1, [""; 0]);
    let tunnel = tools::tunnel(&rig.host);
    let [public, peer] = &tunnel.public;

    // Nothing is declared.
    let (code, found) = drift(&rig);
    assert_eq!(code, 1);
    assert_eq!(
        found,
        [
            "undeclared wireguard:wg0 | not declared | WireGuard, port 51820, 1 peer",
            "undeclared wireguard:wg1 | not declared | WireGuard, port 51821, 1 peer",
        ]
    );
    let named = "WireGuard wg0, 1 peer".to_owned();
    let undeclared = (
        named.clone(),
        "unjustified".to_owned(),
        "not declared".to_owned(),
    );
    assert_eq!(way(&rig), undeclared);

    // Declared as it is.
    let wg1 = format!(
        "wg1: {{port: 51821, peers: {{gw: {{key: {public}, allowed: [10.9.0.0/24], keepalive: 1s}}}}}}"
    );
    let wg0 = format!(
        "wg0: {{port: 51820, key: {public}, peers: {{phone: {{key: {peer}, allowed: [10.9.0.2, 'fd00:9::2/128']}}}}}}"
    );
    declare(
        &rig,
        "    os: debian\n",
        &format!("    os: debian\n    wireguard:\n      {wg0}\n      {wg1}\n"),
    );
    assert_eq!(drift(&rig).1, [""; 0]);
    declare(
        &rig,
        "    exposures:\n",
        "    exposures:\n      - {port: 51820/udp, why: phones on the road, owner: anna}\n",
    );
    let (process, state, reason) = way(&rig);
    assert_eq!((process, state.as_str()), (named, "declared"));
    assert_eq!(reason, "from any: phones on the road, owner anna");

    as_it_is_not(&rig, peer);
    let text = rig.run(&["drift", rig.lab(), "--on", "real"]);
    assert!(tunnel.secret.iter().all(|key| !text.all().contains(key)));
    who_cannot_be_asked_is_unknown(&rig);
}

/// Other keys, ports, subnets; peers too many and too few.
fn as_it_is_not(rig: &Rig, peer: &str) {
    let stranger = rig
        .host
        .exec_sh("key=$(wg genkey | wg pubkey); wg set wg0 peer $key allowed-ips 10.9.0.66/32; echo $key")
        .unwrap();
    declare(
        rig,
        "allowed: [10.9.0.2, 'fd00:9::2/128']",
        "allowed: [10.9.0.2/32]",
    );
    declare(rig, "wg1: {port: 51821", "wg1: {port: 51822");
    declare(rig, "keepalive: 1s", "keepalive: 25s");
    declare(
        rig,
        "peers: {phone:",
        "peers: {laptop: {key: xTIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp8Dg=}, phone:",
    );
    declare(
        rig,
        "    wireguard:\n",
        "    wireguard:\n      wg7: {port: 51827}\n",
    );
    let (code, found) = drift(rig);
    assert_eq!(code, 1);
    let keepalive = found.iter().find(|l| l.contains("keepalive")).unwrap();
    assert!(
        keepalive.ends_with("| peer gw: keepalive 25s | keepalive 1s"),
        "{keepalive}"
    );
    for want in [
        format!(
            "undeclared wireguard:wg0/{stranger} | not declared | a peer, allowed 10.9.0.66/32, no handshake yet"
        ),
        format!(
            "differs wireguard:wg0/{peer} | peer phone: allowed 10.9.0.2/32 | allowed 10.9.0.2/32, fd00:9::2/128"
        ),
        "missing wireguard:wg0/xTIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp8Dg= | peer laptop | absent"
            .to_owned(),
        "differs wireguard:wg1 | port 51822 | port 51821".to_owned(),
        "missing wireguard:wg7 | a WireGuard interface | absent".to_owned(),
    ] {
        assert!(found.contains(&want), "{want}: {found:#?}");
    }
    assert_eq!(found.len(), 6, "{found:#?}");
    // A peer whose key nobody knows may be any of those that are there.
    declare(
        rig,
        "key: xTIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp8Dg=",
        "key: unknown",
    );
    let (_, found) = drift(rig);
    let unknown = format!("unknown wireguard:wg0/{stranger} ");
    assert!(found.iter().any(|l| l.starts_with(&unknown)), "{found:#?}");
}

fn who_cannot_be_asked_is_unknown(rig: &Rig) {
    rig.host.exec_sh("mv /usr/bin/wg /root/wg").unwrap();
    let (_, found) = drift(rig);
    let why = "unknown (wg is not installed)";
    for want in [
        format!("unknown wireguard:wg0 | a WireGuard interface | {why}"),
        format!("unknown wireguard:wg1 | a WireGuard interface | {why}"),
    ] {
        assert!(found.contains(&want), "{want}: {found:#?}");
    }
    // What the kernel does not show is not there, whoever could be asked about the others.
    assert!(
        found.iter().all(|l| l.starts_with("unknown ")),
        "{found:#?}"
    );
    declare(
        rig,
        "    wireguard:\n",
        "    manage: {wireguard: ignore}\n    wireguard:\n",
    );
    let (_, found) = drift(rig);
    assert_eq!(found, [""; 0]);
}
