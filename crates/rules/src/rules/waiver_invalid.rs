//! A waiver that cannot be honoured.

use crate::near::nearest;
use crate::rules::RULES;
use crate::rules::rule_setting::meant;
use crate::{Context, Findings, Mend, Rule, parts};
use diag::{Diagnostic, Edit, Fix, Severity};
use jiff::civil::Date;
use model::id::{Kind, ObjectRef, PromiseId};
use model::lab::{DRIFT, Waiver};

pub(crate) const RULE: Rule = Rule {
    id: "waiver-invalid",
    since: "0.1.0",
    severity: Severity::Error,
    summary: "A waiver lacks a reason, an owner, an object or an end, does not say which of several things it accepts, has expired, or names no rule.",
    rationale: "A waiver is a decision to live with a risk. Without a reason and an owner nobody can judge it later, and \
        without an end it is how findings are forgotten. One that is not complete or not in force accepts nothing.",
    example: "waivers: [{rule: bak-same-domain, object: dataset/photos}]",
    controls: &["NIST CSF 2.0 ID.RA-06"],
    mend: Mend::Safe(
        "removes a waiver that has expired; an id that is none is unsafe to replace, and what is missing cannot be made up",
    ),
    run,
};

fn run(ctx: &Context<'_>, out: &mut Findings) {
    for waiver in &ctx.lab.waivers {
        let id = &waiver.id.value;
        let about = waiver
            .object
            .as_ref()
            .and_then(|o| ObjectRef::parse(&o.value));
        // Nothing can waive a finding about a waiver, so an object stands in where none is named.
        let object = about.unwrap_or_else(|| ObjectRef::new(model::id::Kind::Host, "-"));
        if !is_promise(waiver) && !RULES.iter().any(|r| r.id == id) {
            out.add(object.clone(), no_rule(ctx, waiver));
        }
        if let Some(d) = misses_parts(waiver) {
            out.add(object.clone(), d);
        }
        if let Some(d) = no_promise(ctx, waiver) {
            out.add(object.clone(), d);
        }
        // What of a waiver could not be read has been reported, and may be what seems to be lacking.
        let lacking = lacking(waiver);
        if !lacking.is_empty() && !waiver.unread {
            let list = lacking.join(", ");
            let d = RULE
                .finding(format!("the waiver of '{id}' lacks: {list}"))
                .at(waiver.span, format!("missing: {list}"))
                .note("it accepts nothing until it is complete")
                .help("say what it is about, why, who decided, and until when (YYYY-MM-DD)");
            out.add(object.clone(), d);
        }
        if let Some(owner) = waiver.owner.as_ref().filter(|o| is_stranger(ctx, &o.value)) {
            let known: Vec<&str> = ctx.lab.people.keys().map(String::as_str).collect();
            let d = RULE
                .with(
                    Severity::Warning,
                    format!(
                        "the waiver of '{id}' is owned by '{}', who is none of the lab's people",
                        owner.value
                    ),
                )
                .at(owner.span, "not declared under 'people'")
                .note(format!("people: {}", known.join(", ")))
                .help("name somebody who can be asked, or declare the person");
            out.add(object.clone(), d);
        }
        if let Some(expires) = waiver.expires.as_ref().filter(|e| e.value < ctx.today) {
            let days = expires
                .value
                .until(ctx.today)
                .map(|s| s.get_days())
                .unwrap_or_default();
            let days = crate::wording::count(usize::try_from(days).unwrap_or_default(), "day");
            let d = RULE
                .finding(format!("the waiver of '{id}' expired {days} ago"))
                .at(expires.span, "expired")
                .note(format!("{} - {} = {days}", ctx.today, expires.value))
                .help("mend what it accepts, or decide again and set a new date")
                .fix(Fix::safe(
                    "remove it: it accepts nothing any more",
                    Edit::remove(waiver.span),
                ));
            out.add(object, d);
        }
    }
}

/// The rule that a waiver names is none: which one was meant, or which ones are like it.
fn no_rule(ctx: &Context<'_>, waiver: &Waiver) -> Diagnostic {
    const SHOWN: usize = 8;
    let id = &waiver.id.value;
    let mut d = RULE
        .finding(format!("there is no rule '{id}' to waive"))
        .at(waiver.id.span, "no such rule");
    d.fix = meant(id, waiver.id.span);
    let promises = promises(ctx);
    let promise = promises
        .iter()
        .find(|p| p.0.split_once(':').is_some_and(|(kind, _)| kind == id));
    if let Some(promise) = promise {
        return d.help(format!(
            "it is a promise, which is named in full: 'promise: {}'",
            promise.0
        ));
    }
    if d.fix.is_some() {
        return d;
    }
    // Ids begin with what they are about: `bak-`, `ssh-`.
    let words: Vec<&str> = id.split(['-', '_', ' ']).filter(|w| w.len() > 2).collect();
    let like = RULES.iter().map(|r| r.id);
    let like = like.filter(|r| r.split('-').any(|w| words.contains(&w)));
    let like: Vec<&str> = like.take(SHOWN).collect();
    match like.is_empty() {
        true => d
            .help("the id of a rule stands in brackets before what `holdfast check` finds; docs/rules has all of them")
            .help("a promise is named in full, as in 'promise: ports-justified:host/web'"),
        false => d.help(format!("rules with a word of it: {}", like.join(", "))),
    }
}

