//! Variables that a text puts where a secret is asked for: `ADMIN_PASSWORD: ${GF}`. What an environment file says of such a one is a
//! secret, whatever the variable is called.

use super::entries::{Entry, entries};
use super::marked::{Form, RANDOM, Region, WORD, marked, numbers, regions};
use super::variables::{is_environment, named};
use crate::scan::{Grade, Leak, Look, Scanner, commands_in_lines, environment_of_secrets, is_code};
use std::collections::{BTreeMap, BTreeSet};

/// A variable, and the name of the secret that it stands for in the files of a folder.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Used {
    folder: String,
    variable: String,
    secret: String,
}

impl Used {
    /// Those of a text by the names that stand before them, slips of such names as well.
    fn by_name(path: &str, text: &str, regions: &[Region<'_>]) -> BTreeSet<Self> {
        let values = regions.iter().flat_map(|region| &region.variables);
        let values: BTreeSet<&str> = values.copied().collect();
        let mut out = BTreeSet::new();
        for found in named(text).filter(|found| values.contains(found.name)) {
            let secret = match found.is_login {
                true => ANY,
                false => found.before.trim_start_matches('-'),
            };
            if secret != found.name && diag::misspelt(secret).is_some() {
                out.insert(Self::new(path, found.name, secret));
            }
        }
        out
    }

    fn new(path: &str, variable: &str, secret: &str) -> Self {
        Self {
            folder: folder(path).to_owned(),
            variable: variable.to_owned(),
            secret: secret.to_owned(),
        }
    }
}

/// The name of a secret that is one by its place: any word may be one.
const ANY: &str = "PASSWORD";

/// What was found of a variable that stands where a secret would.
struct Place {
    region: usize,
    /// The name of the secret, if it has one.
    secret: Option<String>,
}

impl Scanner {
    /// All of a text. What is a secret by its place alone is one only if every word would be: a word that a machine made up is told in more
    /// places than that.
    pub fn used(&self, path: &str, text: &str) -> BTreeSet<Used> {
        let mut out: BTreeSet<Used> = environment_of_secrets(path, text)
            .iter()
            .map(|variable| Used::new(path, variable, ANY))
            .collect();
        if !text.contains('$') {
            return out;
        }
        let path = match is_environment(path, text) {
            true => format!("{}/.env", folder(path)),
            false => path.to_owned(),
        };
        let path = path.trim_start_matches('/');
        let regions = regions(text);
        out.extend(Used::by_name(path, text, &regions));
        if regions.is_empty() || is_code(path) {
            return out;
        }
        let found = self.places(path, &marked(text, &regions, RANDOM), RANDOM);
        let sure: BTreeSet<usize> = match found.iter().any(|place| place.secret.is_none()) {
            true => self
                .places(path, &marked(text, &regions, WORD), WORD)
                .into_iter()
                .map(|place| place.region)
                .collect(),
            false => BTreeSet::new(),
        };
        for place in found {
            let secret = match &place.secret {
                Some(name) => name,
                None if sure.contains(&place.region) => ANY,
                None => continue,
            };
            let variables = regions.get(place.region).map(|r| r.variables.as_slice());
            let others = variables.into_iter().flatten().filter(|v| **v != secret);
            out.extend(others.map(|variable| Used::new(path, variable, secret)));
        }
        out
    }

