//! Declared stacks against observed containers: missing, undeclared, of another image, with other ports, not running.
//!
//! Compose says by labels what a container is of; a fixed name is the next best. A stack is compared where the host that it runs on was
//! observed. Nothing is planned from this: Compose itself makes a stack as declared.

mod image;
mod ports;

use crate::{Context, Difference, How};
use diag::Span;
use model::compose::{Condition, Project, Projects, Service};
use model::declare::OptExt as _;
use model::fact::{Completeness, FactKind, FactPath, TargetFacts};
use model::id::ObjectRef;
use model::lab::guest::{Stack, StackKind};
use model::realm::Realm;
use model::value::Value;
use std::collections::BTreeSet;

/// What comparing stacks gave.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StackDrift {
    /// The differences.
    pub differences: Vec<Difference>,
    /// Containers of a twin whose image stands in for the declared one: no difference, and counted.
    pub stand_ins: usize,
}

/// Compares the stacks of every observed host.
pub fn drift(ctx: &Context<'_>, projects: &Projects) -> StackDrift {
    let mut out = StackDrift::default();
    for (name, _, facts) in ctx.observed_hosts() {
        Comparing {
            ctx,
            host: ctx.lab.machine_ref(name),
            facts,
            known: BTreeSet::new(),
            out: &mut out,
        }
        .run(projects);
    }
    out
}

struct Comparing<'a> {
    ctx: &'a Context<'a>,
    host: ObjectRef,
    facts: &'a TargetFacts,
    /// Containers that are of a declared stack.
    known: BTreeSet<&'a str>,
    out: &'a mut StackDrift,
}

/// A service as it is declared.
struct Declared<'a> {
    stack: &'a str,
    project: &'a Project,
    /// The project's name at the engine.
    called: &'a str,
    name: &'a str,
    service: &'a Service,
}

impl Declared<'_> {
    /// Whether an observed container is of this service.
    fn is(&self, key: &str, value: &Value) -> bool {
        let label = |field: &str| value.field(field).and_then(Value::as_text);
        let labelled = label("project") == Some(self.called) && label("service") == Some(self.name);
        let named = self.service.container_name.as_ref();
        labelled || named.is_some_and(|n| n.value == key)
    }

    /// How many containers there are to be.
    fn replicas(&self) -> usize {
        let deploy = self
            .service
            .deploy
            .as_ref()
            .and_then(|d| d.replicas.as_ref());
        let number = deploy.or(self.service.amounts.scale.as_ref());
        number.map_or(1, |n| usize::try_from(n.value).unwrap_or(0))
    }

    /// What its first container is called.
    fn container(&self) -> String {
        match &self.service.container_name {
            Some(name) => name.value.clone(),
            None => format!("{}-{}-1", self.called, self.name),
        }
    }

    /// It does its work and ends, as somebody waits for that or as it is never started again.
    fn ends(&self) -> bool {
        let waited = self.project.services.values().any(|s| {
            let on = s.depends_on.get(self.name);
            on.is_some_and(|d| d.condition == Condition::Completed)
        });
        let once = self.service.restart.as_ref();
        waited || once.is_some_and(|r| matches!(r.value.as_str(), "no" | "on-failure"))
    }
}

