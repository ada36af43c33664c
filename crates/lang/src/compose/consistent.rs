//! Holds a project against itself: names that are declared nowhere, keys that exclude each other, circles.

use super::cx::Cx;
use super::value::Map;
use crate::suggest::{did_you_mean, quote};
use diag::{Applicability, Diagnostic, Span};
use model::compose::{Project, Service};
use std::collections::{BTreeMap, BTreeSet};

/// Checks the services that are active, as Compose does.
pub(super) fn check(cx: &mut Cx<'_>, project: &Project, map: &Map) {
    for (name, service) in project.services.iter().filter(|(_, s)| s.active) {
        let mut checker = Checker {
            cx,
            project,
            name,
            service,
        };
        checker.image(map);
        checker.networks(map);
        checker.volumes();
        checker.grants();
        checker.limits();
        for (other, span) in &dependencies(service) {
            checker.dependency(other, *span);
        }
        for (other, dependency) in &service.depends_on {
            if !project.services.contains_key(other) {
                checker.dependency(other, dependency.span);
            }
        }
    }
    circles(cx, project);
}

/// Services that must be there, and where that is said. Optional ones are not among them.
fn dependencies(service: &Service) -> BTreeMap<String, Span> {
    let mut all = BTreeMap::new();
    let mut optional = BTreeSet::new();
    for (name, dependency) in &service.depends_on {
        if dependency.required {
            all.insert(name.clone(), dependency.span);
        } else {
            optional.insert(name.clone());
        }
    }
    let mut implied = |name: &str, span: Span| {
        if !optional.contains(name) {
            all.entry(name.to_owned()).or_insert(span);
        }
    };
    for link in &service.links {
        let name = match link.value.split(':').collect::<Vec<_>>().as_slice() {
            [name, _] => (*name).to_owned(),
            _ => link.value.clone(),
        };
        implied(&name, link.span);
    }
    let shared = [
        &service.network_mode,
        &service.namespaces.ipc,
        &service.namespaces.pid,
        &service.namespaces.uts,
        &service.namespaces.cgroup,
    ];
    for text in shared.into_iter().flatten() {
        if let Some(name) = text.value.strip_prefix("service:") {
            implied(name, text.span);
        }
    }
    for from in service
        .volumes_from
        .iter()
        .filter(|f| !f.value.starts_with("container:"))
    {
        implied(from.value.split(':').next().unwrap_or(""), from.span);
    }
    all
}

struct Checker<'c, 'a> {
    cx: &'c mut Cx<'a>,
    project: &'c Project,
    name: &'c str,
    service: &'c Service,
}

impl Checker<'_, '_> {
    fn conflict(&mut self, at: Span, what: &str, help: &str) {
        let message = format!("service {} {what}", quote(self.name));
        let d = Diagnostic::invalid("compose-conflict", message).at(at, "contradicts");
        self.cx.report(d.help(help));
    }

