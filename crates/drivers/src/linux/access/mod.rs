//! Access changes under commit-confirm: what the target is asked for, rendered; pure.
//!
//! The target owns its revert. `guard.sh` is installed there, stands alone, and is run by two units: a watcher that reads
//! CLOCK_BOOTTIME, and one that every boot starts before the network and before sshd.
//!
//! | at once | what makes it safe |
//! |---|---|
//! | disarm × revert | one lock on the target; the state file, replaced atomically, is the outcome |
//! | live or persist × revert | the same lock; an order that holds it past the deadline is killed, then everything is put back |
//! | arm × crash | `arming` until the self-check has passed; nothing is changed before `armed` |
//! | disarm × crash | `committed` is written first; units that are left find it and do nothing |
//! | revert × crash | it stays `armed` until all is back; watcher and boot do it again |
//! | armed × reboot | the boot unit compares boots and reverts before network, packet filter and sshd start |
//! | armed × killed watcher | systemd starts it again; the deadline is in a file |

mod nft;

use super::act::{FILES, STEPS};
use super::script::{Script, segment};
use model::digest::Digest;
use model::plan::AccessChange;
use plan::driver::{AccessOrder, Refusal};
use std::net::IpAddr;

const GUARD: &str = include_str!("guard.sh");
const ORDERS: &str = include_str!("orders.sh");
const WATCH_UNIT: &str = include_str!("watch.service");
const BOOT_UNIT: &str = include_str!("boot.service");
const NFT_UNIT: &str = include_str!("nft.service");
const ROUTE_UNIT: &str = include_str!("route.service");
const DROP_INS: &str = "/etc/ssh/sshd_config.d/";

/// The script of an access order.
///
/// # Errors
/// A refusal that needs no look at the target.
pub(super) fn script(order: &AccessOrder<'_>) -> Result<Script, Refusal> {
    let script = match order {
        AccessOrder::Test { .. } => Script::new("acc_test"),
        AccessOrder::Status => Script::new("acc_status"),
        AccessOrder::Disarm => Script::new("acc_disarm"),
        AccessOrder::Revert => Script::new("acc_revert"),
        AccessOrder::Arm {
            change,
            revert_after,
        } => {
            if revert_after.0 < 1 {
                return Err(Refusal::Invalid(format!("a revert after {revert_after}")));
            }
            with_change("acc_arm", change)?
                .value("HF_AFTER", &revert_after.0.to_string())
                .encoded("HF_GUARD", &guard())
                .encoded("HF_WATCH_UNIT", WATCH_UNIT)
                .encoded("HF_BOOT_UNIT", BOOT_UNIT)
        }
        AccessOrder::Live { change, nonce } => {
            with_change("acc_live", change)?.value("HF_NONCE", nonce)
        }
        AccessOrder::Persist { change } => with_change("acc_persist", change)?
            .encoded("HF_NFT_UNIT", NFT_UNIT)
            .encoded("HF_ROUTE_UNIT", ROUTE_UNIT),
    };
    Ok(script
        .functions(FILES)
        .functions(STEPS)
        .functions(GUARD)
        .functions(ORDERS))
}

/// The part's name in the target's journal.
pub(super) fn name(order: &AccessOrder<'_>) -> &'static str {
    match order {
        AccessOrder::Test { .. } => "test",
        AccessOrder::Arm { .. } => "arm",
        AccessOrder::Live { .. } => "live",
        AccessOrder::Persist { .. } => "persist",
        AccessOrder::Disarm => "disarm",
        AccessOrder::Revert => "revert",
        AccessOrder::Status => "status",
    }
}

/// The stand-alone revert, as it is installed.
fn guard() -> String {
    format!("#!/bin/sh\n{FILES}{GUARD}guard_main \"$@\"\nexit\n")
}

/// Checks what can be checked on paper, and hands the change over.
fn with_change(body: &str, change: &AccessChange) -> Result<Script, Refusal> {
    let script = Script::new(body).value("HF_CHANGE", &Digest::of_json(change).0);
    Ok(match change {
        AccessChange::Sshd { path, content } => {
            let name = path.strip_prefix(DROP_INS).unwrap_or_default();
            let fits = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
            if !name.ends_with(".conf") || name.starts_with('.') || !name.chars().all(fits) {
                return Err(Refusal::Invalid(format!(
                    "'{path}' is not a drop-in {DROP_INS}NAME.conf"
                )));
            }
            with_text(kind(script, "sshd", path), content.as_deref())
        }
        AccessChange::Keys { user, add, remove } => {
            let plain = |line: &String| !line.chars().any(|c| c.is_control() && c != '\t');
            if user.starts_with('-') || !plain(user) || !add.iter().chain(remove).all(plain) {
                return Err(Refusal::Invalid(
                    "a key or a name holds a line break".to_owned(),
                ));
            }
            kind(script, "keys", user)
                .data("add", &lines(add))
                .data("remove", &lines(remove))
        }
        AccessChange::Nft { table, ruleset } => {
            nft::check(table, ruleset.as_deref()).map_err(Refusal::Invalid)?;
            with_text(kind(script, "nft", table), ruleset.as_deref())
        }
        AccessChange::DefaultRoute { via } => {
            let gateway = via.as_deref().map(str::parse::<IpAddr>).transpose();
            let gateway = gateway.map_err(|_| {
                Refusal::Invalid(format!(
                    "'{}' is not an address",
                    via.as_deref().unwrap_or("")
                ))
            })?;
            let family = if matches!(gateway, Some(IpAddr::V6(_))) {
                "-6"
            } else {
                "-4"
            };
            let via = gateway.map_or_else(String::new, |g| g.to_string());
            kind(script, "route", family).value("HF_VIA", &via)
        }
        AccessChange::Restore { run, step } => kind(script, "restore", "")
            .value("HF_OLD_RUN", &segment(&run.0))
            .value("HF_OLD_STEP", &step.0)
            .value("HF_OLD_STEP_DIR", &segment(&step.0)),
    })
}

fn kind(script: Script, kind: &str, name: &str) -> Script {
    script
        .value("HF_CHANGE_KIND", kind)
        .value("HF_KIND", kind)
        .value("HF_NAME", name)
}

fn with_text(script: Script, text: Option<&str>) -> Script {
    match text {
        Some(text) => script.value("HF_PRESENT", "yes").data("content", text),
        None => script.value("HF_PRESENT", "no").data("content", ""),
    }
}

fn lines(lines: &[String]) -> String {
    lines.iter().map(|l| format!("{}\n", l.trim())).collect()
}

#[cfg(test)]
mod tests;
