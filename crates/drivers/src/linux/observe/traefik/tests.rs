//! Answers of Traefik 3.7, recorded, damaged and made up.

use super::*;
use crate::linux::observe::redact;
use model::fact::{Completeness, FactPath, Scope};

const WHOLE: &str = include_str!("../../../../tests/fixtures/traefik/3.7.15.txt");

fn gathered(body: &str, status: i32, said: &str) -> Gathered {
    let output = format!("\n@begin 7 traefik.0\n{body}\n@end 7 traefik.0 {status} {said}\n");
    let mut scope = Scope::default();
    scope.add(FactPath::new(KIND, "8080"));
    let redactor = Redactor::new([0; 32]);
    let request = Request {
        scope: &scope,
        nonce: "7",
        redactor: &redactor,
    };
    let mut to = Gathered::default();
    read(&request, &Sections::read(output.as_bytes(), "7"), &mut to);
    redact::all(&mut to, &scope, &redactor);
    to
}

fn whole(found: &Gathered) -> String {
    match found.collections.get(&KIND) {
        Some(Completeness::Yes(_)) => "complete".to_owned(),
        Some(Completeness::No(why)) => why.to_string(),
        None => "nothing".to_owned(),
    }
}

fn seen(found: &Gathered, key: &str) -> String {
    let fact = found.facts.get(&FactPath::new(KIND, key));
    fact.map_or("-".to_owned(), |f| f.seen.to_string())
}

#[test]
fn routers_services_and_entry_points_of_a_real_one() {
    let found = gathered(WHOLE, 0, "");
    assert_eq!(whole(&found), "complete");
    for (key, want) in [
        ("8080", "insecure=true version=3.7.15"),
        ("8080/entry/websecure", "address=:18443 tls=true"),
        ("8080/entry/traefik", "address=127.0.0.1:18080 tls=false"),
        (
            "8080/router/http/wiki@file",
            "entry_points=[websecure] hosts=[w.home.arpa, wiki.home.arpa] middlewares=[auth@file] provider=file rule=Host(wiki.home.arpa) || Host(w.home.arpa) service=wiki status=enabled tls=true",
        ),
        (
            "8080/router/http/broken@file",
            "entry_points=[web] errors=[the service nothere@file does not exist] hosts=[broken.home.arpa] provider=file rule=Host(broken.home.arpa) service=nothere status=disabled tls=false",
        ),
        (
            "8080/router/http/rx@file",
            "any=true entry_points=[web] provider=file rule=HostRegexp(^.+\\.dev\\.home\\.arpa$) service=wiki status=enabled tls=false",
        ),
        (
            "8080/router/tcp/mqtt@file",
            "entry_points=[websecure] hosts=[mqtt.home.arpa] provider=file rule=HostSNI(mqtt.home.arpa) service=mqtt status=enabled tls=true",
        ),
        (
            "8080/router/udp/dns@file",
            "any=true entry_points=[dns] provider=file service=dns status=enabled tls=false",
        ),
        (
            "8080/service/http/wiki@file",
            "provider=file servers=http://127.0.0.1:9999=DOWN status=enabled type=loadbalancer",
        ),
    ] {
        assert_eq!(seen(&found, key), want, "{key}");
    }
}

#[test]
fn what_is_not_told_whole_is_never_all() {
    let cut = |mark: &str| WHOLE.split(mark).next().unwrap().to_owned();
    let more = WHOLE.replacen("X-Next-Page: 1", "X-Next-Page: 2", 1);
    let other = WHOLE.replacen("r [{\"entryPoints\"", "r [{\"entryPoints\":7,\"x\"", 1);
    let refused = WHOLE.replacen(
        "r HTTP/1.0 200 OK\nr Content-Type: application/json\nr X-Next",
        "r HTTP/1.0 500 No\nr X-Next",
        1,
    );
    for (body, want) in [
        (cut("= udp/services"), "its answers ended too early"),
        (cut("r [{\"entryPoints\""), "its answers ended too early"),
        (more, "entrypoints has more than 2000 items"),
        (other, "http/routers is not understood (HTTP status 200)"),
        (refused, "entrypoints is not understood (HTTP status 500)"),
    ] {
        let found = gathered(&body, 0, "");
        assert_eq!(whole(&found), want);
        assert!(seen(&found, "8080").contains(&format!("gap={want}")));
    }
}

