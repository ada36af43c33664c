//! The Compose file of a project that runs.

use super::{Project, Service, label};
use crate::name::shown;
use core::net::IpAddr;
use model::fact::{FactKind, FactPath, TargetFacts};
use model::value::Value;
use std::collections::{BTreeMap, BTreeSet};

/// A published port.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Port {
    address: Option<IpAddr>,
    pub(super) published: Option<i64>,
    target: i64,
    pub(super) protocol: String,
}

/// Networks and volumes that a project names: the name at the engine by the key in the file, and whether it is the project's own.
type Named = BTreeMap<String, (String, bool)>;

/// All of it.
pub(super) fn of(machine: &str, project: &Project<'_>, facts: &TargetFacts) -> String {
    let mut text = head(machine, project);
    if let Some(called) = project.called {
        text.push_str(&format!("name: {}\n", quoted(called)));
    }
    text.push_str("services:\n");
    let (mut networks, mut volumes) = (Named::new(), Named::new());
    for (name, containers) in &project.services {
        let mut writing = Writing {
            project,
            facts,
            networks: &mut networks,
            volumes: &mut volumes,
        };
        text.push_str(&writing.service(name, containers));
    }
    text.push_str(&section("networks", &networks));
    text.push_str(&section("volumes", &volumes));
    text
}

fn head(machine: &str, project: &Project<'_>) -> String {
    let mut text = format!(
        "# What ran on {} when it was looked at, to be compared with what runs. Values of variables, commands and labels are not read,\n\
         # because they may hold secrets: what is started from this file alone is something else.\n",
        shown(machine)
    );
    let all = project.services.values().flat_map(BTreeMap::values);
    let files: BTreeSet<&str> = all
        .filter_map(|v| label(v, "com.docker.compose.project.config_files"))
        .collect();
    if !files.is_empty() {
        let files: Vec<String> = files.into_iter().map(shown).collect();
        text.push_str(&format!(
            "# Its own file is on that machine; take it in place of this one: {}\n",
            files.join(", ")
        ));
    }
    text
}

struct Writing<'a> {
    project: &'a Project<'a>,
    facts: &'a TargetFacts,
    networks: &'a mut Named,
    volumes: &'a mut Named,
}

