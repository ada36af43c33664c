//! What a Traefik routes against what is declared: names that nobody answers for, exposures that no router serves, plain text where TLS is
//! declared, and its own API without a login.
//!
//! A proxy is asked where a service of the lab says so (`proxy`). Nothing is planned from this.

mod routed;

use crate::ports::{Justification, Port, describe_way};
use crate::resource::{is_loopback, serves, socket};
use crate::{Context, Difference, How};
use diag::Span;
use model::declare::OptExt as _;
use model::fact::{FactKind, FactPath, Scope, Seen, TargetFacts};
use model::id::{Kind, ObjectRef};
use model::lab::service::{ControlName, ControlState, Runs, Service, ServiceExposure, Status};
use model::lab::{Host, Lab, Manage, Managed};
use model::value::Value;
use routed::{Router, routers};
use std::collections::BTreeMap;

const KIND: FactKind = FactKind::Traefik;

/// A proxy on one of its machines.
struct Proxy<'a> {
    service: &'a str,
    about: &'a Service,
    /// Of its API.
    port: u16,
    /// Where it runs, if that is declared.
    machine: Option<String>,
}

fn proxies(lab: &Lab) -> Vec<Proxy<'_>> {
    let mut found = Vec::new();
    for (service, about) in lab.services.iter().filter(|(_, s)| is_running(s)) {
        let api = about.proxy.as_ref().and_then(|p| p.api.known());
        let Some(port) = api.map(|api| api.0) else {
            continue;
        };
        let mut machines: Vec<Option<String>> =
            about.runs.iter().map(|r| machine(lab, r)).collect();
        if machines.is_empty() {
            machines.push(None);
        }
        found.extend(machines.into_iter().map(|machine| Proxy {
            service,
            about,
            port,
            machine,
        }));
    }
    found
}

/// The machine that a service is declared to run on.
pub(crate) fn machine(lab: &Lab, runs: &Runs) -> Option<String> {
    let on = runs.stack.known().and_then(|stack| {
        let on = lab.stacks.get(stack.name())?.on.known()?;
        Some(on.0.object.name.clone())
    });
    let host = runs.host.known().map(|h| h.name().to_owned());
    let guest = runs.guest.known().map(|g| g.name().to_owned());
    host.or(guest).or(on)
}

pub(crate) fn is_running(service: &Service) -> bool {
    matches!(service.status.known(), None | Some(Status::Running))
}

/// What a machine has to be asked for the proxies on it.
pub fn scope(lab: &Lab, machine: &str) -> Scope {
    let mut scope = Scope::default();
    for proxy in proxies(lab) {
        if proxy.machine.as_deref() == Some(machine) {
            scope.add(FactPath::new(KIND, proxy.port.to_string()));
        }
    }
    scope
}

/// Proxies that were not asked, each with the reason; for an observation of everything.
pub fn unlooked(ctx: &Context<'_>) -> Vec<Difference> {
    let silent = proxies(ctx.lab).into_iter().filter_map(|proxy| {
        let why = match proxy.machine {
            None => "nothing says on which machine it runs".to_owned(),
            Some(name) if ctx.facts.targets.contains_key(&name) => return None,
            Some(name) => format!("{name} was not asked"),
        };
        Some(Difference {
            target: ObjectRef::new(Kind::Service, proxy.service),
            path: FactPath::new(KIND, proxy.port.to_string()),
            how: How::Unknown,
            declared: "what it routes".to_owned(),
            observed: format!("unknown ({why})"),
            cause: Some(ctx.place(proxy.about.span)),
        })
    });
    silent.collect()
}

/// The differences on every machine that answered.
pub fn drift(ctx: &Context<'_>) -> Vec<Difference> {
    let mut out = Vec::new();
    for look in looks(ctx) {
        look.drift(&mut out);
    }
    out
}

/// Every name that is routed, with its justification or the lack of it.
pub fn ways(ctx: &Context<'_>) -> Vec<Port> {
    looks(ctx).iter().flat_map(Look::ways).collect()
}

/// A proxy on a machine that answered.
struct Look<'a> {
    ctx: &'a Context<'a>,
    proxy: Proxy<'a>,
    name: String,
    host: &'a Host,
    facts: &'a TargetFacts,
}

/// A declared way by a proxy, or one that does not say by what.
struct Way<'a> {
    service: &'a str,
    about: &'a Service,
    exposure: &'a ServiceExposure,
}

fn looks<'a>(ctx: &'a Context<'a>) -> Vec<Look<'a>> {
    let look = |proxy: Proxy<'a>| {
        let name = proxy.machine.clone()?;
        let host = ctx.lab.machine(&name)?;
        let facts = ctx.facts.targets.get(&name)?;
        facts.identity.is_some().then_some(Look {
            ctx,
            proxy,
            name,
            host,
            facts,
        })
    };
    proxies(ctx.lab).into_iter().filter_map(look).collect()
}

impl<'a> Look<'a> {
    fn api(&self) -> FactPath {
        FactPath::new(KIND, self.proxy.port.to_string())
    }

