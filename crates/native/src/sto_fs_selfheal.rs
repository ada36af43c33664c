//! Checksums that find damage and cannot mend it.

use crate::pools::object;
use crate::pools::{self, block_layer, chain, checksums};
use crate::{Context, Findings, Mend, Rule};
use diag::{Diagnostic, Severity, Span};
use model::declare::OptExt as _;
use model::lab::Lab;
use model::lab::storage::{Pool, Profile};

/// Sources: btrfs(5), "PROFILES"; mkfs.btrfs(8), `--data`: one device gets `single`. A copy below the file system, in md or LVM,
/// is not visible to it: it sees one device and reads whichever copy that hands out.
pub const RULE: Rule = Rule {
    id: "sto-fs-selfheal",
    since: "0.1.0",
    severity: Severity::Warning,
    summary: "A checksumming file system with one copy of the data lies on RAID that it cannot see into.",
    rationale: "btrfs and ZFS mend what their checksums find only from a second copy of their own. On md, LVM or hardware RAID they \
        see one device: damage is noticed and stays, because the layer below does not know which of its copies is right.",
    example: "pools: {main: {kind: md, level: raid5, filesystem: btrfs, devices: [nas/a, nas/b, nas/c]}}",
    controls: &["NIST CSF 2.0 PR.DS-01", "ISO 27001:2022 A.8.13"],
    mend: Mend::None("the pool has to be made anew"),
    run,
};

fn run(ctx: &Context<'_>, out: &mut Findings) {
    for (name, pool) in &ctx.lab.pools {
        let Some(filesystem) = checksums(pool) else {
            continue;
        };
        let Some((below, layer, level)) = raid_below(ctx.lab, name) else {
            continue;
        };
        if let Some(d) = judge(name, pool, filesystem, (below, layer, level)) {
            out.add(object(name), d);
        }
    }
}

/// The redundant layer on which the file system lies: of the same pool or of one below.
fn raid_below<'a>(lab: &'a Lab, name: &'a str) -> Option<(&'a Pool, &'static str, String)> {
    let layers = chain(lab, name).into_iter();
    layers
        .filter_map(|(_, p)| Some((p, block_layer(p)?, pools::level_word(p))))
        .next()
}

fn judge(
    name: &str,
    pool: &Pool,
    filesystem: &str,
    (below, layer, level): (&Pool, &str, String),
) -> Option<Diagnostic> {
    let (profile, why, span) = match (&pool.profile, pool.profile.known()) {
        (Some(given), Some(p @ (Profile::Single | Profile::Raid0))) => {
            (p.to_string(), "declared".to_owned(), given.span)
        }
        (_, Some(_)) => return None,
        (Some(given), None) => {
            let d = RULE.unknown(format!(
                "whether {filesystem} of pool '{name}' keeps a second copy"
            ));
            return Some(
                d.at(given.span, "")
                    .help("look with 'btrfs filesystem df MOUNT'"),
            );
        }
        // A ZFS pool with a level of its own has copies of its own.
        (None, _) if own_copies(pool, below) => return None,
        (None, _) => {
            let why = format!("what {filesystem} does on one device if nothing is said");
            (String::from("single"), why, mark(pool))
        }
    };
    let d = RULE
        .finding(format!("{filesystem} on pool '{name}' can find damage, and cannot mend it"))
        .at(span, format!("one copy of the data ('{profile}', {why})"))
        .and_at(mark_level(below), format!("copies that {filesystem} does not see"))
        .note(format!(
            "copies that {filesystem} can compare: 1; it sees {layer} {level} as one device, and {layer} cannot tell which block is right"
        ))
        .help(format!("give the disks to {filesystem} itself (btrfs raid1, a ZFS mirror), or restore what a scrub finds from a backup"));
    Some(d)
}

fn own_copies(pool: &Pool, below: &Pool) -> bool {
    !std::ptr::eq(pool, below) && pools::data_tolerance(pool).is_some_and(|t| t > 0)
}

fn mark(pool: &Pool) -> Span {
    pool.filesystem.as_ref().map_or(pool.span, |f| f.span)
}

fn mark_level(pool: &Pool) -> Span {
    pool.level.as_ref().map_or(pool.span, |l| l.span)
}
