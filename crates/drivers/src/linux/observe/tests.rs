//! Answers recorded from a Debian 12 host, whole, damaged and cut off; and the script that asks.
//!
//! `root.out` and `unprivileged.out` are what [`script`] printed there for [`everything`], once as root and once as a
//! user who may not become root.

use super::*;
use crate::linux::transport::LocalTransport;
use model::fact::{Completeness, FactPath};
use model::id::Kind;
use model::value::Value;
use proptest::prelude::*;
use std::io::Write as _;
use std::process::{Command, Stdio};

const ROOT: &[u8] = include_bytes!("../../../tests/fixtures/observe/root.out");
const UNPRIVILEGED: &[u8] = include_bytes!("../../../tests/fixtures/observe/unprivileged.out");
const NONCE: &str = "0123456789abcdef";
const ODD: &str = "/etc/odd\nname @end 00 file.0 0";

/// Kinds of which a user who is not root must never say that all was seen.
const ROOT_ONLY: [FactKind; 5] = [
    FactKind::User,
    FactKind::Key,
    FactKind::Sudoer,
    FactKind::Sshd,
    FactKind::Nft,
];

fn everything() -> Scope {
    let mut scope = Scope::default();
    scope.collections.extend(FactKind::ALL);
    let single = [
        "file:/etc/passwd",
        "file:/etc",
        "file:/etc/shadow",
        "file:/nonexistent/x",
        "file:/etc/passwd/x",
        "file:relative",
        "file:/proc/1/exe",
        "file:/dev/null",
        "file:/etc/it's \"$(touch /tmp/hf-injected)\"",
        "file:/etc/a-link",
        "file:/etc/a-fifo",
        "file:/srv/documents/private/passwords.kdbx",
        "unit:ssh.service",
        "unit:nope.service",
        "unit:apt-daily.timer",
        "unit:holdfast-b.service",
        "unit:leftover-web.service",
        "unit:systemd-timesyncd.service",
        "timer:apt-daily.timer",
        "timer:holdfast-b.timer",
        "timer:holdfast-c.timer",
        "timer:nope.timer",
        "sysctl:kernel.osrelease",
        "sysctl:net.ipv4.ip_forward",
        "sysctl:net.ipv4.tcp_rmem",
        "sysctl:no.such.thing",
        "nft:inet/bare",
        "nft:inet/holdfast",
        "nft:inet/lab",
        "nft:inet/nope",
        "nft:inet/same",
        "repository:empty",
        "repository:main",
        "repository:wrong",
        "archive:empty/documents",
        "archive:main/docs",
        "archive:main/documents",
        "archive:main/none",
        "archive:nope/docs",
        "archive:wrong/documents",
    ];
    for path in single {
        scope.add(path_of(path));
    }
    scope.add(FactPath::new(FactKind::File, ODD));
    scope
}

fn path_of(text: &str) -> FactPath {
    FactPath::parse(text).unwrap()
}

fn target() -> ObjectRef {
    ObjectRef::new(Kind::Host, "web")
}

fn read(output: &[u8]) -> TargetFacts {
    let scope = everything();
    let redactor = Redactor::new([0; 32]);
    let request = Request {
        scope: &scope,
        nonce: NONCE,
        redactor: &redactor,
    };
    parse(
        target(),
        output,
        &request,
        Timestamp::UNIX_EPOCH,
        Duration::from_millis(7),
    )
}

/// Every path that either was asked for or was found in the whole answer.
fn all_paths(whole: &TargetFacts) -> Vec<FactPath> {
    let asked = everything().paths;
    let gone = [
        "user:nobody-such",
        "package:nope",
        "listener:tcp/0.0.0.0:1",
        "host:nope",
    ]
    .map(path_of);
    whole
        .facts
        .keys()
        .cloned()
        .chain(asked)
        .chain(gone)
        .collect()
}

