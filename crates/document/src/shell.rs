//! Splits shell text into simple commands. No shell: nothing is expanded, compound commands are only looked through, and what is
//! not understood is marked as unknown.

use super::untold::{is_assignment, untold};
use diag::{SourceId, Span, Spanned};
use model::document::{Command, Place, Redirect, Sure, Word};

/// Reserved words after which a command begins.
const BEFORE: [&str; 11] = [
    "if", "then", "elif", "else", "while", "until", "do", "!", "time", "{", "exec",
];
/// Reserved words that end something.
const AFTER: [&str; 4] = ["fi", "done", "}", "esac"];
/// Commands that are not looked into.
const COMPOUND: [&str; 6] = ["for", "select", "case", "function", "[[", "coproc"];

/// The commands of some lines; of a recorded session those behind a prompt, and of what stands before the first of them whatever shows
/// itself to be one.
pub(super) fn commands(lines: &[Spanned<String>], place: Place) -> Vec<Command> {
    match first_prompt(lines).filter(|_| matches!(place, Place::Fence(_))) {
        Some(at) => session(lines, at, place),
        None => Scan::over(lines, place).run(),
    }
}

/// The same of lines of which nobody says what they are.
pub(super) fn commands_untold(lines: &[Spanned<String>], place: Place) -> Vec<Command> {
    match first_prompt(lines) {
        Some(at) => session(lines, at, place),
        None => untold(lines, place),
    }
}

fn first_prompt(lines: &[Spanned<String>]) -> Option<usize> {
    lines.iter().position(|l| prompt(&l.value).is_some())
}

/// The commands of a recorded session whose first prompt is in this line.
fn session(lines: &[Spanned<String>], first: usize, place: Place) -> Vec<Command> {
    let (before, mut rest) = lines.split_at(first);
    let mut out = untold(before, place);
    while let [line, tail @ ..] = rest {
        rest = tail;
        let Some((host, at)) = prompt(&line.value) else {
            continue;
        };
        let mut typed = vec![behind(line, at)];
        while let [next, tail @ ..] = rest {
            // What the shell asks for more with; what programs say begins with it only below other lines.
            let more = next.value.starts_with("> ").then_some(2);
            let more = more.or_else(|| (next.value == ">").then_some(1));
            let open = typed.last().is_some_and(|l| l.value.ends_with('\\'));
            let Some(at) = more.or(open.then_some(0)) else {
                break;
            };
            typed.push(behind(next, at));
            rest = tail;
        }
        let mut found = Scan::over(&typed, place).run();
        found.iter_mut().for_each(|c| c.prompt.clone_from(&host));
        out.extend(found);
    }
    out
}

/// A line from a byte of it on.
fn behind(line: &Spanned<String>, at: usize) -> Spanned<String> {
    let start = line.span.start + u32::try_from(at).unwrap_or(0);
    let text = line.value.get(at..).unwrap_or_default();
    Spanned::new(text.to_owned(), Span { start, ..line.span })
}

/// `$ ` or `user@host:~# ` in front of a line: the host, and where the command begins.
fn prompt(line: &str) -> Option<(Option<String>, usize)> {
    if line.starts_with("$ ") {
        return Some((None, 2));
    }
    let end = line
        .find(['#', '$'])
        .filter(|n| line.get(n + 1..n + 2) == Some(" "))?;
    let before = line
        .get(..end)?
        .trim_start_matches('[')
        .trim_end_matches(']');
    let (user, rest) = before.split_once('@')?;
    let host = rest.split([':', ' ']).next()?;
    let plain = |t: &str| {
        !t.is_empty()
            && t.chars()
                .all(|c| c.is_ascii_alphanumeric() || "._-".contains(c))
    };
    (plain(user) && plain(host)).then(|| (Some(host.to_owned()), end + 2))
}

/// A character with its first byte in the native file; the end of a line is a line break.
type Char = (usize, char);

struct Scan {
    source: SourceId,
    chars: Vec<Char>,
    at: usize,
    place: Place,
    out: Vec<Command>,
    under: Option<Spanned<String>>,
    words: Vec<Word>,
    redirects: Vec<Redirect>,
    heredocs: Vec<String>,
    piped: bool,
    start: Option<usize>,
    unknown: Option<&'static str>,
}

impl Scan {
    fn over(lines: &[Spanned<String>], place: Place) -> Self {
        let source = lines.first().map(|l| l.span.source).unwrap_or_default();
        let mut chars = Vec::new();
        for line in lines {
            let base = line.span.start as usize;
            chars.extend(line.value.char_indices().map(|(n, c)| (base + n, c)));
            chars.push((line.span.end as usize, '\n'));
        }
        Self {
            source,
            chars,
            at: 0,
            place,
            out: Vec::new(),
            under: None,
            words: Vec::new(),
            redirects: Vec::new(),
            heredocs: Vec::new(),
            piped: false,
            start: None,
            unknown: None,
        }
    }

