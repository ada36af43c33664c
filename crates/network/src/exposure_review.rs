//! A way in that nobody justifies, owns or looks at.

use crate::context::{called, service};
use crate::traffic::ports;
use crate::{Context, Findings, Mend, Rule};
use diag::{Edit, Fix, Severity, Spanned};
use jiff::Span;
use jiff::civil::Date;
use model::declare::OptExt;
use model::declare::Or;
use model::id::ObjectRef;
use model::lab::Exposure;
use model::lab::network::{Action, End, Flow};
use model::lab::service::ServiceExposure;
use std::collections::BTreeMap;

pub const RULE: Rule = Rule {
    id: "exposure-review",
    since: "0.1.0",
    severity: Severity::Warning,
    summary: "An exposure, or a flow that may pass, lacks a reason, an owner or a review date, its review is overdue, or an exposure is declared twice.",
    rationale: "Ports are opened for a reason and stay open without one. A reason, somebody who answers for it, and a day on \
        which it is looked at again are what keeps the list of ways in from only growing. Of one that is written twice, the second is still \
        there after somebody has closed the first.",
    example: "exposures: [{port: 8080/tcp, from: any}]",
    controls: &["NIST CSF 2.0 ID.AM-03", "ISO 27001:2022 A.8.20"],
    mend: Mend::Unsafe(
        "sets a review in a year where nothing else is missing; reasons and owners cannot be made up",
    ),
    run,
};

/// One way in, of whatever has it.
struct Way {
    object: Option<ObjectRef>,
    words: String,
    span: diag::Span,
    lacking: Vec<&'static str>,
    help: &'static str,
    review: Option<Spanned<Date>>,
    owner: String,
}

fn run(ctx: &Context<'_>, out: &mut Findings) {
    for (name, machine) in ctx.lab.machines() {
        let of = ctx.lab.machine_ref(name);
        for exposure in &machine.exposures {
            judge(ctx, &of_machine(&of, exposure), out);
        }
        let ways = machine.exposures.iter();
        let ways = ways.map(|e| (same_machine(e), of_machine(&of, e)));
        twice(ways, out);
    }
    for (name, s) in ctx.lab.services.iter().filter(|(_, s)| s.is_running()) {
        for exposure in &s.exposures {
            judge(ctx, &of_service(name, exposure), out);
        }
        let ways = s.exposures.iter();
        let ways = ways.filter_map(|e| Some((same_service(e)?, of_service(name, e))));
        twice(ways, out);
    }
    for flow in &ctx.lab.flows {
        if flow.action.known() == Some(&Action::Allow) {
            judge(ctx, &of_flow(flow), out);
        }
    }
}

/// What makes two exposures of a machine one.
fn same_machine(e: &Exposure) -> String {
    let word = |given: &Option<Spanned<String>>| given.as_ref().map(|g| g.value.clone());
    let (from, listen) = (word(&e.from), word(&e.listen));
    format!("{:?}", (e.port.value, e.protocol, from, listen))
}

/// The same of a service; none where something of it is not known.
fn same_service(e: &ServiceExposure) -> Option<String> {
    let open = [
        e.from.as_ref().is_some_and(|g| g.value().is_none()),
        e.via.as_ref().is_some_and(|g| g.value().is_none()),
        e.host.as_ref().is_some_and(|g| g.value().is_none()),
    ];
    let port = e.port.known().filter(|_| !open.contains(&true))?;
    let from = e.from.known().map(|from| match from {
        Or::Word(word) => word.word().to_owned(),
        Or::Ref(r) => r.0.object.to_string(),
    });
    let via = e.via.known().map(|via| via.0.object.to_string());
    let host = e.host.known().map(|h| h.0.to_lowercase());
    Some(format!("{:?}", (port.to_string(), from, via, host)))
}

/// Ways in of one thing that are the same in all that they say of who comes in, and where.
fn twice(ways: impl Iterator<Item = (String, Way)>, out: &mut Findings) {
    let mut first: BTreeMap<String, diag::Span> = BTreeMap::new();
    for (same, way) in ways {
        let Some(there) = first.get(&same) else {
            first.insert(same, way.span);
            continue;
        };
        let d = RULE
            .finding(format!("{} is declared open twice", way.words))
            .at(way.span, "again here")
            .and_at(*there, "first here")
            .of(format!("{}: twice", way.words))
            .fix(Fix::doubtful("remove it", Edit::remove(way.span)));
        out.add_about(
            way.object.clone(),
            d.help("keep the one whose reason, owner and review hold"),
        );
    }
}

