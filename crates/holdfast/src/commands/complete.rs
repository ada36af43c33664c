//! `complete` and `completions`: the lab that a line means, for the scripts of shells.

use crate::cli::{Cli, CompleteArgs};
use crate::exit::Exit;
use crate::output::stream;
use crate::tree::Tree;
use clap::CommandFactory as _;
use completion::Known;
use std::path::PathBuf;

/// Prints what the last word can become. Nothing is ever wrong: this runs at a prompt.
pub(crate) fn complete(args: &CompleteArgs) -> Exit {
    let typed = args.line.as_deref().map(completion::words);
    let known = Known {
        command: Cli::command(),
        codes: super::check::codes().copied().collect(),
        lab: &|folder| Some(Tree::open(&at_home(folder.unwrap_or("."))).ok()?.lab),
    };
    let words = typed.as_ref().unwrap_or(&args.words);
    stream::text(&completion::answer(words, &known));
    Exit::Ok
}

/// The completions of a shell, on standard output.
pub(crate) fn script(shell: clap_complete::Shell) -> Exit {
    stream::exact(&completion::script(shell, Cli::command()));
    Exit::Ok
}

/// A shell has not made a folder of `~` yet where a word is still being typed.
fn at_home(folder: &str) -> PathBuf {
    match (folder.strip_prefix("~/"), std::env::home_dir()) {
        (Some(below), Some(home)) => home.join(below),
        _ => PathBuf::from(folder),
    }
}
