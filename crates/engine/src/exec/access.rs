//! Commit-confirm: a change of a way in is made under a revert that the target itself carries out.
//!
//! ```text
//! Pretest ─▶ Arm ─▶ Live ─▶ Test ─▶ Persist ─▶ Disarm (test again, look, disarm)
//!              └──────┴───────┴────────┴──────────┴──▶ resolve: order the revert, or wait for the target's own
//! ```
//! The end of it is read from the target's state file, never inferred from an order's answer.

use super::Exec;
use crate::context::LogError;
use crate::decide;
use model::kleene::Truth;
use model::plan::{AccessChange, Action, Purpose, Step};
use model::realm::RealmTag;
use model::run::{AccessPhase, Event, Output};
use model::value::Value;
use plan::driver::{AccessOrder, ActError, Order, Refusal};

/// How commit-confirm ended, as far as the target's state says; what holds is observed afterwards.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum AccessEnd {
    /// Nothing was done.
    NotBegun(String),
    /// Committed.
    Committed(Output),
    /// Armed, but the target refused the change itself; reverted.
    Declined(String),
    /// Reverted, or never armed.
    Back(String),
    /// The revert fired by itself, in a trial of it.
    Fired(String),
    /// The target never answered again.
    Lost(String),
}

/// The error of an action that was taken back.
pub(super) fn undone(step: &Step, why: &str) -> ActError {
    ActError::Failed {
        target: step.target.clone(),
        command: step.summary.clone(),
        message: why.to_owned(),
    }
}

impl<R: RealmTag> Exec<'_, '_, R> {
    /// Makes an access change, or leaves everything as it was. `step` gives place and id, `change` what is done: the
    /// step's own change, or its way back. Its intent is journaled already.
    pub(super) fn commit_confirm(
        &mut self,
        step: &Step,
        change: &AccessChange,
    ) -> Result<AccessEnd, LogError> {
        self.phase(step, AccessPhase::Pretest)?;
        if let Err(e) = self.test(step, None) {
            let why = format!("the admin path in use does not work before the change: {e}");
            return Ok(AccessEnd::NotBegun(why));
        }
        self.phase(step, AccessPhase::Arm)?;
        if let Err(end) = self.arm(step, change) {
            return Ok(end);
        }
        let nonce = (self.ctx.nonce)();
        self.phase(step, AccessPhase::Live)?;
        if let Err(end) = self.live(step, change, &nonce) {
            return Ok(end);
        }
        self.phase(step, AccessPhase::Test)?;
        if let Err(e) = self.test(step, Some(&nonce)) {
            let why = format!("the admin path does not work after the change: {e}");
            return Ok(self.resolve(step, &why));
        }
        if self.purpose == Purpose::Selftest {
            return Ok(self.await_revert(step));
        }
        self.phase(step, AccessPhase::Persist)?;
        if let Err(e) = self.act(step, &Order::Access(AccessOrder::Persist { change })) {
            return Ok(self.resolve(step, &format!("the persistent form was not written: {e}")));
        }
        self.phase(step, AccessPhase::Disarm)?;
        Ok(self.disarm(step, change, &nonce))
    }

    fn phase(&mut self, step: &Step, phase: AccessPhase) -> Result<(), LogError> {
        self.write(Event::Phase {
            step: step.id.clone(),
            phase,
        })
    }

    fn test(&mut self, step: &Step, nonce: Option<&str>) -> Result<Output, ActError> {
        let timeout = self.ctx.policy.confirm.test_timeout;
        self.act(step, &Order::Access(AccessOrder::Test { nonce, timeout }))
    }

    fn arm(&mut self, step: &Step, change: &AccessChange) -> Result<(), AccessEnd> {
        let revert_after = self.ctx.policy.confirm.revert_after;
        let order = Order::Access(AccessOrder::Arm {
            change,
            revert_after,
        });
        match self.act(step, &order) {
            Ok(_) => {}
            Err(ActError::Refused(why)) => return Err(AccessEnd::NotBegun(why.to_string())),
            Err(e) => return Err(self.resolve(step, &format!("the revert was not armed: {e}"))),
        }
        match self.revert_state(step) {
            Ok(state) if state == "armed" => Ok(()),
            Ok(state) => {
                let why = format!("after arming, the revert reports itself {state}");
                Err(self.resolve(step, &why))
            }
            Err(e) => {
                let why = format!("after arming, the revert does not report its state: {e}");
                Err(self.resolve(step, &why))
            }
        }
    }

    fn live(&mut self, step: &Step, change: &AccessChange, nonce: &str) -> Result<(), AccessEnd> {
        match self.act(step, &Order::Access(AccessOrder::Live { change, nonce })) {
            // A change may cut the session that makes it; whether it works is for the test to say.
            Ok(_) | Err(ActError::Unreachable { .. }) => Ok(()),
            Err(ActError::Refused(why)) => {
                let why = why.to_string();
                Err(match self.resolve(step, &why) {
                    AccessEnd::Back(why) => AccessEnd::Declined(why),
                    other => other,
                })
            }
            Err(e) => Err(self.resolve(step, &format!("the change failed: {e}"))),
        }
    }

