//! WireGuard interfaces of the host's own network, those of the kernel and those of programs, and their peers.
//!
//! Private and preshared keys never come here: the script takes the public fields out of `wg show NAME dump` on the host. An interface
//! that cannot be asked is unknown, and so is whatever else there may be; a host that shows none has none. What runs inside of
//! containers has a network of its own and is not seen.

use super::Whole;
use super::frame::{Sections, plain};
use super::gather::Gathered;
use core::net::IpAddr;
use model::fact::{FactKind, Seen};
use model::kleene::Reason;
use model::value::Value;

pub(super) const PART: Whole = Whole {
    sh: &[include_str!("sh/wireguard.sh")],
    calls: &["wireguard wireguard"],
    read: gather,
};

const KIND: FactKind = FactKind::WireGuard;
const SOURCE: &str = "wg show dump";
/// So many allowed addresses are kept of one peer.
const MOST: usize = 500;

fn gather(sections: &Sections<'_>, to: &mut Gathered) {
    let Some(section) = to.section(KIND, sections, "wireguard") else {
        return;
    };
    let text = section.text();
    let now = text
        .lines()
        .find_map(|l| l.strip_prefix("t ")?.parse().ok());
    let mut open: Option<Interface> = None;
    for line in text.lines() {
        if let Some(name) = line.strip_prefix("i ") {
            put(open.take(), to);
            open = Some(Interface::named(name, now));
        } else if let Some(why) = line.strip_prefix("* ") {
            to.incomplete(KIND, Reason::new(plain(why)));
        } else if let Some(of) = &mut open {
            of.take(line);
        }
    }
    put(open, to);
    match text.lines().last() {
        Some("all") => to.complete(
            KIND,
            "interfaces of the kernel and sockets of programs, each asked by wg show dump",
        ),
        _ => to.incomplete(KIND, Reason::new("the list did not come to its end")),
    }
}

/// An interface in the making.
struct Interface {
    name: String,
    /// The host's clock, unix s.
    now: Option<i64>,
    about: Option<Vec<(&'static str, Value)>>,
    peers: Vec<(String, Value)>,
    /// Why not all of it is known.
    gap: Option<String>,
}

impl Interface {
    fn named(name: &str, now: Option<i64>) -> Self {
        Self {
            name: plain(name),
            now,
            about: None,
            peers: Vec::new(),
            gap: None,
        }
    }

    /// A line of its section.
    fn take(&mut self, line: &str) {
        let fields: Vec<&str> = line.split('\t').collect();
        let understood = match fields.as_slice() {
            ["d", key, port, mark] if self.about.is_none() => {
                self.about = about(key, port, mark);
                self.about.is_some()
            }
            ["p", key, rest @ ..] => match peer(key, rest, self.now) {
                Some(peer) => {
                    self.peers.push(peer);
                    true
                }
                None => false,
            },
            ["all"] => true,
            _ => match line.strip_prefix("! ") {
                Some(why) => {
                    self.gap.get_or_insert_with(|| plain(why));
                    true
                }
                None => false,
            },
        };
        if !understood {
            let why = "wg printed a line that is not understood";
            self.gap.get_or_insert_with(|| why.to_owned());
        }
    }
}

fn put(interface: Option<Interface>, to: &mut Gathered) {
    let Some(found) = interface else { return };
    let name = found.name;
    let gap = found.gap.map(Reason::new);
    match (found.about, gap) {
        (Some(mut about), gap) => {
            let count = i64::try_from(found.peers.len()).unwrap_or(i64::MAX);
            about.push(("peers", Value::Int(count)));
            to.present(KIND, name.as_str(), Value::map(about), SOURCE);
            if let Some(why) = gap {
                to.incomplete(KIND, why);
            }
        }
        (None, gap) => {
            let why = gap.unwrap_or_else(|| Reason::new("wg said nothing of it"));
            to.put(KIND, name.as_str(), Seen::Unknown(why.clone()), SOURCE);
            to.incomplete(KIND, Reason::new(format!("interface {name}: {why}")));
        }
    }
    for (key, value) in found.peers {
        to.present(KIND, format!("{name}/{key}"), value, SOURCE);
    }
}

/// A line of an interface: public key, port, mark of its packets.
fn about(key: &str, port: &str, mark: &str) -> Option<Vec<(&'static str, Value)>> {
    let mut fields = Vec::new();
    match key {
        "(none)" => {}
        key => fields.push(("public", Value::from(public(key)?))),
    }
    match port.parse::<u16>().ok()? {
        // It is down, and has never been up.
        0 => {}
        port => fields.push(("port", Value::Int(i64::from(port)))),
    }
    match mark {
        "off" => {}
        mark => {
            let digits = mark.strip_prefix("0x")?;
            let number = u32::from_str_radix(digits, 16).ok()?;
            fields.push(("fwmark", Value::Int(i64::from(number))));
        }
    }
    Some(fields)
}

/// The rest of a peer's line: whether a preshared key is set, endpoint, allowed addresses, last handshake (unix s), bytes received and sent,
/// keepalive (s).
fn peer(key: &str, rest: &[&str], now: Option<i64>) -> Option<(String, Value)> {
    let [
        preshared,
        endpoint,
        allowed,
        handshake,
        received,
        sent,
        keepalive,
    ] = rest
    else {
        return None;
    };
    let count = |t: &str| t.parse::<u64>().ok().and_then(|n| i64::try_from(n).ok());
    let handshake = count(handshake)?;
    let mut fields = vec![
        ("allowed", addresses(allowed)?),
        ("handshake", Value::Int(handshake)),
        ("received", Value::Int(count(received)?)),
        ("sent", Value::Int(count(sent)?)),
    ];
    // Clocks may be set back between a handshake and now.
    if let Some(now) = now.filter(|_| handshake > 0) {
        fields.push(("age", Value::Int((now - handshake).max(0))));
    }
    match *preshared {
        "no" => {}
        "yes" => fields.push(("preshared", Value::Bool(true))),
        _ => return None,
    }
    match *endpoint {
        "(none)" => {}
        at => {
            let shape = |c: char| c.is_ascii_alphanumeric() || ".:[]%_-".contains(c);
            let whole = at.len() <= 80 && at.contains(':') && at.chars().all(shape);
            fields.push(("endpoint", Value::from(whole.then_some(at)?)));
        }
    }
    match *keepalive {
        "off" => {}
        every => fields.push((
            "keepalive",
            Value::Int(i64::from(every.parse::<u16>().ok()?)),
        )),
    }
    Some((public(key)?.to_owned(), Value::map(fields)))
}

/// A public key as it is printed.
fn public(text: &str) -> Option<&str> {
    let bytes = data_encoding::BASE64.decode(text.as_bytes()).ok()?;
    (bytes.len() == 32).then_some(text)
}

/// `10.9.0.2/32,fd00::/64` as a sorted list; nothing if one of them is no subnet, or if there are too many.
fn addresses(text: &str) -> Option<Value> {
    if text == "(none)" {
        return Some(Value::List(Vec::new()));
    }
    let mut all = Vec::new();
    for one in text.split(',') {
        let (address, bits) = one.split_once('/')?;
        let address: IpAddr = address.parse().ok()?;
        let most = if address.is_ipv4() { 32 } else { 128 };
        let bits = bits.parse::<u8>().ok().filter(|b| *b <= most)?;
        all.push(format!("{address}/{bits}"));
    }
    all.sort();
    all.dedup();
    let fits = all.len() <= MOST;
    fits.then(|| Value::List(all.into_iter().map(Value::from).collect()))
}

#[cfg(test)]
mod tests;
