//! `twin fault`: something goes wrong on purpose. What is in force is kept, so that `status` shows it and `clear` ends it.

use super::{Twinned, disks};
use crate::cli::{ApiAnswers, FaultVerb, TwinAt};
use crate::exit::{Exit, Stop};
use crate::output::words::{count, did_you_mean};
use crate::twins;
use anyhow::Result;
use serde_json::json;

use twin::{Fabric, Host, TwinError, image};
use twinplan::faults::{self, ApiFault, Fault};

/// Brings a fault about, or ends it, or ends all of them.
pub(super) fn fault(at: &TwinAt, what: &FaultVerb, clear: bool, json: bool) -> Result<Exit> {
    let twinned = Twinned::open(at)?;
    let fabric = Fabric::attach(&twinned.engine, &twinned.owner, &image::name())
        .map_err(twins::environment)?;
    let Some(fabric) = fabric else {
        return Err(
            Stop::environment(format!("twin {} does not run", twinned.name))
                .help(format!(
                    "start it with: {}",
                    twinned.world.hints.twin_up(&twinned.name)
                ))
                .into(),
        );
    };
    let mut active = load(&twinned)?;
    let said = match wanted(&twinned, what)? {
        None => {
            let number = active.len();
            let mut remarks = String::new();
            // What ended is forgotten at once: if the next one cannot be ended, it alone is left.
            while let Some(fault) = active.last() {
                if let Some(remark) = end(&twinned, &fabric, fault)? {
                    remarks.push_str(&format!("; {remark}"));
                }
                active.pop();
                save(&twinned, &active)?;
            }
            format!("{} cleared{remarks}", count(number, "fault", "faults"))
        }
        Some(fault) if clear => match active.iter().position(|f| *f == fault) {
            None => format!("not in force: {fault}"),
            Some(at) => {
                let remark = end(&twinned, &fabric, &fault)?;
                active.remove(at);
                let remark = remark.map(|r| format!("; {r}")).unwrap_or_default();
                format!("no longer: {fault}{remark}")
            }
        },
        Some(fault) if active.contains(&fault) => format!("{fault}, as before"),
        Some(fault) => {
            begin(&twinned, &fabric, &fault)?;
            let said = fault.to_string();
            active.push(fault);
            said
        }
    };
    save(&twinned, &active)?;
    partition(&twinned, &fabric, &active)?;
    match json {
        true => dataln!("{:#}", json!({"twin": twinned.name, "faults": active})),
        false => outln!("{said}"),
    }
    Ok(Exit::Ok)
}

/// What is asked for, with names that exist; `None` for the end of all faults.
fn wanted(twinned: &Twinned, what: &FaultVerb) -> Result<Option<Fault>> {
    Ok(Some(match what {
        FaultVerb::Clear => return Ok(None),
        FaultVerb::Stop { machine } => Fault::Stop {
            machine: known(twinned, machine)?,
        },
        FaultVerb::Slow { machine, delay } => Fault::Slow {
            machine: known(twinned, machine)?,
            delay_ms: *delay,
        },
        FaultVerb::Container { machine, container } => {
            let machine = known(twinned, machine)?;
            known_container(twinned, &machine, container)?;
            Fault::Container {
                machine,
                container: container.clone(),
            }
        }
        FaultVerb::Fill { machine, folder } => disks::fillable(twinned, machine, folder)?,
        FaultVerb::Lose { disk } => {
            let (machine, disk) = disks::known(&twinned.design, disk)?;
            Fault::Lose { machine, disk }
        }
        FaultVerb::Corrupt { disk } => {
            let (machine, disk) = disks::known(&twinned.design, disk)?;
            disks::mendable(&twinned.design, &machine, &disk)?;
            Fault::Corrupt { machine, disk }
        }
        FaultVerb::Time { machine } => Fault::Time {
            machine: known(twinned, machine)?,
        },
        FaultVerb::Api {
            how,
            path,
            pointer,
            value,
            of,
        } => Fault::Api {
            of: super::api::known(twinned, of.as_deref())?,
            path: path.clone(),
            what: answers(*how, pointer.as_deref(), value.as_deref())?,
        },
        FaultVerb::Partition { one, other } => Fault::Partition {
            one: known_end(twinned, one)?,
            other: match other {
                Some(other) => Some(known_end(twinned, other)?),
                None => None,
            },
        },
    }))
}

fn answers(how: ApiAnswers, pointer: Option<&str>, value: Option<&str>) -> Result<ApiFault> {
    Ok(match how {
        ApiAnswers::Refuse => ApiFault::Refuse,
        ApiAnswers::Filter => ApiFault::Filter,
        ApiAnswers::Lie => {
            let value = value.unwrap_or_default();
            if serde_json::from_str::<serde_json::Value>(value).is_err() {
                let why = format!("{value} is no JSON; a text stands in quotes: '\"{value}\"'");
                return Err(Stop::usage(why).into());
            }
            ApiFault::Lie {
                pointer: pointer.unwrap_or_default().to_owned(),
                value: value.to_owned(),
            }
        }
    })
}

fn known(twinned: &Twinned, name: &str) -> Result<String> {
    let machine = super::machine(&twinned.design, name)?;
    Ok(machine.name.clone())
}

