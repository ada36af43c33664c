//! What a host's packet filter does with a new connection from outside, as far as its rules are of the simple kinds.
//!
//! The rules are those that were read from the host, as nft lists them. A rule is understood whole or not at all; one that is not may
//! fit or not, and if that makes a difference the answer is that it is not known, with the rule. Only this host is asked: what stands
//! between it and the other end is not.

mod rule;
mod term;

pub use term::Source;

use core::net::{IpAddr, SocketAddr};
use ipnet::IpNet;
use model::fact::{Completeness, FactKind, TargetFacts};
use model::kleene::Reason;
use model::value::Value;
use rule::{Rule, Verdict};
use std::cell::Cell;
use std::collections::BTreeMap;
use term::{Fit, Packet};

/// Jumps deeper than this are not followed; the kernel allows 16.
const DEEPEST: usize = 32;
/// More rules are not tried for one packet.
const LONGEST: usize = 20_000;

/// Whether a connection comes through.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Passes {
    /// It does.
    Yes,
    /// It does not.
    No,
    /// It cannot be told.
    Unknown,
}

impl Passes {
    /// The word for it.
    pub fn word(&self) -> &'static str {
        match self {
            Passes::Yes => "yes",
            Passes::No => "no",
            Passes::Unknown => "unknown",
        }
    }
}

/// What the filter does with a connection, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judged {
    /// Whether it comes through.
    pub passes: Passes,
    /// The rule or policy that decides.
    pub why: String,
    /// Where it is led to instead, `ADDRESS:PORT`, if a rule of the host does that.
    pub led_to: Option<String>,
    /// What the input chain would have said, had the connection not been led elsewhere.
    pub input_denies: bool,
}

/// A new connection to a host.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Connection {
    /// From where.
    pub from: Source,
    /// To which address of the host; `None` if it has many and none is meant.
    pub to: Option<IpAddr>,
    /// `tcp` rather than `udp`.
    pub tcp: bool,
    /// The port.
    pub port: u16,
}

/// The chains of a host, ready to be asked.
#[derive(Debug)]
pub struct Filter {
    chains: BTreeMap<String, Chain>,
    sets: BTreeMap<String, Vec<String>>,
    /// Addresses with their networks, and the interfaces that have them.
    addresses: Vec<(IpNet, String)>,
    default_dev: Option<String>,
}

#[derive(Debug)]
struct Chain {
    hook: Option<Hook>,
    rules: Vec<Rule>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Hook {
    name: String,
    nat: bool,
    priority: i64,
    drops: bool,
}

/// What became of a packet in a chain.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Fate {
    /// The chain ended, or said `return`.
    Through,
    Accept(String),
    Drop(String),
    /// To this address, or to another port of the host.
    Led(Option<IpAddr>, Option<u16>, String),
    Unknown(String),
}

impl Filter {
    /// The filter of a host, or why it is not known.
    ///
    /// # Errors
    /// The reason why not all chains were read.
    pub fn of(facts: &TargetFacts) -> Result<Self, Reason> {
        match facts.collections.get(&FactKind::Chain) {
            Some(Completeness::Yes(_)) => {}
            Some(Completeness::No(reason)) => return Err(reason.clone()),
            None => return Err(Reason::new("the packet filter was not observed")),
        }
        let (mut chains, mut sets) = (BTreeMap::new(), BTreeMap::new());
        for (key, value) in facts.items(FactKind::Chain) {
            match key.rsplit_once("/@") {
                Some(_) => {
                    if let Some(Value::List(items)) = value.field("elements") {
                        let texts = items.iter().map(ToString::to_string).collect();
                        sets.insert(key.to_owned(), texts);
                    }
                }
                None => {
                    chains.insert(key.to_owned(), chain(value));
                }
            }
        }
        let addresses = facts.items(FactKind::Address).filter_map(|(key, value)| {
            let dev = value.field("dev")?.as_text()?;
            Some((key.parse().ok()?, dev.to_owned()))
        });
        let route = facts
            .items(FactKind::Route)
            .find(|(key, _)| *key == "default");
        let dev = route.and_then(|(_, v)| v.as_text()?.split("dev ").nth(1).map(str::to_owned));
        Ok(Self {
            chains,
            sets,
            addresses: addresses.collect(),
            default_dev: dev.map(|d| d.split(' ').next().unwrap_or_default().to_owned()),
        })
    }

