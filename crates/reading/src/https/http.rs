//! One question and its answer by HTTP/1.1, bounded in size and time.
//!
//! Why not a library: the product says what is wrong in the text of the status line, which the libraries at hand drop; and what
//! is sent is small. The hard part, the head, is taken apart by `httparse`.

use super::connection::clean;
use super::error::ApiError;
use model::secret::Secret;
use std::io::{self, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

/// Longest head of an answer.
const HEAD: usize = 64 << 10;

/// A TCP stream that stops at an instant.
pub(super) struct Timed {
    tcp: TcpStream,
    until: Instant,
}

impl Timed {
    pub(super) fn new(tcp: TcpStream, until: Instant) -> Self {
        Self { tcp, until }
    }

    pub(super) fn stop_at(&mut self, until: Instant) {
        self.until = until;
    }

    fn left(&self) -> io::Result<Duration> {
        let left = self.until.saturating_duration_since(Instant::now());
        match left.is_zero() {
            true => Err(ErrorKind::TimedOut.into()),
            false => Ok(left),
        }
    }
}

impl Read for Timed {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.tcp.set_read_timeout(Some(self.left()?))?;
        self.tcp.read(buffer)
    }
}

impl Write for Timed {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.tcp.set_write_timeout(Some(self.left()?))?;
        self.tcp.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.tcp.flush()
    }
}

/// An answer as it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// HTTP status.
    pub status: u16,
    /// The text of the status line.
    pub reason: String,
    /// Where it sends on to, as it says.
    pub location: Option<String>,
    /// How many seconds it asks to wait before it is asked again, where it says so.
    pub retry_after: Option<u64>,
    /// The body, whole.
    pub body: Vec<u8>,
    /// The connection can be used again.
    pub(super) keep: bool,
}

impl Reply {
    /// What an answer without success means. `why` is what the product says; `hide` is what no message may repeat.
    pub fn refused(&self, why: &str, hide: &[&Secret]) -> ApiError {
        let status = self.status;
        match &self.location {
            Some(to) if (300..400).contains(&status) => ApiError::Elsewhere {
                status,
                to: clean(to, hide),
            },
            _ => ApiError::Refused {
                status,
                reason: clean(why, hide),
            },
        }
    }
}

/// How long the body is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Length {
    Bytes(usize),
    Chunks,
    ToTheEnd,
}

/// Reads one answer. `limit` bounds its body.
pub(super) fn read(stream: &mut impl Read, limit: usize) -> Result<Reply, ApiError> {
    let mut bytes = Vec::new();
    let (mut reply, length) = loop {
        if let Some((reply, length, head)) = head(&bytes)? {
            bytes.drain(..head);
            break (reply, length);
        }
        if bytes.len() > HEAD {
            return Err(ApiError::TooLong(HEAD));
        }
        if fill(stream, &mut bytes)? == 0 {
            return Err(ApiError::Broken("the connection was closed".to_owned()));
        }
    };
    reply.body = match length {
        Length::Bytes(wanted) if wanted > limit => return Err(ApiError::TooLong(limit)),
        Length::Bytes(wanted) => {
            while bytes.len() < wanted {
                if fill(stream, &mut bytes)? == 0 {
                    return Err(ApiError::Broken(format!(
                        "{} of {wanted} bytes came",
                        bytes.len()
                    )));
                }
            }
            // What comes after it was not asked for.
            reply.keep &= bytes.len() == wanted;
            bytes.truncate(wanted);
            bytes
        }
        Length::Chunks => chunks(stream, bytes, limit)?,
        Length::ToTheEnd => {
            reply.keep = false;
            while fill(stream, &mut bytes)? > 0 {
                if bytes.len() > limit {
                    return Err(ApiError::TooLong(limit));
                }
            }
            bytes
        }
    };
    Ok(reply)
}

fn fill(stream: &mut impl Read, bytes: &mut Vec<u8>) -> Result<usize, ApiError> {
    let mut part = [0_u8; 16 << 10];
    let count = stream.read(&mut part).map_err(|e| broken(&e))?;
    bytes.extend(part.iter().take(count));
    Ok(count)
}

