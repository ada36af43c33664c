//! What the engine prints, as far as it is read. Every field may be missing or null: versions differ.

use serde::{Deserialize, Deserializer};
use std::collections::BTreeMap;

/// Null is as good as missing.
fn or_default<'de, D, T>(d: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Default + Deserialize<'de>,
{
    Ok(Option::<T>::deserialize(d)?.unwrap_or_default())
}

macro_rules! wire {
    ($($(#[$about:meta])* $name:ident { $($field:ident: $type:ty = $key:literal),* $(,)? })*) => {
        $(
            $(#[$about])*
            #[derive(Debug, Default, Deserialize)]
            pub(super) struct $name {
                $(#[serde(default, rename = $key, deserialize_with = "or_default")] pub(super) $field: $type,)*
            }
        )*
    };
}

wire! {
    /// `docker container inspect`.
    Container {
        name: String = "Name",
        image: String = "Image",
        restarts: i64 = "RestartCount",
        state: State = "State",
        config: Config = "Config",
        host: HostConfig = "HostConfig",
        mounts: Vec<Mount> = "Mounts",
        network: NetworkSettings = "NetworkSettings",
    }
    State {
        status: String = "Status",
        exit: i64 = "ExitCode",
        health: Health = "Health",
    }
    Health {
        status: String = "Status",
    }
    Config {
        image: String = "Image",
        user: String = "User",
        env: Vec<String> = "Env",
        cmd: Vec<String> = "Cmd",
        entrypoint: Vec<String> = "Entrypoint",
        labels: BTreeMap<String, String> = "Labels",
        health: HealthTest = "Healthcheck",
    }
    HealthTest {
        test: Vec<String> = "Test",
    }
    HostConfig {
        network: String = "NetworkMode",
        pid: String = "PidMode",
        ipc: String = "IpcMode",
        uts: String = "UTSMode",
        users: String = "UsernsMode",
        privileged: bool = "Privileged",
        read_only: bool = "ReadonlyRootfs",
        cap_add: Vec<String> = "CapAdd",
        cap_drop: Vec<String> = "CapDrop",
        security: Vec<String> = "SecurityOpt",
        devices: Vec<Device> = "Devices",
        memory: i64 = "Memory",
        nano_cpus: i64 = "NanoCpus",
        pids: i64 = "PidsLimit",
        restart: Restart = "RestartPolicy",
        bindings: BTreeMap<String, Option<Vec<Binding>>> = "PortBindings",
    }
    Restart {
        name: String = "Name",
    }
    Device {
        host: String = "PathOnHost",
    }
    Binding {
        address: String = "HostIp",
        port: String = "HostPort",
    }
    Mount {
        kind: String = "Type",
        name: String = "Name",
        source: String = "Source",
        target: String = "Destination",
        writable: bool = "RW",
    }
    NetworkSettings {
        ports: BTreeMap<String, Option<Vec<Binding>>> = "Ports",
        networks: BTreeMap<String, Endpoint> = "Networks",
    }
    Endpoint {
        address: String = "IPAddress",
    }
    /// The form that the script asks for.
    Image {
        id: String = "id",
        tags: Vec<String> = "tags",
        digests: Vec<String> = "digests",
        size: i64 = "size",
        created: String = "created",
    }
    /// `docker network inspect`.
    Network {
        name: String = "Name",
        driver: String = "Driver",
        scope: String = "Scope",
        internal: bool = "Internal",
        ipv6: bool = "EnableIPv6",
        addresses: Ipam = "IPAM",
        labels: BTreeMap<String, String> = "Labels",
    }
    Ipam {
        pools: Vec<Subnet> = "Config",
    }
    Subnet {
        subnet: String = "Subnet",
    }
    /// `docker volume inspect`.
    Volume {
        name: String = "Name",
        driver: String = "Driver",
        at: String = "Mountpoint",
        labels: BTreeMap<String, String> = "Labels",
    }
    /// `docker version`.
    Server {
        version: String = "Version",
        api: String = "ApiVersion",
    }
    /// The form that the script asks for.
    Info {
        storage: String = "storage",
        root: String = "root",
        cgroups: String = "cgroups",
        security: Vec<String> = "security",
        live_restore: bool = "live_restore",
        swarm: String = "swarm",
    }
}
