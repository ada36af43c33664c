//! `man`: the manual pages and the reference of the command line, made from the very definitions that read it.

use crate::cli::Cli;
use crate::exit::{Exit, Stop};
use crate::output::stream;
use crate::output::words::{count, did_you_mean};
use crate::put::put;
use anyhow::{Context as _, Result};
use clap::{Command, CommandFactory as _};
use roff::{Roff, bold, roman};
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

const FILES: &[(&str, &str)] = &[
    ("holdfast.yaml, lab/**/*.yaml", "The lab tree."),
    ("holdfast.lock", "In the lab tree: who is who. Commit it."),
    (
        "~/.local/share/holdfast",
        "Journals, evidence, observations.",
    ),
    (
        "~/.local/state/holdfast/pins",
        "The head of the ledger, kept apart from it.",
    ),
];

const ENVIRONMENT: &[(&str, &str)] = &[
    (
        "HOLDFAST_DATA",
        "Another folder for journals, evidence and observations.",
    ),
    (
        "HOLDFAST_PINS",
        "More folders for the head of the ledger, with colons between them.",
    ),
    (
        "HOLDFAST_SSH_CONFIG",
        "A configuration for ssh instead of your own.",
    ),
    ("NO_COLOR", "Not empty: no colour."),
];

/// Examples of a verb: a command, and what it does.
type Examples = &'static [(&'static str, &'static str)];