    /// What becomes of a connection.
    pub fn judge(&self, connection: &Connection) -> Judged {
        let mut packet = Packet {
            from: connection.from,
            to: connection.to,
            tcp: connection.tcp,
            port: connection.port,
            to_host: true,
            led: false,
            iif: self.dev_from(connection.from),
            oif: None,
        };
        let at_input = |packet: &Packet<'_>| self.hook("input", packet);
        let before = self.hook("prerouting", &packet);
        match before {
            Fate::Drop(why) => judged(Passes::No, why),
            Fate::Unknown(why) => judged(Passes::Unknown, why),
            Fate::Led(None, port, why) => {
                packet.port = port.unwrap_or(packet.port);
                packet.led = true;
                let fate = at_input(&packet);
                led(
                    fate,
                    format!("port {} of the host", packet.port),
                    &why,
                    false,
                )
            }
            Fate::Led(Some(address), port, why) => {
                let denies = matches!(at_input(&packet), Fate::Drop(_));
                packet.port = port.unwrap_or(packet.port);
                packet.to = Some(address);
                packet.to_host = self.is_own(address);
                packet.led = true;
                packet.oif = self.dev_to(address);
                let fate = match packet.to_host {
                    true => at_input(&packet),
                    false => self.hook("forward", &packet),
                };
                let to = SocketAddr::new(address, packet.port).to_string();
                led(fate, to, &why, denies)
            }
            Fate::Through | Fate::Accept(_) => match at_input(&packet) {
                Fate::Drop(why) => judged(Passes::No, why),
                Fate::Unknown(why) => judged(Passes::Unknown, why),
                Fate::Accept(why) => judged(Passes::Yes, why),
                Fate::Led(..) | Fate::Through => {
                    judged(Passes::Yes, "no chain of the host keeps it out".to_owned())
                }
            },
        }
    }

    /// Ports that rules in prerouting lead elsewhere, with what they say: what is published without a socket of the host. `None` if there
    /// is a rule among them of which that cannot be told.
    pub fn led_elsewhere(&self) -> Option<Vec<(bool, u16, String)>> {
        let mut found = Vec::new();
        for (name, chain) in &self.chains {
            for rule in &chain.rules {
                let leads = matches!(rule.verdict, Verdict::Dnat(..) | Verdict::Unknown);
                if !leads || rule.is_loopback() || !self.is_reached(name) {
                    continue;
                }
                let (tcp, own) = rule.port()?;
                found.push(match &rule.verdict {
                    Verdict::Dnat(Some(address), port) => {
                        let to = SocketAddr::new(*address, port.unwrap_or(own));
                        (tcp, own, to.to_string())
                    }
                    Verdict::Dnat(None, Some(port)) => {
                        (tcp, own, format!("port {port} of the host"))
                    }
                    _ => return None,
                });
            }
        }
        found.sort();
        found.dedup();
        Some(found)
    }

    /// Whether packets that come in can get to a chain.
    fn is_reached(&self, name: &str) -> bool {
        let mut todo: Vec<&str> = self
            .chains
            .iter()
            .filter(|(_, c)| c.hook.as_ref().is_some_and(|h| h.name == "prerouting"))
            .map(|(n, _)| n.as_str())
            .collect();
        let mut seen: Vec<&str> = Vec::new();
        while let Some(at) = todo.pop() {
            if at == name {
                return true;
            }
            if seen.contains(&at) {
                continue;
            }
            seen.push(at);
            let table = at.rsplit_once('/').map_or("", |(t, _)| t);
            let jumps = self.chains.get(at).into_iter().flat_map(|c| &c.rules);
            for rule in jumps {
                if let Verdict::Jump(to) | Verdict::Goto(to) = &rule.verdict {
                    let key = format!("{table}/{to}");
                    todo.extend(self.chains.get_key_value(&key).map(|(k, _)| k.as_str()));
                }
            }
        }
        false
    }

