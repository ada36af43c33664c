//! Plans: ordered steps with preconditions, postconditions and undo.

use crate::digest::Digest;
use crate::fact::{FactPath, Seen, TargetFacts};
use crate::id::{ObjectRef, RunId, StepId};
use crate::kleene::{Reason, Truth};
use crate::realm::{HasRealm, Realm};
use crate::secret::SecretRef;
use crate::units::Seconds;
use crate::value::Value;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Version of the persisted layout of [`Plan`]; see `docs/formats/plan.md`.
pub const FORMAT: u32 = 1;

/// What a plan is for; decides the words around it, not its semantics.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Purpose {
    /// Make the lab as declared.
    Apply,
    /// Take back a run.
    Undo(RunId),
    /// Take archives now.
    Backup,
    /// Bring data back to another place.
    Restore,
    /// Restore in isolation, check, measure; undone afterwards.
    Drill,
    /// Prove that the revert fires.
    Selftest,
    /// Remove every trace.
    Leave,
}

/// An ordered set of steps over targets of one realm.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// [`FORMAT`].
    pub format: u32,
    /// The realm it belongs to.
    pub realm: Realm,
    /// What it is for.
    pub purpose: Purpose,
    /// Steps in an order that satisfies every `after`.
    pub steps: Vec<Step>,
    /// Differences that no step could be planned for because something is not known, with the reason.
    pub blocked: Vec<Blocked>,
}

impl HasRealm for Plan {
    fn realm(&self) -> &Realm {
        &self.realm
    }
}

impl Plan {
    /// What an approval binds to: realm, purpose, steps and their effects; not the places in the lab tree.
    pub fn digest(&self) -> Digest {
        let effects: Vec<_> = self
            .steps
            .iter()
            .map(|s| {
                (
                    &s.id, &s.target, &s.action, &s.reads, &s.post, &s.undo, &s.risk, &s.after,
                )
            })
            .collect();
        Digest::of_json(&(self.format, &self.realm, &self.purpose, effects))
    }

    /// Nothing to do and nothing in the way.
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty() && self.blocked.is_empty()
    }
}

/// A difference that could not be planned.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Blocked {
    /// Where.
    pub target: ObjectRef,
    /// What was wanted.
    pub what: String,
    /// What is not known.
    pub reason: Reason,
}

/// What can go wrong for the user, beyond the step failing. Ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Risk {
    /// Nothing that anyone would notice.
    None,
    /// A service is interrupted.
    Service,
    /// A way in may be lost; run under commit-confirm.
    Access,
    /// Data may be lost.
    Data,
}

/// One action with everything needed to decide about it, verify it and take it back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// Unique in the plan.
    pub id: StepId,
    /// Where it acts.
    pub target: ObjectRef,
    /// One line for people, imperative.
    pub summary: String,
    /// What is done.
    pub action: Action,
    /// The facts it was planned from; if one differs at run time, the step is stale.
    pub reads: BTreeMap<FactPath, Reading>,
    /// What holds once it is done.
    pub post: Vec<Cond>,
    /// The way back.
    pub undo: Undo,
    /// What can go wrong.
    pub risk: Risk,
    /// Why: place in the lab tree as `path:line:column`, or the command that asked for it.
    pub cause: String,
    /// Steps that must have succeeded before.
    pub after: BTreeSet<StepId>,
}

/// A fact as it was when planned; never unknown, since an unknown blocks the step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reading {
    /// It was there with this value.
    Present(Value),
    /// It was not there.
    Absent,
}

impl Reading {
    /// From an observation; unknown gives `Err`.
    ///
    /// # Errors
    /// The reason why it is not known.
    pub fn of(seen: Seen) -> Result<Self, Reason> {
        match seen {
            Seen::Present(v) => Ok(Reading::Present(v)),
            Seen::Absent => Ok(Reading::Absent),
            Seen::Unknown(r) => Err(r),
        }
    }
}

