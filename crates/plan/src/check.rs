//! The plan checker: what a plan may not do, or not without being told so.

use crate::{Context, ways};
use model::id::StepId;
use model::lab::Host;
use model::plan::{AccessChange, Action, Plan, Purpose, Risk, Step, Undo};
use model::realm::Realm;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// What the user allowed beyond `--yes`: `access:host/web`, `data:…`, `delete:…`, `irreversible:…`, `lockout:…`, or `all` on twins.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Allowed {
    items: BTreeSet<String>,
    all: bool,
}

impl Allowed {
    /// From the command line.
    ///
    /// # Errors
    /// A message if an item is not `KIND:OBJECT`, or `all` is used outside a twin.
    pub fn parse(items: &[String], realm: &Realm) -> Result<Self, String> {
        let mut allowed = Self::default();
        for item in items {
            match (item.as_str(), realm) {
                ("all", Realm::Twin(_)) => allowed.all = true,
                ("all", Realm::Real) => {
                    return Err(
                        "--allow all exists on twins only; on the real lab name each KIND:OBJECT"
                            .to_owned(),
                    );
                }
                (text, _) => {
                    let kind = text.split_once(':').map(|(k, _)| k);
                    if !matches!(
                        kind,
                        Some("access" | "data" | "delete" | "irreversible" | "lockout")
                    ) {
                        return Err(format!(
                            "--allow {text}: write KIND:OBJECT with KIND access, data, delete, irreversible or lockout"
                        ));
                    }
                    allowed.items.insert(text.to_owned());
                }
            }
        }
        Ok(allowed)
    }

    fn has(&self, item: &str) -> bool {
        self.all || self.items.contains(item)
    }
}

/// Why a plan is not run as it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Refusal {
    /// It needs an explicit permission, beyond `--yes`.
    NeedsAllow {
        /// The step.
        step: StepId,
        /// The argument that would allow it.
        allow: String,
        /// Why it is asked for.
        why: String,
    },
    /// The step would shut the controller itself out.
    SelfLockout {
        /// The step.
        step: StepId,
        /// What would happen.
        why: String,
        /// The argument that would allow it.
        allow: String,
    },
}

impl Refusal {
    /// One line for people.
    pub fn line(&self) -> String {
        match self {
            Refusal::NeedsAllow { step, allow, why } => {
                format!("{step}: {why}; allow it with --allow {allow}")
            }
            Refusal::SelfLockout { step, why, allow } => {
                format!("{step}: {why}; mend the declaration, or insist with --allow {allow}")
            }
        }
    }
}

/// Everything about a plan that needs more than a yes. An empty result means that `--yes` or a confirmation is enough.
pub fn check_plan(plan: &Plan, ctx: &Context<'_>, allowed: &Allowed) -> Vec<Refusal> {
    plan.steps
        .iter()
        .flat_map(|s| {
            permissions(plan, s, allowed)
                .into_iter()
                .chain(lockout(s, ctx, allowed))
        })
        .collect()
}

fn permissions(plan: &Plan, step: &Step, allowed: &Allowed) -> Vec<Refusal> {
    let mut wanted = Vec::new();
    match step.risk {
        Risk::None | Risk::Service => {}
        Risk::Access => wanted.push((
            "access",
            "it changes a way in (run under commit-confirm)".to_owned(),
        )),
        Risk::Data => wanted.push(("data", "data may be lost".to_owned())),
    }
    let deletes = matches!(
        step.action,
        Action::RemoveFile { .. } | Action::RemovePackage { .. } | Action::RemoveUser { .. }
    );
    if deletes && !matches!(plan.purpose, Purpose::Undo(_)) {
        wanted.push(("delete", "it removes something".to_owned()));
    }
    if let Undo::Irreversible(why) = &step.undo {
        let adds_only = matches!(
            step.action,
            Action::TakeArchive { .. }
                | Action::VerifyArchive { .. }
                | Action::InitRepository(_)
                | Action::CheckRestored { .. }
        );
        if !adds_only {
            wanted.push(("irreversible", format!("there is no way back: {why}")));
        }
    }
    let refused = wanted
        .into_iter()
        .map(|(kind, why)| (format!("{kind}:{}", step.target), why));
    refused
        .filter(|(allow, _)| !allowed.has(allow))
        .map(|(allow, why)| Refusal::NeedsAllow {
            step: step.id.clone(),
            allow,
            why,
        })
        .collect()
}

