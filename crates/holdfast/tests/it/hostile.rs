//! Text that a terminal would obey, output that nobody takes, and files to write that are no plain files.

use std::fs;
use std::os::unix::fs::{FileTypeExt as _, PermissionsExt as _, symlink};
use std::path::Path;
use std::process::{Command, Output, Stdio};

const WHOLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../lang/tests/labs/whole.yaml");

fn holdfast(folder: &Path, words: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_holdfast"));
    command.args(words).current_dir(folder).stdin(Stdio::null());
    command
}

fn text(bytes: &[u8]) -> &str {
    str::from_utf8(bytes).unwrap()
}

/// What a terminal obeys, or turns the text by.
fn obeyed(text: &str) -> bool {
    let turns = |c| matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    text.chars()
        .any(|c| (c.is_control() && c != '\n') || turns(c))
}

fn whole() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::copy(WHOLE, folder.path().join("holdfast.yaml")).unwrap();
    folder
}

const VERBS: &[&[&str]] = &[
    &["check"],
    &["check", "--json"],
    &["check", "--format", "sarif"],
    &["check", "--format", "concise"],
    &["show"],
    &["show", "hosts", "--json"],
    &["graph", "--view", "l3"],
    &["graph", "--view", "l3", "--json"],
    &["schema"],
    &["explain", "bak-321"],
    &["facts", "list"],
    &["secret", "list"],
    &["secret", "scan"],
    &["debug", "cli-reference"],
    &["debug", "compose", "compose.yaml"],
    &["completions", "bash"],
    &["man"],
    &["--help"],
    &["--version"],
];

#[test]
fn a_full_disk_is_told_in_one_line() {
    let lab = whole();
    fs::write(
        lab.path().join("compose.yaml"),
        "services: {a: {image: b}}\n",
    )
    .unwrap();
    for words in VERBS {
        let full = fs::File::options().write(true).open("/dev/full").unwrap();
        let output = holdfast(lab.path(), words).stdout(full).output().unwrap();
        let err = text(&output.stderr);
        let last = err.lines().next_back().unwrap_or_default();
        assert_eq!(output.status.code(), Some(3), "{words:?}: {err}");
        assert!(
            last.starts_with("error: cannot write to standard output: No space"),
            "{err}"
        );
        assert!(!err.contains("panicked"), "{words:?}: {err}");
    }
}

/// With nobody at the other end of standard output.
fn unread(mut command: Command) -> Output {
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    command.stdout(writer).output().unwrap()
}

#[test]
fn a_reader_that_goes_away_changes_no_verdict() {
    let lab = whole();
    fs::write(
        lab.path().join("compose.yaml"),
        "services: {a: {image: b}}\n",
    )
    .unwrap();
    for words in VERBS {
        let heard = holdfast(lab.path(), words).output().unwrap();
        let alone = unread(holdfast(lab.path(), words));
        assert_eq!(alone.status.code(), heard.status.code(), "{words:?}");
        assert_eq!(text(&alone.stderr), text(&heard.stderr), "{words:?}");
    }
}

#[test]
fn no_name_moves_the_cursor_or_forges_a_line() {
    let folder = tempfile::tempdir().unwrap();
    let lab = "format: 1\nlab: \"ok: no findings\\e[2J\\e]0;pwn\\a\\nok: forged \\u202e\\u009b\"\n\
               hosts: {h: {model: \"x\\e[8m\\ny\", stacks: {s: {compose: stacks/s/compose.yaml}}}}\n\
               stacks: {s: {host: h, dir: stacks/s}}\n";
    fs::write(folder.path().join("holdfast.yaml"), lab).unwrap();
    fs::create_dir_all(folder.path().join("stacks/s")).unwrap();
    let compose = "services:\n  \"web\\e[2J\": {image: \"foo:\\e[2Jlatest\"}\n  b: {image: \"x:\\e]0;p\\a1\"}\n";
    fs::write(folder.path().join("stacks/s/compose.yaml"), compose).unwrap();
    for words in [
        &["check"] as &[&str],
        &["check", "--color", "always"],
        &["check", "--json"],
        &["check", "--format", "sarif"],
        &["show"],
        &["show", "stacks"],
        &["show", "stacks", "--json"],
        &["show", "hosts"],
        &["graph", "--view", "dependencies"],
        &["graph", "--view", "\u{1b}[2J\u{202e}"],
        &["show", "\u{1b}[2J"],
        &["explain", "\u{1b}[2J\u{9b}"],
        &["check", "--\u{1b}[2J"],
        &["debug", "compose", "stacks/s/compose.yaml"],
    ] {
        let output = holdfast(folder.path(), words).output().unwrap();
        for shown in [text(&output.stdout), text(&output.stderr)] {
            assert!(
                !shown.contains("\u{1b}[2J") && !shown.contains('\u{7}'),
                "{words:?}: {shown}"
            );
            assert!(
                words.contains(&"always") || !obeyed(shown),
                "{words:?}: {shown:?}"
            );
            assert!(
                !shown.lines().any(|l| l.starts_with("ok: forged")),
                "{words:?}: {shown}"
            );
        }
    }
}

