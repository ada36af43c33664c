//! The driver contract: three methods, closed orders, typed refusals.
//!
//! | operation × operation | what makes it safe |
//! |---|---|
//! | two controllers act on one target | the lease: every order carries a [`Ticket`]; the target refuses one whose lease is not the newest |
//! | disarm × revert | one lock on the target; its state file is the outcome |
//! | observe × act | observing changes nothing and takes no lock; a step is decided on an observation made after the lease was taken |
//! | connection lost × act | the target finishes or never begins an order; the engine then settles it by observing |

use jiff::Timestamp;
use model::fact::{Scope, TargetFacts};
use model::id::{ControllerId, ObjectRef, RunId, StepId};
use model::plan::{AccessChange, Action};
use model::realm::RealmTag;
use model::run::Output;
use model::units::Seconds;

/// A handle on one target in realm `R`. An implementation is tested by the conformance suite in `testkit`.
pub trait Driver<R: RealmTag>: Send {
    /// Reads what `scope` names. Never fails: what cannot be read is unknown in the result. `now` stamps it.
    fn observe(&mut self, scope: &Scope, now: Timestamp) -> TargetFacts;

    /// Carries out one order. Proves the target's identity first, every time.
    ///
    /// # Errors
    /// [`ActError`]; only `Refused` says that nothing was done.
    fn act(&mut self, ticket: &Ticket, order: &Order<'_>) -> Result<Output, ActError>;

    /// What is known of this driver without asking the target.
    fn properties(&self) -> Properties;
}

/// Who acts, for which step; checked by the target against the lease.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ticket {
    /// The controller.
    pub controller: ControllerId,
    /// Its fencing number; larger wins.
    pub epoch: u64,
    /// The run.
    pub run: RunId,
    /// The step; for lease orders any id of the run.
    pub step: StepId,
}

/// What can be ordered of a driver.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Order<'a> {
    /// Take the target's lease for the ticket's run; refused while another live run holds it, unless that is of an older epoch of
    /// the same controller. Lasts `ttl` on the target's boot-time clock, not over a reboot, and is renewed by every order of the run.
    TakeLease {
        /// How long it lasts without a further order.
        ttl: Seconds,
    },
    /// Give the lease back.
    ReleaseLease,
    /// Do an action that is not an access change.
    Do(&'a Action),
    /// One part of commit-confirm.
    Access(AccessOrder<'a>),
}

/// The parts of commit-confirm that a target is asked for; the engine puts them in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AccessOrder<'a> {
    /// Test the admin path in use: a new TCP connection, full authentication, no multiplexing, and read back the nonce that
    /// `Live` wrote (none is expected before `Live`).
    Test {
        /// The nonce to find; `None` before the change.
        nonce: Option<&'a str>,
        /// Give up after this.
        timeout: Seconds,
    },
    /// Save what is there (live and persistent), install the revert as persistent files, start its watcher, check both. A revert
    /// that is already armed is a refusal.
    Arm {
        /// The change to come.
        change: &'a AccessChange,
        /// The revert fires this long after arming.
        revert_after: Seconds,
    },
    /// Change the running system only, then write the nonce.
    Live {
        /// The change.
        change: &'a AccessChange,
        /// Written where `Test` reads it.
        nonce: &'a str,
    },
    /// Write the persistent form and load it dry.
    Persist {
        /// The change.
        change: &'a AccessChange,
    },
    /// Under the lock: if still armed, commit and remove the revert. Refused if it has fired; harmless if this step did so already.
    Disarm,
    /// Under the lock: if armed, revert now; harmless if that was done already. Refused once committed.
    Revert,
    /// Reports `state`: `idle`, `armed`, `reverted` or `committed`, as text in the output's values. How an earlier step ended says
    /// nothing of the ticket's; an armed revert is everybody's.
    Status,
}

/// Why an order was not carried out.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ActError {
    /// Nothing was done.
    #[error("refused: {0}")]
    Refused(Refusal),
    /// It was begun and failed; what holds now has to be observed.
    #[error("{command} on {target} failed: {message}")]
    Failed {
        /// The target.
        target: ObjectRef,
        /// What was tried, without secrets.
        command: String,
        /// What it said, masked.
        message: String,
    },
    /// The target stopped answering; whether it was begun is not known.
    #[error("{target} did not answer: {message}")]
    Unreachable {
        /// The target.
        target: ObjectRef,
        /// What the transport said.
        message: String,
    },
}

/// Why nothing was done.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Somebody else answers at the address.
    #[error("{target} is not the enrolled one: {what} is {found}, enrolled is {enrolled}")]
    WrongIdentity {
        /// The target.
        target: ObjectRef,
        /// `machine-id`, `host key`, `realm marker`.
        what: String,
        /// Enrolled.
        enrolled: String,
        /// Found.
        found: String,
    },
    /// The target was never enrolled.
    #[error("{target} has never been enrolled")]
    NotEnrolled {
        /// The target.
        target: ObjectRef,
    },
    /// Another run holds the lease.
    #[error("another run holds the lease: {holder}")]
    LeaseHeld {
        /// Who.
        holder: String,
    },
    /// The ticket is not the newest lease.
    #[error("fenced out: {holder} took the lease over")]
    Fenced {
        /// Who.
        holder: String,
    },
    /// The revert is in the wrong state for the order.
    #[error("the revert is {state}")]
    Revert {
        /// `idle`, `armed`, `reverted`, `committed`.
        state: String,
    },
    /// The target checked the input and found it wrong (`sshd -t`, `nft -c`, …).
    #[error("the target's own check rejects it: {0}")]
    Invalid(String),
    /// The driver does not do this.
    #[error("{0}")]
    Unsupported(String),
}

/// How far a driver has been tested.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Maturity {
    /// The tests run the real product.
    Real,
    /// The tests run on recorded output.
    Recorded,
    /// The tests run on a simulator made from the published schema.
    Schema,
}

impl Maturity {
    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Maturity::Real => "real",
            Maturity::Recorded => "recorded",
            Maturity::Schema => "schema",
        }
    }
}

/// What a driver says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Properties {
    /// Its name, e.g. `linux`.
    pub name: String,
    /// Its target.
    pub target: ObjectRef,
    /// How far it was tested.
    pub maturity: Maturity,
    /// The target can hold a revert itself.
    pub holds_revert: bool,
}
