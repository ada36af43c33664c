//! Variables that a text puts where a secret is asked for: `ADMIN_PASSWORD: ${GF}`. What an environment file says of such a one is a
//! secret, whatever the variable is called.

use super::variables::{is_environment, named};
use crate::scan::{Leak, Look, Scanner};
use std::collections::BTreeSet;

/// A variable, and the name of the secret that it stands for in the files of a folder.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Used {
    folder: String,
    variable: String,
    secret: String,
}

impl Used {
    /// All of a text that is no environment file.
    pub fn of(path: &str, text: &str) -> BTreeSet<Self> {
        let mut out = BTreeSet::new();
        if !text.contains('$') || is_environment(path, text) {
            return out;
        }
        for found in named(text) {
            let secret = match found.is_login {
                true => "PASSWORD",
                false => found.before.trim_start_matches('-'),
            };
            if secret != found.name && diag::misspelt(secret).is_some() {
                out.insert(Self {
                    folder: folder(path).to_owned(),
                    variable: found.name.to_owned(),
                    secret: secret.to_owned(),
                });
            }
        }
        out
    }

    /// Compose takes variables from the folder of its file, or from that of whoever starts it.
    fn reaches(&self, path: &str) -> bool {
        let (own, other) = (self.folder.as_str(), folder(path));
        let within = |inner: &str, outer: &str| {
            let rest = inner.strip_prefix(outer);
            rest.is_some_and(|rest| outer.is_empty() || rest.is_empty() || rest.starts_with('/'))
        };
        within(own, other) || within(other, own)
    }
}

fn folder(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

impl Scanner {
    /// Adds to what was found in an environment file what of it is a secret by its use: each line is looked at as if its variable had the
    /// name of the secret.
    pub fn look_by_use(&self, (path, text): (&str, &str), used: &BTreeSet<Used>, look: &mut Look) {
        let near: Vec<&Used> = used.iter().filter(|used| used.reaches(path)).collect();
        if near.is_empty() || !is_environment(path, text) {
            return;
        }
        let mut start = 0;
        for line in text.split_inclusive('\n') {
            let bare = line.trim_start();
            let bare = bare.strip_prefix("export ").unwrap_or(bare);
            let at = start + line.len() - bare.len();
            start += line.len();
            let Some((name, _)) = bare.split_once('=') else {
                continue;
            };
            for used in near.iter().filter(|used| used.variable == name.trim()) {
                let value = bare.get(name.len()..).unwrap_or_default();
                let mut found = self.look(".env", &format!("{}{value}", used.secret));
                for leak in &mut found.leaks {
                    leak.what = format!(
                        "the value of '{}' (used for '{}')",
                        name.trim(),
                        used.secret
                    );
                }
                look.join_from(found, used.secret.len(), at + name.len());
            }
        }
    }
}

impl Look {
    /// With what was found in a text from a byte on, which is another byte of this one. What was found already keeps its name.
    fn join_from(&mut self, other: Self, from: usize, to: usize) {
        let moved = |span: std::ops::Range<usize>| {
            Some(span.start.checked_sub(from)? + to..span.end.checked_sub(from)? + to)
        };
        let doubtful = other.doubtful.into_iter().filter_map(moved);
        self.doubtful.extend(doubtful);
        let leaks = other.leaks.into_iter().filter_map(|leak| {
            let span = moved(leak.span)?;
            Some(Leak { span, ..leak })
        });
        let known = |leak: &Leak| {
            let apart =
                |old: &Leak| old.span.end <= leak.span.start || leak.span.end <= old.span.start;
            !self.leaks.iter().all(apart)
        };
        let fresh: Vec<Leak> = leaks.filter(|leak| !known(leak)).collect();
        self.leaks.extend(fresh);
        self.leaks.sort_by_key(|leak| leak.span.start);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_variable_is_a_secret_where_it_is_used_as_one() {
        let scanner = Scanner::default();
        for (used, env, want) in [
            (
                "A: {GF_SECURITY_ADMIN_PASSWORD: \"${GF}\"}",
                "GF=winter42",
                "winter42",
            ),
            (
                "command: --requirepass ${REDIS}",
                "export REDIS='winter42'",
                "winter42",
            ),
            (
                "URL: postgres://db:$PG@db/x",
                "X=1\nPG = winter42\nY=2",
                "winter42",
            ),
            ("- DB_PASSWORD=${DB:?say one}", "DB=winter42", "winter42"),
            ("DB_PASSWORD: $${GF}", "GF=winter42", ""),
            ("TITLE: ${GF}", "GF=winter42", ""),
            ("DB_PASSWORD: ${GF}", "GFX=winter42", ""),
            ("DB_PASSWORD: ${GF}", "GF=", ""),
            ("DB_PASSWORD_FILE: ${GF}", "GF=/run/secrets/gf", ""),
        ] {
            let uses = Used::of("s/compose.yaml", used);
            for (path, reached) in [("s/.env", true), (".env", true), ("t/.env", false)] {
                let mut look = scanner.look(path, env);
                scanner.look_by_use((path, env), &uses, &mut look);
                let found: Vec<&str> = look.leaks.iter().map(|l| &env[l.span.clone()]).collect();
                let want = if reached { want } else { "" };
                assert_eq!(found.join(" "), want, "{used}, {path}: {env}");
            }
        }
    }
}