    fn run(mut self) -> Vec<Command> {
        while let Some(c) = self.peek(0) {
            match c {
                ' ' | '\t' => self.at += 1,
                '\n' => {
                    self.finish(false);
                    self.at += 1;
                    self.skip_heredocs();
                }
                '\\' if self.peek(1) == Some('\n') => self.at += 2,
                '#' => self.comment(),
                ';' => self.operator(1, false),
                '&' if self.peek(1) == Some('&') => self.operator(2, false),
                '&' if self.peek(1) != Some('>') => self.operator(1, false),
                '|' if self.peek(1) == Some('|') => self.operator(2, false),
                '|' => self.operator(1, true),
                '(' | ')' if self.words.is_empty() => self.operator(1, false),
                '(' => {
                    self.unknown = Some("it has a parenthesis");
                    self.at += 1;
                }
                ')' => self.operator(1, false),
                _ if self.is_redirect() => self.redirect(),
                _ => self.next_word(),
            }
        }
        self.finish(false);
        self.out
    }

    fn peek(&self, ahead: usize) -> Option<char> {
        self.chars.get(self.at + ahead).map(|(_, c)| *c)
    }

    /// The first byte of the next character.
    fn byte(&self) -> usize {
        let last = self.chars.last().map_or(0, |(n, _)| *n);
        self.chars.get(self.at).map_or(last, |(n, _)| *n)
    }

    fn span(&self, start: usize) -> Span {
        let end = self.at.checked_sub(1).and_then(|n| self.chars.get(n));
        let end = end.map_or(
            start,
            |(n, c)| if *c == '\n' { *n } else { n + c.len_utf8() },
        );
        Span::new(self.source, start, end)
    }

    fn operator(&mut self, length: usize, pipe: bool) {
        self.finish(pipe);
        self.at += length;
    }

    /// Ends the command that is being read; the next one may read what it writes.
    fn finish(&mut self, pipe: bool) {
        let piped = std::mem::replace(&mut self.piped, pipe);
        let start = self.start.take();
        let words = std::mem::take(&mut self.words);
        let redirects = std::mem::take(&mut self.redirects);
        let unknown = self.unknown.take();
        let Some(start) = start.filter(|_| !words.is_empty()) else {
            return;
        };
        let span = words
            .iter()
            .map(|w| w.span.end)
            .chain(redirects.iter().map(|r| r.target.span.end))
            .max();
        let span = Span {
            source: self.source,
            start: u32::try_from(start).unwrap_or(u32::MAX),
            end: span.unwrap_or(0),
        };
        let under = self.under.clone();
        let place = self.place;
        self.out.push(Command {
            place,
            words,
            redirects,
            piped,
            under,
            comment: None,
            prompt: None,
            unknown,
            span,
        });
    }

    fn comment(&mut self) {
        let start = self.byte();
        let alone = self.start.is_none() && self.is_first_of_line();
        let mut text = String::new();
        while let Some(c) = self.peek(0).filter(|c| *c != '\n') {
            text.push(c);
            self.at += 1;
        }
        let comment = Spanned::new(
            text.trim_start_matches('#').trim().to_owned(),
            self.span(start),
        );
        if alone {
            self.under = Some(comment);
        } else {
            self.finish(false);
            if let Some(last) = self.out.last_mut() {
                last.comment = Some(comment);
            }
        }
    }

    fn is_first_of_line(&self) -> bool {
        let before = self.chars.get(..self.at).unwrap_or_default().iter().rev();
        before
            .map(|(_, c)| *c)
            .take_while(|c| *c != '\n')
            .all(char::is_whitespace)
    }

    /// `>`, `>>`, `<`, `<<`, `<<<`, `&>`, with a number in front or not. `<NAME>` is a gap to fill, and no redirect.
    fn is_redirect(&self) -> bool {
        let mut ahead = 0;
        while self.peek(ahead).is_some_and(|c| c.is_ascii_digit()) {
            ahead += 1;
        }
        match self.peek(ahead) {
            Some('&') if ahead == 0 => self.peek(1) == Some('>'),
            Some('<') => ahead > 0 || self.gap().is_none(),
            Some('>') => true,
            _ => false,
        }
    }

    /// The length of `<NAME>` here.
    fn gap(&self) -> Option<usize> {
        if self.peek(0) != Some('<') || !self.peek(1)?.is_alphabetic() {
            return None;
        }
        let mut n = 1;
        while let Some(c) = self.peek(n) {
            match c {
                '>' => return Some(n + 1),
                c if c.is_alphanumeric() || " _-./:".contains(c) => n += 1,
                _ => return None,
            }
        }
        None
    }

    fn redirect(&mut self) {
        let start = self.byte();
        self.start.get_or_insert(start);
        let mut operator = String::new();
        while let Some(c) = self
            .peek(0)
            .filter(|c| c.is_ascii_digit() || "<>&|".contains(*c))
        {
            operator.push(c);
            self.at += 1;
            let ended = self.peek(0).is_some_and(|c| c.is_ascii_digit());
            if ended && operator.ends_with(['<', '>', '&', '|']) {
                break;
            }
        }
        if operator == "<<" && self.peek(0) == Some('-') {
            self.at += 1;
        }
        while matches!(self.peek(0), Some(' ' | '\t')) {
            self.at += 1;
        }
        let target = self.word();
        if operator.ends_with("<<") && !operator.ends_with("<<<") {
            self.heredocs.push(target.text.clone());
        }
        self.redirects.push(Redirect { operator, target });
    }

