//! An inventory of Ansible: hosts, and what its variables say of reaching them. All other variables stay unread.

mod groups;
mod ini;
mod yaml;

use crate::found::{Found, Machine, Sort, Way};
use std::collections::{BTreeMap, BTreeSet};

/// A file of `group_vars` or `host_vars`: its path for people, and its text.
pub type VarsFile = (String, String);

/// Files of variables, by the name of the group or host.
#[derive(Debug, Clone, Default)]
pub struct Vars {
    /// `group_vars`.
    pub groups: BTreeMap<String, Vec<VarsFile>>,
    /// `host_vars`.
    pub hosts: BTreeMap<String, Vec<VarsFile>>,
}

/// How an inventory is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Lines below `[GROUP]`.
    Ini,
    /// Maps of groups.
    Yaml,
}

/// What is read of variables; others may hold anything.
const READ: [&str; 7] = [
    "ansible_host",
    "ansible_ssh_host",
    "ansible_port",
    "ansible_ssh_port",
    "ansible_user",
    "ansible_ssh_user",
    "ansible_connection",
];
/// More hosts than any homelab has; a range could else stand for billions.
pub(crate) const MOST: usize = 10_000;

/// Variables of one group or host: those that are read, and how many of the others are secrets by their name or their form.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Said {
    pub(crate) values: BTreeMap<String, String>,
    pub(crate) hidden: usize,
}

impl Said {
    /// Takes a variable, if it is one that is read.
    pub(crate) fn take(&mut self, key: &str, value: &str) {
        let key = key.trim();
        if READ.contains(&key) {
            self.values.insert(key.to_owned(), value.trim().to_owned());
        } else if ["pass", "secret", "token", "key"]
            .iter()
            .any(|w| key.contains(w))
        {
            self.hidden += 1;
        }
    }

    fn join(&mut self, other: &Said) {
        let more = other.values.iter().map(|(k, v)| (k.clone(), v.clone()));
        self.values.extend(more);
        self.hidden += other.hidden;
    }
}

/// Reads an inventory.
///
/// # Errors
/// `PATH:LINE: what is wrong`, for an inventory that Ansible would not take either.
pub fn read(source: &str, form: Form, text: &str, vars: &Vars) -> Result<Found, String> {
    let mut groups = match form {
        Form::Ini => ini::read(source, text)?,
        Form::Yaml => yaml::read(source, text)?,
    };
    let mut found = Found::default();
    let mut vaulted = 0;
    for (files, hosts) in [(&vars.groups, false), (&vars.hosts, true)] {
        for (name, files) in files {
            for (path, text) in files {
                if text.trim_start().starts_with("$ANSIBLE_VAULT;") {
                    vaulted += 1;
                    continue;
                }
                let said = yaml::variables(path, text)?;
                match hosts {
                    true => groups.host_says(name, &said),
                    false => groups.group_says(name, &said),
                }
            }
        }
    }
    let order = groups.order().map_err(|why| format!("{source}: {why}"))?;
    let mut hidden = 0;
    for (name, own) in &groups.hosts {
        let mut said = Said::default();
        let mine: Vec<&String> = order.iter().filter(|g| groups.has(g, name)).collect();
        for group in &mine {
            said.join(&groups.says(group));
        }
        said.join(own);
        hidden += said.hidden;
        machine(source, name, &said, &mine, &mut found);
    }
    if vaulted > 0 {
        found.say(
            Sort::Hidden,
            source,
            format!("{vaulted} vaulted files, not opened"),
        );
    }
    if hidden > 0 {
        found.say(
            Sort::Hidden,
            source,
            format!("{hidden} variables named as secrets, not read"),
        );
    }
    Ok(found)
}

/// A destination, a login name and a port as the language takes them.
fn machine(source: &str, name: &str, said: &Said, groups: &[&String], found: &mut Found) {
    let value = |keys: [&str; 2]| {
        let all = keys.iter().filter_map(|k| said.values.get(*k));
        all.map(String::as_str).next().filter(|v| !v.is_empty())
    };
    let connection = said.values.get("ansible_connection").map(String::as_str);
    let destination = value(["ansible_host", "ansible_ssh_host"]).unwrap_or(name);
    let way = match connection {
        Some("local") => Some(Way::Local),
        None | Some("ssh" | "smart" | "paramiko" | "paramiko_ssh") => None,
        Some(other) => {
            let text = format!("it is reached by '{other}', and only ssh is known here");
            found.say(Sort::LeftOut, name, text);
            return;
        }
    };
    if !is_destination(destination) {
        let why = match destination.contains("{{") {
            true => "its address is a template, which only Ansible can fill in",
            false => "its address is none that ssh takes",
        };
        found.say(Sort::LeftOut, name, why);
        return;
    }
    let user = value(["ansible_user", "ansible_ssh_user"]);
    let login = user.filter(|u| is_login(u));
    if user.is_some() && login.is_none() {
        found.say(
            Sort::Unknown,
            name,
            "the account to log in as: its name is a template, or none that can be declared",
        );
    }
    let port = value(["ansible_port", "ansible_ssh_port"]);
    let number = port.and_then(|p| p.parse::<u16>().ok()).filter(|p| *p > 0);
    if port.is_some() && number.is_none() {
        found.say(
            Sort::LeftOut,
            name,
            "its port is a template, or no number: without it another machine might be reached",
        );
        return;
    }
    let way = way.unwrap_or_else(|| Way::Ssh {
        destination: destination.to_owned(),
        user: login.map(str::to_owned),
        port: number,
    });
    let groups: Vec<&str> = groups
        .iter()
        .map(|g| g.as_str())
        .filter(|g| !["all", "ungrouped"].contains(g))
        .collect();
    let from = match groups.is_empty() {
        true => source.to_owned(),
        false => format!("{source} ({})", groups.join(", ")),
    };
    found.hosts.push(Machine {
        name: name.to_owned(),
        from: BTreeSet::from([from]),
        addresses: BTreeSet::from([destination.to_owned()]),
        way: Some(way),
        ..Machine::default()
    });
}

fn is_destination(text: &str) -> bool {
    let good = |c: char| c.is_ascii_alphanumeric() || "-_.:%".contains(c);
    text.len() <= 253
        && text.starts_with(|c: char| c.is_ascii_alphanumeric() || c == ':')
        && text.chars().all(good)
}

fn is_login(text: &str) -> bool {
    let good = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "-_".contains(c);
    text.len() <= 32
        && text.starts_with(|c: char| c.is_ascii_lowercase() || c == '_')
        && text.chars().all(good)
}
