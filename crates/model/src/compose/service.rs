//! A service and its parts.

use super::{Extra, Image, Text};
use core::net::IpAddr;
use diag::{Span, Spanned};
use serde::Serialize;
use std::collections::BTreeMap;

/// One service.
#[derive(Debug, Clone, Serialize)]
pub struct Service {
    /// Where it is declared.
    pub span: Span,
    /// It runs with the profiles that were asked for.
    pub active: bool,
    /// Image.
    pub image: Option<Spanned<Image>>,
    /// How the image is built.
    pub build: Option<Build>,
    /// Fixed name of the container.
    pub container_name: Option<Spanned<String>>,
    /// Program and arguments; an empty list takes the image's away.
    pub command: Option<Command>,
    /// What comes before the command.
    pub entrypoint: Option<Command>,
    /// Environment; `None` is taken from whoever starts the project.
    pub environment: BTreeMap<String, Spanned<Option<Text>>>,
    /// Files with more environment.
    pub env_files: Vec<EnvFile>,
    /// Published ports, ranges taken apart.
    pub ports: Vec<Port>,
    /// Ports that are only documented.
    pub expose: Vec<Spanned<String>>,
    /// Mounts.
    pub mounts: Vec<Mount>,
    /// Containers or services whose mounts it takes.
    pub volumes_from: Vec<Spanned<String>>,
    /// Networks that it is in; empty for the default network, or where `network_mode` says more.
    pub networks: BTreeMap<String, Membership>,
    /// `host`, `none`, `service:…`, `container:…`, …
    pub network_mode: Option<Spanned<String>>,
    /// Services that come first.
    pub depends_on: BTreeMap<String, Dependency>,
    /// Deprecated links.
    pub links: Vec<Spanned<String>>,
    /// How its health is asked.
    pub healthcheck: Option<Healthcheck>,
    /// User that it runs as, as written.
    pub user: Option<Spanned<String>>,
    /// Further groups.
    pub group_add: Vec<Spanned<String>>,
    /// The root file system cannot be written.
    pub read_only: Option<Spanned<bool>>,
    /// All capabilities and devices.
    pub privileged: Option<Spanned<bool>>,
    /// Added capabilities, as written.
    pub cap_add: Vec<Spanned<String>>,
    /// Dropped capabilities, as written.
    pub cap_drop: Vec<Spanned<String>>,
    /// Security options, as written.
    pub security_opt: Vec<Spanned<String>>,
    /// Namespaces that it shares.
    pub namespaces: Namespaces,
    /// Devices of the host.
    pub devices: Vec<Device>,
    /// Rules for devices, as written.
    pub device_cgroup_rules: Vec<Spanned<String>>,
    /// It asks for graphics processors.
    pub gpus: Option<Span>,
    /// Restart policy, as written.
    pub restart: Option<Spanned<String>>,
    /// Where its output goes.
    pub logging: Option<Logging>,
    /// Deployment.
    pub deploy: Option<Deploy>,
    /// How much it may use, as keys of its own.
    pub amounts: Amounts,
    /// Limits of resources by name.
    pub ulimits: BTreeMap<String, Ulimit>,
    /// Labels.
    pub labels: BTreeMap<String, Spanned<Text>>,
    /// Names that are resolved to fixed addresses.
    pub extra_hosts: BTreeMap<String, Vec<Spanned<String>>>,
    /// How it resolves names.
    pub dns: Dns,
    /// Kernel parameters.
    pub sysctls: BTreeMap<String, Spanned<Text>>,
    /// Mounts in memory, as written.
    pub tmpfs: Vec<Spanned<String>>,
    /// Time to stop by itself, in nanoseconds.
    pub stop_grace_period: Option<Spanned<i64>>,
    /// Signal that stops it.
    pub stop_signal: Option<Spanned<String>>,
    /// A small init reaps its processes.
    pub init: Option<Spanned<bool>>,
    /// Profiles that it belongs to; always on if there are none.
    pub profiles: Vec<Spanned<String>>,
    /// Secrets that it gets.
    pub secrets: Vec<Grant>,
    /// Configs that it gets.
    pub configs: Vec<Grant>,
    /// Host name.
    pub hostname: Option<Spanned<String>>,
    /// Working directory.
    pub working_dir: Option<Spanned<String>>,
    /// Platform.
    pub platform: Option<Spanned<String>>,
    /// Runtime.
    pub runtime: Option<Spanned<String>>,
    /// When the image is pulled.
    pub pull_policy: Option<Spanned<String>>,
    /// A terminal is attached.
    pub tty: Option<Spanned<bool>>,
    /// Its input stays open.
    pub stdin_open: Option<Spanned<bool>>,
    /// Something else than the engine starts it: there is no container.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub provider: Option<Span>,
    /// It gets the engine's socket, and with it the rights of the machine.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub use_api_socket: Option<Spanned<bool>>,
    /// `x-…` keys, `x-holdfast` among them.
    pub extensions: BTreeMap<String, Spanned<Extra>>,
}

