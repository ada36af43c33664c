//! The scripts that shells read. They hold no word of the command line, so they stay right when this program changes.

use crate::cli::Cli;
use crate::exit::Exit;
use crate::output::stream;
use clap::CommandFactory as _;
use clap_complete::Shell;

const BASH: &str = include_str!("scripts/holdfast.bash");
const ZSH: &str = include_str!("scripts/_holdfast");
const FISH: &str = include_str!("scripts/holdfast.fish");

/// The script of a shell, on standard output. For other shells one with verbs and flags in it.
pub(crate) fn script(shell: Shell) -> Exit {
    let mut out = Vec::new();
    match shell {
        Shell::Bash => out.extend(BASH.bytes()),
        Shell::Zsh => out.extend(ZSH.bytes()),
        Shell::Fish => out.extend(FISH.bytes()),
        other => {
            let mut command = Cli::command();
            clap_complete::generate(other, &mut command, "holdfast", &mut out);
        }
    }
    stream::exact(&out);
    Exit::Ok
}
