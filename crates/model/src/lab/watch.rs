//! Alerts, probes, objectives and windows.

use crate::declare::{About, Need, Opt, Or, Ref, entity, set, words};
use crate::units::amount::Amount;
use crate::units::calendar::Calendar;
use crate::units::duration::Duration;
use crate::units::percent::Share;
use crate::units::text::{Prose, Url};
use diag::Spanned;

words! {
    /// How bad it is.
    pub enum Urgency("urgency", "a severity") {
        /// The house notices.
        P1 = "P1",
        /// It will be noticed.
        P2 = "P2",
        /// This week.
        P3 = "P3",
        /// Some time.
        P4 = "P4",
    }

    /// Kinds of channels.
    pub enum ChannelKind("channel-kind", "a kind of channel") {
        /// Mail.
        Mail = "mail",
        /// Push message.
        Push = "push",
        /// Chat.
        Chat = "chat",
        /// Text message.
        Sms = "sms",
        /// A page of its own.
        Page = "page",
    }

    /// Kinds of windows.
    pub enum WindowKind("window-kind", "a kind of window") {
        /// Changes may happen.
        Maintenance = "maintenance",
        /// Changes may not happen.
        Blackout = "blackout",
        /// Only what mends a fault may happen.
        Emergency = "emergency",
    }

    /// Whether downtime that was planned counts against an objective.
    pub enum Planned("planned-downtime", "how planned downtime counts") {
        /// As any other.
        Counted = "counted",
        /// What windows take away is not counted.
        Excluded = "excluded",
    }

    /// That nothing is away.
    pub enum NoDowntime("no-downtime", "the word none") {
        /// Everything goes on: what is worked on is taken over, or is not needed.
        None = "none",
    }
}

entity! {
    /// What rings.
    pub struct Alert {
        /// What it is about; an object, or in words.
        about: Vec<Spanned<About<{ set::THING }>>>,
        /// What is measured.
        metric: Opt<String>,
        /// It rings above this.
        above: Opt<Amount>,
        /// It rings below this.
        below: Opt<Amount>,
        /// After so long.
        r#for: Opt<Duration>,
        /// How bad it is.
        severity: Opt<Urgency>,
        /// Where it rings.
        route: Vec<Spanned<Ref<{ set::CHANNEL }>>>,
        /// How soon somebody must begin.
        response: Opt<Duration>,
        /// What it means.
        description: Opt<Prose>,
    }

    /// Where it rings.
    pub struct Channel {
        /// What it is.
        kind: Need<ChannelKind>,
        /// Whom it reaches; a person, or an address in words.
        to: Opt<About<{ set::PERSON }>>,
        /// The service that carries it.
        via: Opt<Ref<{ set::SERVICE | set::SUBSCRIPTION }>>,
    }

    /// A check from outside.
    pub struct Probe {
        /// Of what.
        of: Opt<Ref<{ set::SERVICE | set::MACHINE | set::DEVICE | set::UPLINK }>>,
        /// How often.
        every: Opt<Duration>,
        /// From where.
        from: Opt<Ref<{ set::MACHINE | set::SERVICE | set::SITE }>>,
        /// What is asked.
        url: Opt<Url>,
    }

    /// Service level objective.
    pub struct Slo {
        /// Of this service.
        service: Opt<Ref<{ set::SERVICE }>>,
        /// Of all services of this tier.
        tier: Opt<Ref<{ set::TIER }>>,
        /// The share of time, or of requests, that must be good.
        target: Need<Share>,
        /// Over how long.
        window: Opt<Duration>,
        /// Whether downtime in declared windows counts; it does if nothing is said.
        planned: Opt<Planned>,
        /// What it is.
        measured: Opt<Share>,
    }

    /// When changes may happen, or may not.
    pub struct Window {
        /// When it begins.
        schedule: Need<Calendar>,
        /// How long it is.
        length: Opt<Duration>,
        /// How long each thing that it is for is away each time, one after the other, or `none`.
        downtime: Opt<Or<NoDowntime, Duration>>,
        /// For what; everything if nothing is said.
        r#for: Vec<Spanned<Ref<{ set::THING }>>>,
        /// What may happen.
        kind: Opt<WindowKind>,
        /// How long before people are told.
        notice: Opt<Duration>,
    }

    /// A target that is no objective of a service.
    pub struct Metric {
        /// What is measured.
        text: Opt<Prose>,
        /// What it shall be.
        target: Opt<Or<Amount, String>>,
        /// What it is.
        measured: Opt<Or<Amount, String>>,
    }
}
