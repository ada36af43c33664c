//! The secrets of environment files: Compose puts them wherever their variables are named, also where nobody would look for one.
//!
//! Not every word is taken out of everything that is said. A password that is a word of a language is in many texts that have nothing to
//! do with it, and stars in its place help nobody and say what the password is.

use super::entries::without_export;
use super::{Names, said::Fit};
use crate::scan::{Leak, is_random, name_before};
use aho_corasick::AhoCorasick;
use diag::{Source, SourceSet};
use std::collections::{BTreeMap, BTreeSet};

/// Shorter words are everywhere.
const SHORTEST: usize = 4;
/// Letters alone say that a word is a secret if there are as many.
const FEWEST_LETTERS: usize = 10;

/// A secret of an environment file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Variable<'t> {
    /// What it is called.
    pub name: &'t str,
    /// What it says, or the part of that which is a secret.
    pub word: &'t str,
}

/// `.env`, `db.env` or `.env.local`; or a file of any other name with nothing but `NAME=value` and names in it, as a stack may name one.
pub fn is_environment(path: &str, text: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let lines = text.lines().map(str::trim);
    let lines = lines.filter(|l| !l.is_empty() && !l.starts_with('#'));
    let is_named = name.starts_with(".env") || name.ends_with(".env");
    is_named || lines.clone().all(is_assignment) && lines.clone().any(|l| l.contains('='))
}

/// `NAME=value`, `export NAME=value`, or `NAME` alone, which takes it from outside.
fn is_assignment(line: &str) -> bool {
    let line = without_export(line);
    let name = line.split('=').next().unwrap_or_default().trim_end();
    let good = |c: char| "_.-".contains(c) || c.is_ascii_alphanumeric();
    !name.is_empty() && name.chars().all(good)
}

/// Those of a text; none if it is no environment file.
pub fn variables<'t>(
    source: &'t Source,
    leaks: &'t [Leak],
) -> impl Iterator<Item = Variable<'t>> + use<'t> {
    let leaks = match is_environment(&source.path, &source.text) {
        true => leaks,
        false => &[],
    };
    let words = |leak: &'t Leak| {
        let word = source.text.get(leak.span.clone()).unwrap_or_default();
        let before = source.text.get(..leak.span.start).unwrap_or_default();
        let line = without_export(before.rsplit('\n').next().unwrap_or_default());
        let name = line.split(['=', ':']).next().unwrap_or_default().trim();
        // Of one of several lines, a message may have one of them.
        let parts = word.lines().filter(|part| part.len() >= SHORTEST);
        parts.map(move |word| Variable { name, word })
    };
    leaks.iter().flat_map(words)
}

/// Whether a word is the secret wherever it stands: nobody calls anything by it, and it has a digit or a sign in it or is long. `admin` and
/// `postgres` are words of many texts.
pub fn is_telling(word: &str, names: &Names<'_>) -> bool {
    let letters = word.chars().all(char::is_alphabetic);
    (!letters || word.chars().count() >= FEWEST_LETTERS) && !names.has(word)
}

/// Of these, the words that what is read of Compose files may have where it is shown: whatever is telling, and any other whose variable is
/// named where no secret is asked for (`ports: ['${DB_PASSWORD}:80']`). What is only handed on under its own name, or behind that of a
/// secret, is in nothing that is shown.
pub fn brought_along<'t>(
    sources: &SourceSet,
    variables: &[Variable<'t>],
    names: &Names<'_>,
) -> BTreeSet<&'t str> {
    let known = variables.iter().filter(|v| !names.has(v.word));
    let (telling, others): (Vec<&Variable<'_>>, Vec<_>) =
        known.partition(|v| is_telling(v.word, names));
    let mut out: BTreeSet<&str> = telling.into_iter().map(|v| v.word).collect();
    let mut by_name: BTreeMap<&str, Vec<&'t str>> = BTreeMap::new();
    for variable in others {
        by_name
            .entry(variable.name)
            .or_default()
            .push(variable.word);
    }
    if by_name.is_empty() {
        return out;
    }
    let texts = sources.iter().map(|(_, source)| source);
    for source in texts.filter(|source| !is_environment(&source.path, &source.text)) {
        for name in astray(&source.text) {
            out.extend(by_name.get(name).into_iter().flatten());
        }
    }
    out
}

/// Variables that a text names where neither they nor a secret are asked for.
fn astray(text: &str) -> impl Iterator<Item = &str> {
    let asked =
        |v: &Named<'_>| v.before == v.name || v.is_login || diag::misspelt(v.before).is_some();
    named(text).filter(move |v| !asked(v)).map(|v| v.name)
}

