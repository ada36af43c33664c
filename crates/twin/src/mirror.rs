//! Which Debian mirror the machine itself uses: the image is built from the same one.
//!
//! Only Debian's own entries count (`sources.list` and `debian.sources`), never a third party's; a machine that is not
//! Debian, or says nothing, gets Debian's public address.

use std::path::Path;
use std::process::Command;

use crate::run;

/// The two archives of Debian.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Mirror {
    /// Address of the main archive.
    pub(crate) main: String,
    /// Address of the security archive.
    pub(crate) security: String,
    /// Proxy that apt uses, if any.
    pub(crate) proxy: Option<String>,
}

/// The machine's mirror, read below `etc` (usually `/etc`).
pub(crate) fn of_machine(etc: &Path) -> Mirror {
    let read = |name: &str| std::fs::read_to_string(etc.join(name)).unwrap_or_default();
    let mut entries = Vec::new();
    if read("os-release").lines().any(|line| line == "ID=debian") {
        entries.extend(one_line_entries(&read("apt/sources.list")));
        entries.extend(deb822_entries(&read("apt/sources.list.d/debian.sources")));
    }
    let find = |security: bool| {
        let fits = |entry: &&Entry| entry.main_component && entry.security == security;
        entries.iter().find(fits).map(|entry| entry.uri.clone())
    };
    let proxy = Command::new("apt-config")
        .args(["shell", "P", "Acquire::http::Proxy"])
        .output();
    let proxy = proxy.ok().and_then(|output| {
        let line = run::text(&output.stdout);
        line.strip_prefix("P='")?
            .strip_suffix('\'')
            .map(str::to_owned)
    });
    Mirror {
        main: find(false).unwrap_or_else(|| "http://deb.debian.org/debian".to_owned()),
        security: find(true).unwrap_or_else(|| "http://deb.debian.org/debian-security".to_owned()),
        proxy,
    }
}

impl Mirror {
    /// The apt sources of a release on this mirror.
    pub(crate) fn sources(&self, release: &str) -> String {
        let Self { main, security, .. } = self;
        format!(
            "deb {main} {release} main\ndeb {main} {release}-updates main\ndeb {security} {release}-security main\n"
        )
    }
}

struct Entry {
    uri: String,
    security: bool,
    main_component: bool,
}

impl Entry {
    fn new(uri: &str, suite: &str, mut components: impl Iterator<Item = impl AsRef<str>>) -> Self {
        Self {
            uri: uri.trim_end_matches('/').to_owned(),
            security: suite.ends_with("-security") || suite.ends_with("/updates"),
            main_component: components.any(|component| component.as_ref() == "main"),
        }
    }
}

fn one_line_entries(text: &str) -> Vec<Entry> {
    let entry = |line: &str| {
        let rest = line.trim().strip_prefix("deb ")?.trim_start();
        let rest = match rest.strip_prefix('[') {
            Some(options) => options.split_once(']')?.1,
            None => rest,
        };
        let mut words = rest.split_whitespace();
        Some(Entry::new(words.next()?, words.next()?, words))
    };
    text.lines().filter_map(entry).collect()
}

fn deb822_entries(text: &str) -> Vec<Entry> {
    let mut entries = Vec::new();
    let lines: Vec<&str> = text.lines().filter(|line| !line.starts_with('#')).collect();
    for stanza in lines.split(|line| line.trim().is_empty()) {
        let field = |name: &str| {
            stanza
                .iter()
                .find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))
                .unwrap_or_default()
                .trim()
        };
        if field("Enabled") == "no" || !field("Types").split_whitespace().any(|word| word == "deb")
        {
            continue;
        }
        for uri in field("URIs").split_whitespace() {
            for suite in field("Suites").split_whitespace() {
                entries.push(Entry::new(
                    uri,
                    suite,
                    field("Components").split_whitespace(),
                ));
            }
        }
    }
    entries
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(file: &str, text: &str, main: &str, security: &str) {
        let etc = tempfile::tempdir().expect("a directory");
        std::fs::create_dir_all(etc.path().join("apt/sources.list.d")).expect("a directory");
        std::fs::write(etc.path().join("os-release"), "NAME=x\nID=debian\n").expect("a file");
        std::fs::write(etc.path().join("apt").join(file), text).expect("a file");
        let mirror = of_machine(etc.path());
        assert_eq!(
            (mirror.main.as_str(), mirror.security.as_str()),
            (main, security)
        );
    }

    #[test]
    fn both_formats_are_read_and_strangers_are_not() {
        check(
            "sources.list",
            "# deb http://old/debian bookworm main\ndeb [signed-by=/k] http://a/debian/ bookworm main contrib\n\
             deb http://a/sec bookworm-security main\n",
            "http://a/debian",
            "http://a/sec",
        );
        check(
            "sources.list.d/debian.sources",
            "Types: deb\n# note\nURIs: http://b/debian\nSuites: bookworm bookworm-updates\nComponents: main\n\n\
             Types: deb\nURIs: http://b/debian-security\nSuites: bookworm-security\nComponents: main\n",
            "http://b/debian",
            "http://b/debian-security",
        );
        check(
            "sources.list.d/vendor.list",
            "deb http://vendor/debian bookworm main\n",
            "http://deb.debian.org/debian",
            "http://deb.debian.org/debian-security",
        );
    }
}
