//! One host of the fake world: what is there now, what a boot would load, its lease, and its revert.

use super::ops::{Op, Saved, Snapshot};
use model::fact::{FactKind, FactPath, NativeIdentity};
use model::id::{ControllerId, RunId, StepId};
use model::value::Value;
use plan::driver::{Refusal, Ticket};
use std::collections::BTreeMap;

/// What can be compared of a host: everything that a plan may change.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct State {
    /// As it is now.
    pub live: BTreeMap<FactPath, Value>,
    /// What a boot loads, of the kinds where that is not the same thing.
    pub boot: BTreeMap<FactPath, Value>,
}

impl State {
    /// Kinds whose running form a boot replaces.
    pub(super) fn is_volatile(kind: FactKind) -> bool {
        matches!(kind, FactKind::Sshd | FactKind::Nft | FactKind::Route)
    }
}

/// Which connections still work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cut {
    /// All.
    Nothing,
    /// Only those that stand.
    New,
    /// None.
    All,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Lease {
    pub(super) controller: ControllerId,
    pub(super) epoch: u64,
    pub(super) run: RunId,
    ttl: i64,
    expires: i64,
    boots: u32,
    released: bool,
}

impl Lease {
    fn holder(&self) -> String {
        format!("{} epoch {} run {}", self.controller, self.epoch, self.run)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum RevertState {
    Idle,
    Armed,
    Reverted,
    Committed,
}

impl RevertState {
    pub(super) fn word(self) -> &'static str {
        match self {
            RevertState::Idle => "idle",
            RevertState::Armed => "armed",
            RevertState::Reverted => "reverted",
            RevertState::Committed => "committed",
        }
    }
}

#[derive(Debug, Clone)]
pub(super) struct Machine {
    pub(super) identity: NativeIdentity,
    pub(super) state: State,
    /// The state before the last order, for stale looks.
    pub(super) previous: State,
    /// Texts by their digest.
    pub(super) texts: BTreeMap<String, String>,
    pub(super) saved: BTreeMap<(RunId, StepId), Saved>,
    lease: Option<Lease>,
    pub(super) revert: RevertState,
    /// The step that armed the revert last.
    pub(super) revert_of: Option<(RunId, StepId)>,
    pub(super) deadline: i64,
    pub(super) snapshot: Snapshot,
    pub(super) nonce: Option<String>,
    /// The revert never fires and cannot be ordered.
    pub(super) revert_broken: bool,
    /// Seconds since boot, suspended or not.
    pub(super) boottime: i64,
    pub(super) boots: u32,
    /// An order still at work.
    pub(super) late: Vec<Op>,
    /// Away for so many seconds more.
    pub(super) away: i64,
    pub(super) holds_revert: bool,
}

impl Machine {
    pub(super) fn new(identity: NativeIdentity, state: State) -> Self {
        Self {
            identity,
            previous: state.clone(),
            state,
            texts: BTreeMap::new(),
            saved: BTreeMap::new(),
            lease: None,
            revert: RevertState::Idle,
            revert_of: None,
            deadline: 0,
            snapshot: Snapshot::default(),
            nonce: None,
            revert_broken: false,
            boottime: 1000,
            boots: 1,
            late: Vec::new(),
            away: 0,
            holds_revert: true,
        }
    }

    /// Lets time pass; an armed revert whose deadline is reached fires. Says whether it did.
    pub(super) fn pass(&mut self, seconds: i64) -> bool {
        self.boottime += seconds;
        self.away = self.away.saturating_sub(seconds).max(0);
        if self.revert == RevertState::Armed && self.boottime >= self.deadline {
            return self.fire();
        }
        false
    }

    /// The revert, by whomever. It finds the order that is still at work finished: both take the same lock.
    pub(super) fn fire(&mut self) -> bool {
        if self.revert != RevertState::Armed || self.revert_broken {
            return false;
        }
        self.finish_late();
        if self.revert != RevertState::Armed {
            return false;
        }
        for op in self.snapshot.restore() {
            self.apply(&op);
        }
        self.revert = RevertState::Reverted;
        self.nonce = None;
        true
    }

    pub(super) fn finish_late(&mut self) {
        for op in std::mem::take(&mut self.late) {
            self.apply(&op);
        }
    }

    /// Loads what a boot loads; an armed revert fires at once.
    pub(super) fn reboot(&mut self) -> bool {
        self.late.clear();
        self.boots += 1;
        self.boottime = 0;
        self.nonce = None;
        self.state.live.retain(|p, _| !State::is_volatile(p.kind));
        self.state.live.extend(self.state.boot.clone());
        self.fire()
    }

