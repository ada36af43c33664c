//! A host: two containers, one that owns the network namespace and one that boots systemd in it.
//!
//! The first one stays when the second reboots, so wire and address are as durable as hardware. What a reboot must
//! forget (packet filter, routes, addresses) is emptied by the host's own start, before its init runs.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::ops::Deref;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::access;
use crate::cleanup;
use crate::disk::{self, DiskSpec};
use crate::engine::{Client, Engine};
use crate::error::{TwinError, at};
use crate::fabric::{self, Fabric, Part, Standing};
use crate::image::ImageRef;
use crate::lease::{Creator, Lease, Lifetime, Place, Registry, check_name};
use crate::run;
use crate::wire;

/// Label of every container: whose it is.
pub const OWNER_LABEL: &str = "io.holdfast.owner";
/// Label of every container: which host of that owner.
pub const NAME_LABEL: &str = "io.holdfast.name";
/// Label of the containers that live no longer than a process: `PID:START`.
pub const CREATOR_LABEL: &str = "io.holdfast.creator";
/// The controller's address, outside of every host's subnet.
pub const CONTROLLER: Ipv4Addr = Ipv4Addr::new(10, 77, 1, 1);
/// A second address of the machine, to see a host from somewhere else than the controller.
pub const VANTAGE: Ipv4Addr = Ipv4Addr::new(10, 77, 1, 2);

const BOOT_LIMIT: Duration = Duration::from_secs(60);
const FIRST_BOOT: &str = include_str!("../image/first-boot");
const POOLS: &str = include_str!("../image/lab-pools");
const POOLS_UNIT: &str = include_str!("../image/pools.service");
const STANDING_UNIT: &str = include_str!("../image/standing.service");

/// What a host is to be.
#[derive(Debug, Clone)]
pub struct HostSpec {
    /// Whose it is; only that owner's things are ever removed with it.
    pub owner: String,
    /// Its name, unique for the owner.
    pub name: String,
    /// Its host name.
    pub hostname: String,
    /// The image to boot.
    pub image: ImageRef,
    /// Where it is.
    pub place: Place,
    /// The address that the controller comes from.
    pub controller: Ipv4Addr,
    /// The second address of the machine.
    pub vantage: Ipv4Addr,
    /// Further labels of its containers.
    pub labels: BTreeMap<String, String>,
    /// The text of `/etc/holdfast/realm`, if it is to have one.
    pub marker: Option<String>,
    /// How long it may live.
    pub lifetime: Lifetime,
    /// It has a container engine of its own; the image has to be one with an engine.
    pub engine: bool,
    /// Its disks, of which it makes pools.
    pub disks: Vec<DiskSpec>,
    /// The segments it stands in, and their fabric. Such a host has no route by the machine but the one back to the controller.
    pub standing: Option<(Fabric, Standing)>,
    /// It is this router of the fabric, and no machine of its own.
    pub router: Option<String>,
}

impl HostSpec {
    /// A host in an automatic place that is kept until it is removed.
    pub fn new(owner: &str, name: &str, image: &ImageRef) -> Self {
        Self {
            owner: owner.to_owned(),
            name: name.to_owned(),
            hostname: name.to_owned(),
            image: image.clone(),
            place: Place::Auto,
            controller: CONTROLLER,
            vantage: VANTAGE,
            labels: BTreeMap::new(),
            marker: None,
            lifetime: Lifetime::Kept,
            engine: false,
            disks: Vec::new(),
            standing: None,
            router: None,
        }
    }
}

/// A host that has been started. Dropping this value leaves the host alone; see [`HostGuard`].
#[derive(Debug, Clone)]
pub struct Host {
    client: Client,
    lease: Lease,
}

impl Host {
    /// Starts a host and waits until it has booted and its sshd answers. A failed start leaves nothing behind.
    pub fn start(engine: &Engine, spec: HostSpec) -> Result<Self, TwinError> {
        for (what, value) in [
            ("owner", &spec.owner),
            ("host", &spec.name),
            ("host name", &spec.hostname),
        ] {
            check_name(what, value)?;
        }
        let lease = leased(engine, &spec)?;
        let host = Self {
            client: engine.client().clone(),
            lease,
        };
        match host.bring_up(&spec) {
            Ok(()) => Ok(host),
            Err(error) => {
                // The first error is the one to report.
                let _ = host.destroy();
                Err(error)
            }
        }
    }

