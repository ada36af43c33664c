//! Ways in: who answers for them, from where the rules let in, and what real connections say.

use crate::ran::Ran;
use crate::rig::Rig;
use serde_json::Value;

/// What Docker makes of `-p 8080:80`: a namespace behind an interface, the port led there before the input chain is asked, and a
/// forward chain that lets just that through.
const PUBLISH: &str = r#"
systemd-run -q --unit=box unshare -n nc -lk -p 80
until pid=$(systemctl show -p MainPID --value box) && [ "$pid" -gt 0 ] && [ "$(readlink /proc/$pid/ns/net)" != "$(readlink /proc/1/ns/net)" ]; do :; done
ip link add docker0 type veth peer name eth0 netns "$pid"
ip addr add 172.17.0.1/16 dev docker0
ip link set docker0 up
in_box() { nsenter -n -t "$pid" "$@"; }
in_box ip addr add 172.17.0.2/16 dev eth0
in_box ip link set eth0 up
in_box ip route add default via 172.17.0.1
sysctl -qw net.ipv4.ip_forward=1
nft -f - <<'END'
table ip nat {
    chain DOCKER {
        iifname "docker0" counter return
        iifname != "docker0" tcp dport 8080 counter dnat to 172.17.0.2:80
    }
    chain PREROUTING {
        type nat hook prerouting priority dstnat; policy accept;
        fib daddr type local counter jump DOCKER
    }
}
table ip filter {
    chain DOCKER {
        ip daddr 172.17.0.2 iifname != "docker0" oifname "docker0" tcp dport 80 counter accept comment "hunter2"
    }
    chain FORWARD {
        type filter hook forward priority filter; policy drop;
        oifname "docker0" ct state related,established counter accept
        oifname "docker0" counter jump DOCKER
        iifname "docker0" counter accept
    }
}
END
until in_box ss -Hltn | grep -q :80; do :; done
"#;

fn ports(rig: &Rig, more: &[&str]) -> Ran {
    let mut arguments = vec!["ports", rig.lab(), "--on", "real"];
    arguments.extend(more);
    rig.run(&arguments)
}

fn row<'a>(rows: &'a Value, socket: &str) -> &'a Value {
    let all = rows.as_array().unwrap().iter();
    let mut found = all.filter(|r| r["socket"] == socket);
    found.next().unwrap_or_else(|| panic!("{socket}: {rows:#}"))
}

/// `lan yes, elsewhere no`.
fn reach(row: &Value) -> String {
    let each = row["reach"].as_array().unwrap().iter();
    let words = each.map(|r| {
        format!(
            "{} {}",
            r["from"].as_str().unwrap(),
            r["reachable"].as_str().unwrap()
        )
    });
    words.collect::<Vec<_>>().join(", ")
}

/// What came of the connection from the controller: `open, rules say yes`.
fn tried(row: &Value) -> String {
    let all = row["probes"].as_array().unwrap().iter();
    let one = all
        .filter(|p| p["from"] == "controller")
        .collect::<Vec<_>>();
    let [one] = one.as_slice() else {
        panic!("{row:#}");
    };
    format!(
        "{}, rules say {}",
        one["outcome"].as_str().unwrap(),
        one["computed"].as_str().unwrap()
    )
}

