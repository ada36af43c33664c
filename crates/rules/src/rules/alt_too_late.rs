//! An alert rings when it is too late.

use crate::bands::thresholds;
use crate::claims::{text, words};
use crate::figure::{Dim, Figure};
use crate::{Context, Findings, Mend, Rule};
use diag::{Diagnostic, Severity, Span};
use model::declare::{About, OptExt as _};
use model::id::{Kind, ObjectRef};
use model::lab::Lab;
use model::lab::watch::{Alert, Urgency};
use model::units::Seconds;

pub(crate) const RULE: Rule = Rule {
    id: "alt-too-late",
    since: "0.1.0",
    severity: Severity::Warning,
    summary: "The first alert rings at or after the limit that it is to prevent, or leaves no time to keep the objective.",
    rationale: "An alert is worth the time between its ringing and the damage. At the limit there is none left; and if noticing \
        and responding take as long as the objective allows, no repair is fast enough.",
    example: "pools: {tank: {fill_limit: 80%}}   # and 'alerts: {full: {about: [tank], metric: fill, above: 85%}}'",
    controls: &["ISO 27001:2022 A.8.16", "ISO 27001:2022 A.5.30"],
    mend: Mend::None("how early is early enough depends on how fast it fills and who has to act"),
    run,
};

fn run(ctx: &Context<'_>, out: &mut Findings) {
    fill(ctx.lab, out);
    let mut said: Vec<Slow<'_>> = Vec::new();
    let outages = ctx.lab.alerts.iter().filter(|(n, a)| is_outage(n, a));
    for (name, alert) in outages {
        let Some(response) = &alert.response else {
            continue;
        };
        let Some(begin) = response.value().map(|r| r.seconds()) else {
            continue;
        };
        let wait = alert.r#for.known().map_or(0, |d| d.seconds());
        let (Ok(wait), Ok(begin)) = (i64::try_from(wait), i64::try_from(begin)) else {
            continue;
        };
        let Some(limit) = tightest(ctx.lab, alert).filter(|l| wait + begin >= l.seconds) else {
            continue;
        };
        let new = Slow {
            name,
            wait,
            begin,
            span: response.span,
            limit,
            others: Vec::new(),
        };
        let same =
            |s: &&mut Slow<'_>| (s.wait, s.begin, s.limit.span) == (wait, begin, new.limit.span);
        match said.iter_mut().find(same) {
            Some(first) => first.others.push(name),
            None => said.push(new),
        }
    }
    for slow in said {
        out.add(ObjectRef::new(Kind::Alert, slow.name), slow.finding());
    }
}

/// It rings when something is away, not when something will be needed: a certificate, space, a copy.
fn is_outage(name: &str, alert: &Alert) -> bool {
    const LATER: [&str; 10] = [
        "backup",
        "certificate",
        "cert",
        "replication",
        "scrub",
        "update",
        "updates",
        "drift",
        "breach",
        "intrusion",
    ];
    let said = words(&format!(
        "{name} {}",
        alert.metric.known().map_or("", String::as_str)
    ));
    let urgent = alert
        .severity
        .known()
        .is_none_or(|s| matches!(s, Urgency::P1 | Urgency::P2));
    let later = said.split('-').any(|w| LATER.contains(&w));
    urgent && !later && alert.above.is_none() && alert.below.is_none()
}

/// An alert that leaves no time, and others of the same times.
struct Slow<'a> {
    name: &'a str,
    wait: i64,
    begin: i64,
    span: Span,
    limit: Limit,
    others: Vec<&'a str>,
}

impl Slow<'_> {
    fn finding(&self) -> Diagnostic {
        let Self { name, limit, .. } = self;
        let (wait, begin) = (Seconds(self.wait), Seconds(self.begin));
        let total = Seconds(self.wait + self.begin);
        let left = Seconds(limit.seconds - self.wait - self.begin);
        let mut d = RULE
            .finding(format!("alert '{name}' leaves no time: somebody begins after {total}, and {}", limit.what))
            .at(self.span, "how soon somebody begins")
            .and_at(limit.span, "the objective")
            .note(format!("time for the repair: {} - ({wait} until it rings + {begin} until somebody begins) = {left}", Seconds(limit.seconds)));
        if !self.others.is_empty() {
            d = d.note(format!("the same holds for: {}", self.others.join(", ")));
        }
        d.help("promise a shorter response, ring sooner, or raise the objective")
    }
}

/// Pools whose first alert comes at or after their limit.
fn fill(lab: &Lab, out: &mut Findings) {
    let alerts = thresholds(lab);
    for (name, pool) in &lab.pools {
        let Some((limit, span)) = pool
            .fill_limit
            .as_ref()
            .and_then(|f| Some((f.value()?, f.span)))
        else {
            continue;
        };
        let first = alerts
            .iter()
            .filter(|a| a.watches_pool(name))
            .min_by_key(|a| a.figure.value());
        let Some(first) = first else { continue };
        let (at, ppm) = (first.figure.value(), i128::from(limit.ppm()));
        if at < ppm {
            continue;
        }
        let d = RULE
            .finding(format!(
                "the first alert about pool '{name}' rings above {}, and its limit is {limit}",
                first.figure
            ))
            .at(first.span, "rings from here")
            .and_at(span, "fuller than this it must not get")
            .note(format!(
                "time to act before the limit: {limit} - {} = {}",
                first.figure,
                first.figure.say(ppm - at)
            ))
            .help(format!("let it ring well below {limit}"));
        out.add(ObjectRef::new(Kind::Alert, first.name), d);
    }
}

/// An objective that an alert leaves time for, or not.
struct Limit {
    seconds: i64,
    what: String,
    span: Span,
}

/// The shortest recovery objective of what an alert is about; for urgent ones also the target for repairs in general.
fn tightest(lab: &Lab, alert: &Alert) -> Option<Limit> {
    let mut limits = Vec::new();
    for about in &alert.about {
        let About::Ref(reference) = &about.value else {
            continue;
        };
        let tier = match reference.kind() {
            Kind::Service => lab
                .services
                .get(reference.name())
                .and_then(|s| s.tier.known())
                .map(|t| t.name()),
            Kind::Tier => Some(reference.name()),
            _ => None,
        };
        let Some((tier, bundle)) = tier.and_then(|t| lab.tiers.get_key_value(t)) else {
            continue;
        };
        for (scope, rto) in &bundle.rto {
            let what = format!(
                "tier '{tier}' is to be back within {} after {}",
                rto.value,
                scope.word()
            );
            limits.push(Limit {
                seconds: rto.value.0,
                what,
                span: rto.span,
            });
        }
    }
    let urgent = matches!(alert.severity.known(), Some(Urgency::P1 | Urgency::P2));
    for (name, metric) in lab.metrics.iter().filter(|_| urgent) {
        let said = words(&format!(
            "{name} {}",
            metric.text.known().map_or("", |t| t.0.as_str())
        ));
        let repair =
            said.contains("mttr") || (said.contains("mean-time") && said.contains("recover"));
        let Some(given) = metric.target.as_ref().filter(|_| repair) else {
            continue;
        };
        let figure = given.value().and_then(|v| Figure::parse(&text(v)));
        let Some(figure) = figure.filter(|f| f.dim == Dim::Time) else {
            continue;
        };
        let what = format!("'{name}' is to be {figure}");
        limits.push(Limit {
            seconds: i64::try_from(figure.value() / 1_000).ok()?,
            what,
            span: given.span,
        });
    }
    limits.into_iter().min_by_key(|l| l.seconds)
}
