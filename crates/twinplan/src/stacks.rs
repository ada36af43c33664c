//! Stacks: Compose projects on the machines that they are declared on.

use crate::design::{Absent, Design, StackTwin};
use crate::stand_in::{self, Place};
use model::compose::Projects;
use model::declare::OptExt as _;
use model::id::{Kind, ObjectRef};
use model::lab::Lab;
use model::lab::guest::{Stack, StackKind};
use std::collections::BTreeSet;

/// Compose if nothing is said.
pub(crate) fn is_compose(stack: &Stack) -> bool {
    matches!(stack.kind.known(), None | Some(StackKind::Compose))
}

/// Adds stacks, and those that cannot be there.
pub(crate) fn add(lab: &Lab, projects: &Projects, design: &mut Design) {
    for (name, stack) in &lab.stacks {
        match twin(name, stack, projects, design) {
            Ok(twin) => design.stacks.push(twin),
            Err(why) => design.absent.push(Absent {
                of: ObjectRef::new(Kind::Stack, name),
                why,
            }),
        }
    }
}

fn twin(
    name: &str,
    stack: &Stack,
    projects: &Projects,
    design: &Design,
) -> Result<StackTwin, String> {
    if !is_compose(stack) {
        return Err("there is no Kubernetes in a twin".to_owned());
    }
    let on = stack.on.known().ok_or("nothing says where it runs")?;
    let object = &on.0.object;
    let machine = design
        .machine_of(object)
        .ok_or(format!("{object} is not in the twin"))?;
    let project = projects
        .get(name)
        .ok_or("its Compose file is not there or could not be read")?;
    let image = |s: &model::compose::Service| s.image.as_ref().map(|i| i.value.reference.clone());
    let active = project.services.iter().filter(|(_, s)| s.active);
    let given = stack.project.known().map(|p| p.0.as_str());
    let written = project.name.as_ref().map(|n| n.value.as_str());
    let ports = active.clone().flat_map(|(_, s)| &s.ports);
    let published = ports
        .filter_map(|p| p.published)
        .flat_map(|r| r.start..=r.end);
    // How many processors there are, and which images can be had, is known where it is brought up.
    let place = Place {
        stand_in: "",
        real: &BTreeSet::new(),
        processors: usize::MAX,
    };
    Ok(StackTwin {
        name: name.to_owned(),
        machine: machine.name.clone(),
        project: given.or(written).unwrap_or(name).to_owned(),
        services: active.map(|(n, s)| (n.clone(), image(s))).collect(),
        published: published.collect(),
        notes: stand_in::changes(project, &place).notes,
    })
}
