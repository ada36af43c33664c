//! Secrets among the words of command lines: what follows an option, a login, a header, a password that is glued to its option.
//!
//! Compose writes a command as a line or as a list, a list in one line or in one line per item, and a shell's line inside of
//! either; so all shapes are looked for in the text as it stands.

use super::calls::Calls;
use super::literal::{Bounds, is_strong, literal};
use super::parts::{Held, Lazy, Parts};
use super::{Kind, unquoted};
use std::ops::Range;

/// What stands between an option and its value: `=`, space, or the end of an item of a list in one of both forms.
macro_rules! gap {
    () => {
        r#"(?:=|\\?["']?[ \t]*,\s*|\\?["']?[ \t]+|["']?[ \t]*\n[ \t]*-[ \t]+)"#
    };
}

/// A value, with its quotes if it has any.
macro_rules! value {
    () => {
        r#"(\\"[^"\n]*\\"|"[^"\n]*"|'[^'\n]*'|[^\s,\]}"';&|\\][^\s,\]}"';&|]*)"#
    };
}

pub(super) use {gap, value};

/// The option of a secret and its value.
const OPTION: &str = concat!(
    r#"(?i)(?:^|[\s"'\[,])(--?(?:[a-z0-9]+[_-])*(?:[a-z0-9]*(?:password|passwd|passphrase|passwort|kennwort|token)|requirepass|masterauth|(?:jwt|client|app|api|shared|cookie|session|hmac|signing|webhook|oidc|oauth|rpc|auth|turn|admin)[_-]secret|pass|pwd|pw|api[_-]?key|access[_-]?key|secret[_-]?key|private[_-]?key|psk|(?:auth|setup|encryption|local)[_-]?key))"#,
    gap!(),
    value!()
);
/// `-u name:password`, as `curl` and others take it.
const LOGIN: &str = concat!(
    r#"(?:^|[\s"'\[,])(?:-u|--user|--proxy-user)"#,
    gap!(),
    r#"\\?["']?([^\s:"',\\]+):([^\s"',\]}\\]+)"#
);
/// `Authorization: Bearer …`.
const HEADER: &str = r#"(?i)\bauthorization(?:["']?[ \t]*[:=][ \t]*|["']?[ \t]*,[ \t]*|[ \t]+)["']?(?:bearer|basic|token|digest|geniekey)\\?[ \t]+([a-z0-9._~+/=-]{6,})"#;
/// `Authorization: …` without a scheme, as some programs take it.
const BARE_HEADER: &str =
    r#"(?i)\bauthorization["']?:[ \t]*["']?([a-z0-9._~+/-]{12,}=*)(?:["'\s]|$)"#;
/// Beginnings of an option's name with which it takes no secret.
const ASKING: [&str; 6] = ["ask-", "no-", "without-", "use-", "enable-", "disable-"];
/// Programs whose `-u` takes a user and a group.
const RUNNERS: [&str; 8] = [
    "docker", "podman", "nerdctl", "sudo", "gosu", "su-exec", "setpriv", "install",
];
/// Programs whose `-u` takes a login.
const CLIENTS: [&str; 4] = ["curl", "wget", "http", "ldap"];
/// Ends of the names of files with a secret in them.
const FILES: [&str; 9] = [
    ".pem", ".key", ".crt", ".txt", ".json", ".yaml", ".yml", ".env", ".age",
];

/// A secret in a command line.
pub(super) struct Word {
    pub span: Range<usize>,
    pub what: String,
    /// It is one even if it looks like a plain word.
    pub is_sure: bool,
}

/// The shapes, compiled when they are needed.
pub(super) struct Words {
    option: Lazy,
    login: Lazy,
    header: Lazy,
    bare_header: Lazy,
    calls: Calls,
}

