//! Ways in by cloudflared and Tailscale against exposures: `drift` and `ports`.

use crate::world::{bare, facts, now, put};
use diag::SourceSet;
use model::fact::{Completeness, Fact, FactKind, FactPath, Seen, TargetFacts};
use model::kleene::Reason;
use model::value::Value;
use plan::ports::Justification;
use plan::{Context, Owned};
use std::collections::BTreeMap;

const HEAD: &str = "format: 1\nlab: x\n";

/// What drift says, and what `ports` shows.
fn said(lab: &str, web: TargetFacts) -> (Vec<String>, Vec<String>) {
    over(
        "hosts: {web: {}, other: {}}\npeople: {anna: {}}\n",
        lab,
        web,
    )
}

/// The same with other hosts.
fn over(hosts: &str, lab: &str, web: TargetFacts) -> (Vec<String>, Vec<String>) {
    let mut sources = SourceSet::default();
    sources.add("holdfast.yaml", format!("{HEAD}{hosts}{lab}"));
    let (lab, wrong) = lang::analyze(&sources);
    let invalid: Vec<_> = wrong
        .iter()
        .filter(|d| d.class == diag::Class::Invalid)
        .collect();
    assert!(invalid.is_empty(), "{invalid:#?}");
    let facts = facts(web);
    let owned = Owned::default();
    let ctx = Context {
        lab: &lab,
        sources: &sources,
        facts: &facts,
        owned: &owned,
        now: now(),
    };
    let drift = plan::tunnels::drift(&ctx).into_iter();
    let drift = drift.map(|d| {
        let how = d.how.word();
        format!("{how} {} | {} | {}", d.path, d.declared, d.observed)
    });
    let ways = plan::tunnels::ways(&ctx).into_iter().map(|p| {
        let state = match p.state {
            Justification::Declared => "declared",
            Justification::Local => "local",
            Justification::None => "unjustified",
            Justification::Unknown => "unknown",
        };
        format!("{state} {} {}: {}", p.socket, p.process, p.reason)
    });
    (drift.collect(), ways.collect())
}

fn texts(of: &[&str]) -> Value {
    Value::List(of.iter().map(|t| Value::from(*t)).collect())
}

/// A tunnel with its rules.
fn tunnel(runs: &str, rules: &[(&str, &str)]) -> TargetFacts {
    let mut web = bare();
    let about = [("runs", runs), ("managed", "file")];
    put(&mut web, "cloudflared:home", Value::map(about));
    for (host, service) in rules {
        let mut value = BTreeMap::from([
            ("host".to_owned(), Value::from(*host)),
            ("service".to_owned(), Value::from(*service)),
        ]);
        if service.starts_with("http_status") {
            value.insert("refuses".to_owned(), Value::Bool(true));
        }
        let path = format!("cloudflared:home/{host}");
        put(&mut web, &path, Value::Map(value));
    }
    web
}

const DECLARED: &str = "services:
  elsewhere: {}
  tunnel: {image: cloudflare/cloudflared, runs: {host: web}}
  cloud: {exposures: [{port: 443, from: internet, via: tunnel, host: Cloud.example.org, why: family files, owner: anna}]}
  wiki: {exposures: [{port: 443, from: internet, via: elsewhere, host: wiki.example.org, why: elsewhere}]}
";

#[test]
fn a_name_that_a_tunnel_leads_in_has_to_be_declared() {
    let rules = [
        ("cloud.example.org", "http://localhost:8080"),
        ("wiki.example.org", "http://localhost:8081"),
        ("*", "http_status:404"),
    ];
    let (drift, ways) = said(DECLARED, tunnel("host", &rules));
    assert_eq!(
        drift,
        [
            "undeclared cloudflared:home/wiki.example.org | not declared | tunnel://wiki.example.org, cloudflared to http://localhost:8081"
        ]
    );
    assert_eq!(
        ways,
        [
            "declared tunnel://cloud.example.org cloudflared to http://localhost:8080: family files, owner anna",
            "unjustified tunnel://wiki.example.org cloudflared to http://localhost:8081: not declared",
        ]
    );
    // One that does not run lets nobody in.
    let (drift, ways) = said(DECLARED, tunnel("stopped", &rules));
    let missing = "missing cloudflared:host/cloud.example.org | cloud as cloud.example.org | no rule of a tunnel that runs";
    assert_eq!((drift, ways), (vec![missing.to_owned()], Vec::new()));
}

