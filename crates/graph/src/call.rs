//! What documents tell people to run: commands with what stands in front of them (`sudo`, `ssh HOST`, `docker exec NAME`) taken off.

use model::document::{Command, Document, Place, Word};
use model::id::{Kind, ObjectRef};

/// One program with its arguments, on some machine.
#[derive(Debug, Clone, Copy)]
pub struct Call<'a> {
    /// The whole command.
    pub command: &'a Command,
    /// From the program on.
    pub words: &'a [Word],
    /// The machine that `ssh` or a prompt names.
    pub host: Option<&'a str>,
    /// It runs inside of a container or guest that another call names.
    pub inside: bool,
}

impl<'a> Call<'a> {
    /// The program without its folder.
    pub fn program(&self) -> &'a str {
        let first = self.words.first().and_then(Word::known).unwrap_or_default();
        first.rsplit('/').next().unwrap_or(first)
    }

    /// What follows the program.
    pub fn args(&self) -> &'a [Word] {
        self.words.get(1..).unwrap_or_default()
    }

    /// The text of an argument by its place.
    pub fn arg(&self, n: usize) -> &'a str {
        self.args().get(n).map_or("", |w| w.text.as_str())
    }

    /// Whether an argument has this text.
    pub fn has(&self, text: &str) -> bool {
        self.args().iter().any(|w| w.text == text)
    }

    /// Whether a one-letter option is given, alone or among others.
    pub fn flag(&self, letter: char) -> bool {
        let short = |t: &str| t.starts_with('-') && !t.starts_with("--");
        self.args()
            .iter()
            .any(|w| short(&w.text) && w.text.contains(letter))
    }

    /// Arguments that are no options; `with` are the options that take the next word as their value.
    pub fn plain(&self, with: &[&str]) -> Vec<&'a Word> {
        plain(self.args(), with)
    }

    /// The value of an option, whether it stands behind it or behind `=`.
    pub fn value(&self, names: &[&str]) -> Option<&'a Word> {
        let at = self
            .args()
            .iter()
            .position(|w| names.contains(&w.text.as_str()));
        let joined = |w: &&Word| names.iter().any(|n| w.text.starts_with(&format!("{n}=")));
        let next = at.and_then(|n| self.args().get(n + 1));
        next.or_else(|| self.args().iter().find(joined))
    }

    /// As it is written, in one line.
    pub fn shown(&self) -> String {
        let words: Vec<&str> = self.words.iter().map(|w| w.text.as_str()).collect();
        let redirects = self
            .command
            .redirects
            .iter()
            .map(|r| format!(" {} {}", r.operator, r.target.text));
        diag::hide(&(words.join(" ") + &redirects.collect::<String>()))
    }
}

/// Words that are no options and no values of options.
pub fn plain<'a>(words: &'a [Word], with: &[&str]) -> Vec<&'a Word> {
    let mut out = Vec::new();
    let mut value = false;
    for word in words {
        let option = word.text.starts_with('-') && word.text.len() > 1;
        if !std::mem::take(&mut value) && !option {
            out.push(word);
        }
        value = option && with.contains(&word.text.as_str());
    }
    out
}

/// The object that findings about a document are about.
pub fn object(document: &Document) -> ObjectRef {
    ObjectRef::new(Kind::Document, &document.name)
}

/// Every call of a document, outer ones first. A single word in inline code is a name and no call.
pub fn calls(document: &Document) -> Vec<Call<'_>> {
    let mut out = Vec::new();
    for command in &document.commands {
        let lone = command.place == Place::Inline && command.words.len() < 2;
        if lone || command.unknown.is_some() {
            continue;
        }
        let host = command.prompt.as_deref();
        let mut call = Call {
            command,
            words: &command.words,
            host,
            inside: false,
        };
        while let Some(inner) = inner(call) {
            if inner.inside != call.inside || inner.host != call.host {
                out.push(call);
            }
            call = inner;
        }
        if !call.words.is_empty() {
            out.push(call);
        }
    }
    out
}

/// Options of `docker exec` that take the next word.
const EXEC: [&str; 7] = [
    "-u",
    "--user",
    "-e",
    "--env",
    "-w",
    "--workdir",
    "--env-file",
];

/// Whether an option takes the next word: one of these, alone or as the last of several letters (`-iu`). What stands behind one of them in
/// the same word is its value (`-uroot`).
fn takes_next(option: &str, with: &[&str]) -> bool {
    let takes = |letter: char| with.contains(&format!("-{letter}").as_str());
    let letters = option
        .strip_prefix('-')
        .filter(|l| l.chars().all(char::is_alphabetic));
    let mut letters = letters.unwrap_or_default().chars();
    let is_last = letters.next_back().is_some_and(takes) && !letters.any(takes);
    with.contains(&option) || is_last
}

/// What a wrapper runs.
fn inner(call: Call<'_>) -> Option<Call<'_>> {
    let words = call.words;
    let after = |with: &[&str], skip: usize| {
        let mut rest = words.get(1..)?;
        let mut left = skip;
        while let [first, tail @ ..] = rest {
            let text = first.text.as_str();
            if text == "--" {
                rest = tail;
            } else if text.starts_with('-') && text.len() > 1 {
                rest = if takes_next(text, with) {
                    tail.get(1..)?
                } else {
                    tail
                };
            } else if left > 0 {
                left -= 1;
                rest = tail;
            } else {
                return Some(rest);
            }
        }
        None
    };
    let same = |words| Call { words, ..call };
    let within = |words| Call {
        words,
        inside: true,
        ..call
    };
    match call.program() {
        "sudo" | "doas" => after(&["-u", "-g", "-h", "-p", "-C", "--user", "--group"], 0).map(same),
        "nohup" | "setsid" | "exec" | "command" => after(&[], 0).map(same),
        "nice" | "ionice" => after(&["-n", "-c", "-p"], 0).map(same),
        "stdbuf" => after(&["-i", "-o", "-e"], 0).map(same),
        "watch" => after(&["-n", "--interval"], 0).map(same),
        "timeout" => after(&["-s", "-k"], 1).map(same),
        "env" => {
            let rest = after(&["-u"], 0)?;
            let skip = rest.iter().take_while(|w| w.text.contains('=')).count();
            rest.get(skip..).filter(|r| !r.is_empty()).map(same)
        }
        "ssh" => {
            let with = ["-p", "-i", "-o", "-l", "-F", "-J", "-L", "-R", "-D"];
            let to = plain(words.get(1..)?, &with);
            let host = to.first()?.known()?;
            let host = host.rsplit('@').next().unwrap_or(host);
            // A command in quotes is text for another shell, and not looked into.
            let rest = after(&with, 1)?;
            let whole = rest.len() == 1 && rest.first().is_some_and(|w| w.text.contains(' '));
            (!whole).then_some(Call {
                words: rest,
                host: Some(host),
                ..call
            })
        }
        "docker" if call.arg(0) == "exec" => after(&EXEC, 2).map(within),
        "docker" if call.arg(0) == "compose" && call.arg(1) == "exec" => {
            after(&EXEC, 3).map(within)
        }
        "pct" if call.arg(0) == "exec" => after(&[], 2).map(within),
        _ => None,
    }
}
