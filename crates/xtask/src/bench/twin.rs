//! `bench twin`: how long a twin of many machines with engines takes to answer and to be well, and how much memory all of it takes at the most.
//!
//! The image of the machines is there beforehand; that with an engine is built by the first start of a machine that needs one, so that the
//! first run of all counts this, too.

use crate::rig;
use anyhow::{Context as _, Result, bail};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use twin::{Engine, Host};

const OWNER: &str = "io.holdfast.owner";
/// Between two looks; a look at 300 processes takes a tenth of a second.
const EVERY: Duration = Duration::from_secs(1);
const MIB: u64 = 1 << 20;

struct Bench {
    folder: tempfile::TempDir,
    binary: PathBuf,
    engine: Engine,
    /// Of the twin: nobody else has one of this name.
    name: String,
    hosts: usize,
}

/// What was seen of a start.
#[derive(Default)]
struct Seen {
    /// When each machine first answered.
    answered: BTreeMap<String, Duration>,
    /// Bytes of all processes, with shared pages in parts; the most, and how many processes those were.
    peak: u64,
    processes: usize,
    /// Bytes that files in memory had at the most.
    files: u64,
    looks: usize,
}

/// Starts a twin of `--hosts` machines (14) with a stack each, by `--binary` instead of the release build, and takes it down.
pub(super) fn run(root: &Path, rest: &[String]) -> Result<()> {
    let (mut hosts, mut binary) = (14, None);
    for pair in rest.chunks(2) {
        match pair {
            [name, value] if name == "--hosts" => hosts = value.parse()?,
            [name, value] if name == "--binary" => binary = Some(PathBuf::from(value)),
            _ => bail!("usage: bench twin [--hosts N] [--binary FILE]"),
        }
    }
    if !(1..=200).contains(&hosts) {
        bail!("--hosts takes 1 to 200");
    }
    let binary = match binary {
        Some(binary) => binary,
        None => super::release(root)?,
    };
    let (engine, _) = rig::up()?;
    let bench = Bench {
        folder: tempfile::tempdir()?,
        binary,
        engine,
        name: format!("bench{}", std::process::id()),
        hosts,
    };
    bench.write()?;
    let measured = bench.measure();
    let down = bench.holdfast("down").output()?;
    if !down.status.success() {
        let said = String::from_utf8_lossy(&down.stderr);
        bail!("the twin '{}' is not gone: {said}", bench.name);
    }
    measured
}

impl Bench {
    fn write(&self) -> Result<()> {
        let lab = self.folder.path().join("lab");
        std::fs::create_dir_all(lab.join("stacks"))?;
        let mut text = String::from(
            "format: 1\nlab: bench\nsites: {home: {}}\nnetworks: {lan: {subnet: 10.90.0.0/24, gateway: 10.90.0.1}}\nhosts:\n",
        );
        let mut stacks = String::from("stacks:\n");
        for n in 1..=self.hosts {
            let address = n + 10;
            let _ = writeln!(
                text,
                "  h{n}:\n    site: home\n    os: debian\n    addresses: {{lan: 10.90.0.{address}}}\n    exposures:\n      - {{port: 22/tcp, from: lan, why: administration}}\n      - {{port: 8080/tcp, from: lan, why: its stack}}"
            );
            let _ = writeln!(stacks, "  s{n}: {{on: h{n}, file: stacks/s{n}.yaml}}");
            let compose = format!(
                "name: s{n}\nservices:\n  web:\n    image: nginx:1.27\n    ports: ['8080:80']\n    healthcheck: {{test: [CMD, curl, -f, 'http://localhost'], interval: 2s}}\n"
            );
            std::fs::write(lab.join(format!("stacks/s{n}.yaml")), compose)?;
        }
        std::fs::write(lab.join("holdfast.yaml"), text + &stacks)?;
        Ok(())
    }

