//! Texts in a text that are read by rules of their own: what Markdown has in fences of a shell, and what stands in quotes with `\n`
//! between its lines, as a file of settings does within a setting.

use super::kind::{Form, Kind};
use super::yaml;
use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd};
use std::collections::BTreeMap;
use std::ops::Range;

/// Fences of these languages hold commands.
const SHELLS: [&str; 12] = [
    "ash",
    "bash",
    "console",
    "dash",
    "fish",
    "ksh",
    "sh",
    "shell",
    "shell-session",
    "shellsession",
    "terminal",
    "zsh",
];
/// Those of them that are recorded sessions, in which a line of `root` begins as a comment does.
const SESSIONS: [&str; 4] = ["console", "shell-session", "shellsession", "terminal"];
/// What people write for a password where they explain a command.
const STAND_INS: [&str; 16] = [
    "admin",
    "geheim",
    "hunter2",
    "mypass",
    "mypassword",
    "mysecret",
    "pass",
    "passwd",
    "password",
    "passwort",
    "pw",
    "pwd",
    "secret",
    "token",
    "yourpass",
    "yourtoken",
];

/// A text in a text. What is not of it is blank, so that every byte keeps its place.
pub(super) struct Inner {
    /// The name of a file whose rules it is read by.
    pub path: &'static str,
    /// Where it begins.
    pub start: usize,
    /// What it says.
    pub text: String,
    /// Where a line of it surely ends, though the text around it goes on; in order.
    pub ends: Vec<usize>,
}

/// The commands of a document.
pub(super) fn script(path: &str, text: &str) -> Option<Inner> {
    let fenced = text.contains("```") || text.contains("~~~");
    if !fenced || !path.ends_with(".md") {
        return None;
    }
    let (mut commands, mut language) = (Vec::new(), None);
    let mut lines: Vec<Range<usize>> = Vec::new();
    for (event, range) in Parser::new_ext(text, Options::empty()).into_offset_iter() {
        match event {
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(said))) => {
                let word = said.split([' ', ',', '{']).next().unwrap_or_default();
                language = Some(word.to_ascii_lowercase());
            }
            Event::End(TagEnd::CodeBlock) => {
                let of = language.take().unwrap_or_default();
                commands.extend(typed(text, &of, &lines));
                lines.clear();
            }
            Event::Text(_) if language.is_some() => lines.extend(each_line(text, range)),
            _ => {}
        }
    }
    let parts: Vec<Range<usize>> = commands;
    let (start, end) = (parts.first()?.start, parts.last()?.end);
    let mut out = Blank::new(text, start..end);
    parts.iter().for_each(|part| out.copy(text, part.clone()));
    Some(out.inner("fence.sh", Vec::new()))
}

/// Of the lines of a fence, those that are commands: of a recorded session only what stands behind a prompt, and of a fence that says
/// nothing of its language nothing else.
fn typed(text: &str, language: &str, lines: &[Range<usize>]) -> Vec<Range<usize>> {
    let is_shell = SHELLS.contains(&language);
    if !is_shell && !language.is_empty() {
        return Vec::new();
    }
    let of_root = SESSIONS.contains(&language);
    let said = |line: &Range<usize>| text.get(line.clone()).unwrap_or_default();
    let prompts = lines.iter().map(|line| prompt(said(line), of_root));
    let prompts: Vec<Option<usize>> = prompts.collect();
    if prompts.iter().all(Option::is_none) {
        return match is_shell {
            true => lines.to_vec(),
            false => Vec::new(),
        };
    }
    let mut goes_on = false;
    let mut out = Vec::new();
    for (line, prompt) in lines.iter().zip(prompts) {
        let begins = prompt.or(goes_on.then_some(0));
        out.extend(begins.map(|at| line.start + at..line.end));
        goes_on = begins.is_some() && said(line).trim_end().ends_with('\\');
    }
    out
}

/// Where the command begins in a line with a prompt before it: `$ `, `jo@nas:~$ `, and of a session also `# `.
fn prompt(line: &str, of_root: bool) -> Option<usize> {
    let end = line.find(['$', '#', '%'])?;
    let (before, sign) = (line.get(..end)?, line.get(end..end + 1)?);
    let who = before.trim_start().trim_matches(['[', ']', '(', ')']);
    let is_alone = who.is_empty() && (sign == "$" || of_root && sign == "#");
    let is_login = who.contains('@') && who.split_whitespace().count() <= 2;
    let is_prompt = (is_alone || is_login) && line.get(end + 1..end + 2) == Some(" ");
    is_prompt.then_some(end + 2)
}

/// A text that is written into a file.
pub(super) struct Written<'t> {
    /// The file's name; that of a file of settings if nobody says it.
    pub path: String,
    /// Where it begins.
    pub start: usize,
    /// What it says.
    pub text: &'t str,
}

/// Modules of Ansible that write lines into a file, or a whole one.
const WRITERS: [&str; 3] = ["lineinfile", "blockinfile", "copy"];

