//! What is not declared is looked up among the facts; what is neither is unknown and never a pass.

use crate::support::check;
use diag::{Diagnostic, Severity};
use model::fact::{Fact, FactKind, FactPath, Facts, Seen};
use model::kleene::Reason;
use model::realm::Realm;
use std::collections::BTreeMap;

const LAB: &str = "format: 1\nlab: x\nhosts: {web: {}}\n";

fn facts(values: &[(&str, Seen)]) -> Facts {
    let mut web = crate::sighting::answered("web");
    web.facts = values
        .iter()
        .map(|(key, seen)| {
            let fact = Fact {
                seen: seen.clone(),
                source: "sshd -T".into(),
            };
            (FactPath::new(FactKind::Sshd, *key), fact)
        })
        .collect();
    let targets = BTreeMap::from([("web".to_owned(), web)]);
    Facts {
        format: model::fact::FORMAT,
        realm: Realm::Real,
        targets,
    }
}

fn verdicts(facts: Option<&Facts>, code: &str) -> Vec<(Severity, String)> {
    let (findings, _) = check(LAB, facts);
    let of = |d: &Diagnostic| (d.code == code).then(|| (d.severity, d.message.clone()));
    findings.iter().filter_map(of).collect()
}

#[test]
fn neither_declared_nor_observed_is_unknown() {
    for (code, count) in [("ssh-root-login", 1), ("ssh-password-login", 2)] {
        let verdicts = verdicts(None, code);
        assert_eq!(verdicts.len(), count);
        assert!(
            verdicts
                .iter()
                .all(|(s, m)| *s == Severity::Info && m.starts_with("unknown: "))
        );
    }
    let unread = facts(&[(
        "permitrootlogin",
        Seen::Unknown(Reason::new("sshd: denied")),
    )]);
    assert_eq!(
        verdicts(Some(&unread), "ssh-root-login")[0].0,
        Severity::Info
    );
}

#[test]
fn observed_values_are_judged() {
    let present = |v: &str| Seen::Present(v.into());
    for (value, expected) in [
        ("no", None),
        ("yes", Some(Severity::Error)),
        ("without-password", Some(Severity::Warning)),
    ] {
        let facts = facts(&[("permitrootlogin", present(value))]);
        let verdict = verdicts(Some(&facts), "ssh-root-login");
        assert_eq!(verdict.first().map(|v| v.0), expected, "{value}");
    }
    let facts = facts(&[
        ("passwordauthentication", present("yes")),
        ("kbdinteractiveauthentication", present("no")),
    ]);
    let verdict = verdicts(Some(&facts), "ssh-password-login");
    assert_eq!(verdict.len(), 1);
    assert_eq!(verdict[0].0, Severity::Error);
}

#[test]
fn a_password_that_is_not_a_reference_is_not_called_missing() {
    let text = "format: 1\nlab: x\nrepositories: {usb: {location: /mnt/usb, password: PASSWORD}}\n";
    let mut sources = diag::SourceSet::default();
    sources.add("holdfast.yaml", text.replace("PASSWORD", "canary-9f3e"));
    let (lab, _) = lang::analyze(&sources);
    let today = crate::support::TODAY;
    let findings = rules::check(&rules::Context::new(&lab, today));
    assert_eq!(findings.len(), 1);
    assert!(
        findings[0]
            .message
            .starts_with("unknown: no reference says where")
    );
    // A finding knows nothing of the secret beside it; the renderer hides it all the same.
    let shown = diag::render::full(&findings, &sources, diag::render::Color::Never);
    assert!(!shown.contains("canary"), "{shown}");
}