    /// A host that was started earlier, perhaps by another process.
    pub fn attach(engine: &Engine, owner: &str, name: &str) -> Result<Self, TwinError> {
        let lease = Registry::open()?.find(owner, name)?;
        let missing = || TwinError::NoSuchHost {
            owner: owner.to_owned(),
            name: name.to_owned(),
        };
        let lease = lease
            .filter(|lease| lease.endpoint.as_deref() == engine.endpoint())
            .ok_or_else(missing)?;
        Ok(Self {
            client: engine.client().clone(),
            lease,
        })
    }

    /// The names of all hosts of an owner on this engine, in order.
    pub fn names(engine: &Engine, owner: &str) -> Result<Vec<String>, TwinError> {
        let leases = Registry::open()?.leases()?;
        let ours = |lease: &Lease| {
            let here = lease.endpoint.as_deref() == engine.endpoint();
            lease.owner == owner && here && lease.router.is_none()
        };
        Ok(leases
            .into_iter()
            .filter(ours)
            .map(|lease| lease.name)
            .collect())
    }

    /// The names of an owner's hosts that have power now.
    pub fn running_names(engine: &Engine, owner: &str) -> Result<BTreeSet<String>, TwinError> {
        let filter = format!("label={OWNER_LABEL}={owner}");
        let names = ["ps", "--filter", &filter, "--format", "{{.Names}}"];
        let text = engine.client().checked(&names)?;
        let start = format!("hf.{owner}.");
        let own = text.lines().filter_map(|l| l.strip_prefix(&start));
        Ok(own.map(str::to_owned).collect())
    }

    /// The host's name, which is also its alias in the ssh configuration.
    pub fn name(&self) -> &str {
        &self.lease.name
    }

    /// Whose host it is.
    pub fn owner(&self) -> &str {
        &self.lease.owner
    }

    /// The host's address.
    pub fn address(&self) -> Ipv4Addr {
        self.lease.address
    }

    /// The prefix length of the host's subnet.
    pub fn prefix(&self) -> u8 {
        self.lease.prefix
    }

    /// The machine's address in the host's subnet, the host's default route.
    pub fn gateway(&self) -> Ipv4Addr {
        self.lease.gateway
    }

    /// The address that the controller comes from; all of the machine's connections to the host do by default.
    pub fn controller(&self) -> Ipv4Addr {
        self.lease.controller
    }

    /// Another address of the machine, to bind to for a look from elsewhere.
    pub fn vantage(&self) -> Ipv4Addr {
        self.lease.vantage
    }

    /// The private directory with keys and ssh configuration.
    pub fn state_dir(&self) -> PathBuf {
        self.lease.dir()
    }

    /// Reboots from the console and waits until the host has booted and its sshd answers; returns how long it took.
    pub fn reboot(&self) -> Result<Duration, TwinError> {
        let begun = Instant::now();
        self.reboot_unreachable()?;
        self.wait_ssh(BOOT_LIMIT)?;
        Ok(begun.elapsed())
    }

    /// Reboots from the console and waits until the host has booted, whether or not it can be reached.
    pub fn reboot_unreachable(&self) -> Result<(), TwinError> {
        let before = self.boot_id()?;
        // The answer gets lost when the host goes down fast enough.
        self.exec(&["systemctl", "reboot"])?;
        self.wait_rebooted(&before, BOOT_LIMIT)
    }

    /// What changes with every boot, also one that somebody else asked for: see [`Host::wait_rebooted`].
    pub fn boot_id(&self) -> Result<String, TwinError> {
        self.inspect("{{.State.StartedAt}}")
    }

    /// Waits until the host has booted again after `boot_id`, and all its start jobs are done.
    pub fn wait_rebooted(&self, boot_id: &str, limit: Duration) -> Result<(), TwinError> {
        let begun = Instant::now();
        run::wait_for(
            &format!("{} goes down and starts again", self.name()),
            limit,
            || {
                let state =
                    self.inspect("{{.State.Running}} {{.State.Restarting}} {{.State.StartedAt}}")?;
                let again = state
                    .strip_prefix("true false ")
                    .is_some_and(|started| started != boot_id);
                Ok(if again { Ok(()) } else { Err(state) })
            },
        )?;
        self.wait_booted(limit.saturating_sub(begun.elapsed()))
    }

    /// Waits until all start jobs of the running boot are done, seen from the console.
    pub fn wait_booted(&self, limit: Duration) -> Result<(), TwinError> {
        run::wait_for(&format!("{} boots", self.name()), limit, || {
            let output = self.exec(&["systemctl", "is-system-running"])?;
            let state = run::text(&output.stdout);
            Ok(match state.as_str() {
                "running" | "degraded" => Ok(()),
                _ => Err(format!("{state} {}", run::text(&output.stderr))),
            })
        })
    }

