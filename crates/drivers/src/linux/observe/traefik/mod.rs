//! Traefik, asked by its API on the loopback address of its machine, in the same round trip as the machine itself.
//!
//! Asked is only what the lab declares: the port of an API. Each list comes as an answer of HTTP; one that is cut off, that has a
//! further page, or that is none of Traefik's makes what it would have said unknown. An API that does not answer says nothing at all.

mod rule;
mod wire;

use super::frame::{Section, plain};
use super::gather::Gathered;
use super::{Reason, Request, Sections, keys};
use model::fact::{FactKind, Seen};
use model::secret::Redactor;
use model::value::Value;
use serde::de::DeserializeOwned;
use std::collections::BTreeMap;

pub(super) const SH: &str = include_str!("../sh/traefik.sh");
const KIND: FactKind = FactKind::Traefik;
/// So many items of one thing are kept.
const MOST: usize = 300;

/// The lines of the script that ask what the request names.
pub(super) fn calls(request: &Request<'_>) -> String {
    let mut all = String::new();
    for (name, key) in keys(request.scope, KIND) {
        if let Some(port) = port(key) {
            all.push_str(&format!("section {name} traefik {port}\n"));
        }
    }
    all
}

fn port(key: &str) -> Option<u16> {
    let digits = key.bytes().all(|b| b.is_ascii_digit());
    key.parse().ok().filter(|p| *p > 0 && digits)
}

/// Reads what the APIs said.
pub(super) fn read(request: &Request<'_>, sections: &Sections<'_>, to: &mut Gathered) {
    for (name, key) in keys(request.scope, KIND) {
        let said = match port(key) {
            None => Err(Reason::new("this is no port of an API")),
            Some(_) => sections.get(&name).and_then(|s| Api::of(key, s)),
        };
        match said {
            Ok(api) => api.put(to),
            Err(why) => {
                to.put(KIND, key, Seen::Unknown(why.clone()), SOURCE);
                to.incomplete(KIND, why);
            }
        }
    }
    // Where none was asked, nobody knows whether there is one.
    if keys(request.scope, KIND).next().is_none() {
        return;
    }
    to.complete(KIND, "every declared API told all of its lists");
}

const SOURCE: &str = "the API of Traefik";

/// One answer of HTTP.
struct Answer {
    status: u16,
    next_page: Option<String>,
    body: String,
}

/// The answers of one API by list.
struct Api<'a> {
    key: &'a str,
    version: String,
    answers: BTreeMap<String, Result<Answer, Reason>>,
    ended: bool,
}

impl<'a> Api<'a> {
    fn of(key: &'a str, section: &Section<'_>) -> Result<Self, Reason> {
        let text = section.text();
        let mut lists: BTreeMap<String, Vec<&str>> = BTreeMap::new();
        let mut open = None;
        for line in text.lines() {
            if let Some(name) = line.strip_prefix("= ") {
                open = Some(lists.entry(name.to_owned()).or_default());
            } else if let (Some(lines), Some(line)) = (&mut open, line.strip_prefix("r ")) {
                lines.push(line);
            }
        }
        let mut answers: BTreeMap<String, Result<Answer, Reason>> = lists
            .into_iter()
            .map(|(name, lines)| (name, answer(key, &lines)))
            .collect();
        let version = answers.remove("version");
        let version = version.unwrap_or_else(|| Err(Reason::new("it was not asked")))?;
        let said: wire::Version = understood(&version)
            .filter(|v: &wire::Version| !v.version.is_empty())
            .ok_or_else(|| not_traefik(key, version.status))?;
        Ok(Self {
            key,
            version: plain(&said.version),
            answers,
            ended: text.lines().last() == Some("all"),
        })
    }

    fn put(self, to: &mut Gathered) {
        let mut gap = (!self.ended).then(|| Reason::new("its answers ended too early"));
        let entries: Vec<wire::Entry> = self.list("entrypoints", &mut gap);
        for found in &entries {
            let fields = [
                ("address", text(&found.address)),
                ("tls", Value::Bool(!found.http.tls.is_null())),
            ];
            let key = format!("{}/entry/{}", self.key, plain(&found.name));
            to.present(KIND, key, Value::map(fields), SOURCE);
        }
        let mut insecure = false;
        for protocol in ["http", "tcp", "udp"] {
            let routers: Vec<wire::Router> = self.list(&format!("{protocol}/routers"), &mut gap);
            for found in routers {
                insecure |= found.provider == "internal" && found.name == "api@internal";
                let key = format!("{}/router/{protocol}/{}", self.key, plain(&found.name));
                to.present(KIND, key, router(protocol, &found), SOURCE);
            }
            let services: Vec<wire::Service> = self.list(&format!("{protocol}/services"), &mut gap);
            for found in services {
                let key = format!("{}/service/{protocol}/{}", self.key, plain(&found.name));
                to.present(KIND, key, service(&found), SOURCE);
            }
        }
        let mut fields = vec![
            ("version", Value::from(self.version.as_str())),
            ("insecure", Value::Bool(insecure)),
        ];
        if let Some(why) = gap {
            fields.push(("gap", Value::from(why.0.as_str())));
            to.incomplete(KIND, why);
        }
        to.present(KIND, self.key, Value::map(fields), SOURCE);
    }

    /// A list, or what is missing of it.
    fn list<T: DeserializeOwned>(&self, name: &str, gap: &mut Option<Reason>) -> Vec<T> {
        let why = match self.answers.get(name) {
            None => format!("{name} was not told"),
            Some(Err(why)) => format!("{name}: {why}"),
            Some(Ok(answer)) => match understood::<Vec<T>>(answer) {
                // The last page leads to the first.
                Some(all) if answer.next_page.as_deref().is_none_or(|p| p == "1") => return all,
                Some(_) => format!("{name} has more than 2000 items"),
                None => format!("{name} is not understood (HTTP status {})", answer.status),
            },
        };
        gap.get_or_insert_with(|| Reason::new(why));
        Vec::new()
    }
}