/// A host of which a user was seen that nobody declared.
const STRANGER: &str = "format: 1
lab: x
hosts: {web: {reach: {ssh: web}, users: {anna: {}}}, nas: {reach: {ssh: nas}}}
";
const SEEN: &str = "# file: observed/web
all user by getent passwd
all key by authorized_keys
user:bob = {\"uid\": 1001, \"login\": true, \"shell\": \"/bin/bash\", \"password\": \"locked\"}
";

/// What the rules about what is observed say, each finding as its code and whether it is known.
fn told(text: &str) -> Vec<(String, bool)> {
    let (findings, _) = check(text, None);
    let of = |d: &&Diagnostic| rules::OBSERVED.iter().any(|r| r.id == d.code);
    let found = findings.iter().filter(of);
    found.map(|d| (d.code.clone(), !d.unknown)).collect()
}

#[test]
fn rules_about_what_is_observed_are_among_all() {
    assert!(rules::OBSERVED.is_sorted_by(|a, b| a.id < b.id));
    for rule in rules::OBSERVED {
        assert!(rules::explain(rule.id).is_some(), "{}", rule.id);
    }
}

#[test]
fn where_nobody_looked_there_is_no_result() {
    assert_eq!(told(STRANGER), []);
}

#[test]
fn what_was_looked_at_is_judged_and_what_was_not_is_unknown() {
    let found = told(&format!("{STRANGER}{SEEN}"));
    let has = |code: &str, known: bool| found.contains(&(code.to_owned(), known));
    assert!(has("user-undeclared", true), "{found:?}");
    // The other host never answered.
    assert!(has("obs-stale", false), "{found:?}");
    // Of kinds that were not asked for nothing is concluded.
    for code in [
        "port-unjustified",
        "sudo-undeclared",
        "patch-pending",
        "ctr-rights",
    ] {
        assert!(has(code, false) && !has(code, true), "{code}: {found:?}");
    }
}

#[test]
fn so_many_jobs_that_no_host_has_are_not_all_compared() {
    let mut text = "format: 1\nlab: x\nhosts: {nas: {}}\n# file: observed/nas\nall timer by systemctl show\nall cron by reading the tables of cron as root\n".to_owned();
    for n in 0..3_000 {
        let at = format!("{} {}", n % 60, n / 60 % 24);
        text.push_str(&format!(
            "cron:/etc/cron.d/x:{n} = {{\"when\": \"{at} * * *\", \"user\": \"root\", \"command\": \"rsync\", \"does\": [\"rsync\"]}}\n"
        ));
    }
    let (findings, _) = check(&text, None);
    let of_rule = findings.iter().filter(|d| d.code == "cron-overlap");
    let unknown: Vec<&Diagnostic> = of_rule.filter(|d| d.unknown).collect();
    let told = unknown.iter().flat_map(|d| &d.notes);
    let told: Vec<&String> = told.collect();
    assert!(
        told.iter().any(|n| n.contains("of which 100 are held")),
        "{unknown:#?}"
    );
}

#[test]
fn what_is_old_or_of_the_future_is_not_judged() {
    for (at, judged) in [
        ("2026-11-14T12:00:00Z", true),
        ("2026-11-14T11:59:59Z", false),
        ("2026-11-21T12:02:00Z", true),
        ("2026-11-21T12:02:01Z", false),
    ] {
        let seen = SEEN.replace("all user", &format!("at {at}\nall user"));
        let found = told(&format!("{STRANGER}{seen}"));
        let has = |code: &str| found.contains(&(code.to_owned(), true));
        assert_eq!(has("user-undeclared"), judged, "{at}: {found:?}");
        assert_eq!(has("obs-stale"), !judged, "{at}: {found:?}");
    }
}

#[test]
fn a_part_that_was_seen_to_be_wrong_is_told_beside_what_was_not_seen() {
    let part = SEEN.replace("all user by getent passwd", "part user because cut off");
    let found = told(&format!("{STRANGER}{part}"));
    for known in [true, false] {
        assert!(
            found.contains(&("user-undeclared".to_owned(), known)),
            "{found:?}"
        );
    }
}

#[test]
fn a_waiver_of_what_only_a_look_can_show_is_not_in_vain_without_one() {
    let waiver = "waivers: [{rule: user-undeclared, object: host/web, only: [bob], reason: r, owner: o, expires: 2027-01-01}]\n";
    let codes = |text: &str| {
        let (findings, _) = check(text, None);
        let of = findings.into_iter();
        of.map(|d| (d.code, d.severity)).collect::<Vec<_>>()
    };
    let unused = ("waiver-unused".to_owned(), Severity::Warning);
    assert!(!codes(&format!("{STRANGER}{waiver}")).contains(&unused));
    let waived = codes(&format!("{STRANGER}{waiver}{SEEN}"));
    let info = ("user-undeclared".to_owned(), Severity::Info);
    assert!(
        waived.contains(&info) && !waived.contains(&unused),
        "{waived:?}"
    );
    // All of it was looked at, and nothing is there to be waived.
    let one = STRANGER.replace(", nas: {reach: {ssh: nas}}", "");
    let gone = SEEN.replace("user:bob", "user:anna");
    assert!(codes(&format!("{one}{waiver}{gone}")).contains(&unused));
}

#[test]
fn a_declared_setting_that_the_host_does_not_have_is_told() {
    let lab = "format: 1\nlab: x\nhosts: {web: {sshd: {PermitRootLogin: no, PasswordAuthentication: no, KbdInteractiveAuthentication: no}}}\n";
    for (value, found) in [("no", 0), ("yes", 1)] {
        let seen = format!(
            "# file: observed/web\nall sshd by sshd -T\nsshd:permitrootlogin = \"{value}\"\nsshd:passwordauthentication = \"{value}\"\n"
        );
        let (findings, _) = check(&format!("{lab}{seen}"), None);
        for code in ["ssh-root-login", "ssh-password-login"] {
            let of: Vec<&Diagnostic> = findings.iter().filter(|d| d.code == code).collect();
            assert_eq!(of.len(), found, "{code} {value}: {of:#?}");
            let dated = |d: &&Diagnostic| d.notes.iter().any(|n| n.contains("observed 4h ago"));
            assert!(of.iter().all(dated), "{of:#?}");
        }
    }
}

#[test]
fn of_openwrt_nothing_is_known_by_the_defaults_of_openssh() {
    let seen = "# file: observed/web\nall host by /proc\nhost:os = \"openwrt 24.10.2\"\n";
    let sshd = "all sshd by sshd -T\nsshd:permitrootlogin = \"no\"\nsshd:passwordauthentication = \"no\"\nsshd:kbdinteractiveauthentication = \"no\"\n";
    for (about, seen, count) in [
        ("os: openwrt", String::new(), 1),
        // Declared for a server that does not run there.
        (
            "os: OpenWrt, sshd: {PermitRootLogin: no, PasswordAuthentication: no}",
            String::new(),
            1,
        ),
        ("", seen.to_owned(), 1),
        // An OpenSSH that somebody installed tells of itself.
        ("os: openwrt", format!("{seen}{sshd}"), 0),
    ] {
        let lab = format!("format: 1\nlab: x\nhosts: {{web: {{{about}}}}}\n{seen}");
        let (findings, _) = check(&lab, None);
        for code in ["ssh-root-login", "ssh-password-login"] {
            let of: Vec<&Diagnostic> = findings.iter().filter(|d| d.code == code).collect();
            assert_eq!(of.len(), count, "{code} {about}: {of:#?}");
            let unknown =
                |d: &&Diagnostic| d.unknown && d.notes.iter().all(|n| !n.contains("default is"));
            assert!(of.iter().all(unknown), "{of:#?}");
        }
    }
}

/// Each range counts, and the server is called what it is; an unbound for its own machine alone is nobody's server.
#[test]
fn name_servers_of_other_products_are_seen_by_the_rules() {
    let lab = "format: 1\nlab: x\nnetworks: {lan: {subnet: 192.168.1.0/24}, iot: {subnet: 192.168.20.0/24, dhcp: {server: router}}}\nhosts: {web: {addresses: {lan: 192.168.1.2}}}\ndevices: {router: {kind: router, addresses: {iot: 192.168.20.1}}}\ndns: {home.arpa: {primary: web, records: [{name: nas, type: A, value: 192.168.1.5}]}}\n# file: observed/web\nall dns by every process of the machine was looked at\n";
    let ranges = r#""dhcp": true, "dhcp_from": "192.168.1.100", "dhcp_to": "192.168.1.150", "dhcp_ranges": ["192.168.1.100-192.168.1.150", "192.168.20.100-192.168.20.150"]"#;
    let dnsmasq = format!(
        "dns:dnsmasq = {{\"runs\": \"host\", \"upstreams\": [\"192.168.1.77\"], {ranges}}}\n"
    );
    let nas = "dns:dnsmasq/host/*.home.arpa = {\"addresses\": [\"192.168.1.5\"]}\n";
    let unbound =
        "dns:unbound = {\"runs\": \"host\", \"local\": true, \"port\": 5335, \"upstreams\": []}\n";
    let (findings, _) = check(&format!("{lab}{dnsmasq}{nas}{unbound}"), None);
    let of = |code: &str| -> Vec<String> {
        let all = findings.iter().filter(|d| d.code == code);
        all.map(|d| d.message.clone()).collect()
    };
    assert_eq!(
        of("dhcp-two-servers"),
        [
            "dnsmasq on host 'web' hands out addresses in network 'iot', and device 'router' is declared to"
        ]
    );
    assert_eq!(
        of("dns-upstream"),
        ["dnsmasq on host 'web' asks 192.168.1.77, and nothing declared has that address"]
    );
    assert_eq!(of("dns-records"), [""; 0]);
    let (findings, _) = check(&format!("{lab}{unbound}"), None);
    assert!(
        findings.iter().all(|d| d.code != "dns-records"),
        "{findings:#?}"
    );
}

#[test]
fn text_of_a_host_stays_in_its_line() {
    let seen = SEEN.replace("user:bob", "user:b\u{1b}[2Jb\u{7}");
    let (findings, sources) = check(&format!("{STRANGER}{seen}"), None);
    let shown = diag::render::full(&findings, &sources, diag::render::Color::Never);
    assert!(
        shown.contains("user-undeclared") && !shown.contains(['\u{1b}', '\u{7}']),
        "{shown}"
    );
}

/// What is said of the host of the fixture of `cve-known-exploited`, changed by this: what it is unknown for, or that something was found.
fn exploited(from: &str, to: &str) -> String {
    let path =
        crate::support::repository().join("tests/broken/rules/cve-known-exploited/mended.yaml");
    let text = std::fs::read_to_string(path).unwrap();
    let text = crate::fixtures::body(&text);
    assert!(from.is_empty() || text.contains(from), "{from}");
    let (findings, _) = check(&text.replacen(from, to, 1), None);
    let of_rule = findings.iter().filter(|d| d.code == "cve-known-exploited");
    let said = of_rule.map(|d| match d.unknown {
        true => d.notes.join("; "),
        false => format!("{:?}", d.severity),
    });
    said.collect::<Vec<_>>().join(" | ")
}

#[test]
fn without_lists_or_with_old_ones_no_weakness_is_ruled_out() {
    assert_eq!(exploited("", ""), "");
    for (from, to, said) in [
        (
            "knowledge/weaknesses.json",
            "other.json",
            "no list of weaknesses that are known to be exploited was taken",
        ),
        (
            "\"dated\": \"2026-11-20\"",
            "\"dated\": \"2026-10-21\"",
            "Debian's list is of 2026-10-21, 31 days ago",
        ),
        ("\"dated\": \"2026-11-20\"", "\"dated\": \"2026-10-22\"", ""),
        (
            "\"dated\": \"2026-11-19\"",
            "\"dated\": \"2026-12-19\"",
            "which is yet to come",
        ),
        (
            "\"asked\": [\"CVE-2021-4034\", \"CVE-2024-6387\"]",
            "\"asked\": [\"CVE-2021-4034\"]",
            "CVE-2024-6387 was not on CISA's list yet when Debian's was taken",
        ),
        (
            "debian 12",
            "ubuntu 24.04",
            "it runs ubuntu 24.04, of which Debian's list says nothing",
        ),
        (
            "host:os = \"debian 12\"",
            "host:os unknown because cat: denied",
            "cat: denied",
        ),
        (
            "\"bookworm\": {\"since\": \"0.105-31.1\"}",
            "\"bookworm\": \"undetermined\"",
            "Debian does not know whether policykit-1 has CVE-2021-4034",
        ),
        (
            "\"bookworm\": {\"since\": \"0.105-31.1\"}",
            "\"buster\": {\"since\": \"0.105-31.1\"}",
            "whether policykit-1 122-3 has CVE-2021-4034 is not said of bookworm",
        ),
        (
            "policykit-1 122-3",
            "policykit-1 1_2",
            "'policykit-1 1_2' is no version",
        ),
        (
            "all source by dpkg-query -W",
            "part source because denied",
            "denied",
        ),
        (
            "\"6.1.0-40-amd64\"",
            "\"6.8.12-4-pve\"",
            "the kernel that runs, 6.8.12-4-pve, is of none of its packages",
        ),
    ] {
        let found = exploited(from, to);
        assert!(
            if said.is_empty() {
                found.is_empty()
            } else {
                found.contains(said)
            },
            "{to}: {found}"
        );
    }
}

/// Nothing is green because a version of somebody else is higher than the one in which Debian has mended it.
#[test]
fn a_version_that_debian_does_not_have_is_not_judged_by_its_list() {
    let openssh = "openssh 1:9.2p1-2+deb12u3";
    for (from, to, said) in [
        (
            openssh,
            "openssh 1:9.9p1-3~bpo12+1",
            "openssh 1:9.9p1-3~bpo12+1 has CVE-2024-6387: it is not a version of Debian's bookworm",
        ),
        (
            openssh,
            "openssh 1:9.9p1-3",
            "or the list, which has 1:9.2p1-2+deb12u3, is older than it",
        ),
        (
            openssh,
            "openssh 9.9p1-1",
            "it is not counted as 1:9.2p1-2+deb12u3 of Debian's bookworm is",
        ),
        // An update of the release that is newer than the list has what was mended then.
        (openssh, "openssh 1:9.2p1-2+deb12u4", ""),
        (
            "\"offered\"",
            "\"other\"",
            "policykit-1 122-3 has CVE-2021-4034: Debian's list names no version of bookworm",
        ),
    ] {
        let found = exploited(from, to);
        let fits = if said.is_empty() {
            found.is_empty()
        } else {
            found.contains(said)
        };
        assert!(fits, "{to}: {found}");
    }
}

#[test]
fn what_cisa_took_off_its_list_is_not_known_to_be_exploited() {
    let open = "{\"since\": \"1:9.2p1-2+deb12u3\"}";
    assert_eq!(exploited(open, "\"open\""), "Error");
    let path =
        crate::support::repository().join("tests/broken/rules/cve-known-exploited/broken.yaml");
    let text = crate::fixtures::body(&std::fs::read_to_string(path).unwrap());
    let entry = "\"CVE-2024-6387\": {\"name\": \"OpenSSH Race Condition\"";
    assert!(text.contains(entry));
    let text = text.replace(entry, "\"CVE-2000-0001\": {\"name\": \"x\"");
    let text = text.replace(
        "[\"CVE-2021-4034\", ",
        "[\"CVE-2000-0001\", \"CVE-2021-4034\", ",
    );
    let (findings, _) = check(&text, None);
    assert!(
        findings.iter().all(|d| d.code != "cve-known-exploited"),
        "{findings:#?}"
    );
}

/// Of the fixture in which openssh has a weakness, changed by this: the severity, what is noted of ports, and why it is unknown.
fn listening(changes: &[(&str, &str)]) -> String {
    let path =
        crate::support::repository().join("tests/broken/rules/cve-known-exploited/broken.yaml");
    let mut text = crate::fixtures::body(&std::fs::read_to_string(path).unwrap());
    for (from, to) in changes {
        assert!(text.contains(from), "{from}");
        text = text.replacen(from, to, 1);
    }
    let (findings, _) = check(&text, None);
    let of_rule = findings.iter().filter(|d| d.code == "cve-known-exploited");
    let said = of_rule.flat_map(|d| {
        let notes = d.notes.iter().filter(|n| n.contains("listens on"));
        let head = match d.unknown {
            true => "unknown".to_owned(),
            false => format!("{:?}", d.severity),
        };
        std::iter::once(head).chain(notes.cloned())
    });
    said.collect::<Vec<_>>().join(" | ")
}

#[test]
fn an_open_port_makes_a_weakness_worse() {
    assert_eq!(
        listening(&[]),
        "Error | openssh-server listens on tcp/0.0.0.0:22"
    );
    let local = ("tcp/0.0.0.0:22", "tcp/127.0.0.1:22");
    assert_eq!(listening(&[local]), "Warning");
    // A reason for the port does not open it to others.
    let declared = "web: {exposures: [{port: 22, why: people log in}]}";
    assert_eq!(listening(&[local, ("web: {}", declared)]), "Warning");
}

/// That nothing listens is known only where somebody looked.
#[test]
fn a_program_that_was_not_seen_may_listen() {
    let local = ("tcp/0.0.0.0:22", "tcp/127.0.0.1:22");
    let after = |line: &'static str| ("source:openssh", line);
    for (change, why) in [
        (
            ("all listener by ss -tulpn", "part listener because denied"),
            "denied",
        ),
        (
            ("all listener by ss -tulpn\n", ""),
            "listeners were not observed",
        ),
        (
            after("listener:tcp/0.0.0.0:80 = {\"process\": \"x\"}\nsource:openssh"),
            "which package has what listens on tcp/0.0.0.0:80 is not known",
        ),
        (
            after("listener:tcp/0.0.0.0:80 = {}\nlistener:tcp/[::]:80 = {}\nsource:openssh"),
            "which package has what listens on tcp/0.0.0.0:80 and 1 more is not known",
        ),
    ] {
        let note = format!("whether it listens on an open port is not known: {why}");
        let unknown = format!("unknown | source: openssh 1:9.2p1-2+deb12u2: {note}");
        let said = listening(&[local, change]);
        assert_eq!(said, format!("Warning | {note} | {unknown}"));
    }
    for line in [
        "listener:tcp/127.0.0.1:80 = {}\nsource:openssh",
        "listener:tcp/0.0.0.0:80 = {\"package\": \"none\"}\nsource:openssh",
        "listener:tcp/0.0.0.0:80 = {\"unit\": \"docker-0a1b.scope\"}\nsource:openssh",
        "listener:udp/0.0.0.0:51820 = {}\nwireguard:wg0 = {\"port\": 51820}\nsource:openssh",
    ] {
        assert_eq!(listening(&[local, after(line)]), "Warning", "{line}");
    }
}

#[test]
fn of_kernels_the_one_that_runs_counts() {
    let of_linux = "\"linux\": {\"CVE-2021-4034\": {\"bookworm\": {\"since\": \"6.1.153-1\"}}}, \"openssh\": {";
    assert_eq!(
        exploited("\"openssh\": {", of_linux),
        "",
        "6.1.153+1 of a signed kernel is 6.1.153-1"
    );
    let of_linux = of_linux.replace("6.1.153-1", "6.1.154-1");
    assert_eq!(exploited("\"openssh\": {", &of_linux), "Warning");
    // The second kernel of a release is another source.
    let second = r#""linux-6.1": {"CVE-2021-4034": {"bookworm": "open"}}, "openssh": {"#;
    assert_eq!(exploited("\"openssh\": {", second), "");
    let path =
        crate::support::repository().join("tests/broken/rules/cve-known-exploited/mended.yaml");
    let text = crate::fixtures::body(&std::fs::read_to_string(path).unwrap());
    let text = text.replace("linux-signed-amd64", "linux-signed-6.1-amd64");
    let text = text.replacen("\"openssh\": {", second, 1);
    let text = text.replace(
        "\"offered\": {",
        "\"offered\": {\"linux-6.1\": {\"bookworm\": [\"6.1.153-1\"]},",
    );
    let (findings, _) = check(&text, None);
    let mut all = findings.iter().map(|d| d.message.as_str());
    let said = "linux-signed-6.1-amd64 6.1.153+1 with a weakness that is known to be exploited: CVE-2021-4034";
    assert!(all.any(|m| m.contains(said)), "{findings:#?}");
    // One that is kept beside it is not judged.
    let both = "source:linux-signed-amd64 6.1.90+1 = {\"packages\": [\"linux-image-6.1.0-20-amd64\"]}\nsource:openssh";
    assert_eq!(exploited("source:openssh", both), "");
}
