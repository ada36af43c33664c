//! A declared node of a tailnet against the one that was observed: its name, control server, tags, routes, and what it serves.

use super::tailscale::{KIND, NO_EXIT, NO_SSH, flag, is_public, none, texts};
use super::{Found, Look, Said};
use crate::How;
use diag::Span;
use model::declare::OptExt as _;
use model::fact::Seen;
use model::lab::tailnet::{ServePort, TailnetNode, TailnetServed};
use model::value::Value;
use std::collections::BTreeSet;

/// What the observer says of a path that leads to files or a fixed text.
const FILES: &str = "files or text";

/// Declared, and in no tailnet now.
pub(super) fn down(declared: &TailnetNode, own: &Seen, state: Option<&str>) -> Found {
    let (how, seen) = none(own, state);
    Found::Amiss {
        path: Look::path(KIND, "self"),
        how,
        said: "a node of a tailnet".to_owned(),
        seen,
        span: declared.span,
    }
}

/// What is said of a way in at `HOST:PORT` or `:PORT`.
pub(super) fn said(node: Option<&TailnetNode>, own: Option<&str>, at: &str, public: bool) -> Said {
    let declared = node.and_then(|n| {
        let mut all = n.serve.iter();
        all.find(|(port, _)| is_at(**port, own, at))
    });
    let Some((_, served)) = declared else {
        return Said::Nothing;
    };
    match served.funnel.as_ref() {
        // What is declared for the tailnet is not declared for everybody.
        None if public => Said::Denied("to the tailnet alone", served.span),
        Some(given) if public && given.value() == Some(&false) => {
            Said::Denied("to the tailnet alone", given.span)
        }
        _ => match served.why.known().or_else(|| node?.why.known()) {
            Some(why) => Said::Why(why.0.clone()),
            None => Said::Declared,
        },
    }
}

/// It is the machine's own name, or nobody says a name. Services of a tailnet have other ones.
fn is_at(port: ServePort, own: Option<&str>, at: &str) -> bool {
    let Some((name, number)) = at.rsplit_once(':') else {
        return false;
    };
    let of_service = name.starts_with("svc:");
    let mine = name.is_empty() || own.is_none_or(|own| own.eq_ignore_ascii_case(name));
    let mine = mine && !of_service;
    mine && number.parse() == Ok(port.0)
}

pub(super) fn compare(
    look: &Look<'_>,
    declared: &TailnetNode,
    own: &Value,
    gap: &Option<String>,
) -> Vec<Found> {
    let mut with = Comparing {
        look,
        own,
        gap,
        found: Vec::new(),
    };
    with.about(declared);
    if flag(own, "shields") == Some(true) {
        with.shut(declared);
    } else {
        with.routes(declared);
        with.flags(declared);
    }
    for (port, served) in &declared.serve {
        with.served(*port, served);
    }
    with.found
}

struct Comparing<'l, 'a> {
    look: &'l Look<'a>,
    own: &'l Value,
    gap: &'l Option<String>,
    found: Vec<Found>,
}

impl Comparing<'_, '_> {
    fn tell(&mut self, key: impl Into<String>, how: How, said: String, seen: String, span: Span) {
        self.found.push(Found::Amiss {
            path: Look::path(KIND, key),
            how,
            said,
            seen,
            span,
        });
    }

    /// What is declared is not told: not known where not all was told, else as it is said.
    fn without(&mut self, key: &str, said: String, seen: Option<String>, span: Span) {
        let (how, seen) = match (seen, self.gap) {
            (Some(seen), _) => (How::Differs, seen),
            (None, Some(why)) => (How::Unknown, format!("unknown ({why})")),
            (None, None) => (
                How::Unknown,
                "unknown (the observation does not say)".to_owned(),
            ),
        };
        self.tell(key, how, said, seen, span);
    }

