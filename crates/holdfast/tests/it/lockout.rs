//! Nobody stays locked out: changes of the ways in that go wrong, made through the front door on a real host.
//!
//! Each stratum has its own host. Two trials of each are made every day and all of them with `HOLDFAST_FULL`. The machine's
//! wall clock cannot be stepped for one host only; see [`the_wall_clock_says_nothing`].

mod field;

use field::{Field, Moment, REVERT_AFTER, Trial, count, some};

const OPEN: &str = "      - port: 22/tcp\n        from: lan\n";
const CLOSED: &str = "      - port: 443/tcp\n        from: lan\n";
const FIREWALL: &str = "    firewall: {table: holdfast}\n";
const SSHD: &str = "    sshd:\n";
const USERS: &str = "      AllowUsers: [admin, anna]\n";
const NETWORKS: &str = "\nhosts:\n";

fn rules(table: &str, rules: &[&str]) -> String {
    let quoted: Vec<String> = rules.iter().map(|r| format!("'{r}'")).collect();
    format!(
        "    firewall: {{table: {table}, rules: [{}]}}\n",
        quoted.join(", ")
    )
}

/// A trial with further lines for sshd.
fn sshd(lines: &str) -> Trial {
    let added = lines
        .lines()
        .map(|l| format!("      {l}\n"))
        .collect::<String>();
    Trial::new(
        &format!("sshd {lines}"),
        &[(SSHD, &format!("{SSHD}{added}"))],
    )
}

/// A trial with another list of users for sshd.
fn users(line: &str) -> Trial {
    Trial::new(
        &format!("sshd {line}"),
        &[(USERS, &format!("      {line}\n"))],
    )
}

/// A trial that closes the port but for these rules.
fn only(rule: &str) -> Trial {
    Trial::new(
        &format!("only {rule}"),
        &[(OPEN, CLOSED), (FIREWALL, &rules("holdfast", &[rule]))],
    )
}

/// A trial in which only one network gets in.
fn only_from(subnet: &str) -> Trial {
    let network = format!("  elsewhere: {{subnet: {subnet}}}\n{NETWORKS}");
    let open = OPEN.replace("lan", "elsewhere");
    Trial::new(
        &format!("only from {subnet}"),
        &[(NETWORKS, &network), (OPEN, &open)],
    )
}

#[test]
fn drop_all() {
    let rig = crate::rig::Rig::enrolled();
    let mut field = Field::of(rig);
    field.settle_on(&[(FIREWALL, "")]);
    // Connections that began unwatched are not taken for established, so the new table cuts them as well.
    field.sh(
        "nft add table inet load; nft 'add chain inet load c; add rule inet load c ct state new'; \
              echo 0 > /proc/sys/net/netfilter/nf_conntrack_tcp_loose; nft delete table inet load",
    );
    let first = "    sysctl:\n";
    let shut = |name: &str, table: &str, open: &str, more: &[&str]| {
        Trial::new(
            name,
            &[
                (first, &format!("{}{first}", rules(table, more))),
                (OPEN, open),
            ],
        )
        .alone()
    };
    let from = |text: &str| OPEN.replace("lan", text);
    let trials = vec![
        shut("another port only", "holdfast", CLOSED, &[]),
        shut("loopback only", "lab", &from("loopback"), &[]),
        shut("udp only", "lab_2", &OPEN.replace("tcp", "udp"), &[]),
        shut(
            "dropped by name",
            "holdfast",
            CLOSED,
            &["tcp dport 22 drop"],
        ),
        shut(
            "reset",
            "holdfast",
            CLOSED,
            &["tcp dport 22 reject with tcp reset"],
        ),
        shut("counted and dropped", "x", CLOSED, &["counter drop"]),
        shut(
            "IPv6 only",
            "holdfast",
            CLOSED,
            &["meta nfproto ipv6 accept"],
        ),
        shut(
            "a network that is not ours",
            "holdfast",
            CLOSED,
            &["ip saddr 192.0.2.0/24 accept"],
        ),
    ];
    for trial in some(trials) {
        field.trial(&trial);
    }
}

