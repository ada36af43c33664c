//! What is said of the lab as a whole.

use super::watch::Planned;
use crate::declare::{Many, Opt, Ref, entity, set, words};
use crate::units::currency::Currency;
use crate::units::duration::Duration;
use crate::units::percent::Share;
use crate::units::text::{PathGlob, Prose, Url};
use crate::units::timezone::TimeZone;
use diag::Spanned;

words! {
    /// Scale of a lab.
    pub enum Scale("profile", "a profile") {
        /// One machine.
        SingleHost = "single-host",
        /// A storage appliance that runs containers.
        Nas = "nas",
        /// Two machines with shared storage.
        Pair = "pair",
        /// Three machines or more.
        Cluster = "cluster",
    }
}

entity! {
    /// What is said of the lab as a whole, in `holdfast.yaml`.
    pub struct Head {
        /// Who answers for the lab.
        owner: Opt<Ref<{ set::PERSON }>>,
        /// Currency of sums.
        currency: Opt<Currency>,
        /// Time zone of calendars, `Europe/Berlin`.
        timezone: Opt<TimeZone>,
        /// Scale of the lab.
        profile: Opt<Scale>,
        /// Where pages about the things of the lab are: the codes of labels are this, `/`, and a path such as `host/pve1`.
        labels: Opt<Url>,
        /// So long a security update, or the restart that one needs, may wait; 14 days if nothing is said.
        patch_within: Opt<Duration>,
        /// What the lab is for.
        description: Opt<Prose>,
        /// Files that are read besides those below `lab/`, by patterns of paths from the root.
        include: Many<Spanned<PathGlob>>,
    }

    /// What is said of a tier beyond its recovery objectives.
    pub struct TierAbout {
        /// The share of time that services of it must work.
        slo: Opt<Share>,
        /// Whether downtime in declared windows counts against it; it does if nothing is said.
        planned: Opt<Planned>,
        /// What belongs in it.
        description: Opt<Prose>,
    }
}
