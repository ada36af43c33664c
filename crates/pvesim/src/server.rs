//! The simulator behind a port: TLS with a certificate of its own authority, one thread per connection, and the faults.

use crate::call::{Answer, Asked};
use crate::fault::Fault;
use crate::http;
use crate::state::State;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::pki_types::PrivateKeyDer;
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use std::io::{self, Write as _};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Between two bytes of an answer that drips.
const DRIP: Duration = Duration::from_millis(20);

type Stream = StreamOwned<ServerConnection, TcpStream>;

/// A product that can be served.
pub trait Served: Send + 'static {
    /// What is looked at before each answer, such as whether machines run.
    fn refresh(&mut self) {}
    /// Nobody is there to answer.
    fn is_gone(&self) -> bool {
        false
    }
    /// What goes wrong with requests of a path.
    fn fault(&self, path: &str) -> Option<Fault>;
    /// Answers a request; faults are not looked at.
    fn answer(&mut self, asked: &Asked) -> Answer;
    /// Refuses one, as the product does.
    fn refuse(status: u16, reason: &str) -> Answer;
}

impl Served for State {
    fn refresh(&mut self) {
        State::refresh(self);
    }

    fn is_gone(&self) -> bool {
        self.nodes.values().all(|n| !n.online)
    }

    fn fault(&self, path: &str) -> Option<Fault> {
        self.faults.of(path).cloned()
    }

    fn answer(&mut self, asked: &Asked) -> Answer {
        State::answer(self, asked)
    }

    fn refuse(status: u16, reason: &str) -> Answer {
        Answer {
            status,
            reason: reason.to_owned(),
            body: json!({ "data": null }),
        }
    }
}

/// What the threads share.
struct Shared<S> {
    state: Mutex<S>,
    /// Connections, to be cut at the end.
    open: Mutex<Vec<TcpStream>>,
    /// What was asked for, in order.
    asked: Mutex<Vec<String>>,
    over: Mutex<bool>,
    bell: Condvar,
}

/// A running simulator; it ends when this is dropped.
pub struct Simulator<S = State> {
    shared: Arc<Shared<S>>,
    address: SocketAddr,
    fingerprint: String,
    authority: String,
}

fn held<T>(lock: &Mutex<T>) -> MutexGuard<'_, T> {
    lock.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<S: Served> Simulator<S> {
    /// Serves a state on a free port of this machine.
    ///
    /// # Errors
    /// What the system refuses.
    pub fn start(state: S) -> io::Result<Self> {
        Self::start_at(state, SocketAddr::from(([127, 0, 0, 1], 0)), &[])
    }

    /// Serves a state at an address; the certificate holds for these names and addresses, too.
    ///
    /// # Errors
    /// What the system refuses: somebody else listens there.
    pub fn start_at(state: S, at: SocketAddr, names: &[String]) -> io::Result<Self> {
        let listener = TcpListener::bind(at)?;
        let address = listener.local_addr()?;
        let (config, fingerprint, authority) = certificate(names)?;
        let shared = Arc::new(Shared {
            state: Mutex::new(state),
            open: Mutex::default(),
            asked: Mutex::default(),
            over: Mutex::new(false),
            bell: Condvar::new(),
        });
        let served = Arc::clone(&shared);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                if *held(&served.over) {
                    break;
                }
                let (shared, config) = (Arc::clone(&served), Arc::clone(&config));
                std::thread::spawn(move || {
                    // A connection that breaks is the client's affair.
                    let _ = serve(&shared, config, stream);
                });
            }
        });
        Ok(Self {
            shared,
            address,
            fingerprint,
            authority,
        })
    }

    /// `https://127.0.0.1:PORT`.
    pub fn url(&self) -> String {
        format!("https://{}", self.address)
    }

    /// SHA-256 of the certificate, as the product shows it: `AA:BB:…`.
    pub fn fingerprint(&self) -> &str {
        &self.fingerprint
    }

    /// The certificate of who signed it, as PEM.
    pub fn authority(&self) -> &str {
        &self.authority
    }

    /// What there is, to look at and to change.
    pub fn state(&self) -> MutexGuard<'_, S> {
        held(&self.shared.state)
    }

    /// `GET /path` of all requests until now.
    pub fn asked(&self) -> Vec<String> {
        held(&self.shared.asked).clone()
    }
}

impl<S> Drop for Simulator<S> {
    fn drop(&mut self) {
        *held(&self.shared.over) = true;
        self.shared.bell.notify_all();
        for stream in held(&self.shared.open).drain(..) {
            let _ = stream.shutdown(Shutdown::Both);
        }
        // Wakes the thread that waits for connections.
        let _ = TcpStream::connect(self.address);
    }
}