impl Writing<'_> {
    fn service(&mut self, name: &str, containers: &Service<'_>) -> String {
        let mut text = format!("  {}:\n", key(name));
        let Some((container, value)) = containers.iter().next() else {
            return text;
        };
        let mut lines = vec![("image".to_owned(), quoted(&image(value)))];
        if containers.len() > 1 {
            lines.push(("scale".to_owned(), containers.len().to_string()));
        } else if !self.is_usual(name, container) {
            lines.push(("container_name".to_owned(), quoted(container)));
        }
        lines.extend(self.ways(value, containers));
        lines.extend(rights(value));
        lines.extend(self.mounts(value));
        for (key, value) in lines {
            // A block begins on the next line.
            let gap = if value.starts_with('\n') { "" } else { " " };
            text.push_str(&format!("    {key}:{gap}{value}\n"));
        }
        text.push_str(&environment(value));
        text
    }

    /// Compose would call it so by itself.
    fn is_usual(&self, service: &str, container: &str) -> bool {
        let called = self.project.called;
        called.is_some_and(|p| {
            [format!("{p}-{service}-1"), format!("{p}_{service}_1")]
                .iter()
                .any(|n| n == container)
        })
    }

    fn ways(&mut self, value: &Value, containers: &Service<'_>) -> Vec<(String, String)> {
        let mut out = Vec::new();
        let shares = |what: &str| items(value, "namespaces").iter().any(|n| n == what);
        let names: Vec<String> = match value.field("networks") {
            Some(Value::Map(all)) => all.keys().cloned().collect(),
            _ => Vec::new(),
        };
        let own = self.project.called.map(|p| format!("{p}_default"));
        match names.as_slice() {
            _ if shares("network") => out.push(("network_mode".to_owned(), "host".to_owned())),
            [only] if only == "bridge" || only == "none" => {
                out.push(("network_mode".to_owned(), only.clone()))
            }
            [only] if Some(only) == own.as_ref() => {}
            names => {
                let keys: Vec<String> = names
                    .iter()
                    .map(|n| {
                        let (key, own) = self.named(FactKind::DockerNetwork, n);
                        self.networks.insert(key.clone(), (n.clone(), own));
                        quoted(&key)
                    })
                    .collect();
                out.extend(
                    (!keys.is_empty())
                        .then(|| ("networks".to_owned(), format!("[{}]", keys.join(", ")))),
                );
            }
        }
        for (what, key) in [
            ("pid", "pid"),
            ("ipc", "ipc"),
            ("uts", "uts"),
            ("users", "userns_mode"),
        ] {
            out.extend(shares(what).then(|| (key.to_owned(), "host".to_owned())));
        }
        let ports = published(containers);
        out.extend(
            (!ports.is_empty()).then(|| ("ports".to_owned(), format!("[{}]", ports.join(", ")))),
        );
        out
    }

    /// The key that a network or volume has in the file. Compose puts the project before the names of its own.
    fn named(&self, kind: FactKind, name: &str) -> (String, bool) {
        let seen = self.facts.facts.get(&FactPath::new(kind, name));
        let of = seen
            .and_then(|s| s.seen.value())
            .and_then(|v| v.field("project"))
            .and_then(Value::as_text);
        let own = self.project.called.filter(|p| of == Some(*p));
        let short = own.and_then(|p| name.strip_prefix(p)?.strip_prefix(['_', '-']));
        match short.filter(|s| !s.is_empty()) {
            Some(short) => (short.to_owned(), true),
            None => (name.to_owned(), false),
        }
    }

    fn mounts(&mut self, value: &Value) -> Vec<(String, String)> {
        let (mut volumes, mut memory) = (Vec::new(), Vec::new());
        let Some(Value::List(all)) = value.field("mounts") else {
            return Vec::new();
        };
        for mount in all {
            let text = |f: &str| mount.field(f).and_then(Value::as_text).unwrap_or_default();
            let (source, target) = (text("source"), text("target"));
            let kind = match text("kind") {
                "tmpfs" => {
                    memory.push(quoted(target));
                    continue;
                }
                kind @ ("volume" | "bind") if !target.is_empty() => kind,
                _ => continue,
            };
            let source = match kind {
                // The engine names a volume that nobody named by 64 digits.
                "volume" if source.len() == 64 && source.chars().all(|c| c.is_ascii_hexdigit()) => {
                    None
                }
                "volume" => {
                    let (key, own) = self.named(FactKind::DockerVolume, source);
                    self.volumes.insert(key.clone(), (source.to_owned(), own));
                    Some(key)
                }
                _ => Some(source.to_owned()),
            };
            let source = source.map_or_else(String::new, |s| format!(", source: {}", quoted(&s)));
            let shut = match mount.field("read_only").and_then(Value::as_bool) {
                Some(true) => ", read_only: true",
                _ => "",
            };
            let line = format!(
                "\n      - {{type: {kind}{source}, target: {}{shut}}}",
                quoted(target)
            );
            volumes.push((target, line));
        }
        // The engine tells them in no order.
        volumes.sort();
        memory.sort();
        let volumes: String = volumes.into_iter().map(|(_, line)| line).collect();
        let volumes = (!volumes.is_empty()).then(|| ("volumes".to_owned(), volumes));
        let memory =
            (!memory.is_empty()).then(|| ("tmpfs".to_owned(), format!("[{}]", memory.join(", "))));
        volumes.into_iter().chain(memory).collect()
    }
}

/// Its name; of one that has none any more the digest that the registry gave it, or its id.
fn image(value: &Value) -> String {
    let name = value
        .field("image")
        .and_then(Value::as_text)
        .unwrap_or_default();
    let digests = items(value, "digests");
    match name.strip_prefix("sha256:").and(digests.first()) {
        Some(digest) => digest.clone(),
        None => name.to_owned(),
    }
}

fn items(value: &Value, field: &str) -> Vec<String> {
    match value.field(field) {
        Some(Value::List(all)) => all
            .iter()
            .filter_map(Value::as_text)
            .map(str::to_owned)
            .collect(),
        _ => Vec::new(),
    }
}

/// Published ports, each once where both versions of IP have it.
pub(super) fn ports(value: &Value) -> BTreeSet<Port> {
    let Some(Value::List(all)) = value.field("ports") else {
        return BTreeSet::new();
    };
    let one = |v: &Value| {
        let address = v.field("address").and_then(Value::as_text);
        let address: Option<IpAddr> = address.and_then(|a| a.parse().ok());
        Some(Port {
            address: address.filter(|a| !a.is_unspecified()),
            published: v.field("port").and_then(Value::as_int).filter(|p| *p > 0),
            target: v.field("target").and_then(Value::as_int)?,
            protocol: v.field("protocol").and_then(Value::as_text)?.to_owned(),
        })
    };
    all.iter().filter_map(one).collect()
}

