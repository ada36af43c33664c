//! `compose-corpus DIR`: every Compose file below a folder, read by us and by `docker compose config`, and where the two
//! differ. Nothing here passes or fails; without the tool only our own reading is counted.

use anyhow::{Context as _, Result, bail};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// What is compared of a service that both read.
const FIELDS: [&str; 5] = ["image", "ports", "volumes", "environment", "networks"];

/// Reads every file twice and prints the counts. The oracle is `$DOCKER_COMPOSE`, or `docker compose`.
pub(crate) fn run(root: &Path, arguments: &[String]) -> Result<()> {
    let [folder] = arguments else {
        bail!("usage: cargo xtask compose-corpus DIR");
    };
    let holdfast = build(root)?;
    let oracle = oracle();
    if oracle.is_none() {
        println!("no oracle: set DOCKER_COMPOSE to the compose tool");
    }
    let mut files = Vec::new();
    collect(Path::new(folder), &mut files)?;
    files.sort();
    let mut counts = Counts::default();
    for file in &files {
        let ours = ours(&holdfast, file)?;
        let theirs = match &oracle {
            Some(words) => Some(theirs(words, file)?),
            None => None,
        };
        counts.add(file, &ours, theirs.as_ref());
    }
    counts.print(files.len());
    Ok(())
}

pub(crate) fn build(root: &Path) -> Result<PathBuf> {
    let status = Command::new("cargo")
        .args(["build", "--quiet", "--package", "holdfast"])
        .current_dir(root)
        .status()?;
    if !status.success() {
        bail!("the build failed");
    }
    let target =
        std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from);
    Ok(target.join("debug/holdfast"))
}

/// The words of the command that asks the oracle, if it is there.
fn oracle() -> Option<Vec<String>> {
    let words: Vec<String> = match std::env::var("DOCKER_COMPOSE") {
        Ok(text) => text.split_whitespace().map(str::to_owned).collect(),
        Err(_) => vec!["docker".to_owned(), "compose".to_owned()],
    };
    let (program, rest) = words.split_first()?;
    let version = Command::new(program)
        .args(rest)
        .arg("version")
        .output()
        .ok()?;
    version.status.success().then_some(words)
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    let entries =
        std::fs::read_dir(folder).with_context(|| format!("cannot list {}", folder.display()))?;
    for entry in entries {
        let path = entry?.path();
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .to_lowercase();
        if path.is_dir() {
            collect(&path, files)?;
        } else if name.contains("compose") && (name.ends_with(".yml") || name.ends_with(".yaml")) {
            files.push(path);
        }
    }
    Ok(())
}

/// What one side says of a file.
struct Said {
    valid: bool,
    why: String,
    /// Field by field, for each service.
    services: BTreeMap<String, BTreeMap<&'static str, BTreeSet<String>>>,
}

fn in_folder(command: &mut Command, file: &Path) -> Result<Output> {
    let folder = file.parent().unwrap_or(Path::new("."));
    let name = file.file_name().unwrap_or_default();
    let output = command.arg(name).current_dir(folder).output();
    output.with_context(|| format!("cannot run the program on {}", file.display()))
}

fn ours(holdfast: &Path, file: &Path) -> Result<Said> {
    let mut command = Command::new(holdfast);
    let output = in_folder(command.args(["--json", "debug", "compose"]), file)?;
    let code = output.status.code();
    let Ok(object) = serde_json::from_slice::<Value>(&output.stdout) else {
        bail!(
            "{}: no JSON, exit {code:?}: {}",
            file.display(),
            lossy(&output.stderr)
        );
    };
    if !matches!(code, Some(0 | 2)) {
        bail!("{}: exit {code:?}", file.display());
    }
    let errors = list(&object["diagnostics"]).filter(|d| d["severity"] == "error");
    let why: Vec<&str> = errors.filter_map(|d| d["message"].as_str()).collect();
    let services = object["project"]["services"].as_object();
    Ok(Said {
        valid: code == Some(0),
        why: why.join("; "),
        services: services
            .into_iter()
            .flatten()
            .filter(|(_, s)| s["active"] == true)
            .map(|(name, s)| (name.clone(), our_fields(s)))
            .collect(),
    })
}

fn theirs(words: &[String], file: &Path) -> Result<Said> {
    let (program, rest) = words.split_first().context("no oracle")?;
    let folder = file.parent().unwrap_or(Path::new("."));
    let name = file.file_name().unwrap_or_default();
    let output = Command::new(program)
        .args(rest)
        .arg("-f")
        .arg(name)
        .args(["config", "--format", "json"])
        .current_dir(folder)
        .output()
        .with_context(|| format!("cannot run {program} on {}", file.display()))?;
    let object: Value = serde_json::from_slice(&output.stdout).unwrap_or(Value::Null);
    let stderr = lossy(&output.stderr);
    let why: Vec<&str> = stderr
        .lines()
        .filter(|l| !l.contains("level=warning"))
        .collect();
    let services = object["services"].as_object();
    Ok(Said {
        valid: output.status.success(),
        why: why.join(" "),
        services: services
            .into_iter()
            .flatten()
            .map(|(name, s)| (name.clone(), their_fields(s, folder)))
            .collect(),
    })
}

