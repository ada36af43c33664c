//! Secrets by where they are kept: in environment files, in addresses of channels, in commands that obtain them, in files that git ignores.
//! None of them is printed, and nothing else is hidden for their sake.

use crate::ran::Ran;
use std::fs;
use std::path::Path;
use std::process::Command;

/// In every one of the secrets.
const CANARY: &str = "tw1tt3r";

fn said(folder: &Path, words: &[&str]) -> String {
    Ran::inside(folder, words).all()
}

/// A lab of one stack.
fn lab(folder: &Path, top: &str, compose: &str) {
    let text = format!(
        "format: 1\nlab: x\nhosts: {{h: {{}}}}\nstacks: {{s: {{file: compose.yaml, on: h}}}}\n{top}\n"
    );
    fs::write(folder.join("holdfast.yaml"), text).unwrap();
    fs::write(folder.join("compose.yaml"), compose).unwrap();
}

fn git(folder: &Path, words: &[&str]) {
    let mut git = Command::new("git");
    let identity = ["-c", "user.name=x", "-c", "user.email=x@x"];
    git.arg("-C").arg(folder).args(identity).args(words);
    assert!(git.status().unwrap().success(), "{words:?}");
}

/// A weak password is a word like others, and a message that has it by chance keeps it; where a variable brings it along it is hidden.
#[test]
fn weak_passwords_take_no_words_out_of_messages() {
    let folder = tempfile::tempdir().unwrap();
    let env = "DB_PASSWORD=backdoor\nURL=postgres://jo:admin@db/x\nHORSE_PASSWORD=correcthorsebattery\nPIN_PASSWORD=471104\n";
    fs::write(folder.path().join(".env"), env).unwrap();
    let top = "networks: {n: {subnet: 10.0.0.0/33, description: x}}\nservices: {backdoors: {needs: [admin]}, a471104b: {needs: [correcthorsebattery, backdoor]}}";
    let compose =
        "services:\n  a:\n    image: x\n    environment: [\"DB_PASSWORD=${DB_PASSWORD}\"]\n";
    lab(folder.path(), top, compose);
    let check = said(folder.path(), &["check", "--all"]);
    // Weak ones are in messages that have nothing to do with them.
    for shown in ["no object 'admin'", "no object 'backdoor'", "a471104b"] {
        assert!(check.contains(shown), "{shown}: {check}");
    }
    // One that is as long as no word is taken out of all of them.
    assert!(check.contains("no object '***'"), "{check}");
    // Behind its variable it is hidden, however weak it is.
    for line in [
        "ports: ['${DB_PASSWORD}:80']",
        "mem_limit: ${DB_PASSWORD}",
        "depends_on: ['${DB_PASSWORD}']",
        "privileged: ${DB_PASSWORD}",
        "container_name: ${DB_PASSWORD}",
    ] {
        let compose = format!("services: {{a: {{image: x, {line}}}}}\n");
        lab(folder.path(), "", &compose);
        for words in [
            &["check", "--all"] as &[&str],
            &["check", "--all", "--format", "json"],
            &["debug", "compose", "compose.yaml"],
            &["show", "stacks"],
            &["show", "ports"],
        ] {
            let said = said(folder.path(), words);
            assert!(!said.contains("backdoor"), "{line}: {words:?}: {said}");
        }
    }
}

/// The token stands where others have a machine.
#[test]
fn addresses_of_channels() {
    let folder = tempfile::tempdir().unwrap();
    for (to, shown) in [
        ("pover://user@tw1tt3r", "pover://…"),
        ("pover://tw1tt3r@tw1tt3r", "pover://…"),
        ("tgram://12345:tw1tt3r/67", "tgram://…"),
        ("pbul://tw1tt3r", "pbul://…"),
        ("msteams://tw1tt3r/b/c", "msteams://…"),
        ("discord://1234/tw1tt3r", "discord://…"),
        ("slack://a1/tw1tt3r/c1", "slack://…"),
        ("gotify://gotify.lan/tw1tt3r", "gotify://…"),
        ("sendgrid://tw1tt3r:jo@lab.lan", "sendgrid://…"),
        ("ntfys://tk_tw1tt3r@ntfy.lan/alarm", "ntfys://ntfy.lan/…"),
        ("https://jo:a/tw1tt3r@ntfy.lan/alarm", "https://ntfy.lan/…"),
    ] {
        let top = format!("channels: {{c: {{kind: push, to: '{to}', unknown: 1}}}}");
        lab(folder.path(), &top, "services: {a: {image: x}}\n");
        for words in [
            &["check", "--all", "--unknown"] as &[&str],
            &["check", "--all", "--format", "json"],
            &["check", "--all", "--format", "sarif"],
            &["secret", "scan", "."],
            &["show", "alerts"],
            &["show", "alerts", "--json"],
        ] {
            let said = said(folder.path(), words);
            assert!(!said.contains(CANARY), "{to}: {words:?}: {said}");
        }
        let alerts = said(folder.path(), &["show", "alerts"]);
        assert!(alerts.contains(shown), "{to}: {alerts}");
    }
}

