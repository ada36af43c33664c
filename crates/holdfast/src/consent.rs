//! What the user agrees to, before anything is done.

use crate::cli::Consent;
use crate::exit::Stop;
use crate::output::words::count;
use crate::output::{Paint, ended, plan as plan_output};
use anyhow::Result;
use model::plan::{Plan, Risk};
use model::realm::Realm;
use plan::Context;
use plan::check::{Allowed, Refusal, check_plan};
use std::io::IsTerminal as _;

/// What `--allow` says; wrong words are refused whatever there is to do.
pub(crate) fn allowed(consent: &Consent, realm: &Realm) -> Result<Allowed> {
    Allowed::parse(&consent.allow, realm).map_err(|why| Stop::usage(why).into())
}

/// What a plan needs beyond `--yes`.
pub(crate) fn needs(plan: &Plan, ctx: &Context<'_>) -> Vec<Refusal> {
    check_plan(plan, ctx, &Allowed::default())
}

/// Shows the plan and gets its approval: refusals first, then the digest that was asked for, then `--yes` or a person.
pub(crate) fn approve(
    plan: &Plan,
    ctx: &Context<'_>,
    consent: &Consent,
    show: Option<Paint>,
) -> Result<()> {
    let allowed = allowed(consent, &plan.realm)?;
    if let Some(paint) = show {
        out!("{}", plan_output::text(plan, paint));
        ended::arrived()?;
    }
    let refusals = check_plan(plan, ctx, &allowed);
    if !refusals.is_empty() {
        let lines: Vec<String> = refusals.iter().map(|r| format!("  {}", r.line())).collect();
        return Err(Stop::refused(format!(
            "the plan needs more than a yes:\n{}",
            lines.join("\n")
        ))
        .into());
    }
    let digest = plan.digest();
    if let Some(wanted) = &consent.digest
        && (wanted.len() < 8 || !digest.0.starts_with(wanted.as_str()))
    {
        return Err(Stop::refused(format!(
            "the plan's digest is {}, not {wanted}",
            digest.short()
        ))
        .help("the lab or the declaration changed since; look at the plan again")
        .into());
    }
    if consent.yes {
        return Ok(());
    }
    ask(plan)
}

fn ask(plan: &Plan) -> Result<()> {
    if !std::io::stdin().is_terminal() {
        return Err(Stop::refused("nobody is there to confirm the plan")
            .help("add --yes")
            .into());
    }
    let worst = plan
        .steps
        .iter()
        .map(|s| s.risk)
        .max()
        .unwrap_or(Risk::None);
    out!(
        "Run {} on {} (highest risk: {})? [y/N] ",
        count(plan.steps.len(), "step", "steps"),
        plan.realm,
        plan_output::risk(worst)
    );
    ended::arrived()?;
    let mut line = String::new();
    std::io::stdin().read_line(&mut line)?;
    if matches!(line.trim(), "y" | "yes") {
        Ok(())
    } else {
        Err(Stop::refused("not confirmed; nothing was done").into())
    }
}
