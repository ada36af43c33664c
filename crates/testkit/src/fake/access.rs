//! Commit-confirm on a fake host: the state machine, and the two forms of every change.

use super::machine::{Machine, RevertState, State};
use super::ops::{Not, Op, Snapshot, Work, file_fact, fingerprint, nft_fact, nft_file, save};
use model::fact::{FactKind, FactPath};
use model::plan::{AccessChange, FilePut};
use model::run::Output;
use model::value::Value;
use plan::driver::{AccessOrder, Refusal, Ticket};
use std::collections::BTreeMap;

/// What an access order changes on `machine` as it is now; `Test` is not among them, since it never enters the target.
pub(super) fn work(
    machine: &Machine,
    ticket: &Ticket,
    order: &AccessOrder<'_>,
) -> Result<Work, Not> {
    let armed = machine.revert == RevertState::Armed;
    let own = (ticket.run.clone(), ticket.step.clone());
    let ours = machine.revert_of.as_ref() == Some(&own);
    let wrong = || {
        Not::Refused(Refusal::Revert {
            state: machine.revert.word().to_owned(),
        })
    };
    let mut output = Output::default();
    let ops = match order {
        AccessOrder::Test { .. } => Vec::new(),
        AccessOrder::Status => {
            // How an earlier step ended says nothing of this one; an armed revert is everybody's.
            let known = if armed || ours {
                machine.revert
            } else {
                RevertState::Idle
            };
            let state = Value::from(known.word());
            output.values.insert("state".to_owned(), state);
            Vec::new()
        }
        AccessOrder::Arm {
            change,
            revert_after,
        } => {
            if armed || ours && machine.revert == RevertState::Committed {
                return Err(wrong());
            }
            let mut ops = Vec::new();
            let touched = touched(machine, change)?;
            if !matches!(change, AccessChange::Restore { .. }) {
                ops.push(save(machine, ticket, touched.clone()));
            }
            ops.push(Op::Snapshot(Snapshot::whole(&machine.state, touched)));
            let deadline = machine.boottime + revert_after.0;
            ops.push(Op::Arm(own));
            ops.push(Op::Revert(RevertState::Armed, deadline));
            ops
        }
        // Asked again after a lost answer.
        AccessOrder::Disarm if ours && machine.revert == RevertState::Committed => Vec::new(),
        AccessOrder::Revert if machine.revert == RevertState::Reverted => Vec::new(),
        AccessOrder::Revert if armed => {
            if machine.revert_broken {
                return Err(Not::Failed("the revert script fails".to_owned()));
            }
            let mut ops = machine.snapshot.restore();
            ops.push(Op::Nonce(None));
            ops.push(Op::Revert(RevertState::Reverted, 0));
            ops
        }
        _ if !armed => return Err(wrong()),
        _ if !ours => {
            let state = "armed for another change".to_owned();
            return Err(Refusal::Revert { state }.into());
        }
        AccessOrder::Live { change, nonce } => {
            let mut ops = live(machine, change)?;
            ops.push(Op::Nonce(Some((*nonce).to_owned())));
            ops
        }
        AccessOrder::Persist { change } => persist(machine, change)?,
        AccessOrder::Disarm => vec![Op::Nonce(None), Op::Revert(RevertState::Committed, 0)],
        AccessOrder::Revert => return Err(wrong()),
    };
    Ok((ops, output))
}

fn path(kind: FactKind, key: impl Into<String>) -> FactPath {
    FactPath::new(kind, key)
}

fn touched(machine: &Machine, change: &AccessChange) -> Result<Vec<FactPath>, Not> {
    let ops = live(machine, change)?
        .into_iter()
        .chain(persist(machine, change)?);
    let mut paths: Vec<FactPath> = ops
        .filter_map(|op| match op {
            Op::Live(p, _) | Op::Boot(p, _) => Some(p),
            _ => None,
        })
        .collect();
    paths.sort();
    paths.dedup();
    Ok(paths)
}

fn saved<'a>(machine: &'a Machine, change: &AccessChange) -> Result<&'a Snapshot, Not> {
    let AccessChange::Restore { run, step } = change else {
        return Err(Not::Failed("not a restore".to_owned()));
    };
    let nothing = || Refusal::Unsupported(format!("run {run} saved nothing for {step}"));
    let saved = machine.saved.get(&(run.clone(), step.clone()));
    Ok(&saved.ok_or_else(nothing)?.before)
}

fn live(machine: &Machine, change: &AccessChange) -> Result<Vec<Op>, Not> {
    Ok(match change {
        AccessChange::Sshd {
            path: file,
            content,
        } => {
            let new = content.as_deref().unwrap_or_default();
            if new.contains("syntax-error") {
                return Err(
                    Refusal::Invalid("sshd -t: bad configuration option".to_owned()).into(),
                );
            }
            effective(machine, file, new)
                .into_iter()
                .map(|(p, v)| Op::Live(p, v))
                .collect()
        }
        AccessChange::Keys { user, add, remove } => keys(user, add, remove),
        AccessChange::Nft { table, ruleset } => {
            let mut ops: Vec<Op> = ruleset.iter().cloned().map(Op::Text).collect();
            let table = path(FactKind::Nft, format!("inet/{table}"));
            ops.push(Op::Live(table, ruleset.as_deref().map(nft_fact)));
            ops
        }
        AccessChange::DefaultRoute { via } => vec![Op::Live(
            path(FactKind::Route, "default"),
            via.as_ref().map(|v| route(v)),
        )],
        AccessChange::Restore { .. } => saved(machine, change)?.restore_live(),
    })
}

