//! What was begun and not finished: brackets and quotes that nothing closes, keys without a colon. The scanner notices them
//! where it cannot go on, which is a line or many later; here they are looked for where they began.

use diag::{Applicability, Diagnostic, Edit, Fix, SourceId, Span};

/// What is not finished where the scanner could not go on, if that is what is wrong.
pub(super) fn about(source: SourceId, text: &str, at: usize, said: &str) -> Option<Diagnostic> {
    quote(source, text, at)
        .or_else(|| bracket(source, text, at))
        .or_else(|| comma(source, text, at, said))
        .or_else(|| colon(source, text, at, said))
}

fn error(message: impl Into<String>) -> Diagnostic {
    Diagnostic::invalid("yaml-syntax", message.into())
}

fn one(source: SourceId, at: usize) -> Span {
    Span::new(source, at, at + 1)
}

fn insert(source: SourceId, message: String, at: usize, text: &str) -> Fix {
    Fix {
        message,
        applicability: Applicability::Unsafe,
        edits: vec![Edit::replace(Span::new(source, at, at), text.to_owned())],
    }
}

/// What is open at a place: brackets with where they stand, and a quote.
#[derive(Default)]
struct Open {
    brackets: Vec<(usize, char)>,
    quote: Option<(usize, char)>,
}

/// Reads brackets, quotes and comments, no more of YAML than that.
fn open(text: &str) -> Open {
    let mut open = Open::default();
    let mut before = '\n';
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        if let Some((_, quote)) = open.quote {
            match c {
                '\\' if quote == '"' => drop(chars.next()),
                '\'' if quote == '\'' && chars.peek().is_some_and(|(_, n)| *n == '\'') => {
                    chars.next();
                }
                c if c == quote => open.quote = None,
                _ => {}
            }
            before = c;
            continue;
        }
        let flow = !open.brackets.is_empty();
        let begins = before.is_whitespace() || flow && matches!(before, '[' | '{' | ',' | ':');
        match c {
            '#' if before.is_whitespace() => while chars.next_if(|(_, c)| *c != '\n').is_some() {},
            '"' | '\'' if begins => open.quote = Some((at, c)),
            '[' | '{' if begins => open.brackets.push((at, c)),
            ']' | '}' if flow => drop(open.brackets.pop()),
            _ => {}
        }
        before = c;
    }
    open
}

/// A quote that goes on to the end of the text.
fn quote(source: SourceId, text: &str, at: usize) -> Option<Diagnostic> {
    let (from, quote) = open(text)
        .quote
        .filter(|(from, _)| *from <= end_of_line(text, at))?;
    // In a text below '|' a quote is a letter.
    (!is_block(text, from)).then(|| {
        error("this quote is never closed")
            .at(one(source, from), "opened here")
            .help(format!(
                "write {quote} where the text ends, on the same line"
            ))
    })
}

/// Brackets that are open where a line begins that is indented no more than the one that they are opened in.
fn bracket(source: SourceId, text: &str, at: usize) -> Option<Diagnostic> {
    let found = open(text.get(..at)?);
    let (first, shape) = *found.brackets.first()?;
    if is_block(text, first) {
        return None;
    }
    let own = indent(line_at(text, first));
    let mut last = (end_of_line(text, first), line_at(text, first));
    let mut next = None;
    let mut start = end_of_line(text, first) + 1;
    while start < text.len() {
        let line = line_at(text, start);
        let content = line.trim_start();
        if !content.is_empty() && !content.starts_with('#') {
            if indent(line) <= own && !content.starts_with([']', '}', ',']) {
                next = Some((start + lead(line), line));
                break;
            }
            last = (start + line.len(), line);
        }
        start += line.len() + 1;
    }
    let until = last.0.min(text.len());
    let end = open(text.get(..until)?);
    if let Some((from, quote)) = end.quote {
        // What closes the brackets would stand within the quote.
        let d = error("this quote is not closed before something else begins");
        let d = d.at(one(source, from), "opened here");
        return Some(d.help(format!("write {quote} where the text ends")));
    }
    let left = end.brackets;
    if left.first() != Some(&(first, shape))
        || next.is_none()
            && at < until
            && line_at(text, at) == last.1
            && !text.get(at..)?.trim().is_empty()
    {
        return None;
    }
    let closers: String = left
        .iter()
        .rev()
        .map(|(_, c)| if *c == '[' { ']' } else { '}' })
        .collect();
    let message = match closers.len() {
        1 => format!("'{shape}' is never closed"),
        n => format!("'{shape}' and {} more below it are never closed", n - 1),
    };
    let mut d = error(message).at(one(source, first), "opened here");
    if let Some((at, line)) = next {
        let span = Span::new(source, at, at + line.trim().len());
        d = d.and_at(span, "here something else begins, and it is still open");
    }
    let end = text.get(..until)?.trim_end().len();
    match last.1.contains('#') {
        true => Some(d.help(format!(
            "write '{closers}' where it ends, before the comment"
        ))),
        false => Some(d.fix(insert(
            source,
            format!("close it with '{closers}'"),
            end,
            &closers,
        ))),
    }
}

