//! Stacks with what their Compose files start.

use crate::size::count;
use crate::{Cell, Input, Sheet};
use graph::listening::published;
use model::compose::{Project, Service};
use model::declare::OptExt as _;
use model::lab::guest::{Stack, StackKind};

pub(crate) fn sheets(input: &Input<'_>) -> Vec<Sheet> {
    vec![stacks(input), containers(input)]
}

fn stacks(input: &Input<'_>) -> Sheet {
    let mut sheet = Sheet::new(
        "stacks",
        &["STACK", "KIND", "ON", "FILE", "CONTAINERS", "SERVICES"],
    );
    for (name, stack) in &input.lab.stacks {
        let project = input.projects.get(name);
        let compose = is_compose(stack);
        sheet.row([
            Cell::declared(name),
            Cell::with(&stack.kind, |k| k.word().to_owned()),
            Cell::of(&stack.on),
            Cell::of(if stack.file.is_some() {
                &stack.file
            } else {
                &stack.manifests
            }),
            match project {
                Some(project) => Cell::computed(running(project).count()),
                None if compose => Cell::unknown(),
                None => Cell::silent(),
            },
            Cell::list(served(input, name)),
        ]);
    }
    let unread = unread(input);
    if unread > 0 {
        let number = count(unread, "Compose file", "Compose files");
        sheet.note(format!(
            "{number} not given or not readable: holdfast check says why"
        ));
    }
    sheet
}

/// How many stacks are Compose projects of which nothing could be read.
pub(crate) fn unread(input: &Input<'_>) -> usize {
    let stacks = input.lab.stacks.iter();
    let lost = |(name, stack): &(&String, &Stack)| {
        is_compose(stack) && !input.projects.contains_key(*name)
    };
    stacks.filter(lost).count()
}

/// What is not said to be something else.
fn is_compose(stack: &Stack) -> bool {
    let kind = stack.kind.known();
    kind.is_none_or(|kind| *kind == StackKind::Compose)
}

/// What is said of a container of which no Compose file can say where it listens.
pub(crate) const BARE: &str = "network of the host, ports unknown";

/// Containers that share the network of their machine, by stack: their own, or that of a container that does.
pub(crate) fn on_hosts<'a>(input: &Input<'a>) -> Vec<(&'a str, &'a str)> {
    let projects = input.projects.iter();
    let all = projects.flat_map(|(name, p)| running(p).map(move |(c, _)| (name, p, c)));
    let bare = all.filter(|(_, project, container)| shares_host(project, container));
    bare.map(|(name, _, c)| (name.as_str(), c.as_str()))
        .collect()
}

fn shares_host(project: &Project, container: &str) -> bool {
    let mut at = container;
    // `service:NAME` may lead to `service:NAME`; never through more than there are.
    for _ in 0..=project.services.len() {
        let service = project.services.get(at);
        match service.and_then(|s| s.network_mode.as_ref()) {
            Some(mode) if mode.value == "host" => return true,
            Some(mode) => match mode.value.strip_prefix("service:") {
                Some(next) => at = next,
                None => return false,
            },
            None => return false,
        }
    }
    false
}

/// What a project starts without a profile.
fn running(project: &Project) -> impl Iterator<Item = (&String, &Service)> {
    project.services.iter().filter(|(_, s)| s.active)
}

/// The services of the lab that a stack runs.
fn served<'a>(input: &'a Input<'_>, stack: &'a str) -> impl Iterator<Item = &'a String> {
    let here = move |at: &model::lab::service::Runs| {
        at.stack
            .known()
            .is_some_and(|reference| reference.name() == stack)
    };
    let all = input.lab.services.iter();
    all.filter(move |(_, s)| s.runs.iter().any(here))
        .map(|(n, _)| n)
}

fn containers(input: &Input<'_>) -> Sheet {
    let mut sheet = Sheet::new(
        "containers",
        &["STACK", "CONTAINER", "IMAGE", "PUBLISHES", "NETWORKS"],
    );
    for (name, project) in input.projects {
        for (container, service) in running(project) {
            let ports = published(project, service).filter_map(|port| {
                let range = port.published.as_ref()?;
                let ports = match range.start == range.end {
                    true => range.start.to_string(),
                    false => format!("{}-{}", range.start, range.end),
                };
                let address = port.host_ip.map(|ip| format!("{ip}:")).unwrap_or_default();
                Some(format!("{address}{ports}/{}", port.protocol))
            });
            let mode = service.network_mode.as_ref().map(|m| m.value.as_str());
            let networks = service.networks.keys().map(String::as_str);
            sheet.row([
                Cell::declared(name),
                Cell::declared(container),
                match (&service.image, &service.build) {
                    (Some(image), _) => Cell::declared(&image.value.reference),
                    (None, Some(_)) => Cell::declared("built here"),
                    (None, None) => Cell::silent(),
                },
                Cell::list(ports),
                Cell::list(networks.chain(mode)),
            ]);
        }
    }
    sheet
}
