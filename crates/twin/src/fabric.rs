//! The wires between hosts: segments that are bridges in a network namespace of their own, routers, and places to look from.
//!
//! None of it touches the machine's own network: the fabric is a container without any interface of Docker's, each segment is a
//! bridge in it, and what stands in a segment has the other end of a pair of virtual interfaces. So nothing leaves a twin, twins
//! with equal addresses stand side by side, and removing the labelled containers removes all of it.

use std::net::IpAddr;
use std::path::Path;
use std::process::Command;

use sha2::{Digest, Sha256};

use crate::cleanup;
use crate::engine::{Client, Engine};
use crate::error::TwinError;
use crate::host::{NAME_LABEL, OWNER_LABEL};
use crate::image::ImageRef;
use crate::lease::check_name;
use crate::run;

/// Label of what is no host: `fabric`, `router` or `vantage`.
pub const PART_LABEL: &str = "io.holdfast.part";

/// An interface in a segment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plug {
    /// The segment.
    pub segment: String,
    /// What the interface is called where it is used.
    pub interface: String,
    /// Address and bits of the network, if it has any.
    pub address: Option<(IpAddr, u8)>,
}

/// Where a host stands instead of behind a default route of the machine.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Standing {
    /// Its interfaces.
    pub plugs: Vec<Plug>,
    /// Its default routes.
    pub gateways: Vec<IpAddr>,
}

/// A router.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RouterSpec {
    /// Its name.
    pub name: String,
    /// Its interfaces.
    pub plugs: Vec<Plug>,
    /// Destination in the form that `ip route` wants, and the next router.
    pub routes: Vec<(String, IpAddr)>,
    /// Its nftables ruleset.
    pub ruleset: String,
}

/// What kind of part a container is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// All bridges.
    Fabric,
    /// Passes packets.
    Router,
    /// An empty place.
    Vantage,
}

impl Part {
    fn word(self) -> &'static str {
        match self {
            Part::Fabric => "fabric",
            Part::Router => "router",
            Part::Vantage => "vantage",
        }
    }
}

/// The segments of one owner.
#[derive(Debug, Clone)]
pub struct Fabric {
    client: Client,
    owner: String,
    image: ImageRef,
    /// The process that holds the namespace with the bridges.
    pid: String,
}

impl Fabric {
    /// The fabric of an owner; made, or made anew if it does not run.
    pub fn ensure(engine: &Engine, owner: &str, image: &ImageRef) -> Result<Self, TwinError> {
        check_name("owner", owner)?;
        let client = engine.client().clone();
        let (pid, _) = kept(&client, owner, image, Part::Fabric, "")?;
        // Else packets inside of a segment would pass the forward chain too.
        set_in(&pid, "bridge/bridge-nf-call-iptables", "0")?;
        set_in(&pid, "bridge/bridge-nf-call-ip6tables", "0")?;
        Ok(Self {
            client,
            owner: owner.to_owned(),
            image: image.clone(),
            pid,
        })
    }

    /// The running fabric of an owner, if there is one.
    pub fn attach(
        engine: &Engine,
        owner: &str,
        image: &ImageRef,
    ) -> Result<Option<Self>, TwinError> {
        let client = engine.client().clone();
        let name = container(owner, Part::Fabric, "");
        Ok(running_pid(&client, &name)?.map(|pid| Self {
            client,
            owner: owner.to_owned(),
            image: image.clone(),
            pid,
        }))
    }

    /// Makes the bridges of these segments; those that are there are left alone.
    pub fn segments(&self, names: &[&str]) -> Result<(), TwinError> {
        let present = links_in(&self.pid)?;
        let mut batch = String::new();
        for name in names {
            let bridge = bridge(name);
            if !present.contains(&bridge) {
                batch.push_str(&format!("link add {bridge} type bridge forward_delay 0\n"));
                batch.push_str(&format!("link set {bridge} alias {name}\n"));
            }
            batch.push_str(&format!("link set {bridge} up\n"));
        }
        ip_in(&self.pid, &batch)
    }

    /// Lays the wires of something whose namespace a process holds; those that lie are left alone. Says whether any was laid.
    pub(crate) fn plug(&self, who: &str, plugs: &[Plug], pid: &str) -> Result<bool, TwinError> {
        let near = links_in(&self.pid)?;
        let far = links_in(pid)?;
        let mut laid = false;
        for plug in plugs {
            let port = port(who, &plug.segment);
            let interface = &plug.interface;
            if near.contains(&port) && far.contains(interface) {
                continue;
            }
            if far.contains(interface) {
                ip_in(pid, &format!("link del {interface}\n"))?;
            } else if near.contains(&port) {
                ip_in(&self.pid, &format!("link del {port}\n"))?;
            }
            let bridge = bridge(&plug.segment);
            ip_in(
                &self.pid,
                &format!(
                    "link add {port} type veth peer name {interface} netns {pid}\nlink set {port} master {bridge}\nlink set {port} up\n"
                ),
            )?;
            laid = true;
        }
        Ok(laid)
    }

