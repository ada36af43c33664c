//! The working parts of a run: journal, orders, looks. `run` and `takeover` are the stories told with them.

mod access;
mod lease;
mod outcome;
mod unwind;
mod work;

pub(crate) use unwind::{WayBack, way_back};

use crate::context::{LogError, RunContext, RunLog};
use crate::decide::{self, Standing};
use crate::drivers::Drivers;
use crate::report::{Ending, RunReport, StepReport};
use crate::scope;
use model::fact::TargetFacts;
use model::id::{ObjectRef, StepId};
use model::kleene::Reason;
use model::plan::{Plan, Purpose, Step};
use model::realm::RealmTag;
use model::run::{Event, Output, StepOutcome};
use model::units::Seconds;
use plan::driver::{ActError, Order, Ticket};
use std::collections::{BTreeMap, BTreeSet};

/// A run at work.
pub(crate) struct Exec<'d, 'c, R: RealmTag> {
    pub(crate) drivers: &'d mut Drivers<R>,
    pub(crate) log: &'d mut dyn RunLog,
    pub(crate) ctx: RunContext<'c>,
    pub(crate) purpose: Purpose,
    /// How each step stands that was come to.
    pub(crate) steps: BTreeMap<StepId, StepReport>,
    /// Targets that ceased to answer, and what they were asked last.
    pub(crate) lost: BTreeMap<ObjectRef, String>,
    /// Targets that gave their lease.
    pub(crate) leased: Vec<(ObjectRef, StepId)>,
    pub(crate) remains: Vec<(StepId, String)>,
    pub(crate) notes: Vec<String>,
    /// Steps that were to be taken back and were not, and why.
    pub(crate) kept: BTreeMap<StepId, String>,
    /// Orders are for the way back of a step, not for the step.
    pub(crate) going_back: bool,
    /// Steps whose way back was begun, maybe by another process: what is found between is their own doing.
    pub(crate) began_back: BTreeSet<StepId>,
}

/// What a target knows the way back of a step by. Its own name: under that of the step it keeps what the step replaced.
fn way_back_id(step: &StepId) -> StepId {
    StepId(format!("{step}~back"))
}

/// Which way a step is going.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    Do,
    Undo,
}

impl Way {
    /// Where a step stands, by the measure of this way.
    fn standing(self, step: &Step, facts: &TargetFacts) -> Standing {
        match self {
            Way::Do => decide::standing(step, facts),
            Way::Undo => decide::standing_back(step, facts),
        }
    }

    /// Whether it got where it was going.
    fn arrived(self, standing: &Standing) -> bool {
        match self {
            Way::Do => *standing == Standing::After,
            Way::Undo => *standing == Standing::Before,
        }
    }
}

impl<'d, 'c, R: RealmTag> Exec<'d, 'c, R> {
    pub(crate) fn new(
        drivers: &'d mut Drivers<R>,
        log: &'d mut dyn RunLog,
        ctx: RunContext<'c>,
        purpose: Purpose,
    ) -> Self {
        Self {
            drivers,
            log,
            ctx,
            purpose,
            steps: BTreeMap::new(),
            lost: BTreeMap::new(),
            leased: Vec::new(),
            remains: Vec::new(),
            notes: Vec::new(),
            kept: BTreeMap::new(),
            going_back: false,
            began_back: BTreeSet::new(),
        }
    }

    pub(crate) fn write(&mut self, event: Event) -> Result<(), LogError> {
        self.log.write(self.ctx.clock.now(), event)
    }

    /// Announces that a step's action is about to be sent.
    pub(crate) fn intent(&mut self, step: &Step) -> Result<(), LogError> {
        self.write(Event::Intent {
            step: step.id.clone(),
        })?;
        if let Some(report) = self.steps.get_mut(&step.id) {
            report.begun = true;
        } else {
            let report = StepReport {
                step: step.id.clone(),
                outcome: StepOutcome::Unknown("begun".to_owned()),
                output: None,
                begun: true,
            };
            self.steps.insert(step.id.clone(), report);
        }
        Ok(())
    }

