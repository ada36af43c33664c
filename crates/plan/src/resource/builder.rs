//! Shorthand for building comparisons and steps of one host.

use crate::{Comparison, Context, Difference, How, Remedy};
use diag::Span;
use model::digest::Digest;
use model::fact::{FactKind, FactPath, Seen, TargetFacts};
use model::id::{ObjectRef, StepId};
use model::kleene::Reason;
use model::lab::Host;
use model::plan::{Action, Cond, FilePut, Reading, Risk, Step, Undo};
use model::value::Value;
use std::collections::{BTreeMap, BTreeSet};

/// One host being compared.
pub(crate) struct On<'a> {
    pub(crate) ctx: &'a Context<'a>,
    pub(crate) name: &'a str,
    pub(crate) host: &'a Host,
    pub(crate) facts: &'a TargetFacts,
}

/// What differs, before the remedy is known.
pub(crate) struct Diff {
    pub(crate) path: FactPath,
    pub(crate) how: How,
    pub(crate) declared: String,
    pub(crate) observed: String,
    pub(crate) span: Option<Span>,
}

/// The parts of a step that differ from kind to kind.
pub(crate) struct Draft {
    pub(crate) id: String,
    pub(crate) summary: String,
    pub(crate) action: Action,
    pub(crate) reads: Vec<FactPath>,
    pub(crate) post: Vec<Cond>,
    pub(crate) undo: Undo,
    pub(crate) risk: Risk,
    pub(crate) span: Option<Span>,
    pub(crate) after: Vec<StepId>,
}

impl On<'_> {
    pub(crate) fn target(&self) -> ObjectRef {
        self.ctx.lab.machine_ref(self.name)
    }

    pub(crate) fn seen(&self, kind: FactKind, key: &str) -> Seen {
        self.facts.seen(&FactPath::new(kind, key))
    }

    pub(crate) fn step_id(&self, id: &str) -> StepId {
        StepId(format!("{}/{id}", self.name))
    }

    /// The step, or the reason why a fact it would rest on is not known.
    pub(crate) fn step(&self, draft: Draft) -> Result<Step, Reason> {
        let mut reads = BTreeMap::new();
        for path in draft.reads {
            let reading = Reading::of(self.facts.seen(&path))
                .map_err(|r| Reason::new(format!("{path}: {r}")))?;
            reads.insert(path, reading);
        }
        let cause = draft
            .span
            .map_or_else(|| "no longer declared".to_owned(), |s| self.ctx.place(s));
        Ok(Step {
            id: self.step_id(&draft.id),
            target: self.target(),
            summary: draft.summary,
            action: draft.action,
            reads,
            post: draft.post,
            undo: draft.undo,
            risk: draft.risk,
            cause,
            after: draft.after.into_iter().collect::<BTreeSet<_>>(),
        })
    }

    fn difference(&self, diff: Diff) -> Difference {
        Difference {
            target: self.target(),
            path: diff.path,
            how: diff.how,
            declared: diff.declared,
            observed: diff.observed,
            cause: diff.span.map(|s| self.ctx.place(s)),
        }
    }

    /// A difference that these steps mend.
    pub(crate) fn mend(&self, diff: Diff, drafts: Vec<Draft>) -> Comparison {
        let steps: Result<Vec<Step>, Reason> = drafts.into_iter().map(|d| self.step(d)).collect();
        let remedy = match steps {
            Ok(steps) => Remedy::Steps(steps),
            Err(reason) => Remedy::Blocked(reason),
        };
        Comparison {
            difference: self.difference(diff),
            remedy,
        }
    }

    /// A difference that is only shown.
    pub(crate) fn report(&self, diff: Diff) -> Comparison {
        Comparison {
            difference: self.difference(diff),
            remedy: Remedy::Report,
        }
    }

    /// It could not be told whether there is a difference.
    pub(crate) fn unknown(
        &self,
        path: FactPath,
        declared: &str,
        reason: Reason,
        span: Option<Span>,
    ) -> Comparison {
        let diff = Diff {
            path,
            how: How::Unknown,
            declared: declared.to_owned(),
            observed: format!("unknown ({reason})"),
            span,
        };
        Comparison {
            difference: self.difference(diff),
            remedy: Remedy::Blocked(reason),
        }
    }

    /// Compares one whole file and drafts the step that writes it.
    pub(crate) fn whole_file(&self, wanted: &WholeFile) -> Option<Comparison> {
        let path = FactPath::new(FactKind::File, wanted.put.path.clone());
        let value = file_value(&wanted.put);
        let (how, observed) = match self.facts.seen(&path) {
            Seen::Present(v) if v == value => return None,
            Seen::Present(v) => (How::Differs, describe_file(&v)),
            Seen::Absent => (How::Missing, "absent".to_owned()),
            Seen::Unknown(r) => {
                return Some(self.unknown(path, &describe_file(&value), r, Some(wanted.span)));
            }
        };
        let diff = Diff {
            path: path.clone(),
            how,
            declared: describe_file(&value),
            observed,
            span: Some(wanted.span),
        };
        let draft = Draft {
            id: format!("file{}", wanted.put.path),
            summary: format!("write {}", wanted.put.path),
            action: Action::PutFile(wanted.put.clone()),
            reads: vec![path.clone()],
            post: vec![Cond::Is(path, value)],
            undo: Undo::Saved,
            risk: wanted.risk,
            span: Some(wanted.span),
            after: Vec::new(),
        };
        Some(self.mend(diff, vec![draft]))
    }

    /// Drafts the removal of one of our files that left the declaration.
    pub(crate) fn remove_owned_file(&self, file: &str) -> Option<Comparison> {
        let path = FactPath::new(FactKind::File, file);
        let observed = match self.facts.seen(&path) {
            Seen::Absent => return None,
            Seen::Present(v) => describe_file(&v),
            Seen::Unknown(r) => return Some(self.unknown(path, "absent", r, None)),
        };
        let diff = Diff {
            path: path.clone(),
            how: How::Undeclared,
            declared: "no longer declared".to_owned(),
            observed,
            span: None,
        };
        let draft = Draft {
            id: format!("file{file}"),
            summary: format!("remove {file}, which is no longer declared"),
            action: Action::RemoveFile {
                path: file.to_owned(),
            },
            reads: vec![path.clone()],
            post: vec![Cond::Absent(path)],
            undo: Undo::Saved,
            risk: Risk::None,
            span: None,
            after: Vec::new(),
        };
        Some(self.mend(diff, vec![draft]))
    }
}

/// A file that must be exactly so.
pub(crate) struct WholeFile {
    pub(crate) put: FilePut,
    pub(crate) span: Span,
    pub(crate) risk: Risk,
}

/// The fact that a written file gives.
pub(crate) fn file_value(put: &FilePut) -> Value {
    let size = i64::try_from(put.content.len()).unwrap_or(i64::MAX);
    Value::map([
        ("kind", Value::from("file")),
        ("mode", Value::from(put.mode.as_str())),
        ("owner", Value::from(put.owner.as_str())),
        ("group", Value::from(put.group.as_str())),
        ("sha256", Value::from(Digest::of(&put.content).0)),
        ("size", Value::from(size)),
    ])
}

/// A file in a line: `file 0644 root:root 120 B sha256 1f3a…`.
pub(crate) fn describe_file(value: &Value) -> String {
    let text = |f: &str| value.field(f).map(ToString::to_string).unwrap_or_default();
    let hash: String = text("sha256").chars().take(12).collect();
    format!(
        "{} {} {}:{} {} B sha256 {hash}",
        text("kind"),
        text("mode"),
        text("owner"),
        text("group"),
        text("size")
    )
}
