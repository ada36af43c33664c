//! Figures that follow from the declaration: what machines, pools and people add up to.

use crate::claims::subject;
use crate::figure::{Dim, Figure};
use crate::partial::Partial;
use crate::sizes::{exact_memory, memory_bytes};
use crate::space;
use diag::Span;
use model::declare::{Given, Opt, OptExt as _};
use model::id::{Kind, ObjectRef};
use model::lab::guest::Guest;
use model::lab::measure::Measure;
use model::lab::storage::Pool;
use model::lab::{Host, Lab};
use smol_str::{SmolStr, ToSmolStr as _, format_smolstr};
use std::collections::BTreeSet;
use std::fmt::Display;

/// One of the numbers that a figure is the sum of.
#[derive(Debug, Clone)]
pub struct Part {
    /// What contributes it.
    pub name: String,
    /// As it is written.
    pub shown: SmolStr,
    /// In the smallest unit of its [`Dim`].
    pub value: i128,
    /// Where it is written.
    pub span: Span,
    /// It is not declared but taken for likely.
    pub assumed: bool,
}

/// What something adds up to.
#[derive(Debug, Clone)]
pub enum Total {
    /// What these add up to.
    Sum(Vec<Part>),
    /// So many are declared.
    Count(i128, String),
    /// Something that is needed is not declared.
    Missing(Partial),
    /// It cannot follow from a declaration.
    Said,
}

impl Total {
    /// The sum, or the count in millionths as [`Figure`] has it; none if it is not known.
    pub fn value(&self) -> Option<i128> {
        match self {
            Total::Sum(parts) => Some(parts.iter().map(|p| p.value).sum()),
            Total::Count(n, _) => Some(n * 1_000_000),
            Total::Missing(_) | Total::Said => None,
        }
    }
}

/// A host or a guest.
#[derive(Clone, Copy)]
pub enum Machine<'a> {
    /// A machine of metal, rented or owned.
    Host(&'a str, &'a Host),
    /// A virtual machine or container on one.
    Guest(&'a str, &'a Guest),
}

impl<'a> Machine<'a> {
    /// The name in the lab.
    pub fn name(self) -> &'a str {
        match self {
            Machine::Host(name, _) | Machine::Guest(name, _) => name,
        }
    }

    /// The object it is.
    pub fn object(self) -> ObjectRef {
        match self {
            Machine::Host(name, _) => ObjectRef::new(Kind::Host, name),
            Machine::Guest(name, _) => ObjectRef::new(Kind::Guest, name),
        }
    }

    fn span(self) -> Span {
        match self {
            Machine::Host(_, host) => host.span,
            Machine::Guest(_, guest) => guest.span,
        }
    }

    /// Memory, by the whole or by its modules.
    pub fn memory(self) -> Result<Part, String> {
        let hardware = match self {
            Machine::Guest(name, guest) => return memory(name, &guest.memory, &self.object()),
            Machine::Host(_, host) => host.about.hardware.as_ref(),
        };
        let whole = hardware.and_then(|h| h.memory.as_ref());
        if let Some(given) = whole.filter(|g| g.value().is_some()) {
            return memory(self.name(), &Some(given.clone()), &self.object());
        }
        let modules = hardware
            .map(|h| h.memory_modules.as_slice())
            .unwrap_or_default();
        let sizes: Option<Vec<i128>> = modules.iter().map(|m| of_memory(&m.size)).collect();
        match sizes.filter(|s| !s.is_empty()) {
            Some(sizes) => {
                let value = sizes.iter().sum();
                Ok(Part {
                    name: self.name().to_owned(),
                    shown: exact_memory(value).into(),
                    value,
                    span: self.span(),
                    assumed: false,
                })
            }
            None => Err(format!("the memory of {}", subject(Some(&self.object())))),
        }
    }

    fn processors(self, threads: bool) -> Result<Part, String> {
        let word = if threads { "threads" } else { "cores" };
        let given = match self {
            Machine::Guest(_, guest) => guest.cores.as_ref(),
            Machine::Host(_, host) => {
                let cpu = host.about.hardware.as_ref().and_then(|h| h.cpu.as_ref());
                cpu.and_then(|c| {
                    if threads {
                        c.threads.as_ref()
                    } else {
                        c.cores.as_ref()
                    }
                })
            }
        };
        let count = given.and_then(|g| Some((g, *g.value()?)));
        let (given, n) =
            count.ok_or_else(|| format!("the {word} of {}", subject(Some(&self.object()))))?;
        Ok(Part {
            name: self.name().to_owned(),
            shown: n.to_smolstr(),
            value: i128::from(n) * 1_000_000,
            span: given.span,
            assumed: given.is_assumed(),
        })
    }
}

