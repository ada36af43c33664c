//! The command line: verbs and their arguments, nothing else.

mod complete;
mod draw;
mod import;
mod init;
mod look;
mod secret;
mod twin;

use clap::{Args, Parser, Subcommand, ValueEnum};
use std::path::PathBuf;

pub(crate) use complete::CompleteArgs;
pub(crate) use draw::{
    CheckArgs, DrawingFormat, DrawingTheme, Format, GraphArgs, ShowArgs, SimulateArgs,
};
pub(crate) use import::ImportArgs;
pub(crate) use init::InitArgs;
pub(crate) use look::{AcceptArgs, DriftArgs, DriftVerb, LookArgs, ObserveArgs, PortsArgs};
pub(crate) use secret::{SecretArgs, SecretVerb};
pub(crate) use twin::{ApiAnswers, FaultVerb, TwinArgs, TwinAt, TwinVerb};

/// Where things lie.
const WHERE: &str = "\
Where things lie:
  holdfast.lock        in the lab tree: who is who; commit it
  HOLDFAST_DATA        journals, evidence [default: ~/.local/share/holdfast]
  HOLDFAST_PINS        more folders for the head of the ledger, which is always
                       kept in ~/.local/state/holdfast/pins, too
  HOLDFAST_SSH_CONFIG  a configuration for ssh instead of your own

Exit codes:
  0 fine, 1 findings, 2 usage or invalid, 3 environment, 4 refused for safety,
  5 failed and undone, 6 failed and changed, 7 partly unknown";

/// Declare, check, observe, converge, protect and prove a homelab.
#[derive(Debug, Parser)]
#[command(
    name = "holdfast",
    version,
    max_term_width = 100,
    propagate_version = true,
    after_help = WHERE
)]
pub(crate) struct Cli {
    /// When to use colour.
    #[arg(long, global = true, value_enum, default_value_t = ColorChoice::Auto)]
    pub(crate) color: ColorChoice,
    /// Print one JSON document instead of text.
    #[arg(long, global = true)]
    pub(crate) json: bool,
    #[command(subcommand)]
    pub(crate) verb: Verb,
}

/// When to use colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ColorChoice {
    /// On a terminal, unless `NO_COLOR` is set.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

impl ColorChoice {
    /// What was chosen; nothing if the terminal decides.
    pub(crate) fn chosen(self) -> Option<bool> {
        match self {
            ColorChoice::Auto => None,
            ColorChoice::Always => Some(true),
            ColorChoice::Never => Some(false),
        }
    }
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Begin a lab tree: a few questions, or flags.
    Init(Box<InitArgs>),
    /// Write down what runs already as a lab tree; shows first what it would write.
    Import(Box<ImportArgs>),
    /// Check the declaration: everything wrong or impossible on paper.
    Check(CheckArgs),
    /// Explain a code that `check` printed.
    Explain {
        /// The code, e.g. `bak-same-domain`.
        code: String,
    },
    /// Print the JSON Schema of the language, for editors.
    Schema,
    /// Show what is declared, as tables.
    Show(ShowArgs),
    /// Draw the lab: cabling, networks, storage, power, dependencies, racks.
    Graph(GraphArgs),
    /// Compute what a fault would do: what stops, what is lost, what is left, and why.
    Simulate(SimulateArgs),
    /// Look at the lab and record what is there; changes nothing.
    Observe(ObserveArgs),
    /// Show where the lab differs from the declaration and from what was accepted; take differences over.
    Drift(DriftArgs),
    /// List every way in with its justification or the lack of it, and from where the host lets in.
    Ports(PortsArgs),
    /// Show what `apply` would do; changes nothing.
    Plan(HostArgs),
    /// Make the lab as declared; ways in are changed under commit-confirm.
    Apply(ApplyArgs),
    /// Take back a run, as a new run.
    Undo(UndoArgs),
    /// Take archives now and read them back.
    Backup(DataArgs),
    /// Restore a dataset to a new directory.
    Restore(RestoreArgs),
    /// Restore in isolation, ask the data, measure, tear down.
    Drill(DataArgs),
    /// The scoreboard: what is proven, what is not, and why.
    Prove(LabArgs),
    /// Runs of `apply`, `undo`, `backup`, `restore` and `drill`: list, show, and settle interrupted ones.
    Runs(RunsArgs),
    /// The twin: a miniature of the lab in containers on this machine, to try things on.
    Twin(TwinArgs),
    /// Who and what may look or act: least privilege per product, enrolment of hosts.
    Access(AccessArgs),
    /// The evidence ledger: what was proven, in a chain that shows what was removed or changed.
    Evidence(EvidenceArgs),
    /// Prove on a host that the revert of access changes fires.
    Selftest(SelftestArgs),
    /// Secrets: where they are kept, whether they can be had, and where one stands in clear text.
    Secret(SecretArgs),
    /// The index of observations, evidence and runs, in SQLite or PostgreSQL, beside the files that are the truth.
    Store(StoreArgs),
    /// What was observed, when, and what changed since; and what is known of products: ends of support, systems, package managers.
    Facts(FactsArgs),
    /// Look inside: what was understood of a text.
    Debug(DebugArgs),
    /// Print a manual page, or write all of them to a folder.
    Man {
        /// The verb, e.g. `check` or `runs list`; the page about all of it if none is given.
        #[arg(value_name = "VERB", conflicts_with = "out")]
        verb: Vec<String>,
        /// Write all pages to this folder.
        #[arg(long, value_name = "DIRECTORY")]
        out: Option<PathBuf>,
    },
    /// Print the completion script of a shell; in bash, zsh and fish it knows the names of the lab, too.
    Completions {
        /// The shell.
        shell: clap_complete::Shell,
    },
    /// What a word that is being typed can become; the scripts of shells ask this.
    #[command(hide = true)]
    Complete(CompleteArgs),
}