    /// Where the words of variables are secrets.
    fn places(&self, path: &str, text: &str, form: Form) -> Vec<Place> {
        let mut out = Vec::new();
        let mut look = |path: &str, text: &str| {
            for leak in self.look(path, text).leaks {
                let said = text.get(leak.span.clone()).unwrap_or_default();
                if leak.grade == Grade::Clear {
                    let secret = secret_of(&leak.what);
                    let place = |region| Place {
                        region,
                        secret: secret.clone(),
                    };
                    out.extend(numbers(said, form).map(place));
                }
            }
        };
        look(path, text);
        // The words of a command may stand in several lines.
        for command in commands_in_lines(path, text) {
            look("command.sh", &command);
        }
        out
    }
}

/// The name that a secret was found under, as a variable may have it.
fn secret_of(what: &str) -> Option<String> {
    let name = what.strip_prefix("the value of '")?.strip_suffix('\'')?;
    let name = name.trim_start_matches('-');
    let part = |c: char| c.is_ascii_alphanumeric() || "_.-".contains(c);
    let is_name = name.chars().all(part) && !name.starts_with(|c: char| c.is_ascii_digit());
    (is_name && diag::naming(name).is_some()).then(|| name.to_owned())
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
    /// Adds to what was found in an environment file what of it is a secret by its use: each value is looked at as if its variable had the
    /// name of the secret. What was found already keeps its name.
    pub fn look_by_use(&self, (path, text): (&str, &str), uses: &Uses, look: &mut Look) {
        if !is_environment(path, text) {
            return;
        }
        let entries = entries(text);
        if uses.0.is_empty() && !entries.iter().any(|entry| entry.goes_on) {
            return;
        }
        let handed_on = handed_on((path, text), &entries, uses);
        let mut fresh: Vec<Leak> = Vec::new();
        for entry in &entries {
            let of_entry = fresh.len();
            let mut secrets = uses.of(entry.name, path);
            secrets.extend(handed_on.get(entry.name).into_iter().flatten());
            // A value of several lines is looked at as one, by its own name as well.
            secrets.extend(entry.goes_on.then_some(entry.name));
            for secret in secrets {
                let value = text.get(entry.rest.clone()).unwrap_or_default();
                let value = value.replace(['\n', '\r'], "_");
                let found = self.look(".env", &format!("{secret}{value}"));
                let (leaks, doubtful) = moved(found, secret.len(), entry.rest.start);
                look.doubtful.extend(doubtful);
                for mut leak in leaks {
                    if secret != entry.name {
                        // Nobody wrote the name of what is a secret by its place.
                        let how = match secret {
                            ANY => "as a secret".to_owned(),
                            name => format!("for '{name}'"),
                        };
                        leak.what = format!("the value of '{}' (used {how})", entry.name);
                    }
                    if entry.goes_on {
                        // What was taken for a value of one line is a part of it, with a quote.
                        let apart = |old: &Leak| {
                            old.span.end <= leak.span.start || leak.span.end <= old.span.start
                        };
                        look.leaks.retain(apart);
                    }
                    let of_entry = fresh.get(of_entry..).unwrap_or_default();
                    let known = overlaps(&look.leaks, &leak) || overlaps(of_entry, &leak);
                    if entry.goes_on || !known {
                        fresh.push(leak);
                    }
                }
            }
        }
        look.join(
            Look {
                leaks: fresh,
                doubtful: Vec::new(),
            },
            0,
        );
    }
}

/// The secrets that variables stand for because others of the same file do that have their values: `ADMIN=${GF}`.
fn handed_on<'a>(
    (path, text): (&str, &'a str),
    entries: &[Entry<'a>],
    uses: &'a Uses,
) -> BTreeMap<&'a str, BTreeSet<&'a str>> {
    let mut out: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    let mut takes: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    let mut open: Vec<(&str, &str)> = Vec::new();
    for entry in entries {
        let value = text.get(entry.rest.clone()).unwrap_or_default();
        // Of an address, only what is found to be its password is one.
        if value.contains('$') && !value.contains('/') {
            let variables = regions(value).into_iter().flat_map(|r| r.variables);
            takes.entry(entry.name).or_default().extend(variables);
            let secrets = uses.of(entry.name, path).into_iter();
            open.extend(secrets.map(|secret| (entry.name, secret)));
        }
    }
    while let Some((name, secret)) = open.pop() {
        for variable in takes.get(name).into_iter().flatten() {
            if out.entry(variable).or_default().insert(secret) {
                open.push((variable, secret));
            }
        }
    }
    out
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
            let uses: Uses = scanner.used("s/compose.yaml", used).into_iter().collect();
            for (path, reached) in [("s/.env", true), (".env", true), ("t/.env", false)] {
                let mut look = scanner.look(path, env);
                scanner.look_by_use((path, env), &uses, &mut look);
                let found: Vec<&str> = look.leaks.iter().map(|l| &env[l.span.clone()]).collect();
                let want = if reached { want } else { "" };
                assert_eq!(found.join(" "), want, "{used}, {path}: {env}");
            }
        }
    }

