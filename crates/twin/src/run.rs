//! Running local commands: argument vectors only, errors that carry the command, waiting with a deadline.

use std::io::{ErrorKind, Write};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use crate::error::TwinError;

/// Runs to the end and returns whatever came, also after a failure.
pub(crate) fn output(command: &mut Command) -> Result<Output, TwinError> {
    command
        .stdin(Stdio::null())
        .output()
        .map_err(|source| not_run(command, source))
}

/// Runs to the end with `input` on standard input.
pub(crate) fn output_with_input(command: &mut Command, input: &[u8]) -> Result<Output, TwinError> {
    let spawned = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let mut child = spawned.map_err(|source| not_run(command, source))?;
    let stdin = child.stdin.take();
    let ended = std::thread::scope(|scope| {
        // A command may end without reading everything; its exit status tells, not the broken pipe.
        scope.spawn(move || stdin.map(|mut pipe| pipe.write_all(input)));
        child.wait_with_output()
    });
    ended.map_err(|source| not_run(command, source))
}

/// Runs to the end; a failure is an error; returns standard output without trailing white space.
pub(crate) fn checked(command: &mut Command) -> Result<String, TwinError> {
    let output = output(command)?;
    if output.status.success() {
        Ok(text(&output.stdout))
    } else {
        Err(failed(command, &output))
    }
}

/// Runs two commands, the output of the first being the input of the second; a failure of either is an error.
pub(crate) fn piped(first: &mut Command, second: &mut Command) -> Result<(), TwinError> {
    let first_text = first.stdin(Stdio::null()).stdout(Stdio::piped());
    let mut sending = first_text
        .spawn()
        .map_err(|source| not_run(first, source))?;
    let pipe = sending.stdout.take().map_or(Stdio::null(), Stdio::from);
    let received = second.stdin(pipe).output();
    let sent = sending.wait().map_err(|source| not_run(first, source))?;
    let received = received.map_err(|source| not_run(second, source))?;
    match (received.status.success(), sent.success()) {
        (true, true) => Ok(()),
        (false, _) => Err(failed(second, &received)),
        (true, false) => Err(TwinError::Command {
            command: rendered(first),
            status: sent.to_string(),
            stderr: String::new(),
        }),
    }
}

/// The error for a command that ran and failed.
pub(crate) fn failed(command: &Command, output: &Output) -> TwinError {
    TwinError::Command {
        command: rendered(command),
        status: output.status.to_string(),
        stderr: text(&output.stderr),
    }
}

/// Bytes as text, without trailing white space.
pub(crate) fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).trim_end().to_owned()
}

/// Asks `look` until it returns a value; between two looks it rests for 20 ms. `look` says what it saw meanwhile.
pub(crate) fn wait_for<T>(
    what: &str,
    limit: Duration,
    mut look: impl FnMut() -> Result<Result<T, String>, TwinError>,
) -> Result<T, TwinError> {
    let begun = Instant::now();
    loop {
        match look()? {
            Ok(value) => return Ok(value),
            Err(last) if begun.elapsed() >= limit => {
                return Err(TwinError::Deadline {
                    what: what.to_owned(),
                    limit,
                    last,
                });
            }
            // tidy: allowed because a condition is asked again until its deadline, not waited out.
            Err(_) => std::thread::sleep(Duration::from_millis(20)),
        }
    }
}

/// The caller must be root.
pub(crate) fn require_root() -> Result<(), TwinError> {
    if rustix::process::geteuid().is_root() {
        Ok(())
    } else {
        Err(TwinError::NotRoot)
    }
}

fn not_run(command: &Command, source: std::io::Error) -> TwinError {
    let tool = command.get_program().to_string_lossy().into_owned();
    match source.kind() {
        ErrorKind::NotFound => TwinError::ToolMissing {
            package: package_of(&tool),
            tool,
        },
        _ => TwinError::Spawn {
            command: rendered(command),
            source,
        },
    }
}

fn package_of(tool: &str) -> &'static str {
    match tool {
        "docker" | "dockerd" => "docker.io",
        "debootstrap" => "debootstrap debian-archive-keyring",
        "ip" => "iproute2",
        "ssh" | "ssh-keygen" => "openssh-client",
        "losetup" => "mount",
        "setpriv" | "setsid" | "nsenter" => "util-linux",
        "tar" => "tar",
        "mkfs.ext4" => "e2fsprogs",
        "qemu-system-x86_64" => "qemu-system-x86",
        _ => "(unknown)",
    }
}

fn rendered(command: &Command) -> String {
    let program = std::iter::once(command.get_program());
    let words: Vec<_> = program
        .chain(command.get_args())
        .map(|word| word.to_string_lossy())
        .collect();
    let line = words.join(" ");
    match line.char_indices().nth(300) {
        Some((end, _)) => format!("{} …", &line[..end]),
        None => line,
    }
}
