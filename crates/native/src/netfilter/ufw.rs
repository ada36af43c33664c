//! `ufw`, by the grammar of ufw(8).

use super::{Entry, Gone, Parsed, Ports, Put, Range, Verdict, wrong};
use crate::call::Call;
use diag::Span;
use model::document::{Sure, Word};

/// Commands without a rule.
const OTHER: [&str; 9] = [
    "enable", "disable", "reload", "reset", "status", "show", "version", "logging", "app",
];
const ACTIONS: [&str; 4] = ["allow", "deny", "reject", "limit"];
const DIRECTIONS: [&str; 3] = ["incoming", "outgoing", "routed"];
/// The same, as a policy may have them.
const POLICIES: [&str; 6] = [
    "incoming", "input", "outgoing", "output", "routed", "forward",
];
const PROTOCOLS: [&str; 8] = ["tcp", "udp", "any", "ah", "esp", "gre", "ipv6", "igmp"];

/// Where a command puts its rule.
pub(super) fn put(call: &Call<'_>) -> Put {
    let mut words = call.args().iter().map(|w| w.text.as_str());
    match words.find(|w| {
        [ACTIONS.as_slice(), &["insert", "prepend"]]
            .concat()
            .contains(w)
    }) {
        Some("prepend") => Put::At(1),
        Some("insert") => words
            .next()
            .and_then(|n| n.parse().ok())
            .map_or(Put::Last, Put::At),
        _ => Put::Last,
    }
}

/// Reads one command.
pub(super) fn parse(call: &Call<'_>) -> Parsed {
    let words: Vec<&Word> = call
        .args()
        .iter()
        .filter(|w| !["--dry-run", "--force"].contains(&w.text.as_str()))
        .collect();
    if words.iter().any(|w| w.sure != Sure::Yes) {
        return Parsed::Unknown;
    }
    let mut reader = Reader {
        words: &words,
        at: 0,
        end: call.command.span,
    };
    match reader.peek() {
        None => wrong(call.command.span, "names nothing to do", "see ufw(8)"),
        Some("reset") => Parsed::Gone(Gone::All(String::new())),
        Some(verb) if OTHER.contains(&verb) => Parsed::Other,
        Some("default") => reader.default(),
        Some(_) => reader.rule().unwrap_or_else(|e| e),
    }
}

struct Reader<'a> {
    words: &'a [&'a Word],
    at: usize,
    end: Span,
}

