//! The command line, as a function from arguments to output.

use crate::verify::{Options, verify};
use std::ffi::OsString;
use std::path::PathBuf;

const USAGE: &str = "\
usage: holdfast-verify DIR [--pin FILE]... [--key HEX] [--json]

Says whether the evidence ledger in DIR is what was written. DIR is the directory of one writer.
  --pin FILE  a head of this ledger that was kept elsewhere; without one a cut-off end cannot be seen
  --key HEX   the writer's public key; without it the one beside the ledger is believed
  --json      write the report as JSON
exit: 0 ok, 1 something is wrong, 2 usage, 3 cannot read
";

/// What the program prints and how it ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Output {
    /// For standard output.
    pub text: String,
    /// For standard error.
    pub error: String,
    /// Exit code.
    pub code: u8,
}

struct Arguments {
    dir: PathBuf,
    options: Options,
    json: bool,
}

/// Runs the program.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> Output {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    if arguments.iter().any(|a| a == "--help" || a == "-h") {
        return Output {
            text: USAGE.to_owned(),
            error: String::new(),
            code: 0,
        };
    }
    let arguments = match parse(arguments) {
        Ok(arguments) => arguments,
        Err(message) => return failed(2, format!("{message}\n\n{USAGE}")),
    };
    match verify(&arguments.dir, &arguments.options) {
        Err(e) => failed(3, format!("{e}\n")),
        Ok(report) => {
            let text = match arguments.json {
                true => format!("{:#}\n", report.json()),
                false => report.text(),
            };
            Output {
                text,
                error: String::new(),
                code: u8::from(!report.is_ok()),
            }
        }
    }
}

fn failed(code: u8, message: String) -> Output {
    Output {
        text: String::new(),
        error: format!("holdfast-verify: {message}"),
        code,
    }
}

fn parse(arguments: Vec<OsString>) -> Result<Arguments, String> {
    let mut dir: Option<PathBuf> = None;
    let mut options = Options::default();
    let mut json = false;
    let mut rest = arguments.into_iter();
    while let Some(argument) = rest.next() {
        match argument.to_str() {
            Some("--json") => json = true,
            Some("--pin") => {
                let file = rest.next().ok_or("--pin needs a file")?;
                options.pins.push(file.into());
            }
            Some("--key") => {
                let key = rest.next().ok_or("--key needs 64 hexadecimal digits")?;
                options.key = Some(key.to_string_lossy().into_owned());
            }
            Some(other) if other.starts_with('-') => {
                return Err(format!("there is no option {other}"));
            }
            _ if dir.is_some() => return Err("only one directory can be named".to_owned()),
            _ => dir = Some(argument.into()),
        }
    }
    let dir = dir.ok_or("name the directory of a ledger")?;
    Ok(Arguments { dir, options, json })
}
