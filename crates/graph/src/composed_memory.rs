//! What Compose files say of memory: a limit is what a container takes at most, a reservation what it is expected to take at least.

use crate::sizes::exact_memory;
use crate::totals::Part;
use diag::Span;
use model::compose::{Project, Projects, Service as Composed};
use model::declare::OptExt as _;
use model::lab::Lab;
use model::lab::service::{Runs, Service};
use rustc_hash::{FxHashMap, FxHashSet};

/// What containers take.
#[derive(Debug, Clone, Default)]
pub struct Memory {
    /// What they are expected to: what is reserved, else the limit; none if one of them has neither.
    pub expected: Option<Part>,
    /// At most; none if one of them has no limit.
    pub limit: Option<Part>,
    /// Those that reserve some; none if there are none.
    pub reserved: Option<Part>,
}

/// Amounts in bytes, and where they are written; of all containers of one service of a project.
pub type Amount = Option<(i128, Span)>;

/// `deploy.resources.limits.memory` or `mem_limit`, times the containers.
pub fn limit(project: &Project, container: &Composed) -> Amount {
    let deploy = container.deploy.as_ref();
    let limits = deploy.and_then(|d| d.limits.as_ref()?.memory.as_ref());
    let bytes = limits.or(container.amounts.mem_limit.as_ref())?;
    times(project, container, bytes.value, bytes.span)
}

/// `deploy.resources.reservations.memory` or `mem_reservation`, times the containers.
pub fn reservation(project: &Project, container: &Composed) -> Amount {
    let deploy = container.deploy.as_ref();
    let reserved = deploy.and_then(|d| d.reservations.as_ref()?.memory.as_ref());
    let bytes = reserved.or(container.amounts.mem_reservation.as_ref())?;
    times(project, container, bytes.value, bytes.span)
}

/// More is reserved than it may take: what is reserved, and the limit.
pub fn beyond(project: &Project, container: &Composed) -> Option<((i128, Span), (i128, Span))> {
    let both = reservation(project, container).zip(limit(project, container));
    both.filter(|(reserved, limit)| reserved.0 > limit.0)
}

fn times(project: &Project, container: &Composed, bytes: i64, span: Span) -> Amount {
    let replicas = container.deploy.as_ref().and_then(|d| d.replicas.as_ref());
    let times = replicas.or(container.amounts.scale.as_ref());
    let known = project.is_settled(span) && times.is_none_or(|t| project.is_settled(t.span));
    let value = i128::from(bytes) * i128::from(times.map_or(1, |t| t.value));
    (known && bytes > 0).then_some((value, span))
}

impl Memory {
    fn of(name: &str, project: &Project, containers: &[&Composed]) -> Self {
        // Docker refuses to reserve more than the limit; more than that nothing takes.
        let reserved = |c: &&Composed| match beyond(project, c) {
            Some((_, limit)) => Some(limit),
            None => reservation(project, c),
        };
        let some: Vec<Amount> = containers
            .iter()
            .map(reserved)
            .filter(Option::is_some)
            .collect();
        let expected = |c: &&Composed| reserved(c).or_else(|| limit(project, c));
        let by_limit = containers.iter().any(|c| reserved(c).is_none());
        let expected = sum(name, containers.iter().map(expected));
        Self {
            // What is let to it is more than it takes, as a rule.
            expected: expected.map(|part| Part {
                assumed: by_limit,
                ..part
            }),
            limit: sum(name, containers.iter().map(|c| limit(project, c))),
            reserved: sum(name, some.into_iter()),
        }
    }

    /// Something is said.
    pub fn is_told(&self) -> bool {
        self.expected.is_some() || self.limit.is_some()
    }

    fn add(&mut self, other: Self) {
        for (mine, more) in [
            (&mut self.expected, other.expected),
            (&mut self.limit, other.limit),
            (&mut self.reserved, other.reserved),
        ] {
            match (mine.as_mut(), more) {
                (Some(mine), Some(more)) => {
                    mine.value += more.value;
                    mine.assumed |= more.assumed;
                    mine.shown = exact_memory(mine.value).into();
                }
                (None, Some(more)) => *mine = Some(more),
                (_, None) => {}
            }
        }
    }
}

/// All of them, if all are known.
fn sum(name: &str, all: impl Iterator<Item = Amount>) -> Option<Part> {
    let all: Vec<(i128, Span)> = all.collect::<Option<_>>()?;
    let (_, span) = all.first().copied()?;
    let value = all.iter().map(|(bytes, _)| bytes).sum();
    Some(Part {
        name: format!("{name}, by its Compose file"),
        shown: exact_memory(value).into(),
        value,
        span,
        assumed: false,
    })
}

