//! One conversation with upsd, bounded in time, in the length of a line, and in all that is read.

use super::error::{NutError, meaning};
use super::words::words;
use model::lab::nut::NutUps;
use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{TcpStream, ToSocketAddrs as _};
use std::time::{Duration, Instant};

/// Longest line; upsd itself cuts values at 256 bytes.
const LINE: usize = 4 << 10;
/// All that is read in a conversation; a UPS with every variable there is has a tenth of it.
const ALL: usize = 256 << 10;
/// So much of an answer that is not understood is shown.
const SHOWN: usize = 80;

/// An open connection.
pub(super) struct Session {
    tcp: TcpStream,
    server: String,
    patience: Duration,
    until: Instant,
    buffer: Vec<u8>,
    read: usize,
}

impl Session {
    /// Connects. All that follows shares the time.
    pub(super) fn open(ups: &NutUps, patience: Duration) -> Result<Self, NutError> {
        let until = Instant::now() + patience;
        let server = ups.server();
        let timeout = || NutError::Timeout {
            server: ups.server(),
            seconds: patience.as_secs(),
        };
        let failed = |why: String| NutError::Connect {
            server: ups.server(),
            why,
        };
        let addresses = (ups.host.as_str(), ups.port).to_socket_addrs();
        let mut last = failed("the name has no address".to_owned());
        for address in addresses.map_err(|e| failed(e.to_string()))? {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(timeout());
            }
            match TcpStream::connect_timeout(&address, left) {
                Ok(tcp) => {
                    let _ = tcp.set_nodelay(true);
                    return Ok(Self {
                        tcp,
                        server,
                        patience,
                        until,
                        buffer: Vec::new(),
                        read: 0,
                    });
                }
                Err(e) if is_timeout(e.kind()) => last = timeout(),
                Err(e) => last = failed(e.to_string()),
            }
        }
        Err(last)
    }

    /// Asks for a list and gives what stands behind `KIND` in each of its lines.
    pub(super) fn list(&mut self, question: &str) -> Result<Vec<Vec<String>>, NutError> {
        self.send(&format!("LIST {question}"))?;
        self.begins(question)?;
        let end = format!("END LIST {question}");
        let start: Vec<&str> = question.split(' ').collect();
        let mut items = Vec::new();
        loop {
            let line = self.line()?;
            if line == end {
                return Ok(items);
            }
            let words = words(&line).map_err(|why| self.garbage(&format!("{why}: {line}")))?;
            if words.len() <= start.len() || !words.iter().zip(&start).all(|(w, s)| w == s) {
                return Err(self.garbage(&format!("LIST {question} is answered by {line}")));
            }
            items.push(words.into_iter().skip(start.len()).collect());
        }
    }

    /// Asks for one line.
    pub(super) fn one(&mut self, question: &str) -> Result<String, NutError> {
        self.send(question)?;
        let line = self.line()?;
        self.refused(&line)?;
        Ok(line)
    }

    /// Says goodbye; nothing depends on whether it is heard.
    pub(super) fn close(mut self) {
        let _ = self.send("LOGOUT");
    }

    fn begins(&mut self, question: &str) -> Result<(), NutError> {
        let line = self.line()?;
        self.refused(&line)?;
        if line != format!("BEGIN LIST {question}") {
            return Err(self.garbage(&format!("LIST {question} is answered by {line}")));
        }
        Ok(())
    }

    fn refused(&self, line: &str) -> Result<(), NutError> {
        let Some(rest) = line.strip_prefix("ERR ") else {
            return Ok(());
        };
        let code = rest.split(' ').next().unwrap_or(rest);
        let is_code = |c: char| c.is_ascii_uppercase() || c == '-';
        if code.is_empty() || code.len() > 40 || !code.chars().all(is_code) {
            return Err(self.garbage(line));
        }
        Err(NutError::Refused {
            server: self.server.clone(),
            code: code.to_owned(),
            meaning: meaning(code),
        })
    }

    fn send(&mut self, line: &str) -> Result<(), NutError> {
        let left = self.left()?;
        let sent = self.tcp.set_write_timeout(Some(left));
        let sent = sent.and_then(|()| self.tcp.write_all(format!("{line}\n").as_bytes()));
        sent.map_err(|e| self.broken(&e))
    }

    fn line(&mut self) -> Result<String, NutError> {
        loop {
            if let Some(end) = self.buffer.iter().position(|b| *b == b'\n') {
                let line: Vec<u8> = self.buffer.drain(..=end).collect();
                let line = line.strip_suffix(b"\n").unwrap_or(&line);
                let line = line.strip_suffix(b"\r").unwrap_or(line);
                let text = std::str::from_utf8(line).ok();
                let text = text.filter(|t| t.len() <= LINE && !t.chars().any(char::is_control));
                return match text {
                    Some(text) => Ok(text.to_owned()),
                    None => Err(self.garbage(&String::from_utf8_lossy(line))),
                };
            }
            if self.buffer.len() > LINE {
                return Err(self.garbage(&format!("a line of more than {LINE} bytes")));
            }
            if self.read > ALL {
                return Err(self.garbage(&format!("more than {ALL} bytes")));
            }
            self.fill()?;
        }
    }

    fn fill(&mut self) -> Result<(), NutError> {
        let left = self.left()?;
        let mut bytes = [0; 4096];
        let read = self.tcp.set_read_timeout(Some(left));
        match read.and_then(|()| self.tcp.read(&mut bytes)) {
            Ok(0) => Err(NutError::Broken {
                server: self.server.clone(),
                why: "it closed the connection".to_owned(),
            }),
            Ok(n) => {
                self.read += n;
                self.buffer.extend(bytes.iter().take(n));
                Ok(())
            }
            Err(e) if e.kind() == ErrorKind::Interrupted => Ok(()),
            Err(e) => Err(self.broken(&e)),
        }
    }

    fn left(&self) -> Result<Duration, NutError> {
        let left = self.until.saturating_duration_since(Instant::now());
        match left.is_zero() {
            true => Err(self.timeout()),
            false => Ok(left),
        }
    }

    fn timeout(&self) -> NutError {
        NutError::Timeout {
            server: self.server.clone(),
            seconds: self.patience.as_secs(),
        }
    }

    fn broken(&self, error: &std::io::Error) -> NutError {
        match is_timeout(error.kind()) {
            true => self.timeout(),
            false => NutError::Broken {
                server: self.server.clone(),
                why: error.to_string(),
            },
        }
    }

    /// What was said is shown in one line of bounded length.
    pub(super) fn garbage(&self, what: &str) -> NutError {
        let plain = what.chars().map(|c| if c.is_control() { ' ' } else { c });
        NutError::Garbage {
            server: self.server.clone(),
            why: plain.take(SHOWN).collect(),
        }
    }
}

fn is_timeout(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::TimedOut | ErrorKind::WouldBlock)
}
