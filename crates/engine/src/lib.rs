//! Observing, running plans and settling interrupted runs: the one place from which a target is changed.
//!
//! | entry point | what it does |
//! |---|---|
//! | [`observe::observe_all`] | asks every target, a few at a time; errors are data |
//! | [`run::run`] | runs an approved plan: lease, decide, journal, act, look, take back on failure |
//! | [`takeover::resume`], [`takeover::unwind`] | take up the journal of a run that was interrupted |
//! | [`undo::undo_plan`] | the plan that takes a finished run back |
//!
//! What is pure has a file of its own ([`decide`], [`settle`], [`undo`], [`scope`]) and never sees a driver. The engine
//! does not know how a journal is stored or what time it is: it is given a [`context::RunLog`] and a [`context::Clock`].
//!
//! | operation × operation | what makes it safe |
//! |---|---|
//! | effect × crash of the controller | the journal has the intent before the effect; the step is settled by observing |
//! | effect still running × settling | the lease is renewed first: orders of one target are carried out one after another |
//! | two runs on one target | the lease, taken before the first effect and checked by the target with every order |
//! | access change × crash of the controller | the target's own revert, armed before the change |

pub mod context;
pub mod decide;
pub mod drivers;
pub mod observe;
pub mod report;
pub mod run;
pub mod scope;
pub mod settle;
pub mod takeover;
pub mod undo;

mod exec;