impl<'a> Comparing<'a> {
    fn run(&mut self, projects: &'a Projects) {
        let here = |stack: &&Stack| {
            let compose = matches!(stack.kind.known(), None | Some(StackKind::Compose));
            compose && stack.on.known().is_some_and(|on| on.0.object == self.host)
        };
        let stacks: Vec<(&String, &Stack)> = self
            .ctx
            .lab
            .stacks
            .iter()
            .filter(|(_, s)| here(s))
            .collect();
        // Of a host without stacks nobody need have asked for containers.
        let asked = self
            .facts
            .collections
            .contains_key(&FactKind::DockerContainer);
        if let Some(why) = self.unseen().filter(|_| asked || !stacks.is_empty()) {
            // A host without stacks need not have an engine that answers, unless one is there.
            let path = FactPath::new(FactKind::DockerContainer, "*");
            let declared = match stacks.len() {
                0 => "no container".to_owned(),
                n => format!("{n} of its stacks"),
            };
            let span = stacks.first().map(|(_, s)| s.span);
            self.tell(
                path,
                How::Unknown,
                declared,
                format!("unknown ({why})"),
                span,
            );
        }
        for (name, stack) in stacks {
            match projects.get(name) {
                Some(project) => self.stack(name, stack, project),
                None => {
                    let path = FactPath::new(FactKind::DockerContainer, format!("{name}/*"));
                    let why = "unknown (its Compose file could not be read)".to_owned();
                    self.tell(
                        path,
                        How::Unknown,
                        format!("stack {name}"),
                        why,
                        Some(stack.span),
                    );
                }
            }
        }
        self.undeclared();
    }

    /// Why not every container was seen.
    fn unseen(&self) -> Option<String> {
        match self.facts.collections.get(&FactKind::DockerContainer) {
            Some(Completeness::Yes(_)) => None,
            Some(Completeness::No(why)) => Some(why.to_string()),
            None => {
                let why = self.facts.errors.first().map(String::as_str);
                Some(why.unwrap_or("containers were not observed").to_owned())
            }
        }
    }

    fn stack(&mut self, stack: &'a str, about: &'a Stack, project: &'a Project) {
        let given = about.project.known().map(|p| p.0.as_str());
        let written = project.name.as_ref().map(|n| n.value.as_str());
        let called = given.or(written).unwrap_or(stack);
        for (name, service) in project.services.iter().filter(|(_, s)| s.active) {
            let declared = Declared {
                stack,
                project,
                called,
                name,
                service,
            };
            self.service(&declared);
        }
    }

    fn service(&mut self, declared: &Declared<'a>) {
        let found: Vec<(&str, &Value)> = self
            .facts
            .items(FactKind::DockerContainer)
            .filter(|(key, value)| declared.is(key, value))
            .collect();
        let wanted = declared.replicas();
        // `docker compose run` makes containers of a service that are not the service. One that has ended is nothing; one that still
        // runs is there, and nobody declared it.
        let (once, found): (Vec<_>, Vec<_>) = found.into_iter().partition(|(_, v)| is_once(v));
        let ended = |v: &Value| v.field("state").and_then(Value::as_text) == Some("exited");
        let once = once.into_iter().filter(|(_, v)| ended(v));
        self.known.extend(once.map(|(key, _)| key));
        self.known.extend(found.iter().map(|(key, _)| *key));
        for (key, value) in &found {
            self.container(declared, key, value);
        }
        let span = declared.service.span;
        let what = format!("service {} of stack {}", declared.name, declared.stack);
        if found.len() < wanted {
            let path = FactPath::new(FactKind::DockerContainer, declared.container());
            let (how, seen) = match self.unseen() {
                Some(why) => (How::Unknown, format!("unknown ({why})")),
                None => (How::Missing, "absent".to_owned()),
            };
            let (what, seen) = match (wanted, how) {
                (1, _) => (what, seen),
                (n, How::Unknown) => (format!("{what}, {n} of it"), seen),
                (n, _) => (
                    format!("{what}, {n} of it"),
                    format!("{} of it", found.len()),
                ),
            };
            self.tell(path, how, what, seen, Some(span));
        }
    }

