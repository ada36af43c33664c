//! The APIs of products in a twin: of Proxmox VE a simulator in the network of the first node, which starts and stops the machines of guests;
//! of Proxmox Backup Server one in the network of its machine; of an OpenWrt router one in the namespace that routes in its place.
//!
//! `up` starts this same program as a server; it belongs to the lease of the node's machine and ends with it. What others need of it
//! (address, certificate, where the secrets lie) stands beside the lease.

use super::Twinned;
use super::watched::{Power, Watched};
use crate::exit::{Exit, Stop};
use crate::tree::Tree;
use crate::twins::{self, Interface};
use anyhow::{Context as _, Result};
use model::id::{Kind, ObjectRef};
use model::lab::Lab;
use pvesim::pbs::Server;
use pvesim::{Faults, Machines, Running, Served as Answers, Simulator, State};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;
use twin::{Fabric, Host, image};
use twinplan::faults::{ApiFault, Fault};
use twinplan::{Design, InterfaceTwin, Simulated};

/// Between two looks at the clock.
const TICK: Duration = Duration::from_millis(100);

/// Starts what does not run of the interfaces, and again what is to be another.
pub(super) fn up(twinned: &Twinned, fabric: &Fabric, stopped: &[String]) -> Result<()> {
    for interface in &twinned.design.interfaces {
        if stopped.contains(&interface.machine) {
            continue;
        }
        let host = match interface.product {
            Simulated::OpenWrt => fabric.reach(&twinned.engine, &image::name(), &interface.machine),
            _ => Host::attach(&twinned.engine, &twinned.owner, &interface.machine),
        };
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
        errln!(
            "API of {} answers at {}",
            interface.of,
            url(&host, interface.product)
        );
    }
    Ok(())
}

/// Who may look and nothing else.
fn token(product: Simulated) -> &'static str {
    match product {
        Simulated::ProxmoxVe => "holdfast@pve!twin",
        Simulated::ProxmoxBackupServer => "holdfast@pbs!twin",
        Simulated::OpenWrt => "holdfast",
    }
}

fn url(host: &Host, product: Simulated) -> String {
    format!("https://{}:{}", host.address(), product.port())
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
    let names: Vec<String> = addresses(&twinned.design, interface)
        .iter()
        .map(ToString::to_string)
        .collect();
    let root = std::path::absolute(&twinned.world.tree.root);
    json!({
        "lab": root.unwrap_or_else(|_| twinned.world.tree.root.clone()),
        "of": interface.of.to_string(),
        "product": interface.product,
        "machine": interface.machine,
        "owner": twinned.owner,
        "url": url(host, interface.product),
        "names": names,
        "guests": guests,
        "absent": absent,
        "nodes": interface.nodes,
        "faults": twinned.world.store.dir(),
        "dir": host.state_dir(),
    })
}

