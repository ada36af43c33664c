//! What is a secret by where it stands in a tree, whatever its own name: below an entry of `secrets:` of Compose, beside the widget of a
//! dashboard, in a list of users, in a device's `snmp:`.

use super::Family;
use crate::scan::kind::{Form, Kind, kind};
use crate::scan::literal::{Bounds, is_strong, literal};
use crate::scan::words::is_word;
use crate::scan::yaml::{self, Value};
use diag::naming;
use std::ops::Range;

pub(super) const FAMILY: Family = Family {
    name: "Compose, Homepage, labs",
    files: &[],
    what: "what stands below an entry of the `secrets:` of Compose and does not say where it is; `key` and its kind below `widget` (`homepage.widget.key`), `key` below `api` and `wifi_sta` if it is no word; \
        `name:password` in `basicauth.users`, `name:realm:…` in `digestauth.users`; `community`, `auth` and `privacy` below `snmp:`, `community` below `auths:` of snmp_exporter, and `from` in `secrets:` if they are texts",
    shapes: &[],
    read: Some(told),
};

/// Letters, one of which every text has in which something is told.
const PARTS: [&str; 10] = [
    "api:",
    "api\":",
    "wifi_",
    "secrets",
    "widget",
    "basicauth",
    "digestauth",
    "snmp",
    "community:",
    "community\":",
];
/// What says of a secret of Compose where it is, or what it is for.
const OF_COMPOSE: [&str; 8] = [
    "file",
    "environment",
    "external",
    "name",
    "driver",
    "template_driver",
    "driver_opts",
    "labels",
];
/// Keys of devices that are asked by SNMP.
const OF_SNMP: [&str; 5] = ["community", "auth", "privacy", "priv", "passphrase"];
/// What stands there and is no secret: what everybody knows, and algorithms.
const WELL_KNOWN: [&str; 12] = [
    "public",
    "private",
    "md5",
    "sha",
    "sha1",
    "des",
    "3des",
    "aes",
    "noauth",
    "authnopriv",
    "authpriv",
    "noauthnopriv",
];
/// Last words of names of variables that may be a secret's: hidden in Compose, and told nowhere.
const PERHAPS: [&str; 10] = [
    "cred",
    "creds",
    "credential",
    "credentials",
    "login",
    "jwt",
    "salt",
    "encryption",
    "master",
    "pepper",
];
/// What has a secret that is named `key` alone: OctoPrint, Shelly.
const OF_KEY: [&str; 5] = ["api", "wifi_ap", "wifi_sta", "wifi_sta1", "wifi_sta2"];
/// Keys of commands.
const OF_COMMANDS: [&str; 3] = ["command", "entrypoint", "test"];
/// Keys of services by which a file of Compose is known.
const OF_SERVICES: [&str; 2] = ["image", "build"];

fn told(text: &str) -> Vec<(Range<usize>, &'static str)> {
    if !PARTS.iter().any(|part| text.contains(part)) {
        return Vec::new();
    }
    let (mut out, mut entries, mut is_compose) = (Vec::new(), Vec::new(), false);
    yaml::values(text, |value| {
        let way: Vec<&str> = value.way().collect();
        is_compose |= matches!(way[..], ["services", _]) && OF_SERVICES.contains(&value.name);
        if !is_written_out(value.text) {
            return;
        }
        match way[..] {
            ["secrets"] if value.name != "secrets" => entries.push(value.span.clone()),
            ["secrets", _] if value.name == "content" => {
                out.push((value.span.clone(), "a secret of Compose"));
            }
            ["secrets", _] if value.name == "from" && is_word(value.text) => {
                out.push((value.span.clone(), "a secret where its place is named"));
            }
            ["secrets", _, ref below @ ..] if !says_where(below.first().unwrap_or(&value.name)) => {
                entries.push(value.span.clone());
            }
            [.., "snmp"] if OF_SNMP.contains(&value.name) && !is_known(value.text) => {
                out.push((value.span.clone(), "a secret of SNMP"));
            }
            // As snmp_exporter has them, now and before its modules were apart from them.
            [.., "auths", _] | ["auths" | "modules", _, "auth"]
                if value.name == "community" && !is_known(value.text) =>
            {
                out.push((value.span.clone(), "a secret of SNMP"));
            }
            _ => {}
        }
        for (name, said, span) in settings(text, value) {
            let last = name.rsplit('.').next().unwrap_or_default();
            let below = way.last().is_some_and(|key| is_widget(key)) && name == value.name;
            let labelled = name.rsplit('.').nth(1).is_some_and(is_widget);
            let held = name == "key" && way.last().is_some_and(|key| OF_KEY.contains(key));
            if held && is_written_out(said) && is_strong(said, Kind::Settings) {
                out.push((span, "a key"));
            } else if (below || labelled) && is_key(last) && is_written_out(said) {
                out.push((span, "a key of a widget"));
            } else if name.to_ascii_lowercase().ends_with("basicauth.users") {
                out.extend(users(said, span.start));
            } else if name.to_ascii_lowercase().ends_with("digestauth.users") {
                out.extend(digests(said, span.start));
            }
        }
    });
    if is_compose {
        out.extend(
            entries
                .into_iter()
                .map(|span| (span, "a secret of Compose")),
        );
    }
    out
}

