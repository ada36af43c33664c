//! A node of a tailnet that others come in by, and whose key has ended or ends soon.

use crate::look::{Look, hosts};
use crate::storage::number;
use crate::{Context, Findings, Mend, Rule};
use diag::Severity;
use jiff::Timestamp;
use model::fact::FactKind;
use model::lab::Host;
use model::units::Seconds;
use model::value::Value;

const KIND: FactKind = FactKind::Tailscale;
const SELF: &str = "self";
/// Keys last 180 days if nothing else is set (tailscale.com/kb/1028); two weeks leave time to log in anew, or to see that it need not end.
const SOON: i64 = 14 * 86_400;

pub const RULE: Rule = Rule {
    id: "tailnet-key-expiry",
    since: "0.1.0",
    severity: Severity::Warning,
    summary: "The key of a machine that is declared as a node of a tailnet, or that serves, routes or lets in SSH there, has ended (error) or ends within two weeks.",
    rationale: "With its key a node leaves the tailnet, and with it the way in to repair that: somebody has to log in on the machine itself. Keys end half a year after the login if nobody said otherwise, on the day that nobody has in mind. Of \
        machines that others come in by, expiry is switched off, or they are given a tag, by which it is.",
    example: "hosts: {gw: {tailscale: {routes: [192.168.10.0/24]}}}   # and 'tailscale status --json' tells a KeyExpiry in four days",
    controls: &["NIST CSF 2.0 PR.AA-01", "ISO 27001:2022 A.8.24"],
    mend: Mend::None("whether the key ends is decided on the control server"),
    run,
};

fn run(ctx: &Context<'_>, out: &mut Findings) {
    let Some(now) = ctx.facts.as_ref().map(|o| o.now) else {
        return;
    };
    for (look, host) in hosts(ctx) {
        one(now, &look, host, out);
    }
}

fn one(now: Timestamp, look: &Look<'_, '_>, host: &Host, out: &mut Findings) {
    let what = "is a node of a tailnet whose key ends soon";
    let seen = look.seen(KIND, SELF);
    let running = seen.value().filter(|own| {
        let state = own.field("state").and_then(Value::as_text);
        // A key that has ended puts it into this state.
        state.is_some_and(|s| ["Running", "NeedsLogin"].contains(&s))
    });
    let Some(own) = running else {
        // Of a machine that nobody said is one, there is nothing to miss.
        if host.about.tailscale.is_some() {
            look.unseen(&RULE, KIND, what, out);
        }
        return;
    };
    if host.about.tailscale.is_none() && !is_way_in(look, own) {
        return;
    }
    let expired = own.field("expired").and_then(Value::as_bool) == Some(true);
    let until = number(own, "until");
    // Who is not logged in tells no end either: that is not that there is none.
    let is_running = own.field("state").and_then(Value::as_text) == Some("Running");
    let never = is_running && own.field("until").and_then(Value::as_bool) == Some(false);
    let name = format!("the key of {} in its tailnet", look.title());
    let left = until.map(|until| until.saturating_sub(now.as_second()));
    let d = match left {
        Some(left) if left <= 0 => {
            let ago = Seconds(left.saturating_neg());
            RULE.with(Severity::Error, format!("{name} ended {ago} ago"))
        }
        _ if expired => RULE.with(Severity::Error, format!("{name} has ended")),
        Some(left) if left < SOON => RULE.finding(format!("{name} ends in {}", Seconds(left))),
        Some(_) => return,
        None if never => return,
        None => return look.untold(&RULE, KIND, what, out),
    };
    let d = match until {
        Some(until) => {
            let shown = Timestamp::from_second(until);
            let shown = shown.map_or_else(|_| until.to_string(), |t| t.to_string());
            d.note(format!("it holds until {shown}"))
        }
        None => d,
    };
    let d = d.help("switch off its expiry on the control server ('Disable key expiry'), give it a tag, or run 'tailscale up --force-reauth' on a day that you choose, by another way in");
    out.add(look.object.clone(), look.dated(d, KIND, SELF));
}

/// Others come in by it.
fn is_way_in(look: &Look<'_, '_>, own: &Value) -> bool {
    let is = |field: &str| own.field(field).and_then(Value::as_bool) == Some(true);
    let routes = matches!(own.field("routes"), Some(Value::List(all)) if !all.is_empty());
    let mut all = look.items(KIND);
    routes || is("exit") || is("ssh") || all.any(|(key, _)| key.starts_with("serve/"))
}
