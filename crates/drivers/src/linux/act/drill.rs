//! Drills: restored data started cut off from everything, asked questions, and stopped, as shell bodies.
//!
//! A database runs in a *cell*: a transient unit whose root is an empty file system with the host's programs, the dump
//! (both read-only) and one directory of its own; no network, no devices, no capabilities, no process or shared memory of
//! the host, and a user id that nothing else has. The cell checks this itself, against an allow-list of mounts, before it
//! looks at the data; if any of it does not hold, the step is refused. A folder needs no cell: nothing in it is started.

use super::backup::{assign, bad_dataset, refuse};
use model::plan::{Action, RestoredCheck, Source};

const ISOLATION: &str = include_str!("body/isolation.sh");
const START_ISOLATED: &str = include_str!("body/start_isolated.sh");
const CELL: &str = include_str!("body/cell.sh");
const STOP_ISOLATED: &str = include_str!("body/stop_isolated.sh");
const CHECK_SQL: &str = include_str!("body/check_sql.sh");
const CHECK_FILES: &str = include_str!("body/check_files.sh");
const CHECK_EXISTS: &str = include_str!("body/check_exists.sh");
const COMPARE: &str = include_str!("body/compare.sh");
/// Drills happen below this directory only.
const SCRATCH: &str = "/var/lib/holdfast/scratch/";

/// The unit that runs the cell of a dataset.
pub(super) fn unit(dataset: &str) -> String {
    format!("holdfast-drill-{dataset}.service")
}

/// The body of a drill action; runs as root inside the prologue, in a subshell with `set -eu`.
pub(super) fn render(action: &Action) -> String {
    match action {
        Action::StartIsolated {
            dataset,
            source: Source::Folder { .. },
            scratch,
        } => drill(
            dataset,
            scratch,
            &[],
            "hf_scratch\nhf_value isolation 'nothing is started'\n",
        ),
        Action::StartIsolated {
            dataset,
            source: Source::Postgres { database },
            scratch,
        } => {
            let body = format!(
                "hf_cell_script() {{\ncat << 'HF_END_OF_CELL'\n{CELL}HF_END_OF_CELL\n}}\n{START_ISOLATED}"
            );
            drill(dataset, scratch, &[("HF_DATABASE", database)], &body)
        }
        Action::StopIsolated { dataset, scratch } => drill(dataset, scratch, &[], STOP_ISOLATED),
        Action::CheckRestored {
            dataset,
            source,
            scratch,
            check,
        } => match (check, source) {
            (RestoredCheck::SqlAtLeast { query, at_least }, Source::Postgres { database }) => {
                sql(dataset, scratch, database, query, *at_least)
            }
            (RestoredCheck::SqlAtLeast { .. }, Source::Folder { .. }) => {
                refuse("a folder cannot be queried")
            }
            (RestoredCheck::FilesAtLeast(at_least), _) => {
                let body = format!("{CHECK_FILES}{COMPARE}");
                let wanted = at_least.to_string();
                drill(dataset, scratch, &[("HF_AT_LEAST", &wanted)], &body)
            }
            (RestoredCheck::FileExists(file), _) => exists(dataset, scratch, file),
        },
        _ => refuse("this is not an action of a drill"),
    }
}

fn sql(dataset: &str, scratch: &str, database: &str, query: &str, at_least: i64) -> String {
    // psql would take it for a command of its own, and some of those run programs.
    if query.trim_start().starts_with('\\') {
        return refuse("a query cannot begin with a backslash");
    }
    let wanted = at_least.to_string();
    let variables = [
        ("HF_DATABASE", database),
        ("HF_QUERY", query),
        ("HF_AT_LEAST", wanted.as_str()),
    ];
    drill(
        dataset,
        scratch,
        &variables,
        &format!("{CHECK_SQL}{COMPARE}"),
    )
}

fn exists(dataset: &str, scratch: &str, file: &str) -> String {
    let escapes = file.starts_with('/') || file.split('/').any(|part| part == "..");
    if file.is_empty() || escapes {
        return refuse(&format!(
            "'{}' is not a file in the folder",
            file.escape_debug()
        ));
    }
    drill(
        dataset,
        scratch,
        &[("HF_FILE", file)],
        &format!("{CHECK_EXISTS}{COMPARE}"),
    )
}

