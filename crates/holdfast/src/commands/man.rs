//! `man`: the manual pages.

use crate::cli::Cli;
use crate::exit::{Exit, Stop};
use crate::output::stream;
use crate::output::words::{count, did_you_mean};
use crate::put::put;
use anyhow::{Context as _, Result};
use clap::{Command, CommandFactory as _};
use manual::{page, pages, with_examples};
use std::path::Path;

/// Exit codes, as [`Exit`] has them.
const CODES: &[(Exit, &str)] = &[
    (Exit::Ok, "Fine."),
    (
        Exit::Findings,
        "Findings, drift, or promises that are broken. Warnings only with --deny warnings.",
    ),
    (
        Exit::Usage,
        "Wrong usage, or a declaration that is not valid.",
    ),
    (
        Exit::Environment,
        "Something outside is missing or does not answer.",
    ),
    (Exit::Refused, "Refused for safety; nothing was changed."),
    (Exit::FailedUndone, "A run failed and was undone."),
    (
        Exit::FailedChanged,
        "A run failed and left the lab changed; the last line says how to resume or undo.",
    ),
    (
        Exit::PartlyUnknown,
        "Nothing wrong was found, but part is unknown.",
    ),
];

/// One page on standard output, or all of them in a folder.
pub(crate) fn man(verb: &[String], out: Option<&Path>) -> Result<Exit> {
    let root = whole();
    if let Some(folder) = out {
        std::fs::create_dir_all(folder)
            .with_context(|| format!("cannot make {}", folder.display()))?;
        let pages = pages(&root, &codes())?;
        for (name, page) in &pages {
            let path = folder.join(name);
            put(&path, page)?;
        }
        outln!(
            "{} in {}",
            count(pages.len(), "page", "pages"),
            folder.display()
        );
        return Ok(Exit::Ok);
    }
    let mut command = &root;
    for word in verb {
        let Some(next) = command.find_subcommand(word) else {
            let known: Vec<&str> = command.get_subcommands().map(Command::get_name).collect();
            let name = command.get_bin_name().unwrap_or("holdfast");
            let stop = Stop::usage(format!("{name} has no verb {word}"));
            let near = did_you_mean(word, known.iter().copied());
            return Err(stop
                .help(near.unwrap_or_else(|| format!("one of {}", known.join(", "))))
                .into());
        };
        command = next;
    }
    stream::exact(&page(command, &codes())?);
    Ok(Exit::Ok)
}

fn codes() -> Vec<(u8, &'static str)> {
    CODES
        .iter()
        .map(|(code, what)| (*code as u8, *what))
        .collect()
}

/// The reference of the command line, in Markdown.
pub(crate) fn reference() -> String {
    manual::reference(&whole())
}

/// The command line, each verb with the examples of its manual page.
pub(crate) fn command() -> Command {
    with_examples(Cli::command())
}

fn whole() -> Command {
    manual::whole(Cli::command())
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser as _;
    use manual::{EXAMPLES, each, title};

    #[test]
    fn every_verb_and_every_flag_says_what_it_is_for() {
        each(&whole(), &mut |command| {
            let name = title(command);
            assert!(command.get_about().is_some(), "{name}");
            for argument in command.get_arguments() {
                let help = argument
                    .get_help()
                    .map(ToString::to_string)
                    .unwrap_or_default();
                assert!(help.len() > 3, "{name} {}", argument.get_id());
            }
        });
    }

    #[test]
    fn every_verb_has_examples() {
        for verb in whole().get_subcommands().filter(|c| !c.is_hide_set()) {
            let found = EXAMPLES.iter().find(|(name, _)| *name == verb.get_name());
            assert!(found.is_some(), "{} has no example", verb.get_name());
        }
    }

    /// A purpose is read alone, in a list of verbs or as the name of a page: it names what it is about.
    #[test]
    fn no_purpose_speaks_of_what_was_said_before() {
        each(&whole(), &mut |command| {
            let about = command.get_about().map(ToString::to_string);
            let about = about.unwrap_or_default();
            let words: Vec<&str> = about.split([' ', ':', ',', ';', '.']).take(3).collect();
            let vague = |w: &&str| ["it", "them"].contains(w);
            assert!(!words.iter().any(vague), "{}: {about}", title(command));
        });
    }

    #[test]
    fn every_page_has_its_sections() {
        let pages = pages(&whole(), &codes()).unwrap();
        assert!(pages.len() > 30, "{}", pages.len());
        for (name, page) in pages {
            let text = String::from_utf8(page).unwrap();
            for section in [
                "NAME",
                "SYNOPSIS",
                "DESCRIPTION",
                "OPTIONS",
                "EXIT STATUS",
                "FILES",
                "ENVIRONMENT",
            ] {
                let head = text.lines().filter(|l| {
                    l.trim_start_matches(".SH ").trim_matches('"') == section
                        && l.starts_with(".SH")
                });
                assert_eq!(head.count(), 1, "{name} {section}\n{text}");
            }
        }
    }

    #[test]
    fn examples_are_commands_that_are_understood() {
        for (verb, examples) in EXAMPLES {
            let known = *verb == "holdfast" || whole().find_subcommand(verb).is_some();
            assert!(known, "{verb}");
            for (command, _) in *examples {
                let parsed = Cli::try_parse_from(command.split_whitespace());
                assert!(
                    parsed.is_ok(),
                    "{command}: {:?}",
                    parsed.err().map(|e| e.to_string())
                );
            }
        }
    }
}