/// Timeouts are told apart by whoever knows how long was waited.
pub fn broken(error: &io::Error) -> ApiError {
    match error.kind() {
        ErrorKind::TimedOut | ErrorKind::WouldBlock => ApiError::Timeout(0),
        ErrorKind::UnexpectedEof => ApiError::Broken("the connection was closed".to_owned()),
        _ => ApiError::Broken(error.to_string()),
    }
}

/// The head of an answer, how long its body is, and its own length; `None` while it is not whole.
fn head(bytes: &[u8]) -> Result<Option<(Reply, Length, usize)>, ApiError> {
    let mut headers = [httparse::EMPTY_HEADER; 64];
    let mut response = httparse::Response::new(&mut headers);
    let length = match response.parse(bytes) {
        Ok(httparse::Status::Complete(n)) => n,
        Ok(httparse::Status::Partial) => return Ok(None),
        Err(e) => return Err(ApiError::Garbage(format!("no HTTP: {e}"))),
    };
    let all = |name: &str| -> Vec<String> {
        let named = |h: &&httparse::Header<'_>| h.name.eq_ignore_ascii_case(name);
        let found = response.headers.iter().filter(named);
        let text = |h: &httparse::Header<'_>| String::from_utf8_lossy(h.value).trim().to_owned();
        found.map(text).collect()
    };
    let header = |name: &str| all(name).first().map(|v| v.to_ascii_lowercase());
    let lengths = all("content-length");
    if lengths.windows(2).any(|w| w.first() != w.last()) {
        return Err(ApiError::Garbage("it has several lengths".to_owned()));
    }
    let status = response.code.unwrap_or(0);
    // These have no body, whatever their head says; without this one would be waited for.
    let bare = matches!(status, 100..200 | 204 | 304);
    let body = match (header("transfer-encoding"), lengths.first()) {
        _ if bare => Length::Bytes(0),
        (Some(how), _) if how == "chunked" => Length::Chunks,
        (Some(how), _) => return Err(ApiError::Garbage(format!("it is sent as '{how}'"))),
        (None, Some(n)) => Length::Bytes(
            n.parse()
                .map_err(|_| ApiError::Garbage("its length is no number".to_owned()))?,
        ),
        (None, None) => Length::ToTheEnd,
    };
    if header("content-encoding").is_some_and(|e| e != "identity") {
        return Err(ApiError::Garbage(
            "it is compressed, which was not asked for".to_owned(),
        ));
    }
    let reply = Reply {
        status,
        reason: response.reason.unwrap_or_default().to_owned(),
        location: all("location").into_iter().next(),
        retry_after: header("retry-after").and_then(|s| s.parse().ok()),
        body: Vec::new(),
        keep: response.version == Some(1) && header("connection").is_none_or(|c| c != "close"),
    };
    Ok(Some((reply, body, length)))
}

