//! Compose projects that are there already. The lab names them where they lie, in the folder of the tree: one truth, no
//! second copy that ages, and nothing of their secrets is read or moved.

use super::Place;
use crate::texts::Folder;
use crate::tree::Instead;
use diag::{Severity, SourceSet};
use graph::listening::published;
use model::compose::{self, Service};
use starter::{Project, UNKNOWN};
use std::collections::BTreeSet;
use std::path::{Component, Path, PathBuf};

/// Names that Compose looks for by itself, in its order.
const USUAL: [&str; 4] = [
    "compose.yaml",
    "compose.yml",
    "docker-compose.yaml",
    "docker-compose.yml",
];
/// Deeper folders are not looked into.
const DEPTH: usize = 6;
/// More entries than this are no folder of projects.
const ENTRIES: usize = 20_000;

/// What was found.
#[derive(Debug, Default)]
pub(in crate::commands) struct Found {
    pub(in crate::commands) projects: Vec<Project>,
    pub(in crate::commands) left_out: Vec<String>,
}

/// The folder itself, if Compose files lie in it or below.
pub(in crate::commands) fn nearby(place: &Place) -> Option<String> {
    let there =
        place.exists() && search(place.folder(), &mut Vec::new()).is_ok_and(|f| !f.is_empty());
    there.then(|| ".".to_owned())
}

/// The projects of files and folders, named with commas between them.
pub(in crate::commands) fn find(text: &str, place: &Place) -> Result<Found, String> {
    let mut found = Found::default();
    if matches!(text.trim(), "" | "none" | UNKNOWN) {
        return Ok(found);
    }
    let mut files: BTreeSet<(PathBuf, bool)> = BTreeSet::new();
    for part in text.split(',').map(str::trim).filter(|t| !t.is_empty()) {
        let (path, inside) = inside(part, place)?;
        match std::fs::metadata(&path) {
            Ok(about) if about.is_dir() => {
                let below = search(&path, &mut found.left_out)?;
                if below.is_empty() {
                    return Err(format!(
                        "no Compose file in {part}; looked for {}",
                        USUAL.join(", ")
                    ));
                }
                files.extend(
                    below
                        .into_iter()
                        .filter_map(|f| Some((relative(&f, place)?, false))),
                );
            }
            Ok(_) => drop(files.insert((inside, true))),
            Err(e) => return Err(format!("cannot look at {part}: {e}")),
        }
    }
    let mut names = BTreeSet::new();
    for (file, named) in files {
        let name = unique(&stack_name(&file, place), &mut names);
        match read(&name, &file, place) {
            Ok(project) => found.projects.push(project),
            Err(why) if named => return Err(why),
            Err(why) => found.left_out.push(why),
        }
    }
    Ok(found)
}

/// The real path of what was named, and its path in the tree.
fn inside(part: &str, place: &Place) -> Result<(PathBuf, PathBuf), String> {
    let lies_outside = || {
        format!(
            "{part} is not in the folder of the lab tree ({}), and only what is there can be read; begin the tree in a folder \
             above it, or copy it there first",
            place.shown()
        )
    };
    // From the folder of the tree, or from where it was typed.
    let near = [place.folder().join(part), PathBuf::from(part)];
    let Some(real) = near.iter().find_map(|p| p.canonicalize().ok()) else {
        return Err(format!("there is no {part}"));
    };
    let path = relative(&real, place).ok_or_else(lies_outside)?;
    Ok((real, path))
}

fn relative(real: &Path, place: &Place) -> Option<PathBuf> {
    let root = place.folder().canonicalize().ok()?;
    real.strip_prefix(root).ok().map(Path::to_path_buf)
}