#[test]
fn a_port_published_past_the_firewall_is_said_to_be_reachable_and_is() {
    let rig = Rig::applied();
    rig.host.exec_sh(PUBLISH).unwrap();
    let ran = ports(&rig, &["--probe", "--json"]);
    assert_eq!(ran.code, 1, "{}", ran.all());
    assert!(!ran.stdout.contains("hunter2"));
    let rows = ran.json();
    for (socket, state, reached, outcome) in [
        (
            "tcp/0.0.0.0:22",
            "declared",
            "lan yes, elsewhere no",
            "open, rules say yes",
        ),
        (
            "tcp/0.0.0.0:8081",
            "unjustified",
            "lan no, elsewhere no",
            "filtered, rules say no",
        ),
        (
            "tcp/*:8080",
            "unjustified",
            "lan yes, elsewhere yes",
            "open, rules say yes",
        ),
    ] {
        let row = row(&rows, socket);
        assert_eq!(row["state"], state, "{row:#}");
        assert_eq!(reach(row), reached, "{row:#}");
        assert_eq!(tried(row), outcome, "{row:#}");
    }
    let published = row(&rows, "tcp/*:8080");
    assert_eq!(published["process"], "led to 172.17.0.2:80");
    let first = &published["reach"][0];
    assert_eq!(
        (&first["led_to"], &first["past_input"]),
        (&"172.17.0.2:80".into(), &true.into())
    );
    let why = first["why"].as_str().unwrap();
    assert!(
        why.contains("ip/nat/DOCKER") && why.contains("ip/filter/DOCKER"),
        "{why}"
    );
    assert_eq!(
        row(&rows, "tcp/127.0.0.1:5432")["reach"],
        Value::Array(vec![])
    );

    // drift knows it, too, and nothing is left open by it.
    let drift = rig.run(&["drift", rig.lab(), "--on", "real", "--unknown"]);
    assert_eq!(drift.code, 1, "{}", drift.all());
    let flat = drift
        .stdout
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ");
    assert!(
        flat.contains("undeclared listener:tcp/*:8080 not declared process=led to 172.17.0.2:80"),
        "{}",
        drift.all()
    );
    assert!(!flat.contains("listener:* "), "{}", drift.all());

    let text = ports(&rig, &["--probe"]);
    let flat = text.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    for part in [
        "web tcp/*:8080 past the input chain, which denies it: led to 172.17.0.2:80 by",
        "3 connections tried, 0 not as the rules say",
    ] {
        assert!(flat.contains(part), "{part}: {}", text.all());
    }
    rules_and_packets_disagree(&rig);
    rules_that_nobody_understands(&rig);
}

/// The rules let it in, and nobody is there any more.
fn rules_and_packets_disagree(rig: &Rig) {
    // The namespace stays, without a server in it.
    let stay = "systemd-run -q --unit=stay nsenter -n -t $(systemctl show -p MainPID --value box) sleep 1000; \
        until [ \"$(readlink /proc/$(systemctl show -p MainPID --value stay)/ns/net)\" = \"$(readlink /proc/$(systemctl show -p MainPID --value box)/ns/net)\" ]; do :; done; \
        systemctl stop box";
    rig.host.exec_sh(stay).unwrap();
    let rows = ports(rig, &["--probe", "--json"]).json();
    let published = row(&rows, "tcp/*:8080");
    assert_eq!(tried(published), "closed, rules say yes", "{published:#}");
    let why = published["probes"][0]["disagrees"].as_str().unwrap();
    assert!(
        why.starts_with("refused, though the rules say yes"),
        "{why}"
    );
}

/// A rule in front that is not understood makes the answer unknown, and never wrong.
fn rules_that_nobody_understands(rig: &Rig) {
    rig.host
        .exec_sh("nft insert rule inet holdfast input tcp dport 8081 ip dscp cs1 accept")
        .unwrap();
    let rows = ports(rig, &["--json"]).json();
    assert_eq!(
        reach(row(&rows, "tcp/0.0.0.0:8081")),
        "lan unknown, elsewhere unknown"
    );
    assert_eq!(reach(row(&rows, "tcp/0.0.0.0:22")), "lan yes, elsewhere no");
    rig.host
        .exec_sh("mv /usr/sbin/nft /usr/sbin/nft.away")
        .unwrap();
    let rows = ports(rig, &["--json"]).json();
    let row = row(&rows, "tcp/0.0.0.0:22");
    assert_eq!(reach(row), "lan unknown, elsewhere unknown");
    assert_eq!(row["reach"][0]["why"], "nft is not installed");
}