fn drill(dataset: &str, scratch: &str, variables: &[(&str, &str)], body: &str) -> String {
    if let Some(refusal) = bad_dataset(dataset) {
        return refusal;
    }
    // systemd would split these paths at spaces and colons.
    let rest = scratch.strip_prefix(SCRATCH).unwrap_or("");
    let plain = !rest.is_empty()
        && !rest.starts_with('.')
        && rest
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'));
    if !plain {
        return refuse(&format!(
            "'{}' is no directory for a drill; they are below {SCRATCH}",
            scratch.escape_debug()
        ));
    }
    let unit = unit(dataset);
    format!(
        "{}{}{ISOLATION}{body}",
        assign(&[("HF_SCRATCH", scratch), ("HF_UNIT", &unit)]),
        assign(variables)
    )
}

#[cfg(test)]
mod tests {
    use super::super::backup::tests::{head, parses};
    use super::*;

    const PLACE: &str = "/var/lib/holdfast/scratch/drill-shop-1";

    fn shop() -> Source {
        Source::Postgres {
            database: "sh'op".to_owned(),
        }
    }

    fn folder() -> Source {
        Source::Folder {
            path: "/srv".to_owned(),
        }
    }

    fn start(dataset: &str, scratch: &str) -> String {
        render(&Action::StartIsolated {
            dataset: dataset.to_owned(),
            source: shop(),
            scratch: scratch.to_owned(),
        })
    }

    fn check(source: Source, check: RestoredCheck) -> String {
        render(&Action::CheckRestored {
            dataset: "shop".to_owned(),
            source,
            scratch: PLACE.to_owned(),
            check,
        })
    }

    fn query(query: &str) -> RestoredCheck {
        RestoredCheck::SqlAtLeast {
            query: query.to_owned(),
            at_least: -1,
        }
    }

    fn exists(file: &str) -> String {
        check(folder(), RestoredCheck::FileExists(file.to_owned()))
    }

    #[test]
    fn bodies_begin_with_quoted_values() {
        let place = [
            "HF_SCRATCH='/var/lib/holdfast/scratch/drill-shop-1'",
            "HF_UNIT='holdfast-drill-shop.service'",
        ];
        let stop = render(&Action::StopIsolated {
            dataset: "shop".to_owned(),
            scratch: PLACE.to_owned(),
        });
        let database = r"HF_DATABASE='sh'\''op'";
        let rows: [(String, &[&str]); 5] = [
            (start("shop", PLACE), &[database]),
            (stop, &[]),
            (
                check(shop(), query("select 'x'")),
                &[database, r"HF_QUERY='select '\''x'\'''", "HF_AT_LEAST='-1'"],
            ),
            (
                check(folder(), RestoredCheck::FilesAtLeast(7)),
                &["HF_AT_LEAST='7'"],
            ),
            (exists("a/b c"), &["HF_FILE='a/b c'"]),
        ];
        for (body, values) in rows {
            let wanted: Vec<&str> = place.iter().chain(values).copied().collect();
            assert_eq!(head(&body), wanted);
            parses(&body);
        }
        parses(CELL);
    }

    #[test]
    fn the_cell_is_never_started_without_its_walls() {
        let body = start("shop", PLACE);
        for wall in [
            "TemporaryFileSystem='/:ro ",
            "PrivateNetwork=yes",
            "PrivateIPC=yes",
            "PrivateDevices=yes",
            "ProtectProc=invisible",
            "NoNewPrivileges=yes",
            "--bounding-set=-all",
        ] {
            assert_eq!(body.matches(wall).count(), 1, "{wall}");
        }
        // What the cell asks about itself comes before the data.
        let confirmed = CELL.find("say isolated");
        assert!(confirmed.is_some() && confirmed < CELL.find("/dump/"));
    }

    #[test]
    fn what_is_no_drill_is_refused_before_anything_runs() {
        for body in [
            start("sh op", PLACE),
            start("shop", "/srv/documents"),
            start("shop", "/var/lib/holdfast/scratch/"),
            start("shop", "/var/lib/holdfast/scratch/../../postgresql"),
            start("shop", "/var/lib/holdfast/scratch/a/b"),
            start("shop", "/var/lib/holdfast/scratch/a:/srv"),
            start("shop", "/var/lib/holdfast/scratch/a /srv"),
            check(shop(), query("\\! id")),
            check(shop(), query(" \n\\copy x to y")),
            check(folder(), query("select 1")),
            exists("../x"),
            exists("/etc/passwd"),
            exists("a/../../x"),
            exists(""),
        ] {
            assert!(body.starts_with("hf_refuse invalid '"), "{body}");
            parses(&body);
        }
    }
}
