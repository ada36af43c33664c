//! Variables in values, and the types that some values must have after it.

use super::cx::Cx;
use super::dotenv::Environment;
use super::path::{ITEM, Pattern, matches, show};
use super::template::{self, Refused, Use, Variables};
use super::value::{Kind, Value};
use crate::suggest::quote;
use diag::{Diagnostic, Severity, Span};

/// What a text must be read as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Cast {
    Int,
    Float,
    Bool,
}

/// Places whose text is read as another type.
const CASTS: &[(Pattern, Cast)] = &[
    (&["services", "*", "configs", ITEM, "mode"], Cast::Int),
    (&["services", "*", "cpu_count"], Cast::Int),
    (&["services", "*", "cpu_percent"], Cast::Float),
    (&["services", "*", "cpu_period"], Cast::Int),
    (&["services", "*", "cpu_quota"], Cast::Int),
    (&["services", "*", "cpu_rt_period"], Cast::Int),
    (&["services", "*", "cpu_rt_runtime"], Cast::Int),
    (&["services", "*", "cpus"], Cast::Float),
    (&["services", "*", "cpu_shares"], Cast::Int),
    (&["services", "*", "init"], Cast::Bool),
    (&["services", "*", "deploy", "replicas"], Cast::Int),
    (
        &["services", "*", "deploy", "update_config", "parallelism"],
        Cast::Int,
    ),
    (
        &[
            "services",
            "*",
            "deploy",
            "update_config",
            "max_failure_ratio",
        ],
        Cast::Float,
    ),
    (
        &["services", "*", "deploy", "rollback_config", "parallelism"],
        Cast::Int,
    ),
    (
        &[
            "services",
            "*",
            "deploy",
            "rollback_config",
            "max_failure_ratio",
        ],
        Cast::Float,
    ),
    (
        &["services", "*", "deploy", "restart_policy", "max_attempts"],
        Cast::Int,
    ),
    (
        &[
            "services",
            "*",
            "deploy",
            "placement",
            "max_replicas_per_node",
        ],
        Cast::Int,
    ),
    (&["services", "*", "healthcheck", "retries"], Cast::Int),
    (&["services", "*", "healthcheck", "disable"], Cast::Bool),
    (&["services", "*", "oom_kill_disable"], Cast::Bool),
    (&["services", "*", "oom_score_adj"], Cast::Int),
    (&["services", "*", "pids_limit"], Cast::Int),
    (&["services", "*", "ports", ITEM, "target"], Cast::Int),
    (&["services", "*", "privileged"], Cast::Bool),
    (&["services", "*", "read_only"], Cast::Bool),
    (&["services", "*", "scale"], Cast::Int),
    (&["services", "*", "secrets", ITEM, "mode"], Cast::Int),
    (&["services", "*", "stdin_open"], Cast::Bool),
    (&["services", "*", "tty"], Cast::Bool),
    (&["services", "*", "ulimits", "*"], Cast::Int),
    (&["services", "*", "ulimits", "*", "hard"], Cast::Int),
    (&["services", "*", "ulimits", "*", "soft"], Cast::Int),
    (&["services", "*", "volumes", ITEM, "read_only"], Cast::Bool),
    (
        &["services", "*", "volumes", ITEM, "volume", "nocopy"],
        Cast::Bool,
    ),
    (&["networks", "*", "external"], Cast::Bool),
    (&["networks", "*", "internal"], Cast::Bool),
    (&["networks", "*", "attachable"], Cast::Bool),
    (&["networks", "*", "enable_ipv4"], Cast::Bool),
    (&["networks", "*", "enable_ipv6"], Cast::Bool),
    (&["volumes", "*", "external"], Cast::Bool),
    (&["secrets", "*", "external"], Cast::Bool),
    (&["configs", "*", "external"], Cast::Bool),
];

/// Substitutes every variable below a value.
pub(super) fn interpolate(cx: &mut Cx<'_>, environment: &Environment, value: &mut Value) {
    let mut place = Vec::new();
    walk(cx, environment, value, &mut place);
}

fn walk(cx: &mut Cx<'_>, environment: &Environment, value: &mut Value, place: &mut Vec<String>) {
    let span = value.span;
    match &mut value.kind {
        Kind::Text(text) => {
            if let Some(new) = one(cx, environment, text, span, place) {
                value.kind = new;
            }
        }
        Kind::Seq(items) => {
            place.push(ITEM.to_owned());
            for item in items {
                walk(cx, environment, item, place);
            }
            place.pop();
        }
        Kind::Map(map) => {
            for (key, entry) in map {
                place.push(key.clone());
                walk(cx, environment, &mut entry.value, place);
                place.pop();
            }
        }
        Kind::Null | Kind::Bool(_) | Kind::Int(_) | Kind::Float(_) => {}
    }
}

