//! Compose projects: verdicts and values against what `docker compose config` (2.26) was recorded to say.

use diag::Severity;
use lang::compose::{Loaded, Loader, Reading, Request, read};
use model::compose::{Condition, MountKind, Port, Service};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Files by path.
pub(crate) struct Files(pub(crate) BTreeMap<String, String>);

impl Loader for Files {
    fn load(&self, path: &str) -> Loaded {
        let path = path.trim_start_matches("./");
        let below = format!("{path}/");
        match self.0.get(path) {
            Some(text) => Loaded::Text(text.clone()),
            None if path == "." || self.0.keys().any(|k| k.starts_with(&below)) => {
                Loaded::Unreadable("it is a folder".to_owned())
            }
            None => Loaded::Missing,
        }
    }
}

pub(crate) fn read_files(names: &[&str], files: &[(&str, &str)]) -> Reading {
    let files = files
        .iter()
        .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
        .collect();
    let request = Request {
        files: names.iter().map(|n| (*n).to_owned()).collect(),
        environment: BTreeMap::from([
            ("HOME".to_owned(), "/home/me".to_owned()),
            ("PWD".to_owned(), "/project".to_owned()),
        ]),
        name: Some("project".to_owned()),
        ..Request::default()
    };
    read(&request, &Files(files))
}

pub(crate) fn read_text(text: &str) -> Reading {
    read_files(&["compose.yaml"], &[("compose.yaml", text)])
}

pub(crate) fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/compose")
}

fn codes(reading: &Reading) -> BTreeSet<&str> {
    reading
        .diagnostics
        .iter()
        .map(|d| d.code.as_str())
        .collect()
}

#[test]
fn verdicts_are_those_of_the_compose_tool() {
    let beside = std::fs::read_to_string(folder().join("beside.json")).unwrap();
    let beside: BTreeMap<String, String> = serde_json::from_str(&beside).unwrap();
    let rows = std::fs::read_to_string(folder().join("verdicts.jsonl")).unwrap();
    let mut wrong = Vec::new();
    for row in rows.lines() {
        let row: Value = serde_json::from_str(row).unwrap();
        let text = row["text"].as_str().unwrap();
        let mut files: Vec<(&str, &str)> = beside
            .iter()
            .map(|(k, v)| (k.as_str(), v.as_str()))
            .collect();
        files.push(("c.yaml", text));
        let reading = read_files(&["c.yaml"], &files);
        // A key without a meaning is refused there and kept here.
        let expected = row["valid"] == true || row["unknown_key"] == true;
        let both_wrong = row["unknown_key"] == true && !reading.is_valid();
        if reading.is_valid() != expected && !both_wrong {
            wrong.push(format!(
                "{}: expected {expected}, {:?}",
                row["name"], reading.diagnostics
            ));
        }
        if row["unknown_key"] == true && reading.is_valid() {
            assert!(
                codes(&reading).contains("compose-unknown-key"),
                "{}",
                row["name"]
            );
            assert!(!reading.project.unknown.is_empty(), "{}", row["name"]);
        }
    }
    assert!(rows.lines().count() > 1_000);
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// A folder of files with what the tool said about them.
fn recorded(name: &str) {
    let root = folder().join(name);
    let mut files = BTreeMap::new();
    collect(&root, &root, &mut files);
    let recorded: Value = serde_json::from_str(&files.remove("recorded.json").unwrap()).unwrap();
    let names: Vec<&str> = recorded["files"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(Value::as_str)
        .collect();
    let files: Vec<(&str, &str)> = files
        .iter()
        .map(|(k, v)| (k.as_str(), v.as_str()))
        .collect();
    let reading = read_files(&names, &files);
    assert!(reading.is_valid(), "{:#?}", reading.diagnostics);
    let theirs = recorded["config"]["services"].as_object().unwrap();
    let names: Vec<&String> = reading.project.services.keys().collect();
    assert_eq!(names, theirs.keys().collect::<Vec<_>>());
    for (service, ours) in &reading.project.services {
        assert_eq!(shown(ours), expected(&theirs[service]), "{name}: {service}");
    }
}

fn collect(root: &Path, folder: &Path, files: &mut BTreeMap<String, String>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(root, &path, files);
        } else {
            let shown = path.strip_prefix(root).unwrap().display().to_string();
            files.insert(shown, std::fs::read_to_string(&path).unwrap());
        }
    }
}

