//! Compose projects on the engine of a host: brought up by the real Compose, asked by the engine's own client.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::engine::Engine;
use crate::error::TwinError;
use crate::host::Host;
use crate::run;

/// What stands in for an image that cannot be had, on every engine of a twin.
pub const STAND_IN: &str = "holdfast/stand-in:1";
/// Where the files of projects lie on a host.
pub const FOLDER: &str = "/srv/stacks";

/// A project to bring up.
#[derive(Debug, Clone, Default)]
pub struct Project {
    /// Its name at the engine.
    pub name: String,
    /// Its Compose file, within its folder.
    pub file: String,
    /// What is changed in it, as a second Compose file.
    pub changes: String,
    /// Its files by their path within its folder, with their modes; those with an absolute path are added to the machine where there
    /// is none.
    pub files: BTreeMap<String, (u32, Vec<u8>)>,
    /// Networks that it expects to be there.
    pub networks: Vec<String>,
    /// Volumes that it expects to be there.
    pub volumes: Vec<String>,
    /// Paths of the host that it mounts; made as folders where they are missing.
    pub paths: Vec<String>,
}

/// A container, as far as the state of a twin is told by it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Container {
    /// Its name.
    pub name: String,
    /// Its Compose project; empty without one.
    pub project: String,
    /// `running`, `exited`, …
    pub state: String,
    /// `healthy`, `starting`, `unhealthy`; empty if nothing asks.
    pub health: String,
    /// Exit code of one that ended.
    pub exit: i64,
    /// The image that it stands in for; empty for a real one.
    pub stand_in: String,
}

impl Container {
    /// It runs and nothing speaks against it, or it has done its work.
    pub fn is_well(&self) -> bool {
        match self.state.as_str() {
            "running" => matches!(self.health.as_str(), "" | "healthy"),
            "exited" => self.exit == 0,
            _ => false,
        }
    }
}

impl Host {
    /// Starts the host's engine and gives it the stand-in image; both are left alone if they are there.
    pub fn start_engine(&self) -> Result<(), TwinError> {
        self.exec_sh(
            "systemctl start docker.service\n\
             docker image inspect holdfast/stand-in:1 >/dev/null 2>&1 || \
             tar -C /usr/local/share/holdfast-stand-in -c . | docker import - holdfast/stand-in:1 >/dev/null",
        )
        .map(drop)
    }

    /// Whether the machine has something at this path.
    fn has_file(&self, path: &str) -> Result<bool, TwinError> {
        let ask = "[ -e \"$1\" ] && echo yes || echo no";
        let said = self.run(&["sh", "-euc", ask, "ask", path])?;
        Ok(said.trim() == "yes")
    }

    /// Brings a project up, or what is missing of it.
    pub fn compose_up(&self, project: &Project) -> Result<(), TwinError> {
        let folder = format!("{FOLDER}/{}", project.name);
        for (path, (mode, bytes)) in &project.files {
            if !path.starts_with('/') {
                self.put_file(&format!("{folder}/{path}"), *mode, bytes)?;
            } else if !self.has_file(path)? {
                self.put_file(path, *mode, bytes)?;
            }
        }
        let changes = format!("{folder}/.holdfast-twin.yaml");
        self.put_file(&changes, 0o600, project.changes.as_bytes())?;
        for (what, names) in [("network", &project.networks), ("volume", &project.volumes)] {
            for name in names {
                let sh = "docker \"$1\" inspect -- \"$2\" >/dev/null 2>&1 || docker \"$1\" create -- \"$2\" >/dev/null";
                self.run(&["sh", "-euc", sh, "create", what, name])?;
            }
        }
        let mut make = vec![
            "sh",
            "-euc",
            "for path do [ -e \"$path\" ] || mkdir -p -- \"$path\"; done",
            "make",
        ];
        make.extend(project.paths.iter().map(String::as_str));
        self.run(&make)?;
        let file = format!("{folder}/{}", project.file);
        self.run(&[
            "docker",
            "compose",
            "--project-name",
            &project.name,
            "--project-directory",
            &folder,
            "--file",
            &file,
            "--file",
            &changes,
            "--ansi",
            "never",
            "--progress",
            "quiet",
            "up",
            "--detach",
            "--no-build",
            "--pull",
            "never",
            "--remove-orphans",
        ])
        .map(drop)
    }

    /// All containers of the host's engine; an error if it does not answer.
    pub fn containers(&self) -> Result<Vec<Container>, TwinError> {
        let ask = "ids=$(docker container ls --all --quiet --no-trunc)\n\
             [ -z \"$ids\" ] || docker container inspect --format '{{json .}}' $ids";
        let text = self.exec_sh(ask)?;
        let all = text.lines().map(|line| {
            let seen: Seen = serde_json::from_str(line).map_err(|error| TwinError::Damaged {
                what: format!("what the engine of {} says of a container", self.name()),
                reason: error.to_string(),
            })?;
            Ok(seen.container())
        });
        all.collect()
    }

    /// Stops or starts a container of the host's engine.
    pub fn set_container(&self, name: &str, running: bool) -> Result<(), TwinError> {
        let verb = if running { "start" } else { "stop" };
        let mut words = vec!["docker", "container", verb];
        if !running {
            words.extend(["--time", "2"]);
        }
        words.extend(["--", name]);
        self.run(&words).map(drop)
    }

    /// Gives the host's engine an image that the twin's own engine has; says whether it has it.
    pub fn give_image(&self, engine: &Engine, image: &str) -> Result<bool, TwinError> {
        let mut ask = engine.client().docker(&["image", "inspect", "--", image]);
        if !run::output(&mut ask)?.status.success() {
            return Ok(false);
        }
        let known = self.exec(&["docker", "image", "inspect", "--", image])?;
        if !known.status.success() {
            let mut save = engine.client().docker(&["image", "save", "--", image]);
            let mut load = self.exec_command(&["--interactive"], &["docker", "image", "load"]);
            run::piped(&mut save, &mut load)?;
        }
        Ok(true)
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Seen {
    name: String,
    state: State,
    config: Config,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct State {
    status: String,
    exit_code: i64,
    health: Option<Health>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Health {
    status: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Config {
    labels: Option<BTreeMap<String, String>>,
}

impl Seen {
    fn container(self) -> Container {
        let mut labels = self.config.labels.unwrap_or_default();
        let mut label = |name: &str| labels.remove(name).unwrap_or_default();
        Container {
            name: self.name.trim_start_matches('/').to_owned(),
            project: label("com.docker.compose.project"),
            stand_in: label("io.holdfast.stand-in"),
            state: self.state.status,
            health: self.state.health.map(|h| h.status).unwrap_or_default(),
            exit: self.state.exit_code,
        }
    }
}