    /// A router with its interfaces, ways and ruleset; all of it is set again if it is there.
    pub fn router(&self, spec: &RouterSpec) -> Result<(), TwinError> {
        let (pid, _) = self.part(Part::Router, &spec.name)?;
        self.plug(&format!("router {}", spec.name), &spec.plugs, &pid)?;
        set_in(&pid, "ipv4/ip_forward", "1")?;
        set_in(&pid, "ipv6/conf/all/forwarding", "1")?;
        set_in(&pid, "bridge/bridge-nf-call-iptables", "0")?;
        self.load(&spec.name, &spec.ruleset)?;
        let mut batch = addresses(&spec.plugs);
        for (to, via) in &spec.routes {
            batch.push_str(&format!("route replace {to} via {via}\n"));
        }
        ip_in(&pid, &batch)
    }

    pub(crate) fn owner(&self) -> &str {
        &self.owner
    }

    /// The process that holds the namespace of a part that runs.
    pub(crate) fn pid_of(&self, part: Part, name: &str) -> Result<String, TwinError> {
        let what = container(&self.owner, part, name);
        let pid = running_pid(&self.client, &what)?;
        pid.ok_or(TwinError::NotRunning { what })
    }

    pub(crate) fn has_interface(&self, pid: &str, name: &str) -> Result<bool, TwinError> {
        Ok(links_in(pid)?.iter().any(|link| link == name))
    }

    pub(crate) fn ip(&self, pid: &str, batch: &str) -> Result<(), TwinError> {
        ip_in(pid, batch)
    }

    pub(crate) fn load(&self, router: &str, ruleset: &str) -> Result<(), TwinError> {
        self.nft(&container(&self.owner, Part::Router, router), ruleset)
    }

    fn nft(&self, container: &str, ruleset: &str) -> Result<(), TwinError> {
        let mut nft = self
            .client
            .docker(&["exec", "--interactive", container, "nft", "-f", "-"]);
        let output = run::output_with_input(&mut nft, ruleset.as_bytes())?;
        match output.status.success() {
            true => Ok(()),
            false => Err(run::failed(&nft, &output)),
        }
    }

    /// An empty place in a segment, to look from.
    pub fn vantage(&self, plug: &Plug, gateway: Option<IpAddr>) -> Result<(), TwinError> {
        let (pid, _) = self.part(Part::Vantage, &plug.segment)?;
        let plugs = std::slice::from_ref(plug);
        self.plug(&format!("vantage {}", plug.segment), plugs, &pid)?;
        let mut batch = addresses(plugs);
        if let Some(gateway) = gateway {
            batch.push_str(&format!("route replace default via {gateway}\n"));
        }
        ip_in(&pid, &batch)
    }

    /// A command in a vantage, ready to be run.
    pub fn vantage_command(&self, segment: &str, command: &[&str]) -> Command {
        let name = container(&self.owner, Part::Vantage, segment);
        let mut docker = self.client.docker(&["exec", "--interactive", &name]);
        docker.args(command);
        docker
    }

    /// The names of the parts of a kind that run.
    pub fn parts(&self, part: Part) -> Result<Vec<String>, TwinError> {
        let owner = format!("label={OWNER_LABEL}={}", self.owner);
        let kind = format!("label={PART_LABEL}={}", part.word());
        let format = format!("{{{{.Label \"{NAME_LABEL}\"}}}}");
        let text = self.client.checked(&[
            "ps", "--filter", &owner, "--filter", &kind, "--format", &format,
        ])?;
        let bare = |name: &str| name.rsplit_once('/').map_or(name, |(_, n)| n).to_owned();
        Ok(text.lines().map(bare).collect())
    }

    /// Loads rules for what the bridges pass on; the text says what they replace.
    pub fn rules(&self, ruleset: &str) -> Result<(), TwinError> {
        self.nft(&container(&self.owner, Part::Fabric, ""), ruleset)
    }

    /// Delays what a host is sent in a segment, or ends that.
    pub fn slow(&self, host: &str, segment: &str, delay_ms: Option<u32>) -> Result<(), TwinError> {
        let port = port(host, segment);
        let delay = delay_ms.map(|ms| format!("{ms}ms"));
        let mut words = vec!["tc", "qdisc"];
        match &delay {
            Some(delay) => words.extend(["replace", "dev", &port, "root", "netem", "delay", delay]),
            None => words.extend(["del", "dev", &port, "root"]),
        }
        let mut tc = nsenter(&self.pid, &words);
        let output = run::output(&mut tc)?;
        let said = run::text(&output.stderr);
        match (output.status.success(), &delay) {
            (true, _) | (false, None) => Ok(()),
            (false, Some(_)) if said.contains("qdisc kind is unknown") => {
                Err(TwinError::NotInKernel { what: "netem" })
            }
            (false, Some(_)) => Err(run::failed(&tc, &output)),
        }
    }

