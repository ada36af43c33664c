//! `holdfast-verify DIR`: says whether an evidence ledger is what was written.

use std::io::Write as _;
use std::process::ExitCode;

fn main() -> ExitCode {
    let output = holdfast_verify::run(std::env::args_os().skip(1));
    // A closed pipe is the reader's choice; the exit code says the rest.
    let _ = std::io::stdout().write_all(output.text.as_bytes());
    let _ = std::io::stderr().write_all(output.error.as_bytes());
    ExitCode::from(output.code)
}