/// The machines that something consists of; none if it is no set of machines.
pub fn machines<'a>(lab: &'a Lab, about: Option<&ObjectRef>) -> Option<Vec<Machine<'a>>> {
    let hosts = lab.hosts.iter().map(|(n, h)| (n.as_str(), h));
    let Some(object) = about else {
        return Some(hosts.map(|(n, h)| Machine::Host(n, h)).collect());
    };
    let name = object.name.as_str();
    match object.kind {
        Kind::Site => {
            let here = |h: &Host| h.site.known().is_some_and(|s| s == name);
            Some(
                hosts
                    .filter(|(_, h)| here(h))
                    .map(|(n, h)| Machine::Host(n, h))
                    .collect(),
            )
        }
        Kind::Cluster => {
            let members = lab.clusters.get(name)?.members.iter();
            Some(
                members
                    .filter_map(|m| machine(lab, &m.value.0.object))
                    .collect(),
            )
        }
        Kind::Host | Kind::Guest => Some(vec![machine(lab, object)?]),
        _ => None,
    }
}

/// The host or guest that an object is.
pub fn machine<'a>(lab: &'a Lab, object: &ObjectRef) -> Option<Machine<'a>> {
    match object.kind {
        Kind::Host => lab
            .hosts
            .get_key_value(&object.name)
            .map(|(n, h)| Machine::Host(n, h)),
        Kind::Guest => lab
            .guests
            .get_key_value(&object.name)
            .map(|(n, g)| Machine::Guest(n, g)),
        _ => None,
    }
}

/// The guests that run on something and are no templates.
pub fn guests_on<'a>(lab: &'a Lab, about: Option<&ObjectRef>) -> Vec<(&'a str, &'a Guest)> {
    let among: BTreeSet<ObjectRef> = machines(lab, about)
        .unwrap_or_default()
        .into_iter()
        .map(Machine::object)
        .collect();
    let here = |guest: &Guest| {
        let Some(on) = guest.on.known() else {
            return about.is_none();
        };
        about.is_none_or(|o| *o == on.0.object) || among.contains(&on.0.object)
    };
    let real = |guest: &Guest| guest.template.known() != Some(&true);
    let guests = lab.guests.iter().filter(|(_, g)| real(g) && here(g));
    guests.map(|(n, g)| (n.as_str(), g)).collect()
}

/// The pools that are there, shares and volumes of other pools left out.
pub fn pools_of<'a>(lab: &'a Lab, about: Option<&ObjectRef>) -> Vec<(&'a str, &'a Pool)> {
    let among: BTreeSet<ObjectRef> = machines(lab, about)
        .unwrap_or_default()
        .into_iter()
        .map(Machine::object)
        .collect();
    let here = |name: &str, pool: &Pool| match about {
        None => true,
        Some(o) if o.kind == Kind::Pool => o.name == name,
        Some(o) => pool
            .on
            .known()
            .is_some_and(|on| on.0.object == *o || among.contains(&on.0.object)),
    };
    let whole =
        |name: &str, pool: &Pool| about.is_some_and(|o| o.name == name) || pool.from.is_none();
    let pools = lab.pools.iter().filter(|(n, p)| here(n, p) && whole(n, p));
    pools.map(|(n, p)| (n.as_str(), p)).collect()
}

