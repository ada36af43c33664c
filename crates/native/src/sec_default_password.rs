//! A container starts with a password that everybody knows.

use crate::containers::Container;
use crate::{Context, Findings, Mend, Rule};
use diag::{Severity, Span};
use model::compose::Command;

/// Passwords that images, their documentation and everybody's first attempt have.
const KNOWN: [&str; 43] = [
    "0000",
    "000000",
    "1111",
    "111111",
    "1234",
    "12345",
    "123456",
    "12345678",
    "123456789",
    "1234567890",
    "admin",
    "admin123",
    "administrator",
    "change-me",
    "change-this",
    "change_me",
    "change_this",
    "changeit",
    "changeme",
    "changeme123",
    "changethis",
    "default",
    "example",
    "guest",
    "insecure",
    "letmein",
    "minioadmin",
    "mysecretpassword",
    "pass",
    "passw0rd",
    "password",
    "password1",
    "password123",
    "postgres",
    "qwerty",
    "root",
    "secret",
    "secretkey",
    "supersecret",
    "test",
    "token",
    "toor",
    "welcome",
];

/// How values begin that ask to be replaced: `change_this_to_a_long_string`.
const REQUESTS: [&str; 7] = [
    "changeme",
    "changethis",
    "replaceme",
    "replacethis",
    "setthis",
    "somerandom",
    "somesecret",
];

/// Ends of the names of variables that hold a password.
const NAMES: [&str; 11] = [
    "PASSWORD",
    "PASSWD",
    "PASSPHRASE",
    "PASS",
    "_PWD",
    "SECRET",
    "SECRET_KEY",
    "TOKEN",
    "API_KEY",
    "APIKEY",
    "MASTERAUTH",
];
/// Variables that let everybody in if they have this value; `*` is any that does not say no.
const OPEN: [(&str, &str); 5] = [
    ("POSTGRES_HOST_AUTH_METHOD", "trust"),
    ("ALLOW_EMPTY_PASSWORD", "*"),
    ("ALLOW_EMPTY_ROOT_PASSWORD", "*"),
    ("ALLOW_ANONYMOUS_LOGIN", "*"),
    ("XPACK.SECURITY.ENABLED", "false"),
];
/// Options that let everybody in, as the words of a command.
const OPEN_WORDS: [&[&str]; 5] = [
    &["--skip-grant-tables"],
    &["--noauth"],
    &["--without-auth"],
    &["--protected-mode", "no"],
    &["--auth", "none"],
];

pub const RULE: Rule = Rule {
    id: "sec-default-password",
    since: "0.1.0",
    severity: Severity::Warning,
    summary: "A container starts with a password that is a product's default, or the name of what it protects, or asks for none.",
    rationale: "Defaults are the first thing that is tried, by people and by programs that try nothing else. That the port is not open today is no \
        answer: another container, a guest on the network or a forgotten forward is enough.",
    example: "services: {db: {environment: {POSTGRES_PASSWORD: changeme}}}",
    controls: &[
        "CIS v8 4.7",
        "NIST CSF 2.0 PR.AA-01",
        "ISO 27001:2022 A.5.17",
    ],
    mend: Mend::None("a password is changed where it is used first, by who can"),
    run,
};

/// Why a setting is one that asks for none.
const NONE: &str = "lets in whoever asks";

fn run(ctx: &Context<'_>, out: &mut Findings) {
    for container in ctx.containers() {
        let weak = weak(&container);
        let Some((first, rest)) = weak.split_first() else {
            continue;
        };
        let open = container.service.ports.iter().any(|p| {
            let everywhere = p.host_ip.is_none_or(|ip| ip.is_unspecified());
            everywhere && p.published.is_some()
        });
        let severity = match open {
            true => Severity::Error,
            false => RULE.severity,
        };
        let does = match weak.iter().all(|(_, _, why)| *why == NONE) {
            true => "asks for no password",
            false => "starts with a password that everybody knows",
        };
        let message = format!("{} {does}", container.title());
        let mut d = RULE
            .with(severity, message)
            .at(first.1, format!("'{}': {}", first.0, first.2))
            .of(format!("{}: {}", container.name, first.0));
        for (key, span, why) in rest {
            d = d
                .and_at(*span, format!("'{key}': {why}"))
                .of(format!("{}: {key}", container.name));
        }
        let reach = match open {
            true => "it publishes a port on all addresses of its machine",
            false => {
                "it publishes no port on all addresses; whatever else runs on its networks reaches it"
            }
        };
        let d = d.note(reach).help(
            "make one up (openssl rand -base64 24), change it in the product, and keep it with 'holdfast secret set' or an encrypted env file",
        );
        out.add(container.object(), d);
    }
}