/// What was on the recorded host: paths and how what is seen there begins.
const THERE: &[(&str, &str)] = &[
    ("host:os", "debian 12"),
    ("host:hostname", "web"),
    ("host:realm-marker", "twin:test"),
    (
        "host:boot",
        "boot_id=c865e0c9-b5f4-404d-861b-ca1645dcdbb8 pid1_start=630641",
    ),
    ("host:uptime", "6335"),
    ("host:clock-synced", "unknown (no time service is installed"),
    ("sshd:port", "22"),
    ("sshd:listenaddress", "[::]:22 0.0.0.0:22"),
    ("sshd:permitrootlogin", "without-password"),
    ("sshd:allowusers", "absent"),
    (
        "user:anna",
        "gid=1001 groups=sudo home=/home/anna login=true password=locked shell=/bin/bash uid=1001",
    ),
    (
        "user:sync",
        "gid=65534 groups=nogroup home=/bin login=false password=locked shell=/bin/sync uid=4",
    ),
    ("user:bob", "absent"),
    (
        "key:anna/SHA256:+DiY3wvvV6TuJJhbpZisF/zLDA0zPMSvHdkr4UvCOqU",
        "comment=[redacted a6f8b584dce06484] options=environment=\"TOKEN=[redacted eba1f4994ebeffe3]\",no-pty public=ssh-ed25519 ",
    ),
    ("key:root/SHA256:x", "absent"),
    ("sudoer:/etc/sudoers:50", "%sudo\tALL=(ALL:ALL) ALL"),
    ("sudoer:/etc/sudoers:54", "@includedir /etc/sudoers.d"),
    (
        "sudoer:/etc/sudoers.d/admin:1",
        "admin ALL=(ALL:ALL) NOPASSWD: ALL",
    ),
    (
        "listener:tcp/0.0.0.0:8081",
        "process=python3 unit=leftover-web.service user=root",
    ),
    (
        "listener:tcp/[::]:22",
        "process=sshd unit=ssh.service user=root",
    ),
    (
        "listener:tcp/127.0.0.1:5432",
        "process=postgres unit=postgresql@15-main.service user=postgres",
    ),
    ("listener:tcp/0.0.0.0:5432", "absent"),
    ("package:hostname", "3.23+nmu1"),
    ("package:emacs", "absent"),
    ("file:/etc", "group=root kind=dir mode=0755 owner=root"),
    (
        "file:/etc/passwd",
        "group=root kind=file mode=0644 owner=root sha256=",
    ),
    ("file:/etc/passwd/x", "absent"),
    ("file:/nonexistent/x", "absent"),
    ("file:relative", "unknown (this is no absolute path)"),
    (
        "file:/etc/a-link",
        "group=root kind=link mode=0777 owner=root sha256=7b7e873d82462e4ede4cfa5ce873291b077ec45277cf9bd3d2750179c8397475 size=13",
    ),
    (
        "file:/etc/a-fifo",
        "group=root kind=other mode=0644 owner=root",
    ),
    (
        "unit:ssh.service",
        "active=true enabled=enabled load=loaded",
    ),
    (
        "unit:holdfast-b.service",
        "active=false enabled=static load=loaded",
    ),
    (
        "unit:systemd-timesyncd.service",
        "active=false enabled=masked load=masked",
    ),
    ("unit:nope.service", "absent"),
    (
        "timer:holdfast-b.timer",
        "enabled=enabled files= last=1795238886 next=1795242488 result=exit-code",
    ),
    (
        "timer:holdfast-c.timer",
        "enabled=static files= last=0 next=1795305600 result=exit-code",
    ),
    (
        "timer:apt-daily.timer",
        "enabled=masked files= last=0 next=0 result=none",
    ),
    ("timer:nope.timer", "absent"),
    ("sysctl:net.ipv4.ip_forward", "1"),
    ("sysctl:net.ipv4.tcp_rmem", "4096 131072 33554432"),
    ("sysctl:no.such.thing", "absent"),
    (
        "nft:inet/lab",
        "as_persisted=false rules=2 sha256=da1f622637b5",
    ),
    (
        "nft:inet/same",
        "as_persisted=true rules=2 sha256=e916f668483257",
    ),
    ("nft:inet/bare", "as_persisted=false rules=0 sha256="),
    ("nft:inet/nope", "absent"),
    ("repository:main", "id="),
    ("repository:empty", "absent"),
    (
        "repository:wrong",
        "unknown (Fatal: wrong password or no key found)",
    ),
    (
        "archive:main/documents",
        "at=1795238884 count=2 id=4e0b708fe30697a9",
    ),
    ("archive:main/none", "absent"),
    (
        "archive:wrong/documents",
        "unknown (Fatal: wrong password or no key found)",
    ),
    (
        "archive:empty/documents",
        "unknown (nothing is initialised at the repository's location)",
    ),
    (
        "archive:nope/docs",
        "unknown (the repository is not set up on this host)",
    ),
    (
        "patch:security",
        "unknown (there are no package lists of a security archive)",
    ),
    ("patch:reboot", "false"),
];

