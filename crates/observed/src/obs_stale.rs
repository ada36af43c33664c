//! A target of which nothing current is known.

use crate::look::{Target, blind, targets, title};
use crate::{Context, Findings, Mend, Rule};
use diag::Severity;
use graph::observation::Blind;

pub const RULE: Rule = Rule {
    id: "obs-stale",
    since: "0.1.0",
    severity: Severity::Warning,
    summary: "The last observation of a host or cluster is too old to conclude anything from it.",
    rationale: "What a machine was a month ago says nothing of what listens on it today. A check that rests on an old look is green because \
        nobody looked again. A target that never answered is unknown, and no rule about what is observed passes it.",
    example: "hosts: {web: {}}   # last observed 12 days ago",
    controls: &[
        "CIS v8 1.1",
        "NIST CSF 2.0 ID.AM-01",
        "ISO 27001:2022 A.5.9",
    ],
    mend: Mend::None("somebody has to look: `holdfast observe`"),
    run,
};

fn run(ctx: &Context<'_>, out: &mut Findings) {
    if ctx.facts.is_none() {
        return;
    }
    let all = targets(ctx);
    for target in &all {
        let Some(why) = blind(ctx, target) else {
            continue;
        };
        let title = named(target, &all);
        let d = match &why {
            Blind::Silent(_) => RULE.unknown(format!("what {title} really is like")),
            Blind::Old(_) => RULE.finding(format!("{title} was last looked at too long ago")),
            Blind::Future(_) => RULE.finding(format!("the observation of {title} cannot be dated")),
        };
        let d = d.at(target.span, "").note(why.to_string());
        let d = d.help("`holdfast observe` looks at it, and changes nothing");
        out.add(target.object.clone(), d);
    }
}

/// `host 'web'`. A host may be looked at by its own system and by its interface: that the one is not known must not hide the other.
fn named(target: &Target<'_>, all: &[Target<'_>]) -> String {
    let title = title(&target.object);
    let mut same = all.iter().filter(|t| t.object == target.object);
    match target.by_hand || same.all(|t| !t.by_hand) {
        true => title,
        false => format!("the API of {title}"),
    }
}