/// What a drawing's reader would obey: a directive, markup, a second statement.
#[test]
fn no_text_is_a_command_to_what_reads_a_drawing() {
    let folder = tempfile::tempdir().unwrap();
    let evil = "%%{init: {'a': 1}}%% </text><script>x</script> \\\"]; evil -> x [label=\\\" #quot; \\u2028%%{x}";
    let lab = format!(
        "format: 1\nlab: \"{evil}\"\nsites: {{a: {{description: \"{evil}\"}}}}\n\
         hosts: {{h: {{description: \"{evil}\", os: debian, site: a}}}}\n\
         networks: {{n: {{subnet: 10.0.0.0/24, description: \"{evil}\"}}}}\n\
         services: {{s: {{runs: {{host: h}}, description: \"{evil}\"}}}}\n"
    );
    let at = folder.path().join("holdfast.yaml");
    fs::write(&at, &lab).unwrap();
    let output = holdfast(folder.path(), &["check"]).output().unwrap();
    let said = text(&output.stdout);
    assert!(said.contains("'lab' is one line of text"), "{said}");
    assert!(said.contains("holdfast.yaml:2:6"), "{said}");
    fs::write(&at, lab.replace("\\u2028", "")).unwrap();
    for view in ["l2", "l3", "storage", "power", "dependencies"] {
        for format in ["mermaid", "dot", "svg"] {
            let words = ["graph", "--view", view, "--format", format];
            let output = holdfast(folder.path(), &words).output().unwrap();
            let drawn = text(&output.stdout);
            assert!(drawn.len() > 20, "{words:?}: {}", text(&output.stderr));
            let obeyed = match format {
                "mermaid" => drawn.contains("%%{") || drawn.contains("\"]; evil"),
                "dot" => drawn.replace("\\\"", "").contains("\"]; evil"),
                _ => drawn.contains("<script"),
            };
            assert!(!obeyed, "{words:?}: {drawn}");
        }
    }
}

#[test]
fn what_is_no_plain_file_is_written_to_and_stays() {
    let lab = whole();
    let at = |name: &str| lab.path().join(name);
    fs::write(at("outside"), "mine\n").unwrap();
    // Where the file beside it would be, if its name could be known.
    symlink("outside", at(".out.svg.part")).unwrap();
    symlink("behind.svg", at("link.svg")).unwrap();
    let made = Command::new("mkfifo").arg(at("pipe.svg")).status().unwrap();
    assert!(made.success());
    let reader = {
        let pipe = at("pipe.svg");
        std::thread::spawn(move || fs::read_to_string(pipe).unwrap())
    };
    for name in ["out.svg", "link.svg", "pipe.svg"] {
        let output = holdfast(lab.path(), &["graph", "--view", "l3", "--svg", name]);
        let output = { output }.output().unwrap();
        assert_eq!(
            output.status.code(),
            Some(0),
            "{name}: {}",
            text(&output.stderr)
        );
    }
    assert!(reader.join().unwrap().contains("<svg "));
    assert!(
        fs::symlink_metadata(at("pipe.svg"))
            .unwrap()
            .file_type()
            .is_fifo()
    );
    assert!(fs::symlink_metadata(at("link.svg")).unwrap().is_symlink());
    for name in ["out.svg", "behind.svg"] {
        assert!(
            fs::read_to_string(at(name)).unwrap().contains("<svg "),
            "{name}"
        );
    }
    assert_eq!(fs::read_to_string(at("outside")).unwrap(), "mine\n");
    let names = fs::read_dir(lab.path()).unwrap().count();
    assert_eq!(names, 7, "nothing is left beside them");
}

/// Nothing waits for a pipe that has the name of a file of ours, or of git's.
#[test]
fn nothing_waits_for_a_pipe() {
    let lab = whole();
    let pipe = |name: &str| {
        let made = Command::new("mkfifo").arg(lab.path().join(name)).status();
        assert!(made.unwrap().success());
    };
    pipe("holdfast.lock");
    let said = holdfast(lab.path(), &["check"]).output().unwrap();
    assert!(text(&said.stderr).contains("holdfast.lock: it is no plain file"));
    fs::remove_file(lab.path().join("holdfast.lock")).unwrap();
    let mut git = Command::new("git");
    let made = git.args(["init", "-q"]).arg(lab.path()).status();
    assert!(made.unwrap().success());
    pipe(".gitignore");
    let said = holdfast(lab.path(), &["secret", "scan"]).output().unwrap();
    assert!(text(&said.stderr).contains("git did not list the files"));
    assert!(text(&said.stdout).contains("in clear text in "));
}

/// A tree may come from anybody, with the settings of its repository: no program that they name is started.
#[test]
fn the_settings_of_a_repository_start_nothing() {
    let lab = whole();
    let program = lab.path().join("evil.sh");
    fs::write(&program, "#!/bin/sh\ntouch \"$(dirname \"$0\")/started\"\n").unwrap();
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
    let git = |words: &[&str]| {
        let mut git = Command::new("git");
        git.arg("-C").arg(lab.path());
        let name = ["-c", "user.name=x", "-c", "user.email=x@example.org"];
        assert!(git.args(name).args(words).status().unwrap().success());
    };
    git(&["init", "-q"]);
    git(&["add", "."]);
    git(&["commit", "-qm", "all"]);
    for setting in [
        "core.fsmonitor",
        "core.pager",
        "gpg.program",
        "diff.external",
    ] {
        git(&["config", setting, program.to_str().unwrap()]);
    }
    git(&["config", "log.showSignature", "true"]);
    for words in [&["secret", "scan"][..], &["secret", "scan", "--history"]] {
        let said = holdfast(lab.path(), words).output().unwrap();
        assert!(!text(&said.stdout).is_empty(), "{said:?}");
        assert!(!lab.path().join("started").exists(), "{words:?}");
    }
}
