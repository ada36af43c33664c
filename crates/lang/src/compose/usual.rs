//! What Compose reads by itself where no files are named: the override beside the file, or what `COMPOSE_FILE` lists, and the profiles of
//! `COMPOSE_PROFILES`; see "Merge Compose files" and "Pre-defined environment variables" in Docker's documentation.

use super::dotenv::Environment;
use super::{Loaded, Loader, Request, path};

/// Names that Compose looks for, the first one that is there wins.
pub(crate) const FILES: [&str; 4] = [
    "compose.yaml",
    "compose.yml",
    "docker-compose.yml",
    "docker-compose.yaml",
];

/// Names of what is merged over it; of several, the first one counts.
const OVERRIDES: [&str; 4] = [
    "compose.override.yml",
    "compose.override.yaml",
    "docker-compose.override.yml",
    "docker-compose.override.yaml",
];

/// The files of a project, in their order.
pub(super) fn files(
    request: &Request,
    environment: &Environment,
    loader: &dyn Loader,
) -> Vec<String> {
    let [only] = request.files.as_slice() else {
        return request.files.clone();
    };
    if !request.by_itself {
        return request.files.clone();
    }
    if let Some(listed) = listed(only, environment) {
        return listed;
    }
    let usual = FILES.contains(&path::name(only));
    let beside = OVERRIDES.iter().filter(|_| usual);
    let mut beside = beside.filter(|name| !matches!(loader.load(name), Loaded::Missing));
    let over = beside.next().map(|name| (*name).to_owned());
    [only.clone()].into_iter().chain(over).collect()
}

/// What `COMPOSE_FILE` names, if the project's file is among it; whoever names another one starts something else.
fn listed(file: &str, environment: &Environment) -> Option<Vec<String>> {
    let names = environment.get("COMPOSE_FILE").filter(|n| !n.is_empty())?;
    let between = environment.get("COMPOSE_PATH_SEPARATOR");
    let between = between
        .filter(|s| !s.is_empty())
        .map_or(":", String::as_str);
    let names: Vec<String> = names
        .split(between)
        .map(|name| name.trim_start_matches("./").to_owned())
        .collect();
    names.iter().any(|name| name == file).then_some(names)
}

/// The profiles to run with: those that are asked for, else those of the environment.
pub(super) fn profiles(request: &Request, environment: &Environment) -> Vec<String> {
    if !request.profiles.is_empty() {
        return request.profiles.clone();
    }
    let named = environment.get("COMPOSE_PROFILES").into_iter();
    let each = named.flat_map(|names| names.split(',')).map(str::trim);
    each.filter(|name| !name.is_empty())
        .map(str::to_owned)
        .collect()
}
