//! The envelope around a script: nothing runs unless the whole of it has arrived, and its end cannot be mistaken.
//!
//! A shell that reads its script from a pipe carries out each command as soon as it has read it, so a connection that breaks
//! leaves half a script done. The script therefore stands inside one compound command: a shell must have read its closing
//! brace before it begins, and a text that is cut off anywhere before that is a syntax error.
//!
//! Begin and end are marked on standard output with a number that nobody can guess, so that neither the noise of login
//! scripts nor the script's own output can be taken for them.

use super::error::TransportError;
use super::{MAX_OUTPUT, Privilege};
use data_encoding::HEXLOWER;
use zeroize::Zeroizing;

const PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// What a client may add to standard error after the script's end, in bytes.
const NEAR: usize = 1024;

/// A script ready to be sent; wiped when dropped, as it may carry secrets.
pub(super) struct Envelope {
    text: Zeroizing<Vec<u8>>,
    begin: Vec<u8>,
    end: Vec<u8>,
    said: Vec<u8>,
    not_root: Vec<u8>,
}

/// What standard output says about the script.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Opened<'a> {
    /// No sign of it.
    NotBegun,
    /// It was refused before its first command, since the shell is not root's.
    NotRoot,
    /// It began; its output so far.
    Begun(&'a [u8]),
    /// It ran to its end.
    Ended {
        /// Its output.
        stdout: &'a [u8],
        /// Its exit status.
        status: i32,
    },
}

impl Envelope {
    /// Wraps `script` with a fresh number.
    pub(super) fn seal(script: &[u8], privilege: Privilege) -> Result<Self, TransportError> {
        if script.contains(&0) {
            return Err(TransportError::Config(
                "a script must not contain NUL bytes".to_owned(),
            ));
        }
        Ok(Self::with_nonce(
            script,
            privilege,
            &nonce().map_err(TransportError::Io)?,
        ))
    }

    pub(super) fn with_nonce(script: &[u8], privilege: Privilege, nonce: &str) -> Self {
        let root_check = match privilege {
            Privilege::Root => format!(
                "[ \"$(id -u)\" = 0 ] || {{ echo '@holdfast-not-root {nonce}'; exit 0; }}\n"
            ),
            Privilege::Any => String::new(),
        };
        // The subshell catches `exit`, so that the status is always reported.
        let head = format!(
            "{{\nexec </dev/null\nPATH={PATH}\nLC_ALL=C\nexport PATH LC_ALL\nunset LANGUAGE ENV\numask 022\n\
             {root_check}echo '@holdfast-begin {nonce}'\necho '@holdfast-begin {nonce}' >&2\n(\n:\n"
        );
        let tail = format!(
            "\n)\nset -- \"$?\"\necho '@holdfast-said {nonce}' >&2\n\
             printf '\\n@holdfast-end %s %s\\n' {nonce} \"$1\"\nexit 0\n}}\n# {nonce}\n"
        );
        let mut text = Zeroizing::new(Vec::with_capacity(head.len() + script.len() + tail.len()));
        text.extend_from_slice(head.as_bytes());
        text.extend_from_slice(script);
        text.extend_from_slice(tail.as_bytes());
        Self {
            text,
            begin: format!("@holdfast-begin {nonce}\n").into_bytes(),
            end: format!("\n@holdfast-end {nonce} ").into_bytes(),
            said: format!("@holdfast-said {nonce}\n").into_bytes(),
            not_root: format!("@holdfast-not-root {nonce}\n").into_bytes(),
        }
    }

    /// What is sent.
    pub(super) fn text(&self) -> Zeroizing<Vec<u8>> {
        self.text.clone()
    }

    /// Whether the end mark is the last thing in `stdout`; cheap, asked after every read.
    pub(super) fn has_ended(&self, stdout: &[u8]) -> bool {
        let tail = stdout
            .get(stdout.len().saturating_sub(self.end.len() + 5)..)
            .unwrap_or_default();
        tail.ends_with(b"\n") && rfind(tail, &self.end).is_some()
    }

    /// Whether all that the script said on standard error is here. The two pipes race: what was written first may come last.
    pub(super) fn has_said_all(&self, stderr: &[u8]) -> bool {
        let tail = stderr.get(stderr.len().saturating_sub(NEAR)..);
        rfind(tail.unwrap_or_default(), &self.said).is_some()
    }

    /// What the script itself said on standard error. What sudo and login scripts say before it may quote files of the host.
    pub(super) fn said<'a>(&self, stderr: &'a [u8]) -> &'a [u8] {
        let own = find(stderr, &self.begin).and_then(|at| stderr.get(at + self.begin.len()..));
        let own = own.unwrap_or(stderr);
        rfind(own, &self.said).map_or(own, |at| own.get(..at).unwrap_or_default())
    }

    /// Takes the script's own output out of everything that came back.
    pub(super) fn open<'a>(&self, stdout: &'a [u8]) -> Opened<'a> {
        debug_assert!(stdout.len() <= MAX_OUTPUT + child_chunk());
        if find(stdout, &self.not_root).is_some() {
            return Opened::NotRoot;
        }
        let Some(body) =
            find(stdout, &self.begin).and_then(|at| stdout.get(at + self.begin.len()..))
        else {
            return Opened::NotBegun;
        };
        let ended = rfind(body, &self.end).and_then(|at| {
            let rest = body.get(at + self.end.len()..)?;
            let digits = rest.split(|b| *b == b'\n').next()?;
            // Without its line end the number may have been cut short.
            (rest.len() > digits.len()).then_some(())?;
            let status = std::str::from_utf8(digits).ok()?.parse().ok()?;
            Some(Opened::Ended {
                stdout: body.get(..at)?,
                status,
            })
        });
        ended.unwrap_or(Opened::Begun(body))
    }
}

const fn child_chunk() -> usize {
    super::child::CHUNK
}

/// 128 random bits in hexadecimal.
pub(crate) fn nonce() -> std::io::Result<String> {
    let mut bytes = [0_u8; 16];
    let mut filled = 0;
    while let Some(rest) = bytes.get_mut(filled..).filter(|r| !r.is_empty()) {
        filled += rustix::rand::getrandom(rest, rustix::rand::GetRandomFlags::empty())?;
    }
    Ok(HEXLOWER.encode(&bytes))
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack.windows(needle.len()).position(|w| w == needle)
}

fn rfind(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack.windows(needle.len()).rposition(|w| w == needle)
}