/// What the declaration says that a measure is.
pub fn total(lab: &Lab, measure: Measure, about: Option<&ObjectRef>) -> Total {
    let machines = machines(lab, about);
    let each = |part: &dyn Fn(Machine<'_>) -> Result<Part, String>| match &machines {
        Some(machines) => sum(machines.iter().map(|m| part(*m))),
        None => Total::Said,
    };
    let guests = || guests_on(lab, about).into_iter();
    let pools = || pools_of(lab, about).into_iter();
    match measure {
        Measure::TotalMemory => each(&|m| m.memory()),
        Measure::Cores => each(&|m| m.processors(false)),
        Measure::Threads => each(&|m| m.processors(true)),
        Measure::ReservedMemory => sum(guests().map(|(n, g)| Machine::Guest(n, g).memory())),
        Measure::ReservedCores => {
            sum(guests().map(|(n, g)| Machine::Guest(n, g).processors(false)))
        }
        Measure::ReservedStorage => sum(guests().flat_map(|(n, g)| {
            let disk =
                move |(d, disk): (&model::units::text::Name, &model::lab::guest::GuestDisk)| {
                    size(&format!("{n}/{}", d.0), &disk.size, "size")
                };
            g.disks.iter().map(disk).collect::<Vec<_>>()
        })),
        Measure::RawStorage => match about.filter(|o| o.kind == Kind::Pool) {
            Some(_) => sum(pools().flat_map(|(n, p)| devices(lab, n, p))),
            None => machines.map_or(Total::Said, |m| sum(m.into_iter().flat_map(disks))),
        },
        Measure::UsableStorage => sum(pools().map(|(n, p)| {
            usable(lab, n, p).ok_or_else(|| format!("what can be used of pool '{n}'"))
        })),
        Measure::UsedStorage => sum(pools().map(|(n, p)| size(n, &p.used, "used space"))),
        Measure::Power | Measure::Energy => power(lab, about, measure == Measure::Energy),
        Measure::HoursPerWeek | Measure::HoursPerMonth => hours(lab, about),
        _ => count(lab, measure, about),
    }
}

fn count(lab: &Lab, measure: Measure, about: Option<&ObjectRef>) -> Total {
    let cluster = about.filter(|o| o.kind == Kind::Cluster);
    let cluster = cluster.and_then(|o| lab.clusters.get(&o.name));
    let whole = |n: usize| if about.is_none() { Some(n) } else { None };
    let services = || lab.services.values().filter(|s| s.is_running()).count();
    let n = match measure {
        Measure::Hosts => machines(lab, about).map(|m| m.len()),
        Measure::Guests => machines(lab, about).map(|_| guests_on(lab, about).len()),
        Measure::Services => whole(services()),
        Measure::Stacks => whole(lab.stacks.len()),
        Measure::Disks => machines(lab, about)
            .map(|m| m.into_iter().flat_map(disks).filter(Result::is_ok).count()),
        Measure::Devices => whole(lab.devices.len()),
        Measure::Networks => whole(lab.networks.len()),
        Measure::Sites => whole(lab.sites.len()),
        Measure::Datasets => whole(lab.datasets.len()),
        Measure::Repositories => whole(lab.repositories.len()),
        Measure::People => whole(
            lab.people
                .values()
                .filter(|p| p.admin.known() == Some(&true))
                .count(),
        ),
        Measure::Masters => cluster.map(|c| c.masters.len()),
        Measure::Workers => cluster.map(|c| c.workers.len()),
        _ => None,
    };
    let n = n.and_then(|n| i128::try_from(n).ok());
    n.map_or(Total::Said, |n| Total::Count(n, measure.word().to_owned()))
}

/// Threads, where they are declared, else as many as there are cores: there are no fewer.
pub fn threads_at_least(lab: &Lab, about: Option<&ObjectRef>) -> Total {
    let Some(machines) = machines(lab, about) else {
        return Total::Said;
    };
    sum(machines.into_iter().map(|m| {
        let cores = || m.processors(false).map(|p| Part { assumed: true, ..p });
        m.processors(true).or_else(|_| cores())
    }))
}

