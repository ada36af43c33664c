//! What looks like a secret: by what it is called, or by what it looks like.

use model::compose::Text;

/// Parts of a name that make its value suspect.
const SUSPECT: [&str; 14] = [
    "password",
    "passwd",
    "passphrase",
    "secret",
    "token",
    "apikey",
    "api_key",
    "private_key",
    "access_key",
    "credential",
    "_pass",
    "_pw",
    "encryption_key",
    "psk",
];
/// Ends of a name that make its value suspect.
const SUSPECT_END: [&str; 6] = ["pass", "pwd", "pw", "_key", "_salt", "_dsn"];
/// Ends of a name whose value says where a secret is, or how it is made, and is none itself.
const HARMLESS_END: [&str; 12] = [
    "_file",
    "_path",
    "_url",
    "_host",
    "_length",
    "_expiry",
    "_expiration",
    "_ttl",
    "_enabled",
    "_name",
    "_user",
    "_id",
];
/// How well-known tokens begin.
const PREFIXES: [&str; 15] = [
    "ghp_",
    "gho_",
    "ghs_",
    "github_pat_",
    "glpat-",
    "xoxb-",
    "xoxp-",
    "AKIA",
    "ASIA",
    "sk-",
    "sk_live_",
    "eyJ",
    "AGE-SECRET-KEY-",
    "dckr_pat_",
    "tskey-",
];

/// The text of a key, hidden if it looks like a secret.
pub(super) fn judge(key: &str, text: &str) -> Text {
    if looks_secret(key, text) {
        Text::hidden(text)
    } else {
        Text::open(text)
    }
}

/// The words of a command line, hidden where they carry a secret.
pub(super) fn judge_words(words: Vec<String>) -> Vec<Text> {
    let all: Vec<&str> = words.iter().map(String::as_str).collect();
    let hide = marked(&all);
    let judged = words.into_iter().zip(hide).map(|(word, hide)| {
        if hide || has_secret(&word) {
            Text::hidden(word)
        } else {
            Text::open(word)
        }
    });
    judged.collect()
}

/// A text as a message may repeat it.
pub(super) fn shown(text: &str) -> String {
    judge("", text).shown().to_owned()
}

/// What the words so far say about the next one.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Next {
    Plain,
    /// The last word was the option of a secret.
    Secret,
    /// The last word was the option of `name:password`.
    Login,
    /// The last word was the scheme of a header with a token.
    Token,
}

/// Which words of a command line carry a secret, whether or not they look like one.
fn marked(words: &[&str]) -> Vec<bool> {
    let (mut next, mut glued, mut redis) = (Next::Plain, false, false);
    let judge = |word: &&str| {
        let (name, value) = word.split_once(['=', ' ']).unwrap_or((word, ""));
        let flag = name.trim_start_matches('-');
        let is_flag = flag.len() < name.len();
        let alone = is_flag && value.is_empty();
        let hide = match next {
            Next::Secret => !is_flag,
            Next::Login => is_login(word),
            Next::Token => word.len() >= 6,
            Next::Plain => glued && word.len() > 2 && word.starts_with("-p"),
        } || (!value.is_empty() && is_suspect(flag, value))
            || (matches!(flag, "user" | "proxy-user") && is_login(value));
        let program = word.rsplit('/').next().unwrap_or(word);
        glued |= ["mysql", "mariadb", "sshpass"]
            .iter()
            .any(|p| program.starts_with(p));
        redis |= program.starts_with("redis-cli");
        let lower = name.to_ascii_lowercase();
        next = match lower.as_str() {
            "-u" | "--user" | "--proxy-user" if alone => Next::Login,
            "-p" if glued => Next::Secret,
            "-a" if redis => Next::Secret,
            "bearer" | "basic" | "digest" => Next::Token,
            _ if alone && is_suspect(flag, "x") => Next::Secret,
            _ => Next::Plain,
        };
        hide
    };
    words.iter().map(judge).collect()
}

/// `name:password`, and not the numbers of a user and a group, nor one name for both.
fn is_login(word: &str) -> bool {
    word.split_once(':').is_some_and(|(name, password)| {
        let number = password.bytes().all(|b| b.is_ascii_digit());
        !name.is_empty() && !number && name != password && !password.starts_with("//")
    })
}

/// A value under this name is not to be shown.
pub(super) fn looks_secret(key: &str, text: &str) -> bool {
    is_suspect(key, text) || has_secret(text)
}

/// How hashes of passwords begin, as crypt(5) has them, and what comes before them in a list of users.
const HASHES: [&str; 9] = [
    "$apr1$", "$2a$", "$2b$", "$2y$", "$5$", "$6$", "$y$", "$argon2", "$scrypt$",
];

/// A `$` in this text may be a part of it rather than the beginning of a variable: it is a password or a hash by what it is called or looks like, and more than one variable.
pub(super) fn may_hold_dollars(key: &str, text: &str) -> bool {
    let name = text.strip_prefix('$').unwrap_or_default();
    let is_one = !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    let hash = HASHES.iter().any(|begin| text.contains(begin));
    hash || !is_one && is_suspect(key, text)
}

fn is_suspect(key: &str, text: &str) -> bool {
    if text.is_empty() || matches!(text, "true" | "false" | "yes" | "no" | "0" | "1") {
        return false;
    }
    if diag::misspelt(key).is_some() {
        return true;
    }
    let key = key.to_ascii_lowercase().replace(['-', '.'], "_");
    if HARMLESS_END.iter().any(|end| key.ends_with(end)) {
        return false;
    }
    SUSPECT.iter().any(|part| key.contains(part))
        || SUSPECT_END.iter().any(|end| key.ends_with(end))
}