    /// Waits until the host's sshd greets the controller.
    pub fn wait_ssh(&self, limit: Duration) -> Result<(), TwinError> {
        let address = SocketAddr::from((self.lease.address, 22));
        run::wait_for(
            &format!("sshd of {} answers at {address}", self.name()),
            limit,
            || Ok(greeting(address).map_err(|error| error.to_string())),
        )
    }

    /// Shuts the host down in order; it stays down until [`Host::boot`].
    pub fn stop(&self) -> Result<(), TwinError> {
        self.client
            .checked(&["stop", "--time", "20", &self.container()])
            .map(drop)
    }

    /// Cuts the power; the host stays down until [`Host::boot`].
    pub fn kill(&self) -> Result<(), TwinError> {
        self.client.checked(&["kill", &self.container()]).map(drop)
    }

    /// Starts the host again after [`Host::stop`] or [`Host::kill`] and waits until it has booted and sshd answers.
    pub fn boot(&self) -> Result<(), TwinError> {
        self.client.checked(&["start", &self.container()])?;
        self.wait_booted(BOOT_LIMIT)?;
        self.wait_ssh(BOOT_LIMIT)
    }

    /// Removes the host with everything that belongs to it.
    pub fn destroy(self) -> Result<(), TwinError> {
        cleanup::remove_host(&self.client, &self.lease.owner, &self.lease.name)
    }

    /// Wraps the host so that it is destroyed on drop.
    pub fn guarded(self) -> HostGuard {
        HostGuard { host: self }
    }

    pub(crate) fn client(&self) -> &Client {
        &self.client
    }

    pub(crate) fn lease(&self) -> &Lease {
        &self.lease
    }

    pub(crate) fn container(&self) -> String {
        format!("hf.{}.{}", self.lease.owner, self.lease.name)
    }

    pub(crate) fn network_container(&self) -> String {
        match &self.lease.router {
            Some(router) => fabric::container(&self.lease.owner, Part::Router, router),
            None => format!("{}.net", self.container()),
        }
    }

    /// A place and a name, and nothing of a host yet.
    pub(crate) fn leased(engine: &Engine, spec: &HostSpec) -> Result<Self, TwinError> {
        Ok(Self {
            client: engine.client().clone(),
            lease: leased(engine, spec)?,
        })
    }

    fn inspect(&self, format: &str) -> Result<String, TwinError> {
        self.client.checked(&[
            "container",
            "inspect",
            "--format",
            format,
            &self.container(),
        ])
    }

    fn bring_up(&self, spec: &HostSpec) -> Result<(), TwinError> {
        let files = self.staged_files(spec)?;
        self.create_network_container(spec)?;
        self.create_host_container(spec)?;
        let target = format!("{}:/", self.container());
        self.client
            .checked(&["cp", &format!("{}/.", files.display()), &target])?;
        std::fs::remove_dir_all(&files).map_err(at(&files))?;
        self.client.checked(&["start", &self.container()])?;
        self.wait_booted(BOOT_LIMIT)?;
        self.wait_ssh(BOOT_LIMIT)?;
        let keys = self.exec_sh("cat /etc/ssh/ssh_host_*_key.pub")?;
        access::write_client_files(&self.lease, &keys)
    }

    /// What the host finds on its disk at the first boot.
    fn staged_files(&self, spec: &HostSpec) -> Result<PathBuf, TwinError> {
        let lease = &self.lease;
        let stage = lease.dir().join("stage");
        let admin = access::key_pair(&access::key_path(lease), "admin@controller")?;
        let put = |path: &str, text: &str| {
            let path: PathBuf = stage.join(path);
            let parent = path.parent().unwrap_or(Path::new("/"));
            std::fs::create_dir_all(parent).map_err(at(parent))?;
            std::fs::write(&path, text).map_err(at(&path))
        };
        put("home/admin/.ssh/authorized_keys", &format!("{admin}\n"))?;
        put("etc/lab-first-boot", FIRST_BOOT)?;
        let net = (lease.address, lease.prefix, lease.gateway, &lease.hostname);
        put(
            "etc/lab-net.conf",
            &format!(
                "ADDRESS={}/{}\nGATEWAY={}\nHOST={}\n",
                net.0, net.1, net.2, net.3
            ),
        )?;
        if let Some(marker) = &spec.marker {
            put("etc/holdfast/realm", marker)?;
        }
        if let Some((_, standing)) = &spec.standing {
            put("etc/lab-standing.sh", &standing_script(lease, standing))?;
            put("etc/systemd/system/lab-net.service", STANDING_UNIT)?;
        }
        if !spec.disks.is_empty() {
            let script = stage.join("usr/local/sbin/lab-pools");
            put("usr/local/sbin/lab-pools", POOLS)?;
            std::fs::set_permissions(&script, std::fs::Permissions::from_mode(0o755))
                .map_err(at(&script))?;
            put("etc/systemd/system/lab-pools.service", POOLS_UNIT)?;
        }
        Ok(stage)
    }

