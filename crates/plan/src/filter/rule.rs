//! A rule as nft lists it, taken apart.

use super::term::{Fit, Packet, from, interface, port, to};
use core::net::IpAddr;

/// What a rule does with what fits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Nothing: it counts or logs.
    Next,
    Accept,
    Drop,
    Return,
    Jump(String),
    Goto(String),
    /// Another address, another port, or another port of the host.
    Dnat(Option<IpAddr>, Option<u16>),
    Unknown,
}

/// What is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Field {
    Protocol,
    Family,
    Port,
    From,
    To,
    In,
    Out,
    State,
    /// Kind of the destination: `local` is the host.
    Kind,
    /// Whether a rule has led it elsewhere.
    Status,
    /// Something that no first packet of TCP or UDP has.
    Never,
    /// Something that is not compared.
    Other,
}

/// One comparison.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Term {
    field: Field,
    not: bool,
    values: Vec<String>,
    /// Only of this protocol.
    protocol: Option<&'static str>,
}

/// A rule.
#[derive(Debug)]
pub(super) struct Rule {
    pub(super) text: String,
    terms: Vec<Term>,
    pub(super) verdict: Verdict,
}

/// Beginnings of comparisons.
const FIELDS: &[(&[&str], Field, Option<&str>)] = &[
    (&["meta", "l4proto"], Field::Protocol, None),
    (&["ip", "protocol"], Field::Protocol, None),
    (&["ip6", "nexthdr"], Field::Protocol, None),
    (&["meta", "nfproto"], Field::Family, None),
    (&["tcp", "dport"], Field::Port, Some("tcp")),
    (&["udp", "dport"], Field::Port, Some("udp")),
    (&["th", "dport"], Field::Port, None),
    (&["ip", "saddr"], Field::From, None),
    (&["ip6", "saddr"], Field::From, None),
    (&["ip", "daddr"], Field::To, None),
    (&["ip6", "daddr"], Field::To, None),
    (&["meta", "iifname"], Field::In, None),
    (&["meta", "oifname"], Field::Out, None),
    (&["iifname"], Field::In, None),
    (&["oifname"], Field::Out, None),
    (&["iif"], Field::In, None),
    (&["oif"], Field::Out, None),
    (&["ct", "state"], Field::State, None),
    (&["ct", "status"], Field::Status, None),
    (&["fib", "daddr", "type"], Field::Kind, None),
    (&["icmp", "type"], Field::Never, None),
    (&["icmp", "code"], Field::Never, None),
    (&["icmpv6", "type"], Field::Never, None),
    (&["icmpv6", "code"], Field::Never, None),
    (&["tcp", "sport"], Field::Other, Some("tcp")),
    (&["udp", "sport"], Field::Other, Some("udp")),
    (&["pkttype"], Field::Other, None),
    (&["meta", "pkttype"], Field::Other, None),
    (&["meta", "mark"], Field::Other, None),
    (&["ct", "mark"], Field::Other, None),
];

impl Rule {
    /// Reads a rule. What is not understood makes it one that may fit.
    pub(super) fn read(text: &str) -> Self {
        let words = words(text);
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let mut terms = Vec::new();
        let mut rest = words.as_slice();
        let verdict = loop {
            rest = match rest {
                [] => break Verdict::Next,
                ["counter", "packets", _, "bytes", _, more @ ..] | ["counter", more @ ..] => more,
                ["log", "level" | "group" | "flags", _, more @ ..] | ["log", more @ ..] => more,
                ["notrack", more @ ..] => more,
                ["continue", ..] => break Verdict::Next,
                _ => match verdict(rest) {
                    Some(verdict) => break verdict,
                    None => match term(rest) {
                        Some((Read::Term(term), more)) => {
                            terms.push(term);
                            more
                        }
                        Some((Read::Map(term, pairs), _)) => {
                            return mapped(text, terms, &term, &pairs);
                        }
                        None => {
                            terms.push(other());
                            break last_verdict(rest);
                        }
                    },
                },
            };
        };
        Self {
            text: text.to_owned(),
            terms,
            verdict,
        }
    }