/// Two entries in brackets with nothing between them: `{site: home kind: server}`.
fn comma(source: SourceId, text: &str, at: usize, said: &str) -> Option<Diagnostic> {
    if !(said.contains("flow") || said.contains("illegal placement of ':'"))
        || !text.get(at..)?.starts_with(':')
    {
        return None;
    }
    let (_, before) = text.get(..at)?.rsplit_once(['{', '[', ',', '\n'])?;
    let (_, value) = before.split_once(": ")?;
    let (value, key) = value.trim_end().rsplit_once(' ')?;
    if value.trim().is_empty() {
        return None;
    }
    let end = at - key.len() - 1;
    let end = text.get(..end)?.trim_end().len();
    let d = error("a comma is missing between two entries")
        .at(
            Span::new(source, at - key.len(), at),
            "another entry begins here",
        )
        .help("if it is text that contains ': ', put the text in quotes");
    Some(d.fix(insert(source, "write a comma".to_owned(), end, ",")))
}

/// The line before that has neither a colon nor another reason to be without one.
fn colon(source: SourceId, text: &str, at: usize, said: &str) -> Option<Diagnostic> {
    let keyed = [
        "mapping values are not allowed",
        "simple key",
        "expected key",
        "expected ':'",
    ];
    if !keyed.iter().any(|k| said.contains(k)) {
        return None;
    }
    let start = text.get(..at)?.rfind('\n').map_or(0, |n| n + 1);
    let (from, line) = before(text, start)?;
    let first = from + lead(line);
    let content = line.trim();
    let content = content.split(" #").next().unwrap_or(content).trim_end();
    let item = content
        .strip_prefix("- ")
        .map_or(0, |rest| content.len() - rest.len());
    let (first, content) = (first + item, content.get(item..)?);
    let odd = |c: char| !(c.is_alphanumeric() || " _-./:@".contains(c));
    if content.is_empty()
        || content.contains(": ")
        || content.ends_with(':')
        || content.contains(odd)
        || content.starts_with('-')
    {
        return None;
    }
    // A text may go on below the line that it begins in.
    if let Some((_, above)) = before(text, from) {
        let goes_on = above.trim_end().ends_with(['|', '>', '-', '+'])
            || above
                .split_once(": ")
                .is_some_and(|(_, v)| !v.trim().is_empty());
        if goes_on && indent(line) > indent(above) {
            return None;
        }
    }
    let here = line_at(text, start);
    let span = Span::new(source, first, first + content.len());
    // No message repeats the line: it may be a secret, which excerpts hide and messages do not.
    if let Some((key, _)) = content.split_once(':') {
        let d = error("a space is missing behind ':'").at(span, "read as one word");
        let fix = insert(
            source,
            "write a space".to_owned(),
            first + key.len() + 1,
            " ",
        );
        return Some(d.fix(fix));
    }
    let (end, label) = match indent(here) > indent(line) + item {
        true => (content.len(), "this has something below it, so it is a key"),
        false => (
            content.find(' ').unwrap_or(content.len()),
            "a key and its value have ': ' between them",
        ),
    };
    let d = error("a ':' is missing in this line").at(span, label);
    let fix = insert(source, "write the ':'".to_owned(), first + end, ":");
    Some(d.fix(fix))
}

/// Bytes of white space that a line begins with; tabs are no indentation, but neither are they content.
fn lead(line: &str) -> usize {
    line.len() - line.trim_start().len()
}

/// The last line before a place that says anything.
fn before(text: &str, start: usize) -> Option<(usize, &str)> {
    let mut end = start.checked_sub(1)?;
    loop {
        let from = text.get(..end)?.rfind('\n').map_or(0, |n| n + 1);
        let line = text.get(from..end)?;
        if !line.trim().is_empty() && !line.trim_start().starts_with('#') {
            return Some((from, line));
        }
        end = from.checked_sub(1)?;
    }
}

/// A place in a text below `key: |`.
fn is_block(text: &str, at: usize) -> bool {
    let mut start = text
        .get(..at)
        .and_then(|t| t.rfind('\n'))
        .map_or(0, |n| n + 1);
    let mut least = indent(line_at(text, start));
    while let Some((from, line)) = before(text, start) {
        if indent(line) < least {
            least = indent(line);
            let end = line.trim_end().trim_end_matches(['-', '+']);
            if end.ends_with(": |") || end.ends_with(": >") || end.ends_with("- |") {
                return true;
            }
        }
        start = from;
        if least == 0 {
            break;
        }
    }
    false
}

fn line_at(text: &str, at: usize) -> &str {
    let start = text
        .get(..at)
        .and_then(|t| t.rfind('\n'))
        .map_or(0, |n| n + 1);
    text.get(start..end_of_line(text, at)).unwrap_or("")
}

fn end_of_line(text: &str, at: usize) -> usize {
    text.get(at..)
        .and_then(|t| t.find('\n'))
        .map_or(text.len(), |n| at + n)
}

fn indent(line: &str) -> usize {
    line.len() - line.trim_start_matches(' ').len()
}