/// A secret by its form, whatever it is called; every line is looked at.
fn has_secret(text: &str) -> bool {
    text.contains("-----BEGIN")
        || text.lines().any(|line| set(line) || spoken(line))
        || text.split_whitespace().any(|word| {
            let bare = word.trim_matches(['"', '\'', ',', ';']);
            let value = bare.split_once('=').map_or(bare, |(_, v)| v);
            has_login(value)
                || PREFIXES
                    .iter()
                    .any(|p| value.starts_with(p) && value.len() >= p.len() + 12)
                || assigned(bare)
                || is_hash(value)
        })
}

/// A command line with a secret among its words.
fn spoken(line: &str) -> bool {
    let bare = |word| str::trim_matches(word, ['"', '\'', ',', ';', '[', ']', '(', ')']);
    let words: Vec<&str> = line.split_whitespace().map(bare).collect();
    words.len() > 1 && marked(&words).contains(&true)
}

/// `name: value` as a line of settings, with a suspect name.
fn set(line: &str) -> bool {
    let Some((name, value)) = line.split_once(':') else {
        return false;
    };
    let name = name
        .trim()
        .trim_start_matches("- ")
        .trim_matches(['"', '\'']);
    !name.contains(char::is_whitespace)
        && !value.starts_with("//")
        && is_suspect(name, value.trim())
}

/// `NAME=value` in free text, with a suspect name.
fn assigned(word: &str) -> bool {
    word.split([',', '&', '?', ';'])
        .filter_map(|part| part.split_once('='))
        .any(|(name, value)| is_suspect(name.trim_start_matches('-'), value))
}

/// `scheme://user:password@host`, and `user:password@tcp(host)`.
fn has_login(word: &str) -> bool {
    let password = |login: &str| {
        let parts = login.split_once(':');
        parts.is_some_and(|(_, password)| !password.is_empty())
    };
    let dialled = ["@tcp(", "@unix(", "@udp("];
    diag::userinfos(word)
        .into_iter()
        .any(|span| word.get(span).is_some_and(password))
        || dialled
            .iter()
            .any(|d| word.split_once(d).is_some_and(|(login, _)| password(login)))
}

/// A password's hash: `user:$apr1$…`, `$2y$…`.
fn is_hash(word: &str) -> bool {
    [
        "$apr1$", "$2y$", "$2b$", "$2a$", "$argon2", "$6$", "$5$", "{SHA}",
    ]
    .iter()
    .any(|mark| word.contains(mark))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_hidden() {
        for (key, text) in [
            ("MYSQL_ROOT_PASSWORD", "x"),
            ("DB_PASS", "x"),
            ("SECRET_KEY_BASE", "x"),
            ("DATABASE_URL", "postgres://u:p@db/x"),
            ("DATABASE_URL", "postgres://u:p/q#r?s@db/x"),
            ("DATABASE", "u:p@tcp(db:3306)/x"),
            ("DATABASE", "jdbc:mysql://db/x?user=u&password=p"),
            ("pw", "x"),
            ("X", "ghp_0123456789abcdef0123"),
            (
                "traefik.http.middlewares.a.basicauth.users",
                "me:$apr1$abc$def",
            ),
            ("o", "username=me,password=x"),
            ("X", "-----BEGIN PRIVATE KEY-----"),
            ("SMTP-PASSWORD", "x"),
            ("content", "a: b\n  \"db_password\": x\n"),
        ] {
            assert!(looks_secret(key, text), "{key}={text}");
        }
        for (key, text) in [
            ("POSTGRES_USER", "me"),
            ("MYSQL_PASSWORD_FILE", "/run/secrets/x"),
            ("PASSWORD_LOGIN_ENABLED", "true"),
            ("TZ", "Europe/Berlin"),
            ("URL", "https://example.org:8080/a@b"),
            ("COMPASS_HOST", "x"),
            ("EMPTY_PASSWORD", ""),
            ("KEYCLOAK_HOME", "/opt"),
            ("content", "password:\nx: https://token.example\n"),
        ] {
            assert!(!looks_secret(key, text), "{key}={text}");
        }
    }

    #[test]
    fn words_of_a_command() {
        // What is to be hidden stands in stars here.
        for line in [
            "redis-server|--requirepass|*x1*|--port|80|*--token=abc*",
            "curl|-u|*root:x*|https://a.example",
            "curl|*--user=root:x*|-H|*Authorization: Bearer abcdefg*",
            "mysqladmin|ping|*-px*|-h|localhost",
            "CMD-SHELL|*mysqladmin ping -px -h localhost*",
            "CMD-SHELL|redis-cli ping",
            "sh|-c|*redis-cli -a x ping*",
            "sshpass|-p|*x*|ssh|host",
            "app|--pw|*x*|--port|80|*--pass=x*|*--pw=x*",
            "app|*a://u:p/q#r?s@db/x*",
            "sh|-c|*PGPASSWORD=x psql -p5432*",
            "docker|run|-u|1000:1000|-p8080:80|--user|git:git",
            "app|--password-file|/run/secrets/x|--token-ttl|5m|-p80",
        ] {
            let words = line.split('|').map(|w| w.trim_matches('*').to_owned());
            let judged = judge_words(words.collect());
            for (word, text) in line.split('|').zip(judged) {
                assert_eq!(text.is_hidden(), word.starts_with('*'), "{word} of {line}");
            }
        }
    }
}
