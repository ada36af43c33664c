//! What engines print, whole, hostile and cut off.

use super::*;
use crate::linux::observe::redact;
use model::fact::{Completeness, FactPath, Scope, Seen};
use model::secret::Redactor;
use model::value::Value;

/// The facts of all kinds in a section with this body, as they are kept.
fn gathered(body: &str, status: i32, said: &str) -> Gathered {
    let output = format!("\n@begin 7 docker\n{body}\n@end 7 docker {status} {said}\n");
    let sections = Sections::read(output.as_bytes(), "7");
    let mut to = Gathered::default();
    for kind in FactKind::DOCKER {
        read(kind, &sections, &mut to);
    }
    redact::all(&mut to, &Scope::default(), &Redactor::new([0; 32]));
    to
}

fn field<'a>(gathered: &'a Gathered, name: &str, field: &str) -> Option<&'a Value> {
    let path = FactPath::new(FactKind::DockerContainer, name);
    gathered.facts.get(&path)?.seen.value()?.field(field)
}

const WEB: &str = r#"container {"Name":"/web","Image":"sha256:aa","RestartCount":2,"State":{"Status":"running","ExitCode":0,"Health":{"Status":"healthy"}},"Config":{"Image":"nginx:1.27","Env":["PASS=hunter2","EMPTY"],"Cmd":["nginx","-g","token=hunter2"],"Labels":{"com.docker.compose.project":"wiki","com.docker.compose.service":"web","traefik.auth":"hunter2"}},"HostConfig":{"NetworkMode":"wiki_default","PidMode":"host","Privileged":true,"CapAdd":["NET_ADMIN"],"Memory":1048576,"NanoCpus":1500000000,"PidsLimit":null,"RestartPolicy":{"Name":"always"},"PortBindings":{}},"Mounts":[{"Type":"volume","Name":"wiki_db","Source":"/x","Destination":"/data","RW":true},{"Type":"bind","Source":"/srv","Destination":"/srv","RW":false}],"NetworkSettings":{"Ports":{"80/tcp":[{"HostIp":"0.0.0.0","HostPort":"8080"}],"9000/tcp":null},"Networks":{"wiki_default":{"IPAddress":"172.18.0.2"}}}}
all container
image {"id":"sha256:aa","tags":["nginx:1.27"],"digests":["nginx@sha256:ff"],"size":7,"created":"x"}
all image"#;

#[test]
fn a_container_is_known_and_no_secret_of_it() {
    let found = gathered(WEB, 0, "");
    for (name, want) in [
        ("image", "nginx:1.27"),
        ("digests", "[nginx@sha256:ff]"),
        ("project", "wiki"),
        ("service", "web"),
        ("state", "running"),
        ("health", "healthy"),
        ("restarts", "2"),
        ("restart", "always"),
        ("privileged", "true"),
        ("namespaces", "[pid]"),
        ("cap_add", "[NET_ADMIN]"),
        ("memory", "1048576"),
        ("cpus", "1500"),
        (
            "ports",
            "[address=0.0.0.0 port=8080 protocol=tcp target=80]",
        ),
        (
            "mounts",
            "[kind=volume source=wiki_db target=/data, kind=bind read_only=true source=/srv target=/srv]",
        ),
        ("networks", "wiki_default=172.18.0.2"),
    ] {
        let is = field(&found, "web", name).map(ToString::to_string);
        assert_eq!(is.as_deref(), Some(want), "{name}");
    }
    assert_eq!(field(&found, "web", "pids"), None);
    assert_eq!(field(&found, "web", "read_only"), None);
    let all = format!("{found:?}");
    assert!(!all.contains("hunter2"), "{all}");
    let env = field(&found, "web", "env").and_then(|e| e.field("PASS"));
    assert!(env.is_some_and(|v| v.to_string().starts_with("[redacted ")));
    let command = field(&found, "web", "command").map(ToString::to_string);
    assert!(command.is_some_and(|c| c.starts_with("nginx [redacted ")));
}

#[test]
fn none_is_known_and_silence_is_not() {
    for (body, status, said, complete) in [
        ("none", 0, "", true),
        ("", 1, "Cannot connect to the Docker daemon", false),
        ("", 0, "", false),
        ("! container permission denied\nall image", 0, "", false),
        ("container {\"Name\":", 0, "", false),
        ("container {\"Name\":7}\nall container", 0, "", false),
        ("all container\x1b[2J", 0, "", false),
    ] {
        let found = gathered(body, status, said);
        let how = found.collections.get(&FactKind::DockerContainer);
        assert_eq!(
            matches!(how, Some(Completeness::Yes(_))),
            complete,
            "{body}: {how:?}"
        );
        assert!(how.is_some());
        let seen = found
            .facts
            .values()
            .any(|f| matches!(f.seen, Seen::Present(_)));
        assert!(!seen, "{body}");
    }
}

#[test]
fn what_an_engine_makes_up_is_folded_and_bounded() {
    let name = format!("/\u{1b}[31m{}", "x".repeat(5000));
    let labels: Vec<String> = (0..5000).map(|n| format!("\"l{n}\":\"v\"")).collect();
    let document = serde_json::json!({"Name": name, "Config": {"Image": "a\u{1b}[2Jb", "Env": vec!["A=b"; 5000]}});
    let document = document.to_string();
    let labelled = document.replacen(
        "{\"Env\"",
        &format!("{{\"Labels\":{{{}}},\"Env\"", labels.join(",")),
        1,
    );
    assert_ne!(labelled, document);
    let found = gathered(&format!("container {labelled}\nall container"), 0, "");
    let (path, fact) = found.facts.iter().next().unwrap();
    assert!(path.key.len() <= 200 && !path.key.contains('\u{1b}'));
    let text = fact.seen.to_string();
    assert!(
        !text.contains('\u{1b}') && text.len() < 20_000,
        "{}",
        text.len()
    );
    let long = format!(
        "container {{\"Name\":\"{}\"}}\nall container",
        "x".repeat(LONGEST)
    );
    let found = gathered(&long, 0, "");
    assert!(matches!(
        found.collections.get(&FactKind::DockerContainer),
        Some(Completeness::No(_))
    ));
}

#[test]
fn a_way_to_a_container_is_known_by_what_the_engine_says() {
    let output = format!("\n@begin 7 docker\n{WEB}\n@end 7 docker 0 \n");
    let sections = Sections::read(output.as_bytes(), "7");
    for (rule, own) in [
        (
            "iifname != \"br-1\" tcp dport 8080 counter packets 0 bytes 0 dnat to 172.18.0.2:80",
            true,
        ),
        (
            "iifname != \"br-1\" tcp dport 8081 counter packets 0 bytes 0 dnat to 172.18.0.2:80",
            false,
        ),
        (
            "iifname != \"br-1\" tcp dport 8080 counter packets 0 bytes 0 dnat to 192.0.2.7:80",
            false,
        ),
        (
            "iifname != \"br-1\" tcp dport 8080 counter packets 0 bytes 0 dnat to 172.18.0.2:22",
            false,
        ),
        ("udp dport 8080 dnat to 172.18.0.2:80", false),
        ("tcp dport 8080 dnat to", false),
    ] {
        assert_eq!(leads(&sections, rule), own, "{rule}");
    }
    assert!(!leads(
        &Sections::default(),
        "tcp dport 8080 dnat to 172.18.0.2:80"
    ));
}
