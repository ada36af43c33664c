//! Observing this machine, and answers that were recorded or damaged.

use super::*;
use crate::linux::transport::LocalTransport;
use model::fact::FactPath;
use model::id::Kind;

fn everything() -> Scope {
    let mut scope = Scope::default();
    scope.collections.extend(
        FactKind::ALL
            .iter()
            .copied()
            .filter(|k| *k != FactKind::Patch),
    );
    for path in [
        "file:/etc/passwd",
        "file:/etc",
        "file:/etc/shadow",
        "file:/nonexistent/x",
        "file:/etc/passwd/x",
        "file:relative",
        "file:/proc/1/exe",
        "file:/dev/null",
        "file:/etc/it's \"$(touch /tmp/hf-injected)\"",
        "unit:ssh.service",
        "unit:nope.service",
        "unit:apt-daily.timer",
        "timer:apt-daily.timer",
        "sysctl:net.ipv4.ip_forward",
        "sysctl:net.ipv4.tcp_rmem",
        "sysctl:no.such.thing",
        "nft:inet/holdfast",
        "nft:inet/nope",
        "repository:main",
        "archive:main/docs",
        "archive:nope/docs",
    ] {
        scope.add(FactPath::parse(path).unwrap());
    }
    scope
}

fn target() -> ObjectRef {
    ObjectRef::new(Kind::Host, "web")
}

#[test]
fn this_machine_answers_and_keeps_its_files() {
    let local = Transport::Local(LocalTransport::new());
    let facts = observe(
        &local,
        target(),
        &everything(),
        Timestamp::UNIX_EPOCH,
        Duration::from_secs(300),
    );
    let seen = |path: &str| facts.seen(&FactPath::parse(path).unwrap());
    assert!(seen("host:kernel").value().is_some(), "{:?}", facts.errors);
    assert!(seen("file:/etc/passwd").value().is_some());
    assert_eq!(seen("file:/nonexistent/x"), Seen::Absent);
    assert_eq!(seen("file:/etc/passwd/x"), Seen::Absent);
    assert!(matches!(seen("file:relative"), Seen::Unknown(_)));
    assert_eq!(
        seen("file:/etc/it's \"$(touch /tmp/hf-injected)\""),
        Seen::Absent
    );
    assert!(!std::path::Path::new("/tmp/hf-injected").exists());
}
