//! The command line of the verbs that look: `observe`, `ports`, `drift`.

use super::{HostArgs, day};
use clap::{Args, Subcommand};
use model::units::Seconds;
use std::path::PathBuf;
use std::time::Duration;

/// What is to be looked at.
#[derive(Debug, Args)]
pub(crate) struct LookArgs {
    #[command(flatten)]
    pub(crate) at: HostArgs,
    /// List every unknown instead of one line per group.
    #[arg(long)]
    pub(crate) unknown: bool,
    /// Only this cluster, by the interface of its product.
    #[arg(long, conflicts_with = "host")]
    pub(crate) cluster: Option<String>,
    /// How long to wait for each machine: `20s`, `2m`; else as its `reach` says, else two minutes.
    #[arg(long, value_name = "DURATION", value_parser = patience)]
    pub(crate) timeout: Option<Duration>,
}

/// From a second to an hour.
fn patience(text: &str) -> Result<Duration, String> {
    match Seconds::parse(text)? {
        Seconds(given @ 1..=3_600) => Ok(Duration::from_secs(given.unsigned_abs())),
        Seconds(_) => Err("it is between 1s and 1h".to_owned()),
    }
}

/// Arguments of `observe`.
#[derive(Debug, Args)]
pub(crate) struct ObserveArgs {
    #[command(flatten)]
    pub(crate) look: LookArgs,
    /// Read everything, also what the host proves to be unchanged since it was read.
    #[arg(long)]
    pub(crate) full: bool,
}

/// Arguments of `ports`.
#[derive(Debug, Args)]
pub(crate) struct PortsArgs {
    #[command(flatten)]
    pub(crate) at: HostArgs,
    /// Try them: a TCP connection each, from here and from the other hosts of the lab.
    #[arg(long)]
    pub(crate) probe: bool,
    /// Say of each which rule or policy decides.
    #[arg(long)]
    pub(crate) why: bool,
}

/// Arguments of `drift`.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct DriftArgs {
    #[command(subcommand)]
    pub(crate) what: Option<DriftVerb>,
    #[command(flatten)]
    pub(crate) look: LookArgs,
}

impl DriftArgs {
    /// The world that is meant.
    pub(crate) fn on(&self) -> Option<&str> {
        match &self.what {
            Some(DriftVerb::Accept(args)) => args.on.as_deref(),
            None => self.look.at.world.on.as_deref(),
        }
    }
}

/// What to do about drift.
#[derive(Debug, Subcommand)]
pub(crate) enum DriftVerb {
    /// Take differences over: show a patch that declares what is there, or that puts up with it; without `--write` nothing changes.
    Accept(AcceptArgs),
}

/// Arguments of `drift accept`.
#[derive(Debug, Args)]
pub(crate) struct AcceptArgs {
    /// Which ones, by the paths that `drift` shows; `*` at the end of one is all that begin so. All if none is given.
    #[arg(value_name = "PATH")]
    pub(crate) paths: Vec<String>,
    /// The lab tree.
    #[arg(long, default_value = ".")]
    pub(crate) lab: PathBuf,
    /// The world: `real` or `twin[:NAME]`.
    #[arg(long, value_name = "REALM")]
    pub(crate) on: Option<String>,
    /// Only those of this host.
    #[arg(long)]
    pub(crate) host: Option<String>,
    /// Put up with them for now, by a waiver each.
    #[arg(long)]
    pub(crate) waive: bool,
    /// Why that is right: for ways in, and for waivers.
    #[arg(long, value_name = "TEXT")]
    pub(crate) reason: Option<String>,
    /// Who answers for it.
    #[arg(long, value_name = "NAME")]
    pub(crate) owner: Option<String>,
    /// When a way in is looked at again, or a waiver ends: YYYY-MM-DD.
    #[arg(long, value_name = "DATE", value_parser = day)]
    pub(crate) until: Option<jiff::civil::Date>,
    /// Write the patch into the lab tree, and keep what was accepted.
    #[arg(long)]
    pub(crate) write: bool,
}
