//! Unreadable sectors to be expected while a disk is rebuilt.

use crate::amounts::decimal;
use crate::pools::object;
use crate::pools::{self, Member, own_tolerance};
use crate::{Context, Findings, Mend, Rule};
use diag::{Diagnostic, Severity};
use model::declare::OptExt as _;
use model::lab::hardware::DiskKind;
use model::lab::storage::{Level, Pool, PoolKind};
use model::units::Seconds;
use model::units::size::Size;

/// Sources: the rate is the "non-recoverable read errors per bits read" of data sheets: 1 per 10^14 for desktop disks, 10^15 for
/// NAS and server disks, 10^17 for server flash. It is an upper bound; errors cluster, and a scrub finds them while there still is parity.
/// P(at least one) = 1 - e^-expected.
pub const RULE: Rule = Rule {
    id: "sto-rebuild-ure",
    since: "0.1.0",
    severity: Severity::Warning,
    summary: "A rebuild with single parity has to read so much that unreadable sectors are to be expected.",
    rationale: "When a disk of a single-parity group has failed, every sector of all others must be read to compute it anew, with no \
        parity left. What cannot be read then is lost, and for the hours or days of the rebuild a second failure loses everything. \
        Large disks made RAID5 a bet; two parities or mirrors with fewer bytes to read are not.",
    example: "pools: {main: {kind: md, level: raid5, devices: [nas/a, nas/b, nas/c, nas/d]}}   # of 12TB each",
    controls: &["NIST CSF 2.0 PR.IR-04", "ISO 27001:2022 A.8.14"],
    mend: Mend::None("another level means a new pool"),
    run,
};

/// Worth a word from one chance in ten on.
const WORTH: f64 = 0.1;

fn run(ctx: &Context<'_>, out: &mut Findings) {
    for (name, pool) in &ctx.lab.pools {
        let parity = matches!(pool.level.known(), Some(Level::Raid5 | Level::Raidz1));
        if !parity || own_tolerance(ctx.lab, pool) != Some(1) {
            continue;
        }
        let members = pools::members(ctx.lab, pool);
        let sizes: Vec<u64> = members.iter().filter_map(size).collect();
        if members.len() < 3 {
            continue;
        }
        let object = object(name);
        if sizes.len() < members.len() {
            let message = format!("how much a rebuild of pool '{name}' would have to read");
            let missing: Vec<&str> = members
                .iter()
                .filter(|m| size(m).is_none())
                .map(|m| m.label)
                .collect();
            let d = RULE.unknown(message).at(pool.span, "").note(format!(
                "sizes that are not declared: {}",
                missing.join(", ")
            ));
            out.add(object, d);
        } else if let Some(d) = judge(name, pool, &members, &sizes) {
            out.add(object, d);
        }
    }
}

fn size(member: &Member<'_>) -> Option<u64> {
    member.disk?.size.known().map(|s| s.bytes())
}

fn judge(name: &str, pool: &Pool, members: &[Member<'_>], sizes: &[u64]) -> Option<Diagnostic> {
    let each = *sizes.iter().min()?;
    let others = sizes.len() - 1;
    let all = u128::from(each) * others as u128;
    let used = written(pool).map(|(used, how)| (u128::from(used.bytes()).min(all), how));
    let read = used.map_or(all, |(used, _)| used);
    let (exponent, assumed) = rate(members);
    let bits = read as f64 * 8.0;
    let expected = bits / 10_f64.powi(exponent);
    let chance = 1.0 - (-expected).exp();
    if chance < WORTH {
        return None;
    }
    let span = pool.level.as_ref().map_or(pool.span, |l| l.span);
    let level = pools::level_word(pool);
    // Where only what is in use is read, each disk has its share of it.
    let share = read.div_ceil(others as u128);
    let hours = Seconds(i64::try_from(share / u128::from(speed(members))).unwrap_or(i64::MAX));
    let (each, amount) = (decimal(u128::from(each)), decimal(read));
    let sum = match used {
        Some((_, how)) => format!("{amount} in use, which is all that {how} reads"),
        None => format!("{others} × {each} = {amount} to read"),
    };
    let d = RULE
        .finding(format!(
            "a rebuild of pool '{name}' meets an unreadable sector with a chance of {:.0} %",
            chance * 100.0
        ))
        .at(span, format!("{level}: no parity is left while it rebuilds"))
        .note(format!(
            "{sum}; {amount} × 8 = {bits:.3e} bits; {bits:.3e} / 10^{exponent} = {expected:.2} errors; 1 - e^-{expected:.2} = {:.0} %",
            chance * 100.0
        ))
        .note(format!("exposed for {hours} at the least: {} of each disk at {}, more if the pool is in use", decimal(share), speed_word(members)));
    let rate = match assumed {
        true => format!(
            "assumed: 1 error per 10^{exponent} bits read, as data sheets of desktop disks have it ('ure: 15' on the disks if theirs is better), and {}",
            speed_word(members)
        ),
        false => format!("assumed: {}", speed_word(members)),
    };
    Some(d.note(rate).help("use two parities (raid6, raidz2) or mirrors for new pools; until then scrub monthly and keep a copy elsewhere"))
}

/// What is in use, where a rebuild reads no more than that.
///
/// ZFS and btrfs know which blocks are allocated, and rebuild only those (zpool-replace(8), btrfs-replace(8)).
fn written(pool: &Pool) -> Option<(&Size, &'static str)> {
    let how = match pool.kind.known()? {
        PoolKind::Zfs => "a resilver",
        PoolKind::Btrfs => "a replace",
        _ => return None,
    };
    Some((pool.used.known()?, how))
}

/// The worst rate of the members; flash and NAS disks are better than the assumption.
fn rate(members: &[Member<'_>]) -> (i32, bool) {
    let own = |m: &Member<'_>| {
        let disk = m.disk?;
        let declared = disk.ure.known().map(|e| (*e, false));
        declared.or_else(|| {
            let flash = matches!(
                disk.kind.known(),
                Some(DiskKind::Nvme | DiskKind::Ssd | DiskKind::Optane)
            );
            Some((if flash { 16 } else { 14 }, true))
        })
    };
    let worst = members.iter().filter_map(own).min().unwrap_or((14, true));
    (i32::try_from(worst.0).unwrap_or(14), worst.1)
}

/// Bytes per second that a disk is read and written at, at best.
fn speed(members: &[Member<'_>]) -> u64 {
    let flash = |m: &Member<'_>| {
        let kind = m.disk.and_then(|d| d.kind.known());
        matches!(
            kind,
            Some(DiskKind::Nvme | DiskKind::Ssd | DiskKind::Optane)
        )
    };
    if members.iter().all(flash) {
        400_000_000
    } else {
        150_000_000
    }
}

fn speed_word(members: &[Member<'_>]) -> String {
    format!("{}MB/s per disk", speed(members) / 1_000_000)
}