    /// The path of something of this proxy.
    fn path(&self, rest: &str) -> FactPath {
        FactPath::new(KIND, format!("{}/{rest}", self.proxy.port))
    }

    /// Why not everything that it routes is known.
    fn gap(&self) -> Option<String> {
        match self.facts.seen(&self.api()) {
            Seen::Present(value) => value.field("gap").map(ToString::to_string),
            Seen::Absent => Some("it was not asked".to_owned()),
            Seen::Unknown(why) => Some(why.to_string()),
        }
    }

    /// Declared ways that lead through it: those that say so, and those that say nothing.
    fn declared(&self) -> Vec<Way<'a>> {
        let mut ways = Vec::new();
        for (service, about) in &self.ctx.lab.services {
            for exposure in &about.exposures {
                let via = exposure.via.known();
                let by_this = |v: &model::declare::Ref<_>| {
                    v.kind() == Kind::Service && v.name() == self.proxy.service
                };
                if via.is_none_or(by_this) {
                    ways.push(Way {
                        service,
                        about,
                        exposure,
                    });
                }
            }
        }
        ways
    }

    fn drift(&self, out: &mut Vec<Difference>) {
        let routers = routers(self.facts, self.proxy.port);
        let gap = self.gap();
        if let Some(why) = &gap {
            let said = format!("what {} routes", self.proxy.service);
            let seen = format!("unknown ({why})");
            let span = Some(self.proxy.about.span);
            self.tell(out, self.api(), How::Unknown, &said, &seen, span);
        }
        for way in self.declared() {
            let by_this = way.exposure.via.known().is_some() && is_running(way.about);
            if let Some(name) = way.exposure.host.known().filter(|_| by_this) {
                self.way(out, &way, &name.0.to_ascii_lowercase(), &routers, &gap);
            }
        }
        if self.host.mode(Managed::Listeners) != Manage::Ignore {
            for (name, router) in self.strangers(&routers) {
                let path = match &name {
                    Some(name) => self.path(&format!("host/{name}")),
                    None => FactPath::new(KIND, router.key),
                };
                let seen = router.summary(name.is_none());
                self.tell(out, path, How::Undeclared, "not declared", &seen, None);
            }
        }
        self.dashboard(out, &routers);
    }

    /// One declared name.
    fn way(
        &self,
        out: &mut Vec<Difference>,
        way: &Way<'_>,
        name: &str,
        routers: &[Router<'_>],
        gap: &Option<String>,
    ) {
        let path = self.path(&format!("host/{name}"));
        let span = Some(way.exposure.span);
        let said = format!("{} as {name}", way.service);
        let takers = routers.iter().filter(|r| r.hosts.contains(&name));
        let (able, unable): (Vec<_>, Vec<_>) = takers.partition(|r| r.is_enabled());
        if able.is_empty() {
            let open = routers
                .iter()
                .find(|r| r.any && r.is_enabled() && !r.is_own());
            let (how, seen) = match (unable.first(), gap, open) {
                (Some(router), ..) => (How::Differs, router.trouble()),
                (None, Some(why), _) => (How::Unknown, format!("unknown ({why})")),
                (None, None, Some(router)) => (
                    How::Unknown,
                    format!("unknown (router {} may take it)", router.name),
                ),
                (None, None, None) => (How::Missing, "no router".to_owned()),
            };
            return self.tell(out, path, how, &said, &seen, span);
        }
        if wants_tls(way) && able.iter().all(|r| !r.tls) {
            let names: Vec<&str> = able.iter().map(|r| r.name).collect();
            let said = format!("{said}, by TLS");
            let seen = format!("no TLS: router {}", names.join(", "));
            self.tell(out, path.clone(), How::Differs, &said, &seen, span);
        }
        for router in able {
            let down = router.down(self.facts, self.proxy.port);
            if !down.is_empty() {
                let seen = format!("{} behind {}: down", down.join(", "), router.name);
                self.tell(out, path.clone(), How::Differs, &said, &seen, span);
            }
        }
    }

    /// Names, or routers that take names which they do not name, that no declared way is of.
    fn strangers<'r>(&self, routers: &'r [Router<'r>]) -> Vec<(Option<String>, &'r Router<'r>)> {
        let ways = self.declared();
        let is_declared = |name: &str| ways.iter().any(|w| w.is_of(name));
        let mut found: BTreeMap<(Option<String>, &str), &Router<'_>> = BTreeMap::new();
        for router in routers.iter().filter(|r| r.is_enabled() && !r.is_own()) {
            for name in router.hosts.iter().filter(|n| !is_declared(n)) {
                let key = (Some((*name).to_owned()), "");
                found.entry(key).or_insert(router);
            }
            if router.any && !self.is_port_declared(router, &ways) {
                found.insert((None, router.key), router);
            }
        }
        found.into_iter().map(|((name, _), r)| (name, r)).collect()
    }

    /// A way that names no host is one to everything on its port.
    fn is_port_declared(&self, router: &Router<'_>, ways: &[Way<'_>]) -> bool {
        let port = |entry: &String| {
            let path = self.path(&format!("entry/{entry}"));
            let seen = self.facts.seen(&path);
            let address = seen.value()?.field("address")?.to_string();
            let (_, port) = address.split('/').next()?.rsplit_once(':')?;
            port.parse::<u16>().ok()
        };
        let open = |w: &Way<'_>, number: u16| {
            let exposure = w.exposure;
            let ports = exposure.port.known();
            let fits = ports.is_some_and(|p| p.first() <= number && number <= p.last());
            exposure.host.known().is_none() && exposure.via.known().is_some() && fits
        };
        let mut entries = router.entry_points.iter();
        let is_open = |e: &String| port(e).is_some_and(|n| ways.iter().any(|w| open(w, n)));
        !router.entry_points.is_empty() && entries.all(is_open)
    }

    /// Its own API and dashboard where others reach them and nothing asks for a login.
    fn dashboard(&self, out: &mut Vec<Difference>, routers: &[Router<'_>]) {
        let is_insecure = match self.facts.seen(&self.api()) {
            Seen::Present(value) => value.field("insecure").and_then(Value::as_bool) == Some(true),
            Seen::Absent | Seen::Unknown(_) => false,
        };
        let sockets = self
            .facts
            .items(FactKind::Listener)
            .map(|(k, _)| k.to_owned());
        let led = crate::ports::published(self.facts).unwrap_or_default();
        let open = sockets.chain(led.into_iter().map(|(k, _)| k)).find(|key| {
            let own = socket(key).is_some_and(|(protocol, address, port)| {
                protocol == "tcp" && port == self.proxy.port && !is_loopback(address)
            });
            let mut ways = self.host.exposures.iter();
            own && !ways.any(|e| e.why.is_some() && serves(key, e))
        });
        if let Some(key) = open.filter(|_| is_insecure) {
            let seen = format!("the API and dashboard, without a login, on {key} (api.insecure)");
            self.tell(
                out,
                self.api(),
                How::Undeclared,
                "not declared",
                &seen,
                None,
            );
        }
        let bare =
            |r: &&Router<'_>| r.is_enabled() && r.is_of_api() && !r.is_own() && r.middlewares == 0;
        for router in routers.iter().filter(bare) {
            let path = FactPath::new(KIND, router.key);
            let seen = "the dashboard, and no middleware asks for a login";
            self.tell(out, path, How::Undeclared, "not declared", seen, None);
        }
    }

    fn ways(&self) -> Vec<Port> {
        let row = |socket: String, process: String, state, reason| Port {
            host: self.name.clone(),
            socket,
            process,
            unit: None,
            package: None,
            state,
            reason,
            reach: Vec::new(),
        };
        let declared = self.declared();
        let routers = routers(self.facts, self.proxy.port);
        let mut rows = BTreeMap::new();
        for router in routers.iter().filter(|r| r.is_enabled() && !r.is_own()) {
            let process = format!("{} to {}", self.proxy.service, router.service);
            for name in &router.hosts {
                let why = declared.iter().filter(|w| w.is_of(name));
                let mut why = why.filter_map(|w| describe_way(w.exposure));
                let (state, reason) = match why.next() {
                    Some(reason) => (Justification::Declared, reason),
                    None => (Justification::None, "not declared".to_owned()),
                };
                let socket = format!("{}://{name}", router.scheme());
                rows.insert(socket.clone(), row(socket, process.clone(), state, reason));
            }
            if router.any {
                let (state, reason) = match self.is_port_declared(router, &declared) {
                    true => (Justification::Declared, "its port is declared".to_owned()),
                    false => {
                        let reason = format!("not declared: any name, by {}", router.name);
                        (Justification::None, reason)
                    }
                };
                let socket = format!("{}://*", router.scheme());
                rows.insert(router.key.to_owned(), row(socket, process, state, reason));
            }
        }
        let mut rows: Vec<Port> = rows.into_values().collect();
        rows.extend(self.gap().map(|why| {
            let whose = self.proxy.service.to_owned();
            row("http://*".to_owned(), whose, Justification::Unknown, why)
        }));
        rows
    }

    fn tell(
        &self,
        out: &mut Vec<Difference>,
        path: FactPath,
        how: How,
        declared: &str,
        observed: &str,
        cause: Option<Span>,
    ) {
        out.push(Difference {
            target: self.ctx.lab.machine_ref(&self.name),
            path,
            how,
            declared: declared.to_owned(),
            observed: observed.to_owned(),
            cause: cause.map(|span| self.ctx.place(span)),
        });
    }
}

impl Way<'_> {
    fn is_of(&self, name: &str) -> bool {
        let host = self.exposure.host.known();
        host.is_some_and(|h| h.0.eq_ignore_ascii_case(name))
    }
}

/// The declaration says that it is encrypted: by its port or by a control of the service.
fn wants_tls(way: &Way<'_>) -> bool {
    let control = way.about.controls.get(&ControlName::Tls);
    let control = control.and_then(|c| c.is.known());
    let port = way.exposure.port.known().map(|p| p.first());
    control == Some(&ControlState::Yes) || port == Some(443)
}
