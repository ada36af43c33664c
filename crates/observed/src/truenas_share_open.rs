//! A share of TrueNAS that needs no login and is open to more than those it is for.

use crate::appliance::{SERVICE, SHARE, all, flag, texts};
use crate::look::{Look, part};
use crate::{Context, Findings, Mend, Rule};
use core::net::IpAddr;
use diag::Severity;
use graph::observation::plain;
use graph::reach::zone_of;
use ipnet::IpNet;
use model::declare::OptExt as _;
use model::fact::Seen;
use model::id::Kind;
use model::kleene::Reason;
use model::lab::network::Trust;
use model::value::Value;

pub const RULE: Rule = Rule {
    id: "truenas-share-open",
    since: "0.1.0",
    severity: Severity::Warning,
    summary: "TrueNAS shares by NFS or iSCSI with every address, or by SMB without a login in a network of low trust.",
    rationale: "NFS with `sec=sys` believes whatever number of a user a machine says, and iSCSI without CHAP whatever name an initiator says: who reaches the port has the data. A list of networks is all that stands before it, and 0.0.0.0/0 in it is none. SMB for guests is the same with people's machines and things.",
    example: "hosts: {nas: {truenas: {url: 'https://192.168.10.20', user: holdfast}}}   # and sharing.nfs.query tells no networks and no hosts",
    controls: &[
        "CIS v8 3.3",
        "NIST CSF 2.0 PR.AA-05",
        "ISO 27001:2022 A.8.3",
    ],
    mend: Mend::None("who is to reach it is a choice"),
    run,
};

fn run(ctx: &Context<'_>, out: &mut Findings) {
    for look in all(ctx) {
        look.unseen(&RULE, SHARE, "has other shares that are open", out);
        for (key, share) in look.items(SHARE) {
            if flag(share, "enabled") == Some(false) || is_off(&look, key) {
                continue;
            }
            match key.split_once('/') {
                Some(("smb", name)) => smb(&look, key, name, share, out),
                Some(("nfs", _)) => by_address(&look, key, share, "NFS", out),
                Some(("iscsi", _)) => by_address(&look, key, share, "iSCSI", out),
                _ => {}
            }
        }
    }
}

/// Its service neither runs nor is started.
fn is_off(look: &Look<'_, '_>, key: &str) -> bool {
    let service = match key.split_once('/') {
        Some(("smb", _)) => "cifs",
        Some(("iscsi", _)) => "iscsitarget",
        _ => "nfs",
    };
    match look.seen(SERVICE, service) {
        Seen::Present(value) => {
            flag(&value, "running") == Some(false) && flag(&value, "enabled") == Some(false)
        }
        Seen::Absent | Seen::Unknown(_) => false,
    }
}

fn by_address(look: &Look<'_, '_>, key: &str, share: &Value, protocol: &str, out: &mut Findings) {
    let paths = texts(share, "paths").unwrap_or_default().join(", ");
    let shown = if paths.is_empty() {
        key
    } else {
        paths.as_str()
    };
    let of = look.title();
    let is_nfs = protocol == "NFS";
    // A list of initiators keeps nobody out: each says by itself what it is called.
    let hosts = match is_nfs {
        true => texts(share, "hosts"),
        false => Some(Vec::new()),
    };
    let logins = texts(share, if is_nfs { "security" } else { "auth" });
    let (Some(networks), Some(hosts), Some(logins)) = (texts(share, "networks"), hosts, logins)
    else {
        let what = format!("shares {} with some addresses only", plain(shown));
        return look.untold(&RULE, SHARE, &what, out);
    };
    // NFS without a word on security is `sys`.
    let open = if is_nfs { "SYS" } else { "none" };
    let by_login = !logins.is_empty() && !logins.iter().any(|l| l.eq_ignore_ascii_case(open));
    // Who is in either list is let in.
    let mut all = networks;
    all.extend(hosts);
    if by_login || !(all.is_empty() || is_everybody(&all)) {
        return;
    }
    let d = RULE.finding(format!(
        "{of} shares {} by {protocol} with every address",
        plain(shown)
    ));
    let d = d.help(match is_nfs {
        true => "say in the share which networks or hosts are let in, or ask for Kerberos",
        false => "say in the target which networks are let in, and ask for CHAP in each of its groups; names of initiators are believed as they are said",
    });
    out.add(look.object.clone(), look.dated(d.of(part(key)), SHARE, key));
}

