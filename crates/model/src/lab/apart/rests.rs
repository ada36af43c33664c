//! What rests on what, as far as the one is not in use if the other is not.

use super::{Gone, Why, of, own, place, refs};
use crate::declare::OptExt as _;
use crate::id::Kind;
use crate::lab::{Backup, Lab};
use diag::Span;
use rustc_hash::FxHashMap;
use std::collections::BTreeSet;

/// What is referred to.
type On<'a> = (Kind, &'a str);

/// What one object rests on.
struct Rest<'a> {
    what: On<'a>,
    span: Span,
    /// What it says of itself: that it is told of nobody then.
    own: Option<Why>,
    /// Without one of these it is not in use.
    each: Vec<On<'a>>,
    /// Without all of one of these lists it is not.
    all: Vec<Vec<On<'a>>>,
}

impl Rest<'_> {
    fn why(&self, gone: &Gone) -> Option<Why> {
        let each = || self.each.iter().find_map(|on| gone.on(*on));
        let away = |(kind, name): &On<'_>| gone.has(*kind, name);
        let all = || {
            let mut lists = self.all.iter();
            let list = lists.find(|l| !l.is_empty() && l.iter().all(away))?;
            gone.on(*list.first()?)
        };
        let why = each().or_else(all)?;
        let why = self.own.clone().unwrap_or(why);
        Some(Why {
            at: self.span,
            ..why
        })
    }
}

/// All that rests on something.
pub(super) struct Rests<'a> {
    all: Vec<Rest<'a>>,
    /// Who rests on it, by their places.
    users: FxHashMap<On<'a>, Vec<usize>>,
}

impl<'a> Rests<'a> {
    /// What rests on what in a lab.
    pub(super) fn of(lab: &'a Lab) -> Self {
        let mut out = Self {
            all: Vec::new(),
            users: FxHashMap::default(),
        };
        out.machines(lab);
        out.services(lab);
        out.data(lab);
        out.copies(lab);
        out.watch(lab);
        out
    }

