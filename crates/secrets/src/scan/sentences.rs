//! What people write down for each other: `The admin password of Grafana is …`, `Login: admin / …`, a row of a table.
//!
//! In a sentence any word may follow. So one is told only if somebody made it up (letters with a number or a mark among them), or stands
//! in quotes and is no word that says something of a password; any other word in quotes is only hidden.

use super::literal::{Bounds, is_mixed, is_of_words, is_strong, literal};
use super::parts::{Held, Lazy, Parts};
use super::words::is_word;
use super::{Kind, markdown};
use diag::{Naming, naming};
use std::ops::Range;

/// What the sentence is about.
macro_rules! noun {
    () => {
        r"\b(?:[a-z]+-?)?(?:password|passwort|passphrase|passwd|passcode|kennwort|wachtwoord|mot de passe|(?:wi-?fi|wlan|wpa[123]?|network|pre-?shared)[ -]?(?:key|psk)|psk|api[ -]?(?:key|token)|token|recovery key)\b"
    };
}
/// What may be said of it before it is said.
macro_rules! about {
    () => {
        r"(?:[ \t]+(?:of|for|to|on|at|für|von|vom|der|des|am)[ \t]+[^\n.:;|=]{1,60}?)?(?:[ \t]*\([^)\n]{0,60}\))?"
    };
}
/// What announces it.
macro_rules! said {
    () => {
        r"[ \t]*[`*_]*[ \t]*(?:(?:is|ist|lautet|was|war)\b(?:[ \t]+(?:now|set to|still))?|[:=]|->|→)"
    };
}
/// A word, perhaps between marks.
macro_rules! word {
    () => {
        r#"[ \t]*["'`*_“„]*([^\s"'`<>,;|“”„()\[\]]{4,})"#
    };
}
/// Who logs in: a name without dots, since those are of machines.
macro_rules! name {
    () => {
        r"[`'\x22*]*[A-Za-z][A-Za-z0-9_@-]{0,30}[`'\x22*]*"
    };
}

/// A password is said.
const SAID: &str = concat!("(?i)", noun!(), about!(), said!(), word!());
/// The same of what is only short for it, and a verb as well.
const SHORT: &str = concat!(r"(?i)\b(?:pass|pw|pwd)\b", said!(), word!());
/// The same, word behind word.
const BESIDE: &str = concat!(
    "(?i)",
    r"\b(?:[a-z]+-?)?(?:password|passwort|passphrase|passwd|kennwort|pw|pass)",
    r#"[ \t]+["'`*]*([^\s"'`<>,;|()\[\]]{6,})"#
);
/// A name and a password, behind a word that announces both.
const LOGIN: &str = concat!(
    r"(?i)\b(?:log[ -]?in|sign[ -]?in|credentials?|creds|account|anmeldung|zugang|zugangsdaten|access)\b[`*_]*(?:[ \t]*[:=(]|[ \t]+(?:is|ist|with|as|mit|als))[ \t]*",
    name!(),
    r"(?:[ \t]*/[ \t]*|[ \t]*:[ \t]?|[ \t]+(?:with|mit)[ \t]+)",
    word!()
);
/// A number with which something is unlocked.
const NUMBER: &str = r"(?i)\b(?:pin|passcode|code)\b[`*_]*[ \t]*(?:(?:is|ist|lautet)\b|[:=])[ \t]*[`*]*([0-9]{4,8})\b";
/// Words in quotes, as a phrase has them.
const PHRASE: &str = concat!(
    r"(?i)\b(?:passphrase|recovery phrase|seed phrase|passwort|password)\b",
    about!(),
    r#"[ \t]*(?:(?:is|ist|lautet)\b|[:=])[ \t]*["`“„*]*([a-z]{3,12}(?:[ -][a-z]{3,12}){3,23})["`”“*]*[ \t]*\.?[ \t\r]*\n"#
);

/// The shapes, compiled when they are needed.
pub(super) struct Sentences {
    said: [Lazy; 4],
    number: Lazy,
    phrase: Lazy,
}

/// What was found: told, and only hidden.
#[derive(Default)]
pub(super) struct Heard {
    pub told: Vec<Range<usize>>,
    pub doubtful: Vec<Range<usize>>,
}

impl Sentences {
    pub(super) fn new(parts: &mut Parts) -> Self {
        const NOUNS: &[&str] = &[
            "pass",
            "kennwort",
            "wachtwoord",
            "pw",
            "key",
            "token",
            "psk",
        ];
        Self {
            said: [
                parts.shape(NOUNS, SAID),
                parts.shape(&["pass", "kennwort", "pw"], BESIDE),
                parts.shape(&["pass", "pw"], SHORT),
                parts.shape(
                    &[
                        "log",
                        "sign",
                        "cred",
                        "account",
                        "anmeldung",
                        "zugang",
                        "access",
                    ],
                    LOGIN,
                ),
            ],
            number: parts.shape(&["pin", "code"], NUMBER),
            phrase: parts.shape(&["phrase", "passwor"], PHRASE),
        }
    }