impl Words {
    pub(super) fn new(parts: &mut Parts) -> Self {
        const OPTIONS: &[&str] = &[
            "pass",
            "kennwort",
            "token",
            "masterauth",
            "pwd",
            "pw",
            "key",
            "psk",
            "secret",
        ];
        Self {
            option: parts.shape(OPTIONS, OPTION),
            login: parts.shape(&["-u", "--proxy-user"], LOGIN),
            header: parts.shape(&["authorization"], HEADER),
            bare_header: parts.shape(&["authorization"], BARE_HEADER),
            calls: Calls::new(parts),
        }
    }

    /// All of them, in no order; one may be found twice.
    pub(super) fn find(&self, text: &str, held: &Held, kind: Kind) -> Vec<Word> {
        let mut out = Vec::new();
        let mut comments = Comments::new(text);
        let mut add = |span: Range<usize>, what: String, is_sure: bool| {
            let value = text.get(span.clone()).unwrap_or_default();
            // What begins as a variable does is told from one by its strength alone.
            let is_sure = is_sure && !value.starts_with('$');
            if literal(value, Bounds::Guessed, kind).is_some() && is_word(value) {
                let is_sure = is_sure && !comments.has(span.start);
                out.push(Word {
                    span,
                    what,
                    is_sure,
                });
            }
        };
        for found in self.option.captures(held, text) {
            let (Some(option), Some(value)) = (found.get(1), found.get(2)) else {
                continue;
            };
            let name = option.as_str().trim_start_matches('-');
            let (inner, range) = bare(value.as_str(), value.range());
            let asks = ASKING.iter().any(|part| name.starts_with(part));
            // `mysql -ppassword db` has its value in it already.
            let is_glued = ["-pp", "-pP"]
                .iter()
                .any(|p| option.as_str().starts_with(p));
            if !asks && !is_glued && !is_count(name, inner) {
                add(range, format!("the value of '{}'", option.as_str()), true);
            }
        }
        let mut callers = Callers::new(text);
        for found in self.login.captures(held, text) {
            let (Some(name), Some(value)) = (found.get(1), found.get(2)) else {
                continue;
            };
            let number = value.as_str().bytes().all(|b| b.is_ascii_digit());
            let caller = callers.before(name.start());
            if number || name.as_str() == value.as_str() || caller == Caller::Runner {
                continue;
            }
            let what = "a password beside a name".to_owned();
            add(value.range(), what, caller == Caller::Client);
        }
        let headers = self.header.captures(held, text);
        for value in headers.filter_map(|f| f.get(1)) {
            add(
                value.range(),
                "the value of 'Authorization'".to_owned(),
                true,
            );
        }
        // Without a scheme it may be any word.
        let bare = self.bare_header.captures(held, text);
        let bare = bare.filter_map(|f| f.get(1));
        for value in bare.filter(|value| is_strong(value.as_str(), Kind::Prose)) {
            let what = "the value of 'Authorization'".to_owned();
            add(value.range(), what, true);
        }
        for span in self.calls.find(text, held) {
            add(span, "a password on a command line".to_owned(), true);
        }
        out
    }
}

/// Without quotes, those that YAML escapes included.
pub(super) fn bare(text: &str, range: Range<usize>) -> (&str, Range<usize>) {
    let slashes = text.len() - text.trim_start_matches('\\').len();
    let quote = text.get(..slashes + 1).filter(|q| q.ends_with('"'));
    let escaped = quote
        .filter(|_| slashes > 0)
        .and_then(|q| text.strip_prefix(q)?.strip_suffix(q).map(|t| (t, q.len())));
    match escaped {
        Some((inner, around)) => (inner, range.start + around..range.end - around),
        None => unquoted(text, range),
    }
}

/// Who takes a `-u`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Caller {
    Client,
    Runner,
    Unknown,
}

/// By the last program that is named before it in its line. Places are asked for in the order of the text, so that it is read once.
struct Callers<'a> {
    text: &'a str,
    at: usize,
    last: Caller,
}

impl<'a> Callers<'a> {
    fn new(text: &'a str) -> Self {
        Self {
            text,
            at: 0,
            last: Caller::Unknown,
        }
    }