    fn undeclared<'n>(
        &mut self,
        kind: &str,
        wanted: &str,
        at: Span,
        known: impl Iterator<Item = &'n String>,
    ) {
        let message = format!(
            "service {} refers to {kind} {}, which is not declared",
            quote(self.name),
            quote(wanted)
        );
        let mut d =
            Diagnostic::invalid("compose-reference", message).at(at, format!("no such {kind}"));
        // A service never means itself.
        let own = self.name;
        let known = known.map(String::as_str);
        let others = known.filter(|k| kind != "service" || *k != own);
        if let Some(word) = self.cx.nearest(wanted, others) {
            let mut fix = did_you_mean(at, word);
            // A span that has more than the name: what else stands there would be lost.
            let quotes = (at.end - at.start) as usize;
            if !(wanted.len()..=wanted.len() + 2).contains(&quotes) {
                fix.applicability = Applicability::DisplayOnly;
                fix.edits.clear();
            }
            d = d.fix(fix);
        } else if kind != "service" {
            d = d.help(format!("declare it at the top, below '{kind}s:'"));
        }
        self.cx.report(d);
    }

    fn image(&mut self, map: &Map) {
        let service = self.service;
        if service.provider.is_some() {
            return;
        }
        if service.image.is_none() && service.build.is_none() {
            let message = format!(
                "service {} has neither 'image' nor 'build'",
                quote(self.name)
            );
            let d =
                Diagnostic::invalid("compose-conflict", message).at(service.span, "runs nothing");
            self.cx.report(d);
        }
        let Some(build) = &service.build else { return };
        if let (Some(inline), Some(file)) = (build.inline, &build.dockerfile)
            && !file.value.is_empty()
        {
            self.conflict(
                inline,
                "has both 'dockerfile' and 'dockerfile_inline'",
                "keep one of the two",
            );
        }
        let raw = map.get("services").and_then(|s| s.value.get(self.name));
        let platforms = raw
            .and_then(|s| s.get("build"))
            .and_then(|b| b.get("platforms"));
        let platforms = platforms
            .and_then(super::value::Value::as_seq)
            .unwrap_or_default();
        if let Some(platform) = service.platform.as_ref().filter(|p| !p.value.is_empty())
            && !platforms.is_empty()
            && !platforms
                .iter()
                .any(|p| p.as_text() == Some(&platform.value))
        {
            let what = "runs on a platform that it is not built for";
            self.conflict(platform.span, what, "add it to build.platforms");
        }
    }

    fn networks(&mut self, map: &Map) {
        let (service, project) = (self.service, self.project);
        if let Some(mode) = &service.network_mode
            && !service.networks.is_empty()
        {
            let what = "has both 'network_mode' and 'networks'";
            return self.conflict(mode.span, what, "keep one of the two");
        }
        for (network, membership) in &service.networks {
            let raw = map.get("services").and_then(|s| s.value.get(self.name));
            let implicit =
                raw.is_some_and(|s| s.as_map().is_some_and(|m| !m.contains_key("network_mode")));
            let declared =
                project.networks.contains_key(network) || (implicit && network == "default");
            if !declared {
                self.undeclared("network", network, membership.span, project.networks.keys());
            }
        }
    }

    fn volumes(&mut self) {
        let project = self.project;
        for mount in &self.service.mounts {
            if let (model::compose::MountKind::Named, Some(source)) = (mount.kind, &mount.source)
                && !project.volumes.contains_key(source)
            {
                self.undeclared("volume", source, mount.span, project.volumes.keys());
            }
        }
    }

    fn grants(&mut self) {
        let (service, project) = (self.service, self.project);
        let built = service.build.iter().flat_map(|b| &b.secrets);
        for secret in service.secrets.iter().chain(built) {
            if !project.secrets.contains_key(&secret.source.value) {
                self.undeclared(
                    "secret",
                    &secret.source.value,
                    secret.source.span,
                    project.secrets.keys(),
                );
            }
        }
        for config in &service.configs {
            if !project.configs.contains_key(&config.source.value) {
                self.undeclared(
                    "config",
                    &config.source.value,
                    config.source.span,
                    project.configs.keys(),
                );
            }
        }
    }

    fn dependency(&mut self, other: &str, at: Span) {
        match self.project.services.get(other) {
            None => self.undeclared("service", other, at, self.project.services.keys()),
            Some(found) if !found.active => {
                let what = format!(
                    "needs service {}, whose profiles are not active",
                    quote(other)
                );
                self.conflict(
                    at,
                    &what,
                    "give both the same profiles, or write 'required: false'",
                );
            }
            Some(_) => {}
        }
    }

    fn limits(&mut self) {
        let service = self.service;
        let Some(deploy) = &service.deploy else {
            return self.containers(service.amounts.scale.as_ref().map(|s| s.value));
        };
        if let (Some(scale), Some(replicas)) = (&service.amounts.scale, &deploy.replicas)
            && scale.value != replicas.value
        {
            self.conflict(
                scale.span,
                "gives two numbers: 'scale' and 'deploy.replicas'",
                "keep one of the two",
            );
        }
        let limits = deploy.limits.as_ref();
        let differs = |own: i64, other: Option<i64>| own != 0 && own != other.unwrap_or(0);
        if let (Some(own), Some(limits)) = (&service.amounts.mem_limit, limits)
            && differs(own.value, limits.memory.as_ref().map(|m| m.value))
        {
            self.conflict(
                own.span,
                "gives two limits: 'mem_limit' and 'deploy.resources.limits.memory'",
                "keep one of the two",
            );
        }
        if let (Some(own), Some(limits)) = (&service.amounts.pids_limit, limits)
            && differs(own.value, limits.pids.as_ref().map(|m| m.value))
        {
            self.conflict(
                own.span,
                "gives two limits: 'pids_limit' and 'deploy.resources.limits.pids'",
                "keep one of the two",
            );
        }
        if let (Some(own), Some(kept)) = (&service.amounts.mem_reservation, &deploy.reservations)
            && differs(own.value, kept.memory.as_ref().map(|m| m.value))
        {
            let what =
                "gives two amounts: 'mem_reservation' and 'deploy.resources.reservations.memory'";
            self.conflict(own.span, what, "keep one of the two");
        }
        if let (Some(own), Some(limits)) = (&service.amounts.cpus, limits)
            && own.value != 0.0
            && limits
                .cpus
                .as_ref()
                .is_none_or(|l| (l.value - own.value).abs() > 1e-6)
        {
            self.conflict(
                own.span,
                "gives two limits: 'cpus' and 'deploy.resources.limits.cpus'",
                "keep one of the two",
            );
        }
        let scale = service.amounts.scale.as_ref().or(deploy.replicas.as_ref());
        self.containers(scale.map(|s| s.value));
    }

    fn containers(&mut self, scale: Option<i64>) {
        if let Some(name) = &self.service.container_name
            && !name.value.is_empty()
            && scale.is_some_and(|s| s > 1)
        {
            let what = "has several containers, but 'container_name' names only one";
            self.conflict(name.span, what, "remove 'container_name'");
        }
    }
}

