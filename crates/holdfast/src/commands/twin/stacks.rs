//! The stacks of a twin: their files as they are taken to a machine, and bringing them up.
//!
//! Of a stack's folder what Compose may mount goes along; what looks like a secret does not, by its name or its content. Environment
//! files, secrets and variables without a value are made up from a seed of the twin's own.

use super::Twinned;
use crate::tree::Tree;
use anyhow::Result;
use model::compose::{ConfigSource, Project};
use model::declare::OptExt as _;
use model::digest::Digest;
use model::lab::guest::Stack;
use model::secret::SecretRef;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use twin::stack::{self, Container};
use twin::{Engine, Host, TwinError};
use twinplan::{StackTwin, generated, stand_in};

/// So many files of a stack's folder are taken along, and so many bytes of each.
const MOST_FILES: usize = 200;
const LONGEST: u64 = 256 << 10;

/// Brings a stack up, or what is missing of it; says how many containers it has.
pub(super) fn up(twinned: &Twinned, host: &Host, stack: &StackTwin) -> Result<usize> {
    let Some(project) = twinned.projects.get(&stack.name) else {
        anyhow::bail!("its Compose file could not be read");
    };
    let Some(declared) = twinned.world.tree.lab.stacks.get(&stack.name) else {
        anyhow::bail!("it is not declared");
    };
    let real = real_images(&twinned.engine, host, stack)?;
    let place = stand_in::Place {
        stand_in: stack::STAND_IN,
        real: &real,
        processors: std::thread::available_parallelism().map_or(1, usize::from),
    };
    let changes = stand_in::changes(project, &place);
    let (file, files) = files(twinned, stack, declared, project)?;
    host.compose_up(&stack::Project {
        name: stack.project.clone(),
        file,
        changes: changes.text,
        files,
        networks: changes.networks,
        volumes: changes.volumes,
        paths: changes.paths,
    })?;
    let all = host.containers()?;
    Ok(all.iter().filter(|c| c.project == stack.project).count())
}

/// Images that the twin's engine has; the machine's engine is given them.
fn real_images(
    engine: &Engine,
    host: &Host,
    stack: &StackTwin,
) -> Result<BTreeSet<String>, TwinError> {
    let mut real = BTreeSet::new();
    for (_, image) in &stack.services {
        let Some(image) = image else { continue };
        if host.give_image(engine, image)? {
            real.insert(image.clone());
        }
    }
    Ok(real)
}

type Files = BTreeMap<String, (u32, Vec<u8>)>;

/// The name of the Compose file, and all files of the project.
fn files(
    twinned: &Twinned,
    stack: &StackTwin,
    declared: &Stack,
    project: &Project,
) -> Result<(String, Files)> {
    let tree = &twinned.world.tree;
    let Some(at) = declared.file.known() else {
        anyhow::bail!("nothing says which its Compose file is");
    };
    let path = tree.root.join(&at.0);
    let folder = path.parent().unwrap_or(&tree.root).to_owned();
    let name = path.file_name().unwrap_or_default();
    let name = name.to_string_lossy().into_owned();
    let mut files = Files::new();
    collect(&folder, &folder, &mut files)?;
    files.insert(name.clone(), (0o644, std::fs::read(&path)?));
    let seed = seed(twinned)?;
    let made = |what: &str| {
        Digest::of(format!("{seed}/{}/{what}", stack.name))
            .short()
            .to_owned()
    };
    let mut environment = variables(tree, declared, &folder, project, &made);
    for (secret, about) in &project.secrets {
        match &about.source {
            ConfigSource::File(path) => {
                let text = made(&format!("secret {secret}"));
                files.insert(path.value.clone(), (0o644, text.into_bytes()));
            }
            ConfigSource::Environment(variable) => {
                let line = format!("{}={}\n", variable.value, made(&variable.value));
                environment.push_str(&line);
            }
            _ => {}
        }
    }
    for file in project.services.values().flat_map(|s| &s.env_files) {
        let text = std::fs::read_to_string(folder.join(&file.path.value)).unwrap_or_default();
        let text = generated::environment(&text, made);
        files.insert(file.path.value.clone(), (0o600, text.into_bytes()));
    }
    files.insert(".env".to_owned(), (0o600, environment.into_bytes()));
    Ok((name, files))
}

