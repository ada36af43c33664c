//! What a redundancy level leaves of its disks.

use crate::amounts::{binary, decimal, like, sum};
use crate::pools::object;
use crate::pools::{self, Member, Verdict, compare, is_btrfs};
use crate::totals::is_pairs;
use crate::{Context, Findings, Mend, Rule};
use diag::{Diagnostic, Edit, Fix, Severity};
use model::declare::Known;
use model::declare::{Given, Opt, OptExt as _};
use model::lab::storage::{Level, Pool, PoolKind, Profile};
use model::units::size::Size;

pub const RULE: Rule = Rule {
    id: "sto-raid-usable",
    since: "0.1.0",
    severity: Severity::Error,
    summary: "A pool's declared space is not what its level leaves of its disks, or disks lie idle in part.",
    rationale: "RAID gives each disk the size of the smallest: usable are (n - parity) times that, and what larger disks have more \
        is lost. Space that was never there is noticed when it is needed, and a figure in TB that was read off in TiB is 10 % wrong.",
    example: "pools: {tank: {kind: md, level: raid5, devices: [nas/a, nas/b, nas/c], usable: 12TB}}   # of 3 disks with 4TB",
    controls: &["ISO 27001:2022 A.8.6"],
    mend: Mend::Safe(
        "writes what the disks give where the number is right in the other unit; any other number is unsafe to replace",
    ),
    run,
};

fn run(ctx: &Context<'_>, out: &mut Findings) {
    for (name, pool) in &ctx.lab.pools {
        let members = pools::members(ctx.lab, pool);
        if members.is_empty() {
            continue;
        }
        let Some(level) = level(pool) else {
            if let Some((least, copies)) = copies(pool)
                && members.len() < least
            {
                out.add(
                    object(name),
                    too_few_for(name, pool, copies, (members.len(), least)),
                );
                continue;
            }
            if let Some(d) = more_than_all(name, pool, &members) {
                out.add(object(name), d);
            }
            continue;
        };
        if let Some(d) = too_few(name, pool, level, members.len()) {
            out.add(object(name), d);
            continue;
        }
        match space(pool, level, &members) {
            Ok(space) => {
                if let Some(d) = judge(name, pool, level, &space) {
                    out.add(object(name), d);
                }
            }
            Err(missing) if pool.usable.known().is_some() && !missing.is_empty() => {
                let d = RULE
                    .unknown(format!(
                        "whether {level} leaves what pool '{name}' is declared to hold"
                    ))
                    .at(pool.span, "")
                    .note(format!("sizes of disks that are not declared: {missing}"));
                out.add(object(name), d);
            }
            Err(_) => {}
        }
    }
}

/// Its level; that of a Btrfs profile where it is one of those.
fn level(pool: &Pool) -> Option<Level> {
    let of_profile = |profile: &Profile| match profile {
        Profile::Single => Some(Level::Single),
        Profile::Raid0 => Some(Level::Raid0),
        Profile::Raid1 => Some(Level::Raid1),
        Profile::Raid10 => Some(Level::Raid10),
        Profile::Raid5 => Some(Level::Raid5),
        Profile::Raid6 => Some(Level::Raid6),
        Profile::Dup | Profile::Raid1c3 | Profile::Raid1c4 => None,
    };
    let profile = pool.profile.known().filter(|_| is_btrfs(pool));
    match profile {
        Some(profile) => of_profile(profile),
        None => pool.level.known().copied(),
    }
}

