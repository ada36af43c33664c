//! Hides what stands where a secret belongs, before any line of a lab file is printed.
//!
//! The front end refuses secrets in clear text and veils such diagnostics, so that they have no excerpt. This is the second wall: another
//! diagnostic may concern the same line, the file may not even parse, or the key may be misspelt. So it works on text
//! alone, knows no schema, and rather hides too much: the result has the same bytes per line, only stars.

mod flow;
#[cfg(test)]
mod tests;

use crate::hide;
use crate::name::{Naming, misspelt};
use rustc_hash::FxHashMap;

/// Keys of a reference to a secret, which is not secret itself.
const REFERENCES: [&str; 5] = ["file", "env", "command", "sops", "age"];
/// The key of lists of names of secrets, and of the section that says where secrets are kept.
const REGISTER: &str = "secrets";
/// Keys of an entry of that section, here and in Compose, whose values say where a secret is and are none.
const ENTRY: [&str; 16] = [
    "unknown",
    "was",
    "kind",
    "in",
    "held_by",
    "holders",
    "opens",
    "escrow",
    "place",
    "rotated",
    "rotate_every",
    "description",
    "file",
    "environment",
    "external",
    "name",
];
/// Words that are no secret.
const HARMLESS: [&str; 11] = [
    "yes", "no", "true", "false", "on", "off", "null", "~", "info", "warning", "error",
];

/// What was found out about keys: a large file has each of them often.
type Judged<'t> = FxHashMap<&'t str, Option<Naming>>;

/// A copy of `text` with the same byte offsets, in which suspect values are stars.
pub(super) fn mask(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut state = State::Plain;
    let mut keys = Judged::default();
    for line in text.split_inclusive('\n') {
        if matches!(state, State::Plain) && is_harmless(line, &mut keys) {
            out.push_str(line);
            continue;
        }
        let (masked, next) = mask_line(line, state);
        out.push_str(&masked);
        state = next;
    }
    out
}

/// Nothing in a line could be a secret, whatever the rules below say of it in detail: most lines of a large file, found out in one go.
fn is_harmless<'t>(line: &'t str, keys: &mut Judged<'t>) -> bool {
    let suspect = line.contains("://")
        || line.contains("-----BEGIN")
        || line.contains('=') && line.trim_start().starts_with('-')
        || !line.is_ascii()
        || hide::has_long_word(line)
        || hide::has_query(line);
    !suspect
        && line.match_indices(':').all(|(colon, _)| {
            let key = key_before(line, colon);
            let naming = keys.entry(key).or_insert_with(|| naming(key));
            naming.is_none()
        })
}

/// What the lines above say about the next one.
#[derive(Clone, Copy)]
enum State {
    /// Nothing.
    Plain,
    /// A suspect value goes on in lines that are indented deeper than this.
    Deeper { than: usize, in_command: bool },
    /// The same, if the next line is no key of a map: the name may be that of a thing with keys of its own.
    Perhaps { than: usize },
    /// Names of secrets, and where each is kept, in lines that are indented deeper than this.
    Register { than: usize },
    /// A suspect quoted value goes on until this quote.
    Quoted(char),
    /// A private key goes on until its end line.
    PrivateKey,
}

fn mask_line(line: &str, state: State) -> (String, State) {
    let body = line.trim_end_matches(['\n', '\r']);
    match state {
        State::PrivateKey => {
            let ended = body.contains("-----END");
            let next = if ended {
                State::Plain
            } else {
                State::PrivateKey
            };
            return (stars(line, 0), next);
        }
        State::Quoted(quote) => {
            let next = if body.contains(quote) {
                State::Plain
            } else {
                State::Quoted(quote)
            };
            return (stars(line, 0), next);
        }
        State::Deeper { than, in_command } => {
            if let Some(done) = of_value(line, body, than, in_command) {
                return done;
            }
        }
        State::Perhaps { than } => {
            let content = body.trim_start();
            if content.is_empty() || content.starts_with('#') {
                return (hide(line), state);
            }
            let indent = body.len() - content.len();
            if indent > than && !is_of_map(content) {
                return (stars(line, indent), state);
            }
        }
        State::Register { than } => {
            let content = body.trim_start();
            let indent = body.len() - content.len();
            if content.is_empty() || content.starts_with('#') {
                return (hide(line), state);
            }
            // Items of a list may stand as deep as its key.
            if indent > than || indent == than && content.starts_with("- ") {
                return match is_entry(content) {
                    true => (hide(line), state),
                    false => (hide(&entry_masked(line, indent)), state),
                };
            }
        }
        State::Plain => {}
    }
    if body.contains("-----BEGIN") && body.contains("PRIVATE KEY") {
        let start = body.find("-----BEGIN").unwrap_or(0);
        let next = if body.contains("-----END") {
            State::Plain
        } else {
            State::PrivateKey
        };
        return (stars(line, start), next);
    }
    of_key(line, body)
}

