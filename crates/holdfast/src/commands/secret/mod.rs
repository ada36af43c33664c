//! `secret`: where secrets are kept, whether they can be had, keeping one, changing who can read them, and those in clear text.
//! No value is printed but by `show --reveal` on a terminal, and none is ever an argument.

mod age;
mod change;
mod list;
mod scan;

use crate::cli::SecretVerb;
use crate::exit::{Exit, Stop};
use crate::output::Paint;
use crate::output::words::did_you_mean;
use crate::tree::Tree;
use anyhow::Result;
use model::lab::Lab;
use model::lab::people::SecretEntry;
use model::realm::Real;
use model::secret::SecretRef;

/// These verbs are about the lab tree and the real lab's secrets; a twin has none to look after, so there is no realm to choose.
pub(crate) fn secret(what: &SecretVerb, json: bool, paint: Paint) -> Result<Exit> {
    match what {
        SecretVerb::List(at) => list::list(&Tree::open_valid(&at.lab)?, Real, json, paint),
        SecretVerb::Check { at, commands } => {
            let run = match commands {
                true => vault::Commands::Run,
                false => vault::Commands::Leave,
            };
            list::check(&Tree::open_valid(&at.lab)?, Real, run, json, paint)
        }
        SecretVerb::Set { name, at } => change::set(&Tree::open_valid(&at.lab)?, Real, name, json),
        SecretVerb::Show { name, at, reveal } => {
            change::show(&Tree::open_valid(&at.lab)?, Real, name, *reveal, json)
        }
        SecretVerb::Rekey { at, file, lock_out } => {
            let tree = Tree::open_valid(&at.lab)?;
            change::rekey(&tree, Real, file.as_deref(), *lock_out, json)
        }
        SecretVerb::Scan { at, history } => {
            let reach = match history {
                true => scan::Reach::History,
                false => scan::Reach::Files,
            };
            scan::scan(&at.lab, reach, json, paint)
        }
    }
}

/// A secret of the lab, by the name that the verbs know it by.
struct Named<'a> {
    name: String,
    reference: Option<&'a SecretRef>,
    entry: Option<&'a SecretEntry>,
}

/// Variables of the environment that have secrets of a lab.
pub(crate) fn variables(lab: &Lab) -> Vec<String> {
    let all = named(lab).into_iter();
    let names = all.filter_map(|n| match n.reference {
        Some(SecretRef::Env(name)) => Some(name.clone()),
        _ => None,
    });
    names.collect()
}

/// Those of the section `secrets`, the passwords of repositories, the tokens of interfaces (`api`), what SNMP agents are asked with (`snmp`), and the passwords of
/// routers (`openwrt`), and the keys of appliances (`truenas`).
fn named(lab: &Lab) -> Vec<Named<'_>> {
    let entries = lab.secrets.iter().map(|(name, entry)| Named {
        name: name.clone(),
        reference: entry.from.as_ref().map(|f| &f.value),
        entry: Some(entry),
    });
    let passwords = lab.repositories.iter().filter_map(|(name, repository)| {
        Some(Named {
            name: format!("repository/{name}"),
            reference: Some(&repository.password.as_ref()?.value),
            entry: None,
        })
    });
    let tokens = plan::interface::all(lab).into_iter().filter_map(|i| {
        Some(Named {
            name: i.object.to_string(),
            reference: Some(&i.api()?.secret.as_ref()?.0),
            entry: None,
        })
    });
    let agents = lab.devices.iter().flat_map(|(name, device)| {
        let all = device.snmp.iter().flat_map(|s| s.secrets());
        all.filter_map(move |(what, from)| {
            Some(Named {
                name: format!("device/{name}/{what}"),
                reference: Some(&from?.0),
                entry: None,
            })
        })
    });
    let routers = lab.devices.iter().filter_map(|(name, device)| {
        Some(Named {
            name: format!("device/{name}/password"),
            reference: Some(&device.openwrt.as_ref()?.password.as_ref()?.0),
            entry: None,
        })
    });
    let appliances = plan::interface::all(lab).into_iter().filter_map(|i| {
        Some(Named {
            name: format!("{}/key", i.object),
            reference: Some(&i.truenas()?.key.as_ref()?.0),
            entry: None,
        })
    });
    let others = tokens.chain(agents).chain(routers).chain(appliances);
    entries.chain(passwords).chain(others).collect()
}

/// The reference of one.
fn reference<'a>(lab: &'a Lab, name: &str) -> Result<&'a SecretRef> {
    let all = named(lab);
    let Some(found) = all.iter().find(|n| n.name == name) else {
        let stop = Stop::usage(format!("the lab declares no secret {name}"));
        let near = did_you_mean(name, all.iter().map(|n| n.name.as_str()));
        let help = near.unwrap_or_else(|| "holdfast secret list shows them".to_owned());
        return Err(stop.help(help).into());
    };
    found.reference.ok_or_else(|| {
        Stop::usage(format!("nothing says how Holdfast gets secret {name}"))
            .help(format!(
                "add to it: from: {{sops: secrets/{name}.yaml, key: KEY}}"
            ))
            .into()
    })
}