#[test]
fn new_connections_dropped() {
    let field = Field::applied();
    let trials = vec![
        only("tcp dport 80 accept"),
        only("tcp dport 22 ct state established accept"),
        only("tcp dport 22 ct state new drop"),
        only("tcp dport 22 ct state new reject"),
        only("tcp dport != 22 accept"),
        only("tcp sport 22 accept"),
        only("udp dport 22 accept"),
        only("tcp dport 22 ct direction reply accept"),
    ];
    for trial in some(trials) {
        field.trial(&trial);
    }
}

#[test]
fn wrong_port() {
    let field = Field::applied();
    let elsewhere = format!("ListenAddress: '{}:2222'", field.rig.host.address());
    let trials = vec![
        sshd("Port: 2222"),
        sshd("ListenAddress: 127.0.0.1"),
        sshd("Port: 2022"),
        sshd("AddressFamily: inet6"),
        sshd(&elsewhere),
        sshd("ListenAddress: '[::1]:22'"),
        sshd("Port: 60022"),
        sshd("Port: 8022\nListenAddress: 0.0.0.0"),
    ];
    for trial in some(trials) {
        field.trial(&trial);
    }
}

#[test]
fn users_left_out() {
    let field = Field::applied();
    let trials = vec![
        users("AllowUsers: [anna]"),
        sshd("DenyUsers: admin"),
        sshd("AllowGroups: anna"),
        sshd("DenyGroups: sudo"),
        users("AllowUsers: [admin@192.0.2.1, anna]"),
        sshd("PubkeyAuthentication: no"),
        users("AllowUsers: ['adm?', anna]"),
        sshd("DenyUsers: '*'"),
    ];
    for trial in some(trials) {
        field.trial(&trial);
    }
}

#[test]
fn keys_removed() {
    let mut field = Field::applied();
    let new_key = |name: &str| {
        let path = field.rig.path(name);
        let mut keygen = std::process::Command::new("ssh-keygen");
        assert!(
            keygen
                .args(["-q", "-t", "ed25519", "-N", "", "-C", name, "-f"])
                .arg(&path)
                .status()
                .unwrap()
                .success()
        );
        let public = std::fs::read_to_string(path.with_extension("pub")).unwrap();
        format!("          - {}\n", public.trim())
    };
    let (ours, other, third) = (new_key("ours"), new_key("other"), new_key("third"));
    let old = std::fs::read_to_string(field.rig.host.admin_key().with_extension("pub")).unwrap();
    let old = format!("          - {}\n", old.trim());
    // A key that was given through the declaration is the only one left: what is declared decides who gets in.
    field.settle_on(&[(&old, &format!("{old}{ours}"))]);
    let config = std::fs::read_to_string(field.rig.host.ssh_config()).unwrap();
    let key = field.rig.host.admin_key().display().to_string();
    let mine = field.rig.path("ours").display().to_string();
    std::fs::write(field.rig.host.ssh_config(), config.replace(&key, &mine)).unwrap();
    field.sh("sed -i '/ours$/!d' /home/admin/.ssh/authorized_keys");
    field.settle_on(&[(&old, "")]);
    let exchanged = |name: &str, to: &str| Trial::new(name, &[(&ours, to)]);
    let trials = vec![
        exchanged("another key", &other),
        sshd("AuthorizedKeysFile: none"),
        exchanged("two other keys", &format!("{other}{third}")),
        sshd("AuthorizedKeysFile: /etc/ssh/keys/%u"),
        sshd("RevokedKeys: /home/admin/.ssh/authorized_keys"),
        sshd("PubkeyAcceptedAlgorithms: rsa-sha2-512"),
        Trial::new("no key", &[(&format!("        keys:\n{ours}"), "")]),
        exchanged("a third key", &third),
    ];
    for trial in some(trials) {
        field.trial(&trial);
    }
}