/// Lock-outs that can be told on paper; the rest is what commit-confirm is for.
fn lockout(step: &Step, ctx: &Context<'_>, allowed: &Allowed) -> Option<Refusal> {
    let host = ctx.lab.machine(&step.target.name)?;
    let why = match &step.action {
        Action::Access(change) => change_lockout(change, host),
        action => unguarded(action, host),
    }?;
    let allow = format!("lockout:{}", step.target);
    (!allowed.has(&allow)).then(|| Refusal::SelfLockout {
        step: step.id.clone(),
        why,
        allow,
    })
}

/// What touches a way in without being reverted by the host itself. Holdfast's own files there are made for it.
fn unguarded(action: &Action, host: &Host) -> Option<String> {
    match action {
        Action::PutFile(put) if ways::is_path(&put.path) && host.files.contains_key(&put.path) => {
            Some(format!(
                "{} decides who gets in or whether the host starts, and a plain file is not put back by the host itself when it \
                 is wrong; declare it by `sshd`, `users` or `firewall`",
                put.path
            ))
        }
        Action::SetSysctl { key, value } if ways::is_setting(key) => Some(format!(
            "{key} = {value} can keep the host from answering, and the host does not put it back by itself"
        )),
        Action::SetUnit {
            unit,
            enabled,
            active,
        } if ways::is_unit(unit) => {
            let ends = *active == Some(false) || *enabled == Some(false);
            let starts = matches!(unit.as_str(), "ssh.service" | "ssh.socket" | "sshd.service");
            (ends || !starts).then(|| {
                format!(
                    "{unit} carries or closes a way in, and the host does not put it back by itself"
                )
            })
        }
        _ => None,
    }
}

/// What a change under commit-confirm would do, as far as paper tells.
fn change_lockout(change: &AccessChange, host: &Host) -> Option<String> {
    let (login, port) = match &host.reach {
        model::lab::Reach::Ssh { user, port, .. } => (
            user.as_ref().map(|u| u.value.as_str()),
            port.as_ref().map_or(22, |p| p.value),
        ),
        model::lab::Reach::Local | model::lab::Reach::Unknown => return None,
    };
    match change {
        AccessChange::Sshd {
            content: Some(text),
            ..
        } => sshd_lockout(text, login?, port),
        AccessChange::Nft {
            ruleset: Some(text),
            ..
        } => nft_lockout(text, port),
        _ => None,
    }
}

fn sshd_lockout(text: &str, login: &str, port: u16) -> Option<String> {
    let value = |keyword: &str| {
        let lines = text.lines().filter_map(|l| l.split_once(' '));
        let mut mine = lines
            .filter(|(k, _)| k.eq_ignore_ascii_case(keyword))
            .map(|(_, v)| v);
        mine.next()
    };
    if value("allowusers").is_some_and(|v| !v.split_whitespace().any(|u| u == login || u == "*")) {
        return Some(format!(
            "AllowUsers leaves out {login}, the account that Holdfast logs in with"
        ));
    }
    if login == "root" && value("permitrootlogin") == Some("no") {
        return Some(
            "PermitRootLogin no shuts out root, the account that Holdfast logs in with".to_owned(),
        );
    }
    if value("pubkeyauthentication") == Some("no") {
        return Some("PubkeyAuthentication no shuts out every key".to_owned());
    }
    let other = value("port").is_some_and(|v| v.trim() != port.to_string());
    other.then(|| format!("the port moves away from {port}, where Holdfast connects"))
}

fn nft_lockout(text: &str, port: u16) -> Option<String> {
    let denies = text.contains("policy drop");
    let opens = text.contains(&format!("dport {port} ")) || text.contains("dport {");
    (denies && !opens).then(|| {
        format!("the table denies by default and opens no port {port}; declare the exposure")
    })
}