#[test]
fn a_declared_name_has_to_be_led_in() {
    for (rules, want) in [
        (
            vec![("*", "http_status:404")],
            Some(
                "missing cloudflared:host/cloud.example.org | cloud as cloud.example.org | refused: http_status:404",
            ),
        ),
        (
            vec![
                ("git.example.org", "http://a"),
                ("cloud.example.org", "http_status:403"),
                ("*", "http_status:404"),
            ],
            Some(
                "missing cloudflared:host/cloud.example.org | cloud as cloud.example.org | refused: http_status:403",
            ),
        ),
        (vec![("*.example.org", "http://a")], None),
        (
            vec![("*.example.net", "http://a")],
            Some(
                "missing cloudflared:host/cloud.example.org | cloud as cloud.example.org | no rule of a tunnel that runs",
            ),
        ),
    ] {
        let (drift, _) = said(DECLARED, tunnel("container", &rules));
        let about = drift.iter().find(|l| l.contains(":host/"));
        assert_eq!(about.map(String::as_str), want, "{rules:?}");
    }
}

#[test]
fn rules_that_only_the_provider_has_are_unknown() {
    let mut web = bare();
    let why = "its rules are kept at the provider";
    let about = [("runs", "container"), ("managed", "provider"), ("gap", why)];
    put(&mut web, "cloudflared:provider", Value::map(about));
    let gap = Reason::new(format!("provider: {why}"));
    web.collections
        .insert(FactKind::Cloudflared, Completeness::No(gap));
    let (drift, ways) = said(DECLARED, web);
    assert_eq!(
        drift,
        [
            format!(
                "unknown cloudflared:provider | what comes in by cloudflared | unknown ({why})"
            ),
            format!(
                "unknown cloudflared:host/cloud.example.org | cloud as cloud.example.org | unknown (provider: {why})"
            ),
        ]
    );
    assert_eq!(ways, [format!("unknown tunnel://* cloudflared: {why}")]);
}

/// A machine in a tailnet that offers all there is.
fn tailnet(state: &str) -> TargetFacts {
    let mut web = bare();
    let own = [
        ("state", Value::from(state)),
        ("name", Value::from("web.t.ts.net")),
        ("routes", texts(&["192.168.10.0/24", "192.168.20.0/24"])),
        ("approved", texts(&["192.168.10.0/24"])),
        ("exit", Value::Bool(true)),
        ("ssh", Value::Bool(true)),
        ("shields", Value::Bool(false)),
    ];
    put(&mut web, "tailscale:self", Value::map(own));
    for (at, public) in [
        ("web.t.ts.net:443", true),
        ("web.t.ts.net:8443", false),
        (":10000", true),
    ] {
        let value = [
            ("to", texts(&["/ http://127.0.0.1:3000"])),
            ("public", Value::Bool(public)),
        ];
        put(
            &mut web,
            &format!("tailscale:serve/{at}"),
            Value::map(value),
        );
    }
    web
}

const MESH: &str = "services:
  mesh:
    image: tailscale/tailscale
    runs: {host: web}
  shell: {exposures: [{port: 22, via: mesh, why: administration}]}
  photos: {exposures: [{port: 443, from: internet, via: mesh, host: web.t.ts.net, why: for the family}]}
  git: {exposures: [{port: 10000, from: internet, via: mesh, why: pushes}]}
  graphs: {exposures: [{port: 8443, via: mesh, host: Web.t.ts.net, why: at home}]}