    /// Name, control server, tags.
    fn about(&mut self, declared: &TailnetNode) {
        let text = |field: &str| self.own.field(field).and_then(Value::as_text);
        let (name, server) = (text("name"), text("server"));
        let mut wrong = Vec::new();
        if let Some((given, said)) = declared.name.as_ref().and_then(|g| Some((g, g.value()?))) {
            let fits = |is: &str| {
                let first = is.split('.').next().unwrap_or(is);
                [is, first].iter().any(|n| n.eq_ignore_ascii_case(&said.0))
            };
            if !name.is_some_and(fits) {
                let seen = name.map(|n| format!("name {n}"));
                wrong.push(("self/name", format!("name {said}"), seen, given.span));
            }
        }
        if let Some((given, said)) = declared.server.as_ref().and_then(|g| Some((g, g.value()?))) {
            let url = said.to_string();
            if server != Some(url.trim_end_matches('/').to_ascii_lowercase().as_str()) {
                let seen = server.map(|s| format!("control server {s}"));
                wrong.push((
                    "self/server",
                    format!("control server {url}"),
                    seen,
                    given.span,
                ));
            }
        }
        if let Some(first) = declared.tags.first() {
            let said: BTreeSet<&str> = declared.tags.iter().map(|t| t.value.0.as_str()).collect();
            let is: Option<BTreeSet<&str>> =
                texts(self.own, "tags").map(|t| t.into_iter().collect());
            if is.as_ref() != Some(&said) {
                let seen = is.map(|is| format!("tags {}", joined(&is)));
                wrong.push((
                    "self/tags",
                    format!("tags {}", joined(&said)),
                    seen,
                    first.span,
                ));
            }
        }
        for (key, said, seen, span) in wrong {
            self.without(key, said, seen, span);
        }
    }

    /// Nobody comes in by it, though something is offered.
    fn shut(&mut self, declared: &TailnetNode) {
        let is = |given: &model::declare::Opt<bool>| given.known() == Some(&true);
        if !declared.routes.is_empty() || is(&declared.exit) || is(&declared.ssh) {
            let said = "routes, exit node or SSH for the tailnet".to_owned();
            let seen = "it lets nobody in (shields up)".to_owned();
            self.tell("self", How::Differs, said, seen, declared.span);
        }
    }

    fn routes(&mut self, declared: &TailnetNode) {
        let offered = texts(self.own, "routes");
        let approved = texts(self.own, "approved");
        for route in &declared.routes {
            let net = route.value.to_string();
            let key = format!("route/{net}");
            let said = format!("a route to {net}");
            let is_in = |all: &Vec<&str>| all.contains(&net.as_str());
            match (&offered, &approved) {
                (None, _) => self.without(&key, said, None, route.span),
                (Some(all), _) if !is_in(all) => {
                    self.tell(
                        key,
                        How::Missing,
                        said,
                        "not offered".to_owned(),
                        route.span,
                    );
                }
                (Some(_), None) => self.without(&key, said, None, route.span),
                (Some(_), Some(own)) if is_in(own) || self.is_a_peers(&net) => {}
                (Some(_), Some(_)) if self.gap.is_some() => {
                    self.without(&key, said, None, route.span);
                }
                (Some(_), Some(_)) => {
                    let seen = "offered, and the tailnet has not approved it".to_owned();
                    self.tell(key, How::Differs, said, seen, route.span);
                }
            }
        }
    }

    /// Of two machines that offer a route, one has it at a time.
    fn is_a_peers(&self, net: &str) -> bool {
        let mut peers = self.look.facts.items(KIND);
        peers.any(|(key, value)| {
            let routes = texts(value, "routes").unwrap_or_default();
            key.starts_with("peer/") && routes.contains(&net)
        })
    }