#[test]
fn rejected_by_sshd() {
    let field = Field::applied();
    let trials = vec![
        sshd("Ciphers: rot13").refused("rot13"),
        sshd("MaxStartups: some").refused(""),
        sshd("KexAlgorithms: shout").refused("shout"),
        sshd("IPQoS: rapid").refused(""),
        sshd("RekeyLimit: often").refused(""),
        sshd("PermitOpen: anywhere").refused(""),
        sshd("StreamLocalBindMask: 9999").refused(""),
        sshd("HostKeyAlgorithms: ssh-rot13").refused(""),
    ];
    for trial in some(trials) {
        field.trial(&trial);
    }
}

#[test]
fn default_route_gone() {
    let field = Field::applied();
    let gateway = field.rig.host.gateway();
    let own = field.rig.host.address();
    let route = |via: &str| {
        let good = format!("    default_route: {gateway}\n");
        Trial::new(
            &format!("default route via {via}"),
            &[(&good, &format!("    default_route: {via}\n"))],
        )
    };
    let size = 1_u32 << (32 - field.rig.host.prefix());
    let base = gateway.to_bits() & !(size - 1);
    let free = (base + 1..base + size - 1).map(std::net::Ipv4Addr::from_bits);
    let mut free = free
        .filter(|a| *a != gateway && *a != own)
        .map(|a| route(&a.to_string()).alone());
    // A segment where nobody answers.
    let dead = |via: &str| {
        route(via).alone().with(
            "ip route add 198.51.100.0/24 dev eth0",
            "ip route del 198.51.100.0/24 dev eth0",
        )
    };
    let mut trials: Vec<Trial> = free.by_ref().take(1).collect();
    trials.push(route("203.0.113.1").refused(""));
    trials.extend(free.take(3));
    trials.extend([
        dead("198.51.100.1"),
        dead("198.51.100.77"),
        dead("198.51.100.254"),
    ]);
    for trial in some(trials) {
        field.trial(&trial);
    }
}

#[test]
fn only_the_controller_cut() {
    let field = Field::applied();
    let (controller, vantage) = (field.rig.host.controller(), field.rig.host.vantage());
    let trials = vec![
        only(&format!("ip saddr != {controller} tcp dport 22 accept")),
        users(&format!("AllowUsers: [admin@{vantage}, anna]")),
        only_from(&format!("{vantage}/32")),
        only(&format!(
            "ip saddr {{ {vantage}, 192.0.2.7 }} tcp dport 22 accept"
        )),
        only(&format!("ip saddr {vantage}-10.77.1.9 tcp dport 22 accept")),
        sshd(&format!("DenyUsers: admin@{controller}")),
        only_from(&format!("{vantage}/31")),
        users(&format!("AllowUsers: [admin@{vantage}/31, anna]")),
    ];
    let vantage = vantage.to_string();
    for trial in some(trials) {
        let before = field.world();
        // The controller is gone before it can test, so that the change stays until its deadline.
        let run = field.killed_at(&trial, "25", &Moment::Phase("test"));
        let mut ssh = std::process::Command::new("ssh");
        ssh.arg("-F").arg(field.rig.host.ssh_config()).args([
            "-b",
            &vantage,
            "web",
            "--",
            "sudo -n true",
        ]);
        let elsewhere = ssh.output().unwrap();
        let here = field.rig.host.ssh("true").unwrap();
        assert_eq!(
            field.state(),
            "armed",
            "{}: the deadline passed too early to see anything",
            trial.name
        );
        assert!(
            elsewhere.status.success(),
            "{}: {}",
            trial.name,
            String::from_utf8_lossy(&elsewhere.stderr)
        );
        assert!(
            !here.status.success(),
            "{}: the controller is not cut",
            trial.name
        );
        field.wait_as(&before);
        field.gets_in();
        assert_eq!(field.state(), "reverted", "{}", trial.name);
        eprintln!(
            "{}: reverted by itself; the other address had a way in",
            trial.name
        );
        field.tidy_up(&trial, &run, &before);
    }
}