    /// Of a document; other texts have no sentences.
    pub(super) fn find(&self, (path, text): (&str, &str), held: &Held, kind: Kind) -> Heard {
        let mut out = Heard::default();
        if kind != Kind::Prose || !markdown::is_document(path) {
            return out;
        }
        let shapes = self.said.iter().enumerate();
        for (n, found) in shapes.flat_map(|(n, s)| s.captures(held, text).map(move |f| (n, f))) {
            let Some(value) = found.get(1) else { continue };
            let said = value.as_str().trim_end_matches(['.', ':', '*', '_']);
            let span = value.start()..value.start() + said.len();
            let rest = text.get(span.end..).unwrap_or_default();
            if rest.starts_with(['/', '(']) || !is_written(said) {
                continue;
            }
            let before = text.get(..span.start).unwrap_or_default();
            let quoted = before.ends_with(['`', '"', '“', '„']);
            // What a machine made is told from a word by its strength alone.
            let about = text.get(found.get(0).map_or(0, |all| all.start())..span.start);
            let about = about.unwrap_or_default().to_ascii_lowercase();
            let is_told = match ["api", "token", "recovery"]
                .iter()
                .any(|noun| about.contains(noun))
            {
                true => is_strong(said, Kind::Prose) && !is_of_words(said),
                false => is_made_up(said),
            };
            let beside = n == 1 && !said.contains(|c: char| c.is_ascii_digit());
            match (is_told && !beside, quoted) {
                (true, _) => out.told.push(span),
                (false, true) => out.doubtful.push(span),
                (false, false) => {}
            }
        }
        for value in self.number.captures(held, text).filter_map(|f| f.get(1)) {
            let first = value.as_str().chars().next();
            let varied = value.as_str().chars().any(|c| Some(c) != first);
            match value.len() >= 6 && varied {
                true => out.told.push(value.range()),
                false => out.doubtful.push(value.range()),
            }
        }
        let phrases = self.phrase.captures(held, text).filter_map(|f| f.get(1));
        for phrase in phrases {
            let before = text.get(..phrase.start()).unwrap_or_default();
            let quoted = before.ends_with(['`', '"', '“', '„']);
            let said = phrase
                .as_str()
                .split([' ', '-'])
                .any(|w| SAYING.contains(&w));
            match quoted && !said {
                true => out.told.push(phrase.range()),
                false => out.doubtful.push(phrase.range()),
            }
        }
        of_tables(text, &mut out);
        out
    }
}

/// Words that a sentence has, and no phrase that is a secret.
const SAYING: [&str; 14] = [
    "and", "are", "for", "from", "his", "kept", "see", "stored", "the", "this", "under", "was",
    "with", "your",
];
/// Columns of logins.
const LOGINS: [&str; 6] = [
    "login",
    "logins",
    "credentials",
    "creds",
    "zugang",
    "zugangsdaten",
];

/// Cells under a password's name, and logins under that of logins.
fn of_tables(text: &str, out: &mut Heard) {
    if !text.contains('|') {
        return;
    }
    let plain = markdown::plain(text);
    markdown::cells(&plain, is_column, &mut |name, cell| {
        let password = match LOGINS.contains(&name.to_ascii_lowercase().as_str()) {
            true => cell
                .text
                .split_once(" / ")
                .or_else(|| cell.text.split_once(':'))
                .map(|(_, password)| password.trim()),
            false => Some(cell.text),
        };
        let Some(said) = password.filter(|p| p.len() >= 4 && !p.contains(char::is_whitespace))
        else {
            return;
        };
        let start = cell.start + cell.text.len() - said.len();
        if is_written(said) && !said.contains('/') {
            match is_made_up(said) {
                true => out.told.push(start..start + said.len()),
                false => out.doubtful.push(start..start + said.len()),
            }
        }
    });
}

fn is_column(name: &str) -> bool {
    naming(name) == Some(Naming::Password) || LOGINS.contains(&name.to_ascii_lowercase().as_str())
}

/// Letters with a number or a mark among them, of which nothing is a name of a machine or of a way to log in.
pub(super) fn is_made_up(text: &str) -> bool {
    const JOINS: [char; 4] = ['-', '_', '.', '$'];
    let joined: String = text.chars().filter(|c| !JOINS.contains(c)).collect();
    let digit = text.contains(|c: char| c.is_ascii_digit());
    let mark = text.contains(['!', '#', '+', '?', '%', '^', '~', '*', '@', '$', '&']);
    let version = text.starts_with(['v', 'V'])
        && text
            .get(1..)
            .is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
    (digit || mark) && !version && is_mixed(&joined)
}

fn is_written(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    let word = [
        "password", "passwort", "passwd", "secret", "admin", "changeme", "token",
    ];
    !word.contains(&lower.as_str())
        && is_word(text)
        && literal(text, Bounds::Guessed, Kind::Prose).is_some()
}
