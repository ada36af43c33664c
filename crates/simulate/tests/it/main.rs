//! Faults on small labs, with outcomes that can be told by hand.
#![allow(clippy::unwrap_used, reason = "tests read labs that are valid")]

mod agree;
mod data;
mod services;

use diag::SourceSet;
use graph::Context;
use model::lab::Lab;
use simulate::{Fault, Report, Simulation};

/// A lab that is valid.
fn lab(text: &str) -> Lab {
    let mut sources = SourceSet::default();
    sources.add("holdfast.yaml", format!("format: 1\nlab: x\n{text}"));
    let (lab, diagnostics) = lang::analyze(&sources);
    let wrong: Vec<_> = diagnostics
        .iter()
        .filter(|d| d.severity == diag::Severity::Error && d.class == diag::Class::Invalid)
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
    lab
}

/// What some faults do to a lab.
fn run(text: &str, faults: &[&str]) -> Report {
    let lab = lab(text);
    let faults = faults.iter().map(|f| Fault::parse(&lab, f).unwrap());
    let faults: Vec<Fault> = faults.collect();
    let context = Context::new(&lab, jiff::civil::date(2026, 11, 24));
    Simulation::of(&context).run(&faults)
}