/// The lines of an answer: status line, head, body, and at the end how asking ended.
fn answer(key: &str, lines: &[&str]) -> Result<Answer, Reason> {
    let silent = || Reason::new(format!("nothing answers on http://127.0.0.1:{key}"));
    let ended = lines.last().and_then(|l| l.strip_prefix("@ "));
    let lines = lines.get(..lines.len().saturating_sub(1)).unwrap_or(&[]);
    match ended {
        Some("0") => {}
        Some("124") => {
            let why = format!("http://127.0.0.1:{key} did not answer within 5 s");
            return Err(Reason::new(why));
        }
        Some(_) => return Err(silent()),
        None => return Err(Reason::new("its answer ended too early")),
    }
    let mut lines = lines.iter();
    let first = lines.next().filter(|l| !l.is_empty()).ok_or_else(silent)?;
    let status = first.strip_prefix("HTTP/1.").and_then(|rest| {
        let word = rest.split(' ').nth(1)?;
        word.parse().ok()
    });
    let other = || {
        Reason::new(format!(
            "what answers on http://127.0.0.1:{key} speaks no HTTP"
        ))
    };
    let mut next_page = None;
    for line in lines.by_ref().take_while(|l| !l.is_empty()) {
        if let Some((name, value)) = line.split_once(':')
            && name.eq_ignore_ascii_case("x-next-page")
        {
            next_page = Some(value.trim().to_owned());
        }
    }
    let body: Vec<&str> = lines.copied().collect();
    Ok(Answer {
        status: status.ok_or_else(other)?,
        next_page,
        body: body.join("\n"),
    })
}

fn understood<T: DeserializeOwned>(answer: &Answer) -> Option<T> {
    let body = (answer.status == 200).then_some(answer.body.as_str())?;
    serde_json::from_str(body).ok()
}

fn not_traefik(key: &str, status: u16) -> Reason {
    let at = format!("http://127.0.0.1:{key}");
    Reason::new(match status {
        401 | 403 => format!("{at} wants a login (HTTP status {status})"),
        404 => format!("{at} has no API of Traefik, or not yet (HTTP status 404)"),
        _ => format!("{at} does not answer as Traefik does (HTTP status {status})"),
    })
}

fn text(text: &str) -> Value {
    Value::from(plain(text))
}

fn texts(all: &[String]) -> Value {
    Value::List(all.iter().take(MOST).map(|t| text(t)).collect())
}

/// Without what is not set.
fn set(fields: Vec<(&'static str, Value)>) -> Value {
    let nothing = |v: &Value| match v {
        Value::Text(text) => text.is_empty(),
        Value::List(items) => items.is_empty(),
        Value::Map(map) => map.is_empty(),
        Value::Bool(_) | Value::Int(_) => false,
    };
    Value::map(fields.into_iter().filter(|(_, v)| !nothing(v)))
}

fn router(protocol: &str, found: &wire::Router) -> Value {
    let takes = match protocol {
        // There are no names in UDP.
        "udp" => rule::Takes::anything(),
        _ => rule::takes(&found.rule),
    };
    let mut fields = vec![
        // Read as a rule before it is cut; see `hide`.
        ("rule", Value::from(rule::shown(&found.rule))),
        ("hosts", texts(&takes.names.into_iter().collect::<Vec<_>>())),
        ("entry_points", texts(&found.entry_points)),
        ("service", text(&found.service)),
        ("middlewares", texts(&found.middlewares)),
        ("tls", Value::Bool(!found.tls.is_null())),
        ("status", text(&found.status)),
        ("errors", texts(&found.errors)),
        ("provider", text(&found.provider)),
    ];
    if takes.any {
        fields.push(("any", Value::Bool(true)));
    }
    set(fields)
}

fn service(found: &wire::Service) -> Value {
    let servers = found.servers.iter().take(MOST);
    let servers = servers.map(|(url, state)| (plain(&without_login(url)), text(state)));
    set(vec![
        ("type", text(&found.kind)),
        ("status", text(&found.status)),
        ("provider", text(&found.provider)),
        ("servers", Value::map(servers.collect::<Vec<_>>())),
    ])
}

/// `http://user:password@host` without what is before the host.
fn without_login(url: &str) -> String {
    let (scheme, rest) = url.split_once("://").unwrap_or(("", url));
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at(end);
    let host = authority.rsplit_once('@').map_or(authority, |(_, h)| h);
    // What follows `?` may be a token.
    let path = path.split(['?', '#']).next().unwrap_or_default();
    match scheme {
        "" => format!("{host}{path}"),
        scheme => format!("{scheme}://{host}{path}"),
    }
}

/// Replaces what errors quote or say freely by keyed hashes; one that only says that something does not exist stays.
pub(super) fn hide(fields: &mut BTreeMap<String, Value>, redactor: &Redactor) {
    if let Some(Value::List(errors)) = fields.get_mut("errors") {
        for error in errors {
            if let Value::Text(text) = error {
                *text = known_error(text).unwrap_or_else(|| redactor.redact(text).to_string());
            }
        }
    }
}

fn known_error(text: &str) -> Option<String> {
    let rest = text.strip_prefix("the service \"")?;
    let name = rest.strip_suffix("\" does not exist")?;
    let is_name = |c: char| c.is_ascii_alphanumeric() || "@._-".contains(c);
    let whole = name.len() <= 100 && name.chars().all(is_name);
    whole.then(|| format!("the service {name} does not exist"))
}

#[cfg(test)]
mod tests;
