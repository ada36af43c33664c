//! How long data takes over a site's uplinks.

use crate::amounts::decimal;
use crate::bodies::Body;
use crate::copies::Copy;
use model::declare::Given;
use model::lab::Lab;
use model::units::Seconds;
use model::units::size::Rate;

/// A way in or out of a site.
pub struct Link<'a> {
    /// The site.
    pub site: &'a str,
    /// Its rate in that direction.
    pub rate: &'a Given<Rate>,
    /// Into the site rather than out of it.
    pub into: bool,
    /// What is not known and may make it faster: another line.
    pub faster: Option<String>,
    /// What is not known and may make it slower: the line at the other end.
    pub slower: Option<String>,
}

impl Link<'_> {
    /// `40Mbit/s out of site 'home'`.
    pub fn words(&self, rate: &Rate) -> String {
        let way = if self.into { "into" } else { "out of" };
        format!("{rate} {way} site '{}'", self.site)
    }
}

/// The fastest declared rate out of a site.
pub fn up<'a>(lab: &'a Lab, site: &str) -> Option<Link<'a>> {
    fastest(lab, site, false, |u| u.up.as_deref())
}

/// The fastest declared rate into a site.
pub fn down<'a>(lab: &'a Lab, site: &str) -> Option<Link<'a>> {
    fastest(lab, site, true, |u| u.down.as_deref())
}

/// What a copy goes through when it leaves a site: the way out of that site, or the way into the one of its store if that is slower.
pub fn away<'a>(lab: &'a Lab, site: &str, copy: &Copy<'a>) -> Option<Link<'a>> {
    let far = other(lab, site, copy);
    let open = far.and_then(|s| open(lab, s, true, |u| u.down.as_deref()));
    slower(up(lab, site), far.and_then(|s| down(lab, s)), open)
}

/// What a copy comes back through to a site that it left.
pub fn back<'a>(lab: &'a Lab, site: &str, copy: &Copy<'a>) -> Option<Link<'a>> {
    let far = other(lab, site, copy);
    let open = far.and_then(|s| open(lab, s, false, |u| u.up.as_deref()));
    slower(down(lab, site), far.and_then(|s| up(lab, s)), open)
}

/// The site of a copy's store, where that is one and known.
pub fn other<'a>(lab: &'a Lab, site: &str, copy: &Copy<'a>) -> Option<&'a str> {
    let sites = copy.place.sites(lab)?;
    let mut others = sites.into_iter().filter(|s| *s != site);
    others.next().filter(|_| others.next().is_none())
}

/// Of which one nothing is said, that does not count; without the site's own nothing can be told. Where nobody knows the other end, it may be
/// slower.
fn slower<'a>(
    own: Option<Link<'a>>,
    other: Option<Link<'a>>,
    open: Option<String>,
) -> Option<Link<'a>> {
    let bits = |l: &Link<'_>| l.rate.value().map(|v| v.bits_per_second());
    match (own?, other) {
        (own, Some(other)) if bits(&other) < bits(&own) => Some(other),
        (own, None) => Some(Link {
            slower: open,
            ..own
        }),
        (own, _) => Some(own),
    }
}

/// A rate that is declared not to be known.
fn open<'a>(
    lab: &'a Lab,
    site: &str,
    into: bool,
    of: impl Fn(&'a model::lab::site::Uplink) -> Option<&'a Given<Rate>>,
) -> Option<String> {
    let uplinks = lab.sites.get(site)?.about.uplinks.iter();
    let mut open = uplinks.filter(|(_, u)| of(u).is_some_and(|rate| rate.value().is_none()));
    let way = if into { "down" } else { "up" };
    let (name, _) = open.next()?;
    Some(format!("'{way}' of uplink '{}' of site '{site}'", name.0))
}

fn fastest<'a>(
    lab: &'a Lab,
    site: &str,
    into: bool,
    of: impl Fn(&'a model::lab::site::Uplink) -> Option<&'a Given<Rate>>,
) -> Option<Link<'a>> {
    let faster = open(lab, site, into, &of);
    let (name, site) = lab.sites.get_key_value(site)?;
    let rates = site.about.uplinks.values().filter_map(&of);
    let known = rates.filter(|r| r.value().is_some());
    let rate = known.max_by_key(|r| r.value().map(|v| v.bits_per_second()))?;
    Some(Link {
        site: name,
        rate,
        into,
        faster,
        slower: None,
    })
}

/// The site that a copy leaves, if it leaves one.
pub fn leaves<'a>(lab: &'a Lab, body: &Body<'a>, copy: &Copy<'a>) -> Option<&'a str> {
    let home = body.place.sites(lab)?;
    let here = home.first().copied()?;
    let store = &copy.place;
    let gone = match store.sites(lab) {
        Some(there) => home.is_disjoint(&there),
        None => store.away,
    };
    gone.then_some(here)
}

/// Seconds that so many bytes take, rounded up.
pub fn seconds(bytes: u128, rate: &Rate) -> Option<Seconds> {
    let bits = u128::from(rate.bits_per_second()).max(1);
    let seconds = (bytes * 8).div_ceil(bits);
    i64::try_from(seconds).ok().map(Seconds)
}

/// What changes between two copies.
pub fn changed(body: &Body<'_>, every: Seconds) -> Option<u128> {
    let churn = body.changes.and_then(Given::value)?;
    let every = u128::try_from(every.0).ok()?;
    let changed = u128::from(churn.bytes_per_day()) * every / 86_400;
    // No more can have changed than there is.
    let all = body
        .size
        .and_then(Given::value)
        .map(|s| u128::from(s.bytes()));
    Some(all.map_or(changed, |all| changed.min(all)))
}

/// How long a copy takes, with the words for it; none if it is not declared.
pub fn time(lab: &Lab, body: &Body<'_>, copy: &Copy<'_>) -> Option<(Seconds, String)> {
    if let Some(took) = copy.took {
        return Some((took, format!("{} takes {took}", copy.by)));
    }
    let every = copy.every.as_ref()?.value;
    let link = away(lab, leaves(lab, body, copy)?, copy)?;
    if link.faster.is_some() || link.slower.is_some() {
        return None;
    }
    let bytes = changed(body, every)?;
    let rate = link.rate.value()?;
    let time = seconds(bytes, rate)?;
    let assumed = match link.rate.is_assumed() || body.changes.is_some_and(Given::is_assumed) {
        true => " (assumed)",
        false => "",
    };
    let words = format!(
        "{} changed in {every} take {time} at {rate}{assumed}",
        decimal(bytes)
    );
    Some((time, words))
}

/// Some value is an assumption.
pub fn any_assumed<T>(values: &[Option<&Given<T>>]) -> bool {
    values.iter().flatten().any(|g| g.is_assumed())
}