const EXAMPLES: &[(&str, Examples)] = &[
    (
        "holdfast",
        &[
            ("holdfast init lab", "Begin a lab tree."),
            ("holdfast check lab", "What is wrong on paper."),
            (
                "holdfast drift lab --on real",
                "Where the machines differ from it.",
            ),
            (
                "holdfast prove lab --on real",
                "What is proven, what is not, and why.",
            ),
        ],
    ),
    (
        "init",
        &[
            ("holdfast init lab", "Ask on the terminal."),
            (
                "holdfast init lab --profile one-host --host pve=192.168.1.10 --os proxmox-ve --memory 16GiB --yes",
                "Ask nothing; what is not said stays unknown.",
            ),
            (
                "holdfast init . --profile nas --compose stacks --git --yes",
                "Take up the Compose projects in this folder, and begin a git repository.",
            ),
        ],
    ),
    (
        "check",
        &[
            (
                "holdfast check lab --unknown",
                "Also list what nobody stated.",
            ),
            ("holdfast check lab --format sarif", "For code scanning."),
            (
                "holdfast check lab --date 2027-06-01 --deny warnings",
                "What will have ended by then; warnings count.",
            ),
        ],
    ),
    (
        "show",
        &[
            ("holdfast show storage lab", "Pools and disks as tables."),
            (
                "holdfast show exposures lab --json",
                "Every way in, for programs.",
            ),
        ],
    ),
    (
        "explain",
        &[(
            "holdfast explain bak-321",
            "What the finding means and what to do.",
        )],
    ),
    (
        "schema",
        &[(
            "holdfast schema",
            "Write it to holdfast.schema.json for completion in editors.",
        )],
    ),
    (
        "observe",
        &[(
            "holdfast observe lab --on real --host web",
            "Look at one host and record it.",
        )],
    ),
    (
        "drift",
        &[("holdfast drift lab --on real", "Declared against observed.")],
    ),
    (
        "ports",
        &[(
            "holdfast ports lab --on real",
            "Open ports, and who answers for each.",
        )],
    ),
    (
        "plan",
        &[("holdfast plan lab --on real", "What apply would do.")],
    ),
    (
        "apply",
        &[
            (
                "holdfast apply lab --on twin:test",
                "Try it on the miniature first.",
            ),
            (
                "holdfast apply lab --on real --yes --allow access:host/web",
                "Agree beforehand, also to a change of a way in.",
            ),
        ],
    ),
    (
        "undo",
        &[(
            "holdfast undo --last --lab lab --on real",
            "Take back the newest run that changed something.",
        )],
    ),
    (
        "backup",
        &[(
            "holdfast backup lab --dataset photos --on real",
            "Take an archive now and read it back.",
        )],
    ),
    (
        "restore",
        &[(
            "holdfast restore lab --dataset photos --to /srv/restored --on real",
            "Restore beside the data.",
        )],
    ),
    (
        "drill",
        &[(
            "holdfast drill lab --on real",
            "Restore all for practice and measure.",
        )],
    ),
    (
        "prove",
        &[("holdfast prove lab --on real", "The scoreboard.")],
    ),
    (
        "import",
        &[
            (
                "holdfast import local --into lab",
                "Show what a lab tree of this machine would be.",
            ),
            (
                "holdfast import ssh://admin@192.168.1.10 --into lab --write",
                "Take up another machine, and write it down.",
            ),
            (
                "holdfast import lab/stacks lab/inventory.ini --into lab",
                "Compose projects and an Ansible inventory, both in the folder of the tree.",
            ),
            (
                "holdfast import pve://pve1 --token holdfast@pve!look --secret file:/root/pve-token --into lab",
                "Hosts and guests of Proxmox VE.",
            ),
        ],
    ),
    (
        "graph",
        &[
            (
                "holdfast graph lab --view l3 --svg lab.svg",
                "Networks, addresses and ways in, as a picture.",
            ),
            (
                "holdfast graph lab --view dependencies --focus wiki",
                "What the wiki needs and who needs it, as Mermaid.",
            ),
            (
                "holdfast graph lab --view storage --dot storage.dot",
                "Disks, pools and copies, for Graphviz.",
            ),
        ],
    ),
    (
        "runs",
        &[
            (
                "holdfast runs list lab --on real",
                "All runs, and how they ended.",
            ),
            (
                "holdfast runs show 20261122T101500Z-1a2b lab --on real",
                "One run with its steps.",
            ),
            (
                "holdfast runs unwind 20261122T101500Z-1a2b lab --on real",
                "Take back what an interrupted run did.",
            ),
        ],
    ),
    (
        "twin",
        &[
            (
                "holdfast twin plan lab",
                "What it would consist of; starts nothing.",
            ),
            (
                "holdfast twin up lab",
                "Start it; `--on twin` then means it in every other verb.",
            ),
            (
                "holdfast twin exec lab web -- ip route",
                "Run a command in one of its machines.",
            ),
            (
                "holdfast twin fault lab stop web",
                "Take the power from one, and see what is left.",
            ),
            ("holdfast twin down lab", "Remove it."),
        ],
    ),
    (
        "access",
        &[
            (
                "holdfast access lab",
                "The commands that make logins which may look and nothing else.",
            ),
            (
                "holdfast access trust lab --on real",
                "Compare the keys of hosts; enough to observe.",
            ),
            (
                "holdfast access enrol lab --on real --host web",
                "Bind a host to the machine that answers, so that it may be changed.",
            ),
        ],
    ),
    (
        "evidence",
        &[
            (
                "holdfast evidence list lab --on real",
                "All records, oldest first.",
            ),
            (
                "holdfast evidence pin lab --on real --to /media/usb",
                "Keep the head where the ledger is not.",
            ),
            (
                "holdfast evidence compare lab --on real --pin /media/usb/pve.pin.json",
                "Whether the ledger still holds what was pinned.",
            ),
        ],
    ),
    (
        "secret",
        &[
            (
                "holdfast secret scan lab",
                "Secrets in clear text, in all files that git would keep.",
            ),
            (
                "holdfast secret set repository/usb lab",
                "Keep a password in its SOPS or age file; it is asked for.",
            ),
            (
                "holdfast secret check lab",
                "Whether each of them can be had.",
            ),
        ],
    ),
    (
        "store",
        &[
            (
                "holdfast store check lab --on real",
                "Whether the index says what the files say.",
            ),
            (
                "holdfast store rebuild lab --on real",
                "Make it anew from the files.",
            ),
        ],
    ),
    (
        "facts",
        &[
            (
                "holdfast facts show lab --on real --host web --only listener",
                "What listens on a host, as last seen.",
            ),
            (
                "holdfast facts diff lab --on real --since 2026-11-20",
                "What changed since a day.",
            ),
            (
                "holdfast facts list --product debian",
                "Until when its releases are supported.",
            ),
        ],
    ),
    (
        "selftest",
        &[(
            "holdfast selftest revert web --lab lab --on real",
            "Before the first change of a way in to a host.",
        )],
    ),
    (
        "debug",
        &[(
            "holdfast debug compose compose.yaml --env-file prod.env",
            "A Compose file as it was understood, without secrets.",
        )],
    ),
    (
        "completions",
        &[
            (
                "holdfast completions bash",
                "Keep it as ~/.local/share/bash-completion/completions/holdfast, or source it.",
            ),
            (
                "holdfast completions zsh",
                "Keep it as _holdfast in a folder of fpath.",
            ),
            (
                "holdfast completions fish",
                "Keep it as ~/.config/fish/completions/holdfast.fish.",
            ),
        ],
    ),
    (
        "man",
        &[
            (
                "holdfast man --out ~/.local/share/man/man1",
                "All pages, where man finds them.",
            ),
            ("holdfast man check", "One page, for `man -l -`."),
        ],
    ),
];

