//! What is new on a host since somebody accepted how it was, and what cron runs.
//!
//! Of a collection that holds what is declared *at least*, more is fine; that it became more is told once, against the accepted
//! state. What is managed *exactly* is told against the declaration: by [`crate::planner::drift`], and for cron here. Nothing here
//! is mended by a step, so plans do not look at it.

mod cron;
mod unit;

pub(crate) use cron::{shown as cron_shown, value as cron_value};

use crate::resource::{is_login_user, is_loopback, serves, socket, sudo_file};
use crate::{Context, Difference, How};
use diag::Span;
use model::accepted::{Accepted, Baseline, seen};
use model::fact::{Completeness, FactKind, FactPath, Scope, TargetFacts};
use model::kleene::Reason;
use model::lab::{Host, Manage, Managed};
use model::value::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Files that are looked at on every host, whoever declares them.
pub const WATCHED: [&str; 1] = ["/etc/ssh/sshd_config"];

/// What is looked at beyond what a plan needs.
pub fn scope(host: &Host) -> Scope {
    let mut scope = Scope::default();
    if host.mode(Managed::Units) != Manage::Ignore {
        scope.collections.insert(FactKind::Unit);
    }
    if host.mode(Managed::Cron) != Manage::Ignore {
        scope.collections.insert(FactKind::Cron);
        for (path, value) in cron::declared_values(host) {
            scope.knows(path, value);
        }
    }
    if host.mode(Managed::Wireguard) != Manage::Ignore {
        scope.collections.insert(FactKind::WireGuard);
    }
    if host.about.tailscale.is_some() {
        scope.collections.insert(FactKind::Tailscale);
    }
    if host.mode(Managed::Listeners) != Manage::Ignore {
        scope = scope.union(crate::ports::scope());
    }
    scope
}

/// Without what is known after all: ports that are led elsewhere are no gap in the list of sockets if each of them is known.
pub fn without_known_gaps(ctx: &Context<'_>, mut found: Vec<Difference>) -> Vec<Difference> {
    found.retain(|d| {
        let gap = d.path.kind == FactKind::Listener && d.path.key == "*" && d.how == How::Unknown;
        let facts = ctx.facts.targets.get(&d.target.name);
        !(gap && facts.is_some_and(crate::ports::sockets_and_leads))
    });
    found
}

/// Ports that are published past the sockets, and that nobody declares.
fn published(on: &Look<'_>) -> Vec<Difference> {
    if on.host.mode(Managed::Listeners) != Manage::Exactly {
        return Vec::new();
    }
    let all = crate::ports::published(on.facts).unwrap_or_default();
    let justified = |key: &str| {
        let mut ways = on.host.exposures.iter();
        ways.any(|e| e.why.is_some() && serves(key, e))
    };
    let strangers = all.into_iter().filter(|(key, _)| !justified(key));
    strangers
        .map(|(key, value)| {
            let path = FactPath::new(FactKind::Listener, key);
            on.difference(path, How::Undeclared, "not declared", value.to_string())
        })
        .collect()
}

/// What is new, and of what there is nothing to tell it from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct News {
    /// Differences, by host and kind.
    pub differences: Vec<Difference>,
    /// Kinds without a starting point, by host.
    pub without: BTreeMap<String, Vec<FactKind>>,
}

/// What is new on the hosts that answered.
pub fn news(ctx: &Context<'_>, accepted: &Accepted) -> News {
    let mut news = News::default();
    let none = BTreeMap::new();
    for (name, host, facts) in ctx.observed_hosts() {
        if facts.identity.is_none() {
            continue;
        }
        let on = Look {
            ctx,
            name,
            host,
            facts,
            accepted: accepted.get(name).unwrap_or(&none),
        };
        news.differences.extend(published(&on));
        news.differences.extend(cron::compare(&on));
        for (kind, mode) in at_least(host) {
            on.kind(kind, mode, &mut news);
        }
        news.differences.extend(unlistable(&on));
    }
    news
}

