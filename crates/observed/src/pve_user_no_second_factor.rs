//! A password alone opens the hypervisor.

use crate::look::part;
use crate::product::all;
use crate::{Context, Findings, Mend, Rule};
use diag::Severity;
use graph::observation::plain;
use model::fact::FactKind;
use model::value::Value;

pub const RULE: Rule = Rule {
    id: "pve-user-no-second-factor",
    since: "0.1.0",
    severity: Severity::Warning,
    summary: "An account of Proxmox VE that is enabled has no second factor.",
    rationale: "Who gets in there has every guest, every disk and every backup that the node can write to. The form takes as many passwords as one likes to try.",
    example: "clusters: {main: {kind: proxmox, api: {…}}}   # and root@pam has no TFA entry",
    controls: &[
        "CIS v8 6.5",
        "NIST CSF 2.0 PR.AA-03",
        "ISO 27001:2022 A.8.5",
    ],
    mend: Mend::None("a person has to enrol it"),
    run,
};

fn run(ctx: &Context<'_>, out: &mut Findings) {
    let kind = FactKind::PveUser;
    for pve in all(ctx) {
        let look = &pve.look;
        look.unseen(
            &RULE,
            kind,
            "has other accounts without a second factor",
            out,
        );
        let now = look.facts.at.as_second();
        for (user, value) in look.items(kind) {
            let flag = |field: &str| value.field(field).and_then(Value::as_bool);
            let expires = value.field("expires").and_then(Value::as_int).unwrap_or(0);
            let over = expires != 0 && expires <= now;
            // The account that asks has a token and no password.
            if flag("enabled") == Some(false) || over || pve.asks_as(user) {
                continue;
            }
            match flag("second_factor") {
                Some(true) => {}
                Some(false) => {
                    let d = RULE
                        .finding(format!("account {} of {} has no second factor", plain(user), look.title()))
                        .of(part(user))
                        .help("as that user: Permissions > Two Factor; an account for tokens alone may stay without (waive it)");
                    out.add(look.object.clone(), look.dated(d, kind, user));
                }
                None => {
                    let what = format!("has a second factor for account {}", plain(user));
                    look.untold(&RULE, kind, &what, out);
                }
            }
        }
    }
}
