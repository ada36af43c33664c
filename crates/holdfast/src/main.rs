//! The binary: reads the command line, runs one verb in its realm, maps the outcome to an exit code.
#![allow(
    clippy::disallowed_methods,
    reason = "the shell is where effects are wired"
)]
// They panic where nobody reads, and let through what a terminal obeys; `output::stream` does neither.
#![warn(clippy::print_stdout, clippy::print_stderr)]

// First, because its macros are how every other module prints.
#[macro_use]
extern crate console;

mod output;

mod cli;
mod clock;
mod commands;
mod consent;
mod documents;
mod evidence;
mod exit;
mod files;
mod in_twin;
mod interfaces;
mod knowledge;
mod mend;
mod pins;
mod put;
mod realm;
mod rewrite;
mod running;
mod secrets;
mod sighting;
mod texts;
mod tree;
mod twins;
mod unread;
mod unrecorded;
mod veil;
mod world;

use anyhow::Result;
use clap::FromArgMatches as _;
use cli::{AccessArgs, AccessVerb, Cli, FactsVerb, SelftestVerb, StoreVerb, Verb};
use commands::{
    access, apply, check, complete, data, debug, drift, evidence as evidence_verb, facts, graph,
    history, import, init, look, man, ports, prove, recipe, runs, secret, selftest, show,
    simulate as simulate_verb, twin, undo,
};
use exit::{Exit, Stop};
use output::{Paint, ended, stream, wrap};
use realm::{in_realm, mutating, reading};
use std::process::ExitCode;

/// A lab is millions of small texts and lists; the system's allocator takes twice as long for them.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let parsed = commands::man::command().try_get_matches();
    let exit = match parsed.and_then(|found| Cli::from_arg_matches(&found)) {
        Ok(cli) => run(&cli).unwrap_or_else(|error| fail(&error, cli.json)),
        Err(told) => usage(&told),
    };
    ExitCode::from(ended::ended(exit) as u8)
}

fn run(cli: &Cli) -> Result<Exit> {
    let paint = Paint::decide(cli.color.chosen());
    if paint.is_on() {
        stream::coloured();
    }
    let json = cli.json;
    match &cli.verb {
        Verb::Init(args) => init::init(args, json, paint),
        Verb::Import(args) => import::import(args, json, paint),
        Verb::Check(args) => check::check(args, json, paint),
        Verb::Explain { code } => check::explain(code, json, paint),
        Verb::Schema => check::schema(),
        Verb::Show(args) => show::show(args, json, paint),
        Verb::Graph(args) => graph::graph(args, json),
        Verb::Simulate(args) => simulate_verb::simulate(args, json, paint),
        Verb::Observe(args) => {
            in_realm!(reading(args.look.at.world.on.as_deref())?, tag => look::observe(tag, args, json, paint))
        }
        Verb::Drift(args) => {
            in_realm!(reading(args.on())?, tag => drift::drift(tag, args, json, paint))
        }
        Verb::Ports(args) => {
            in_realm!(reading(args.at.world.on.as_deref())?, tag => ports::ports(tag, args, json, paint))
        }
        Verb::Plan(args) => {
            in_realm!(reading(args.world.on.as_deref())?, tag => look::plan(tag, args, json, paint))
        }
        Verb::Prove(args) => {
            in_realm!(reading(args.on.as_deref())?, tag => prove::prove(tag, args, json, paint))
        }
        Verb::Apply(args) => {
            in_realm!(mutating(args.at.world.on.as_deref())?, tag => apply::apply(tag, args, json, paint))
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
        Verb::Access(args) => access_verb(args, json, paint),
        Verb::Evidence(args) => {
            let on = evidence_verb::at(&args.what).on.as_deref();
            in_realm!(reading(on)?, tag => evidence_verb::evidence(tag, &args.what, json, paint))
        }
        Verb::Selftest(args) => {
            let SelftestVerb::Revert { on, .. } = &args.what;
            in_realm!(mutating(on.as_deref())?, tag => selftest::revert(tag, &args.what, json, paint))
        }
        Verb::Secret(args) => secret::secret(&args.what, json, paint),
        Verb::Store(args) => store_verb(&args.what, json, paint),
        Verb::Facts(args) => facts_verb(&args.what, json, paint),
        Verb::Debug(args) => debug::debug(&args.what, json, paint),
        Verb::Man { .. } | Verb::Completions { .. } if json => Err(no_data().into()),
        Verb::Man { verb, out } => man::man(verb, out.as_deref()),
        Verb::Completions { shell } => Ok(complete::script(*shell)),
        Verb::Complete(args) => Ok(complete::complete(args)),
    }
}

/// Why a verb has no JSON.
fn no_data() -> Stop {
    Stop::usage("a manual page and a completion script are texts for other programs, not data")
        .help("leave out --json")
}

/// The index of what was kept.
fn store_verb(what: &StoreVerb, json: bool, paint: Paint) -> Result<Exit> {
    let (StoreVerb::Check(at) | StoreVerb::Rebuild(at)) = what;
    in_realm!(reading(at.on.as_deref())?, tag => commands::store::store(tag, what, json, paint))
}

/// What the command line asks of the parser itself: help, the version, or what is wrong with it.
fn usage(told: &clap::Error) -> Exit {
    let text = told.render();
    if told.use_stderr() {
        stream::aside(&text.to_string());
        return Exit::Usage;
    }
    if Paint::decide(None).is_on() {
        stream::coloured();
        stream::text(&text.ansi().to_string());
    } else {
        stream::text(&text.to_string());
    }
    Exit::Ok
}

/// Prints an error: what, where, why, and what to do.
fn fail(error: &anyhow::Error, json: bool) -> Exit {
    let stop = error.downcast_ref::<Stop>();
    let exit = stop.map_or_else(|| kind(error), |s| s.exit);
    let help = stop.and_then(|s| s.help.as_deref());
    if json {
        dataln!(
            "{:#}",
            serde_json::json!({"error": format!("{error:#}"), "help": help, "exit": exit as u8})
        );
    } else {
        err!("{}", on_screen(&format!("error: {error:#}")));
        help.iter()
            .for_each(|h| err!("{}", on_screen(&format!("help: {h}"))));
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

/// Without a word: what makes logins that only look.
fn access_verb(args: &AccessArgs, json: bool, paint: Paint) -> Result<Exit> {
    match &args.what {
        None => recipe::recipe(&args.lab, json, paint),
        Some(AccessVerb::Script) => recipe::script(),
        Some(AccessVerb::Enrol { at, host_key }) => {
            let key = host_key.as_deref();
            in_realm!(mutating(at.world.on.as_deref())?, tag => access::enrol(tag, at, key, json))
        }
        Some(AccessVerb::Trust { at, host_key }) => {
            let key = host_key.as_deref();
            in_realm!(reading(at.world.on.as_deref())?, tag => access::trust(tag, at, key, json))
        }
    }
}

/// What was seen of a lab, or what is known of products.
fn facts_verb(what: &FactsVerb, json: bool, paint: Paint) -> Result<Exit> {
    match what {
        FactsVerb::Log(at) | FactsVerb::Show { at, .. } | FactsVerb::Diff { at, .. } => {
            in_realm!(reading(at.world.on.as_deref())?, tag => history::history(tag, what, json, paint))
        }
        FactsVerb::List { .. } | FactsVerb::Update { .. } => facts::facts(what, json, paint),
    }
}
