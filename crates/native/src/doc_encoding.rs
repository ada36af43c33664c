//! A document whose bytes are not what they should be.

use crate::call::object;
use crate::{Context, Findings, Mend, Rule};
use diag::{Applicability, Edit, Fix, Severity, Span};
use model::document::{Document, Form};

pub const RULE: Rule = Rule {
    id: "doc-encoding",
    since: "0.1.0",
    severity: Severity::Warning,
    summary: "A document has garbled letters, a byte order mark, two kinds of line ends or invisible characters.",
    rationale: "Garbled letters mean that a tool has written the file in another encoding than it was read in, and each round makes it worse. A \
        carriage return at the end of a line of a script is part of its last word; invisible characters are copied into the shell along with \
        the command.",
    example: "a file that says 'kÃ¼che' for 'küche'",
    controls: &[],
    mend: Mend::Safe(
        "restores letters that were read in the wrong encoding, line ends and the beginning of the file; invisible characters are unsafe to remove",
    ),
    run,
};

/// A kind of damage with the places where it was found.
struct Damage {
    what: &'static str,
    label: &'static str,
    help: &'static str,
    places: Vec<Span>,
    note: String,
    fix: Option<Fix>,
}

/// A mend of several places of one document.
fn several(message: &str, applicability: Applicability, edits: Vec<Edit>) -> Option<Fix> {
    (!edits.is_empty()).then(|| Fix {
        message: message.to_owned(),
        applicability,
        edits,
    })
}

fn run(ctx: &Context<'_>, out: &mut Findings) {
    for document in ctx.documents.by_name.values() {
        for damage in [
            mark(document),
            line_ends(document),
            garbled(document),
            invisible(document),
        ]
        .into_iter()
        .flatten()
        {
            let Some(first) = damage.places.first() else {
                continue;
            };
            let mut d = RULE
                .finding(format!("document '{}' {}", document.name, damage.what))
                .at(*first, damage.label)
                .note(damage.note)
                .help(damage.help);
            d.fix = damage.fix;
            out.add(object(document), d);
        }
    }
}

fn mark(document: &Document) -> Option<Damage> {
    let begins = document.text.starts_with('\u{feff}');
    begins.then(|| Damage {
        what: "begins with a byte order mark",
        label: "before the first letter",
        help: "save it as UTF-8 without a byte order mark",
        places: vec![document.span(0, 3)],
        fix: Some(Fix::safe(
            "remove the byte order mark",
            Edit::replace(document.span(0, 3), ""),
        )),
        note: "bytes EF BB BF; a shell takes them for a part of the first command, and '#!' is not seen".to_owned(),
    })
}

fn line_ends(document: &Document) -> Option<Damage> {
    let text = &document.text;
    let returns = text.matches("\r\n").count();
    let plain = text.matches('\n').count() - returns;
    let script = matches!(document.form, Form::Script | Form::Fstab) && returns > 0;
    if !(script || returns > 0 && plain > 0) {
        return None;
    }
    let at = text.find("\r\n")?;
    let start = text.get(..at)?.rfind('\n').map_or(0, |n| n + 1);
    Some(Damage {
        what: match script {
            true => "is read by a Linux machine, but has line ends of Windows",
            false => "has two kinds of line ends",
        },
        label: "ends in a carriage return",
        help: "save it with line ends of Linux (LF)",
        places: vec![document.span(start, at)],
        fix: several(
            "end all lines as Linux does",
            Applicability::Safe,
            text.match_indices("\r\n")
                .map(|(n, _)| Edit::replace(document.span(n, n + 1), ""))
                .collect(),
        ),
        note: format!("{returns} lines end in CR LF, {plain} in LF"),
    })
}

