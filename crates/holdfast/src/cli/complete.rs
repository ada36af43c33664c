//! The command line of `complete`, which scripts of shells type and nobody else.

use clap::Args;

/// Arguments of `complete`.
#[derive(Debug, Args)]
pub(crate) struct CompleteArgs {
    /// The line as it was typed so far, for shells that take words apart in a way of their own.
    #[arg(long, conflicts_with = "words")]
    pub(crate) line: Option<String>,
    /// The words typed so far, the command's name first; the last one is the one to complete.
    #[arg(last = true)]
    pub(crate) words: Vec<String>,
}