/// What Ansible writes into files.
pub(super) fn written(text: &str, form: Form) -> Vec<Written<'_>> {
    let parts = ["lineinfile", "blockinfile", "copy:"];
    if form != Form::Tree || !parts.iter().any(|part| text.contains(part)) {
        return Vec::new();
    }
    let mut paths: BTreeMap<usize, String> = BTreeMap::new();
    let mut parts: Vec<(usize, Range<usize>)> = Vec::new();
    yaml::values(text, |value| {
        let module = value.way().next_back().unwrap_or_default();
        let module = module.rsplit('.').next().unwrap_or_default();
        if !WRITERS.contains(&module) {
            return;
        }
        match value.name {
            "path" | "dest" => {
                paths.insert(value.map, value.text.to_owned());
            }
            "line" | "block" | "content" => parts.push((value.map, value.span.clone())),
            _ => {}
        }
    });
    let part = |(map, span): (usize, Range<usize>)| {
        let path = paths.get(&map).map_or("lines.properties", String::as_str);
        Some(Written {
            path: path.to_owned(),
            start: span.start,
            text: text.get(span)?,
        })
    };
    parts.into_iter().filter_map(part).collect()
}

/// What explains where a password stands and is none: `mysql -psecret`, `curl -u NAME:PASSWORD`.
pub(super) fn is_stand_in(value: &str) -> bool {
    let capital = |b: u8| b.is_ascii_uppercase() || b"_-".contains(&b);
    value.bytes().all(capital) || STAND_INS.contains(&value.to_ascii_lowercase().as_str())
}

/// What stands in quotes with `\n` in it, line by line. A reader of YAML knows where such a line ends; elsewhere the two signs may also be
/// two signs of a password.
pub(super) fn lines(text: &str, kind: Kind, form: Form) -> Option<Inner> {
    let is_set = matches!(kind, Kind::Settings | Kind::Script);
    if !is_set || !["\\n", "\\r"].iter().any(|end| text.contains(end)) {
        return None;
    }
    let mut parts: Vec<(Range<usize>, bool)> = Vec::new();
    if form == Form::Tree {
        yaml::values(text, |value| {
            let before = value.span.start.checked_sub(1);
            let is_double = before.and_then(|at| text.as_bytes().get(at)) == Some(&b'"');
            let said = text.get(value.span.clone()).unwrap_or_default();
            if value.quoted && is_double && has_end(said) {
                parts.push((value.span.clone(), true));
            }
        });
        parts.sort_by_key(|(part, _)| part.start);
    }
    let others: Vec<Range<usize>> = in_quotes(text)
        .into_iter()
        .filter(|part| {
            let next = parts.partition_point(|(known, _)| known.end <= part.start);
            let known = parts.get(next);
            known.is_none_or(|(known, _)| known.start >= part.end)
        })
        .collect();
    parts.extend(others.into_iter().map(|part| (part, false)));
    parts.sort_by_key(|(part, _)| part.start);
    let (start, end) = (parts.first()?.0.start, parts.last()?.0.end);
    let mut out = Blank::new(text, start..end);
    let mut ends = Vec::new();
    for (part, is_read) in parts {
        let found = out.open(text, part);
        ends.extend(found.into_iter().filter(|_| is_read));
    }
    Some(out.inner("lines.properties", ends))
}

fn has_end(text: &str) -> bool {
    text.contains("\\n") || text.contains("\\r")
}

/// What stands in quotes that end in the same line, and has an end of a line in it.
fn in_quotes(text: &str) -> Vec<Range<usize>> {
    let mut out = Vec::new();
    for line in each_line(text, 0..text.len()) {
        let said = text.get(line.clone()).unwrap_or_default();
        if !has_end(said) {
            continue;
        }
        let mut at = 0;
        while let Some(sign) = said.as_bytes().get(at) {
            let inner = match sign {
                b'"' | b'\'' => quoted(said, at + 1, *sign),
                _ => None,
            };
            let Some(inner) = inner else {
                // What is escaped begins nothing.
                at += if *sign == b'\\' { 2 } else { 1 };
                continue;
            };
            let held = said.get(inner.clone()).unwrap_or_default();
            // Texts in a text are read each for itself.
            if *sign == b'\'' && held.contains('"') {
                at += 1;
                continue;
            }
            at = inner.end + 1;
            if has_end(held) {
                out.push(line.start + inner.start..line.start + inner.end);
            }
        }
    }
    out
}

/// Up to the same sign, if it is not escaped.
fn quoted(line: &str, from: usize, sign: u8) -> Option<Range<usize>> {
    let mut at = from;
    loop {
        match line.as_bytes().get(at)? {
            b'\\' => at += 2,
            end if *end == sign => return Some(from..at),
            _ => at += 1,
        }
    }
}

/// Lines of a part of a text, each with its end.
fn each_line(text: &str, part: Range<usize>) -> impl Iterator<Item = Range<usize>> {
    let mut at = part.start;
    let lines = text.get(part).unwrap_or_default().split_inclusive('\n');
    lines.map(move |line| {
        at += line.len();
        at - line.len()..at
    })
}

/// Blanks in place of a text, into which parts of it are put.
struct Blank {
    start: usize,
    bytes: Vec<u8>,
}