/// The part of a service that is compared, in the form of the tool.
fn shown(s: &Service) -> Value {
    let mut environment: BTreeMap<String, Option<String>> = BTreeMap::new();
    for file in &s.env_files {
        let sets = file.sets.iter();
        environment.extend(sets.map(|(k, v)| (k.clone(), Some(v.expose().to_owned()))));
    }
    for (name, value) in &s.environment {
        let value = value.value.as_ref().map(|t| t.expose().to_owned());
        environment.insert(name.clone(), value);
    }
    let ports: BTreeSet<String> = s.ports.iter().map(port).collect();
    let mounts: BTreeSet<String> = s.mounts.iter().map(mount).collect();
    let words = |c: &Option<model::compose::Command>| {
        c.as_ref().map(|c| {
            c.words
                .iter()
                .map(|w| w.expose().to_owned())
                .collect::<Vec<_>>()
        })
    };
    let depends: BTreeMap<&String, Value> = s
        .depends_on
        .iter()
        .map(|(n, d)| (n, json!([condition(d.condition), d.required])))
        .collect();
    let networks: BTreeMap<&String, Vec<&String>> = s
        .networks
        .iter()
        .map(|(n, m)| (n, m.aliases.iter().map(|a| &a.value).collect()))
        .collect();
    let limits = s.deploy.as_ref().and_then(|d| d.limits.as_ref());
    let hosts = s.extra_hosts.iter();
    let hosts: BTreeSet<String> = hosts
        .flat_map(|(n, all)| all.iter().map(move |a| format!("{n}={}", a.value)))
        .collect();
    json!({
        "image": s.image.as_ref().map(|i| &i.value.reference),
        "environment": environment,
        "ports": ports,
        "volumes": mounts,
        "command": words(&s.command),
        "entrypoint": words(&s.entrypoint),
        "depends_on": depends,
        "networks": networks,
        "labels": s.labels.iter().map(|(k, v)| (k, v.value.expose())).collect::<BTreeMap<_, _>>(),
        "memory": limits.and_then(|l| l.memory.as_ref()).map(|m| m.value.to_string()),
        "cpus": limits.and_then(|l| l.cpus.as_ref()).map(|c| c.value),
        "extra_hosts": hosts,
        "user": s.user.as_ref().map(|u| &u.value),
        "cap_add": s.cap_add.iter().map(|c| &c.value).collect::<BTreeSet<_>>(),
        "dns": s.dns.servers.iter().map(|c| &c.value).collect::<Vec<_>>(),
        "ulimits": s.ulimits.iter().map(|(n, u)| (n, json!([u.soft, u.hard]))).collect::<BTreeMap<_, _>>(),
        "secrets": s.secrets.iter().map(|g| &g.source.value).collect::<BTreeSet<_>>(),
        "interval": s.healthcheck.as_ref().and_then(|h| h.interval.as_ref()).map(|d| d.value),
        "build": s.build.as_ref().map(|b| absolute(&b.context.value)),
    })
}

fn condition(condition: Condition) -> &'static str {
    match condition {
        Condition::Started => "service_started",
        Condition::Healthy => "service_healthy",
        Condition::Completed => "service_completed_successfully",
    }
}

fn port(p: &Port) -> String {
    let host = p.host_ip.map(|h| h.to_string()).unwrap_or_default();
    let published = match p.published {
        None => String::new(),
        Some(r) if r.start == r.end => r.start.to_string(),
        Some(r) => format!("{}-{}", r.start, r.end),
    };
    format!("{host}:{published}:{}/{}", p.target, p.protocol)
}

fn mount(m: &model::compose::Mount) -> String {
    let source = m.source.clone().unwrap_or_default();
    let (kind, source) = match m.kind {
        MountKind::Bind => ("bind", absolute(&source)),
        MountKind::Named | MountKind::Anonymous => ("volume", source),
        MountKind::Tmpfs => ("tmpfs", source),
        MountKind::Other => ("other", source),
    };
    format!("{kind} {source}:{}:{}", m.target, m.read_only)
}

/// A path of the project, as the tool shows it.
fn absolute(path: &str) -> String {
    let path = match path.strip_prefix("~/") {
        Some(rest) => format!("/home/me/{rest}"),
        None if path.starts_with('/') => path.to_owned(),
        None => format!("/project/{path}"),
    };
    let mut steps: Vec<&str> = Vec::new();
    for step in path.split('/').filter(|s| !s.is_empty() && *s != ".") {
        match step {
            ".." => drop(steps.pop()),
            _ => steps.push(step),
        }
    }
    format!("/{}", steps.join("/"))
}

