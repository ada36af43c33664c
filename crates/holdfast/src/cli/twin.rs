//! The command line of `twin`.

use clap::{Args, Subcommand, ValueEnum};
use std::path::PathBuf;

/// Arguments of `twin`.
#[derive(Debug, Args)]
pub(crate) struct TwinArgs {
    #[command(subcommand)]
    pub(crate) what: TwinVerb,
}

/// What to do with a twin.
#[derive(Debug, Subcommand)]
pub(crate) enum TwinVerb {
    /// Show what the twin would consist of, and what cannot be in it; starts nothing.
    Plan(TwinAt),
    /// Start the twin, or what is missing of it.
    Up(TwinAt),
    /// Show what of the twin runs.
    Status(TwinAt),
    /// Run a command in one of the twin's machines, or in an empty place of a segment: `@SEGMENT`.
    Exec {
        /// The lab tree, `.` if it is left out; and the machine, or `@SEGMENT`.
        #[arg(required = true, num_args = 1..=2, value_name = "[LAB] MACHINE")]
        place: Vec<String>,
        /// The twin's name.
        #[arg(long, default_value = "default")]
        name: String,
        /// The command.
        #[arg(last = true, required = true)]
        command: Vec<String>,
    },
    /// Let something go wrong in the twin, or end that.
    Fault {
        #[command(flatten)]
        at: TwinAt,
        /// End this fault, and leave the others in force.
        #[arg(long, global = true)]
        clear: bool,
        #[command(subcommand)]
        what: FaultVerb,
    },
    /// Remove the twin.
    Down(TwinAt),
    /// Answer as a product's API; `up` starts this.
    #[command(hide = true)]
    ServeApi {
        /// What it has to know.
        config: PathBuf,
    },
}

/// What goes wrong.
#[derive(Debug, Subcommand)]
pub(crate) enum FaultVerb {
    /// A machine loses its power.
    Stop {
        /// The machine.
        machine: String,
    },
    /// Two ends do not reach each other; one end alone reaches nothing.
    Partition {
        /// A machine, or a segment as `@NAME`.
        one: String,
        /// The other end.
        other: Option<String>,
    },
    /// What a machine is sent comes late.
    Slow {
        /// The machine.
        machine: String,
        /// Milliseconds.
        #[arg(long, default_value_t = 200)]
        delay: u32,
    },
    /// A container on a machine's engine stops.
    Container {
        /// The machine.
        machine: String,
        /// The container, as `twin status` names it.
        container: String,
    },
    /// The pool below a folder is full.
    Fill {
        /// The machine.
        machine: String,
        /// A folder on one of its pools.
        folder: String,
    },
    /// A disk of a pool is gone from one moment to the next.
    Lose {
        /// The disk, `MACHINE/DISK`.
        disk: String,
    },
    /// What a disk of a pool holds is written over; its pool does not know yet.
    Corrupt {
        /// The disk, `MACHINE/DISK`.
        disk: String,
    },
    /// A machine says that its clock is not synchronised.
    Time {
        /// The machine.
        machine: String,
    },
    /// An API does not answer as it should.
    Api {
        /// How it answers.
        #[arg(value_enum)]
        how: ApiAnswers,
        /// Requests whose path below `/api2/json` begins so; of a router calls whose name does: `uci get firewall`.
        path: String,
        /// With `lie`: where in the answer, as a JSON pointer below `data`, `/0/status`.
        #[arg(required_if_eq("how", "lie"))]
        pointer: Option<String>,
        /// With `lie`: what it says there, as JSON.
        #[arg(required_if_eq("how", "lie"))]
        value: Option<String>,
        /// Whose API, where there are several: `cluster/main`.
        #[arg(long)]
        of: Option<String>,
    },
    /// End all faults: power is back, wires are whole, containers run, disks are back and mended.
    Clear,
}

/// How an API answers that does not answer as it should.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ApiAnswers {
    /// 403: no right to ask.
    Refuse,
    /// Empty lists and 200 OK.
    Filter,
    /// Another value than the true one.
    Lie,
}

/// Which twin of which lab.
#[derive(Debug, Clone, Args)]
pub(crate) struct TwinAt {
    /// The lab tree.
    #[arg(default_value = ".")]
    pub(crate) lab: PathBuf,
    /// The twin's name.
    #[arg(long, default_value = "default")]
    pub(crate) name: String,
}
