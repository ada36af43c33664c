//! The containers that a lab's stacks declare, and what of the lab they are.

use crate::Context;
use diag::{Diagnostic, Span};
use model::compose::{Mount, MountKind, Project, Service as Composed};
use model::declare::OptExt as _;
use model::id::{Kind, ObjectRef};
use model::knowledge::Product;
use model::lab::guest::Stack;
use model::lab::service::Service;

/// One service of one Compose project.
#[derive(Clone, Copy)]
pub struct Container<'a> {
    /// The stack that its project belongs to.
    pub stack: &'a str,
    /// That stack.
    pub declared: &'a Stack,
    /// The project.
    pub project: &'a Project,
    /// Its name in the project.
    pub name: &'a str,
    /// What the project says of it.
    pub service: &'a Composed,
}

impl<'a> Context<'a> {
    /// The stacks whose Compose project was read.
    pub fn composed(&self) -> impl Iterator<Item = (&'a str, &'a Stack, &'a Project)> {
        let stacks = &self.lab.stacks;
        self.projects.iter().filter_map(|(name, project)| {
            let (name, stack) = stacks.get_key_value(name)?;
            Some((name.as_str(), stack, project))
        })
    }

    /// What those projects start by themselves; services of other profiles are left out.
    pub fn containers(&self) -> impl Iterator<Item = Container<'a>> {
        self.composed()
            .flat_map(|(stack, declared, project)| started((stack, declared), project))
    }

    /// Those of one stack.
    pub fn containers_in(&self, stack: &str) -> impl Iterator<Item = Container<'a>> {
        let declared = self.lab.stacks.get_key_value(stack);
        let found = declared.zip(self.projects.get(stack)).into_iter();
        found.flat_map(|((stack, declared), project)| started((stack, declared), project))
    }

    /// The services of the lab that run in a stack.
    pub fn services_in(&self, stack: &str) -> impl Iterator<Item = (&'a str, &'a Service)> {
        self.by_stack().get(stack).into_iter().flatten().copied()
    }
}

/// The containers of a project that start by themselves.
fn started<'a>(
    (stack, declared): (&'a str, &'a Stack),
    project: &'a Project,
) -> impl Iterator<Item = Container<'a>> {
    // What a provider starts is no container of the engine.
    let starts = |s: &Composed| s.active && s.provider.is_none();
    let services = project.services.iter();
    let active = services.filter(move |(_, s)| starts(s));
    active.map(move |(name, service)| Container {
        stack,
        declared,
        project,
        name,
        service,
    })
}

impl<'a> Container<'a> {
    /// A finding that nobody can make before a variable in one of these places has a value, with where that is written.
    pub fn unsettled(&self, d: Diagnostic, places: &[Span]) -> Diagnostic {
        let Some(name) = places.iter().find_map(|p| self.project.lacking(*p)) else {
            return d;
        };
        d.note(format!(
            "the variable '{name}' in it has neither a value nor a default"
        ))
        .help(format!(
            "write '{name}=…' into the '.env' beside the Compose file of stack '{}', or a default in its place: '${{{name}:-…}}'",
            self.stack
        ))
    }

    /// What a waiver names.
    pub fn object(&self) -> ObjectRef {
        ObjectRef::new(Kind::Stack, self.stack)
    }

    /// `container 'db' of stack 'wiki'`.
    pub fn title(&self) -> String {
        format!("container '{}' of stack '{}'", self.name, self.stack)
    }

    /// The kind and name of the machine or cluster that it runs on.
    pub fn machine(&self) -> Option<(Kind, &'a str)> {
        let on = self.declared.on.known()?;
        Some((on.kind(), on.name()))
    }

    /// The product that its image is.
    pub fn product<'k>(&self, ctx: &Context<'k>) -> Option<(&'k str, &'k Product)> {
        let image = &self.service.image.as_ref()?.value;
        ctx.knowledge.of_image(&image.name)
    }

    /// The folders of the host and named volumes that it can write to and that outlive it.
    pub fn kept(&self) -> impl Iterator<Item = &'a Mount> {
        let settled = |m: &&Mount| self.project.is_settled(m.span);
        self.service.mounts.iter().filter(settled).filter(|m| {
            let kind = matches!(m.kind, MountKind::Bind | MountKind::Named);
            kind && !m.read_only && m.source.as_deref().is_some_and(|s| !is_of_the_system(s))
        })
    }
}

/// Sockets, devices and kernel files, which hold no data of anybody.
fn is_of_the_system(path: &str) -> bool {
    const FOLDERS: [&str; 6] = ["/dev", "/proc", "/sys", "/run", "/var/run", "/tmp"];
    const FILES: [&str; 3] = ["/etc/localtime", "/etc/timezone", "/etc/machine-id"];
    FOLDERS.iter().any(|f| is_below(path, f)) || FILES.contains(&path) || path.ends_with(".sock")
}

/// Whether a path is a folder or lies in it.
pub fn is_below(path: &str, folder: &str) -> bool {
    path.strip_prefix(folder.trim_end_matches('/'))
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}