/// All promises of the lab.
fn promises(ctx: &Context<'_>) -> Vec<PromiseId> {
    let lab = ctx.lab;
    let machines = lab.machines().map(|(name, _)| lab.machine_ref(name));
    let clusters = lab
        .clusters
        .keys()
        .map(|name| ObjectRef::new(Kind::Cluster, name));
    PromiseId::all(machines, clusters, lab.datasets.keys())
}

/// A waiver accepts the parts that it names and no later ones.
fn misses_parts(waiver: &Waiver) -> Option<Diagnostic> {
    let id = &waiver.id.value;
    if let Some(first) = waiver.only.first().filter(|_| is_promise(waiver)) {
        return Some(
            RULE.finding(format!(
                "the waiver of '{id}' names parts, which only rules have"
            ))
            .at(first.span, "not a rule's")
            .help("leave 'only' out"),
        );
    }
    let part = parts::of(id).filter(|_| waiver.only.is_empty() && !waiver.unread)?;
    Some(
        RULE.finding(format!("the waiver of '{id}' does not say which {} it accepts", part.what))
            .at(waiver.span, "missing: only")
            .note("it accepts nothing until then, so that it never accepts what comes later")
            .help(format!(
                "name each as the finding does, as in 'only: [\"{}\"]'; `holdfast check --format json` lists them as 'parts'",
                part.example
            )),
    )
}

/// A waiver that names no part meets several findings.
pub(crate) fn several(waiver: &Waiver, messages: &[&str]) -> Diagnostic {
    let id = &waiver.id.value;
    let object = waiver.object.as_ref().map_or("", |o| o.value.as_str());
    let count = messages.len();
    let mut d = RULE
        .finding(format!(
            "the waiver of '{id}' for '{object}' does not say which of {count} findings it accepts"
        ))
        .at(waiver.span, "missing: only")
        .note("it accepts nothing until then, so that it never accepts what comes later");
    for message in messages.iter().take(5) {
        d = d.note(format!("one of them: {message}"));
    }
    d.help("'only' lists the messages of those that are accepted, in full: 'only: [\"…\"]'")
}

/// The promise that a waiver names is none of the lab's.
fn no_promise(ctx: &Context<'_>, waiver: &Waiver) -> Option<Diagnostic> {
    let id = &waiver.id.value;
    // What could not be read may be what the promise is about.
    if !is_promise(waiver) || id.starts_with(DRIFT) || ctx.lab.unread.sections {
        return None;
    }
    let all = promises(ctx);
    if all.iter().any(|p| p.0 == *id) {
        return None;
    }
    let d = RULE
        .finding(format!("there is no promise '{id}' to waive"))
        .at(waiver.id.span, "no such promise");
    let near = nearest(id, all.iter().map(|p| p.0.as_str()));
    Some(match near {
        Some(near) => d.fix(Fix::doubtful(
            format!("did you mean '{near}'?"),
            Edit::replace(waiver.id.span, near),
        )),
        None => d.help(
            "'holdfast prove' lists the promises with their ids, as in 'ports-justified:host/web'",
        ),
    })
}

/// The lab says who its people are, and this is none of them.
fn is_stranger(ctx: &Context<'_>, owner: &str) -> bool {
    let people = &ctx.lab.people;
    !people.is_empty() && !people.contains_key(owner)
}

/// Ids of promises have the object in them.
pub(crate) fn is_promise(waiver: &Waiver) -> bool {
    waiver.id.value.contains(':')
}

/// Drift is that of a host.
fn needs_object(waiver: &Waiver) -> bool {
    !is_promise(waiver) || waiver.id.value.starts_with(model::lab::DRIFT)
}

fn lacking(waiver: &Waiver) -> Vec<&'static str> {
    let fields = [
        ("object", waiver.object.is_none() && needs_object(waiver)),
        ("reason", waiver.reason.is_none()),
        ("owner", waiver.owner.is_none()),
        ("expires", waiver.expires.is_none()),
    ];
    fields
        .into_iter()
        .filter(|(_, none)| *none)
        .map(|(f, _)| f)
        .collect()
}

/// Everything that a waiver needs is there.
pub(crate) fn complete(waiver: &Waiver) -> bool {
    lacking(waiver).is_empty()
}

/// The last day of a waiver is the day it names.
pub(crate) fn in_force(waiver: &Waiver, today: Date) -> bool {
    waiver.expires.as_ref().is_some_and(|e| e.value >= today)
}
