//! The commands that make a login which may look and nothing else, per product, as text. Nothing is run here, and nothing is printed.

mod kubernetes;
mod openwrt;
mod truenas;

use console::hint::quoted;
use drivers::linux::observer::{self, LOGIN};
use model::declare::OptExt as _;
use model::lab::api::Api;
use model::lab::nut::NutUps;
use model::lab::snmp::Snmp;
use model::lab::{Host, Lab, Reach};
use model::secret::SecretRef;
use plan::interface::{self, By, Interface};

/// The token where the lab names none.
const TOKEN: &str = "holdfast@pve!observe";

/// The same of Proxmox Backup Server.
const BACKUP_TOKEN: &str = "holdfast@pbs!observe";

/// Some commands, and where they are typed.
pub struct Part {
    /// On which machine, and as whom.
    pub place: String,
    /// What is typed; a line that begins with `#` is for a person.
    pub commands: Vec<String>,
}

/// What one object needs.
pub struct Recipe {
    /// Which.
    pub object: String,
    /// What answers there.
    pub product: &'static str,
    /// What is done, in order.
    pub parts: Vec<Part>,
    /// What stays unknown with just that.
    pub unknown: Vec<String>,
}

/// Those of everything that a lab declares a way to. `tree` is where it is, as a shell takes it.
pub fn recipes(lab: &Lab, tree: &str) -> Vec<Recipe> {
    let interfaces = interface::all(lab);
    let covered = |name: &str| {
        interfaces
            .iter()
            .any(|i| i.pve().is_some() && i.members.contains(name))
    };
    let pve = interfaces
        .iter()
        .filter_map(|i| Some(proxmox(i, i.pve()?, tree)));
    let linux = lab.machines().filter_map(|(name, host)| match &host.reach {
        Reach::Ssh { destination, .. } => Some(linux(name, host, &destination.value, tree)),
        Reach::Unknown if covered(name) => None,
        Reach::Local | Reach::Unknown => None,
    });
    let nut = interfaces.iter().filter_map(|i| match i.by {
        By::Nut(ups) => Some(nut(i, ups, tree)),
        _ => None,
    });
    let snmp = interfaces.iter().filter_map(|i| match i.by {
        By::Snmp(of) => Some(snmp(i, of, tree)),
        _ => None,
    });
    let routers = interfaces.iter().filter_map(|i| match i.by {
        By::OpenWrt(of) => Some(openwrt::recipe(i, of, tree)),
        _ => None,
    });
    let clusters = interfaces.iter().filter_map(|i| match i.by {
        By::Kubernetes(api) => Some(kubernetes::recipe(i, api, tree)),
        _ => None,
    });
    let appliances = interfaces
        .iter()
        .filter_map(|i| Some(truenas::recipe(i, i.truenas()?, tree)));
    let pbs = interfaces
        .iter()
        .filter_map(|i| Some(backup_server(i, i.pbs()?, tree)));
    let pve = pve.chain(pbs);
    let others = nut
        .chain(snmp)
        .chain(routers)
        .chain(clusters)
        .chain(appliances);
    pve.chain(linux).chain(others).collect()
}

/// upsd answers questions of everybody whom its configuration lets reach it.
fn nut(interface: &Interface<'_>, ups: &NutUps, tree: &str) -> Recipe {
    Recipe {
        object: interface.object.to_string(),
        product: "Network UPS Tools",
        parts: vec![
            Part {
                place: "on the machine of upsd there is nothing to make, since it asks nobody who only looks for a login; where it answers its own machine alone".to_owned(),
                commands: vec![
                    "# MODE=netserver in /etc/nut/nut.conf".to_owned(),
                    format!("# LISTEN {} {} in /etc/nut/upsd.conf", ups.host, ups.port),
                    "systemctl restart nut-server".to_owned(),
                    format!("# in its packet filter, port {}/tcp from this machine and from those that are to shut down", ups.port),
                ],
            },
            Part {
                place: "on this machine".to_owned(),
                commands: vec![format!("holdfast observe {tree} --on real")],
            },
        ],
        unknown: vec!["who answers: upsd speaks in clear text and proves nothing, so that whoever is on the way may say otherwise".to_owned()],
    }
}