    /// What is found in an environment file of a variable that is used in another text.
    fn found(used: &str, env: &str) -> String {
        let scanner = Scanner::default();
        let mut uses = scanner.used("compose.yaml", used);
        uses.extend(scanner.used(".env", env));
        let uses: Uses = uses.into_iter().collect();
        let mut look = scanner.look(".env", env);
        scanner.look_by_use((".env", env), &uses, &mut look);
        let leaks = look.leaks.iter();
        let found: Vec<&str> = leaks.map(|l| &env[l.span.clone()]).collect();
        found.join(" ")
    }

    #[test]
    fn every_place_of_a_secret_is_a_use() {
        for used in [
            "secrets: {s: {environment: GF}}",
            "secrets:\n  s:\n    environment: \"GF\"",
            "A_PASSWORD: ${A:-${GF}}",
            "A_PASSWORD: ${A:-${B:-$GF}}",
            "A_PASSWORD: ${X:+${GF}}",
            "A_PASSWORD: pre-${GF}",
            "A_PASSWORD: \"pre-${GF}-post\"",
            "environment:\n  A_PASSWORD: >-\n    ${GF}\n",
            "environment:\n  A_PASSWORD: |\n    ${GF}\n",
            "environment:\n  - >-\n    A_PASSWORD=${GF}\n",
            "command: >-\n  redis-server\n  --requirepass ${GF}\n",
            "command: >-\n  redis-server --requirepass\n  ${GF}\n",
            "command: |\n  redis-server --requirepass\n  ${GF}\n",
            "command:\n  - redis-server\n  - --requirepass\n  - ${GF}\n",
            "command: [redis-server, --requirepass, \"${GF}\"]",
            "test: mysqladmin ping -p${GF}",
            "test: [CMD, mysqladmin, ping, \"-p${GF}\"]",
            "test: mysqladmin ping -uroot -h db -p${GF:-x}",
            "test: curl -u admin:${GF} http://localhost",
            "test: [CMD-SHELL, \"curl -fu admin:${GF} http://localhost\"]",
            "test: redis-cli -a ${GF} ping",
            "test: [CMD, redis-cli, -a, \"${GF}\", ping]",
            "command: sshpass -p ${GF} ssh nas",
            "command: sshpass -p '${GF}' ssh nas",
            "A_PASSWORD: &pw ${GF}",
            "A_PASSWORD: !!str ${GF}",
            "x-pw: &pw ${GF}\nenvironment:\n  A_PASSWORD: *pw\n",
            "x-env: &env\n  A_PASSWORD: ${GF}\nservices: {a: {environment: {<<: *env}}}\n",
            "URL: \"postgres://${U}:${GF}@${H}/db\"",
            "command: curl https://ntfy.sh/${T}?auth=${GF}",
            "URL: \"https://ntfy.sh/x?user=${U}&access_token=${GF}\"",
        ] {
            assert_eq!(found(used, "GF=winter42\n"), "winter42", "{used}");
        }
    }

    #[test]
    fn every_form_of_a_variable_is_read() {
        for (env, want) in [
            ("export\tGF=winter42\n", "winter42"),
            ("GF: winter42\n", "winter42"),
            ("GF = \"winter42\"\r\n", "winter42"),
            ("GF=\"winter42\nsummer41\"\nX=1\n", "winter42\nsummer41"),
            ("GF='winter42\nsummer41'\n", "winter42\nsummer41"),
            ("B_PASSWORD=\"winter42\nsummer41\"\n", "winter42\nsummer41"),
            ("DB_URL=postgres://u:${B}@db\nB=winter42\n", "winter42"),
            ("B_PASSWORD=${B}\nB=winter42\n", "winter42"),
            ("GF=${B}\nB=${C}\nC=winter42\n", "winter42"),
        ] {
            assert_eq!(found("A_PASSWORD: ${GF}", env), want, "{env}");
        }
    }

