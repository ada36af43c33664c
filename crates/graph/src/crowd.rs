//! Copies that go through one line together: what leaves a site, and what comes into one, from wherever.

use crate::bodies::Body;
use crate::copies::{Copies, Copy};
use crate::transfer::{self, Link};
use model::declare::Given;
use model::lab::Lab;
use model::units::size::Rate;
use std::collections::{BTreeMap, BTreeSet};

/// Copies that change more in a day than a line carries in one.
pub struct Crowd<'a> {
    /// Whose line.
    pub site: &'a str,
    /// Into the site rather than out of it.
    pub into: bool,
    /// Its rate.
    pub rate: &'a Given<Rate>,
    /// Bytes that change in a day.
    pub per_day: u128,
    /// Bytes that the line carries in a day.
    pub fits: u128,
    /// What takes the copies.
    pub takers: Vec<String>,
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
}

/// All lines that are too narrow for what goes through them; one line at each end of a copy.
pub fn crowds<'a>(lab: &'a Lab, copies: &Copies<'a>, bodies: &[Body<'a>]) -> Vec<Crowd<'a>> {
    let mut sums: BTreeMap<(&'a str, bool), Sum> = BTreeMap::new();
    for body in bodies {
        let Some(changes) = body.changes.and_then(Given::value) else {
            continue;
        };
        for copy in copies.copies(body).iter().filter(|c| c.every.is_some()) {
            for end in ends(lab, body, copy) {
                let sum = sums.entry(end).or_default();
                sum.per_day += u128::from(changes.bytes_per_day());
                sum.takers.insert(copy.by.clone());
            }
        }
    }
    let crowd = |((site, into), sum): ((&'a str, bool), Sum)| {
        let link = line(lab, site, into)?;
        let fits = u128::from(link.rate.value()?.bits_per_second()) * 86_400 / 8;
        (sum.per_day > fits).then(|| Crowd {
            site,
            into,
            rate: link.rate,
            per_day: sum.per_day,
            fits,
            takers: sum.takers.into_iter().collect(),
            faster: link.faster,
        })
    };
    sums.into_iter().filter_map(crowd).collect()
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