    /// The address that a source most likely means when it means the host.
    pub fn own_address(&self, from: Source) -> Option<IpAddr> {
        let dev = self.dev_from(from)?;
        let four = from.first().is_none_or(|a| a.is_ipv4());
        let mut there = self
            .addresses
            .iter()
            .filter(|(net, d)| d == dev && net.addr().is_ipv4() == four);
        there.next().map(|(net, _)| net.addr())
    }

    /// Whether an address is in a network that the host itself stands in.
    pub fn is_near(&self, address: IpAddr) -> bool {
        self.addresses.iter().any(|(net, _)| net.contains(&address))
    }

    fn is_own(&self, address: IpAddr) -> bool {
        self.addresses.iter().any(|(net, _)| net.addr() == address)
    }

    /// The interface that has the network of an address.
    fn dev_to(&self, address: IpAddr) -> Option<&str> {
        let mut all = self.addresses.iter();
        let found = all.find(|(net, dev)| !dev.is_empty() && net.contains(&address));
        found.map(|(_, dev)| dev.as_str())
    }

    /// The interface at which a source arrives: that of its network, else that of the default route.
    fn dev_from(&self, from: Source) -> Option<&str> {
        let near = from.first().and_then(|first| self.dev_to(first));
        near.or(self.default_dev.as_deref())
    }

    /// All chains of a hook in turn. One that drops drops; one that accepts leaves it to the next.
    fn hook(&self, name: &str, packet: &Packet<'_>) -> Fate {
        let mut chains: Vec<(&Hook, &str)> = self
            .chains
            .iter()
            .filter_map(|(key, c)| {
                Some((c.hook.as_ref().filter(|h| h.name == name)?, key.as_str()))
            })
            .filter(|(_, key)| packet.is_of(key))
            .collect();
        chains.sort_by_key(|(hook, key)| (hook.priority, (*key).to_owned()));
        let mut accepted: Option<String> = None;
        let mut unknown: Option<String> = None;
        for (hook, key) in chains {
            let walk = Walk {
                packet,
                end: match hook.drops {
                    true => Fate::Drop(format!("policy drop of {key}")),
                    false => Fate::Through,
                },
                steps: Cell::new(0),
            };
            match self.chain(&walk, key, (0, 0)) {
                Fate::Drop(why) => return Fate::Drop(why),
                Fate::Unknown(why) => unknown = unknown.or(Some(why)),
                Fate::Led(address, port, why) if hook.nat => {
                    return match unknown {
                        Some(why) => Fate::Unknown(why),
                        None => Fate::Led(address, port, why),
                    };
                }
                Fate::Led(..) | Fate::Through => {}
                Fate::Accept(why) => accepted = Some(why),
            }
        }
        match (unknown, accepted) {
            (Some(why), _) => Fate::Unknown(why),
            (None, Some(why)) => Fate::Accept(why),
            (None, None) => Fate::Through,
        }
    }

    /// A chain from its rule `from` on, so many jumps deep.
    fn chain(&self, walk: &Walk<'_>, key: &str, (from, depth): (usize, usize)) -> Fate {
        let Some(chain) = self.chains.get(key) else {
            return Fate::Unknown(format!("there is no chain {key}"));
        };
        let table = key.rsplit_once('/').map_or("", |(t, _)| t);
        for (at, rule) in chain.rules.iter().enumerate().skip(from) {
            walk.steps.set(walk.steps.get() + 1);
            if walk.steps.get() > LONGEST || depth > DEEPEST {
                return Fate::Unknown(format!("the chains are too long at {key}"));
            }
            let named = |set: &str| self.sets.get(&format!("{table}/{set}"));
            let fit = rule.fits(walk.packet, named);
            if fit == Fit::No {
                continue;
            }
            let fate = self.verdict(walk, (key, depth), rule);
            match (fit, fate) {
                (_, None) => {}
                (Fit::Yes, Some(fate)) => return fate,
                (_, Some(fate)) => {
                    let rest = self.chain(walk, key, (at + 1, depth));
                    let why = || format!("'{}' in {key} may fit or not", rule.text);
                    return either(fate, rest, why);
                }
            }
        }
        walk.ended(depth)
    }

