//! Declared stacks against observed containers, as rows of data.

use crate::world::{bare, now, put};
use diag::SourceSet;
use lang::compose::{Loaded, Loader};
use model::fact::{Completeness, FORMAT, FactKind, Facts, TargetFacts};
use model::kleene::Reason;
use model::realm::Realm;
use model::value::Value;
use plan::stacks::StackDrift;
use plan::{Context, Owned};
use std::collections::BTreeMap;

const LAB: &str = "format: 1\nlab: x\nhosts: {web: {os: debian}}\n\
    stacks: {wiki: {file: wiki/compose.yaml, on: web}}\n";
const COMPOSE: &str = "
services:
  app:
    image: nginx:1.27
    ports: ['8080:80', '127.0.0.1:8443:443', '53:53/udp']
  db:
    image: postgres:16@sha256:aa
  setup:
    image: alpine
    restart: 'no'
";

struct Tree<'a>(&'a str);

impl Loader for Tree<'_> {
    fn load(&self, path: &str) -> Loaded {
        match path {
            "wiki/compose.yaml" => Loaded::Text(self.0.to_owned()),
            _ => Loaded::Missing,
        }
    }
}

/// What is said when these containers are seen on the host.
fn drift(compose: &str, web: TargetFacts, realm: Realm) -> StackDrift {
    let mut sources = SourceSet::default();
    sources.add("holdfast.yaml", LAB);
    let (lab, _) = lang::analyze(&sources);
    let read = lang::stacks(&lab, sources, &Tree(compose));
    let facts = Facts {
        format: FORMAT,
        realm,
        targets: BTreeMap::from([("web".to_owned(), web)]),
    };
    let ctx = Context {
        lab: &lab,
        sources: &read.sources,
        facts: &facts,
        owned: &Owned::new(),
        now: now(),
    };
    plan::stacks::drift(&ctx, &read.projects)
}

fn lines(drift: &StackDrift) -> Vec<String> {
    let line = |d: &plan::Difference| {
        let name = &d.path.key;
        format!("{name} {}: {} | {}", d.how.word(), d.declared, d.observed)
    };
    drift.differences.iter().map(line).collect()
}

fn port(address: &str, port: i64, target: i64, protocol: &str) -> Value {
    Value::map([
        ("address", Value::from(address)),
        ("port", Value::from(port)),
        ("target", Value::from(target)),
        ("protocol", Value::from(protocol)),
    ])
}

fn container(service: &str, image: &str, ports: Vec<Value>) -> BTreeMap<String, Value> {
    let text = [
        ("image", image),
        ("project", "wiki"),
        ("service", service),
        ("state", "running"),
    ];
    let mut fields: BTreeMap<String, Value> = text
        .into_iter()
        .map(|(k, v)| (k.to_owned(), Value::from(v)))
        .collect();
    fields.insert("ports".to_owned(), Value::List(ports));
    fields
}

/// Everything as declared, in the forms in which engines tell it.
fn whole() -> BTreeMap<&'static str, BTreeMap<String, Value>> {
    let ports = vec![
        port("0.0.0.0", 8080, 80, "tcp"),
        port("::", 8080, 80, "tcp"),
        port("127.0.0.1", 8443, 443, "tcp"),
        port("0.0.0.0", 53, 53, "udp"),
    ];
    let mut db = container("db", "postgres:16", vec![]);
    let digests = vec![Value::from("postgres@sha256:aa")];
    db.insert("digests".to_owned(), Value::List(digests));
    let mut setup = container("setup", "docker.io/library/alpine:latest", vec![]);
    setup.insert("state".to_owned(), Value::from("exited"));
    setup.insert("exit".to_owned(), Value::from(0));
    BTreeMap::from([
        ("wiki-app-1", container("app", "nginx:1.27", ports)),
        ("wiki-db-1", db),
        ("wiki-setup-1", setup),
    ])
}

fn seen(containers: &BTreeMap<&str, BTreeMap<String, Value>>) -> TargetFacts {
    let mut web = bare();
    for (name, fields) in containers {
        let path = format!("docker-container:{name}");
        put(&mut web, &path, Value::Map(fields.clone()));
    }
    web
}

