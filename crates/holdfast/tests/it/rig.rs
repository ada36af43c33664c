//! One real host with the world of `examples/smallest`, a lab tree that declares it, and the binary to act on it.

use crate::ran::{BINARY, Ran};
use std::path::{Path, PathBuf};
use std::process::Command;
use testkit::host::TestHost;

/// A host, its lab tree and its controller's folders; all gone when dropped.
pub(crate) struct Rig {
    pub(crate) host: TestHost,
    pub(crate) dir: tempfile::TempDir,
}

impl Rig {
    /// A host that was never managed, declared and enrolled in realm real.
    pub(crate) fn enrolled() -> Self {
        let rig = Self::declared();
        rig.enrol();
        rig
    }

    /// Enrols the declared machine in realm real.
    pub(crate) fn enrol(&self) {
        let key = self
            .host
            .exec_sh("ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub | cut -d' ' -f2")
            .unwrap();
        let ran = self.run(&[
            "access",
            "enrol",
            self.lab(),
            "--on",
            "real",
            "--host",
            "web",
            "--host-key",
            key.trim(),
        ]);
        assert_eq!(ran.code, 0, "{}", ran.all());
    }

    /// A host that was applied once: as declared, with backups set up.
    pub(crate) fn applied() -> Self {
        let rig = Self::enrolled();
        let ran = rig.apply(&[]);
        assert_eq!(ran.code, 0, "{}", ran.all());
        rig
    }

    /// A host and a lab tree that declares it; nothing is enrolled.
    pub(crate) fn declared() -> Self {
        let host = TestHost::with(|spec| {
            spec.marker = None;
            spec.hostname = "web".to_owned();
        });
        twin::seed::smallest(&host).unwrap();
        let dir = tempfile::tempdir().unwrap();
        let rig = Self { host, dir };
        rig.write_tree();
        rig
    }

    fn write_tree(&self) {
        let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/smallest");
        let pass = self.path("usb.pass");
        std::fs::write(&pass, "correct horse battery staple\n").unwrap();
        std::fs::create_dir_all(self.path("lab/lab")).unwrap();
        for file in ["holdfast.yaml", "lab/hosts.yaml", "lab/data.yaml"] {
            let text = std::fs::read_to_string(example.join(file)).unwrap();
            let text = text
                .replace("10.77.2.11", &self.host.address().to_string())
                .replace(
                    "gateway: 10.77.2.1}",
                    &format!("gateway: {}}}", self.host.gateway()),
                )
                .replace(
                    "default_route: 10.77.2.1\n",
                    &format!("default_route: {}\n", self.host.gateway()),
                )
                .replace("~/.config/holdfast/usb.pass", &pass.display().to_string());
            std::fs::write(self.path("lab").join(file), text).unwrap();
        }
        let public = |path: PathBuf| {
            std::fs::read_to_string(path.with_extension("pub"))
                .unwrap()
                .trim()
                .to_owned()
        };
        self.edit("lab/hosts.yaml", |text| {
            let lines = text.lines().map(|line| match line.trim_start() {
                l if l.starts_with("- ssh-ed25519") && l.contains("admin@") => {
                    format!("          - {}", public(self.host.admin_key()))
                }
                l if l.starts_with("- ssh-ed25519") && l.contains("anna@") => {
                    format!("          - {}", public(twin::seed::anna_key(&self.host)))
                }
                _ => line.to_owned(),
            });
            lines.collect::<Vec<_>>().join("\n") + "\n"
        });
        // Where the tests run, no time service can be asked.
        self.edit("holdfast.yaml", |t| {
            format!("{t}controller:\n  clock: {{kept_by: test, why: the rig}}\n")
        });
    }

    /// A path in the rig's folder.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// The lab tree, as an argument.
    pub(crate) fn lab(&self) -> &str {
        // Leaked once per rig: arguments are `&str` everywhere.
        Box::leak(self.path("lab").display().to_string().into_boxed_str())
    }

    /// Changes a file of the lab tree.
    pub(crate) fn edit(&self, file: &str, change: impl FnOnce(String) -> String) {
        let path = self.path("lab").join(file);
        let text = std::fs::read_to_string(&path).unwrap();
        std::fs::write(&path, change(text)).unwrap();
    }

    /// The binary with this rig's environment, ready to be run or spawned.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(BINARY);
        command.args(arguments).stdin(std::process::Stdio::null());
        command
            .env("HOLDFAST_DATA", self.path("data"))
            .env("HOLDFAST_SSH_CONFIG", self.host.ssh_config());
        command
            .env("XDG_STATE_HOME", self.path("state"))
            .env("HOME", self.path("home"))
            .env_remove("SSH_AUTH_SOCK");
        command.env("HOLDFAST_CACHE", twin::image::default_cache_dir());
        command
    }

    /// Runs the binary.
    pub(crate) fn run(&self, arguments: &[&str]) -> Ran {
        Ran::of(self.command(arguments).output().unwrap())
    }

    /// `apply` on the real realm, with what the example needs allowed.
    pub(crate) fn apply(&self, more: &[&str]) -> Ran {
        let mut arguments = vec![
            "apply",
            self.lab(),
            "--on",
            "real",
            "--yes",
            "--allow",
            "access:host/web",
        ];
        arguments.extend(more);
        self.run(&arguments)
    }

    /// States of all promises, by id.
    pub(crate) fn states(&self) -> std::collections::BTreeMap<String, String> {
        let ran = self.run(&["prove", self.lab(), "--on", "real", "--json"]);
        let all = ran.json();
        let each = all.as_array().unwrap().iter();
        each.map(|v| {
            (
                v["promise"]["id"].as_str().unwrap().to_owned(),
                v["state"].as_str().unwrap().to_owned(),
            )
        })
        .collect()
    }
}
