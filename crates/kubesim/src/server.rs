//! The API server behind a port: TLS, one thread per connection, and the faults.

use crate::cluster::{Answer, Cluster};
use pvesim::Fault;
use pvesim::door::{Door, End, held};
use pvesim::wire::{self, Line};
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use serde_json::json;
use std::io;
use std::net::{SocketAddr, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard};

/// Longest request.
const LIMIT: usize = 65_536;

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
    let line = Line {
        raw: &tcp.try_clone()?,
        end,
    };
    let tls = ServerConnection::new(config).map_err(io::Error::other)?;
    let mut stream = StreamOwned::new(tls, tcp);
    let mut kept = Vec::new();
    while let Some(asked) = wire::read(&mut stream, &mut kept, LIMIT, request)? {
        held(&shared.asked).push(format!("{} {}", asked.method, asked.target));
        let (answer, fault) = {
            let mut cluster = held(&shared.cluster);
            let answer = cluster.answer(&asked.method, &asked.target, &asked.token, &asked.body);
            (answer, cluster.fault_of(&asked.target))
        };
        let bytes = said(answer, fault.as_ref());
        if !wire::send(&line, &mut stream, fault.as_ref(), &bytes)? {
            break;
        }
    }
    Ok(())
}

/// An answer, or what a fault makes of what it says.
fn said((status, reason, mut answer): Answer, fault: Option<&Fault>) -> Vec<u8> {
    match fault {
        Some(Fault::Refuse(status, why)) => {
            let body =
                json!({"kind": "Status", "status": "Failure", "message": why, "code": status});
            return http(*status, "Refused", body.to_string().as_bytes());
        }
        Some(Fault::Garbage(body)) => return http(200, "OK", body),
        Some(Fault::Huge(size)) => return http(200, "OK", &vec![b' '; *size]),
        // As if nothing were there.
        Some(Fault::Filter) => {
            answer["items"] = json!([]);
            answer["metadata"] = json!({"resourceVersion": "1"});
        }
        Some(Fault::Lie(pointer, value)) => {
            if let Some(place) = answer.pointer_mut(pointer) {
                *place = value.clone();
            }
        }
        _ => {}
    }
    http(status, reason, answer.to_string().as_bytes())
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

/// A whole request and its length.
fn request(bytes: &[u8]) -> io::Result<Option<(Request, usize)>> {
    let mut headers = [httparse::EMPTY_HEADER; 32];
    let mut parsed = httparse::Request::new(&mut headers);
    let httparse::Status::Complete(head) = parsed.parse(bytes).map_err(io::Error::other)? else {
        return Ok(None);
    };
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
    let Some(body) = bytes.get(head..head.saturating_add(length)) else {
        return Ok(None);
    };
    let token = header("authorization").unwrap_or_default();
    let request = Request {
        method: parsed.method.unwrap_or_default().to_owned(),
        target: parsed.path.unwrap_or_default().to_owned(),
        token: token.trim_start_matches("Bearer ").to_owned(),
        body: body.to_vec(),
    };
    Ok(Some((request, head + length)))
}
