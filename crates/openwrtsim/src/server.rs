//! The router behind a port: with TLS or without, one thread per connection, and the faults.

use crate::router::Router;
use pvesim::Fault;
use pvesim::door::{Door, End, held};
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use serde_json::{Value, json};
use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

/// Longest request; uhttpd takes no longer body.
const LIMIT: usize = 65_536;
/// Between two bytes of an answer that drips.
const DRIP: Duration = Duration::from_millis(20);
/// A chunk of an answer.
const CHUNK: usize = 4_096;

/// What is done to a router before each answer.
type Refresh = Box<dyn Fn(&mut Router) + Send + Sync>;

struct Shared {
    router: Mutex<Router>,
    refresh: Refresh,
    /// Names of all calls, in order.
    asked: Mutex<Vec<String>>,
}

/// A running router; it ends when this is dropped.
pub struct Simulator {
    shared: Arc<Shared>,
    door: Door,
    fingerprint: Option<String>,
}

impl Simulator {
    /// Serves a router by TLS on a free port of this machine.
    ///
    /// # Errors
    /// What the system refuses.
    pub fn start(router: Router) -> io::Result<Self> {
        let (config, fingerprint, _) = pvesim::certificate(&[])?;
        let at = SocketAddr::from(([127, 0, 0, 1], 0));
        Self::serve(router, at, Some((config, fingerprint)), Box::new(|_| ()))
    }

    /// The same at an address; the certificate holds for these names and addresses, too. Before each answer this is done to it.
    ///
    /// # Errors
    /// What the system refuses: somebody else listens there.
    pub fn start_at(
        router: Router,
        at: SocketAddr,
        names: &[String],
        refresh: impl Fn(&mut Router) + Send + Sync + 'static,
    ) -> io::Result<Self> {
        let (config, fingerprint, _) = pvesim::certificate(names)?;
        Self::serve(router, at, Some((config, fingerprint)), Box::new(refresh))
    }

    /// The same in clear text, as routers come.
    ///
    /// # Errors
    /// What the system refuses.
    pub fn start_in_clear(router: Router) -> io::Result<Self> {
        let at = SocketAddr::from(([127, 0, 0, 1], 0));
        Self::serve(router, at, None, Box::new(|_| ()))
    }

    fn serve(
        router: Router,
        at: SocketAddr,
        certificate: Option<(Arc<ServerConfig>, String)>,
        refresh: Refresh,
    ) -> io::Result<Self> {
        let (config, fingerprint) = certificate.unzip();
        let shared = Arc::new(Shared {
            router: Mutex::new(router),
            refresh,
            asked: Mutex::default(),
        });
        let served = Arc::clone(&shared);
        let door = Door::open(at, move |stream, end| {
            connection(&served, config.clone(), stream, end)
        })?;
        Ok(Self {
            shared,
            door,
            fingerprint,
        })
    }

    /// `https://127.0.0.1:PORT`, or with `http`.
    pub fn url(&self) -> String {
        let scheme = if self.fingerprint.is_some() {
            "https"
        } else {
            "http"
        };
        format!("{scheme}://{}", self.door.address())
    }

    /// SHA-256 of the certificate; empty without one.
    pub fn fingerprint(&self) -> &str {
        self.fingerprint.as_deref().unwrap_or_default()
    }

    /// What there is, to look at and to change.
    pub fn router(&self) -> MutexGuard<'_, Router> {
        held(&self.shared.router)
    }

    /// Names of all calls until now.
    pub fn asked(&self) -> Vec<String> {
        held(&self.shared.asked).clone()
    }
}

fn connection(
    shared: &Shared,
    config: Option<Arc<ServerConfig>>,
    tcp: TcpStream,
    end: &End,
) -> io::Result<()> {
    let line = Line {
        raw: &tcp.try_clone()?,
        end,
    };
    match config {
        None => talk(shared, &line, tcp),
        Some(config) => {
            let tls = ServerConnection::new(config).map_err(io::Error::other)?;
            talk(shared, &line, StreamOwned::new(tls, tcp))
        }
    }
}

/// The connection below what is said, to be broken off, and until when it may be held up.
struct Line<'a> {
    raw: &'a TcpStream,
    end: &'a End,
}

