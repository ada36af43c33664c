//! A document whose bytes are not what they should be.

use crate::call::object;
use crate::{Context, Findings, Rule};
use diag::{Severity, Span};
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
    run,
};

/// A kind of damage with the places where it was found.
struct Damage {
    what: &'static str,
    label: &'static str,
    help: &'static str,
    places: Vec<Span>,
    note: String,
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
            let d = RULE
                .finding(format!("document '{}' {}", document.name, damage.what))
                .at(*first, damage.label)
                .note(damage.note)
                .help(damage.help);
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
        places,
    })
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
