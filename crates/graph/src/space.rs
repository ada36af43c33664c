//! What redundancy leaves of disks, and how that is computed.

use crate::figure::Figure;
use crate::sizes::storage;
use crate::totals::Part;
use model::declare::OptExt as _;
use model::lab::storage::{Level, Pool, PoolKind, Profile};

/// What the disks of a pool give.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Space {
    /// All disks together.
    pub raw: i128,
    /// What of them is used, copies and parity with it.
    pub used: i128,
    /// What data can fill.
    pub usable: i128,
    /// How that is computed.
    pub formula: String,
}

/// How blocks are laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Layout {
    /// Once, anywhere.
    Once,
    /// Twice, on the same disk if need be.
    Twice,
    /// So many times, on different disks wherever there is room.
    Apart(i128),
    /// So many times, on different hosts.
    OnHosts(i128),
    /// On all disks.
    All,
    /// Twice, in pairs of disks in the order in which they are named.
    Pairs,
    /// Twice, in so many halves of the disks.
    Halves,
    /// Twice, over all disks, odd numbers too (md(4), "RAID10").
    Over,
    /// Stripes over all disks, so many of them parity.
    Parity(i128),
    /// Stripes over all disks that have room, so many of them parity.
    Stripes(i128),
    /// Pairs over an even number of disks, those with the most room.
    Even,
}

/// The profile of a Btrfs, else the level: what space follows from.
pub fn word(pool: &Pool) -> Option<String> {
    match pool.profile.known().filter(|_| is_btrfs(pool)) {
        Some(profile) => Some(profile.to_string()),
        None => pool.level.known().map(ToString::to_string),
    }
}

fn is_btrfs(pool: &Pool) -> bool {
    pool.kind.known() == Some(&PoolKind::Btrfs)
}

/// None if nothing is said of it, or its replicas are not known.
fn layout(pool: &Pool, disks: usize) -> Option<Layout> {
    if is_btrfs(pool) {
        return of_btrfs(pool);
    }
    let md = pool.kind.known() == Some(&PoolKind::Md);
    Some(match pool.level.known()? {
        Level::Single | Level::Linear | Level::Raid0 => Layout::Once,
        Level::Mirror if crate::totals::is_pairs(disks) => Layout::Pairs,
        Level::Raid1 | Level::Mirror => Layout::All,
        Level::Raid10 if md => Layout::Over,
        Level::Raid10 => Layout::Halves,
        Level::Raid5 | Level::Raidz1 => Layout::Parity(1),
        Level::Raid6 | Level::Raidz2 => Layout::Parity(2),
        Level::Raidz3 => Layout::Parity(3),
        Level::Replicated => Layout::OnHosts(replicas(pool)?),
    })
}

/// mkfs.btrfs(8), table "Profiles".
fn of_btrfs(pool: &Pool) -> Option<Layout> {
    let level = match pool.profile.known() {
        Some(profile) => return Some(of_profile(*profile)),
        None => pool.level.known()?,
    };
    Some(match level {
        Level::Single | Level::Linear | Level::Raid0 => Layout::Once,
        Level::Raid1 | Level::Mirror => Layout::Apart(2),
        Level::Raid10 => Layout::Even,
        Level::Raid5 | Level::Raidz1 => Layout::Stripes(1),
        Level::Raid6 | Level::Raidz2 => Layout::Stripes(2),
        Level::Raidz3 => return None,
        Level::Replicated => Layout::OnHosts(replicas(pool)?),
    })
}

fn of_profile(profile: Profile) -> Layout {
    match profile {
        Profile::Single | Profile::Raid0 => Layout::Once,
        Profile::Dup => Layout::Twice,
        Profile::Raid1 => Layout::Apart(2),
        Profile::Raid1c3 => Layout::Apart(3),
        Profile::Raid1c4 => Layout::Apart(4),
        Profile::Raid10 => Layout::Even,
        Profile::Raid5 => Layout::Stripes(1),
        Profile::Raid6 => Layout::Stripes(2),
    }
}

fn replicas(pool: &Pool) -> Option<i128> {
    Some(i128::from(*pool.replicas.known()?).max(1))
}

