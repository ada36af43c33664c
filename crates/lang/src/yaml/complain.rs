//! What to tell people about text that is not YAML. The scanner's own words are for those who know its source.

use diag::{Applicability, Diagnostic, Edit, Fix, SourceId, Span};

/// Bytes that end a YAML stream early or that no editor shows.
pub(super) fn about_bytes(source: SourceId, text: &str) -> Option<Diagnostic> {
    let bad = |c: char| c.is_control() && !matches!(c, '\n' | '\r' | '\t' | '\u{85}');
    let (at, c) = text.char_indices().find(|(_, c)| bad(*c))?;
    let message = format!(
        "the file contains the control character U+{:04X}",
        u32::from(c)
    );
    let span = Span::new(source, at, at + c.len_utf8());
    Some(
        Diagnostic::invalid("yaml-syntax", message)
            .at(span, "not allowed in YAML")
            .help("is this a text file in UTF-8? remove the character, or write it as an escape in double quotes"),
    )
}

/// What is wrong at byte `at`, by what the scanner said and what the line looks like. `open` is the innermost list or map.
pub(super) fn about_syntax(
    source: SourceId,
    text: &str,
    at: usize,
    said: &str,
    open: Option<Span>,
) -> Diagnostic {
    let at = at.min(text.len());
    let before = text.get(..at).unwrap_or(text);
    let line_start = before.rfind('\n').map_or(0, |n| n + 1);
    let line = text.get(line_start..).unwrap_or("");
    let line = line.lines().next().unwrap_or("");
    // Behind a text without quotes, the tab is on a line below it.
    let below = || {
        let (at, tabbed) = below(text, line_start).filter(|_| said.contains("found a tab"))?;
        about_tab(source, text, tabbed, at)
    };
    if let Some(diagnostic) = about_tab(source, text, line, line_start).or_else(below) {
        return diagnostic;
    }
    if let Some(diagnostic) = super::unfinished::about(source, text, at, said) {
        return diagnostic;
    }
    let here = place(source, text, at);
    let content = line_start + (line.len() - line.trim_start().len());
    let whole_line = Span::new(source, content, line_start + line.trim_end().len());
    let flow = open.filter(|o| o.end > o.start);
    let error = |message: &str| Diagnostic::invalid("yaml-syntax", message);
    match said {
        s if s.contains("recursion limit") => {
            Diagnostic::invalid("yaml-limit", "the text is nested too deep").at(here, "found here")
        }
        s if s.contains("mapping values are not allowed") => error("a ': ' is not allowed here")
            .at(here, "unexpected")
            .help("if this line is a new key, indent it like the keys above it")
            .help("if it is text that contains ': ', put the text in quotes"),
        s if s.contains("quoted scalar") && s.contains("end of stream") => {
            error("this quote is never closed").at(here, "opened here")
        }
        s if s.contains("unknown escape character") => {
            error("a backslash in double quotes begins an escape, and this one is unknown")
                .at(here, "in this text")
                .help("use single quotes, or write the backslash twice")
        }
        s if s.contains("flow sequence")
            || s.contains("flow mapping")
            || (s.contains("illegal placement of ':'") && flow.is_some()) =>
        {
            unclosed(here, flow, text.get(at..).unwrap_or_default())
        }
        s if s.contains("misplaced bracket") => error("this bracket closes nothing")
            .at(here, "none is open here")
            .help("remove it, or open one before it"),
        s if s.contains("unknown anchor") => {
            error("this alias has no anchor").at(here, "no '&' with this name comes before it")
        }
        s if s.contains("unexpected character") || s.contains("cannot start any token") => {
            error("a value cannot begin with this character")
                .at(here, "unexpected")
                .help("put the value in quotes")
        }
        s if s.contains("did not find expected key")
            || s.contains("did not find expected '-'")
            || s.contains("indentation")
            || s.contains("block sequence entries are not allowed")
            || s.contains("simple key") =>
        {
            error("this line does not fit the indentation of the lines above")
                .at(whole_line, "unexpected")
                .help("keys of one map, and items of one list, begin in the same column")
        }
        s => error(&format!("this is not valid YAML: {s}")).at(here, "here"),
    }
}

/// A bracket that is open where the text stops making sense.
fn unclosed(here: Span, open: Option<Span>, rest: &str) -> Diagnostic {
    let said = "a bracket is not closed, or a comma is missing";
    let d = Diagnostic::invalid("yaml-syntax", said).at(here, "found here");
    let d = match open {
        Some(open) => d.and_at(open, "opened here"),
        None => d,
    };
    match rest.starts_with(':') {
        true => d.help("put text that contains ': ' in quotes"),
        false => d,
    }
}

/// The first line behind a place that begins with white space that has a tab in it.
fn below(text: &str, from: usize) -> Option<(usize, &str)> {
    let mut at = from;
    text.get(from..)?.split_inclusive('\n').find_map(|line| {
        let start = at;
        at += line.len();
        let line = line.trim_end_matches(['\n', '\r']);
        line.trim_start_matches(' ')
            .starts_with('\t')
            .then_some((start, line))
    })
}

/// A tab among the white space that a line begins with.
fn about_tab(source: SourceId, text: &str, line: &str, line_start: usize) -> Option<Diagnostic> {
    let indent = line.len() - line.trim_start_matches([' ', '\t']).len();
    let lead = line.get(..indent)?;
    let tab = lead.find('\t')?;
    let span = Span::new(source, line_start + tab, line_start + indent);
    let d = Diagnostic::invalid(
        "yaml-syntax",
        "a tab is used for indentation, but YAML allows only spaces",
    )
    .at(span, "tab");
    let (before, after) = (
        text.get(..line_start)?,
        text.get(line_start + line.len()..)?,
    );
    let Some(wide) = column(before, after).filter(|wide| *wide >= tab) else {
        return Some(d.help("use spaces: as many as before the keys that belong beside it"));
    };
    Some(d.fix(Fix {
        message: "use spaces".to_owned(),
        applicability: Applicability::Unsafe,
        edits: vec![Edit::replace(span, " ".repeat(wide - tab))],
    }))
}

/// Where a line begins between these, if its neighbours leave no choice.
fn column(before: &str, after: &str) -> Option<usize> {
    let says = |line: &&str| !line.trim().is_empty() && !line.trim_start().starts_with('#');
    let indent = |line: &str| line.len() - line.trim_start_matches(' ').len();
    let last = before.lines().rev().find(says)?;
    let opens = last.trim_end().ends_with(':');
    let wide = indent(last) + if opens { 2 } else { 0 };
    let next = after
        .lines()
        .filter(says)
        .find(|l| !l.trim_start_matches(' ').starts_with('\t'));
    // A key beside it, or one further out than what it must be below.
    let fits = |next: &str| indent(next) == wide || opens && indent(next) < wide;
    next.is_none_or(fits).then_some(wide)
}

/// One character at a byte; at the end of the text, the last character that can be seen.
fn place(source: SourceId, text: &str, at: usize) -> Span {
    let visible = text.trim_end().len();
    let at = if at >= visible {
        text.get(..visible)
            .and_then(|t| t.char_indices().last())
            .map_or(0, |(n, _)| n)
    } else {
        at
    };
    let width = text
        .get(at..)
        .and_then(|t| t.chars().next())
        .map_or(0, char::len_utf8);
    Span::new(source, at, at + width)
}
