//! What somebody with the rights of root on a machine can encrypt and delete.
//!
//! All that is on the machine and its guests, what is mounted there from elsewhere, and each store that it writes to and may delete in. A store
//! that is offline, or that lets nobody delete who writes (`append_only`), is out of reach, unless it is on the machine itself.

use graph::bodies::Body;
use graph::copies::Copy;
use graph::few::Few;
use graph::places::Machine;
use graph::pools;
use model::declare::OptExt as _;
use model::id::{Kind, ObjectRef};
use model::lab::Lab;
use std::collections::BTreeSet;

/// A machine in the hands of somebody else.
pub(crate) struct Seized<'a> {
    lab: &'a Lab,
    of: ObjectRef,
    /// Its guests, itself if it is one.
    guests: BTreeSet<&'a str>,
    /// Pools that are mounted or made there, with those below them that are elsewhere.
    pools: BTreeSet<&'a str>,
}

impl<'a> Seized<'a> {
    pub(crate) fn of(lab: &'a Lab, of: &ObjectRef) -> Self {
        let mut guests = BTreeSet::new();
        if of.kind == Kind::Guest
            && let Some((name, _)) = lab.guests.get_key_value(&of.name)
        {
            guests.insert(name.as_str());
        }
        for (name, guest) in &lab.guests {
            if guest.on.known().is_some_and(|on| on.0.object == *of) {
                guests.insert(name);
            }
        }
        let is_here = |on: &ObjectRef| {
            on == of || (on.kind == Kind::Guest && guests.contains(on.name.as_str()))
        };
        let mut reached = BTreeSet::new();
        for (name, pool) in &lab.pools {
            if pool.on.known().is_some_and(|on| is_here(&on.0.object)) {
                reached.extend(pools::chain(lab, name).iter().map(|(n, _)| *n));
            }
        }
        Self {
            lab,
            of: of.clone(),
            guests,
            pools: reached,
        }
    }

    fn words(&self) -> String {
        format!("{} '{}'", self.of.kind.word(), self.of.name)
    }

    /// It is the machine that has this disk or pool, not one that mounts it.
    fn owns(&self, machines: &Few<Machine<'a>>) -> bool {
        let is_it = |m: &Machine<'a>| matches!(m, Machine::Host(name) if *name == self.of.name);
        self.of.kind == Kind::Host && machines.iter().any(is_it)
    }

    /// Why a body of data is encrypted (`Ok`), or why nobody knows (`Err`); nothing if it is out of reach.
    pub(crate) fn body(&self, body: &Body<'a>) -> Option<Result<String, String>> {
        let who = self.words();
        let guest = body.within.iter().find_map(|(kind, name)| {
            (*kind == Kind::Guest && self.guests.contains(name)).then_some(*name)
        });
        if let Some(guest) = guest {
            return Some(Ok(match self.of.kind {
                Kind::Guest => format!("it is on {who}"),
                _ => format!("it is on guest '{guest}' of {who}"),
            }));
        }
        let mut within = body.within.iter();
        if self.of.kind == Kind::Host && within.any(|w| *w == (Kind::Host, self.of.name.as_str())) {
            return Some(Ok(format!("it is on {who}")));
        }
        if self.owns(&body.place.machines) {
            // Whoever is root on one of those that keep a pool together can write to all of it.
            let sure = body.place.machines.len() == 1 || !body.place.pools.is_empty();
            return Some(match sure {
                true => Ok(format!("{who} has the disks that it is on")),
                false => Err(format!(
                    "whether it is on {who} or on another of {} machines is not declared",
                    body.place.machines.len()
                )),
            });
        }
        let shared = body.place.pools.iter().find(|p| self.pools.contains(*p));
        shared.map(|pool| Ok(format!("pool '{pool}' is mounted on {who}")))
    }

    /// Snapshots of it can be deleted, too: the machine has the disks itself.
    pub(crate) fn snapshots(&self, body: &Body<'a>) -> bool {
        self.owns(&body.place.machines)
    }

    /// Why a copy is lost (`Ok`), or why nobody knows (`Err`); nothing if it is out of reach.
    pub(crate) fn copy(&self, body: &Body<'a>, copy: &Copy<'a>) -> Option<Result<String, String>> {
        let who = self.words();
        let about = copy.repository.map(|r| &r.about);
        let offline = about.and_then(|a| a.offline.as_ref());
        if offline.and_then(|o| o.value()) == Some(&true) {
            return None;
        }
        let unless = match offline {
            Some(_) => "; whether it is offline is not known",
            None => "",
        };
        if self.owns(&copy.place.machines) {
            return Some(Ok(format!("{} is on {who}{unless}", copy.to)));
        }
        let mounted = copy.place.pools.iter().find(|p| self.pools.contains(*p));
        if let Some(pool) = mounted {
            return Some(Ok(format!(
                "{} is on pool '{pool}', which {who} has",
                copy.to
            )));
        }
        let guest = copy.store.filter(|(kind, _)| *kind == Kind::Repository);
        let held =
            guest.and_then(|(_, name)| self.lab.repositories.get(name)?.about.held_by.known());
        if held.is_some_and(|h| h.0.object == self.of) {
            return Some(Ok(format!("{} is kept by {who}{unless}", copy.to)));
        }
        if self.body(body)?.is_err() {
            return Some(Err(format!(
                "whether {who} writes to {} is not declared",
                copy.to
            )));
        }
        // Whole guests are copied by the machine below them.
        let is_image = copy.taker.0 == Kind::Backup && self.of.kind == Kind::Guest && {
            let backup = self.lab.backups.get(copy.taker.1);
            backup.is_some_and(|b| {
                b.about
                    .guests
                    .iter()
                    .any(|g| g.value.name() == self.of.name)
            })
        };
        if is_image {
            return None;
        }
        match about.map(|a| a.append_only.as_ref()) {
            Some(Some(given)) => match given.value() {
                Some(true) => None,
                Some(false) => Some(Ok(format!(
                    "{who} writes to {} and may delete there",
                    copy.to
                ))),
                None => Some(Err(format!(
                    "whether {who} may delete in {} is not known",
                    copy.to
                ))),
            },
            Some(None) => Some(Ok(format!(
                "{who} writes to {}, and nothing says that it may not delete there ('append_only'){unless}",
                copy.to
            ))),
            None => Some(Err(format!(
                "whether {who} may delete {} is not declared",
                copy.to
            ))),
        }
    }
}
