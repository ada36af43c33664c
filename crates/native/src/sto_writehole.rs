//! Parity RAID that a power cut leaves inconsistent.

use crate::pools::object;
use crate::pools::{self, is_btrfs};
use crate::{Context, Findings, Mend, Rule};
use diag::{Diagnostic, Severity};
use model::declare::OptExt as _;
use model::id::Kind;
use model::lab::Lab;
use model::lab::storage::{Journal, Level, Pool, PoolKind, Profile};

/// Sources: md(4), "JOURNAL" and "PARTIAL PARITY LOG" (PPL is of RAID5 only); btrfs(5), "RAID56 STATUS AND RECOMMENDED PRACTICES".
pub const RULE: Rule = Rule {
    id: "sto-writehole",
    since: "0.1.0",
    severity: Severity::Warning,
    summary: "Parity RAID has neither a journal nor a UPS against the write hole.",
    rationale: "A stripe and its parity are written to several disks one after the other. A power cut in between leaves them \
        different, and when a disk fails later, its blocks are computed from the wrong parity: old data that nobody touched is \
        lost. A partial parity log or a journal closes the hole; a UPS makes it rare; a bitmap only makes the resync quicker.",
    example: "pools: {main: {kind: md, level: raid5, devices: [nas/a, nas/b, nas/c]}}   # no journal, and no UPS feeds nas",
    controls: &["ISO 27001:2022 A.7.11", "NIST CSF 2.0 PR.IR-04"],
    mend: Mend::None("the array has to be changed, or a UPS bought"),
    run,
};

fn run(ctx: &Context<'_>, out: &mut Findings) {
    for (name, pool) in &ctx.lab.pools {
        let Some(level) = parity(pool) else { continue };
        let journal = pool.journal.known().copied();
        if let Some(d) = wrong_log(name, pool, &level, journal) {
            out.add(object(name), d);
            continue;
        }
        if matches!(journal, Some(Journal::Ppl | Journal::WriteJournal)) {
            continue;
        }
        let hosts = pools::hosts(ctx.lab, name);
        let fed = |host: &&str| ups_of(ctx.lab, host).is_some();
        if !hosts.is_empty() && hosts.iter().all(fed) {
            continue;
        }
        if let Some(d) = unsure(ctx.lab, name, pool, &hosts) {
            out.add(object(name), d);
            continue;
        }
        out.add(object(name), finding(name, pool, &level, &hosts));
    }
}

/// The level, if it is one of md or btrfs that computes parity in place. ZFS writes whole stripes anew.
fn parity(pool: &Pool) -> Option<String> {
    let level = pool.level.known();
    let in_place = match pool.kind.known()? {
        PoolKind::Md | PoolKind::Lvm => matches!(level, Some(Level::Raid5 | Level::Raid6)),
        PoolKind::Btrfs => {
            matches!(level, Some(Level::Raid5 | Level::Raid6))
                || matches!(pool.profile.known(), Some(Profile::Raid5 | Profile::Raid6))
        }
        _ => false,
    };
    in_place.then(|| pools::level_word(pool))
}

fn wrong_log(name: &str, pool: &Pool, level: &str, journal: Option<Journal>) -> Option<Diagnostic> {
    let given = pool.journal.as_ref()?;
    let why = match journal? {
        Journal::Ppl if level == "raid6" => "the partial parity log is for raid5 only",
        Journal::Ppl | Journal::WriteJournal if is_btrfs(pool) => "btrfs has neither",
        _ => return None,
    };
    let d = RULE
        .finding(format!(
            "'journal' of pool '{name}' closes no write hole: {why}"
        ))
        .at(given.span, format!("with {level}"))
        .help("use a journal device, or mirrors");
    Some(d)
}

fn ups_of<'a>(lab: &'a Lab, host: &str) -> Option<&'a str> {
    let feeds = |u: &model::lab::device::Ups| {
        let mut fed = u.feeds.iter().map(|f| &f.value);
        fed.any(|f| f.kind() == Kind::Host && f.name() == host)
    };
    let found = lab.ups.iter().find(|(_, u)| feeds(u));
    found.map(|(name, _)| name.as_str())
}

/// A UPS that may feed it, or a journal that nobody knows of.
fn unsure(lab: &Lab, name: &str, pool: &Pool, hosts: &[&str]) -> Option<Diagnostic> {
    let (span, why) = match &pool.journal {
        Some(journal) if journal.is_unknown() => {
            (journal.span, "its journal is declared as unknown")
        }
        _ if hosts.is_empty() && !lab.ups.is_empty() => (
            pool.span,
            "which host it is on, and so which UPS feeds it, is not declared",
        ),
        _ => return None,
    };
    let message = format!("whether a power cut can damage pool '{name}'");
    Some(RULE.unknown(message).at(span, "").note(why))
}

fn finding(name: &str, pool: &Pool, level: &str, hosts: &[&str]) -> Diagnostic {
    let (span, label) = match (&pool.journal, pool.journal.known()) {
        (Some(given), Some(Journal::Bitmap)) => (given.span, "a bitmap closes nothing".to_owned()),
        (Some(given), _) => (given.span, "nothing closes the hole".to_owned()),
        (None, _) => {
            let span = pool.level.as_ref().map_or(pool.span, |l| l.span);
            (span, format!("{level} without 'journal'"))
        }
    };
    let on = match hosts {
        [] => "its host".to_owned(),
        hosts => format!("host '{}'", hosts.join("', '")),
    };
    let help = match is_btrfs(pool) {
        true => "use raid1 for data and metadata (btrfs has no journal), or put the host on a UPS".to_owned(),
        false if level == "raid5" => "close it with 'mdadm --grow --consistency-policy=ppl DEVICE' and write 'journal: ppl', or put the host on a UPS".to_owned(),
        false => "add a journal device and write 'journal: write-journal', or put the host on a UPS".to_owned(),
    };
    RULE.finding(format!(
        "a power cut can damage data at rest on pool '{name}'"
    ))
    .at(span, label)
    .note(format!("{level}: journals 0, UPSs that feed {on}: 0"))
    .help(help)
}
