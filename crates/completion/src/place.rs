//! Where in the command line a word stands: which verb, which arguments are given, and what may come next.

use crate::Candidate;
use clap::builder::StyledStr;
use clap::{Arg, ArgAction, Command, ValueHint};

/// What may come next.
#[derive(Debug)]
pub(crate) enum Wanted {
    /// A word that the command line itself knows.
    Word(Candidate),
    /// A value that the lab may know; `before` stands in the same word already.
    Value { argument: String, before: String },
    /// A file.
    Files,
    /// A folder.
    Directories,
}

/// A place in a command line.
#[derive(Debug)]
pub(crate) struct Place {
    /// The verb, as deep as it is typed.
    command: Command,
    /// Verbs on the way to it, without the program's name.
    pub(crate) verb: Vec<String>,
    /// Values by argument, in the order of the line.
    given: Vec<(String, String)>,
    /// The flag whose value comes next.
    open: Option<Arg>,
    /// How many positional values are given.
    at: usize,
    /// Behind `--`.
    last: bool,
}

/// Follows complete words into the command line. What it does not know is passed over.
pub(crate) fn find(mut root: Command, words: &[String]) -> Place {
    root.build();
    let mut place = Place {
        command: root,
        verb: Vec::new(),
        given: Vec::new(),
        open: None,
        at: 0,
        last: false,
    };
    for word in words {
        place.pass(word);
    }
    place
}

impl Place {
    /// What was given for an argument, the last one first.
    pub(crate) fn given(&self, argument: &str) -> Option<&str> {
        let mut of = self.given.iter().rev();
        of.find(|(id, _)| id == argument).map(|(_, v)| v.as_str())
    }

    /// All that was given for an argument, in order.
    pub(crate) fn all(&self, argument: &str) -> Vec<&str> {
        let of = self.given.iter().filter(|(id, _)| id == argument);
        of.map(|(_, value)| value.as_str()).collect()
    }

    /// How many values were given for an argument.
    pub(crate) fn times(&self, argument: &str) -> usize {
        self.given.iter().filter(|(id, _)| id == argument).count()
    }

    fn pass(&mut self, word: &str) {
        if let Some(argument) = self.open.take() {
            self.keep(&argument, word);
        } else if self.last {
            self.positional(word);
        } else if word == "--" {
            self.last = true;
        } else if word.starts_with('-') && word.len() > 1 {
            self.flag(word);
        } else if let Some(verb) = self.command.find_subcommand(word).cloned() {
            self.verb.push(verb.get_name().to_owned());
            (self.command, self.at) = (verb, 0);
        } else {
            self.positional(word);
        }
    }

    fn keep(&mut self, argument: &Arg, value: &str) {
        let id = argument.get_id().to_string();
        self.given.push((id, value.to_owned()));
    }

    fn flag(&mut self, word: &str) {
        let (name, value) = match word.split_once('=') {
            Some((name, value)) => (name, Some(value)),
            None => (word, None),
        };
        let Some(argument) = self.flag_of(name).cloned() else {
            return;
        };
        match value {
            Some(value) => self.keep(&argument, value),
            None if takes_value(&argument) && !argument.is_require_equals_set() => {
                self.open = Some(argument);
            }
            None => self.keep(&argument, ""),
        }
    }

    fn flag_of(&self, name: &str) -> Option<&Arg> {
        let mut all = self.command.get_arguments();
        match name.strip_prefix("--") {
            Some(long) => all.find(|a| {
                let names = a.get_long_and_visible_aliases();
                names.is_some_and(|names| names.contains(&long))
            }),
            None => all.find(|a| a.get_short() == name.chars().nth(1)),
        }
    }

    fn positional(&mut self, word: &str) {
        let Some(argument) = self.next_positional().cloned() else {
            return;
        };
        self.keep(&argument, word);
        let most = argument.get_num_args().map_or(1, |n| n.max_values());
        let repeats = matches!(argument.get_action(), ArgAction::Append);
        if !repeats || self.times(argument.get_id().as_str()) >= most && most > 1 {
            self.at += 1;
        }
    }

    fn next_positional(&self) -> Option<&Arg> {
        let mut of = self.command.get_positionals();
        if self.last {
            return of.find(|a| a.is_last_set());
        }
        of.filter(|a| !a.is_last_set()).nth(self.at)
    }

    /// What the word that is being typed may become.
    pub(crate) fn wanted(&self, current: &str) -> Vec<Wanted> {
        if let Some(argument) = &self.open {
            return values(argument, current, "");
        }
        if !self.last && current.starts_with('-') {
            return match current.split_once('=') {
                Some((name, value)) => {
                    let argument = self.flag_of(name).filter(|a| takes_value(a));
                    argument.map_or_else(Vec::new, |a| values(a, value, &format!("{name}=")))
                }
                None => self.flags(),
            };
        }
        let mut out = Vec::new();
        if !self.last {
            out.extend(self.verbs().into_iter().map(Wanted::Word));
        }
        if let Some(argument) = self.next_positional() {
            out.extend(values(argument, current, ""));
        }
        out
    }

    /// Verbs that may come next.
    pub(crate) fn verbs(&self) -> Vec<Candidate> {
        let verbs = self.command.get_subcommands().filter(|c| !c.is_hide_set());
        verbs
            .map(|c| Candidate::new(c.get_name(), first(c.get_about())))
            .collect()
    }

    fn flags(&self) -> Vec<Wanted> {
        let again = |a: &Arg| matches!(a.get_action(), ArgAction::Append);
        let flags = self
            .command
            .get_arguments()
            .filter(|a| !a.is_hide_set() && (again(a) || self.times(a.get_id().as_str()) == 0));
        let word = |a: &Arg| {
            Some(Candidate::new(
                format!("--{}", a.get_long()?),
                first(a.get_help()),
            ))
        };
        flags.filter_map(word).map(Wanted::Word).collect()
    }
}

fn takes_value(argument: &Arg) -> bool {
    argument.get_action().takes_values()
}

/// Words that an argument knows, else what the lab or the disk has.
fn values(argument: &Arg, current: &str, before: &str) -> Vec<Wanted> {
    // In a list with commas the last item is the one that is being typed.
    let items = argument
        .get_value_delimiter()
        .and_then(|d| current.rfind(d));
    let head = items.and_then(|at| current.get(..=at)).unwrap_or_default();
    let before = format!("{before}{head}");
    let known = argument.get_possible_values();
    if !known.is_empty() {
        let about = |help: Option<&StyledStr>| first(help);
        let shown = known.iter().filter(|v| !v.is_hide_set());
        return shown
            .map(|v| Candidate::new(format!("{before}{}", v.get_name()), about(v.get_help())))
            .map(Wanted::Word)
            .collect();
    }
    let id = argument.get_id().to_string();
    let disk = match (id.as_str(), argument.get_value_hint()) {
        ("lab" | "into" | "dir" | "place", _) => Some(Wanted::Directories),
        ("sources" | "compose", _) | (_, ValueHint::AnyPath) => Some(Wanted::Files),
        _ => None,
    };
    let value = Wanted::Value {
        argument: id,
        before,
    };
    std::iter::once(value).chain(disk).collect()
}

fn first(help: Option<&StyledStr>) -> String {
    help.map(ToString::to_string).unwrap_or_default()
}