/// A line of its own: what its suspect key has, and what that says of the next one.
fn of_key(line: &str, body: &str) -> (String, State) {
    let Some(found) = suspect_value(body) else {
        return (hide(line), State::Plain);
    };
    let shown = match found.register && body[found.value..].starts_with('{') {
        true => entry_masked(line, found.value),
        false => {
            flow::masked(line, found.hide_from).unwrap_or_else(|| stars(line, found.hide_from))
        }
    };
    (hide(&shown), after(body, &found))
}

/// A line of a suspect value, if it is one.
fn of_value(line: &str, body: &str, than: usize, in_command: bool) -> Option<(String, State)> {
    let content = body.trim_start();
    if content.is_empty() {
        return Some((line.to_owned(), State::Deeper { than, in_command }));
    }
    let indent = body.len() - content.len();
    if indent <= than {
        return None;
    }
    let item = in_command && content.starts_with('-');
    let next = State::Deeper {
        than,
        in_command: item || content.starts_with("command:"),
    };
    let start = match starts_reference(content) || item {
        true => line.len(),
        false => indent,
    };
    Some((stars(line, start), next))
}

/// A suspect value in a line.
struct Suspect {
    /// First byte to hide; the line's length if the rest is harmless.
    hide_from: usize,
    /// First byte of the value.
    value: usize,
    /// Indentation that following lines must exceed to belong to the value.
    indent: usize,
    /// The key is that of names, not of a value.
    register: bool,
    /// What the key says of its value.
    naming: Naming,
}

/// The first suspect `key: value` of a line whose value must be hidden or may go on below.
fn suspect_value(body: &str) -> Option<Suspect> {
    let first = body.len() - body.trim_start_matches([' ', '-', '\t']).len();
    for (colon, _) in body.match_indices(':') {
        let before = body[..colon].trim_end();
        let key = key_before(body, colon);
        let rest = &body[colon + 1..];
        let quoted = before.ends_with(['"', '\'']);
        let separated = rest.is_empty() || rest.starts_with([' ', '\t']) || quoted;
        let Some(naming) = naming(key).filter(|_| separated) else {
            continue;
        };
        let value = colon + 1 + (rest.len() - rest.trim_start().len());
        if key == REGISTER && is_names(&body[value..]) {
            continue;
        }
        // Names stay, and of each what says where it is kept.
        if key == REGISTER && body[value..].starts_with('{') {
            return Some(Suspect {
                hide_from: value,
                value,
                indent: first,
                register: true,
                naming,
            });
        }
        // The keys of a thing that may have such a name are judged each for itself.
        if naming == Naming::Perhaps && body[value..].starts_with('{') {
            continue;
        }
        let shown = is_shown(&body[value..]);
        if shown && !opens_block(&body[value..]) {
            continue;
        }
        return Some(Suspect {
            hide_from: if shown { body.len() } else { value },
            value,
            indent: first,
            register: key == REGISTER,
            naming,
        });
    }
    assigned(body, first)
}

