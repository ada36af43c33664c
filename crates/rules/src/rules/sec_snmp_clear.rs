//! A device is asked by SNMP in clear text, or with a hash that is broken.

use crate::{Context, Findings, Mend, Rule};
use diag::Severity;
use model::declare::OptExt as _;
use model::id::{Kind, ObjectRef};
use model::lab::snmp::SnmpAuth;

pub(crate) const RULE: Rule = Rule {
    id: "sec-snmp-clear",
    since: "0.1.0",
    severity: Severity::Warning,
    summary: "A device is asked by SNMP with a community, which travels in clear text, or with MD5.",
    rationale: "Whoever is on the way reads the community of SNMP 2c and everything that is told, and can then ask the device too; and nothing proves who answered. Version 3 with authentication and privacy has neither flaw. \
        Its oldest hash is MD5, which hides passphrases badly.",
    example: "devices: {sw1: {kind: switch, snmp: {at: 192.168.10.2, community: {env: SW1_COMMUNITY}}}}",
    controls: &[
        "CIS v8 12.3",
        "NIST CSF 2.0 PR.DS-02",
        "ISO 27001:2022 A.8.20",
    ],
    mend: Mend::DisplayOnly("the user has to be made on the device"),
    run,
};

fn run(ctx: &Context<'_>, out: &mut Findings) {
    for (name, device) in &ctx.lab.devices {
        let Some(snmp) = &device.snmp else {
            continue;
        };
        let what = match (&snmp.community, snmp.auth_protocol.known()) {
            (Some(_), _) => "with a community, in clear text",
            (None, Some(SnmpAuth::Md5)) => "with MD5",
            // Said to be unknown; where nothing is said, it is SHA-256.
            (None, None) if snmp.auth_protocol.is_some() => {
                let d = RULE.unknown(format!("whether device '{name}' is asked by SNMP with MD5"));
                out.add(ObjectRef::new(Kind::Device, name), d.at(snmp.span, ""));
                continue;
            }
            (None, _) => continue,
        };
        let help = match &snmp.community {
            Some(_) => {
                "write instead: user, auth and privacy, for a user of version 3 that may read; `holdfast access LAB` says how it is made. A device that has no version 3 belongs into a network of its own"
            }
            None => "let the user's hash be SHA, better SHA-256, and write auth_protocol: sha256",
        };
        let d = RULE
            .finding(format!("device '{name}' is asked by SNMP {what}"))
            .at(snmp.span, "")
            .help(help);
        out.add(ObjectRef::new(Kind::Device, name), d);
    }
}
