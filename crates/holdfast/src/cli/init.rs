//! The command line of `init`: a flag for every question.

use clap::Args;
use starter::Key;
use std::path::PathBuf;

/// Arguments of `init`.
#[derive(Debug, Args)]
pub(crate) struct InitArgs {
    /// The folder of the lab tree; it is made if it is not there.
    #[arg(default_value = ".")]
    pub(crate) dir: PathBuf,
    /// The shape of the lab: one-host, nas, pair or cluster.
    #[arg(long)]
    pub(crate) profile: Option<String>,
    /// Ask nothing: what no flag answers is a proposal if it is a choice, and unknown if it is a fact.
    #[arg(long)]
    pub(crate) yes: bool,
    /// Also run `git init` there; nothing is committed.
    #[arg(long)]
    pub(crate) git: bool,
    /// Time zone of calendars; that of this machine if not given.
    #[arg(long, value_name = "ZONE")]
    pub(crate) timezone: Option<String>,
    #[command(flatten)]
    pub(crate) answers: AnswerArgs,
}

/// Answers to questions. The word `unknown` is one, too.
#[derive(Debug, Args)]
#[command(next_help_heading = "Answers")]
pub(crate) struct AnswerArgs {
    /// Name of the lab; that of its folder if not given.
    #[arg(long)]
    pub(crate) name: Option<String>,
    /// Who answers for it.
    #[arg(long, value_name = "PERSON")]
    pub(crate) owner: Option<String>,
    /// A machine, with its address if it is known; again for each.
    #[arg(long = "host", value_name = "NAME[=ADDRESS]")]
    pub(crate) hosts: Vec<String>,
    /// The machine that has the shared storage, or `none`; for pair and cluster.
    #[arg(long, value_name = "NAME[=ADDRESS]")]
    pub(crate) storage: Option<String>,
    /// Operating system of the machines.
    #[arg(long)]
    pub(crate) os: Option<String>,
    /// The network that the machines stand in.
    #[arg(long, value_name = "SUBNET")]
    pub(crate) network: Option<String>,
    /// The router of that network.
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) gateway: Option<String>,
    /// The account that ssh logs in as.
    #[arg(long, value_name = "USER")]
    pub(crate) login: Option<String>,
    /// Memory of each machine, e.g. 16GiB.
    #[arg(long, value_name = "SIZE")]
    pub(crate) memory: Option<String>,
    /// A disk that each machine has, e.g. nvme0=1TB; again for each.
    #[arg(long = "disk", value_name = "NAME=SIZE")]
    pub(crate) disks: Vec<String>,
    /// A folder that cannot be had again, e.g. photos=/srv/photos; again for each.
    #[arg(long, value_name = "NAME=FOLDER")]
    pub(crate) data: Vec<String>,
    /// The second copy: a folder on another disk, or a restic location at home.
    #[arg(long, value_name = "PLACE")]
    pub(crate) second: Option<String>,
    /// The copy away from home: a restic location.
    #[arg(long, value_name = "LOCATION")]
    pub(crate) away: Option<String>,
    /// Where the password of the copies is when the lab is gone.
    #[arg(long, value_name = "TEXT")]
    pub(crate) escrow: Option<String>,
    /// How much work may be lost at most, e.g. 24h.
    #[arg(long, value_name = "DURATION")]
    pub(crate) rpo: Option<String>,
    /// How long it may be away when a machine dies, e.g. 14d.
    #[arg(long, value_name = "DURATION")]
    pub(crate) rto: Option<String>,
    /// Time for the lab, e.g. 5h/week.
    #[arg(long, value_name = "EFFORT")]
    pub(crate) hours: Option<String>,
    /// A Compose file in the tree's folder, or a folder with some; again for each. They become stacks and stay as they are.
    #[arg(long, value_name = "PATH")]
    pub(crate) compose: Vec<String>,
    /// Declare a firewall that shuts every port that is not listed.
    #[arg(long, value_name = "yes|no", num_args = 0..=1, require_equals = true, default_missing_value = "yes")]
    pub(crate) firewall: Option<String>,
}

impl AnswerArgs {
    /// What a flag answers.
    pub(crate) fn of(&self, key: Key) -> Option<String> {
        let all = |values: &[String]| (!values.is_empty()).then(|| values.join(", "));
        match key {
            Key::Name => self.name.clone(),
            Key::Owner => self.owner.clone(),
            Key::Hosts => all(&self.hosts),
            Key::Storage => self.storage.clone(),
            Key::Os => self.os.clone(),
            Key::Network => self.network.clone(),
            Key::Gateway => self.gateway.clone(),
            Key::Login => self.login.clone(),
            Key::Memory => self.memory.clone(),
            Key::Disks => all(&self.disks),
            Key::Data => all(&self.data),
            Key::Second => self.second.clone(),
            Key::Away => self.away.clone(),
            // YAML's words for nothing name no place.
            Key::Escrow => {
                (self.escrow.clone()).filter(|e| !matches!(e.trim(), "" | "~" | "null" | "-" | "?"))
            }
            Key::Loss => self.rpo.clone(),
            Key::Back => self.rto.clone(),
            Key::Hours => self.hours.clone(),
            Key::Compose => all(&self.compose),
            Key::Firewall => self.firewall.clone(),
        }
    }
}