/// Kinds that are compared with what was accepted, and how their collection is managed.
fn at_least(host: &Host) -> Vec<(FactKind, Manage)> {
    let always = [
        (FactKind::Package, Managed::Packages),
        (FactKind::Unit, Managed::Units),
        (FactKind::File, Managed::Files),
        (FactKind::Sshd, Managed::Files),
    ];
    // Those that are managed exactly are compared with the declaration.
    let loosened = [
        (FactKind::User, Managed::Users),
        (FactKind::Key, Managed::Keys),
        (FactKind::Sudoer, Managed::Sudoers),
        (FactKind::Listener, Managed::Listeners),
        (FactKind::Cron, Managed::Cron),
    ];
    let loosened = loosened
        .into_iter()
        .filter(|(_, what)| host.mode(*what) == Manage::AtLeast);
    let all = always.into_iter().chain(loosened);
    all.map(|(kind, what)| (kind, host.mode(what)))
        .filter(|(_, mode)| *mode != Manage::Ignore)
        .collect()
}

/// One host that is looked at.
pub(crate) struct Look<'a> {
    ctx: &'a Context<'a>,
    name: &'a str,
    host: &'a Host,
    facts: &'a TargetFacts,
    accepted: &'a BTreeMap<FactKind, Baseline>,
}

