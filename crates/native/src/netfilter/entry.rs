//! One rule of a firewall, and what it fits of what another one fits.

use super::{Ports, Range};

/// What a firewall does with what a rule fits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// It lets it in.
    Allow,
    /// It keeps it out.
    Deny,
}

/// The version of the internet protocol that a rule is for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Family {
    /// Both.
    #[default]
    Both,
    /// Version 4.
    Four,
    /// Version 6.
    Six,
}

impl Family {
    /// That of an address.
    pub fn of(range: &Range) -> Self {
        match range.is_six() {
            true => Self::Six,
            false => Self::Four,
        }
    }

    fn covers(self, other: Self) -> bool {
        self == Self::Both || self == other
    }

    fn meets(self, other: Self) -> bool {
        self.covers(other) || other == Self::Both
    }
}

/// A rule for what comes in.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Entry {
    /// What it does.
    pub verdict: Verdict,
    /// The version of its addresses.
    pub family: Family,
    /// Addresses; none is any.
    pub source: Option<Range>,
    /// Ports that are reached; none is all.
    pub ports: Option<Ports>,
    /// `tcp` or `udp`; none is both.
    pub protocol: Option<String>,
    /// It also asks for something that is not compared: an interface, a state, a destination.
    pub narrower: bool,
    /// What it also asks for says who it is for: an interface, a state of what is let in already, or something that is not read.
    pub bounded: bool,
    /// It fits only up to a rate.
    pub limited: bool,
}

/// A refusal that is not understood: it may be one of anything.
pub(super) static UNREAD: Entry = {
    let mut entry = Entry::new(Verdict::Deny);
    entry.narrower = true;
    entry.bounded = true;
    entry
};

impl Entry {
    /// A rule for everything.
    pub const fn new(verdict: Verdict) -> Self {
        Self {
            verdict,
            family: Family::Both,
            source: None,
            ports: None,
            protocol: None,
            narrower: false,
            bounded: false,
            limited: false,
        }
    }

    /// Its addresses; all of a family are no limit but that of the family.
    pub fn from(&mut self, range: Range) {
        self.family = Family::of(&range);
        self.source = Some(range).filter(|r| !r.is_any());
    }

    /// Everything that `other` fits, this one fits too.
    pub fn covers(&self, other: &Entry) -> bool {
        let source = match (&self.source, &other.source) {
            (None, _) => true,
            (Some(_), None) => false,
            (Some(a), Some(b)) => a.covers(b),
        };
        let ports = match (&self.ports, &other.ports) {
            (None, _) => true,
            (Some(_), None) => false,
            (Some(a), Some(b)) => a.covers(b),
        };
        let protocol = self.protocol.is_none() || self.protocol == other.protocol;
        let family = self.family.covers(other.family);
        source && ports && protocol && family && !self.narrower && !self.limited
    }

    /// There can be something that both fit.
    pub fn meets(&self, other: &Entry) -> bool {
        let source = match (&self.source, &other.source) {
            (Some(a), Some(b)) => a.meets(b),
            _ => true,
        };
        let ports = match (&self.ports, &other.ports) {
            (Some(a), Some(b)) => a.meets(b),
            _ => true,
        };
        let protocol = match (&self.protocol, &other.protocol) {
            (Some(a), Some(b)) => a == b,
            _ => true,
        };
        source && ports && protocol && self.family.meets(other.family)
    }

    /// Both fit the same, whatever they do with it.
    pub fn fits_as(&self, other: &Entry) -> bool {
        let of = |e: &Entry| (e.family, e.source, e.narrower);
        of(self) == of(other) && self.ports == other.ports && self.protocol == other.protocol
    }

    /// The entry by protocol: one of both is two of one.
    pub fn by_protocol(&self) -> Vec<Entry> {
        let of = |protocol: &str| Entry {
            protocol: Some(protocol.to_owned()),
            ..self.clone()
        };
        match (&self.protocol, &self.ports) {
            (None, Some(_)) => vec![self.clone(), of("tcp"), of("udp")],
            _ => vec![self.clone()],
        }
    }
}
