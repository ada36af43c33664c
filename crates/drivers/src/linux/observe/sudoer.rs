//! What sudo allows: the lines of /etc/sudoers and of everything that it includes.

use super::Whole;
use super::frame::{Sections, plain};
use super::gather::Gathered;
use model::fact::FactKind;
use model::kleene::Reason;

pub(super) const PART: Whole = Whole {
    sh: &[include_str!("sh/sudoer.sh")],
    calls: &["sudoer sudoer"],
    read: gather,
};

fn gather(sections: &Sections<'_>, to: &mut Gathered) {
    let kind = FactKind::Sudoer;
    let Some(section) = to.section(kind, sections, "sudoer") else {
        return;
    };
    let text = section.text();
    let mut files: Vec<(&str, Vec<&str>)> = Vec::new();
    for line in text.lines().filter(|l| !l.is_empty()) {
        if let Some(path) = line.strip_prefix("file ") {
            files.push((path, Vec::new()));
        } else if let Some(reason) = line.strip_prefix("! ") {
            to.incomplete(kind, Reason::new(plain(reason)));
        } else if let Some(sources) = line.strip_prefix("nss ") {
            super::user::only_local(sources, kind, to);
        } else if let (Some(content), Some((_, lines))) = (line.strip_prefix('|'), files.last_mut())
        {
            lines.push(content);
        } else {
            to.incomplete(kind, Reason::new("the answer is not understood"));
        }
    }
    for (path, lines) in files {
        for (number, line) in effective(&lines) {
            to.present(kind, format!("{path}:{number}"), line, path);
        }
    }
    to.complete(
        kind,
        "/etc/sudoers and all that it includes was read as root",
    );
}

/// The lines that mean something, with the number of their first part; comments are left out and `\` at the end joins.
fn effective(lines: &[&str]) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    let mut open: Option<(usize, String)> = None;
    for (number, line) in (1..).zip(lines) {
        let (start, mut text) = open.take().unwrap_or((number, String::new()));
        if let Some(first_part) = line.strip_suffix('\\') {
            text.push_str(first_part);
            open = Some((start, text));
            continue;
        }
        text.push_str(line);
        found.push((start, text));
    }
    found.extend(open);
    let meant = found
        .into_iter()
        .map(|(n, text)| (n, without_comment(&text)));
    meant.filter(|(_, text)| !text.is_empty()).collect()
}

/// A `#` begins a comment, except before a number (an id), in quotes, after a backslash, or as the old form of `@include`.
fn without_comment(line: &str) -> String {
    let line = line.trim();
    if let Some(include) = line.strip_prefix('#').filter(|l| l.starts_with("include")) {
        return format!("@{include}");
    }
    let mut quoted = false;
    let mut before = ' ';
    for (at, c) in line.char_indices() {
        let rest = line.get(at + c.len_utf8()..).unwrap_or_default();
        match c {
            '"' if before != '\\' => quoted = !quoted,
            '#' if !quoted
                && before != '\\'
                && !rest.starts_with(|d: char| d.is_ascii_digit() || d == '-') =>
            {
                return line.get(..at).unwrap_or_default().trim_end().to_owned();
            }
            _ => {}
        }
        before = c;
    }
    line.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_mean_something() {
        let lines = [
            "# comment",
            "#includedir /etc/sudoers.d",
            "Defaults badpass_message=\"# no\" # why",
            "",
            "anna ALL=(ALL) \\",
            "   NOPASSWD: ALL",
            "#1000 ALL=(ALL) ALL",
            "bert ALL=/bin/echo \\#x",
        ];
        let want = [
            (2, "@includedir /etc/sudoers.d"),
            (3, "Defaults badpass_message=\"# no\""),
            (5, "anna ALL=(ALL)    NOPASSWD: ALL"),
            (7, "#1000 ALL=(ALL) ALL"),
            (8, "bert ALL=/bin/echo \\#x"),
        ];
        let found = effective(&lines);
        assert_eq!(
            found
                .iter()
                .map(|(n, t)| (*n, t.as_str()))
                .collect::<Vec<_>>(),
            want
        );
    }
}
