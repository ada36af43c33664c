//! Tables of passwords, as browsers and password managers export them: a name per column, a login per line.

use super::Family;
use crate::scan::kind::Kind;
use crate::scan::literal::{Bounds, is_secret, is_strong, literal};
use crate::scan::words::is_word;
use diag::{Naming, naming};
use std::ops::Range;

pub(super) const FAMILY: Family = Family {
    name: "exports of browsers and password managers",
    files: &["*.csv", "*.tsv"],
    what: "columns that are named as secrets (`password`, `login_password`, `login_totp`); beside a column of addresses every word in them",
    shapes: &[],
    read: Some(of_table),
};

/// Columns of addresses, by which an export is known.
const ADDRESSES: [&str; 8] = [
    "url",
    "urls",
    "uri",
    "login_uri",
    "web site",
    "website",
    "httprealm",
    "hostname",
];
/// Columns of seeds of one-time passwords.
const SEEDS: [&str; 5] = ["totp", "login_totp", "otpauth", "otp", "otp secret"];

/// What stands in a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Column {
    Password(&'static str),
    Named(Naming),
    Seed,
    Other,
}

fn of_table(text: &str) -> Vec<(Range<usize>, &'static str)> {
    let Some(sign) = separator(text) else {
        return Vec::new();
    };
    let mut out = Vec::new();
    let mut columns: Vec<Column> = Vec::new();
    let (mut row, mut column) = (0, 0);
    let mut names: Vec<&str> = Vec::new();
    fields(text, sign, |field, is_last| {
        let said = text.get(field.clone()).unwrap_or_default();
        match row {
            0 => names.push(said.trim_start_matches('\u{feff}').trim()),
            _ => {
                let held = columns.get(column).copied().unwrap_or(Column::Other);
                if !field.is_empty()
                    && let Some(what) = held.secret(said)
                {
                    out.push((field, what));
                }
            }
        }
        column += 1;
        if is_last {
            if row == 0 {
                columns = of_names(&names);
            }
            (row, column) = (row + 1, 0);
        }
        row > 0 && columns.iter().all(|c| *c == Column::Other)
    });
    out
}

fn of_names(names: &[&str]) -> Vec<Column> {
    let lower = |name: &&str| name.to_ascii_lowercase();
    let is_export = names.iter().any(|n| ADDRESSES.contains(&lower(n).as_str()));
    let column = |name: &&str| match naming(name) {
        Some(Naming::Password) if is_export => Column::Password("a password of an export"),
        Some(naming) => Column::Named(naming),
        None if SEEDS.contains(&lower(name).as_str()) => Column::Seed,
        None => Column::Other,
    };
    names.iter().map(column).collect()
}

impl Column {
    fn secret(self, said: &str) -> Option<&'static str> {
        let is_written = is_word(said)
            && !said.starts_with("$2")
            && literal(said, Bounds::Quoted, Kind::Settings).is_some();
        match self {
            Self::Password(what) if is_written && said.len() > 1 => Some(what),
            Self::Named(naming)
                if is_written
                    && is_secret(("", naming), (said, Bounds::Quoted), Kind::Settings) =>
            {
                Some("a value of a column that is named as a secret")
            }
            Self::Seed if said.starts_with("otpauth://") || is_strong(said, Kind::Settings) => {
                Some("the seed of a one-time password")
            }
            _ => None,
        }
    }
}

/// What stands between the columns of the first line, if it has several.
fn separator(text: &str) -> Option<u8> {
    let first = text.lines().next()?;
    let count = |sign: &u8| first.bytes().filter(|b| b == sign).count();
    [b',', b';', b'\t']
        .into_iter()
        .max_by_key(count)
        .filter(|sign| count(sign) > 0)
}

/// Gives the place of each field, without its quotes, and whether its line ends with it, until somebody has enough. A field in quotes may
/// have lines.
fn fields(text: &str, sign: u8, mut each: impl FnMut(Range<usize>, bool) -> bool) {
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        let quoted = bytes.get(at) == Some(&b'"');
        let (from, mut end) = (at + usize::from(quoted), at + usize::from(quoted));
        while let Some(b) = bytes.get(end) {
            let next = bytes.get(end + 1);
            match *b {
                b'"' if quoted && next == Some(&b'"') => end += 1,
                b'"' if quoted => break,
                b'\n' | b'\r' if !quoted => break,
                b if b == sign && !quoted => break,
                _ => {}
            }
            end += 1;
        }
        let end = end.min(bytes.len());
        // Behind the quotes up to the next sign.
        let rest = bytes.get(end..).unwrap_or_default();
        let stop = rest.iter().position(|b| *b == sign || *b == b'\n');
        let stop = stop.map_or(bytes.len(), |n| end + n);
        let is_last = bytes.get(stop) != Some(&sign);
        if each(from..end, is_last) {
            return;
        }
        at = stop + 1;
    }
}
