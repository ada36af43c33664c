//! What a SOURCE on the command line means.

use crate::exit::Stop;
use adopt::Way;
use anyhow::Result;
use std::path::{Path, PathBuf};

/// Names that Compose files have.
const COMPOSE: [&str; 4] = [
    "compose.yaml",
    "compose.yml",
    "docker-compose.yaml",
    "docker-compose.yml",
];
/// All forms, for messages.
const FORMS: &str = "a SOURCE is local, ssh://[USER@]HOST[:PORT], docker:// (this machine) or docker://[USER@]HOST[:PORT], pve://HOST[:PORT], a Compose file or a folder with some, an Ansible inventory, or a Terraform state";

/// A place to look at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Source {
    /// A Linux host.
    Linux(Way),
    /// What the engine of a Linux host runs.
    Docker(Way),
    /// The interface of Proxmox VE.
    Pve(String),
    /// Compose projects in a file or a folder.
    Compose(PathBuf),
    /// An inventory or a state; which, its text says.
    File(PathBuf),
}

impl Source {
    /// Which one a text names.
    pub(super) fn of(text: &str) -> Result<Self> {
        if text == "local" {
            return Ok(Self::Linux(Way::Local));
        }
        if let Some((scheme, rest)) = text.split_once("://") {
            return by_scheme(scheme, rest).ok_or_else(|| {
                let text = adopt_shown(text);
                Stop::usage(format!("'{text}' is no source"))
                    .help(FORMS)
                    .into()
            });
        }
        let path = Path::new(text);
        let shown = path.display();
        let about = std::fs::metadata(path)
            .map_err(|e| Stop::usage(format!("cannot look at {shown}: {e}")).help(FORMS))?;
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if about.is_dir() {
            return Ok(
                inventory_of(path).map_or_else(|| Self::Compose(path.to_owned()), Self::File)
            );
        }
        if !about.is_file() {
            let stop = Stop::usage(format!("{shown} is neither a file nor a folder"));
            return Err(stop.help(FORMS).into());
        }
        Ok(match COMPOSE.contains(&name.as_ref()) {
            true => Self::Compose(path.to_owned()),
            false => Self::File(path.to_owned()),
        })
    }
}

/// A password that somebody put there is not repeated.
fn adopt_shown(text: &str) -> String {
    diag::hide(
        &text
            .chars()
            .filter(|c| !c.is_control())
            .take(200)
            .collect::<String>(),
    )
}

fn by_scheme(scheme: &str, rest: &str) -> Option<Source> {
    let rest = rest.trim_end_matches('/');
    let host = |text: &str| {
        let good = |c: char| c.is_ascii_alphanumeric() || "-_.:%[]".contains(c);
        let begins = text.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '[' || c == ':');
        begins && text.chars().all(good)
    };
    match scheme {
        "pve" if host(rest) => {
            let ported = rest.rsplit_once(':').is_some_and(|(h, p)| {
                (!h.contains(':') || h.ends_with(']')) && p.parse::<u16>().is_ok()
            });
            let port = if ported { "" } else { ":8006" };
            Some(Source::Pve(format!("https://{rest}{port}")))
        }
        "docker" if rest.is_empty() => Some(Source::Docker(Way::Local)),
        "ssh" | "docker" => {
            let (user, at) = match rest.rsplit_once('@') {
                Some((user, at)) => (Some(user), at),
                None => (None, rest),
            };
            let login = |u: &str| {
                let good =
                    |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "-_".contains(c);
                !u.is_empty() && !u.starts_with('-') && u.chars().all(good)
            };
            if !host(at) || !user.is_none_or(login) {
                return None;
            }
            let (destination, port) = split_port(at)?;
            let way = Way::Ssh {
                destination,
                user: user.map(str::to_owned),
                port,
            };
            Some(match scheme {
                "docker" => Source::Docker(way),
                _ => Source::Linux(way),
            })
        }
        _ => None,
    }
}

/// `HOST`, `HOST:PORT`, `[ADDRESS]`, `[ADDRESS]:PORT`.
fn split_port(text: &str) -> Option<(String, Option<u16>)> {
    if let Some(rest) = text.strip_prefix('[') {
        let (address, after) = rest.split_once(']')?;
        let port = match after.strip_prefix(':') {
            Some(port) => Some(port.parse().ok()?),
            None if after.is_empty() => None,
            None => return None,
        };
        return Some((address.to_owned(), port));
    }
    match text.split_once(':') {
        Some((_, port)) if port.contains(':') => Some((text.to_owned(), None)),
        Some((host, port)) => Some((host.to_owned(), Some(port.parse().ok()?))),
        None => Some((text.to_owned(), None)),
    }
}

/// The inventory in a folder that is one of Ansible: `hosts` or `inventory…` beside `group_vars` or `host_vars`.
fn inventory_of(folder: &Path) -> Option<PathBuf> {
    let vars = ["group_vars", "host_vars"];
    if !vars.iter().any(|v| folder.join(v).is_dir()) {
        return None;
    }
    let names = [
        "hosts",
        "hosts.ini",
        "hosts.yaml",
        "hosts.yml",
        "inventory",
        "inventory.ini",
        "inventory.yaml",
        "inventory.yml",
    ];
    names.iter().map(|n| folder.join(n)).find(|p| p.is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ssh(destination: &str, user: Option<&str>, port: Option<u16>) -> Source {
        Source::Linux(Way::Ssh {
            destination: destination.to_owned(),
            user: user.map(str::to_owned),
            port,
        })
    }

    #[test]
    fn addresses_of_sources() {
        for (text, want) in [
            ("local", Some(Source::Linux(Way::Local))),
            ("ssh://web", Some(ssh("web", None, None))),
            (
                "ssh://root@10.0.0.5:2222/",
                Some(ssh("10.0.0.5", Some("root"), Some(2222))),
            ),
            (
                "ssh://a@[fd00::1]:22",
                Some(ssh("fd00::1", Some("a"), Some(22))),
            ),
            (
                "pve://192.0.2.1",
                Some(Source::Pve("https://192.0.2.1:8006".to_owned())),
            ),
            (
                "pve://pve1:443",
                Some(Source::Pve("https://pve1:443".to_owned())),
            ),
            (
                "pve://[fd00::1]",
                Some(Source::Pve("https://[fd00::1]:8006".to_owned())),
            ),
            ("docker://", Some(Source::Docker(Way::Local))),
            (
                "docker://root@nas",
                Some(Source::Docker(Way::Ssh {
                    destination: "nas".to_owned(),
                    user: Some("root".to_owned()),
                    port: None,
                })),
            ),
            ("docker://a:hunter2@nas", None),
            ("docker:///var/run/docker.sock", None),
            ("ssh://-oProxyCommand=x", None),
            ("ssh://a b@web", None),
            ("ssh://root:hunter2@web", None),
            ("pve://root@pam:hunter2@web", None),
            ("ftp://web", None),
            ("nowhere/at/all", None),
        ] {
            let found = Source::of(text);
            if let Err(why) = &found {
                assert!(!format!("{why:#}").contains("hunter2"), "{why:#}");
            }
            assert_eq!(found.ok(), want, "{text}");
        }
    }
}
