//! What stands in for images on the engines of a twin, and what of a Compose project cannot be there.
//!
//! The declared file is brought up as it is, with a second one over it. [`changes`] makes that second file: of each service whose
//! image cannot be had the image, its program and its health check, and whatever containers in containers cannot have. All that is
//! changed beside images is named.

use model::compose::{Condition, MountKind, Project, Service};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

/// The label that names the image which a container stands in for.
pub const LABEL: &str = "io.holdfast.stand-in";
/// Nanoseconds between two looks at the health of a stand-in: a project is up when its slowest has looked once.
const LONGEST_INTERVAL: i64 = 15_000_000_000;
/// Capabilities that a container in a container can have: those of an engine's default, and those of the machine itself.
const CAPABILITIES: &[&str] = &[
    "AUDIT_WRITE",
    "CHOWN",
    "DAC_OVERRIDE",
    "FOWNER",
    "FSETID",
    "KILL",
    "MKNOD",
    "NET_ADMIN",
    "NET_BIND_SERVICE",
    "NET_RAW",
    "SETFCAP",
    "SETGID",
    "SETPCAP",
    "SETUID",
    "SYS_ADMIN",
    "SYS_CHROOT",
    "SYS_PTRACE",
];

/// A second Compose file, and what it changes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Changes {
    /// The file.
    pub text: String,
    /// What is not as declared beside images, in words: `SERVICE: WHAT`.
    pub notes: Vec<String>,
    /// Networks that somebody else makes.
    pub networks: Vec<String>,
    /// Volumes that somebody else makes.
    pub volumes: Vec<String>,
    /// Absolute paths of the machine that are mounted.
    pub paths: Vec<String>,
}

/// What has to be known of the place where a project is brought up.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    /// The image that stands in.
    pub stand_in: &'a str,
    /// Images that the engine has or is given.
    pub real: &'a BTreeSet<String>,
    /// Processors of this machine: an engine refuses limits above.
    pub processors: usize,
}

/// What has to be changed in a project so that it comes up in a twin.
pub fn changes(project: &Project, place: &Place<'_>) -> Changes {
    let mut out = Changes::default();
    out.text.push_str("services:\n");
    let active = project.services.iter().filter(|(_, s)| s.active);
    for (name, service) in active {
        let image = service.image.as_ref().map(|i| &i.value.reference);
        let is_real = image.is_some_and(|i| place.real.contains(i));
        let _ = writeln!(out.text, "  {}:", quoted(name));
        if !is_real {
            stand_in(&mut out.text, project, name, service, place);
        }
        bounds(&mut out, name, service, place);
        let mounts = service.mounts.iter();
        let bound = mounts.filter(|m| m.kind == MountKind::Bind);
        let paths = bound.filter_map(|m| m.source.clone());
        out.paths.extend(paths.filter(|p| p.starts_with('/')));
    }
    networks(&mut out, project);
    for (name, volume) in &project.volumes {
        if volume.external {
            let called = volume.name.as_ref().map_or(name, |n| &n.value);
            out.volumes.push(called.clone());
        }
    }
    out
}

/// A text in double quotes, in which nothing is a variable.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '$' => out.push_str("$$"),
            c if c.is_control() => {
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out + "\""
}

fn list<'a>(items: impl IntoIterator<Item = &'a str>) -> String {
    let items: Vec<String> = items.into_iter().map(quoted).collect();
    format!("[{}]", items.join(", "))
}

/// The image, what runs in it, and how its health is asked.
fn stand_in(
    text: &mut String,
    project: &Project,
    name: &str,
    service: &Service,
    place: &Place<'_>,
) {
    let _ = writeln!(text, "    image: {}", quoted(place.stand_in));
    text.push_str("    build: !reset null\n    platform: !reset null\n");
    let image = service.image.as_ref();
    let declared = image.map_or("built here", |i| i.value.reference.as_str());
    let _ = writeln!(
        text,
        "    labels: {{{}: {}}}",
        quoted(LABEL),
        quoted(declared)
    );
    let ports = listening(service);
    // What is declared as the command comes behind and is not looked at.
    let entry = match ends(project, name) {
        true => list(["/bin/stand-in", "end"]),
        false => list(["/bin/stand-in", "serve", &ports]),
    };
    let _ = writeln!(text, "    entrypoint: {entry}");
    let check = service.healthcheck.as_ref().filter(|h| !h.disabled);
    let waited = project.services.values().any(|s| {
        let on = s.depends_on.get(name);
        on.is_some_and(|d| d.condition == Condition::Healthy)
    });
    if check.is_some() || waited {
        let declared = check.and_then(|c| c.interval.as_ref());
        let interval = declared.map_or(LONGEST_INTERVAL, |i| i.value.min(LONGEST_INTERVAL));
        let _ = writeln!(
            text,
            "    healthcheck: {{test: {}, interval: {}ms}}",
            list(["CMD", "/bin/stand-in", "health"]),
            interval.max(1_000_000_000) / 1_000_000
        );
    }
}

