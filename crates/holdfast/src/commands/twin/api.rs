//! The API of Proxmox VE in a twin: a simulator in the network of the first node, which starts and stops the machines of guests.
//!
//! `up` starts this same program as a server; it belongs to the lease of the node's machine and ends with it. What others need of it
//! (address, certificate, where the secrets lie) stands beside the lease.

use super::Twinned;
use crate::exit::{Exit, Stop};
use crate::tree::Tree;
use crate::twins::{self, Interface};
use anyhow::{Context as _, Result};
use model::id::{Kind, ObjectRef};
use pvesim::{Machines, Running, Simulator, State};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::net::{Ipv4Addr, SocketAddr};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use twin::{Engine, Host, TwinError};
use twinplan::faults::{ApiFault, Fault};
use twinplan::{InterfaceTwin, interfaces};

/// Who may look and nothing else.
const TOKEN: &str = "holdfast@pve!twin";
/// How old an answer of the engine may be.
const FRESH: Duration = Duration::from_millis(300);
/// Between two looks at the clock.
const TICK: Duration = Duration::from_millis(100);

/// Starts what does not run of the interfaces, and again what is to be another.
pub(super) fn up(twinned: &Twinned, stopped: &[String]) -> Result<()> {
    for interface in &twinned.design.interfaces {
        if stopped.contains(&interface.machine) {
            continue;
        }
        let host = Host::attach(&twinned.engine, &twinned.owner, &interface.machine);
        let host = host.map_err(twins::environment)?;
        let dir = host.state_dir();
        let wanted = serde_json::to_vec_pretty(&config(twinned, interface, &host))?;
        let path = dir.join("api-config.json");
        let same = std::fs::read(&path).is_ok_and(|text| text == wanted);
        if same && host.is_served() {
            continue;
        }
        for file in ["api-password", "api-token"] {
            secret(&dir.join(file))?;
        }
        std::fs::write(&path, wanted).with_context(|| path.display().to_string())?;
        let program = std::env::current_exe()?;
        let words = [
            OsStr::new("twin"),
            OsStr::new("serve-api"),
            path.as_os_str(),
        ];
        let served = host.serve(&program, &words, &dir.join(twins::INTERFACE));
        served.map_err(twins::environment)?;
        errln!("API of {} answers at {}", interface.of, url(&host));
    }
    Ok(())
}

fn url(host: &Host) -> String {
    format!("https://{}:{}", host.address(), interfaces::PORT)
}

/// All that the server has to know.
fn config(twinned: &Twinned, interface: &InterfaceTwin, host: &Host) -> Value {
    let lab = &twinned.world.tree.lab;
    let mut guests = BTreeMap::new();
    let mut absent = BTreeMap::new();
    for (id, name, _) in pvesim::guests(lab, &interface.of.name) {
        let object = ObjectRef::new(Kind::Guest, name);
        match twinned.design.machine_of(&object) {
            Some(machine) => drop(guests.insert(id, machine.name.clone())),
            None => drop(absent.insert(id, twinned.design.why_absent(&object))),
        }
    }
    let first = twinned.design.machines.iter();
    let first = first.filter(|m| m.name == interface.machine);
    let addresses = first
        .flat_map(|m| &m.links)
        .filter_map(|l| l.address.as_ref());
    let names: Vec<String> = addresses.map(|a| a.ip.to_string()).collect();
    let root = std::path::absolute(&twinned.world.tree.root);
    json!({
        "lab": root.unwrap_or_else(|_| twinned.world.tree.root.clone()),
        "of": interface.of.to_string(),
        "owner": twinned.owner,
        "url": url(host),
        "names": names,
        "guests": guests,
        "absent": absent,
        "nodes": interface.nodes,
        "faults": twinned.world.store.dir(),
        "dir": host.state_dir(),
    })
}

/// A made-up secret, kept for who may read it.
fn secret(path: &Path) -> Result<String> {
    if let Ok(text) = std::fs::read_to_string(path) {
        return Ok(text);
    }
    let mut bytes = [0_u8; 24];
    store::Random::fill(&mut store::SystemRandom, &mut bytes)?;
    let made: String = bytes.iter().map(|b| format!("{b:02x}")).collect();
    let mut options = std::fs::OpenOptions::new();
    let opened = options.write(true).create_new(true).mode(0o600).open(path);
    let put = opened.and_then(|mut f| std::io::Write::write_all(&mut f, made.as_bytes()));
    put.with_context(|| path.display().to_string())?;
    Ok(made)
}

