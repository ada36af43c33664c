//! What services say that they run, held against the Compose projects of the stacks.

use crate::suggest::{did_you_mean, nearest, one_of, quote};
use diag::{Diagnostic, Severity};
use model::compose::{Project, Projects};
use model::declare::{Given, OptExt as _};
use model::lab::Lab;
use model::lab::service::Runs;
use model::units::text::Name;
use std::collections::BTreeMap;

/// Reports every service that runs under a name, or in a stack, that the Compose project does not have for it.
pub(super) fn check(lab: &Lab, projects: &Projects) -> Vec<Diagnostic> {
    let mut out = Vec::new();
    let takers = takers(lab);
    for (name, service) in &lab.services {
        for runs in service.runs.iter() {
            let Some(stack) = runs.stack.known().map(|s| s.name()) else {
                continue;
            };
            let project = projects.get(stack).filter(|p| !p.services.is_empty());
            let Some(project) = project else { continue };
            out.extend(match &runs.service {
                Some(given) => named(name, stack, given, project),
                None => left_over(&takers, (name, stack), runs, project),
            });
        }
    }
    out
}

/// The service is named, and the project has no such one.
fn named(of: &str, stack: &str, given: &Given<Name>, project: &Project) -> Option<Diagnostic> {
    let wanted = given.value()?.0.as_str();
    if project.services.contains_key(wanted) {
        return None;
    }
    let message = format!(
        "'service' of 'runs' of service '{of}': the Compose file of stack '{stack}' has no service {}",
        quote(wanted)
    );
    let d = Diagnostic::invalid("unknown-reference", message).at(given.span, "no such service");
    let known = || project.services.keys().map(String::as_str);
    Some(match nearest(wanted, known()) {
        Some(near) => d.fix(did_you_mean(given.span, near)),
        None => d.help(format!("it has {}", one_of(known()))),
    })
}

/// Which services of the lab take which container of which stack, in the order of their names.
type Takers<'a> = BTreeMap<(&'a str, &'a str), Vec<&'a str>>;

fn takers(lab: &Lab) -> Takers<'_> {
    let mut all = Takers::new();
    for (name, service) in &lab.services {
        for runs in service.runs.iter() {
            if let Some(stack) = runs.stack.known() {
                let under = runs.service.known().map_or(name.as_str(), |s| s.0.as_str());
                all.entry((stack.name(), under)).or_default().push(name);
            }
        }
    }
    all
}

/// Nothing is named, so that the service's own name is meant or all of the stack; and other services have taken all that there is.
fn left_over(
    takers: &Takers<'_>,
    (of, stack): (&str, &str),
    runs: &Runs,
    project: &Project,
) -> Option<Diagnostic> {
    if project.services.contains_key(of) {
        return None;
    }
    let taken = |container: &str| {
        let all = takers.get(&(stack, container))?;
        all.iter().copied().find(|other| *other != of)
    };
    let by: Vec<&str> = project
        .services
        .keys()
        .map(|container| taken(container))
        .collect::<Option<_>>()?;
    let given = runs.stack.as_ref()?;
    let names = project.services.keys().map(|s| format!("'{s}'"));
    let message = format!("service '{of}' runs in stack '{stack}', which has nothing for it");
    Some(
        Diagnostic::finding("compose-services", Severity::Warning, message)
            .at(given.span, "everything in it is another service")
            .note(format!(
                "in the Compose file: {}; taken by: {}",
                names.collect::<Vec<_>>().join(", "),
                by.join(", ")
            ))
            .help("name the stack that it runs in, or the Compose service: 'runs: {stack: …, service: …}'"),
    )
}
