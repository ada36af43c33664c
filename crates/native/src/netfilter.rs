//! Firewall commands of documents: `ufw`, `iptables` and `nft`, read by their own grammar as far as their manuals give it.

mod broader;
mod entry;
mod iptables;
mod nft;
mod order;
mod range;
mod ufw;

pub use broader::{Beside, Broader};
pub use entry::{Entry, Family, Verdict};
pub use order::{Stood, order};
pub use range::{Ports, Range};

use crate::Context;
use crate::call::{Call, calls};
use diag::Span;
use model::declare::OptExt as _;
use model::document::{Document, Place};
use model::id::Kind;
use model::lab::hardware::HostKind;
use std::collections::BTreeMap;

/// What a command is.
#[derive(Debug, Clone)]
pub enum Parsed {
    /// A rule for what comes in.
    Rule(Entry),
    /// It takes rules out.
    Gone(Gone),
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

/// What a command takes out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Gone {
    /// The first rule of its chain that says this.
    Rule(Entry),
    /// All of the chains whose names begin so.
    All(String),
    /// One of these chains; which one, the command alone does not say.
    Some(String),
}

/// Where a rule is put among those that its chain has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Put {
    /// Behind them.
    Last,
    /// As the first, second and so on.
    At(usize),
}

/// A firewall command with the machine it is for.
pub struct Line<'a> {
    /// The document it stands in.
    pub document: &'a Document,
    /// The command.
    pub call: Call<'a>,
    /// What the command says.
    pub parsed: Parsed,
    /// The chain that it is about, with its table where a command names one.
    pub chain: String,
    /// Where it puts a rule.
    pub put: Put,
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
            let (parsed, chain, put) = match call.program() {
                "ufw" => (ufw::parse(&call), String::new(), ufw::put(&call)),
                "iptables" | "ip6tables" => {
                    let (chain, put) = iptables::place(&call);
                    (iptables::parse(&call), chain, put)
                }
                "nft" => {
                    let (chain, put) = nft::place(&call);
                    (nft::parse(&call), chain, put)
                }
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
                chain,
                put,
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