/// What the disks of a pool give; `parts` are their sizes, named `host/disk`, in the order of its `devices`. None if nothing is said of its
/// level, or they are too few for it.
pub fn of(pool: &Pool, parts: &[Part]) -> Option<Space> {
    let raw: i128 = parts.iter().map(|p| p.value).sum();
    let n = i128::try_from(parts.len()).ok()?;
    let least = parts.iter().min_by_key(|p| p.value)?;
    let small = least.value;
    let all = added(parts);
    let (used, usable, formula) = match layout(pool, parts.len())? {
        Layout::Once => (raw, raw, all),
        Layout::Twice => (raw, raw / 2, format!("{} / 2", bracketed(parts))),
        Layout::Apart(copies) => apart(parts, copies, "")?,
        Layout::OnHosts(copies) => on_hosts(parts, copies)?,
        Layout::All => (n * small, small, format!("1 × {}", least.shown)),
        Layout::Pairs => pairs(parts),
        Layout::Halves => {
            let text = format!("({n} / 2) × {}", least.shown);
            (n * small, n / 2 * small, text)
        }
        Layout::Over => {
            let half = n * small / 2;
            (2 * half, half, format!("{n} × {} / 2", least.shown))
        }
        Layout::Parity(parity) if n > parity => {
            let text = format!("({n} - {parity}) × {}", least.shown);
            (n * small, (n - parity) * small, text)
        }
        Layout::Stripes(parity) => stripes(parts, parity)?,
        Layout::Even => even(parts)?,
        Layout::Parity(_) => return None,
    };
    Some(Space {
        raw,
        used,
        usable,
        formula,
    })
}

/// So many copies of each block, on different hosts where there are as many; none if there is no disk.
pub fn replicated(parts: &[Part], copies: i128) -> Option<Space> {
    let (used, usable, formula) = on_hosts(parts, copies.max(1))?;
    Some(Space {
        raw: parts.iter().map(|p| p.value).sum(),
        used,
        usable,
        formula,
    })
}

/// `4TB + 4TB`.
fn added(parts: &[Part]) -> String {
    let shown: Vec<&str> = parts.iter().map(|p| p.shown.as_str()).collect();
    shown.join(" + ")
}

/// `(4TB + 4TB)`, `4TB`.
fn bracketed(parts: &[Part]) -> String {
    match parts {
        [one] => one.shown.to_string(),
        many => format!("({})", added(many)),
    }
}

/// In the unit of the disks.
fn say(like: &Part, bytes: i128) -> String {
    match Figure::parse(&like.shown) {
        Some(unit) => unit.say(bytes),
        None => storage(bytes),
    }
}

/// Each block so many times, on different ones: those that are larger than all of the rest can take count for no more than one copy each.
/// The least of `(all without the k largest) / (copies - k)`, as no more fits beside these k.
fn apart(parts: &[Part], copies: i128, of: &str) -> Option<(i128, i128, String)> {
    if i128::try_from(parts.len()).ok()? < copies {
        return None;
    }
    let mut sorted: Vec<&Part> = parts.iter().collect();
    sorted.sort_by_key(|p| std::cmp::Reverse(p.value));
    let mut rest: i128 = parts.iter().map(|p| p.value).sum();
    let mut best: Option<(i128, usize)> = None;
    for (left_out, part) in (0..copies).zip(&sorted) {
        let usable = rest / (copies - left_out);
        if best.is_none_or(|(least, _)| usable < least) {
            best = Some((usable, usize::try_from(left_out).ok()?));
        }
        rest -= part.value;
    }
    let (usable, left_out) = best?;
    // As they are named, but without the largest.
    let mut kept = parts.to_vec();
    for large in sorted.iter().take(left_out) {
        let at = kept.iter().position(|p| p.name == large.name)?;
        kept.remove(at);
    }
    let by = copies - i128::try_from(left_out).ok()?;
    let sum = match by {
        1 => added(&kept),
        _ => format!("{} / {by}", bracketed(&kept)),
    };
    let formula = match left_out {
        0 => format!("{sum}{of}"),
        1 => format!("{sum}{of}, as the largest can hold no more than one copy of all"),
        k => format!("{sum}{of}, as the {k} largest can hold no more than one copy of all each"),
    };
    Some((usable * copies, usable, formula))
}