    fn create_network_container(&self, spec: &HostSpec) -> Result<(), TwinError> {
        let name = self.network_container();
        let mut run =
            self.client
                .docker(&["run", "--detach", "--name", &name, "--network", "none"]);
        run.args(["--hostname", &self.lease.hostname, "--stop-signal", "KILL"]);
        run.args(self.labels(spec))
            .args([spec.image.as_str(), "sleep", "infinity"]);
        run::checked(&mut run)?;
        let pid =
            self.client
                .checked(&["container", "inspect", "--format", "{{.State.Pid}}", &name])?;
        wire::connect(&self.lease, &pid)?;
        if let Some((fabric, standing)) = &spec.standing {
            wire::seal(&self.lease)?;
            fabric.plug(self.name(), &standing.plugs, &pid)?;
        }
        Ok(())
    }

    /// Whether the host runs, and the namespace that its wires lie in.
    pub fn is_running(&self) -> Result<bool, TwinError> {
        let up =
            |name: &str| Ok::<_, TwinError>(fabric::running_pid(&self.client, name)?.is_some());
        Ok(up(&self.network_container())? && up(&self.container())?)
    }

    /// Whether it can be worked with at all: its start was completed once, and the namespace with its wires is there.
    pub fn is_whole(&self) -> Result<bool, TwinError> {
        let net = fabric::running_pid(&self.client, &self.network_container())?;
        Ok(net.is_some() && self.ssh_config().exists())
    }

    /// Lays wires that are missing, for instance since the fabric was made anew.
    pub fn replug(&self, fabric: &Fabric, standing: &Standing) -> Result<(), TwinError> {
        let net = self.network_container();
        let pid =
            fabric::running_pid(&self.client, &net)?.ok_or(TwinError::NotRunning { what: net })?;
        if fabric.plug(self.name(), &standing.plugs, &pid)? && self.is_running()? {
            self.run(&["systemctl", "restart", "lab-net.service"])?;
        }
        Ok(())
    }

    /// Bytes of memory that its processes have for themselves; `None` where this machine does not tell.
    pub fn memory(&self) -> Option<u64> {
        let id = self
            .client
            .checked(&[
                "container",
                "inspect",
                "--format",
                "{{.Id}}",
                &self.container(),
            ])
            .ok()?;
        let field = |text: String, name: &str| {
            let line = text
                .lines()
                .find_map(|l| l.strip_prefix(name)?.strip_prefix(' '))?;
            line.trim().parse().ok()
        };
        let read = |path: String| std::fs::read_to_string(path).ok();
        let old = read(format!("/sys/fs/cgroup/memory/docker/{id}/memory.stat"));
        let new = || {
            let at = |place: String| read(format!("/sys/fs/cgroup/{place}/memory.stat"));
            at(format!("docker/{id}")).or_else(|| at(format!("system.slice/docker-{id}.scope")))
        };
        match old {
            Some(text) => field(text, "total_rss"),
            None => field(new()?, "anon"),
        }
    }

    /// What systemd says of the host: `running`, `degraded`, …; `stopped` if it does not run.
    pub fn health(&self) -> Result<String, TwinError> {
        if !self.is_running()? {
            return Ok("stopped".to_owned());
        }
        let output = self.exec(&["systemctl", "is-system-running"])?;
        Ok(run::text(&output.stdout))
    }