    /// Records how a step ended.
    pub(crate) fn end(&mut self, step: &Step, outcome: StepOutcome) -> Result<(), LogError> {
        self.write(Event::Ended {
            step: step.id.clone(),
            outcome: outcome.clone(),
        })?;
        let before = self.steps.remove(&step.id);
        let output = match &outcome {
            StepOutcome::Done(output) => Some(output.clone()),
            _ => before.as_ref().and_then(|b| b.output.clone()),
        };
        let report = StepReport {
            step: step.id.clone(),
            outcome,
            output,
            begun: before.is_some_and(|b| b.begun),
        };
        self.steps.insert(step.id.clone(), report);
        Ok(())
    }

    /// Sends one order for a step.
    pub(crate) fn act(&mut self, step: &Step, order: &Order<'_>) -> Result<Output, ActError> {
        let id = if self.going_back {
            way_back_id(&step.id)
        } else {
            step.id.clone()
        };
        self.order(&step.target, &id, order)
    }

    fn order(
        &mut self,
        target: &ObjectRef,
        step: &StepId,
        order: &Order<'_>,
    ) -> Result<Output, ActError> {
        let ticket = Ticket {
            controller: self.ctx.controller.clone(),
            epoch: self.ctx.epoch,
            run: self.ctx.run.clone(),
            step: step.clone(),
        };
        match self.drivers.get_mut(target) {
            Some(driver) => driver.act(&ticket, order),
            None => Err(ActError::Unreachable {
                target: target.clone(),
                message: "there is no driver for it".to_owned(),
            }),
        }
    }

    /// Looks once at what a step reads and promises.
    pub(crate) fn look(&mut self, step: &Step) -> TargetFacts {
        let now = self.ctx.clock.now();
        match self.drivers.get_mut(&step.target) {
            Some(driver) => driver.observe(&scope::of_step(step), now),
            None => TargetFacts::unreachable(step.target.clone(), now, "there is no driver for it"),
        }
    }

    /// Looks until the target answers or the patience of the policy is at its end.
    pub(crate) fn look_patiently(&mut self, step: &Step) -> TargetFacts {
        let mut facts = self.look(step);
        for _ in 1..self.ctx.policy.attempts {
            if facts.identity.is_some() {
                break;
            }
            self.pause();
            facts = self.look(step);
        }
        facts
    }

    pub(crate) fn pause(&mut self) {
        let pause = Seconds(self.ctx.policy.pause.0.max(1));
        (self.ctx.wait)(pause);
    }

    /// Finds out where a step stands after its action was sent, with patience. After an order whose end is not known the
    /// lease is renewed first: a target carries out one order after another, so once it answers none is still at work. A
    /// success that cannot be seen is looked for again: a unit needs a moment, and a report may be false.
    pub(crate) fn settle(
        &mut self,
        step: &Step,
        acted: &Result<Output, ActError>,
        way: Way,
    ) -> (Standing, TargetFacts) {
        let mut quiet = !matches!(acted, Err(ActError::Unreachable { .. }));
        let now = self.ctx.clock.now();
        let mut facts = TargetFacts::unreachable(step.target.clone(), now, "it does not answer");
        let mut standing = Standing::Unknown(Reason::new("it does not answer"));
        for attempt in 0..self.ctx.policy.attempts.max(1) {
            if attempt > 0 {
                self.pause();
            }
            if !quiet {
                match self.renew(step) {
                    Ok(()) => quiet = true,
                    Err(ActError::Refused(why)) => {
                        standing = Standing::Unknown(Reason::new(why.to_string()));
                        break;
                    }
                    Err(_) => continue,
                }
            }
            facts = self.look(step);
            standing = way.standing(step, &facts);
            let seen = !matches!(standing, Standing::Unknown(_));
            if seen && (acted.is_err() || way.arrived(&standing) || step.post.is_empty()) {
                break;
            }
        }
        if let Standing::Unknown(why) = &standing {
            self.lost.insert(step.target.clone(), why.to_string());
        }
        (standing, facts)
    }

    /// The report, after the end.
    pub(crate) fn report(mut self, plan: &Plan, ending: Ending) -> RunReport {
        let kept = self.kept.iter();
        let kept = kept.map(|(step, why)| format!("{step} was not taken back: {why}"));
        self.notes.extend(kept);
        let steps = plan.steps.iter();
        RunReport {
            run: self.ctx.run.clone(),
            ending,
            steps: steps.filter_map(|s| self.steps.remove(&s.id)).collect(),
            remains: self.remains,
            notes: self.notes,
        }
    }
}
