//! Networks, zones, permitted flows and names.

use super::service::Outside;
use crate::declare::{Given, Many, Need, Opt, Or, Ref, entity, set, words};
use crate::units::duration::Duration;
use crate::units::net::{Address, AddressRange, Ports};
use crate::units::text::{Name, Prose};
use diag::{Span, Spanned};
use jiff::civil::Date;
use litemap::LiteMap;
use serde::{Deserialize, Serialize};

/// The address in each network, as guests and devices have them.
pub type Addresses = LiteMap<Ref<{ set::NETWORK }>, Given<Address>>;

/// A subnet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Network {
    /// Where it is declared.
    pub span: Span,
    /// CIDR, e.g. `192.168.10.0/24`.
    pub subnet: Opt<String>,
    /// VLAN id.
    pub vlan: Opt<u16>,
    /// Default gateway's address.
    pub gateway: Opt<String>,
    /// What else is said of it.
    pub about: NetworkAbout,
}

words! {
    /// How much what is in a zone is trusted, or must be protected.
    pub enum Trust("trust", "a level of trust") {
        /// Its loss is the loss of the lab.
        Critical = "critical",
        /// Servers and administration.
        High = "high",
        /// People's machines.
        Medium = "medium",
        /// Things.
        Low = "low",
        /// Reaches nothing.
        Isolated = "isolated",
        /// Guests and the internet.
        Untrusted = "untrusted",
    }

    /// Kinds of networks.
    pub enum NetworkKind("network-kind", "a kind of network") {
        /// Untagged segment.
        Lan = "lan",
        /// Tagged segment.
        Vlan = "vlan",
        /// Bridge of a container engine.
        Docker = "docker",
        /// Tunnel.
        Vpn = "vpn",
        /// Towards the internet.
        Wan = "wan",
        /// Pods and services of a cluster.
        Overlay = "overlay",
    }

    /// What happens to a flow.
    pub enum Action("flow-action", "'allow' or 'deny'") {
        /// It may pass.
        Allow = "allow",
        /// It may not.
        Deny = "deny",
    }

    /// All ports.
    pub enum AnyPort("any-port", "'any'") {
        /// All of them.
        Any = "any",
    }

    /// Kinds of zones of the domain name system.
    pub enum DnsKind("dns-kind", "a kind of DNS zone") {
        /// Answered from records of its own.
        Authoritative = "authoritative",
        /// Asked elsewhere.
        Forward = "forward",
    }

    /// Types of records.
    pub enum RecordType("record-type", "a type of DNS record") {
        /// IPv4 address.
        A = "A",
        /// IPv6 address.
        Aaaa = "AAAA",
        /// Another name.
        Cname = "CNAME",
        /// Mail server.
        Mx = "MX",
        /// Text.
        Txt = "TXT",
        /// Service.
        Srv = "SRV",
        /// Name of an address.
        Ptr = "PTR",
        /// Name server.
        Ns = "NS",
        /// Who may issue certificates.
        Caa = "CAA",
    }
}

/// What traffic can come from or go to.
pub type End = Or<
    Outside,
    Ref<{ set::ZONE | set::NETWORK | set::MACHINE | set::SERVICE | set::DEVICE | set::CLUSTER }>,
>;

entity! {
    /// Addresses that are handed out.
    pub struct Dhcp or range {
        /// From which to which.
        range: Opt<AddressRange>,
        /// Who hands them out.
        server: Opt<Ref<{ set::MACHINE | set::DEVICE | set::SERVICE }>>,
        /// For how long.
        lease: Opt<Duration>,
    }

    /// What is said of a network beyond its subnet.
    pub struct NetworkAbout {
        /// Its trust zone.
        zone: Opt<Ref<{ set::ZONE }>>,
        /// What it is for.
        description: Opt<Prose>,
        /// Addresses that are handed out.
        dhcp: Option<Dhcp>,
        /// Name servers that its machines ask.
        dns: Vec<Spanned<Or<Address, Ref<{ set::SERVICE | set::MACHINE | set::DEVICE }>>>>,
        /// Domain of its names.
        domain: Opt<Name>,
        /// What it is.
        kind: Opt<NetworkKind>,
        /// The machine that it exists on, if it leaves none.
        on: Opt<Ref<{ set::MACHINE | set::CLUSTER }>>,
        /// No way out of it.
        internal: Opt<bool>,
        /// Largest packet.
        mtu: Opt<u32>,
    }

    /// A trust zone.
    pub struct Zone or trust {
        /// The name it had before.
        was: Option<Spanned<Name>>,
        /// How much it is trusted.
        trust: Opt<Trust>,
        /// What belongs in it.
        description: Opt<Prose>,
    }

    /// Traffic that is permitted, or that is not.
    pub struct Flow {
        /// Where it comes from.
        from: Need<End>,
        /// Where it goes to.
        to: Need<End>,
        /// Which ports; `any` for all.
        ports: Many<Spanned<Or<AnyPort, Ports>>>,
        /// Whether it may pass.
        action: Need<Action>,
        /// Why.
        why: Opt<Prose>,
        /// Who answers for it.
        owner: Opt<Ref<{ set::PERSON }>>,
        /// When it must be looked at again.
        review: Opt<Date>,
        /// Answers come back without a rule of their own.
        stateful: Opt<bool>,
    }

    /// A record.
    pub struct DnsRecord {
        /// Its name, `@` for the zone itself.
        name: Need<String>,
        /// Its type.
        r#type: Need<RecordType>,
        /// Its value.
        value: Need<String>,
        /// How long it may be remembered.
        ttl: Opt<Duration>,
    }

    /// A zone of the domain name system.
    pub struct DnsZone {
        /// The name it had before.
        was: Option<Spanned<Name>>,
        /// Answered here or asked elsewhere.
        kind: Opt<DnsKind>,
        /// The server with the records.
        primary: Opt<Ref<{ set::SERVICE | set::MACHINE | set::DEVICE }>>,
        /// Servers with copies.
        secondaries: Vec<Spanned<Ref<{ set::SERVICE | set::MACHINE | set::DEVICE }>>>,
        /// Where questions are passed on to.
        forward_to: Vec<Spanned<Address>>,
        /// Records.
        records: Vec<DnsRecord>,
        /// What it is for.
        description: Opt<Prose>,
    }

    /// A name server outside of the lab.
    pub struct Resolver or address {
        /// Its address.
        address: Opt<Address>,
        /// When it is asked.
        policy: Opt<Prose>,
        /// It leaves some names out.
        filtering: Opt<bool>,
    }
}
