//! The command line of the verbs that read the tree alone: `show`, `graph`, `simulate`, `check`.

use super::day;
use clap::{Args, ValueEnum};
use std::path::PathBuf;

/// Arguments of `show`.
#[derive(Debug, Args)]
pub(crate) struct ShowArgs {
    /// summary, hosts, guests, services, stacks, networks, storage, exposures, flows, ports, backups, costs, assets, cables, controls, people, secrets, alerts,
    /// documents, labels or goals
    #[arg(value_name = "TOPIC")]
    pub(crate) topic: Option<String>,
    /// The lab tree; the folder that you are in if not given.
    #[arg(value_name = "LAB")]
    pub(crate) lab: Option<PathBuf>,
    /// labels: write a page to print.
    #[arg(long, value_name = "FILE")]
    pub(crate) html: Option<PathBuf>,
    /// labels: write a picture of each page.
    #[arg(long, value_name = "FILE", conflicts_with = "html")]
    pub(crate) svg: Option<PathBuf>,
    /// labels: size of a label in millimetres, which says what sheet is printed on.
    #[arg(long, value_name = "SIZE", value_parser = view::Paper::ALL.map(|p| p.name))]
    pub(crate) format: Option<String>,
    /// labels: so many labels of the first sheet are used already.
    #[arg(long, value_name = "COUNT")]
    pub(crate) skip: Option<usize>,
    /// labels: only of these, with commas.
    #[arg(long, value_name = "KINDS", value_delimiter = ',', value_parser = view::LABEL_KINDS)]
    pub(crate) only: Vec<String>,
    /// ports: look for a free one here; 8000-8999 if nothing is said.
    #[arg(long, value_name = "FROM-TO")]
    pub(crate) range: Option<String>,
    /// assets: write ends of warranties and replacements as a calendar.
    #[arg(long, value_name = "FILE")]
    pub(crate) ics: Option<PathBuf>,
}

/// Arguments of `graph`.
#[derive(Debug, Args)]
pub(crate) struct GraphArgs {
    /// The lab tree.
    #[arg(default_value = ".")]
    pub(crate) lab: PathBuf,
    /// l2, l3, storage, power, dependencies or rack
    #[arg(long, value_name = "VIEW", default_value = "l3")]
    pub(crate) view: String,
    /// Write an SVG file; `-` for standard output.
    #[arg(long, value_name = "FILE")]
    pub(crate) svg: Option<PathBuf>,
    /// Write a file for Graphviz.
    #[arg(long, value_name = "FILE")]
    pub(crate) dot: Option<PathBuf>,
    /// Write a file for Mermaid.
    #[arg(long, value_name = "FILE")]
    pub(crate) mermaid: Option<PathBuf>,
    /// What is printed if no file is named.
    #[arg(long, value_enum, default_value_t = DrawingFormat::Mermaid, conflicts_with_all = ["svg", "dot", "mermaid", "json"])]
    pub(crate) format: DrawingFormat,
    /// Colours of SVG; `auto` follows who looks at it.
    #[arg(long, value_enum, default_value_t = DrawingTheme::Auto)]
    pub(crate) theme: DrawingTheme,
    /// Only this object (`nas`, `host/nas`), what it leads to and what leads to it.
    #[arg(long, value_name = "OBJECT")]
    pub(crate) focus: Option<String>,
    /// Give everything a box of its own, also what is alike.
    #[arg(long)]
    pub(crate) expand: bool,
}

/// Arguments of `simulate`.
#[derive(Debug, Args)]
pub(crate) struct SimulateArgs {
    /// The lab tree.
    #[arg(default_value = ".")]
    pub(crate) lab: PathBuf,
    /// What fails: disk:HOST/LABEL, host:, guest:, device:, cluster:, ups:, stack:, service: or pool:NAME, loss:HOST (gone with its disks), site:NAME,
    /// power:SITE[/FEED], internet:SITE[/UPLINK], delete:DATASET, ransomware:HOST, provider:NAME; again for what fails with it
    #[arg(long, value_name = "FAULT")]
    pub(crate) fail: Vec<String>,
    /// Every fault by itself, and pairs that do more than each, by the harm that they do.
    #[arg(long, conflicts_with = "fail")]
    pub(crate) all: bool,
    /// As if all services that are planned were running.
    #[arg(long)]
    pub(crate) planned: bool,
    /// --all: so many of each list.
    #[arg(long, value_name = "COUNT", default_value_t = 20)]
    pub(crate) top: usize,
    /// --fail: list what is as before, too.
    #[arg(long, conflicts_with = "all")]
    pub(crate) everything: bool,
}

/// How a drawing is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum DrawingFormat {
    /// Laid out, to be looked at.
    Svg,
    /// For Graphviz.
    Dot,
    /// For READMEs and wikis.
    Mermaid,
}

/// Colours of a drawing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum DrawingTheme {
    /// Dark on light, also for paper.
    Light,
    /// Light on dark.
    Dark,
    /// As the reader's screen is set.
    Auto,
}

/// Arguments of `check`.
#[derive(Debug, Args)]
pub(crate) struct CheckArgs {
    /// The lab tree.
    #[arg(default_value = ".")]
    pub(crate) lab: PathBuf,
    /// How to print.
    #[arg(long, value_enum, default_value_t = Format::Full)]
    pub(crate) format: Format,
    /// Show every finding whole, also the third and further of a kind.
    #[arg(long)]
    pub(crate) all: bool,
    /// List every unknown instead of one line per rule.
    #[arg(long)]
    pub(crate) unknown: bool,
    /// Judge as of this day, e.g. 2027-06-01: what will have ended, expired or become due by then.
    #[arg(long, value_name = "DATE", value_parser = day)]
    pub(crate) date: Option<jiff::civil::Date>,
    /// Whose last observation is judged as well: `real` (if there is one) or `twin[:NAME]`.
    #[arg(long, value_name = "REALM")]
    pub(crate) on: Option<String>,
    /// Show as a patch what `--fix` would write; writes nothing.
    #[arg(long, conflicts_with = "fix")]
    pub(crate) diff: bool,
    /// Write the mends that keep the meaning into the lab tree.
    #[arg(long)]
    pub(crate) fix: bool,
    /// Include mends that change the meaning; with `--diff` or `--fix`.
    #[arg(long)]
    pub(crate) unsafe_fixes: bool,
    /// Exit 1 also for warnings.
    #[arg(long, value_name = "WHAT", value_parser = ["warnings"])]
    pub(crate) deny: Option<String>,
}

/// Formats of diagnostics.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// With the text and a caret.
    Full,
    /// One line each.
    Concise,
    /// One JSON array.
    Json,
    /// SARIF 2.1.0.
    Sarif,
}