    /// Whether it fits a packet; `sets` knows the named ones of its table.
    pub(super) fn fits<'s>(
        &self,
        packet: &Packet<'_>,
        sets: impl Fn(&str) -> Option<&'s Vec<String>>,
    ) -> Fit {
        let each = self.terms.iter().map(|t| t.fits(packet, &sets));
        each.fold(Fit::Yes, Fit::and)
    }

    /// Only packets to the host's own loopback address, which come from nowhere else (Docker's rule for `127.0.0.1:80:80`).
    pub(super) fn is_loopback(&self) -> bool {
        let inside = |value: &String| {
            let address = value.split_once('/').map_or(value.as_str(), |(a, _)| a);
            address.parse().is_ok_and(|ip: IpAddr| ip.is_loopback())
        };
        let to = |t: &Term| t.field == Field::To && !t.not && !t.values.is_empty();
        self.terms
            .iter()
            .any(|t| to(t) && t.values.iter().all(inside))
    }

    /// The one port that it is about, and whether that is of TCP.
    pub(super) fn port(&self) -> Option<(bool, u16)> {
        let term = self
            .terms
            .iter()
            .find(|t| t.field == Field::Port && !t.not)?;
        match term.values.as_slice() {
            [one] => Some((term.protocol != Some("udp"), one.parse().ok()?)),
            _ => None,
        }
    }
}

/// `FIELD vmap { VALUE : VERDICT, … }` as far as the verdicts are all the same; else it is not understood.
fn mapped(text: &str, mut terms: Vec<Term>, term: &Term, pairs: &[(String, Verdict)]) -> Rule {
    let new = pairs.iter().filter(|(value, _)| match term.field {
        // Of states only that of a new connection matters.
        Field::State => value == "new" || value == "untracked",
        _ => true,
    });
    let new: Vec<&(String, Verdict)> = new.collect();
    let verdict = match new.split_first() {
        None => Verdict::Next,
        Some((first, rest)) if rest.iter().all(|p| p.1 == first.1) => first.1.clone(),
        Some(_) => Verdict::Unknown,
    };
    let values = new.iter().map(|(v, _)| v.clone()).collect();
    terms.push(Term {
        values,
        ..term.clone()
    });
    Rule {
        text: text.to_owned(),
        terms,
        verdict,
    }
}

fn other() -> Term {
    Term {
        field: Field::Other,
        not: false,
        values: Vec::new(),
        protocol: None,
    }
}

enum Read {
    Term(Term),
    Map(Term, Vec<(String, Verdict)>),
}

/// A comparison at the beginning of the words, and what is behind it.
fn term<'w, 't>(words: &'w [&'t str]) -> Option<(Read, &'w [&'t str])> {
    let (start, field, protocol) = FIELDS
        .iter()
        .filter(|(start, ..)| words.starts_with(start))
        .max_by_key(|(start, ..)| start.len())?;
    let mut rest = words.get(start.len()..)?;
    let mut term = Term {
        field: *field,
        not: false,
        values: Vec::new(),
        protocol: *protocol,
    };
    match rest.first().copied() {
        Some("!=") => {
            term.not = true;
            rest = rest.get(1..)?;
        }
        Some("==") => rest = rest.get(1..)?,
        // Bits and marks.
        Some("&" | "|" | "^" | "and" | "or") => return None,
        _ => {}
    }
    if rest.first() == Some(&"vmap") {
        let (items, more) = braces(rest.get(1..)?)?;
        let pairs: Option<Vec<(String, Verdict)>> = items.iter().map(|i| pair(i)).collect();
        return Some((Read::Map(term, pairs?), more));
    }
    let (values, more) = match rest.first().copied()? {
        "{" => braces(rest)?,
        one => (one.split(',').map(str::to_owned).collect(), rest.get(1..)?),
    };
    term.values = values;
    Some((Read::Term(term), more))
}

fn pair(item: &str) -> Option<(String, Verdict)> {
    let (value, verdict_text) = item.split_once(" : ")?;
    let words: Vec<&str> = verdict_text.split_whitespace().collect();
    Some((value.trim().to_owned(), verdict(&words)?))
}

/// The items within brackets at the beginning of the words.
fn braces<'w, 't>(words: &'w [&'t str]) -> Option<(Vec<String>, &'w [&'t str])> {
    let end = words.iter().position(|w| *w == "}")?;
    let inner = words.get(1..end)?.join(" ");
    let items = inner.split(',').map(|i| i.trim().to_owned());
    Some((
        items.filter(|i| !i.is_empty()).collect(),
        words.get(end + 1..)?,
    ))
}