#[test]
fn good_live_but_bad_at_reboot() {
    let field = Field::applied();
    let unit = "/etc/systemd/system/holdfast-nft.service";
    let more = |rule: &str| Trial::new(rule, &[(FIREWALL, &rules("holdfast", &[rule]))]);
    let key = "/etc/ssh/ssh_host_ed25519_key";
    let trials = vec![
        more("tcp dport 8443 accept").because("masked").with(
            &format!("mv {unit} /root/kept; ln -s /dev/null {unit}; systemctl daemon-reload"),
            &format!("mv -fT /root/kept {unit}; systemctl daemon-reload"),
        ),
        more("iif \"eth0\" tcp dport 22 accept").refused("boot"),
        sshd("LoginGraceTime: 30").refused("another file sets it first").with(
            "sed -i '1i LoginGraceTime 77' /etc/ssh/sshd_config; systemctl reload ssh",
            "sed -i 1d /etc/ssh/sshd_config; systemctl reload ssh",
        ),
        // Marks come from a table that no boot loads.
        Trial::new("rests on another table", &[(OPEN, CLOSED), (FIREWALL, &rules("holdfast", &["meta mark 7 accept"]))]).refused("mark").with(
            "nft 'add table inet marks; add chain inet marks c { type filter hook input priority -150; }; \
             add rule inet marks c tcp dport 22 meta mark set 7'",
            "nft delete table inet marks",
        ),
        more("tcp dport 8444 accept").because("boot").with(
            "mkdir -p /etc/systemd/system/holdfast-nft.service.d; \
             printf '[Unit]\\nConditionPathExists=/nowhere\\n' > /etc/systemd/system/holdfast-nft.service.d/x.conf; systemctl daemon-reload",
            "rm -r /etc/systemd/system/holdfast-nft.service.d; systemctl daemon-reload",
        ),
        sshd("MaxAuthTries: 5").because("boot").with(
            "systemctl disable ssh.service",
            "systemctl enable ssh.service",
        ),
        sshd("HostKey: /run/host_key").refused("reboot").with(&format!("cp -a {key} /run/host_key"), "rm /run/host_key"),
        sshd("AuthorizedKeysFile: /run/keys/%u").refused("reboot").with(
            "mkdir -p /run/keys; cp -a /home/admin/.ssh/authorized_keys /run/keys/admin",
            "rm -r /run/keys",
        ),
    ];
    for trial in some(trials) {
        field.trial(&trial);
    }
}

#[test]
fn reboot_while_armed() {
    let field = Field::applied();
    let dead = format!("    default_route: {}\n", field.rig.host.gateway());
    let nowhere = "    default_route: 198.51.100.9\n";
    let trials = vec![
        (only("tcp dport 80 accept"), Moment::Phase("test")),
        (users("AllowUsers: [anna]"), Moment::Phase("test")),
        (
            Trial::new("no way back", &[(&dead, nowhere)])
                .with("ip route add 198.51.100.0/24 dev eth0", ""),
            Moment::Phase("test"),
        ),
        (sshd("Port: 2222"), Moment::Phase("test")),
        // Good ones, which nobody has confirmed.
        (sshd("MaxAuthTries: 5"), Moment::Phase("persist")),
        (
            Trial::new(
                "good",
                &[(FIREWALL, &rules("holdfast", &["tcp dport 8443 accept"]))],
            ),
            Moment::Phase("persist"),
        ),
        (
            only("tcp dport 22 ct state established accept"),
            Moment::Phase("live"),
        ),
        (
            sshd("DenyUsers: admin"),
            Moment::Host("grep -qx armed /var/lib/holdfast/revert/state"),
        ),
    ];
    let number = count(trials.len(), 2);
    for (trial, moment) in trials.into_iter().take(number) {
        let before = field.world();
        let run = field.killed_at(&trial, "600", &moment);
        field.sh("grep -qx -e armed /var/lib/holdfast/revert/state");
        field.rig.host.reboot_unreachable().unwrap();
        field.gets_in();
        assert_eq!(field.state(), "reverted", "{}", trial.name);
        field.wait_as(&before);
        eprintln!("{}: reverted by the boot", trial.name);
        field.tidy_up(&trial, &run, &before);
    }
}

