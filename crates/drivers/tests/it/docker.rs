//! A real engine on a host: what it runs, what is hidden of it, and what is known when it does not answer.

use crate::rig::driver;
use jiff::Timestamp;
use model::fact::{Completeness, FactKind, FactPath, Scope, Seen, TargetFacts};
use model::value::Value;
use plan::driver::Driver;
use testkit::host::TestHost;

const CANARY: &str = "hunter2-canary";

fn look(host: &TestHost) -> TargetFacts {
    let mut scope = Scope::default();
    scope.collections.extend(FactKind::DOCKER);
    scope.collections.insert(FactKind::Listener);
    driver(host, None).observe(&scope, Timestamp::UNIX_EPOCH)
}

fn field(facts: &TargetFacts, path: &str, field: &str) -> String {
    let seen = facts.seen(&FactPath::parse(path).unwrap());
    let value = seen.value().unwrap_or_else(|| panic!("{path}: {seen}"));
    value.field(field).map(Value::to_string).unwrap_or_default()
}

fn is_complete(facts: &TargetFacts, kind: FactKind) -> bool {
    matches!(facts.collections.get(&kind), Some(Completeness::Yes(_)))
}

/// Two looks in a row see the same, once an engine that was just started has settled.
fn settles(host: &TestHost, mut before: TargetFacts) {
    let mut other = Vec::new();
    for _ in 0..4 {
        let again = look(host);
        let paths = before.facts.keys().chain(again.facts.keys());
        other = paths
            .filter(|path| before.seen(path) != again.seen(path))
            .map(|path| format!("{path}: {} -> {}", before.seen(path), again.seen(path)))
            .collect();
        if other.is_empty() {
            assert_eq!(before.digest(), again.digest());
            return;
        }
        before = again;
    }
    assert_eq!(other, [""; 0], "a second look sees the same");
}

/// Two containers: one with everything, and one that ended.
const RUN: &str = "
docker network create --subnet 172.30.7.0/24 inner >/dev/null
docker run --detach --name web --network inner --restart unless-stopped --user 1000:1000 --memory 64m --cpus 0.5 --pids-limit 50 \
  --cap-drop ALL --cap-add NET_ADMIN --read-only --security-opt no-new-privileges --publish 127.0.0.1:8443:443/tcp --publish 8080:80 \
  --volume data:/data --volume /srv:/srv:ro --env PASSWORD=hunter2-canary --env MODE= \
  --label com.docker.compose.project=wiki --label com.docker.compose.service=web --label traefik.auth=hunter2-canary \
  --label \"$(printf 'odd\\033[2J')=x\" --health-cmd '/bin/stand-in health hunter2-canary' --health-interval 1s \
  --entrypoint /bin/stand-in holdfast/stand-in:1 serve '80 443' hunter2-canary >/dev/null
docker run --name done --entrypoint /bin/sh holdfast/stand-in:1 -c 'exit 3' || :
docker run --detach --name hostly --network host --pid host --entrypoint /bin/stand-in holdfast/stand-in:1 serve '' >/dev/null
until [ \"$(docker inspect --format '{{.State.Health.Status}}' web)\" = healthy ]; do :; done
";

#[test]
fn an_engine_is_known_whole_and_its_silence_is_not_absence() {
    let host = TestHost::with_engine();
    host.exec_sh(RUN).unwrap();
    let facts = look(&host);
    assert_eq!(facts.errors, [""; 0]);
    for kind in FactKind::DOCKER {
        assert!(
            is_complete(&facts, kind),
            "{kind:?}: {:?}",
            facts.collections
        );
    }
    for (name, want) in [
        ("image", "holdfast/stand-in:1"),
        ("state", "running"),
        ("health", "healthy"),
        ("restart", "unless-stopped"),
        ("restarts", "0"),
        ("user", "1000:1000"),
        ("memory", "67108864"),
        ("cpus", "500"),
        ("pids", "50"),
        ("cap_add", "[NET_ADMIN]"),
        ("cap_drop", "[ALL]"),
        ("read_only", "true"),
        ("privileged", ""),
        ("project", "wiki"),
        ("service", "web"),
        ("networks", "inner=172.30.7.2"),
    ] {
        assert_eq!(field(&facts, "docker-container:web", name), want, "{name}");
    }
    let mounts = field(&facts, "docker-container:web", "mounts");
    for mount in [
        "kind=volume source=data target=/data",
        "kind=bind read_only=true source=/srv target=/srv",
    ] {
        assert!(mounts.contains(mount), "{mounts}");
    }
    let ports = field(&facts, "docker-container:web", "ports");
    for port in [
        "address=127.0.0.1 port=8443 protocol=tcp target=443",
        "address=0.0.0.0 port=8080 protocol=tcp target=80",
    ] {
        assert!(ports.contains(port), "{ports}");
    }
    assert_eq!(field(&facts, "docker-container:done", "state"), "exited");
    assert_eq!(field(&facts, "docker-container:done", "exit"), "3");
    let shared = field(&facts, "docker-container:hostly", "namespaces");
    assert_eq!(shared, "[network, pid]");
    assert_eq!(field(&facts, "docker-network:inner", "internal"), "");
    assert_eq!(
        field(&facts, "docker-network:inner", "subnets"),
        "[172.30.7.0/24]"
    );
    assert_eq!(field(&facts, "docker-volume:data", "driver"), "local");
    let version = host
        .exec_sh("docker version --format '{{.Server.Version}}'")
        .unwrap();
    assert_eq!(field(&facts, "docker-engine:engine", "version"), version);
    let id = field(&facts, "docker-container:web", "image_id");
    let tags = field(&facts, &format!("docker-image:{id}"), "tags");
    assert_eq!(tags, "[holdfast/stand-in:1]");

    // The engine's own rules are explained by its containers; a rule beside them is not.
    assert!(
        is_complete(&facts, FactKind::Listener),
        "{:?}",
        facts.collections
    );
    let beside = "nft add rule ip nat DOCKER tcp dport 2222 dnat to 172.30.7.2:22";
    host.exec_sh(beside).unwrap();
    assert!(!is_complete(&look(&host), FactKind::Listener));
    host.exec_sh("nft flush chain ip nat DOCKER").unwrap();

    let kept = serde_json::to_string(&facts).unwrap();
    assert!(!kept.contains(CANARY), "a secret is kept");
    assert!(!kept.contains("\\u001b"), "control characters are kept");
    let env = field(&facts, "docker-container:web", "env");
    assert!(env.contains("PASSWORD=[redacted "), "{env}");
    settles(&host, facts);
    silent(&host);
}

/// An engine that is there and does not answer, and one without its client.
fn silent(host: &TestHost) {
    for (script, why) in [
        (
            "systemctl stop docker.socket docker.service",
            "Cannot connect",
        ),
        (
            "mv /usr/bin/docker /usr/bin/docker.away",
            "no docker client",
        ),
    ] {
        host.exec_sh(script).unwrap();
        let facts = look(host);
        for kind in FactKind::DOCKER {
            assert!(!is_complete(&facts, kind), "{script}: {kind:?}");
        }
        let seen = facts.seen(&FactPath::new(FactKind::DockerContainer, "web"));
        assert!(
            matches!(&seen, Seen::Unknown(r) if r.to_string().contains(why)),
            "{seen}"
        );
    }
}