    /// What rests on what is not in use is not, either: a guest, its dataset, the backup of that. Each is looked at again only when something
    /// that it rests on is found to be gone.
    pub(super) fn spread(&self, gone: &mut Gone) {
        let apart = gone.apart.iter();
        let apart = apart.flat_map(|(kind, of)| of.keys().map(|name| (*kind, name.as_str())));
        let said = gone.said.keys().map(|name| (Kind::Service, name.as_str()));
        let users = apart.chain(said).flat_map(|on| self.users(on));
        let mut open: BTreeSet<usize> = users.copied().collect();
        while !open.is_empty() {
            let found = open.iter().filter_map(|n| {
                let rest = self.all.get(*n)?;
                let (kind, name) = rest.what;
                let why = rest.why(gone).filter(|_| !gone.is_apart(kind, name))?;
                Some((rest.what, why))
            });
            let found: Vec<(On<'_>, Why)> = found.collect();
            let users = found.iter().flat_map(|(on, _)| self.users(*on));
            open = users.copied().collect();
            for ((kind, name), why) in found {
                gone.add(kind, name, why);
            }
        }
    }

    fn users<'b>(&'b self, on: On<'b>) -> &'b [usize] {
        self.users.get(&on).map_or(&[], Vec::as_slice)
    }

    fn add(&mut self, rest: Rest<'a>) {
        let at = self.all.len();
        for on in rest.each.iter().chain(rest.all.iter().flatten()) {
            self.users.entry(*on).or_default().push(at);
        }
        self.all.push(rest);
    }

    /// Rests on each of these.
    fn each<const N: usize>(
        &mut self,
        (kind, name, span): (Kind, &'a str, Span),
        each: [Option<On<'a>>; N],
    ) {
        let each: Vec<On<'a>> = each.into_iter().flatten().collect();
        if !each.is_empty() {
            self.add(Rest {
                what: (kind, name),
                span,
                own: None,
                each,
                all: Vec::new(),
            });
        }
    }

    fn machines(&mut self, lab: &'a Lab) {
        for (name, g) in &lab.guests {
            self.each((Kind::Guest, name, g.span), [of!(g.on)]);
        }
        for (name, c) in &lab.clusters {
            // Without its control plane it is none, whoever its other members are.
            let all = vec![refs(&c.members).collect(), refs(&c.masters).collect()];
            self.add(Rest {
                what: (Kind::Cluster, name),
                span: c.span,
                own: None,
                each: Vec::new(),
                all,
            });
        }
        for (name, p) in &lab.pools {
            self.add(Rest {
                what: (Kind::Pool, name),
                span: p.span,
                own: None,
                each: [of!(p.on), of!(p.from)].into_iter().flatten().collect(),
                all: vec![refs(&p.devices).collect()],
            });
        }
    }

    fn services(&mut self, lab: &'a Lab) {
        for (name, s) in &lab.stacks {
            self.each((Kind::Stack, name, s.span), [of!(s.on)]);
        }
        for (name, s) in &lab.services {
            let places: Vec<On<'a>> = s.runs.iter().filter_map(place).collect();
            // Where one of its places is not known, it may be in use there.
            if places.len() == s.runs.iter().count() {
                self.add(Rest {
                    what: (Kind::Service, name),
                    span: s.span,
                    own: own(&s.status, s.span),
                    each: Vec::new(),
                    all: vec![places],
                });
            }
        }
    }

    /// Data and where it is kept.
    fn data(&mut self, lab: &'a Lab) {
        for (name, d) in &lab.datasets {
            let host = d.host.as_ref().map(|h| (Kind::Host, h.value.as_str()));
            let on = [host, of!(d.about.on), of!(d.about.pool)];
            self.each((Kind::Dataset, name, d.span), on);
        }
        for (name, r) in &lab.repositories {
            let host = r.on.known().map(|h| (Kind::Host, h.as_str()));
            let on = [host, of!(r.about.held_by), of!(r.about.pool)];
            self.each((Kind::Repository, name, r.span), on);
        }
    }

    /// Copies of it.
    fn copies(&mut self, lab: &'a Lab) {
        for (name, b) in &lab.backups {
            let to = b.to.as_ref();
            let to = to.map(|t| (Kind::Repository, t.value.as_str()));
            self.add(Rest {
                what: (Kind::Backup, name),
                span: b.span,
                own: None,
                each: to.into_iter().collect(),
                all: vec![subjects(b)],
            });
        }
        for (name, j) in &lab.jobs {
            // Work on nothing is work on whatever there is: it must not become that.
            self.add(Rest {
                what: (Kind::Job, name),
                span: j.span,
                own: None,
                each: of!(j.to).into_iter().collect(),
                all: vec![refs(&j.on).collect()],
            });
        }
        for (name, s) in &lab.snapshots {
            self.each((Kind::Snapshot, name, s.span), [of!(s.on)]);
        }
        for (name, r) in &lab.replications {
            let on = [of!(r.from), of!(r.to)];
            self.each((Kind::Replication, name, r.span), on);
        }
    }

    /// What asks, and what carries the news.
    fn watch(&mut self, lab: &'a Lab) {
        for (name, p) in &lab.probes {
            self.each((Kind::Probe, name, p.span), [of!(p.of), of!(p.from)]);
        }
        for (name, c) in &lab.channels {
            self.each((Kind::Channel, name, c.span), [of!(c.via)]);
        }
    }
}

/// What a backup is of.
fn subjects(backup: &Backup) -> Vec<On<'_>> {
    let datasets = backup.datasets.iter();
    let mut out: Vec<On<'_>> = datasets
        .map(|d| (Kind::Dataset, d.value.as_str()))
        .collect();
    macro_rules! add {
        ($($list:ident),*) => {
            $(out.extend(refs(&backup.about.$list));)*
        };
    }
    add!(guests, hosts, services, stacks, devices);
    out
}
