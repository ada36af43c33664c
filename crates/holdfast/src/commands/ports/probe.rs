//! Real connections to what listens, from here and from the other hosts, beside what the rules say.

use crate::output::words::count;
use crate::output::{Paint, Table, Tone};
use crate::world::World;
use anyhow::Result;
use drivers::linux::probe::{Outcome, from_host};
use ipnet::IpNet;
use model::fact::{FactKind, Facts};
use model::lab::{Host, Reach};
use model::realm::{Realm, RealmTag};
use plan::filter::{Connection, Filter, Passes, Source};
use plan::ports::Port;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::io::ErrorKind;
use std::net::{IpAddr, SocketAddr, TcpStream, UdpSocket};
use std::time::Duration;

/// How long a connection may take.
const PATIENCE: Duration = Duration::from_secs(2);
/// So many connections are tried from here at once.
const AT_ONCE: usize = 32;

/// One connection.
pub(super) struct Probed {
    pub(super) host: String,
    pub(super) socket: String,
    from: String,
    to: SocketAddr,
    outcome: Outcome,
    computed: Passes,
    /// What the rules say and what happened are not the same.
    pub(super) disagrees: Option<String>,
}

impl Probed {
    pub(super) fn is_unknown(&self) -> bool {
        matches!(self.outcome, Outcome::Unknown(_))
    }

    pub(super) fn json(&self) -> Value {
        json!({
            "from": self.from,
            "to": self.to.to_string(),
            "outcome": self.outcome.word(),
            "computed": self.computed.word(),
            "disagrees": self.disagrees,
        })
    }
}

/// A socket at one of its host's addresses.
struct Aim<'a> {
    row: &'a Port,
    to: SocketAddr,
}

/// Tries every TCP socket that is not of its host alone.
pub(super) fn all<R: RealmTag>(
    world: &World<R>,
    facts: &Facts,
    rows: &[Port],
) -> Result<Vec<Probed>> {
    let mut aims = Vec::new();
    for row in rows.iter().filter(|r| !r.reach.is_empty()) {
        let host = world.tree.lab.machine(&row.host);
        aims.extend(host.into_iter().flat_map(|h| aims_at(row, h)));
    }
    // Sockets of both versions of IP share a port.
    let mut asked = BTreeSet::new();
    aims.retain(|a: &Aim<'_>| asked.insert((a.row.host.clone(), a.to)));
    let filters: BTreeMap<&str, Option<Filter>> = facts
        .targets
        .iter()
        .map(|(name, f)| (name.as_str(), Filter::of(f).ok()))
        .collect();
    let mut probed = Vec::new();
    // A twin stands in a world of its own: from here its addresses would be those of somebody else.
    if world.realm() == Realm::Real {
        let targets: BTreeSet<SocketAddr> = aims.iter().map(|a| a.to).collect();
        let outcomes = from_here(&targets);
        let found = outcomes.into_iter().map(|(to, o)| (to, (o, source_of(to))));
        compare("controller", &aims, &found.collect(), &filters, &mut probed);
    }
    for (name, host) in world.machines(None)? {
        let answered = facts.targets.get(name).filter(|f| f.identity.is_some());
        let others: BTreeSet<SocketAddr> = aims
            .iter()
            .filter(|a| a.row.host != name)
            .map(|a| a.to)
            .collect();
        let (Some(observed), false) = (answered, others.is_empty()) else {
            continue;
        };
        let transport = world.transport(name, host)?;
        let targets: Vec<SocketAddr> = others.into_iter().collect();
        let own: Vec<(IpAddr, u8)> = observed
            .items(FactKind::Address)
            .filter_map(|(key, _)| {
                let (address, bits) = key.split_once('/')?;
                Some((address.parse().ok()?, bits.parse().ok()?))
            })
            .collect();
        let outcomes = from_host(&transport, &targets, PATIENCE);
        let found = outcomes
            .into_iter()
            .map(|(to, outcome)| (to, (outcome, nearest(&own, to.ip()))));
        compare(name, &aims, &found.collect(), &filters, &mut probed);
    }
    Ok(probed)
}

/// The addresses at which a socket can be asked for.
fn aims_at<'a>(row: &'a Port, host: &Host) -> Vec<Aim<'a>> {
    let Some((address, port)) = row
        .socket
        .strip_prefix("tcp/")
        .and_then(|s| s.rsplit_once(':'))
    else {
        return Vec::new();
    };
    let Ok(port) = port.parse() else {
        return Vec::new();
    };
    let bare = address.trim_matches(['[', ']']);
    let own: Option<IpAddr> = bare.parse().ok().filter(|a: &IpAddr| !a.is_unspecified());
    let declared = host.addresses.values().filter_map(|given| given.value());
    let mut addresses: BTreeSet<IpAddr> = declared.filter_map(|a| a.parse().ok()).collect();
    if let (true, Reach::Ssh { destination, .. }) = (addresses.is_empty(), &host.reach) {
        addresses.extend(destination.value.parse::<IpAddr>().ok());
    }
    if let Some(own) = own {
        addresses = BTreeSet::from([own]);
    }
    // A socket of IPv4 is not asked for by IPv6.
    let four_only = bare == "0.0.0.0";
    let meant = addresses.into_iter().filter(|a| a.is_ipv4() || !four_only);
    meant
        .map(|address| Aim {
            row,
            to: SocketAddr::new(address, port),
        })
        .collect()
}

