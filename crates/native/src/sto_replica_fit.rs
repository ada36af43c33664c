//! Data and its replicas do not fit.

use crate::figure::percent;
use crate::origin::cite;
use crate::partial::{Partial, listed};
use crate::sizes;
use crate::totals::{self, Part, Total, bytes, devices, part};
use crate::{Context, Findings, Mend, Rule};
use diag::{Diagnostic, Severity};
use graph::space;
use model::declare::OptExt as _;
use model::id::{Kind, ObjectRef};
use model::knowledge::Origin;
use model::lab::service::Status;
use model::lab::storage::{Level, Pool, PoolKind};

pub const RULE: Rule = Rule {
    id: "sto-replica-fit",
    since: "0.1.0",
    severity: Severity::Warning,
    summary: "The data of a replicated pool, times its replicas, is more than its devices hold up to their fill limit, or it stops with more copies than it ever has.",
    rationale: "Three replicas turn 3.5 TB of disks into 1.2 TB of space, and a replicated store must keep room to rebuild what a \
        failed host had. A store that is full stops writing for everybody, and so does one that has fewer copies than `min_replicas`.",
    example: "pools: {ceph: {kind: ceph, level: replicated, replicas: 3, raw: 3.5TB, used: 2TB}}",
    controls: &["ISO 27001:2022 A.8.6"],
    mend: Mend::None("devices have to be bought, or data removed"),
    run,
};

fn run(ctx: &Context<'_>, out: &mut Findings) {
    let apart = &ctx.lab.apart;
    for (name, pool) in ctx.lab.pools.iter().filter(|(_, p)| is_replicated(p)) {
        let d = check(ctx, name, pool);
        let all = d.into_iter().chain(too_many(name, pool));
        all.for_each(|d| out.add(ObjectRef::new(Kind::Pool, name), d));
    }
    // That the numbers of a plan do not fit is good to know before anything is bought; what they do not say may come.
    for (name, pool) in apart.pools.iter().filter(|(_, p)| is_replicated(p)) {
        let why = apart.why(Kind::Pool, name);
        let planned = why.is_some_and(|w| w.because.is_none() && w.status == Status::Planned);
        let d = planned.then(|| check(ctx, name, pool)).flatten();
        if let Some(d) = d.filter(|d| !d.unknown) {
            out.add(ObjectRef::new(Kind::Pool, name), d.note("it is planned"));
        }
    }
}

fn is_replicated(pool: &Pool) -> bool {
    let said = pool.level.known() == Some(&Level::Replicated) || pool.replicas.is_some();
    said || pool.kind.known() == Some(&PoolKind::Ceph)
}

fn check(ctx: &Context<'_>, name: &str, pool: &Pool) -> Option<Diagnostic> {
    let used = data(ctx, name, pool);
    let raw = raw(ctx, name, pool);
    let Some(raw) = raw.as_ref().filter(|_| !used.known.is_empty()) else {
        let devices = raw.is_none().then_some("the sizes of its devices");
        return Some(open(name, pool, devices, &used));
    };
    let replicas = pool.replicas.known().map(|n| i128::from(*n).max(1));
    let fill = pool.fill_limit.known().map(|p| i128::from(p.ppm()));
    let usual = Usual::of(ctx);
    let (Some(copies), Some(share)) = (
        replicas.or(usual.replicas.filter(|n| *n > 0)),
        fill.or(usual.near_full),
    ) else {
        let d = RULE.unknown(format!("how much pool '{name}' holds"));
        return Some(
            d.at(pool.span, "")
                .help("declare 'replicas' and 'fill_limit'"),
        );
    };
    let (whole, by) = raw.of(copies)?;
    let limit = whole * share / 1_000_000;
    let (need, least) = (used.value(), used.least());
    if need <= limit {
        let partly = !used.missing.is_empty();
        return partly.then(|| open(name, pool, None, &used));
    }
    let say = sizes::storage;
    let severity = if need > whole && replicas.is_some() {
        Severity::Error
    } else {
        Severity::Warning
    };
    let mut d = RULE
        .with(
            severity,
            format!(
                "pool '{name}' has {least}{} of data, and room for {} of it in {copies} replicas",
                say(need),
                say(limit)
            ),
        )
        .at(pool.span, "replicated")
        .note(format!("devices: {}", raw.words()))
        .note(format!(
            "{by} × {} = {}; {} - {} = {least}{} too much",
            percent(share, 1_000_000).unwrap_or_default(),
            say(limit),
            say(need),
            say(limit),
            say(need - limit)
        ));
    for part in &used.known {
        d = d.and_at(part.span, "data");
    }
    d.notes.extend(used.left_out());
    d = usual.told(d, ctx, replicas.is_none(), fill.is_none());
    Some(d.help("add devices, keep less data, or say 'replicas: 2' and know what that risks"))
}

