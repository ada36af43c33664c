//! What simulators have in common between their port and their product: requests that come in pieces, and answers that do not arrive as
//! they should.

use crate::door::End;
use crate::fault::Fault;
use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::time::Duration;

/// Between two bytes of an answer that drips.
const DRIP: Duration = Duration::from_millis(20);

/// The connection below what is said, to be broken off, and until when it may be held up.
pub struct Line<'a> {
    /// Below TLS.
    pub raw: &'a TcpStream,
    /// The end of the simulator.
    pub end: &'a End,
}

/// Reads until `whole` finds a request and its length in what came; `None` when the other side is done. What came after it is kept.
///
/// # Errors
/// Those of the connection and of `whole`, and a request of more than `limit` bytes.
pub fn read<T>(
    stream: &mut impl Read,
    kept: &mut Vec<u8>,
    limit: usize,
    whole: impl Fn(&[u8]) -> io::Result<Option<(T, usize)>>,
) -> io::Result<Option<T>> {
    loop {
        if let Some((request, length)) = whole(kept)? {
            kept.drain(..length);
            return Ok(Some(request));
        }
        if kept.len() > limit {
            return Err(io::Error::other("the request is too long"));
        }
        let mut part = [0_u8; 4_096];
        match stream.read(&mut part)? {
            0 => return Ok(None),
            n => kept.extend(part.iter().take(n)),
        }
    }
}

/// Sends an answer as a fault of the connection lets it through; whether the connection goes on. Faults of what is said are in the answer already.
///
/// # Errors
/// Those of the connection.
pub fn send(
    Line { raw, end }: &Line<'_>,
    stream: &mut impl Write,
    fault: Option<&Fault>,
    answer: &[u8],
) -> io::Result<bool> {
    match fault {
        Some(Fault::Hang) => {
            end.wait(None);
            return Ok(false);
        }
        Some(Fault::Reset) => {
            // Nothing more, not even the end of TLS.
            raw.shutdown(Shutdown::Both)?;
            return Ok(false);
        }
        Some(Fault::Drip) => {
            for byte in answer {
                stream.write_all(&[*byte])?;
                stream.flush()?;
                if end.wait(Some(DRIP)) {
                    return Ok(false);
                }
            }
            return Ok(true);
        }
        Some(Fault::Truncate) => {
            let most = answer.len().saturating_sub(10);
            stream.write_all(answer.get(..most).unwrap_or_default())?;
            stream.flush()?;
            raw.shutdown(Shutdown::Both)?;
            return Ok(false);
        }
        _ => stream.write_all(answer)?,
    }
    stream.flush()?;
    Ok(true)
}
