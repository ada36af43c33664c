//! A command that destroys data, without a word on what it is meant for.

use crate::call::{Call, calls, object};
use crate::ref_path::{is_below, roots};
use crate::{Context, Findings, Mend, Rule};
use diag::Severity;
use model::declare::OptExt as _;
use model::document::{Command, Document, Place, Sure, Word};
use std::cell::OnceCell;

pub const RULE: Rule = Rule {
    id: "run-destructive",
    since: "0.1.0",
    severity: Severity::Warning,
    summary: "A document restores over, formats or deletes something without naming a target that is not production.",
    rationale: "Runbooks are followed in a hurry and copied line by line. A restore test that names no target restores over the database that it \
        was meant to protect; a `mkfs` with the wrong letter is the end of a disk.",
    example: "psql < /backups/postgres-latest.sql   # which database?",
    controls: &[
        "CIS v8 11.5",
        "NIST CSF 2.0 RC.RP-03",
        "ISO 27001:2022 A.8.13",
    ],
    mend: Mend::DisplayOnly("where a restore may go is known to who runs it"),
    run,
};

/// Words in a target that say that it is not production.
const HARMLESS: [&str; 9] = [
    "test",
    "tmp",
    "drill",
    "scratch",
    "staging",
    "sandbox",
    "rehears",
    "throwaway",
    "practice",
];
/// Words in a comment that say that production is meant.
const NAMED: [&str; 4] = ["production", "destroys", "irreversible", "overwrites"];
/// Headings and sentences of tests.
const TESTS: [&str; 5] = ["test", "verif", "drill", "rehears", "practice"];

/// What a command does, and to what as far as it says.
struct Danger<'a> {
    does: &'static str,
    targets: Vec<&'a Word>,
}

fn run(ctx: &Context<'_>, out: &mut Findings) {
    let roots = OnceCell::new();
    for document in ctx.documents.by_name.values() {
        for call in calls(document) {
            let Some(danger) = danger(&call) else {
                continue;
            };
            if is_named(document, call.command) || is_harmless(&danger, &call) {
                continue;
            }
            let roots = roots.get_or_init(|| holding(ctx));
            report(document, &call, &danger, roots, out);
        }
    }
}

/// Where data is declared to lie. A pool's mount holds data where something in it is declared.
fn holding(ctx: &Context<'_>) -> Vec<String> {
    let all = roots(ctx);
    let pools: Vec<String> = ctx
        .lab
        .pools
        .values()
        .filter_map(|p| Some(p.mount.known()?.0.clone()))
        .collect();
    all.into_keys()
        .filter(|path| !pools.contains(path))
        .collect()
}

/// All targets are directories, and of none of them, nor of anything in it, the lab says what it is.
fn is_undeclared(targets: &[&Word], holding: &[String]) -> bool {
    let apart = |w: &&Word| {
        let path = w.text.trim_end_matches('/');
        let device = path.starts_with("/dev/");
        path.starts_with('/')
            && !device
            && !holding
                .iter()
                .any(|h| is_below(h, path) || is_below(path, h))
    };
    !targets.is_empty() && targets.iter().all(apart)
}

fn report(
    document: &Document,
    call: &Call<'_>,
    danger: &Danger<'_>,
    holding: &[String],
    out: &mut Findings,
) {
    let line = document.line(call.command.span);
    let shown = call.shown();
    let gap = danger.targets.iter().any(|w| w.sure == Sure::Gap);
    let open = danger.targets.iter().any(|w| w.sure == Sure::Expands);
    let list: Vec<&str> = danger.targets.iter().map(|w| w.text.as_str()).collect();
    let target = match list.is_empty() {
        true => "it names no target: whatever is the default is meant".to_owned(),
        false => format!("target: {}", list.join(", ")),
    };
    if gap || open {
        let d = RULE
            .unknown(format!(
                "what '{shown}' in line {line} of document '{}' will {}",
                document.name, danger.does
            ))
            .at(call.command.span, "the target is filled in later")
            .note(target);
        out.add(object(document), d);
        return;
    }
    if is_undeclared(&danger.targets, holding) {
        let d = RULE
            .with(
                Severity::Info,
                format!(
                    "document '{}' would {} {}, in line {line}, where the lab declares nothing: '{shown}'",
                    document.name, danger.does, list.join(" and ")
                ),
            )
            .at(call.command.span, "nobody said what is there")
            .note(format!("{target}; data that the lab declares there or in it: 0"))
            .help("declare what lies there, name a target that can be lost, or say '# production: WHY' behind the command or in the line above it");
        out.add(object(document), d);
        return;
    }
    let testing = is_test(document, call.command);
    let message = match testing {
        true => format!(
            "the test in line {line} of document '{}' would {} production: '{shown}'",
            document.name, danger.does
        ),
        false => format!(
            "document '{}' would {} what is there, in line {line}: '{shown}'",
            document.name, danger.does
        ),
    };
    let severity = if testing && list.is_empty() {
        Severity::Error
    } else {
        Severity::Warning
    };
    let d = RULE
        .with(severity, message)
        .at(call.command.span, "names no target that is not production")
        .note(target)
        .help(match testing {
            true => "restore into a target of its own, such as a database 'restore_test' or a folder below /tmp",
            false => "name a target that can be lost, or say '# production: WHY' behind the command or in the line above it if it is meant",
        });
    out.add(object(document), d);
}

