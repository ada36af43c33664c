//! Scripts for a target: what is sent is made here, purely; nothing here sends.
//!
//! A script is POSIX sh: values, functions, a body, and the frame that runs the body. Values are quoted, larger texts are
//! base64 in here-documents, so no content can become syntax. A finished script is a [`Secret`], because it may carry one.

use data_encoding::BASE64;
use model::secret::Secret;
use std::fmt::Write as _;

const PROLOGUE: &str = include_str!("act/prologue.sh");

/// Quotes a text as one word of sh.
pub(crate) fn quote(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('\'');
    for c in text.chars() {
        match c {
            '\'' => quoted.push_str("'\\''"),
            // Neither an argument nor a variable of sh can hold it.
            '\0' => {}
            c => quoted.push(c),
        }
    }
    quoted.push('\'');
    quoted
}

/// A text as one segment of a path: unambiguous, never `.`, `..` or hidden, never longer than a file name may be.
pub(crate) fn segment(text: &str) -> String {
    let mut segment = String::new();
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'.' if at == 0 => segment.push_str("%2E"),
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'.' | b'_' | b'-' => {
                segment.push(byte.into());
            }
            other => {
                // Writing to a String cannot fail.
                let _ = write!(segment, "%{other:02X}");
            }
        }
    }
    if segment.len() > 180 {
        let digest = model::digest::Digest::of(text);
        segment.truncate(120);
        segment.push('%');
        segment.push_str(digest.short());
    }
    segment
}

/// How the body is run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Frame {
    /// Before enrolment: there is no identity to prove yet.
    Stranger,
    /// Identity only; changes nothing, takes no lock.
    Look,
    /// Identity and lock; the body deals with the lease.
    Lease,
    /// Identity, lock, lease, journal.
    Step,
}

/// A script in the making.
pub(crate) struct Script {
    values: String,
    functions: String,
    body: String,
}

impl Script {
    /// A script without values whose body is `body`.
    pub(crate) fn new(body: impl Into<String>) -> Self {
        Self {
            values: String::new(),
            functions: String::new(),
            body: body.into(),
        }
    }

    /// Sets a variable.
    #[must_use]
    pub(crate) fn value(mut self, name: &str, value: &str) -> Self {
        let _ = writeln!(self.values, "{name}={}", quote(value));
        self
    }

    /// Sets a variable to the base64 of a text that is ours, such as a unit file.
    #[must_use]
    pub(crate) fn encoded(self, name: &str, text: &str) -> Self {
        let encoded = BASE64.encode(text.as_bytes());
        self.value(name, &encoded)
    }

    /// Adds functions.
    #[must_use]
    pub(crate) fn functions(mut self, text: &str) -> Self {
        self.functions.push_str(text);
        self
    }

    /// Adds the function `hf_data_NAME`, which prints `content`.
    #[must_use]
    pub(crate) fn data(mut self, name: &str, content: &str) -> Self {
        let _ = writeln!(self.functions, "hf_data_{name}() {{\nbase64 -d <<'HF_END'");
        for line in BASE64.encode(content.as_bytes()).as_bytes().chunks(76) {
            let _ = writeln!(self.functions, "{}", String::from_utf8_lossy(line));
        }
        self.functions.push_str("HF_END\n}\n");
        self
    }

    /// The whole text.
    pub(crate) fn finish(self, frame: Frame) -> Secret {
        let run = match frame {
            Frame::Stranger => "hf_stranger",
            Frame::Look => "hf_look",
            Frame::Lease => "hf_lease",
            Frame::Step => "hf_step",
        };
        Secret::new(format!(
            "{PROLOGUE}{}{}hf_body() {{\n:\n{}\n}}\n{run} < /dev/null\n",
            self.values, self.functions, self.body
        ))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use std::collections::BTreeSet;
    use std::process::Command;

    /// What sh makes of the quoted text.
    fn through_sh(text: &str) -> String {
        let script = format!("printf %s {}", quote(text));
        let out = Command::new("sh").arg("-c").arg(script).output().unwrap();
        assert!(out.status.success(), "{text:?}");
        String::from_utf8(out.stdout).unwrap()
    }

    #[test]
    fn quoted_texts_are_one_word_of_sh_unchanged() {
        // Every string of up to three of the characters that mean something to sh, and a few long ones.
        let alphabet = [
            "'", "\"", "\\", "$", "`", " ", "\n", ";", "#", "é", "*", "-", "x",
        ];
        let mut texts = vec![String::new()];
        for a in alphabet {
            for b in alphabet {
                texts.push(format!("{a}{b}"));
                texts.push(format!("{a}{b}{a}'"));
            }
        }
        texts.push("$(reboot) `reboot` ${IFS} !! \r\t\u{7f}".repeat(50));
        for text in texts {
            assert_eq!(through_sh(&text), text);
        }
        assert_eq!(through_sh("a\0b"), "ab");
    }

    #[test]
    fn segments_are_unambiguous_file_names() {
        let long = "x/".repeat(300);
        let texts = [
            ".", "..", "a/b", "a%2Fb", "web/nft", ".x", "é", "a b\n", &long, "x",
        ];
        let all: BTreeSet<String> = texts.iter().map(|t| segment(t)).collect();
        assert_eq!(all.len(), texts.len());
        for s in all {
            assert!(
                !s.contains('/') && !s.starts_with('.') && s.len() < 200,
                "{s}"
            );
        }
    }
}
