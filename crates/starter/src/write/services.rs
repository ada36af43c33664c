//! `lab/services.yaml`: Compose projects, what people use, and the documents.

use super::texts::RUNBOOK;
use super::yaml::{SCHEMA, scalar};
use crate::answers::Answers;
use crate::profile::Profile;
use crate::project::Project;

pub(super) fn text(answers: &Answers) -> String {
    let body = match answers.projects.is_empty() {
        true => hints(answers),
        false => declared(answers),
    };
    let home = scalar(&answers.home());
    format!(
        "{SCHEMA}# What people use, and what it runs on.
{body}
documents:
  # Paths, machines and commands in it are held against the lab. `reviewed: DATE` says when somebody last checked it.
  restore: {{file: {RUNBOOK}, kind: runbook, for: [host/{home}]}}
"
    )
}

fn hints(answers: &Answers) -> String {
    let (home, owner) = (scalar(&answers.home()), scalar(answers.owner()));
    format!(
        "\
# A stack names a Compose file below this folder, which stays as it is. A service is what people know by name; each needs
# something, keeps data, and shows by a smoke test that it works.
#stacks: {{photos: {{file: stacks/photos/compose.yaml, on: {home}}}}}
#services:
#  photos:
#    tier: household
#    owner: {owner}
#    runs: {{host: {home}}}
#    smoke: [{{tcp: 2283}}]
# What fails alone and takes something along; `holdfast check` says which there are once services are declared.
#spofs: {{machine: {{of: host/{home}, accepted: true, why: a second machine is not worth its power}}}}
"
    )
}

/// One machine runs everything; of several, nobody said which.
fn on(answers: &Answers) -> Option<String> {
    match answers.profile {
        Profile::OneHost | Profile::Nas => Some(scalar(&answers.home())),
        Profile::Pair | Profile::Cluster => None,
    }
}

fn declared(answers: &Answers) -> String {
    let on = on(answers);
    let mut text = "# The Compose files stay as they are and where they are; environment files are not needed here.\nstacks:\n".to_owned();
    for project in &answers.projects {
        let place = on.as_deref().unwrap_or("unknown");
        let (name, file) = (scalar(&project.name), scalar(&project.file));
        text.push_str(&format!("  {name}: {{file: {file}, on: {place}}}\n"));
    }
    text.push_str("\n# One service per stack to begin with. `tier` says what it is worth to you: household, or another one.\nservices:\n");
    let owner = scalar(answers.owner());
    for project in &answers.projects {
        text.push_str(&service(project, &owner));
    }
    text.push_str("\n# What fails alone and takes something along. Is it lived with (`accepted`), and what is done about it?\nspofs:\n");
    if let Some(host) = on {
        text.push_str(&format!(
            "  machine: {{of: host/{host}, accepted: unknown, mitigation: unknown}}\n"
        ));
    }
    text.push_str(&format!(
        "  person: {{of: person/{owner}, accepted: unknown, mitigation: unknown}}\n"
    ));
    text
}

fn service(project: &Project, owner: &str) -> String {
    let name = scalar(&project.name);
    let part = match &project.service {
        Some(part) if *part != project.name => format!(", service: {}", scalar(part)),
        _ => String::new(),
    };
    let smoke = match &project.port {
        Some(port) => format!("    smoke: [{{tcp: {port}}}]\n"),
        None => String::new(),
    };
    format!(
        "  {name}:\n    tier: unknown\n    owner: {owner}\n    runs: {{stack: {name}{part}}}\n{smoke}"
    )
}