    /// Skips the texts of here-documents, which are no commands.
    fn skip_heredocs(&mut self) {
        for end in std::mem::take(&mut self.heredocs) {
            let mut line = String::new();
            while let Some(c) = self.peek(0) {
                self.at += 1;
                if c != '\n' {
                    line.push(c);
                } else if line.trim() == end {
                    break;
                } else {
                    line.clear();
                }
            }
        }
    }

    fn next_word(&mut self) {
        let start = self.byte();
        let word = self.word();
        let first = self.words.is_empty();
        let text = word.known().unwrap_or_default();
        if first && (BEFORE.contains(&text) || AFTER.contains(&text) || is_assignment(&word.text)) {
            return;
        }
        if first && COMPOUND.contains(&text) {
            self.unknown = Some("it is a compound command");
            if text == "case" {
                self.skip_case();
            }
        }
        self.start.get_or_insert(start);
        self.words.push(word);
    }

    /// The patterns of a `case` look like nothing else.
    fn skip_case(&mut self) {
        let mut word = String::new();
        while let Some(c) = self.peek(0) {
            self.at += 1;
            if !c.is_whitespace() && c != ';' {
                word.push(c);
            } else if std::mem::take(&mut word) == "esac" {
                break;
            }
        }
    }

    fn word(&mut self) -> Word {
        let start = self.byte();
        let (mut text, mut sure) = (String::new(), Sure::Yes);
        while let Some(c) = self.peek(0) {
            match c {
                ' ' | '\t' | '\n' | ';' | '&' | '|' | '(' | ')' | '>' => break,
                '<' => match self.gap() {
                    Some(length) => {
                        self.copy(length, &mut text);
                        sure = Sure::Gap;
                    }
                    None => break,
                },
                '\\' if self.peek(1) == Some('\n') => self.at += 2,
                '\\' => {
                    self.at += 1;
                    self.copy(1, &mut text);
                }
                '\'' => self.single(&mut text),
                '"' => self.double(&mut text, &mut sure),
                '$' | '`' => self.expansion(&mut text, &mut sure),
                '*' | '?' | '[' if sure == Sure::Yes => {
                    // A lone bracket is a test.
                    if c != '[' || !text.is_empty() {
                        sure = Sure::Pattern;
                    }
                    self.copy(1, &mut text);
                }
                _ => self.copy(1, &mut text),
            }
        }
        let span = self.span(start);
        Word { text, sure, span }
    }

    fn copy(&mut self, count: usize, text: &mut String) {
        for _ in 0..count {
            text.extend(self.peek(0).filter(|_| self.at < self.chars.len()));
            self.at += 1;
        }
    }

    fn single(&mut self, text: &mut String) {
        self.at += 1;
        loop {
            match self.peek(0) {
                Some('\'') => break self.at += 1,
                Some(_) => self.copy(1, text),
                None => break self.unknown = Some("a quote is not closed"),
            }
        }
    }

    fn double(&mut self, text: &mut String, sure: &mut Sure) {
        self.at += 1;
        loop {
            match self.peek(0) {
                Some('"') => break self.at += 1,
                Some('\\') if self.peek(1).is_some_and(|c| "$`\"\\".contains(c)) => {
                    self.at += 1;
                    self.copy(1, text);
                }
                Some('$' | '`') => self.expansion(text, sure),
                Some(_) => self.copy(1, text),
                None => break self.unknown = Some("a quote is not closed"),
            }
        }
    }

    /// `$NAME`, `${…}`, `$(…)` or backticks: kept as written.
    fn expansion(&mut self, text: &mut String, sure: &mut Sure) {
        let open = match (self.peek(0), self.peek(1)) {
            (Some('`'), _) => {
                *sure = Sure::Expands;
                self.copy(1, text);
                return self.until('`', '`', text);
            }
            (_, Some('(')) => ('(', ')'),
            (_, Some('{')) => ('{', '}'),
            (_, Some(c)) if c.is_ascii_alphanumeric() || "_@*#?$!-".contains(c) => {
                *sure = Sure::Expands;
                self.copy(2, text);
                while c.is_ascii_alphabetic()
                    && self
                        .peek(0)
                        .is_some_and(|c| c.is_ascii_alphanumeric() || c == '_')
                {
                    self.copy(1, text);
                }
                return;
            }
            _ => return self.copy(1, text),
        };
        *sure = Sure::Expands;
        self.copy(2, text);
        self.until(open.0, open.1, text);
    }

    /// Copies up to the bracket that closes the one that was read.
    fn until(&mut self, open: char, close: char, text: &mut String) {
        let mut depth = 1;
        while let Some(c) = self.peek(0) {
            self.copy(1, text);
            if c == close {
                depth -= 1;
            } else if c == open {
                depth += 1;
            }
            if depth == 0 {
                return;
            }
        }
        self.unknown = Some("a bracket is not closed");
    }
}
