//! cloudflared: what its configuration leads where, and what only the provider knows.
//!
//! A tunnel that was started by a token has its rules at the provider; so has one whose configuration names none. Then it is there,
//! and what comes in by it is unknown.

use crate::Told;
use crate::lines::{Instance, instances};
use crate::told::plain;
use crate::yaml::{document, field, text};
use lang::Plain;
use model::value::Value;

/// How somebody else's name of a tunnel is shown where nobody on the host has one.
const PROVIDER: &str = "provider";
/// So many rules are kept of one tunnel.
const MOST: usize = 1000;

/// Takes apart what the observer script told.
pub fn read(text: &str) -> Told {
    let mut told = Told::default();
    for instance in instances(text, &mut told) {
        one(&instance, &mut told);
    }
    told
}

fn one(of: &Instance<'_>, told: &mut Told) {
    let name = of.marks.iter().find_map(|m| m.strip_prefix("name "));
    let by_token = of.is("token");
    if by_token || of.is("url") {
        let (called, why) = match by_token {
            true => (
                name.unwrap_or(PROVIDER),
                "its rules are kept at the provider",
            ),
            false => (
                name.unwrap_or("quick"),
                "it was started for one address, under a name that the provider gives",
            ),
        };
        return tunnel(of, &told.free(&plain(called)), why, told);
    }
    let config = of.texts.get("config");
    if let Some(why) = of.why() {
        let key = told.free(&plain(name.unwrap_or("cloudflared")));
        return told.unknown(key, why);
    }
    let Some(text) = config else {
        let key = told.free(&plain(name.unwrap_or("cloudflared")));
        return told.unknown(key, "its configuration was not found");
    };
    match document(text) {
        Err(why) => {
            let key = told.free(&plain(name.unwrap_or("cloudflared")));
            told.unknown(key, &why);
        }
        Ok(pairs) => configured(of, name, &pairs, told),
    }
}

fn configured(of: &Instance<'_>, name: Option<&str>, pairs: &[(String, Plain)], told: &mut Told) {
    let called = text(pairs, "tunnel").or_else(|| name.map(ToOwned::to_owned));
    let key = told.free(&plain(called.as_deref().unwrap_or("cloudflared")));
    let rules = match field(pairs, "ingress") {
        Some(Plain::List(rules)) if !rules.is_empty() => rules.as_slice(),
        None | Some(Plain::Nothing | Plain::List(_)) if text(pairs, "url").is_some() => {
            return tunnel(
                of,
                &key,
                "it leads to one address, under names that the provider keeps",
                told,
            );
        }
        None | Some(Plain::Nothing | Plain::List(_)) => {
            return tunnel(of, &key, "its configuration names no rules", told);
        }
        Some(_) => return told.unknown(key, "its rules are no list"),
    };
    let rules: Option<Vec<Rule>> = rules.iter().map(rule).collect();
    let Some(rules) = rules.filter(|r| r.len() <= MOST) else {
        return told.unknown(key, "a rule has no service, or there are too many rules");
    };
    let mut about = vec![
        ("runs", Value::from(of.runs)),
        ("managed", Value::from("file")),
    ];
    about.extend(of.file.map(|f| ("config", Value::from(plain(f)))));
    told.present(key.clone(), Value::map(about));
    for rule in rules {
        let at = format!("{key}/{}{}", rule.host, rule.path.as_deref().unwrap_or(""));
        // The first rule that fits is the one that answers.
        if !told.facts.iter().any(|(k, _)| *k == at) {
            told.present(at, rule.value());
        }
    }
    if field(pairs, "warp-routing").is_some_and(is_on) {
        told.gap(format!(
            "{key}: it also leads to private networks that the provider names"
        ));
    }
}

/// It is there, and what comes in by it is not known.
fn tunnel(of: &Instance<'_>, key: &str, why: &str, told: &mut Told) {
    let about = [
        ("runs", Value::from(of.runs)),
        ("managed", Value::from("provider")),
        ("gap", Value::from(why)),
    ];
    told.present(key, Value::map(about));
    // One that does not run lets nobody in.
    if of.runs != "stopped" {
        told.gap(format!("{key}: {why}"));
    }
}

struct Rule {
    host: String,
    path: Option<String>,
    service: String,
}

impl Rule {
    fn value(&self) -> Value {
        let mut fields = vec![
            ("host", Value::from(self.host.as_str())),
            ("service", Value::from(self.service.as_str())),
        ];
        fields.extend(self.path.as_deref().map(|p| ("path", Value::from(p))));
        if self.service.starts_with("http_status:") {
            fields.push(("refuses", Value::Bool(true)));
        }
        Value::map(fields)
    }
}

fn rule(node: &Plain) -> Option<Rule> {
    let Plain::Map(pairs) = node else { return None };
    let host = text(pairs, "hostname").filter(|h| !h.is_empty());
    Some(Rule {
        host: plain(&host.map_or_else(|| "*".to_owned(), |h| h.to_ascii_lowercase())),
        path: text(pairs, "path")
            .filter(|p| !p.is_empty())
            .map(|p| plain(&p)),
        service: plain(&text(pairs, "service").filter(|s| !s.is_empty())?),
    })
}

fn is_on(node: &Plain) -> bool {
    matches!(node, Plain::Map(pairs) if text(pairs, "enabled").as_deref() == Some("true"))
}
