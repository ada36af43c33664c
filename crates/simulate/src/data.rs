//! What becomes of each body of data: what is lost of it, what is left to go back to, and whether that is what was promised.

use crate::damage::{Damage, Harm};
use crate::fault::Fault;
use crate::outcome::{Data, Fate, Left, Promise};
use crate::seize::Seized;
use graph::Context;
use graph::bodies::Body;
use graph::copies::Copy;
use graph::transfer;
use model::declare::OptExt as _;
use model::id::{Kind, ObjectRef};
use model::lab::{DataClass, FaultScope};
use model::units::Seconds;

/// All that decides what becomes of data.
pub(crate) struct Losses<'c, 'a> {
    pub(crate) ctx: &'c Context<'a>,
    pub(crate) faults: &'c [Fault],
    pub(crate) damage: &'c Damage<'a>,
    pub(crate) seized: &'c [Seized<'a>],
    /// A pool or machine that something lies on is down: the words of it.
    pub(crate) unreached: &'c dyn Fn(&Body<'a>) -> Option<String>,
}

/// A copy after the fault.
enum After {
    Left,
    Gone(String),
    Open(String),
}

impl<'a> Losses<'_, 'a> {
    /// What becomes of a body of data.
    pub(crate) fn of(&self, body: &Body<'a>) -> Data {
        let (fate, why) = self.fate(body);
        let mut out = Data {
            what: body.what.clone(),
            class: body.class.map(|c: DataClass| c.word()),
            fate,
            why,
            left: None,
            gone: Vec::new(),
            open: Vec::new(),
            promise: None,
        };
        let hurt = matches!(fate, Fate::Lost | Fate::Unknown);
        let mut candidates: Vec<Left> = Vec::new();
        for copy in self.ctx.copies().copies(body) {
            match self.copy(body, copy) {
                After::Left if hurt => candidates.push(self.left(body, copy)),
                After::Left => {}
                After::Gone(why) => out.gone.push(format!("{}: {why}", copy.by)),
                After::Open(why) => out.open.push(format!("{}: {why}", copy.by)),
            }
        }
        if hurt && self.in_place(body) {
            candidates.extend(self.snapshots(body));
        }
        // What nobody knows the age of is worth less than what is old.
        out.left = candidates
            .into_iter()
            .min_by_key(|l| (l.seconds.is_none(), l.seconds));
        if hurt || !out.gone.is_empty() {
            out.promise = self.promise(body, &out);
        }
        out
    }

    fn fate(&self, body: &Body<'a>) -> (Fate, Option<String>) {
        if let Some(why) = self.deleted(body) {
            return (Fate::Lost, Some(why));
        }
        match self.seized.iter().find_map(|s| s.body(body)) {
            Some(Ok(why)) => return (Fate::Lost, Some(why)),
            Some(Err(why)) => return (Fate::Unknown, Some(why)),
            None => {}
        }
        let harm = match body.place.is_unknown() && !self.damage.is_none() {
            true => Harm::Unknown("where it is, is not declared".to_owned()),
            false => self.damage.place(&body.place, "it"),
        };
        match harm {
            Harm::Gone(why) => (Fate::Lost, Some(why)),
            Harm::Unknown(why) => (Fate::Unknown, Some(why)),
            Harm::Reduced(why) => match (self.unreached)(body) {
                Some(down) => (Fate::OutOfReach, Some(down)),
                None => (Fate::Reduced, Some(why)),
            },
            Harm::None => match (self.unreached)(body) {
                Some(down) => (Fate::OutOfReach, Some(down)),
                None => (Fate::Intact, None),
            },
        }
    }

    fn deleted(&self, body: &Body<'a>) -> Option<String> {
        let of = self.faults.iter().find_map(|fault| match fault {
            Fault::Deleted(of) if is_of(body, of) => Some(of),
            _ => None,
        })?;
        Some(match of.kind {
            Kind::Dataset => "it is what is deleted".to_owned(),
            kind => format!("it is on {} '{}'", kind.word(), of.name),
        })
    }

    /// The fault is one of the data alone: the disks below it are well, and so are snapshots on them.
    fn in_place(&self, body: &Body<'a>) -> bool {
        let harm = self.damage.place(&body.place, &body.what);
        let seized = self
            .seized
            .iter()
            .any(|s| s.body(body).is_some() && s.snapshots(body));
        matches!(harm, Harm::None | Harm::Reduced(_)) && !seized
    }

    fn copy(&self, body: &Body<'a>, copy: &Copy<'a>) -> After {
        let provider = copy.repository.and_then(|r| r.about.provider.known());
        if let Some(provider) = self.damage.provider(provider) {
            return After::Gone(format!("{} is with provider '{provider}'", copy.to));
        }
        let of_seized = self.seized.iter().find_map(|s| s.copy(body, copy));
        let harm = match copy.place.is_unknown() && !self.damage.is_none() {
            true => Harm::Unknown(copy.unplaced()),
            false => self.damage.place(&copy.place, &copy.to),
        };
        match (of_seized, harm) {
            (Some(Ok(why)), _) | (_, Harm::Gone(why)) => return After::Gone(why),
            (Some(Err(why)), _) | (_, Harm::Unknown(why)) => return After::Open(why),
            (None, Harm::None | Harm::Reduced(_)) => {}
        }
        let damaged =
            self.deleted(body).is_some() || self.seized.iter().any(|s| s.body(body).is_some());
        match damaged && !copy.versions {
            true => After::Gone("it copies the damage too".to_owned()),
            false => After::Left,
        }
    }

    fn left(&self, body: &Body<'a>, copy: &Copy<'a>) -> Left {
        let by = format!("{} in {}", copy.by, copy.to);
        let Some(every) = &copy.every else {
            return Left {
                by,
                seconds: None,
                how: "how often it is taken is not declared".to_owned(),
                assumed: false,
            };
        };
        let churn = body.changes.is_some_and(|c| c.is_assumed());
        let every = every.value;
        let interval = match &copy.schedule {
            Some(schedule) if !schedule.starts_with("every ") => {
                format!("taken '{schedule}', at the longest every {every}")
            }
            _ => format!("taken every {every}"),
        };
        match transfer::time(self.ctx.lab, body, copy) {
            Some((time, words)) => Left {
                by,
                seconds: Some(every.0.saturating_add(time.0)),
                how: format!("{interval}; {words}: {every} + {time}"),
                assumed: churn,
            },
            None => Left {
                by,
                seconds: Some(every.0),
                how: format!("{interval}; how long one takes comes on top and is not declared"),
                assumed: churn,
            },
        }
    }

    fn snapshots(&self, body: &Body<'a>) -> Vec<Left> {
        let all = self.ctx.snapshots().covering(body).into_iter();
        let left = all.map(|undo| Left {
            by: format!("snapshot '{}'", undo.name),
            seconds: undo.every.map(|e| e.0),
            how: match undo.every {
                Some(every) => format!("taken at the longest every {every}"),
                None => "how often it is taken is not declared".to_owned(),
            },
            assumed: false,
        });
        left.collect()
    }

    /// A promise is about one fault; what several do together is promised by nobody.
    fn promise(&self, body: &Body<'a>, data: &Data) -> Option<Promise> {
        let [fault] = self.faults else { return None };
        let scope: FaultScope = fault.scope()?;
        let (tier, rpo) = body.rpo(scope)?;
        let timed = |left: &Left| left.how.contains("on top");
        let kept = match (&data.left, data.fate) {
            (_, Fate::Intact | Fate::Reduced | Fate::OutOfReach) => Some(true),
            (Some(left), Fate::Lost) => match left.seconds.map(Seconds) {
                // What may be newer is of no use if it may be gone as well.
                Some(lost) if lost > rpo.value => data.open.is_empty().then_some(false),
                Some(lost) => (!timed(left) || lost < rpo.value).then_some(true),
                None => None,
            },
            (None, Fate::Lost) => data.open.is_empty().then_some(false),
            (Some(left), Fate::Unknown) => {
                let within = left.seconds.is_some_and(|s| s <= rpo.value.0);
                within.then_some(true)
            }
            (None, Fate::Unknown) => None,
        };
        Some(Promise {
            tier: tier.to_owned(),
            scope: scope.word(),
            seconds: rpo.value.0,
            kept,
        })
    }
}

fn is_of(body: &Body<'_>, of: &ObjectRef) -> bool {
    match of.kind {
        Kind::Dataset => body.object == *of,
        Kind::Service => body.service == Some(of.name.as_str()),
        kind => body.within.contains(&(kind, of.name.as_str())),
    }
}