waivers:
  - {drift: 'tailscale:route/192.168.10.0/24', object: host/web, reason: the way home, owner: anna, expires: 2027-06-01}
";

#[test]
fn a_tailnet_comes_in_by_routes_ssh_and_what_is_served() {
    let (_, ways) = said(MESH, tailnet("Running"));
    let served = "tailscaled to [/ http://127.0.0.1:3000]";
    assert_eq!(
        ways,
        [
            "declared tailnet://192.168.10.0/24 tailscaled, all of the network (approved): waived until 2027-06-01: the way home".to_owned(),
            "unjustified tailnet://192.168.20.0/24 tailscaled, all of the network (not approved, or another machine has it): not declared".to_owned(),
            "unjustified tailnet://exit tailscaled, to the internet by this machine's line: not declared".to_owned(),
            "declared tailnet://web.t.ts.net:22 tailscaled, SSH by the rules of the tailnet: administration".to_owned(),
            format!("declared funnel://:10000 {served}, from the internet: pushes"),
            format!("declared funnel://web.t.ts.net:443 {served}, from the internet: for the family"),
            format!("declared tailnet://web.t.ts.net:8443 {served}, from the tailnet: at home"),
        ]
    );
    // Nothing that is declared for the tailnet is open to the internet by that.
    let inside = MESH.replace("port: 443, from: internet,", "port: 443,");
    let (drift, _) = said(&inside, tailnet("Running"));
    let open = "undeclared tailscale:serve/web.t.ts.net:443 | not declared | funnel://web.t.ts.net:443, tailscaled to [/ http://127.0.0.1:3000], from the internet";
    assert!(drift.contains(&open.to_owned()), "{drift:#?}");
    let mut shields = tailnet("Running");
    let path = FactPath::parse("tailscale:self").unwrap();
    if let Some(Seen::Present(Value::Map(own))) = shields.facts.get_mut(&path).map(|f| &mut f.seen)
    {
        own.insert("shields".to_owned(), Value::Bool(true));
    }
    let (_, ways) = said(MESH, shields);
    assert!(
        ways.len() == 2 && ways.iter().all(|w| w.contains("funnel://")),
        "{ways:#?}"
    );
}

#[test]
fn declared_ways_by_a_tailnet_that_is_down_or_closed() {
    let all = |state: &str| {
        let end = format!("| Tailscale is {state}");
        let (drift, ways) = said(MESH, tailnet(state));
        assert!(ways.is_empty() && drift.len() == 4, "{drift:#?}");
        assert!(
            drift
                .iter()
                .all(|l| l.starts_with("differs ") && l.ends_with(&end)),
            "{drift:#?}"
        );
    };
    all("NeedsLogin");
    all("Stopped");
    let (drift, _) = said(MESH, bare());
    assert!(
        drift.len() == 4 && drift.iter().all(|l| l.ends_with("| no Tailscale runs")),
        "{drift:#?}"
    );
    let mut web = tailnet("Running");
    web.facts
        .retain(|path, _| path.key != "serve/web.t.ts.net:443");
    let (drift, _) = said(MESH, web.clone());
    let closed = "missing tailscale:way/photos | photos from the internet, by Funnel | no Funnel";
    assert!(drift.contains(&closed.to_owned()), "{drift:#?}");
    let gap = Completeness::No(Reason::new(
        "what this machine serves: it did not answer within 10 s",
    ));
    web.collections.insert(FactKind::Tailscale, gap);
    let (drift, ways) = said(MESH, web);
    let unknown = "unknown tailscale:way/photos | photos from the internet, by Funnel | unknown (what this machine serves: it did not answer within 10 s)";
    assert!(drift.contains(&unknown.to_owned()), "{drift:#?}");
    assert!(
        ways.iter().any(|w| w.starts_with("unknown tailnet://* ")),
        "{ways:#?}"
    );
}

