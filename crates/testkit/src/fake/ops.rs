//! What an action changes on a fake host, one small change after the other, so that it can be cut anywhere.

use super::machine::{Machine, RevertState, State};
use model::digest::Digest;
use model::fact::{FactKind, FactPath};
use model::id::{RunId, StepId};
use model::plan::{Action, FilePut, RestoredCheck};
use model::run::Output;
use model::value::Value;
use plan::driver::{Refusal, Ticket};
use std::collections::BTreeMap;

/// One change; nothing happens halfway within it.
#[derive(Debug, Clone)]
pub(super) enum Op {
    Live(FactPath, Option<Value>),
    Boot(FactPath, Option<Value>),
    Text(String),
    Save((RunId, StepId), Saved),
    Snapshot(Snapshot),
    Arm((RunId, StepId)),
    Revert(RevertState, i64),
    Nonce(Option<String>),
}

/// What some paths were.
#[derive(Debug, Clone, Default)]
pub(super) struct Snapshot {
    live: BTreeMap<FactPath, Option<Value>>,
    boot: BTreeMap<FactPath, Option<Value>>,
}

impl Snapshot {
    pub(super) fn of(state: &State, paths: impl IntoIterator<Item = FactPath>) -> Self {
        let mut snapshot = Snapshot::default();
        for path in paths {
            let live = state.live.get(&path).cloned();
            snapshot.live.insert(path.clone(), live);
            let boot = state.boot.get(&path).cloned();
            snapshot.boot.insert(path, boot);
        }
        snapshot
    }

    /// What everything was.
    pub(super) fn whole(state: &State, and: impl IntoIterator<Item = FactPath>) -> Self {
        let known = state.live.keys().chain(state.boot.keys()).cloned();
        Self::of(state, known.chain(and).collect::<Vec<_>>())
    }

    /// Everything back.
    pub(super) fn restore(&self) -> Vec<Op> {
        self.restore_live()
            .into_iter()
            .chain(self.restore_kept())
            .collect()
    }

    /// The running form back: what a boot would replace, and keys, which have no other form.
    pub(super) fn restore_live(&self) -> Vec<Op> {
        self.live_ops(|p| State::is_volatile(p.kind) || p.kind == FactKind::Key)
    }

    /// The persistent form back.
    pub(super) fn restore_kept(&self) -> Vec<Op> {
        let mut ops = self.live_ops(|p| !State::is_volatile(p.kind) && p.kind != FactKind::Key);
        let boot = self.boot.iter();
        ops.extend(boot.map(|(p, v)| Op::Boot(p.clone(), v.clone())));
        ops
    }

    fn live_ops(&self, which: fn(&FactPath) -> bool) -> Vec<Op> {
        let live = self.live.iter().filter(|(p, _)| which(p));
        live.map(|(p, v)| Op::Live(p.clone(), v.clone())).collect()
    }
}

/// What a step replaced, and by what.
#[derive(Debug, Clone)]
pub(super) struct Saved {
    /// What was there.
    pub(super) before: Snapshot,
    /// What the step puts there; of an access change, whose way back goes under commit-confirm, it is not kept.
    pub(super) wrote: Option<BTreeMap<FactPath, Option<Value>>>,
}

impl Saved {
    /// Whether nobody else has changed since what the step of an ordinary action wrote.
    fn is_ours(&self, live: &BTreeMap<FactPath, Value>) -> bool {
        let mut wrote = self.wrote.iter().flatten();
        wrote.all(|(path, value)| {
            let now = live.get(path);
            now == value.as_ref() || Some(now) == self.before.live.get(path).map(Option::as_ref)
        })
    }
}

/// Why an order does nothing.
pub(super) enum Not {
    Refused(Refusal),
    Failed(String),
}

impl From<Refusal> for Not {
    fn from(refusal: Refusal) -> Self {
        Not::Refused(refusal)
    }
}

pub(super) type Work = (Vec<Op>, Output);

