//! The services of an appliance that run: SMB, NFS, iSCSI, SSH, its web interface and whatever else may listen, each with the declared reason.

use super::{appliances, host, texts};
use crate::Context;
use crate::filter::{Judged, Passes};
use crate::ports::{Justification, Port, port};
use graph::observation::plain;
use model::fact::FactKind;
use model::id::ObjectRef;
use model::value::Value;

const KIND: FactKind = FactKind::TrueNasService;
/// What services are called here; all others by their own names.
const SHOWN: [(&str, &str); 9] = [
    ("cifs", "SMB"),
    ("ftp", "FTP"),
    ("iscsitarget", "iSCSI"),
    ("nfs", "NFS"),
    ("nvmet", "NVMe over fabrics"),
    ("snmp", "SNMP"),
    ("ssh", "SSH"),
    ("ups", "UPS"),
    ("web", "web interface"),
];
/// Services at which nobody comes in: they watch disks, tell a name server of an address, or speak below IP.
const SILENT: [&str; 3] = ["smartd", "dynamicdns", "lldp"];
/// What listens and is no service.
const NOT_ASKED: &str = "apps, virtual machines and containers";

/// Every service of every appliance that runs.
pub fn ways(ctx: &Context<'_>) -> Vec<Port> {
    let mut rows = Vec::new();
    for interface in appliances(ctx) {
        let key = interface.key();
        let Some(facts) = ctx.facts.targets.get(&key) else {
            continue;
        };
        for (name, value) in facts.items(KIND) {
            let runs = value.field("running").and_then(Value::as_bool) != Some(false);
            if runs && !SILENT.contains(&name) {
                let shown = SHOWN.iter().find(|(own, _)| *own == name);
                let shown = shown.map_or_else(|| plain(name), |(_, shown)| (*shown).to_owned());
                rows.extend(sockets(ctx, &interface.object, &shown, value));
            }
        }
        if facts.identity.is_some() {
            let why = "which of them run, and what they publish, is not asked for".to_owned();
            rows.push(unknown(&key, NOT_ASKED, why));
        }
        rows.extend(facts.gap(KIND).map(|why| unknown(&key, "services", why)));
    }
    rows
}

fn sockets(ctx: &Context<'_>, of: &ObjectRef, shown: &str, value: &Value) -> Vec<Port> {
    let key = of.to_string();
    if value.field("sockets").is_none() {
        let why = match shown {
            "SSH" => "where it listens is not asked for: the same answer has keys in it",
            _ => "where it listens is not asked for",
        };
        return vec![unknown(&key, shown, why.to_owned())];
    }
    let partly = value.field("partly").and_then(Value::as_text);
    let partly = partly.map(|why| unknown(&key, shown, why.to_owned()));
    let process = Value::Map([("process".to_owned(), Value::from(shown))].into());
    let rows = texts(value, "sockets").into_iter().map(|socket| {
        let reach = reach(value);
        match host(ctx.lab, of) {
            Some(machine) => port((&key, machine), socket, &process, reach),
            None => {
                let why = "of a guest that nobody logs in to no exposures are declared";
                let row = unknown(&key, shown, why.to_owned());
                Port {
                    socket: socket.to_owned(),
                    reach,
                    ..row
                }
            }
        }
    });
    rows.chain(partly).collect()
}

/// It filters no packets; only its web interface may say whom it lets in.
fn reach(value: &Value) -> Vec<(String, Judged)> {
    let judged = |why: &str| Judged {
        passes: Passes::Yes,
        why: why.to_owned(),
        led_to: None,
        input_denies: false,
    };
    let networks = texts(value, "networks");
    if networks.is_empty() {
        return vec![("any".to_owned(), judged("TrueNAS filters no packets"))];
    }
    let all = networks.into_iter();
    all.map(|net| (net.to_owned(), judged("the list of its web interface")))
        .collect()
}

fn unknown(key: &str, shown: &str, reason: String) -> Port {
    Port {
        host: key.to_owned(),
        socket: "*".to_owned(),
        process: shown.to_owned(),
        unit: None,
        package: None,
        state: Justification::Unknown,
        reason,
        reach: Vec::new(),
    }
}
