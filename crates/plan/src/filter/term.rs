//! What a rule asks of a packet, answered with yes, no or perhaps.

use core::net::IpAddr;
use ipnet::IpNet;

/// Whether something fits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fit {
    Yes,
    No,
    Perhaps,
}

impl Fit {
    pub(super) fn of(fits: bool) -> Self {
        if fits { Fit::Yes } else { Fit::No }
    }

    /// Both.
    pub(super) fn and(self, other: Fit) -> Fit {
        match (self, other) {
            (Fit::No, _) | (_, Fit::No) => Fit::No,
            (Fit::Yes, Fit::Yes) => Fit::Yes,
            _ => Fit::Perhaps,
        }
    }

    /// At least one.
    pub(super) fn or(self, other: Fit) -> Fit {
        match (self, other) {
            (Fit::Yes, _) | (_, Fit::Yes) => Fit::Yes,
            (Fit::No, Fit::No) => Fit::No,
            _ => Fit::Perhaps,
        }
    }

    pub(super) fn not(self) -> Fit {
        match self {
            Fit::Yes => Fit::No,
            Fit::No => Fit::Yes,
            Fit::Perhaps => Fit::Perhaps,
        }
    }
}

/// Where a connection comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// Any address of a network.
    Network(IpNet),
    /// An address that is in no network of the lab: somewhere in the internet.
    Elsewhere,
}

impl Source {
    /// One address.
    pub fn one(address: IpAddr) -> Self {
        Source::Network(address.into())
    }

    /// `192.168.10.0/24`.
    pub fn parse(text: &str) -> Option<Self> {
        text.parse().ok().map(Source::Network)
    }

    /// An address of it.
    pub(super) fn first(self) -> Option<IpAddr> {
        match self {
            Source::Network(net) => Some(net.addr()),
            Source::Elsewhere => None,
        }
    }

    pub(super) fn is_four(self) -> bool {
        self.first().is_none_or(|a| a.is_ipv4())
    }
}

/// A packet on its way.
#[derive(Debug, Clone, Copy)]
pub(super) struct Packet<'a> {
    pub(super) from: Source,
    pub(super) to: Option<IpAddr>,
    pub(super) tcp: bool,
    pub(super) port: u16,
    /// Its destination is the host itself.
    pub(super) to_host: bool,
    /// A rule has led it elsewhere.
    pub(super) led: bool,
    pub(super) iif: Option<&'a str>,
    pub(super) oif: Option<&'a str>,
}

impl Packet<'_> {
    /// Chains of a family see it.
    pub(super) fn is_of(&self, chain: &str) -> bool {
        match chain.split('/').next() {
            Some("ip") => self.from.is_four(),
            Some("ip6") => !self.from.is_four(),
            Some("inet") => true,
            _ => false,
        }
    }

    pub(super) fn protocol(&self) -> &'static str {
        if self.tcp { "tcp" } else { "udp" }
    }
}

/// `10.0.0.1`, `10.0.0.0/8`, `10.0.0.1-10.0.0.9` as first and last, which are of one version.
fn range(text: &str) -> Option<(IpAddr, IpAddr)> {
    if let Some((first, last)) = text.split_once('-') {
        let (first, last): (IpAddr, IpAddr) = (first.parse().ok()?, last.parse().ok()?);
        return (first.is_ipv4() == last.is_ipv4()).then_some((first, last));
    }
    let one = text.parse::<IpAddr>().ok().map(IpNet::from);
    let net = one.or_else(|| text.parse().ok())?;
    Some((net.network(), net.broadcast()))
}

/// Whether a source is in a range.
pub(super) fn from(source: Source, text: &str) -> Fit {
    let Some((first, last)) = range(text) else {
        return Fit::Perhaps;
    };
    match source {
        Source::Network(net) => {
            let (low, high) = (net.network(), net.broadcast());
            if first.is_ipv4() != low.is_ipv4() || high < first || last < low {
                Fit::No
            } else if first <= low && high <= last {
                Fit::Yes
            } else {
                Fit::Perhaps
            }
        }
        Source::Elsewhere if is_private(text) => Fit::No,
        Source::Elsewhere if range("0.0.0.0/0") == Some((first, last)) => Fit::Yes,
        Source::Elsewhere => Fit::Perhaps,
    }
}

/// Of RFC 1918, of a link, or of the host itself: nobody in the internet has such an address.
fn is_private(text: &str) -> bool {
    let Some((first, last)) = range(text) else {
        return false;
    };
    let inside = [
        "10.0.0.0/8",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "169.254.0.0/16",
        "127.0.0.0/8",
    ];
    let nets = inside.iter().filter_map(|net| range(net));
    nets.into_iter()
        .any(|(low, high)| low <= first && last <= high)
}

/// Whether a destination is in a range.
pub(super) fn to(packet: &Packet<'_>, text: &str) -> Fit {
    match (packet.to, range(text)) {
        (Some(to), Some((first, last))) => {
            // Addresses of IPv4 are in front of all of IPv6.
            Fit::of(first <= to && to <= last)
        }
        // No way in from outside leads to the host's loopback.
        (None, Some(_)) if text.starts_with("127.") => Fit::No,
        _ => Fit::Perhaps,
    }
}

/// `22`, `8000-8010`.
pub(super) fn port(port: u16, text: &str) -> Fit {
    let ends = match text.split_once('-') {
        Some((first, last)) => (first.parse::<u16>(), last.parse::<u16>()),
        None => (text.parse(), text.parse()),
    };
    match ends {
        (Ok(first), Ok(last)) => Fit::of(first <= port && port <= last),
        _ => Fit::Perhaps,
    }
}

/// `"eth0"`, `"br-*"`.
pub(super) fn interface(name: Option<&str>, text: &str) -> Fit {
    let text = text.trim_matches('"');
    match name {
        // What comes from another machine does not come by the loopback.
        None if text == "lo" => Fit::No,
        None => Fit::Perhaps,
        Some(name) => Fit::of(match text.strip_suffix('*') {
            Some(start) => name.starts_with(start),
            None => name == text,
        }),
    }
}