fn persist(machine: &Machine, change: &AccessChange) -> Result<Vec<Op>, Not> {
    Ok(match change {
        AccessChange::Sshd {
            path: file,
            content,
        } => {
            let new = content.as_deref().unwrap_or_default();
            let boot = effective(machine, file, new);
            let mut ops = whole_file(file, "0644", content.as_deref());
            ops.extend(boot.into_iter().map(|(p, v)| Op::Boot(p, v)));
            ops
        }
        AccessChange::Keys { .. } => Vec::new(),
        AccessChange::Nft { table, ruleset } => {
            let mut ops = whole_file(&nft_file(table), "0600", ruleset.as_deref());
            let table = path(FactKind::Nft, format!("inet/{table}"));
            // The word stands for a ruleset that works until it is loaded at boot.
            let loaded = ruleset
                .as_ref()
                .map(|r| r.replace("bad-at-boot", "drop-all"));
            ops.extend(loaded.iter().cloned().map(Op::Text));
            ops.push(Op::Boot(table, loaded.as_deref().map(nft_fact)));
            ops
        }
        AccessChange::DefaultRoute { via } => vec![Op::Boot(
            path(FactKind::Route, "default"),
            via.as_ref().map(|v| route(v)),
        )],
        AccessChange::Restore { .. } => saved(machine, change)?.restore_kept(),
    })
}

fn route(via: &str) -> Value {
    Value::from(format!("via {via} dev eth0"))
}

fn whole_file(file: &str, mode: &str, content: Option<&str>) -> Vec<Op> {
    let mut ops: Vec<Op> = content
        .map(|c| Op::Text(c.to_owned()))
        .into_iter()
        .collect();
    let value = content.map(|content| {
        file_fact(&FilePut {
            path: file.to_owned(),
            content: content.to_owned(),
            mode: mode.to_owned(),
            owner: "root".to_owned(),
            group: "root".to_owned(),
        })
    });
    ops.push(Op::Live(path(FactKind::File, file), value));
    ops
}

/// What `sshd -T` would say: keywords of the new drop-in, and those of the old one gone. A keyword that was there before
/// any drop-in is not modelled.
fn effective(machine: &Machine, file: &str, new: &str) -> BTreeMap<FactPath, Option<Value>> {
    let old = machine.state.live.get(&path(FactKind::File, file));
    let old = old.and_then(|v| v.field("sha256")?.as_text());
    let old = old.and_then(|d| machine.texts.get(d)).cloned();
    let words = |text: &str| -> Vec<(FactPath, Value)> {
        let lines = text.lines().filter_map(|l| l.split_once(' '));
        lines
            .map(|(k, v)| (path(FactKind::Sshd, k.to_lowercase()), Value::from(v)))
            .collect()
    };
    let gone = words(old.as_deref().unwrap_or_default());
    let mut all: BTreeMap<FactPath, Option<Value>> =
        gone.into_iter().map(|(p, _)| (p, None)).collect();
    all.extend(words(new).into_iter().map(|(p, v)| (p, Some(v))));
    all
}

fn keys(user: &str, add: &[String], remove: &[String]) -> Vec<Op> {
    let at = |print: &str| path(FactKind::Key, format!("{user}/{print}"));
    let added = add.iter().map(|line| {
        let kind = line.split(' ').next().unwrap_or_default();
        Op::Live(at(&fingerprint(line)), Some(Value::map([("type", kind)])))
    });
    let removed = remove.iter().map(|print| Op::Live(at(print), None));
    added.chain(removed).collect()
}

/// The key that the controller logs in with.
pub(super) fn controller_key() -> FactPath {
    let print = fingerprint("ssh-ed25519 admin");
    path(FactKind::Key, format!("admin/{print}"))
}

/// A host as the tests begin with it: reachable as `admin` over the default route.
pub(super) fn seed_state() -> State {
    let admin = controller_key();
    let default = (path(FactKind::Route, "default"), route("10.0.0.1"));
    let unit = |active: bool| {
        Value::map([
            ("active", Value::from(active)),
            ("enabled", Value::from("disabled")),
            ("load", Value::from("loaded")),
        ])
    };
    let sysctl = (path(FactKind::Sysctl, "vm.swappiness"), Value::from("60"));
    State {
        live: BTreeMap::from([
            (admin, Value::map([("type", "ssh-ed25519")])),
            default.clone(),
            sysctl,
            (
                path(FactKind::User, "admin"),
                Value::map([("shell", "/bin/bash")]),
            ),
            (path(FactKind::Unit, "cron.service"), unit(true)),
            (path(FactKind::Unit, "app.service"), unit(false)),
            (
                path(FactKind::Package, "openssh-server"),
                Value::from("9.2"),
            ),
            (
                path(FactKind::Repository, "vault"),
                Value::map([("id", "r0")]),
            ),
        ]),
        boot: BTreeMap::from([default]),
    }
}