/// Namespaces, as written: `host`, `service:…`, `container:…`, …
#[derive(Debug, Clone, Default, Serialize)]
pub struct Namespaces {
    /// Namespace of processes.
    pub pid: Option<Spanned<String>>,
    /// Namespace of shared memory.
    pub ipc: Option<Spanned<String>>,
    /// Namespace of the host's name.
    pub uts: Option<Spanned<String>>,
    /// Namespace of users.
    pub userns_mode: Option<Spanned<String>>,
    /// Namespace of control groups.
    pub cgroup: Option<Spanned<String>>,
    /// Parent control group.
    pub cgroup_parent: Option<Spanned<String>>,
}

/// Amounts that are not given below `deploy`.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Amounts {
    /// Limit of memory in bytes (`mem_limit`).
    pub mem_limit: Option<Spanned<i64>>,
    /// Reservation of memory in bytes (`mem_reservation`).
    pub mem_reservation: Option<Spanned<i64>>,
    /// Limit of memory and swap in bytes.
    pub memswap_limit: Option<Spanned<i64>>,
    /// Limit of processors (`cpus`).
    pub cpus: Option<Spanned<f64>>,
    /// Limit of processes; −1 is none.
    pub pids_limit: Option<Spanned<i64>>,
    /// Size of /dev/shm in bytes.
    pub shm_size: Option<Spanned<i64>>,
    /// The kernel may not kill it.
    pub oom_kill_disable: Option<Spanned<bool>>,
    /// Number of containers (`scale`).
    pub scale: Option<Spanned<i64>>,
}

/// How names are resolved.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Dns {
    /// Name servers.
    pub servers: Vec<Spanned<String>>,
    /// Search domains.
    pub search: Vec<Spanned<String>>,
    /// Options of the resolver.
    pub options: Vec<Spanned<String>>,
}

/// A program and its arguments.
#[derive(Debug, Clone, Serialize)]
pub struct Command {
    /// Where it is written.
    pub span: Span,
    /// Written as one line, which Compose splits into words.
    pub line: bool,
    /// Program and arguments.
    pub words: Vec<Text>,
}

/// How an image is built.
#[derive(Debug, Clone, Serialize)]
pub struct Build {
    /// Where it is written.
    pub span: Span,
    /// Folder or URL; `.` if not written.
    pub context: Spanned<String>,
    /// Dockerfile in the context.
    pub dockerfile: Option<Spanned<String>>,
    /// The Dockerfile is written in the Compose file.
    pub inline: Option<Span>,
    /// Stage.
    pub target: Option<Spanned<String>>,
    /// Arguments; they end up in the image's history.
    pub args: BTreeMap<String, Spanned<Option<Text>>>,
    /// Built with all rights.
    pub privileged: Option<Spanned<bool>>,
    /// Network of the build.
    pub network: Option<Spanned<String>>,
    /// Secrets that the build gets.
    pub secrets: Vec<Grant>,
}

/// A file with environment variables.
#[derive(Debug, Clone, Serialize)]
pub struct EnvFile {
    /// Path, relative to the project.
    pub path: Spanned<String>,
    /// The project does not start without it.
    pub required: bool,
    /// The file is there.
    pub found: bool,
    /// Names that it sets, with their values.
    pub sets: BTreeMap<String, Text>,
}

/// A range of ports; both ends belong to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct PortRange {
    /// First.
    pub start: u16,
    /// Last.
    pub end: u16,
}

/// One published port.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Port {
    /// Where it is written.
    pub span: Span,
    /// Address of the host; all if not written.
    pub host_ip: Option<IpAddr>,
    /// Port of the host, or a range that one is taken from; any if not written.
    pub published: Option<PortRange>,
    /// Port of the container.
    pub target: u16,
    /// `tcp`, `udp`, `sctp`.
    pub protocol: String,
    /// `ingress` or `host`.
    pub mode: Option<String>,
    /// It is written with a key for each part; else as one text.
    #[serde(skip)]
    pub long: Option<LongPort>,
}

/// Where the parts of a port are written that has a key for each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LongPort {
    /// The value of `host_ip`, if it is written; empty if nothing stands behind the key.
    pub host_ip: Option<Span>,
}

/// Kinds of mounts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum MountKind {
    /// A path of the host.
    Bind,
    /// A named volume.
    Named,
    /// A volume without a name, which is lost with its container.
    Anonymous,
    /// Memory.
    Tmpfs,
    /// Another kind: `npipe`, `cluster`, `image`, …
    Other,
}