/// The machine's wall clock is shared by all its hosts and is left alone. Instead `date` lies on this host, the times of
/// all files that the revert rests on jump while it is armed, and the host's uptime must be past the deadline, and not
/// before it, when the change is taken back. The fake world of the protocol's own tests steps its clock for real.
#[test]
fn the_wall_clock_says_nothing() {
    let field = Field::applied();
    let liar = |says: &str| {
        format!(
            "[ -e /usr/bin/date.true ] || cp -a /usr/bin/date /usr/bin/date.true; rm -f /usr/bin/date; \
             printf '#!/bin/sh\\n{says}\\n' > /usr/bin/date; chmod 755 /usr/bin/date; cp -a /usr/bin/date /usr/local/bin/date"
        )
    };
    let truth = "rm -f /usr/local/bin/date; mv -f /usr/bin/date.true /usr/bin/date";
    let trials = vec![
        (only("tcp dport 80 accept"), "echo 0", "1970-01-02"),
        (users("AllowUsers: [anna]"), "echo 4102444800", "2100-01-01"),
        (sshd("Port: 2222"), "exit 1", "2037-12-31"),
        (sshd("DenyUsers: admin"), "echo -1", "1971-01-01"),
        (sshd("ListenAddress: 127.0.0.1"), "echo 1e9", "2001-09-09"),
        (
            only("udp dport 22 accept"),
            "cat /proc/sys/kernel/random/uuid",
            "2099-01-01",
        ),
        (sshd("PubkeyAuthentication: no"), "sleep 300", "2000-01-01"),
        (only("tcp sport 22 accept"), "kill -9 $PPID", "2030-01-01"),
    ];
    let number = count(trials.len(), 2);
    for (trial, says, jump) in trials.into_iter().take(number) {
        let before = field.world();
        let run = field.killed_at(&trial, REVERT_AFTER, &Moment::Phase("test"));
        let times = field.sh(&format!(
            "{}; cd /var/lib/holdfast/revert; find . -exec touch -d {jump} {{}} +; touch -d {jump} /proc/1 2>/dev/null || :; \
             deadline=$(sed -n s/^deadline=//p order); while grep -qx armed state; do sleep 0.05; done; \
             read -r up rest < /proc/uptime; echo $deadline $(( ${{up%.*}} * 100 + 1${{up#*.}} - 100 ))",
            liar(says)
        ));
        let (deadline, back) = times.split_once(' ').unwrap();
        let (deadline, back): (u64, u64) = (deadline.parse().unwrap(), back.parse().unwrap());
        assert!(
            deadline <= back,
            "{}: taken back at {back}, due at {deadline}",
            trial.name
        );
        field.wait_as(&before);
        field.gets_in();
        assert_eq!(field.state(), "reverted", "{}", trial.name);
        eprintln!(
            "{}: reverted {} ms after its deadline",
            trial.name,
            (back - deadline) * 10
        );
        field.sh(truth);
        field.tidy_up(&trial, &run, &before);
    }
}

