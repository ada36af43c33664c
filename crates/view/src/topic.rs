//! What can be shown.

use crate::{
    Sheet, alerts, assets, backups, cables, controls, costs, documents, exposures, flows, goals,
    guests, hosts, labels, networks, people, planned, ports, secrets, services, stacks, storage,
    summary,
};
use jiff::civil::Date;
use model::compose::Projects;
use model::id::{Kind, ObjectRef};
use model::lab::Lab;

/// What is looked at.
#[derive(Debug, Clone, Copy)]
pub struct Input<'a> {
    /// What is declared.
    pub lab: &'a Lab,
    /// The Compose projects of its stacks that could be read, by the stack's name.
    pub projects: &'a Projects,
    /// Decides what has expired.
    pub today: Date,
    /// Ports among which a free one is looked for, both ends included.
    pub range: (u16, u16),
}

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
    /// Stacks and what their Compose files start.
    Stacks,
    /// Networks with their addresses: used, free, next free.
    Networks,
    /// Pools with raw and usable space and redundancy.
    Storage,
    /// Ways in.
    Exposures,
    /// What may pass.
    Flows,
    /// Ports of each machine: who has which, and which is free.
    Ports,
    /// Backups, and the copies of each body of data by failure domain.
    Backups,
    /// Money.
    Costs,
    /// Purchases, warranties and spares.
    Assets,
    /// Cables, free ports, racks.
    Cables,
    /// Services and how they stand with the baseline controls.
    Controls,
    /// People, their time, and where they may get in.
    People,
    /// Secrets: where kept, what needs them, how old; never a value.
    Secrets,
    /// What rings, where, and what is asked from outside.
    Alerts,
    /// What there is to read.
    Documents,
    /// Labels to stick on things.
    Labels,
    /// Goals against the declared hardware, and what to buy.
    Goals,
}

impl Topic {
    /// All of them, in the order of the guide.
    pub const ALL: [Topic; 21] = [
        Topic::Summary,
        Topic::Hosts,
        Topic::Guests,
        Topic::Services,
        Topic::Stacks,
        Topic::Networks,
        Topic::Storage,
        Topic::Exposures,
        Topic::Flows,
        Topic::Ports,
        Topic::Backups,
        Topic::Costs,
        Topic::Assets,
        Topic::Cables,
        Topic::Controls,
        Topic::People,
        Topic::Secrets,
        Topic::Alerts,
        Topic::Documents,
        Topic::Labels,
        Topic::Goals,
    ];

    /// Its word.
    pub const fn word(self) -> &'static str {
        match self {
            Topic::Summary => "summary",
            Topic::Hosts => "hosts",
            Topic::Guests => "guests",
            Topic::Services => "services",
            Topic::Stacks => "stacks",
            Topic::Networks => "networks",
            Topic::Storage => "storage",
            Topic::Exposures => "exposures",
            Topic::Flows => "flows",
            Topic::Ports => "ports",
            Topic::Backups => "backups",
            Topic::Costs => "costs",
            Topic::Assets => "assets",
            Topic::Cables => "cables",
            Topic::Controls => "controls",
            Topic::People => "people",
            Topic::Secrets => "secrets",
            Topic::Alerts => "alerts",
            Topic::Documents => "documents",
            Topic::Labels => "labels",
            Topic::Goals => "goals",
        }
    }

    /// The topic of a word.
    pub fn parse(word: &str) -> Option<Self> {
        const ALSO: [(&str, Topic); 7] = [
            ("cabling", Topic::Cables),
            ("network", Topic::Networks),
            ("repositories", Topic::Backups),
            ("datasets", Topic::Storage),
            ("pools", Topic::Storage),
            ("money", Topic::Costs),
            ("access", Topic::People),
        ];
        let own = Self::ALL.into_iter().find(|t| t.word() == word);
        own.or_else(|| ALSO.iter().find(|(w, _)| *w == word).map(|(_, t)| *t))
    }
}

/// Something that is not in use is listed with a topic: all of it with machines, else what its tables would have if it were.
fn is_told(lab: &Lab, topic: Topic, object: &ObjectRef) -> bool {
    match topic {
        Topic::Summary | Topic::Hosts | Topic::Guests => true,
        Topic::Backups => matches!(
            object.kind,
            Kind::Backup | Kind::Repository | Kind::Snapshot | Kind::Replication
        ),
        Topic::Services => object.kind == Kind::Service,
        Topic::Stacks => object.kind == Kind::Stack,
        // Pools that say so themselves are among the others, with what they are.
        Topic::Storage => match object.kind {
            Kind::Pool => !planned::says_so(lab, object),
            kind => kind == Kind::Dataset,
        },
        _ => false,
    }
}

/// The tables of a topic.
pub fn sheets(input: &Input<'_>, topic: Topic) -> Vec<Sheet> {
    let (lab, today) = (input.lab, input.today);
    let sheets = match topic {
        Topic::Summary => vec![summary::sheet(lab)],
        Topic::Hosts => hosts::sheets(lab),
        Topic::Guests => guests::sheets(lab),
        Topic::Services => vec![services::sheet(lab)],
        Topic::Stacks => stacks::sheets(input),
        Topic::Networks => networks::sheets(input),
        Topic::Storage => storage::sheets(lab),
        Topic::Exposures => vec![exposures::sheet(input)],
        Topic::Flows => vec![flows::sheet(lab, today)],
        Topic::Ports => ports::sheets(input),
        Topic::Backups => backups::sheets(lab),
        Topic::Costs => costs::sheets(lab, today),
        Topic::Assets => assets::sheets(lab, today),
        Topic::Cables => cables::sheets(lab),
        Topic::Controls => controls::sheets(lab),
        Topic::People => people::sheets(lab, today),
        Topic::Secrets => vec![secrets::sheet(lab, today)],
        Topic::Alerts => alerts::sheets(lab),
        Topic::Documents => vec![documents::sheet(lab, today)],
        Topic::Labels => vec![labels::sheet(input)],
        Topic::Goals => goals::sheets(&goals::advise(lab, input.projects)),
    };
    let apart = planned::sheet(lab, &|object| is_told(lab, topic, object));
    let sheets = sheets.into_iter().chain(apart);
    sheets.into_iter().map(Sheet::without_silence).collect()
}
