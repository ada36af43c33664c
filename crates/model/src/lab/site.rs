//! Places: uplinks, power, racks.

use crate::declare::{Opt, Ref, entity, set, words};
use crate::units::money::{Cost, EnergyPrice};
use crate::units::percent::Share;
use crate::units::physics::Power;
use crate::units::size::Rate;
use crate::units::text::{Name, Prose};
use diag::Span;
use litemap::LiteMap;
use serde::{Deserialize, Serialize};

/// A place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Site {
    /// Where it is declared.
    pub span: Span,
    /// What else is said of it.
    pub about: SiteAbout,
}

words! {
    /// Kinds of uplinks.
    pub enum UplinkKind("uplink-kind", "a kind of uplink") {
        /// Glass fibre.
        Fibre = "fibre",
        /// Television cable.
        Cable = "cable",
        /// Telephone line.
        Dsl = "dsl",
        /// Mobile network.
        Lte = "lte",
        /// Satellite.
        Satellite = "satellite",
        /// The network of a provider of rented machines.
        Vps = "vps",
    }

    /// Where electricity comes from.
    pub enum FeedKind("feed-kind", "a kind of power feed") {
        /// The grid.
        Mains = "mains",
        /// The roof.
        Solar = "solar",
        /// An engine.
        Generator = "generator",
    }
}

entity! {
    /// A way from a site to the internet.
    pub struct Uplink {
        /// Who sells it.
        provider: Opt<String>,
        /// What it is.
        kind: Opt<UplinkKind>,
        /// Rate towards the lab.
        down: Opt<Rate> where above_zero,
        /// Rate out of the lab.
        up: Opt<Rate> where above_zero,
        /// Its address stays the same.
        r#static: Opt<bool>,
        /// Its provider translates addresses (CGNAT): nobody begins a connection to it from outside by IPv4.
        cgnat: Opt<bool>,
        /// What it costs.
        cost: Opt<Cost>,
        /// The share of time that it works: what the provider promises, or what was measured.
        availability: Opt<Share>,
        /// The router or modem at its end.
        gateway: Opt<Ref<{ set::DEVICE | set::HOST | set::GUEST }>>,
    }

    /// A line of electricity, with a fuse of its own.
    pub struct Feed {
        /// Where it comes from.
        kind: Opt<FeedKind>,
        /// What it can carry.
        capacity: Opt<Power> where above_zero,
        /// The share of time that it gives electricity.
        availability: Opt<Share>,
    }

    /// Electricity of a site.
    pub struct SitePower {
        /// What it costs.
        price: Opt<EnergyPrice>,
        /// What the lab draws on average.
        average: Opt<Power>,
        /// Lines with a fuse of their own.
        feeds: LiteMap<Name, Feed>,
    }

    /// A rack or shelf.
    pub struct Rack or units {
        /// Height units.
        units: Opt<u32> where above_zero,
    }

    /// What is said of a site.
    pub struct SiteAbout {
        /// What it is.
        description: Opt<Prose>,
        /// Country.
        country: Opt<String>,
        /// Ways to the internet.
        uplinks: LiteMap<Name, Uplink>,
        /// Electricity.
        power: Option<SitePower>,
        /// Racks and shelves.
        racks: LiteMap<Name, Rack>,
    }
}