    pub(super) fn apply(&mut self, op: &Op) {
        let set = |map: &mut BTreeMap<FactPath, Value>, path: &FactPath, value: &Option<Value>| {
            match value {
                Some(v) => map.insert(path.clone(), v.clone()),
                None => map.remove(path),
            };
        };
        match op {
            Op::Live(path, value) => set(&mut self.state.live, path, value),
            Op::Boot(path, value) => set(&mut self.state.boot, path, value),
            Op::Text(text) => {
                let digest = model::digest::Digest::of(text).0;
                self.texts.insert(digest, text.clone());
            }
            Op::Save(key, saved) => {
                // What was saved first is what was there before the step.
                self.saved
                    .entry(key.clone())
                    .or_insert_with(|| saved.clone());
            }
            Op::Arm(step) => self.revert_of = Some(step.clone()),
            Op::Snapshot(snapshot) => self.snapshot = snapshot.clone(),
            Op::Revert(state, deadline) => {
                self.revert = *state;
                self.deadline = *deadline;
            }
            Op::Nonce(nonce) => self.nonce.clone_from(nonce),
        }
    }

    /// Takes or renews the lease.
    pub(super) fn take_lease(&mut self, ticket: &Ticket, ttl: i64) -> Result<(), Refusal> {
        if let Some(lease) = &self.lease {
            let ours = lease.controller == ticket.controller;
            if ours && ticket.epoch < lease.epoch {
                return Err(Refusal::Fenced {
                    holder: lease.holder(),
                });
            }
            let live =
                !lease.released && lease.boots == self.boots && lease.expires > self.boottime;
            // A newer process of the same controller takes over at once.
            let newer = ours && ticket.epoch > lease.epoch;
            if live && !newer && lease.run != ticket.run {
                return Err(Refusal::LeaseHeld {
                    holder: lease.holder(),
                });
            }
        }
        self.lease = Some(Lease {
            controller: ticket.controller.clone(),
            epoch: ticket.epoch,
            run: ticket.run.clone(),
            ttl,
            expires: self.boottime + ttl,
            boots: self.boots,
            released: false,
        });
        Ok(())
    }

    /// Whether the ticket is the newest lease; renews it.
    pub(super) fn check_lease(&mut self, ticket: &Ticket) -> Result<(), Refusal> {
        let boottime = self.boottime;
        let Some(lease) = self.lease.as_mut().filter(|l| !l.released) else {
            return Err(Refusal::Fenced {
                holder: "nobody".to_owned(),
            });
        };
        let ours = lease.controller == ticket.controller
            && lease.run == ticket.run
            && lease.epoch == ticket.epoch;
        if !ours {
            return Err(Refusal::Fenced {
                holder: lease.holder(),
            });
        }
        lease.expires = boottime + lease.ttl;
        Ok(())
    }

    pub(super) fn release_lease(&mut self) {
        if let Some(lease) = self.lease.as_mut() {
            lease.released = true;
        }
    }

    pub(super) fn is_leased(&self) -> bool {
        self.lease.as_ref().is_some_and(|l| !l.released)
    }

    /// Which connections work in the present state. The controller comes over the default route, as `admin`, to port 22.
    pub(super) fn cut(&self) -> Cut {
        let live = &self.state.live;
        let of = |kind| live.iter().filter(move |(p, _)| p.kind == kind);
        let rules = of(FactKind::Nft).filter_map(|(_, v)| self.text_of(v));
        let rules: String = rules.collect();
        let route = of(FactKind::Route).any(|(_, v)| v.as_text() == Some("via 10.0.0.1 dev eth0"));
        if rules.contains("drop-all") || !route {
            return Cut::All;
        }
        let sshd = |key: &str| live.get(&FactPath::new(FactKind::Sshd, key)).cloned();
        let says =
            |key: &str, ok: fn(&str) -> bool| sshd(key).is_none_or(|v| v.as_text().is_some_and(ok));
        let admitted = says("allowusers", |v| v.split(' ').any(|u| u == "admin"))
            && says("port", |v| v == "22")
            && says("pubkeyauthentication", |v| v == "yes")
            && live.contains_key(&super::access::controller_key());
        if rules.contains("drop-new") || !admitted {
            return Cut::New;
        }
        Cut::Nothing
    }

    fn text_of(&self, value: &Value) -> Option<&str> {
        let digest = value.field("sha256")?.as_text()?;
        self.texts.get(digest).map(String::as_str)
    }
}
