//! The command line of `secret`.

use clap::{Args, Subcommand};
use std::path::PathBuf;

/// Arguments of `secret`.
#[derive(Debug, Args)]
pub(crate) struct SecretArgs {
    #[command(subcommand)]
    pub(crate) what: SecretVerb,
}

/// What to do with secrets. Their names are those of the section `secrets`, or `repository/NAME` for its password.
#[derive(Debug, Subcommand)]
pub(crate) enum SecretVerb {
    /// List the secrets: where they are kept, who can read them, when they were changed.
    List(SecretAt),
    /// Try to get each secret, and let it go again.
    Check {
        #[command(flatten)]
        at: SecretAt,
        /// Also run the commands of those that a program gives.
        #[arg(long)]
        commands: bool,
    },
    /// Keep a value of a secret, read from standard input or asked for without echo, in its SOPS or age file.
    Set {
        /// The secret.
        name: String,
        #[command(flatten)]
        at: SecretAt,
    },
    /// Print one secret on this terminal.
    Show {
        /// The secret.
        name: String,
        #[command(flatten)]
        at: SecretAt,
        /// Yes, so that whoever looks at the screen sees it.
        #[arg(long)]
        reveal: bool,
    },
    /// Encrypt the SOPS files for the recipients that `.sops.yaml` names by now.
    Rekey {
        #[command(flatten)]
        at: SecretAt,
        /// Only this file.
        #[arg(long, value_name = "FILE")]
        file: Option<String>,
        /// Also where no key that is here could read them any more.
        #[arg(long)]
        lock_out: bool,
    },
    /// Look for secrets in clear text in all files that git would keep.
    ///
    /// Known are private keys, tokens, passwords under names and in URLs, words of commands, and the files of some thirty kinds of programs
    /// (docs/secrets.md lists them). Binary files and links are not read, nor what is larger than 64 MiB; they are named.
    Scan {
        #[command(flatten)]
        at: SecretAt,
        /// Also in what commits of any branch, tag or stash brought and the files do not have any more.
        #[arg(long)]
        history: bool,
    },
}

/// Which lab.
#[derive(Debug, Clone, Args)]
pub(crate) struct SecretAt {
    /// The lab tree.
    #[arg(default_value = ".")]
    pub(crate) lab: PathBuf,
}