/// Variables and options with such a password: name, place, and why it is none.
fn weak(container: &Container<'_>) -> Vec<(String, Span, &'static str)> {
    let mut out = variables(container);
    let service = container.service;
    for command in [&service.entrypoint, &service.command]
        .into_iter()
        .flatten()
    {
        if container.project.is_settled(command.span) {
            let of = |(name, why): (String, _)| (name, command.span, why);
            out.extend(options(container, command).into_iter().map(of));
        }
    }
    out
}

fn variables(container: &Container<'_>) -> Vec<(String, Span, &'static str)> {
    let environment = container.service.environment.iter();
    let mut out = Vec::new();
    for (key, value) in environment {
        let upper = key.to_ascii_uppercase();
        if !container.project.is_settled(value.span) {
            continue;
        }
        let Some(text) = value.value.as_ref().map(|t| t.expose()) else {
            continue;
        };
        let means = |(name, wanted): &(&str, &str)| {
            let no = ["", "no", "false", "0", "off"].contains(&text.to_ascii_lowercase().as_str());
            let is = match *wanted {
                "*" => !no,
                wanted => text.eq_ignore_ascii_case(wanted),
            };
            is && upper.ends_with(name)
        };
        if OPEN.iter().any(means) {
            out.push((key.clone(), value.span, NONE));
        } else if NAMES.iter().any(|n| upper.ends_with(n))
            && let Some(why) = known(container, text).or_else(|| named(key, text))
        {
            out.push((key.clone(), value.span, why));
        }
    }
    out
}

/// Options of a command, which may be a line for a shell.
fn options(container: &Container<'_>, command: &Command) -> Vec<(String, &'static str)> {
    let words = command
        .words
        .iter()
        .flat_map(|w| w.expose().split_whitespace());
    let bare = |word| str::trim_matches(word, ['"', '\'', ';']);
    let words: Vec<&str> = words.map(bare).collect();
    let mut out = Vec::new();
    for (n, word) in words.iter().enumerate() {
        let rest = words.get(n..).unwrap_or_default();
        if OPEN_WORDS.iter().any(|open| rest.starts_with(open)) {
            out.push(((*word).to_owned(), NONE));
        }
        let (option, value) = match word.split_once('=') {
            Some((option, value)) => (option, value),
            None => (*word, rest.get(1).copied().unwrap_or_default()),
        };
        let name = option.trim_start_matches('-').to_ascii_uppercase();
        let name = name.replace('-', "_");
        let secret = name == "REQUIREPASS" || NAMES.iter().any(|n| name.ends_with(n));
        if option.starts_with("--")
            && secret
            && let Some(why) = known(container, value.trim_matches(['"', '\'']))
        {
            out.push((option.to_owned(), why));
        }
    }
    out
}

/// Why everybody knows a password.
fn known(container: &Container<'_>, text: &str) -> Option<&'static str> {
    let lower = text.to_ascii_lowercase();
    let image = container.service.image.as_ref();
    let image = image.map(|i| i.value.name.rsplit('/').next().unwrap_or_default());
    let named = [Some(container.stack), Some(container.name), image];
    let joined = joined(text);
    let is_request = REQUESTS.iter().any(|words| joined.starts_with(words));
    if KNOWN.contains(&lower.as_str()) || is_request {
        return Some("a default");
    }
    let told = container.service.environment.iter().any(|(key, value)| {
        let key = key.to_ascii_uppercase();
        let names = ["_DB", "_DATABASE", "_USER", "_USERNAME", "DB_NAME"];
        let value = value.value.as_ref().map(|v| v.expose());
        names.iter().any(|n| key.ends_with(n))
            && value.is_some_and(|v| v.eq_ignore_ascii_case(text))
    });
    let name = !lower.is_empty() && (told || named.contains(&Some(lower.as_str())));
    name.then_some("the name of what it protects")
}

/// Whether a variable says of its value nothing but its own name: `JWT_SECRET=jwt-secret`.
fn named(key: &str, text: &str) -> Option<&'static str> {
    (joined(key) == joined(text)).then_some("the name of the variable")
}

/// Letters and digits, however they are joined and written.
fn joined(text: &str) -> String {
    let signs = text.chars().filter(char::is_ascii_alphanumeric);
    signs.map(|c| c.to_ascii_lowercase()).collect()
}