    fn holdfast(&self, verb: &str) -> Command {
        let mut command = Command::new(&self.binary);
        command
            .args(["twin", verb])
            .arg(self.folder.path().join("lab"));
        command.args(["--name", &self.name]);
        command.env("HOLDFAST_DATA", self.folder.path().join("data"));
        command.stdin(Stdio::null());
        command
    }

    fn measure(&self) -> Result<()> {
        println!("{}", on_what()?);
        let said = self.folder.path().join("up.err");
        let begun = Instant::now();
        let mut child = self
            .holdfast("up")
            .stdout(Stdio::null())
            .stderr(std::fs::File::create(&said)?)
            .spawn()?;
        let (seen, well) = self.watch(&mut child, begun)?;
        let up = begun.elapsed();
        if !well {
            let said = std::fs::read_to_string(said)?;
            bail!(
                "the twin is not well after {:.1} s:\n{said}",
                up.as_secs_f64()
            );
        }
        self.tell(&seen, up)
    }

    /// Looks until the start has ended; whether it ended well.
    fn watch(&self, child: &mut Child, begun: Instant) -> Result<(Seen, bool)> {
        let mut seen = Seen::default();
        loop {
            let next = Instant::now() + EVERY;
            let owned = self.owned()?;
            self.knock(&owned, begun, &mut seen);
            let (bytes, processes) = pss(&owned, child.id());
            if bytes > seen.peak {
                (seen.peak, seen.processes) = (bytes, processes);
            }
            seen.files = seen.files.max(files(&owned));
            seen.looks += 1;
            if let Some(status) = child.try_wait()? {
                return Ok((seen, status.success()));
            }
            // tidy: allowed because it is the interval of a measurement.
            std::thread::sleep(next.saturating_duration_since(Instant::now()));
        }
    }

    /// Containers of the twin, and whose they are.
    fn owned(&self) -> Result<Owned> {
        let mut docker = Command::new("docker");
        if let Some(endpoint) = self.engine.endpoint() {
            docker
                .env("DOCKER_HOST", endpoint)
                .env_remove("DOCKER_CONTEXT");
        }
        let format = format!("{{{{.ID}}}}\t{{{{.Label \"{OWNER}\"}}}}");
        let filter = format!("label={OWNER}");
        docker.args(["ps", "--no-trunc", "--filter", &filter, "--format", &format]);
        let output = docker.output().context("cannot run docker")?;
        let mut owned = Owned::default();
        for line in String::from_utf8_lossy(&output.stdout).lines() {
            let Some((id, owner)) = line.split_once('\t') else {
                continue;
            };
            if owner.starts_with(&format!("{}-", self.name)) {
                owned.ids.insert(id.to_owned());
                owner.clone_into(&mut owned.owner);
            }
        }
        Ok(owned)
    }

    /// Logs in where nobody has answered yet.
    fn knock(&self, owned: &Owned, begun: Instant, seen: &mut Seen) {
        if owned.owner.is_empty() {
            return;
        }
        for name in (1..=self.hosts).map(|n| format!("h{n}")) {
            if seen.answered.contains_key(&name) {
                continue;
            }
            let Ok(host) = Host::attach(&self.engine, &owned.owner, &name) else {
                continue;
            };
            let there = host.ssh_config().exists();
            if there && host.ssh("true").is_ok_and(|o| o.status.success()) {
                seen.answered.insert(name, begun.elapsed());
            }
        }
    }

