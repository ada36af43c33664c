//! The schedule on the host: a timer, its service, and a shell script that needs neither Holdfast nor its controller.

use model::lab::Backup;
use model::plan::{RepositoryHandle, Source};
use model::units::Seconds;
use model::value::Value;
use std::fmt::Write as _;

/// What the script and the archive steps of a run do alike; the driver renders the same text into its steps.
const ARCHIVE: &str = include_str!("../../drivers/src/linux/act/archive.sh");
const BACKUP: &str = include_str!("text/backup.sh");
const DAY: i64 = 86_400;
const HOUR: i64 = 3_600;
const MINUTE: i64 = 60;
/// A backup without `every` is taken daily.
pub(crate) const DEFAULT_EVERY: Seconds = Seconds(DAY);

/// A dataset and what it is archived from.
pub(crate) type Job<'a> = (&'a str, Source);

pub(crate) fn script_file(backup: &str) -> String {
    format!("/etc/holdfast/backup/{backup}.sh")
}

pub(crate) fn service_name(backup: &str) -> String {
    format!("holdfast-backup-{backup}.service")
}

pub(crate) fn timer_name(backup: &str) -> String {
    format!("holdfast-backup-{backup}.timer")
}

pub(crate) fn unit_file(unit: &str) -> String {
    format!("/etc/systemd/system/{unit}")
}

/// What systemd has read beside our two unit files, from the observed timer: drop-ins and files elsewhere change what they say.
pub(crate) fn changed(observed: &Value, backup: &str) -> Option<String> {
    let files = observed.field("files").and_then(Value::as_text)?;
    let ours = [timer_name(backup), service_name(backup)].map(|unit| unit_file(&unit));
    let other: Vec<&str> = files
        .split_whitespace()
        .filter(|f| !ours.iter().any(|o| o == f))
        .collect();
    let unit = timer_name(backup);
    match ours
        .iter()
        .find(|o| !files.split_whitespace().any(|f| f == o.as_str()))
    {
        _ if !other.is_empty() => Some(format!("{unit} is changed by {}", other.join(", "))),
        Some(missing) => Some(format!("systemd does not know {missing}")),
        None => None,
    }
}

/// The script: dumps, archives and forgets, dataset by dataset, and leaves its result in
/// `/var/lib/holdfast/backup/NAME.status` (format 1 of `docs/formats/timer.md`).
pub fn script(
    name: &str,
    backup: &Backup,
    repository: &RepositoryHandle,
    jobs: &[(&str, Source)],
) -> String {
    let mut text = format!(
        "#!/bin/sh\n# Backup {name}. Written by holdfast from the lab tree; edits are drift.\n\
         # It works alone: sh {}\n",
        script_file(name)
    );
    for (variable, value) in [
        ("HF_NAME", name),
        ("HF_LOCATION", repository.location.as_str()),
        ("HF_PASSWORD_FILE", repository.password_file.as_str()),
        ("HF_KEEP", keep(backup).as_str()),
    ] {
        let _ = writeln!(text, "{variable}={}", quote(value));
    }
    text.push_str("hf_jobs() {\n    :\n");
    for (dataset, source) in jobs {
        let (what, from) = match source {
            Source::Folder { path } => ("folder", trimmed(path)),
            Source::Postgres { database } => ("postgres", database.as_str()),
        };
        let _ = writeln!(text, "    hf_job {} {what} {}", quote(dataset), quote(from));
    }
    text.push_str("}\n");
    // The shared part begins with settings that need a private directory, so the frame comes first and runs last.
    let (frame, run) = BACKUP.split_once("\nhf_started=").unwrap_or((BACKUP, ""));
    let _ = write!(text, "\n{frame}\n{ARCHIVE}\nhf_started={run}");
    text
}

/// Retention as restic's options; empty keeps everything. There is always a number to keep, never an age alone.
fn keep(backup: &Backup) -> String {
    let last = backup.keep_last.as_ref().map(|k| k.value);
    let daily = backup.keep_daily.as_ref().map(|k| k.value);
    match (last, daily) {
        (None, None) => String::new(),
        (last, None) => format!("--keep-last {}", last.unwrap_or(1).max(1)),
        (last, Some(daily)) => format!(
            "--keep-last {} --keep-daily {}",
            last.unwrap_or(1).max(1),
            daily.max(1)
        ),
    }
}

/// The unit that runs the script once.
pub fn service_unit(name: &str) -> String {
    format!(
        "# Written by holdfast from the lab tree; edits are drift.\n\
         [Unit]\nDescription=Holdfast backup {name}\nAfter=network-online.target postgresql.service\nWants=network-online.target\n\n\
         [Service]\nType=oneshot\nExecStart=/bin/sh {}\nTimeoutStartSec=infinity\nNice=10\nIOSchedulingClass=best-effort\n\
         IOSchedulingPriority=7\nPrivateTmp=yes\n",
        script_file(name)
    )
}

