//! Images are replaced while nobody looks.

use super::img_pin::is_fixed;
use crate::containers::Container;
use crate::{Context, Findings, Mend, Rule};
use diag::{Diagnostic, Severity, Span};
use model::compose::Service as Composed;
use model::declare::OptExt as _;
use model::id::{Kind, ObjectRef};
use model::lab::protection::{Approval, JobKind};

/// Last steps of the names of images that replace others by themselves.
const UPDATERS: [&str; 2] = ["watchtower", "ouroboros"];

pub const RULE: Rule = Rule {
    id: "img-updater",
    since: "0.1.0",
    severity: Severity::Warning,
    summary: "Images are replaced automatically, without anybody's approval.",
    rationale: "An updater that nobody is asked by takes whatever was pushed, at night, databases and their upgrades included. \
        What broke, and what ran before, is then guesswork. Proposals that somebody accepts cost minutes a week.",
    example: "jobs: {images: {kind: image-update, on: [stack/media], automatic: true}}",
    controls: &["NIST CSF 2.0 PR.PS-02", "ISO 27001:2022 A.8.32"],
    mend: Mend::None("who approves updates is a decision"),
    run,
};

fn run(ctx: &Context<'_>, out: &mut Findings) {
    for container in ctx.containers() {
        let Some(image) = &container.service.image else {
            continue;
        };
        let last = image.value.name.rsplit('/').next().unwrap_or_default();
        if !UPDATERS.contains(&last) || only_tells(container.service) {
            continue;
        }
        let reached: Vec<Container<'_>> = ctx
            .containers()
            .filter(|c| c.machine() == container.machine() && c.name != container.name)
            .collect();
        let message = format!(
            "{} replaces images without anybody's approval",
            container.title()
        );
        let d = finding(ctx, message, image.span, "updates by itself", &reached);
        out.add(container.object(), d);
    }
    for (name, job) in &ctx.lab.jobs {
        let images = job.kind.known() == Some(&JobKind::ImageUpdate);
        let alone = job.automatic.known() == Some(&true);
        if !images || !alone || job.approval.known() == Some(&Approval::Person) {
            continue;
        }
        let on = |c: &Container<'_>| {
            job.on.iter().any(|o| {
                let (kind, name) = (o.value.kind(), o.value.name());
                (kind == Kind::Stack && name == c.stack) || c.machine() == Some((kind, name))
            })
        };
        let reached: Vec<Container<'_>> = ctx.containers().filter(on).collect();
        let message = format!("job '{name}' replaces images without anybody's approval");
        let d = finding(
            ctx,
            message,
            job.span,
            "automatic, and approved by nobody",
            &reached,
        );
        out.add(ObjectRef::new(Kind::Job, name), d);
    }
}

/// It is set to look and not to touch.
fn only_tells(service: &Composed) -> bool {
    let set = service.environment.get("WATCHTOWER_MONITOR_ONLY");
    let set = set.and_then(|v| v.value.as_ref()).map(|t| t.expose());
    let words = service.command.iter().flat_map(|c| &c.words);
    let mut words = words.map(|w| w.expose());
    set.is_some_and(|v| matches!(v.to_lowercase().as_str(), "true" | "1"))
        || words.any(|w| w == "--monitor-only" || w == "--monitor-only=true")
}

fn finding(
    ctx: &Context<'_>,
    message: String,
    span: Span,
    label: &str,
    reached: &[Container<'_>],
) -> Diagnostic {
    let moving = |c: &&Container<'_>| {
        let image = c.service.image.as_ref();
        image.is_some_and(|i| !is_fixed(&i.value))
    };
    let databases: Vec<String> = reached
        .iter()
        .filter(|c| c.product(ctx).is_some_and(|(_, p)| p.data.is_some()))
        .map(|c| format!("'{}'", c.name))
        .collect();
    let mut d = RULE.finding(message).at(span, label).note(format!(
        "containers that it reaches: {}, of which {} without a fixed version",
        reached.len(),
        reached.iter().filter(moving).count()
    ));
    if !databases.is_empty() {
        d = d.note(format!("databases among them: {}", databases.join(", ")));
    }
    d.help("let it tell only, or propose the update to somebody who agrees (a job with 'approval: person'), after a backup")
}
