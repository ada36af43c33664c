//! cloudflared: each name that a running tunnel leads in.

use super::{Found, Look, reason};
use crate::How;
use model::declare::OptExt as _;
use model::fact::{FactKind, Seen};
use model::value::Value;

const KIND: FactKind = FactKind::Cloudflared;

/// A rule of a tunnel that runs.
struct Rule<'a> {
    key: &'a str,
    host: &'a str,
    service: &'a str,
    refuses: bool,
}

impl Rule<'_> {
    /// Whether a name is answered by it.
    fn takes(&self, name: &str) -> bool {
        match self.host.strip_prefix('*') {
            Some(end) => name.ends_with(end),
            None => self.host.eq_ignore_ascii_case(name),
        }
    }
}

pub(super) fn found(look: &Look<'_>) -> Vec<Found> {
    let mut found = unknown(look);
    let rules = rules(look);
    let ways = look.declared(&["cloudflared"]);
    for rule in rules.iter().filter(|r| !r.refuses) {
        let tail = rule.key.split_once('/').map_or(rule.key, |(_, tail)| tail);
        found.push(Found::Open {
            path: Look::path(KIND, rule.key),
            socket: format!("tunnel://{tail}"),
            process: format!("cloudflared to {}", rule.service),
            said: reason(&ways, |w| w.is_named(rule.host)).into(),
        });
    }
    let gap = look.facts.gap(KIND);
    for way in ways.iter().filter(|w| w.is_due()) {
        let Some(name) = way.exposure.host.known() else {
            continue;
        };
        let name = name.0.to_ascii_lowercase();
        let first = rules.iter().find(|r| r.takes(&name));
        let (how, seen) = match (first, &gap) {
            (Some(rule), _) if !rule.refuses => continue,
            // A path of the name may lead on.
            (Some(_), _) if rules.iter().any(|r| !r.refuses && r.takes(&name)) => continue,
            (_, Some(why)) => (How::Unknown, format!("unknown ({why})")),
            (Some(rule), None) => (How::Missing, format!("refused: {}", rule.service)),
            (None, None) => (How::Missing, "no rule of a tunnel that runs".to_owned()),
        };
        found.push(Found::Amiss {
            path: Look::path(KIND, format!("host/{name}")),
            how,
            said: format!("{} as {name}", way.service),
            seen,
            span: way.exposure.span,
        });
    }
    found
}

/// Rules of tunnels that run, in no order that matters but for a name's own before those with a star.
fn rules<'a>(look: &Look<'a>) -> Vec<Rule<'a>> {
    let text = |v: &'a Value, f: &str| v.field(f).and_then(Value::as_text);
    let runs = |tunnel: &str| {
        let seen = look.facts.seen(&Look::path(KIND, tunnel));
        let seen = seen.value().and_then(|v| v.field("runs").cloned());
        seen.is_none_or(|r| r.as_text() != Some("stopped"))
    };
    let all = look.facts.items(KIND).filter_map(|(key, value)| {
        let (tunnel, _) = key.split_once('/')?;
        runs(tunnel).then_some(())?;
        Some(Rule {
            key,
            host: text(value, "host")?,
            service: text(value, "service")?,
            refuses: value.field("refuses").and_then(Value::as_bool) == Some(true),
        })
    });
    let mut all: Vec<Rule<'a>> = all.collect();
    all.sort_by_key(|r| r.host.starts_with('*'));
    all
}

/// Tunnels that run, of which not all is known, and tunnels that there may be.
fn unknown(look: &Look<'_>) -> Vec<Found> {
    let mut found = Vec::new();
    let mut tell = |key: &str, why: String| {
        found.push(Found::Unknown {
            path: Look::path(KIND, key),
            socket: "tunnel://*".to_owned(),
            said: "what comes in by cloudflared".to_owned(),
            why,
        });
    };
    let all = look.facts.facts.iter().filter(|(p, _)| p.kind == KIND);
    let mut told = false;
    for (path, fact) in all.filter(|(p, _)| !p.key.contains('/')) {
        match &fact.seen {
            Seen::Unknown(why) => {
                told = true;
                tell(&path.key, why.to_string());
            }
            Seen::Present(value) => {
                let runs = value.field("runs").and_then(Value::as_text) != Some("stopped");
                if let Some(why) = value.field("gap").filter(|_| runs) {
                    told = true;
                    tell(&path.key, why.to_string());
                }
            }
            Seen::Absent => {}
        }
    }
    if let Some(why) = look.facts.gap(KIND).filter(|_| !told) {
        tell("*", why);
    }
    found
}