/// Where the lab is and which world is meant.
#[derive(Debug, Clone, Args)]
pub(crate) struct LabArgs {
    /// The lab tree.
    #[arg(default_value = ".")]
    pub(crate) lab: PathBuf,
    /// The world: `real` or `twin[:NAME]`.
    #[arg(long, value_name = "REALM")]
    pub(crate) on: Option<String>,
}

/// The same, or one of its hosts alone.
#[derive(Debug, Clone, Args)]
pub(crate) struct HostArgs {
    #[command(flatten)]
    pub(crate) world: LabArgs,
    /// Only this host.
    #[arg(long)]
    pub(crate) host: Option<String>,
}

/// Arguments of `apply`.
#[derive(Debug, Clone, Args)]
pub(crate) struct ApplyArgs {
    #[command(flatten)]
    pub(crate) at: HostArgs,
    #[command(flatten)]
    pub(crate) consent: Consent,
}

/// What the user agrees to beforehand.
#[derive(Debug, Clone, Args)]
pub(crate) struct Consent {
    /// Agree to steps of risk none and service.
    #[arg(long)]
    pub(crate) yes: bool,
    /// Agree to one more: `access:host/web`, `data:…`, `delete:…`, `irreversible:…`, `lockout:…`.
    #[arg(long, value_name = "KIND:OBJECT")]
    pub(crate) allow: Vec<String>,
    /// Run only if the plan has this digest (its first digits are enough).
    #[arg(long, value_name = "DIGEST")]
    pub(crate) digest: Option<String>,
    /// Seconds after which an unconfirmed access change reverts itself.
    #[arg(long, value_name = "SECONDS", default_value_t = 60)]
    pub(crate) revert_after: u32,
}

/// Arguments of `undo`.
#[derive(Debug, Args)]
pub(crate) struct UndoArgs {
    /// The run to take back.
    pub(crate) run: Option<String>,
    /// Take back the newest run that changed something.
    #[arg(long, conflicts_with = "run")]
    pub(crate) last: bool,
    /// The lab tree.
    #[arg(long, default_value = ".")]
    pub(crate) lab: PathBuf,
    /// The world: `real` or `twin[:NAME]`.
    #[arg(long, value_name = "REALM")]
    pub(crate) on: Option<String>,
    #[command(flatten)]
    pub(crate) consent: Consent,
}

/// Arguments of `backup` and `drill`.
#[derive(Debug, Args)]
pub(crate) struct DataArgs {
    /// The lab tree.
    #[arg(default_value = ".")]
    pub(crate) lab: PathBuf,
    /// Only these datasets.
    #[arg(long = "dataset", value_name = "NAME")]
    pub(crate) datasets: Vec<String>,
    /// The world: `real` or `twin[:NAME]`.
    #[arg(long, value_name = "REALM")]
    pub(crate) on: Option<String>,
    #[command(flatten)]
    pub(crate) consent: Consent,
}