/// The same as a node that says what it offers.
const NODE: &str = "services:
  shell: {exposures: [{port: 22, via: mesh, why: administration}]}
  mesh: {image: tailscale/tailscale, runs: {host: web}}
";

/// The node of [`tailnet`], declared as it is, with some words in the place of others.
fn node(swap: &[(&str, &str)]) -> String {
    let mut text = "  web:
    tailscale:
      why: Anna looks after it
      name: web
      server: https://headscale.example.org/
      tags: ['tag:server']
      routes: [192.168.10.0/24]
      exit: yes
      ssh: yes
      accepts_routes: no
      serve:
        443: {to: 'http://localhost:3000/', funnel: yes, why: the wiki}
        8443: 3000
        10000: {funnel: yes}
"
    .to_owned();
    for (before, after) in swap {
        assert!(text.contains(before), "{before}");
        text = text.replacen(before, after, 1);
    }
    format!("hosts:\n{text}  other: {{}}\npeople: {{anna: {{}}}}\n")
}

/// As it is, with fields in the place of others.
fn running(fields: &[(&str, Value)]) -> TargetFacts {
    let mut web = tailnet("Running");
    let path = FactPath::parse("tailscale:self").unwrap();
    let Some(Seen::Present(Value::Map(own))) = web.facts.get_mut(&path).map(|f| &mut f.seen) else {
        panic!("no map");
    };
    let usual = [
        ("server", Value::from("https://headscale.example.org")),
        ("tags", texts(&["tag:server"])),
        ("routes", texts(&["192.168.10.0/24"])),
        ("accepts_routes", Value::Bool(false)),
    ];
    for (field, value) in usual.iter().chain(fields) {
        own.insert((*field).to_owned(), value.clone());
    }
    web
}

#[test]
fn a_declared_node_of_a_tailnet_is_as_it_is_declared() {
    let (drift, ways) = over(&node(&[]), NODE, running(&[]));
    assert_eq!(drift, [""; 0]);
    let served = "tailscaled to [/ http://127.0.0.1:3000]";
    assert_eq!(
        ways,
        [
            "declared tailnet://192.168.10.0/24 tailscaled, all of the network (approved): Anna looks after it".to_owned(),
            "declared tailnet://exit tailscaled, to the internet by this machine's line: Anna looks after it".to_owned(),
            "declared tailnet://web.t.ts.net:22 tailscaled, SSH by the rules of the tailnet: administration".to_owned(),
            format!("declared funnel://:10000 {served}, from the internet: Anna looks after it"),
            format!("declared funnel://web.t.ts.net:443 {served}, from the internet: the wiki"),
            format!("declared tailnet://web.t.ts.net:8443 {served}, from the tailnet: Anna looks after it"),
        ]
    );
    // Without a reason it is there rightly, and nobody answers for it.
    let (drift, ways) = over(
        &node(&[("      why: Anna looks after it\n", "")]),
        "",
        running(&[]),
    );
    assert_eq!(drift, [""; 0]);
    let without = "unjustified tailnet://exit tailscaled, to the internet by this machine's line: declared without a reason";
    assert!(ways.contains(&without.to_owned()), "{ways:#?}");
}

