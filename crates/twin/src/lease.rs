//! Who has which address: one lease per host under `/run/holdfast-twin`, shared by all processes of the machine.
//!
//! A lease is written before anything else of a host exists and removed after everything else is gone, so whatever a
//! killed creator leaves can be found and taken away.

use std::fmt;
use std::net::Ipv4Addr;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde::{Deserialize, Serialize};

use crate::error::{TwinError, at};
use crate::lock::Lock;
use crate::run;

const STATE: &str = "/run/holdfast-twin";
/// Subnets of automatic places: from 10.77.2.0 to 10.77.255.255, eight addresses each.
const FIRST_SUBNET: Ipv4Addr = Ipv4Addr::new(10, 77, 2, 0);
const SUBNET_COUNT: u32 = 254 * 32;
const SUBNET_PREFIX: u8 = 29;
const NAME_RULE: &str = "1 to 40 of a-z, 0-9 and -, not beginning with -";

/// How long a host may live.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lifetime {
    /// Until this process ends: [`crate::cleanup::reap`] removes it once the process is dead.
    Process,
    /// Until somebody removes it.
    Kept,
}

/// Where a host is to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// In the first free subnet of 10.77.0.0/16.
    Auto,
    /// At this address; the gateway is the machine's end of the wire.
    At {
        /// The host's address.
        address: Ipv4Addr,
        /// Prefix length of its subnet.
        prefix: u8,
        /// The machine's address in that subnet, the host's default route.
        gateway: Ipv4Addr,
    },
}

/// A process, told from later ones with the same number by its start time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Creator {
    pid: u32,
    /// In clock ticks since boot, field 22 of `/proc/PID/stat`.
    started: u64,
}

impl Creator {
    pub(crate) fn this_process() -> Self {
        Self::of(std::process::id())
    }

    pub(crate) fn of(pid: u32) -> Self {
        Self {
            pid,
            started: start_time(pid).unwrap_or_default(),
        }
    }

    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (pid, started) = text.split_once(':')?;
        Some(Self {
            pid: pid.parse().ok()?,
            started: started.parse().ok()?,
        })
    }

    pub(crate) fn pid(self) -> Option<rustix::process::Pid> {
        rustix::process::Pid::from_raw(i32::try_from(self.pid).ok()?)
    }

    pub(crate) fn is_alive(self) -> bool {
        start_time(self.pid) == Some(self.started)
    }
}

impl fmt::Display for Creator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.pid, self.started)
    }
}

fn start_time(pid: u32) -> Option<u64> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The second field is the program's name in parentheses and may itself contain anything.
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace();
    let state = fields.next()?;
    if state == "Z" || state == "X" {
        None
    } else {
        fields.nth(18)?.parse().ok()
    }
}

/// What a host has been given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Lease {
    pub(crate) owner: String,
    pub(crate) name: String,
    pub(crate) hostname: String,
    pub(crate) address: Ipv4Addr,
    pub(crate) prefix: u8,
    pub(crate) gateway: Ipv4Addr,
    pub(crate) controller: Ipv4Addr,
    pub(crate) vantage: Ipv4Addr,
    pub(crate) endpoint: Option<String>,
    /// The router of the fabric that it is of, if it is of none that boots.
    #[serde(default)]
    pub(crate) router: Option<String>,
    pub(crate) creator: Option<Creator>,
}

impl Lease {
    /// The host's private directory: lease, keys, ssh configuration.
    pub(crate) fn dir(&self) -> PathBuf {
        host_dir(&self.owner, &self.name)
    }

    /// The machine's end of the wire; unique because the address is.
    pub(crate) fn interface(&self) -> String {
        format!("hf{:08x}", self.address.to_bits())
    }

    /// The subnet in the form that `ip route` wants.
    pub(crate) fn subnet(&self) -> String {
        let network = Ipv4Addr::from_bits(self.address.to_bits() & mask(self.prefix));
        format!("{network}/{}", self.prefix)
    }
}

/// All leases, locked against other processes as long as this value lives.
#[derive(Debug)]
pub(crate) struct Registry {
    _lock: Lock,
}

impl Registry {
    pub(crate) fn open() -> Result<Self, TwinError> {
        run::require_root()?;
        let state = Path::new(STATE);
        make_private_dir(state)?;
        Ok(Self {
            _lock: Lock::take(&state.join("lock"))?,
        })
    }

    /// Every lease; a directory without a readable one was being made when its creator died, and is removed.
    pub(crate) fn leases(&self) -> Result<Vec<Lease>, TwinError> {
        let mut leases = Vec::new();
        for owner in entries(&Path::new(STATE).join("hosts"))? {
            for host in entries(&owner)? {
                let text = std::fs::read(host.join("lease.json")).unwrap_or_default();
                match serde_json::from_slice(&text) {
                    Ok(lease) => leases.push(lease),
                    Err(_) => std::fs::remove_dir_all(&host).map_err(at(&host))?,
                }
            }
        }
        Ok(leases)
    }

    /// The lease of one host.
    pub(crate) fn find(&self, owner: &str, name: &str) -> Result<Option<Lease>, TwinError> {
        Ok(self
            .leases()?
            .into_iter()
            .find(|lease| lease.owner == owner && lease.name == name))
    }

