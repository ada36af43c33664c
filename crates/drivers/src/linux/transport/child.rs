//! A child process with hard limits on time and output.

use super::MAX_OUTPUT;
use super::envelope::Envelope;
use rustix::process::{Pid, Signal, kill_process_group};
use std::io::{self, Read, Write};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::time::{Duration, Instant};

/// Bytes read at once.
pub(super) const CHUNK: usize = 64 << 10;
/// What is kept of standard error.
const MAX_STDERR: usize = 64 << 10;
/// How long a client may stay, or its pipes be held open by others, after its work is done.
const GRACE: Duration = Duration::from_secs(2);
/// How often an end without a closed pipe is looked for.
const TICK: Duration = Duration::from_millis(50);

/// How a child ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// By itself, with this status; `None` by a signal or killed after its work was done.
    Exited(Option<i32>),
    /// Killed, as its time was over.
    Timeout,
    /// Killed, as it wrote too much.
    TooMuch,
}

/// What a child left.
#[derive(Debug)]
pub(super) struct Ended {
    pub(super) stdout: Vec<u8>,
    pub(super) stderr: Vec<u8>,
    pub(super) end: End,
    pub(super) took: Duration,
}

enum Piece {
    Out(Vec<u8>),
    Err(Vec<u8>),
    Closed,
}

/// Runs `command` with the envelope's text on its standard input. The child leads a process group of its own, which is
/// killed as a whole when a limit is reached.
pub(super) fn run(
    mut command: Command,
    envelope: &Envelope,
    timeout: Duration,
) -> io::Result<Ended> {
    let began = Instant::now();
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .process_group(0);
    let mut child = command.spawn()?;
    let pieces = connect(&mut child, envelope)?;
    let mut stdout = Vec::new();
    let mut stderr = Vec::new();
    let stopped = collect(
        &mut child,
        &pieces,
        &mut Sinks {
            stdout: &mut stdout,
            stderr: &mut stderr,
        },
        envelope,
        began + timeout,
    );
    // Unblocks readers whose pipe is full.
    drop(pieces);
    let end = match stopped {
        Some(end) => {
            kill(child);
            end
        }
        None => End::Exited(await_exit(child)),
    };
    Ok(Ended {
        stdout,
        stderr,
        end,
        took: began.elapsed(),
    })
}

/// Starts the threads that feed and drain the child. They end with the pipes and are never waited for: a pipe can be held
/// open by a process that we do not know.
fn connect(child: &mut Child, envelope: &Envelope) -> io::Result<Receiver<Piece>> {
    let missing = || io::Error::other("a pipe of the child is missing");
    let mut stdin = child.stdin.take().ok_or_else(missing)?;
    let stdout = child.stdout.take().ok_or_else(missing)?;
    let stderr = child.stderr.take().ok_or_else(missing)?;
    let (sender, pieces) = sync_channel(16);
    let err_sender = sender.clone();
    let text = envelope.text();
    // A broken pipe here is seen as the child's end.
    std::thread::spawn(move || stdin.write_all(&text));
    std::thread::spawn(move || drain(stdout, &sender, Piece::Out));
    std::thread::spawn(move || drain(stderr, &err_sender, Piece::Err));
    Ok(pieces)
}

fn drain(mut pipe: impl Read, to: &SyncSender<Piece>, wrap: fn(Vec<u8>) -> Piece) {
    let mut buffer = vec![0; CHUNK];
    loop {
        let piece = match pipe.read(&mut buffer) {
            Err(e) if e.kind() == io::ErrorKind::Interrupted => continue,
            Ok(0) | Err(_) => Piece::Closed,
            Ok(n) => wrap(buffer.get(..n).unwrap_or_default().to_vec()),
        };
        let closed = matches!(piece, Piece::Closed);
        if to.send(piece).is_err() || closed {
            return;
        }
    }
}

struct Sinks<'a> {
    stdout: &'a mut Vec<u8>,
    stderr: &'a mut Vec<u8>,
}

/// Collects until both pipes are closed or the work is done (`None`), or a limit is reached.
fn collect(
    child: &mut Child,
    pieces: &Receiver<Piece>,
    to: &mut Sinks<'_>,
    envelope: &Envelope,
    deadline: Instant,
) -> Option<End> {
    let mut open = 2;
    let mut until = deadline;
    let mut gone = false;
    let done = |out: &[u8]| envelope.has_ended(out);
    let told = |err: &[u8]| err.len() >= MAX_STDERR || envelope.has_said_all(err);
    while open > 0 && !(gone && done(to.stdout) && told(to.stderr)) {
        let left = until.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return (!gone && !done(to.stdout)).then_some(End::Timeout);
        }
        match pieces.recv_timeout(left.min(TICK)) {
            Ok(Piece::Out(bytes)) => to.stdout.extend_from_slice(&bytes),
            Ok(Piece::Err(bytes)) => {
                let room = MAX_STDERR.saturating_sub(to.stderr.len()).min(bytes.len());
                to.stderr
                    .extend_from_slice(bytes.get(..room).unwrap_or_default());
            }
            Ok(Piece::Closed) => open -= 1,
            Err(RecvTimeoutError::Disconnected) => break,
            Err(RecvTimeoutError::Timeout) => {}
        }
        if to.stdout.len() > MAX_OUTPUT {
            return Some(End::TooMuch);
        }
        if !gone && (done(to.stdout) || !matches!(child.try_wait(), Ok(None))) {
            gone = true;
            until = until.min(Instant::now() + GRACE);
        }
    }
    None
}

/// Waits a little for a child whose work is done, and kills it if it stays.
fn await_exit(child: Child) -> Option<i32> {
    wait_within(child, GRACE).and_then(|status| status.code())
}

/// Waits for a child, and kills its group if it stays longer than `limit`. It is reaped by a thread of its own: a child
/// behind sudo may not be ours to kill, and must not be waited for.
pub(super) fn wait_within(mut child: Child, limit: Duration) -> Option<ExitStatus> {
    let group = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
    let (sender, ended) = sync_channel(1);
    std::thread::spawn(move || sender.send(child.wait()));
    let status = ended.recv_timeout(limit).ok().and_then(Result::ok);
    if let (None, Some(group)) = (status, group) {
        // An error means that it is gone already or not ours.
        let _ = kill_process_group(group, Signal::KILL);
    }
    status
}

/// Kills a child's whole group.
fn kill(child: Child) {
    wait_within(child, Duration::ZERO);
}
