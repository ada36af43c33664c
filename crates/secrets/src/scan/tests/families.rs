//! What the families of formats find: a path, a text with `@@` where a weak secret stands, and the family it is an example of.

use super::super::family::FAMILIES;
use super::super::{Grade, Scanner};
use std::collections::BTreeSet;

/// A word that nothing but its place makes a secret.
const WORD: &str = "tiger";

pub(super) fn rows() -> Vec<(&'static str, &'static str, String)> {
    use data_encoding::BASE64;
    let mut out = Vec::new();
    let mut family = "";
    for line in lines(include_str!("families/found.txt")) {
        match line.strip_prefix("## ") {
            Some(name) => family = name,
            None => {
                let (path, text) = row(line);
                out.push((family, path, text.replace("@@", WORD)));
            }
        }
    }
    let encoded = BASE64.encode(WORD.as_bytes());
    let key = format!("{}E=", "aQ3xR7tK".repeat(6).get(..42).unwrap());
    let uuid = "0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9";
    let long = "aQ3xR7tKaQ3xR7tKaQ3xR7tKaQ3xR7tKaQ3xR7tKaQ3xR7tK";
    let (hook, bot) = (
        "x1y2z3a4b5c6d7e8f9g0h1i2j3",
        format!("123456789:{}", &long[..35]),
    );
    for (family, path, text, secret) in [
        (
            "Kubernetes",
            "s.yaml",
            format!("kind: Secret\ndata:\n  tls.crt: aaaa\n  x: {encoded}\n"),
            encoded.as_str(),
        ),
        (
            "WireGuard",
            "wg0.conf",
            format!("[Interface]\nPrivateKey = {key}\n"),
            &key,
        ),
        (
            "WireGuard",
            "x.yaml",
            format!("preshared-key: {key}\n"),
            &key,
        ),
        (
            "Docker, npm, logins",
            "x.yaml",
            format!("auth: {}\n", BASE64.encode(b"jo:tiger")),
            &BASE64.encode(b"jo:tiger"),
        ),
        (
            "Proxmox",
            "x.sh",
            format!("curl -H 'Authorization: PVEAPIToken=root@pam!x={uuid}' https://h\n"),
            uuid,
        ),
        (
            "Proxmox",
            "pve/priv/token.cfg",
            format!("root@pam!x {uuid}\n"),
            uuid,
        ),
        (
            "webhooks",
            "x.yaml",
            format!("to: https://chat.lan/hooks/{hook}\n"),
            hook,
        ),
        (
            "webhooks",
            "x.yaml",
            format!("to: https://api.telegram.org/bot{bot}/sendMessage\n"),
            &bot,
        ),
        (
            "webhooks",
            "x.yaml",
            format!(
                "to: https://a.webhook.office.com/webhookb2/{uuid}@{uuid}/IncomingWebhook/{long}/{uuid}\n"
            ),
            &format!("{uuid}@{uuid}/IncomingWebhook/{long}/{uuid}"),
        ),
        (
            "webhooks",
            "x.yaml",
            format!("to: https://hc-ping.com/{uuid}\n"),
            uuid,
        ),
        (
            "AWS, Google, Azure",
            "credentials",
            format!("aws_secret_access_key = {}\n", &long[..40]),
            &long[..40],
        ),
        (
            "AWS, Google, Azure",
            "x.yaml",
            format!("c: AccountName=a;AccountKey={long}==;\n"),
            &format!("{long}=="),
        ),
    ] {
        out.push((
            family,
            path,
            text.replace(secret, &format!("\u{1}{secret}\u{2}")),
        ));
    }
    out
}

