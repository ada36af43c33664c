//! Facts: what was observed, with source, time and completeness.
//!
//! A fact has a *path* `kind:key` (`file:/etc/motd`, `user:anna`, `listener:tcp/0.0.0.0:22`). Looking one up gives
//! present, absent or unknown; absence is concluded only if the fact itself says so or the kind's collection is complete.

use crate::digest::Digest;
use crate::id::ObjectRef;
use crate::kleene::Reason;
use crate::realm::{HasRealm, Realm};
use crate::value::Value;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// Version of the persisted layout of [`Facts`]; see `docs/formats/facts.md`.
pub const FORMAT: u32 = 1;

macro_rules! fact_kinds {
    ($($(#[$doc:meta])* $name:ident = $word:literal),* $(,)?) => {
        /// Kinds of facts of a Linux host, of its Docker engine, of a Proxmox VE cluster, of a Proxmox Backup Server, of a UPS, of a switch, of a router, of a Kubernetes cluster, and of a TrueNAS appliance; each documents its key and value.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "kebab-case")]
        pub enum FactKind { $($(#[$doc])* $name),* }

        impl FactKind {
            /// Every kind.
            pub const ALL: &'static [FactKind] = &[$(FactKind::$name),*];

            /// The word in paths.
            pub fn word(self) -> &'static str {
                match self { $(FactKind::$name => $word),* }
            }
        }
    };
}

fact_kinds! {
    /// Key: `machine-id`, `ssh-host-key` (`SHA256:…` of the ed25519 key), `realm-marker`, `os` (`debian 12`), `kernel`,
    /// `hostname`, `boot` (map: `boot_id`, `pid1_start` in clock ticks), `uptime` (s), `clock-synced` (bool), `hardware` (map: `memory` (bytes, what the kernel has of it), `threads`, `cpu`, `vendor`, `product`).
    Host = "host",
    /// Key: lower-case keyword of `sshd -T`; value: text, lists joined by a space.
    Sshd = "sshd",
    /// Key: login name; value map: `uid`, `gid`, `groups` (all but the one of the same name; left out if there is none), `home`, `shell`, `password` (`locked`, `set`, `empty`; left out if not
    /// visible), `login` (bool: has a shell).
    User = "user",
    /// Key: `USER/SHA256:…`; value map: `type`, `public` (the key itself, as `.pub` files have it), `comment`, `options`.
    Key = "key",
    /// Key: `FILE:LINE-NUMBER`; value: the effective line.
    Sudoer = "sudoer",
    /// Key: `tcp/ADDRESS:PORT` or `udp/…`; value map: `process`, `unit`, `user`, `package` (which brought the program; `none` if no package did); what is not visible is left out.
    Listener = "listener",
    /// Key: package name; value: installed version.
    Package = "package",
    /// What Debian's installed packages were built from. Key: `SOURCE VERSION`; value map: `packages` (list of those that were built from it and are installed).
    Source = "source",
    /// Key: absolute path; value map: `kind` (`file`, `dir`, `link`, `other`), `mode` (`0644`), `owner`, `group`, and for files
    /// `sha256` and `size`, for links those of the text that they hold.
    File = "file",
    /// Key: unit name with suffix; value map: `active` (bool), `enabled` (text of `is-enabled`), `load`. Of all units together (services, sockets, timers, paths) it
    /// is: `enabled`, `load`, `from` (the file), `failed` (true, if it has), `active` unless it comes and goes by itself, and of timers `when` and `runs`.
    Unit = "unit",
    /// What cron runs. Key: `FILE:LINE-NUMBER`, or the path of a script in `cron.daily` and the like. Value map: `when` (five fields, `@daily`, or the word of the
    /// folder), `user`, `command`; or `sets` and `to` of a variable; `sha256` of a script; `package` if it is as a package brought it; `does` (list of known words of the command and of
    /// root's scripts that it names, and `?` if a script was not read).
    Cron = "cron",
    /// A chain of the packet filter. Key: `FAMILY/TABLE/CHAIN`; value map: `hook`, `type`, `priority` and `policy` of one that packets come to by themselves, and
    /// `rules` (list of texts, as nft lists them).
    Chain = "chain",
    /// An address of the host. Key: `ADDRESS/BITS`; value map: `dev` (the interface).
    Address = "address",
    /// Of WireGuard in the host's own network. Key: `INTERFACE`; value map: `public` (its key), `port`, `fwmark`, `peers` (count). Key: `INTERFACE/PUBLIC-KEY`, a peer; value map: `allowed` (list of
    /// subnets), `endpoint`, `handshake` (unix s, 0 never) and `age` of it (s, by the host's clock), `received`, `sent` (bytes), `keepalive` (s), `preshared` (true, if a preshared key is set). What is not set is
    /// left out; secret keys are never read.
    WireGuard = "wireguard",
    /// Of Traefik, by the port of its API on the loopback address. Key: `PORT`; value map: `version`, `insecure` (bool: the API is a router of its own, without login). Key: `PORT/entry/NAME`; value map: `address`
    /// (as configured), `tls` (bool, its default). Key: `PORT/router/PROTOCOL/NAME@PROVIDER`; value map: `rule`, `hosts` (list of names that the rule names), `any` (true, if it takes names that it does not name),
    /// `entry_points`, `service`, `middlewares`, `tls` (bool), `status`, `errors`, `provider`. Key: `PORT/service/PROTOCOL/NAME@PROVIDER`; value map: `type`, `status`, `provider`, `servers` (map of states by URL).
    Traefik = "traefik",
    /// Of cloudflared. Key: `TUNNEL` (its name or id; `provider` if only the provider knows it); value map: `runs` (`host`, `container`, `stopped`), `managed` (`file`: its rules are in its configuration; `provider`: they are kept
    /// there, and not known), `config` (the file). Key: `TUNNEL/HOST` with a path behind it where the rule has one, `*` where it takes any name; value map: `host`, `path` (an expression), `service` (where it leads, without a login),
    /// `refuses` (true, if it answers with a status only). Tokens and credentials are never read.
    Cloudflared = "cloudflared",
    /// Of Tailscale, as its daemon tells. Key: `self`; value map: `runs`, `state` (`Running`, `Stopped`, `NeedsLogin`, …), `version`, `name` (in the tailnet), `addresses`, `routes` (list of subnets that it offers to lead to), `approved` (those
    /// that the tailnet lets it), `exit` (bool: offers itself as an exit node), `uses_exit` (true, if all goes out by another one), `ssh`, `shields` (bool: lets nobody in), `accepts_routes`, `tags`, `server` (URL of its control server), `until` (unix s: when its key ends; false if it never does; left out if it is not told), `expired`. Key: `peer/NAME`; value map: `addresses`, `os`, `online`,
    /// `routes`, `exit`, `tags`. Key: `serve/HOST:PORT` (`serve/:PORT` of a port that is led on as it is, `serve/svc:NAME:PORT` of one of a service of the tailnet, `*` for all its ports); value map: `to` (list of `PATH TARGET`), `public` (bool: Funnel, from the internet), `tls`. Keys of nodes are never kept.
    Tailscale = "tailscale",
    /// Of a name server, by its configuration. Key: the product (`pihole`, `adguard`, `unbound`, `dnsmasq`); value map: `runs`, `generation` (5 or 6, of Pi-hole), `upstreams` (list, as `ADDRESS#PORT`), `forwards` (list of `DOMAIN ADDRESS` that are asked elsewhere), `listening` (its own
    /// word), `interface`, `port`, `blocking` (bool), `lists` (count), `dhcp` (bool), `dhcp_from`, `dhcp_to`, `dhcp_router`, `dhcp_ranges` (list of `FROM-TO`, of several), `local` (bool: for its own machine alone). Key: `PRODUCT/host/NAME` (`*.NAME`: all below it); value map: `addresses`. Key: `PRODUCT/cname/NAME`; value map: `target`.
    Dns = "dns",
    /// Of a UPS, by Network UPS Tools; groups and names are those of its variables. Key: `ups`; value map: `status` (list of flags: `OL`, `OB`, `LB`, …), `alarm`, `load` (%), `realpower` (W), `power` (VA),
    /// `realpower.nominal`, `power.nominal`, `mfr`, `model`, `serial`, `firmware`, `test.result`, `test.date`. Key: `battery`; value map: `charge`, `charge.low` (%), `runtime`, `runtime.low` (s), `date`, `mfr.date`,
    /// `type`. Key: `device`; value map: `mfr`, `model`, `serial`. Key: `driver`; value map: `name`, `version`. Numbers are whole, fractions cut off; what is not told is left out. Key: `upsd`; value map: `version` (what
    /// it says of itself). Key: `client/ADDRESS`, of a machine that is logged in to be told when the power fails; value: true. Key: `other/NAME`, of another UPS of the same upsd; value: true.
    Nut = "nut",
    /// Of a switch or another device, by SNMP. Key: `system`; value map: `name`, `description`, `object_id`, `uptime` (s). Key: `chassis/INDEX`, of its ENTITY-MIB; value map: `serial`, `model`, `maker`, `hardware`,
    /// `firmware`, `software`. Key: `lldp`; value map: `chassis` and `name`, as it tells its neighbours. Key: `bridge`; value map: `macs` (count of hardware addresses that it has learned). What is not told is left out.
    Device = "device",
    /// An interface of a device. Key: its name (`#INDEX` behind it, if another one has the same); value map: `index`, `descr`, `alias`, `type` (number of IANA; 6 is Ethernet), `admin`, `oper` (`up`, `down`, …), `speed`
    /// (bit/s), `mac`, `in_packets`, `in_errors`, `in_discards`, `out_errors`, `out_discards` (since it started). What is not told is left out.
    DevicePort = "device-port",
    /// A VLAN of a bridge. Key: its number; value map: `name`, `tagged` and `untagged` (lists of ports that send its frames so), `pvid` (list of ports whose untagged frames are put there).
    DeviceVlan = "device-vlan",
    /// Who is at the other end of a port, by LLDP. Key: `LOCAL/CHASSIS/PORT`; value map: `local` (the device's own port), `chassis`, `port`, `port_description`, `name`.
    DeviceNeighbour = "device-neighbour",
    /// Of an OpenWrt router, by ubus. Key: `board`; value map: `model`, `hostname`, `kernel`, `distribution`, `release`, `revision`, `target`. Key: `system`; value map: `uptime` (s), `memory`, `available` (bytes). What is not told is left out.
    OpenWrt = "openwrt",
    /// A logical interface of it. Key: its name; value map: `up` (bool), `proto` (`static`, `dhcp`, `pppoe`, …), `device` (of layer 3), `addresses` (list of `ADDRESS/BITS`), `gateway` (of its default route; left out if it has none).
    OpenWrtInterface = "openwrt-interface",
    /// A VLAN of a bridge of it. Key: `BRIDGE/NUMBER`; value map: `tagged`, `untagged` (lists of ports).
    OpenWrtVlan = "openwrt-vlan",
    /// Its firewall, as configured. Key: `zone/NAME`; value map: `input`, `output`, `forward` (`ACCEPT`, `REJECT`, `DROP`), `masquerade` (bool), `interfaces` (list). Key: `forwarding/FROM>TO`; value: true. Key: `rule/SECTION`; value map:
    /// `name`, `from`, `to`, `protocols`, `ports`, `source`, `destination`, `target`, `enabled` (bool).
    OpenWrtFirewall = "openwrt-firewall",
    /// A port that it leads elsewhere (`redirect`). Key: its section; value map: `name`, `from` (zone), `protocols` (list), `ports` (as it is written: `443`, `8000-8010`; left out for all), `to` (address), `to_ports`, `source`, `enabled` (bool).
    OpenWrtForward = "openwrt-forward",
    /// What it hands out. Key: `pool/INTERFACE`; value map: `start`, `limit` (counts, from the network's address), `time`, `off` (bool). Key: `host/SECTION`, a fixed address; value map: `name`, `macs` (list), `address`. Key: `domain/SECTION`, a name
    /// that it answers; value map: `name`, `address`.
    OpenWrtDhcp = "openwrt-dhcp",
    /// Who has an address of it now. Key: the address; value map: `mac`, `name`.
    OpenWrtLease = "openwrt-lease",
    /// Of TrueNAS. Key: `system`; value map: `version`, `hostname`, `product`, `maker`, `uptime` (s), `memory` (bytes), `ecc` (bool). Key: `login`; value map: `user`, `roles` (list), `writes` (true, if a role lets it change something). Key: `update`;
    /// value map: `new` (the version that may be installed; left out if there is none; unknown where it could not ask). Key: `reboot`; value map: `reasons` (list of codes; empty if it need not be restarted). What is not told is left out.
    TrueNas = "truenas",
    /// A dataset or volume of it. Key: its name, `tank/photos`; value map: `type` (`filesystem`, `volume`), `pool`, `mount`, `used`, `available`, `quota`, `refquota`, `size` (of a volume; bytes; quotas are left out if there is none), `encrypted`,
    /// `locked` (bool), `root` (whose key it has).
    TrueNasDataset = "truenas-dataset",
    /// What it does by itself. Key: `snapshot/ID`, `replication/ID`, `cloud/ID`, `scrub/POOL`; value map: `name`, `enabled` (bool), `schedule` (five fields), `window` (`09:00-17:00`: the hours in which that holds), `follows` (bool: it runs after snapshot tasks), `after` (list of their schedules), `only` (the schedule that these have to fit), `direction` (`push`, `pull`), `transport`, `source` (list), `target`,
    /// `keep` (`2 weeks`), `days` (between two scrubs), `state` (`finished`, `failed`, `running`, `waiting`, `held`, `pending` if it has not run, `unknown`), `last` (unix s, of its end), `since` (unix s: when a run that is not at its end began). What is not told is left out.
    TrueNasTask = "truenas-task",
    /// What it shares. Key: `smb/NAME`, `nfs/ID`, `iscsi/TARGET`; value map: `paths` (list), `enabled`, `locked`, `read_only`, `guest` (bool: without a login), `networks`, `hosts` (lists of those that are let in; empty for everybody), `initiators` (list; empty for all), `auth`
    /// (list of methods: `none`, `chap`, …), `security` (list, of NFS).
    TrueNasShare = "truenas-share",
    /// A service of it. Key: its own name (`cifs`, `nfs`, `iscsitarget`, `ssh`, …) or `web`; value map: `running`, `enabled` (bool), `sockets` (list of `tcp/ADDRESS:PORT`, as far as they are told), `partly` (what of them is not told), `networks` (list of those that its web interface lets in; empty for all).
    TrueNasService = "truenas-service",
    /// An alert that is shown. Key: its id; value map: `level` (`INFO` to `EMERGENCY`), `class`, `title` (of its class), `since`, `last` (unix s), `dismissed` (bool). Its own text is not kept.
    TrueNasAlert = "truenas-alert",
    /// Key: sysctl name with dots, or `NAME@boot` for what the files of `sysctl.d` set; value: text.
    Sysctl = "sysctl",
    /// Key: `FAMILY/TABLE`; value map: `sha256` of the listed ruleset without counters, `rules` (count), `as_persisted`
    /// (bool: the file that is loaded at boot gives this same table).
    Nft = "nft",
    /// Key: `default`; value: `via ADDRESS dev NAME`.
    Route = "route",
    /// Key: timer unit; value map: `last` (unix s, 0 never), `next` (unix s, 0 none), `enabled`, `files` (of the timer, of its
    /// service, and their drop-ins, joined by a space), and `result` of its service:
    /// systemd's word (`success`, `exit-code`, …), `running`, or `none` if it has not run since boot. Of all timers together it is these, and: `active` (bool), `since` (unix s, when it was started; 0 never),
    /// `runs` (the unit), `calendar` (list of calendar expressions), `spans` (bool: times are counted from an event), `persistent` (true, if `last` outlives a restart), `on_failure` (units), `took` (s, of the last run), `does` (list of known
    /// words of its commands and of root's scripts that they name, and `?` if a script was not read); `result` is left out where the unit was not shown.
    Timer = "timer",
    /// Key: `REPOSITORY/DATASET`; value map of the newest archive: `id`, `at` (unix s), `count`, `bytes` where restic tells (0.17 and
    /// newer), and `of`: a list of maps `paths` (what was archived) and `at` (unix s, of the newest archive of just that).
    Archive = "archive",
    /// Key: `REPOSITORY`; value map: `id`, `version`; absent if nothing is initialised there.
    Repository = "repository",
    /// Key: `security`; value: number of pending security upgrades; `lists`: unix s of the package lists that say so; `reboot`: bool.
    Patch = "patch",
    /// A mounted file system with a store of its own; not those that the kernel or an engine makes up. Key: the mount point; value map: `type`, `source`, `options` (text, as mounted), `size`, `used`, `available` (bytes, to who is not root),
    /// `inodes`, `inodes_used` (left out where the file system has no fixed number of them).
    Mount = "mount",
    /// A disk of the machine, virtual ones too; not what is made of disks. Key: the kernel's name, `sda`; value map: `size` (bytes), `rotational` (bool), `removable` (true, if so), `model`, `serial`, `wwn`, `bus`; what is not told is left out.
    Disk = "disk",
    /// What a disk says of itself, by smartctl. Key: the kernel's name; value map: `passed` (bool), `hours` (powered on), `temperature` (°C), `worn` (% of the life that the maker gives it), `spare`, `spare_threshold` (%), and counts since
    /// it was made: `reallocated`, `reported`, `timeouts`, `pending`, `uncorrectable` (raw values of the attributes 5, 187, 188, 197, 198), `crc` (199), `media_errors`, `unsafe_shutdowns` (NVMe), `critical` (bits of NVMe's critical warning),
    /// `test` (`passed`, `failed`, `aborted`, `running`; the newest self-test). What is not told is left out.
    Smart = "smart",
    /// What disks are made into. Key: `md/NAME`, `btrfs/UUID`, `zfs/NAME`, `lvm/VG`, `lvm-thin/VG/POOL`; value map: `name` (label), `level`, `devices` (list), `wanted`, `missing` (counts of devices), `state` (its own word), `size`, `used` (bytes),
    /// `metadata` (thousandths of a thin pool's metadata that are used), `errors` (count that its devices or last scrub report), `scrub` (unix s of the end of the last whole one, 0 never), `mounts` (list).
    Pool = "pool",
    /// A certificate in the file of the program that shows it. Key: the file, `FILE#NAME` where it holds several; value map: `subject`, `issuer`, `names` (list of DNS names and addresses), `from`, `until` (unix s), `sha256`,
    /// `self_signed` (true, if so), `more` (true, if not all names are listed).
    Certificate = "certificate",
    /// Of a Docker engine. Key: `engine`, absent if none is installed; value map: `version`, `api`, `storage`, `root`, `cgroups`, `security`, `live_restore`, `swarm`.
    DockerEngine = "docker-engine",
    /// Key: name of the container; value map: `image` (as it was started), `image_id`, `digests` (of that image, as registries know it), `project`, `service` (of Compose), `state`, `exit`,
    /// `health`, `restarts`, `restart`, `privileged`, `read_only`, `user`, `cap_add`, `cap_drop`, `security_opt`, `namespaces` (those of the host), `devices`, `memory` (bytes), `cpus` (thousandths), `pids`, `networks`
    /// (map of addresses), `mounts` (list of maps `kind`, `source`, `target`, `read_only`), `ports` (list of maps `address`, `port`, `target`, `protocol`), `entrypoint`, `command`, `env`, `labels`,
    /// `stand_in` (the image that it stands in for, in a twin). What is not set is left out.
    DockerContainer = "docker-container",
    /// Key: id of the image; value map: `tags`, `digests`, `size` (bytes), `created`.
    DockerImage = "docker-image",
    /// Key: name of the network; value map: `driver`, `scope`, `internal`, `ipv6`, `subnets`, `project`.
    DockerNetwork = "docker-network",
    /// Key: name of the volume; value map: `driver`, `at`, `project`. Sizes are not asked for: the engine would read every file.
    DockerVolume = "docker-volume",
    /// Of Proxmox VE. Key: `name` (of the cluster; absent without one), `version` (of the node that answered), `quorate` (bool), `nodes` (count).
    PveCluster = "pve-cluster",
    /// Key: node; value map: `online` (bool), `address`, `cpus`, `memory`, `memory_used`, `root_size`, `root_used` (bytes), `uptime` (s), `version`, `kernel`, `clock_off`
    /// (s, the node's clock less the controller's); what a node that is offline does not tell is left out.
    PveNode = "pve-node",
    /// Key: number of the guest; value map: `kind` (`vm`, `lxc`), `node`, `name`, `status`, `template`, `cores` (all sockets), `memory` (bytes), `swap` (bytes), `autostart`, `tags`,
    /// `pool`, `lock`, `smbios` (UUID), and of its configuration what is no free text: `disks` (map of bytes by slot), `nets` (map by slot: `mac`, `bridge`, `tag`, `firewall`), `devices`, `firewall`, ….
    PveGuest = "pve-guest",
    /// Key: `NODE/BESIDE_PLANS`; value map: `type`, `content`, `shared`, `enabled`, `active`, `size`, `used` (bytes).
    PveStorage = "pve-storage",
    /// Key: `NODE/VG/POOL`; value map: `size`, `used`, `metadata_size`, `metadata_used` (bytes).
    PveThin = "pve-thin",
    /// Key: id of a backup job; value map: `enabled`, `schedule`, `storage`, `mode`, `all`, `guests`, `exclude`, `pool`, `node`, `keep`.
    PveBackup = "pve-backup",
    /// Key: number of a guest that no backup job covers; value map: `name`, `kind`.
    PveUncovered = "pve-uncovered",
    /// Key: `vm:100`, `ct:101`, `manager` or `rule/NAME`; value map: `state`, `wanted`, `node`, `group`, ….
    PveHa = "pve-ha",
    /// Key: id of a replication job, `100-0`; value map: `guest`, `target`, `schedule`, `enabled`, and by the guest's node `last_sync` (unix s), `failures`.
    PveReplication = "pve-replication",
    /// Key: `cluster`, `rule/POSITION`, `group/NAME`; value map: `enabled`, `policy_in`, `policy_out`, or the parts of the rule.
    PveFirewall = "pve-firewall",
    /// Key: UPID of a task that failed; value map: `type`, `id`, `node`, `user`, `start`, `end` (unix s), `result` (`failed`, `unknown`).
    PveTask = "pve-task",
    /// Key: `NAME@REALM`; value map: `enabled`, `expires` (unix s, 0 never), `groups`, `second_factor` (bool), `locked`.
    PveUser = "pve-user",
    /// Key: `NAME@REALM!TOKEN`; value map: `separated` (has rights of its own), `expires` (unix s, 0 never).
    PveToken = "pve-token",
    /// Key: `PATH KIND/WHO ROLE`; value map: `propagate`.
    PveAcl = "pve-acl",
    /// Key: `NODE/PACKAGE`; value map: `installed`, `candidate`.
    PveUpdate = "pve-update",
    /// Of Proxmox Backup Server. Key: `version`.
    PbsServer = "pbs-server",
    /// A datastore. Key: its name; value map: `path`, `mount` (`mounted`, `notmounted`, `nonremovable`), `maintenance` (true, if so), `size`, `used`, `available` (bytes), `failed` (true, if the server says that it cannot tell);
    /// of its garbage collection `gc_schedule`, `gc_ended` (bool: one has ended since the datastore was made), `gc_last`, `gc_next` (unix s), `gc_result` (`ok`, `warnings`, `failed`, `unknown`), `gc_pending`, `gc_removed` (bytes),
    /// `gc_bad` (chunks that verification found damaged and that are still there). What is not told is left out.
    PbsDatastore = "pbs-datastore",
    /// A group of backups: all of one machine in one place. Key: `STORE/TYPE/ID`, in a namespace `STORE/NAMESPACE/TYPE/ID`; value map: `store`, `ns` (left out at the root), `type` (`vm`, `ct`, `host`), `id`, `owner`, `count` (of those that came to their end), `unfinished`, `newest`, `oldest`
    /// (unix s), `size` (bytes of the newest), `crypt` (of the newest: `none`, `encrypt`, `sign-only`, `mixed`), `verification` (of the newest: `ok`, `failed`, `none`), `ok`, `failed`, `unverified` (counts by their last verification), `protected` (count),
    /// `failed_newest`, `unverified_oldest`, `verified_oldest`, `verified_newest` (unix s: of the backup that failed, of the backup that was never verified, and when verifications of those that are there began).
    PbsGroup = "pbs-group",
    /// A job. Key: `prune/ID`, `verify/ID`, `sync/ID`; value map: `store`, `ns`, `schedule`, `enabled`, `last` (unix s of its end), `next`, `result` (`ok`, `warnings`, `failed`, `unknown`), of verify jobs `outdated_after` (days) and
    /// `ignore_verified`, of sync jobs `direction`, `remote`, `remote_store`, `remove_vanished`.
    PbsJob = "pbs-job",
    /// A task that failed within the last days. Key: its UPID; value map: `type`, `id`, `user`, `start`, `end` (unix s), `result`.
    PbsTask = "pbs-task",
    /// Of a Kubernetes cluster, by its API. Key: `version` (of the API server that answered), `apis` (list: groups that it serves and that have ways in which are not read, `traefik.io`).
    KubeCluster = "kube-cluster",
    /// A node. Key: its name; value map: `ready` (bool; false too, where the cluster has lost contact: then `lost` is true), `reason` (one word, of what it is not ready for), `kubelet` (version), `os`, `kernel`, `runtime`, `architecture`, `addresses`
    /// (list), `roles` (list), `pressure` (list: `disk`, `memory`, `network`, `pid`), `unschedulable` (bool). What is not told is left out.
    KubeNode = "kube-node",
    /// A namespace. Key: its name; value map: `phase` (`Active`, `Terminating`).
    KubeNamespace = "kube-namespace",
    /// What runs pods. Key: `NAMESPACE/KIND/NAME`, the kind being `deployment`, `statefulset`, `daemonset`, `cronjob` or `pod` (without a controller, or with ports of its node); value map: `namespace`, `kind`, `name`, `images` (list), `created` (unix s), `host_network` (true, if its pods share the network of
    /// their node), `host_ports` (list of `tcp/8080`, `tcp/127.0.0.1:8080` of one address alone), `for` (`NAMESPACE/NAME` of the Service that ServiceLB of K3s made it for), `owner` (`KIND/NAME` of the controller of a pod); `wanted`, `ready` and `updated` (counts of pods, the last of those that are of the template as it is now; left out as long as its controller
    /// has not seen what is wanted now), `stalled` (one word, why its controller says that the rollout does not go on); of a CronJob `schedule`, `zone`, `suspended` (bool), `last_start`, `last_success` (unix s, 0 never).
    KubeWorkload = "kube-workload",
    /// A Service that is reached from outside of the cluster; others are not kept. Key: `NAMESPACE/NAME`; value map: `namespace`, `name`, `type`, `ports` (list of `tcp/443`), `node_ports` (the same, of every node), `addresses` (list, of load balancers and
    /// external ones), `external` (list of the latter), `sources` (list of subnets from which a load balancer takes connections at its own addresses; left out for all).
    KubeService = "kube-service",
    /// An Ingress. Key: `NAMESPACE/NAME`; value map: `namespace`, `name`, `class`, `hosts` (list; `*` for all), `tls` (list of those with a certificate), `services` (list, where it leads), `addresses` (list).
    KubeIngress = "kube-ingress",
    /// A PersistentVolumeClaim. Key: `NAMESPACE/NAME`; value map: `namespace`, `name`, `phase` (`Bound`, `Pending`, `Lost`), `size` (bytes that it has), `wanted` (bytes), `class`, `volume`, `modes` (list), `created` (unix s).
    KubeClaim = "kube-claim",
}

impl FactKind {
    /// What a Docker engine is asked for.
    pub const DOCKER: [FactKind; 5] = [
        FactKind::DockerEngine,
        FactKind::DockerContainer,
        FactKind::DockerImage,
        FactKind::DockerNetwork,
        FactKind::DockerVolume,
    ];

    /// What a machine is asked about its disks, certificates, name servers and what its packages were built from; nothing of it is ever planned.
    pub const BESIDE_PLANS: [FactKind; 7] = [
        FactKind::Source,
        FactKind::Dns,
        FactKind::Certificate,
        FactKind::Mount,
        FactKind::Disk,
        FactKind::Smart,
        FactKind::Pool,
    ];

    /// What a TrueNAS appliance is asked for beside its own kinds: what machines that are logged in to tell, too.
    pub const OF_APPLIANCES: [FactKind; 4] = [
        FactKind::Address,
        FactKind::Certificate,
        FactKind::Disk,
        FactKind::Pool,
    ];

    /// What a device is asked for by SNMP.
    pub const OF_DEVICES: [FactKind; 4] = [
        FactKind::Device,
        FactKind::DevicePort,
        FactKind::DeviceVlan,
        FactKind::DeviceNeighbour,
    ];

    /// Fields of its values that differ whenever somebody looks.
    pub fn moving(self) -> &'static [&'static str] {
        match self {
            FactKind::Cron => &["does"],
            FactKind::Timer => &["last", "next", "since", "took"],
            FactKind::WireGuard => &["age", "endpoint", "handshake", "received", "sent"],
            FactKind::Tailscale => &["online"],
            FactKind::Mount => &["available", "inodes_used", "used"],
            FactKind::Pool => &["metadata", "used"],
            FactKind::Smart => &["hours", "temperature"],
            FactKind::Nut => &["charge", "load", "power", "realpower", "runtime"],
            FactKind::Device => &["macs", "uptime"],
            FactKind::OpenWrt => &["available", "uptime"],
            FactKind::TrueNas => &["uptime"],
            FactKind::TrueNasDataset => &["available", "used"],
            FactKind::TrueNasTask => &["last", "since"],
            FactKind::TrueNasAlert => &["last"],
            FactKind::PbsDatastore => &["available", "gc_last", "gc_next", "used"],
            FactKind::PbsJob => &["last", "next"],
            FactKind::KubeWorkload => &["last_start", "last_success"],
            FactKind::DevicePort => &[
                "in_discards",
                "in_errors",
                "in_packets",
                "out_discards",
                "out_errors",
            ],
            _ => &[],
        }
    }

    /// It is told by an interface of its own, whose facts stand under `KIND/NAME`, not by a machine that is logged in to.
    pub fn is_by_interface(self) -> bool {
        self.is_pve()
            || self.is_pbs()
            || self.is_device()
            || self.is_openwrt()
            || self.is_kube()
            || self.is_truenas()
            || self == FactKind::Nut
    }

    /// It is told by a switch or another device that is no host.
    pub fn is_device(self) -> bool {
        FactKind::OF_DEVICES.contains(&self)
    }

    /// It is told by an OpenWrt router.
    pub fn is_openwrt(self) -> bool {
        self.word().starts_with("openwrt")
    }

    /// It is told by a TrueNAS appliance and by nothing else.
    pub fn is_truenas(self) -> bool {
        self.word().starts_with("truenas")
    }

    /// It is told by the interface of a Proxmox VE cluster, not by a Linux host.
    pub fn is_pve(self) -> bool {
        self.word().starts_with("pve-")
    }

    /// It is told by the API of a Kubernetes cluster.
    pub fn is_kube(self) -> bool {
        self.word().starts_with("kube-")
    }

    /// It is told by the interface of a Proxmox Backup Server.
    pub fn is_pbs(self) -> bool {
        self.word().starts_with("pbs-")
    }
}

/// A fact's path, written `kind:key`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FactPath {
    /// The kind before the colon.
    pub kind: FactKind,
    /// The key after it.
    pub key: String,
}

impl FactPath {
    /// The path `kind:key`.
    pub fn new(kind: FactKind, key: impl Into<String>) -> Self {
        Self {
            kind,
            key: key.into(),
        }
    }

    /// Reads `kind:key`.
    pub fn parse(text: &str) -> Option<Self> {
        let (word, key) = text.split_once(':')?;
        let kind = FactKind::ALL.iter().copied().find(|k| k.word() == word)?;
        Some(Self::new(kind, key))
    }
}

impl fmt::Display for FactPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.kind.word(), self.key)
    }
}

