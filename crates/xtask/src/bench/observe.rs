//! `bench observe`: how long it takes to look at many hosts, the first time and again, beside Ansible's `setup` where that is installed.

use super::{quiet, shown, times};
use crate::rig;
use anyhow::{Context as _, Result, bail};
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use twin::{Host, HostSpec};

const OWNER: &str = "bench-observe";

struct Field {
    folder: tempfile::TempDir,
    binary: PathBuf,
    hosts: Vec<Host>,
}

/// Measures on `--hosts` hosts (14), `--runs` times (5) each, `--binary` instead of the release build.
pub(super) fn run(root: &Path, rest: &[String]) -> Result<()> {
    let mut hosts = 14;
    let mut runs = 5;
    let mut binary = None;
    for pair in rest.chunks(2) {
        match pair {
            [name, value] if name == "--hosts" => hosts = value.parse()?,
            [name, value] if name == "--runs" => runs = value.parse()?,
            [name, value] if name == "--binary" => binary = Some(PathBuf::from(value)),
            _ => bail!("usage: bench observe [--hosts N] [--runs R] [--binary FILE]"),
        }
    }
    let binary = match binary {
        Some(binary) => binary,
        None => super::release(root)?,
    };
    let measured = Field::set_up(binary, hosts).and_then(|field| field.measure(runs));
    rig::remove(OWNER)?;
    measured
}

/// Seconds of the processor that children took which have ended, and theirs (proc_pid_stat(5), fields 16 and 17 in hundredths).
fn spent_by_children() -> Result<f64> {
    let stat = std::fs::read_to_string("/proc/self/stat")?;
    let behind = stat.rsplit(')').next().unwrap_or_default();
    let fields = behind.split_whitespace().skip(13).take(2);
    let ticks: Vec<f64> = fields.map(str::parse).collect::<Result<_, _>>()?;
    Ok(ticks.iter().sum::<f64>() / 100.0)
}

impl Field {
    fn set_up(binary: PathBuf, number: usize) -> Result<Self> {
        let (engine, image) = rig::up()?;
        let mut hosts = Vec::new();
        for n in 1..=number {
            let spec = HostSpec::new(OWNER, &format!("h{n}"), &image);
            let host = Host::start(&engine, spec)?;
            twin::seed::smallest(&host)?;
            hosts.push(host);
        }
        let folder = tempfile::tempdir()?;
        let field = Self {
            folder,
            binary,
            hosts,
        };
        let mut tree = String::from("format: 1\nlab: bench\nsites: {home: {}}\nhosts:\n");
        let mut ssh = String::new();
        for host in &field.hosts {
            let name = host.name();
            let _ = writeln!(
                tree,
                "  {name}:\n    site: home\n    os: debian\n    reach: {{ssh: {name}, user: admin}}\n    packages: [openssh-server, sudo]\n    \
                 files: {{/etc/motd: {{mode: 0644, content: hello}}}}\n    units: {{cron.service: {{enabled: true, active: true}}}}\n    \
                 sysctl: {{net.ipv4.tcp_syncookies: 1}}"
            );
            let _ = writeln!(ssh, "Include {}", host.ssh_config().display());
        }
        std::fs::create_dir_all(field.path("lab"))?;
        std::fs::write(field.path("lab/holdfast.yaml"), tree)?;
        std::fs::write(field.path("ssh_config"), ssh)?;
        Ok(field)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn observe(&self, more: &[&str]) -> Command {
        let mut command = Command::new(&self.binary);
        command.args(["observe", "--on", "real"]).args(more);
        command.arg(self.path("lab"));
        command.env("HOLDFAST_DATA", self.path("data"));
        command.env("HOLDFAST_SSH_CONFIG", self.path("ssh_config"));
        command.stdin(Stdio::null());
        command
    }

    fn measure(&self, runs: usize) -> Result<()> {
        let n = self.hosts.len();
        let first = times(1, || quiet(&mut self.observe(&["--full"])))?;
        println!("observe {n} hosts, first            {}", shown(&first));
        let full = times(runs, || quiet(&mut self.observe(&["--full"])))?;
        println!("observe {n} hosts, all read again   {}", shown(&full));
        let before = spent_by_children()?;
        let again = times(runs, || quiet(&mut self.observe(&[])))?;
        println!("observe {n} hosts, incremental      {}", shown(&again));
        let own = (spent_by_children()? - before) / f64::from(u32::try_from(runs)?);
        println!(
            "  the processor's time of holdfast and its ssh, each time: {:.2} s; the rest is the hosts', on the same processor",
            own
        );
        println!("kinds of facts: {}", self.kinds()?);
        let installed = Command::new("ansible").arg("--version").output();
        if !installed.is_ok_and(|o| o.status.success()) {
            println!("ansible is not installed: nothing to compare with");
            return Ok(());
        }
        let names: Vec<&str> = self.hosts.iter().map(Host::name).collect();
        let inventory = names.join(",") + ",";
        let peer = times(runs, || {
            let mut ansible = Command::new("ansible");
            let ssh = format!("-F {}", self.path("ssh_config").display());
            ansible.args(["all", "-i", &inventory, "-m", "setup", "--forks", "16"]);
            ansible.args(["-u", "admin", "--become", "--ssh-common-args", &ssh]);
            ansible.env("ANSIBLE_PYTHON_INTERPRETER", "/usr/bin/python3");
            quiet(ansible.env("ANSIBLE_REMOTE_TMP", "/tmp/ansible"))
        })?;
        println!("ansible -m setup, {n} hosts         {}", shown(&peer));
        Ok(())
    }

    /// What the last observation told of each kind; an observation that saw nothing would be fast.
    fn kinds(&self) -> Result<String> {
        let output = self.observe(&["--json"]).output()?;
        let facts: serde_json::Value = serde_json::from_slice(&output.stdout)?;
        let targets = facts["targets"].as_object().context("no targets")?;
        let answered = targets.values().filter(|t| t["identity"].is_object());
        if answered.count() < self.hosts.len() {
            bail!("not all hosts answered");
        }
        let paths = targets.values().filter_map(|t| t["facts"].as_object());
        let paths: Vec<&String> = paths.flat_map(|f| f.keys()).collect();
        let kinds: BTreeSet<&str> = paths.iter().filter_map(|p| p.split(':').next()).collect();
        let list: Vec<&str> = kinds.into_iter().collect();
        Ok(format!("{}; {} facts", list.join(" "), paths.len()))
    }
}
