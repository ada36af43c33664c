//! Shorthand for steps.

use model::digest::Digest;
use model::fact::{FactKind, FactPath, Seen, TargetFacts};
use model::id::{ObjectRef, StepId};
use model::kleene::Reason;
use model::plan::{Action, Blocked, Cond, FilePut, Reading, Risk, Step, Undo};
use model::value::Value;
use plan::Context;
use std::collections::{BTreeMap, BTreeSet};

/// One host that steps are drafted for.
pub(crate) struct On<'a> {
    pub(crate) ctx: &'a Context<'a>,
    pub(crate) host: &'a str,
}

/// The parts of a step that differ from kind to kind.
pub(crate) struct Draft {
    pub(crate) id: String,
    pub(crate) summary: String,
    pub(crate) action: Action,
    pub(crate) reads: BTreeMap<FactPath, Reading>,
    pub(crate) post: Vec<Cond>,
    pub(crate) undo: Undo,
    pub(crate) risk: Risk,
    pub(crate) cause: String,
    pub(crate) after: BTreeSet<StepId>,
}

impl<'a> On<'a> {
    pub(crate) fn id(&self, id: &str) -> StepId {
        StepId(format!("{}/{id}", self.host))
    }

    pub(crate) fn target(&self) -> ObjectRef {
        self.ctx.lab.machine_ref(self.host)
    }

    fn facts(&self) -> Option<&'a TargetFacts> {
        self.ctx.facts.targets.get(self.host)
    }

    /// Whether this very path was looked at.
    pub(crate) fn asked(&self, path: &FactPath) -> bool {
        let facts = self.ctx.facts.targets.get(self.host);
        facts.is_some_and(|f| f.facts.contains_key(path))
    }

    pub(crate) fn seen(&self, path: &FactPath) -> Seen {
        self.facts().map_or_else(
            || Seen::Unknown(Reason::new("the host was not observed")),
            |f| f.seen(path),
        )
    }

    pub(crate) fn step(&self, draft: Draft) -> Step {
        Step {
            id: self.id(&draft.id),
            target: self.target(),
            summary: draft.summary,
            action: draft.action,
            reads: draft.reads,
            post: draft.post,
            undo: draft.undo,
            risk: draft.risk,
            cause: draft.cause,
            after: draft.after,
        }
    }

    pub(crate) fn blocked(&self, what: impl Into<String>, reason: Reason) -> Blocked {
        Blocked {
            target: self.target(),
            what: what.into(),
            reason,
        }
    }

    /// The step that makes a file so; nothing if it is so already.
    ///
    /// # Errors
    /// The file is not known.
    pub(crate) fn file(
        &self,
        id: String,
        put: FilePut,
        cause: &str,
        after: BTreeSet<StepId>,
    ) -> Result<Option<Step>, Blocked> {
        let path = file_path(&put.path);
        let value = file_value(&put);
        let reading = match Reading::of(self.seen(&path)) {
            Ok(Reading::Present(v)) if v == value => return Ok(None),
            Ok(reading) => reading,
            Err(reason) => return Err(self.blocked(format!("write {}", put.path), reason)),
        };
        Ok(Some(self.step(Draft {
            id,
            summary: format!("write {}", put.path),
            action: Action::PutFile(put),
            reads: BTreeMap::from([(path.clone(), reading)]),
            post: vec![Cond::Is(path, value)],
            undo: Undo::Saved,
            risk: Risk::None,
            cause: cause.to_owned(),
            after,
        })))
    }
}

pub(crate) fn file_path(path: &str) -> FactPath {
    FactPath::new(FactKind::File, path)
}

/// The fact that a written file gives.
pub(crate) fn file_value(put: &FilePut) -> Value {
    Value::map([
        ("kind", Value::from("file")),
        ("mode", Value::from(put.mode.as_str())),
        ("owner", Value::from(put.owner.as_str())),
        ("group", Value::from(put.group.as_str())),
        ("sha256", Value::from(Digest::of(&put.content).0)),
        (
            "size",
            Value::from(i64::try_from(put.content.len()).unwrap_or(i64::MAX)),
        ),
    ])
}