/// The variables that Compose puts into the file: those of the lab tree without its secrets, and made up ones.
fn variables(
    tree: &Tree,
    declared: &Stack,
    folder: &Path,
    project: &Project,
    made: &impl Fn(&str) -> String,
) -> String {
    let given = match declared.env_file.known() {
        Some(file) => tree.root.join(&file.0),
        None => folder.join(".env"),
    };
    let text = std::fs::read_to_string(given).unwrap_or_default();
    let mut text = generated::environment(&text, made);
    let has = |text: &str, name: &str| {
        let start = format!("{name}=");
        text.lines().any(|l| l.starts_with(&start))
    };
    for (name, variable) in &project.variables {
        let needed = variable.bare || variable.required;
        if needed && !has(&text, name) {
            text.push_str(&format!("{name}={}\n", generated::variable(name, made)));
        }
    }
    text
}

/// What all made up secrets of this twin come from; kept in its own store.
fn seed(twinned: &Twinned) -> Result<String> {
    let reference = SecretRef::Env("seed of the stacks of a twin".to_owned());
    let folder = twinned.world.store.dir().join("secrets");
    let seed = crate::secrets::twin(&reference, &folder).map_err(anyhow::Error::msg)?;
    Ok(seed.expose().to_owned())
}

/// Plain small files below a folder, without what looks like a secret.
fn collect(root: &Path, folder: &Path, to: &mut Files) -> Result<()> {
    let listing = std::fs::read_dir(folder)?;
    let mut entries: Vec<PathBuf> = listing.filter_map(|e| e.ok().map(|e| e.path())).collect();
    entries.sort();
    for path in entries {
        let about = std::fs::symlink_metadata(&path)?;
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .to_lowercase();
        let sensitive = [
            ".env", "secret", "passw", "token", ".key", ".pem", ".age", "id_",
        ];
        if sensitive.iter().any(|s| name.contains(s)) || to.len() >= MOST_FILES {
            continue;
        }
        if about.is_dir() {
            collect(root, &path, to)?;
        } else if about.is_file() && about.len() <= LONGEST {
            let inside = path.strip_prefix(root).unwrap_or(&path);
            let bytes = std::fs::read(&path)?;
            to.insert(inside.to_string_lossy().into_owned(), (0o644, bytes));
        }
    }
    Ok(())
}

/// How a stack is, as far as its machine's engine tells.
#[derive(Debug, Clone)]
pub(crate) struct Brought {
    /// The stack.
    pub(crate) stack: StackTwin,
    /// Its containers, or why they are not known.
    pub(crate) containers: Result<Vec<Container>, String>,
}

impl Brought {
    /// Every service of it has a container that is well.
    pub(crate) fn is_well(&self) -> bool {
        let well = |all: &Vec<Container>| {
            all.len() >= self.stack.services.len() && all.iter().all(Container::is_well)
        };
        self.containers.as_ref().is_ok_and(well)
    }
}

/// How all stacks are. Each machine's engine is asked once.
pub(super) fn look(twinned: &Twinned) -> Vec<Brought> {
    let mut engines: BTreeMap<&str, Result<Vec<Container>, String>> = BTreeMap::new();
    let stacks = twinned.design.stacks.iter();
    let found = stacks.map(|stack| {
        let all = engines.entry(&stack.machine).or_insert_with(|| {
            let host = Host::attach(&twinned.engine, &twinned.owner, &stack.machine);
            let host = host.map_err(|_| "its machine is missing".to_owned())?;
            match host.is_running() {
                Ok(true) => host.containers().map_err(|e| e.to_string()),
                Ok(false) => Err("its machine does not run".to_owned()),
                Err(error) => Err(error.to_string()),
            }
        });
        let own = |all: &Vec<Container>| {
            let own = all.iter().filter(|c| c.project == stack.project);
            own.cloned().collect()
        };
        Brought {
            stack: stack.clone(),
            containers: all.as_ref().map(own).map_err(Clone::clone),
        }
    });
    found.collect()
}
