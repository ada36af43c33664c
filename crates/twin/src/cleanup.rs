//! Taking hosts away: by label and alias, containers by id, whoever made them and however that process ended.

use crate::disk;
use crate::engine::{Client, Engine};
use crate::error::TwinError;
use crate::host::{CREATOR_LABEL, NAME_LABEL, OWNER_LABEL};
use crate::lease::{Creator, Lease, Registry, check_name};
use crate::run;
use crate::server;
use crate::wire;

/// What a clean-up took away.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Removed {
    /// Names of containers.
    pub containers: Vec<String>,
    /// Names of interfaces that had not gone with their container.
    pub interfaces: Vec<String>,
    /// Hosts, as `owner/name`.
    pub hosts: Vec<String>,
}

/// Removes everything of an owner on this engine.
pub fn cleanup(engine: &Engine, owner: &str) -> Result<Removed, TwinError> {
    check_name("owner", owner)?;
    let client = engine.client();
    let containers = remove_containers(client, |container| container.owner == owner)?;
    // The same owner may have hosts on another engine; their wires are not ours to take.
    let mut elsewhere = Registry::open()?.leases()?;
    elsewhere.retain(|lease| lease.endpoint != client.endpoint);
    let interfaces = wire::disconnect_all(owner, &elsewhere)?;
    let ours = |lease: &Lease| lease.owner == owner && lease.endpoint == client.endpoint;
    let hosts = release(ours)?;
    disk::sweep(owner, &elsewhere)?;
    Ok(Removed {
        containers,
        interfaces,
        hosts,
    })
}

/// Removes every host that was to live no longer than a process which is dead now.
pub fn reap(engine: &Engine) -> Result<Removed, TwinError> {
    let dead = |creator: Option<Creator>| creator.is_some_and(|creator| !creator.is_alive());
    let containers = remove_containers(engine.client(), |container| dead(container.creator))?;
    Ok(Removed {
        containers,
        interfaces: Vec::new(),
        hosts: release(|lease| dead(lease.creator))?,
    })
}

/// Removes what is there of one host, whole or not.
pub fn cleanup_host(engine: &Engine, owner: &str, name: &str) -> Result<(), TwinError> {
    check_name("owner", owner)?;
    check_name("host", name)?;
    remove_host(engine.client(), owner, name)
}

/// Removes what is no host, by its label.
pub(crate) fn remove_part(client: &Client, owner: &str, name: &str) -> Result<(), TwinError> {
    remove_containers(client, |container| {
        container.owner == owner && container.name == name
    })
    .map(drop)
}

/// Removes one host.
pub(crate) fn remove_host(client: &Client, owner: &str, name: &str) -> Result<(), TwinError> {
    remove_containers(client, |container| {
        container.owner == owner && container.name == name
    })?;
    release(|lease| lease.owner == owner && lease.name == name && lease.endpoint == client.endpoint)
        .map(drop)
}

/// Ends leases: their wires, their directories, and the addresses that nobody needs any more.
fn release(fits: impl Fn(&Lease) -> bool) -> Result<Vec<String>, TwinError> {
    let registry = Registry::open()?;
    let mut released = Vec::new();
    for lease in registry.leases()?.into_iter().filter(fits) {
        server::stop(&lease)?;
        wire::disconnect(&lease)?;
        disk::remove(&lease.owner, &lease.name)?;
        registry.remove(&lease.owner, &lease.name)?;
        released.push(format!("{}/{}", lease.owner, lease.name));
    }
    wire::remove_unused_controllers(&registry.leases()?)?;
    Ok(released)
}

struct Container {
    id: String,
    container: String,
    owner: String,
    name: String,
    creator: Option<Creator>,
}

fn remove_containers(
    client: &Client,
    fits: impl Fn(&Container) -> bool,
) -> Result<Vec<String>, TwinError> {
    let chosen: Vec<Container> = containers(client)?.into_iter().filter(fits).collect();
    if !chosen.is_empty() {
        let mut remove = client.docker(&["rm", "--force", "--volumes"]);
        let output = run::output(remove.args(chosen.iter().map(|container| &container.id)))?;
        // Another clean-up may have been faster; what counts is that they are gone.
        let left = containers(client)?
            .iter()
            .any(|other| chosen.iter().any(|mine| mine.id == other.id));
        let said = String::from_utf8_lossy(&output.stderr);
        let going = |line: &str| {
            line.contains("is already in progress") || line.contains("No such container")
        };
        // One that fails and says nothing was stopped by somebody.
        let only_going = !said.is_empty() && said.lines().all(going);
        if left && !output.status.success() && !only_going {
            return Err(run::failed(&remove, &output));
        }
    }
    Ok(chosen
        .into_iter()
        .map(|container| container.container)
        .collect())
}

/// All containers with our labels. The ones that boot come before the ones that own their networks.
fn containers(client: &Client) -> Result<Vec<Container>, TwinError> {
    let label = |name: &str| format!("{{{{.Label \"{name}\"}}}}");
    let columns = [label(OWNER_LABEL), label(NAME_LABEL), label(CREATOR_LABEL)].join("\t");
    let format = format!("{{{{.ID}}}}\t{{{{.Names}}}}\t{columns}");
    let filter = format!("label={OWNER_LABEL}");
    let listing = [
        "ps",
        "--all",
        "--no-trunc",
        "--filter",
        &filter,
        "--format",
        &format,
    ];
    let text = client.checked(&listing)?;
    let parsed = |line: &str| {
        let mut fields = line.split('\t').map(str::to_owned);
        Some(Container {
            id: fields.next()?,
            container: fields.next()?,
            owner: fields.next()?,
            name: fields.next()?,
            creator: fields.next().as_deref().and_then(Creator::parse),
        })
    };
    let mut found: Vec<Container> = text.lines().filter_map(parsed).collect();
    found.sort_by(|one, other| one.container.cmp(&other.container));
    Ok(found)
}