fn smb(look: &Look<'_, '_>, key: &str, name: &str, share: &Value, out: &mut Findings) {
    let shown = plain(name);
    let what = format!("lets guests into its SMB share '{shown}' from a network of low trust");
    match flag(share, "guest") {
        Some(false) => return,
        Some(true) => {}
        None => return look.untold(&RULE, SHARE, &what, out),
    }
    let hosts = texts(share, "hosts").unwrap_or_default();
    if !hosts.is_empty() && !is_everybody(&hosts) {
        return;
    }
    let (low, unknown) = networks(look);
    if let Some(network) = low {
        let d = RULE.finding(format!(
            "{} lets guests into its SMB share '{shown}' from network '{network}', which is of low trust",
            look.title()
        ));
        let d = d.help("ask for a login, or say in the share which hosts are let in");
        return out.add(look.object.clone(), look.dated(d.of(part(key)), SHARE, key));
    }
    if let Some(why) = unknown {
        look.unknown(&RULE, SHARE, &what, &Reason::new(why), out);
    }
}

/// A list of addresses, networks and names in which every address is.
fn is_everybody(list: &[&str]) -> bool {
    let word = |entry: &&str| {
        // Samba: `ALL EXCEPT 192.168.1.9`.
        let first = entry.split_whitespace().next().unwrap_or_default();
        first == "*" || first.eq_ignore_ascii_case("ALL")
    };
    let nets = list.iter().filter_map(|entry| net(entry)).collect();
    // Halves of everything are everything, too.
    let nets = IpNet::aggregate(&nets);
    list.iter().any(word) || nets.iter().any(|net| net.prefix_len() == 0)
}

/// `192.168.10.0/24`, `192.168.10.0/255.255.255.0`.
fn net(entry: &str) -> Option<IpNet> {
    let (address, bits) = entry.trim().split_once('/')?;
    let address: IpAddr = address.parse().ok()?;
    match bits.parse::<u8>() {
        Ok(bits) => IpNet::new(address, bits).ok(),
        Err(_) => IpNet::with_netmask(address, bits.parse().ok()?).ok(),
    }
}

/// A network of low trust in which it has an address; and what is not known of that.
fn networks(look: &Look<'_, '_>) -> (Option<String>, Option<String>) {
    let lab = look.lab();
    let name = &look.object.name;
    let own: Vec<&str> = match look.object.kind {
        Kind::Host => {
            let host = lab.hosts.get(name).into_iter();
            host.flat_map(|h| h.addresses.keys().map(String::as_str))
                .collect()
        }
        _ => {
            let guest = lab.guests.get(name).into_iter();
            guest
                .flat_map(|g| g.addresses.keys().map(|n| n.name()))
                .collect()
        }
    };
    let mut unknown = own
        .is_empty()
        .then(|| "nothing says in which networks it has an address".to_owned());
    for network in own {
        let zone = zone_of(lab, network).and_then(|zone| lab.zones.get(zone));
        match zone.and_then(|zone| zone.trust.known()) {
            Some(Trust::Low | Trust::Isolated | Trust::Untrusted) => {
                return (Some(network.to_owned()), None);
            }
            Some(Trust::Critical | Trust::High | Trust::Medium) => {}
            None => {
                unknown.get_or_insert_with(|| {
                    format!("nothing says how far network '{network}' is trusted")
                });
            }
        }
    }
    (None, unknown)
}