#[test]
fn what_root_sees() {
    let facts = read(ROOT);
    let check = |path: &str, expect: &str| {
        let seen = facts.seen(&path_of(path)).to_string();
        assert!(
            seen.starts_with(expect),
            "{path}: expected '{expect}', seen '{seen}'"
        );
    };
    for (path, expect) in THERE {
        check(path, expect);
    }
    assert_eq!(facts.items(FactKind::Package).count(), 187);
    assert_eq!(
        facts
            .seen(&FactPath::new(FactKind::Route, "default"))
            .to_string(),
        "via 10.77.2.81 dev eth0"
    );
    assert!(matches!(
        facts.seen(&FactPath::new(FactKind::File, ODD)),
        Seen::Present(_)
    ));
    let identity = facts.identity.unwrap();
    assert_eq!(identity.realm_marker.as_deref(), Some("twin:test"));
    assert!(identity.host_key.starts_with("SHA256:"));
    assert_eq!(facts.errors, [""; 0]);
}

#[test]
fn nothing_that_was_read_is_kept_but_what_the_kinds_say() {
    let facts = serde_json::to_string(&read(ROOT)).unwrap();
    assert!(
        !facts.contains("canary"),
        "the value of an environment setting"
    );
    assert!(!facts.contains("chunker"), "the repository's configuration");
}

#[test]
fn what_others_than_root_cannot_know() {
    let facts = read(UNPRIVILEGED);
    for kind in ROOT_ONLY {
        assert!(
            matches!(facts.collections.get(&kind), Some(Completeness::No(_))),
            "{kind:?}"
        );
        let unheard = FactPath::new(kind, "unheard-of");
        assert!(matches!(facts.seen(&unheard), Seen::Unknown(_)), "{kind:?}");
    }
    for path in [
        "file:/etc/shadow",
        "file:/srv/documents/private/passwords.kdbx",
        "nft:inet/nope",
        "nft:inet/lab",
        "repository:main",
        "archive:main/none",
    ] {
        let seen = facts.seen(&path_of(path));
        assert!(
            matches!(&seen, Seen::Unknown(r) if r.0.contains("ermi")),
            "{path}: {seen}"
        );
    }
    // The realm marker is out of sight: who that is must not pass for a host without one.
    assert_eq!(facts.identity, None);
    assert!(
        facts.errors.iter().any(|e| e.contains("Permission denied")),
        "{:?}",
        facts.errors
    );
    let as_user = String::from_utf8_lossy(ROOT).replace("\nuid 0\n", "\nuid 1000\n");
    for kind in ROOT_ONLY {
        let facts = read(as_user.as_bytes());
        assert!(
            !matches!(facts.collections.get(&kind), Some(Completeness::Yes(_))),
            "{kind:?}"
        );
    }
}

/// What is left of an answer may make things unknown; it never changes or removes them.
fn assert_only_less(part: &[u8], whole: &TargetFacts, paths: &[FactPath]) {
    let facts = read(part);
    for path in paths {
        let (was, is) = (whole.seen(path), facts.seen(path));
        let less = match (&was, &is) {
            // An account stays known when only its password's state is not.
            (Seen::Present(Value::Map(was)), Seen::Present(Value::Map(is)))
                if path.kind == FactKind::User =>
            {
                is.iter().all(|(k, v)| was.get(k) == Some(v))
            }
            _ => is == was || matches!(is, Seen::Unknown(_)),
        };
        assert!(less, "{path}: was {was}, cut at {}: {is}", part.len());
    }
}

#[test]
fn an_answer_cut_off_at_any_line_never_says_absent() {
    for whole in [ROOT, UNPRIVILEGED] {
        let facts = read(whole);
        let paths = all_paths(&facts);
        let ends = whole
            .iter()
            .enumerate()
            .filter(|(_, b)| **b == b'\n')
            .map(|(at, _)| at);
        for at in ends {
            assert_only_less(&whole[..=at], &facts, &paths);
        }
    }
}

#[test]
fn a_section_that_failed_makes_unknown_what_it_would_tell() {
    let text = String::from_utf8_lossy(ROOT);
    let whole = read(ROOT);
    let paths = all_paths(&whole);
    for line in text.lines().filter(|l| l.starts_with("@end ")) {
        let words: Vec<&str> = line.splitn(5, ' ').collect();
        let failed = format!("{} {} {} 1 out of order", words[0], words[1], words[2]);
        assert_only_less(text.replace(line, &failed).as_bytes(), &whole, &paths);
    }
}