impl Look<'_> {
    fn difference(
        &self,
        path: FactPath,
        how: How,
        before: impl Into<String>,
        after: impl Into<String>,
    ) -> Difference {
        Difference {
            target: self.ctx.lab.machine_ref(self.name),
            path,
            how,
            declared: before.into(),
            observed: after.into(),
            cause: None,
        }
    }

    fn placed(&self, mut difference: Difference, span: Span) -> Difference {
        difference.cause = Some(self.ctx.place(span));
        difference
    }

    /// Why some of a kind may not have been seen; files are looked at one by one.
    fn gap(&self, kind: FactKind) -> Option<Reason> {
        match self.facts.collections.get(&kind) {
            Some(Completeness::Yes(_)) => None,
            _ if kind == FactKind::File => None,
            Some(Completeness::No(reason)) => Some(reason.clone()),
            None => Some(Reason::new("it was not observed")),
        }
    }

    fn unknown(&self, kind: FactKind, declared: &str, reason: &Reason) -> Difference {
        let after = format!("unknown ({reason})");
        let path = FactPath::new(kind, "*");
        let difference = self.difference(path, How::Unknown, declared, after);
        self.placed(difference, self.host.span)
    }

    fn kind(&self, kind: FactKind, mode: Manage, news: &mut News) {
        let gap = self.gap(kind);
        if let Some(reason) = &gap {
            // Of sshd the planner says so itself where something is declared of it.
            if kind != FactKind::Sshd || self.host.sshd.is_empty() {
                let difference = self.unknown(kind, "as accepted", reason);
                news.differences.push(difference);
            }
        }
        let exactly = mode == Manage::Exactly && kind != FactKind::File && kind != FactKind::Sshd;
        if !self.accepted.contains_key(&kind) && !exactly {
            let kinds = news.without.entry(self.name.to_owned()).or_default();
            kinds.push(kind);
            return;
        }
        let now: BTreeMap<&str, &Value> = self.facts.items(kind).collect();
        let then = self.accepted.get(&kind).map(|b| &b.facts);
        let then = then.into_iter().flatten();
        let keys: BTreeSet<&str> = match exactly {
            true => now.keys().copied().collect(),
            false => now
                .keys()
                .copied()
                .chain(then.map(|(k, _)| k.as_str()))
                .collect(),
        };
        for key in keys {
            let path = FactPath::new(kind, key);
            let (is, was) = (now.get(key).copied(), seen(self.accepted, &path).flatten());
            if self.is_declared(kind, key, is.or(was)) {
                continue;
            }
            let was = was.filter(|_| !exactly);
            // What is not there is missing only if all of the kind was seen.
            let gone = is.is_none() && (gap.is_some() || self.facts.seen(&path).value().is_some());
            if !gone {
                news.differences.extend(self.one(path, is, was));
            }
        }
    }

    /// One thing as it is and as it was.
    fn one(&self, path: FactPath, is: Option<&Value>, was: Option<&Value>) -> Option<Difference> {
        let unit = path.kind == FactKind::Unit;
        match (is, was) {
            (Some(is), None) if unit && !unit::is_by_hand(is) => None,
            (Some(is), None) => {
                Some(self.difference(path, How::Undeclared, "not there", shown(is)))
            }
            // Of a file that could not be read nothing is said here.
            (None, Some(_))
                if self.facts.facts.contains_key(&path)
                    && path.kind == FactKind::File
                    && matches!(self.facts.seen(&path), model::fact::Seen::Unknown(_)) =>
            {
                let reason = self.facts.seen(&path).to_string();
                Some(self.difference(path, How::Unknown, "as accepted", reason))
            }
            (None, Some(was)) => Some(self.difference(path, How::Missing, shown(was), "absent")),
            // Newer versions are what patching is for.
            (Some(_), Some(_)) if path.kind == FactKind::Package => None,
            (Some(is), Some(was)) if unit => {
                let (before, after) = unit::changed(was, is)?;
                Some(self.difference(path, How::Differs, before, after))
            }
            (Some(is), Some(was)) if path.kind == FactKind::Cron && cron::is_same(was, is) => None,
            (Some(is), Some(was)) if path.kind == FactKind::Listener && is_same_socket(was, is) => {
                None
            }
            (Some(is), Some(was)) if is != was => {
                Some(self.difference(path, How::Differs, shown(was), shown(is)))
            }
            _ => None,
        }
    }

    /// Whether something is told by the declaration, or is ours.
    fn is_declared(&self, kind: FactKind, key: &str, value: Option<&Value>) -> bool {
        let host = self.host;
        let ours = |thing: String| self.ctx.owns(self.name, &thing);
        match kind {
            FactKind::Package => {
                host.packages.iter().any(|p| p.value == key) || ours(format!("package:{key}"))
            }
            FactKind::Unit => {
                host.units.contains_key(key)
                    || key.starts_with("holdfast-")
                    || ours(format!("unit:{key}"))
            }
            FactKind::Sshd => host.sshd.contains_key(key),
            FactKind::File => !WATCHED.contains(&key) || host.files.contains_key(key),
            FactKind::User => {
                let login = value.is_some_and(|v| is_login_user(self.facts, key, v));
                host.users.contains_key(key) || !login
            }
            FactKind::Key => {
                let (user, print) = key.split_once('/').unwrap_or((key, ""));
                let keys = host.users.get(user).into_iter().flat_map(|u| &u.keys);
                let declared = |k: &diag::Spanned<String>| {
                    crate::key_fingerprint(&k.value).as_deref() == Some(print)
                };
                keys.into_iter().any(declared) || ours(format!("key:{key}"))
            }
            FactKind::Sudoer => {
                let file = key.rsplit_once(':').map_or(key, |(file, _)| file);
                host.users.keys().any(|u| sudo_file(u) == file)
            }
            FactKind::Listener => {
                let inside = socket(key).is_some_and(|(_, address, _)| is_loopback(address));
                inside || host.exposures.iter().any(|e| serves(key, e))
            }
            FactKind::Cron => value.is_some_and(|v| cron::is_declared(host, key, v)),
            _ => false,
        }
    }
}

/// Whether the same holds a socket. Its package is compared where both looks tell it.
fn is_same_socket(was: &Value, is: &Value) -> bool {
    let package = |v: &Value| v.field("package").cloned();
    let fields = ["process", "unit", "user"];
    let told = package(was).zip(package(is));
    told.is_none_or(|(a, b)| a == b) && fields.iter().all(|f| was.field(f) == is.field(f))
}

/// A value for people: of a file what tells two apart.
fn shown(value: &Value) -> String {
    match value.field("sha256").is_some() && value.field("mode").is_some() {
        true => crate::resource::describe_file(value),
        false => value.to_string(),
    }
}

/// Collections of which nobody can list all: that nothing undeclared is among them is never known.
fn unlistable(on: &Look<'_>) -> Vec<Difference> {
    let all = [
        (Managed::Files, FactKind::File),
        (Managed::Sysctl, FactKind::Sysctl),
    ];
    let exactly = all
        .into_iter()
        .filter(|(what, _)| on.host.mode(*what) == Manage::Exactly);
    exactly
        .map(|(what, kind)| {
            let reason = Reason::new("only those that are declared are looked at, not all of them");
            let declared = format!("all {} are declared", what.word());
            on.unknown(kind, &declared, &reason)
        })
        .collect()
}