/// Adds up, or says all that is missing.
pub fn sum(parts: impl Iterator<Item = Result<Part, String>>) -> Total {
    let mut all = Partial::of(parts);
    match (all.missing.is_empty(), all.known.is_empty()) {
        (false, _) => Total::Missing(all),
        (true, true) => {
            all.missing.push("anything to add up".to_owned());
            Total::Missing(all)
        }
        (true, false) => Total::Sum(all.known),
    }
}

/// Bytes of a declared size.
pub fn bytes(given: &Opt<model::units::size::Size>) -> Option<i128> {
    given.known().map(|s| i128::from(s.bytes()))
}

/// Bytes of a declared size of memory.
pub fn of_memory(given: &Opt<model::units::size::Size>) -> Option<i128> {
    given.known().map(|s| i128::from(memory_bytes(s)))
}

fn size(name: &str, given: &Opt<model::units::size::Size>, what: &str) -> Result<Part, String> {
    part(name, given, |s| i128::from(s.bytes())).ok_or_else(|| format!("the {what} of '{name}'"))
}

/// Memory, as [`memory_bytes`] has it: `16GB` of it are told as `16GiB`.
fn memory(
    name: &str,
    given: &Opt<model::units::size::Size>,
    object: &ObjectRef,
) -> Result<Part, String> {
    let part = part(name, given, |s| i128::from(memory_bytes(s)));
    let part = part.ok_or_else(|| format!("the memory of {}", subject(Some(object))))?;
    let as_written = Figure::parse(&part.shown);
    Ok(match as_written.and_then(|f| f.binary()) {
        Some(binary) => Part {
            shown: binary.say(part.value).into(),
            ..part
        },
        None => part,
    })
}

/// A given value as a part.
pub fn part<T: Display>(name: &str, given: &Opt<T>, value: impl Fn(&T) -> i128) -> Option<Part> {
    let given = given.as_ref()?;
    let known = given.value()?;
    Some(Part {
        name: name.to_owned(),
        shown: known.to_smolstr(),
        value: value(known),
        span: given.span,
        assumed: given.is_assumed(),
    })
}

/// The sizes of a machine's disks.
pub fn disks(machine: Machine<'_>) -> Vec<Result<Part, String>> {
    let name = machine.name();
    match machine {
        Machine::Guest(_, guest) => {
            let disk = |(d, disk): (&model::units::text::Name, &model::lab::guest::GuestDisk)| {
                size(&format!("{name}/{}", d.0), &disk.size, "size")
            };
            guest.disks.iter().map(disk).collect()
        }
        Machine::Host(_, host) => {
            match host.about.hardware.as_ref().filter(|h| !h.disks.is_empty()) {
                Some(h) => h
                    .disks
                    .iter()
                    .map(|(d, disk)| size(&format!("{name}/{}", d.0), &disk.size, "size"))
                    .collect(),
                None => vec![Err(format!("the disks of host '{name}'"))],
            }
        }
    }
}

/// The sizes of a pool's devices.
pub fn devices(lab: &Lab, name: &str, pool: &Pool) -> Vec<Result<Part, String>> {
    if pool.devices.is_empty() {
        return vec![Err(format!("the devices of pool '{name}'"))];
    }
    let device = |d: &diag::Spanned<model::declare::Ref<{ model::declare::set::DISK }>>| {
        let title = format!("{}/{}", d.value.name(), d.value.part().unwrap_or("?"));
        let hardware = lab
            .hosts
            .get(d.value.name())
            .and_then(|h| h.about.hardware.as_ref());
        let found = hardware.and_then(|h| {
            h.disks
                .iter()
                .find(|(n, _)| Some(n.0.as_str()) == d.value.part())
        });
        let disk = found.map(|(_, disk)| disk);
        disk.map_or_else(
            || Err(format!("the size of '{title}'")),
            |disk| size(&title, &disk.size, "size"),
        )
    };
    pool.devices.iter().map(device).collect()
}

