//! Installed, reserved, used and free: the terms in which people speak of one resource.

use crate::claims::Said;
use crate::figure::{Dim, Figure};
use crate::totals;
use model::id::ObjectRef;
use model::lab::Lab;
use model::lab::measure::Measure;

/// The measures of one resource.
pub struct Resource {
    /// `memory`, `cores`.
    pub name: &'static str,
    /// What there is, the better measure first.
    pub installed: &'static [Measure],
    /// What is promised to somebody.
    pub reserved: Measure,
    /// What is taken.
    pub used: Measure,
    /// What is left.
    pub free: Measure,
    /// The share that is taken.
    pub usage: Measure,
    /// What is taken more per time.
    pub growth: Measure,
}

/// All resources.
pub const RESOURCES: &[Resource] = &[
    Resource {
        name: "memory",
        installed: &[Measure::TotalMemory],
        reserved: Measure::ReservedMemory,
        used: Measure::UsedMemory,
        free: Measure::FreeMemory,
        usage: Measure::MemoryUsage,
        growth: Measure::MemoryGrowth,
    },
    Resource {
        name: "cores",
        installed: &[Measure::Cores],
        reserved: Measure::ReservedCores,
        used: Measure::UsedCores,
        free: Measure::FreeCores,
        usage: Measure::CoreUsage,
        growth: Measure::CoreGrowth,
    },
    Resource {
        name: "storage",
        installed: &[Measure::UsableStorage, Measure::RawStorage],
        reserved: Measure::ReservedStorage,
        used: Measure::UsedStorage,
        free: Measure::FreeStorage,
        usage: Measure::StorageUsage,
        growth: Measure::StorageGrowth,
    },
    Resource {
        name: "bandwidth",
        installed: &[Measure::Bandwidth],
        reserved: Measure::Bandwidth,
        used: Measure::UsedBandwidth,
        free: Measure::FreeBandwidth,
        usage: Measure::BandwidthUsage,
        growth: Measure::BandwidthGrowth,
    },
];

/// One term with its value.
#[derive(Clone)]
pub struct Term<'a> {
    /// `installed`, `free`.
    pub word: &'static str,
    /// Its value.
    pub figure: Figure,
    /// The claim; none if it was added up from the declaration.
    pub said: Option<Said<'a>>,
}

/// What is said of one resource of one thing.
pub struct Terms<'a> {
    /// Which resource.
    pub resource: &'static Resource,
    /// Of what; none for the lab.
    pub about: Option<ObjectRef>,
    /// What there is.
    pub installed: Option<Term<'a>>,
    /// What is promised to somebody.
    pub reserved: Option<Term<'a>>,
    /// What is taken.
    pub used: Option<Term<'a>>,
    /// What is left.
    pub free: Option<Term<'a>>,
    /// The share that is taken.
    pub usage: Option<Term<'a>>,
    /// What is taken more per time.
    pub growth: Option<Term<'a>>,
}

impl Terms<'_> {
    /// What is used: as it is said, or what is not free.
    pub fn in_use(&self) -> Option<(i128, String)> {
        let whole = self.installed.as_ref().or(self.reserved.as_ref());
        if let Some(used) = &self.used {
            return Some((used.figure.value(), used.figure.to_string()));
        }
        let (whole, free) = (whole?, self.free.as_ref()?);
        let used = whole.figure.value() - free.figure.value();
        let how = format!(
            "{} - {} = {}",
            whole.figure,
            free.figure,
            free.figure.say(used)
        );
        Some((used, how))
    }
}

/// Every resource of everything that something is claimed of.
pub fn terms<'a>(lab: &'a Lab, said: &[Said<'a>]) -> Vec<Terms<'a>> {
    let mut out = Vec::new();
    for resource in RESOURCES {
        let mut subjects: Vec<Option<ObjectRef>> = Vec::new();
        let all = [
            resource.reserved,
            resource.used,
            resource.free,
            resource.usage,
            resource.growth,
        ];
        for claim in said {
            let of = |m| all.contains(&m) || resource.installed.contains(&m);
            if claim.measure().is_some_and(of) && !subjects.contains(&claim.about) {
                subjects.push(claim.about.clone());
            }
        }
        out.extend(
            subjects
                .into_iter()
                .map(|about| one(lab, said, resource, about)),
        );
    }
    out
}

fn one<'a>(
    lab: &'a Lab,
    said: &[Said<'a>],
    resource: &'static Resource,
    about: Option<ObjectRef>,
) -> Terms<'a> {
    let claimed = |measure: Measure, word| {
        let hit = said
            .iter()
            .find(|s| s.measure() == Some(measure) && s.about == about)?;
        let dim = totals::dimension(measure)?;
        (hit.figure.dim == dim).then(|| Term {
            word,
            figure: hit.figure.clone(),
            said: Some(hit.clone()),
        })
    };
    let added = |measure: Measure, word| {
        let total = totals::total(lab, measure, about.as_ref());
        let text = match totals::dimension(measure)? {
            Dim::Size if totals::is_memory(measure) => {
                format!("{}GiB", crate::figure::decimal(total.value()?, 1 << 30, 2))
            }
            Dim::Size => format!(
                "{}TB",
                crate::figure::decimal(total.value()?, 1_000_000_000_000, 3)
            ),
            _ => crate::figure::decimal(total.value()?, 1_000_000, 0),
        };
        Some(Term {
            word,
            figure: Figure::parse(&text)?,
            said: None,
        })
    };
    let installed = resource
        .installed
        .iter()
        .find_map(|m| claimed(*m, "installed"));
    let installed = installed.or_else(|| {
        resource
            .installed
            .iter()
            .find_map(|m| added(*m, "installed"))
    });
    let bandwidth = resource.reserved == Measure::Bandwidth;
    Terms {
        reserved: claimed(resource.reserved, "reserved").filter(|_| !bandwidth),
        used: claimed(resource.used, "used"),
        free: claimed(resource.free, "free"),
        usage: claimed(resource.usage, "usage"),
        growth: claimed(resource.growth, "growth"),
        resource,
        installed,
        about,
    }
}