    fn tell(&self, seen: &Seen, up: Duration) -> Result<()> {
        let n = self.hosts;
        let last = seen.answered.values().max().copied().unwrap_or_default();
        let first = seen.answered.values().min().copied().unwrap_or_default();
        if seen.answered.len() < n {
            bail!("{} of {n} machines answered ssh", seen.answered.len());
        }
        println!(
            "ssh answers, first and last of {n}   {:.1} s, {:.1} s",
            first.as_secs_f64(),
            last.as_secs_f64()
        );
        println!(
            "all stacks healthy, twin up ended   {:.1} s",
            up.as_secs_f64()
        );
        println!(
            "memory of its processes, peak       {} MiB (PSS of {} processes, {} looks)",
            seen.peak / MIB,
            seen.processes,
            seen.looks
        );
        println!(
            "files in memory (tmpfs), peak       {} MiB",
            seen.files / MIB
        );
        let output = self.holdfast("status").arg("--json").output()?;
        let status: Value = serde_json::from_slice(&output.stdout)?;
        let stacks = status["stacks"].as_array().context("no stacks")?;
        let containers = stacks.iter().filter_map(|s| s["containers"].as_array());
        let containers: Vec<&Value> = containers.flatten().collect();
        let healthy = containers
            .iter()
            .filter(|c| c["health"] == "healthy")
            .count();
        let stand_ins = containers
            .iter()
            .filter(|c| c["stand_in"].as_str().is_some_and(|s| !s.is_empty()));
        println!(
            "{} stacks, {} containers, {healthy} healthy, {} of them stand-ins",
            stacks.len(),
            containers.len(),
            stand_ins.count()
        );
        match stacks.len() == n && healthy == n {
            true => Ok(()),
            false => bail!("not every machine has its stack"),
        }
    }
}

/// Containers of a twin.
#[derive(Default)]
struct Owned {
    ids: BTreeSet<String>,
    owner: String,
}

/// Processors, memory and load of this machine before the start.
fn on_what() -> Result<String> {
    let read = |path: &str| std::fs::read_to_string(path).with_context(|| path.to_owned());
    let load = read("/proc/loadavg")?;
    let load: Vec<&str> = load.split(' ').take(3).collect();
    let memory = read("/proc/meminfo")?;
    let total = memory.lines().next().unwrap_or_default();
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    Ok(format!(
        "{processors} processors, {}, load {}",
        total.split_whitespace().collect::<Vec<_>>().join(" "),
        load.join(" ")
    ))
}

/// Bytes of the processes in these containers, of those that hold them, and of the one that starts them with its children; shared pages in parts.
fn pss(owned: &Owned, starter: u32) -> (u64, usize) {
    let processes = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    let (mut bytes, mut count) = (0, 0);
    for process in processes {
        let name = process.file_name();
        let Some(pid) = name.to_str().and_then(|n| n.parse::<u32>().ok()) else {
            continue;
        };
        let read = |file: &str| std::fs::read(process.path().join(file)).unwrap_or_default();
        let text = |file: &str| String::from_utf8_lossy(&read(file)).into_owned();
        let within = || {
            let (groups, words) = (text("cgroup"), text("cmdline"));
            owned
                .ids
                .iter()
                .any(|id| groups.contains(id) || words.contains(id))
        };
        if pid != starter && !within() {
            continue;
        }
        let rollup = text("smaps_rollup");
        let line = rollup.lines().find_map(|l| l.strip_prefix("Pss:"));
        let kib = line.and_then(|l| l.split_whitespace().next()?.parse::<u64>().ok());
        bytes += kib.unwrap_or(0) * 1024;
        count += 1;
    }
    (bytes, count)
}

/// Bytes of files in memory, by the control groups of the containers.
fn files(owned: &Owned) -> u64 {
    let of = |id: &String| {
        let places = [
            format!("/sys/fs/cgroup/memory/docker/{id}/memory.stat"),
            format!("/sys/fs/cgroup/docker/{id}/memory.stat"),
            format!("/sys/fs/cgroup/system.slice/docker-{id}.scope/memory.stat"),
        ];
        let text = places
            .iter()
            .find_map(|p| std::fs::read_to_string(p).ok())?;
        let field = |name: &str| {
            let line = text
                .lines()
                .find_map(|l| l.strip_prefix(name)?.strip_prefix(' '))?;
            line.trim().parse::<u64>().ok()
        };
        field("total_shmem").or_else(|| field("shmem"))
    };
    owned.ids.iter().filter_map(of).sum()
}