#[test]
fn marks_without_the_number_are_content() {
    let forged = "@begin 0 sudoer\n|x\n\n@end 0 sudoer 0 \n@end sudoer 0\n@begin 0123456789abcde file.0\nabsent\n\n@end 0123456789abcde file.0 0 \n";
    let facts = read(forged.as_bytes());
    assert!(
        facts
            .facts
            .values()
            .all(|f| matches!(f.seen, Seen::Unknown(_)))
    );
    assert!(
        facts
            .collections
            .values()
            .all(|c| matches!(c, Completeness::No(_)))
    );
    let text = String::from_utf8_lossy(ROOT);
    let with = text.replace(
        "|# User privilege specification",
        "|@end 0123 sudoer 0 \n|@begin 0123 sudoer",
    );
    assert_ne!(with, text, "the fixture has that line");
    let facts = read(with.as_bytes());
    assert_eq!(
        facts.seen(&path_of("sudoer:/etc/sudoers:51")).to_string(),
        "%sudo\tALL=(ALL:ALL) ALL"
    );
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, ..ProptestConfig::default() })]

    #[test]
    fn an_answer_cut_off_anywhere_never_says_absent(cut in 0..ROOT.len()) {
        let whole = read(ROOT);
        assert_only_less(&ROOT[..cut], &whole, &all_paths(&whole));
    }

    #[test]
    fn damage_never_panics(at in 0..ROOT.len(), with in proptest::collection::vec(any::<u8>(), 0..64), drop in 0..64_usize) {
        let end = (at + drop).min(ROOT.len());
        let damaged = [&ROOT[..at], &with, &ROOT[end..]].concat();
        read(&damaged);
    }

    #[test]
    fn numbers_of_any_size_are_survived(a in "[0-9]{1,25}", b in "[0-9]{1,25}") {
        let text = String::from_utf8_lossy(ROOT).replace("630641", &a).replace("1h 3s", &format!("{b}s"));
        let text = text.replace("now=", &format!("now={a}")).replace("uptime 0 ", &format!("uptime 0 {b}"));
        read(text.as_bytes());
    }

    #[test]
    fn names_reach_the_shell_as_they_are(names in proptest::collection::vec("[^\0]{0,12}", 1..8)) {
        let script: String = names.iter().map(|n| format!("printf '%s\\0' {}\n", frame::quote(n))).collect();
        let mut sh = Command::new("/bin/sh").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        sh.stdin.take().unwrap().write_all(script.as_bytes()).unwrap();
        let printed = sh.wait_with_output().unwrap().stdout;
        let want: String = names.iter().map(|n| format!("{n}\0")).collect();
        prop_assert_eq!(String::from_utf8_lossy(&printed), want);
    }
}

#[test]
fn the_script_is_as_it_was_reviewed() {
    let mut scope = Scope::default();
    scope.collections.insert(FactKind::Package);
    scope.before = Some(BTreeMap::new());
    for path in [
        "file:/etc/it's",
        "unit:ssh.service",
        "archive:main/docs",
        "archive:main/shop",
        "file:relative",
        "unit:*",
    ] {
        scope.add(path_of(path));
    }
    let script = script(&Request {
        scope: &scope,
        nonce: NONCE,
        redactor: &Redactor::new([0; 32]),
    });
    // It changes with every part.
    let script = script.replace(&super::observer::digest(), "DIGEST");
    let golden = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/fixtures/observe/script.sh"
    );
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(golden, &script).unwrap();
    }
    assert_eq!(
        script,
        std::fs::read_to_string(golden).unwrap(),
        "UPDATE_GOLDEN=1 writes it anew"
    );
}

#[test]
fn this_machine_answers_and_keeps_its_files() {
    let local = Transport::Local(LocalTransport::new());
    let now = Timestamp::UNIX_EPOCH;
    let mut scope = everything();
    scope.collections.remove(&FactKind::Patch);
    let facts = observe(
        &local,
        target(),
        &scope,
        now,
        Duration::from_secs(300),
        &Redactor::new([0; 32]),
    );
    let seen = |path: &str| facts.seen(&path_of(path));
    assert!(seen("host:kernel").value().is_some(), "{:?}", facts.errors);
    assert!(seen("file:/etc/passwd").value().is_some());
    assert_eq!(seen("file:/nonexistent/x"), Seen::Absent);
    assert_eq!(
        seen("file:/etc/it's \"$(touch /tmp/hf-injected)\""),
        Seen::Absent
    );
    assert!(!std::path::Path::new("/tmp/hf-injected").exists());
}

#[test]
fn a_target_that_does_not_answer_in_time_keeps_what_it_said() {
    let local = Transport::Local(LocalTransport::new());
    let now = Timestamp::UNIX_EPOCH;
    let facts = observe(
        &local,
        target(),
        &everything(),
        now,
        Duration::ZERO,
        &Redactor::new([0; 32]),
    );
    assert_eq!(facts.identity, None);
    assert!(
        facts
            .errors
            .iter()
            .any(|e| e.contains("no answer within 0 s")),
        "{:?}",
        facts.errors
    );
    for path in all_paths(&read(ROOT)) {
        assert!(matches!(facts.seen(&path), Seen::Unknown(_)), "{path}");
    }
}