fn snmp(interface: &Interface<'_>, snmp: &Snmp, tree: &str) -> Recipe {
    let name = &interface.object.name;
    let used = |what: &str| (what == "community") == snmp.community.is_some();
    let wanted = snmp.secrets().into_iter().filter(|(what, _)| used(what));
    let keep = wanted.map(|(what, from)| {
        let command = match from {
            Some(from) => kept(&from.0, &format!("device/{name}/{what}"), tree),
            None => keep_in(&format!("~/.config/holdfast/{name}-{what}")),
        };
        format!("{command}: the one of `{what}`")
    });
    let look = format!("holdfast observe {tree} --on real");
    Recipe {
        object: interface.object.to_string(),
        product: "SNMP",
        parts: vec![
            Part {
                place: "in the device's own configuration".to_owned(),
                commands: drivers::snmp::commands(snmp),
            },
            Part {
                place: "on this machine".to_owned(),
                commands: keep.chain([look]).collect(),
            },
        ],
        unknown: vec!["what the user's view hides, and what the device has no MIB for: neighbours need LLDP to be on at both ends".to_owned()],
    }
}

fn proxmox(interface: &Interface<'_>, api: &Api, tree: &str) -> Recipe {
    let token = api.token.known().map_or(TOKEN, |t| t.0.as_str());
    let (user, name) = token.split_once('!').unwrap_or((token, "observe"));
    let quoted_token = quoted(token);
    let user = quoted(user);
    let keep = match api.secret.as_ref().map(|s| &s.0) {
        Some(from) => kept(from, &interface.object.to_string(), tree),
        None => keep_in("~/.config/holdfast/pve-token"),
    };
    let mut on_controller = vec![keep];
    if api.fingerprint.known().is_none() && api.ca.known().is_none() {
        on_controller.push(format!(
            "# then, in the lab tree: api of {}: fingerprint: what openssl printed",
            interface.object
        ));
    }
    let (flag, object) = match interface.object.kind {
        model::id::Kind::Cluster => ("--cluster", &interface.object.name),
        _ => ("--host", &interface.object.name),
    };
    on_controller.push(format!("holdfast observe {tree} --on real {flag} {object}"));
    Recipe {
        object: interface.object.to_string(),
        product: "Proxmox VE",
        parts: vec![
            Part {
                place: "as root on one node of it".to_owned(),
                commands: vec![
                    format!("pveum user add {user} --comment 'Holdfast: looks, changes nothing'"),
                    format!("pveum acl modify / --users {user} --roles PVEAuditor"),
                    format!("pveum user token add {user} {name} --privsep 1   # prints the secret, once"),
                    format!("pveum acl modify / --tokens {quoted_token} --roles PVEAuditor"),
                    format!("pveum user permissions {quoted_token}"),
                    "openssl x509 -noout -sha256 -fingerprint -in /etc/pve/local/pveproxy-ssl.pem 2>/dev/null || openssl x509 -noout -sha256 -fingerprint -in /etc/pve/local/pve-ssl.pem".to_owned(),
                ],
            },
            Part {
                place: "on this machine".to_owned(),
                commands: on_controller,
            },
            Part {
                place: "to take it away, on the node".to_owned(),
                commands: vec![format!("pveum user delete {user}")],
            },
        ],
        unknown: vec!["pending updates: Proxmox VE tells them only to who has Sys.Modify, which may also change the node".to_owned()],
    }
}

/// What makes a user and a token that may look: rights of a token are those that its user has as well.
fn backup_server(interface: &Interface<'_>, api: &Api, tree: &str) -> Recipe {
    let token = api.token.known().map_or(BACKUP_TOKEN, |t| t.0.as_str());
    let (user, name) = token.split_once('!').unwrap_or((token, "observe"));
    let quoted_token = quoted(token);
    let user = quoted(user);
    let keep = match api.secret.as_ref().map(|s| &s.0) {
        Some(from) => kept(from, &interface.object.to_string(), tree),
        None => keep_in("~/.config/holdfast/pbs-token"),
    };
    let trusted = api.fingerprint.known().is_some() || api.ca.known().is_some();
    let trust = (!trusted).then(|| {
        format!(
            "# then, in the lab tree: api of {}: fingerprint: what `cert info` printed",
            interface.object
        )
    });
    let look = format!(
        "holdfast observe {tree} --on real --host {}",
        interface.object.name
    );
    let grant = |path: &str, role: &str, of: &str| {
        format!("proxmox-backup-manager acl update {path} {role} --auth-id {of}")
    };
    Recipe {
        object: interface.object.to_string(),
        product: "Proxmox Backup Server",
        parts: vec![
            Part {
                place: "as root on the server".to_owned(),
                commands: vec![
                    format!("proxmox-backup-manager user create {user} --comment 'Holdfast: looks, changes nothing'"),
                    format!("proxmox-backup-manager user generate-token {user} {}   # prints the secret, once", quoted(name)),
                    grant("/", "Audit", &user),
                    grant("/", "Audit", &quoted_token),
                    grant("/remote", "RemoteAudit", &user),
                    grant("/remote", "RemoteAudit", &quoted_token),
                    format!("proxmox-backup-manager user permissions {quoted_token}"),
                    "proxmox-backup-manager cert info".to_owned(),
                ],
            },
            Part {
                place: "on this machine".to_owned(),
                commands: std::iter::once(keep).chain(trust).chain([look]).collect(),
            },
            Part {
                place: "to take it away, on the server".to_owned(),
                commands: vec![format!("proxmox-backup-manager user remove {user}")],
            },
        ],
        unknown: vec!["what is in the backups: their content is never read, so that only the server's own verification says whether they are whole".to_owned()],
    }
}

