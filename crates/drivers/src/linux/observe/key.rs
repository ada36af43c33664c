//! Authorised keys of every account, from the files that sshd looks at.

use super::Whole;
use super::frame::{Sections, plain};
use super::gather::{Gathered, listed_by};
use data_encoding::{BASE64, BASE64_NOPAD};
use model::fact::FactKind;
use model::kleene::Reason;
use model::value::Value;
use sha2::{Digest as _, Sha256};
use std::collections::{BTreeMap, BTreeSet};

pub(super) const PART: Whole = Whole {
    sh: &[super::sshd::SH, include_str!("sh/key.sh")],
    calls: &["key key"],
    read: gather,
};

/// One line of an authorized_keys file.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) fingerprint: String,
    kind: String,
    public: String,
    comment: String,
    options: String,
}

fn gather(sections: &Sections<'_>, to: &mut Gathered) {
    let kind = FactKind::Key;
    let Some(section) = to.section(kind, sections, "key") else {
        return;
    };
    let text = section.text();
    let mut from: Option<(&str, &str)> = None;
    let mut found: BTreeMap<String, Vec<(Entry, &str)>> = BTreeMap::new();
    for line in text.lines().filter(|l| !l.is_empty()) {
        if let Some(rest) = line.strip_prefix("file ") {
            from = rest.split_once(' ');
        } else if let Some(rest) = line.strip_prefix("! ") {
            to.incomplete(kind, Reason::new(plain(rest)));
        } else if let (Some(rest), Some((user, path))) = (line.strip_prefix('|'), from) {
            match entry(rest) {
                Some(key) => {
                    let name = format!("{user}/{}", key.fingerprint);
                    found.entry(name).or_default().push((key, path));
                }
                // sshd skips what is no key; what looks like one and is not understood may still be one to it.
                None if rest.contains("AAAA") => {
                    to.incomplete(
                        kind,
                        Reason::new(format!("{path} has a line that is not understood")),
                    );
                }
                None => {}
            }
        } else if let Some((keyword, value)) = line.split_once(' ') {
            // Only the keywords that the script picks from sshd -T come here.
            if !value.is_empty() && value != "none" {
                to.incomplete(
                    kind,
                    Reason::new(format!("more keys come from {}", plain(keyword))),
                );
            }
        } else {
            to.incomplete(kind, Reason::new("the answer is not understood"));
        }
    }
    for (name, lines) in found {
        if let Some((key, path)) = lines.first() {
            let value = [
                ("type", key.kind.clone()),
                ("public", key.public.clone()),
                ("comment", key.comment.clone()),
                ("options", options(&lines)),
            ];
            to.present(kind, name, Value::map(value), path);
        }
    }
    to.complete(
        kind,
        &listed_by("reading every account's AuthorizedKeysFile as root"),
    );
}

/// The whole lines of keys that stand in one form only, by `ACCOUNT/FINGERPRINT`.
pub(super) fn lines(text: &str) -> BTreeMap<String, String> {
    let mut user = "";
    let mut found: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    for line in text.lines() {
        if let Some(rest) = line.strip_prefix("file ") {
            user = rest.split(' ').next().unwrap_or_default();
        } else if let Some(rest) = line.strip_prefix('|')
            && let Some(key) = entry(rest)
        {
            let name = format!("{user}/{}", key.fingerprint);
            found.entry(name).or_default().insert(rest.trim());
        }
    }
    let single = found.into_iter().filter(|(_, lines)| lines.len() == 1);
    single
        .filter_map(|(name, lines)| Some((name, (*lines.first()?).to_owned())))
        .collect()
}

/// A key that does not get in by one line may by another, so the options of all of them are told.
fn options(lines: &[(Entry, &str)]) -> String {
    let each: BTreeSet<&str> = lines.iter().map(|(key, _)| key.options.as_str()).collect();
    let shown = |o: &&str| if o.is_empty() { "none" } else { *o }.to_owned();
    match each.len() {
        1 => each.into_iter().collect(),
        _ => each.iter().map(shown).collect::<Vec<_>>().join(" or "),
    }
}