/// A comment behind the command or in the line above it, says that production is meant.
fn is_named(document: &Document, command: &Command) -> bool {
    let line = document.line(command.span);
    // One that stands further up is about what stands below it alone.
    let under = command.under.as_ref();
    let under = under.filter(|c| document.line(c.span) + 1 == line);
    let comments = command.comment.iter().chain(under);
    let texts = comments.map(|c| c.value.to_lowercase());
    texts
        .into_iter()
        .any(|t| NAMED.iter().any(|w| t.contains(w)))
}

fn is_harmless(danger: &Danger<'_>, call: &Call<'_>) -> bool {
    let marked = |text: &str| HARMLESS.iter().any(|w| text.to_lowercase().contains(w));
    let on_twin = call.host.is_some_and(marked);
    on_twin || !danger.targets.is_empty() && danger.targets.iter().all(|w| marked(&w.text))
}

fn is_test(document: &Document, command: &Command) -> bool {
    let mut texts: Vec<String> = document
        .section(command.span)
        .last()
        .iter()
        .map(|h| h.text.to_lowercase())
        .collect();
    texts.extend(command.under.iter().map(|u| u.value.to_lowercase()));
    texts.iter().any(|t| TESTS.iter().any(|w| t.contains(w)))
}

/// Options of database clients that take the next word.
const CLIENT: [&str; 12] = [
    "-d",
    "--dbname",
    "-h",
    "--host",
    "-U",
    "--username",
    "-p",
    "--port",
    "-f",
    "--file",
    "-c",
    "-u",
];

fn danger<'a>(call: &Call<'a>) -> Option<Danger<'a>> {
    let some = |does, targets| Some(Danger { does, targets });
    let last = || {
        call.plain(&[])
            .last()
            .copied()
            .into_iter()
            .collect::<Vec<_>>()
    };
    let after = |n: usize| call.plain(&[]).into_iter().skip(n).collect::<Vec<_>>();
    let program = call.program();
    if call.command.place == Place::Inline && call.args().is_empty() {
        return None;
    }
    match program {
        "rm" if call.flag('r') || call.flag('R') || call.has("--recursive") => {
            some("delete", call.plain(&[]))
        }
        "dd" => {
            let to = |w: &&Word| w.text.starts_with("of=") && w.text != "of=/dev/null";
            let to: Vec<&Word> = call.args().iter().filter(to).collect();
            (!to.is_empty()).then_some(Danger {
                does: "write over",
                targets: to,
            })
        }
        _ if program == "mkfs" || program.starts_with("mkfs.") || program == "mkswap" => {
            some("format", last())
        }
        "wipefs" | "blkdiscard" | "shred" => some("wipe", last()),
        "sgdisk" if call.has("--zap-all") || call.flag('Z') => some("wipe", last()),
        "mdadm" if call.has("--zero-superblock") => some("wipe", last()),
        "mdadm" if call.has("--create") || call.flag('C') => {
            let disks = call
                .args()
                .iter()
                .filter(|w| w.text.starts_with("/dev/") && !w.text.starts_with("/dev/md"));
            some("write over", disks.collect())
        }
        "zpool" if call.arg(0) == "destroy" => some("destroy", after(1)),
        "zfs" if ["destroy", "rollback"].contains(&call.arg(0)) => some("destroy", after(1)),
        "lvremove" | "vgremove" | "pvremove" => some("destroy", call.plain(&[])),
        "qm" | "pct" if call.arg(0) == "destroy" => some("destroy", after(1)),
        "btrfs" if call.arg(0) == "subvolume" && call.arg(1) == "delete" => {
            some("delete", after(2))
        }
        "docker" => docker(call),
        "docker-compose" if call.arg(0) == "down" && (call.flag('v') || call.has("--volumes")) => {
            some("delete the volumes of", Vec::new())
        }
        "kubectl"
            if call.arg(0) == "delete"
                && ["namespace", "ns", "pvc", "pv"].contains(&call.arg(1)) =>
        {
            some("delete", after(2))
        }
        "find" if call.has("-delete") => {
            some("delete", call.plain(&[]).into_iter().take(1).collect())
        }
        "dropdb" => some("drop", last()),
        _ => restore(call),
    }
}

