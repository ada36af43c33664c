//! Archives: repositories, archives, restores and the removal of what a restore made, as shell bodies.
//!
//! restic 0.14 or newer does the work. Its password never appears here: the plan names a file on the target.
//!
//! | body | what its success says |
//! |---|---|
//! | `InitRepository` | a repository is there and the password opens it |
//! | `TakeArchive` | restic read everything and wrote one archive with the dataset's tag; a database was dumped and the dump read back first |
//! | `VerifyArchive` | the repository fits together, and every byte of the newest archive was fetched, decrypted and equals its hash |
//! | `RestoreArchive` | `TO/data` was written from the repository alone, read back and compared |
//! | `RemoveScratch` | what a restore made is gone; nothing without its owner mark was touched |

use crate::linux::script::quote;
use model::plan::{Action, RepositoryHandle, Source};

/// What steps and the backup script of a timer do alike; the latter is written by `protect`, and works without Holdfast.
const ARCHIVE: &str = include_str!("archive.sh");
const PLAIN: &str = include_str!("body/plain.sh");
const COMMON: &str = include_str!("body/common.sh");
const INIT_REPOSITORY: &str = include_str!("body/init_repository.sh");
const TAKE_ARCHIVE: &str = include_str!("body/take_archive.sh");
const VERIFY_ARCHIVE: &str = include_str!("body/verify_archive.sh");
const RESTORE_ARCHIVE: &str = include_str!("body/restore_archive.sh");
const REMOVE_SCRATCH: &str = include_str!("body/remove_scratch.sh");
/// Where databases are dumped before they are archived; restic keeps this path in the archive.
const DUMPS: &str = "/var/lib/holdfast/dumps";

/// The body of an archive action; runs as root inside the prologue, in a subshell with `set -eu`.
pub(super) fn render(action: &Action) -> String {
    match action {
        Action::InitRepository(repository) => archive_body(repository, &[], INIT_REPOSITORY),
        Action::TakeArchive {
            repository,
            dataset,
            source,
        } => take(repository, dataset, source),
        Action::VerifyArchive {
            repository,
            dataset,
        } => verify(repository, dataset),
        Action::RestoreArchive {
            repository,
            dataset,
            source,
            archive,
            to,
        } => restore(
            repository,
            dataset,
            source,
            archive.as_deref().unwrap_or(""),
            to,
        ),
        Action::RemoveScratch { path } => remove(path),
        _ => refuse("this is not an action on archives"),
    }
}

fn take(repository: &RepositoryHandle, dataset: &str, source: &Source) -> String {
    if let Some(refusal) = bad_dataset(dataset) {
        return refusal;
    }
    let (what, from) = match source {
        Source::Folder { path } => ("folder", folder(path)),
        Source::Postgres { database } => ("postgres", database.as_str()),
    };
    let variables = [
        ("HF_DATASET", dataset),
        ("HF_WHAT", what),
        ("HF_FROM", from),
    ];
    archive_body(repository, &variables, TAKE_ARCHIVE)
}

fn verify(repository: &RepositoryHandle, dataset: &str) -> String {
    if let Some(refusal) = bad_dataset(dataset) {
        return refusal;
    }
    let variables = [("HF_DATASET", dataset), ("HF_WANTED", "")];
    archive_body(repository, &variables, VERIFY_ARCHIVE)
}

fn restore(
    repository: &RepositoryHandle,
    dataset: &str,
    source: &Source,
    archive: &str,
    to: &str,
) -> String {
    if let Some(refusal) = bad_dataset(dataset).or_else(|| bad_path(to)) {
        return refusal;
    }
    if !archive.is_empty() && !is_archive_id(archive) {
        return refuse(&format!("'{archive}' is no archive id"));
    }
    let from = match source {
        Source::Folder { path } => folder(path).to_owned(),
        Source::Postgres { database } => format!("{DUMPS}/{dataset}/{database}"),
    };
    let variables = [
        ("HF_DATASET", dataset),
        ("HF_WANTED", archive),
        ("HF_FROM", from.as_str()),
        ("HF_TO", to),
    ];
    archive_body(repository, &variables, RESTORE_ARCHIVE)
}

fn remove(path: &str) -> String {
    if let Some(refusal) = bad_path(path) {
        return refusal;
    }
    format!("{}{PLAIN}{REMOVE_SCRATCH}", assign(&[("HF_TO", path)]))
}

fn archive_body(
    repository: &RepositoryHandle,
    variables: &[(&str, &str)],
    body: &'static str,
) -> String {
    let place = [
        ("HF_LOCATION", repository.location.as_str()),
        ("HF_PASSWORD_FILE", repository.password_file.as_str()),
    ];
    format!(
        "{}{}{PLAIN}{COMMON}{ARCHIVE}{body}",
        assign(&place),
        assign(variables)
    )
}

/// `NAME='value'` lines.
pub(super) fn assign(variables: &[(&str, &str)]) -> String {
    variables
        .iter()
        .map(|(name, value)| format!("{name}={}\n", quote(value)))
        .collect()
}

/// A body that does nothing and says why.
pub(super) fn refuse(why: &str) -> String {
    format!("hf_refuse invalid {}\n", quote(why))
}