#[test]
fn controller_killed() {
    let field = Field::applied();
    let good = |n: u16| {
        Trial::new(
            "good rule",
            &[(
                FIREWALL,
                &rules("holdfast", &[&format!("tcp dport {n} accept")]),
            )],
        )
    };
    let trials = vec![
        (only("tcp dport 80 accept"), Moment::Phase("live")),
        (users("AllowUsers: [anna]"), Moment::Phase("test")),
        (sshd("Port: 2222"), Moment::Phase("arm")),
        (good(8001), Moment::Phase("persist")),
        (good(8002), Moment::Phase("disarm")),
        (
            sshd("DenyUsers: admin"),
            Moment::Host("[ -e /var/lib/holdfast/revert/nonce ]"),
        ),
        (
            only("udp dport 22 accept"),
            Moment::Host("grep -qsx armed /var/lib/holdfast/revert/state"),
        ),
        (sshd("ListenAddress: 127.0.0.1"), Moment::Phase("pretest")),
        (users("AllowUsers: [nobody]"), Moment::Begun),
    ];
    let number = count(trials.len(), 2);
    for (trial, moment) in trials.into_iter().take(number) {
        let before = field.world();
        let run = field.killed_at(&trial, REVERT_AFTER, &moment);
        if matches!(moment, Moment::Phase("disarm")) {
            // The order to keep it may have been on its way: then it stays, and whoever comes next takes it back.
            field.sh("timeout 120 sh -c 'while grep -qx armed /var/lib/holdfast/revert/state; do sleep 0.1; done'");
        } else {
            field.wait_as(&before);
        }
        field.gets_in();
        eprintln!("{} killed at {moment:?}: {}", trial.name, field.state());
        field.tidy_up(&trial, &run, &before);
        field.gets_in();
    }
}

#[test]
fn good_changes_stay() {
    let field = Field::applied();
    let keys: Vec<String> = (0..10)
        .map(|n| {
            let path = field.rig.path(&format!("key{n}"));
            let mut keygen = std::process::Command::new("ssh-keygen");
            keygen
                .args(["-q", "-t", "ed25519", "-N", "", "-C", "more", "-f"])
                .arg(&path);
            assert!(keygen.status().unwrap().success());
            let public = std::fs::read_to_string(path.with_extension("pub")).unwrap();
            format!("          - {}\n", public.trim())
        })
        .collect();
    let heading = "      anna:\n        keys:\n";
    let changes = count(30, 6);
    for n in 1..=changes {
        let (opened, tries, given) = (n.div_ceil(3), (n + 1) / 3, n / 3);
        let open: Vec<String> = (0..opened)
            .map(|p| format!("tcp dport {} accept", 8000 + p))
            .collect();
        let open: Vec<&str> = open.iter().map(String::as_str).collect();
        let more = if tries > 0 {
            format!("{SSHD}      LoginGraceTime: {}\n", 60 + tries)
        } else {
            SSHD.to_owned()
        };
        let given = format!("{heading}{}", keys[..given].concat());
        let edits = [
            (FIREWALL, rules("holdfast", &open)),
            (SSHD, more),
            (heading, given),
        ];
        let edits: Vec<(String, String)> =
            edits.into_iter().map(|(a, b)| (a.to_owned(), b)).collect();
        field.declare(&edits);
        let order = field.order();
        let ran = field.rig.apply(&["--json"]);
        assert_eq!(ran.code, 0, "change {n}: {}", ran.all());
        let report = ran.json();
        let steps = report["steps"].as_array().unwrap();
        assert!(
            steps.len() == 1 && steps[0]["outcome"]["done"].is_object(),
            "change {n}: {}",
            ran.all()
        );
        assert_eq!(field.state(), "committed", "change {n}");
        assert_ne!(field.order(), order, "change {n}");
        field.gets_in();
    }
    let kept = field.world();
    field.rig.host.reboot().unwrap();
    field.gets_in();
    assert_eq!(field.world(), kept);
    let again = field.rig.apply(&[]);
    assert!(
        again.code == 0 && again.stdout.contains("Nothing to do"),
        "{}",
        again.all()
    );
    eprintln!("{changes} good changes stay, also after a reboot");
}