/// What the Compose files of a lab say, looked up once.
#[derive(Default)]
pub struct Files<'a> {
    of: FxHashMap<&'a str, Memory>,
    /// By stack, what no declared service is.
    rest: FxHashMap<&'a str, Memory>,
}

impl<'a> Files<'a> {
    /// Reads the projects of a lab.
    pub fn of(lab: &'a Lab, projects: &'a Projects) -> Self {
        let mut out = Self::default();
        if projects.is_empty() {
            return out;
        }
        let mut users: FxHashMap<&str, usize> = FxHashMap::default();
        for service in lab.services.values() {
            let mut stacks: Vec<&str> = service.runs.iter().filter_map(stack).collect();
            stacks.sort_unstable();
            stacks.dedup();
            stacks
                .into_iter()
                .for_each(|s| *users.entry(s).or_default() += 1);
        }
        let mut claimed: FxHashSet<(&str, &str)> = FxHashSet::default();
        for (name, service) in &lab.services {
            for runs in service.runs.iter() {
                let found = stack(runs).and_then(|s| Some((s, projects.get(s)?)));
                let Some((stack, project)) = found else {
                    continue;
                };
                let alone = runs.service.is_none() && users.get(stack) == Some(&1);
                let containers = containers(name, runs, project, alone);
                let of: Vec<&Composed> = containers.iter().map(|(_, c)| *c).collect();
                claimed.extend(containers.into_iter().map(|(c, _)| (stack, c)));
                if service.is_running() {
                    let entry = out.of.entry(name).or_default();
                    entry.add(Memory::of(name, project, &of));
                }
            }
        }
        for (name, project) in projects {
            out.unclaimed(name, project, &claimed);
        }
        out
    }

    /// Containers that are there and that no service of the lab is: those of which something is said.
    fn unclaimed(
        &mut self,
        stack: &'a str,
        project: &'a Project,
        claimed: &FxHashSet<(&str, &str)>,
    ) {
        let open = project.services.iter().filter(|(name, c)| {
            let there = c.active && c.provider.is_none();
            there && !claimed.contains(&(stack, name.as_str()))
        });
        for (name, container) in open {
            let title = format!("container '{name}' of stack '{stack}'");
            let memory = Memory::of(&title, project, &[container]);
            if memory.is_told() {
                let entry = self.rest.entry(stack).or_default();
                if entry.is_told() {
                    let title = format!("containers of stack '{stack}', by its Compose file");
                    let parts = [&mut entry.expected, &mut entry.limit];
                    parts
                        .into_iter()
                        .flatten()
                        .for_each(|p| p.name.clone_from(&title));
                }
                entry.add(memory);
            }
        }
    }

    /// What the containers of a service take.
    pub fn service(&self, name: &str) -> Option<&Memory> {
        self.of.get(name).filter(|m| m.is_told())
    }

    /// What those containers of a service reserve that reserve some.
    pub fn reserved(&self, name: &str) -> Option<&Part> {
        self.of.get(name)?.reserved.as_ref()
    }

    /// What those containers of a stack take that no declared service is, as far as something is said of them.
    pub fn rest(&self, stack: &str) -> Option<&Memory> {
        self.rest.get(stack)
    }
}

fn stack(runs: &Runs) -> Option<&str> {
    Some(runs.stack.known()?.name())
}

/// The containers that a service is: the one of its name, or all of its stack if it is the only one there.
fn containers<'a>(
    name: &str,
    runs: &Runs,
    project: &'a Project,
    alone: bool,
) -> Vec<(&'a str, &'a Composed)> {
    let wanted = runs.service.known().map_or(name, |s| s.0.as_str());
    let active = || project.services.iter().filter(|(_, c)| c.active);
    match project.services.get_key_value(wanted) {
        Some((name, one)) if !alone => vec![(name.as_str(), one)],
        _ if alone => active().map(|(n, c)| (n.as_str(), c)).collect(),
        _ => Vec::new(),
    }
}

/// What is declared of a service, else what its Compose file says: expected, and at most.
pub fn of_service(
    files: &Files<'_>,
    name: &str,
    service: &Service,
    bytes: impl Fn(&model::units::size::Size) -> i128,
) -> (Option<Part>, Option<Part>) {
    let declared = service.memory.as_ref();
    let part = |given| crate::totals::part(name, given, &bytes);
    let file = files.service(name);
    let limit = declared.and_then(|m| part(&m.limit));
    let limit = limit.or_else(|| file.and_then(|m| m.limit.clone()));
    let expected = declared.and_then(|m| part(&m.expected));
    let reserved = || file.filter(|_| declared.is_none_or(|m| m.limit.is_none()));
    let expected = expected
        .or_else(|| reserved().and_then(|m| m.expected.clone()))
        .or_else(|| limit.clone());
    (expected, limit)
}
