//! What it means for a verb that standard output takes no more.

use crate::exit::{Exit, Stop};
use anyhow::Result;
use console::stream;
use std::io::ErrorKind;

/// Fails unless all that was printed has been taken: nobody agrees to what was not shown.
pub(crate) fn arrived() -> Result<()> {
    match stream::lost() {
        None => Ok(()),
        Some((_, why)) => {
            let stop = Stop::environment(format!("cannot write to standard output: {why}"));
            Err(stop.help("nothing was done, because nobody saw it").into())
        }
    }
}

/// The exit code of a verb that has printed everything. A reader that goes away early is no fault; a full disk is, unless the verb has
/// worse to tell.
pub(crate) fn ended(exit: Exit) -> Exit {
    match stream::lost() {
        Some((kind, why)) if kind != ErrorKind::BrokenPipe => {
            stream::aside(&format!("error: cannot write to standard output: {why}\n"));
            match exit {
                Exit::Ok | Exit::Findings | Exit::Usage | Exit::PartlyUnknown => Exit::Environment,
                worse => worse,
            }
        }
        _ => exit,
    }
}