    fn create_host_container(&self, spec: &HostSpec) -> Result<(), TwinError> {
        let name = self.container();
        let network = format!("container:{}", self.network_container());
        let mut create = self
            .client
            .docker(&["create", "--name", &name, "--network", &network]);
        create.args(["--restart", "always", "--stop-signal", "SIGRTMIN+3"]);
        create.args([
            "--security-opt",
            "seccomp=unconfined",
            "--security-opt",
            "apparmor=unconfined",
        ]);
        for capability in ["SYS_ADMIN", "NET_ADMIN", "NET_RAW", "SYS_PTRACE"] {
            create.args(["--cap-add", capability]);
        }
        create.args([
            "--tmpfs",
            "/run",
            "--tmpfs",
            "/run/lock",
            "--tmpfs",
            "/tmp:exec,mode=1777",
        ]);
        // The unified hierarchy has to be writable for the systemd of a container, the older ones must not be.
        match Path::new("/sys/fs/cgroup/cgroup.controllers").exists() {
            true => create.args([
                "--cgroupns",
                "host",
                "--volume",
                "/sys/fs/cgroup:/sys/fs/cgroup:rw",
            ]),
            false => create.args(["--volume", "/sys/fs/cgroup:/sys/fs/cgroup:ro"]),
        };
        if spec.engine {
            // Layers cannot lie on layers: what the engine keeps has a volume without a name, which goes with the host.
            create.args(["--volume", "/var/lib/docker"]);
        }
        for (loop_device, name) in disk::make(&self.lease, &spec.disks)? {
            create.arg("--device");
            create.arg(format!("{loop_device}:{}", disk::device(&name)));
        }
        run::checked(create.args(self.labels(spec)).arg(spec.image.as_str())).map(drop)
    }

    fn labels(&self, spec: &HostSpec) -> Vec<String> {
        let mut labels = spec.labels.clone();
        labels.insert(OWNER_LABEL.to_owned(), self.lease.owner.clone());
        labels.insert(NAME_LABEL.to_owned(), self.lease.name.clone());
        if let Some(creator) = self.lease.creator {
            labels.insert(CREATOR_LABEL.to_owned(), creator.to_string());
        }
        labels
            .into_iter()
            .map(|(key, value)| format!("--label={key}={value}"))
            .collect()
    }
}

/// What the host does at boot in place of taking the machine as its gateway.
fn standing_script(lease: &Lease, standing: &Standing) -> String {
    let mut text = String::from(
        "# Addresses of this host: eth0 leads to the controller and nowhere else, the others are segments.\nset -eu\nip link set eth0 up\n",
    );
    text.push_str(&format!(
        "ip -4 address replace {}/32 dev eth0\n",
        lease.address
    ));
    for peer in [lease.controller, lease.vantage] {
        text.push_str(&format!(
            "ip -4 route replace {peer}/32 dev eth0 scope link src {}\n",
            lease.address
        ));
    }
    for plug in &standing.plugs {
        let name = &plug.interface;
        text.push_str(&format!(
            "ip address flush dev {name}\nip link set {name} up\n"
        ));
        if let Some((ip, prefix)) = plug.address {
            let nodad = if ip.is_ipv6() { " nodad" } else { "" };
            text.push_str(&format!(
                "ip address replace {ip}/{prefix} dev {name}{nodad}\n"
            ));
        }
    }
    for gateway in &standing.gateways {
        text.push_str(&format!("ip route replace default via {gateway}\n"));
    }
    text
}

fn leased(engine: &Engine, spec: &HostSpec) -> Result<Lease, TwinError> {
    let registry = Registry::open()?;
    if registry.find(&spec.owner, &spec.name)?.is_some() {
        return Err(TwinError::HostExists {
            owner: spec.owner.clone(),
            name: spec.name.clone(),
        });
    }
    let (address, prefix, gateway) = registry.choose(spec.place)?;
    let lease = Lease {
        owner: spec.owner.clone(),
        name: spec.name.clone(),
        hostname: spec.hostname.clone(),
        address,
        prefix,
        gateway,
        controller: spec.controller,
        vantage: spec.vantage,
        endpoint: engine.endpoint().map(str::to_owned),
        router: spec.router.clone(),
        creator: match spec.lifetime {
            Lifetime::Process => Some(Creator::this_process()),
            Lifetime::Kept => None,
        },
    };
    registry.save(&lease)?;
    wire::add_controller(&lease)?;
    Ok(lease)
}

fn greeting(address: SocketAddr) -> std::io::Result<()> {
    let limit = Duration::from_secs(1);
    let mut stream = TcpStream::connect_timeout(&address, limit)?;
    stream.set_read_timeout(Some(limit))?;
    let mut first = [0; 4];
    stream.read_exact(&mut first)?;
    if &first == b"SSH-" {
        Ok(())
    } else {
        Err(std::io::Error::other("not an sshd"))
    }
}

/// A host that is destroyed when this value is dropped.
#[derive(Debug)]
pub struct HostGuard {
    host: Host,
}

impl Deref for HostGuard {
    type Target = Host;

    fn deref(&self) -> &Host {
        &self.host
    }
}

impl Drop for HostGuard {
    fn drop(&mut self) {
        if let Err(error) = self.host.clone().destroy() {
            eprintln!("the host {} stays: {error}", self.host.name());
        }
    }
}