fn chunks(stream: &mut impl Read, mut bytes: Vec<u8>, limit: usize) -> Result<Vec<u8>, ApiError> {
    let wrong = || ApiError::Garbage("its parts are not marked as they should be".to_owned());
    let mut body = Vec::new();
    loop {
        let (start, size) = loop {
            match httparse::parse_chunk_size(&bytes) {
                Ok(httparse::Status::Complete((start, size))) => {
                    break (start, usize::try_from(size).map_err(|_| wrong())?);
                }
                Ok(httparse::Status::Partial) if bytes.len() < HEAD => {}
                _ => return Err(wrong()),
            }
            if fill(stream, &mut bytes)? == 0 {
                return Err(ApiError::Broken("the connection was closed".to_owned()));
            }
        };
        if size.saturating_add(body.len()) > limit {
            return Err(ApiError::TooLong(limit));
        }
        // The part, and the end of its line; the last one is empty, and no trailers are asked for.
        let end = start + size + 2;
        while bytes.len() < end {
            if fill(stream, &mut bytes)? == 0 {
                return Err(ApiError::Broken("the connection was closed".to_owned()));
            }
        }
        body.extend(bytes.get(start..start + size).unwrap_or_default());
        if bytes.get(start + size..end) != Some(b"\r\n") {
            return Err(wrong());
        }
        bytes.drain(..end);
        if size == 0 {
            return Ok(body);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whatever the pieces in which it comes.
    fn all_ways(text: &str, limit: usize) -> Vec<Result<(u16, String, String, bool), ApiError>> {
        struct Pieces<'a>(&'a [u8], usize);
        impl Read for Pieces<'_> {
            fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
                let n = self.1.min(self.0.len()).min(buffer.len());
                buffer[..n].copy_from_slice(&self.0[..n]);
                self.0 = &self.0[n..];
                Ok(n)
            }
        }
        let read = |size| {
            let reply = read(&mut Pieces(text.as_bytes(), size), limit)?;
            Ok((
                reply.status,
                reply.reason,
                String::from_utf8(reply.body).unwrap(),
                reply.keep,
            ))
        };
        let mut out: Vec<_> = [1, 7, 100_000].into_iter().map(read).collect();
        out.dedup();
        out
    }

    #[test]
    fn where_it_sends_on_to_is_told_and_nothing_secret() {
        let secret = Secret::new("hunter2-hunter2".to_owned());
        let rows = [
            (
                "HTTP/1.1 307 Temporary Redirect\r\nLocation: https://gw/?p=hunter2-hunter2\r\n\r\n",
                "307: it is sent on to https://gw/?p=",
            ),
            ("HTTP/1.1 302 Found\r\n\r\n", "302 Found"),
            (
                "HTTP/1.1 500 Oops\r\nLocation: https://gw/\r\n\r\n",
                "500 Oops",
            ),
        ];
        for (text, expected) in rows {
            let reply = read(&mut text.as_bytes(), 100).expect("an answer");
            let said = reply.refused(&reply.reason, &[&secret]).to_string();
            assert!(said.starts_with(expected), "{said}");
            assert!(!said.contains("hunter2"), "{said}");
        }
    }

    #[test]
    fn answers_are_read_in_any_pieces() {
        let ok = |status, reason: &str, body: &str, keep| {
            vec![Ok((status, reason.to_owned(), body.to_owned(), keep))]
        };
        let rows = [
            (
                "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}",
                ok(200, "OK", "{}", true),
            ),
            (
                "HTTP/1.1 403 Permission check failed (/, Sys.Audit)\r\ncontent-length: 0\r\n\r\n",
                ok(403, "Permission check failed (/, Sys.Audit)", "", true),
            ),
            (
                "HTTP/1.1 595 No route to host\r\nConnection: close\r\nContent-Length: 0\r\n\r\n",
                ok(595, "No route to host", "", false),
            ),
            (
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\n{\"a\r\n5\r\n\": 1}\r\n0\r\n\r\n",
                ok(200, "OK", "{\"a\": 1}", true),
            ),
            ("HTTP/1.0 200 OK\r\n\r\n{}", ok(200, "OK", "{}", false)),
            (
                "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n{}",
                vec![Err(ApiError::Broken("2 of 5 bytes came".to_owned()))],
            ),
            (
                "HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{}",
                vec![Err(ApiError::TooLong(100))],
            ),
            (
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nFFFFFFFFFF\r\n",
                vec![Err(ApiError::TooLong(100))],
            ),
            (
                "HTTP/1.1 200 OK\r\nContent-Length: 2\r\ncontent-length: 5\r\n\r\n{}",
                vec![Err(ApiError::Garbage("it has several lengths".to_owned()))],
            ),
            (
                "HTTP/1.1 200 OK\r\nContent-Length: 2\r\ncontent-length: 2\r\n\r\n{}",
                ok(200, "OK", "{}", true),
            ),
            (
                "HTTP/1.1 204 No Content\r\n\r\n",
                ok(204, "No Content", "", true),
            ),
            (
                "",
                vec![Err(ApiError::Broken(
                    "the connection was closed".to_owned(),
                ))],
            ),
        ];
        for (text, expected) in rows {
            assert_eq!(all_ways(text, 100), expected, "{text}");
        }
        assert!(matches!(
            all_ways("SSH-2.0-OpenSSH_9.2\r\n", 100)[0],
            Err(ApiError::Garbage(_))
        ));
    }
}