    fn before(&mut self, at: usize) -> Caller {
        let read = self.text.get(self.at..at).unwrap_or_default();
        let ends = |c: char| !(c.is_ascii_alphanumeric() || c == '-');
        let mut from = 0;
        // A word ends before a place, so none is cut in two.
        for (end, c) in read.match_indices(ends) {
            let word = read.get(from..end).unwrap_or_default();
            from = end + c.len();
            if RUNNERS.contains(&word) {
                self.last = Caller::Runner;
            } else if CLIENTS.iter().any(|c| word.starts_with(c)) {
                self.last = Caller::Client;
            }
            if matches!(c, "\n" | ";" | "|" | "&") {
                self.last = Caller::Unknown;
            }
        }
        self.at = at.max(self.at);
        self.last
    }
}

/// Which places are in comments. The line of the last place is kept: a line may hold many.
pub(super) struct Comments<'a> {
    text: &'a str,
    line: Range<usize>,
    /// Where its comment begins.
    begins: Option<usize>,
}

impl<'a> Comments<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self {
            text,
            line: 0..0,
            begins: None,
        }
    }

    pub(super) fn has(&mut self, at: usize) -> bool {
        if !self.line.contains(&at) {
            let before = self.text.get(..at).unwrap_or_default();
            let start = before.rfind('\n').map_or(0, |n| n + 1);
            let rest = self.text.get(start..).unwrap_or_default();
            let line = rest.get(..rest.find('\n').unwrap_or(rest.len()));
            let line = line.unwrap_or_default();
            self.begins = match line.trim_start().starts_with(['#', ';']) {
                true => Some(start),
                false => line.find(" # ").map(|n| start + n),
            };
            self.line = start..start + line.len();
        }
        self.begins.is_some_and(|b| b < at)
    }
}

/// A token may also be a piece of a text, of which there is a number.
fn is_count(name: &str, value: &str) -> bool {
    let few = value.len() <= 7 && value.bytes().all(|b| b.is_ascii_digit());
    few && name.to_ascii_lowercase().ends_with("token")
}

/// What can stand after an option as its value and is neither the next option nor a switch, nor says where the secret is, nor
/// is a pair of ports.
pub(super) fn is_word(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    let elsewhere = ["file:", "env:", "stdin", "pass:", "fd:", "\\", "id_"];
    let ports = text.contains(':')
        && text
            .bytes()
            .all(|b| b.is_ascii_digit() || b":.-".contains(&b));
    !ports
        && !matches!(
            lower.as_str(),
            "" | "true" | "false" | "yes" | "no" | "on" | "off" | "0" | "1" | "none"
        )
        && !text.starts_with('-')
        && !elsewhere.iter().any(|e| lower.starts_with(e))
        && !FILES.iter().any(|e| lower.ends_with(e))
}

#[cfg(test)]
mod tests {
    use crate::scan::Scanner;

    /// What is found in a text.
    fn found(text: &str) -> Vec<&str> {
        let leaks = Scanner::default().scan("compose.yaml", text);
        leaks.iter().map(|l| &text[l.span.clone()]).collect()
    }