fn known_container(twinned: &Twinned, machine: &str, name: &str) -> Result<()> {
    let has_engine = super::machine(&twinned.design, machine)?.docker;
    if !has_engine {
        return Err(Stop::usage(format!("no stack runs on {machine}, so it has no engine")).into());
    }
    let all = host(twinned, machine)?
        .containers()
        .map_err(twins::environment)?;
    let names: Vec<&str> = all.iter().map(|c| c.name.as_str()).collect();
    if names.contains(&name) {
        return Ok(());
    }
    let stop = Stop::usage(format!(
        "no container on {machine} is called {name}; there are: {}",
        names.join(", ")
    ));
    Err(match did_you_mean(name, names) {
        Some(question) => stop.help(question),
        None => stop,
    }
    .into())
}

fn known_end(twinned: &Twinned, name: &str) -> Result<String> {
    let Some(segment) = name.strip_prefix('@') else {
        let name = known(twinned, name)?;
        return match faults::end(&twinned.design, &name) {
            Some(addresses) if !addresses.is_empty() => Ok(name),
            _ => Err(Stop::usage(format!(
                "{name} has no address in any segment, so there is nothing to part it from"
            ))
            .into()),
        };
    };
    let names: Vec<&str> = twinned
        .design
        .segments
        .iter()
        .map(|s| s.name.as_str())
        .collect();
    match faults::end(&twinned.design, name) {
        Some(nets) if !nets.is_empty() => Ok(name.to_owned()),
        Some(_) => Err(Stop::usage(format!(
            "the subnet of {segment} is not known, so it cannot be told from others"
        ))
        .into()),
        None => {
            let stop = Stop::usage(format!(
                "no segment is called {segment}; there are: {}",
                names.join(", ")
            ));
            Err(match did_you_mean(segment, names) {
                Some(question) => stop.help(question),
                None => stop,
            }
            .into())
        }
    }
}

fn begin(twinned: &Twinned, fabric: &Fabric, fault: &Fault) -> Result<()> {
    let on = |machine: &str| host(twinned, machine);
    match fault {
        Fault::Stop { machine } => on(machine)?.kill().map_err(twins::environment)?,
        Fault::Slow { machine, delay_ms } => slow(twinned, fabric, machine, Some(*delay_ms))?,
        Fault::Container { machine, container } => on(machine)?
            .set_container(container, false)
            .map_err(twins::environment)?,
        Fault::Fill { machine, folder } => {
            on(machine)?.fill(folder).map_err(twins::environment)?;
        }
        Fault::Lose { machine, disk } => {
            on(machine)?.lose_disk(disk).map_err(twins::environment)?;
        }
        Fault::Corrupt { machine, disk } => disks::corrupt(&on(machine)?, disk)?,
        Fault::Time { machine } => on(machine)?
            .set_unsynchronised(true)
            .map_err(twins::environment)?,
        // The server reads what is in force before each answer.
        Fault::Partition { .. } | Fault::Api { .. } => {}
    }
    Ok(())
}

/// Ends a fault; says what there is to say of it.
fn end(twinned: &Twinned, fabric: &Fabric, fault: &Fault) -> Result<Option<String>> {
    let on = |machine: &str| host(twinned, machine);
    match fault {
        Fault::Stop { machine } => on(machine)?.boot().map_err(twins::environment)?,
        Fault::Slow { machine, .. } => slow(twinned, fabric, machine, None)?,
        Fault::Container { machine, container } => on(machine)?
            .set_container(container, true)
            .map_err(twins::environment)?,
        Fault::Fill { machine, folder } => {
            on(machine)?.unfill(folder).map_err(twins::environment)?;
        }
        Fault::Lose { machine, disk } | Fault::Corrupt { machine, disk } => {
            return disks::mended(&twinned.design, &on(machine)?, disk);
        }
        Fault::Time { machine } => on(machine)?
            .set_unsynchronised(false)
            .map_err(twins::environment)?,
        // The server reads what is in force before each answer.
        Fault::Partition { .. } | Fault::Api { .. } => {}
    }
    Ok(None)
}

pub(super) fn host(twinned: &Twinned, name: &str) -> Result<Host> {
    Host::attach(&twinned.engine, &twinned.owner, name).map_err(twins::environment)
}

fn slow(twinned: &Twinned, fabric: &Fabric, name: &str, delay_ms: Option<u32>) -> Result<()> {
    let machine = super::machine(&twinned.design, name)?;
    for link in &machine.links {
        match fabric.slow(&machine.name, &link.segment, delay_ms) {
            Err(TwinError::NotInKernel { what }) => {
                let why =
                    format!("{name} cannot be slowed: the kernel of this machine has no {what}");
                return Err(Stop::refused(why)
                    .help("`modprobe sch_netem` loads it where it is built as a module")
                    .into());
            }
            other => other.map_err(twins::environment)?,
        }
    }
    Ok(())
}

/// Partitions are one ruleset, which is always loaded as a whole.
pub(super) fn partition(twinned: &Twinned, fabric: &Fabric, active: &[Fault]) -> Result<()> {
    let text = faults::ruleset(&twinned.design, active);
    fabric.rules(&text).map_err(twins::environment)
}

/// The faults in force.
pub(super) fn load(twinned: &Twinned) -> Result<Vec<Fault>> {
    twinapi::load_from(twinned.world.store.dir())
}

fn save(twinned: &Twinned, active: &[Fault]) -> Result<()> {
    twinapi::save_to(twinned.world.store.dir(), active)
}

/// Forgets them: what they were done to is gone.
pub(super) fn forget(twinned: &Twinned) -> Result<()> {
    save(twinned, &[])
}
