//! What Traefik is told as it starts: its resolvers, its entry points, and which containers it sees.

use crate::Context;
use crate::containers::Container;
use diag::Span;
use model::id::Kind;
use rustc_hash::FxHashMap;
use std::collections::BTreeMap;

/// Whom a resolver of Traefik asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Authority {
    /// One whose certificates browsers trust.
    Public,
    /// One of the lab's own.
    Own,
}

/// Where Traefik listens, as far as certificates are concerned.
#[derive(Debug, Default)]
pub(super) struct EntryPoint {
    /// The resolver of routers that say nothing of TLS.
    pub(super) resolver: Option<(String, Span)>,
    /// The names that it is asked for instead of those of the routers.
    pub(super) domains: Vec<(String, Span)>,
    /// Routers that name no entry point are on it.
    by_default: bool,
}

/// A container with what it is told.
pub(super) struct Proxy<'a> {
    pub(super) container: Container<'a>,
    pub(super) entry_points: BTreeMap<String, EntryPoint>,
    /// Containers have to ask to be seen.
    on_request: bool,
}

/// All of a lab. Resolvers are looked up by their names alone: which instance serves a container is not known.
#[derive(Default)]
pub(super) struct Proxies<'a> {
    resolvers: FxHashMap<String, Authority>,
    pub(super) all: Vec<Proxy<'a>>,
    on: FxHashMap<Option<(Kind, &'a str)>, Vec<usize>>,
}

impl<'a> Proxies<'a> {
    /// What the commands and environments of all containers say; names are told apart without regard to case, as Traefik has them.
    pub(super) fn of(ctx: &Context<'a>) -> Self {
        let mut out = Self::default();
        for container in ctx.containers() {
            let mut proxy = Proxy {
                container,
                entry_points: BTreeMap::new(),
                on_request: false,
            };
            let mut told = false;
            for setting in settings(&container) {
                told |= out.take(&mut proxy, &setting);
            }
            if told {
                let on = out.on.entry(container.machine()).or_default();
                on.push(out.all.len());
                out.all.push(proxy);
            }
        }
        out
    }

    /// Whether it is a setting of Traefik that matters here.
    fn take(&mut self, proxy: &mut Proxy<'a>, setting: &Setting) -> bool {
        let path: Vec<&str> = setting.path.iter().map(String::as_str).collect();
        let value = setting.value.as_str();
        match path.as_slice() {
            ["certificatesresolvers", name, "acme", rest @ ..] => {
                let entry = self.resolvers.entry((*name).to_owned());
                let entry = entry.or_insert(Authority::Public);
                if rest == ["caserver"] {
                    *entry = authority(value);
                }
            }
            ["providers", "docker" | "swarm", rest @ ..] => {
                if rest == ["exposedbydefault"] {
                    proxy.on_request = is(value, false);
                }
            }
            ["entrypoints", name, rest @ ..] => {
                let entry = proxy.entry_points.entry((*name).to_owned()).or_default();
                match rest {
                    ["asdefault"] => entry.by_default = value.is_empty() || is(value, true),
                    ["http", "tls", "certresolver"] => {
                        entry.resolver = Some((value.to_owned(), setting.span));
                    }
                    ["http", "tls", "domains", _, "main" | "sans"] if setting.shown => {
                        let names = value.split(',').map(|n| n.trim().to_owned());
                        entry.domains.extend(names.map(|n| (n, setting.span)));
                    }
                    _ => {}
                }
            }
            _ => return false,
        }
        true
    }

    /// Whom a resolver asks; none if nothing says it.
    pub(super) fn authority(&self, resolver: &str) -> Option<Authority> {
        self.resolvers.get(&resolver.to_ascii_lowercase()).copied()
    }