impl<'a> Reader<'a> {
    fn peek(&self) -> Option<&'a str> {
        self.words.get(self.at).map(|w| w.text.as_str())
    }

    fn span(&self) -> Span {
        self.words.get(self.at).map_or(self.end, |w| w.span)
    }

    fn take(&mut self, word: &str) -> bool {
        let found = self.peek() == Some(word);
        self.at += usize::from(found);
        found
    }

    fn next(&mut self) -> Option<&'a str> {
        let word = self.peek();
        self.at += 1;
        word
    }

    /// `default allow|deny|reject [incoming|outgoing|routed]`
    fn default(&mut self) -> Parsed {
        self.at += 1;
        let span = self.span();
        let words = [self.next(), self.next()];
        let policy = |w: &str| ["allow", "deny", "reject"].contains(&w);
        match words {
            [Some(p), None] if policy(p) => Parsed::Other,
            [Some(p), Some(d)] if policy(p) && self.peek().is_none() => {
                match POLICIES.contains(&d.to_lowercase().as_str()) {
                    true => Parsed::Other,
                    false => wrong(span, "is no policy", "write 'ufw default deny incoming'"),
                }
            }
            _ => wrong(span, "is no policy", "write 'ufw default deny incoming'"),
        }
    }

    fn rule(&mut self) -> Result<Parsed, Parsed> {
        let rule = self.take("rule");
        let route = !rule && self.take("route");
        let delete = self.take("delete");
        if self.take("insert") {
            let span = self.span();
            let number = self
                .next()
                .is_some_and(|n| n.parse::<u32>().is_ok_and(|n| n > 0));
            if !number {
                return Err(wrong(
                    span,
                    "is no number of a rule",
                    "write 'ufw insert 1 allow …'",
                ));
            }
        }
        self.take("prepend");
        let span = self.span();
        let action = self.next().unwrap_or_default();
        if delete && action.parse::<u32>().is_ok() {
            return Ok(match route {
                true => Parsed::Other,
                false => Parsed::Gone(Gone::Some(String::new())),
            });
        }
        if !ACTIONS.contains(&action) {
            return Err(wrong(
                span,
                format!("'{action}' is nothing that ufw does"),
                "write allow, deny, reject or limit",
            ));
        }
        let out = self.peek() == Some("out");
        let direction = self.take("in") || self.take("out");
        let mut narrower = direction && self.interface()?;
        if route && (self.take("out") || self.take("in")) {
            narrower |= self.interface()?;
        }
        let _ = self.take("log") || self.take("log-all");
        let verdict = if ["allow", "limit"].contains(&action) {
            Verdict::Allow
        } else {
            Verdict::Deny
        };
        let mut entry = Entry {
            narrower,
            bounded: narrower,
            limited: action == "limit",
            ..Entry::new(verdict)
        };
        match self.peek() {
            Some("proto" | "from" | "to") => self.full(&mut entry)?,
            Some("comment") | None if narrower => {}
            _ => self.simple(action, &mut entry)?,
        }
        self.comment()?;
        Ok(match (out || route, delete) {
            (true, _) => Parsed::Other,
            (false, true) => Parsed::Gone(Gone::Rule(entry)),
            (false, false) => Parsed::Rule(entry),
        })
    }

    fn interface(&mut self) -> Result<bool, Parsed> {
        if !self.take("on") {
            return Ok(false);
        }
        let span = self.span();
        self.next()
            .map(|_| true)
            .ok_or_else(|| wrong(span, "names no interface", "write 'in on eth0'"))
    }

    /// `22`, `22/tcp`, `80,443/tcp`, `ssh`, `'Nginx Full'`
    fn simple(&mut self, action: &str, entry: &mut Entry) -> Result<(), Parsed> {
        let span = self.span();
        let what = self.next().ok_or_else(|| {
            wrong(
                span,
                "says not what it is about",
                "name a port, as in 'ufw allow 22/tcp'",
            )
        })?;
        if DIRECTIONS.contains(&what) {
            let why = format!(
                "'{what}' is read as the name of an application, not as a direction, so ufw refuses the line and the policy stays what it is"
            );
            return Err(wrong(
                span,
                why,
                format!("write 'ufw default {action} {what}'"),
            ));
        }
        let (port, protocol) = match what.split_once('/') {
            Some((port, protocol)) => (port, Some(protocol)),
            None => (what, None),
        };
        if let Some(p) = protocol.filter(|p| !["tcp", "udp"].contains(p)) {
            return Err(wrong(
                span,
                format!("'{p}' is no protocol with ports"),
                "write PORT/tcp or PORT/udp",
            ));
        }
        let ports = Ports::parse(port).or_else(|| Ports::named(port));
        if port.starts_with(|c: char| c.is_ascii_digit()) && ports.is_none() {
            return Err(wrong(
                span,
                format!("'{port}' is no port"),
                "ports are 1 to 65535; an address goes behind 'from' or 'to'",
            ));
        }
        if protocol.is_none() && ports.as_ref().is_some_and(Ports::is_several) {
            return Err(wrong(
                span,
                "several ports need a protocol",
                format!("write '{port}/tcp'"),
            ));
        }
        if ports.is_none() {
            // Profiles of applications lie on the machine.
            return Err(Parsed::Unknown);
        }
        entry.ports = ports;
        entry.protocol = protocol.map(str::to_owned);
        match self.peek() {
            None | Some("comment") => Ok(()),
            Some("from" | "to" | "proto") => Err(wrong(
                self.span(),
                "a port in front cannot be joined with 'from' or 'to'",
                format!("write 'ufw {action} from ADDRESS to any port {port}'"),
            )),
            Some(more) => Err(wrong(
                self.span(),
                format!("'{more}' is one word too many"),
                "see ufw(8)",
            )),
        }
    }

    /// `[proto P] [from ADDRESS [port P]] [to ADDRESS [port P]]`
    fn full(&mut self, entry: &mut Entry) -> Result<(), Parsed> {
        loop {
            let span = self.span();
            match self.peek() {
                Some("proto") => {
                    self.at += 1;
                    let span = self.span();
                    let protocol = self.next().filter(|p| PROTOCOLS.contains(p));
                    let protocol = protocol.ok_or_else(|| {
                        wrong(span, "is no protocol", "write 'proto tcp' or 'proto udp'")
                    })?;
                    entry.protocol = Some(protocol.to_owned()).filter(|p| p != "any");
                }
                Some(side @ ("from" | "to")) => {
                    self.at += 1;
                    let range = self.address(side)?;
                    let ports = self.port(entry)?;
                    if side == "from" {
                        range.into_iter().for_each(|r| entry.from(r));
                        entry.narrower |= ports.is_some();
                        entry.bounded |= ports.is_some();
                    } else {
                        entry.narrower |= range.is_some_and(|r| !r.is_any());
                        entry.ports = ports.or(entry.ports.take());
                    }
                }
                None | Some("comment") => return Ok(()),
                Some("port") => {
                    return Err(wrong(
                        span,
                        "'port' belongs behind an address",
                        "write 'to any port 22'",
                    ));
                }
                Some(more) => {
                    return Err(wrong(
                        span,
                        format!("'{more}' is one word too many"),
                        "see ufw(8)",
                    ));
                }
            }
        }
    }

    fn address(&mut self, side: &str) -> Result<Option<Range>, Parsed> {
        let span = self.span();
        match self.next() {
            Some("any") => Ok(None),
            Some(text) => match Range::parse(text) {
                Some(range) => Ok(Some(range)),
                None => Err(wrong(
                    span,
                    format!("'{text}' is no address"),
                    format!("write '{side} 192.168.10.0/24' or '{side} any'"),
                )),
            },
            None => Err(wrong(
                span,
                format!("'{side}' lacks an address"),
                format!("write '{side} any'"),
            )),
        }
    }

    fn port(&mut self, entry: &Entry) -> Result<Option<Ports>, Parsed> {
        if self.take("app") {
            return self
                .next()
                .map(|_| Err(Parsed::Unknown))
                .unwrap_or(Err(Parsed::Unknown));
        }
        if !self.take("port") {
            return Ok(None);
        }
        let span = self.span();
        let text = self.next().unwrap_or_default();
        if text.contains('/') {
            return Err(wrong(
                span,
                format!("behind 'port' goes a number, and '{text}' has a protocol"),
                "write 'proto tcp' in front of 'from'",
            ));
        }
        let ports = Ports::parse(text).or_else(|| Ports::named(text));
        let ports = ports
            .ok_or_else(|| wrong(span, format!("'{text}' is no port"), "ports are 1 to 65535"))?;
        let later = self.words.iter().any(|w| w.text == "proto");
        match ports.is_several() && entry.protocol.is_none() && !later {
            true => Err(wrong(
                span,
                "several ports need a protocol",
                "write 'proto tcp' in front of 'from'",
            )),
            false => Ok(Some(ports)),
        }
    }

    fn comment(&mut self) -> Result<(), Parsed> {
        if self.take("comment") && self.next().is_none() {
            return Err(wrong(
                self.end,
                "'comment' lacks a text",
                "write \"comment 'why'\"",
            ));
        }
        match self.peek() {
            None => Ok(()),
            Some(more) => Err(wrong(
                self.span(),
                format!("'{more}' is one word too many"),
                "put a comment of several words in quotes",
            )),
        }
    }
}