/// A variable as a text names it.
pub(super) struct Named<'t> {
    pub(super) name: &'t str,
    /// The name that it stands behind.
    pub(super) before: &'t str,
    /// It is the password of an address: `db:${DB_PASSWORD}@host`.
    pub(super) is_login: bool,
}

/// All variables that Compose would put a value in the place of: `$$` stands for a sign.
pub(super) fn named(text: &str) -> Variables<'_> {
    Variables {
        text,
        at: 0,
        escaped: false,
        ends: 0..0,
        steps: 0,
    }
}

/// The variables of a text, found in one go: whatever it is made of, no part of it is looked at again for each variable.
pub(super) struct Variables<'t> {
    text: &'t str,
    /// So far it was read.
    at: usize,
    /// The last sign is escaped by the one before it.
    escaped: bool,
    /// From where on a bracket or the end of the line was looked for, and where the next one is.
    ends: std::ops::Range<usize>,
    /// So many bytes were looked at.
    steps: usize,
}

impl<'t> Variables<'t> {
    /// The sign that the next one may begin with.
    fn sign(&mut self) -> Option<usize> {
        let rest = self.text.get(self.at..)?;
        let found = rest.find('$');
        self.steps += found.unwrap_or(rest.len()) + 1;
        let passed = found?;
        // The first of a row of signs escapes the one behind it.
        self.escaped = passed == 0 && self.at > 0 && !self.escaped;
        let sign = self.at + passed;
        self.at = sign + 1;
        Some(sign)
    }

    /// What stands behind the bracket that closes one, in its line.
    fn behind(&mut self, from: usize) -> Option<&'t str> {
        if !self.ends.contains(&from) {
            let rest = self.text.get(from..)?;
            let end = rest.find(['}', '\n']).unwrap_or(rest.len());
            self.steps += end + 1;
            self.ends = from..from + end + 1;
        }
        let rest = self.text.get(self.ends.end - 1..)?;
        rest.strip_prefix('}')
    }
}

impl<'t> Iterator for Variables<'t> {
    type Item = Named<'t>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let at = self.sign()?;
            if self.escaped {
                continue;
            }
            let rest = self.text.get(at + 1..)?;
            let inner = rest.strip_prefix('{').unwrap_or(rest);
            let part = |c: char| c.is_ascii_alphanumeric() || c == '_';
            let end = inner.find(|c| !part(c)).unwrap_or(inner.len());
            self.steps += end + 1;
            let (name, behind) = inner.split_at(end);
            if name.is_empty() {
                continue;
            }
            let is_password = self.text.get(..at)?.ends_with(':');
            let after = match (is_password, inner.len() < rest.len()) {
                (false, _) => None,
                (true, false) => Some(behind),
                (true, true) => self.behind(self.text.len() - behind.len()),
            };
            return Some(Named {
                name,
                before: name_before(self.text, at),
                is_login: after.is_some_and(|after| after.starts_with('@')),
            });
        }
    }
}

/// The words of all of them, to be looked for in what is said.
pub(super) struct Searcher<'t> {
    words: Vec<&'t str>,
    search: Option<AhoCorasick>,
}

/// Where something is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Said {
    /// Of a line that a variable stands in: any of their values may be repeated.
    BesideAVariable,
    /// Of anything else.
    Elsewhere,
}

impl<'t> Searcher<'t> {
    pub(super) fn of(words: impl Iterator<Item = &'t str>) -> Self {
        let words: BTreeSet<&str> = words.collect();
        let words: Vec<&str> = words.into_iter().collect();
        let search = match words.is_empty() {
            true => None,
            false => AhoCorasick::new(&words).ok(),
        };
        Self { words, search }
    }

    /// Those that are to be taken out of a text, and how.
    pub(super) fn in_text(&self, text: &str, said: Said, names: &Names<'_>) -> Vec<(&'t str, Fit)> {
        let mut out = Vec::new();
        let found = self
            .search
            .iter()
            .flat_map(|s| s.find_overlapping_iter(text));
        for found in found {
            let Some(word) = self.words.get(found.pattern().as_usize()) else {
                continue;
            };
            let fit = fit(word, said);
            let fits = fit == Fit::Anywhere || diag::stands_alone(text, found.range());
            if fits && (said == Said::BesideAVariable || is_telling(word, names)) {
                out.push((*word, fit));
            }
        }
        out
    }
}