    #[test]
    fn what_stands_beside_a_secret_is_none() {
        for used in [
            "URL: \"postgres://${GF}:${P}@${H}/db\"",
            "URL: \"postgres://${U}:${P}@${GF}/db\"",
            "URL: \"postgres://${U}:${P}@h/${GF}\"",
            "URL: \"https://ntfy.sh/${GF}?auth=${P}\"",
            "URL: \"https://ntfy.sh/x?auth=${P}&user=${GF}\"",
            "TITLE: &pw ${GF}",
            "x: &password ${GF}\nenvironment: {TITLE: *password}",
            "configs: {s: {environment: GF}}",
            "secrets: {s: {file: \"${GF}\"}}",
            "secrets: {s: {external: true, name: \"${GF}\"}}",
            "A_PASSWORD: ${GF:+${P}}",
            "A_PASSWORD: ${P:?say $GF}",
            "A_PASSWORD_FILE: /run/${GF}",
            "test: mysqladmin ping -u${GF} -p${P}",
            "test: mysqladmin ping -h ${GF} -p${P}",
            "test: curl -u ${GF}:${P} http://localhost",
            "test: curl -u admin:${P} http://${GF}",
            "test: redis-cli -h ${GF} -a ${P} ping",
            "command: sshpass -p ${P} ssh ${GF}",
            "command: app -u ${U}:${GF}",
            "user: ${U}:${GF}",
            "image: app:${GF}",
            "command: |\n  --requirepass ${P}\n  ${GF}\n",
            "ports: [\"${GF}:80\"]",
            "A_TOKEN_URL: ${GF}",
            "A_SECRET: http://${GF}/x",
        ] {
            for env in ["GF=winter42\n", "GF=1000\n", "GF=db.lan\n"] {
                assert_eq!(found(used, env), "", "{used}");
            }
        }
        for env in [
            "DB_URL=postgres://u:${P}@${GF}\nGF=winter42\n",
            "DB_URL=postgres://${GF}:${P}@h\nGF=winter42\n",
            "TITLE=${GF}\nGF=winter42\n",
            "A=http://${GF}/x\nGF=winter42\n",
        ] {
            assert_eq!(found("A_PASSWORD: ${A}", env), "", "{env}");
        }
    }

    #[test]
    fn a_use_is_told_by_the_name_of_the_secret() {
        let scanner = Scanner::default();
        for (used, how) in [
            ("A_PASSWORD: &pw ${GF}", "for 'A_PASSWORD'"),
            ("x: &pw ${GF}\ny: {A_PASSWORD: *pw}", "for 'A_PASSWORD'"),
            ("A_PASSWORD: pre-${GF}", "for 'A_PASSWORD'"),
            ("secrets: {s: {environment: GF}}", "as a secret"),
            ("test: redis-cli -a ${GF} ping", "as a secret"),
        ] {
            let uses: Uses = scanner.used("compose.yaml", used).into_iter().collect();
            let mut look = Look::default();
            scanner.look_by_use((".env", "GF=winter42"), &uses, &mut look);
            let told: Vec<&str> = look.leaks.iter().map(|l| l.what.as_str()).collect();
            assert_eq!(told, [format!("the value of 'GF' (used {how})")], "{used}");
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
        let uses: Uses = scanner.used("compose.yaml", used).into_iter().collect();
        let env = "DB=summer41\nDB_PASSWORD=winter42\nGF=winter43\n";
        let mut look = scanner.look(".env", env);
        scanner.look_by_use((".env", env), &uses, &mut look);
        let found: Vec<&str> = look.leaks.iter().map(|l| &env[l.span.clone()]).collect();
        assert_eq!(found, ["summer41", "winter42", "winter43"]);
    }
}