/// Names of a circle that are shown.
const SHOWN: usize = 8;

/// Services that wait for each other, found without recursion.
fn circles(cx: &mut Cx<'_>, project: &Project) {
    let edges: BTreeMap<&str, BTreeMap<String, Span>> = project
        .services
        .iter()
        .filter(|(_, s)| s.active)
        .map(|(name, service)| {
            let mut all = dependencies(service);
            all.extend(service.depends_on.iter().map(|(n, d)| (n.clone(), d.span)));
            (name.as_str(), all)
        })
        .collect();
    let mut done: BTreeSet<&str> = BTreeSet::new();
    for start in edges.keys() {
        let mut trail: Vec<&str> = Vec::new();
        let mut on_trail: BTreeSet<&str> = BTreeSet::new();
        let mut open: Vec<(&str, bool)> = vec![(start, false)];
        while let Some((name, leaving)) = open.pop() {
            if leaving {
                trail.pop();
                on_trail.remove(name);
                done.insert(name);
                continue;
            }
            if done.contains(name) || !on_trail.insert(name) {
                continue;
            }
            trail.push(name);
            open.push((name, true));
            for (next, span) in edges.get(name).into_iter().flatten() {
                let Some((next, _)) = edges.get_key_value(next.as_str()) else {
                    continue;
                };
                if on_trail.contains(next) {
                    let first = trail.iter().position(|t| t == next).unwrap_or_default();
                    let circle = trail.get(first..).unwrap_or_default();
                    let shown = circle.get(..SHOWN).unwrap_or(circle).join(" → ");
                    let more = if circle.len() > SHOWN { " → …" } else { "" };
                    let message =
                        format!("services wait for each other in a circle: {shown}{more} → {next}");
                    cx.report(
                        Diagnostic::invalid("compose-cycle", message)
                            .at(*span, "closes the circle"),
                    );
                } else {
                    open.push((next, false));
                }
            }
        }
    }
}