impl Blank {
    /// Ends of lines stay.
    fn new(text: &str, part: Range<usize>) -> Self {
        let bytes = text.as_bytes().get(part.clone()).unwrap_or_default();
        let blank = |b: &u8| if *b == b'\n' { b'\n' } else { b' ' };
        Self {
            start: part.start,
            bytes: bytes.iter().map(blank).collect(),
        }
    }

    fn put(&mut self, at: usize, byte: u8) {
        if let Some(here) = at.checked_sub(self.start)
            && let Some(old) = self.bytes.get_mut(here)
        {
            *old = byte;
        }
    }

    fn copy(&mut self, text: &str, part: Range<usize>) {
        for at in part {
            if let Some(byte) = text.as_bytes().get(at) {
                self.put(at, *byte);
            }
        }
    }

    /// The same with what its escapes stand for, as far as they part words and lines; where those are that end a line.
    fn open(&mut self, text: &str, part: Range<usize>) -> Vec<usize> {
        let bytes = text.as_bytes();
        let mut ends = Vec::new();
        let (mut at, mut is_open) = (part.start, false);
        while at < part.end {
            let run = bytes.iter().take(part.end).skip(at);
            let slashes = run.take_while(|b| **b == b'\\').count();
            let sign = bytes.get(at + slashes).filter(|_| at + slashes < part.end);
            match sign {
                Some(b'n' | b'r') if slashes > 0 => {
                    self.put(at + slashes, b'\n');
                    // Escaped twice it is one only for whoever reads what the text says.
                    ends.extend((slashes == 1).then_some(at));
                }
                // A tabulator is a blank.
                Some(b't') if slashes == 1 => {}
                // Right beside what they are around.
                Some(b'"') if slashes > 0 => {
                    self.put(if is_open { at } else { at + slashes }, b'"');
                    is_open = !is_open;
                }
                _ => self.copy(text, at..(at + slashes + 1).min(part.end)),
            }
            at += slashes + 1;
        }
        // The next part begins a line.
        self.put(part.end, b'\n');
        ends
    }

    fn inner(self, path: &'static str, ends: Vec<usize>) -> Inner {
        // Whole signs were copied, and all else is blank.
        let text = String::from_utf8_lossy(&self.bytes).into_owned();
        Inner {
            path,
            start: self.start,
            text,
            ends,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_of_a_document() {
        for (text, want) in [
            ("a\n```sh\nb c\n```\nd\n", "b c"),
            ("```python\nb\n```\n", ""),
            ("```\nb\n```\n", ""),
            ("```\n$ b\nsaid\n$ c \\\n  d\n```\n", "b c \\ d"),
            ("- a\n  ~~~bash {x}\n  b\n  c\n  ~~~\n", "b c"),
            ("> ```zsh\n> b\n> c\n> ```\n", "b c"),
            ("```console\n# b\nroot@nas:~# c\n```\n", "b c"),
            ("```sh\n# b\nc\n```\nx\n```sh\nd ü\n```\n", "# b c d ü"),
        ] {
            let found = script("x.md", text);
            let said = found.as_ref().map_or("", |inner| inner.text.as_str());
            let words: Vec<&str> = said.split_whitespace().collect();
            assert_eq!(words.join(" "), want, "{text}");
            for word in words {
                let at = said.find(word).unwrap() + found.as_ref().unwrap().start;
                assert!(text[at..].starts_with(word), "{text}");
            }
        }
        assert!(script("x.txt", "```sh\nb\n```\n").is_none());
    }

    #[test]
    fn lines_in_quotes() {
        for (text, form, want, ends) in [
            ("a: \"b = c\\nd: e\"\n", Form::Tree, "b = c|d: e", 1),
            ("a: \"b\\nd\", \"x\n", Form::Tree, "b|d", 0),
            ("a: 'b\\nd'\n", Form::Tree, "b|d", 0),
            ("a: '{\"b\":\"c\\nd\"}'\n", Form::Tree, "c|d", 0),
            (
                "a: \"{\\\"b\\\":\\\"c\\\\nd\\\"}\"\n",
                Form::Tree,
                "{ \"b\" : \"c|d\" }",
                0,
            ),
            (
                "a: \"b\\tc\\nd\"\nx: y\ne: \"f\\ng\"\n",
                Form::Tree,
                "b  c|d|f|g",
                2,
            ),
            ("A=\"b\\nc\"\nB='d\\ne'\n", Form::Lines, "b|c|d|e", 0),
            ("A=\"b\\nc\n", Form::Lines, "", 0),
            ("a: b\\nc\n", Form::Tree, "", 0),
        ] {
            let found = lines(text, Kind::Settings, form);
            let said = found.as_ref().map_or("", |inner| inner.text.as_str());
            let lines = said.lines().map(str::trim).filter(|l| !l.is_empty());
            assert_eq!(lines.collect::<Vec<_>>().join("|"), want, "{text}");
            assert_eq!(found.map_or(0, |inner| inner.ends.len()), ends, "{text}");
        }
        let code = lines("a(\"b\\nc\")", Kind::Code, Form::Text);
        assert!(code.is_none());
    }
}