    /// What a rule does if it fits; `None` if the next one follows.
    fn verdict(&self, walk: &Walk<'_>, (key, depth): (&str, usize), rule: &Rule) -> Option<Fate> {
        let why = || format!("'{}' in {key}", rule.text);
        let table = key.rsplit_once('/').map_or("", |(t, _)| t);
        let other = |to: &str| self.chain(walk, &format!("{table}/{to}"), (0, depth + 1));
        Some(match &rule.verdict {
            Verdict::Next => return None,
            Verdict::Accept => Fate::Accept(why()),
            Verdict::Drop => Fate::Drop(why()),
            Verdict::Return => walk.ended(depth),
            Verdict::Dnat(address, port) => Fate::Led(*address, *port, why()),
            Verdict::Unknown => Fate::Unknown(format!("{} is not understood", why())),
            Verdict::Jump(to) => match other(to) {
                Fate::Through => return None,
                fate => fate,
            },
            Verdict::Goto(to) => match other(to) {
                Fate::Through => walk.ended(depth),
                fate => fate,
            },
        })
    }
}

/// One packet on its way through the chains of a hook.
struct Walk<'a> {
    packet: &'a Packet<'a>,
    /// What becomes of what no rule decides.
    end: Fate,
    steps: Cell<usize>,
}

impl Walk<'_> {
    /// The end of a chain: back to where the jump was, or the policy.
    fn ended(&self, depth: usize) -> Fate {
        match depth {
            0 => self.end.clone(),
            _ => Fate::Through,
        }
    }
}

/// Whether an address is in a source.
pub fn holds(source: Source, address: IpAddr) -> bool {
    match source {
        Source::Network(net) => net.contains(&address),
        Source::Elsewhere => false,
    }
}

/// One of both, and nobody knows which.
fn either(a: Fate, b: Fate, why: impl FnOnce() -> String) -> Fate {
    match (&a, &b) {
        (Fate::Accept(_), Fate::Accept(_))
        | (Fate::Drop(_), Fate::Drop(_))
        | (Fate::Through, Fate::Through) => b,
        (Fate::Led(x, y, _), Fate::Led(v, w, _)) if (x, y) == (v, w) => b,
        _ => Fate::Unknown(why()),
    }
}

fn judged(passes: Passes, why: String) -> Judged {
    Judged {
        passes,
        why,
        led_to: None,
        input_denies: false,
    }
}

fn led(fate: Fate, to: String, by: &str, input_denies: bool) -> Judged {
    let (passes, then) = match fate {
        Fate::Drop(why) => (Passes::No, why),
        Fate::Unknown(why) => (Passes::Unknown, why),
        Fate::Accept(why) => (Passes::Yes, why),
        Fate::Through | Fate::Led(..) => (Passes::Yes, "nothing keeps it out there".to_owned()),
    };
    Judged {
        passes,
        why: format!("led to {to} by {by}; then {then}"),
        led_to: Some(to),
        input_denies,
    }
}

fn chain(value: &Value) -> Chain {
    let text = |f: &str| value.field(f).and_then(Value::as_text);
    let hook = text("hook").map(|name| Hook {
        name: name.to_owned(),
        nat: text("type") == Some("nat"),
        priority: priority(text("priority").unwrap_or_default()),
        drops: text("policy") == Some("drop"),
    });
    let rules = match value.field("rules") {
        Some(Value::List(rules)) => rules
            .iter()
            .filter_map(Value::as_text)
            .map(Rule::read)
            .collect(),
        _ => Vec::new(),
    };
    Chain { hook, rules }
}

/// Numbers, and the names that nft has for some of them.
fn priority(text: &str) -> i64 {
    match text {
        "raw" => -300,
        "mangle" => -150,
        "dstnat" => -100,
        "security" => 50,
        "srcnat" => 100,
        number => number.parse().unwrap_or(0),
    }
}

#[cfg(test)]
mod tests;
