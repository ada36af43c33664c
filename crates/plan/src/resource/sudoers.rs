//! What the lines of sudoers amount to: sudo reads them in order, and of those that fit the last one counts. See sudoers(5).

use model::fact::{FactKind, FactPath, Seen, TargetFacts};
use model::lab::Sudo;
use model::value::Value;
use std::collections::BTreeMap;

/// One line, under the key of its fact.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rule<'a> {
    pub(super) key: &'a str,
    pub(super) line: &'a str,
}

type Files<'a> = BTreeMap<&'a str, BTreeMap<u32, Rule<'a>>>;

/// The lines in the order in which sudo reads them. A file that nothing includes comes last, by name.
pub(super) fn in_order(facts: &TargetFacts) -> Vec<Rule<'_>> {
    let mut files: Files<'_> = BTreeMap::new();
    for (key, value) in facts.items(FactKind::Sudoer) {
        let Some(line) = value.as_text() else {
            continue;
        };
        let (file, number) = key.rsplit_once(':').unwrap_or((key, ""));
        let rules = files.entry(file).or_default();
        rules.insert(number.parse().unwrap_or_default(), Rule { key, line });
    }
    let mut rules = Vec::new();
    read(&mut files, "/etc/sudoers", &mut rules);
    while let Some(file) = files.keys().next().copied() {
        read(&mut files, file, &mut rules);
    }
    rules
}

/// Each file is read once, which also ends a circle.
fn read<'a>(files: &mut Files<'a>, file: &str, to: &mut Vec<Rule<'a>>) {
    for rule in files.remove(file).unwrap_or_default().into_values() {
        to.push(rule);
        let mut words = rule.line.split_whitespace();
        let (what, path) = (words.next(), words.next().unwrap_or_default());
        let directory = file.rsplit_once('/').map_or("", |(d, _)| d);
        let path = match path.starts_with('/') {
            true => path.to_owned(),
            false => format!("{directory}/{path}"),
        };
        match what {
            Some("@include") => read(files, &path, to),
            Some("@includedir") => {
                let inside = |f: &&&str| {
                    f.rsplit_once('/')
                        .is_some_and(|(d, _)| d == path.trim_end_matches('/'))
                };
                let inside: Vec<&str> = files.keys().filter(inside).copied().collect();
                for file in inside {
                    read(files, file, to);
                }
            }
            _ => {}
        }
    }
}

/// To whom a line grants something: the words between commas before the first blank that no comma is near.
pub(super) fn users_of(line: &str) -> Vec<String> {
    let mut users = vec![String::new()];
    let (mut quoted, mut escaped) = (false, false);
    let mut ended = false;
    for c in line.trim().chars() {
        let plain = !quoted && !escaped;
        if plain && c == ',' {
            users.push(String::new());
            ended = false;
        } else if plain && c.is_whitespace() {
            ended = users.last().is_some_and(|u| !u.is_empty());
        } else if ended {
            break;
        } else if (quoted || plain) && c == '"' {
            quoted = !quoted;
        } else if let Some(user) = users.last_mut()
            && (c != '\\' || escaped)
        {
            user.push(c);
        }
        escaped = c == '\\' && !escaped;
    }
    users.retain(|u| !u.is_empty());
    users
}

/// Whether an observed account is in a group.
pub(super) fn is_member(account: &Value, group: &str) -> bool {
    let groups = account.field("groups").and_then(Value::as_text);
    groups.is_some_and(|g| g.split_whitespace().any(|g| g == group))
}

/// What an account is granted.
#[derive(Debug)]
pub(super) struct Granted<'a> {
    /// Everything, as anybody, on any host.
    pub(super) whole: Sudo,
    /// The line that decides it.
    whole_by: Option<&'a str>,
    /// A line that grants something less and that no later one overrides.
    pub(super) part: Option<&'a str>,
    /// The same, if it asks for no password.
    pub(super) without_password: Option<&'a str>,
}

