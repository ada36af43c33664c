//! Publishing a port on the loopback address alone, however the entry is written.

use crate::Context;
use crate::containers::Container;
use diag::{Edit, Fix};
use model::compose::Port;
use model::declare::OptExt as _;
use model::id::{Kind, ObjectRef};
use model::lab::service::{Dependency, Service};
use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};

/// The address that only the machine itself reaches.
const LOCAL: &str = "127.0.0.1";

/// What an entry publishes, of which a range has many: first and last.
pub(crate) type Ends<'a> = (&'a Port, &'a Port);

/// How an entry is written that is published on the loopback address alone.
pub(crate) fn entry((first, last): Ends<'_>) -> String {
    if first.long.is_some() {
        return format!("host_ip: {LOCAL}");
    }
    let span = |from: u16, to: u16| match from == to {
        true => from.to_string(),
        false => format!("{from}-{to}"),
    };
    let published = first.published.zip(last.published);
    // Of no number, the engine takes any that is free.
    let published = published.map_or(String::new(), |(a, b)| span(a.start, b.end));
    let target = span(first.target, last.target);
    match first.protocol.as_str() {
        "tcp" => format!("{LOCAL}:{published}:{target}"),
        other => format!("{LOCAL}:{published}:{target}/{other}"),
    }
}

/// The edit that makes it so. An entry with a key for each part gets one more key, or another value at the one that is there; none where
/// nothing stands behind that.
pub(crate) fn fix(ends: Ends<'_>) -> Option<Fix> {
    let (first, _) = ends;
    let edit = match first.long.map(|long| long.host_ip) {
        Some(Some(host_ip)) if host_ip.start == host_ip.end => return None,
        Some(Some(host_ip)) => Edit::replace(host_ip, LOCAL),
        Some(None) => Edit::enter(first.span, entry(ends)),
        None => Edit::replace(first.span, format!("\"{}\"", entry(ends))),
    };
    let say = "publish it on the loopback address, so that only the machine itself reaches it";
    Some(Fix::doubtful(say, edit))
}

/// What of other machines, or of other stacks, comes to published ports, and would not reach the loopback address.
#[derive(Default)]
pub(crate) struct Elsewhere<'a>(OnceCell<Reached<'a>>);

impl<'a> Elsewhere<'a> {
    /// Somebody elsewhere counts on the ports of a container. Looked up once, and only if it is asked.
    pub(crate) fn counts_on(&self, ctx: &Context<'a>, of: &Container<'_>) -> bool {
        let all = self.0.get_or_init(|| Reached::of(ctx));
        all.0.contains(of.stack)
    }
}

/// Stacks with a service that another one needs, that is probed, or that something leads to, and those that share their file.
struct Reached<'a>(BTreeSet<&'a str>);

impl<'a> Reached<'a> {
    fn of(ctx: &Context<'a>) -> Self {
        let lab = ctx.lab;
        let mut stacks = BTreeSet::new();
        let mut reached = |by: &[&str], on: &'a ObjectRef| {
            let service = lab.services.get(&on.name);
            let service = service.filter(|_| on.kind == Kind::Service);
            let at = service.into_iter().flat_map(stacks_of);
            let itself = (on.kind == Kind::Stack).then_some(on.name.as_str());
            stacks.extend(at.chain(itself).filter(|stack| !by.contains(stack)));
        };
        for service in lab.services.values() {
            let own: Vec<&str> = stacks_of(service).collect();
            let mut needs = Vec::new();
            service.needs.iter().for_each(|n| needed(n, &mut needs));
            needs.into_iter().for_each(|on| reached(&own, on));
        }
        for probe in lab.probes.values() {
            if let Some(of) = probe.of.known() {
                reached(&[], &of.0.object);
            }
        }
        for service in lab.services.values() {
            if service.exposures.iter().any(|e| e.via.is_some()) {
                stacks.extend(stacks_of(service));
            }
        }
        // A file that several stacks read is published by each of them.
        let mut files: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for (name, stack) in &lab.stacks {
            if let Some(file) = stack.file.known() {
                files.entry(file.0.as_str()).or_default().push(name);
            }
        }
        let several = files.into_values().filter(|names| names.len() > 1);
        stacks.extend(several.flatten());
        Self(stacks)
    }
}

fn stacks_of(service: &Service) -> impl Iterator<Item = &str> {
    let stacks = service.runs.iter().filter_map(|r| r.stack.known());
    stacks.map(|stack| stack.name())
}

fn needed<'a>(need: &'a Dependency, out: &mut Vec<&'a ObjectRef>) {
    out.extend(need.need.known().map(|n| &n.0.object));
    for below in need.all.iter().chain(&need.any).chain(&need.among) {
        needed(below, out);
    }
}
