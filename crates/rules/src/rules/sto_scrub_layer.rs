//! A layer of a pool whose blocks are never read and compared.

use crate::amounts::count;
use crate::attention::is_on;
use crate::pools::{block_layer, checksums, object};
use crate::{Context, Findings, Mend, Rule};
use diag::{Severity, Span};
use model::declare::{Opt, OptExt as _};
use model::lab::Lab;
use model::lab::protection::{Job, JobKind};
use model::lab::storage::Pool;
use model::units::calendar::Calendar;

/// Sources: md(4), "SCRUBBING AND MISMATCHES"; btrfs-scrub(8): only blocks in use are read, through the device below, which hands out
/// data and never reads its parity.
pub(crate) const RULE: Rule = Rule {
    id: "sto-scrub-layer",
    since: "0.1.0",
    severity: Severity::Warning,
    summary: "A redundancy or checksum layer of a pool has no scrub of its own.",
    rationale: "A sector that went bad is found when it is read. If that is during a rebuild, it is too late, so each layer reads \
        everything on a schedule. A scrub of the file system does not read the parity of the RAID below, and a check of the RAID \
        knows no checksums: each layer needs its own.",
    example: "pools: {main: {kind: md, level: raid5, filesystem: btrfs, devices: [nas/a, nas/b, nas/c], scrub: weekly}}",
    controls: &["NIST CSF 2.0 PR.DS-01", "ISO 27001:2022 A.8.13"],
    mend: Mend::DisplayOnly("when the machine may be busy is a decision"),
    run,
};

/// Words of tools, by the layer that they read.
const TOOLS: [(&str, &[&str]); 4] = [
    (
        "md",
        &[
            "mdadm",
            "mdcheck",
            "checkarray",
            "raid-check",
            "sync_action",
            "mdstat",
        ],
    ),
    ("btrfs", &["btrfs"]),
    ("zfs", &["zpool", "zfs"]),
    ("lvm", &["lvchange", "lvm"]),
];

/// A scrub, and the layer it is of if that can be told.
struct Scrub {
    says: String,
    span: Span,
    layer: Option<&'static str>,
}

fn run(ctx: &Context<'_>, out: &mut Findings) {
    for (name, pool) in &ctx.lab.pools {
        let layers: Vec<&str> = [block_layer(pool), checksums(pool)]
            .into_iter()
            .flatten()
            .collect();
        if layers.is_empty() || pool.scrub.as_ref().is_some_and(|s| s.is_unknown()) {
            if let Some(scrub) = pool.scrub.as_ref().filter(|_| !layers.is_empty()) {
                let message = format!("whether pool '{name}' is ever read through");
                out.add(object(name), RULE.unknown(message).at(scrub.span, ""));
            }
            continue;
        }
        let scrubs = scrubs(ctx.lab, name, pool);
        let sure = |layer: &&&str| scrubs.iter().any(|s| s.layer == Some(**layer));
        let missing: Vec<&str> = layers.iter().filter(|l| !sure(l)).copied().collect();
        let unclear: Vec<&Scrub> = scrubs.iter().filter(|s| s.layer.is_none()).collect();
        if unclear.len() >= missing.len() {
            continue;
        }
        let either = !unclear.is_empty();
        let d = finding(name, pool, &layers, &missing, &scrubs, either);
        out.add(object(name), d);
    }
}

fn finding(
    name: &str,
    pool: &Pool,
    layers: &[&str],
    missing: &[&str],
    scrubs: &[Scrub],
    either: bool,
) -> diag::Diagnostic {
    let which = match either {
        true => format!("either {}", missing.join(" or ")),
        false => missing.join(" and "),
    };
    let mut d = RULE
        .finding(format!(
            "pool '{name}' has a layer that is never scrubbed: {which}"
        ))
        .at(pool.span, format!("layers: {}", layers.join(" below ")));
    for scrub in scrubs {
        let label = match scrub.layer {
            Some(layer) => format!("reads {layer}"),
            None => "can read one of them only".to_owned(),
        };
        d = d.and_at(scrub.span, label);
    }
    let says: Vec<&str> = scrubs.iter().map(|s| s.says.as_str()).collect();
    let found = match says.is_empty() {
        true => "0 scrubs".to_owned(),
        false => format!(
            "{} ({})",
            count(says.len(), "scrub", "scrubs"),
            says.join(", ")
        ),
    };
    d = d.note(format!(
        "{} to read, {found}",
        count(layers.len(), "layer", "layers")
    ));
    let jobs: Vec<String> = missing
        .iter()
        .map(|l| format!("'{}'", command(l)))
        .collect();
    d.help(format!(
        "add a job of kind 'scrub' on the pool for each layer, with its command: {}",
        jobs.join(", ")
    ))
}

fn command(layer: &str) -> &'static str {
    match layer {
        "md" => "mdadm --action=check DEVICE",
        "btrfs" => "btrfs scrub start MOUNT",
        "zfs" => "zpool scrub POOL",
        _ => "lvchange --syncaction check VOLUME",
    }
}

fn scrubs(lab: &Lab, name: &str, pool: &Pool) -> Vec<Scrub> {
    let mut out = Vec::new();
    let layers = [block_layer(pool), checksums(pool)];
    let only = match layers {
        [Some(one), None] | [None, Some(one)] => Some(one),
        _ => None,
    };
    if let Some(own) = &pool.scrub {
        out.push(Scrub {
            says: format!(
                "'scrub: {}'",
                own.value().map(ToString::to_string).unwrap_or_default()
            ),
            span: own.span,
            layer: only,
        });
    }
    for (key, job) in &lab.jobs {
        if job.kind.known() == Some(&JobKind::Scrub) && is_on(job, name) {
            let layer = tool(key, job).or(only);
            // The same schedule, said of the pool and of its job, is one scrub.
            let text = |c: &Opt<Calendar>| c.known().map(ToString::to_string);
            if text(&job.schedule).is_some() && text(&job.schedule) == text(&pool.scrub) {
                out.retain(|s: &Scrub| s.layer.is_some());
            }
            out.push(Scrub {
                says: format!("job '{key}'"),
                span: job.span,
                layer,
            });
        }
    }
    out
}

fn tool(key: &str, job: &Job) -> Option<&'static str> {
    let texts = [job.command.known(), job.tool.known()];
    let texts = texts.into_iter().flatten().map(String::as_str).chain([key]);
    let text: String = texts.collect::<Vec<_>>().join(" ").to_lowercase();
    let hit = TOOLS.iter().find(|(layer, words)| {
        words.iter().any(|w| text.contains(w))
            || text
                .split(|c: char| !c.is_alphanumeric())
                .any(|w| w == *layer)
    });
    hit.map(|(layer, _)| *layer)
}
