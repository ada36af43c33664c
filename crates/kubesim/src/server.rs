//! The API server behind a port: TLS, one thread per connection, and the faults.

use crate::cluster::{Answer, Cluster};
use pvesim::Fault;
use pvesim::door::{Door, End, held};
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use serde_json::{Value, json};
use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

/// Longest request.
const LIMIT: usize = 65_536;
/// Between two bytes of an answer that drips.
const DRIP: Duration = Duration::from_millis(20);

struct Shared {
    cluster: Mutex<Cluster>,
    /// Methods and paths of all requests, in order.
    asked: Mutex<Vec<String>>,
}

/// A running API server; it ends when this is dropped.
pub struct Simulator {
    shared: Arc<Shared>,
    door: Door,
    fingerprint: String,
    authority: String,
}

impl Simulator {
    /// Serves a cluster on a free port of this machine.
    ///
    /// # Errors
    /// What the system refuses.
    pub fn start(cluster: Cluster) -> io::Result<Self> {
        let (config, fingerprint, authority) = pvesim::certificate(&[])?;
        let shared = Arc::new(Shared {
            cluster: Mutex::new(cluster),
            asked: Mutex::default(),
        });
        let served = Arc::clone(&shared);
        let at = SocketAddr::from(([127, 0, 0, 1], 0));
        let door = Door::open(at, move |stream, end| {
            connection(&served, Arc::clone(&config), stream, end)
        })?;
        Ok(Self {
            shared,
            door,
            fingerprint,
            authority,
        })
    }

    /// `https://127.0.0.1:PORT`.
    pub fn url(&self) -> String {
        format!("https://{}", self.door.address())
    }

    /// SHA-256 of the certificate.
    pub fn fingerprint(&self) -> &str {
        &self.fingerprint
    }

    /// The certificate, as PEM.
    pub fn authority(&self) -> &str {
        &self.authority
    }

    /// What there is, to look at and to change.
    pub fn cluster(&self) -> MutexGuard<'_, Cluster> {
        held(&self.shared.cluster)
    }

    /// Methods and paths of all requests until now.
    pub fn asked(&self) -> Vec<String> {
        held(&self.shared.asked).clone()
    }
}

fn connection(
    shared: &Shared,
    config: Arc<ServerConfig>,
    tcp: TcpStream,
    end: &End,
) -> io::Result<()> {
    let raw = tcp.try_clone()?;
    let tls = ServerConnection::new(config).map_err(io::Error::other)?;
    let mut stream = StreamOwned::new(tls, tcp);
    let mut kept = Vec::new();
    while let Some(asked) = request(&mut stream, &mut kept)? {
        held(&shared.asked).push(format!("{} {}", asked.method, asked.target));
        let (answer, fault) = {
            let mut cluster = held(&shared.cluster);
            let answer = cluster.answer(&asked.method, &asked.target, &asked.token, &asked.body);
            (answer, cluster.fault_of(&asked.target))
        };
        if !send(&raw, end, &mut stream, answer, fault)? {
            break;
        }
    }
    Ok(())
}

/// Sends an answer, or what a fault makes of it; whether the connection goes on.
fn send(
    raw: &TcpStream,
    end: &End,
    stream: &mut impl Write,
    (status, reason, mut answer): Answer,
    fault: Option<Fault>,
) -> io::Result<bool> {
    let whole = |answer: &Value| http(status, reason, answer.to_string().as_bytes());
    let bytes = match fault {
        Some(Fault::Hang) => {
            end.wait(None);
            return Ok(false);
        }
        Some(Fault::Drip) => {
            for byte in whole(&answer) {
                stream.write_all(&[byte])?;
                stream.flush()?;
                if end.wait(Some(DRIP)) {
                    return Ok(false);
                }
            }
            return Ok(true);
        }
        Some(Fault::Reset) => {
            raw.shutdown(Shutdown::Both)?;
            return Ok(false);
        }
        Some(Fault::Truncate) => {
            let bytes = whole(&answer);
            let most = bytes.len().saturating_sub(10);
            stream.write_all(bytes.get(..most).unwrap_or_default())?;
            stream.flush()?;
            raw.shutdown(Shutdown::Both)?;
            return Ok(false);
        }
        Some(Fault::Refuse(status, why)) => {
            let body =
                json!({"kind": "Status", "status": "Failure", "message": why, "code": status});
            http(status, "Refused", body.to_string().as_bytes())
        }
        Some(Fault::Garbage(body)) => http(200, "OK", &body),
        Some(Fault::Huge(size)) => http(200, "OK", &vec![b' '; size]),
        // As if nothing were there.
        Some(Fault::Filter) => {
            answer["items"] = json!([]);
            answer["metadata"] = json!({"resourceVersion": "1"});
            whole(&answer)
        }
        Some(Fault::Lie(pointer, value)) => {
            if let Some(place) = answer.pointer_mut(&pointer) {
                *place = value;
            }
            whole(&answer)
        }
        None => whole(&answer),
    };
    stream.write_all(&bytes)?;
    stream.flush()?;
    Ok(true)
}

fn http(status: u16, reason: &str, body: &[u8]) -> Vec<u8> {
    let again = if status == 429 {
        "Retry-After: 0\r\n"
    } else {
        ""
    };
    let head = format!(
        "HTTP/1.1 {status} {reason}\r\nAudit-Id: 1\r\nCache-Control: no-cache, private\r\nContent-Type: application/json\r\n{again}Content-Length: {}\r\n\r\n",
        body.len()
    );
    [head.as_bytes(), body].concat()
}

struct Request {
    method: String,
    /// Path and query.
    target: String,
    token: String,
    body: Vec<u8>,
}

/// A request; `None` when the other side is done.
fn request(stream: &mut impl Read, kept: &mut Vec<u8>) -> io::Result<Option<Request>> {
    loop {
        let mut headers = [httparse::EMPTY_HEADER; 32];
        let mut parsed = httparse::Request::new(&mut headers);
        if let httparse::Status::Complete(head) = parsed.parse(kept).map_err(io::Error::other)? {
            let header = |name: &str| {
                let mut own = parsed
                    .headers
                    .iter()
                    .filter(|h| h.name.eq_ignore_ascii_case(name));
                own.next()
                    .map(|h| String::from_utf8_lossy(h.value).trim().to_owned())
            };
            let length = header("content-length").map_or(Ok(0), |l| l.parse());
            let length: usize = length.map_err(io::Error::other)?;
            let token = header("authorization").unwrap_or_default();
            let request = Request {
                method: parsed.method.unwrap_or_default().to_owned(),
                target: parsed.path.unwrap_or_default().to_owned(),
                token: token.trim_start_matches("Bearer ").to_owned(),
                body: kept
                    .get(head..head.saturating_add(length))
                    .unwrap_or_default()
                    .to_vec(),
            };
            if kept.len() >= head + length {
                kept.drain(..head + length);
                return Ok(Some(request));
            }
        }
        if kept.len() > LIMIT {
            return Err(io::Error::other("the request is too long"));
        }
        let mut part = [0_u8; 4_096];
        match stream.read(&mut part)? {
            0 => return Ok(None),
            n => kept.extend(part.iter().take(n)),
        }
    }
}
