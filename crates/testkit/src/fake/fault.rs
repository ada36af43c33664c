//! What can go wrong, when, and by whose choice: a script's or a seed's.

use super::prng::SplitMix64;
use model::fact::FactKind;
use model::id::StepId;
use plan::driver::{AccessOrder, Order};

/// Something that goes wrong with an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The connection is lost before the order arrives.
    TimeoutBefore,
    /// The connection is lost after the order was carried out.
    TimeoutAfter,
    /// The connection is lost while the order is at work; it is finished before the target takes the next one.
    Late,
    /// The session on the target is killed after this many changes.
    Killed(usize),
    /// The order fails before any change.
    Fails,
    /// The order fails after this many changes.
    FailsAfter(usize),
    /// Success is reported and nothing done.
    Lie,
    /// The target reboots after this many changes and is away for half a minute.
    Reboot(usize),
    /// The link is down for this many seconds, beginning with this order.
    LinkDown(i64),
    /// The target never answers again.
    Gone,
    /// The wall clock jumps by this many seconds; the order goes well.
    WallStep(i64),
}

/// Something that goes wrong with an observation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Look {
    /// Nobody answers.
    Timeout,
    /// A kind cannot be listed whole; what is left out is not said.
    Incomplete(FactKind),
    /// What is reported was so before the last order.
    Stale,
}

/// Kinds of orders.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "named after the orders")]
pub enum Word {
    TakeLease,
    ReleaseLease,
    Do,
    Test,
    Arm,
    Live,
    Persist,
    Disarm,
    Revert,
    Status,
}

impl Word {
    /// Of an order.
    pub fn of(order: &Order<'_>) -> Self {
        match order {
            Order::TakeLease { .. } => Word::TakeLease,
            Order::ReleaseLease => Word::ReleaseLease,
            Order::Do(_) => Word::Do,
            Order::Access(AccessOrder::Test { .. }) => Word::Test,
            Order::Access(AccessOrder::Arm { .. }) => Word::Arm,
            Order::Access(AccessOrder::Live { .. }) => Word::Live,
            Order::Access(AccessOrder::Persist { .. }) => Word::Persist,
            Order::Access(AccessOrder::Disarm) => Word::Disarm,
            Order::Access(AccessOrder::Revert) => Word::Revert,
            Order::Access(AccessOrder::Status) => Word::Status,
        }
    }
}

/// Which orders a scripted fault strikes: those that match, from the `nth` (from 0) on, `times` of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trigger {
    /// Orders of this step only.
    pub step: Option<StepId>,
    /// Orders of this kind only.
    pub word: Option<Word>,
    /// How many matching orders go well first.
    pub nth: u32,
    /// How many are struck.
    pub times: u32,
}

impl Trigger {
    /// The first order of this kind for this step.
    pub fn at(step: &StepId, word: Word) -> Self {
        Self {
            step: Some(step.clone()),
            word: Some(word),
            nth: 0,
            times: 1,
        }
    }

    /// All of them from the first on.
    #[must_use]
    pub fn always(mut self) -> Self {
        self.times = u32::MAX;
        self
    }

    /// After this many went well.
    #[must_use]
    pub fn after(mut self, nth: u32) -> Self {
        self.nth = nth;
        self
    }
}

/// The faults that are to come.
#[derive(Debug, Default)]
pub(super) struct Faults {
    script: Vec<(Trigger, Fault, u32)>,
    looks: Vec<(u32, u32, Look)>,
    random: Option<Random>,
}

#[derive(Debug)]
struct Random {
    prng: SplitMix64,
    per_mille: u64,
    budget: u32,
}

impl Faults {
    pub(super) fn script(&mut self, trigger: Trigger, fault: Fault) {
        self.script.push((trigger, fault, 0));
    }

    /// Strikes the looks numbered from `nth` (counting from now), `times` of them.
    pub(super) fn script_look(&mut self, nth: u32, times: u32, look: Look) {
        self.looks.push((nth, times, look));
    }

    pub(super) fn unleash(&mut self, seed: u64, per_mille: u64, budget: u32) {
        self.random = Some(Random {
            prng: SplitMix64::new(seed),
            per_mille,
            budget,
        });
    }

    pub(super) fn calm(&mut self) {
        *self = Self::default();
    }

    pub(super) fn strike(&mut self, step: &StepId, word: Word) -> Option<Fault> {
        for (trigger, fault, seen) in &mut self.script {
            let fits = trigger.step.as_ref().is_none_or(|s| s == step)
                && trigger.word.is_none_or(|w| w == word);
            if !fits {
                continue;
            }
            let nth = *seen;
            *seen = seen.saturating_add(1);
            if nth >= trigger.nth && nth - trigger.nth < trigger.times {
                return Some(*fault);
            }
        }
        let random = self.random.as_mut()?;
        random.draw(|prng| {
            let k = usize::try_from(prng.below(5)).unwrap_or(0);
            let step = [-86_400, 3_600, 1_000_000];
            let all = [
                Fault::TimeoutBefore,
                Fault::TimeoutAfter,
                Fault::Late,
                Fault::Killed(k),
                Fault::Fails,
                Fault::FailsAfter(k),
                Fault::Lie,
                Fault::Reboot(k),
                Fault::LinkDown(5),
                Fault::LinkDown(200),
                Fault::WallStep(prng.pick(&step).copied().unwrap_or(0)),
            ];
            prng.pick(&all).copied()
        })
    }

    pub(super) fn strike_look(&mut self) -> Option<Look> {
        let mut struck = None;
        for (nth, times, look) in &mut self.looks {
            if *nth > 0 {
                *nth -= 1;
            } else if *times > 0 {
                *times -= 1;
                struck = struck.or(Some(*look));
            }
        }
        struck.or_else(|| {
            self.random.as_mut()?.draw(|prng| {
                let kinds = [FactKind::User, FactKind::Package, FactKind::Key];
                let kind = prng.pick(&kinds).copied().unwrap_or(FactKind::User);
                prng.pick(&[Look::Timeout, Look::Incomplete(kind)]).copied()
            })
        })
    }
}

impl Random {
    /// Draws whether a fault strikes, and which; there are no more than the budget.
    fn draw<T>(&mut self, which: impl FnOnce(&mut SplitMix64) -> Option<T>) -> Option<T> {
        if self.budget == 0 || !self.prng.chance(self.per_mille) {
            return None;
        }
        self.budget -= 1;
        which(&mut self.prng)
    }
}
