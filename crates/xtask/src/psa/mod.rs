//! Fault trees in the Open-PSA Model Exchange Format, for holding our cut sets and probabilities against what others publish.

mod expression;
mod formula;
mod names;
#[cfg(test)]
mod tests;

use anyhow::{Context as _, Result, bail};
use faulttree::{Compiled, CutSets};
use formula::Model;
use names::Definitions;
use roxmltree::{Document, ParsingOptions};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Nodes of the largest diagram; each takes 10 bytes, and some 100 where cut sets are sought.
const LIMIT: usize = 50_000_000;

/// Bytes: formulas in formulas are read by calls in calls.
const STACK: usize = 64 << 20;

/// Hours in a year: what models are computed for that speak of the time of a mission and are not told it.
const MISSION: f64 = 8760.0;

/// What is asked of a model.
#[derive(Clone, Copy)]
struct Question<'a> {
    top: Option<&'a str>,
    /// Hours.
    mission: f64,
}

/// Prints `cut_sets N probability P` for the top of the fault tree that some files define together.
pub(crate) fn run(arguments: &[String]) -> Result<()> {
    let mut files = Vec::new();
    let mut question = Question {
        top: None,
        mission: MISSION,
    };
    let mut words = arguments.iter();
    while let Some(word) = words.next() {
        match word.as_str() {
            "--top" => question.top = Some(words.next().context("--top needs the name of a gate")?),
            "--mission-time" => {
                let hours = words.next().and_then(|h| h.parse().ok());
                let hours = hours.filter(|h: &f64| h.is_finite() && *h >= 0.0);
                question.mission = hours.context("--mission-time needs a number of hours")?;
            }
            _ if word.starts_with("--") => bail!("psa knows no {word}"),
            _ => files.push(PathBuf::from(word)),
        }
    }
    if files.is_empty() {
        bail!("usage: cargo xtask psa FILE... [--top GATE] [--mission-time HOURS]");
    }
    println!("{}", line(files, question)?);
    Ok(())
}

/// The line for what some files define together.
fn line(files: Vec<PathBuf>, question: Question<'_>) -> Result<String> {
    judged_apart(&with_included(files)?, question)
}

/// [`judged`], with room for calls.
fn judged_apart(files: &[(String, String)], question: Question<'_>) -> Result<String> {
    std::thread::scope(|scope| {
        let reader = std::thread::Builder::new().stack_size(STACK);
        let reader = reader.spawn_scoped(scope, || judged(files, question))?;
        let judged = reader.join();
        judged.unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })
}

/// Names and texts of files, and of those that they include.
fn with_included(files: Vec<PathBuf>) -> Result<Vec<(String, String)>> {
    let mut texts: Vec<(String, String)> = Vec::new();
    let mut seen = BTreeSet::new();
    let mut open: Vec<(PathBuf, String)> = files.into_iter().map(|f| (f, String::new())).collect();
    open.reverse();
    while let Some((file, by)) = open.pop() {
        let name = file.display().to_string();
        let read_so = || format!("cannot read {name}{by}");
        if !seen.insert(file.canonicalize().with_context(read_so)?) {
            continue;
        }
        let text = std::fs::read_to_string(&file).with_context(read_so)?;
        let document = read(&name, &text)?;
        let includes = document.descendants();
        for include in includes.filter(|n| n.tag_name().name() == "include") {
            let line = document.text_pos_at(include.range().start).row;
            let of = include.attribute("file").or(include.attribute("href"));
            let of = of.with_context(|| format!("{name}:{line}: <include> names no file"))?;
            let by = format!(", which {name}:{line} includes");
            open.push((file.parent().unwrap_or(Path::new("")).join(of), by));
        }
        texts.push((name, text));
    }
    Ok(texts)
}

fn read<'a>(name: &str, text: &'a str) -> Result<Document<'a>> {
    let options = ParsingOptions {
        allow_dtd: true,
        ..Default::default()
    };
    Document::parse_with_options(text, options).with_context(|| format!("{name} is no XML"))
}

/// The line for the top of a model, given as names and texts of its files.
fn judged(files: &[(String, String)], question: Question<'_>) -> Result<String> {
    let documents = files.iter();
    let documents = documents.map(|(name, text)| Ok((name.clone(), read(name, text)?)));
    let documents = documents.collect::<Result<Vec<_>>>()?;
    let definitions = Definitions::of(&documents)?;
    let mut model = Model::new(&definitions);
    let gate = match question.top {
        Some(name) => model.named(name)?,
        None => model.top()?,
    };
    let chances = model.chances(question.mission)?;
    let compiled = Compiled::of(&model.tree, gate, LIMIT)?;
    let count = CutSets::of(&compiled)?.count();
    let count = count.context("there are more than 2^128 minimal cut sets")?;
    let chance = compiled.probability(&chances);
    let chance = chance.context("an event has no probability")?;
    Ok(format!("cut_sets {count} probability {chance}"))
}
