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
pub const RULE: Rule = Rule {
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
    when: When,
}

/// Whether a scrub ever begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum When {
    Planned,
    /// It has no schedule.
    Never,
    /// It has one that nobody knows.
    Unknown,
}

impl When {
    fn of(schedule: &Opt<Calendar>) -> Self {
        match schedule {
            None => When::Never,
            Some(given) if given.is_unknown() => When::Unknown,
            Some(_) => When::Planned,
        }
    }
}

fn run(ctx: &Context<'_>, out: &mut Findings) {
    for (name, pool) in &ctx.lab.pools {
        let layers: Vec<&str> = [block_layer(pool), checksums(pool)]
            .into_iter()
            .flatten()
            .collect();
        if layers.is_empty() {
            continue;
        }
        let scrubs = scrubs(ctx.lab, name, pool);
        let missing = missing(&layers, &scrubs, |s| s.when == When::Planned);
        if missing.is_empty() {
            continue;
        }
        // Scrubs of which nobody knows when they are, as if they were planned.
        let open: Vec<&Scrub> = scrubs.iter().filter(|s| s.when == When::Unknown).collect();
        let kind = self::missing(&layers, &scrubs, |s| s.when != When::Never).is_empty();
        let d = match open.is_empty() || !kind {
            true => finding(name, pool, &layers, &missing, &scrubs),
            false => unknown(name, &open),
        };
        out.add(object(name), d);
    }
}

/// Layers that no scrub reads of those that count; one of which it cannot be told reads any one of them.
fn missing<'a>(layers: &[&'a str], scrubs: &[Scrub], counts: fn(&Scrub) -> bool) -> Vec<&'a str> {
    let scrubs = || scrubs.iter().filter(|s| counts(s));
    let sure = |layer: &&&str| scrubs().any(|s| s.layer == Some(**layer));
    let missing: Vec<&str> = layers.iter().filter(|l| !sure(l)).copied().collect();
    match scrubs().filter(|s| s.layer.is_none()).count() >= missing.len() {
        true => Vec::new(),
        false => missing,
    }
}

fn unknown(name: &str, open: &[&Scrub]) -> diag::Diagnostic {
    let message = format!("whether every layer of pool '{name}' is ever read through");
    let mut d = RULE.unknown(message);
    for scrub in open {
        let note = format!("when {} is, is not known", scrub.says);
        d = d.at(scrub.span, "").note(note);
    }
    d
}

fn finding(
    name: &str,
    pool: &Pool,
    layers: &[&str],
    missing: &[&str],
    scrubs: &[Scrub],
) -> diag::Diagnostic {
    let planned = |s: &&Scrub| s.when == When::Planned;
    let either = scrubs.iter().filter(planned).any(|s| s.layer.is_none());
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
        let label = match (scrub.when, scrub.layer) {
            (When::Never, _) => "has no schedule: it never runs by itself".to_owned(),
            (When::Unknown, _) => "nobody knows when".to_owned(),
            (When::Planned, Some(layer)) => format!("reads {layer}"),
            (When::Planned, None) => "can read one of them only".to_owned(),
        };
        d = d.and_at(scrub.span, label);
    }
    let says = scrubs.iter().filter(planned).map(|s| s.says.as_str());
    let says: Vec<&str> = says.collect();
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
            says: match own.value() {
                Some(when) => format!("'scrub: {when}'"),
                None => "its 'scrub'".to_owned(),
            },
            span: own.span,
            layer: only,
            when: When::of(&pool.scrub),
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
                when: When::of(&job.schedule),
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