/// A certificate for this machine by an authority made for it, as a cluster makes its own: the configuration, its fingerprint, and the authority as PEM.
///
/// # Errors
/// None that a machine with a clock meets.
pub fn certificate(more: &[String]) -> io::Result<(Arc<ServerConfig>, String, String)> {
    let mut ca = CertificateParams::new(Vec::new()).map_err(io::Error::other)?;
    ca.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let key = KeyPair::generate().map_err(io::Error::other)?;
    let issuer = CertifiedIssuer::self_signed(ca, key).map_err(io::Error::other)?;
    let mut names = vec!["localhost".to_owned(), "127.0.0.1".to_owned()];
    names.extend(more.iter().cloned());
    let key = KeyPair::generate().map_err(io::Error::other)?;
    let leaf = CertificateParams::new(names).map_err(io::Error::other)?;
    let leaf = leaf.signed_by(&key, &issuer).map_err(io::Error::other)?;
    let pairs: Vec<String> = Sha256::digest(leaf.der())
        .iter()
        .map(|b| format!("{b:02X}"))
        .collect();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(io::Error::other)?
        .with_no_client_auth()
        .with_single_cert(
            vec![leaf.der().clone()],
            PrivateKeyDer::Pkcs8(key.serialize_der().into()),
        )
        .map_err(io::Error::other)?;
    Ok((Arc::new(config), pairs.join(":"), issuer.pem()))
}

fn serve<S: Served>(
    shared: &Shared<S>,
    config: Arc<ServerConfig>,
    tcp: TcpStream,
) -> io::Result<()> {
    held(&shared.open).push(tcp.try_clone()?);
    tcp.set_nodelay(true)?;
    let tls = ServerConnection::new(config).map_err(io::Error::other)?;
    let mut stream = StreamOwned::new(tls, tcp);
    let mut kept = Vec::new();
    while let Some(asked) = http::read(&mut stream, &mut kept)? {
        held(&shared.asked).push(format!("{} {}", asked.method.word(), asked.path));
        let (answer, fault) = {
            let mut state = held(&shared.state);
            state.refresh();
            if state.is_gone() {
                // Nobody is there to answer, not even with the end of TLS.
                return stream.sock.shutdown(Shutdown::Both);
            }
            let fault = state.fault(&asked.path);
            let answer = match &fault {
                Some(Fault::Refuse(status, reason)) => S::refuse(*status, reason),
                _ => state.answer(&asked),
            };
            (answer, fault)
        };
        if !send(shared, &mut stream, answer, fault)? {
            break;
        }
    }
    Ok(())
}

/// Sends an answer, or what a fault makes of it; whether the connection goes on.
fn send<S>(
    shared: &Shared<S>,
    stream: &mut Stream,
    mut answer: Answer,
    fault: Option<Fault>,
) -> io::Result<bool> {
    match fault {
        Some(Fault::Hang) => {
            wait(shared, None);
            return Ok(false);
        }
        Some(Fault::Reset) => {
            // Nothing more, not even the end of TLS.
            stream.sock.shutdown(Shutdown::Both)?;
            return Ok(false);
        }
        Some(Fault::Truncate) => {
            let bytes = http::render(&answer, None);
            stream.write_all(
                bytes
                    .get(..bytes.len().saturating_sub(10))
                    .unwrap_or_default(),
            )?;
            stream.flush()?;
            stream.sock.shutdown(Shutdown::Both)?;
            return Ok(false);
        }
        Some(Fault::Garbage(body)) => stream.write_all(&http::render(&answer, Some(&body)))?,
        Some(Fault::Huge(size)) => {
            stream.write_all(&http::render(&answer, Some(&vec![b' '; size])))?
        }
        Some(Fault::Drip) => {
            for byte in http::render(&answer, None) {
                stream.write_all(&[byte])?;
                stream.flush()?;
                if wait(shared, Some(DRIP)) {
                    return Ok(false);
                }
            }
        }
        Some(Fault::Filter) if answer.body["data"].is_array() => {
            answer.body = json!({ "data": [] });
            stream.write_all(&http::render(&answer, None))?;
        }
        Some(Fault::Lie(pointer, value)) => {
            lie(&mut answer.body, &pointer, value);
            stream.write_all(&http::render(&answer, None))?;
        }
        Some(Fault::Refuse(..) | Fault::Filter) | None => {
            stream.write_all(&http::render(&answer, None))?
        }
    }
    stream.flush()?;
    Ok(true)
}

fn lie(body: &mut Value, pointer: &str, value: Value) {
    if let Some(place) = body.pointer_mut(&format!("/data{pointer}")) {
        *place = value;
    }
}

/// Waits for the end, or for a moment; whether the end has come.
fn wait<S>(shared: &Shared<S>, moment: Option<Duration>) -> bool {
    let over = held(&shared.over);
    match moment {
        None => drop(shared.bell.wait_while(over, |over| !*over)),
        Some(moment) => {
            let waited = shared.bell.wait_timeout_while(over, moment, |over| !*over);
            return waited.is_ok_and(|(over, _)| *over);
        }
    }
    true
}
