//! Hides what looks like a secret wherever it stands: user and password of a URL, and tokens made by a machine.
//!
//! Whoever writes a message with somebody's text in it passes that text through [`hide`]. A word that a person made up cannot
//! be told from any other word; what a field expects to be secret is hidden by the field's own reader.

mod pairs;

use std::ops::Range;

/// Shorter words are names.
const SHORTEST: usize = 20;
/// From each piece of a text between slashes on, so much is looked at as one key; of more, only all of it.
const LONGEST: usize = 512;
/// A random text goes from one kind of character to another about every second time; names of people and programs do not.
const FEWEST_CHANGES: usize = 6;
/// How digests and public keys begin, which may be seen.
const PUBLIC: [&str; 3] = ["SHA256:", "MD5:", "AAAA"];

/// A copy of the same length in bytes, in which likely secrets are stars.
pub fn hide(text: &str) -> String {
    if !has_long_word(text) && !text.contains("://") && !has_query(text) {
        return pairs::hide(text);
    }
    hide_tokens(&hide_userinfo(&hide_query(&hide_joins(&pairs::hide(text)))))
}

/// A copy of the same length in bytes, without the secrets of URLs and links: their users and passwords, and what their parameters say.
pub fn hide_addresses(text: &str) -> String {
    match text.contains("://") || has_query(text) {
        true => hide_userinfo(&hide_query(text)),
        false => text.to_owned(),
    }
}

/// Parts of the name of a parameter whose value is a secret.
const PARAMETERS: [&str; 11] = [
    "token", "auth", "key", "secret", "pass", "pwd", "sig", "cred", "psk", "session", "jwt",
];

/// Whether a text may have the parameter of a URL in it.
pub(crate) fn has_query(text: &str) -> bool {
    text.contains(['?', '&', ';']) && text.contains('=')
}

/// A copy of the same length in bytes, in which the secret parameters of URLs and links are stars: `?token=…&key=…`.
fn hide_query(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(['?', '&', ';']) {
        let (before, after) = rest.split_at(at + 1);
        out.push_str(before);
        rest = after;
        let is_name = |c: char| c.is_ascii_alphanumeric() || "_-.[]".contains(c);
        let length = after.find(|c| !is_name(c)).unwrap_or(after.len());
        let (name, value) = after.split_at(length);
        let lower = name.to_ascii_lowercase();
        if value.starts_with('=') && PARAMETERS.iter().any(|p| lower.contains(p)) {
            let ends = |c: char| c.is_whitespace() || "&#\"'<>)]}`,;".contains(c);
            let end = value.find(ends).unwrap_or(value.len());
            out.push_str(name);
            out.push('=');
            out.push_str(&"*".repeat(end.saturating_sub(1)));
            rest = value.get(end..).unwrap_or_default();
        }
    }
    out.push_str(rest);
    out
}

/// Whether a text has a word that is long enough to be a token.
pub(crate) fn has_long_word(text: &str) -> bool {
    let mut words = text.as_bytes().split(|b| !(is_part(*b) || *b == b'/'));
    words.any(|w| w.len() >= SHORTEST)
}

fn is_part(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"_-+=".contains(&byte)
}

/// `user:password@` of URLs.
fn hide_userinfo(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for part in userinfos(text) {
        out.push_str(text.get(at..part.start).unwrap_or_default());
        out.push_str(&"*".repeat(part.len()));
        at = part.end;
    }
    out + text.get(at..).unwrap_or_default()
}

/// Where the users and passwords of a text's URLs are, without their `@`.
///
/// Whoever writes a password into a URL as it is, with `/`, `#`, `?` or `@` in it, has written no URL, and still a password. So
/// what stands behind a colon and is no port reaches up to the last `@` of the word.
pub fn userinfos(text: &str) -> Vec<Range<usize>> {
    let mut out = Vec::new();
    let starts: Vec<usize> = text.match_indices("://").map(|(at, _)| at).collect();
    for (n, at) in starts.iter().enumerate() {
        let next = starts.get(n + 1).copied().unwrap_or(text.len());
        let start = at + 3;
        let word = text.get(start..next.max(start)).unwrap_or_default();
        let edge = |c: char| c.is_whitespace() || "\"'`<>\\".contains(c);
        let word = word.get(..word.find(edge).unwrap_or(word.len()));
        let word = word.unwrap_or_default();
        let authority = word.find(['/', '?', '#', ',', '}']).unwrap_or(word.len());
        let short = word.get(..authority).and_then(|a| a.rfind('@'));
        let name = word.find([':', '/', '?', '#', '@']).unwrap_or(word.len());
        let behind = word.get(name..).and_then(|w| w.strip_prefix(':'));
        let long = behind.filter(|b| !is_port(b)).and_then(|_| word.rfind('@'));
        if let Some(end) = long.or(short).filter(|end| *end > 0) {
            out.push(start..start + end);
        }
    }
    out
}