    fn flags(&mut self, declared: &TailnetNode) {
        let all = [
            ("exit", &declared.exit, "an exit node", NO_EXIT),
            ("ssh", &declared.ssh, "SSH by Tailscale", NO_SSH),
        ];
        for (key, given, what, denied) in all {
            let Some((given, said)) = given.as_ref().and_then(|g| Some((g, *g.value()?))) else {
                continue;
            };
            match flag(self.own, key) {
                // What is there and declared not to be is a way in, and told as such.
                Some(true) => {}
                Some(false) if !said => {}
                Some(false) => {
                    let seen = "absent".to_owned();
                    self.tell(key, How::Missing, what.to_owned(), seen, given.span);
                }
                None if said => self.without(key, what.to_owned(), None, given.span),
                None => self.without(key, denied.to_owned(), None, given.span),
            }
        }
        let accepts = declared.accepts_routes.as_ref();
        if let Some((given, said)) = accepts.and_then(|g| Some((g, *g.value()?))) {
            let is = flag(self.own, "accepts_routes");
            let word = |yes: bool| match yes {
                true => "takes routes of others".to_owned(),
                false => "takes no routes of others".to_owned(),
            };
            if is != Some(said) {
                self.without("self/accepts_routes", word(said), is.map(word), given.span);
            }
        }
    }

    fn served(&mut self, port: ServePort, declared: &TailnetServed) {
        let own = self.own.field("name").and_then(Value::as_text);
        let all = self.look.facts.items(KIND);
        let mut here = all.filter_map(|(key, value)| {
            let at = key.strip_prefix("serve/")?;
            is_at(port, own, at).then_some((key, value))
        });
        let found = here.next();
        let funnel = declared.funnel.known() == Some(&true);
        let said = match funnel {
            true => format!("port {port}, from the internet"),
            false => format!("port {port}, from the tailnet"),
        };
        let Some((key, value)) = found else {
            let (how, seen) = match self.gap {
                Some(why) => (How::Unknown, format!("unknown ({why})")),
                None => (How::Missing, "not served".to_owned()),
            };
            return self.tell(format!("serve/:{port}"), how, said, seen, declared.span);
        };
        if funnel && !is_public(value) {
            let seen = "from the tailnet alone".to_owned();
            self.tell(key, How::Differs, said, seen, declared.span);
        }
        let wanted = leads(declared);
        if wanted.is_empty() {
            return;
        }
        let is: BTreeSet<String> = texts(value, "to")
            .unwrap_or_default()
            .into_iter()
            .map(observed)
            .collect();
        if is == wanted {
            return;
        }
        let to = |all: &BTreeSet<String>| {
            let all: Vec<&str> = all.iter().map(String::as_str).collect();
            format!("port {port} to {}", all.join(", "))
        };
        // Which files or text nobody tells.
        let seen = match is.iter().any(|t| t.ends_with(FILES)) {
            true => None,
            false => Some(to(&is)),
        };
        self.without(key, to(&wanted), seen, declared.span);
    }
}

/// Where it is to lead, in the observer's words: `/ http://127.0.0.1:3000`.
fn leads(declared: &TailnetServed) -> BTreeSet<String> {
    let root = declared.to.known().map(|to| format!("/ {}", target(to)));
    let paths = declared.paths.iter();
    let paths = paths.filter_map(|(path, to)| Some(format!("{path} {}", target(to.value()?))));
    root.into_iter().chain(paths).collect()
}

/// One that was observed, in the same form: of a port that is led on as it is, no path is told.
fn observed(text: &str) -> String {
    match text.split_once(' ') {
        Some((path, to)) if path.starts_with('/') => format!("{path} {}", target(to)),
        _ => format!("/ {}", target(text)),
    }
}

/// As Tailscale keeps it: a bare number is a port of this machine by HTTP, TCP has no scheme, and nobody logs in.
fn target(text: &str) -> String {
    if text.chars().all(|c| c.is_ascii_digit()) {
        return format!("http://127.0.0.1:{text}");
    }
    let text = ["tcp://", "tls-terminated-tcp://"]
        .iter()
        .find_map(|scheme| text.strip_prefix(scheme))
        .unwrap_or(text);
    let text = match text.split_once("://") {
        Some((scheme, rest)) => match rest.rsplit_once('@') {
            Some((_, rest)) => format!("{scheme}://{rest}"),
            None => text.to_owned(),
        },
        None => text.to_owned(),
    };
    let text = text.trim_end_matches('/');
    text.replacen("localhost:", "127.0.0.1:", 1)
}

fn joined(all: &BTreeSet<&str>) -> String {
    match all.is_empty() {
        true => "none".to_owned(),
        false => all.iter().copied().collect::<Vec<_>>().join(", "),
    }
}