/// Whatever its level is, a pool cannot hold more than all of its disks, each block as often as its profile has it.
fn more_than_all(name: &str, pool: &Pool, members: &[Member<'_>]) -> Option<Diagnostic> {
    let usable = pool.usable.known()?;
    let sizes = members.iter().map(|m| m.disk?.size.known().copied());
    let sizes: Vec<Size> = sizes.collect::<Option<_>>()?;
    let raw: u128 = sizes.iter().map(|s| u128::from(s.bytes())).sum();
    let copies: u128 = match pool.profile.known().filter(|_| is_btrfs(pool)) {
        Some(Profile::Dup) => 2,
        Some(Profile::Raid1c3) => 3,
        Some(Profile::Raid1c4) => 4,
        _ => 1,
    };
    let apart = self::copies(pool).is_some();
    let most = match apart {
        true => on_different_disks(&sizes, copies),
        false => raw / copies,
    };
    // Figures on paper are rounded.
    if u128::from(usable.bytes()) <= most + most / 50 {
        return None;
    }
    let span = pool.usable.as_ref().map_or(pool.span, |u| u.span);
    let gives = decimal(most);
    let all = match copies {
        1 => sum(&sizes),
        n if most < raw / n => format!(
            "{}, each block on {n} different disks: of each disk no more counts than there is to hold",
            sum(&sizes)
        ),
        n => format!("({}) / {n}", sum(&sizes)),
    };
    Some(
        RULE.finding(format!(
            "pool '{name}' is declared to hold {usable}, and all of its disks together give {gives}"
        ))
        .at(span, format!("{gives} at the most"))
        .note(match most < raw / copies {
            true => format!("{all}: {gives}"),
            false => format!("{all} = {gives}"),
        })
        .help("correct the size, declare the disks that are missing, and say the level"),
    )
}

/// How many disks a profile that keeps each block on disks of its own needs, and its word (mkfs.btrfs(8), table "Profiles").
fn copies(pool: &Pool) -> Option<(usize, &'static str)> {
    match pool.profile.known().filter(|_| is_btrfs(pool))? {
        Profile::Raid1c3 => Some((3, "raid1c3")),
        Profile::Raid1c4 => Some((4, "raid1c4")),
        _ => None,
    }
}

/// The most that so many copies on different disks leave: of a disk that is larger than all that is kept, only so much counts.
fn on_different_disks(sizes: &[Size], copies: u128) -> u128 {
    let held = |most: u128| {
        let each = sizes.iter().map(|s| u128::from(s.bytes()).min(most));
        each.sum::<u128>() / copies
    };
    let mut most = held(u128::MAX);
    loop {
        let less = held(most);
        if less >= most {
            return most;
        }
        most = less;
    }
}

fn too_few(name: &str, pool: &Pool, level: Level, have: usize) -> Option<Diagnostic> {
    let md = pool.kind.known() == Some(&PoolKind::Md);
    let least = match level {
        // mkfs.btrfs(8), table "Profiles".
        Level::Raid5 | Level::Raid10 if is_btrfs(pool) => 2,
        Level::Raid6 if is_btrfs(pool) => 3,
        // md(4): two disks of RAID5 are a mirror, and RAID10 keeps two copies on any number.
        Level::Raid5 | Level::Raid10 if md => 2,
        Level::Raid5 => 3,
        Level::Raid6 | Level::Raid10 => 4,
        // zpoolconcepts(7): one more than the number of parity disks.
        Level::Raidz1 => 2,
        Level::Raidz2 => 3,
        Level::Raidz3 => 4,
        Level::Raid1 | Level::Mirror => 2,
        Level::Single | Level::Linear | Level::Raid0 | Level::Replicated => 1,
    };
    let enough = have >= least || (have == 2 && level == Level::Raid10);
    (!enough).then(|| too_few_for(name, pool, &level.to_string(), (have, least)))
}

fn too_few_for(name: &str, pool: &Pool, level: &str, (have, least): (usize, usize)) -> Diagnostic {
    let profile = pool.profile.as_ref().map(|p| p.span);
    let span = pool.level.as_ref().map(|l| l.span).or(profile);
    RULE.finding(format!(
        "pool '{name}' cannot be {level}: it has too few disks"
    ))
    .at(
        span.unwrap_or(pool.span),
        format!("{least} disks at the least"),
    )
    .note(format!("disks: {have}, {level} needs {least}"))
    .help("add disks, or choose a level that fits them")
}

/// What the disks give, with the words for it.
struct Space {
    raw: u128,
    used: u128,
    usable: u128,
    formula: String,
    parts: Vec<Size>,
    least: Size,
    assumed: bool,
}

fn space(pool: &Pool, level: Level, members: &[Member<'_>]) -> Result<Space, String> {
    let size = |m: &Member<'_>| m.disk.and_then(|d| d.size.as_ref()).cloned();
    let given: Vec<Opt<Size>> = members.iter().map(size).collect();
    let known = |g: &Opt<Size>| g.as_deref().and_then(Given::value).copied();
    let missing: Vec<&str> = members
        .iter()
        .zip(&given)
        .filter(|(_, g)| known(g).is_none())
        .map(|(m, _)| m.label)
        .collect();
    if !missing.is_empty() {
        return Err(missing.join(", "));
    }
    let parts: Vec<Size> = given.iter().filter_map(known).collect();
    let bytes = |s: &Size| u128::from(s.bytes());
    let raw: u128 = parts.iter().map(bytes).sum();
    let least = parts.iter().copied().min_by_key(|s| s.bytes());
    let least = least.ok_or_else(String::new)?;
    let n = parts.len() as u128;
    let most = parts.iter().map(bytes).max().unwrap_or(0);
    let small = bytes(&least);
    let striped = |parity: u128| {
        (
            n * small,
            (n - parity) * small,
            format!("({n} - {parity}) × {least}"),
        )
    };
    let (used, usable, formula) = match level {
        Level::Raid1 if is_btrfs(pool) => {
            let half = (raw / 2).min(raw - most);
            let text = format!(
                "min({} / 2, {} - {})",
                decimal(raw),
                decimal(raw),
                decimal(most)
            );
            (half * 2, half, text)
        }
        // btrfs spreads stripes over whatever disks have room: no simple formula for unequal ones.
        Level::Raid5 | Level::Raid6 | Level::Raid10 if is_btrfs(pool) && most != small => {
            return Err(String::new());
        }
        Level::Single | Level::Linear | Level::Raid0 => (raw, raw, sum(&parts)),
        Level::Mirror if is_pairs(parts.len()) => in_pairs(&parts),
        // md(4), "RAID10": each block twice, wherever there is room.
        // Each chunk of btrfs takes an even number of disks, those with the most room: over time all of them (mkfs.btrfs(8)).
        Level::Raid10 if pool.kind.known() == Some(&PoolKind::Md) || is_btrfs(pool) => {
            let half = n * small / 2;
            (2 * half, half, format!("{n} × {least} / 2"))
        }
        Level::Raid10 => pairs(n, small, least),
        Level::Raid1 | Level::Mirror => (n * small, small, format!("1 × {least}")),
        Level::Raid5 | Level::Raidz1 => striped(1),
        Level::Raid6 | Level::Raidz2 => striped(2),
        Level::Raidz3 => striped(3),
        Level::Replicated => {
            let copies = pool.replicas.known().copied().filter(|r| *r > 0);
            let copies = u128::from(copies.ok_or_else(String::new)?);
            (raw, raw / copies, format!("({}) / {copies}", sum(&parts)))
        }
    };
    let assumed = given.iter().flatten().any(|g| g.is_assumed());
    // A group made smaller than its disks has what it was made with.
    let usable = pool.size.known().map_or(usable, |s| usable.min(bytes(s)));
    Ok(Space {
        raw,
        used,
        usable,
        formula,
        parts,
        least,
        assumed,
    })
}

fn pairs(n: u128, small: u128, least: Size) -> (u128, u128, String) {
    (n * small, n / 2 * small, format!("({n} / 2) × {least}"))
}

/// Mirrors of two devices each, in the order of `devices`.
fn in_pairs(parts: &[Size]) -> (u128, u128, String) {
    let least = parts
        .chunks(2)
        .filter_map(|p| p.iter().min_by_key(|s| s.bytes()));
    let least: Vec<Size> = least.copied().collect();
    let usable: u128 = least.iter().map(|s| u128::from(s.bytes())).sum();
    let formula = format!("{} (the smaller of each pair)", sum(&least));
    (2 * usable, usable, formula)
}

fn judge(name: &str, pool: &Pool, level: Level, space: &Space) -> Option<Diagnostic> {
    let span = pool.usable.as_ref().map_or(pool.span, |u| u.span);
    let gives = like(space.least, space.usable);
    let declared = pool.usable.known().copied();
    let verdict = declared.and_then(|d| compare(d, space.usable).map(|v| (d, v)));
    // A pool on a partition of a disk has what the other partitions leave.
    let parts = matches!(level, Level::Single | Level::Linear | Level::Raid0);
    let verdict = verdict.filter(|(_, v)| !(parts && matches!(v, Verdict::TooLittle)));
    let idle = space.raw - space.used;
    let waste = (idle * 100 >= space.raw && space.raw > 0).then(|| {
        let (n, least) = (space.parts.len(), space.least);
        let used = like(space.least, space.used);
        format!(
            "{} = {}; {level} uses {least} of each disk: {n} × {least} = {used}; {} lie idle",
            sum(&space.parts),
            like(space.least, space.raw),
            like(space.least, idle)
        )
    });
    let mut d = match (&verdict, &waste) {
        (Some((declared, Verdict::TooMuch)), _) => RULE
            .finding(format!("pool '{name}' is declared to hold {declared}, and its disks give {gives}"))
            .at(span, format!("{gives} by {level}"))
            .help(format!("write 'usable: {gives}', or declare the disks that are missing")),
        (Some((declared, Verdict::OtherUnit(unit))), _) => RULE
            .with(Severity::Warning, format!("pool '{name}' holds {gives}; the declared {declared} are {unit}"))
            .at(span, format!("{declared} that were read off as {unit}"))
            .help(format!("write 'usable: {gives}' or the same in {unit}: '{}'", binary(space.usable))),
        (Some((declared, Verdict::TooLittle)), _) => RULE
            .with(Severity::Warning, format!("pool '{name}' is declared to hold {declared}, and its disks give {gives}"))
            .at(span, format!("{gives} by {level}"))
            .help(format!("write 'usable: {gives}', or 'size: …' if it was made smaller than its disks")),
        (None, Some(_)) => RULE
            .with(Severity::Info, format!("pool '{name}' leaves {} of its disks idle", like(space.least, idle)))
            .at(pool.span, format!("{level} over disks of different sizes"))
            .help("a level that takes disks of different sizes, such as btrfs raid1, or a second pool of the rest would use more of them"),
        (None, None) => return None,
    };
    if let (Some((_, verdict)), Some(Known::Declared(_))) =
        (&verdict, pool.usable.as_ref().map(|u| &u.known))
    {
        let (say, edit) = (format!("write {gives}"), Edit::replace(span, gives.clone()));
        d = d.fix(match verdict {
            Verdict::OtherUnit(_) => Fix::safe(say, edit),
            Verdict::TooMuch | Verdict::TooLittle => Fix::doubtful(say, edit),
        });
    }
    let (formula, percent) = (&space.formula, space.usable * 100 / space.raw.max(1));
    d = d.note(format!(
        "{level}: {formula} = {gives} ({}), {percent} % of {}",
        binary(space.usable),
        like(space.least, space.raw)
    ));
    if let Some(waste) = waste {
        d = d.note(waste);
    }
    if space.assumed {
        d = d.note("assumed: sizes of disks");
    }
    if pool.kind.known() == Some(&PoolKind::Zfs) {
        d = d.note("ZFS keeps some more for itself");
    }
    Some(d)
}