impl Serialize for FactPath {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for FactPath {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let text = String::deserialize(d)?;
        Self::parse(&text)
            .ok_or_else(|| serde::de::Error::custom(format!("'{text}' is not a fact path")))
    }
}

/// What looking at one path gave.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Seen {
    /// It is there, with this value.
    Present(Value),
    /// It was looked for and is not there.
    Absent,
    /// It could not be read.
    Unknown(Reason),
}

impl Seen {
    /// The same without some fields of a map.
    fn without(&self, fields: &[&str]) -> Seen {
        match self {
            Seen::Present(Value::Map(map)) if !fields.is_empty() => {
                let rest = map
                    .iter()
                    .filter(|(name, _)| !fields.contains(&name.as_str()));
                let rest = rest.map(|(name, value)| (name.clone(), value.clone()));
                Seen::Present(Value::Map(rest.collect()))
            }
            other => other.clone(),
        }
    }

    /// The value, if present.
    pub fn value(&self) -> Option<&Value> {
        match self {
            Seen::Present(v) => Some(v),
            Seen::Absent | Seen::Unknown(_) => None,
        }
    }
}

impl fmt::Display for Seen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Seen::Present(v) => write!(f, "{v}"),
            Seen::Absent => f.write_str("absent"),
            Seen::Unknown(r) => write!(f, "unknown ({r})"),
        }
    }
}

