//! A port that Docker publishes past the host's firewall.

use crate::addresses::is_private;
use crate::budget::is_rented;
use crate::containers::Container;
use crate::loopback::{self, Elsewhere};
use crate::origin::cite;
use crate::{Context, Findings, Mend, Rule};
use diag::{Diagnostic, Severity, Span};
use model::compose::Port;
use model::id::Kind;
use model::lab::{Host, Protocol};

pub const RULE: Rule = Rule {
    id: "fw-docker-bypass",
    since: "0.1.0",
    severity: Severity::Warning,
    summary: "A container publishes a port on all addresses of a host whose firewall denies it, or that faces the internet without one.",
    rationale: "Docker forwards published ports in the kernel, before the rules for the machine's own ports are asked. The \
        firewall denies the port on paper and on its status page, and the container answers the whole network all the same.",
    example: "hosts: {nas: {firewall: {table: holdfast}}}   # and 'ports: [\"5432:5432\"]' in a stack on it",
    controls: &[
        "CIS v8 4.4",
        "NIST CSF 2.0 PR.IR-01",
        "ISO 27001:2022 A.8.20",
    ],
    mend: Mend::Unsafe(
        "publishes the port on the loopback address, where it is one port and nothing else of the lab leads to it",
    ),
    run,
};

fn run(ctx: &Context<'_>, out: &mut Findings) {
    let mut hosts: Option<Vec<(&String, &Host)>> = None;
    let elsewhere = Elsewhere::default();
    for container in ctx.containers() {
        match container.machine() {
            Some((Kind::Host | Kind::Guest, name)) => {
                let host = ctx.lab.machine(name);
                if let Some(host) = host.filter(|h| can_be_bypassed(h)) {
                    on_host((ctx, &elsewhere), &container, (name, host), out);
                }
            }
            Some(_) => {}
            None => {
                let hosts = hosts.get_or_insert_with(|| {
                    let hosts = ctx.lab.hosts.iter();
                    hosts.filter(|(_, h)| can_be_bypassed(h)).collect()
                });
                if let Some(d) = somewhere(ctx, &container, hosts) {
                    out.add(container.object(), d);
                }
            }
        }
    }
}

/// Inside of a private network, a host without a firewall denies nothing that could be bypassed.
fn can_be_bypassed(host: &Host) -> bool {
    host.firewall.is_some() || faces_internet(host)
}

fn on_host<'a>(
    (ctx, elsewhere): (&Context<'a>, &Elsewhere<'a>),
    container: &Container<'_>,
    (name, host): (&str, &Host),
    out: &mut Findings,
) {
    // What is in the host's own network is behind its own firewall, and publishes nothing.
    let ports = ctx.published(container);
    let open: Vec<&Port> = ports.filter(|p| is_open(p, host)).collect();
    if !open.is_empty() {
        let denies = host.firewall.as_ref().map(|f| f.span);
        let kind = ctx.lab.machine_ref(name).kind;
        let machine = format!("{} '{name}'", kind.word());
        let d = finding((ctx, elsewhere), container, &machine, denies, &open);
        out.add(container.object(), d);
    }
}

/// Nobody says where it runs, and it would be past the firewall of some hosts.
fn somewhere(
    ctx: &Context<'_>,
    container: &Container<'_>,
    hosts: &[(&String, &Host)],
) -> Option<Diagnostic> {
    let ports = ctx.published(container);
    let mut ports = ports.filter(|p| is_everywhere(p));
    let (port, (name, host)) = ports.find_map(|p| {
        let host = hosts.iter().find(|(_, h)| is_open(p, h))?;
        Some((p, *host))
    })?;
    let stack = container.stack;
    let on = container.declared.on.as_ref();
    let mut d = RULE
        .unknown(format!(
            "whether {} of {} is open past a firewall",
            shown(port),
            container.title()
        ))
        .at(port.span, "on all addresses")
        .and_at(
            on.map_or(container.declared.span, |on| on.span),
            "which machine it runs on is not declared",
        );
    d = match &host.firewall {
        Some(firewall) => d.and_at(
            firewall.span,
            format!("would not be asked, if it is host '{name}'"),
        ),
        None => d.note(format!(
            "host '{name}' faces the internet without a firewall"
        )),
    };
    Some(d.help(format!(
        "write where it runs: '{stack}: {{file: …, on: HOST}}'; or publish it on one address, such as 127.0.0.1"
    )))
}

/// Nothing stands between it and the internet: it is rented, or has a public address.
fn faces_internet(host: &Host) -> bool {
    let mut addresses = host.addresses.values().filter_map(|a| a.value());
    let public = |a: &String| a.parse().is_ok_and(|ip| !is_private(ip));
    is_rented(host) || addresses.any(public)
}