/// A command that says the password by itself is a password in clear text.
#[test]
fn commands_that_obtain_a_password() {
    let folder = tempfile::tempdir().unwrap();
    for command in [
        "[echo, tw1tt3r]",
        "[sh, -c, \"echo tw1tt3r\"]",
        "[vault, login, tw1tt3r]",
        "[bw, unlock, tw1tt3r]",
        "[printf, \"%s\", tw1tt3r]",
        "\"echo tw1tt3r\"",
    ] {
        let top = format!(
            "repositories: {{r: {{location: /x, password: {{command: {command}}}, unknown: 1}}}}"
        );
        lab(folder.path(), &top, "services: {a: {image: x}}\n");
        for words in [
            &["check", "--all", "--unknown"] as &[&str],
            &["check", "--all", "--format", "json"],
            &["secret", "scan", "."],
            &["show", "secrets"],
            &["show", "backups"],
        ] {
            let said = said(folder.path(), words);
            assert!(!said.contains(CANARY), "{command}: {words:?}: {said}");
        }
        let scan = said(folder.path(), &["secret", "scan", "."]);
        assert!(scan.contains("holdfast.yaml:5:"), "{command}: {scan}");
    }
}

/// Who has a secret is said as it is: of what git ignores not the repository, and of a folder without git nobody by it.
#[test]
fn whether_git_keeps_it() {
    let folder = tempfile::tempdir().unwrap();
    let compose = "services: {a: {image: x, environment: {DB_PASSWORD: '${DB_PASSWORD}'}}}\n";
    lab(folder.path(), "", compose);
    fs::write(folder.path().join(".env"), "DB_PASSWORD=tw1tt3rX9qL\n").unwrap();
    let told = |what: &str, severity: &str| {
        let ran = Ran::inside(folder.path(), &["check", "--all"]);
        let said = ran.all();
        assert!(!said.contains(CANARY), "{said}");
        assert!(said.contains(what), "{what}: {said}");
        let head = format!("{severity}[sec-clear-text]");
        assert!(said.contains(&head), "{head}: {said}");
        let of_repository = said.contains("whoever can read this repository");
        assert_eq!(
            of_repository,
            what.contains("read this repository"),
            "{said}"
        );
    };
    told("this folder is in no git repository", "error");
    git(folder.path(), &["init", "--quiet"]);
    told("git does not keep this file yet", "error");
    fs::write(folder.path().join(".gitignore"), ".env\n").unwrap();
    told("git ignores this file", "warning");
    git(folder.path(), &["add", "--force", ".env"]);
    told("whoever can read this repository", "error");
    // A repository in the lab's has rules of its own.
    fs::remove_dir_all(folder.path().join(".git")).unwrap();
    fs::remove_file(folder.path().join(".env")).unwrap();
    fs::create_dir(folder.path().join("s")).unwrap();
    fs::write(folder.path().join("s/compose.yaml"), compose).unwrap();
    fs::write(folder.path().join("s/.env"), "DB_PASSWORD=tw1tt3rX9qL\n").unwrap();
    let text = "format: 1\nlab: x\nhosts: {h: {}}\nstacks: {s: {file: s/compose.yaml, on: h}}\n";
    fs::write(folder.path().join("holdfast.yaml"), text).unwrap();
    git(folder.path(), &["init", "--quiet"]);
    git(&folder.path().join("s"), &["init", "--quiet"]);
    told("git does not keep this file yet", "error");
}

/// A history cannot be taken back, and where there is none nobody is told of one.
#[test]
fn what_a_scan_tells_to_do_is_as_git_has_it() {
    let folder = tempfile::tempdir().unwrap();
    let text = "url: https://ntfy.sh/x?auth=tw1tt3rX9qL\n";
    fs::write(folder.path().join("a.yaml"), text).unwrap();
    let told = |what: &str| {
        let said = said(folder.path(), &["secret", "scan", "."]);
        assert!(!said.contains(CANARY), "{said}");
        assert!(said.contains("the value of 'auth' in a URL"), "{said}");
        assert!(said.contains(what), "{what}: {said}");
        let history = said.contains("stays in the history");
        assert_eq!(history, what.contains("history"), "{said}");
    };
    told("change each secret if others could read this folder");
    git(folder.path(), &["init", "--quiet"]);
    told("git keeps none of these files yet");
    git(folder.path(), &["add", "a.yaml"]);
    told("change each secret: it stays in the history");
    fs::write(folder.path().join("b.yaml"), text).unwrap();
    told("change each secret that git keeps: it stays in the history");
}

/// Of a map in one line what stands behind the secret is shown as well, and frequent words are no slips of a secret's name.
#[test]
fn what_stands_beside_a_secret_is_shown() {
    let folder = tempfile::tempdir().unwrap();
    let top = "windows: {w: {password: tw1tt3r, schedul: Sat, length: 2h}}";
    let compose =
        "services:\n  a:\n    image: x\n    ports: {hass: here-it-is, docker_socket: also-here}\n";
    lab(folder.path(), top, compose);
    let check = said(folder.path(), &["check", "--all"]);
    assert!(!check.contains(CANARY), "{check}");
    for shown in [
        "schedul: Sat, length: 2h}}",
        "{hass: here-it-is, docker_socket: also-here}",
    ] {
        assert!(check.contains(shown), "{shown}: {check}");
    }
}