/// Arguments of `restore`.
#[derive(Debug, Args)]
pub(crate) struct RestoreArgs {
    /// The lab tree.
    #[arg(default_value = ".")]
    pub(crate) lab: PathBuf,
    /// The dataset.
    #[arg(long, value_name = "NAME")]
    pub(crate) dataset: String,
    /// New directory on the dataset's host.
    #[arg(long, value_name = "DIRECTORY")]
    pub(crate) to: String,
    /// The archive; the newest if not given.
    #[arg(long, value_name = "ID")]
    pub(crate) archive: Option<String>,
    /// The repository to restore from; needed only if the dataset lies in several.
    #[arg(long, value_name = "NAME")]
    pub(crate) repository: Option<String>,
    /// The world: `real` or `twin[:NAME]`.
    #[arg(long, value_name = "REALM")]
    pub(crate) on: Option<String>,
    #[command(flatten)]
    pub(crate) consent: Consent,
}

/// Arguments of `runs`.
#[derive(Debug, Args)]
pub(crate) struct RunsArgs {
    #[command(subcommand)]
    pub(crate) what: RunsVerb,
}

/// What to do with runs.
#[derive(Debug, Subcommand)]
pub(crate) enum RunsVerb {
    /// List the runs, newest last.
    List(LabArgs),
    /// Show one run with its steps.
    Show {
        /// The run, as `runs list` names it.
        run: String,
        #[command(flatten)]
        at: LabArgs,
    },
    /// Go on with an interrupted run; its plan was approved when it was begun, so nothing is asked again.
    Resume {
        /// The run.
        run: String,
        #[command(flatten)]
        at: LabArgs,
    },
    /// Take back what an interrupted run did; its plan was approved when it was begun, so nothing is asked again.
    Unwind {
        /// The run.
        run: String,
        #[command(flatten)]
        at: LabArgs,
    },
}

/// Arguments of `access`.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct AccessArgs {
    #[command(subcommand)]
    pub(crate) what: Option<AccessVerb>,
    /// Print the commands that make logins which may look and nothing else, for this lab tree.
    #[arg(default_value = ".", value_name = "LAB")]
    pub(crate) lab: PathBuf,
}

/// What to do about access.
#[derive(Debug, Subcommand)]
pub(crate) enum AccessVerb {
    /// Bind a declared host to the machine that answers; nothing acts on a host before.
    Enrol {
        #[command(flatten)]
        at: HostArgs,
        /// The host's key, checked by you: `SHA256:…`; without it you are asked.
        #[arg(long, value_name = "FINGERPRINT")]
        host_key: Option<String>,
    },
    /// Make hosts known to ssh that it has not met, by comparing their keys; enough to observe.
    Trust {
        #[command(flatten)]
        at: HostArgs,
        /// The host's key, checked by you: `SHA256:…`; else the one that the lab declares, else you are asked.
        #[arg(long, value_name = "FINGERPRINT")]
        host_key: Option<String>,
    },
    /// Print the observer script: the one thing that a login which only looks may run as root.
    Script,
}

/// Arguments of `evidence`.
#[derive(Debug, Args)]
pub(crate) struct EvidenceArgs {
    #[command(subcommand)]
    pub(crate) what: EvidenceVerb,
}

/// What to do with evidence.
#[derive(Debug, Subcommand)]
pub(crate) enum EvidenceVerb {
    /// List the records of the ledger.
    List(LabArgs),
    /// Print where the ledger lies, its head, and the command that verifies it.
    Head(LabArgs),
    /// Keep the head of the ledger at another place, so that a shortened ledger is noticed.
    Pin {
        #[command(flatten)]
        at: LabArgs,
        /// Directory to write the pin to.
        #[arg(long, value_name = "DIRECTORY")]
        to: PathBuf,
    },
    /// Compare the ledger with pins; a newer pin opens a new epoch.
    Compare {
        #[command(flatten)]
        at: LabArgs,
        /// The pin file.
        #[arg(long, value_name = "FILE")]
        pin: PathBuf,
    },
}

/// Arguments of `selftest`.
#[derive(Debug, Args)]
pub(crate) struct SelftestArgs {
    #[command(subcommand)]
    pub(crate) what: SelftestVerb,
}

