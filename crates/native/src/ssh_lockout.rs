//! The declaration shuts out the account that Holdfast logs in with.

use crate::context::called;
use crate::{Context, Findings, Mend, Rule};
use diag::{Diagnostic, Edit, Fix, Severity};
use model::lab::{Host, Protocol, Reach};

pub const RULE: Rule = Rule {
    id: "ssh-lockout",
    since: "0.1.0",
    severity: Severity::Error,
    summary: "sshd or the firewall, as declared, shuts out the login that Holdfast manages the host by.",
    rationale: "What shuts out the controller shuts out the way to mend it. Commit-confirm on the host takes such a change back, but \
        a declaration that can never be applied is better told at once.",
    example: "hosts: {web: {reach: {ssh: web, user: admin}, sshd: {AllowUsers: anna}}}",
    controls: &[
        "CIS v8 4.1",
        "NIST CSF 2.0 PR.AA-05",
        "ISO 27001:2022 A.8.2",
    ],
    mend: Mend::Unsafe("lets in the account that Holdfast logs in with"),
    run,
};

fn run(ctx: &Context<'_>, out: &mut Findings) {
    for (name, machine) in ctx.lab.machines() {
        let of = ctx.lab.machine_ref(name);
        let called = called(&of);
        let Reach::Ssh { user, port, .. } = &machine.reach else {
            continue;
        };
        let port = port.as_ref().map_or(22, |p| p.value);
        if let Some(user) = user {
            for d in logins(machine, &called, &user.value) {
                out.add(of.clone(), d.and_at(user.span, "the login"));
            }
        }
        if let Some(d) = firewall(machine, &called, port) {
            out.add(of.clone(), d);
        }
    }
}

fn logins(machine: &Host, called: &str, login: &str) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    if let Some(allowed) = machine.sshd.get("allowusers") {
        let count = allowed.value.split_whitespace().count();
        if !allowed.value.split_whitespace().any(|u| covers(u, login)) {
            let message = format!(
                "AllowUsers of {called} leaves out '{login}', the account that Holdfast logs in with"
            );
            let d = RULE.finding(message).at(allowed.span, "");
            let edit = Edit::replace(allowed.span, format!("{} {login}", allowed.value));
            let d = d.fix(Fix::doubtful(format!("let {login} in"), edit));
            found.push(
                d.note(format!("accounts allowed: {count}, of them '{login}': 0"))
                    .help(format!("add {login} to AllowUsers")),
            );
        }
    }
    let root = machine
        .sshd
        .get("permitrootlogin")
        .filter(|v| v.value == "no" && login == "root");
    found.extend(root.map(|v| {
        let message = format!(
            "PermitRootLogin of {called} shuts out root, the account that Holdfast logs in with"
        );
        RULE.finding(message)
            .at(v.span, "")
            .help("reach the host by an account with sudo")
    }));
    found
}

/// A pattern of AllowUsers with only the wildcards that need no thought; another one counts as fitting.
fn covers(pattern: &str, login: &str) -> bool {
    let user = pattern.split('@').next().unwrap_or(pattern);
    user == login || user.contains(['*', '?'])
}

fn firewall(machine: &Host, called: &str, port: u16) -> Option<Diagnostic> {
    let table = machine.firewall.as_ref()?;
    let open = |protocol, number| {
        machine
            .exposures
            .iter()
            .any(|e| e.protocol == protocol && e.port.value == number)
    };
    // Rules of the owner's own may let it in; whether they do is for the host to say.
    if open(Protocol::Tcp, port) || !table.rules.is_empty() {
        return None;
    }
    let count = machine.exposures.len();
    let ways = if count == 1 { "way in" } else { "ways in" };
    Some(
        RULE.finding(format!(
            "the firewall of {called} opens no port {port}, where Holdfast logs in"
        ))
        .at(table.span, "denies what is no exposure")
        .note(format!("{count} {ways} declared, of them {port}/tcp: 0"))
        .help(format!("add an exposure of {port}/tcp")),
    )
}
