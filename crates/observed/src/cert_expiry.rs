//! A certificate that has ended, or ends soon with nobody renewing it.

use crate::look::{Look, machines, part};
use crate::storage::number;
use crate::{Context, Findings, Mend, Rule};
use diag::Severity;
use graph::observation::plain;
use jiff::Timestamp;
use model::fact::FactKind;
use model::kleene::Reason;
use model::units::Seconds;
use model::value::Value;
use std::collections::BTreeMap;

const KIND: FactKind = FactKind::Certificate;
const DAY: i64 = 86_400;
/// Programs that renew do it when a third of the time is left (Let's Encrypt: 30 days of 90); three weeks leave time to see that they did not.
const LONGEST: i64 = 21 * DAY;

pub const RULE: Rule = Rule {
    id: "cert-expiry",
    since: "0.1.0",
    severity: Severity::Warning,
    summary: "A certificate has ended (error), or less than three weeks, or a fifth of its time, are left of it.",
    rationale: "Certificates renew themselves until they do not: a token that ran out, a port that was closed, a timer that was lost. Then, on a day nobody chose, no phone of the family reaches anything, and people learn to click warnings away.",
    example: "hosts: {web: {os: debian}}   # and /etc/letsencrypt/live/cloud.example.org/cert.pem ends in four days",
    controls: &["NIST CSF 2.0 PR.DS-02", "ISO 27001:2022 A.8.24"],
    mend: Mend::None("why it was not renewed has to be found first"),
    run,
};

fn run(ctx: &Context<'_>, out: &mut Findings) {
    let Some(now) = ctx.facts.as_ref().map(|o| o.now) else {
        return;
    };
    let mut told: BTreeMap<_, usize> = BTreeMap::new();
    for (n, look) in machines(ctx, KIND).iter().enumerate() {
        look.unseen(&RULE, KIND, "shows other certificates that end soon", out);
        for (key, value) in look.items(KIND) {
            // An appliance may tell of one whose file was seen as well.
            let which = (look.object.clone(), of(value), number(value, "until"));
            if *told.entry(which).or_insert(n) == n {
                one(now, look, key, value, out);
            }
        }
    }
}

fn one(now: Timestamp, look: &Look<'_, '_>, key: &str, value: &Value, out: &mut Findings) {
    let ends = number(value, "from").zip(number(value, "until"));
    let Some((from, until)) = ends else {
        let what = format!("shows a certificate that holds ({})", plain(key));
        return look.untold(&RULE, KIND, &what, out);
    };
    let left = until.saturating_sub(now.as_second());
    let limit = (until.saturating_sub(from) / 5).clamp(0, LONGEST);
    let name = format!("the certificate of {} on {}", of(value), look.title());
    let d = if left <= 0 {
        RULE.with(
            Severity::Error,
            format!("{name} ended {} ago", Seconds(left.saturating_neg())),
        )
    } else if look.is_future(from) {
        let what = format!("shows a certificate that holds ({})", plain(key));
        let why = Reason::new("it says that it holds only from a time after the look");
        return look.unknown(&RULE, KIND, &what, &why, out);
    } else if left < limit {
        RULE.finding(format!("{name} ends in {}", Seconds(left)))
            .note(format!(
                "renewed it should be {} before its end",
                Seconds(limit)
            ))
    } else {
        return;
    };
    let until = Timestamp::from_second(until).map_or_else(|_| until.to_string(), |t| t.to_string());
    let issuer = value
        .field("issuer")
        .and_then(Value::as_text)
        .unwrap_or("somebody");
    let d = d.note(format!(
        "{}: until {until}, by {}",
        plain(key),
        plain(issuer)
    ));
    let d = d.help("look at what renews it: certbot renew --dry-run, the log of the proxy, or the timer; then see that the program has read the new one");
    out.add(look.object.clone(), look.dated(d.of(part(key)), KIND, key));
}

/// Whose it is, by its names.
fn of(value: &Value) -> String {
    let names: Vec<&str> = match value.field("names") {
        Some(Value::List(items)) => items.iter().filter_map(Value::as_text).collect(),
        _ => Vec::new(),
    };
    match names.as_slice() {
        [] => value
            .field("subject")
            .and_then(Value::as_text)
            .map_or_else(|| "nobody".to_owned(), plain),
        [one] => plain(one),
        [one, rest @ ..] => format!("{} and {} more", plain(one), rest.len()),
    }
}