/// Dataset names become tags, directories and unit names: nothing that any of these would read differently.
pub(super) fn bad_dataset(name: &str) -> Option<String> {
    let good = !name.is_empty()
        && name.len() <= 64
        && name.starts_with(|c: char| c.is_ascii_alphanumeric())
        && name
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'));
    (!good).then(|| refuse(&format!("'{name}' is no name for a dataset")))
}

/// The owner mark is lines of text: a path with a control character could forge one.
fn bad_path(path: &str) -> Option<String> {
    let good = path.starts_with('/') && !path.chars().any(char::is_control);
    (!good).then(|| {
        refuse(&format!(
            "'{}' is no plain absolute path",
            path.escape_debug()
        ))
    })
}

fn folder(path: &str) -> &str {
    match path.trim_end_matches('/') {
        "" => "/",
        trimmed => trimmed,
    }
}

fn is_archive_id(text: &str) -> bool {
    (8..=64).contains(&text.len())
        && text
            .bytes()
            .all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
}

#[cfg(test)]
pub(super) mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use std::io::Write as _;
    use std::process::{Command, Stdio};

    /// `sh` reads the body as the driver sends it: inside a function.
    pub(crate) fn parses(body: &str) {
        let mut sh = Command::new("sh")
            .arg("-n")
            .stdin(Stdio::piped())
            .spawn()
            .unwrap();
        let text = format!("hf_body() {{\n:\n{body}\n}}\n");
        sh.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
        assert!(sh.wait().unwrap().success(), "{text}");
    }

    /// The assignments that a body begins with.
    pub(crate) fn head(body: &str) -> Vec<&str> {
        body.lines().take_while(|l| l.starts_with("HF_")).collect()
    }

    fn repository() -> RepositoryHandle {
        RepositoryHandle {
            name: "usb".to_owned(),
            location: "/mnt/it's $HOME".to_owned(),
            password_file: "/etc/holdfast/secrets/usb".to_owned(),
        }
    }

    fn folder() -> Source {
        Source::Folder {
            path: "/srv/it's $(id)/".to_owned(),
        }
    }

    fn take(source: Source) -> String {
        render(&Action::TakeArchive {
            repository: repository(),
            dataset: "d".to_owned(),
            source,
        })
    }

    fn restore(dataset: &str, archive: Option<&str>, to: &str) -> String {
        render(&Action::RestoreArchive {
            repository: repository(),
            dataset: dataset.to_owned(),
            source: folder(),
            archive: archive.map(ToOwned::to_owned),
            to: to.to_owned(),
        })
    }

    fn remove(path: &str) -> String {
        render(&Action::RemoveScratch {
            path: path.to_owned(),
        })
    }

    #[test]
    fn bodies_begin_with_quoted_values() {
        let place = [
            r"HF_LOCATION='/mnt/it'\''s $HOME'",
            "HF_PASSWORD_FILE='/etc/holdfast/secrets/usb'",
        ];
        let from = r"HF_FROM='/srv/it'\''s $(id)'";
        let verify = render(&Action::VerifyArchive {
            repository: repository(),
            dataset: "d".to_owned(),
        });
        let shop = Source::Postgres {
            database: "sh'op".to_owned(),
        };
        let rows: [(String, &[&str]); 5] = [
            (render(&Action::InitRepository(repository())), &[]),
            (
                take(folder()),
                &["HF_DATASET='d'", "HF_WHAT='folder'", from],
            ),
            (
                take(shop),
                &[
                    "HF_DATASET='d'",
                    "HF_WHAT='postgres'",
                    r"HF_FROM='sh'\''op'",
                ],
            ),
            (verify, &["HF_DATASET='d'", "HF_WANTED=''"]),
            (
                restore("d", Some("0123abcd"), "/tmp/new"),
                &[
                    "HF_DATASET='d'",
                    "HF_WANTED='0123abcd'",
                    from,
                    "HF_TO='/tmp/new'",
                ],
            ),
        ];
        for (body, values) in rows {
            let wanted: Vec<&str> = place.iter().chain(values).copied().collect();
            assert_eq!(head(&body), wanted);
            parses(&body);
        }
        let body = remove("/tmp/it's");
        assert_eq!(head(&body), [r"HF_TO='/tmp/it'\''s'"]);
        parses(&body);
    }

    #[test]
    fn what_cannot_be_meant_is_refused_before_anything_runs() {
        for body in [
            restore("../x", None, "/tmp/new"),
            restore("", None, "/tmp/new"),
            restore("-x", None, "/tmp/new"),
            restore("a b", None, "/tmp/new"),
            restore("d", Some("latest"), "/tmp/new"),
            restore("d", Some("0123"), "/tmp/new"),
            restore("d", Some("0123ABCD"), "/tmp/new"),
            restore("d", None, "tmp/new"),
            restore("d", None, "/tmp/a\nkind=restore"),
            remove("x"),
            remove("/tmp/a\nb"),
            render(&Action::RemoveFile {
                path: "/x".to_owned(),
            }),
        ] {
            assert!(body.starts_with("hf_refuse invalid '"), "{body}");
            assert_eq!(body.lines().count(), 1, "{body}");
            parses(&body);
        }
    }
}
