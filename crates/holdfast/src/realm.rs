//! Which world a verb is for.

use crate::exit::Stop;
use crate::output::ended;
use anyhow::Result;
use model::realm::Realm;
use std::io::IsTerminal as _;

/// The realm of a reading verb: the real lab unless told otherwise.
pub(crate) fn reading(on: Option<&str>) -> Result<Realm> {
    parse(on.unwrap_or("real"))
}

/// The realm of a mutating verb: told, or asked for on a terminal; never guessed.
pub(crate) fn mutating(on: Option<&str>) -> Result<Realm> {
    if let Some(text) = on {
        return parse(text);
    }
    if !std::io::stdin().is_terminal() {
        return Err(
            Stop::refused("this verb changes something and was not told where")
                .help("add --on real, or --on twin[:NAME]")
                .into(),
        );
    }
    out!("Change which world, real or twin[:NAME]? ");
    ended::arrived()?;
    let mut line = String::new();
    std::io::stdin().read_line(&mut line)?;
    parse(line.trim())
}

fn parse(text: &str) -> Result<Realm> {
    Realm::parse(text).ok_or_else(|| {
        Stop::usage(format!("'{text}' is no realm"))
            .help("write real, twin, or twin:NAME (a-z, 0-9, -)")
            .into()
    })
}

/// Runs a generic verb in the realm's type.
macro_rules! in_realm {
    ($realm:expr, $tag:ident => $body:expr) => {
        match $realm {
            model::realm::Realm::Real => {
                let $tag = model::realm::Real;
                $body
            }
            model::realm::Realm::Twin(name) => {
                let $tag = model::realm::Twin::new(name);
                $body
            }
        }
    };
}
pub(crate) use in_realm;