#[test]
fn a_node_of_a_tailnet_that_is_otherwise_than_declared() {
    for (swap, fields, want) in [
        (
            ("name: web", "name: box"),
            vec![],
            "differs tailscale:self/name | name box | name web.t.ts.net",
        ),
        (
            ("headscale.example.org/", "controlplane.tailscale.com"),
            vec![],
            "differs tailscale:self/server | control server https://controlplane.tailscale.com | control server https://headscale.example.org",
        ),
        (
            ("tag:server", "tag:router"),
            vec![],
            "differs tailscale:self/tags | tags tag:router | tags tag:server",
        ),
        (
            ("tag:server", "tag:server"),
            vec![("tags", texts(&[]))],
            "differs tailscale:self/tags | tags tag:server | tags none",
        ),
        (
            ("accepts_routes: no", "accepts_routes: yes"),
            vec![],
            "differs tailscale:self/accepts_routes | takes routes of others | takes no routes of others",
        ),
        (
            ("192.168.10.0/24", "192.168.10.0/24, 10.8.0.0/16"),
            vec![],
            "missing tailscale:route/10.8.0.0/16 | a route to 10.8.0.0/16 | not offered",
        ),
        (
            ("exit: yes", "exit: yes"),
            vec![("approved", texts(&[]))],
            "differs tailscale:route/192.168.10.0/24 | a route to 192.168.10.0/24 | offered, and the tailnet has not approved it",
        ),
        (
            ("exit: yes", "exit: no"),
            vec![],
            "differs tailscale:exit | no exit node | tailnet://exit, tailscaled, to the internet by this machine's line",
        ),
        (
            ("exit: yes", "exit: yes"),
            vec![("exit", Value::Bool(false))],
            "missing tailscale:exit | an exit node | absent",
        ),
        (
            ("ssh: yes", "ssh: yes"),
            vec![("ssh", Value::Bool(false))],
            "missing tailscale:ssh | SSH by Tailscale | absent",
        ),
        (
            (
                "        8443: 3000\n",
                "        8443: {to: '3000', funnel: yes}\n",
            ),
            vec![],
            "differs tailscale:serve/web.t.ts.net:8443 | port 8443, from the internet | from the tailnet alone",
        ),
        (
            ("8443: 3000", "8443: 3001"),
            vec![],
            "differs tailscale:serve/web.t.ts.net:8443 | port 8443 to / http://127.0.0.1:3001 | port 8443 to / http://127.0.0.1:3000",
        ),
        (
            ("10000: {funnel: yes}", "10000: {}"),
            vec![],
            "differs tailscale:serve/:10000 | to the tailnet alone | funnel://:10000, tailscaled to [/ http://127.0.0.1:3000], from the internet",
        ),
        (
            ("        10000: {funnel: yes}\n", ""),
            vec![],
            "undeclared tailscale:serve/:10000 | not declared | funnel://:10000, tailscaled to [/ http://127.0.0.1:3000], from the internet",
        ),
        (
            (
                "10000: {funnel: yes}",
                "10000: {funnel: yes}\n        80: x",
            ),
            vec![],
            "missing tailscale:serve/:80 | port 80, from the tailnet | not served",
        ),
        (
            ("name: web", "name: web"),
            vec![("state", Value::from("NeedsLogin"))],
            "differs tailscale:self | a node of a tailnet | Tailscale is NeedsLogin",
        ),
    ] {
        let (drift, _) = over(&node(&[swap]), "", running(&fields));
        assert_eq!(drift, [want], "{swap:?}");
    }
}

/// A service of the tailnet has a name of its own; no port of the machine is meant, though the number is the same.
#[test]
fn what_a_machine_answers_for_as_a_service_of_the_tailnet_is_not_its_own() {
    let value = [
        ("to", texts(&["127.0.0.1:5432"])),
        ("public", Value::Bool(false)),
    ];
    let mut web = running(&[]);
    put(&mut web, "tailscale:serve/svc:db:5432", Value::map(value));
    let declared = node(&[(
        "        8443: 3000\n",
        "        8443: 3000\n        5432: tcp://127.0.0.1:5432\n",
    )]);
    let (drift, _) = over(&declared, "", web.clone());
    assert_eq!(
        drift,
        [
            "undeclared tailscale:serve/svc:db:5432 | not declared | tailnet://svc:db:5432, tailscaled to [127.0.0.1:5432], from the tailnet",
            "missing tailscale:serve/:5432 | port 5432, from the tailnet | not served",
        ]
    );
    let exposed =
        "services: {db: {exposures: [{port: 5432, host: db.t.ts.net, why: the family's data}]}}\n";
    assert_eq!(over(&node(&[]), exposed, web).0, [""; 0]);
}

