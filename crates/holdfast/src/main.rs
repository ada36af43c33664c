//! The binary: reads the command line, runs one verb in its realm, maps the outcome to an exit code.
#![allow(
    clippy::disallowed_methods,
    reason = "the shell is where effects are wired"
)]

mod cli;
mod clock;
mod commands;
mod consent;
mod documents;
mod evidence;
mod exit;
mod files;
mod hint;
mod in_twin;
mod interfaces;
mod knowledge;
mod mend;
mod output;
mod pins;
mod realm;
mod rewrite;
mod running;
mod secrets;
mod texts;
mod tree;
mod twins;
mod unrecorded;
mod world;

use anyhow::Result;
use clap::Parser as _;
use cli::{AccessVerb, Cli, SelftestVerb, Verb};
use commands::{
    access, apply, check, data, debug, evidence as evidence_verb, facts, graph, init, look, man,
    prove, recipe, runs, secret, selftest, show, twin, undo,
};
use exit::{Exit, Stop};
use output::{Paint, wrap};
use realm::{in_realm, mutating, reading};
use std::process::ExitCode;

/// A lab is millions of small texts and lists; the system's allocator takes twice as long for them.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    leave_quietly_when_nobody_reads();
    let cli = Cli::parse();
    let exit = match run(&cli) {
        Ok(exit) => exit,
        Err(error) => fail(&error, cli.json),
    };
    ExitCode::from(exit as u8)
}

fn run(cli: &Cli) -> Result<Exit> {
    let paint = Paint::decide(cli.color);
    let json = cli.json;
    match &cli.verb {
        Verb::Init(args) => init::init(args, json, paint),
        Verb::Check(args) => check::check(args, json, paint),
        Verb::Explain { code } => check::explain(code, json),
        Verb::Schema => check::schema(),
        Verb::Show(args) => show::show(args, json, paint),
        Verb::Graph(args) => graph::graph(args, json),
        Verb::Observe(args) => {
            in_realm!(reading(args.at.on.as_deref())?, tag => look::observe(tag, args, json, paint))
        }
        Verb::Drift(args) => {
            in_realm!(reading(args.at.on.as_deref())?, tag => look::drift(tag, args, json, paint))
        }
        Verb::Ports(args) => {
            in_realm!(reading(args.on.as_deref())?, tag => look::ports(tag, args, json, paint))
        }
        Verb::Plan(args) => {
            in_realm!(reading(args.on.as_deref())?, tag => look::plan(tag, args, json, paint))
        }
        Verb::Prove(args) => {
            in_realm!(reading(args.on.as_deref())?, tag => prove::prove(tag, args, json, paint))
        }
        Verb::Apply(args) => {
            in_realm!(mutating(args.at.on.as_deref())?, tag => apply::apply(tag, args, json, paint))
        }
        Verb::Undo(args) => {
            in_realm!(mutating(args.on.as_deref())?, tag => undo::undo(tag, args, json, paint))
        }
        Verb::Backup(args) => {
            in_realm!(mutating(args.on.as_deref())?, tag => data::backup(tag, args, json, paint))
        }
        Verb::Restore(args) => {
            in_realm!(mutating(args.on.as_deref())?, tag => data::restore(tag, args, json, paint))
        }
        Verb::Drill(args) => {
            in_realm!(mutating(args.on.as_deref())?, tag => data::drill(tag, args, json, paint))
        }
        Verb::Runs(args) => {
            let (at, changes) = runs::at(&args.what);
            let on = at.on.as_deref();
            let realm = if changes { mutating(on)? } else { reading(on)? };
            in_realm!(realm, tag => runs::runs(tag, &args.what, json, paint))
        }
        Verb::Twin(args) => twin::twin(&args.what, json, paint),
        Verb::Access(args) => {
            let Some(what) = &args.what else {
                return recipe::recipe(&args.lab, json, paint);
            };
            let AccessVerb::Enrol { at, .. } = what;
            in_realm!(mutating(at.on.as_deref())?, tag => access::access(tag, what, json))
        }
        Verb::Evidence(args) => {
            let on = evidence_verb::at(&args.what).on.as_deref();
            in_realm!(reading(on)?, tag => evidence_verb::evidence(tag, &args.what, json, paint))
        }
        Verb::Selftest(args) => {
            let SelftestVerb::Revert { on, .. } = &args.what;
            in_realm!(mutating(on.as_deref())?, tag => selftest::revert(tag, &args.what, json, paint))
        }
        Verb::Secret(args) => secret::secret(&args.what, json, paint),
        Verb::Facts(args) => facts::facts(&args.what, json, paint),
        Verb::Debug(args) => debug::debug(&args.what, json, paint),
        Verb::Man { verb, out } => man::man(verb, out.as_deref()),
        Verb::Completions { shell } => man::completions(*shell),
    }
}

/// Prints an error: what, where, why, and what to do.
fn fail(error: &anyhow::Error, json: bool) -> Exit {
    let stop = error.downcast_ref::<Stop>();
    let exit = stop.map_or_else(|| kind(error), |s| s.exit);
    let help = stop.and_then(|s| s.help.as_deref());
    if json {
        println!(
            "{:#}",
            serde_json::json!({"error": format!("{error:#}"), "help": help, "exit": exit as u8})
        );
    } else {
        eprint!("{}", on_screen(&format!("error: {error:#}")));
        help.iter()
            .for_each(|h| eprint!("{}", on_screen(&format!("help: {h}"))));
    }
    exit
}

/// Broken between words where a terminal ends. A line with a command stays whole, so that it can be copied.
fn on_screen(text: &str) -> String {
    let terminal = terminal_size::terminal_size_of(std::io::stderr());
    let width = terminal.map_or(usize::MAX, |(w, _)| usize::from(w.0));
    let line = |line: &str| {
        if line.contains("holdfast ") {
            return format!("{line}\n");
        }
        let rest = line.trim_start();
        wrap::hanging(&" ".repeat(line.len() - rest.len()), rest, width)
    };
    text.lines().map(line).collect()
}

/// The exit code of an error that does not know its own.
fn kind(error: &anyhow::Error) -> Exit {
    match error.downcast_ref::<store::StoreError>() {
        Some(store::StoreError::RealmMismatch { .. } | store::StoreError::Busy { .. }) => {
            Exit::Refused
        }
        Some(store::StoreError::NoSuchRun { .. } | store::StoreError::RunFinished { .. }) => {
            Exit::Usage
        }
        _ => Exit::Environment,
    }
}

/// `holdfast … | head` closes the pipe early; that is no fault of this program, and no reason for a backtrace.
fn leave_quietly_when_nobody_reads() {
    /// What a shell reports of a program that SIGPIPE ended.
    const BROKEN_PIPE: i32 = 128 + 13;
    let usual = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        let said = info.payload().downcast_ref::<String>();
        if said.is_some_and(|s| s.starts_with("failed printing to stdout: Broken pipe")) {
            std::process::exit(BROKEN_PIPE);
        }
        usual(info);
    }));
}