#[test]
fn what_is_as_declared_is_no_difference() {
    let drift = drift(COMPOSE, seen(&whole()), Realm::Real);
    assert_eq!(lines(&drift), [""; 0]);
    assert_eq!(drift.stand_ins, 0);
}

/// One thing changed in a container, and what is said of it.
#[test]
fn each_thing_that_differs_is_told_with_before_and_after() {
    type Row = (&'static str, &'static str, Value, &'static str);
    let rows: [Row; 10] = [
        (
            "wiki-app-1",
            "image",
            Value::from("nginx:1.28"),
            "wiki-app-1 differs: image nginx:1.27 | image nginx:1.28",
        ),
        (
            "wiki-app-1",
            "state",
            Value::from("restarting"),
            "wiki-app-1 differs: running | restarting",
        ),
        (
            "wiki-app-1",
            "state",
            Value::from("paused"),
            "wiki-app-1 differs: running | paused",
        ),
        (
            "wiki-app-1",
            "health",
            Value::from("unhealthy"),
            "wiki-app-1 differs: healthy | unhealthy",
        ),
        (
            "wiki-app-1",
            "health",
            Value::from("starting"),
            "wiki-app-1 unknown: healthy | unknown (its health check has not answered yet)",
        ),
        (
            "wiki-app-1",
            "privileged",
            Value::from(true),
            "wiki-app-1 differs: no more rights than usual | all rights",
        ),
        (
            "wiki-app-1",
            "ports",
            Value::List(vec![
                port("0.0.0.0", 8080, 80, "tcp"),
                port("0.0.0.0", 8443, 443, "tcp"),
                port("0.0.0.0", 53, 53, "udp"),
            ]),
            "wiki-app-1 differs: ports 127.0.0.1:8443->443/tcp, 53->53/udp, 8080->80/tcp | ports 53->53/udp, 8080->80/tcp, 8443->443/tcp",
        ),
        (
            "wiki-db-1",
            "digests",
            Value::List(vec![Value::from("postgres@sha256:bb")]),
            "wiki-db-1 differs: image postgres:16@sha256:aa | image postgres:16@sha256:bb",
        ),
        (
            "wiki-db-1",
            "ports",
            Value::List(vec![port("0.0.0.0", 5432, 5432, "tcp")]),
            "wiki-db-1 differs: no published port | ports 5432->5432/tcp",
        ),
        (
            "wiki-setup-1",
            "exit",
            Value::from(3),
            "wiki-setup-1 differs: running | exited, exit code 3",
        ),
    ];
    for (name, field, value, want) in rows {
        let mut containers = whole();
        let changed = containers.get_mut(name).unwrap();
        changed.insert(field.to_owned(), value);
        assert_eq!(
            lines(&drift(COMPOSE, seen(&containers), Realm::Real)),
            [want]
        );
    }
}

#[test]
fn missing_and_undeclared_containers() {
    let mut containers = whole();
    containers.remove("wiki-db-1");
    let other = container("x", "evil:1", vec![port("0.0.0.0", 23, 23, "tcp")]);
    containers.insert("other", other);
    let want = [
        "wiki-db-1 missing: service db of stack wiki | absent",
        "other undeclared: not declared | evil:1, running, ports 23->23/tcp",
    ];
    let web = seen(&containers);
    assert_eq!(lines(&drift(COMPOSE, web.clone(), Realm::Real)), want);

    // Of an engine that does not answer nothing is missing.
    let mut silent = web;
    let why = Reason::new("Cannot connect");
    silent
        .collections
        .insert(FactKind::DockerContainer, Completeness::No(why));
    let want = [
        "* unknown: 1 of its stacks | unknown (Cannot connect)",
        "wiki-db-1 unknown: service db of stack wiki | unknown (Cannot connect)",
        "other undeclared: not declared | evil:1, running, ports 23->23/tcp",
    ];
    assert_eq!(lines(&drift(COMPOSE, silent, Realm::Real)), want);
    let unread = drift("services: [", seen(&whole()), Realm::Real);
    assert!(
        !lines(&unread).is_empty(),
        "a file that cannot be read is no empty stack"
    );
}

/// In a twin an image may stand in for the declared one; nowhere else.
#[test]
fn stand_ins_count_in_twins_only() {
    let mut containers = whole();
    for (name, image) in [
        ("wiki-app-1", "nginx:1.27"),
        ("wiki-db-1", "postgres:16@sha256:aa"),
    ] {
        let fields = containers.get_mut(name).unwrap();
        fields.insert("image".to_owned(), Value::from("holdfast/stand-in:1"));
        fields.insert("stand_in".to_owned(), Value::from(image));
        fields.remove("digests");
    }
    let twin = drift(COMPOSE, seen(&containers), Realm::Twin("t".to_owned()));
    assert_eq!((lines(&twin), twin.stand_ins), (vec![], 2));
    let real = drift(COMPOSE, seen(&containers), Realm::Real);
    assert_eq!((lines(&real).len(), real.stand_ins), (2, 0));
    // One for another image is no stand-in for this one.
    let app = containers.get_mut("wiki-app-1").unwrap();
    app.insert("stand_in".to_owned(), Value::from("nginx:1.28"));
    let twin = drift(COMPOSE, seen(&containers), Realm::Twin("t".to_owned()));
    assert_eq!((lines(&twin).len(), twin.stand_ins), (1, 1));
}

#[test]
fn so_many_as_are_declared() {
    let compose = "services: {app: {image: 'nginx:1.27', deploy: {replicas: 2}}}\n";
    let one = BTreeMap::from([("wiki-app-1", container("app", "nginx:1.27", vec![]))]);
    let said = lines(&drift(compose, seen(&one), Realm::Real));
    assert_eq!(
        said,
        ["wiki-app-1 missing: service app of stack wiki, 2 of it | 1 of it"]
    );
}

/// What nobody asked is unknown, with the reason: stacks on guests that are not logged in to, on silent hosts, of Kubernetes.
#[test]
fn a_stack_that_nobody_looked_at_is_unknown() {
    let text = "format: 1\nlab: x\nhosts: {pve: {os: debian}, web: {os: debian}}\n\
        guests: {shut: {kind: vm, on: pve}, open: {kind: vm, on: pve, reach: {ssh: open}}, form: {kind: vm, on: pve, template: true}}\n\
        stacks: {a: {file: a.yaml, on: shut}, b: {file: b.yaml, on: open}, c: {file: c.yaml, on: pve}, d: {file: d, kind: kubernetes, on: pve}}\n";
    let mut sources = SourceSet::default();
    sources.add("holdfast.yaml", text);
    let (lab, _) = lang::analyze(&sources);
    let seen = |names: &[&str]| {
        let targets = names.iter().map(|n| ((*n).to_owned(), bare()));
        let facts = Facts {
            format: FORMAT,
            realm: Realm::Real,
            targets: targets.collect(),
        };
        let ctx = Context {
            lab: &lab,
            sources: &sources,
            facts: &facts,
            owned: &Owned::new(),
            now: now(),
        };
        assert_eq!(plan::unlooked::guests(&lab), ["shut"]);
        let all = plan::unlooked::stacks(&ctx).into_iter();
        all.map(|d| format!("{}: {}", d.target, d.observed))
            .collect::<Vec<_>>()
    };
    let shut = "stack/a: unknown (nothing says how guest/shut is logged in to: add `reach: {ssh: ALIAS}` to it)";
    let kubernetes = "stack/d: unknown (what Kubernetes runs is asked of a cluster: let `on` name that instead of host/pve)";
    assert_eq!(seen(&["pve", "open"]), [shut, kubernetes]);
    let open = "stack/b: unknown (guest/open was not asked)";
    let pve = "stack/c: unknown (host/pve was not asked)";
    assert_eq!(seen(&["web"]), [shut, open, pve, kubernetes]);
}