    fn container(&mut self, declared: &Declared<'a>, key: &str, value: &Value) {
        let path = || FactPath::new(FactKind::DockerContainer, key);
        let service = declared.service;
        match image::compare(declared.project, service, value, self.is_twin()) {
            image::Verdict::Same => {}
            image::Verdict::StandIn => self.out.stand_ins += 1,
            image::Verdict::Other { declared, observed } => {
                let span = service.image.as_ref().map(|i| i.span);
                self.tell(path(), How::Differs, declared, observed, span);
            }
            image::Verdict::Unknown { declared, why } => {
                let span = service.image.as_ref().map(|i| i.span);
                self.tell(
                    path(),
                    How::Unknown,
                    declared,
                    format!("unknown ({why})"),
                    span,
                );
            }
        }
        if let Some((said, seen)) = ports::compare(service, value) {
            let span = service.ports.first().map(|p| p.span);
            self.tell(
                path(),
                How::Differs,
                said,
                seen,
                span.or(Some(service.span)),
            );
        }
        if let Some((how, said, seen)) = state(declared, value) {
            self.tell(path(), how, said, seen, Some(service.span));
        }
        let all = |is: bool| {
            if is {
                "all rights"
            } else {
                "no more rights than usual"
            }
        };
        let wanted = service.privileged.as_ref().is_some_and(|p| p.value);
        let is = value.field("privileged").and_then(Value::as_bool) == Some(true);
        if wanted != is {
            self.tell(
                path(),
                How::Differs,
                all(wanted).to_owned(),
                all(is).to_owned(),
                Some(service.span),
            );
        }
    }

    fn is_twin(&self) -> bool {
        matches!(self.ctx.facts.realm, Realm::Twin(_))
    }

    /// Containers that are of no declared stack. What was seen is told, however much was not.
    fn undeclared(&mut self) {
        let others: Vec<(String, String)> = self
            .facts
            .items(FactKind::DockerContainer)
            .filter(|(key, _)| !self.known.contains(key))
            .map(|(key, value)| (key.to_owned(), summary(value)))
            .collect();
        for (key, seen) in others {
            let path = FactPath::new(FactKind::DockerContainer, key);
            self.tell(path, How::Undeclared, "not declared".to_owned(), seen, None);
        }
    }

    fn tell(
        &mut self,
        path: FactPath,
        how: How,
        declared: String,
        observed: String,
        cause: Option<Span>,
    ) {
        self.out.differences.push(Difference {
            target: self.host.clone(),
            path,
            how,
            declared,
            observed,
            cause: cause.map(|span| self.ctx.place(span)),
        });
    }
}

/// Compose made it to run one command.
fn is_once(value: &Value) -> bool {
    let labels = value.field("labels");
    let label = labels.and_then(|l| l.field("com.docker.compose.oneoff"));
    label.and_then(Value::as_text) == Some("True")
}

/// An undeclared container in a line.
fn summary(value: &Value) -> String {
    let text = |f: &str| value.field(f).and_then(Value::as_text);
    let mut parts = vec![
        text("image")
            .unwrap_or("an image without a name")
            .to_owned(),
        text("state").unwrap_or("in no known state").to_owned(),
    ];
    let open = ports::shown(value);
    if !open.is_empty() {
        parts.push(format!("ports {open}"));
    }
    parts.join(", ")
}

/// Whether it runs and is well; `None` is as it should be.
fn state(declared: &Declared<'_>, value: &Value) -> Option<(How, String, String)> {
    let text = |f: &str| value.field(f).and_then(Value::as_text).unwrap_or_default();
    let exit = value.field("exit").and_then(Value::as_int);
    match (text("state"), text("health")) {
        ("running", "unhealthy") => Some((How::Differs, "healthy", "unhealthy".to_owned())),
        // Its first answers are still to come.
        ("running", "starting") => Some((
            How::Unknown,
            "healthy",
            "unknown (its health check has not answered yet)".to_owned(),
        )),
        ("running", _) => None,
        ("exited", _) if exit == Some(0) && declared.ends() => None,
        ("", _) => Some((
            How::Unknown,
            "running",
            "unknown (its state was not told)".to_owned(),
        )),
        (state, _) => {
            let exit = exit.map_or(String::new(), |n| format!(", exit code {n}"));
            Some((How::Differs, "running", format!("{state}{exit}")))
        }
    }
    .map(|(how, said, seen)| (how, said.to_owned(), seen))
}