    #[test]
    fn secrets_in_all_forms_of_a_command() {
        for (text, want) in [
            (r#"command: ["--password","weak"]"#, "weak"),
            (r#"command: [ --password, 'we ak' ]"#, "we ak"),
            ("command: --password weak --port 80", "weak"),
            ("command: --db-pass=weak", "weak"),
            ("command: [app, --pw, weak]", "weak"),
            ("command: app --db-pwd weak", "weak"),
            ("command: app --password='we ak' x", "we ak"),
            (r#"command: "app --password=\"we ak\" x""#, "we ak"),
            (r#"command: "app --password \"weak\"""#, "weak"),
            (
                "entrypoint:\n  - redis-server\n  - --requirepass\n  - 'x1y2'\nnext: a",
                "x1y2",
            ),
            ("command:\n  - --password=weak\n  - x", "weak"),
            (
                r#"test: ["CMD-SHELL", "app --token weak || exit 1"]"#,
                "weak",
            ),
            (r#"command: sh -c "app --token weak; true""#, "weak"),
            (
                r#"command: ["sh", "-c", "DB_PASSWORD=hunter2x app"]"#,
                "hunter2x",
            ),
            (
                r#"command: sh -c "export DB_PASSWORD=hunter2x && app""#,
                "hunter2x",
            ),
            (r#"test: ["curl", "-u","root:weak"]"#, "weak"),
            ("test: curl -fsS -u 'root:weak' http://x", "weak"),
            ("test: curl --user=root:weak http://x", "weak"),
            ("command: [x, -u, 'root:CANARY2']", "CANARY2"),
            ("test: docker exec a curl -u root:weak http://x", "weak"),
            ("test: curl -H 'Authorization: Bearer abcdefgh'", "abcdefgh"),
            (
                r#"test: ["CMD","curl","-H","Authorization: Basic abcdefgh"]"#,
                "abcdefgh",
            ),
            ("test: mysqladmin ping -h localhost -pweak", "weak"),
            ("test: [CMD, mysqladmin, ping, -pweak]", "weak"),
            (
                "test:\n  - CMD\n  - mariadb-admin\n  - ping\n  - -pweak",
                "weak",
            ),
            ("command: redis-cli -a weak ping", "weak"),
            (r#"test: ["CMD","redis-cli","-a","weak","ping"]"#, "weak"),
            ("command: sshpass -p weak ssh a", "weak"),
            ("command: openssl enc -pass pass:weak -in x", "weak"),
        ] {
            assert_eq!(found(text), [want], "{text}");
        }
    }

    #[test]
    fn ordinary_commands() {
        for text in [
            "command: --password-file /run/secrets/x --token-file=/run/y",
            "command: [--password-file, /run/secrets/x, --password-stdin]",
            "command: --password $VAR --token ${VAR} --pass ${VAR:?} --psk $$VAR",
            "command: --password=${VAR:-} --token=\"$VAR\" --pass='${VAR:?is missing}'",
            r#"command: ["--password", "${VAR}", "--token=$$TOKEN"]"#,
            r#"command: "app --password \"$$P\" --token \"${T:?}\"""#,
            "command:\n  - --password\n  - ${VAR:?}\n  - -u\n  - ${U}:${P}",
            "test: mysqladmin ping -u root -p$$MYSQL_ROOT_PASSWORD",
            r#"test: ["CMD-SHELL", "mysqladmin ping -p\"$$MYSQL_ROOT_PASSWORD\""]"#,
            "test: mysqladmin ping -p${MYSQL_ROOT_PASSWORD:?}",
            "command: mysql -u root -p db --protocol=tcp",
            "command: sh -c 'mysql -p\"$(cat /run/secrets/x)\" db'",
            "command: redis-cli -a $$P ping; redis-server --requirepass $$(cat /run/secrets/x)",
            "command: docker run -u 1000:1000 -p8080:80 mysql:8 -p3306:3306",
            "command: docker run --user www-data:nginx --user postgres:postgres x",
            "test: curl -u ${USER}:${PASS} -u $$U:$$P -u \"$U:$P\" http://x",
            "command: [--token, --port, '80']\nimage: x",
            "command:\n  - --token\nimage: x",
            "command: --max-token 4096 --token-ttl 5m --ask-pass site.yml --no-password x",
            "command: --private-key key.pem --private-key ~/.ssh/x --private-key id_ed25519",
            "command: openssl x -passin file:/run/x -passout env:P",
            "# give --password value where it is asked for\nimage: x",
            "test: curl -H \"Authorization: Bearer $$TOKEN\" -H 'Authorization: Bearer ${T:?}'",
            "command: tar -xpf x; mkdir -p /srv/mysql; ssh -p 22 mysql",
        ] {
            assert_eq!(found(text), Vec::<&str>::new(), "{text}");
        }
    }
}