/// One observed fact.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fact {
    /// What was seen.
    pub seen: Seen,
    /// The command or file that it was read from.
    pub source: String,
}

/// Whether every item of a kind was seen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Completeness {
    /// All of them, by this proof (e.g. `dpkg-query exited 0 as root`).
    Yes(String),
    /// Some may be missing, and why.
    No(Reason),
}

/// Observed identity of a target, compared with the enrolled one before the first act.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NativeIdentity {
    /// `/etc/machine-id`.
    pub machine_id: String,
    /// `SHA256:…` fingerprint of the ed25519 host key.
    pub host_key: String,
    /// Text of the realm marker; `None` if there is none.
    pub realm_marker: Option<String>,
}

/// Everything observed of one target in one go.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TargetFacts {
    /// Which target.
    pub target: ObjectRef,
    /// When the observation was finished, by the controller's clock.
    pub at: Timestamp,
    /// How long it took, in milliseconds.
    pub took_ms: u64,
    /// Who answered; `None` if nobody did.
    pub identity: Option<NativeIdentity>,
    /// The facts by path.
    pub facts: BTreeMap<FactPath, Fact>,
    /// Completeness per kind; a kind that is not listed was not asked for.
    pub collections: BTreeMap<FactKind, Completeness>,
    /// What went wrong, as data: observing never aborts.
    pub errors: Vec<String>,
    /// Of kinds that rest on files of the target: when they were really read, which may be before [`Self::at`], when they were
    /// proven unchanged.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub readings: BTreeMap<FactKind, Reading>,
}

