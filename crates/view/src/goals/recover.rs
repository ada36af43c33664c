//! The least time in which a tier can be back after a fault: notice and decide, get hardware, move the bytes.

use super::stock::{Own, Part, Stocks};
use super::{Reasons, Trial};
use graph::amounts::decimal;
use graph::bodies::{self, Body};
use graph::composed_memory::Files;
use graph::copies::{Copies, Side, Snapshots, side, unhurt};
use graph::crowd::{Crowd, crowds};
use graph::few::Few;
use graph::load::Load;
use graph::places::Machine;
use graph::restore::{Way, ways};
use graph::takeover::{Demand, Need, Standby, Takeover, is_bought};
use model::compose::Projects;
use model::declare::{Given, OptExt as _};
use model::id::Kind;
use model::lab::{DataClass, FaultScope, Lab};
use model::units::Seconds;
use std::collections::{BTreeMap, BTreeSet};

/// Ordered today, delivered tomorrow: at best, in seconds; as rule `dr-rto-procure` has it.
const DELIVERY: i64 = 86_400;

const UNCOUNTED: &str =
    "what runs on a host outside of guests needs no more memory than another host has free";

/// What is computed once for a lab.
pub(super) struct World<'a> {
    pub(super) lab: &'a Lab,
    pub(super) copies: Copies<'a>,
    pub(super) undos: Snapshots<'a>,
    pub(super) bodies: Vec<Body<'a>>,
    /// By tier.
    of: BTreeMap<&'a str, Own<'a>>,
    standby: Standby<'a>,
    pub(super) crowds: Vec<Crowd<'a>>,
    pub(super) stocks: Stocks<'a>,
}

/// What one fault takes at once.
struct Loss<'a, 'b> {
    /// Hosts that another one has to take the place of.
    hosts: BTreeSet<&'a str>,
    /// Data that lies there.
    bodies: Vec<&'b Body<'a>>,
}

/// The least time to be back.
pub(super) struct Least {
    /// In seconds, without what is not known.
    pub(super) seconds: i64,
    /// The same by ways that are known where others may be faster, if that takes longer: its words, and what is not known.
    pub(super) perhaps: Option<(i64, String, String)>,
}

/// What one loss takes to be made good.
struct After {
    seconds: i64,
    terms: Vec<String>,
    perhaps: Option<(i64, String, String)>,
}

/// Until the hardware is there.
enum Wait {
    /// So long, and why.
    Known(i64, String),
    /// Something could stand in, but how much it carries is not declared.
    Unknown(String),
}

impl<'a> World<'a> {
    pub(super) fn of(lab: &'a Lab, projects: &'a Projects) -> Self {
        let load = Load::with(lab, Files::of(lab, projects));
        let bodies = bodies::all(lab);
        let copies = Copies::of(lab);
        Self {
            lab,
            crowds: crowds(lab, &copies, &bodies),
            copies,
            undos: Snapshots::of(lab),
            of: lab
                .tiers
                .keys()
                .map(|t| (t.as_str(), Own::of((lab, load.files()), t, &bodies)))
                .collect(),
            bodies,
            standby: Standby::of(lab, &load),
            stocks: Stocks::of(lab),
        }
    }

