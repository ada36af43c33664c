//! Passwords are enough to log in over ssh.

use crate::context::{Setting, called};
use crate::ssh_root_login::{dropbear, otherwise, when};
use crate::{Context, Findings, Mend, Rule};
use diag::{Applicability, Edit, Fix, Severity};

pub const RULE: Rule = Rule {
    id: "ssh-password-login",
    since: "0.1.0",
    severity: Severity::Error,
    summary: "sshd accepts passwords.",
    rationale: "Passwords are guessed, reused and phished; every reachable sshd is tried all day. Keys cannot be guessed. \
        Keyboard-interactive is a password by another name unless it asks for a second factor.",
    example: "sshd: {PasswordAuthentication: yes}",
    controls: &["NIST CSF 2.0 PR.AA-03", "ISO 27001:2022 A.8.5"],
    mend: Mend::Unsafe("turns passwords off; who has no key is locked out"),
    run,
};

/// Keywords by which a password lets somebody in, in sshd's spelling; both default to yes (sshd_config(5)).
const KEYWORDS: [&str; 2] = ["PasswordAuthentication", "KbdInteractiveAuthentication"];

fn run(ctx: &Context<'_>, out: &mut Findings) {
    for (name, machine) in ctx.lab.machines() {
        let of = ctx.lab.machine_ref(name);
        let called = called(&of);
        if let Some(d) = dropbear(
            ctx,
            (name, machine),
            &RULE,
            "a password is enough to log in",
        ) {
            out.add(of, d);
            continue;
        }
        for keyword in KEYWORDS {
            let lower = keyword.to_lowercase();
            let by_password = || format!("{called} lets people log in by password ({keyword})");
            let d = match ctx.sshd(name, machine, &lower) {
                Setting::Declared("no", span) => match otherwise(ctx, name, &lower) {
                    Some((value, when)) => RULE
                        .finding(by_password())
                        .at(span, "declared, and not so on the host")
                        .note(format!("declared: no; {when}: {value}"))
                        .help("`holdfast plan` shows what would make it as declared"),
                    None => continue,
                },
                Setting::Observed("no") => continue,
                Setting::Declared(_, span) => RULE
                    .finding(by_password())
                    .at(span, "")
                    .fix(Fix {
                        message: format!("set '{keyword}: no'"),
                        applicability: Applicability::Unsafe,
                        edits: vec![Edit::replace(span, "no".to_owned())],
                    })
                    .help("first make sure that everybody who logs in has a key"),
                Setting::Observed(value) => RULE
                    .finding(by_password())
                    .at(machine.span, format!("'{keyword}' is not declared"))
                    .note(format!("{}: {keyword} {value}", when(ctx, name, &lower)))
                    .help(format!("add '{keyword}: no' to its 'sshd'")),
                Setting::Unknown => RULE
                    .unknown(format!(
                        "'{keyword}' of {called} is neither declared nor observed"
                    ))
                    .at(machine.span, "")
                    .note("sshd's own default is yes")
                    .help(format!("add '{keyword}: no' to its 'sshd'")),
            };
            out.add(of.clone(), d);
        }
    }
}