struct Scope<'a, 'b> {
    cx: &'a mut Cx<'b>,
    environment: &'a Environment,
    span: Span,
    /// The text may be a password with a `$` in it.
    secret: bool,
    /// It has one that begins no variable with a value.
    astray: bool,
}

impl Variables for Scope<'_, '_> {
    fn value(&mut self, name: &str) -> Option<String> {
        self.environment.get(name).cloned()
    }

    fn used(&mut self, name: &str, how: Use) {
        let set = self.environment.contains_key(name);
        // What follows the sign is then a part of the password, and no name to be told.
        if self.secret && !set && how == Use::Loose {
            self.astray = true;
            return;
        }
        self.cx.used(name, how, set, self.span);
    }
}

/// The new kind of one text, if it changes.
fn one(
    cx: &mut Cx<'_>,
    environment: &Environment,
    text: &str,
    span: Span,
    place: &[String],
) -> Option<Kind> {
    let key = place.last().filter(|key| *key != ITEM);
    let (key, said) = match key {
        Some(key) => (key.as_str(), text),
        None => text.split_once('=').unwrap_or(("", text)),
    };
    let mut scope = Scope {
        cx,
        environment,
        span,
        secret: super::secret::may_hold_dollars(key, said),
        astray: false,
    };
    let new = template::substitute(text, &mut scope);
    let astray = scope.astray;
    let new = match new {
        Ok(new) => new,
        Err(refused) => {
            cx.report(explain(&refused, span, place));
            return None;
        }
    };
    if astray {
        cx.report(dollar(key, span));
    }
    let Some((_, cast)) = CASTS.iter().find(|(p, _)| matches(place, p)) else {
        return (new != text).then_some(Kind::Text(new));
    };
    let kind = match cast {
        Cast::Int => new.parse().ok().map(Kind::Int),
        Cast::Float => new.parse().ok().map(Kind::Float),
        Cast::Bool => boolean(&new).map(Kind::Bool),
    };
    if kind.is_none() {
        let wanted = match cast {
            Cast::Int => "a whole number",
            Cast::Float => "a number",
            Cast::Bool => "true or false",
        };
        let message = format!(
            "{} must be {wanted}, but is {}",
            show(place),
            quote(&super::secret::shown(&new))
        );
        cx.report(Diagnostic::invalid("compose-value", message).at(span, format!("not {wanted}")));
    }
    kind
}

/// `POSTGRES_PASSWORD: a$bc` is `a`.
fn dollar(key: &str, span: Span) -> Diagnostic {
    let whose = match key {
        "" => "in a value that looks like a hash or a password".to_owned(),
        key => format!("in the value of {}", quote(key)),
    };
    let message = format!(
        "{whose} a '$' begins a variable without a value here, so that a part of it is lost"
    );
    Diagnostic::finding("compose-unset-variable", Severity::Warning, message)
        .at(span, "a '$' in it is read as a variable")
        .help("write '$$' for each '$' that is part of it; or '${NAME}' if it is a variable that has its value where the stack runs")
}

/// The truth values that Compose reads in text.
pub(super) fn boolean(text: &str) -> Option<bool> {
    match text.to_lowercase().as_str() {
        "true" | "y" | "yes" | "on" => Some(true),
        "false" | "n" | "no" | "off" => Some(false),
        _ => None,
    }
}

fn explain(refused: &Refused, span: Span, place: &[String]) -> Diagnostic {
    let place = show(place);
    match refused {
        Refused::Malformed => Diagnostic::invalid(
            "compose-variable",
            format!("{place}: '${{' is not followed by a variable's name and '}}'"),
        )
        .at(span, "in this text")
        .help("write a dollar sign that is meant as such as '$$'"),
        Refused::Missing { name, said } => {
            let d = Diagnostic::invalid(
                "compose-variable",
                format!(
                    "{place}: the required variable {} has no value",
                    quote(name)
                ),
            )
            .at(span, "required here")
            .help(format!("set {name} in .env or in the environment"));
            if said.is_empty() {
                d
            } else {
                d.note(format!("its author says: {}", quote(said)))
            }
        }
        Refused::TooLarge => Diagnostic::invalid(
            "yaml-limit",
            format!("{place}: its variables nest too deep or grow too large"),
        )
        .at(span, "in this text"),
    }
}