fn lossy(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn keys(value: &Value) -> impl Iterator<Item = String> {
    value
        .as_object()
        .into_iter()
        .flatten()
        .map(|(k, _)| k.clone())
}

fn text(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}

fn our_fields(service: &Value) -> BTreeMap<&'static str, BTreeSet<String>> {
    let port = |p: &Value| {
        let published = match (
            p["published"]["start"].as_u64(),
            p["published"]["end"].as_u64(),
        ) {
            (Some(a), Some(b)) if a == b => a.to_string(),
            (Some(a), Some(b)) => format!("{a}-{b}"),
            _ => String::new(),
        };
        let host = p["host_ip"].as_str().unwrap_or_default();
        format!(
            "{host}:{published}:{}/{}",
            p["target"],
            text(&p["protocol"])
        )
    };
    let mount = |m: &Value| {
        let source = m["source"].as_str().unwrap_or_default();
        let is_bind = m["kind"] == "bind";
        // Where the other side says an absolute path, only that there is one can be compared.
        let source = if is_bind { "(path)" } else { source };
        format!("{source}:{}:{}", text(&m["target"]), m["read_only"])
    };
    let mut environment: BTreeSet<String> = keys(&service["environment"]).collect();
    for file in list(&service["env_files"]) {
        environment.extend(keys(&file["sets"]));
    }
    let image = service["image"]["value"]["reference"].as_str();
    BTreeMap::from([
        ("image", image.map(str::to_owned).into_iter().collect()),
        ("ports", list(&service["ports"]).map(port).collect()),
        ("volumes", list(&service["mounts"]).map(mount).collect()),
        ("environment", environment),
        ("networks", keys(&service["networks"]).collect()),
    ])
}

fn their_fields(service: &Value, _folder: &Path) -> BTreeMap<&'static str, BTreeSet<String>> {
    let port = |p: &Value| {
        let said = |key: &str| p[key].as_str().unwrap_or_default().to_owned();
        format!(
            "{}:{}:{}/{}",
            said("host_ip"),
            said("published"),
            p["target"],
            said("protocol")
        )
    };
    let mount = |m: &Value| {
        let source = m["source"].as_str().unwrap_or_default();
        let source = if m["type"] == "bind" {
            "(path)"
        } else {
            source
        };
        let read_only = m["read_only"].as_bool().unwrap_or(false);
        format!("{source}:{}:{read_only}", text(&m["target"]))
    };
    // The implicit network is theirs only.
    let networks: BTreeSet<String> = keys(&service["networks"])
        .filter(|n| n != "default")
        .collect();
    BTreeMap::from([
        (
            "image",
            service["image"]
                .as_str()
                .map(str::to_owned)
                .into_iter()
                .collect(),
        ),
        ("ports", list(&service["ports"]).map(port).collect()),
        ("volumes", list(&service["volumes"]).map(mount).collect()),
        ("environment", keys(&service["environment"]).collect()),
        ("networks", networks),
    ])
}

#[derive(Default)]
struct Counts {
    agreed_ok: usize,
    agreed_fail: usize,
    ours_only: Vec<String>,
    theirs_only: Vec<String>,
    ok: usize,
    compared: usize,
    differing: BTreeMap<&'static str, Vec<String>>,
}

impl Counts {
    fn add(&mut self, file: &Path, ours: &Said, theirs: Option<&Said>) {
        self.ok += usize::from(ours.valid);
        let Some(theirs) = theirs else { return };
        let shown = file.display();
        match (ours.valid, theirs.valid) {
            (true, true) => {
                self.agreed_ok += 1;
                self.compare(file, ours, theirs);
            }
            (false, false) => self.agreed_fail += 1,
            (false, true) => self.ours_only.push(format!("{shown}: {}", ours.why)),
            (true, false) => self.theirs_only.push(format!("{shown}: {}", theirs.why)),
        }
    }

    fn compare(&mut self, file: &Path, ours: &Said, theirs: &Said) {
        let names: BTreeSet<&String> = ours.services.keys().chain(theirs.services.keys()).collect();
        for name in names {
            for field in FIELDS {
                self.compared += 1;
                let of = |said: &Said| -> BTreeSet<String> {
                    let fields = said.services.get(name);
                    let values = fields
                        .and_then(|s| s.get(field))
                        .cloned()
                        .unwrap_or_default();
                    values
                        .into_iter()
                        .filter(|v| field != "networks" || v != "default")
                        .collect()
                };
                let (a, b) = (of(ours), of(theirs));
                if a != b {
                    let only = |x: &BTreeSet<String>, y: &BTreeSet<String>| {
                        x.difference(y)
                            .take(3)
                            .cloned()
                            .collect::<Vec<_>>()
                            .join(" ")
                    };
                    let line = format!(
                        "{} {name}: ours {} | theirs {}",
                        file.display(),
                        only(&a, &b),
                        only(&b, &a)
                    );
                    self.differing.entry(field).or_default().push(line);
                }
            }
        }
    }

    fn print(&self, files: usize) {
        println!("files                 {files}");
        println!("we read               {}", self.ok);
        let same = self.agreed_ok + self.agreed_fail;
        let judged = same + self.ours_only.len() + self.theirs_only.len();
        if judged == 0 {
            return;
        }
        println!("agreed ok             {}", self.agreed_ok);
        println!("agreed fail           {}", self.agreed_fail);
        println!("we fail, they pass    {}", self.ours_only.len());
        println!("we pass, they fail    {}", self.theirs_only.len());
        println!(
            "same verdict          {}.{:02} %",
            same * 100 / judged,
            same * 10_000 / judged % 100
        );
        println!("fields compared       {}", self.compared);
        for (field, lines) in &self.differing {
            println!("differing {field:<12}{}", lines.len());
        }
        let all = [
            ("we fail, they pass", &self.ours_only),
            ("we pass, they fail", &self.theirs_only),
        ];
        for (what, lines) in all {
            lines.iter().for_each(|l| println!("{what}: {l}"));
        }
        for (field, lines) in &self.differing {
            lines
                .iter()
                .for_each(|l| println!("differing {field}: {l}"));
        }
    }
}