    /// The last look before there is no automatic way back.
    fn disarm(&mut self, step: &Step, change: &AccessChange, nonce: &str) -> AccessEnd {
        if let Err(e) = self.test(step, Some(nonce)) {
            let why =
                format!("the admin path does not work after writing the persistent form: {e}");
            return self.resolve(step, &why);
        }
        match self.took_effect(step, change) {
            Truth::True => {}
            Truth::False => return self.resolve(step, "the change did not take effect as planned"),
            Truth::Unknown(r) => {
                let why = format!("it cannot be told whether the change took effect: {r}");
                return self.resolve(step, &why);
            }
        }
        let disarmed = self.act(step, &Order::Access(AccessOrder::Disarm));
        match disarmed.and_then(|output| Ok((output, self.revert_state(step)?))) {
            Ok((output, state)) if state == "committed" => AccessEnd::Committed(output),
            Ok((_, state)) => {
                self.resolve(step, &format!("after disarming, the revert is {state}"))
            }
            Err(e) => self.resolve(step, &format!("the revert was not disarmed: {e}")),
        }
    }

    /// Whether the change, or the way back, is there as planned; asked again while it cannot be told.
    fn took_effect(&mut self, step: &Step, change: &AccessChange) -> Truth {
        let own = matches!(&step.action, Action::Access(c) if c == change);
        let measure = if own { decide::post } else { decide::restored };
        let mut holds = measure(step, &self.look(step));
        for _ in 1..self.ctx.policy.attempts {
            if !matches!(holds, Truth::Unknown(_)) {
                break;
            }
            self.pause();
            holds = measure(step, &self.look(step));
        }
        holds
    }

    /// Brings an access change that is in doubt to an end: if the target can be asked, it is told to revert; if not, its
    /// own revert is waited for. The time is counted in pauses made, so that no clock can shorten it.
    pub(super) fn resolve(&mut self, step: &Step, why: &str) -> AccessEnd {
        let mut asked = "nothing".to_owned();
        for poll in 0..=self.polls() {
            if poll > 0 {
                self.pause();
            }
            match self.ask_back(step) {
                Ok(state) => match state.as_str() {
                    "committed" => return AccessEnd::Committed(Output::default()),
                    "reverted" | "idle" => return AccessEnd::Back(why.to_owned()),
                    other => asked = format!("the revert is {other}"),
                },
                Err(ActError::Refused(refusal)) => {
                    self.lost.insert(step.target.clone(), refusal.to_string());
                    return AccessEnd::Lost(format!("{why}; {refusal}"));
                }
                Err(e) => asked = e.to_string(),
            }
        }
        self.lost.insert(step.target.clone(), asked.clone());
        AccessEnd::Lost(format!("{why}; after the revert's deadline: {asked}"))
    }

    fn polls(&self) -> i64 {
        let policy = &self.ctx.policy;
        let longest = policy.confirm.revert_after.0.max(0) + policy.margin.0.max(0);
        longest / policy.pause.0.max(1) + 1
    }

    /// The state of the revert, after telling an armed one to revert. The lease is renewed first: see [`Exec::settle`].
    fn ask_back(&mut self, step: &Step) -> Result<String, ActError> {
        self.renew(step)?;
        let state = self.revert_state(step)?;
        if state != "armed" {
            return Ok(state);
        }
        match self.act(step, &Order::Access(AccessOrder::Revert)) {
            // A refusal says that it is not armed any more; the state is asked for in any case.
            Ok(_) | Err(ActError::Refused(Refusal::Revert { .. })) => self.revert_state(step),
            Err(e) => Err(e),
        }
    }

    fn revert_state(&mut self, step: &Step) -> Result<String, ActError> {
        let output = self.act(step, &Order::Access(AccessOrder::Status))?;
        let state = output.values.get("state").and_then(Value::as_text);
        state
            .map(str::to_owned)
            .ok_or_else(|| undone(step, "it reported no state"))
    }

    /// The trial of the revert itself: nothing is ordered until its deadline has passed.
    fn await_revert(&mut self, step: &Step) -> AccessEnd {
        for _ in 0..self.polls() {
            self.pause();
            match self.revert_state(step) {
                Ok(state) if state == "reverted" => {
                    return AccessEnd::Fired("the revert fired by itself".to_owned());
                }
                Err(ActError::Refused(why)) => return self.resolve(step, &why.to_string()),
                Ok(_) | Err(_) => {}
            }
        }
        self.resolve(step, "the revert did not fire by itself")
    }
}
