//! The merged tree in long form to the typed model.

mod fields;
mod parts;
mod resources;
mod service;
mod units;

use super::cx::Cx;
use super::dotenv::Environment;
use super::value::Map;
use diag::Spanned;
use model::compose::Project;

/// The typed form of a project. `profiles` are those that are asked for.
pub(super) fn project(
    cx: &mut Cx<'_>,
    environment: &Environment,
    profiles: &[String],
    map: &Map,
) -> Project {
    let mut project = Project {
        networks: resources::networks(cx, map),
        volumes: resources::volumes(cx, map),
        secrets: resources::files(cx, map, "secrets"),
        configs: resources::files(cx, map, "configs"),
        ..Project::default()
    };
    if let Some(entry) = map.get("name") {
        let name = entry.value.print().unwrap_or_default();
        project.name = Some(Spanned::new(name, entry.value.span));
    }
    let services = map.get("services").and_then(|e| e.value.as_map());
    for (name, entry) in services.into_iter().flatten() {
        let Some(own) = entry.value.as_map() else {
            continue;
        };
        let service = service::service(cx, environment, profiles, name, entry.key, own);
        project.services.insert(name.clone(), service);
    }
    let extensions = map.iter().filter(|(k, _)| k.starts_with("x-"));
    project.extensions = extensions
        .map(|(k, e)| (k.clone(), e.value.to_extra(k)))
        .collect();
    project
}