/// Whether a port follows, and then the rest of a URL or another word.
fn is_port(text: &str) -> bool {
    let rest = text.trim_start_matches(|c: char| c.is_ascii_digit());
    let ends = rest.is_empty() || rest.starts_with(['/', '?', '#', ',', '}', ']', ')', ';']);
    text.len() - rest.len() <= 5 && ends
}

/// Tokens with which machines join a cluster of K3s: `K10`, the digest of a certificate, and behind it what is secret.
fn hide_joins(text: &str) -> String {
    const DIGEST: usize = 64;
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("K10") {
        let (before, from) = rest.split_at(at);
        out.push_str(before);
        let digest = from.bytes().skip(3).take_while(u8::is_ascii_hexdigit);
        let length = 3 + digest.count();
        let after = from.get(length..).unwrap_or_default();
        let end = match length == 3 + DIGEST && after.starts_with("::") {
            true => from.find(|c: char| c.is_whitespace() || "\"'`<>\\,;|&()[]{}".contains(c)),
            false => Some(3),
        };
        let (found, after) = from.split_at(end.unwrap_or(from.len()));
        match found.len() > 3 {
            true => out.push_str(&"*".repeat(found.len())),
            false => out.push_str(found),
        }
        rest = after;
    }
    out.push_str(rest);
    out
}

fn hide_tokens(text: &str) -> String {
    let is_part = |c: char| u8::try_from(c).is_ok_and(is_part);
    let edge = |c: char| c.is_whitespace() || "\"'([".contains(c);
    let mut out = String::with_capacity(text.len());
    let (mut rest, mut begun, mut judged) = (text, 0, 0);
    while let Some(start) = rest.find(is_part) {
        let (before, from) = rest.split_at(start);
        out.push_str(before);
        // Where the text that a word belongs to begins.
        if let Some((at, c)) = before.char_indices().rfind(|(_, c)| edge(*c)) {
            begun = out.len() - before.len() + at + c.len_utf8();
        }
        let end = |is: &dyn Fn(char) -> bool| from.find(|c| !is(c)).unwrap_or(from.len());
        // What is longer than a key is judged once, not anew from each of its pieces on.
        let here = text.len() - from.len();
        let long = match here < judged {
            true => 0,
            false => end(&|c| is_part(c) || c == '/'),
        };
        if long > LONGEST {
            judged = here + long;
        }
        let length = match from.get(..long).is_some_and(is_base64) {
            true => long,
            false => end(&is_part),
        };
        let (word, after) = from.split_at(length);
        let whole = out.get(begun..).filter(|w| !w.is_empty()).unwrap_or(word);
        let public = PUBLIC.iter().any(|p| whole.starts_with(p));
        match word.len() >= SHORTEST && is_token(word) && !public {
            true => out.push_str(&"*".repeat(word.len())),
            false => out.push_str(word),
        }
        rest = after;
    }
    out.push_str(rest);
    out
}

/// Of small and capital letters and digits, in no order; a long word that is so was made by a machine.
fn is_token(word: &str) -> bool {
    let word = behind_moment(word.as_bytes());
    (1..=3).all(|k| word.iter().any(|b| kind(*b) == k)) && changes(word) >= FEWEST_CHANGES
}

fn kind(byte: u8) -> u8 {
    match byte {
        b'a'..=b'z' => 1,
        b'A'..=b'Z' => 2,
        b'0'..=b'9' => 3,
        _ => 0,
    }
}

/// How often one kind of character follows another.
fn changes(word: &[u8]) -> usize {
    let pairs = word.iter().zip(word.iter().skip(1));
    pairs.filter(|(a, b)| kind(**a) != kind(**b)).count()
}

/// A key in base64 with slashes in it, whose pieces between them may be short. In paths most neighbours are of one kind.
fn is_base64(word: &str) -> bool {
    let bare = word.trim_end_matches('=');
    let inside: usize = word.split('/').map(|part| changes(part.as_bytes())).sum();
    let letters = |c: char| c.is_ascii_alphanumeric() || "+/".contains(c);
    word.len() >= SHORTEST
        && word.contains('/')
        && bare.chars().all(letters)
        && is_token(word)
        && inside * 5 >= word.len() * 2
}

