//! Costs, subscriptions that the lab replaces, and assets.

use crate::declare::{Need, Opt, Ref, entity, set, words};
use crate::units::duration::Duration;
use crate::units::money::{Cost as Price, Money};
use crate::units::percent::Share;
use crate::units::size::{Rate, Size};
use crate::units::text::{Name, Prose, Url};
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

words! {
    /// What can be bought so that the lab keeps more of its promises.
    pub enum OfferKind("offer-kind", "a kind of offer") {
        /// A machine that takes over what another one did.
        Host = "host",
        /// A disk: kept as a spare, or as the second half of a mirror.
        Disk = "disk",
        /// A disk outside, by USB, for copies.
        UsbDisk = "usb-disk",
        /// Space with somebody else; the cost is per `size`.
        Storage = "storage",
        /// A small machine that gives a cluster the vote that breaks ties.
        Witness = "witness",
        /// A second way to the internet.
        Uplink = "uplink",
        /// A battery.
        Ups = "ups",
    }
}

entity! {
    /// Something that can be bought, for `show goals`. Offers of a kind take the place of the assumed ones of that kind.
    pub struct Offer {
        /// What it is.
        kind: Need<OfferKind>,
        /// What it is called.
        title: Opt<Prose>,
        /// What it costs once.
        price: Opt<Money>,
        /// What it costs again and again.
        cost: Opt<Price>,
        /// Memory of a host.
        memory: Opt<Size> where above_zero,
        /// Space of a disk, or that the cost of storage is for.
        size: Opt<Size> where above_zero,
        /// Rate of an uplink towards the lab.
        down: Opt<Rate> where above_zero,
        /// Rate of an uplink out of the lab.
        up: Opt<Rate> where above_zero,
        /// The share of time that an uplink works.
        availability: Opt<Share>,
        /// Where the price stands.
        source: Opt<Url>,
        /// When somebody looked there.
        checked: Opt<Date>,
    }

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
        /// The calculation it belongs to, if that is not what the lab really pays: a plan, a comparison, another scale.
        budget: Opt<Name>,
    }

    /// A paid service that the lab replaces.
    pub struct Subscription or cost {
        /// What it costs.
        cost: Opt<Price>,
        /// What replaces it.
        replaced_by: Vec<Spanned<Ref<{ set::SERVICE }>>>,
        /// It is still paid for, beside the lab: a running cost.
        kept: Opt<bool>,
        /// The calculation it belongs to, if that is not what the lab really pays.
        budget: Opt<Name>,
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