fn from_here(targets: &BTreeSet<SocketAddr>) -> BTreeMap<SocketAddr, Outcome> {
    let targets: Vec<SocketAddr> = targets.iter().copied().collect();
    let mut outcomes = BTreeMap::new();
    for some in targets.chunks(AT_ONCE) {
        let found: Vec<(SocketAddr, Outcome)> = std::thread::scope(|threads| {
            let tries: Vec<_> = some
                .iter()
                .map(|to| (*to, threads.spawn(move || connect(*to))))
                .collect();
            let ended = tries.into_iter().map(|(to, thread)| {
                let broken = |_| Outcome::Unknown("the try broke".to_owned());
                (to, thread.join().unwrap_or_else(broken))
            });
            ended.collect()
        });
        outcomes.extend(found);
    }
    outcomes
}

fn connect(to: SocketAddr) -> Outcome {
    match TcpStream::connect_timeout(&to, PATIENCE) {
        Ok(_) => Outcome::Open,
        Err(e) => match e.kind() {
            ErrorKind::ConnectionRefused => Outcome::Closed,
            ErrorKind::TimedOut
            | ErrorKind::HostUnreachable
            | ErrorKind::NetworkUnreachable
            | ErrorKind::PermissionDenied => Outcome::Filtered,
            _ => Outcome::Unknown(e.to_string()),
        },
    }
}

/// The address that this machine would come from; nothing is sent.
fn source_of(to: SocketAddr) -> Option<IpAddr> {
    let any: SocketAddr = match to {
        SocketAddr::V4(_) => ([0, 0, 0, 0], 0).into(),
        SocketAddr::V6(_) => ([0_u16; 8], 0).into(),
    };
    let socket = UdpSocket::bind(any).ok()?;
    socket.connect(to).ok()?;
    socket.local_addr().ok().map(|a| a.ip())
}

/// The address of a host that a connection to another one comes from: that of the same network, else its first to the outside.
fn nearest(own: &[(IpAddr, u8)], to: IpAddr) -> Option<IpAddr> {
    let outside = own
        .iter()
        .filter(|(a, _)| !a.is_loopback() && a.is_ipv4() == to.is_ipv4());
    let same = outside.clone().find(|(a, bits)| {
        let net = IpNet::new(*a, *bits).map(Source::Network);
        net.is_ok_and(|net| plan::filter::holds(net, to))
    });
    same.or(outside.clone().next()).map(|(a, _)| *a)
}

type Found = BTreeMap<SocketAddr, (Outcome, Option<IpAddr>)>;

fn compare(
    from: &str,
    aims: &[Aim<'_>],
    found: &Found,
    filters: &BTreeMap<&str, Option<Filter>>,
    to: &mut Vec<Probed>,
) {
    for aim in aims.iter().filter(|a| a.row.host != from) {
        let Some((outcome, source)) = found.get(&aim.to) else {
            continue;
        };
        let filter = filters.get(aim.row.host.as_str()).and_then(Option::as_ref);
        let judged = filter.zip(*source).map(|(filter, source)| {
            let judged = filter.judge(&Connection {
                from: Source::one(source),
                to: Some(aim.to.ip()),
                tcp: true,
                port: aim.to.port(),
            });
            (judged, filter.is_near(source))
        });
        let (computed, why, near) = match judged {
            Some((judged, near)) => (judged.passes, judged.why, near),
            None => (Passes::Unknown, String::new(), false),
        };
        let disagrees = match (outcome, &computed) {
            (Outcome::Open, Passes::No) => Some(format!("open, though the rules say no: {why}")),
            (Outcome::Closed, Passes::Yes) => {
                Some(format!("refused, though the rules say yes: {why}"))
            }
            // Whoever stands in the same network passes nobody on the way.
            (Outcome::Filtered, Passes::Yes) if near => {
                Some(format!("no answer, though the rules say yes: {why}"))
            }
            _ => None,
        };
        to.push(Probed {
            host: aim.row.host.clone(),
            socket: aim.row.socket.clone(),
            from: from.to_owned(),
            to: aim.to,
            outcome: outcome.clone(),
            computed,
            disagrees,
        });
    }
}

pub(super) fn text(probed: &[Probed], asked: bool, paint: Paint) -> String {
    if !asked {
        return String::new();
    }
    if probed.is_empty() {
        return "\nnothing was tried: no address of a TCP socket is known from elsewhere\n"
            .to_owned();
    }
    let mut table = Table::headed(&["TO", "FROM", "TRIED", "RULES SAY", ""]);
    for p in probed {
        let tone = match (&p.disagrees, &p.outcome) {
            (Some(_), _) => Tone::Bad,
            (None, Outcome::Unknown(_)) => Tone::Look,
            (None, Outcome::Open) => Tone::Good,
            _ => Tone::Dim,
        };
        let note = match (&p.disagrees, &p.outcome, &p.computed) {
            (Some(why), ..) => why.clone(),
            (None, Outcome::Unknown(why), _) => why.clone(),
            (None, Outcome::Filtered, Passes::Yes) => "kept out on the way".to_owned(),
            _ => String::new(),
        };
        table.row([
            (format!("{} {}", p.host, p.to), Some(Tone::Head)),
            (p.from.clone(), None),
            (p.outcome.word().to_owned(), Some(tone)),
            (p.computed.word().to_owned(), None),
            (note, None),
        ]);
    }
    let against = probed.iter().filter(|p| p.disagrees.is_some()).count();
    format!(
        "\n{}\n{} tried, {against} not as the rules say; UDP is not tried\n",
        table.print(paint, 0),
        count(probed.len(), "connection", "connections"),
    )
}