/// Copies lie on different hosts; where these are too few, on different disks.
fn on_hosts(parts: &[Part], copies: i128) -> Option<(i128, i128, String)> {
    let mut hosts: Vec<Part> = Vec::new();
    for part in parts {
        let host = part.name.split('/').next().unwrap_or(&part.name);
        match hosts.iter_mut().find(|h| h.name == host) {
            Some(known) => known.value += part.value,
            None => hosts.push(Part {
                name: host.to_owned(),
                ..part.clone()
            }),
        }
    }
    let several = hosts.len() < parts.len();
    if i128::try_from(hosts.len()).ok()? < copies {
        let (used, usable, text) = match apart(parts, copies, "") {
            Some(found) => found,
            // Fewer disks than copies: what is there is written all the same.
            None => {
                let raw: i128 = parts.iter().map(|p| p.value).sum();
                let text = format!("{} / {copies}", bracketed(parts));
                (raw, raw / copies, text)
            }
        };
        return Some((used, usable, text));
    }
    if several {
        for host in &mut hosts {
            host.shown = say(parts.first()?, host.value).into();
        }
    }
    apart(&hosts, copies, if several { " by host" } else { "" })
}

/// Each pair has what the smaller of its disks has.
fn pairs(parts: &[Part]) -> (i128, i128, String) {
    let least = parts
        .chunks(2)
        .filter_map(|pair| pair.iter().min_by_key(|p| p.value));
    let least: Vec<Part> = least.cloned().collect();
    let usable: i128 = least.iter().map(|p| p.value).sum();
    let formula = format!("{} (the smaller of each pair)", added(&least));
    (2 * usable, usable, formula)
}

/// Stripes over all disks; where the smallest is full, over the rest, as long as there is one more than parity.
fn stripes(parts: &[Part], parity: i128) -> Option<(i128, i128, String)> {
    let like = parts.first()?;
    let mut sizes: Vec<i128> = parts.iter().map(|p| p.value).collect();
    sizes.sort_unstable();
    let (mut below, mut used, mut usable) = (0, 0, 0);
    let mut terms = Vec::new();
    for (full, size) in sizes.iter().enumerate() {
        let disks = i128::try_from(sizes.len() - full).ok()?;
        let height = size - below;
        below = *size;
        if height == 0 || disks <= parity {
            continue;
        }
        used += disks * height;
        usable += (disks - parity) * height;
        terms.push(format!("({disks} - {parity}) × {}", say(like, height)));
    }
    (usable > 0).then(|| (used, usable, terms.join(" + ")))
}

/// Chunks over an even number of disks, always those with the most room: an odd one out is the smallest, and equal ones take turns.
fn even(parts: &[Part]) -> Option<(i128, i128, String)> {
    // Less than this is what rounding leaves.
    const CRUMB: i128 = 1024;
    let mut room: Vec<i128> = parts.iter().map(|p| p.value).collect();
    let mut used = 0;
    loop {
        room.retain(|r| *r > CRUMB);
        room.sort_unstable_by(|a, b| b.cmp(a));
        let n = i128::try_from(room.len()).ok()?;
        let Some(least) = room.last().copied().filter(|_| n > 1) else {
            break;
        };
        if n % 2 == 0 {
            room.iter_mut().for_each(|r| *r -= least);
            used += n * least;
            continue;
        }
        // Of the smallest ones, so many as are equal, one rests each time.
        let equal = room.iter().filter(|r| **r == least).count();
        let next = room.iter().rev().find(|r| **r > least).copied();
        let ties = i128::try_from(equal).ok()?;
        // After so many bytes on each of the others they have fallen to the smallest, or these are used up.
        let meet = next.map(|next| (next - least) * ties);
        let empty = (ties > 1).then(|| least * ties / (ties - 1));
        let turns = match (meet, empty) {
            (Some(a), Some(b)) => a.min(b),
            (Some(one), None) | (None, Some(one)) => one,
            (None, None) => break,
        };
        let before: i128 = room.iter().sum();
        for r in &mut room {
            let share = if *r == least {
                turns * (ties - 1) / ties
            } else {
                turns
            };
            *r = (*r - share).max(0);
        }
        used += before - room.iter().sum::<i128>();
    }
    let n = parts.len();
    let formula = match parts
        .windows(2)
        .all(|p| matches!(p, [a, b] if a.value == b.value))
    {
        true => format!("{n} × {} / 2", parts.first()?.shown),
        false => format!(
            "{} / 2, each time over an even number of disks, those with the most room",
            say(parts.first()?, used)
        ),
    };
    (used > 0).then_some((used, used / 2, formula))
}