/// Where an interface is in the twin.
fn addresses(design: &Design, interface: &InterfaceTwin) -> Vec<IpAddr> {
    let machine = design.machines.iter().find(|m| m.name == interface.machine);
    let router = design.router_of(&interface.of);
    let links = match interface.product {
        Simulated::OpenWrt => router.map(|r| &r.links),
        _ => machine.map(|m| &m.links),
    };
    let all = links.into_iter().flatten();
    all.filter_map(|l| Some(l.address.as_ref()?.ip)).collect()
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

impl Told {
    /// The names that the certificate holds for, and where to listen.
    fn place(&self, product: Simulated) -> (Vec<String>, SocketAddr) {
        let names = self.0["names"].as_array().into_iter().flatten();
        let mut names: Vec<String> = names
            .filter_map(|n| n.as_str().map(str::to_owned))
            .collect();
        let url = self.text("url");
        let host = url.trim_start_matches("https://").split(':').next();
        names.extend(host.map(str::to_owned));
        let everywhere = SocketAddr::from((Ipv4Addr::UNSPECIFIED, product.port()));
        (names, everywhere)
    }

    /// Writes the file that others wait for.
    fn is_ready(&self, product: Simulated, fingerprint: &str) -> Result<()> {
        let interface = Interface {
            url: self.text("url").to_owned(),
            token: token(product).to_owned(),
            fingerprint: fingerprint.to_owned(),
        };
        let ready = Path::new(self.text("dir")).join(twins::INTERFACE);
        let part = ready.with_extension("part");
        std::fs::write(&part, serde_json::to_vec_pretty(&interface.json())?)?;
        std::fs::rename(&part, &ready)?;
        Ok(())
    }
}

/// Serves until it is ended. This is what `up` starts; nobody else calls it.
pub(super) fn serve(path: &Path) -> Result<Exit> {
    let told = Told(serde_json::from_slice(&std::fs::read(path)?)?);
    let of = ObjectRef::parse(told.text("of")).context("no object")?;
    let lab = Tree::open_valid(Path::new(told.text("lab")))?.lab;
    let backup = serde_json::to_value(Simulated::ProxmoxBackupServer)?;
    if told.0["product"] == backup {
        let simulator = open(
            &told,
            Simulated::ProxmoxBackupServer,
            backup_server(&told, &lab, &of)?,
        )?;
        loop {
            // Nothing happens there by itself.
            std::thread::park();
            drop(simulator.state());
        }
    }
    if told.0["product"] == serde_json::to_value(Simulated::OpenWrt)? {
        let router = router(&told, &lab, &of)?;
        loop {
            std::thread::park();
            drop(router.asked());
        }
    }
    let simulator = open(&told, Simulated::ProxmoxVe, hypervisor(&told, &lab, &of)?)?;
    loop {
        // tidy: allowed because this is the clock of a server: tasks begin at its ticks.
        std::thread::sleep(TICK);
        let mut state = simulator.state();
        let passed = jiff::Timestamp::now().as_second() - state.now;
        state.pass(passed.max(0));
    }
}

/// A Proxmox VE of which machines of the twin are the guests and nodes.
fn hypervisor(told: &Told, lab: &Lab, of: &ObjectRef) -> Result<State> {
    let dir = PathBuf::from(told.text("dir"));
    let mut state = State::of_lab(lab, &of.name);
    state.now = jiff::Timestamp::now().as_second();
    state.immediate = true;
    let token_secret = secret(&dir.join("api-token"))?;
    let name = token(Simulated::ProxmoxVe);
    state
        .access
        .add_token(name, &token_secret, "/", "PVEAuditor");
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
        power: Power::new(twins::engine()?, told.text("owner")),
        guests: told.map("guests"),
        absent,
        nodes: told.map("nodes"),
        faults: PathBuf::from(told.text("faults")),
        of: of.to_string(),
    });
    Ok(state)
}

/// A backup server with the datastores that are declared on it.
fn backup_server(told: &Told, lab: &Lab, of: &ObjectRef) -> Result<Watched<Server>> {
    let now = jiff::Timestamp::now().as_second();
    let mut product = Server::of_lab(lab, of, now);
    let secret = secret(&Path::new(told.text("dir")).join("api-token"))?;
    let name = token(Simulated::ProxmoxBackupServer);
    product.add_token(name, &secret, "/", "Audit");
    for who in ["holdfast@pbs", name] {
        product.grant("/remote", who, "RemoteAudit");
    }
    Ok(Watched {
        product,
        power: Power::new(twins::engine()?, told.text("owner")),
        machine: told.text("machine").to_owned(),
        store: PathBuf::from(told.text("faults")),
        of: of.to_string(),
        faults: Faults::default(),
        is_on: true,
    })
}