/// What can be used of a pool: by its level and devices where both are declared, else as it is declared.
pub fn usable(lab: &Lab, name: &str, pool: &Pool) -> Option<Part> {
    by_level(lab, name, pool).or_else(|| part(name, &pool.usable, |s| i128::from(s.bytes())))
}

/// What a pool can be filled with: what its level and devices give, or what is declared of it if that is less, as of a pool on a part of
/// a disk.
pub fn fits(lab: &Lab, name: &str, pool: &Pool) -> Option<Part> {
    let declared = [&pool.usable, &pool.size];
    let declared = declared.map(|given| part(name, given, |s| i128::from(s.bytes())));
    let all = by_level(lab, name, pool)
        .into_iter()
        .chain(declared.into_iter().flatten());
    // Of equal ones the first: it says how it was computed.
    all.min_by_key(|p| p.value)
}

/// What a pool holds: as it is declared, else by its level and devices. The part says how it was computed.
pub fn room(lab: &Lab, name: &str, pool: &Pool) -> Option<Part> {
    let declared = |given| {
        part(name, given, |s: &model::units::size::Size| {
            i128::from(s.bytes())
        })
    };
    declared(&pool.usable)
        .or_else(|| declared(&pool.size))
        .or_else(|| by_level(lab, name, pool))
}

/// What its disks give by its level or profile, as [`space::of`] has it; none if a size, the level or the replicas are not known.
pub fn by_level(lab: &Lab, name: &str, pool: &Pool) -> Option<Part> {
    let Total::Sum(parts) = sum(devices(lab, name, pool).into_iter()) else {
        return None;
    };
    let space = space::of(pool, &parts)?;
    let smallest = parts.iter().min_by_key(|p| p.value)?;
    let gives = Figure::parse(&smallest.shown)?.say(space.usable);
    let shown = match space.formula == gives {
        true => gives,
        false => format!("{} = {gives}", space.formula),
    };
    Some(Part {
        name: name.to_owned(),
        shown: shown.into(),
        value: space.usable,
        span: pool.span,
        assumed: parts.iter().any(|p| p.assumed),
    })
}

/// `mirror` of an even number of devices from four on is pairs in the order in which they are named, striped: so are pools with more than
/// two disks made (zpoolconcepts(7), "mirror"). An odd number holds every block on each of them.
pub fn is_pairs(devices: usize) -> bool {
    devices > 3 && devices.is_multiple_of(2)
}

fn power(lab: &Lab, about: Option<&ObjectRef>, energy: bool) -> Total {
    let Some(machines) = machines(lab, about) else {
        return Total::Said;
    };
    let draws = |m: &Machine<'_>| match m {
        Machine::Host(n, h) => {
            let average = h.about.power.as_ref().map(|p| &p.average);
            let part = average.and_then(|a| part(n, a, |w| i128::from(w.milliwatts())));
            part.ok_or_else(|| format!("the average power of host '{n}'"))
        }
        Machine::Guest(n, _) => Err(format!("the power of guest '{n}'")),
    };
    let here = |name: &str| about.is_none_or(|o| o.kind == Kind::Site && o.name == name);
    let sites = lab
        .sites
        .iter()
        .filter(|(n, _)| here(n))
        .filter_map(|(n, s)| {
            part(n, &s.about.power.as_ref()?.average, |w| {
                i128::from(w.milliwatts())
            })
        });
    let sites: Vec<Part> = sites.collect();
    let total = match sites.is_empty() {
        true => sum(machines.iter().map(draws)),
        false => Total::Sum(sites),
    };
    match total {
        Total::Sum(parts) if energy => Total::Sum(
            parts
                .into_iter()
                .map(|p| Part {
                    value: p.value * 8_760,
                    shown: format_smolstr!("{} × 8760h", p.shown),
                    ..p
                })
                .collect(),
        ),
        total => total,
    }
}

