//! Needs of services that nothing in use can meet.

use super::RULE;
use crate::standing::away;
use crate::{Context, Findings};
use diag::{Diagnostic, Span};
use graph::context::called;
use graph::needs::{choice, is_met};
use model::declare::OptExt as _;
use model::id::{Kind, ObjectRef};
use model::lab::Lab;
use model::lab::service::{Dependency, Needed, Strength};

/// What a service needs and does not have.
enum Unmet<'a> {
    /// This.
    One(&'a Needed, Span),
    /// So many of several.
    Choice(usize, &'a [Dependency], Span),
}

pub(super) fn run(ctx: &Context<'_>, out: &mut Findings) {
    let lab = ctx.lab;
    let running = lab.services.iter().filter(|(_, s)| s.is_running());
    for (name, service) in running {
        let mut all = Vec::new();
        service
            .needs
            .iter()
            .for_each(|need| unmet(lab, need, &mut all));
        for one in all {
            out.add(ObjectRef::new(Kind::Service, name), tell(lab, name, &one));
        }
    }
}

fn unmet<'a>(lab: &Lab, need: &'a Dependency, out: &mut Vec<Unmet<'a>>) {
    if is_met(lab, need) {
        return;
    }
    let own = need.need.as_ref();
    match (own.and_then(|n| Some((n.value()?, n.span))), choice(need)) {
        (Some((needed, span)), _) => out.push(Unmet::One(needed, span)),
        // More of them than there are can be met by nothing: that is no question of what is in use.
        (None, Some((least, among))) if least > among.len() => {}
        (None, Some((least, among))) => out.push(Unmet::Choice(least, among, need.span)),
        (None, None) => need.all.iter().for_each(|below| unmet(lab, below, out)),
    }
}

fn tell(lab: &Lab, name: &str, unmet: &Unmet<'_>) -> Diagnostic {
    let help = "say 'status: planned' of the service, too, or name what it needs today";
    match unmet {
        Unmet::One(needed, span) => {
            let on = &needed.0.object;
            let status = away(lab, on).unwrap_or("planned");
            let d = RULE.finding(format!(
                "service '{name}' is in use and needs {}, which is {status}",
                called(on)
            ));
            let d = d.at(*span, "needed here");
            let d = match lab.span_of(on) {
                Some(there) => d.and_at(there, status),
                None => d,
            };
            d.help(help)
        }
        Unmet::Choice(least, among, span) => {
            let there = among.iter().filter(|n| is_met(lab, n)).count();
            let message = match there {
                0 => format!(
                    "service '{name}' is in use and needs {least} of {}, of which none is",
                    among.len()
                ),
                n => format!(
                    "service '{name}' is in use and needs {least} of {}, of which only {n} {}",
                    among.len(),
                    if n == 1 { "is" } else { "are" }
                ),
            };
            let each: Vec<String> = among.iter().map(|n| words(lab, n)).collect();
            let d = RULE.finding(message).at(*span, "needed here");
            d.note(format!("needed: {least} of {}", each.join(", ")))
                .help(help)
        }
    }
}

/// `host 'b' (planned)`.
fn words(lab: &Lab, need: &Dependency) -> String {
    if let Some(needed) = need.need.known() {
        let on = &needed.0.object;
        return match away(lab, on).filter(|_| need.kind.known() != Some(&Strength::Soft)) {
            Some(status) => format!("{} ({status})", called(on)),
            None => called(on),
        };
    }
    let list = |all: &[Dependency]| {
        let all: Vec<String> = all.iter().map(|n| words(lab, n)).collect();
        all.join(", ")
    };
    match choice(need) {
        Some((least, among)) => format!("[{least} of {}]", list(among)),
        None => format!("[{}]", list(&need.all)),
    }
}
