//! Roadmap, requirements, risks, claims and documents: what is said of the lab, to be held against it.

use super::service::Status;
use crate::declare::{About, Need, Opt, Or, Ref, entity, set, words};
use crate::units::amount::Amount;
use crate::units::text::{LabPath, Prose};
use diag::Spanned;
use jiff::civil::Date;

words! {
    /// How it stands with a phase.
    pub enum PhaseStatus("phase-status", "a status of a phase") {
        /// To come.
        Planned = "planned",
        /// At work.
        Active = "active",
        /// Done.
        Done = "done",
        /// Given up.
        Dropped = "dropped",
    }

    /// How much a requirement matters.
    pub enum Priority("priority", "'must', 'should' or 'nice'") {
        /// Without it the lab has failed.
        Must = "must",
        /// It is missed.
        Should = "should",
        /// It would be good.
        Nice = "nice",
    }

    /// How it stands with a requirement.
    pub enum Met("met", "'met', 'unmet' or 'planned'") {
        /// It is met.
        Met = "met",
        /// It is not.
        Unmet = "unmet",
        /// It will be.
        Planned = "planned",
    }

    /// How likely.
    pub enum Probability("probability", "'low', 'medium' or 'high'") {
        /// Hardly.
        Low = "low",
        /// Now and then.
        Medium = "medium",
        /// Surely.
        High = "high",
    }

    /// How bad.
    pub enum Impact("impact", "'low', 'medium', 'high' or 'critical'") {
        /// Annoying.
        Low = "low",
        /// Costs hours.
        Medium = "medium",
        /// Costs days.
        High = "high",
        /// Costs what cannot be had again.
        Critical = "critical",
    }

    /// How it stands with a risk.
    pub enum RiskStatus("risk-status", "a status of a risk") {
        /// Nothing is done.
        Open = "open",
        /// Something will be done.
        Planned = "planned",
        /// Something was done.
        Mitigated = "mitigated",
        /// It is lived with.
        Accepted = "accepted",
    }

    /// Kinds of documents.
    pub enum DocumentKind("document-kind", "a kind of document") {
        /// What to do when something has failed.
        Runbook = "runbook",
        /// A decision and its reasons.
        Adr = "adr",
        /// A drawing.
        Diagram = "diagram",
        /// What is to be done.
        Plan = "plan",
        /// What holds.
        Policy = "policy",
    }

    /// The lab itself.
    pub enum Whole("whole-lab", "'lab'") {
        /// All of it.
        Lab = "lab",
    }
}

entity! {
    /// Something to do in a phase; a bare text is what.
    pub struct PhaseItem or text {
        /// What.
        text: Opt<Prose>,
        /// It is done.
        done: Opt<bool>,
        /// Until when.
        due: Opt<Date>,
        /// What it needs.
        needs: Vec<Spanned<Ref<{ set::THING }>>>,
        /// What is there, or is changed, once it is done.
        brings: Vec<Spanned<Ref<{ set::THING | set::DOCUMENT | set::ALERT }>>>,
        /// What shows that it is done.
        evidence: Opt<Prose>,
        /// What it costs.
        cost: Opt<Ref<{ set::COST }>>,
    }

    /// A phase of the roadmap.
    pub struct Phase {
        /// First day.
        starts: Opt<Date>,
        /// Last day.
        ends: Opt<Date>,
        /// Weeks from the start of the whole, `3-4`.
        weeks: Opt<String>,
        /// How it stands.
        status: Opt<PhaseStatus>,
        /// What is to be done.
        items: Vec<PhaseItem>,
        /// What it is for.
        description: Opt<Prose>,
    }

    /// What the lab must do.
    pub struct Requirement {
        /// In words.
        text: Need<Prose>,
        /// How much it matters.
        priority: Opt<Priority>,
        /// What meets it.
        met_by: Vec<Spanned<Ref<{ set::THING | set::DOCUMENT | set::ALERT | set::WINDOW }>>>,
        /// How it stands.
        status: Opt<Met>,
    }

    /// An entry of the risk register.
    pub struct Risk {
        /// In words.
        text: Need<Prose>,
        /// How likely.
        probability: Opt<Probability>,
        /// How bad.
        impact: Opt<Impact>,
        /// What is done about it.
        mitigation: Opt<Prose>,
        /// How it stands.
        status: Opt<RiskStatus>,
        /// Who answers for it.
        owner: Opt<Ref<{ set::PERSON }>>,
        /// What it threatens.
        about: Vec<Spanned<Ref<{ set::THING }>>>,
    }

    /// A single point of failure.
    pub struct Spof {
        /// Of what; an object, or in words.
        of: Need<About<{ set::THING | set::DISK | set::UPLINK | set::FEED }>>,
        /// What is done about it.
        mitigation: Opt<Prose>,
        /// How it stands.
        status: Opt<RiskStatus>,
        /// It is lived with.
        accepted: Opt<bool>,
        /// Why.
        why: Opt<Prose>,
    }

    /// What somebody says of the lab, to be held against the rest.
    pub struct Claim {
        /// In words.
        text: Need<Prose>,
        /// Of what; the lab if nothing is said.
        about: Opt<Or<Whole, Ref<{ set::THING }>>>,
        /// What is measured: `total-memory`, `uptime`, `services`, …
        metric: Opt<String>,
        /// What it is said to be.
        value: Opt<Or<Amount, String>>,
        /// Where it stands: document and line.
        from: Opt<String>,
    }

    /// A runbook, decision, diagram or other document in the lab tree.
    pub struct Document or file {
        /// The file, below the lab tree.
        file: Opt<LabPath>,
        /// What it is.
        kind: Opt<DocumentKind>,
        /// What it is about.
        r#for: Vec<Spanned<Ref<{ set::THING }>>>,
        /// Whether it is there; if nothing is said, it is. A planned one is still to be written.
        status: Opt<Status>,
        /// When somebody last checked that it is true.
        reviewed: Opt<Date>,
    }
}