/// UTF-8 that was read as Windows-1252 and written as UTF-8 again.
fn garbled(document: &Document) -> Option<Damage> {
    let text = &document.text;
    let mut places = Vec::new();
    let mut before = None;
    for (n, c) in text.char_indices() {
        let pair = match before {
            Some((_, 'Ã' | 'Â')) => {
                ('\u{80}'..='\u{bf}').contains(&c) || "€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ".contains(c)
            }
            Some((_, 'â')) => "€‚”œ†".contains(c),
            Some((_, 'ð')) => c == 'Ÿ',
            _ => false,
        };
        if pair {
            places.extend(before.map(|(start, _)| document.span(start, n + c.len_utf8())));
        }
        if c == '\u{fffd}' {
            places.push(document.span(n, n + c.len_utf8()));
        }
        before = Some((n, c));
    }
    let lost = text.matches('\u{fffd}').count();
    let count = places.len();
    Some(Damage {
        what: "has garbled letters",
        label: "two letters that were one",
        help: "restore the letters from an older version, and save it as UTF-8",
        note: format!("places: {count}, of which {lost} cannot be told any more"),
        fix: several(
            "restore the letters",
            Applicability::Safe,
            restored(document, &places),
        ),
        places,
    })
}

/// The letters at the places where they can be told.
fn restored(document: &Document, places: &[Span]) -> Vec<Edit> {
    let mut edits: Vec<Edit> = Vec::new();
    for place in places {
        let start = place.start as usize;
        // A letter of three bytes has been found twice.
        let done = edits.last().is_some_and(|e| e.span.end > place.start);
        let text = document.text.get(start..).unwrap_or_default();
        if let Some((was, letter)) = letter(text).filter(|_| !done) {
            edits.push(Edit::replace(document.span(start, start + was), letter));
        }
    }
    edits
}

/// The first letter of a text whose bytes were each read as one of Windows-1252, with the length of what stands for it.
fn letter(text: &str) -> Option<(usize, String)> {
    let (mut bytes, mut length) = (Vec::new(), 0);
    for c in text.chars().take(4) {
        bytes.push(windows_1252(c)?);
        length += c.len_utf8();
        if bytes.len() > 1
            && let Ok(letter) = String::from_utf8(bytes.clone())
        {
            return (letter.chars().count() == 1).then_some((length, letter));
        }
    }
    None
}

/// Its byte in Windows-1252, by the table of the WHATWG Encoding Standard.
fn windows_1252(c: char) -> Option<u8> {
    const HIGH: &str = "€\u{81}‚ƒ„…†‡ˆ‰Š‹Œ\u{8d}Ž\u{8f}\u{90}‘’“”•–—˜™š›œ\u{9d}žŸ";
    match HIGH.chars().position(|h| h == c) {
        Some(n) => u8::try_from(0x80 + n).ok(),
        None => u8::try_from(u32::from(c)).ok().filter(|b| *b >= 0xa0),
    }
}

/// Characters that are not seen and change what is copied or shown.
fn invisible(document: &Document) -> Option<Damage> {
    let hidden = |c: char| {
        matches!(c, '\u{200b}' | '\u{2060}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{00ad}')
            || c.is_control() && !matches!(c, '\n' | '\r' | '\t')
    };
    let found: Vec<(usize, char)> = document
        .text
        .char_indices()
        .filter(|(_, c)| hidden(*c))
        .collect();
    let names: std::collections::BTreeSet<String> = found
        .iter()
        .map(|(_, c)| format!("U+{:04X}", *c as u32))
        .collect();
    Some(Damage {
        what: "has invisible characters",
        label: "not seen, but there",
        help: "remove them; type the line anew",
        fix: several(
            "remove them",
            Applicability::Unsafe,
            found
                .iter()
                .map(|(n, c)| Edit::replace(document.span(*n, n + c.len_utf8()), ""))
                .collect(),
        ),
        places: found
            .iter()
            .map(|(n, c)| document.span(*n, n + c.len_utf8()))
            .collect(),
        note: format!(
            "characters: {}, in {} places",
            Vec::from_iter(names).join(", "),
            found.len()
        ),
    })
}