    fn near(&self, container: &Container<'_>) -> Vec<&Proxy<'a>> {
        let on = self.on.get(&container.machine()).into_iter().flatten();
        on.filter_map(|n| self.all.get(*n)).collect()
    }

    /// Whether a proxy on its machine sees a container, by its `traefik.enable`; of what is elsewhere, or told in files, nobody knows.
    pub(super) fn sees(&self, container: &Container<'_>) -> bool {
        let label = container.service.labels.get("traefik.enable");
        let said = label.filter(|l| container.project.is_settled(l.span));
        match said.map(|l| l.value.expose()) {
            Some(text) if is(text, false) => false,
            Some(_) => true,
            None => {
                let near = self.near(container);
                near.is_empty() || near.iter().any(|p| !p.on_request)
            }
        }
    }

    /// The entry points of a router: those that it names, else the default ones.
    pub(super) fn entry_points(
        &self,
        container: &Container<'_>,
        named: Option<&str>,
    ) -> Vec<(&str, &EntryPoint)> {
        let mut out = Vec::new();
        for proxy in self.near(container) {
            let all = proxy.entry_points.iter().map(|(n, e)| (n.as_str(), e));
            let chosen = proxy.entry_points.values().any(|e| e.by_default);
            out.extend(all.filter(|(name, entry)| {
                match named {
                    Some(named) => named
                        .split(',')
                        .any(|n| n.trim().eq_ignore_ascii_case(name)),
                    // That of its own pages is for nothing else.
                    None if chosen => entry.by_default,
                    None => *name != "traefik",
                }
            }));
        }
        out
    }
}

/// `--entrypoints.web.address=:80` or `TRAEFIK_ENTRYPOINTS_WEB_ADDRESS`, in lower case.
struct Setting {
    path: Vec<String>,
    value: String,
    span: Span,
    /// It may be shown, and no variable in it lacks a value.
    shown: bool,
}

fn settings(container: &Container<'_>) -> Vec<Setting> {
    let mut out = Vec::new();
    let told = [&container.service.command, &container.service.entrypoint];
    for command in told.into_iter().flatten() {
        let settled = container.project.is_settled(command.span);
        let mut words = command.words.iter().peekable();
        while let Some(word) = words.next() {
            let Some(word_text) = word.expose().strip_prefix("--") else {
                continue;
            };
            let (key, value) = match word_text.split_once('=') {
                Some((key, value)) => (key, value),
                // The value may be the next word.
                None => {
                    let next = words.next_if(|next| !next.expose().starts_with('-'));
                    (word_text, next.map_or("", |next| next.expose()))
                }
            };
            out.push(Setting {
                path: path(key, &['.', '[']),
                value: value.to_owned(),
                span: command.span,
                shown: settled && !word.is_hidden(),
            });
        }
    }
    for (key, value) in &container.service.environment {
        if let (Some(key), Some(text)) = (key.strip_prefix("TRAEFIK_"), &value.value) {
            out.push(Setting {
                path: path(key, &['_']),
                value: text.expose().to_owned(),
                span: value.span,
                shown: container.project.is_settled(value.span) && !text.is_hidden(),
            });
        }
    }
    out
}

fn path(key: &str, at: &[char]) -> Vec<String> {
    let parts = key.split(at).map(|p| p.trim_end_matches(']'));
    parts.map(str::to_ascii_lowercase).collect()
}

/// As strconv.ParseBool of Go has it.
fn is(text: &str, wanted: bool) -> bool {
    let words = match wanted {
        true => ["1", "t", "true"],
        false => ["0", "f", "false"],
    };
    words.iter().any(|w| text.eq_ignore_ascii_case(w))
}

/// By the address of its directory.
fn authority(server: &str) -> Authority {
    const KNOWN: [&str; 6] = [
        "letsencrypt.org",
        "zerossl.com",
        "pki.goog",
        "buypass.com",
        "ssl.com",
        "sectigo.com",
    ];
    let host = server.split_once("://").map_or(server, |(_, rest)| rest);
    let host = host.split(['/', ':']).next().unwrap_or(host);
    let is = |known: &&str| host == *known || host.ends_with(&format!(".{known}"));
    match server.is_empty() || KNOWN.iter().any(is) {
        true => Authority::Public,
        false => Authority::Own,
    }
}