#[test]
fn an_api_that_does_not_answer_says_nothing() {
    let at = "http://127.0.0.1:8080";
    for (body, want) in [
        ("= version\nr \nr @ 1", format!("nothing answers on {at}")),
        ("= version\nr \nr @ 0", format!("nothing answers on {at}")),
        (
            "= version\nr \nr @ 124",
            format!("{at} did not answer within 5 s"),
        ),
        (
            "= version\nr HTTP/1.0 200 OK",
            "its answer ended too early".to_owned(),
        ),
        ("", "it was not asked".to_owned()),
        (
            "= version\nr SSH-2.0-x\nr @ 0",
            format!("what answers on {at} speaks no HTTP"),
        ),
        (
            "= version\nr HTTP/1.0 404 Not Found\nr \nr 404 page not found\nr @ 0\nall",
            format!("{at} has no API of Traefik, or not yet (HTTP status 404)"),
        ),
        (
            "= version\nr HTTP/1.0 401 Unauthorized\nr \nr @ 0\nall",
            format!("{at} wants a login (HTTP status 401)"),
        ),
        (
            "= version\nr HTTP/1.0 200 OK\nr \nr {\"Version\":\nr @ 0\nall",
            format!("{at} does not answer as Traefik does (HTTP status 200)"),
        ),
        (
            "= version\nr HTTP/1.0 200 OK\nr \nr {}\nr @ 0\nall",
            format!("{at} does not answer as Traefik does (HTTP status 200)"),
        ),
    ] {
        let found = gathered(body, 0, "");
        assert_eq!(whole(&found), want, "{body}");
        assert_eq!(seen(&found, "8080"), format!("unknown ({want})"));
        assert_eq!(found.facts.len(), 1);
    }
    let found = gathered("", 127, "bash is not installed");
    assert_eq!(seen(&found, "8080"), "unknown (bash is not installed)");
}

#[test]
fn what_a_proxy_makes_up_is_folded_bounded_and_hidden() {
    let routers = r#"[{"name":"a\u001b[2J@file","rule":"Host(`a`) && Header(`T`, `hunter2`)","entryPoints":["web"],"status":"enabled","error":["auth: hunter2"]}]"#;
    let services = r#"[{"name":"s@file","serverStatus":{"http://anna:hunter2@10.0.0.5:80/x?t=hunter2":"UP"}}]"#;
    let many: Vec<String> = (0..2000).map(|n| format!("\"h{n}\"")).collect();
    let tcp = format!(
        "[{{\"name\":\"t@file\",\"middlewares\":[{}]}}]",
        many.join(",")
    );
    let mut body = String::new();
    for (list, json) in [
        ("version", r#"{"Version":"3.0.0"}"#),
        ("entrypoints", "[]"),
        ("http/routers", routers),
        ("http/services", services),
        ("tcp/routers", tcp.as_str()),
        ("tcp/services", "[]"),
        ("udp/routers", "[]"),
        ("udp/services", "[]"),
    ] {
        body.push_str(&format!(
            "= {list}\nr HTTP/1.0 200 OK\nr \nr {json}\nr @ 0\n"
        ));
    }
    let found = gathered(&format!("{body}all"), 0, "");
    assert_eq!(whole(&found), "complete");
    let all = format!("{found:?}");
    assert!(!all.contains("hunter2") && !all.contains('\u{1b}'), "{all}");
    assert!(all.len() < 20_000, "{}", all.len());
    let servers = seen(&found, "8080/service/http/s@file");
    assert!(servers.contains("http://10.0.0.5:80/x=UP"), "{servers}");
}
