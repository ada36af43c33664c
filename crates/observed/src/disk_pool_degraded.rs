//! A pool that lost a device, or whose devices report errors.

use crate::look::{Look, machines, part};
use crate::storage::{number, observed};
use crate::{Context, Findings, Mend, Rule};
use diag::Severity;
use graph::observation::plain;
use model::fact::FactKind;
use model::value::Value;

const KIND: FactKind = FactKind::Pool;
/// Words of the kernel, ZFS and LVM for a pool that is well or at work; md's are those of `array_state` and `sync_action`, md(4).
const WELL: [&str; 16] = [
    "clean",
    "active",
    "active-idle",
    "write-pending",
    "read-auto",
    "readonly",
    "idle",
    "check",
    "repair",
    "resync",
    "recover",
    "reshape",
    "frozen",
    "ONLINE",
    "healthy",
    "refresh needed",
];

pub const RULE: Rule = Rule {
    id: "disk-pool-degraded",
    since: "0.1.0",
    severity: Severity::Error,
    summary: "A pool misses a device, does not work, or its devices have reported errors.",
    rationale: "Redundancy hides its own loss: everything works, and the next disk takes the data along. Counters of errors are kept until somebody clears them; a pool whose counters nobody reads has no checksums in effect.",
    example: "pools: {tank: {kind: md, on: nas, level: raid5}}   # and /proc/mdstat says [UU_]",
    controls: &["NIST CSF 2.0 DE.CM-09", "ISO 27001:2022 A.8.14"],
    mend: Mend::None("a disk has to be replaced by a person"),
    run,
};

fn run(ctx: &Context<'_>, out: &mut Findings) {
    for look in machines(ctx, KIND) {
        look.unseen(&RULE, KIND, "has other pools that miss a device", out);
        for (key, value, name) in observed(&look) {
            one(&look, key, value, &name, out);
        }
    }
}

fn one(look: &Look<'_, '_>, key: &str, value: &Value, name: &str, out: &mut Findings) {
    let of = look.title();
    let state = value.field("state").and_then(Value::as_text);
    let ill = state.filter(|s| !WELL.contains(s));
    let (missing, errors) = (number(value, "missing"), number(value, "errors"));
    let rebuilt = matches!(state, Some("recover" | "resync" | "reshape"));
    let mut said = Vec::new();
    if let Some(n) = missing.filter(|n| *n > 0) {
        let d = RULE.finding(format!("{name} of {of} misses {n} of its devices"));
        let all = number(value, "wanted").map_or_else(String::new, |w| format!(" of {w}"));
        let d = d.note(format!("{n}{all} missing; there: {}", devices(value)));
        said.push(if rebuilt {
            d.help("it is being rebuilt; until that is done, the next failure may lose all of it")
        } else {
            d.help("find which (smartctl, dmesg), order another, and read what is not backed up before the rebuild")
        });
    } else if let Some(state) = ill {
        let d = RULE.finding(format!("{name} of {of} is {}", plain(state)));
        said.push(d.help("ask its own tools: mdadm --detail, zpool status, lvs -a"));
    }
    if let Some(n) = errors.filter(|n| *n > 0) {
        let d = RULE.with(
            Severity::Warning,
            match n {
                1 => format!("{name} of {of} has counted 1 error"),
                n => format!("{name} of {of} has counted {n} errors"),
            },
        );
        let d = d.note("counters stay until they are cleared: this may be long ago");
        said.push(d.help("find the device (btrfs device stats, zpool status -v), read all of it (scrub), then clear the counters"));
    }
    if said.is_empty() && missing.is_none() && state.is_none() {
        look.untold(&RULE, KIND, &format!("has all devices of {name}"), out);
    }
    for d in said {
        out.add(look.object.clone(), look.dated(d.of(part(key)), KIND, key));
    }
}

fn devices(value: &Value) -> String {
    match value.field("devices") {
        Some(Value::List(items)) if !items.is_empty() => {
            let names: Vec<String> = items.iter().filter_map(Value::as_text).map(plain).collect();
            names.join(", ")
        }
        _ => "none".to_owned(),
    }
}