/// When a kind was read, and what it was read from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reading {
    /// When.
    pub at: Timestamp,
    /// Digest of names, times, sizes and inodes of the files that it rests on, with the host's identity and start.
    pub inputs: String,
    /// Digest of what was asked for, by which version, and of what was found; another one does not count.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub basis: String,
}

/// What an earlier observation read of a kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Before {
    /// When, and from what.
    pub reading: Reading,
    /// Who answered.
    pub identity: Option<NativeIdentity>,
    /// What it found.
    pub facts: BTreeMap<FactPath, Fact>,
    /// Whether that was all.
    pub completeness: Completeness,
}

impl TargetFacts {
    /// Facts of a target that did not answer: everything about it is unknown.
    pub fn unreachable(target: ObjectRef, at: Timestamp, error: impl Into<String>) -> Self {
        Self {
            target,
            at,
            took_ms: 0,
            identity: None,
            facts: BTreeMap::new(),
            collections: BTreeMap::new(),
            errors: vec![error.into()],
            readings: BTreeMap::new(),
        }
    }

    /// Why not all of a kind is known, in words for people.
    pub fn gap(&self, kind: FactKind) -> Option<String> {
        match self.collections.get(&kind) {
            Some(Completeness::Yes(_)) => None,
            Some(Completeness::No(why)) => Some(why.to_string()),
            None => {
                let why = self.errors.first();
                Some(why.map_or("it was not asked", String::as_str).to_owned())
            }
        }
    }

