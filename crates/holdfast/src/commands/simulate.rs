//! `simulate`: what faults do, computed from the declaration.

use super::show::understood;
use crate::cli::SimulateArgs;
use crate::exit::{Exit, Stop};
use crate::output::Paint;
use crate::output::words::{count, did_you_mean};
use crate::tree::Tree;
use anyhow::Result;
use console::simulation;
use graph::Context;
use model::declare::OptExt as _;
use model::lab::Lab;
use model::lab::service::Status;
use simulate::{Fault, Report, Simulation, Unfit};

/// Prints what the faults do together, or all faults by harm. Exit 1 where a promise is broken, 7 where something is not known.
pub(crate) fn simulate(args: &SimulateArgs, json: bool, paint: Paint) -> Result<Exit> {
    if args.fail.is_empty() && !args.all {
        let forms: Vec<&str> = Fault::forms().collect();
        let stop = Stop::usage("what fails is not said");
        let help = format!("--fail with one of {}; or --all", forms.join(", "));
        return Err(stop.help(help).into());
    }
    let mut tree = Tree::open(&args.lab)?;
    let planned = planned(&mut tree.lab, args.planned);
    let faults = parsed(&tree.lab, &args.fail)?;
    let projects = tree.read_stacks();
    let context = Context {
        projects: &projects,
        ..Context::new(&tree.lab, jiff::Zoned::now().date())
    };
    let simulation = Simulation::of(&context);
    if args.all {
        let ranking = simulate::singles(&tree.lab, &simulation);
        match json {
            true => dataln!("{}", serde_json::to_string_pretty(&ranking)?),
            false => {
                out!("{}", simulation::ranking(&ranking, args.top, paint));
                if planned > 0 && !args.planned {
                    let of = count(planned, "service", "services");
                    errln!("{of} that are planned were not looked at: --planned");
                }
            }
        }
        return Ok(understood(&tree, &args.lab));
    }
    let mut report = simulation.run(&faults);
    if planned > 0 && !args.planned {
        let of = count(planned, "service that is", "services that are");
        let note = format!("{of} planned and not running: --planned looks at them as if they were");
        report.notes.push(note);
    }
    match json {
        true => dataln!("{}", serde_json::to_string_pretty(&report)?),
        false => out!("{}", simulation::text(&report, args.everything, paint)),
    }
    Ok(match understood(&tree, &args.lab) {
        Exit::Ok => verdict(&report),
        exit => exit,
    })
}

/// How many services are planned; with `run`, they are from now on said to be running.
fn planned(lab: &mut Lab, run: bool) -> usize {
    let services = lab.services.values_mut();
    let planned = services.filter(|s| s.status.known() == Some(&Status::Planned));
    let mut number = 0;
    for service in planned {
        number += 1;
        if run {
            service.status = None;
        }
    }
    number
}

fn verdict(report: &Report) -> Exit {
    match (report.broken().next().is_some(), report.is_open()) {
        (true, _) => Exit::Findings,
        (false, true) => Exit::PartlyUnknown,
        (false, false) => Exit::Ok,
    }
}

fn parsed(lab: &Lab, words: &[String]) -> Result<Vec<Fault>> {
    let mut out: Vec<Fault> = Vec::new();
    for word in words {
        let fault = Fault::parse(lab, word).map_err(|unfit| stop(&unfit))?;
        if !out.contains(&fault) {
            out.push(fault);
        }
    }
    Ok(out)
}

fn stop(unfit: &Unfit) -> Stop {
    /// More are not listed.
    const MOST: usize = 12;
    let stop = Stop::usage(unfit.message.clone());
    let Some((word, known)) = &unfit.near else {
        let forms: Vec<&str> = Fault::forms().collect();
        return stop.help(format!("one of {}", forms.join(", ")));
    };
    if let Some(meant) = did_you_mean(word, known.iter().map(String::as_str)) {
        return stop.help(meant);
    }
    match known.len() {
        0 => stop.help("the lab declares none"),
        n if n <= MOST => stop.help(format!("there are {}", known.join(", "))),
        n => stop.help(format!(
            "there are {n}: {}, …",
            known
                .iter()
                .take(MOST)
                .cloned()
                .collect::<Vec<_>>()
                .join(", ")
        )),
    }
}