/// Compose files below a folder, one per folder. Links are not followed, and what begins with a dot is not looked into.
fn search(top: &Path, left_out: &mut Vec<String>) -> Result<Vec<PathBuf>, String> {
    let mut out = Vec::new();
    let mut hidden = BTreeSet::new();
    let mut seen = 0;
    let mut open = vec![(top.to_path_buf(), 0)];
    while let Some((folder, depth)) = open.pop() {
        let entries = match std::fs::read_dir(&folder) {
            Ok(entries) => entries,
            Err(e) => {
                left_out.push(format!("{} cannot be listed: {e}", folder.display()));
                continue;
            }
        };
        let mut here = BTreeSet::new();
        for entry in entries.flatten() {
            seen += 1;
            if seen > ENTRIES {
                return Err(format!(
                    "more than {ENTRIES} files; name the folders that have Compose files"
                ));
            }
            let name = entry.file_name().to_string_lossy().into_owned();
            let Ok(kind) = entry.file_type() else {
                continue;
            };
            if kind.is_dir() && name.starts_with('.') {
                hidden.insert(entry.path());
            } else if kind.is_dir() && depth < DEPTH {
                open.push((entry.path(), depth + 1));
            } else if kind.is_file() {
                here.insert(name);
            }
        }
        let first = USUAL.iter().find(|usual| here.contains(**usual));
        out.extend(first.map(|name| folder.join(name)));
    }
    left_out.extend(unseen(top, &hidden));
    out.sort();
    Ok(out)
}

/// Folders that begin with a dot, which were not looked into: how many, and which.
fn unseen(top: &Path, hidden: &BTreeSet<PathBuf>) -> Option<String> {
    const SHOWN: usize = 5;
    let git = |p: &&PathBuf| p.file_name().is_some_and(|n| n != ".git");
    let names: Vec<String> = hidden
        .iter()
        .filter(git)
        .map(|p| p.strip_prefix(top).unwrap_or(p).display().to_string())
        .collect();
    let more = match names.len().saturating_sub(SHOWN) {
        0 => String::new(),
        n => format!(" and {n} more"),
    };
    let shown = names.get(..names.len().min(SHOWN))?.join(", ");
    let what = crate::output::words::count(names.len(), "folder", "folders");
    (!names.is_empty())
        .then(|| format!("{what} whose name begins with a dot, not looked into: {shown}{more}"))
}

/// The folder's name for a file with a usual name, else the file's own.
fn stack_name(file: &Path, place: &Place) -> String {
    let own = file.file_name().unwrap_or_default().to_string_lossy();
    let usual = USUAL.contains(&own.as_ref());
    let parent = file.parent().and_then(Path::file_name);
    let text = match (usual, parent) {
        (true, Some(parent)) => parent.to_string_lossy().into_owned(),
        (true, None) => place.name(),
        (false, _) => file
            .file_stem()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned(),
    };
    let good = |c: char| {
        if c.is_ascii_alphanumeric() || "-_.".contains(c) {
            c
        } else {
            '-'
        }
    };
    let name: String = text.chars().map(good).take(50).collect();
    match name.trim_start_matches(['-', '_', '.']) {
        "" => "stack".to_owned(),
        name => name.to_owned(),
    }
}

fn unique(name: &str, names: &mut BTreeSet<String>) -> String {
    let numbered = (2..).map(|n| format!("{name}-{n}"));
    let mut all = std::iter::once(name.to_owned()).chain(numbered);
    let free = all.find(|n| !names.contains(n)).unwrap_or_default();
    names.insert(free.clone());
    free
}

/// Reads a project as the lab will; what the lab could not read is not taken up.
fn read(name: &str, file: &Path, place: &Place) -> Result<Project, String> {
    let ordinary = file.components().all(|c| matches!(c, Component::Normal(_)));
    let Some(path) = file
        .to_str()
        .filter(|p| ordinary && !p.chars().any(char::is_control))
    else {
        return Err(format!(
            "{} has a name that no lab can write down",
            file.display()
        ));
    };
    let quoted = serde_json::Value::from(path);
    let mut sources = SourceSet::default();
    sources.add(
        "holdfast.yaml",
        format!("format: 1\nlab: x\nstacks: {{{name}: {{file: {quoted}}}}}\n"),
    );
    let (lab, said) = lang::analyze(&sources);
    let stacks = lang::stacks(
        &lab,
        sources,
        &Folder::below(place.folder(), Instead::new()),
    );
    let wrong = said
        .iter()
        .chain(&stacks.diagnostics)
        .find(|d| d.severity == Severity::Error);
    if let Some(wrong) = wrong {
        return Err(format!("{path}: {}", wrong.message));
    }
    let read = stacks.projects.get(name);
    let main = read.and_then(|project| used(project, name));
    Ok(Project {
        name: name.to_owned(),
        file: path.to_owned(),
        project: project_name(stacks.projects.get(name), file, place),
        service: main.map(|(n, _)| n.clone()),
        port: read.and_then(|project| port(project, main?.1)),
    })
}

