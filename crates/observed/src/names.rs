//! Name servers as they were observed: whom they ask, which names they answer, whether they hand out addresses.

use crate::Context;
use crate::look::{Look, hosts};
use core::net::IpAddr;
use graph::addresses::gateway;
use model::fact::FactKind;
use model::id::{Kind, ObjectRef};
use model::value::Value;

pub(crate) const KIND: FactKind = FactKind::Dns;
const PORT: u16 = 53;

/// One that runs.
pub(crate) struct NameServer<'c, 'a> {
    pub(crate) look: Look<'c, 'a>,
    pub(crate) key: &'a str,
    pub(crate) value: &'a Value,
}

/// All that run; `unseen` is told of machines on which there may be more.
pub(crate) fn all<'c, 'a>(
    ctx: &'c Context<'a>,
    mut unseen: impl FnMut(&Look<'c, 'a>),
) -> Vec<NameServer<'c, 'a>> {
    let mut found = Vec::new();
    for (look, _) in hosts(ctx) {
        unseen(&look);
        let facts = look.facts;
        let servers = facts.items(KIND).filter(|(key, _)| !key.contains('/'));
        for (key, value) in servers.filter(|(_, v)| text(v, "runs") != Some("stopped")) {
            found.push(NameServer {
                look: look.again(),
                key,
                value,
            });
        }
    }
    found
}

impl<'a> NameServer<'_, 'a> {
    /// `Pi-hole on host 'web'`.
    pub(crate) fn title(&self) -> String {
        format!("{} on {}", self.product(), self.look.title())
    }

    pub(crate) fn product(&self) -> &'static str {
        match self.key.split('#').next() {
            Some("adguard") => "AdGuard Home",
            Some("unbound") => "unbound",
            Some("dnsmasq") => "dnsmasq",
            _ => "Pi-hole",
        }
    }

    /// Others ask it, where names are asked for: it is not on a port of its own, nor for its machine alone.
    pub(crate) fn is_asked(&self) -> bool {
        let port = self.value.field("port").and_then(Value::as_int);
        let local = self.value.field("local").and_then(Value::as_bool);
        port.is_none_or(|p| p == i64::from(PORT)) && local != Some(true)
    }

    /// The ranges that it hands out, each with its first and its last address.
    pub(crate) fn ranges(&self) -> Vec<(&'a str, &'a str)> {
        let all = texts(self.value, "dhcp_ranges").into_iter();
        let all: Vec<_> = all.filter_map(|range| range.split_once('-')).collect();
        match text(self.value, "dhcp_from") {
            Some(from) if all.is_empty() => {
                vec![(from, text(self.value, "dhcp_to").unwrap_or("?"))]
            }
            _ => all,
        }
    }

    /// Addresses and ports that it asks; names of servers are none.
    pub(crate) fn upstreams(&self) -> Vec<(IpAddr, u16)> {
        let all = texts(self.value, "upstreams").into_iter();
        all.filter_map(endpoint).collect()
    }

    /// It is asked there itself.
    pub(crate) fn is_at(&self, ctx: &Context<'_>, (address, port): (IpAddr, u16)) -> bool {
        let own = self.value.field("port").and_then(Value::as_int);
        if own.unwrap_or(i64::from(PORT)) != i64::from(port) {
            return false;
        }
        let mut observed = self.look.items(FactKind::Address);
        let seen = observed.any(|(key, _)| {
            let bare = key.split('/').next().unwrap_or(key);
            bare.parse() == Ok(address)
        });
        let mut held = ctx.held().iter();
        let declared = held.any(|h| h.address == address && h.owner == self.look.object);
        address.is_loopback() || seen || declared
    }

    /// The addresses of a name, as far as it answers it by itself; aliases are followed. `None` if it has no such name.
    pub(crate) fn addresses(&self, name: &str) -> Option<Vec<&'a str>> {
        let items = |path: String| self.look.items(KIND).find(|(key, _)| *key == path);
        let mut name = name.to_owned();
        // An alias of an alias of an alias is as good as none.
        for _ in 0..4 {
            if let Some((_, value)) = items(format!("{}/host/{name}", self.key)) {
                return Some(texts(value, "addresses"));
            }
            match items(format!("{}/cname/{name}", self.key)) {
                Some((_, value)) => name = text(value, "target")?.to_owned(),
                None => return self.below(&name),
            }
        }
        None
    }

    /// The addresses of a name by the nearest one with a star above it.
    fn below(&self, name: &str) -> Option<Vec<&'a str>> {
        let mut rest = name;
        while let Some((_, above)) = rest.split_once('.') {
            let path = format!("{}/host/*.{above}", self.key);
            if let Some((_, value)) = self.look.items(KIND).find(|(key, _)| *key == path) {
                return Some(texts(value, "addresses"));
            }
            rest = above;
        }
        None
    }

    /// The name that an alias leads to.
    pub(crate) fn target(&self, name: &str) -> Option<&'a str> {
        let path = format!("{}/cname/{name}", self.key);
        let found = self.look.items(KIND).find(|(key, _)| *key == path);
        found.and_then(|(_, value)| text(value, "target"))
    }
}

/// Who has an address, as far as that is declared: a machine, a device, or the gateway of a network.
pub(crate) fn owner(ctx: &Context<'_>, address: IpAddr) -> Option<ObjectRef> {
    let mut held = ctx.held().iter().filter(|h| h.address == address);
    if let Some(held) = held.next() {
        return Some(held.owner.clone());
    }
    let mut networks = ctx.lab.networks.iter();
    let of = networks.find(|(_, n)| gateway(n) == Some(address));
    of.map(|(name, _)| ObjectRef::new(Kind::Network, name))
}

/// `192.168.1.1`, `192.168.1.1#5335`, `fd00::1#53`.
pub(crate) fn endpoint(text: &str) -> Option<(IpAddr, u16)> {
    let (address, port) = text.split_once('#').unwrap_or((text, ""));
    let port = match port {
        "" => PORT,
        port => port.parse().ok()?,
    };
    Some((address.parse().ok()?, port))
}

pub(crate) fn text<'v>(value: &'v Value, field: &str) -> Option<&'v str> {
    value.field(field).and_then(Value::as_text)
}

pub(crate) fn texts<'v>(value: &'v Value, field: &str) -> Vec<&'v str> {
    match value.field(field) {
        Some(Value::List(all)) => all.iter().filter_map(Value::as_text).collect(),
        _ => Vec::new(),
    }
}
