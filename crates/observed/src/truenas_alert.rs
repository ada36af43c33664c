//! An alert that TrueNAS itself calls critical.

use crate::appliance::{ALERT, all, flag, number, text};
use crate::look::{Look, part};
use crate::{Context, Findings, Mend, Rule};
use diag::Severity;
use graph::observation::plain;
use model::units::Seconds;
use model::value::Value;

/// Levels from which on something has to be done now.
const LEVELS: [&str; 3] = ["CRITICAL", "ALERT", "EMERGENCY"];

pub const RULE: Rule = Rule {
    id: "truenas-alert",
    since: "0.1.0",
    severity: Severity::Error,
    summary: "TrueNAS shows an alert of level CRITICAL or above that nobody has dismissed.",
    rationale: "A pool that is not healthy, a disk that fails its tests, a replication that broke off: TrueNAS says so behind a bell in its web interface. Where no mail is set up, that is where it stays.",
    example: "hosts: {nas: {truenas: {url: 'https://192.168.10.20', user: holdfast}}}   # and alert.list tells VolumeStatus, CRITICAL",
    controls: &["NIST CSF 2.0 DE.CM-09", "ISO 27001:2022 A.8.16"],
    mend: Mend::None("what the alert is about has to be looked into"),
    run,
};

fn run(ctx: &Context<'_>, out: &mut Findings) {
    for look in all(ctx) {
        look.unseen(&RULE, ALERT, "shows other alerts", out);
        for (key, alert) in look.items(ALERT) {
            one(&look, key, alert, out);
        }
    }
}

fn one(look: &Look<'_, '_>, key: &str, alert: &Value, out: &mut Findings) {
    let class = text(alert, "class").unwrap_or("an unknown class");
    let (level, dismissed) = (text(alert, "level"), flag(alert, "dismissed"));
    let (Some(level), Some(dismissed)) = (level, dismissed) else {
        let what = format!("shows a critical alert of {}", plain(class));
        return look.untold(&RULE, ALERT, &what, out);
    };
    if dismissed || !LEVELS.contains(&level) {
        return;
    }
    let title = text(alert, "title").unwrap_or(class);
    let d = RULE.finding(format!(
        "{} shows an alert of level {level}: {}",
        look.title(),
        plain(title)
    ));
    let since = number(alert, "since").filter(|at| !look.is_future(*at));
    let d = match since {
        Some(at) => d.note(format!(
            "class {}, since {} before the look",
            plain(class),
            Seconds(look.ago(at).max(0))
        )),
        None => d.note(format!("class {}", plain(class))),
    };
    let d = d.help(
        "its own words stand in the web interface, behind the bell, or in `midclt call alert.list`",
    );
    out.add(look.object.clone(), look.dated(d.of(part(key)), ALERT, key));
}