    /// Looks up a path. A path that is not listed is absent only if its kind's collection is complete.
    pub fn seen(&self, path: &FactPath) -> Seen {
        if let Some(fact) = self.facts.get(path) {
            return fact.seen.clone();
        }
        match self.collections.get(&path.kind) {
            Some(Completeness::Yes(_)) => Seen::Absent,
            Some(Completeness::No(reason)) => Seen::Unknown(reason.clone()),
            None if self.identity.is_none() => Seen::Unknown(Reason::new(
                self.errors.first().map_or("not reached", String::as_str),
            )),
            None => Seen::Unknown(Reason::new("not observed")),
        }
    }

    /// When a fact was really read: a kind that was proven unchanged was read earlier.
    pub fn read_at(&self, path: &FactPath) -> Timestamp {
        let patched = path.kind == FactKind::Patch && path.key == "reboot";
        let reading = self.readings.get(&path.kind).filter(|_| !patched);
        reading.map_or(self.at, |r| r.at)
    }

    /// What a later observation need not read again if its files are unchanged: the kinds that were read since `oldest`.
    pub fn since(&self, oldest: Timestamp) -> BTreeMap<FactKind, Before> {
        let recent = self.readings.iter().filter(|(_, r)| r.at >= oldest);
        let before = recent.filter_map(|(kind, reading)| {
            let of_kind = self.facts.iter().filter(|(p, _)| p.kind == *kind);
            let before = Before {
                reading: reading.clone(),
                identity: self.identity.clone(),
                facts: of_kind.map(|(p, f)| (p.clone(), f.clone())).collect(),
                completeness: self.collections.get(kind)?.clone(),
            };
            Some((*kind, before))
        });
        before.collect()
    }