/// On all addresses.
fn is_everywhere(port: &Port) -> bool {
    port.host_ip.is_none_or(|ip| ip.is_unspecified())
}

/// On all addresses, and not let in from everywhere on purpose.
fn is_open(port: &Port, host: &Host) -> bool {
    let wanted = |number: u16| {
        host.exposures.iter().any(|e| {
            let from = e.from.as_ref().is_some_and(|f| f.value == "any");
            let protocol = match e.protocol {
                Protocol::Tcp => "tcp",
                Protocol::Udp => "udp",
            };
            from && e.port.value == number && port.protocol == protocol
        })
    };
    is_everywhere(port)
        && !port
            .published
            .is_some_and(|p| (p.start..=p.end).all(wanted))
}

fn finding<'a>(
    (ctx, elsewhere): (&Context<'a>, &Elsewhere<'a>),
    container: &Container<'_>,
    machine: &str,
    denies: Option<Span>,
    open: &[&Port],
) -> Diagnostic {
    let open = folded(open);
    let shown: Vec<String> = open.iter().map(|p| p.shown()).collect();
    let (are, word) = match open.as_slice() {
        [one] if one.last.is_none() => ("is", "port"),
        _ => ("are", "ports"),
    };
    let firewall = match denies {
        Some(_) => format!("past the firewall of {machine}"),
        None => format!("and {machine} faces the internet without a firewall"),
    };
    let message = format!(
        "{word} {} of {} {are} open to everybody, {firewall}",
        shown.join(", "),
        container.title()
    );
    let all: Vec<&Port> = container.service.ports.iter().collect();
    let all = folded(&all).len();
    let mut d = RULE.finding(message).note(format!(
        "published on all addresses: {} of {all}; let in from 'any' by an exposure: 0 of {}",
        open.len(),
        open.len()
    ));
    for (n, port) in open.iter().enumerate() {
        d = match n {
            0 => d.at(port.first.span, "on all addresses"),
            _ => d.and_at(port.first.span, "on all addresses"),
        };
    }
    if let Some(denies) = denies {
        d = d.and_at(denies, "denies it, but is not asked");
    }
    let docker = ctx.knowledge.products.get("docker-engine");
    if let Some((docker, firewall)) = docker.and_then(|d| Some((d, d.firewall.as_ref()?))) {
        let does = firewall.does.as_ref().and_then(|d| d.value());
        d = d.note(format!(
            "{}: {}",
            docker.title(),
            does.map(|d| d.0.as_str()).unwrap_or_default()
        ));
        d = cite(
            d,
            &docker.origin(&firewall.source, &firewall.checked),
            ctx.today,
        );
    }
    if let [port] = open.as_slice()
        && port.last.is_none()
        && !elsewhere.counts_on(ctx, container)
        && (port.first.long.is_some() || port.first.published.is_some_and(|r| r.start == r.end))
    {
        d.fix = loopback::fix((port.first, port.first));
    }
    let example = open.first().map(Folded::local).unwrap_or_default();
    d.help(format!(
        "write {example} and let a proxy on the {} answer, or filter in the chain DOCKER-USER, or declare an exposure from 'any'",
        machine.split(' ').next().unwrap_or("machine")
    ))
}

/// Ports that one entry publishes, of which a range has many.
struct Folded<'a> {
    first: &'a Port,
    last: Option<&'a Port>,
}

fn folded<'a>(ports: &[&'a Port]) -> Vec<Folded<'a>> {
    let mut out: Vec<Folded<'a>> = Vec::new();
    for port in ports {
        match out.last_mut().filter(|f| f.first.span == port.span) {
            Some(same) => same.last = Some(port),
            None => out.push(Folded {
                first: port,
                last: None,
            }),
        }
    }
    out
}

impl Folded<'_> {
    fn shown(&self) -> String {
        let ends = self
            .last
            .and_then(|l| Some((self.first.published?, l.published?)));
        match ends {
            Some((first, last)) => {
                format!("{}-{}/{}", first.start, last.end, self.first.protocol)
            }
            None => shown(self.first),
        }
    }

    /// How it would be published on the loopback address.
    fn local(&self) -> String {
        let last = self.last.unwrap_or(self.first);
        format!("'{}'", loopback::entry((self.first, last)))
    }
}

fn shown(port: &Port) -> String {
    let range = match port.published {
        Some(r) if r.start == r.end => r.start.to_string(),
        Some(r) => format!("{}-{}", r.start, r.end),
        None => format!("for {}", port.target),
    };
    format!("{range}/{}", port.protocol)
}