/// Takes apart `[OPTIONS] TYPE BASE64 [COMMENT]`, see sshd(8). `None` if it holds no key.
pub(super) fn entry(line: &str) -> Option<Entry> {
    let line = line.trim();
    let first = line.split_whitespace().next()?;
    let (options, rest) = if is_type(first) {
        ("", line)
    } else {
        line.split_at(end_of_options(line))
    };
    let mut words = rest.split_whitespace();
    let kind = words.next().filter(|w| is_type(w))?;
    let encoded = words.next()?;
    let blob = BASE64
        .decode(encoded.as_bytes())
        .or_else(|_| BASE64_NOPAD.decode(encoded.as_bytes()))
        .ok()?;
    let fingerprint = format!("SHA256:{}", BASE64_NOPAD.encode(&Sha256::digest(&blob)));
    let comment = words.collect::<Vec<_>>().join(" ");
    Some(Entry {
        fingerprint,
        kind: kind.to_owned(),
        public: format!("{kind} {encoded}"),
        comment,
        options: options.to_owned(),
    })
}

fn is_type(word: &str) -> bool {
    ["ssh-", "ecdsa-sha2-", "sk-ssh-", "sk-ecdsa-"]
        .iter()
        .any(|p| word.starts_with(p))
        && word
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"-@.".contains(&b))
}

/// Options end at the first blank outside of quotes; within them `\"` is a quote.
fn end_of_options(line: &str) -> usize {
    let mut quoted = false;
    let mut escaped = false;
    for (at, c) in line.char_indices() {
        match c {
            '"' if !escaped => quoted = !quoted,
            ' ' | '\t' if !quoted => return at,
            _ => {}
        }
        escaped = c == '\\' && !escaped;
    }
    line.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str =
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl";
    const PRINT: &str = "SHA256:+DiY3wvvV6TuJJhbpZisF/zLDA0zPMSvHdkr4UvCOqU";

    #[test]
    fn the_options_of_every_line_of_a_key_are_told() {
        let line = |options: &str| (entry(&format!("{options} {KEY}")).unwrap(), "f");
        assert_eq!(options(&[line("no-pty"), line("no-pty")]), "no-pty");
        assert_eq!(options(&[line("no-pty"), line("")]), "none or no-pty");
    }

    #[test]
    fn lines_as_sshd_reads_them() {
        for (line, options, comment) in [
            (format!("{KEY} anna@home two"), "", "anna@home two"),
            (
                format!("  no-pty,from=\"10.0.0.0/8\"\t{KEY}"),
                "no-pty,from=\"10.0.0.0/8\"",
                "",
            ),
            (
                format!("command=\"ssh-x a \\\" b\" {KEY} c"),
                "command=\"ssh-x a \\\" b\"",
                "c",
            ),
            (
                format!(
                    "environment=\"TOKEN=canary \\\" x\",Environment=\"B=canary\",no-pty {KEY}"
                ),
                "environment=\"TOKEN=canary \\\" x\",Environment=\"B=canary\",no-pty",
                "",
            ),
        ] {
            let found = entry(&line).unwrap();
            assert_eq!(
                (
                    found.fingerprint.as_str(),
                    found.options.as_str(),
                    found.comment.as_str()
                ),
                (PRINT, options, comment)
            );
            assert_eq!(
                plan::key_fingerprint(KEY).as_deref(),
                Some(PRINT),
                "the planner's own reading agrees"
            );
        }
        for bad in [
            "",
            "ssh-ed25519",
            "ssh-ed25519 !",
            "command=\"x",
            "hello world",
            "ssh-\u{e9} AAAA",
        ] {
            assert_eq!(entry(bad), None, "{bad}");
        }
    }
}
