//! What can be shown.

use crate::{
    Sheet, assets, backups, costs, exposures, guests, hosts, networks, services, storage, summary,
};
use jiff::civil::Date;
use model::lab::Lab;

/// What can be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Topic {
    /// How much there is of everything.
    Summary,
    /// Machines and their hardware.
    Hosts,
    /// Virtual machines and containers.
    Guests,
    /// What people use, with tier, needs and place.
    Services,
    /// Networks with their addresses: used, free, next free.
    Networks,
    /// Pools with raw and usable space and redundancy.
    Storage,
    /// Ways in.
    Exposures,
    /// Backups, and the copies of each body of data by failure domain.
    Backups,
    /// Money.
    Costs,
    /// Purchases, warranties and spares.
    Assets,
}

impl Topic {
    /// All of them, in the order of the guide.
    pub const ALL: [Topic; 10] = [
        Topic::Summary,
        Topic::Hosts,
        Topic::Guests,
        Topic::Services,
        Topic::Networks,
        Topic::Storage,
        Topic::Exposures,
        Topic::Backups,
        Topic::Costs,
        Topic::Assets,
    ];

    /// Its word.
    pub const fn word(self) -> &'static str {
        match self {
            Topic::Summary => "summary",
            Topic::Hosts => "hosts",
            Topic::Guests => "guests",
            Topic::Services => "services",
            Topic::Networks => "networks",
            Topic::Storage => "storage",
            Topic::Exposures => "exposures",
            Topic::Backups => "backups",
            Topic::Costs => "costs",
            Topic::Assets => "assets",
        }
    }

    /// The topic of a word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|t| t.word() == word)
    }
}

/// The tables of a topic. `today` decides what has expired.
pub fn sheets(lab: &Lab, topic: Topic, today: Date) -> Vec<Sheet> {
    let sheets = match topic {
        Topic::Summary => vec![summary::sheet(lab)],
        Topic::Hosts => hosts::sheets(lab),
        Topic::Guests => guests::sheets(lab),
        Topic::Services => services::sheets(lab),
        Topic::Networks => networks::sheets(lab),
        Topic::Storage => storage::sheets(lab),
        Topic::Exposures => vec![exposures::sheet(lab, today)],
        Topic::Backups => backups::sheets(lab),
        Topic::Costs => costs::sheets(lab),
        Topic::Assets => vec![assets::sheet(lab, today)],
    };
    sheets.into_iter().map(Sheet::without_silence).collect()
}
