//! Tables of cron, as crontab(5) has them: which file holds what, and what a line says.

/// What a file is to cron.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place<'a> {
    /// A table whose lines name an account: `/etc/crontab`, `/etc/cron.d/*`.
    System,
    /// The table of this account.
    Of(&'a str),
    /// A script that is run `hourly`, `daily`, `weekly`, `monthly` or `yearly`.
    Script(&'a str),
}

/// Folders of scripts: what is behind `/etc/cron.`.
pub const PERIODS: [&str; 5] = ["hourly", "daily", "weekly", "monthly", "yearly"];
/// Where tables of accounts lie, by distribution.
const SPOOLS: [&str; 2] = ["/var/spool/cron/crontabs/", "/var/spool/cron/"];

/// What cron takes a path for; `None` if it never looks there.
pub fn place(path: &str) -> Option<Place<'_>> {
    let plain = |name: &str| !name.is_empty() && !name.contains('/');
    if path == "/etc/crontab" {
        return Some(Place::System);
    }
    if let Some(name) = path.strip_prefix("/etc/cron.d/") {
        return plain(name).then_some(Place::System);
    }
    if let Some((word, name)) = path
        .strip_prefix("/etc/cron.")
        .and_then(|p| p.split_once('/'))
    {
        let known = PERIODS.contains(&word) && plain(name);
        return known.then_some(Place::Script(word));
    }
    let name = SPOOLS.iter().find_map(|spool| path.strip_prefix(spool))?;
    plain(name).then_some(Place::Of(name))
}

/// Names of months and days.
const NAMES: [&str; 19] = [
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec", "mon",
    "tue", "wed", "thu", "fri", "sat", "sun",
];

/// What a line says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Line<'a> {
    /// Nothing: blank, or a comment.
    Nothing,
    /// `NAME = value`, for the lines below it.
    Sets {
        /// Its name.
        name: &'a str,
        /// Its value without quotes.
        to: &'a str,
    },
    /// Something to run.
    Job {
        /// Five fields, or `@daily` and the like.
        when: &'a str,
        /// As whom, where the table names it.
        user: Option<&'a str>,
        /// What; all of the rest of the line.
        command: &'a str,
    },
}

/// Reads a line of a table; `None` if it is none that cron takes.
pub fn line<'a>(text: &'a str, place: Place<'_>) -> Option<Line<'a>> {
    let text = text.trim();
    if text.is_empty() || text.starts_with('#') {
        return Some(Line::Nothing);
    }
    if let Some(sets) = assignment(text) {
        return Some(sets);
    }
    let fields = if text.starts_with('@') { 1 } else { 5 };
    let (when, rest) = words(text, fields)?;
    let fits = |w: &str| {
        let mut parts = w.split(|c: char| !c.is_ascii_alphabetic());
        let names = parts.all(|p| p.is_empty() || NAMES.contains(&p.to_ascii_lowercase().as_str()));
        names
            && w.bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"*/,-~".contains(&b))
    };
    if fields == 5 && !when.split_whitespace().all(fits) {
        return None;
    }
    let (user, command) = match place {
        Place::System => {
            let (user, command) = words(rest, 1)?;
            (Some(user), command)
        }
        Place::Of(_) | Place::Script(_) => (None, rest),
    };
    (!command.is_empty()).then_some(Line::Job {
        when,
        user,
        command,
    })
}

/// `NAME=value`, blanks and quotes around either.
fn assignment(text: &str) -> Option<Line<'_>> {
    let (name, to) = text.split_once('=')?;
    let bare = |t: &'_ str| -> usize { t.len() - t.trim_start_matches(['"', '\'']).len() };
    let (name, to) = (name.trim(), to.trim());
    let name = name
        .get(bare(name)..)
        .map(|n| n.trim_end_matches(['"', '\'']))?;
    let shape = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let fits =
        name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') && name.chars().all(shape);
    fits.then(|| Line::Sets {
        name,
        to: to.trim_matches(['"', '\'']),
    })
}

/// The first words of a text, and what is behind them.
fn words(text: &str, count: usize) -> Option<(&str, &str)> {
    let mut rest = text;
    let mut end = 0;
    for _ in 0..count {
        let skipped = rest.trim_start();
        let length = skipped.find(char::is_whitespace).unwrap_or(skipped.len());
        if length == 0 {
            return None;
        }
        end = text.len() - skipped.len() + length;
        rest = text.get(end..)?;
    }
    Some((text.get(..end)?.trim(), rest.trim()))
}

/// A schedule with single blanks, so that two of them can be compared.
pub fn plain_when(when: &str) -> String {
    when.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places() {
        for (path, want) in [
            ("/etc/crontab", Some(Place::System)),
            ("/etc/cron.d/backup", Some(Place::System)),
            ("/etc/cron.daily/apt", Some(Place::Script("daily"))),
            ("/var/spool/cron/crontabs/anna", Some(Place::Of("anna"))),
            ("/var/spool/cron/anna", Some(Place::Of("anna"))),
            ("/etc/cron.often/x", None),
            ("/etc/cron.d/a/b", None),
            ("/etc/motd", None),
        ] {
            assert_eq!(place(path), want, "{path}");
        }
    }

    #[test]
    fn lines() {
        let job = |when, user, command| {
            Some(Line::Job {
                when,
                user,
                command,
            })
        };
        for (text, place, want) in [
            ("", Place::System, Some(Line::Nothing)),
            ("  # x = y", Place::System, Some(Line::Nothing)),
            (
                "17 *\t* * *  root    cd / && run-parts /etc/cron.hourly",
                Place::System,
                job(
                    "17 *\t* * *",
                    Some("root"),
                    "cd / && run-parts /etc/cron.hourly",
                ),
            ),
            (
                "@reboot /bin/x --a=b",
                Place::Of("anna"),
                job("@reboot", None, "/bin/x --a=b"),
            ),
            (
                "*/5 1-3 * jan mon,tue /bin/x",
                Place::Of("anna"),
                job("*/5 1-3 * jan mon,tue", None, "/bin/x"),
            ),
            (
                "MAILTO=\"anna\"",
                Place::System,
                Some(Line::Sets {
                    name: "MAILTO",
                    to: "anna",
                }),
            ),
            ("1 2 3 4 5", Place::Of("anna"), None),
            ("1 2 3 4 5 root", Place::System, None),
            ("every day at noon please run it", Place::System, None),
        ] {
            assert_eq!(line(text, place), want, "{text}");
        }
    }
}
