//! One serial number on two things.

use crate::{Context, Findings, Mend, Rule};
use diag::{Severity, Span};
use model::declare::Opt;
use model::id::{Kind, ObjectRef};
use std::collections::BTreeMap;

/// What firmware says where nobody wrote a number (DMI, `dmidecode -t system`) stands below [`PLACEHOLDERS`].
pub const RULE: Rule = Rule {
    id: "inv-serial",
    since: "0.1.0",
    severity: Severity::Warning,
    summary: "Two machines, or two disks, are declared with the same serial number.",
    rationale: "A serial number is what a warranty is claimed by, what a label says, and what tells the disk that failed from its neighbour. \
        Two things with one number mean that a line was copied, and the wrong disk is pulled.",
    example: "hosts: {nas: {hardware: {disks: {a: {size: 4TB, serial: ZFN1}, b: {size: 4TB, serial: ZFN1}}}}}",
    controls: &[
        "CIS v8 1.1",
        "NIST CSF 2.0 ID.AM-01",
        "ISO 27001:2022 A.5.9",
    ],
    mend: Mend::None("which of the two has the number stands on its label"),
    run,
};

/// What stands in place of a number.
const PLACEHOLDERS: &[&str] = &[
    "",
    "0",
    "123456789",
    "0123456789",
    "1234567890",
    "CHASSIS SERIAL NUMBER",
    "DEFAULT STRING",
    "N/A",
    "NA",
    "NONE",
    "NOT APPLICABLE",
    "NOT SPECIFIED",
    "SYSTEM SERIAL NUMBER",
    "TO BE FILLED BY O.E.M.",
    "UNKNOWN",
];

/// Makers number machines and disks apart.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Of {
    Machine,
    Disk,
}

fn run(ctx: &Context<'_>, out: &mut Findings) {
    let mut seen: BTreeMap<(Of, String), (String, Span)> = BTreeMap::new();
    let mut see = |of: Of, object: ObjectRef, title: String, serial: &Opt<String>| {
        let Some((given, number)) = serial.as_ref().and_then(|g| Some((g, g.value()?))) else {
            return;
        };
        let number = number.trim().to_uppercase();
        if PLACEHOLDERS.contains(&number.as_str()) {
            return;
        }
        if let Some((first, span)) = seen.get(&(of, number.clone())) {
            let d = RULE
                .finding(format!("{first} and {title} have the same serial number"))
                .at(given.span, "given again")
                .and_at(*span, format!("that of {first}"))
                .note(format!("'{number}': 2 things, possible: 1"))
                .help("read it off the label, or ask 'smartctl -i' of a disk and 'dmidecode -s system-serial-number' of a machine");
            out.add(object, d);
        } else {
            seen.insert((of, number), (title, given.span));
        }
    };
    for (name, host) in &ctx.lab.hosts {
        let Some(hardware) = &host.about.hardware else {
            continue;
        };
        let object = || ObjectRef::new(Kind::Host, name);
        see(
            Of::Machine,
            object(),
            format!("host '{name}'"),
            &hardware.serial,
        );
        for (label, disk) in &hardware.disks {
            let title = format!("disk '{name}/{}'", label.0);
            see(Of::Disk, object(), title, &disk.serial);
        }
    }
    for (name, device) in &ctx.lab.devices {
        let object = ObjectRef::new(Kind::Device, name);
        see(
            Of::Machine,
            object,
            format!("device '{name}'"),
            &device.serial,
        );
    }
}
