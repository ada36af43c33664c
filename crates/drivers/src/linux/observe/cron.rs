//! What cron runs: its tables line by line, and the scripts in `/etc/cron.daily` and the like.
//!
//! A file that is just as its package brought it is marked with the package, by the digest that dpkg keeps of it.

use super::Whole;
use super::frame::{Sections, plain};
use super::gather::{Gathered, listed_by};
use super::words;
use model::cron::{Line, Place, line, place, plain_when};
use model::fact::FactKind;
use model::kleene::Reason;
use model::value::Value;
use std::collections::{BTreeMap, BTreeSet};

pub(super) const PART: Whole = Whole {
    sh: &[words::SH, include_str!("sh/cron.sh")],
    calls: &["cron cron"],
    read: gather,
};

/// What Debian's own `/etc/crontab` has. These lines do nothing but run the scripts, which are listed themselves.
const STOCK: [(&str, &str); 4] = [
    ("17 * * * *", "hourly"),
    ("25 6 * * *", "daily"),
    ("47 6 * * 7", "weekly"),
    ("52 6 1 * *", "monthly"),
];

/// Variables that it has, too.
const VARIABLES: [(&str, &str); 2] = [
    ("SHELL", "/bin/sh"),
    (
        "PATH",
        "/usr/local/sbin:/usr/local/bin:/sbin:/bin:/usr/sbin:/usr/bin",
    ),
];

/// What files are known by.
struct Files<'a> {
    /// By path: the package that brought just this content.
    brought: BTreeMap<&'a str, &'a str>,
    /// By path: words of scripts that tables lead to.
    does: BTreeMap<&'a str, &'a str>,
    /// Tables of which no script was opened.
    closed: BTreeSet<&'a str>,
}

impl<'a> Files<'a> {
    fn read(text: &'a str) -> Self {
        let closed = text.lines().filter_map(|l| l.strip_prefix("closed "));
        let does = text
            .lines()
            .filter_map(|l| l.strip_prefix("does ")?.split_once(' '));
        Self {
            brought: brought(text),
            does: does.collect(),
            closed: closed.collect(),
        }
    }

    /// Known words of a command and of the scripts that it names.
    fn does(&self, table: &str, command: &str) -> Value {
        let paths = command.split(|c: char| c.is_whitespace() || "'\";&|()".contains(c));
        let paths: Vec<&str> = paths.filter(|p| p.starts_with('/')).collect();
        let scripts = paths.iter().filter_map(|p| self.does.get(p));
        // What tables of accounts name was not opened.
        let unread = !paths.is_empty() && self.closed.contains(table);
        let found: BTreeSet<&str> = words::known(command)
            .chain(scripts.flat_map(|w| words::found(w)))
            .chain(unread.then_some(words::UNREAD))
            .collect();
        Value::List(found.into_iter().map(Value::from).collect())
    }
}

fn gather(sections: &Sections<'_>, to: &mut Gathered) {
    let kind = FactKind::Cron;
    let Some(section) = to.section(kind, sections, "cron") else {
        return;
    };
    let text = section.text();
    let files = Files::read(&text);
    let mut file: Option<(&str, i64)> = None;
    for row in text.lines() {
        if let Some(path) = row.strip_prefix("file ") {
            file = Some((path, 0));
        } else if let (Some(content), Some((path, number))) = (row.strip_prefix('|'), &mut file) {
            *number += 1;
            entry(path, *number, content, &files, to);
        } else if let Some((digest, path)) = row.strip_prefix("script ").and_then(digested) {
            let word = match place(path) {
                Some(Place::Script(word)) => word,
                _ => continue,
            };
            let mut fields = vec![
                ("when", Value::from(word)),
                ("sha256", Value::from(digest)),
                ("does", files.does(path, path)),
            ];
            fields.extend(
                files
                    .brought
                    .get(path)
                    .map(|p| ("package", Value::from(*p))),
            );
            to.present(kind, path, Value::map(fields), "the folders of cron");
        } else if let Some(why) = row.strip_prefix("! ") {
            to.incomplete(kind, Reason::new(plain(why)));
        }
    }
    to.complete(kind, &listed_by("reading the tables of cron as root"));
}

/// `DIGEST  PATH`, as the programs print it.
fn digested(row: &str) -> Option<(&str, &str)> {
    let (digest, path) = row.split_once("  ")?;
    Some((digest, path))
}

fn brought(text: &str) -> BTreeMap<&str, &str> {
    let is: BTreeMap<&str, &str> = text
        .lines()
        .filter_map(|l| l.strip_prefix("md5 ").and_then(digested))
        .map(|(digest, path)| (path, digest))
        .collect();
    let shipped = text.lines().filter_map(|l| {
        let mut words = l.strip_prefix("brought ")?.split(' ');
        let (package, path, digest) = (words.next()?, words.next()?, words.next()?);
        (is.get(path) == Some(&digest)).then_some((path, package))
    });
    shipped.collect()
}

fn entry(path: &str, number: i64, content: &str, files: &Files<'_>, to: &mut Gathered) {
    let Some(place) = place(path) else { return };
    let package = |stock: bool| match files.brought.get(path) {
        Some(package) => Some(("package", Value::from(*package))),
        None => stock.then(|| ("package", Value::from("cron"))),
    };
    let fields = match line(content, place) {
        Some(Line::Nothing) => return,
        Some(Line::Sets { name, to }) => {
            let stock = path == "/etc/crontab" && VARIABLES.contains(&(name, to));
            let fields = [("sets", Value::from(name)), ("to", Value::from(to))];
            fields.into_iter().chain(package(stock)).collect()
        }
        Some(Line::Job {
            when,
            user,
            command,
        }) => {
            let account = match place {
                Place::Of(account) => account,
                _ => user.unwrap_or_default(),
            };
            let when = plain_when(when);
            let stock = path == "/etc/crontab" && account == "root" && is_stock(&when, command);
            let fields = [
                ("when", Value::from(when)),
                ("user", Value::from(account)),
                ("command", Value::from(command)),
                ("does", files.does(path, command)),
            ];
            fields.into_iter().chain(package(stock)).collect::<Vec<_>>()
        }
        // cron itself does not take such a line.
        None => vec![("command", Value::from(content))],
    };
    let key = format!("{path}:{number}");
    to.present(FactKind::Cron, key, Value::map(fields), path);
}

/// One of Debian's own lines, in any of the forms that it had.
fn is_stock(when: &str, command: &str) -> bool {
    STOCK.iter().any(|(at, word)| {
        let run = format!("run-parts --report /etc/cron.{word}");
        let anacron = format!("test -x /usr/sbin/anacron || {{ cd / && {run}; }}");
        let older = format!("test -x /usr/sbin/anacron || ( cd / && {run} )");
        when == *at
            && [format!("cd / && {run}"), anacron, older]
                .iter()
                .any(|c| c == command)
    })
}