/// One mount.
#[derive(Debug, Clone, Serialize)]
pub struct Mount {
    /// Where it is written.
    pub span: Span,
    /// Kind.
    pub kind: MountKind,
    /// Path of the host, or name of the volume.
    pub source: Option<String>,
    /// Path in the container.
    pub target: String,
    /// It cannot be written.
    pub read_only: bool,
    /// How mounts below it spread.
    pub propagation: Option<String>,
    /// The host's path is made if it is missing.
    pub create_host_path: bool,
    /// SELinux label: `z` or `Z`.
    pub selinux: Option<String>,
}

/// A service in a network.
#[derive(Debug, Clone, Serialize)]
pub struct Membership {
    /// Where it is written.
    pub span: Span,
    /// Further names.
    pub aliases: Vec<Spanned<String>>,
    /// Static address.
    pub ipv4_address: Option<Spanned<String>>,
    /// Static address.
    pub ipv6_address: Option<Spanned<String>>,
    /// Hardware address.
    pub mac_address: Option<Spanned<String>>,
}

/// What a dependency waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Condition {
    /// It was started.
    Started,
    /// Its health check passes.
    Healthy,
    /// It ended well.
    Completed,
}

/// One dependency.
#[derive(Debug, Clone, Serialize)]
pub struct Dependency {
    /// Where it is written.
    pub span: Span,
    /// What is waited for.
    pub condition: Condition,
    /// Restarted with it.
    pub restart: bool,
    /// Needed at all.
    pub required: bool,
}

/// How health is asked.
#[derive(Debug, Clone, Serialize)]
pub struct Healthcheck {
    /// Where it is written.
    pub span: Span,
    /// Switched off, by `disable` or by `NONE`.
    pub disabled: bool,
    /// The test, its kind (`CMD`, `CMD-SHELL`) first.
    pub test: Option<Command>,
    /// Nanoseconds between two tests.
    pub interval: Option<Spanned<i64>>,
    /// Nanoseconds after which a test has failed.
    pub timeout: Option<Spanned<i64>>,
    /// Failures in a row that make it unhealthy.
    pub retries: Option<Spanned<i64>>,
    /// Nanoseconds in which failures do not count.
    pub start_period: Option<Spanned<i64>>,
    /// Nanoseconds between two tests in the start period.
    pub start_interval: Option<Spanned<i64>>,
}

/// A device of the host.
#[derive(Debug, Clone, Serialize)]
pub struct Device {
    /// Where it is written.
    pub span: Span,
    /// Path or name at the host.
    pub source: String,
    /// Path in the container.
    pub target: String,
    /// Any of `r`, `w`, `m`.
    pub permissions: Option<String>,
}

/// Where output goes.
#[derive(Debug, Clone, Serialize)]
pub struct Logging {
    /// Where it is written.
    pub span: Span,
    /// Driver.
    pub driver: Option<Spanned<String>>,
    /// Options of the driver.
    pub options: BTreeMap<String, Spanned<Text>>,
}

/// Deployment.
#[derive(Debug, Clone, Serialize)]
pub struct Deploy {
    /// Where it is written.
    pub span: Span,
    /// `replicated`, `global`, …
    pub mode: Option<Spanned<String>>,
    /// Number of containers.
    pub replicas: Option<Spanned<i64>>,
    /// What it may use.
    pub limits: Option<Resources>,
    /// What is kept for it.
    pub reservations: Option<Resources>,
    /// When it is restarted: `any`, `on-failure`, `none`.
    pub restart_condition: Option<Spanned<String>>,
    /// How it is updated.
    pub update: Option<UpdatePolicy>,
    /// Labels.
    pub labels: BTreeMap<String, Spanned<Text>>,
}

/// Amounts.
#[derive(Debug, Clone, Serialize)]
pub struct Resources {
    /// Where they are written.
    pub span: Span,
    /// Processors.
    pub cpus: Option<Spanned<f64>>,
    /// Memory in bytes.
    pub memory: Option<Spanned<i64>>,
    /// Processes.
    pub pids: Option<Spanned<i64>>,
    /// Devices are asked for.
    pub devices: Option<Span>,
}

/// How a service is updated.
#[derive(Debug, Clone, Serialize)]
pub struct UpdatePolicy {
    /// Where it is written.
    pub span: Span,
    /// `start-first` or `stop-first`.
    pub order: Option<Spanned<String>>,
    /// What happens when it fails.
    pub failure_action: Option<Spanned<String>>,
}

/// A limit of one resource.
#[derive(Debug, Clone, Serialize)]
pub struct Ulimit {
    /// Where it is written.
    pub span: Span,
    /// Soft limit; −1 is none.
    pub soft: i64,
    /// Hard limit; −1 is none.
    pub hard: i64,
}

/// A config or secret that a service gets.
#[derive(Debug, Clone, Serialize)]
pub struct Grant {
    /// Its name.
    pub source: Spanned<String>,
    /// Path in the container.
    pub target: Option<Spanned<String>>,
    /// Mode of the file.
    pub mode: Option<Spanned<i64>>,
}
