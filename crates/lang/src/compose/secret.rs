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
const SUSPECT_END: [&str; 5] = ["pass", "pwd", "_key", "_salt", "_dsn"];
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
    let mut after_flag = false;
    words
        .into_iter()
        .map(|word| {
            let (name, value) = word.split_once(['=', ' ']).unwrap_or((&word, ""));
            let flag = name.trim_start_matches('-');
            let is_flag = flag.len() < name.len();
            let inside = (!value.is_empty() && is_suspect(flag, value)) || has_secret(&word);
            let hide = inside || (std::mem::take(&mut after_flag) && !is_flag);
            after_flag = is_flag && value.is_empty() && is_suspect(flag, "x");
            if hide {
                Text::hidden(word)
            } else {
                Text::open(word)
            }
        })
        .collect()
}

/// A value under this name is not to be shown.
pub(super) fn looks_secret(key: &str, text: &str) -> bool {
    is_suspect(key, text) || has_secret(text)
}

fn is_suspect(key: &str, text: &str) -> bool {
    if text.is_empty() || matches!(text, "true" | "false" | "yes" | "no" | "0" | "1") {
        return false;
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

/// `NAME=value` in free text, with a suspect name.
fn assigned(word: &str) -> bool {
    word.split([',', '&', '?', ';'])
        .filter_map(|part| part.split_once('='))
        .any(|(name, value)| is_suspect(name.trim_start_matches('-'), value))
}

/// `scheme://user:password@host`.
fn has_login(word: &str) -> bool {
    let Some((_, rest)) = word.split_once("://") else {
        return false;
    };
    let authority = rest.split('/').next().unwrap_or("");
    let Some((login, _)) = rest
        .rsplit_once('@')
        .filter(|_| authority.contains(['@', ':']))
    else {
        return false;
    };
    login
        .split_once(':')
        .is_some_and(|(_, password)| !password.is_empty() && !password.contains('/'))
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
            ("X", "ghp_0123456789abcdef0123"),
            (
                "traefik.http.middlewares.a.basicauth.users",
                "me:$apr1$abc$def",
            ),
            ("o", "username=me,password=x"),
            ("X", "-----BEGIN PRIVATE KEY-----"),
            ("SMTP-PASSWORD", "x"),
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
        ] {
            assert!(!looks_secret(key, text), "{key}={text}");
        }
    }

    #[test]
    fn words_of_a_command() {
        let words = [
            "redis-server",
            "--requirepass",
            "x1",
            "--port",
            "80",
            "--token=abc",
        ];
        let judged = judge_words(words.iter().map(|w| (*w).to_owned()).collect());
        let hidden: Vec<bool> = judged.iter().map(Text::is_hidden).collect();
        assert_eq!(hidden, [false, false, true, false, false, true]);
    }
}