/// One page on standard output, or all of them in a folder.
pub(crate) fn man(verb: &[String], out: Option<&Path>) -> Result<Exit> {
    let root = whole();
    if let Some(folder) = out {
        std::fs::create_dir_all(folder)
            .with_context(|| format!("cannot make {}", folder.display()))?;
        let pages = pages(&root)?;
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
    stream::exact(&page(command)?);
    Ok(Exit::Ok)
}

/// The reference of the command line, in Markdown: what `--help` says of every verb.
pub(crate) fn reference() -> String {
    let mut text = "<!-- Written by `cargo xtask gen` from the definition of the command line. -->\n\n# Command line\n".to_owned();
    each(&whole(), &mut |command| {
        let name = command.get_bin_name().unwrap_or("holdfast").to_owned();
        let level = name.split(' ').count().min(3);
        let help = command.clone().term_width(100).render_help().to_string();
        let help: Vec<&str> = help.lines().map(str::trim_end).collect();
        text.push_str(&format!(
            "\n{} {name}\n\n```text\n{}\n```\n",
            "#".repeat(level + 1),
            help.join("\n").trim_end()
        ));
    });
    text
}

/// The command line, each verb with the examples of its manual page.
pub(crate) fn command() -> Command {
    Cli::command().mut_subcommands(|verb| {
        let mut all = EXAMPLES.iter();
        match all.find(|(name, _)| *name == verb.get_name()) {
            Some((_, examples)) => verb.after_help(shown(examples)),
            None => verb,
        }
    })
}

/// Examples as `--help` shows them.
fn shown(examples: Examples) -> String {
    let mut text = "Examples:".to_owned();
    for (command, what) in examples {
        text.push_str(&format!("\n  {command}\n      {what}"));
    }
    text
}

/// The command line with everything that verbs inherit filled in.
fn whole() -> Command {
    let mut root = command().disable_help_subcommand(true);
    root.build();
    root
}

fn each(command: &Command, visit: &mut dyn FnMut(&Command)) {
    visit(command);
    for verb in command.get_subcommands().filter(|c| !c.is_hide_set()) {
        each(verb, visit);
    }
}

/// Name of the file and its text, for every verb.
fn pages(root: &Command) -> Result<Vec<(String, Vec<u8>)>> {
    let mut commands = Vec::new();
    each(root, &mut |command| commands.push(command.clone()));
    let one = |c: &Command| Ok((format!("{}.1", title(c)), page(c)?));
    commands.iter().map(one).collect()
}

/// `holdfast-runs-list`
fn title(command: &Command) -> String {
    let name = command.get_bin_name().unwrap_or("holdfast");
    name.replace(' ', "-")
}

fn page(command: &Command) -> Result<Vec<u8>> {
    let title = title(command);
    let man = clap_mangen::Man::new(command.clone());
    // Written here, because a page has no date of its own, and an empty one has to be quoted.
    let version = env!("CARGO_PKG_VERSION");
    let head = format!(
        ".TH {} 1 \"\" \"holdfast {version}\" Holdfast\n",
        title.to_uppercase()
    );
    let mut out = head.into_bytes();
    man.render_name_section(&mut out)?;
    man.render_synopsis_section(&mut out)?;
    man.render_description_section(&mut out)?;
    man.render_options_section(&mut out)?;
    if command.has_subcommands() {
        man.render_subcommands_section(&mut out)?;
    }
    let mut more = Roff::new();
    let codes: Vec<(String, &str)> = CODES
        .iter()
        .map(|(code, what)| ((*code as u8).to_string(), *what))
        .collect();
    section(
        &mut more,
        "EXIT STATUS",
        codes.iter().map(|(code, what)| (code.as_str(), *what)),
    );
    section(&mut more, "FILES", FILES.iter().copied());
    section(&mut more, "ENVIRONMENT", ENVIRONMENT.iter().copied());
    if let Some((_, examples)) = EXAMPLES
        .iter()
        .find(|(verb, _)| *verb == command.get_name())
    {
        section(&mut more, "EXAMPLES", examples.iter().copied());
    }
    if title != "holdfast" {
        more.control("SH", ["SEE ALSO"]);
        more.text([bold("holdfast"), roman("(1)")]);
    }
    more.to_writer(&mut out)?;
    Ok(out)
}

fn section<'a>(page: &mut Roff, head: &str, rows: impl Iterator<Item = (&'a str, &'a str)>) {
    page.control("SH", [head]);
    for (term, what) in rows {
        page.control("TP", []);
        page.text([bold(term)]);
        page.text([roman(what)]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser as _;

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
        let pages = pages(&whole()).unwrap();
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