/// A verdict at the beginning of the words.
fn verdict(words: &[&str]) -> Option<Verdict> {
    Some(match words {
        ["accept", ..] | ["masquerade" | "snat", ..] => Verdict::Accept,
        ["drop" | "reject", ..] => Verdict::Drop,
        ["return", ..] => Verdict::Return,
        ["jump", chain, ..] => Verdict::Jump((*chain).to_owned()),
        ["goto", chain, ..] => Verdict::Goto((*chain).to_owned()),
        ["dnat", "ip" | "ip6", "to", target, ..] | ["dnat", "to", target, ..] => dnat(target),
        ["redirect", "to", target, ..] => match target.trim_start_matches(':').parse() {
            Ok(port) => Verdict::Dnat(None, Some(port)),
            Err(_) => Verdict::Unknown,
        },
        ["redirect", ..] => Verdict::Dnat(None, None),
        ["queue" | "tproxy" | "synproxy", ..] => Verdict::Unknown,
        _ => return None,
    })
}

/// What a rule that is not understood does in the end.
fn last_verdict(words: &[&str]) -> Verdict {
    let found = (0..words.len()).find_map(|n| verdict(words.get(n..).unwrap_or_default()));
    match found {
        Some(verdict) => verdict,
        // It may do anything; `set`, `update` and the like do nothing to the packet.
        None if words.iter().any(|w| ["xt", "target", "meta"].contains(w)) => Verdict::Unknown,
        None => Verdict::Next,
    }
}

/// `10.0.0.2:80`, `10.0.0.2`, `[fd00::2]:80`, `:80`.
fn dnat(target: &str) -> Verdict {
    if let Ok(address) = target.trim_matches(['[', ']']).parse() {
        return Verdict::Dnat(Some(address), None);
    }
    let Some((address, port)) = target.rsplit_once(':') else {
        return Verdict::Unknown;
    };
    let address = address.trim_matches(['[', ']']);
    match (address.is_empty(), address.parse(), port.parse()) {
        (true, _, Ok(port)) => Verdict::Dnat(None, Some(port)),
        (false, Ok(address), Ok(port)) => Verdict::Dnat(Some(address), Some(port)),
        _ => Verdict::Unknown,
    }
}

/// Words, with brackets as words of their own.
fn words(text: &str) -> Vec<String> {
    let text = text.replace('{', " { ").replace('}', " } ");
    text.split_whitespace().map(str::to_owned).collect()
}

impl Term {
    fn fits<'s>(
        &self,
        packet: &Packet<'_>,
        sets: &impl Fn(&str) -> Option<&'s Vec<String>>,
    ) -> Fit {
        if self.protocol.is_some_and(|p| p != packet.protocol()) {
            return Fit::No;
        }
        let mut fit = Fit::No;
        for value in &self.values {
            let one = match value.starts_with('@') {
                true => match sets(value) {
                    Some(items) => items
                        .iter()
                        .map(|item| self.one(packet, item))
                        .fold(Fit::No, Fit::or),
                    None => Fit::Perhaps,
                },
                false => self.one(packet, value),
            };
            fit = fit.or(one);
        }
        match self.field {
            Field::Other => Fit::Perhaps,
            Field::Never => Fit::No,
            _ if self.not => fit.not(),
            _ => fit,
        }
    }

    fn one(&self, packet: &Packet<'_>, value: &str) -> Fit {
        match self.field {
            Field::Protocol => {
                Fit::of(value == packet.protocol() || value == if packet.tcp { "6" } else { "17" })
            }
            Field::Family => Fit::of((value == "ipv4") == packet.from.is_four()),
            Field::Port => port(packet.port, value),
            Field::From => from(packet.from, value),
            Field::To => to(packet, value),
            Field::In => interface(packet.iif, value),
            Field::Out => interface(packet.oif, value),
            // The first packet of a connection.
            Field::State => Fit::of(value == "new"),
            Field::Status => match value {
                "dnat" => Fit::of(packet.led),
                _ => Fit::Perhaps,
            },
            Field::Kind => match value {
                "local" => Fit::of(packet.to_host),
                _ => Fit::Perhaps,
            },
            Field::Never => Fit::No,
            Field::Other => Fit::Perhaps,
        }
    }
}
