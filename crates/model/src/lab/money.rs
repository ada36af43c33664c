//! Costs, subscriptions that the lab replaces, and assets.

use crate::declare::{Need, Opt, Ref, entity, set, words};
use crate::units::duration::Duration;
use crate::units::money::{Cost as Price, Money};
use crate::units::text::Prose;
use diag::Spanned;
use jiff::civil::Date;

words! {
    /// How often something is paid.
    pub enum Every("every", "'once', 'month' or 'year'") {
        /// Once.
        Once = "once",
        /// Every month.
        Month = "month",
        /// Every year.
        Year = "year",
    }

    /// Kinds of costs.
    pub enum CostKind("cost-kind", "a kind of cost") {
        /// Bought.
        Capital = "capital",
        /// Used up.
        Operating = "operating",
    }
}

entity! {
    /// What is paid once or again and again.
    pub struct CostItem {
        /// For what, in words.
        item: Opt<Prose>,
        /// How much each time.
        amount: Opt<Money>,
        /// How often; once if nothing is said.
        every: Opt<Every>,
        /// Bought or used up.
        kind: Opt<CostKind>,
        /// For which object.
        r#for: Opt<Ref<{ set::THING }>>,
        /// From when.
        since: Opt<Date>,
        /// Until when.
        until: Opt<Date>,
        /// It can be left out.
        optional: Opt<bool>,
        /// What comes first; 1 before 2.
        priority: Opt<u32>,
    }

    /// A paid service that the lab replaces.
    pub struct Subscription or cost {
        /// What it costs.
        cost: Opt<Price>,
        /// What replaces it.
        replaced_by: Vec<Spanned<Ref<{ set::SERVICE }>>>,
        /// It is still paid for.
        kept: Opt<bool>,
        /// What it is.
        description: Opt<Prose>,
    }

    /// Purchase and warranty of something.
    pub struct Asset {
        /// Of what.
        of: Need<Ref<{ set::HOST | set::DEVICE | set::UPS | set::DISK }>>,
        /// When it was bought.
        bought: Opt<Date>,
        /// For how much.
        price: Opt<Money>,
        /// Until when its maker answers for it.
        warranty: Opt<Date>,
        /// From whom.
        supplier: Opt<String>,
        /// What it can stand in for.
        spare_for: Opt<Ref<{ set::HOST | set::DEVICE | set::UPS | set::DISK }>>,
        /// How long it takes until another one is there.
        delivery: Opt<Duration>,
        /// When it is to be replaced.
        replace: Opt<Date>,
    }
}