/// What the server is told.
struct Told(Value);

impl Told {
    fn text(&self, key: &str) -> &str {
        self.0[key].as_str().unwrap_or_default()
    }

    fn map<K: std::str::FromStr + Ord>(&self, key: &str) -> BTreeMap<K, String> {
        let all = self.0[key].as_object().into_iter().flatten();
        let parsed = all.filter_map(|(k, v)| Some((k.parse().ok()?, v.as_str()?.to_owned())));
        parsed.collect()
    }
}

/// Serves until it is ended. This is what `up` starts; nobody else calls it.
pub(super) fn serve(path: &Path) -> Result<Exit> {
    let told = Told(serde_json::from_slice(&std::fs::read(path)?)?);
    let dir = PathBuf::from(told.text("dir"));
    let of = ObjectRef::parse(told.text("of")).context("no object")?;
    let tree = Tree::open_valid(Path::new(told.text("lab")))?;
    let mut state = State::of_lab(&tree.lab, &of.name);
    state.now = jiff::Timestamp::now().as_second();
    state.immediate = true;
    let token = secret(&dir.join("api-token"))?;
    state.access.add_token(TOKEN, &token, "/", "PVEAuditor");
    let password = secret(&dir.join("api-password"))?;
    if let Some(root) = state.access.users.get_mut("root@pam") {
        root.password = Some(password);
    }
    let absent: BTreeMap<u32, String> = told.map("absent");
    for id in absent.keys() {
        if let Some(guest) = state.guests.get_mut(id) {
            guest.running = false;
        }
    }
    state.machines = Box::new(Containers {
        engine: twins::engine()?,
        owner: told.text("owner").to_owned(),
        guests: told.map("guests"),
        absent,
        nodes: told.map("nodes"),
        faults: PathBuf::from(told.text("faults")),
        of: of.to_string(),
        last: None,
    });
    let names = told.0["names"].as_array().into_iter().flatten();
    let names: Vec<String> = names
        .filter_map(|n| n.as_str().map(str::to_owned))
        .collect();
    let mut names = names;
    let url = told.text("url").to_owned();
    let host = url.trim_start_matches("https://").split(':').next();
    names.extend(host.map(str::to_owned));
    let everywhere = SocketAddr::from((Ipv4Addr::UNSPECIFIED, interfaces::PORT));
    let simulator = Simulator::start_at(state, everywhere, &names)
        .with_context(|| format!("nobody can answer at {everywhere}"))?;
    let interface = Interface {
        url,
        token: TOKEN.to_owned(),
        fingerprint: simulator.fingerprint().to_owned(),
    };
    let ready = dir.join(twins::INTERFACE);
    let part = ready.with_extension("part");
    std::fs::write(&part, serde_json::to_vec_pretty(&interface.json())?)?;
    std::fs::rename(&part, &ready)?;
    loop {
        // tidy: allowed because this is the clock of a server: tasks begin at its ticks.
        std::thread::sleep(TICK);
        let mut state = simulator.state();
        let passed = jiff::Timestamp::now().as_second() - state.now;
        state.pass(passed.max(0));
    }
}

/// The machines of a twin, as guests and nodes of the API.
struct Containers {
    engine: Engine,
    owner: String,
    guests: BTreeMap<u32, String>,
    /// Guests that are not in the twin, with the reason.
    absent: BTreeMap<u32, String>,
    nodes: BTreeMap<String, String>,
    /// The folder of the store, where faults stand.
    faults: PathBuf,
    of: String,
    last: Option<(Instant, BTreeSet<String>)>,
}

impl Containers {
    fn host(&mut self, guest: u32) -> Result<Host, String> {
        self.last = None;
        if let Some(why) = self.absent.get(&guest) {
            return Err(format!("guest {guest} is not in the twin: {why}"));
        }
        let missing = || format!("guest {guest} was not there when the twin was started");
        let name = self.guests.get(&guest).ok_or_else(missing)?;
        Host::attach(&self.engine, &self.owner, name).map_err(|e| e.to_string())
    }

    fn names(&mut self) -> Result<BTreeSet<String>, TwinError> {
        if let Some((at, names)) = &self.last
            && at.elapsed() < FRESH
        {
            return Ok(names.clone());
        }
        let names = Host::running_names(&self.engine, &self.owner)?;
        self.last = Some((Instant::now(), names.clone()));
        Ok(names)
    }
}