/// Without the day, or moment, that it begins with (`2024-09-13T20-26-02Z-cpuv1`).
fn behind_moment(word: &[u8]) -> &[u8] {
    let shape = |b: &u8| if b.is_ascii_digit() { b'0' } else { *b };
    let begins = |form: &&&[u8]| {
        word.len() >= form.len() && word.iter().map(shape).zip(**form).all(|(a, b)| a == *b)
    };
    let forms: [&[u8]; 2] = [b"0000-00-00T00-00-00Z", b"0000-00-00"];
    let begun = forms.iter().find(begins).map_or(0, |form| form.len());
    word.get(begun..).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::hide;

    #[test]
    fn likely_secrets_are_stars() {
        for (text, want) in [
            (
                "rest:https://me:hunter2@nas/x",
                "rest:https://**********@nas/x",
            ),
            ("a://b:c@d e://f@g", "a://***@d e://*@g"),
            ("a://b:c/d@e/f", "a://*****@e/f"),
            ("a://b:c@d#?e@f/g", "a://********@f/g"),
            (
                "http://a:80/x@y b://c:1234@d",
                "http://a:80/x@y b://******@d",
            ),
            (
                "jdbc:x://h;user=a;password=b1",
                "jdbc:x://h;user=a;password=**",
            ),
            ("[a](b.md?token=X&n=1)", "[a](b.md?token=*&n=1)"),
            ("https://ntfy.sh/?auth=Xy", "https://ntfy.sh/?auth=**"),
            (
                "'ghp_16C7e42F292c6912E7710c838347Ae178B4a'",
                "'****************************************'",
            ),
            (
                "x: 2024-09-13-Zm9vYmFyYmF6MTIz",
                "x: ***************************",
            ),
            (
                "x: Ab/1cD2eF/g3HiJ4k/Lm5NoP6qR/s7TuV8w/Xy9z= y",
                "x: ***************************************** y",
            ),
            (
                "x: Zm9vYmFyYmF6MTIzNDU2Nzg5MA==",
                "x: ****************************",
            ),
            (
                r#"'{"api_key":"Kd83"}', {\"a\":\"b\",\"DB_PASSWORD\": \"K\\\"d8\"}"#,
                r#"'{"api_key":"****"}', {\"a\":\"b\",\"DB_PASSWORD\": \"*******\"}"#,
            ),
            (
                r#"{"token":["Kd83", "x"],"a":["b"]} {\"passwords\":{\"jo\":\"Kd83\",\"al\":\"x\"},\"c\":\"d\"}"#,
                r#"{"token":["****", "*"],"a":["b"]} {\"passwords\":{\"jo\":\"****\",\"al\":\"*\"},\"c\":\"d\"}"#,
            ),
            (
                r#"{\\\"password\\\" : \\\"Kd83\\\"} {"token":"K d"#,
                r#"{\\\"password\\\" : \\\"****\\\"} {"token":"* *"#,
            ),
        ] {
            assert_eq!(hide(text), want);
            assert_eq!(hide(text).len(), text.len());
        }
    }

    #[test]
    fn tokens_of_k3s_are_hidden_whole() {
        let digest = "0a1b2c3d".repeat(8);
        for user in ["server", "node", "jo"] {
            let token = format!("K10{digest}::{user}:9f8e7d6c5b4a39281706f5e4d3c2b1a0");
            let stars = "*".repeat(token.len());
            for (head, tail) in [
                ("", ""),
                ("k3s agent --token ", " -x"),
                ("'", "'"),
                ("a=", "\n"),
            ] {
                let text = format!("{head}{token}{tail}");
                assert_eq!(hide(&text), format!("{head}{stars}{tail}"));
            }
        }
    }

    /// From each of its pieces on the rest would be looked at: of half a megabyte for hours.
    #[test]
    fn a_long_text_with_slashes_is_read_once() {
        let long = "aB1/".repeat(150_000);
        assert_eq!(hide(&long), "*".repeat(long.len()));
        let long = "ab/".repeat(200_000);
        assert_eq!(hide(&long), long);
    }

    #[test]
    fn names_digests_and_public_keys_are_not() {
        for text in [
            "https://nas.home.arpa:8000/x@y?page=2",
            r#"{"user":"Kd83nfKs92lf","password":"${PW}","token":"","keyboard":"de","token":null}"#,
            "no K10, nor K10::server:x",
            "is it? token=a && key = b",
            "KbdInteractiveAuthentication",
            "holdfast-backup-twice-a-day.timer",
            "SHA256:+DiY3wvvV6TuJJhbpZisF/zLDA0zPMSvHdkr4UvCOqU",
            "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl a@b",
            "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQ/x7Q0C2d9Z+PZ1qvUkY0a8s7Jd3k a@b",
            "c865e0c9-b5f4-404d-861b-ca1645dcdbb8",
            "20261121T071323Z-2087",
            "minio/minio:RELEASE.2024-09-13T20-26-02Z-cpuv1@sha256:a34ac7cbc53154bef4804b1f9d83a555f944d8c26e6466cef7e782fdb5ec40c4",
            "/srv/Übergabe/Entwurf2025Version3.pdf",
            "srv/Media/TV/Show2/S01/E02/Part3/Extras/4K",
            "/dev/disk/by-id/nvme-Samsung/SSD970/part1",
        ] {
            assert_eq!(hide(text), text);
        }
    }
}