fn docker<'a>(call: &Call<'a>) -> Option<Danger<'a>> {
    let words = call.plain(&[]);
    let targets: Vec<&Word> = words.into_iter().skip(2).collect();
    let volumes = call.flag('v') || call.has("--volumes");
    match (call.arg(0), call.arg(1)) {
        ("volume", "rm" | "prune") => Some(Danger {
            does: "delete",
            targets,
        }),
        ("system", "prune") if call.has("--volumes") => Some(Danger {
            does: "delete",
            targets,
        }),
        ("compose", "down") if volumes => Some(Danger {
            does: "delete the volumes of",
            targets,
        }),
        _ => None,
    }
}

/// Restores, and copies out of backups.
fn restore<'a>(call: &Call<'a>) -> Option<Danger<'a>> {
    let to = |targets: Option<&'a Word>| {
        let targets = targets.into_iter().collect();
        Some(Danger {
            does: "restore over",
            targets,
        })
    };
    let second = || positions(call).get(1).copied();
    match call.program() {
        "psql" | "mysql" | "mariadb" => database(call),
        "pg_restore" => to(call.value(&["-d", "--dbname"])),
        "restic" if call.has("restore") => to(call.value(&["--target", "-t"])),
        "velero" if call.arg(0) == "restore" => to(call.value(&["--namespace-mappings"])),
        // Both refuse a number that is taken, unless they are told to go on (qmrestore(1), pct(1)).
        "qmrestore" if is_forced(call) => to(second()),
        "pct" if call.arg(0) == "restore" && is_forced(call) => to(second()),
        "tar" => {
            let letters = call.args().first().filter(|w| !w.text.starts_with("--"));
            let unpacks = letters.is_some_and(|w| w.text.contains('x')) || call.has("--extract");
            unpacks.then(|| to(call.value(&["-C", "--directory"])))?
        }
        "cp" | "rsync" => {
            let words = call.plain(&["-e", "--exclude"]);
            let (to, from) = words.split_last()?;
            let from_copy = from.iter().any(|w| is_copy(w)) && !is_copy(to);
            let targets = vec![*to];
            (from_copy || call.has("--delete")).then_some(Danger {
                does: "copy over",
                targets,
            })
        }
        _ => None,
    }
}

/// Whether a command of Proxmox VE is told to go on (`--force`, `-force 1`, `--force=yes`); the last word counts, and what a variable says
/// may be yes.
fn is_forced(call: &Call<'_>) -> bool {
    const NO: [&str; 4] = ["0", "no", "off", "false"];
    let args = call.args();
    let said = args.iter().enumerate().rev().find_map(|(at, word)| {
        let option = word.text.strip_prefix('-')?;
        let option = option.strip_prefix('-').unwrap_or(option);
        match option.split_once('=') {
            Some(("force", value)) => Some(value),
            None if option == "force" => Some(args.get(at + 1).map_or("", |w| w.text.as_str())),
            _ => None,
        }
    });
    said.is_some_and(|value| !NO.iter().any(|no| value.eq_ignore_ascii_case(no)))
}

/// The arguments of a command of Proxmox VE that are no options: each of those takes the next word, unless that is an option itself.
fn positions<'a>(call: &Call<'a>) -> Vec<&'a Word> {
    let mut out = Vec::new();
    let mut takes = false;
    for word in call.args() {
        let is_option = word.text.starts_with('-') && word.text.len() > 1;
        if !is_option && !takes {
            out.push(word);
        }
        takes = is_option && !word.text.contains('=');
    }
    out
}

fn is_copy(word: &Word) -> bool {
    let text = word.text.to_lowercase();
    ["backup", "snapshot", "archive"]
        .iter()
        .any(|s| text.contains(s))
}

/// Clients of databases: a file that is read in, or a statement that drops.
fn database<'a>(call: &Call<'a>) -> Option<Danger<'a>> {
    let reads = call.command.redirects.iter().any(|r| r.operator == "<") || call.command.piped;
    let drops = call
        .args()
        .iter()
        .map(|w| w.text.to_ascii_lowercase())
        .any(|text| {
            ["drop database", "drop table", "truncate "]
                .iter()
                .any(|s| text.contains(s))
        });
    let named = call.value(&["-d", "--dbname"]);
    let targets = named
        .or_else(|| call.plain(&CLIENT).first().copied())
        .into_iter()
        .collect();
    let file = call.value(&["-f", "--file"]).is_some();
    match (drops, reads || file) {
        (true, _) => Some(Danger {
            does: "drop a part of",
            targets,
        }),
        (false, true) => Some(Danger {
            does: "restore over",
            targets,
        }),
        (false, false) => None,
    }
}