/// Others wait until it has done its work, so it must end.
fn ends(project: &Project, name: &str) -> bool {
    project.services.values().any(|s| {
        let on = s.depends_on.get(name);
        on.is_some_and(|d| d.condition == Condition::Completed)
    })
}

/// TCP ports inside of the container, with blanks.
fn listening(service: &Service) -> String {
    let published = service.ports.iter().filter(|p| p.protocol == "tcp");
    let published = published.map(|p| p.target);
    let exposed = service.expose.iter().filter_map(|e| {
        let port = e.value.strip_suffix("/tcp").unwrap_or(&e.value);
        port.parse::<u16>().ok()
    });
    let all: BTreeSet<u16> = published.chain(exposed).collect();
    let all: Vec<String> = all.iter().map(ToString::to_string).collect();
    all.join(" ")
}

/// What a container in a container cannot have.
fn bounds(out: &mut Changes, name: &str, service: &Service, place: &Place<'_>) {
    let mut told: Vec<String> = Vec::new();
    let text = &mut out.text;
    text.push_str("    pull_policy: never\n");
    if !service.devices.is_empty() || service.gpus.is_some() {
        text.push_str("    devices: !reset []\n    gpus: !reset null\n");
        let all: Vec<&str> = service.devices.iter().map(|d| d.source.as_str()).collect();
        told.push(format!("no devices ({})", all.join(", ")));
    }
    if service.privileged.as_ref().is_some_and(|p| p.value) {
        text.push_str("    privileged: false\n");
        told.push("not privileged".to_owned());
    }
    let plain = |c: &str| c.trim_start_matches("CAP_").to_uppercase();
    let added = || service.cap_add.iter().map(|c| c.value.as_str());
    let fits = |c: &str| CAPABILITIES.contains(&plain(c).as_str());
    if !added().all(fits) {
        let kept = list(added().filter(|c| fits(c)));
        let _ = writeln!(text, "    cap_add: !override {kept}");
        let lost: Vec<&str> = added().filter(|c| !fits(c)).collect();
        told.push(format!("without the capability {}", lost.join(", ")));
    }
    if service.runtime.is_some() {
        text.push_str("    runtime: !reset null\n");
        told.push("the usual runtime".to_owned());
    }
    if !service.ulimits.is_empty() {
        text.push_str("    ulimits: !reset {}\n");
        told.push("the machine's own limits of resources".to_owned());
    }
    let driver = service.logging.as_ref().and_then(|l| l.driver.as_ref());
    let known = |d: &str| matches!(d, "json-file" | "local" | "journald" | "none" | "syslog");
    if let Some(driver) = driver.filter(|d| !known(&d.value)) {
        text.push_str("    logging: !reset null\n");
        told.push(format!("does not log to {}", driver.value));
    }
    told.extend(processors(text, service, place.processors));
    out.notes
        .extend(told.into_iter().map(|what| format!("{name}: {what}")));
}

/// Limits above what this machine has are refused by the engine.
fn processors(text: &mut String, service: &Service, processors: usize) -> Option<String> {
    #[allow(clippy::cast_precision_loss, reason = "processors of one machine")]
    let most = processors as f64;
    let own = service.amounts.cpus.as_ref().filter(|c| c.value > most);
    let limits = service.deploy.as_ref().and_then(|d| d.limits.as_ref());
    let deployed = limits.and_then(|l| l.cpus.as_ref());
    let deployed = deployed.filter(|c| c.value > most);
    if own.is_some() {
        let _ = writeln!(text, "    cpus: {processors}");
    }
    let devices = service
        .deploy
        .as_ref()
        .and_then(|d| d.reservations.as_ref());
    let devices = devices.is_some_and(|r| r.devices.is_some());
    if deployed.is_some() || devices {
        text.push_str("    deploy:\n      resources:\n");
        if deployed.is_some() {
            let _ = writeln!(text, "        limits: {{cpus: \"{processors}\"}}");
        }
        if devices {
            text.push_str("        reservations: {devices: !reset []}\n");
        }
    }
    let limited = own.is_some() || deployed.is_some();
    limited.then(|| format!("no more than the {processors} processors of this machine"))
}

/// Networks that others make, and those that need a wire of the machine.
fn networks(out: &mut Changes, project: &Project) {
    let mut changed = BTreeMap::new();
    for (name, network) in &project.networks {
        let driver = network.driver.as_ref().map(|d| d.value.as_str());
        if network.external {
            let called = network.name.as_ref().map_or(name, |n| &n.value);
            out.networks.push(called.clone());
        } else if let Some(driver) = driver.filter(|d| !matches!(*d, "bridge" | "default")) {
            changed.insert(name, driver);
        }
    }
    if changed.is_empty() {
        return;
    }
    out.text.push_str("networks:\n");
    for (name, driver) in changed {
        let name_text = quoted(name);
        let _ = writeln!(
            out.text,
            "  {name_text}: {{driver: bridge, driver_opts: !reset {{}}}}"
        );
        out.notes
            .push(format!("network {name}: a bridge instead of {driver}"));
    }
}