/// The same part of a recorded service.
fn expected(s: &Value) -> Value {
    let said = |v: &Value, key: &str| v[key].as_str().unwrap_or_default().to_owned();
    let each = |key: &str| s[key].as_array().cloned().unwrap_or_default();
    let map = |key: &str| s[key].as_object().cloned().unwrap_or_default();
    let port = |p: &Value| {
        format!(
            "{}:{}:{}/{}",
            said(p, "host_ip"),
            said(p, "published"),
            p["target"],
            said(p, "protocol")
        )
    };
    let mount = |m: &Value| {
        let read_only = m["read_only"].as_bool().unwrap_or(false);
        format!(
            "{} {}:{}:{read_only}",
            said(m, "type"),
            said(m, "source"),
            said(m, "target")
        )
    };
    let networks: BTreeMap<String, Value> = map("networks")
        .into_iter()
        .filter(|(n, _)| n != "default")
        .map(|(n, v)| (n, v.get("aliases").cloned().unwrap_or_else(|| json!([]))))
        .collect();
    let depends: BTreeMap<String, Value> = map("depends_on")
        .into_iter()
        .map(|(n, d)| (n, json!([d["condition"], d["required"]])))
        .collect();
    let ulimits: BTreeMap<String, Value> = map("ulimits")
        .into_iter()
        .map(|(n, u)| match u.is_number() {
            true => (n, json!([u, u])),
            false => (n, json!([u["soft"], u["hard"]])),
        })
        .collect();
    let limits = &s["deploy"]["resources"]["limits"];
    let set = |key: &str| {
        each(key)
            .iter()
            .filter_map(Value::as_str)
            .map(str::to_owned)
            .collect::<BTreeSet<_>>()
    };
    json!({
        "image": s["image"],
        "environment": map("environment"),
        "ports": each("ports").iter().map(port).collect::<BTreeSet<_>>(),
        "volumes": each("volumes").iter().map(mount).collect::<BTreeSet<_>>(),
        "command": s["command"],
        "entrypoint": s["entrypoint"],
        "depends_on": depends,
        "networks": networks,
        "labels": map("labels"),
        "memory": limits["memory"],
        "cpus": limits["cpus"].as_f64(),
        "extra_hosts": set("extra_hosts"),
        "user": s["user"],
        "cap_add": set("cap_add"),
        "dns": each("dns"),
        "ulimits": ulimits,
        "secrets": each("secrets").iter().map(|g| said(g, "source")).collect::<BTreeSet<_>>(),
        "interval": match s["healthcheck"]["interval"].as_str() {
            Some("5s") => json!(5_000_000_000_i64),
            _ => Value::Null,
        },
        "build": s["build"]["context"],
    })
}

#[test]
fn files_are_merged_as_recorded() {
    for name in ["override", "three-files", "reset", "documents"] {
        recorded(name);
    }
}

#[test]
fn includes_and_extensions_are_followed_as_recorded() {
    for name in ["include", "include-override", "extends"] {
        recorded(name);
    }
}

#[test]
fn every_value_knows_its_place() {
    let text = "services:\n  web:\n    image: ghcr.io/a/b:1\n    ports:\n      - 8080:80\n    environment:\n      A: '1'\n    x-holdfast: {tier: gold}\n";
    let reading = read_text(text);
    let web = &reading.project.services["web"];
    let at = |span: diag::Span| reading.sources.place(span);
    assert_eq!(at(web.span), "compose.yaml:2:3");
    assert_eq!(at(web.image.as_ref().unwrap().span), "compose.yaml:3:12");
    assert_eq!(at(web.ports[0].span), "compose.yaml:5:9");
    assert_eq!(at(web.environment["A"].span), "compose.yaml:7:10");
    assert_eq!(at(web.extensions["x-holdfast"].span), "compose.yaml:8:17");
    let image = &web.image.as_ref().unwrap().value;
    assert_eq!(image.registry.as_deref(), Some("ghcr.io"));
    assert_eq!(image.tag.as_deref(), Some("1"));
}

#[test]
fn places_lie_in_the_file_that_says_it() {
    let files = [
        ("a.yml", "services:\n  w: {image: x, user: a}\n"),
        ("b.yml", "services:\n  w: {user: b, ports: foo}\n"),
    ];
    let reading = read_files(&["a.yml", "b.yml"], &files);
    let user = reading.project.services["w"].user.as_ref().unwrap();
    assert_eq!(reading.sources.place(user.span), "b.yml:2:13");
    let bad = reading
        .diagnostics
        .iter()
        .find(|d| d.severity == Severity::Error)
        .unwrap();
    assert_eq!(
        reading.sources.place(bad.primary.as_ref().unwrap().span),
        "b.yml:2:23"
    );
}

#[test]
fn slips_are_met_with_a_suggestion() {
    let text = "services:\n  web:\n    image: x\n    restrat: always\n    networks: [bakend]\nnetworks: {backend: }\n";
    let reading = read_text(text);
    let fixes: Vec<&str> = reading
        .diagnostics
        .iter()
        .filter_map(|d| d.fix.as_ref())
        .map(|f| f.message.as_str())
        .collect();
    assert_eq!(
        fixes,
        ["did you mean 'restart'?", "did you mean 'backend'?"]
    );
    let kept = &reading.project.unknown["services.web.restrat"];
    assert_eq!(reading.sources.place(kept.span), "compose.yaml:4:5");
}