/// A condition on facts, three-valued.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Cond {
    /// The fact is present with exactly this value.
    Is(FactPath, Value),
    /// The fact is a map whose field has this value.
    FieldIs(FactPath, String, Value),
    /// The fact is present.
    Present(FactPath),
    /// The fact is absent.
    Absent(FactPath),
}

impl Cond {
    /// The path it looks at.
    pub fn path(&self) -> &FactPath {
        match self {
            Cond::Is(p, _) | Cond::FieldIs(p, _, _) | Cond::Present(p) | Cond::Absent(p) => p,
        }
    }

    /// Whether it holds in an observation.
    pub fn holds(&self, facts: &TargetFacts) -> Truth {
        let seen = facts.seen(self.path());
        match (self, seen) {
            (_, Seen::Unknown(r)) => Truth::Unknown(r),
            (Cond::Is(_, want), Seen::Present(have)) => Truth::from(have == *want),
            (Cond::FieldIs(_, field, want), Seen::Present(have)) => {
                Truth::from(have.field(field) == Some(want))
            }
            (Cond::Is(..) | Cond::FieldIs(..) | Cond::Present(_), Seen::Absent) => Truth::False,
            (Cond::Present(_), Seen::Present(_)) | (Cond::Absent(_), Seen::Absent) => Truth::True,
            (Cond::Absent(_), Seen::Present(_)) => Truth::False,
        }
    }
}

/// The way back from a step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Undo {
    /// This action returns the touched facts to equality.
    Exact(Box<Action>),
    /// The step saves what it replaces (on the target, named in the journal); restoring it returns to equality.
    Saved,
    /// This action takes most of it back.
    Compensate {
        /// The action.
        action: Box<Action>,
        /// What stays different.
        remains: String,
    },
    /// There is no way back.
    Irreversible(String),
}

/// Something that the engine can have a driver do. Closed: a new action must be thought about everywhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    /// Write a whole file (atomically; parents must exist). Undo: `Saved`.
    PutFile(FilePut),
    /// Remove a file. Undo: `Saved`.
    RemoveFile {
        /// Absolute path.
        path: String,
    },
    /// Install a package from the host's configured sources.
    InstallPackage {
        /// Its name.
        name: String,
    },
    /// Remove a package, keeping its configuration.
    RemovePackage {
        /// Its name.
        name: String,
    },
    /// Bring a unit to a state; `None` leaves that side alone.
    SetUnit {
        /// Unit name with suffix.
        unit: String,
        /// Starts at boot.
        enabled: Option<bool>,
        /// Runs now.
        active: Option<bool>,
    },
    /// Set a kernel setting now (its file is a step of its own).
    SetSysctl {
        /// Name with dots.
        key: String,
        /// Value as text.
        value: String,
    },
    /// Create an account with a home directory and a locked password.
    AddUser {
        /// Login name.
        name: String,
        /// Login shell.
        shell: String,
    },
    /// Remove an account that Holdfast made; its home directory stays.
    RemoveUser {
        /// Login name.
        name: String,
    },
    /// A change that can lock people out; run under commit-confirm.
    Access(AccessChange),
    /// Put back what a step saved.
    RestoreSaved {
        /// The run that saved it.
        run: RunId,
        /// The step that saved it.
        step: StepId,
    },
    /// Hand a secret to a file of mode 0600 on the target; the plan carries only the reference.
    PutSecret {
        /// Absolute path on the target.
        path: String,
        /// Where the controller gets it.
        secret: SecretRef,
        /// Keyed fingerprint, so that a change is seen; not the secret.
        keyed_hash: String,
    },
    /// Create an empty repository.
    InitRepository(RepositoryHandle),
    /// Take one archive of a dataset.
    TakeArchive {
        /// Where to.
        repository: RepositoryHandle,
        /// Dataset name: the archive's tag.
        dataset: String,
        /// What to read.
        source: Source,
    },
    /// Read back the data of an archive and verify it against its hashes.
    VerifyArchive {
        /// Where it is.
        repository: RepositoryHandle,
        /// Dataset name.
        dataset: String,
    },
    /// Restore the newest archive of a dataset to a new directory.
    RestoreArchive {
        /// Where it is.
        repository: RepositoryHandle,
        /// Dataset name.
        dataset: String,
        /// What it was taken from.
        source: Source,
        /// Archive id; `None` is the newest.
        archive: Option<String>,
        /// New directory; must not exist.
        to: String,
    },
    /// Remove a scratch directory that a restore made; refuses any path without Holdfast's owner mark.
    RemoveScratch {
        /// The directory.
        path: String,
    },
    /// Start restored data cut off from everything.
    StartIsolated {
        /// Dataset name.
        dataset: String,
        /// What was restored.
        source: Source,
        /// The scratch directory.
        scratch: String,
    },
    /// Stop what `StartIsolated` started.
    StopIsolated {
        /// Dataset name.
        dataset: String,
        /// The scratch directory.
        scratch: String,
    },
    /// Ask restored data a question and compare the answer.
    CheckRestored {
        /// Dataset name.
        dataset: String,
        /// What was restored.
        source: Source,
        /// The scratch directory.
        scratch: String,
        /// The question.
        check: RestoredCheck,
    },
}

