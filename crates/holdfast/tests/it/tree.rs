//! A lab tree of one file in a folder of its own, with what Holdfast keeps of it beside; nothing in it is logged in to.

use crate::ran::{BINARY, Ran, holding};
use std::path::PathBuf;
use std::process::Command;

/// The folder of the lab tree, gone when dropped.
pub(crate) struct Tree {
    dir: tempfile::TempDir,
    /// What the binary may neither say nor keep, whatever it is asked to do.
    hidden: &'static [&'static str],
}

impl Tree {
    pub(crate) fn hiding(hidden: &'static [&'static str]) -> Self {
        let dir = tempfile::tempdir().unwrap();
        std::fs::create_dir(dir.path().join("lab")).unwrap();
        Self { dir, hidden }
    }

    /// A path beside the lab tree.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    pub(crate) fn lab(&self) -> PathBuf {
        self.path("lab")
    }

    pub(crate) fn write(&self, text: &str) {
        std::fs::write(self.lab().join("holdfast.yaml"), text).unwrap();
    }

    /// Runs the binary on the lab tree, whose path follows the verb.
    pub(crate) fn run(&self, arguments: &[&str]) -> Ran {
        self.run_as(Command::new(BINARY), arguments)
    }

    /// The same by a command that was made ready for it.
    pub(crate) fn run_as(&self, mut command: Command, arguments: &[&str]) -> Ran {
        let (verb, rest) = arguments.split_at(match arguments {
            ["facts" | "secret", ..] => 2,
            _ => 1,
        });
        command.args(verb).arg(self.lab()).args(rest);
        command
            .env("HOLDFAST_DATA", self.path("data"))
            .env("NO_COLOR", "1")
            .env("COLUMNS", "400");
        let ran = Ran::of(command.output().unwrap());
        for hidden in self.hidden {
            assert!(!ran.all().contains(hidden), "{}", ran.all());
            assert_eq!(self.kept(hidden), Vec::<PathBuf>::new());
        }
        ran
    }

    /// The files of what Holdfast keeps that have a text in them.
    pub(crate) fn kept(&self, text: &str) -> Vec<PathBuf> {
        holding(&self.path("data"), text)
    }
}
