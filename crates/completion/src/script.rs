//! The scripts that shells read. They hold no word of the command line, so they stay right when the program changes.

use clap::Command;
use clap_complete::Shell;

const BASH: &str = include_str!("scripts/holdfast.bash");
const ZSH: &str = include_str!("scripts/_holdfast");
const FISH: &str = include_str!("scripts/holdfast.fish");

/// The script of a shell. For shells that do not ask while somebody types, one with the verbs and flags in it.
pub fn script(shell: Shell, mut command: Command) -> Vec<u8> {
    match shell {
        Shell::Bash => BASH.into(),
        Shell::Zsh => ZSH.into(),
        Shell::Fish => FISH.into(),
        other => {
            let mut out = Vec::new();
            clap_complete::generate(other, &mut command, "holdfast", &mut out);
            out
        }
    }
}