/// The rows and headings of a table.
fn lines(table: &'static str) -> impl Iterator<Item = &'static str> {
    let is_row = |line: &&str| !line.is_empty() && !line.starts_with("# ");
    table.lines().filter(is_row)
}

/// A path and a text, which ends with its line.
fn row(line: &'static str) -> (&'static str, String) {
    let (path, text) = line.split_once(" | ").unwrap();
    let mut out = String::new();
    let mut signs = text.chars();
    while let Some(sign) = signs.next() {
        out.push(match sign {
            '\\' => match signs.next() {
                Some('n') => '\n',
                Some('t') => '\t',
                Some('c') => return (path, out),
                other => other.unwrap(),
            },
            '«' => '\u{1}',
            '»' => '\u{2}',
            other => other,
        });
    }
    (path, out + "\n")
}

/// The text without the marks around its secret, and the secret.
pub(super) fn marked(text: &str) -> (String, String) {
    match text
        .split_once('\u{1}')
        .and_then(|(_, rest)| rest.split_once('\u{2}'))
    {
        Some((secret, _)) => (text.replace(['\u{1}', '\u{2}'], ""), secret.to_owned()),
        None => (text.to_owned(), WORD.to_owned()),
    }
}

#[test]
fn every_family_finds_its_secrets() {
    let scanner = Scanner::default();
    let (mut wrong, mut seen) = (Vec::new(), BTreeSet::new());
    for (family, path, text) in rows() {
        let (text, secret) = marked(&text);
        let leaks = scanner.scan(path, &text);
        let said: Vec<&str> = leaks.iter().map(|l| &text[l.span.clone()]).collect();
        let clear = leaks.iter().all(|l| l.grade == Grade::Clear);
        // A value may be told whole; it is told once.
        if said.len() != 1 || !said[0].contains(&secret) || !clear {
            wrong.push((path, text.clone(), format!("{leaks:?}")));
        }
        seen.insert(family);
    }
    assert_eq!(wrong, []);
    let all: BTreeSet<&str> = FAMILIES.iter().map(|f| f.name).collect();
    assert_eq!(seen, all, "a family without an example, or the reverse");
}

#[test]
fn every_shape_is_an_expression() {
    for family in FAMILIES {
        for shape in family.shapes {
            let compiled = regex::Regex::new(shape.shape);
            assert!(compiled.is_ok(), "{}: {:?}", family.name, compiled.err());
            let small = |part: &&str| **part == part.to_ascii_lowercase();
            assert!(shape.parts.iter().all(small), "{}", shape.shape);
        }
    }
}

/// A shape is compiled when the first text with its letters comes, in every check again: one of them took 16 ms, a third of a whole small
/// check. What makes them large is `\w`, some 800 ranges of letters each time, where `[[:word:]]` is one of ASCII.
#[test]
fn every_shape_is_small() {
    let scanner = Scanner::default();
    let families: usize = FAMILIES.iter().map(|f| f.shapes.len()).sum();
    assert!(scanner.index.shapes.len() > families, "others, too");
    let mut large: Vec<&str> = Vec::new();
    for shape in &scanner.index.shapes {
        assert!(!shape.contains(r"\w"), "{shape}");
        let compiled = regex::RegexBuilder::new(shape).size_limit(1 << 20).build();
        large.extend(compiled.is_err().then_some(*shape));
    }
    assert_eq!(large, [""; 0]);
}

/// What stands in the same places and is none: references, placeholders, what everybody knows.
#[test]
fn places_without_a_secret() {
    let scanner = Scanner::default();
    let mut wrong = Vec::new();
    for value in [
        "${PW}",
        "$PW",
        "<your password>",
        "xxxx",
        "changeme",
        "/run/secrets/x",
        "{{ vault_x }}",
    ] {
        for (_, path, text) in rows() {
            if !text.contains(WORD)
                || text.contains('\u{1}')
                || text.contains('>') && value.starts_with('<')
            {
                continue;
            }
            let filled = text.replace("aQ3xR7tiger9", WORD).replace(WORD, value);
            for leak in scanner.scan(path, &filled) {
                wrong.push((path, filled.clone(), filled[leak.span.clone()].to_owned()));
            }
        }
    }
    for (path, text) in lines(include_str!("families/none.txt")).map(row) {
        for leak in scanner.scan(path, &text) {
            wrong.push((path, text.clone(), text[leak.span.clone()].to_owned()));
        }
    }
    assert_eq!(wrong, []);
}

/// A word that may be one of a sentence is not told, and not shown.
#[test]
fn what_is_only_hidden() {
    let scanner = Scanner::default();
    for text in [
        "Then `redis-cli config set requirepass @@` on it.\n",
        "```\ncurl -u jo:@@ http://x\n```\n",
        "    mosquitto_pub -P @@ -t x\n",
        "    app --password @@\n",
    ] {
        let text = text.replace("@@", WORD);
        let look = scanner.look("a.md", &text);
        assert_eq!(look.leaks, [], "{text}");
        let veiled = look.veiled(&text);
        assert!(
            !veiled.contains(WORD) && veiled.len() == text.len(),
            "{veiled}"
        );
    }
}

/// What can only be guessed at is told as a hash.
#[test]
fn hashes_of_families() {
    let body = |n: usize| "aB3./xYz9".repeat(10)[..n].to_owned();
    let scanner = Scanner::default();
    for (path, text) in [
        (".htpasswd", format!("jo:{}\n", body(13))),
        (
            "sw1.cfg",
            format!("enable secret 5 $1${}${}\n", body(4), body(22)),
        ),
        (
            "sw1.cfg",
            format!("username jo secret 9 $9${}${}\n", body(14), body(43)),
        ),
        (
            "sw1.cfg",
            format!("enable secret 8 $8${}${}\n", body(14), body(43)),
        ),
        (
            "shadow",
            format!("root:$y$j9T${}${}:19000:0:99999:7:::\n", body(22), body(43)),
        ),
        (
            "a.sql",
            format!("CREATE ROLE x PASSWORD 'md5{}';\n", "0a1b2c3d".repeat(4)),
        ),
        (
            "a.sql",
            format!(
                "CREATE ROLE x PASSWORD 'SCRAM-SHA-256$4096:{}==${}=:{}=';\n",
                body(22).replace('.', "c"),
                body(43).replace('.', "c"),
                body(43).replace('.', "c")
            ),
        ),
        (
            "a.sql",
            format!(
                "GRANT ALL ON x TO y IDENTIFIED BY PASSWORD '*{}';\n",
                "0A1B2C3D".repeat(5)
            ),
        ),
        (
            "passwd",
            format!(
                "jo:$7$101${}==${}==\n",
                body(14).replace('.', "c"),
                body(86).replace('.', "c")
            ),
        ),
        (
            "users.acl",
            format!("user app on #{}\n", "0a1b2c3d".repeat(8)),
        ),
        (
            "Caddyfile",
            format!(
                "basicauth {{\n  jo JDJhJDE0JD{}\n}}\n",
                body(70).replace('.', "c")
            ),
        ),
        (
            "Caddyfile",
            format!("basicauth {{\n  jo $2a$14${}\n}}\n", body(53)),
        ),
        (
            "grub.cfg",
            format!(
                "password_pbkdf2 root grub.pbkdf2.sha512.10000.{}.{}\n",
                "0A".repeat(64),
                "1B".repeat(64)
            ),
        ),
    ] {
        let leaks = scanner.scan(path, &text);
        let grades: Vec<Grade> = leaks.iter().map(|l| l.grade).collect();
        assert_eq!(grades, [Grade::Hash], "{text} {leaks:?}");
    }
}