/// A router that is as declared, with the rights that `access` prints.
fn router(told: &Told, lab: &Lab, of: &ObjectRef) -> Result<openwrtsim::Simulator> {
    let user = token(Simulated::OpenWrt);
    let password = secret(&Path::new(told.text("dir")).join("api-token"))?;
    let rights = openwrt::acl()[openwrt::GROUP]["read"].clone();
    let router = openwrtsim::Router::of_lab(lab, &of.name, (user, &password), rights);
    let (names, at) = told.place(Simulated::OpenWrt);
    let (store, own) = (PathBuf::from(told.text("faults")), of.to_string());
    let refresh = move |router: &mut openwrtsim::Router| router.faults = in_force(&store, &own);
    let simulator = openwrtsim::Simulator::start_at(router, at, &names, refresh)
        .with_context(|| format!("nobody can answer at {at}"))?;
    told.is_ready(Simulated::OpenWrt, simulator.fingerprint())?;
    Ok(simulator)
}

/// Answers at the port of a product, and says so in the file that others wait for.
fn open<S: Answers>(told: &Told, product: Simulated, state: S) -> Result<Simulator<S>> {
    let (names, at) = told.place(product);
    let simulator = Simulator::start_at(state, at, &names)
        .with_context(|| format!("nobody can answer at {at}"))?;
    told.is_ready(product, simulator.fingerprint())?;
    Ok(simulator)
}

/// The machines of a twin, as guests and nodes of the API.
struct Containers {
    power: Power,
    guests: BTreeMap<u32, String>,
    /// Guests that are not in the twin, with the reason.
    absent: BTreeMap<u32, String>,
    nodes: BTreeMap<String, String>,
    /// The folder of the store, where faults stand.
    faults: PathBuf,
    of: String,
}

impl Containers {
    fn host(&mut self, guest: u32) -> Result<Host, String> {
        self.power.forget();
        if let Some(why) = self.absent.get(&guest) {
            return Err(format!("guest {guest} is not in the twin: {why}"));
        }
        let missing = || format!("guest {guest} was not there when the twin was started");
        let name = self.guests.get(&guest).ok_or_else(missing)?;
        Host::attach(&self.power.engine, &self.power.owner, name).map_err(|e| e.to_string())
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
        let faults = in_force(&self.faults, &self.of);
        // Where the engine does not answer, nothing is known to run: the API is silent then.
        let names = self.power.names().unwrap_or_default();
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

/// The faults of an API that are in force, the newest last.
pub(super) fn in_force(store: &Path, of: &str) -> Vec<(String, pvesim::Fault)> {
    let faults = super::fault::load_from(store).unwrap_or_default();
    faults.iter().filter_map(|f| fault(f, of)).collect()
}

fn fault(fault: &Fault, own: &str) -> Option<(String, pvesim::Fault)> {
    let Fault::Api { of, path, what } = fault else {
        return None;
    };
    let meets = match what {
        ApiFault::Refuse => pvesim::Fault::Refuse(403, format!("Permission check failed ({path})")),
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
    /// Where the secrets lie: of the token, and of root where somebody can log in.
    pub(crate) secrets: [PathBuf; 2],
}

impl Served {
    /// For programs.
    pub(crate) fn json(&self) -> Value {
        let here = self.here.as_ref();
        let product = self.of.product;
        let root = (product == Simulated::ProxmoxVe).then_some(&self.secrets[1]);
        json!({
            "of": self.of.of.to_string(), "on": self.of.machine, "product": product, "simulated": true,
            "url": here.map(|h| &h.url), "inside": self.inside, "fingerprint": here.map(|h| &h.fingerprint),
            "token": token(product), "token_secret_file": self.secrets[0], "root_password_file": root,
        })
    }
}

/// How all interfaces are.
pub(super) fn look(twinned: &Twinned) -> Vec<Served> {
    let of = |interface: &InterfaceTwin| {
        let host = Host::attach(&twinned.engine, &twinned.owner, &twins::place(interface)).ok();
        let dir = host.as_ref().map(Host::state_dir).unwrap_or_default();
        let inside = addresses(&twinned.design, interface).into_iter();
        let inside = inside.map(|ip| SocketAddr::from((ip, interface.product.port())));
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
