//! A machine as a node of a tailnet: what was seen of it, and its text in the lab tree.

use crate::name;
use model::declare::Value as _;
use model::fact::{FactKind, FactPath, TargetFacts};
use model::lab::tailnet::TailnetTag;
use model::lab::tunnel::AllowedIp;
use model::units::text::{AbsolutePath, HttpUrl, Name};
use model::value::Value;
use starter::yaml::scalar;
use std::collections::BTreeMap;

/// Tailscale's own control server, which need not be named.
const OWN: &str = "https://controlplane.tailscale.com";

/// What was seen of it, as far as it can be declared.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tailnet {
    name: Option<String>,
    server: Option<String>,
    tags: Vec<String>,
    routes: Vec<String>,
    /// Of `exit`, `ssh` and `accepts_routes` those that are so.
    flags: Vec<&'static str>,
    serve: BTreeMap<u16, Served>,
}

/// What a port of it leads to, by path.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Served {
    to: Vec<(String, String)>,
    public: bool,
}

/// What a machine told; `None` unless Tailscale runs there.
pub(crate) fn read(facts: &TargetFacts) -> Option<Tailnet> {
    let path = FactPath::new(FactKind::Tailscale, "self");
    let own = facts.facts.get(&path)?.seen.value()?;
    let text = |field: &str| own.field(field).and_then(Value::as_text);
    if text("state") != Some("Running") {
        return None;
    }
    let all = |field: &str, is: fn(&str) -> bool| -> Vec<String> {
        let all = texts(own, field);
        all.filter(|t| is(t)).map(str::to_owned).collect()
    };
    let flags = ["exit", "ssh", "accepts_routes"].into_iter();
    let is_so = |field: &&str| own.field(field).and_then(Value::as_bool) == Some(true);
    let address = text("name");
    Some(Tailnet {
        name: address
            .filter(|n| Name::parse(n).is_ok())
            .map(str::to_owned),
        server: text("server")
            .filter(|s| *s != OWN && HttpUrl::parse(s).is_ok())
            .map(str::to_owned),
        tags: all("tags", |t| TailnetTag::parse(t).is_ok()),
        routes: all("routes", |r| AllowedIp::parse(r).is_ok()),
        flags: flags.filter(is_so).collect(),
        serve: serve(facts, address),
    })
}

fn texts<'a>(value: &'a Value, field: &str) -> impl Iterator<Item = &'a str> {
    let all = match value.field(field) {
        Some(Value::List(all)) => all.as_slice(),
        _ => &[],
    };
    all.iter().filter_map(Value::as_text)
}

/// What it serves under its own name; of files and texts nobody tells which.
fn serve(facts: &TargetFacts, own: Option<&str>) -> BTreeMap<u16, Served> {
    let mut out = BTreeMap::new();
    for (key, value) in facts.items(FactKind::Tailscale) {
        let at = key.strip_prefix("serve/").and_then(|k| k.rsplit_once(':'));
        let Some((name, port)) = at else { continue };
        let mine = name.is_empty() || own.is_none_or(|own| own == name);
        // A service of the tailnet has a name of its own, whoever answers for it.
        let mine = mine && !name.starts_with("svc:");
        let Some(port) = port.parse().ok().filter(|p| mine && *p > 0) else {
            continue;
        };
        let to = texts(value, "to").filter_map(|text| {
            let (path, to) = match text.split_once(' ') {
                Some((path, to)) if path.starts_with('/') => (path, to),
                _ => ("/", text),
            };
            let good = to != "files or text" && AbsolutePath::parse(path).is_ok();
            good.then(|| (path.to_owned(), name::shown(to)))
        });
        let served = Served {
            to: to.collect(),
            public: value.field("public").and_then(Value::as_bool) == Some(true),
        };
        out.insert(port, served);
    }
    out
}

/// The key `tailscale` of a machine.
pub(crate) fn text(of: &Tailnet) -> String {
    let mut text =
        String::from("    # What a tailnet may come in by. `why` says what for.\n    tailscale:\n");
    let mut line = |key: &str, value: String| text.push_str(&format!("      {key}: {value}\n"));
    line(
        "name",
        of.name.as_deref().map_or("unknown".to_owned(), scalar),
    );
    if let Some(server) = &of.server {
        line("server", scalar(server));
    }
    for (key, all) in [("tags", &of.tags), ("routes", &of.routes)] {
        if !all.is_empty() {
            let all: Vec<String> = all.iter().map(|t| scalar(t)).collect();
            line(key, format!("[{}]", all.join(", ")));
        }
    }
    for flag in &of.flags {
        line(flag, "true".to_owned());
    }
    if !of.serve.is_empty() {
        text.push_str("      serve:\n");
    }
    for (port, served) in &of.serve {
        text.push_str(&format!("        {port}: {{{}}}\n", inner(served)));
    }
    text
}

fn inner(served: &Served) -> String {
    let mut parts = Vec::new();
    let (root, paths): (Vec<_>, Vec<_>) = served.to.iter().partition(|(path, _)| path == "/");
    parts.extend(root.first().map(|(_, to)| format!("to: {}", scalar(to))));
    if !paths.is_empty() {
        let paths: Vec<String> = paths
            .iter()
            .map(|(path, to)| format!("{}: {}", scalar(path), scalar(to)))
            .collect();
        parts.push(format!("paths: {{{}}}", paths.join(", ")));
    }
    if served.public {
        parts.push("funnel: true".to_owned());
    }
    parts.join(", ")
}
