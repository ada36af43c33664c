//! Compose projects, where they lie, and a service for each.

use super::Names;
use crate::draft::Draft;
use starter::yaml::scalar;

pub(super) fn text(draft: &Draft, names: &Names) -> String {
    if draft.stacks.is_empty() {
        return String::new();
    }
    let mut text = "# Compose files stay as they are and where they are; where they run, they do not say: `on` names the machine.\nstacks:\n".to_owned();
    for (name, stack) in &draft.stacks {
        let on = stack
            .engine
            .as_ref()
            .and_then(|e| draft.machine(&e.machine));
        let on = on.map_or("unknown".to_owned(), |host| names.refer(host));
        let project = stack
            .project
            .as_ref()
            .filter(|p| *p != name && crate::name::of(p).as_ref() == Some(p))
            .map(|p| format!(", project: {}", scalar(p)));
        text.push_str(&format!(
            "  {}: {{file: {}, on: {on}{}}}\n",
            scalar(name),
            scalar(&stack.file),
            project.unwrap_or_default()
        ));
    }
    text.push_str("\n# One service per stack to begin with. `tier` says what it is worth to you.\nservices:\n");
    for (name, stack) in &draft.stacks {
        let name = scalar(name);
        let part = stack.service.as_ref().filter(|s| **s != *name);
        let part = part.map(|s| format!(", service: {}", scalar(s)));
        text.push_str(&format!(
            "  {name}:\n    tier: unknown\n    runs: {{stack: {name}{}}}\n",
            part.unwrap_or_default()
        ));
        if let Some(port) = &stack.port {
            text.push_str(&format!("    smoke: [{{tcp: {port}}}]\n"));
        }
    }
    text
}
