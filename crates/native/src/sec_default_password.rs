//! A container starts with a password that everybody knows.

use crate::containers::Container;
use crate::{Context, Findings, Mend, Rule};
use diag::{Severity, Span};

/// Passwords that images, their documentation and everybody's first attempt have.
const KNOWN: [&str; 24] = [
    "12345",
    "123456",
    "12345678",
    "admin",
    "administrator",
    "change-me",
    "change_me",
    "changeit",
    "changeme",
    "default",
    "example",
    "guest",
    "letmein",
    "minioadmin",
    "mysecretpassword",
    "pass",
    "passw0rd",
    "password",
    "postgres",
    "qwerty",
    "root",
    "secret",
    "test",
    "toor",
];

/// Ends of the names of variables that hold a password.
const NAMES: [&str; 6] = ["PASSWORD", "PASSWD", "PASS", "_PWD", "SECRET", "SECRET_KEY"];

pub const RULE: Rule = Rule {
    id: "sec-default-password",
    since: "0.1.0",
    severity: Severity::Warning,
    summary: "A container starts with a password that is a product's default, or the name of what it protects.",
    rationale: "Defaults are the first thing that is tried, by people and by programs that try nothing else. That the port is not open today is no \
        answer: another container, a guest on the network or a forgotten forward is enough.",
    example: "services: {db: {environment: {POSTGRES_PASSWORD: changeme}}}",
    controls: &[
        "CIS v8 4.7",
        "NIST CSF 2.0 PR.AA-01",
        "ISO 27001:2022 A.5.17",
    ],
    mend: Mend::None("a password is changed where it is used first, by who can"),
    run,
};

fn run(ctx: &Context<'_>, out: &mut Findings) {
    for container in ctx.containers() {
        let weak = weak(&container);
        let Some((first, rest)) = weak.split_first() else {
            continue;
        };
        let open = container.service.ports.iter().any(|p| {
            let everywhere = p.host_ip.is_none_or(|ip| ip.is_unspecified());
            everywhere && p.published.is_some()
        });
        let severity = match open {
            true => Severity::Error,
            false => RULE.severity,
        };
        let message = format!(
            "{} starts with a password that everybody knows",
            container.title()
        );
        let mut d = RULE
            .with(severity, message)
            .at(first.1, format!("'{}': {}", first.0, first.2));
        for (key, span, why) in rest {
            d = d.and_at(*span, format!("'{key}': {why}"));
        }
        let reach = match open {
            true => "it publishes a port on all addresses of its machine",
            false => {
                "it publishes no port on all addresses; whatever else runs on its networks reaches it"
            }
        };
        let d = d.note(reach).help(
            "make one up (openssl rand -base64 24), change it in the product, and keep it with 'holdfast secret set' or an encrypted env file",
        );
        out.add(container.object(), d);
    }
}

/// Variables with such a password: name, place, and why it is none.
fn weak<'a>(container: &Container<'a>) -> Vec<(&'a str, Span, String)> {
    let environment = container.service.environment.iter();
    let mut out = Vec::new();
    for (key, value) in environment {
        let upper = key.to_ascii_uppercase();
        if !NAMES.iter().any(|n| upper.ends_with(n)) || !container.project.is_settled(value.span) {
            continue;
        }
        let Some(text) = value.value.as_ref().map(|t| t.expose()) else {
            continue;
        };
        let lower = text.to_ascii_lowercase();
        let image = container.service.image.as_ref();
        let image = image.map(|i| i.value.name.rsplit('/').next().unwrap_or_default());
        let named = [Some(container.stack), Some(container.name), image];
        if KNOWN.contains(&lower.as_str()) {
            out.push((key.as_str(), value.span, "a default".to_owned()));
        } else if !lower.is_empty() && named.contains(&Some(lower.as_str())) {
            out.push((
                key.as_str(),
                value.span,
                "the name of what it protects".to_owned(),
            ));
        }
    }
    out
}