/// Values whose names or places say too little to tell them, and enough to show them nowhere.
pub(in crate::scan) fn doubtful(text: &str) -> Vec<Range<usize>> {
    let mut out = Vec::new();
    if !text.contains("environment") && !text.contains("secrets") {
        return out;
    }
    yaml::values(text, |value| {
        let mut way = value.way();
        let last = way.next_back();
        // A text where a secret is described, which may be the secret.
        if last == Some("secrets") && way.next().is_none() && is_written_out(value.text) {
            out.push(value.span.clone());
        }
        if last != Some("environment") {
            return;
        }
        for (name, said, span) in settings(text, value) {
            let last = name.rsplit(['_', '-', '.']).next().unwrap_or_default();
            let named = PERHAPS.contains(&last.to_ascii_lowercase().as_str());
            if named && is_written_out(said) && is_word(said) {
                out.push(span);
            }
        }
    });
    out
}

/// The variables that secrets of Compose are taken from: `secrets: {db: {environment: DB}}`.
pub(crate) fn environment_of_secrets(path: &str, text: &str) -> Vec<String> {
    let mut out = Vec::new();
    let has = ["secrets", "environment"]
        .iter()
        .all(|key| text.contains(key));
    if has && kind(path).1 == Form::Tree {
        yaml::values(text, |value| {
            let mut way = value.way();
            let is_secret = way.next() == Some("secrets") && way.next().is_some();
            if is_secret && way.next().is_none() && value.name == "environment" {
                out.push(value.text.trim().to_owned());
            }
        });
    }
    out
}

/// Commands that are written in several lines, in one: a shell's ends with its line, one of Compose does not.
pub(crate) fn commands_in_lines(path: &str, text: &str) -> Vec<String> {
    let mut out = Vec::new();
    if kind(path).1 == Form::Tree && OF_COMMANDS.iter().any(|key| text.contains(key)) {
        yaml::values(text, |value| {
            let raw = text.get(value.span.clone()).unwrap_or_default();
            if OF_COMMANDS.contains(&value.name) && raw.contains('\n') {
                out.push(value.text.replace('\n', " "));
            }
        });
    }
    out
}

/// What a value says of its own name, and what it says as `name=value`.
fn settings<'a>(text: &str, value: &'a Value<'_>) -> Vec<(&'a str, &'a str, Range<usize>)> {
    let mut out = vec![(value.name, value.text, value.span.clone())];
    let raw = text.get(value.span.clone()).unwrap_or_default();
    if let (Some((name, said)), Some(at)) = (value.text.split_once('='), raw.find('=')) {
        out.push((name, said, value.span.start + at + 1..value.span.end));
    }
    out
}

/// Hashes of logins by digest, in a list: who has one needs no password.
pub(in crate::scan) fn digests(said: &str, start: usize) -> Vec<(Range<usize>, &'static str)> {
    let mut at = start;
    let mut out = Vec::new();
    for user in said.split(',') {
        let begins = at;
        at += user.len() + 1;
        let user = user.trim_end();
        let hash = user
            .rsplit_once(':')
            .map(|(before, hash)| (before.len() + 1, hash));
        let hash = hash.filter(|(_, h)| h.len() >= 32 && h.bytes().all(|b| b.is_ascii_hexdigit()));
        if let Some((from, _)) = hash.filter(|_| user.matches(':').count() == 2) {
            let span = begins + from..begins + user.len();
            out.push((
                span,
                "the hash of a login by digest, which lets in as it is",
            ));
        }
    }
    out
}

/// Passwords beside names, in a list; hashes are found by their own shapes.
pub(in crate::scan) fn users(said: &str, start: usize) -> Vec<(Range<usize>, &'static str)> {
    let mut at = start;
    let mut out = Vec::new();
    for user in said.split(',') {
        let begins = at;
        at += user.len() + 1;
        let Some((name, password)) = user.split_once(':') else {
            continue;
        };
        let password = password.trim_end();
        let is_hash = password.starts_with(['$', '{']);
        if !is_hash && is_written_out(password) {
            let start = begins + name.len() + 1;
            out.push((start..start + password.len(), "a password beside a name"));
        }
    }
    out
}

fn says_where(key: &str) -> bool {
    OF_COMPOSE.contains(&key) || key.starts_with("x-")
}

/// `widget`, `widgets`, `widgets[0]`.
fn is_widget(key: &str) -> bool {
    let rest = key
        .strip_prefix("widget")
        .map(|r| r.trim_start_matches('s'));
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('['))
}

fn is_key(name: &str) -> bool {
    name == "key" || naming(name).is_some()
}

fn is_known(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    let lower = lower.trim_end_matches(|c: char| c.is_ascii_digit() || c == '-');
    WELL_KNOWN.contains(&lower)
}

fn is_written_out(text: &str) -> bool {
    let word = ["true", "false", "yes", "no", "null", "~"].contains(&text);
    !word && literal(text, Bounds::Quoted, Kind::Settings).is_some()
}