/// It wants more copies to go on than it keeps.
fn too_many(name: &str, pool: &Pool) -> Option<Diagnostic> {
    let (kept, least) = (pool.replicas.known()?, pool.min_replicas.known()?);
    if least <= kept {
        return None;
    }
    let message = format!(
        "pool '{name}' stops with fewer than {least} copies, and keeps {kept}: it is never written to"
    );
    let span = pool.min_replicas.as_ref().map_or(pool.span, |g| g.span);
    let also = pool.replicas.as_ref().map_or(pool.span, |g| g.span);
    Some(
        RULE.with(Severity::Error, message)
            .at(span, "more than there are")
            .and_at(also, "copies that it keeps")
            .note(format!("'min_replicas' {least} > 'replicas' {kept}"))
            .help("write 'min_replicas: 2' for 'replicas: 3', so that it goes on without one copy and never on a single one"),
    )
}

/// What its devices hold in all.
enum Raw {
    Devices(Vec<Part>),
    Whole(i128),
}

impl Raw {
    fn words(&self) -> String {
        match self {
            Raw::Devices(parts) => sizes::sum(parts, sizes::storage),
            Raw::Whole(n) => sizes::storage(*n),
        }
    }

    /// What so many copies of all leave, and how that is computed.
    fn of(&self, copies: i128) -> Option<(i128, String)> {
        let say = sizes::storage;
        match self {
            Raw::Devices(parts) => {
                let space = space::replicated(parts, copies)?;
                let even = space.raw / copies;
                Some(match space.usable < even {
                    true => (
                        space.usable,
                        format!("({}; {})", space.formula, say(space.usable)),
                    ),
                    false => (even, format!("{} / {copies}", say(space.raw))),
                })
            }
            Raw::Whole(n) => Some((n / copies, format!("{} / {copies}", say(*n)))),
        }
    }
}

fn raw(ctx: &Context<'_>, name: &str, pool: &Pool) -> Option<Raw> {
    match totals::sum(devices(ctx.lab, name, pool).into_iter()) {
        Total::Sum(parts) => Some(Raw::Devices(parts)),
        _ => bytes(&pool.raw).map(Raw::Whole),
    }
}

/// Something that the sum needs is not said.
fn open(name: &str, pool: &Pool, devices: Option<&str>, used: &Partial) -> Diagnostic {
    let mut missing: Vec<String> = devices.into_iter().map(str::to_owned).collect();
    if used.known.is_empty() {
        missing.push("what is used of it".to_owned());
    }
    missing.extend(
        used.missing
            .iter()
            .map(|what| format!("the size of {what}")),
    );
    let message = format!("whether pool '{name}' holds its data and the replicas");
    let d = RULE.unknown(message).at(pool.span, "");
    d.note(format!("not declared: {}", listed(&missing)))
}

/// What Ceph does unless it is told otherwise, by the table of facts.
struct Usual {
    replicas: Option<i128>,
    near_full: Option<i128>,
    origin: Option<Origin>,
}

impl Usual {
    fn of(ctx: &Context<'_>) -> Self {
        let ceph = ctx.knowledge.products.get("ceph");
        let known = ceph.and_then(|c| Some((c, c.defaults.as_ref()?)));
        Self {
            replicas: known.and_then(|(_, d)| d.replicas.known().map(|n| i128::from(*n))),
            near_full: known.and_then(|(_, d)| d.near_full.known().map(|p| i128::from(p.ppm()))),
            origin: known.map(|(c, d)| c.origin(&d.source, &d.checked)),
        }
    }

    /// Says which of them the result rests on.
    fn told(self, mut d: Diagnostic, ctx: &Context<'_>, copies: bool, fill: bool) -> Diagnostic {
        if let Some(copies) = self.replicas.filter(|_| copies) {
            d = d.note(format!("assumed: {copies} replicas, the default of Ceph"));
        }
        if let Some(share) = self.near_full.filter(|_| fill) {
            let shown = percent(share, 1_000_000).unwrap_or_default();
            d = d.note(format!(
                "assumed: a fill limit of {shown}, from where on Ceph warns"
            ));
        }
        match self.origin.filter(|_| copies || fill) {
            Some(origin) => cite(d, &origin, ctx.today),
            None => d,
        }
    }
}

/// What is used, without its replicas; else the disks of guests and the datasets on it, as far as they are known.
fn data(ctx: &Context<'_>, name: &str, pool: &Pool) -> Partial {
    let value = |s: &model::units::size::Size| i128::from(s.bytes());
    if let Some(used) = part("used", &pool.used, value) {
        return Partial::of([Ok(used)]);
    }
    let mut out = Partial::default();
    for (guest, declared) in &ctx.lab.guests {
        for (disk, declared) in &declared.disks {
            if declared.pool.known().is_some_and(|p| p.name() == name) {
                out.add(format!("{guest}/{}", disk.0), &declared.size);
            }
        }
    }
    for (key, data) in &ctx.lab.datasets {
        if data.about.pool.known().is_some_and(|p| p.name() == name) {
            out.add(key.clone(), &data.about.size);
        }
    }
    out
}
