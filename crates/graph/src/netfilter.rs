//! Firewall commands of documents: `ufw`, `iptables` and `nft`, read by their own grammar as far as their manuals give it.

mod broader;
mod iptables;
mod nft;
mod range;
mod ufw;

pub use broader::Broader;
pub use range::{Ports, Range};

use crate::Context;
use crate::call::{Call, calls};
use diag::Span;
use model::declare::OptExt as _;
use model::document::{Document, Place};
use model::id::Kind;
use model::lab::hardware::HostKind;
use std::collections::BTreeMap;

/// What a firewall does with what a rule fits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// It lets it in.
    Allow,
    /// It keeps it out.
    Deny,
}

/// A rule for what comes in.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Entry {
    /// What it does.
    pub verdict: Verdict,
    /// Addresses; none is any.
    pub source: Option<Range>,
    /// Ports that are reached; none is all.
    pub ports: Option<Ports>,
    /// `tcp` or `udp`; none is both.
    pub protocol: Option<String>,
    /// It also asks for something that is not compared: an interface, a state, a destination.
    pub narrower: bool,
}

impl Entry {
    /// Everything that `other` fits, this one fits too.
    pub fn covers(&self, other: &Entry) -> bool {
        let source = match (&self.source, &other.source) {
            (None, _) => true,
            (Some(_), None) => false,
            (Some(a), Some(b)) => a.covers(b),
        };
        let ports = match (&self.ports, &other.ports) {
            (None, _) => true,
            (Some(_), None) => false,
            (Some(a), Some(b)) => a.covers(b),
        };
        let protocol = self.protocol.is_none() || self.protocol == other.protocol;
        source && ports && protocol && !self.narrower
    }

    /// The entry by protocol: one of both is two of one.
    pub fn by_protocol(&self) -> Vec<Entry> {
        let of = |protocol: &str| Entry {
            protocol: Some(protocol.to_owned()),
            ..self.clone()
        };
        match (&self.protocol, &self.ports) {
            (None, Some(_)) => vec![self.clone(), of("tcp"), of("udp")],
            _ => vec![self.clone()],
        }
    }
}

/// What a command is.
#[derive(Debug, Clone)]
pub enum Parsed {
    /// A rule for what comes in.
    Rule(Entry),
    /// Correct, and nothing that is compared: a policy, a question, a rule for what goes out.
    Other,
    /// The program refuses it, or takes it for something else.
    Wrong {
        /// Where.
        span: Span,
        /// What is wrong.
        why: String,
        /// What to write.
        help: String,
    },
    /// Not known well enough.
    Unknown,
}

/// A firewall command with the machine it is for.
pub struct Line<'a> {
    /// The document it stands in.
    pub document: &'a Document,
    /// The command.
    pub call: Call<'a>,
    /// What the command says.
    pub parsed: Parsed,
    /// The firewalls it is in: names of machines, if they are known. Lines of one firewall share one of them.
    pub groups: Vec<String>,
}

/// Every firewall command of all documents, in their order.
pub fn lines<'a>(ctx: &Context<'a>) -> Vec<Line<'a>> {
    let mut out = Vec::new();
    for document in ctx.documents.by_name.values() {
        let declared = ctx.lab.documents.get(&document.name);
        let machines = declared.map_or_else(Vec::new, machines);
        let mut named: BTreeMap<usize, String> = BTreeMap::new();
        for call in calls(document) {
            let parsed = match call.program() {
                "ufw" => ufw::parse(&call),
                "iptables" | "ip6tables" => iptables::parse(&call),
                "nft" => nft::parse(&call),
                _ => continue,
            };
            let fence = match call.command.place {
                Place::Fence(n) => n,
                Place::Inline => usize::MAX,
                Place::Script => 0,
            };
            let comment = call
                .command
                .under
                .as_ref()
                .and_then(|c| named_machine(ctx, &c.value));
            if let Some(name) = comment {
                named.insert(fence, meant(ctx, name, &machines));
            }
            let host = call
                .host
                .map(str::to_owned)
                .or_else(|| named.get(&fence).cloned());
            let groups = match host {
                Some(host) => vec![host],
                None if machines.is_empty() => vec![format!("document {}", document.name)],
                None => machines.clone(),
            };
            out.push(Line {
                document,
                call,
                parsed,
                groups,
            });
        }
    }
    out
}

/// The machines that a document is for; what it is for at all, if that is one thing.
fn machines(document: &model::lab::road::Document) -> Vec<String> {
    let all = document.r#for.iter().map(|f| &f.value);
    let machine = |k: Kind| matches!(k, Kind::Host | Kind::Guest | Kind::Device);
    let named: Vec<String> = all
        .clone()
        .filter(|f| machine(f.kind()))
        .map(|f| f.name().to_owned())
        .collect();
    match document.r#for.as_slice() {
        [one] if named.is_empty() => vec![one.value.name().to_owned()],
        _ => named,
    }
}

/// Words that say which machine the lines below a comment are for.
const MACHINES: [&str; 7] = [
    "vps",
    "homelab",
    "nas",
    "router",
    "gateway",
    "hypervisor",
    "proxmox",
];

fn named_machine(ctx: &Context<'_>, comment: &str) -> Option<String> {
    let words: Vec<String> = comment
        .split(|c: char| !(c.is_alphanumeric() || c == '-'))
        .map(str::to_lowercase)
        .collect();
    let lab = ctx.lab;
    let names = lab
        .hosts
        .keys()
        .chain(lab.guests.keys())
        .chain(lab.devices.keys());
    let named = names
        .into_iter()
        .find(|n| words.contains(&n.to_lowercase()));
    let word = MACHINES.iter().find(|m| words.iter().any(|w| w == *m));
    named.cloned().or_else(|| word.map(|w| (*w).to_owned()))
}

/// The machine that a general word means, if of those that the document is for only one can be it: 'vps' the rented one,
/// 'homelab' the one that is not.
fn meant(ctx: &Context<'_>, name: String, machines: &[String]) -> String {
    let rented = |m: &&String| {
        let host = ctx.lab.hosts.get(*m);
        host.is_some_and(|h| h.about.kind.known() == Some(&HostKind::Vps))
    };
    let (away, home): (Vec<&String>, Vec<&String>) = machines.iter().partition(rented);
    let among = match name.as_str() {
        _ if machines.contains(&name) => return name,
        "vps" => away,
        "homelab" => home,
        _ => return name,
    };
    match among.as_slice() {
        [one] => (*one).clone(),
        _ => name,
    }
}

/// A command that is refused.
fn wrong(span: Span, why: impl Into<String>, help: impl Into<String>) -> Parsed {
    Parsed::Wrong {
        span,
        why: why.into(),
        help: help.into(),
    }
}
