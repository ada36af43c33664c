//! `check` and `explain`.

use crate::cli::{CheckArgs, Format};
use crate::exit::{Exit, Stop};
use crate::output::Paint;
use crate::tree::Tree;
use anyhow::Result;
use diag::render::{self, Color};
use diag::{Class, Severity};

/// Everything wrong on paper. Exit 2 for an invalid declaration, 1 for findings.
pub(crate) fn check(args: &CheckArgs, json: bool, paint: Paint) -> Result<Exit> {
    let tree = Tree::open(&args.lab)?;
    let today = jiff::Zoned::now().date();
    let mut all = tree.diagnostics.clone();
    all.extend(rules::check(&rules::Context {
        lab: &tree.lab,
        facts: None,
        today,
    }));
    let format = if json { Format::Json } else { args.format };
    let color = if paint.is_on() {
        Color::Always
    } else {
        Color::Never
    };
    match format {
        Format::Full => print!("{}", render::full(&all, &tree.sources, color)),
        Format::Concise => print!("{}", render::concise(&all, &tree.sources)),
        Format::Json => println!("{}", render::json(&all, &tree.sources)),
        Format::Sarif => println!("{}", render::sarif(&all, &tree.sources, &rule_texts())),
    }
    if matches!(format, Format::Full | Format::Concise) {
        println!("{}", summary(&tree, &all));
    }
    let worst = |class: Class| {
        all.iter()
            .filter(|d| d.class == class)
            .map(|d| d.severity)
            .max()
    };
    let limit = if args.deny.is_some() {
        Severity::Warning
    } else {
        Severity::Error
    };
    Ok(match (worst(Class::Invalid), worst(Class::Finding)) {
        (Some(Severity::Error), _) => Exit::Usage,
        (_, Some(severity)) if severity >= limit => Exit::Findings,
        _ => Exit::Ok,
    })
}

/// What the rule book says, for formats that carry it along.
fn rule_texts() -> Vec<render::RuleText> {
    let of_rule = |r: &rules::Rule| render::RuleText {
        id: r.id.to_owned(),
        summary: r.summary.to_owned(),
        rationale: r.rationale.to_owned(),
    };
    rules::RULES.iter().map(of_rule).collect()
}

fn summary(tree: &Tree, all: &[diag::Diagnostic]) -> String {
    let lab = &tree.lab;
    format!(
        "{}: {} ({} hosts, {} datasets, {} repositories checked)",
        lab.name,
        render::summary(all),
        lab.hosts.len(),
        lab.datasets.len(),
        lab.repositories.len()
    )
}

/// What a code means, why it matters, what to do.
pub(crate) fn explain(code: &str) -> Result<Exit> {
    if let Some(rule) = rules::explain(code) {
        println!(
            "{}\n\n{}\n\n{}\n\nExample\n{}",
            rule.id, rule.summary, rule.rationale, rule.example
        );
        if !rule.controls.is_empty() {
            println!("\nControls: {}", rule.controls.join(", "));
        }
        return Ok(Exit::Ok);
    }
    if let Some((_, text)) = lang::CODES.iter().find(|(c, _)| *c == code) {
        println!("{code}\n\n{text}");
        return Ok(Exit::Ok);
    }
    Err(
        Stop::usage(format!("no rule or diagnostic is called {code}"))
            .help("holdfast check prints the codes in brackets")
            .into(),
    )
}