impl<'a> Granted<'a> {
    /// The line to look at.
    pub(super) fn by(&self) -> Option<&'a str> {
        self.without_password.or(self.whole_by).or(self.part)
    }
}

/// What all lines together grant an account.
pub(super) fn granted<'a>(facts: &TargetFacts, rules: &[Rule<'a>], user: &str) -> Granted<'a> {
    let account = facts.seen(&FactPath::new(FactKind::User, user));
    let mut has = Granted {
        whole: Sudo::No,
        whole_by: None,
        part: None,
        without_password: None,
    };
    for rule in rules.iter().filter(|r| fits(r.line, user, &account)) {
        let free = rule.line.contains("NOPASSWD");
        if is_whole(rule.line) {
            has = Granted {
                whole: if free {
                    Sudo::NoPassword
                } else {
                    Sudo::Password
                },
                whole_by: Some(rule.key),
                part: None,
                without_password: None,
            };
        } else {
            has.part = Some(rule.key);
            has.without_password = free.then_some(rule.key).or(has.without_password);
        }
    }
    has
}

fn fits(line: &str, user: &str, account: &Seen) -> bool {
    if line.starts_with('@') || line.starts_with("Defaults") || line.contains("_Alias ") {
        return false;
    }
    let uid = account.value().and_then(|a| a.field("uid")?.as_int());
    let mut fits = false;
    for entry in users_of(line) {
        let name = entry.trim_start_matches('!');
        let is = name == user
            || name == "ALL"
            || name
                .strip_prefix('%')
                .is_some_and(|group| account.value().is_some_and(|a| is_member(a, group)))
            || name
                .strip_prefix('#')
                .is_some_and(|n| n.parse().ok() == uid && uid.is_some());
        if is {
            fits = (entry.len() - name.len()).is_multiple_of(2);
        }
    }
    fits
}

/// `… ALL=(ALL:ALL) [TAGS] ALL`: everything, and not merely some commands, hosts or accounts to become.
fn is_whole(line: &str) -> bool {
    let Some((left, right)) = line.split_once('=') else {
        return false;
    };
    let as_root = match right.trim().strip_prefix('(') {
        None => true,
        Some(rest) => ["ALL", "root"].iter().any(|who| {
            rest.strip_prefix(who)
                .is_some_and(|after| after.trim_start().starts_with([')', ':']))
        }),
    };
    let command = right.rsplit([':', ')']).next().unwrap_or_default().trim();
    left.trim_end().ends_with("ALL") && as_root && command == "ALL" && !right.contains(',')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_of_users() {
        for (line, want) in [
            ("anna ALL=(ALL) ALL", &["anna"][..]),
            ("root ,anna ALL=(ALL) NOPASSWD: ALL", &["root", "anna"]),
            ("root, anna,%adm\tALL = ALL", &["root", "anna", "%adm"]),
            ("\"domain users\",x\\ y ALL=ALL", &["domain users", "x y"]),
        ] {
            assert_eq!(users_of(line), want, "{line}");
        }
    }

    #[test]
    fn rules_that_grant_everything() {
        for (line, want) in [
            ("anna ALL=(ALL:ALL) ALL", true),
            ("anna ALL=(ALL) NOPASSWD: ALL", true),
            ("anna ALL = NOPASSWD:SETENV: ALL", true),
            ("anna ALL=ALL", true),
            ("anna ALL=(postgres) ALL", false),
            ("anna ALL=(ALL) /bin/ls", false),
            ("anna ALL=(ALL) ALL, !/bin/su", false),
            ("anna otherhost=(ALL) ALL", false),
        ] {
            assert_eq!(is_whole(line), want, "{line}");
        }
    }

    #[test]
    fn negated_names_do_not_fit() {
        for (line, want) in [
            ("ALL ALL=ALL", true),
            ("ALL,!anna ALL=ALL", false),
            ("!!anna ALL=ALL", true),
            ("#1001 ALL=ALL", false),
        ] {
            assert_eq!(fits(line, "anna", &Seen::Absent), want, "{line}");
        }
    }
}
