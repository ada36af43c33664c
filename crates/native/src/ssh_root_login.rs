//! root logs in over ssh.

use crate::context::{Setting, called};
use crate::{Context, Findings, Mend, Rule};
use diag::{Applicability, Diagnostic, Edit, Fix, Severity};
use model::lab::{Host, Reach};

pub const RULE: Rule = Rule {
    id: "ssh-root-login",
    since: "0.1.0",
    severity: Severity::Error,
    summary: "sshd lets root log in.",
    rationale: "A login as root says nothing about who it was, skips sudo and its log, and is the one name that every attacker \
        knows. By key alone it is still nobody's account, so that is a warning.",
    example: "sshd: {PermitRootLogin: yes}",
    controls: &[
        "CIS v8 5.4",
        "NIST CSF 2.0 PR.AA-05",
        "ISO 27001:2022 A.8.2",
    ],
    mend: Mend::Unsafe("turns logins of root off; who has no other account is locked out"),
    run,
};

fn run(ctx: &Context<'_>, out: &mut Findings) {
    for (name, machine) in ctx.lab.machines() {
        let of = ctx.lab.machine_ref(name);
        let called = called(&of);
        if let Some(d) = dropbear(ctx, (name, machine), &RULE, "root may log in") {
            out.add(of, d);
            continue;
        }
        let d = match ctx.sshd(name, machine, "permitrootlogin") {
            Setting::Declared("no", span) => match otherwise(ctx, name, "permitrootlogin") {
                Some((value, when)) => RULE
                    .with(severity(value), message(name, value))
                    .at(span, "declared, and not so on the host")
                    .note(format!("declared: no; {when}: {value}"))
                    .help("`holdfast plan` shows what would make it as declared"),
                None => continue,
            },
            Setting::Observed("no") => continue,
            Setting::Declared(value, span) => {
                let d = RULE
                    .with(severity(value), message(&called, value))
                    .at(span, "");
                // Who comes in as root would be shut out by the mend.
                match comes_as_root(machine) {
                    true => d.help(
                        "let 'reach' name an account with sudo first: Holdfast logs in as root",
                    ),
                    false => d
                        .fix(Fix {
                            message: "set 'PermitRootLogin: no'".to_owned(),
                            applicability: Applicability::Unsafe,
                            edits: vec![Edit::replace(span, "no".to_owned())],
                        })
                        .help("first make sure that another account can become root"),
                }
            }
            Setting::Observed(value) => RULE
                .with(severity(value), message(&called, value))
                .at(machine.span, "'PermitRootLogin' is not declared")
                .note(format!(
                    "{}: PermitRootLogin {value}",
                    when(ctx, name, "permitrootlogin")
                ))
                .help("add 'PermitRootLogin: no' to its 'sshd'"),
            Setting::Unknown => RULE
                .unknown(format!(
                    "'PermitRootLogin' of {called} is neither declared nor observed"
                ))
                .at(machine.span, "")
                .note("sshd's own default is prohibit-password")
                .help("add 'PermitRootLogin: no' to its 'sshd'"),
        };
        out.add(of.clone(), d);
    }
}

/// On OpenWrt nothing is known by sshd's keywords, unless an sshd told of them; what is declared for one is not what lets in there.
pub(crate) fn dropbear(
    ctx: &Context<'_>,
    (name, machine): (&str, &Host),
    rule: &Rule,
    what: &str,
) -> Option<Diagnostic> {
    let by = ctx.runs_dropbear(name, machine)?;
    if ctx.sshd_observed(name, "permitrootlogin").is_some() {
        return None;
    }
    let called = called(&ctx.lab.machine_ref(name));
    let d = rule.unknown(format!("whether {what} on {called} over ssh is not known"));
    Some(
        d.at(machine.span, by)
            .note("OpenWrt's SSH server is dropbear: no keyword and no default of sshd holds there, and its own options (`uci show dropbear`) are not read")
            .help("on the router, with a key in place: `uci set dropbear.@dropbear[0].PasswordAuth=off`, the same with RootPasswordAuth, then `uci commit dropbear`"),
    )
}

/// What a host's sshd really does with a keyword that is declared as `no`, and when that was seen; `None` if it is so, or if nobody looked.
pub(crate) fn otherwise<'a>(
    ctx: &Context<'a>,
    name: &str,
    keyword: &str,
) -> Option<(&'a str, String)> {
    let (text, path, target) = ctx.sshd_observed(name, keyword)?;
    (text != "no").then(|| (text, ctx.when(target, Some(&path))))
}

/// When a keyword was seen.
pub(crate) fn when(ctx: &Context<'_>, name: &str, keyword: &str) -> String {
    let seen = ctx.sshd_observed(name, keyword);
    seen.map_or_else(String::new, |(_, path, target)| {
        ctx.when(target, Some(&path))
    })
}

/// It is reached by ssh as root, or nobody says as whom.
fn comes_as_root(machine: &Host) -> bool {
    match &machine.reach {
        Reach::Ssh { user, .. } => user.as_ref().is_none_or(|u| u.value == "root"),
        _ => false,
    }
}

fn severity(value: &str) -> Severity {
    if value == "yes" {
        RULE.severity
    } else {
        Severity::Warning
    }
}

fn message(called: &str, value: &str) -> String {
    match value {
        "yes" => format!("{called} lets root log in over ssh"),
        other => format!("{called} lets root log in over ssh ({other})"),
    }
}
