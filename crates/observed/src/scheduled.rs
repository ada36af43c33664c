//! What a machine starts by the clock: timers of systemd, and what cron runs.

use crate::look::{Look, listed};
use crate::{Findings, Rule};
use graph::observation::plain;
use jiff::ToSpan as _;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use model::declare::Value as _;
use model::fact::FactKind;
use model::kleene::Reason;
use model::units::calendar::Calendar;
use model::value::Value;

/// Programs that read or write much.
const HEAVY: &[&str] = &[
    "autorestic",
    "borg",
    "borgmatic",
    "checkarray",
    "duplicity",
    "kopia",
    "mariadb-dump",
    "mysqldump",
    "pg_dump",
    "pg_dumpall",
    "proxmox-backup-client",
    "rclone",
    "restic",
    "resticprofile",
    "rsnapshot",
    "rsync",
    "scrub",
    "snapraid",
    "syncoid",
    "vzdump",
];
/// Those of them that make no copy.
const NO_COPY: &[&str] = &["checkarray", "scrub", "snapraid"];
/// Stands among the words of a job of which a script was not read.
const UNREAD: &str = "?";
/// So many days are looked ahead: every day of a month.
const DAYS: i64 = 40;
/// No job is looked at more often: this is once an hour.
const MOST: usize = 40 * 24;

/// One thing that is started by the clock.
pub(crate) struct Job<'a> {
    pub(crate) kind: FactKind,
    pub(crate) key: &'a str,
    pub(crate) value: &'a Value,
}

/// Timers that are started, and the lines and scripts of cron.
pub(crate) fn jobs<'a>(look: &Look<'_, 'a>) -> Vec<Job<'a>> {
    let timers = look.items(FactKind::Timer);
    let timers = timers.filter(|(_, v)| v.field("active") == Some(&Value::Bool(true)));
    let timers = timers.map(|(key, value)| Job {
        kind: FactKind::Timer,
        key,
        value,
    });
    timers.chain(crons(look)).collect()
}

fn crons<'a>(look: &Look<'_, 'a>) -> impl Iterator<Item = Job<'a>> {
    let all = look.items(FactKind::Cron);
    let runs = all.filter(|(_, v)| v.field("when").is_some() && !is_for_others(v));
    runs.map(|(key, value)| Job {
        kind: FactKind::Cron,
        key,
        value,
    })
}

/// A package's line that does nothing where systemd runs, which has a timer for it.
fn is_for_others(line: &Value) -> bool {
    let command = line.field("command").and_then(Value::as_text);
    line.field("package").is_some() && command.is_some_and(|c| c.contains("/run/systemd/system"))
}

/// Tells of jobs that may be meant and of which not everything was read.
pub(crate) fn unread(look: &Look<'_, '_>, rule: &Rule, what: &str, out: &mut Findings) {
    let all = jobs(look).into_iter();
    let dim = all.filter(|j| j.is_by_hand() && !j.is_heavy() && j.does().is_none());
    let dim: Vec<String> = dim.map(|j| j.title()).collect();
    if !dim.is_empty() {
        let why = Reason::new(format!("what these do was not all read: {}", listed(&dim)));
        look.unknown(rule, FactKind::Timer, what, &why, out);
    }
}

impl<'a> Job<'a> {
    /// `timer backup.timer`, `cron's /etc/cron.d/backup:3`.
    pub(crate) fn title(&self) -> String {
        let word = match self.kind {
            FactKind::Timer => "timer",
            _ => "cron's",
        };
        format!("{word} {}", plain(self.key))
    }

    /// Somebody made it on this host: no package brought it, and Holdfast did not.
    pub(crate) fn is_by_hand(&self) -> bool {
        if self.kind == FactKind::Cron {
            return self.value.field("package").is_none();
        }
        let files = self.value.field("files").and_then(Value::as_text);
        let ours = self.key.starts_with("holdfast-");
        let own = |f: &str| f.starts_with("/etc/") || f.starts_with("/usr/local/");
        !ours && files.is_some_and(|f| f.split_whitespace().next().is_some_and(own))
    }

    /// The words that are known of it; `None` if they are not all there are.
    pub(crate) fn does(&self) -> Option<Vec<&'a str>> {
        self.words().filter(|w| !w.contains(&UNREAD))
    }

    /// The words that are known of it; `None` if nobody looked for them.
    fn words(&self) -> Option<Vec<&'a str>> {
        match self.value.field("does")? {
            Value::List(words) => Some(words.iter().filter_map(Value::as_text).collect()),
            _ => None,
        }
    }

    /// Whether it does one of these, by its words or the parts of its name.
    pub(crate) fn has(&self, words: &[&str]) -> bool {
        let does = self.words().unwrap_or_default();
        let mut parts = self
            .key
            .split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
        does.iter().any(|w| words.contains(w)) || parts.any(|p| words.contains(&p))
    }

    pub(crate) fn is_heavy(&self) -> bool {
        // It looks for volumes of LVM to check, and does nothing where there are none.
        (self.has(HEAVY) && !self.has(&["e2scrub_all"])) || self.is_called_backup()
    }

    pub(crate) fn is_backup(&self) -> bool {
        let copies: Vec<&str> = HEAVY
            .iter()
            .copied()
            .filter(|w| !NO_COPY.contains(w))
            .collect();
        self.has(&copies) || self.is_called_backup()
    }

    /// What packages call so are copies of lists of theirs.
    fn is_called_backup(&self) -> bool {
        (self.is_by_hand() || self.key.starts_with("holdfast-")) && self.has(&["backup"])
    }

    /// When it starts, by the clock of its machine, from the day of the look on; `None` if that cannot be read.
    pub(crate) fn starts(&self, look: &Look<'_, '_>) -> Option<Vec<DateTime>> {
        let calendars: Vec<Calendar> = self.calendars()?;
        let first = look.facts.at.to_zoned(TimeZone::UTC).date();
        let last = first.checked_add(DAYS.days()).ok()?.at(0, 0, 0, 0);
        let mut all = Vec::new();
        for calendar in calendars {
            let mut at = first.at(0, 0, 0, 0).checked_sub(1.minute()).ok()?;
            while let Some(next) = calendar.next(at).filter(|n| *n < last) {
                all.push(next);
                at = next;
                if all.len() > MOST {
                    return None;
                }
            }
        }
        all.sort();
        Some(all)
    }

    fn calendars(&self) -> Option<Vec<Calendar>> {
        let read = |text: &str| Calendar::parse(text).ok();
        if self.kind == FactKind::Cron {
            let when = self.value.field("when").and_then(Value::as_text)?;
            // When the scripts of a folder run, its table or anacron says.
            let folder = self.value.field("command").is_none();
            return match when.strip_prefix('@') {
                _ if folder => None,
                Some(word) => read(word).map(|c| vec![c]),
                None => read(when).map(|c| vec![c]),
            };
        }
        let Some(Value::List(all)) = self.value.field("calendar") else {
            return None;
        };
        let counted = self.value.field("spans") != Some(&Value::Bool(false));
        if all.is_empty() || counted {
            return None;
        }
        all.iter().map(|c| c.as_text().and_then(read)).collect()
    }
}
