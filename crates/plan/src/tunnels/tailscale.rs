//! Tailscale: what the tailnet, and by Funnel everybody, may come in by.

use super::{By, Found, Look, Way, reason};
use crate::How;
use model::declare::{OptExt as _, Or};
use model::fact::{FactKind, Seen};
use model::lab::service::Outside;
use model::value::Value;

const KIND: FactKind = FactKind::Tailscale;
const SSH: u16 = 22;

pub(super) fn found(look: &Look<'_>) -> Vec<Found> {
    let mut found = Vec::new();
    let ways = look.declared(&["tailscale", "tailscaled"]);
    let own = look.facts.seen(&Look::path(KIND, "self"));
    let gap = look.facts.gap(KIND);
    if let Some(why) = &gap {
        found.push(Found::Unknown {
            path: Look::path(KIND, "*"),
            socket: "tailnet://*".to_owned(),
            said: "what comes in by Tailscale".to_owned(),
            why: why.clone(),
        });
    }
    let state = own.value().and_then(|v| {
        let text = |f: &str| v.field(f).and_then(Value::as_text);
        text("state")
            .or_else(|| text("runs"))
            .map(ToOwned::to_owned)
    });
    match (&own, state.as_deref()) {
        (Seen::Present(value), Some("Running")) => {
            let closed = value.field("shields").and_then(Value::as_bool) == Some(true);
            if !closed {
                offered(look, value, &ways, &mut found);
            }
            served(look, &ways, closed, &mut found);
            unserved(look, &ways, &gap, &mut found);
        }
        _ => down(&ways, &own, state.as_deref(), &mut found),
    }
    found
}

/// Routes, the way out for others, and SSH.
fn offered(look: &Look<'_>, own: &Value, ways: &[Way<'_>], found: &mut Vec<Found>) {
    let texts = |field: &str| match own.field(field) {
        Some(Value::List(all)) => all.iter().filter_map(Value::as_text).collect(),
        _ => Vec::new(),
    };
    let approved: Vec<&str> = texts("approved");
    let mut open = |key: &str, socket: String, process: String, reason| {
        found.push(Found::Open {
            path: Look::path(KIND, key),
            socket,
            process,
            reason,
        });
    };
    for route in texts("routes") {
        let state = match approved.contains(&route) {
            true => "approved",
            false => "not approved, or another machine has it",
        };
        let process = format!("tailscaled, all of the network ({state})");
        open(
            &format!("route/{route}"),
            format!("tailnet://{route}"),
            process,
            None,
        );
    }
    let is = |field: &str| own.field(field).and_then(Value::as_bool) == Some(true);
    if is("exit") {
        let process = "tailscaled, to the internet by this machine's line";
        open(
            "exit",
            "tailnet://exit".to_owned(),
            process.to_owned(),
            None,
        );
    }
    if is("ssh") {
        let name = own
            .field("name")
            .and_then(Value::as_text)
            .unwrap_or(look.name);
        let of_ssh = |w: &Way<'_>| w.by == By::This && w.has_port(SSH);
        let process = "tailscaled, SSH by the rules of the tailnet".to_owned();
        open(
            "ssh",
            format!("tailnet://{name}:22"),
            process,
            reason(ways, of_ssh),
        );
    }
}

/// What is shown by name: to the tailnet, or to everybody.
fn served(look: &Look<'_>, ways: &[Way<'_>], closed: bool, found: &mut Vec<Found>) {
    for (key, value) in look.facts.items(KIND) {
        let Some(at) = key.strip_prefix("serve/") else {
            continue;
        };
        let public = is_public(value);
        // Shields keep the tailnet out, and the tailnet's own relay is let in.
        if closed && !public {
            continue;
        }
        let to = value.field("to").map(ToString::to_string);
        let to = to.unwrap_or_default();
        let (scheme, word) = match public {
            true => ("funnel", "from the internet"),
            false => ("tailnet", "from the tailnet"),
        };
        found.push(Found::Open {
            path: Look::path(KIND, key),
            socket: format!("{scheme}://{at}"),
            process: format!("tailscaled to {to}, {word}"),
            reason: reason(ways, |w| is_of(w, at) && (!public || is_from_outside(w))),
        });
    }
}

/// Declared as open to the internet, and no Funnel is.
fn unserved(look: &Look<'_>, ways: &[Way<'_>], gap: &Option<String>, found: &mut Vec<Found>) {
    let due = ways.iter().filter(|w| w.is_due() && is_from_outside(w));
    for way in due {
        let mut all = look.facts.items(KIND).filter_map(|(key, value)| {
            let at = key.strip_prefix("serve/")?;
            (is_public(value) && is_of(way, at)).then_some(())
        });
        if all.next().is_some() {
            continue;
        }
        let (how, seen) = match gap {
            Some(why) => (How::Unknown, format!("unknown ({why})")),
            None => (How::Missing, "no Funnel".to_owned()),
        };
        found.push(Found::Amiss {
            path: Look::path(KIND, format!("way/{}", way.service)),
            how,
            said: format!("{} from the internet, by Funnel", way.service),
            seen,
            span: way.exposure.span,
        });
    }
}

/// Nobody comes in, and somebody is declared to.
fn down(ways: &[Way<'_>], own: &Seen, state: Option<&str>, found: &mut Vec<Found>) {
    for way in ways.iter().filter(|w| w.is_due()) {
        let (how, seen) = match (own, state) {
            (Seen::Unknown(why), _) => (How::Unknown, format!("unknown ({why})")),
            (_, Some(state)) => (How::Differs, format!("Tailscale is {state}")),
            (_, None) => (How::Missing, "no Tailscale runs".to_owned()),
        };
        found.push(Found::Amiss {
            path: Look::path(KIND, format!("way/{}", way.service)),
            how,
            said: format!("{} by Tailscale", way.service),
            seen,
            span: way.exposure.span,
        });
    }
}

fn is_public(value: &Value) -> bool {
    value.field("public").and_then(Value::as_bool) == Some(true)
}

/// The way is the one at `HOST:PORT`, or `:PORT`.
fn is_of(way: &Way<'_>, at: &str) -> bool {
    let Some((name, port)) = at.rsplit_once(':') else {
        return false;
    };
    let named = match way.exposure.host.known() {
        Some(_) if !name.is_empty() => way.is_named(name),
        // Of a port that is led on as it is, nobody says the name.
        Some(_) => true,
        None => way.by == By::This,
    };
    named && port.parse().is_ok_and(|p| way.has_port(p))
}

fn is_from_outside(way: &Way<'_>) -> bool {
    let from = way.exposure.from.known();
    matches!(from, Some(Or::Word(Outside::Internet | Outside::Any)))
}
