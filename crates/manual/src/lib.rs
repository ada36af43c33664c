//! The manual pages and the reference of the command line, made from the very definitions that read it.

mod examples;

pub use examples::{EXAMPLES, Examples};

use clap::Command;
use examples::{ENVIRONMENT, FILES};
use roff::{Roff, bold, roman};
use std::io::Result;

/// The reference of the command line, in Markdown: what `--help` says of every verb.
pub fn reference(root: &Command) -> String {
    let mut text = "<!-- Written by `cargo xtask gen` from the definition of the command line. -->\n\n# Command line\n".to_owned();
    each(root, &mut |command| {
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

/// A command line, each verb with the examples of its manual page.
pub fn with_examples(command: Command) -> Command {
    command.mut_subcommands(|verb| {
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

/// A command line with everything that verbs inherit filled in.
pub fn whole(command: Command) -> Command {
    let mut root = with_examples(command).disable_help_subcommand(true);
    root.build();
    root
}

/// Goes to each verb that is shown, from the top.
pub fn each(command: &Command, visit: &mut dyn FnMut(&Command)) {
    visit(command);
    for verb in command.get_subcommands().filter(|c| !c.is_hide_set()) {
        each(verb, visit);
    }
}

/// Name of the file and its text, for every verb.
pub fn pages(root: &Command, codes: &[(u8, &str)]) -> Result<Vec<(String, Vec<u8>)>> {
    let mut commands = Vec::new();
    each(root, &mut |command| commands.push(command.clone()));
    let one = |c: &Command| Ok((format!("{}.1", title(c)), page(c, codes)?));
    commands.iter().map(one).collect()
}

/// `holdfast-runs-list`
pub fn title(command: &Command) -> String {
    let name = command.get_bin_name().unwrap_or("holdfast");
    name.replace(' ', "-")
}

/// The page of one verb, with these exit codes and what they mean; fails as writing does.
pub fn page(command: &Command, codes: &[(u8, &str)]) -> Result<Vec<u8>> {
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
    let codes: Vec<(String, &str)> = codes
        .iter()
        .map(|(code, what)| (code.to_string(), *what))
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