/// The unit that starts the service every so often, and after a start that came too late for the last time.
pub fn timer_unit(name: &str, every: Seconds) -> String {
    // Spread over a tenth of the interval so that several hosts do not begin at once; fixed per host, so that the interval stays.
    let delay = (every.0 / 10).clamp(1, 30 * MINUTE);
    format!(
        "# Written by holdfast from the lab tree; edits are drift.\n\
         [Unit]\nDescription=Holdfast backup {name}, every {every}\n\n\
         [Timer]\n{}RandomizedDelaySec={delay}\nFixedRandomDelay=yes\nAccuracySec=1min\nUnit={}\n\n\
         [Install]\nWantedBy=timers.target\n",
        elapse(every),
        service_name(name)
    )
}

/// Intervals that divide a day (or are one or seven days) follow the calendar, so that a missed time is made up for after a start;
/// others count from the last run.
fn elapse(every: Seconds) -> String {
    let calendar = match every.0 {
        DAY => Some("*-*-* 00:00:00".to_owned()),
        n if n == 7 * DAY => Some("Mon *-*-* 00:00:00".to_owned()),
        n if n >= HOUR && n % HOUR == 0 && DAY % n == 0 => {
            Some(format!("*-*-* 00/{}:00:00", n / HOUR))
        }
        n if (MINUTE..HOUR).contains(&n) && n % MINUTE == 0 && HOUR % n == 0 => {
            Some(format!("*-*-* *:00/{}:00", n / MINUTE))
        }
        _ => None,
    };
    match calendar {
        Some(when) => format!("OnCalendar={when}\nPersistent=true\n"),
        None => format!(
            "OnActiveSec=5min\nOnUnitActiveSec={}s\n",
            every.0.max(MINUTE)
        ),
    }
}

fn trimmed(path: &str) -> &str {
    match path.trim_end_matches('/') {
        "" => "/",
        rest => rest,
    }
}

/// One word of sh.
fn quote(text: &str) -> String {
    format!("'{}'", text.replace('\'', "'\\''"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world;

    #[test]
    fn intervals() {
        for (every, want) in [
            (DAY, "OnCalendar=*-*-* 00:00:00\nPersistent=true\n"),
            (7 * DAY, "OnCalendar=Mon *-*-* 00:00:00\nPersistent=true\n"),
            (12 * HOUR, "OnCalendar=*-*-* 00/12:00:00\nPersistent=true\n"),
            (HOUR, "OnCalendar=*-*-* 00/1:00:00\nPersistent=true\n"),
            (
                15 * MINUTE,
                "OnCalendar=*-*-* *:00/15:00\nPersistent=true\n",
            ),
            (7 * HOUR, "OnActiveSec=5min\nOnUnitActiveSec=25200s\n"),
            (90, "OnActiveSec=5min\nOnUnitActiveSec=90s\n"),
            (5, "OnActiveSec=5min\nOnUnitActiveSec=60s\n"),
        ] {
            assert_eq!(elapse(Seconds(every)), want);
        }
    }

    #[test]
    fn retention_always_keeps_a_number() {
        let mut backup = world::lab().backups["nightly"].clone();
        assert_eq!(keep(&backup), "--keep-last 7 --keep-daily 14");
        backup.keep_last = None;
        assert_eq!(keep(&backup), "--keep-last 1 --keep-daily 14");
        backup.keep_daily = None;
        assert_eq!(keep(&backup), "");
        backup.keep_last = Some(world::s(0));
        assert_eq!(keep(&backup), "--keep-last 1");
    }

    #[test]
    fn the_script_is_quoted() {
        let backup = world::lab().backups["nightly"].clone();
        let handle = RepositoryHandle {
            name: "usb".to_owned(),
            location: "/mnt/it's".to_owned(),
            password_file: "/etc/holdfast/secrets/usb".to_owned(),
        };
        let jobs = [(
            "documents",
            Source::Folder {
                path: "/srv/$(id)/".to_owned(),
            },
        )];
        let text = script("nightly", &backup, &handle, &jobs);
        assert!(text.contains("HF_LOCATION='/mnt/it'\\''s'\n"), "{text}");
        assert!(text.contains("    hf_job 'documents' folder '/srv/$(id)'\n"));
        assert!(text.contains("HF_KEEP='--keep-last 7 --keep-daily 14'\n"));
        let order: Vec<_> = ["hf_fail()", "hf_archive()", "hf_started=$(date +%s)\n"]
            .iter()
            .map(|p| text.find(p).unwrap())
            .collect();
        assert!(order.is_sorted());
    }
}
