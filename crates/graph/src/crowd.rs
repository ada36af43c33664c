//! Copies that go through one line together: what leaves a site, and what comes into one, from wherever.

use crate::bodies::Body;
use crate::copies::{Copies, Copy};
use crate::transfer::{self, Link};
use model::declare::Given;
use model::lab::Lab;
use model::units::size::Rate;
use std::collections::{BTreeMap, BTreeSet};

/// Seconds.
const DAY: u128 = 86_400;

/// Copies that move more in a day than a line carries in one.
pub struct Crowd<'a> {
    /// Whose line.
    pub site: &'a str,
    /// Into the site rather than out of it.
    pub into: bool,
    /// Its rate.
    pub rate: &'a Given<Rate>,
    /// Bytes that they move in a day.
    pub per_day: u128,
    /// Bytes that the line carries in a day.
    pub fits: u128,
    /// What takes the copies.
    pub takers: BTreeSet<String>,
    /// A change, a size or the rate is an assumption.
    pub assumed: bool,
    /// Another line of the site whose rate is not known.
    pub faster: Option<String>,
}

impl Crowd<'_> {
    /// `the copies that leave site 'home'`.
    pub fn what(&self) -> String {
        match self.into {
            true => format!("the copies that come into site '{}'", self.site),
            false => format!("the copies that leave site '{}'", self.site),
        }
    }
}

/// What goes through a line.
#[derive(Default)]
struct Sum {
    per_day: u128,
    takers: BTreeSet<String>,
    assumed: bool,
}

/// All lines that are too narrow for what goes through them; one line at each end of a copy.
pub fn crowds<'a>(lab: &'a Lab, copies: &Copies<'a>, bodies: &[Body<'a>]) -> Vec<Crowd<'a>> {
    let mut sums: BTreeMap<(&'a str, bool), Sum> = BTreeMap::new();
    for body in bodies {
        for copy in copies.copies(body) {
            let Some(per_day) = per_day(body, copy) else {
                continue;
            };
            for end in ends(lab, body, copy) {
                let sum = sums.entry(end).or_default();
                sum.per_day += per_day;
                sum.assumed |=
                    transfer::any_assumed(&[body.changes]) || transfer::any_assumed(&[body.size]);
                sum.takers.insert(copy.by.clone());
            }
        }
    }
    let crowd = |((site, into), sum): ((&'a str, bool), Sum)| {
        let link = line(lab, site, into)?;
        let fits = u128::from(link.rate.value()?.bits_per_second()) * DAY / 8;
        (sum.per_day > fits).then(|| Crowd {
            site,
            into,
            rate: link.rate,
            per_day: sum.per_day,
            fits,
            takers: sum.takers,
            assumed: sum.assumed || link.rate.is_assumed(),
            faster: link.faster,
        })
    };
    sums.into_iter().filter_map(crowd).collect()
}

/// Bytes that a copy moves in a day: each time what has changed, which is no more than there is.
fn per_day(body: &Body<'_>, copy: &Copy<'_>) -> Option<u128> {
    let every = copy.every.as_ref()?.value;
    let seconds = u128::try_from(every.0).ok().filter(|s| *s > 0)?;
    Some(transfer::changed(body, every)? * DAY / seconds)
}

fn line<'a>(lab: &'a Lab, site: &str, into: bool) -> Option<Link<'a>> {
    match into {
        true => transfer::down(lab, site),
        false => transfer::up(lab, site),
    }
}

/// The site that a copy leaves, and the one that it comes into.
fn ends<'a>(lab: &'a Lab, body: &Body<'a>, copy: &Copy<'a>) -> Vec<(&'a str, bool)> {
    let Some(site) = transfer::leaves(lab, body, copy) else {
        return Vec::new();
    };
    let far = transfer::other(lab, site, copy).map(|far| (far, true));
    [(site, false)].into_iter().chain(far).collect()
}
