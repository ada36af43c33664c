//! Actions: each file renders one to a script body; rendering is pure, the driver sends.
//!
//! The shell functions are kept as `*.sh` files beside the renderings. A body runs after proof of identity, under the lock,
//! with the lease checked and the intent written; its commands see neither the lock nor the caller's input.

mod file;
mod package;
mod saved;
mod secret;
mod sysctl;
mod unit;
mod user;

mod backup;
mod drill;

pub(super) mod reply;

use super::script::Script;
use model::plan::Action;
use model::secret::{Secret, SecretRef};
use plan::driver::{Order, Refusal};
use std::time::Duration;

pub(super) const FILES: &str = include_str!("files.sh");
pub(super) const STEPS: &str = include_str!("steps.sh");
/// Body of the enrolment.
pub(super) const ENROL: &str = include_str!("enrol.sh");

/// The script of an action; `secret` is what the action refers to, if it refers to one.
///
/// # Errors
/// A refusal that needs no look at the target.
pub(super) fn script(action: &Action, secret: Option<&Secret>) -> Result<Script, Refusal> {
    let script = match action {
        Action::PutFile(put) => file::put(put)?,
        Action::RemoveFile { path } => file::remove(path)?,
        Action::InstallPackage { name } => package::install(name)?,
        Action::RemovePackage { name } => package::remove(name)?,
        Action::SetUnit {
            unit,
            enabled,
            active,
        } => unit::set(unit, *enabled, *active)?,
        Action::SetSysctl { key, value } => sysctl::set(key, value)?,
        Action::AddUser { name, shell } => user::add(name, shell)?,
        Action::RemoveUser { name } => user::remove(name)?,
        Action::RestoreSaved { run, step } => saved::restore(run, step),
        Action::PutSecret { path, .. } => secret::put(path, secret)?,
        Action::Access(_) => {
            return Err(Refusal::Unsupported(
                "a change of a way in is only made under commit-confirm".to_owned(),
            ));
        }
        Action::InitRepository(_)
        | Action::TakeArchive { .. }
        | Action::VerifyArchive { .. }
        | Action::RestoreArchive { .. }
        | Action::RemoveScratch { .. } => Script::new(backup::render(action)),
        Action::StartIsolated { .. }
        | Action::StopIsolated { .. }
        | Action::CheckRestored { .. } => Script::new(drill::render(action)),
    };
    Ok(script.functions(FILES).functions(STEPS))
}

/// The secret that an action needs.
pub(super) fn secret_of(action: &Action) -> Option<&SecretRef> {
    match action {
        Action::PutSecret { secret, .. } => Some(secret),
        _ => None,
    }
}

/// How long an order may take before the driver stops waiting; the target goes on.
pub(super) fn patience(order: &Order<'_>) -> Duration {
    const MINUTE: u64 = 60;
    Duration::from_secs(match order {
        Order::TakeLease { .. } | Order::ReleaseLease => MINUTE,
        Order::Access(_) => 2 * MINUTE,
        Order::Do(action) => match action {
            Action::InstallPackage { .. } | Action::RemovePackage { .. } => 30 * MINUTE,
            Action::InitRepository(_)
            | Action::StartIsolated { .. }
            | Action::StopIsolated { .. }
            | Action::CheckRestored { .. }
            | Action::RemoveScratch { .. } => 60 * MINUTE,
            Action::TakeArchive { .. }
            | Action::VerifyArchive { .. }
            | Action::RestoreArchive { .. } => 48 * 60 * MINUTE,
            _ => 2 * MINUTE,
        },
    })
}

/// An action in a few words, for messages.
pub(super) fn describe(action: &Action) -> String {
    match action {
        Action::PutFile(put) => format!("writing {}", put.path),
        Action::RemoveFile { path } => format!("removing {path}"),
        Action::InstallPackage { name } => format!("installing {name}"),
        Action::RemovePackage { name } => format!("removing package {name}"),
        Action::SetUnit { unit, .. } => format!("setting {unit}"),
        Action::SetSysctl { key, .. } => format!("setting {key}"),
        Action::AddUser { name, .. } => format!("adding user {name}"),
        Action::RemoveUser { name } => format!("removing user {name}"),
        Action::Access(_) => "an access change".to_owned(),
        Action::RestoreSaved { run, step } => format!("restoring what {step} of {run} saved"),
        Action::PutSecret { path, .. } => format!("handing over the secret {path}"),
        Action::InitRepository(r) => format!("creating repository {}", r.name),
        Action::TakeArchive { dataset, .. } => format!("archiving {dataset}"),
        Action::VerifyArchive { dataset, .. } => format!("verifying the archive of {dataset}"),
        Action::RestoreArchive { dataset, .. } => format!("restoring {dataset}"),
        Action::RemoveScratch { path } => format!("removing scratch {path}"),
        Action::StartIsolated { dataset, .. } => format!("starting {dataset} in isolation"),
        Action::StopIsolated { dataset, .. } => format!("stopping isolated {dataset}"),
        Action::CheckRestored { dataset, .. } => format!("checking restored {dataset}"),
    }
}

/// Refuses a word that holds anything but the characters of `also` and ASCII letters and digits, or begins with a dash.
fn word(what: &str, text: &str, also: &str) -> Result<(), Refusal> {
    let fits = |c: char| c.is_ascii_alphanumeric() || also.contains(c);
    if text.is_empty() || text.starts_with('-') || text.len() > 250 || !text.chars().all(fits) {
        return Err(Refusal::Invalid(format!("'{text}' is not a {what}")));
    }
    Ok(())
}

/// Refuses a path that is not absolute or that a line cannot hold.
fn absolute(path: &str) -> Result<(), Refusal> {
    if path.starts_with('/') && !path.chars().any(char::is_control) {
        Ok(())
    } else {
        Err(Refusal::Invalid(format!(
            "'{path}' is not an absolute path"
        )))
    }
}

#[cfg(test)]
pub(super) mod tests;