    /// All present facts of a kind, by key.
    pub fn items(&self, kind: FactKind) -> impl Iterator<Item = (&str, &Value)> {
        let own = self.of_kind(kind);
        own.filter_map(|(p, f)| f.seen.value().map(|v| (p.key.as_str(), v)))
    }

    /// All facts of a kind, those that could not be read too.
    pub fn of_kind(&self, kind: FactKind) -> impl Iterator<Item = (&FactPath, &Fact)> {
        let all = self.facts.range(FactPath::new(kind, "")..);
        all.take_while(move |(p, _)| p.kind == kind)
    }

    /// Digest of what was seen (not of when): equal worlds give equal digests. `host:uptime` and [what moves](FactKind::moving) are left out.
    pub fn digest(&self) -> Digest {
        let stable: BTreeMap<String, Seen> = self
            .facts
            .iter()
            .filter(|(p, _)| !(p.kind == FactKind::Host && p.key == "uptime"))
            .map(|(p, f)| (p.to_string(), f.seen.without(p.kind.moving())))
            .collect();
        Digest::of_json(&(&self.target, &self.identity, stable))
    }
}

/// One observation of a lab: the facts of its targets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facts {
    /// [`FORMAT`].
    pub format: u32,
    /// The realm that was looked at.
    pub realm: Realm,
    /// By host name.
    pub targets: BTreeMap<String, TargetFacts>,
}

