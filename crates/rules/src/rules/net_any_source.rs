//! A door for administrators or databases is open to everybody.

use crate::context::host;
use crate::{Context, Findings, Mend, Rule};
use diag::Severity;

/// Ports whose service gives away the host or its data (IANA names, and products' default ports).
const SENSITIVE: [(u16, &str); 14] = [
    (22, "ssh"),
    (23, "telnet"),
    (445, "smb"),
    (2375, "the Docker API"),
    (2376, "the Docker API"),
    (2379, "etcd"),
    (3306, "mysql"),
    (3389, "rdp"),
    (5432, "postgresql"),
    (5900, "vnc"),
    (6379, "redis"),
    (6443, "the Kubernetes API"),
    (8006, "the Proxmox API"),
    (27017, "mongodb"),
];

pub(crate) const RULE: Rule = Rule {
    id: "net-any-source",
    since: "0.1.0",
    severity: Severity::Warning,
    summary: "A port for administration or a database is open to any source.",
    rationale: "Such services are attacked by everybody who can reach them, and one flaw or one weak password gives away the \
        host or its data. They belong to the networks from which they are used.",
    example: "exposures: [{port: 22/tcp, from: any, why: administration, owner: me, review: 2027-01-01}]",
    controls: &[
        "CIS v8 4.4",
        "NIST CSF 2.0 PR.IR-01",
        "ISO 27001:2022 A.8.22",
    ],
    mend: Mend::DisplayOnly("who uses the port is known to its owner"),
    run,
};

fn run(ctx: &Context<'_>, out: &mut Findings) {
    for (name, machine) in &ctx.lab.hosts {
        for exposure in &machine.exposures {
            let number = exposure.port.value;
            let service = SENSITIVE
                .iter()
                .find(|(p, _)| *p == number)
                .map(|(_, s)| *s);
            let Some(service) = service else { continue };
            let (place, label) = match &exposure.from {
                Some(from) if from.value == "any" => (from.span, "any source"),
                Some(_) => continue,
                None => (exposure.span, "no 'from', which is any source"),
            };
            let known: Vec<&str> = ctx.lab.networks.keys().map(String::as_str).collect();
            let d = RULE
                .finding(format!(
                    "port {number} ({service}) of host '{name}' is open to any source"
                ))
                .at(place, label)
                .help(match known.first() {
                    Some(first) => {
                        format!("name the network it is used from, e.g. 'from: {first}'")
                    }
                    None => {
                        "declare the network it is used from, and name it with 'from: …'".to_owned()
                    }
                });
            out.add(host(name), d);
        }
    }
}
