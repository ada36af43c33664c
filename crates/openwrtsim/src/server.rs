//! The router behind a port: with TLS or without, one thread per connection, and the faults.

use crate::router::Router;
use pvesim::Fault;
use pvesim::door::{Door, End, held};
use pvesim::wire::{self, Line};
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use serde_json::{Value, json};
use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard};

/// Longest request; uhttpd takes no longer body.
const LIMIT: usize = 65_536;
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

fn talk(shared: &Shared, line: &Line<'_>, mut stream: impl Read + Write) -> io::Result<()> {
    let mut kept = Vec::new();
    while let Some(Request { path, body }) = wire::read(&mut stream, &mut kept, LIMIT, request)? {
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
        if let Some(Fault::Huge(size)) = fault {
            huge(&mut stream, size)?;
            continue;
        }
        let bytes = said(answer, fault.as_ref());
        if !wire::send(line, &mut stream, fault.as_ref(), &bytes)? {
            break;
        }
    }
    Ok(())
}

/// An answer, or what a fault makes of what it says.
fn said(mut answer: Value, fault: Option<&Fault>) -> Vec<u8> {
    match fault {
        Some(Fault::Refuse(status, reason)) => {
            let head = format!("HTTP/1.1 {status} {reason}\r\nContent-Length: 0\r\n\r\n");
            return head.into_bytes();
        }
        Some(Fault::Garbage(body)) => return chunked(body),
        // An answer without anything in it, which is no empty list.
        Some(Fault::Filter) => answer["result"] = json!([0]),
        Some(Fault::Lie(pointer, value)) => {
            let is_told = answer["result"][0] == json!(0);
            match answer.pointer_mut(&format!("/result/1{pointer}")) {
                Some(place) => *place = value.clone(),
                // It must not pass for one that nobody noticed. What was refused anyway has nothing to lie in.
                None if is_told => {
                    let why = pvesim::no_place(pointer);
                    return said(answer, Some(&Fault::Refuse(500, why)));
                }
                None => {}
            }
        }
        _ => {}
    }
    chunked(answer.to_string().as_bytes())
}

/// Blanks, for as long as somebody takes them.
fn huge(stream: &mut impl Write, size: usize) -> io::Result<()> {
    stream.write_all(HEAD.as_bytes())?;
    let chunk = [format!("{CHUNK:x}\r\n").as_bytes(), &[b' '; CHUNK], b"\r\n"].concat();
    for _ in 0..size / CHUNK {
        stream.write_all(&chunk)?;
    }
    stream.write_all(b"0\r\n\r\n")?;
    stream.flush()
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

struct Request {
    path: String,
    body: Vec<u8>,
}

/// A whole request and its length.
fn request(bytes: &[u8]) -> io::Result<Option<(Request, usize)>> {
    let mut headers = [httparse::EMPTY_HEADER; 32];
    let mut parsed = httparse::Request::new(&mut headers);
    let httparse::Status::Complete(head) = parsed.parse(bytes).map_err(io::Error::other)? else {
        return Ok(None);
    };
    let mut lengths = parsed
        .headers
        .iter()
        .filter(|h| h.name.eq_ignore_ascii_case("content-length"));
    let length = lengths
        .next()
        .map(|h| String::from_utf8_lossy(h.value).trim().parse());
    let length: usize = length.unwrap_or(Ok(0)).map_err(io::Error::other)?;
    let path = parsed.path.unwrap_or_default().to_owned();
    let Some(body) = bytes.get(head..head.saturating_add(length)) else {
        return Ok(None);
    };
    let body = body.to_vec();
    Ok(Some((Request { path, body }, head + length)))
}
