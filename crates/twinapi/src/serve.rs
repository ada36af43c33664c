//! The process that answers: what it is told, and the products that it can be.

use crate::containers::Containers;
use crate::faults::in_force;
use crate::watched::{Power, Watched};
use crate::{INTERFACE, Interface, secret, token};
use anyhow::{Context as _, Result};
use model::id::ObjectRef;
use model::lab::Lab;
use pvesim::pbs::Server;
use pvesim::{Faults, Served, Simulator, State};
use serde_json::Value;
use std::collections::BTreeMap;
use std::convert::Infallible;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::Duration;
use twin::Engine;
use twinplan::Simulated;

/// Between two looks at the clock.
const TICK: Duration = Duration::from_millis(100);

/// What the server is told.
pub struct Told(pub Value);

impl Told {
    /// Where the lab tree is.
    pub fn lab(&self) -> &Path {
        Path::new(self.text("lab"))
    }

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
        let ready = Path::new(self.text("dir")).join(INTERFACE);
        let part = ready.with_extension("part");
        std::fs::write(&part, serde_json::to_vec_pretty(&interface.json())?)?;
        std::fs::rename(&part, &ready)?;
        Ok(())
    }
}

/// Serves until it is ended.
///
/// # Errors
/// What the system refuses: somebody else listens there.
pub fn serve(told: &Told, lab: &Lab, engine: Engine) -> Result<Infallible> {
    let of = ObjectRef::parse(told.text("of")).context("no object")?;
    let backup = serde_json::to_value(Simulated::ProxmoxBackupServer)?;
    if told.0["product"] == backup {
        let simulator = open(
            told,
            Simulated::ProxmoxBackupServer,
            backup_server(told, lab, &of, engine)?,
        )?;
        loop {
            // Nothing happens there by itself.
            std::thread::park();
            drop(simulator.state());
        }
    }
    if told.0["product"] == serde_json::to_value(Simulated::OpenWrt)? {
        let router = router(told, lab, &of)?;
        loop {
            std::thread::park();
            drop(router.asked());
        }
    }
    let simulator = open(
        told,
        Simulated::ProxmoxVe,
        hypervisor(told, lab, &of, engine)?,
    )?;
    loop {
        // tidy: allowed because this is the clock of a server: tasks begin at its ticks.
        std::thread::sleep(TICK);
        let mut state = simulator.state();
        let passed = jiff::Timestamp::now().as_second() - state.now;
        state.pass(passed.max(0));
    }
}

/// A Proxmox VE of which machines of the twin are the guests and nodes.
fn hypervisor(told: &Told, lab: &Lab, of: &ObjectRef, engine: Engine) -> Result<State> {
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
        power: Power::new(engine, told.text("owner")),
        guests: told.map("guests"),
        absent,
        nodes: told.map("nodes"),
        faults: PathBuf::from(told.text("faults")),
        of: of.to_string(),
    });
    Ok(state)
}

/// A backup server with the datastores that are declared on it.
fn backup_server(
    told: &Told,
    lab: &Lab,
    of: &ObjectRef,
    engine: Engine,
) -> Result<Watched<Server>> {
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
        power: Power::new(engine, told.text("owner")),
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
fn open<S: Served>(told: &Told, product: Simulated, state: S) -> Result<Simulator<S>> {
    let (names, at) = told.place(product);
    let simulator = Simulator::start_at(state, at, &names)
        .with_context(|| format!("nobody can answer at {at}"))?;
    told.is_ready(product, simulator.fingerprint())?;
    Ok(simulator)
}