/// The fact that a written file gives, as the planner expects it.
pub fn file_fact(put: &FilePut) -> Value {
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

/// The fact that a loaded table gives.
pub fn nft_fact(ruleset: &str) -> Value {
    let rules = i64::try_from(ruleset.lines().count()).unwrap_or(0);
    Value::map([
        ("sha256", Value::from(Digest::of(ruleset).0)),
        ("rules", Value::from(rules)),
    ])
}

/// Where a table is kept for the next boot.
pub fn nft_file(table: &str) -> String {
    format!("/etc/holdfast/nft/{table}.nft")
}

/// The fingerprint of a key line; any text gives one here.
pub fn fingerprint(line: &str) -> String {
    plan::key_fingerprint(line).unwrap_or_else(|| format!("SHA256:{}", Digest::of(line).short()))
}

fn path(kind: FactKind, key: &str) -> FactPath {
    FactPath::new(kind, key)
}

/// What an ordinary action changes on `machine` as it is now.
pub(super) fn work(machine: &Machine, ticket: &Ticket, action: &Action) -> Result<Work, Not> {
    let ops = match action {
        Action::PutFile(put) => put_file(machine, ticket, &put.path, &put.content, file_fact(put))?,
        Action::PutSecret {
            path, keyed_hash, ..
        } => {
            let value = Value::map([("mode", "0600"), ("sha256", keyed_hash)]);
            put_file(machine, ticket, path, "", value)?
        }
        Action::RemoveFile { path: file } => {
            let file = path(FactKind::File, file);
            vec![replace(machine, ticket, &file, None)?, Op::Live(file, None)]
        }
        Action::InstallPackage { name } => {
            let package = path(FactKind::Package, name);
            let have = machine.state.live.get(&package).cloned();
            vec![Op::Live(package, have.or(Some(Value::from("1.0"))))]
        }
        Action::RemovePackage { name } => vec![Op::Live(path(FactKind::Package, name), None)],
        Action::SetUnit {
            unit,
            enabled,
            active,
        } => set_unit(machine, unit, *enabled, *active)?,
        Action::SetSysctl { key, value } => {
            // It stays over a boot, as if its file were there: that is a step of its own.
            let key = path(FactKind::Sysctl, key);
            vec![Op::Live(key, Some(Value::from(value.as_str())))]
        }
        Action::AddUser { name, shell } => add_user(machine, name, shell),
        Action::RemoveUser { name } => vec![Op::Live(path(FactKind::User, name), None)],
        Action::RestoreSaved { run, step } => restore_saved(machine, ticket, run, step)?,
        Action::Access(_) => {
            let why = "an access change goes under commit-confirm".to_owned();
            return Err(Refusal::Unsupported(why).into());
        }
        other => return data(machine, other),
    };
    Ok((ops, Output::default()))
}

pub(super) fn save(
    machine: &Machine,
    ticket: &Ticket,
    paths: impl IntoIterator<Item = FactPath>,
) -> Op {
    let key = (ticket.run.clone(), ticket.step.clone());
    let before = Snapshot::of(&machine.state, paths);
    Op::Save(
        key,
        Saved {
            before,
            wrote: None,
        },
    )
}

/// Saves what the step is to replace by `value`; refused if somebody else changed it since the step began.
fn replace(
    machine: &Machine,
    ticket: &Ticket,
    path: &FactPath,
    value: Option<&Value>,
) -> Result<Op, Refusal> {
    let key = (ticket.run.clone(), ticket.step.clone());
    let wrote = BTreeMap::from([(path.clone(), value.cloned())]);
    let begun = machine.saved.get(&key);
    let saved = Saved {
        before: begun.map_or_else(
            || Snapshot::of(&machine.state, [path.clone()]),
            |saved| saved.before.clone(),
        ),
        wrote: Some(wrote),
    };
    if !saved.is_ours(&machine.state.live) {
        let why = format!("{path} was changed by something else since this step began");
        return Err(Refusal::Invalid(why));
    }
    Ok(Op::Save(key, saved))
}

fn restore_saved(
    machine: &Machine,
    ticket: &Ticket,
    run: &RunId,
    step: &StepId,
) -> Result<Vec<Op>, Not> {
    let nothing = || Refusal::Invalid(format!("run {run} saved nothing for {step}"));
    let saved = machine.saved.get(&(run.clone(), step.clone()));
    let saved = saved.ok_or_else(nothing)?;
    if saved.wrote.is_none() {
        let why = format!("{step} changed a way in: it is taken back under commit-confirm");
        return Err(Refusal::Unsupported(why).into());
    }
    if !saved.is_ours(&machine.state.live) {
        let why = format!("what {step} wrote was changed by something else since");
        return Err(Refusal::Invalid(why).into());
    }
    // A way back is a step like any other and can be taken back.
    let key = (ticket.run.clone(), ticket.step.clone());
    let own = Saved {
        before: Snapshot::of(&machine.state, saved.before.live.keys().cloned()),
        wrote: Some(saved.before.live.clone()),
    };
    let mut ops = vec![Op::Save(key, own)];
    ops.extend(saved.before.restore());
    Ok(ops)
}

fn put_file(
    machine: &Machine,
    ticket: &Ticket,
    file: &str,
    text: &str,
    value: Value,
) -> Result<Vec<Op>, Refusal> {
    let file = path(FactKind::File, file);
    Ok(vec![
        replace(machine, ticket, &file, Some(&value))?,
        Op::Text(text.to_owned()),
        Op::Live(file, Some(value)),
    ])
}

fn set_unit(
    machine: &Machine,
    unit: &str,
    enabled: Option<bool>,
    active: Option<bool>,
) -> Result<Vec<Op>, Not> {
    let unit = path(FactKind::Unit, unit);
    let Some(Value::Map(now)) = machine.state.live.get(&unit) else {
        return Err(Not::Failed(format!("{unit}: no such unit")));
    };
    let (mut now, mut ops) = (now.clone(), Vec::new());
    if let Some(enabled) = enabled {
        let word = if enabled { "enabled" } else { "disabled" };
        now.insert("enabled".to_owned(), Value::from(word));
        ops.push(Op::Live(unit.clone(), Some(Value::Map(now.clone()))));
    }
    if let Some(active) = active {
        now.insert("active".to_owned(), Value::from(active));
        ops.push(Op::Live(unit, Some(Value::Map(now))));
    }
    Ok(ops)
}

fn add_user(machine: &Machine, name: &str, shell: &str) -> Vec<Op> {
    let user = path(FactKind::User, name);
    if machine.state.live.contains_key(&user) {
        return Vec::new();
    }
    let home = path(FactKind::File, &format!("/home/{name}"));
    vec![
        Op::Live(home, Some(Value::map([("kind", "dir")]))),
        Op::Live(user, Some(Value::map([("shell", shell)]))),
    ]
}

/// Takes back the making of a repository, unless it holds archives.
fn unmake_repository(
    live: &BTreeMap<FactPath, Value>,
    location: &str,
) -> Result<Option<Op>, Refusal> {
    let made = live.iter().find(|(path, value)| {
        path.kind == FactKind::Repository && value.field("location") == Some(&Value::from(location))
    });
    let Some((repository, _)) = made else {
        return Ok(None);
    };
    let prefix = format!("{}/", repository.key);
    let archive = |p: &FactPath| p.kind == FactKind::Archive && p.key.starts_with(&prefix);
    if live.keys().any(archive) {
        let why = format!("the repository {location} is in use; it stays");
        return Err(Refusal::Invalid(why));
    }
    Ok(Some(Op::Live(repository.clone(), None)))
}

fn data(machine: &Machine, action: &Action) -> Result<Work, Not> {
    let live = &machine.state.live;
    // A directory gets its name together with its owner mark.
    let marked = |dir: &str| {
        let value = live.get(&path(FactKind::File, dir));
        value.is_some_and(|v| v.field("scratch").is_some())
    };
    let isolated = |set: &str| path(FactKind::Unit, &format!("holdfast-isolated-{set}.service"));
    let archive = |r: &str, d: &str| path(FactKind::Archive, &format!("{r}/{d}"));
    let failed = |why: String| Err(Not::Failed(why));
    let mut output = Output::default();
    let ops = match action {
        Action::InitRepository(r) => {
            let repository = path(FactKind::Repository, &r.name);
            let made = Value::map([("id", "r1"), ("location", r.location.as_str())]);
            let value = live.get(&repository).cloned().unwrap_or(made);
            vec![Op::Live(repository, Some(value))]
        }
        Action::TakeArchive {
            repository,
            dataset,
            ..
        } => {
            if !live.contains_key(&path(FactKind::Repository, &repository.name)) {
                return failed("there is no repository".to_owned());
            }
            let archive = archive(&repository.name, dataset);
            let count = live.get(&archive).and_then(|v| v.field("count")?.as_int());
            let count = count.unwrap_or(0) + 1;
            let value = Value::map([
                ("id", Value::from(format!("a{count}"))),
                ("count", Value::from(count)),
            ]);
            output
                .values
                .insert("archive".to_owned(), Value::from(format!("a{count}")));
            vec![Op::Live(archive, Some(value))]
        }
        Action::VerifyArchive {
            repository,
            dataset,
        } => {
            if !live.contains_key(&archive(&repository.name, dataset)) {
                return failed("there is no archive".to_owned());
            }
            Vec::new()
        }
        Action::RestoreArchive { to, .. } => {
            let dir = path(FactKind::File, to);
            if live.contains_key(&dir) {
                return Err(Refusal::Unsupported(format!("{to} exists")).into());
            }
            let value = Value::map([("kind", Value::from("dir")), ("scratch", true.into())]);
            vec![Op::Live(dir, Some(value))]
        }
        Action::RemoveScratch { path: dir } => {
            let scratch = path(FactKind::File, dir);
            if live.contains_key(&scratch) && !marked(dir) {
                let why = format!("{dir} is not a scratch directory");
                return Err(Refusal::Unsupported(why).into());
            }
            let mut ops = vec![Op::Live(scratch, None)];
            ops.extend(unmake_repository(live, dir)?);
            ops
        }
        Action::StartIsolated { dataset, .. } => {
            let value = Value::map([("active", Value::from(true))]);
            vec![Op::Live(isolated(dataset), Some(value))]
        }
        Action::StopIsolated { dataset, .. } => vec![Op::Live(isolated(dataset), None)],
        Action::CheckRestored { scratch, check, .. } => {
            if !live.contains_key(&path(FactKind::File, scratch)) {
                return failed("nothing is restored there".to_owned());
            }
            // Ten rows and ten files are in everything here.
            let enough = match check {
                RestoredCheck::SqlAtLeast { at_least, .. } => *at_least <= 10,
                RestoredCheck::FilesAtLeast(n) => *n <= 10,
                RestoredCheck::FileExists(_) => true,
            };
            if !enough {
                return failed("the answer is 10".to_owned());
            }
            output.values.insert("answer".to_owned(), Value::from(10));
            Vec::new()
        }
        other => return Err(Refusal::Unsupported(format!("{other:?}")).into()),
    };
    Ok((ops, output))
}