#[test]
fn variables_are_listed_with_their_use() {
    let text =
        "services:\n  web:\n    image: x:${TAG:-1}\n    user: $USER_ID\n    hostname: ${HOME:?}\n";
    let reading = read_text(text);
    let variables = &reading.project.variables;
    assert!(!variables["TAG"].bare && !variables["TAG"].set);
    assert!(variables["USER_ID"].bare && variables["HOME"].required && variables["HOME"].set);
    assert_eq!(codes(&reading), BTreeSet::from(["compose-unset-variable"]));
}

/// What Compose takes for a variable is a part of a password: nobody is told its name, and that it is lost.
#[test]
fn a_dollar_in_a_password_is_told_without_what_follows_it() {
    for line in [
        "environment: {POSTGRES_PASSWORD: 'gK7$Wq9zTnRb42xLm'}",
        "environment: ['POSTGRES_PASSWORD=gK7$Wq9zTnRb42xLm']",
        "environment: {ADMIN_TOKEN: '$argon2id$v=19$m=65540$Wq9zTnRb42xLm'}",
        "labels: {users: 'jo:$apr1$Wq9zTnRb42xLm$x'}",
        "environment: {USERS: 'jo:$2y$05$Wq9zTnRb42xLm'}",
    ] {
        let reading = read_text(&format!("services: {{db: {{image: 'x:1', {line}}}}}\n"));
        assert!(reading.project.variables.is_empty(), "{line}");
        let [told] = reading.diagnostics.as_slice() else {
            panic!("{line}: {:#?}", reading.diagnostics);
        };
        assert_eq!(told.severity, diag::Severity::Warning, "{line}");
        assert!(told.message.contains("a '$' begins a variable"), "{line}");
        assert!(!format!("{told:?}").contains("Wq9zTn"), "{told:?}");
    }
    // Variables by themselves, and with braces, are meant as such.
    for line in ["PASSWORD: $DB_PW", "DB_DSN: 'mysql://${DB_PW}@db/x'"] {
        let line = format!("services: {{db: {{image: 'x:1', environment: {{{line}}}}}}}\n");
        let reading = read_text(&line);
        assert!(reading.project.variables.contains_key("DB_PW"), "{line}");
    }
}

#[test]
fn secrets_are_shown_nowhere() {
    let text = "services:\n  db:\n    image: x\n    command: run --password hunter2\n    environment:\n      - DB_PASSWORD=hunter2\n      - URL=postgres://me:hunter2@db/x\n      - {a: b}\n    env_file: e.env\n    labels: {users: 'me:$$apr1$$hunter2'}\n    ports: ['x']\n    x-holdfast: {token: hunter2}\n";
    let files = [("compose.yaml", text), ("e.env", "API_TOKEN=hunter2\n")];
    let reading = read_files(&["compose.yaml"], &files);
    assert!(!reading.is_valid());
    let mut all = format!(
        "{:?}{}",
        reading.project,
        serde_json::to_string(&reading.project).unwrap()
    );
    all += &diag::render::full(
        &reading.diagnostics,
        &reading.sources,
        diag::render::Color::Never,
    );
    all += &diag::render::json(&reading.diagnostics, &reading.sources);
    assert!(!all.contains("hunter2"), "{all}");
    assert!(all.contains("DB_PASSWORD") && all.contains("API_TOKEN"));
    let broken = read_files(
        &["compose.yaml"],
        &[("compose.yaml", text), ("e.env", "PASS='hunter2\n")],
    );
    let said = diag::render::full(
        &broken.diagnostics,
        &broken.sources,
        diag::render::Color::Never,
    );
    assert!(
        said.contains("never closed") && !said.contains("hunter2"),
        "{said}"
    );
}

/// Each slip is held against every name: with thousands of both that would never end, so that only the first are.
#[test]
fn what_is_meant_is_guessed_for_the_first_slips_of_many() {
    let services = |n: usize| {
        let each = (0..n).map(|i| {
            let next = (i + 1) % n;
            format!("  database{i}: {{image: x, depends_on: [databsae{next}]}}\n")
        });
        format!("services:\n{}", each.collect::<String>())
    };
    for (n, all) in [(20, true), (1_500, false)] {
        let reading = read_text(&services(n));
        let slips = reading.diagnostics.iter();
        let slips: Vec<_> = slips.filter(|d| d.code == "compose-reference").collect();
        assert!(!slips.is_empty());
        assert!(slips[0].fix.is_some(), "{:?}", slips[0]);
        assert_eq!(slips.iter().all(|d| d.fix.is_some()), all, "{n}");
    }
}
