//! Variables that a text puts where a secret is asked for: `ADMIN_PASSWORD: ${GF}`. What an environment file says of such a one is a
//! secret, whatever the variable is called.

use super::variables::{is_environment, named};
use crate::scan::{Leak, Look, Scanner};
use std::collections::{BTreeMap, BTreeSet};

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
}

/// The secrets that a variable stands for, by folder.
type Places = BTreeMap<String, BTreeSet<String>>;

/// All uses of a tree, to be looked up: there are as many environment files as stacks.
#[derive(Debug, Clone, Default)]
pub struct Uses(BTreeMap<String, ByFolder>);

#[derive(Debug, Clone, Default)]
struct ByFolder {
    /// In files of the folder itself.
    here: Places,
    /// In files of folders within it.
    within: Places,
}

impl FromIterator<Used> for Uses {
    fn from_iter<I: IntoIterator<Item = Used>>(all: I) -> Self {
        let mut out = Self::default();
        for used in all {
            let variable = out.0.entry(used.variable).or_default();
            let mut add = |places: fn(&mut ByFolder) -> &mut Places, folder: &str| {
                let secrets = places(variable).entry(folder.to_owned()).or_default();
                secrets.insert(used.secret.clone());
            };
            add(|v| &mut v.here, &used.folder);
            above(&used.folder).for_each(|outer| add(|v| &mut v.within, outer));
        }
        out
    }
}

impl Uses {
    /// The secrets that a variable of an environment file stands for: Compose takes it from the folder of its file, or from that of whoever
    /// starts it.
    fn of(&self, variable: &str, path: &str) -> BTreeSet<&str> {
        let Some(places) = self.0.get(variable) else {
            return BTreeSet::new();
        };
        let own = folder(path);
        let outer = std::iter::once(own).chain(above(own));
        let outer = outer.filter_map(|folder| places.here.get(folder));
        let all = outer.chain(places.within.get(own)).flatten();
        all.map(String::as_str).collect()
    }
}

fn folder(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// The folders that a folder lies in: `a` and the root for `a/b`.
fn above(of: &str) -> impl Iterator<Item = &str> {
    fn next(of: &str) -> Option<&str> {
        (!of.is_empty()).then(|| folder(of))
    }
    std::iter::successors(next(of), |at| next(at))
}

impl Scanner {
    /// Adds to what was found in an environment file what of it is a secret by its use: each line is looked at as if its variable had the
    /// name of the secret. What was found already keeps its name.
    pub fn look_by_use(&self, (path, text): (&str, &str), uses: &Uses, look: &mut Look) {
        if uses.0.is_empty() || !is_environment(path, text) {
            return;
        }
        let mut fresh: Vec<Leak> = Vec::new();
        let mut start = 0;
        for line in text.split_inclusive('\n') {
            let bare = line.trim_start();
            let bare = bare.strip_prefix("export ").unwrap_or(bare);
            let at = start + line.len() - bare.len();
            start += line.len();
            let Some((name, _)) = bare.split_once('=') else {
                continue;
            };
            let of_line = fresh.len();
            for secret in uses.of(name.trim(), path) {
                let value = bare.get(name.len()..).unwrap_or_default();
                let found = self.look(".env", &format!("{secret}{value}"));
                let (leaks, doubtful) = moved(found, secret.len(), at + name.len());
                look.doubtful.extend(doubtful);
                for mut leak in leaks {
                    leak.what = format!("the value of '{}' (used for '{secret}')", name.trim());
                    let of_line = fresh.get(of_line..).unwrap_or_default();
                    if !overlaps(&look.leaks, &leak) && !overlaps(of_line, &leak) {
                        fresh.push(leak);
                    }
                }
            }
        }
        look.leaks.extend(fresh);
        look.leaks.sort_by_key(|leak| leak.span.start);
    }
}

/// One of these, which are in the order of the text and apart from each other, has a byte of this one.
fn overlaps(all: &[Leak], leak: &Leak) -> bool {
    let before = all.partition_point(|old| old.span.start < leak.span.end);
    let last = before.checked_sub(1).and_then(|at| all.get(at));
    last.is_some_and(|old| old.span.end > leak.span.start)
}

/// What was found in a text from a byte on, which is another byte elsewhere.
fn moved(found: Look, from: usize, to: usize) -> (Vec<Leak>, Vec<std::ops::Range<usize>>) {
    let moved = |span: std::ops::Range<usize>| {
        Some(span.start.checked_sub(from)? + to..span.end.checked_sub(from)? + to)
    };
    let doubtful = found.doubtful.into_iter().filter_map(moved).collect();
    let leaks = found.leaks.into_iter().filter_map(|leak| {
        let span = moved(leak.span)?;
        Some(Leak { span, ..leak })
    });
    (leaks.collect(), doubtful)
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
            let uses: Uses = Used::of("s/compose.yaml", used).into_iter().collect();
            for (path, reached) in [("s/.env", true), (".env", true), ("t/.env", false)] {
                let mut look = scanner.look(path, env);
                scanner.look_by_use((path, env), &uses, &mut look);
                let found: Vec<&str> = look.leaks.iter().map(|l| &env[l.span.clone()]).collect();
                let want = if reached { want } else { "" };
                assert_eq!(found.join(" "), want, "{used}, {path}: {env}");
            }
        }
    }

    #[test]
    fn what_is_used_is_looked_up_by_folder() {
        let of = |folder: &str| Used {
            folder: folder.to_owned(),
            variable: "DB".to_owned(),
            secret: format!("{folder}_PASSWORD"),
        };
        let all = ["", "a", "a/b", "a/b/c", "ab", "x"];
        let uses: Uses = all.map(of).into_iter().collect();
        for (path, want) in [
            (
                ".env",
                "_PASSWORD a/b/c_PASSWORD a/b_PASSWORD a_PASSWORD ab_PASSWORD x_PASSWORD",
            ),
            ("a/.env", "_PASSWORD a/b/c_PASSWORD a/b_PASSWORD a_PASSWORD"),
            (
                "a/b/.env",
                "_PASSWORD a/b/c_PASSWORD a/b_PASSWORD a_PASSWORD",
            ),
            ("a/b/d/.env", "_PASSWORD a/b_PASSWORD a_PASSWORD"),
            ("abc/.env", "_PASSWORD"),
        ] {
            let found: Vec<&str> = uses.of("DB", path).into_iter().collect();
            assert_eq!(found.join(" "), want, "{path}");
            assert!(uses.of("OTHER", path).is_empty());
        }
        // As many stacks as there may be: of each, no more than its own is looked at.
        let stacks = (0..10_000).map(|n| of(&format!("s/{n}")));
        let uses: Uses = stacks.collect();
        let looked_at: usize = (0..10_000)
            .map(|n| uses.of("DB", &format!("s/{n}/.env")).len())
            .sum();
        assert_eq!(looked_at, 10_000);
    }

    #[test]
    fn a_value_is_told_once() {
        let scanner = Scanner::default();
        let used = "A_PASSWORD: ${GF}\nB_TOKEN: ${GF}\nC_PASSWORD: ${DB}\n";
        let uses: Uses = Used::of("compose.yaml", used).into_iter().collect();
        let env = "DB=summer41\nDB_PASSWORD=winter42\nGF=winter43\n";
        let mut look = scanner.look(".env", env);
        scanner.look_by_use((".env", env), &uses, &mut look);
        let found: Vec<&str> = look.leaks.iter().map(|l| &env[l.span.clone()]).collect();
        assert_eq!(found, ["summer41", "winter42", "winter43"]);
    }
}