/// A repository as the target sees it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct RepositoryHandle {
    /// Its name in the lab.
    pub name: String,
    /// restic location.
    pub location: String,
    /// File on the target that holds the password (mode 0600).
    pub password_file: String,
}

/// What an archive is taken from.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Source {
    /// A directory.
    Folder {
        /// Absolute path.
        path: String,
    },
    /// A PostgreSQL database of the local cluster, dumped with `pg_dump -Fc`.
    Postgres {
        /// Its name.
        database: String,
    },
}

/// A question to restored data.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RestoredCheck {
    /// A query whose single value must be at least this.
    SqlAtLeast {
        /// The query.
        query: String,
        /// Least acceptable value.
        at_least: i64,
    },
    /// At least this many regular files.
    FilesAtLeast(i64),
    /// This file exists, relative to the folder.
    FileExists(String),
}

/// A whole file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FilePut {
    /// Absolute path.
    pub path: String,
    /// The content.
    pub content: String,
    /// Permission bits, four octal digits.
    pub mode: String,
    /// Owner's name.
    pub owner: String,
    /// Group's name.
    pub group: String,
}

/// A change of a way in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AccessChange {
    /// Whole content of a drop-in under `/etc/ssh/sshd_config.d/`; `None` removes it.
    Sshd {
        /// Absolute path.
        path: String,
        /// The content.
        content: Option<String>,
    },
    /// Keys of one account: lines to add, fingerprints to remove.
    Keys {
        /// Login name.
        user: String,
        /// Lines of `authorized_keys`.
        add: Vec<String>,
        /// `SHA256:…` fingerprints.
        remove: Vec<String>,
    },
    /// Our own table in family inet; `None` removes it.
    Nft {
        /// Table name.
        table: String,
        /// `table inet NAME { … }`; nothing else may appear in it.
        ruleset: Option<String>,
    },
    /// The default route, now and at boot.
    DefaultRoute {
        /// Gateway address; `None` removes the route.
        via: Option<String>,
    },
    /// Put back what an earlier access step replaced: its undo. Refused if something else changed it since.
    Restore {
        /// The run that saved it.
        run: RunId,
        /// The step that saved it.
        step: StepId,
    },
}

/// Time limits of commit-confirm.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConfirmPolicy {
    /// The revert fires this long after arming, on the target's boot-time clock.
    pub revert_after: Seconds,
    /// Each test of an admin path gives up after this.
    pub test_timeout: Seconds,
}

impl Default for ConfirmPolicy {
    fn default() -> Self {
        Self {
            revert_after: Seconds(60),
            test_timeout: Seconds(10),
        }
    }
}
