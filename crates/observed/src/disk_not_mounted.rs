//! A pool that is not mounted where it is declared to be, or can only be read.

use crate::look::{Look, hosts, part};
use crate::storage::{Declared, declared};
use crate::{Context, Findings, Mend, Rule};
use diag::Severity;
use model::fact::{FactKind, Seen};
use model::value::Value;

const KIND: FactKind = FactKind::Mount;

pub const RULE: Rule = Rule {
    id: "disk-not-mounted",
    since: "0.1.0",
    severity: Severity::Error,
    summary: "A declared pool is not mounted, or was mounted again without the right to write.",
    rationale: "Where nothing is mounted, programs write into the empty folder below: the data is on the system disk, in no backup, and out of sight on the day the disk is back. A kernel that meets errors may make a file system read-only.",
    example: "pools: {tank: {kind: btrfs, on: nas, mount: /srv/tank}}   # and findmnt /srv/tank is empty",
    controls: &["NIST CSF 2.0 DE.CM-09", "ISO 27001:2022 A.8.6"],
    mend: Mend::None("a mount that failed has a reason, which has to be found first"),
    run,
};

fn run(ctx: &Context<'_>, out: &mut Findings) {
    for (look, _) in hosts(ctx) {
        for pool in declared(&look) {
            if let Some(mount) = pool.mount {
                one(&look, &pool, mount, out);
            }
        }
    }
}

fn one(look: &Look<'_, '_>, declared: &Declared<'_>, mount: &str, out: &mut Findings) {
    let Declared { name, pool, .. } = declared;
    let what = format!("has pool '{name}' mounted on {mount}");
    let d = match look.seen(KIND, mount) {
        Seen::Unknown(why) => return look.unknown(&RULE, KIND, &what, &why, out),
        Seen::Absent => RULE
            .finding(format!("pool '{name}' is not mounted on {mount} of {}", look.title()))
            .note("what is written there now goes to the file system below, and is hidden when the pool is mounted again")
            .help("stop what writes there; then on the machine: findmnt, dmesg, and mount it; look what lies in the folder first"),
        Seen::Present(value) => {
            let options = value.field("options").and_then(Value::as_text);
            let Some(options) = options else {
                return look.untold(&RULE, KIND, &what, out);
            };
            let wanted = pool.mount_options.iter().any(|o| o.value == "ro");
            if wanted || !options.split(',').any(|o| o == "ro") {
                return;
            }
            RULE.finding(format!("pool '{name}' on {mount} of {} can only be read", look.title()))
                .note(format!("mounted with: {}", graph::observation::plain(options)))
                .help("a kernel does this when it meets errors: dmesg, and the health of its disks, before anything else")
        }
    };
    let d = match &pool.mount {
        Some(said) => d.at(said.span, ""),
        None => d,
    };
    out.add(
        look.object.clone(),
        look.dated(d.of(part(mount)), KIND, mount),
    );
}