/// What a machine made is found in no other word by chance. What stands beside a variable may be glued to it: `app${DB_PASSWORD}`.
fn fit(word: &str, said: Said) -> Fit {
    let other = |c: char| !c.is_alphabetic();
    let is_number = word.chars().all(|c| c.is_ascii_digit());
    let is_mixed = word.contains(other) && !is_number;
    match is_random(word) || said == Said::BesideAVariable && is_mixed {
        true => Fit::Anywhere,
        false => Fit::Whole,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The words that are taken out of a text.
    fn hidden<'t>(words: &[&'t str], text: &str, said: Said) -> Vec<&'t str> {
        let names = Names::beside(vec!["a backup of the database"]);
        let found = Searcher::of(words.iter().copied());
        let found = found.in_text(text, said, &names);
        found.into_iter().map(|(word, _)| word).collect()
    }

    #[test]
    fn an_environment_file_is_known_by_its_name_or_by_what_it_holds() {
        for (path, text, is) in [
            ("s/.env", "", true),
            ("s/prod.env", "x", true),
            ("s/prod.vars", "# a\nDB_PASSWORD=x\n\nexport B = 2\n", true),
            ("s/prod.vars", "A=1\nFROM_OUTSIDE\nmy.key=2\n", true),
            ("s/words.txt", "alpha\nbeta\n", false),
            ("s/prod.vars", "", false),
            ("s/compose.yaml", "services: {a: {command: x=y}}\n", false),
            ("s/run.sh", "A=1\necho $A\n", false),
        ] {
            assert_eq!(is_environment(path, text), is, "{path}: {text}");
        }
    }

    #[test]
    fn weak_words_are_hidden_beside_variables_alone() {
        let words = [
            "admin",
            "backup",
            "backup-1",
            "correcthorse",
            "123456",
            "hunter2x",
            "aQ3xR7tKaQ3xR7tK",
        ];
        for (text, beside, elsewhere) in [
            ("the admin of it", &["admin"] as &[&str], &[] as &[&str]),
            ("administrators", &[], &[]),
            ("'backup' of the backup", &["backup", "backup"], &[]),
            ("backup-1", &["backup", "backup-1"], &["backup-1"]),
            ("a correcthorse", &["correcthorse"], &["correcthorse"]),
            ("123456 bytes", &["123456"], &["123456"]),
            ("71234567 bytes", &[], &[]),
            ("apphunter2xy", &["hunter2x"], &[]),
            (
                "xaQ3xR7tKaQ3xR7tKx",
                &["aQ3xR7tKaQ3xR7tK"],
                &["aQ3xR7tKaQ3xR7tK"],
            ),
        ] {
            assert_eq!(
                hidden(&words, text, Said::BesideAVariable),
                beside,
                "{text}"
            );
            assert_eq!(hidden(&words, text, Said::Elsewhere), elsewhere, "{text}");
        }
    }

    #[test]
    fn a_text_is_read_once_however_many_signs_are_in_it() {
        for (unit, found) in [
            ("$", 0),
            ("$$a", 0),
            ("${a ", 1),
            (":${a ", 1),
            (":${a}@", 1),
            (":${a\n", 1),
            ("$aaaaaaaaaa", 1),
            ("${", 0),
        ] {
            let text = unit.repeat(10_000);
            let mut all = named(&text);
            assert_eq!(all.by_ref().count(), found * 10_000, "{unit}");
            assert!(
                all.steps <= 3 * text.len() + 3,
                "{unit}: {} steps for {}",
                all.steps,
                text.len()
            );
        }
    }

    #[test]
    fn which_variables_are_named() {
        for (text, want) in [
            ("$A$B $$C $$$D", "A B D"),
            ("$$$$E ${F} ${G:-$H}", "F G H"),
            ("a:${P}@h", "P!"),
            ("a:${P:-x}@h", "P!"),
            ("a:$P@h", "P!"),
            ("a:${P h\n}@h", "P"),
            ("a:${P} :${Q}@h", "P Q!"),
            ("a:${P :${Q}@h", "P! Q!"),
        ] {
            let login = |v: Named<'_>| format!("{}{}", v.name, if v.is_login { "!" } else { "" });
            let found: Vec<String> = named(text).map(login).collect();
            assert_eq!(found.join(" "), want, "{text}");
        }
    }

    #[test]
    fn variables_that_go_where_no_secret_is_asked_for() {
        for (text, want) in [
            ("POSTGRES_PASSWORD: ${POSTGRES_PASSWORD}", ""),
            ("- DB_PASS=${POSTGRES_PASSWORD:-x}", ""),
            ("command: --requirepass $REDIS_PASSWORD", ""),
            ("URL: postgres://db:${DB_PASSWORD}@db/x", ""),
            ("ports: ['${DB_PASSWORD}:80']", "DB_PASSWORD"),
            ("X: $DB_PASSWORD", "DB_PASSWORD"),
            ("image: 'a:${TAG}${DB_PASSWORD}'", "TAG DB_PASSWORD"),
        ] {
            let found: Vec<&str> = astray(text).collect();
            assert_eq!(found.join(" "), want, "{text}");
        }
    }
}