/// The container that people use: one that publishes a port, rather no database, rather the one that is named like the project.
fn used<'a>(project: &'a compose::Project, name: &str) -> Option<(&'a String, &'a Service)> {
    let is_database = |s: &Service| {
        let image = s.image.as_ref().map(|i| i.value.name.as_str());
        image.is_some_and(|image| graph::sensitive::database_port(image).is_some())
    };
    project.services.iter().min_by_key(|(key, service)| {
        let open = port(project, service).is_some();
        let publishes = published(project, service).next().is_some();
        (!publishes, is_database(service), !open, *key != name)
    })
}

/// What Compose calls a project whose name nobody gives: its folder, in what is allowed of its letters.
fn project_name(project: Option<&compose::Project>, file: &Path, place: &Place) -> Option<String> {
    let written = project
        .and_then(|p| p.name.as_ref())
        .map(|n| n.value.clone());
    let folder = || {
        let parent = file.parent().and_then(Path::file_name);
        let name = parent.map_or_else(|| place.name(), |n| n.to_string_lossy().into_owned());
        let good = |c: &char| c.is_ascii_lowercase() || c.is_ascii_digit() || "-_".contains(*c);
        let name: String = name.to_lowercase().chars().filter(good).collect();
        name.trim_start_matches(['-', '_']).to_owned()
    };
    Some(written.unwrap_or_else(folder)).filter(|n| !n.is_empty())
}

/// A TCP port that is certain to be open on the machine's addresses.
fn port(project: &compose::Project, service: &Service) -> Option<String> {
    let ports = published(project, service).filter(|p| p.protocol == "tcp" && p.host_ip.is_none());
    // Of a range, and for port 0, the engine takes whichever is free.
    let mut single = ports.filter_map(|p| {
        let range = p.published.as_ref()?;
        (range.start == range.end && range.start > 0).then_some(range.start)
    });
    single.next().map(|port| port.to_string())
}

#[cfg(test)]
mod tests {
    use super::{port, used};
    use lang::compose::{Loaded, Loader, Request};

    struct One(&'static str);

    impl Loader for One {
        fn load(&self, _: &str) -> Loaded {
            Loaded::Text(self.0.to_owned())
        }
    }

    #[test]
    fn the_container_that_people_use_publishes_something() {
        for (text, expected) in [
            (
                "{db: {image: 'postgres:17', ports: ['5432:5432']}, web: {image: x, ports: ['8080:80']}}",
                "web 8080",
            ),
            (
                "{db: {image: 'postgres:17'}, web: {image: x, ports: ['8080:80']}}",
                "web 8080",
            ),
            (
                "{wiki: {image: x}, web: {image: x, ports: ['8080:80']}}",
                "web 8080",
            ),
            (
                "{db: {image: 'postgres:17'}, web: {image: x, ports: ['127.0.0.1:8080:80']}}",
                "web -",
            ),
            ("{db: {image: 'postgres:17'}, web: {image: x}}", "web -"),
            (
                "{db: {image: 'postgres:17', ports: ['5432:5432']}, work: {image: x}}",
                "db 5432",
            ),
            (
                "{web: {image: x, ports: ['8080:80'], network_mode: host}}",
                "web -",
            ),
            ("{web: {image: x, ports: ['8080:80'], scale: 0}}", "web -"),
            ("{web: {image: x, ports: ['0:80']}}", "web -"),
            ("{web: {image: x, ports: ['8000-8005:80']}}", "web -"),
            (
                "{a: {image: x, ports: ['81:80']}, wiki: {image: x, ports: ['80:80']}}",
                "wiki 80",
            ),
        ] {
            let request = Request {
                files: vec!["compose.yaml".to_owned()],
                ..Request::default()
            };
            let text: &'static str = Box::leak(format!("services: {text}\n").into_boxed_str());
            let read = lang::compose::read(&request, &One(text)).project;
            let (name, service) = used(&read, "wiki").unwrap();
            let port = port(&read, service).unwrap_or_else(|| "-".to_owned());
            assert_eq!(format!("{name} {port}"), expected, "{text}");
        }
    }
}
