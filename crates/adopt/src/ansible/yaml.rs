//! Inventories of maps, and files of variables.

use super::groups::Groups;
use super::{MOST, Said, ini};
use diag::SourceSet;
use lang::Plain;

/// Groups within groups.
const DEEPEST: usize = 32;

pub(super) fn read(path: &str, text: &str) -> Result<Groups, String> {
    let mut groups = Groups::default();
    match parsed(path, text)? {
        Plain::Map(top) => {
            for (name, group) in &top {
                one(&mut groups, name, group, 0).map_err(|why| format!("{path}: {why}"))?;
            }
        }
        Plain::Nothing => {}
        _ => return Err(format!("{path}: an inventory is a map of groups")),
    }
    Ok(groups)
}

fn parsed(path: &str, text: &str) -> Result<Plain, String> {
    let mut sources = SourceSet::default();
    sources.add(path, text);
    let (mut documents, wrong) = lang::plain(&sources);
    if !wrong.is_empty() {
        // Lines of the text are not shown: they may hold anything.
        let text = diag::render::concise(&wrong, &sources);
        return Err(text.lines().next().unwrap_or("it is no YAML").to_owned());
    }
    Ok(if documents.is_empty() {
        Plain::Nothing
    } else {
        documents.remove(0)
    })
}

fn one(groups: &mut Groups, name: &str, group: &Plain, depth: usize) -> Result<(), String> {
    groups.group(name);
    if depth > DEEPEST {
        return Err(format!("groups are nested deeper than {DEEPEST}"));
    }
    let entries = match group {
        Plain::Map(entries) => entries,
        Plain::Nothing => return Ok(()),
        _ => {
            return Err(format!(
                "the group '{}' is no map",
                crate::name::shown(name)
            ));
        }
    };
    for (key, value) in entries {
        match (key.as_str(), value) {
            (_, Plain::Nothing) => {}
            ("hosts", Plain::Map(hosts)) => {
                for (pattern, vars) in hosts {
                    let mut said = of(vars);
                    let pattern = ini::with_port(pattern, &mut said);
                    for host in ini::expand(pattern)? {
                        groups.add(name, &host);
                        groups.host_says(&host, &said);
                    }
                }
                if groups.hosts.len() > MOST {
                    return Err(format!("more than {MOST} hosts are none of a homelab"));
                }
            }
            ("children", Plain::Map(children)) => {
                for (child, group) in children {
                    groups.child(name, child);
                    one(groups, child, group, depth + 1)?;
                }
            }
            ("vars", vars) => groups.group_says(name, &of(vars)),
            ("hosts" | "children", _) => {
                return Err(format!(
                    "'{key}' of the group '{}' is no map",
                    crate::name::shown(name)
                ));
            }
            // Ansible warns of other keys and goes on.
            _ => {}
        }
    }
    Ok(())
}

/// Variables of a map. What has a tag, `!vault` above all, is none that is read.
fn of(vars: &Plain) -> Said {
    let mut said = Said::default();
    let Plain::Map(entries) = vars else {
        return said;
    };
    for (key, value) in entries {
        match value {
            Plain::Text(text) => said.take(key, text),
            Plain::Tagged(_) => said.hidden += 1,
            Plain::List(_) | Plain::Map(_) | Plain::Nothing => said.take(key, ""),
        }
    }
    said
}

/// A file of `group_vars` or `host_vars`.
pub(super) fn variables(path: &str, text: &str) -> Result<Said, String> {
    Ok(of(&parsed(path, text)?))
}