fn talk(shared: &Shared, line: &Line<'_>, mut stream: impl Read + Write) -> io::Result<()> {
    let mut kept = Vec::new();
    while let Some((path, body)) = request(&mut stream, &mut kept)? {
        if path != "/ubus" {
            stream.write_all(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")?;
            stream.flush()?;
            continue;
        }
        let asked: Value = serde_json::from_slice(&body).unwrap_or_default();
        let name = Router::name(&asked);
        held(&shared.asked).push(name.clone());
        let (answer, fault) = {
            let mut router = held(&shared.router);
            (shared.refresh)(&mut router);
            (router.answer(&asked), router.fault_of(&name))
        };
        if !send(line, &mut stream, answer, fault)? {
            break;
        }
    }
    Ok(())
}

/// Sends an answer, or what a fault makes of it; whether the connection goes on.
fn send(
    Line { raw, end }: &Line<'_>,
    stream: &mut impl Write,
    mut answer: Value,
    fault: Option<Fault>,
) -> io::Result<bool> {
    let bytes = match fault {
        Some(Fault::Hang) => {
            end.wait(None);
            return Ok(false);
        }
        Some(Fault::Drip) => {
            for byte in chunked(answer.to_string().as_bytes()) {
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
            let bytes = chunked(answer.to_string().as_bytes());
            let most = bytes.len().saturating_sub(10);
            stream.write_all(bytes.get(..most).unwrap_or_default())?;
            stream.flush()?;
            raw.shutdown(Shutdown::Both)?;
            return Ok(false);
        }
        Some(Fault::Refuse(status, reason)) => {
            format!("HTTP/1.1 {status} {reason}\r\nContent-Length: 0\r\n\r\n").into_bytes()
        }
        Some(Fault::Garbage(body)) => chunked(&body),
        Some(Fault::Huge(size)) => return huge(stream, size),
        // An answer without anything in it, which is no empty list.
        Some(Fault::Filter) => {
            answer["result"] = json!([0]);
            chunked(answer.to_string().as_bytes())
        }
        Some(Fault::Lie(pointer, value)) => {
            if let Some(place) = answer.pointer_mut(&format!("/result/1{pointer}")) {
                *place = value;
            }
            chunked(answer.to_string().as_bytes())
        }
        None => chunked(answer.to_string().as_bytes()),
    };
    stream.write_all(&bytes)?;
    stream.flush()?;
    Ok(true)
}

/// Blanks, for as long as somebody takes them.
fn huge(stream: &mut impl Write, size: usize) -> io::Result<bool> {
    stream.write_all(HEAD.as_bytes())?;
    let chunk = [format!("{CHUNK:x}\r\n").as_bytes(), &[b' '; CHUNK], b"\r\n"].concat();
    for _ in 0..size / CHUNK {
        stream.write_all(&chunk)?;
    }
    stream.write_all(b"0\r\n\r\n")?;
    stream.flush()?;
    Ok(true)
}

const HEAD: &str = "HTTP/1.1 200 OK\r\nConnection: Keep-Alive\r\nTransfer-Encoding: chunked\r\nKeep-Alive: timeout=20\r\nContent-Type: application/json\r\n\r\n";

/// As uhttpd sends answers of ubus.
fn chunked(body: &[u8]) -> Vec<u8> {
    let mut out = HEAD.as_bytes().to_vec();
    for part in body.chunks(CHUNK) {
        out.extend(format!("{:x}\r\n", part.len()).into_bytes());
        out.extend(part);
        out.extend(b"\r\n");
    }
    out.extend(b"0\r\n\r\n");
    out
}

/// The path and body of a request; `None` when the other side is done.
fn request(stream: &mut impl Read, kept: &mut Vec<u8>) -> io::Result<Option<(String, Vec<u8>)>> {
    loop {
        let mut headers = [httparse::EMPTY_HEADER; 32];
        let mut parsed = httparse::Request::new(&mut headers);
        if let httparse::Status::Complete(head) = parsed.parse(kept).map_err(io::Error::other)? {
            let mut lengths = parsed
                .headers
                .iter()
                .filter(|h| h.name.eq_ignore_ascii_case("content-length"));
            let length = lengths
                .next()
                .map(|h| String::from_utf8_lossy(h.value).trim().parse());
            let length: usize = length.unwrap_or(Ok(0)).map_err(io::Error::other)?;
            let path = parsed.path.unwrap_or_default().to_owned();
            if let Some(body) = kept.get(head..head.saturating_add(length)) {
                let body = body.to_vec();
                kept.drain(..head + length);
                return Ok(Some((path, body)));
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
