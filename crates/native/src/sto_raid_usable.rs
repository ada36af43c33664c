//! What a redundancy level leaves of its disks.

use crate::amounts::{binary, decimal, like, sum};
use crate::pools::object;
use crate::pools::{self, Member, Verdict, compare, is_btrfs};
use crate::totals::{Part, part};
use crate::{Context, Findings, Mend, Rule};
use diag::{Diagnostic, Edit, Fix, Severity};
use graph::space;
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
        is lost. Btrfs spreads its copies over whatever disks have room, and a replicated pool keeps each copy on another host. Space that was never there is noticed when it is needed, and a figure in TB that was read off in TiB is 10 % wrong.",
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
        let Some(word) = space::word(pool) else {
            if let Some(d) = more_than_all(name, pool, &members) {
                out.add(object(name), d);
            }
            continue;
        };
        if let Some(d) = too_few(name, pool, members.len()) {
            out.add(object(name), d);
            continue;
        }
        match disks(pool, &members) {
            Ok(disks) => {
                if let Some(d) = judge(name, pool, &word, &disks) {
                    out.add(object(name), d);
                }
            }
            Err(missing) if pool.usable.known().is_some() && !missing.is_empty() => {
                let d = RULE
                    .unknown(format!(
                        "whether {word} leaves what pool '{name}' is declared to hold"
                    ))
                    .at(pool.span, "")
                    .note(format!("sizes of disks that are not declared: {missing}"));
                out.add(object(name), d);
            }
            Err(_) => {}
        }
    }
}