fn of_flow(flow: &Flow) -> Way {
    let end = |end: &model::declare::Opt<End>| match end.known() {
        Some(Or::Ref(r)) => (
            Some(ObjectRef::new(r.kind(), r.name())),
            format!("{} '{}'", r.kind().word(), r.name()),
        ),
        Some(Or::Word(word)) => (None, format!("'{}'", word.word())),
        None => (None, "?".to_owned()),
    };
    let ((from, source), (to, target)) = (end(&flow.from), end(&flow.to));
    let review = flow.review.as_ref();
    Way {
        object: to.or(from),
        words: format!("the flow from {source} to {target}, {}", ports(flow)),
        span: flow.span,
        help: "add 'why: …', 'owner: …' and 'review: YYYY-MM-DD', or remove it",
        lacking: lacking(flow.why.is_some(), flow.owner.is_some(), review.is_some()),
        review: review.and_then(|r| Some(Spanned::new(*r.value()?, r.span))),
        owner: flow
            .owner
            .known()
            .map_or("its owner", |o| o.name())
            .to_owned(),
    }
}

fn lacking(why: bool, owner: bool, review: bool) -> Vec<&'static str> {
    let fields = [("why", why), ("owner", owner), ("review", review)];
    let missing = fields.into_iter().filter(|(_, there)| !there);
    missing.map(|(field, _)| field).collect()
}

fn of_machine(machine: &ObjectRef, e: &Exposure) -> Way {
    let (port, protocol) = (e.port.value, e.protocol.word());
    Way {
        object: Some(machine.clone()),
        words: format!("port {port}/{protocol} of {}", called(machine)),
        span: e.span,
        help: "add 'why: …', 'owner: …' and 'review: YYYY-MM-DD', or close the port",
        lacking: lacking(e.why.is_some(), e.owner.is_some(), e.review.is_some()),
        review: e.review.clone(),
        owner: e
            .owner
            .as_ref()
            .map_or("its owner", |o| &o.value)
            .to_owned(),
    }
}

fn of_service(name: &str, e: &ServiceExposure) -> Way {
    let port = e
        .port
        .known()
        .map_or("a port".to_owned(), |p| format!("port {p}"));
    let review = e
        .review
        .as_ref()
        .and_then(|r| Some(Spanned::new(*r.value()?, r.span)));
    let owner = e.owner.known();
    Way {
        object: Some(service(name)),
        words: format!("{port} of service '{name}'"),
        span: e.span,
        help: "add 'why: …', 'owner: …' and 'review: YYYY-MM-DD', or close the port",
        lacking: lacking(e.why.known().is_some(), owner.is_some(), review.is_some()),
        review,
        owner: owner.map_or("its owner", |o| o.name()).to_owned(),
    }
}

fn judge(ctx: &Context<'_>, way: &Way, out: &mut Findings) {
    if !way.lacking.is_empty() {
        let list = way.lacking.join(", ");
        let mut d = RULE
            .finding(format!("{} is open without: {list}", way.words))
            .at(way.span, format!("missing: {list}"))
            .of(format!("{}: {list}", way.words))
            .help(way.help);
        // Reasons and owners cannot be made up; a day to look at it again can.
        let day = ctx.today.checked_add(Span::new().years(1)).ok();
        if let ([only], Some(day)) = (way.lacking.as_slice(), day)
            && *only == "review"
        {
            let edit = Edit::enter(way.span, format!("review: {day}"));
            d = d.fix(Fix::doubtful("look at it again in a year", edit));
        }
        out.add_about(way.object.clone(), d);
    }
    let Some(review) = way.review.as_ref().filter(|r| r.value < ctx.today) else {
        return;
    };
    let days = review
        .value
        .until(ctx.today)
        .map(|span| span.get_days())
        .unwrap_or_default();
    let days = crate::wording::count(usize::try_from(days).unwrap_or_default(), "day");
    let d = RULE
        .finding(format!("the review of {} is {days} overdue", way.words))
        .at(review.span, "due")
        .of(format!("{}: review", way.words))
        .note(format!("{} - {} = {days}", ctx.today, review.value))
        .help(format!(
            "ask {} whether it is still needed; then close it or set a new date",
            way.owner
        ));
    out.add_about(way.object.clone(), d);
}