impl Machines for Containers {
    fn start(&mut self, guest: u32) -> Result<(), String> {
        self.host(guest)?.power_on().map_err(|e| e.to_string())
    }

    fn stop(&mut self, guest: u32, gently: bool) -> Result<(), String> {
        let host = self.host(guest)?;
        let done = if gently { host.stop() } else { host.kill() };
        done.map_err(|e| e.to_string())
    }

    fn running(&mut self) -> Running {
        let faults = super::fault::load_from(&self.faults).unwrap_or_default();
        let faults = faults.iter().filter_map(|f| fault(f, &self.of)).collect();
        // Where the engine does not answer, nothing is known to run: the API is silent then.
        let names = self.names().unwrap_or_default();
        let guests = self.guests.iter().map(|(id, n)| (*id, names.contains(n)));
        let nodes = self
            .nodes
            .iter()
            .map(|(k, n)| (k.clone(), names.contains(n)));
        Running {
            guests: guests.collect(),
            nodes: nodes.collect(),
            faults: Some(faults),
        }
    }
}

fn fault(fault: &Fault, own: &str) -> Option<(String, pvesim::Fault)> {
    let Fault::Api { of, path, what } = fault else {
        return None;
    };
    let meets = match what {
        ApiFault::Refuse => {
            pvesim::Fault::Refuse(403, format!("Permission check failed ({path}, Sys.Audit)"))
        }
        ApiFault::Filter => pvesim::Fault::Filter,
        ApiFault::Lie { pointer, value } => pvesim::Fault::Lie(
            pointer.clone(),
            serde_json::from_str(value).unwrap_or_default(),
        ),
    };
    (of == own).then(|| (path.clone(), meets))
}

/// Whose interface is meant: the one that is named, or the only one.
pub(super) fn known(twinned: &Twinned, name: Option<&str>) -> Result<String> {
    let all: Vec<String> = twinned
        .design
        .interfaces
        .iter()
        .map(|i| i.of.to_string())
        .collect();
    let fits = |i: &&String| match name {
        Some(name) => *i == name || i.split_once('/').is_some_and(|(_, n)| n == name),
        None => true,
    };
    let found: Vec<&String> = all.iter().filter(fits).collect();
    match (found.as_slice(), all.is_empty()) {
        ([one], _) => Ok((*one).clone()),
        (_, true) => Err(Stop::usage("no API of this lab can be in a twin").into()),
        (_, false) => Err(Stop::usage(format!(
            "say with --of whose API is meant; there are: {}",
            all.join(", ")
        ))
        .into()),
    }
}

/// How an interface is.
#[derive(Debug, Clone)]
pub(crate) struct Served {
    /// The interface.
    pub(crate) of: InterfaceTwin,
    /// Where it is for this machine; `None` where it does not run.
    pub(crate) here: Option<Interface>,
    /// Where it is in the twin.
    pub(crate) inside: Vec<String>,
    /// Where the secrets lie: of the token, and of root.
    pub(crate) secrets: [PathBuf; 2],
}

impl Served {
    /// For programs.
    pub(crate) fn json(&self) -> Value {
        let here = self.here.as_ref();
        json!({
            "of": self.of.of.to_string(), "on": self.of.machine, "product": "proxmox-ve", "simulated": true,
            "url": here.map(|h| &h.url), "inside": self.inside, "fingerprint": here.map(|h| &h.fingerprint),
            "token": TOKEN, "token_secret_file": self.secrets[0], "root_password_file": self.secrets[1],
        })
    }
}

/// How all interfaces are.
pub(super) fn look(twinned: &Twinned) -> Vec<Served> {
    let of = |interface: &InterfaceTwin| {
        let host = Host::attach(&twinned.engine, &twinned.owner, &interface.machine).ok();
        let dir = host.as_ref().map(Host::state_dir).unwrap_or_default();
        let machine = twinned.design.machines.iter();
        let machine = machine.filter(|m| m.name == interface.machine);
        let addresses = machine
            .flat_map(|m| &m.links)
            .filter_map(|l| l.address.as_ref());
        let inside = addresses.map(|a| SocketAddr::from((a.ip, interfaces::PORT)));
        let runs = host.as_ref().is_some_and(Host::is_served);
        Served {
            of: interface.clone(),
            here: twins::interface_at(&dir).filter(|_| runs),
            inside: inside.map(|a| format!("https://{a}")).collect(),
            secrets: ["api-token", "api-password"].map(|f| dir.join(f)),
        }
    };
    twinned.design.interfaces.iter().map(of).collect()
}