    /// Address, prefix length and gateway for a new host.
    pub(crate) fn choose(&self, place: Place) -> Result<(Ipv4Addr, u8, Ipv4Addr), TwinError> {
        let mut used = routes()?;
        used.extend(
            self.leases()?
                .iter()
                .map(|lease| (lease.address, lease.prefix)),
        );
        let clash = |address, prefix| {
            used.iter()
                .find(|other| overlap((address, prefix), **other))
        };
        match place {
            Place::At {
                address,
                prefix,
                gateway,
            } => match clash(address, prefix) {
                None => Ok((address, prefix, gateway)),
                Some((network, length)) => Err(TwinError::AddressTaken {
                    address,
                    prefix,
                    other: format!("{network}/{length}"),
                }),
            },
            Place::Auto => {
                let network = |index: u32| Ipv4Addr::from_bits(FIRST_SUBNET.to_bits() + index * 8);
                let free = (0..SUBNET_COUNT)
                    .map(network)
                    .find(|base| clash(*base, SUBNET_PREFIX).is_none());
                let base = free.ok_or(TwinError::NoFreeSubnet)?.to_bits();
                Ok((
                    Ipv4Addr::from_bits(base + 2),
                    SUBNET_PREFIX,
                    Ipv4Addr::from_bits(base + 1),
                ))
            }
        }
    }

    pub(crate) fn save(&self, lease: &Lease) -> Result<(), TwinError> {
        let dir = lease.dir();
        make_private_dir(&dir)?;
        let text = serde_json::to_vec(lease).map_err(|error| TwinError::Damaged {
            what: "a lease".to_owned(),
            reason: error.to_string(),
        })?;
        std::fs::write(dir.join("lease.json"), text).map_err(at(dir.join("lease.json")))
    }

    pub(crate) fn remove(&self, owner: &str, name: &str) -> Result<(), TwinError> {
        let dir = host_dir(owner, name);
        if dir.exists() {
            std::fs::remove_dir_all(&dir).map_err(at(&dir))?;
        }
        if let Some(parent) = dir.parent() {
            // Fails while the owner has other hosts, which is right.
            let _ = std::fs::remove_dir(parent);
        }
        Ok(())
    }
}

/// Owner and host names become names of containers and directories.
pub(crate) fn check_name(what: &'static str, value: &str) -> Result<(), TwinError> {
    let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    if (1..=40).contains(&value.len()) && value.bytes().all(fits) && !value.starts_with('-') {
        Ok(())
    } else {
        Err(TwinError::BadName {
            what,
            value: value.to_owned(),
            rule: NAME_RULE,
        })
    }
}

fn host_dir(owner: &str, name: &str) -> PathBuf {
    Path::new(STATE).join("hosts").join(owner).join(name)
}

fn make_private_dir(dir: &Path) -> Result<(), TwinError> {
    std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(dir)
        .map_err(at(dir))
}

fn entries(dir: &Path) -> Result<Vec<PathBuf>, TwinError> {
    match std::fs::read_dir(dir) {
        Ok(listing) => {
            let paths: Result<Vec<_>, _> = listing
                .map(|entry| entry.map(|entry| entry.path()))
                .collect();
            let mut paths = paths.map_err(at(dir))?;
            paths.sort();
            Ok(paths)
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(at(dir)(error)),
    }
}

#[derive(Deserialize)]
struct Route {
    dst: String,
}

/// Every network and address that the machine has a route for, but the default.
fn routes() -> Result<Vec<(Ipv4Addr, u8)>, TwinError> {
    let text =
        run::checked(Command::new("ip").args(["-4", "-json", "route", "show", "table", "all"]))?;
    let routes: Vec<Route> = serde_json::from_str(&text).map_err(|error| TwinError::Damaged {
        what: "the output of `ip route`".to_owned(),
        reason: error.to_string(),
    })?;
    let parsed = |route: Route| {
        let (address, prefix) = route.dst.split_once('/').unwrap_or((&route.dst, "32"));
        Some((address.parse().ok()?, prefix.parse().ok()?))
    };
    Ok(routes.into_iter().filter_map(parsed).collect())
}

fn mask(prefix: u8) -> u32 {
    u32::MAX
        .checked_shl(32 - u32::from(prefix.min(32)))
        .unwrap_or(0)
}

fn overlap(one: (Ipv4Addr, u8), other: (Ipv4Addr, u8)) -> bool {
    let mask = mask(one.1.min(other.1));
    one.0.to_bits() & mask == other.0.to_bits() & mask
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn networks_overlap_when_one_holds_the_other() {
        let net = |text: &str, prefix: u8| (text.parse().expect("an address"), prefix);
        assert!(overlap(net("10.77.2.8", 29), net("10.77.2.10", 32)));
        assert!(overlap(net("10.0.0.0", 8), net("10.77.2.8", 29)));
        assert!(!overlap(net("10.77.2.8", 29), net("10.77.2.16", 29)));
        assert!(overlap(net("0.0.0.0", 0), net("10.77.2.16", 29)));
    }

    #[test]
    fn a_process_is_told_by_its_start() {
        let this = Creator::this_process();
        assert!(this.is_alive());
        assert_eq!(Creator::parse(&this.to_string()), Some(this));
        assert!(
            !Creator {
                started: this.started + 1,
                ..this
            }
            .is_alive()
        );
    }

    #[test]
    fn names_are_narrow() {
        assert!(check_name("host", "h1-a").is_ok());
        for bad in ["", "-a", "A", "a.b", "a/b", "ä"] {
            assert!(check_name("host", bad).is_err(), "{bad}");
        }
    }
}