/// Whatever its level is, a pool cannot hold more than all of its disks.
fn more_than_all(name: &str, pool: &Pool, members: &[Member<'_>]) -> Option<Diagnostic> {
    let usable = pool.usable.known()?;
    let sizes = members.iter().map(|m| m.disk?.size.known().copied());
    let sizes: Vec<Size> = sizes.collect::<Option<_>>()?;
    let most: u128 = sizes.iter().map(|s| u128::from(s.bytes())).sum();
    // Figures on paper are rounded.
    if u128::from(usable.bytes()) <= most + most / 50 {
        return None;
    }
    let span = pool.usable.as_ref().map_or(pool.span, |u| u.span);
    let gives = decimal(most);
    Some(
        RULE.finding(format!(
            "pool '{name}' is declared to hold {usable}, and all of its disks together give {gives}"
        ))
        .at(span, format!("{gives} at the most"))
        .note(format!("{} = {gives}", sum(&sizes)))
        .help("correct the size, declare the disks that are missing, and say the level"),
    )
}

/// How many disks a level or profile needs, and its word.
fn least(pool: &Pool) -> Option<(usize, String)> {
    let word = space::word(pool)?;
    if let Some(profile) = pool.profile.known().filter(|_| is_btrfs(pool)) {
        // mkfs.btrfs(8), table "Profiles".
        let least = match profile {
            Profile::Single | Profile::Dup | Profile::Raid0 => 1,
            Profile::Raid1 | Profile::Raid10 | Profile::Raid5 => 2,
            Profile::Raid1c3 | Profile::Raid6 => 3,
            Profile::Raid1c4 => 4,
        };
        return Some((least, word));
    }
    let md = pool.kind.known() == Some(&PoolKind::Md);
    let least = match pool.level.known()? {
        Level::Raid5 | Level::Raid10 if is_btrfs(pool) => 2,
        Level::Raid6 if is_btrfs(pool) => 3,
        // md(4): two disks of RAID5 are a mirror, and RAID10 keeps two copies on any number.
        Level::Raid5 | Level::Raid10 if md => 2,
        Level::Raid5 => 3,
        Level::Raid6 => 4,
        // Two disks are one pair.
        Level::Raid10 => 2,
        // zpoolconcepts(7): one more than the number of parity disks.
        Level::Raidz1 => 2,
        Level::Raidz2 => 3,
        Level::Raidz3 => 4,
        Level::Raid1 | Level::Mirror => 2,
        Level::Single | Level::Linear | Level::Raid0 | Level::Replicated => 1,
    };
    Some((least, word))
}

fn too_few(name: &str, pool: &Pool, have: usize) -> Option<Diagnostic> {
    // Disks that are not in use yet are declared as well.
    let have = have + pool.away.len();
    let (least, word) = least(pool)?;
    // Of another RAID10 three disks are one pair and half of one.
    let odd = have == 3 && pool.level.known() == Some(&Level::Raid10) && least == 2;
    let md_or_btrfs = is_btrfs(pool) || pool.kind.known() == Some(&PoolKind::Md);
    match odd && !md_or_btrfs {
        true => Some(too_few_for(name, pool, &word, (have, 4))),
        false => (have < least).then(|| too_few_for(name, pool, &word, (have, least))),
    }
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

/// The disks, and what they give.
struct Disks {
    parts: Vec<Size>,
    least: Size,
    assumed: bool,
    raw: u128,
    used: u128,
    usable: u128,
    formula: String,
}

fn disks(pool: &Pool, members: &[Member<'_>]) -> Result<Disks, String> {
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
    let named = members.iter().zip(&given).filter_map(|(m, g)| {
        let name = format!("{}/{}", m.host, m.label);
        part(&name, g, |s| i128::from(s.bytes()))
    });
    let named: Vec<Part> = named.collect();
    let space = space::of(pool, &named).ok_or_else(String::new)?;
    let parts: Vec<Size> = given.iter().filter_map(known).collect();
    let least = parts.iter().copied().min_by_key(|s| s.bytes());
    let least = least.ok_or_else(String::new)?;
    let bytes = |n: i128| u128::try_from(n).unwrap_or_default();
    // A group made smaller than its disks has what it was made with.
    let made = pool.size.known().map(|s| u128::from(s.bytes()));
    let usable = bytes(space.usable);
    Ok(Disks {
        assumed: given.iter().flatten().any(|g| g.is_assumed()),
        raw: bytes(space.raw),
        used: bytes(space.used),
        usable: made.map_or(usable, |made| usable.min(made)),
        formula: space.formula,
        parts,
        least,
    })
}

fn judge(name: &str, pool: &Pool, level: &str, space: &Disks) -> Option<Diagnostic> {
    let span = pool.usable.as_ref().map_or(pool.span, |u| u.span);
    let gives = like(space.least, space.usable);
    let declared = pool.usable.known().copied();
    let verdict = declared.and_then(|d| compare(d, space.usable).map(|v| (d, v)));
    // A pool on a partition of a disk has what the other partitions leave.
    let parts = matches!(level, "single" | "linear" | "raid0");
    let verdict = verdict.filter(|(_, v)| !(parts && matches!(v, Verdict::TooLittle)));
    let idle = space.raw - space.used;
    let waste = (idle * 100 >= space.raw && space.raw > 0).then(|| {
        let (n, least) = (space.parts.len(), space.least);
        let used = like(space.least, space.used);
        let uses = match space.used == n as u128 * u128::from(least.bytes()) {
            true => format!("{least} of each disk: {n} × {least} = {used}"),
            false => used,
        };
        format!(
            "{} = {}; {level} uses {uses}; {} lie idle",
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
            .help(format!("write 'usable: {gives}', or 'size: …' if it was made smaller than its disks; spares, log, cache and special devices stand under 'spares', 'log', 'cache' and 'special'")),
        (None, Some(_)) => RULE
            .with(Severity::Info, format!("pool '{name}' leaves {} of its disks idle", like(space.least, idle)))
            .at(pool.span, format!("{level} over disks of different sizes"))
            .help(match is_btrfs(pool) {
                true => "another disk, so that the largest ones have something to be spread over, or a second pool of the rest would use more of them",
                false => "a level that takes disks of different sizes, such as btrfs raid1, or a second pool of the rest would use more of them",
            }),
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
