//! Leases: taken on every touched target before the first effect, given back at the end.

use super::Exec;
use crate::report::Refused;
use model::id::ObjectRef;
use model::plan::{Plan, Step};
use model::realm::RealmTag;
use model::run::Output;
use plan::driver::{ActError, Order};

impl<R: RealmTag> Exec<'_, '_, R> {
    /// Takes the lease of every target of the plan. A target that does not answer is lost for this run; one that refuses
    /// refuses the run, and the leases taken so far are given back.
    pub(crate) fn take_leases(&mut self, plan: &Plan) -> Result<(), Refused> {
        for step in &plan.steps {
            let known = self.leased.iter().any(|(t, _)| *t == step.target);
            if known || self.lost.contains_key(&step.target) {
                continue;
            }
            match self.take_patiently(step) {
                Ok(_) => self.leased.push((step.target.clone(), step.id.clone())),
                Err(ActError::Refused(why)) => {
                    self.release_leases();
                    return Err(Refused::Lease {
                        target: step.target.clone(),
                        why,
                    });
                }
                Err(other) => {
                    self.lost.insert(step.target.clone(), other.to_string());
                }
            }
        }
        Ok(())
    }

    /// Renews the lease. Since a target carries out one order after another, an answer also says that nothing sent before
    /// is still at work.
    pub(super) fn renew(&mut self, step: &Step) -> Result<(), ActError> {
        let ttl = self.ctx.policy.lease;
        self.act(step, &Order::TakeLease { ttl }).map(|_| ())
    }

    /// Whether a target that was lost answers again.
    pub(super) fn found_again(&mut self, step: &Step) -> bool {
        match self.take_patiently(step) {
            Ok(_) => {
                self.lost.remove(&step.target);
                self.remember(&step.target, step);
                true
            }
            Err(_) => false,
        }
    }

    fn remember(&mut self, target: &ObjectRef, step: &Step) {
        if !self.leased.iter().any(|(t, _)| t == target) {
            self.leased.push((target.clone(), step.id.clone()));
        }
    }

    fn take_patiently(&mut self, step: &Step) -> Result<Output, ActError> {
        let order = Order::TakeLease {
            ttl: self.ctx.policy.lease,
        };
        let mut answer = self.act(step, &order);
        for _ in 1..self.ctx.policy.attempts {
            if matches!(answer, Ok(_) | Err(ActError::Refused(_))) {
                break;
            }
            self.pause();
            answer = self.act(step, &order);
        }
        answer
    }

    /// Gives the leases back. One that cannot be returned ends by itself; it is noted.
    pub(crate) fn release_leases(&mut self) {
        for (target, step) in std::mem::take(&mut self.leased) {
            if let Err(e) = self.order(&target, &step, &Order::ReleaseLease) {
                let note = format!("the lease of {target} was not given back and will expire: {e}");
                self.notes.push(note);
            }
        }
    }
}