    /// Data of a tier and of what it needs that somebody would miss.
    pub(super) fn data(&self, tier: &str) -> Vec<&Body<'a>> {
        let data = self.of.get(tier).into_iter().flat_map(|o| &o.data);
        data.filter_map(|n| self.bodies.get(*n)).collect()
    }

    /// The least time to be back, without what is not known; that goes to the trial.
    pub(super) fn recovery(&self, tier: &str, scope: FaultScope, trial: &mut Trial) -> Least {
        let all = self.data(tier);
        self.survivors(&all, scope, trial);
        let losses = self.losses(tier, &all, scope);
        self.worst(tier, scope, &losses, trial)
    }

    /// The same after the loss of one host: what lies on others is not lost with it.
    pub(super) fn recovery_of(&self, tier: &str, host: &str, trial: &mut Trial) -> i64 {
        let name = self.lab.hosts.get_key_value(host).map(|(n, _)| n.as_str());
        let loss = self
            .of
            .get(tier)
            .zip(name)
            .and_then(|(own, name)| self.loss(own, Machine::Host(name)));
        self.worst(tier, FaultScope::Host, loss.as_slice(), trial)
            .seconds
    }

    /// What the loss of a machine takes, if it takes anything of a tier.
    fn loss(&self, own: &Own<'a>, machine: Machine<'a>) -> Option<Loss<'a, '_>> {
        let hit = match machine {
            Machine::Host(name) => own.hosts.get(name).copied(),
            Machine::Device(_) => None,
        };
        let data = own.on.get(&machine);
        (hit.is_some() || data.is_some()).then(|| Loss {
            hosts: hit.into_iter().collect(),
            bodies: data
                .into_iter()
                .flatten()
                .filter_map(|n| self.bodies.get(*n))
                .collect(),
        })
    }

    /// What one fault takes at once, for every fault of a scope that takes something of a tier.
    fn losses<'b>(
        &'b self,
        tier: &str,
        all: &[&'b Body<'a>],
        scope: FaultScope,
    ) -> Vec<Loss<'a, 'b>> {
        let Some(own) = self.of.get(tier) else {
            return Vec::new();
        };
        let none = BTreeSet::new;
        let some =
            |is_in: &dyn Fn(&Body<'a>) -> bool| all.iter().copied().filter(|b| is_in(b)).collect();
        let bare = |bodies| Loss {
            hosts: none(),
            bodies,
        };
        match scope {
            FaultScope::Corruption => vec![bare(all.to_vec())],
            FaultScope::Device => {
                let mut by: BTreeMap<&Few<Machine<'_>>, Vec<&'b Body<'a>>> = BTreeMap::new();
                for body in all {
                    by.entry(&body.place.machines).or_default().push(body);
                }
                by.into_values().map(bare).collect()
            }
            FaultScope::Host => {
                let machines = own.on.keys().copied();
                let machines = machines.chain(own.hosts.iter().map(|h| Machine::Host(h)));
                let machines: BTreeSet<Machine<'a>> = machines.collect();
                let known = machines.into_iter().filter_map(|m| self.loss(own, m));
                known
                    .chain([bare(some(&|b| b.place.machines.is_empty()))])
                    .collect()
            }
            FaultScope::Site => {
                let sites = |b: &Body<'a>| b.place.sites(self.lab).unwrap_or_default();
                let known = all.iter().flat_map(|b| sites(b));
                let known = known.chain(own.hosts.iter().filter_map(|h| self.site(h)));
                let known: BTreeSet<&str> = known.collect();
                let of = |s: &str| {
                    let here = |h: &&&str| self.site(h) == Some(s);
                    let hosts = own.hosts.iter().filter(here).copied().collect();
                    Loss {
                        hosts,
                        bodies: some(&|b| sites(b).contains(s)),
                    }
                };
                let nowhere = bare(some(&|b| sites(b).is_empty()));
                known.into_iter().map(of).chain([nowhere]).collect()
            }
        }
    }

    /// The one of these losses after which it takes longest.
    fn worst(
        &self,
        tier: &str,
        scope: FaultScope,
        losses: &[Loss<'a, '_>],
        trial: &mut Trial,
    ) -> Least {
        let mut worst = (0, Vec::new());
        let mut perhaps: Option<(i64, String, String)> = None;
        for loss in losses {
            let after = self.after(tier, scope, loss, trial);
            if after.seconds > worst.0 || worst.1.is_empty() {
                worst = (after.seconds, after.terms);
            }
            let longer = after
                .perhaps
                .filter(|p| perhaps.as_ref().is_none_or(|q| p.0 > q.0));
            perhaps = longer.or(perhaps);
        }
        let response = self.lab.tiers.get(tier).and_then(|t| t.response.known());
        let mut terms = Vec::new();
        match response {
            Some(response) => terms.push(format!("{response} to notice and decide")),
            None => trial.unknown.push(format!(
                "how long it takes to notice and decide is not declared ('response' of tier {tier})"
            )),
        }
        terms.extend(worst.1);
        let total = response.map_or(0, |r| r.0) + worst.0;
        let sum = if terms.is_empty() {
            "nothing has to be fetched".to_owned()
        } else {
            terms.join(" + ")
        };
        trial
            .fine
            .push(format!("{sum} = {} at the least", Seconds(total)));
        let perhaps = perhaps.map(|(seconds, words, open)| {
            let before = response.map_or(0, |r| r.0);
            (before + seconds, words, open)
        });
        Least {
            seconds: total,
            perhaps,
        }
    }

    /// Waiting for hardware and moving bytes after one loss: how long, and of what that consists.
    fn after(
        &self,
        tier: &str,
        scope: FaultScope,
        loss: &Loss<'a, '_>,
        trial: &mut Trial,
    ) -> After {
        let mut waited = (0, None);
        for wait in self.waits(tier, loss, scope, trial) {
            match wait {
                Wait::Known(seconds, words) if seconds > waited.0 || waited.1.is_none() => {
                    waited = (seconds, Some(words));
                }
                Wait::Known(..) => {}
                Wait::Unknown(words) if trial.unknown.contains(&words) => {}
                Wait::Unknown(words) => trial.unknown.push(words),
            }
        }
        let found = ways(self.lab, &self.copies, &loss.bodies, scope);
        for open in found.open {
            if !trial.unknown.contains(&open) {
                trial.unknown.push(open);
            }
        }
        let unsure = found.unsure.into_values();
        let unsure = unsure.max_by_key(|(w, _)| w.seconds());
        let perhaps = unsure.map(|(way, open)| (waited.0 + way.seconds(), moving(&way), open));
        let slowest = found.sure.into_values().max_by_key(|w| w.seconds());
        let moved = slowest.as_ref().map_or(0, |w| w.seconds());
        let mut terms: Vec<String> = waited.1.into_iter().collect();
        if let Some(way) = &slowest {
            terms.push(moving(way));
            trial.assumed.extend(way.assumed.iter().cloned());
        }
        After {
            seconds: waited.0 + moved,
            terms,
            perhaps,
        }
    }

    /// Something must be left of each body of data that is hit.
    fn survivors(&self, all: &[&Body<'a>], scope: FaultScope, trial: &mut Trial) {
        let lab = self.lab;
        let mut none = Vec::new();
        let mut unsized_ = Vec::new();
        let mut open_of = Reasons::default();
        for body in all.iter().filter(|b| !unhurt(lab, b, scope)) {
            let sides = self.copies.copies(body);
            let sides: Vec<Side> = sides.iter().map(|c| side(lab, body, c, scope)).collect();
            let undo = scope == FaultScope::Corruption && !self.undos.covering(body).is_empty();
            if sides.contains(&Side::Outside) || undo {
                if body.size.and_then(Given::value).is_none() && !undo {
                    let key = match body.object.kind {
                        Kind::Guest => "'data' of its services, with a 'size'",
                        _ => "'size'",
                    };
                    unsized_.push(format!("{} ({key})", body.what));
                }
                continue;
            }
            let open = sides.into_iter().find_map(|s| match s {
                Side::Unknown(why) => Some(why),
                _ => None,
            });
            match open {
                Some(why) => open_of.add(why, &body.what),
                None if body.class == Some(DataClass::Replaceable) => {}
                None => none.push(body.what.clone()),
            }
        }
        trial.unknown.extend(open_of.words());
        if !none.is_empty() {
            trial
                .impossible
                .push(format!("no copy outlives it of {}", few(&none)));
        }
        if !unsized_.is_empty() {
            trial
                .unknown
                .push(format!("how much is to be restored of {}", few(&unsized_)));
        }
    }

    fn waits(
        &self,
        tier: &str,
        loss: &Loss<'a, '_>,
        scope: FaultScope,
        trial: &mut Trial,
    ) -> Vec<Wait> {
        match scope {
            FaultScope::Corruption => Vec::new(),
            FaultScope::Device => self.disks(tier, &loss.bodies, trial),
            FaultScope::Host => {
                let hit = loss.hosts.iter();
                hit.map(|h| self.host(tier, h, &loss.bodies, trial))
                    .collect()
            }
            FaultScope::Site => {
                let site = loss.hosts.first().and_then(|h| self.site(h));
                let wait = site.map(|s| self.elsewhere(tier, s, loss, trial));
                wait.into_iter().collect()
            }
        }
    }

    fn site(&self, host: &str) -> Option<&'a str> {
        Machine::Host(self.lab.hosts.get_key_value(host)?.0).site(self.lab)
    }

    /// What must go on elsewhere; what is not in it goes to the trial.
    fn need(
        &self,
        tier: &str,
        hosts: &BTreeSet<&str>,
        lost: &[&Body<'a>],
        trial: &mut Trial,
    ) -> Need {
        let need = match self.of.get(tier) {
            Some(own) => own.demand.need(self.lab, hosts, lost),
            None => Demand::default().need(self.lab, hosts, lost),
        };
        if need.uncounted {
            trial.assumed.insert(UNCOUNTED.to_owned());
        }
        need
    }

    /// After the loss of one host.
    fn host(&self, tier: &str, name: &'a str, lost: &[&Body<'a>], trial: &mut Trial) -> Wait {
        let need = self.need(tier, &BTreeSet::from([name]), lost, trial);
        let what = || format!("a spare for {name} is there");
        let found = self.standby.of_host(self.lab, name, &need);
        match self.taken(found, what, trial) {
            Ok(wait) => wait,
            Err(why) => self.delivery(name, Part::Whole, &why, trial),
        }
    }

    /// After the loss of a place.
    fn elsewhere(&self, tier: &str, site: &str, loss: &Loss<'a, '_>, trial: &mut Trial) -> Wait {
        let here: BTreeSet<&str> = loss
            .hosts
            .iter()
            .filter(|h| self.site(h) == Some(site))
            .copied()
            .collect();
        let need = self.need(tier, &here, &loss.bodies, trial);
        let others = self.standby.hosts().iter().copied();
        let others = others.filter(|o| self.site(o).is_some_and(|s| s != site));
        let what = format!("{site} is lost");
        let found = self.standby.stand_in(&what, &need, others);
        match self.taken(found, || "a spare is there".to_owned(), trial) {
            Ok(wait) => wait,
            Err(why) => {
                let first = here.first().copied().unwrap_or_default();
                self.delivery(first, Part::Whole, &why, trial)
            }
        }
    }

    /// Nothing to wait for, or why there is.
    fn taken(
        &self,
        found: Takeover,
        spare: impl FnOnce() -> String,
        trial: &mut Trial,
    ) -> Result<Wait, String> {
        match found {
            Takeover::Spare => {
                let quick = "changing to a spare takes no time";
                trial.assumed.insert(quick.to_owned());
                Ok(Wait::Known(0, spare()))
            }
            Takeover::Room(words, assumed) | Takeover::Pool(words, assumed) => {
                trial.assumed.extend(assumed);
                Ok(Wait::Known(0, words))
            }
            Takeover::Unknown(why) => Ok(Wait::Unknown(why)),
            Takeover::Nothing(why) => Err(why),
        }
    }

    /// Disks without redundancy that the data lies on.
    fn disks(&self, tier: &str, all: &[&Body<'a>], trial: &mut Trial) -> Vec<Wait> {
        let lab = self.lab;
        let mut hosts: BTreeMap<&'a str, Vec<&Body<'a>>> = BTreeMap::new();
        for body in all.iter().filter(|b| !unhurt(lab, b, FaultScope::Device)) {
            let place = &body.place;
            let Some(Machine::Host(host)) = place
                .machines
                .first()
                .copied()
                .filter(|_| place.machines.len() == 1)
            else {
                continue;
            };
            if !place.pools.is_empty() && place.tolerance(lab).is_none() {
                trial
                    .unknown
                    .push(format!("how many disks under {} may fail", body.what));
            } else if lab.hosts.get(host).is_some_and(is_bought) {
                hosts.entry(host).or_default().push(body);
            }
        }
        let wait = |(host, lost): (&'a str, Vec<&Body<'a>>)| {
            let need = self.need(tier, &BTreeSet::from([host]), &lost, trial);
            let found = self.standby.of_disk(lab, host, &need, &lost);
            let spare = || format!("a spare for a disk of {host} is there");
            self.taken(found, spare, trial).unwrap_or_else(|why| {
                let why = format!("there is no spare for a disk of {host}; {why}");
                self.delivery(host, Part::Any, &why, trial)
            })
        };
        hosts.into_iter().map(wait).collect()
    }

    fn delivery(&self, host: &str, part: Part, why: &str, trial: &mut Trial) -> Wait {
        let asset = self.stocks.asset(host, part);
        let declared = asset.and_then(|a| i64::try_from(a.delivery.known()?.seconds()).ok());
        if declared.is_none() {
            trial
                .assumed
                .insert("1d until hardware is delivered".to_owned());
        }
        let seconds = declared.unwrap_or(DELIVERY);
        Wait::Known(
            seconds,
            format!("{} for the delivery of another ({why})", Seconds(seconds)),
        )
    }
}

/// `2h for 500GB through 500Mbit/s into site 'home'`.
fn moving(way: &Way) -> String {
    format!(
        "{} for {} through {}",
        Seconds(way.seconds()),
        decimal(way.bytes),
        way.rate
    )
}

/// The first of several names, and how many more there are.
pub(super) fn few(names: &[String]) -> String {
    const SHOWN: usize = 3;
    let first: Vec<&str> = names.iter().take(SHOWN).map(String::as_str).collect();
    match names.len().saturating_sub(SHOWN) {
        0 => first.join(", "),
        n => format!("{} and {n} more", first.join(", ")),
    }
}