    fn part(&self, part: Part, name: &str) -> Result<(String, bool), TwinError> {
        kept(&self.client, &self.owner, &self.image, part, name)
    }
}

/// The container that holds a namespace: its process, and whether it was made now.
fn kept(
    client: &Client,
    owner: &str,
    image: &ImageRef,
    part: Part,
    name: &str,
) -> Result<(String, bool), TwinError> {
    let container = container(owner, part, name);
    if let Some(pid) = running_pid(client, &container)? {
        return Ok((pid, false));
    }
    let label = format!("{}/{name}", part.word());
    cleanup::remove_part(client, owner, &label)?;
    let mut run = client.docker(&["run", "--detach", "--name", &container, "--network", "none"]);
    run.args(["--stop-signal", "KILL", "--cap-add", "NET_ADMIN"]);
    run.arg(format!("--label={OWNER_LABEL}={owner}"))
        .arg(format!("--label={NAME_LABEL}={label}"))
        .arg(format!("--label={PART_LABEL}={}", part.word()));
    run::checked(run.args([image.as_str(), "sleep", "infinity"]))?;
    let missing = || TwinError::Damaged {
        what: format!("container {container}"),
        reason: "it ended at once".to_owned(),
    };
    Ok((running_pid(client, &container)?.ok_or_else(missing)?, true))
}

/// Host names have no `_`, so these meet no host's.
pub(crate) fn container(owner: &str, part: Part, name: &str) -> String {
    format!("hf.{owner}._{}_{name}", part.word())
}

/// The first process of a container that runs.
pub(crate) fn running_pid(client: &Client, container: &str) -> Result<Option<String>, TwinError> {
    let inspect = [
        "container",
        "inspect",
        "--format",
        "{{.State.Pid}}",
        container,
    ];
    let output = run::output(&mut client.docker(&inspect))?;
    let pid = run::text(&output.stdout);
    Ok((output.status.success() && pid != "0" && !pid.is_empty()).then_some(pid))
}

fn addresses(plugs: &[Plug]) -> String {
    let mut batch = String::new();
    for plug in plugs {
        let interface = &plug.interface;
        batch.push_str(&format!("link set {interface} up\n"));
        if let Some((ip, prefix)) = plug.address {
            let nodad = if ip.is_ipv6() { " nodad" } else { "" };
            batch.push_str(&format!(
                "address replace {ip}/{prefix} dev {interface}{nodad}\n"
            ));
        }
    }
    batch
}

fn short(prefix: &str, text: &str) -> String {
    let hash = Sha256::digest(text.as_bytes());
    format!("{prefix}{}", data_encoding::HEXLOWER.encode(&hash[..5]))
}

/// The bridge of a segment.
fn bridge(segment: &str) -> String {
    short("br", segment)
}

/// The fabric's end of a wire.
fn port(who: &str, segment: &str) -> String {
    short("p", &format!("{who}\0{segment}"))
}

/// A command in the network namespace of a process.
fn nsenter(pid: &str, command: &[&str]) -> Command {
    let mut nsenter = Command::new("nsenter");
    nsenter
        .arg(format!("--net=/proc/{pid}/ns/net"))
        .args(command);
    nsenter
}

fn ip_in(pid: &str, batch: &str) -> Result<(), TwinError> {
    if batch.is_empty() {
        return Ok(());
    }
    let mut ip = nsenter(pid, &["ip", "-batch", "-"]);
    let output = run::output_with_input(&mut ip, batch.as_bytes())?;
    match output.status.success() {
        true => Ok(()),
        false => Err(run::failed(&ip, &output)),
    }
}

fn links_in(pid: &str) -> Result<Vec<String>, TwinError> {
    let text = run::checked(&mut nsenter(pid, &["ip", "-oneline", "link", "show"]))?;
    let name = |line: &str| {
        let name = line.split(": ").nth(1)?;
        Some(name.split('@').next()?.to_owned())
    };
    Ok(text.lines().filter_map(name).collect())
}

/// A kernel setting of a namespace's network; one that this kernel lacks needs no setting.
fn set_in(pid: &str, name: &str, value: &str) -> Result<(), TwinError> {
    let path = format!("/proc/sys/net/{name}");
    if !Path::new("/proc/sys/net").join(name).exists() && name.starts_with("bridge/") {
        return Ok(());
    }
    let script = "echo \"$2\" > \"$1\"";
    run::checked(&mut nsenter(
        pid,
        &["sh", "-c", script, "set", &path, value],
    ))
    .map(drop)
}
