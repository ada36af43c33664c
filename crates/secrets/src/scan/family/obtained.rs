//! Commands by which a password is obtained, and that say it themselves: `password: {command: [echo, X]}`. Elsewhere `echo` may say anything.

use super::pipe::is_password;
use crate::scan::yaml;
use diag::naming;
use std::ops::Range;

const WHAT: &str = "a password that a command says";
/// Programs that say what is behind them.
const SAYERS: [&str; 2] = ["echo", "printf"];
/// Programs to which a command is one word.
const SHELLS: [&str; 6] = ["ash", "bash", "dash", "ksh", "sh", "zsh"];
/// Of a container, a command is what runs in it.
const CONTAINERS: [&str; 3] = ["services", "containers", "initContainers"];

/// A word of a command, and where it stands.
struct Word {
    text: String,
    span: Range<usize>,
    /// It stands there as it is read, so that parts of it have a place.
    is_plain: bool,
}

/// Reads a text only if one of its commands may say something.
pub(super) fn told(text: &str) -> Vec<(Range<usize>, &'static str)> {
    let any = |parts: &[&str]| parts.iter().any(|part| text.contains(part));
    let programs = ["echo", "printf", "login", "unlock"];
    if !any(&["command", "Command", "COMMAND", "cmd"]) || !any(&programs) {
        return Vec::new();
    }
    let mut commands: Vec<(usize, String, Vec<Word>)> = Vec::new();
    yaml::values(text, |value| {
        let way: Vec<&str> = value.way().collect();
        if !is_asked(&way, value.name) {
            return;
        }
        let raw = text.get(value.span.clone()).unwrap_or_default();
        let word = Word {
            text: value.text.to_owned(),
            span: value.span.clone(),
            is_plain: raw == value.text,
        };
        match commands.last_mut() {
            Some((map, name, words)) if *map == value.map && name == value.name => words.push(word),
            _ => commands.push((value.map, value.name.to_owned(), vec![word])),
        }
    });
    let commands = commands.into_iter().map(|(_, _, words)| words);
    let found = commands.flat_map(|words| match words.as_slice() {
        [line] => of_line(line),
        _ => of_words(&words),
    });
    found.map(|span| (span, WHAT)).collect()
}

/// `password: {command: …}`, `from: {command: …}`, `password_command: …`.
fn is_asked(way: &[&str], name: &str) -> bool {
    if way.iter().any(|key| CONTAINERS.contains(key)) {
        return false;
    }
    let lower = name.to_ascii_lowercase();
    if lower == "command" {
        let owner = way.iter().rev().find(|key| **key != name);
        return owner.is_some_and(|key| *key == "from" || naming(key).is_some());
    }
    let end = ["command", "cmd"]
        .into_iter()
        .find_map(|end| lower.strip_suffix(end));
    end.is_some_and(|owner| naming(owner.trim_end_matches(['_', '-', '.'])).is_some())
}

/// A command in one word.
fn of_line(line: &Word) -> Vec<Range<usize>> {
    if !line.is_plain {
        let is_one = SAYERS.iter().any(|program| line.text.starts_with(program));
        return is_one.then(|| line.span.clone()).into_iter().collect();
    }
    let commands = line.text.split(['|', ';', '&', '\n']);
    commands
        .flat_map(|command| {
            let start = line.span.start + (command.as_ptr() as usize - line.text.as_ptr() as usize);
            of_words(&split(command, start))
        })
        .collect()
}

/// Words between blanks, those in quotes without them.
fn split(command: &str, start: usize) -> Vec<Word> {
    let mut out = Vec::new();
    let mut at = 0;
    while let Some(rest) = command.get(at..) {
        at += rest.len() - rest.trim_start().len();
        let rest = rest.trim_start();
        let Some(first) = rest.chars().next() else {
            break;
        };
        let quoted = Some(first).filter(|c| "\"'".contains(*c));
        let inner = quoted.and_then(|sign| rest.get(1..)?.split_once(sign));
        let (from, said) = match inner {
            Some((inner, _)) => (at + 1, inner),
            None => (at, rest.split_whitespace().next().unwrap_or_default()),
        };
        out.push(Word {
            text: said.to_owned(),
            span: start + from..start + from + said.len(),
            is_plain: true,
        });
        at = from + said.len() + usize::from(inner.is_some());
    }
    out
}

/// A command in several.
fn of_words(words: &[Word]) -> Vec<Range<usize>> {
    let Some((program, rest)) = words.split_first() else {
        return Vec::new();
    };
    let text = |n: usize| rest.get(n).map_or("", |word| word.text.as_str());
    let program = program.text.rsplit('/').next().unwrap_or_default();
    if SHELLS.contains(&program) {
        let is_script = |word: &Word| word.text.starts_with('-') && word.text.ends_with('c');
        let script = rest
            .iter()
            .position(is_script)
            .and_then(|n| rest.get(n + 1));
        return script.map(of_line).unwrap_or_default();
    }
    let behind = match program {
        "echo" => 0,
        "printf" if text(0).contains('%') && rest.len() > 1 => 1,
        "printf" => 0,
        "vault" | "bao" if text(0) == "login" => 1,
        "bw" if text(0) == "unlock" => 1,
        _ => return Vec::new(),
    };
    let said = rest.iter().skip(behind);
    // `<your password>`, `{{ password }}`
    let opens = |word: &Word| word.text.starts_with(['<', '{']);
    if said.clone().any(opens) {
        return Vec::new();
    }
    said.filter(|word| is_password(&word.text) && !word.text.contains('='))
        .map(|word| word.span.clone())
        .collect()
}