/// The value of an item `- NAME=VALUE`, as Compose has them for variables.
fn assigned(body: &str, first: usize) -> Option<Suspect> {
    let item = body.get(first..)?;
    let is_item = body.get(..first)?.trim_start().starts_with('-');
    let (name, value) = item.split_once('=').filter(|_| is_item)?;
    let name = name.trim_start_matches(['"', '\'']);
    let is_name = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    let bare = value.trim_end_matches(['"', '\'']);
    // A variable that is filled in elsewhere, and where a secret lies, are none themselves; a default is.
    let inner = bare.strip_prefix("${").and_then(|v| v.strip_suffix('}'));
    let named = inner.or(bare.strip_prefix('$')).unwrap_or("-");
    let is_reference = named.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    let elsewhere = is_reference || bare.is_empty() || bare.starts_with("/run/secrets/");
    let naming = naming(name).filter(|_| is_name && !elsewhere && !HARMLESS.contains(&bare))?;
    let at = body.len() - value.len();
    Some(Suspect {
        hide_from: at,
        value: at,
        indent: first,
        register: false,
        naming,
    })
}

/// The word before a colon, without its quotes.
fn key_before(line: &str, colon: usize) -> &str {
    let before = line.get(..colon).unwrap_or_default().trim_end();
    let start = before.rfind(|c: char| " \t{[,?".contains(c));
    let key = before.get(start.map_or(0, |at| at + 1)..);
    key.unwrap_or_default().trim_matches(['"', '\'', '\\'])
}

/// What a key, perhaps misspelt, says of its value.
fn naming(key: &str) -> Option<Naming> {
    // A keyword of sshd that takes yes or no and is what a finding is about.
    let keyword = key.to_lowercase().ends_with("emptypasswords");
    misspelt(key).filter(|_| !keyword)
}

/// Whether a line is a key of a map, or an item that is one.
fn is_of_map(content: &str) -> bool {
    let bare = content.trim_start_matches(['-', ' ']);
    let end = bare.find([' ', ':']).unwrap_or(bare.len());
    let rest = bare.get(end..).unwrap_or_default();
    rest == ":" || rest.starts_with(": ")
}

/// A value that may be printed: nothing, a yes or no, or a reference to a secret.
fn is_shown(value: &str) -> bool {
    if opens_block(value) {
        return true;
    }
    if let Some(inner) = value.strip_prefix('{') {
        let inner = inner.split('}').next().unwrap_or(inner);
        // How strict a rule is whose name sounds like one of these keys.
        if inner.starts_with("severity:") {
            return true;
        }
        let Some(outside_lists) = without_lists(inner) else {
            return false;
        };
        let mut parts = outside_lists.split(',').map(str::trim_start);
        let first = parts.next().unwrap_or_default();
        // Where in a SOPS file; everything else beside a reference may be what it should refer to.
        let place = |part: &str| first.starts_with("sops:") && part.starts_with("key:");
        // A second key may stand there where a comma is missing.
        let is_one = first.matches(": ").count() < 2;
        return starts_reference(first) && is_one && parts.all(place);
    }
    let word = value.split([',', '}', '#', ' ']).next().unwrap_or("");
    HARMLESS.contains(&word.to_lowercase().as_str())
}

/// What stands outside of square brackets and quotes; `None` where one of them is not closed, or stands where YAML has none: then nobody
/// knows what belongs to what.
fn without_lists(text: &str) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    let mut depth = 0_usize;
    // Something may begin here: a value, or one of a list.
    let mut begins = true;
    let mut before = ' ';
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match c {
            '[' if begins => depth += 1,
            ']' => depth = depth.checked_sub(1)?,
            '"' | '\'' if begins => {
                // An escaped quote is no end.
                let inner = chars.as_str().split_once(c).map(|(inner, _)| inner)?;
                if inner.contains('\\') {
                    return None;
                }
                chars.nth(inner.chars().count())?;
            }
            '[' | '"' | '\'' => return None,
            _ if depth == 0 => out.push(c),
            _ => {}
        }
        begins = match c {
            ' ' | '\t' => begins || before == ':',
            ',' | '[' => true,
            _ => false,
        };
        before = c;
    }
    (depth == 0).then_some(out)
}

/// A list of names in one line: `[restic-usb, secret/b2]`.
fn is_names(value: &str) -> bool {
    let inner = value.strip_prefix('[').and_then(|v| v.split_once(']'));
    inner.is_some_and(|(names, _)| names.split(',').all(|n| is_name(n.trim())))
}