/// How a secret comes to where it is had from; its name is that which `secret set` knows.
fn kept(from: &SecretRef, name: &str, tree: &str) -> String {
    match from {
        SecretRef::File(path) => keep_in(path),
        SecretRef::Env(name) => format!("read -rs {name} && export {name}   # paste the secret"),
        SecretRef::Command(words) => {
            let words: Vec<String> = words.iter().map(|w| quoted(w)).collect();
            format!(
                "{}   # must print the secret: put it where this finds it",
                words.join(" ")
            )
        }
        SecretRef::Sops { .. } | SecretRef::Age(_) => {
            format!("holdfast secret set {name} {tree}   # asks for the secret")
        }
    }
}

/// Takes a secret from the terminal into a file that only its owner reads.
fn keep_in(path: &str) -> String {
    let file = home(path);
    let folder = match path.rsplit_once('/') {
        Some((folder, _)) if !folder.is_empty() => format!("mkdir -p {}; ", home(folder)),
        _ => String::new(),
    };
    format!("(umask 077; {folder}cat > {file})   # paste the secret, Enter, Ctrl-D")
}

/// `~` has to stay where the shell sees it.
fn home(path: &str) -> String {
    match path.strip_prefix("~/") {
        Some(rest) => format!("~/{}", quoted(rest)),
        None if path == "~" => "~".to_owned(),
        None => quoted(path),
    }
}

fn linux(name: &str, host: &Host, destination: &str, tree: &str) -> Recipe {
    let key = "~/.ssh/holdfast-observe";
    let destination = quoted(destination);
    let alias = match &host.reach {
        Reach::Ssh { user, .. } if user.as_ref().is_none_or(|u| u.value != LOGIN) => {
            vec![format!(
                "# then, in the lab tree: host {name}: reach: {{ssh: {destination}, user: {LOGIN}}}"
            )]
        }
        _ => Vec::new(),
    };
    let put = format!(
        "(printf 'restrict '; cat {key}.pub) | ssh root@{destination} 'install -D -m 600 -o {LOGIN} -g {LOGIN} /dev/stdin /var/lib/{LOGIN}/.ssh/authorized_keys && chown {LOGIN}: /var/lib/{LOGIN}/.ssh'"
    );
    let script = format!(
        "holdfast access script | ssh root@{destination} 'install -D -m 755 -o root -g root /dev/stdin {}'",
        observer::PATH
    );
    let here = [
        format!("test -e {key} || ssh-keygen -t ed25519 -N '' -C holdfast -f {key}"),
        put,
        script,
        "# when a later Holdfast says that the script is another one: the rule and the script again".to_owned(),
        format!("printf 'Host {destination}\\n  IdentityFile {key}\\n' >> ~/.ssh/config"),
    ];
    let here = here.into_iter().chain(alias).chain([
        format!("holdfast access trust {tree} --on real --host {name}   # if ssh has not met it"),
        format!("holdfast observe {tree} --on real --host {name}"),
    ]);
    let rule = observer::sudoers(LOGIN);
    let on_host = vec![
        format!(
            "useradd --system --create-home --home-dir /var/lib/{LOGIN} --shell /bin/sh {LOGIN}"
        ),
        format!("(umask 337; echo '{rule}' > /etc/sudoers.d/{LOGIN}) && visudo -c"),
    ];
    let away = vec![
        format!("rm -r /etc/sudoers.d/{LOGIN} /usr/local/lib/holdfast"),
        format!("loginctl terminate-user {LOGIN} || :; userdel --remove --force {LOGIN}"),
    ];
    Recipe {
        object: format!("host/{name}"),
        product: "Linux",
        parts: vec![
            Part {
                place: "as root on the host".to_owned(),
                commands: on_host,
            },
            Part {
                place: "on this machine".to_owned(),
                commands: here.collect(),
            },
            Part {
                place: "to take it away, on the host".to_owned(),
                commands: away,
            },
        ],
        unknown: vec![
            "kernel settings that are secrets. Without the rule or the script also: sudoers, other users' keys and passwords, nftables, the effective sshd configuration, whose socket is whose".to_owned(),
        ],
    }
}