/// What is not told is not as declared, and not otherwise either.
#[test]
fn of_a_declared_node_what_nobody_told_is_unknown() {
    let mut web = running(&[]);
    let path = FactPath::parse("tailscale:self").unwrap();
    if let Some(Seen::Present(Value::Map(own))) = web.facts.get_mut(&path).map(|f| &mut f.seen) {
        for field in [
            "name",
            "server",
            "tags",
            "routes",
            "approved",
            "exit",
            "ssh",
            "accepts_routes",
        ] {
            own.remove(field);
        }
    }
    let (drift, _) = over(&node(&[]), "", web);
    let unknown = |d: &String| d.starts_with("unknown ");
    assert!(drift.len() == 7 && drift.iter().all(unknown), "{drift:#?}");
    // Nor is what is declared not to be there, where undeclared ways in are not asked for.
    let mut quiet = running(&[]);
    if let Some(Seen::Present(Value::Map(own))) = quiet.facts.get_mut(&path).map(|f| &mut f.seen) {
        own.remove("exit");
        own.remove("ssh");
    }
    let closed = node(&[
        ("exit: yes", "exit: no"),
        ("ssh: yes", "ssh: no"),
        ("  web:\n", "  web:\n    manage: {listeners: ignore}\n"),
    ]);
    let why = "unknown (the observation does not say)";
    assert_eq!(
        over(&closed, "", quiet).0,
        [
            format!("unknown tailscale:exit | no exit node | {why}"),
            format!("unknown tailscale:ssh | no SSH by Tailscale | {why}"),
        ]
    );
    // A route that another machine has at the moment is approved.
    let mut spare = running(&[("approved", texts(&[]))]);
    let peer = [("routes", texts(&["192.168.10.0/24"]))];
    put(&mut spare, "tailscale:peer/gw.t.ts.net", Value::map(peer));
    assert_eq!(over(&node(&[]), "", spare).0, [""; 0]);
    let (drift, _) = over(&node(&[]), "", bare());
    assert_eq!(
        drift,
        ["missing tailscale:self | a node of a tailnet | no Tailscale runs"]
    );
}

#[test]
fn a_machine_in_a_tailnet_that_nobody_declares() {
    let mut web = bare();
    let own = [
        ("state", Value::from("Running")),
        ("name", Value::from("web.t.ts.net")),
    ];
    put(&mut web, "tailscale:self", Value::map(own));
    let (drift, ways) = said("", web.clone());
    assert_eq!(
        drift,
        [
            "undeclared tailscale:self | not declared | tailnet://web.t.ts.net, tailscaled, what listens here and the rules of the tailnet let in"
        ]
    );
    assert_eq!(
        ways,
        [
            "unjustified tailnet://web.t.ts.net tailscaled, what listens here and the rules of the tailnet let in: not declared"
        ]
    );
    let declared = [
        "hosts: {web: {tailscale: {}}, other: {}}\n",
        "hosts: {web: {packages: [tailscale]}, other: {}}\n",
        "hosts: {web: {units: {tailscaled.service: {active: yes}}}, other: {}}\n",
    ];
    for hosts in declared {
        assert_eq!(over(hosts, "", web.clone()).0, [""; 0], "{hosts}");
    }
}

#[test]
fn nothing_is_said_of_a_machine_without_tunnels_and_all_of_one_that_hides_them() {
    assert_eq!(said("", bare()), (Vec::new(), Vec::new()));
    let mut web = bare();
    let fact = Fact {
        seen: Seen::Unknown(Reason::new("it runs in a container")),
        source: "test".into(),
    };
    let path = FactPath::parse("tailscale:self").unwrap();
    web.facts.insert(path, fact);
    let gap = Completeness::No(Reason::new("self: it runs in a container"));
    web.collections.insert(FactKind::Tailscale, gap);
    let (drift, _) = said("", web);
    assert_eq!(
        drift,
        [
            "unknown tailscale:* | what comes in by Tailscale | unknown (self: it runs in a container)"
        ]
    );
}
