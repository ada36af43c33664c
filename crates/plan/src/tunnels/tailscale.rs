//! Tailscale: what the tailnet, and by Funnel everybody, may come in by.

use super::{By, Found, Look, Said, Way, node, reason};
use crate::How;
use model::declare::{Opt, OptExt as _, Or};
use model::fact::{FactKind, Seen};
use model::lab::service::Outside;
use model::lab::tailnet::TailnetNode;
use model::value::Value;

pub(super) const KIND: FactKind = FactKind::Tailscale;
const SSH: u16 = 22;
/// What is declared where there is to be none.
pub(super) const NO_EXIT: &str = "no exit node";
pub(super) const NO_SSH: &str = "no SSH by Tailscale";

pub(super) fn found(look: &Look<'_>) -> Vec<Found> {
    let mut found = Vec::new();
    let ways = look.declared(&["tailscale", "tailscaled"]);
    let own = look.facts.seen(&Look::path(KIND, "self"));
    let gap = look.facts.gap(KIND);
    let declared = look.host.about.tailscale.as_ref();
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
            let closed = flag(value, "shields") == Some(true);
            if !closed {
                member(look, value, &mut found);
                offered(look, value, &ways, &mut found);
            }
            served(look, &ways, closed, &mut found);
            unserved(look, &ways, &gap, &mut found);
            if let Some(declared) = declared {
                found.extend(node::compare(look, declared, value, &gap));
            }
        }
        _ => {
            found.extend(declared.map(|declared| node::down(declared, &own, state.as_deref())));
            down(&ways, &own, state.as_deref(), &mut found);
        }
    }
    found
}

pub(super) fn flag(value: &Value, field: &str) -> Option<bool> {
    value.field(field).and_then(Value::as_bool)
}

/// Texts of a list; `None` where nobody could tell them.
pub(super) fn texts<'a>(value: &'a Value, field: &str) -> Option<Vec<&'a str>> {
    match value.field(field) {
        Some(Value::List(all)) => Some(all.iter().filter_map(Value::as_text).collect()),
        _ => None,
    }
}

/// The name in the tailnet, else that of the machine.
fn name<'a>(look: &Look<'a>, own: &'a Value) -> &'a str {
    let told = own.field("name").and_then(Value::as_text);
    told.unwrap_or(look.name)
}

/// That it is in a tailnet at all: whatever listens on it is reached from there. A service of the lab that is Tailscale on it says so, too.
fn member(look: &Look<'_>, own: &Value, found: &mut Vec<Found>) {
    if look.host.about.tailscale.is_some() || look.runs(&["tailscale", "tailscaled"]) {
        return;
    }
    found.push(Found::Open {
        path: Look::path(KIND, "self"),
        socket: format!("tailnet://{}", name(look, own)),
        process: "tailscaled, what listens here and the rules of the tailnet let in".to_owned(),
        said: Said::Nothing,
    });
}

/// What is said of a truth value that is so.
fn of_flag(
    node: Option<&TailnetNode>,
    of: impl Fn(&TailnetNode) -> &Opt<bool>,
    denied: &'static str,
) -> Said {
    let Some((node, given)) = node.and_then(|n| Some((n, of(n).as_ref()?))) else {
        return Said::Nothing;
    };
    match given.value() {
        Some(false) => Said::Denied(denied, given.span),
        Some(true) | None => why(node),
    }
}

/// What is declared of a node, with its reason if it has one.
fn why(node: &TailnetNode) -> Said {
    let why = node.why.known();
    why.map_or(Said::Declared, |why| Said::Why(why.0.clone()))
}

/// Routes, the way out for others, and SSH.
fn offered(look: &Look<'_>, own: &Value, ways: &[Way<'_>], found: &mut Vec<Found>) {
    let declared = look.host.about.tailscale.as_ref();
    let approved = texts(own, "approved").unwrap_or_default();
    let mut open = |key: &str, socket: String, process: String, said| {
        found.push(Found::Open {
            path: Look::path(KIND, key),
            socket,
            process,
            said,
        });
    };
    for route in texts(own, "routes").unwrap_or_default() {
        let state = match approved.contains(&route) {
            true => "approved",
            false => "not approved, or another machine has it",
        };
        let process = format!("tailscaled, all of the network ({state})");
        let is_declared = |n: &&TailnetNode| n.routes.iter().any(|r| r.value.to_string() == route);
        let said = declared.filter(is_declared).map_or(Said::Nothing, why);
        open(
            &format!("route/{route}"),
            format!("tailnet://{route}"),
            process,
            said,
        );
    }
    if flag(own, "exit") == Some(true) {
        let process = "tailscaled, to the internet by this machine's line";
        open(
            "exit",
            "tailnet://exit".to_owned(),
            process.to_owned(),
            of_flag(declared, |n| &n.exit, NO_EXIT),
        );
    }
    if flag(own, "ssh") == Some(true) {
        let of_ssh = |w: &Way<'_>| w.by == By::This && w.has_port(SSH);
        let process = "tailscaled, SSH by the rules of the tailnet".to_owned();
        let said = match reason(ways, of_ssh) {
            Some(reason) => Said::Why(reason),
            None => of_flag(declared, |n| &n.ssh, NO_SSH),
        };
        open(
            "ssh",
            format!("tailnet://{}:22", name(look, own)),
            process,
            said,
        );
    }
}

/// What is shown by name: to the tailnet, or to everybody.
fn served(look: &Look<'_>, ways: &[Way<'_>], closed: bool, found: &mut Vec<Found>) {
    let own = look.facts.seen(&Look::path(KIND, "self"));
    let own = own.value().and_then(|v| v.field("name")?.as_text());
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
        let by_exposure = reason(ways, |w| is_of(w, at) && (!public || is_from_outside(w)));
        let said = match by_exposure {
            Some(reason) => Said::Why(reason),
            None => node::said(look.host.about.tailscale.as_ref(), own, at, public),
        };
        found.push(Found::Open {
            path: Look::path(KIND, key),
            socket: format!("{scheme}://{at}"),
            process: format!("tailscaled to {to}, {word}"),
            said,
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

/// In words, that nobody comes in.
pub(super) fn none(own: &Seen, state: Option<&str>) -> (How, String) {
    match (own, state) {
        (Seen::Unknown(why), _) => (How::Unknown, format!("unknown ({why})")),
        (_, Some(state)) => (How::Differs, format!("Tailscale is {state}")),
        (_, None) => (How::Missing, "no Tailscale runs".to_owned()),
    }
}

/// Nobody comes in, and somebody is declared to.
fn down(ways: &[Way<'_>], own: &Seen, state: Option<&str>, found: &mut Vec<Found>) {
    for way in ways.iter().filter(|w| w.is_due()) {
        let (how, seen) = none(own, state);
        found.push(Found::Amiss {
            path: Look::path(KIND, format!("way/{}", way.service)),
            how,
            said: format!("{} by Tailscale", way.service),
            seen,
            span: way.exposure.span,
        });
    }
}

pub(super) fn is_public(value: &Value) -> bool {
    flag(value, "public") == Some(true)
}

/// The way is the one at `HOST:PORT`, or `:PORT`.
fn is_of(way: &Way<'_>, at: &str) -> bool {
    let Some((name, port)) = at.rsplit_once(':') else {
        return false;
    };
    let named = match way.exposure.host.known() {
        // A service of the tailnet: `svc:db` is db.TAILNET.ts.net.
        Some(host) if name.starts_with("svc:") => {
            let first = host.0.split('.').next().unwrap_or_default();
            name.strip_prefix("svc:")
                .is_some_and(|own| own.eq_ignore_ascii_case(first))
        }
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