/// What to prove.
#[derive(Debug, Subcommand)]
pub(crate) enum SelftestVerb {
    /// Arm a revert on a host, change nothing that matters, and let it fire.
    Revert {
        /// The host.
        host: String,
        /// The lab tree.
        #[arg(long, default_value = ".")]
        lab: PathBuf,
        /// The world: `real` or `twin[:NAME]`.
        #[arg(long, value_name = "REALM")]
        on: Option<String>,
        #[command(flatten)]
        consent: Consent,
    },
}

/// Arguments of `store`.
#[derive(Debug, Args)]
pub(crate) struct StoreArgs {
    #[command(subcommand)]
    pub(crate) what: StoreVerb,
}

/// What to do with the index.
#[derive(Debug, Subcommand)]
pub(crate) enum StoreVerb {
    /// Compare every row of the index with the files.
    Check(LabArgs),
    /// Make the index anew from the files, and compare.
    Rebuild(LabArgs),
}

/// Arguments of `facts`.
#[derive(Debug, Args)]
pub(crate) struct FactsArgs {
    #[command(subcommand)]
    pub(crate) what: FactsVerb,
}

/// What to do with facts.
#[derive(Debug, Subcommand)]
pub(crate) enum FactsVerb {
    /// List the observations that are kept, newest last.
    Log(HostArgs),
    /// Show what was seen of the lab, with its age.
    Show {
        #[command(flatten)]
        at: HostArgs,
        /// An observation, by its id or the first digits of it; or what was known at a time: `2026-11-20`, `2026-11-20T08:00Z`. The newest if not given.
        #[arg(long = "at", value_name = "ID|TIME")]
        when: Option<String>,
        /// Only this kind of fact, or this path: `user`, `file:/etc/motd`.
        #[arg(long, value_name = "KIND|PATH")]
        only: Option<String>,
    },
    /// Show what changed in the lab between two observations, or two times; the newest two if nothing is given.
    Diff {
        #[command(flatten)]
        at: HostArgs,
        /// List every unknown instead of one line per group.
        #[arg(long)]
        unknown: bool,
        /// The older one: an id, or a time.
        #[arg(long, visible_alias = "since", value_name = "ID|TIME")]
        from: Option<String>,
        /// The newer one; the newest if not given.
        #[arg(long, value_name = "ID|TIME")]
        to: Option<String>,
    },
    /// List what is known of products, with where it stands and when somebody looked.
    List {
        /// Only this product.
        #[arg(long, value_name = "NAME")]
        product: Option<String>,
    },
    /// Take what a table knows of products that is newer than what is in use; or a list of weaknesses as CISA or Debian publishes it.
    Update {
        /// The table, CISA's `known_exploited_vulnerabilities.json`, or the JSON of Debian's security tracker.
        #[arg(long, value_name = "FILE")]
        from: PathBuf,
        /// The day of a file that has none of its own, as Debian's: when it was fetched.
        #[arg(long, value_name = "DAY")]
        dated: Option<jiff::civil::Date>,
    },
}

/// Arguments of `debug`.
#[derive(Debug, Args)]
pub(crate) struct DebugArgs {
    #[command(subcommand)]
    pub(crate) what: DebugVerb,
}

/// What to look into.
#[derive(Debug, Subcommand)]
pub(crate) enum DebugVerb {
    /// Print what was understood of Compose files, one JSON object per file and line.
    Compose(ComposeArgs),
    /// Print the reference of the command line, in Markdown.
    CliReference,
}

/// Arguments of `debug compose`.
#[derive(Debug, Args)]
pub(crate) struct ComposeArgs {
    /// The files, each a project of its own.
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    /// Merge this file over each of them.
    #[arg(long = "with", value_name = "FILE")]
    pub(crate) overrides: Vec<String>,
    /// Read variables from this file instead of the project's `.env`.
    #[arg(long = "env-file", value_name = "FILE")]
    pub(crate) env_files: Vec<String>,
    /// Also services of this profile; `*` for all.
    #[arg(long = "profile", value_name = "NAME")]
    pub(crate) profiles: Vec<String>,
}

/// A day, as in the lab tree.
fn day(text: &str) -> Result<jiff::civil::Date, String> {
    use model::declare::{Says, Value as _};
    jiff::civil::Date::parse(text).map_err(|wrong| match wrong.says {
        Says::After(why) | Says::Whole(why) => why,
        Says::Nothing => "is not a date".to_owned(),
    })
}
