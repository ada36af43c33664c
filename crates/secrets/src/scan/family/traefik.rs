//! Traefik: lists of users in its own files. Labels are read with those of Compose.

use super::Family;
use super::compose::{digests, users};
use crate::scan::yaml;
use std::ops::Range;

pub(super) const FAMILY: Family = Family {
    name: "Traefik",
    files: &["*.yaml", "*.yml", "*.toml"],
    what: "`name:password` in the `users` of `basicAuth`; `name:realm:…` in those of `digestAuth`, whose hash lets in as a password does",
    shapes: &[],
    read: Some(of_middlewares),
};

/// How the users of a middleware log in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Login {
    Basic,
    Digest,
}

impl Login {
    /// By the name of the middleware.
    fn of(name: &str) -> Option<Self> {
        if name.eq_ignore_ascii_case("basicauth") {
            Some(Self::Basic)
        } else if name.eq_ignore_ascii_case("digestauth") {
            Some(Self::Digest)
        } else {
            None
        }
    }

    fn secrets(self, said: &str, start: usize) -> Vec<(Range<usize>, &'static str)> {
        match self {
            Self::Basic => users(said, start),
            Self::Digest => digests(said, start),
        }
    }
}

fn of_middlewares(text: &str) -> Vec<(Range<usize>, &'static str)> {
    let parts = ["basicAuth", "basicauth", "digestAuth", "digestauth"];
    if !parts.iter().any(|part| text.contains(part)) {
        return Vec::new();
    }
    if text.lines().any(|line| header(line).is_some()) {
        return of_toml(text);
    }
    let mut out = Vec::new();
    yaml::values(text, |value| {
        if value.name != "users" {
            return;
        }
        let above = value.way().rev().find(|key| *key != "users");
        if let Some(login) = above.and_then(Login::of) {
            out.extend(login.secrets(value.text, value.span.start));
        }
    });
    out
}

/// The last name of the header of a table, and whether it is one.
fn header(line: &str) -> Option<&str> {
    let inner = line.trim().strip_prefix('[')?.trim_start_matches('[');
    let name = inner
        .split(']')
        .next()
        .filter(|n| !n.contains(['"', '=']))?;
    let plain = |c: char| c.is_ascii_alphanumeric() || "._- ".contains(c);
    let last = name.rsplit('.').next()?.trim();
    (inner.len() > name.len() && name.chars().all(plain)).then_some(last)
}

/// Texts in quotes behind `users =`, in one line or in several, up to where the list ends.
fn of_toml(text: &str) -> Vec<(Range<usize>, &'static str)> {
    let mut out = Vec::new();
    let (mut start, mut login, mut is_open) = (0, None, false);
    for line in text.split_inclusive('\n') {
        let begins = start;
        start += line.len();
        let said = line.trim_start();
        if !is_open && let Some(name) = header(line) {
            login = Login::of(name);
            continue;
        }
        let list = said.strip_prefix("users").map(str::trim_start);
        is_open |= list.is_some_and(|rest| rest.starts_with('='));
        let Some(login) = login.filter(|_| is_open) else {
            continue;
        };
        let mut rest = line;
        let mut is_ended = false;
        while let Some(at) = rest.find(['"', '\'', '#', ']']) {
            let from = rest.get(at..).unwrap_or_default();
            let sign = from.chars().next().filter(|c| "\"'".contains(*c));
            let inner = sign.and_then(|sign| from.get(1..)?.split_once(sign));
            let Some((user, after)) = inner else {
                is_ended = from.starts_with(']');
                break;
            };
            let place = user.as_ptr() as usize - line.as_ptr() as usize;
            out.extend(login.secrets(user, begins + place));
            rest = after;
        }
        let is_one = list.is_some_and(|rest| !rest.contains('['));
        is_open = !(is_ended || is_one);
    }
    out
}