fn hours(lab: &Lab, about: Option<&ObjectRef>) -> Total {
    let here = |n: &str| about.is_none_or(|o| o.kind == Kind::Person && o.name == n);
    let people = lab.people.iter().filter(|(n, p)| here(n) && p.is_staff());
    sum(people.map(|(n, p)| {
        let seconds = |h: &model::units::duration::Effort| i128::from(h.minutes_per_week()) * 60;
        part(n, &p.hours, seconds).ok_or_else(|| format!("the hours of person '{n}'"))
    }))
}

/// `20GiB + 16GiB + 16GiB = 52GiB`; the total in the unit of the parts if they have one in common, else in that of `like`.
pub fn equation(parts: &[Part], like: &Figure) -> String {
    const SHOWN: usize = 8;
    let total = parts.iter().map(|p| p.value).sum();
    let units: Vec<Option<Figure>> = parts.iter().map(|p| Figure::parse(&p.shown)).collect();
    let common = units.first().cloned().flatten().filter(|first| {
        let same = |u: &Option<Figure>| {
            u.as_ref()
                .is_some_and(|u| u.unit() == first.unit() && u.dim == like.dim)
        };
        units.iter().all(same)
    });
    let total = common.as_ref().unwrap_or(like).say(total);
    if let [only] = parts {
        return format!("{}: {}", only.name, only.shown);
    }
    let mut terms: Vec<String> = parts
        .iter()
        .take(SHOWN)
        .map(|p| format!("{} ({})", p.shown, p.name))
        .collect();
    if parts.len() > SHOWN {
        terms.push(format!("… ({} in all)", parts.len()));
    }
    format!("{} = {total}", terms.join(" + "))
}

/// The parts that are assumed, as a note.
pub fn assumptions(parts: &[Part]) -> Option<String> {
    let names: Vec<&str> = parts
        .iter()
        .filter(|p| p.assumed)
        .map(|p| p.name.as_str())
        .collect();
    (!names.is_empty()).then(|| format!("assumed: {}", names.join(", ")))
}

/// What kind of number a measure is; none for money, whose currency is not known.
pub fn dimension(measure: Measure) -> Option<Dim> {
    use Measure as M;
    Some(match measure {
        M::TotalMemory | M::ReservedMemory | M::UsedMemory | M::FreeMemory => Dim::Size,
        M::RawStorage | M::UsableStorage | M::ReservedStorage | M::UsedStorage | M::FreeStorage => {
            Dim::Size
        }
        M::MemoryUsage | M::CoreUsage | M::StorageUsage | M::BandwidthUsage | M::Uptime => {
            Dim::Share
        }
        M::MemoryGrowth | M::CoreGrowth | M::StorageGrowth | M::BandwidthGrowth => Dim::Share,
        M::Bandwidth | M::UsedBandwidth | M::FreeBandwidth => Dim::Rate,
        M::Power => Dim::Power,
        M::Energy => Dim::Energy,
        M::HoursPerWeek | M::HoursPerMonth => Dim::Effort,
        M::BreakEven => Dim::Time,
        M::OneTimeCost
        | M::MonthlyCost
        | M::YearlyCost
        | M::TotalCost
        | M::ReplacedCost
        | M::Savings
        | M::ElectricityCost => return None,
        M::Cores
        | M::Threads
        | M::ReservedCores
        | M::UsedCores
        | M::FreeCores
        | M::Hosts
        | M::Guests
        | M::Services
        | M::Stacks
        | M::Disks
        | M::Devices
        | M::Networks
        | M::Sites
        | M::Datasets
        | M::Repositories
        | M::People
        | M::Masters
        | M::Workers => Dim::Count,
    })
}

/// Memory is made in powers of two; whoever writes GB of it means GiB.
pub fn is_memory(measure: Measure) -> bool {
    matches!(
        measure,
        Measure::TotalMemory | Measure::ReservedMemory | Measure::UsedMemory | Measure::FreeMemory
    )
}

/// The place of a given value.
pub fn place<T>(given: &Opt<T>) -> Option<Span> {
    given.as_deref().map(|g: &Given<T>| g.span)
}