impl HasRealm for Facts {
    fn realm(&self) -> &Realm {
        &self.realm
    }
}

/// What to observe on a target.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Scope {
    /// Kinds to list whole (users, packages, listeners, …).
    pub collections: BTreeSet<FactKind>,
    /// Single paths, for kinds that are not listed whole (files, units, sysctls, nft tables, archives).
    pub paths: BTreeSet<FactPath>,
    /// Values that whoever asks knows already, because they are declared or were seen before. Free text is hidden unless it
    /// is one of these, so that it can be compared with its declaration.
    pub known: BTreeMap<FactPath, BTreeSet<Value>>,
    /// What was read before, and need not be read again if it is proven unchanged; `None` if nobody keeps what is read.
    pub before: Option<BTreeMap<FactKind, Before>>,
}

impl Scope {
    /// Every kind that is asked about, whole or by single paths.
    pub fn kinds(&self) -> BTreeSet<FactKind> {
        let single = self.paths.iter().map(|p| p.kind);
        self.collections.iter().copied().chain(single).collect()
    }

    /// Adds a single path.
    pub fn add(&mut self, path: FactPath) {
        self.paths.insert(path);
    }

    /// Adds a value that need not be hidden from who asks.
    pub fn knows(&mut self, path: FactPath, value: Value) {
        self.known.entry(path).or_default().insert(value);
    }

    /// The union of two scopes.
    #[must_use]
    pub fn union(mut self, other: Scope) -> Scope {
        self.collections.extend(other.collections);
        self.paths.extend(other.paths);
        match (&mut self.before, other.before) {
            (Some(before), Some(more)) => before.extend(more),
            (before, more) => *before = before.take().or(more),
        }
        for (path, values) in other.known {
            self.known.entry(path).or_default().extend(values);
        }
        self
    }
}