/// Several containers of a service cannot have the same ports; which of them has which is the engine's choice.
fn published(containers: &Service<'_>) -> Vec<String> {
    let all: BTreeSet<Port> = containers.values().flat_map(|v| ports(v)).collect();
    let said = |port: Port| {
        let address = match port.address {
            Some(IpAddr::V6(ip)) => format!("[{ip}]:"),
            Some(ip) => format!("{ip}:"),
            None => String::new(),
        };
        let published = match (port.published, containers.len()) {
            (Some(n), 0 | 1) => format!("{n}:"),
            _ if !address.is_empty() => ":".to_owned(),
            _ => String::new(),
        };
        quoted(&format!(
            "{address}{published}{}/{}",
            port.target, port.protocol
        ))
    };
    let said: BTreeSet<String> = all.into_iter().map(said).collect();
    said.into_iter().collect()
}

fn rights(value: &Value) -> Vec<(String, String)> {
    let mut out = Vec::new();
    let text = |f: &str| value.field(f).and_then(Value::as_text).unwrap_or_default();
    let mut put = |key: &str, value: String| out.push((key.to_owned(), value));
    if !matches!(text("restart"), "" | "no") {
        put("restart", quoted(text("restart")));
    }
    if !text("user").is_empty() {
        put("user", quoted(text("user")));
    }
    for key in ["privileged", "read_only"] {
        if value.field(key).and_then(Value::as_bool) == Some(true) {
            put(key, "true".to_owned());
        }
    }
    for key in ["cap_add", "cap_drop", "security_opt", "devices"] {
        // A profile of seccomp stands there whole.
        let all = items(value, key).into_iter().filter(|i| !i.contains('{'));
        let all: Vec<String> = all.map(|i| quoted(&i)).collect();
        if !all.is_empty() {
            put(key, format!("[{}]", all.join(", ")));
        }
    }
    let number = |f: &str| value.field(f).and_then(Value::as_int);
    if let Some(bytes) = number("memory") {
        put("mem_limit", bytes.to_string());
    }
    if let Some(thousandths) = number("cpus") {
        put(
            "cpus",
            format!("{}.{:03}", thousandths / 1000, thousandths % 1000),
        );
    }
    if let Some(most) = number("pids") {
        put("pids_limit", most.to_string());
    }
    out
}

/// Variables whose names say that they are secret are references. Which of the others are the image's own, nobody can tell.
fn environment(value: &Value) -> String {
    let Some(Value::Map(all)) = value.field("env") else {
        return String::new();
    };
    let is_name = |n: &&String| {
        let good = |c: char| c.is_ascii_alphanumeric() || c == '_';
        n.len() <= 200
            && n.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
            && n.chars().all(good)
    };
    let (secret, other): (Vec<&String>, Vec<&String>) =
        all.keys().filter(is_name).partition(|n| is_secret(n));
    let mut text = String::new();
    if !secret.is_empty() {
        text.push_str("    environment:\n");
    }
    for name in secret {
        text.push_str(&format!("      {name}: \"${{{name}:?}}\"\n"));
    }
    if !other.is_empty() {
        let other: Vec<&str> = other.into_iter().map(String::as_str).collect();
        text.push_str(&format!(
            "    # variables that it also has, those of its image among them: {}\n",
            other.join(", ")
        ));
    }
    text
}

/// By the words in its name; what names a file has no secret in it.
fn is_secret(name: &str) -> bool {
    let name = name.to_ascii_uppercase();
    let mut words = name.split('_');
    let word = |w: &str| {
        matches!(
            w,
            "PASSWORD"
                | "PASSWD"
                | "PASS"
                | "PASSPHRASE"
                | "SECRET"
                | "TOKEN"
                | "KEY"
                | "APIKEY"
                | "CREDENTIALS"
                | "PWD"
        )
    };
    // `GPG_KEY` is how images say who signed their program.
    !name.ends_with("_FILE")
        && !matches!(name.as_str(), "PWD" | "OLDPWD" | "GPG_KEY")
        && words.any(word)
}

fn section(title: &str, all: &Named) -> String {
    let mut text = String::new();
    if !all.is_empty() {
        text.push_str(&format!("{title}:\n"));
    }
    for (name, (at, own)) in all {
        match own {
            true => text.push_str(&format!("  {}: {{}}\n", key(name))),
            false => text.push_str(&format!(
                "  {}: {{external: true, name: {}}}\n",
                key(name),
                quoted(at)
            )),
        }
    }
    text
}

/// A key of YAML that is text to everybody.
fn key(text: &str) -> String {
    let letter = text.starts_with(|c: char| c.is_ascii_alphabetic());
    let words = ["true", "false", "yes", "no", "on", "off", "null", "y", "n"];
    let good = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    match letter && text.chars().all(good) && !words.contains(&text.to_ascii_lowercase().as_str()) {
        true => text.to_owned(),
        false => quoted(text),
    }
}

/// Text in quotes, which JSON and YAML have alike; Compose takes `$` for a variable.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text.replace('$', "$$")).to_string()
}