fn is_name(word: &str) -> bool {
    word.chars()
        .all(|c| c.is_ascii_alphanumeric() || "-_./".contains(c))
}

/// A line of the section that says where secrets are kept: a name, or a key whose value is none.
fn is_entry(content: &str) -> bool {
    let bare = content.strip_prefix("- ").unwrap_or(content);
    let Some((key, value)) = bare.split_once(':') else {
        return is_name(bare.trim()) && bare.len() < content.len();
    };
    let value = value.trim();
    if value.is_empty() || ENTRY.contains(&key.trim()) && !value.contains(": ") {
        return true;
    }
    let Some(inner) = value.strip_prefix('{').and_then(|v| v.strip_suffix('}')) else {
        return false;
    };
    // What stands before a colon is a key behind a comma or nothing.
    let mut parts: Vec<&str> = inner.split(':').collect();
    parts.pop();
    parts.iter().all(|part| {
        let key = part.rsplit([',', '{']).next().unwrap_or(part);
        ENTRY.contains(&key.trim())
    })
}

/// A line of that section that has more than belongs there: names stay, and behind the keys that are known there what they say.
fn entry_masked(line: &str, from: usize) -> String {
    let mut out = line.get(..from).unwrap_or_default().to_owned();
    // Behind a known key, until the next one.
    let mut shown = false;
    let mut rest = line.get(from..).unwrap_or_default();
    while !rest.is_empty() {
        let blank = rest.len()
            - rest
                .trim_start_matches([' ', '\t', '{', '}', ',', '[', ']'])
                .len();
        out.push_str(&rest[..blank]);
        rest = &rest[blank..];
        let end = rest
            .find([',', '{', '}', '[', ']', '\n', '\r'])
            .unwrap_or(rest.len());
        let (part, after) = rest.split_at(end);
        let key = part.split_once(':').map(|(key, value)| (key.trim(), value));
        match key
            .filter(|(key, value)| is_name(key) && (value.is_empty() || value.starts_with(' ')))
        {
            Some((key, value)) => {
                shown = ENTRY.contains(&key) && !value.contains(": ");
                let colon = part.len() - value.len();
                out.push_str(&if shown {
                    part.to_owned()
                } else {
                    stars(part, colon + value.len() - value.trim_start().len())
                });
            }
            None if shown => out.push_str(part),
            None => out.push_str(&stars(part, 0)),
        }
        let ends = after.len() - after.trim_start_matches(['\n', '\r']).len();
        out.push_str(&after[..ends]);
        rest = &after[ends..];
    }
    out
}

/// Nothing but marks that announce a value on the lines below.
fn opens_block(value: &str) -> bool {
    let mut words = value.split_whitespace().take_while(|w| !w.starts_with('#'));
    words.all(|w| w.starts_with(['|', '>', '&', '!']))
}

fn starts_reference(content: &str) -> bool {
    REFERENCES.iter().any(|name| {
        content
            .strip_prefix(name)
            .is_some_and(|rest| rest.starts_with(':'))
    })
}

/// What follows a line with a suspect value.
fn after(body: &str, found: &Suspect) -> State {
    let value = &body[found.value..];
    if let Some(quote) = value.chars().next().filter(|c| "\"'".contains(*c))
        && !value[1..].contains(quote)
    {
        return State::Quoted(quote);
    }
    let opens = value.is_empty() || value.starts_with('#');
    match found.register && opens_block(value) {
        true => State::Register { than: found.indent },
        false if found.naming == Naming::Perhaps && opens => State::Perhaps { than: found.indent },
        false => State::Deeper {
            than: found.indent,
            in_command: false,
        },
    }
}

/// The line with everything from byte `from` on as stars, byte for byte, line ends kept.
fn stars(line: &str, from: usize) -> String {
    let mut out = String::with_capacity(line.len());
    for (at, c) in line.char_indices() {
        if at < from || c == '\n' || c == '\r' {
            out.push(c);
        } else {
            out.push_str(&"*".repeat(c.len_utf8()));
        }
    }
    out
}
