//! The simulator behind a port: TLS with a certificate of its own authority, one thread per connection, and the faults.

use crate::call::{Answer, Asked};
use crate::door::{Door, End, held};
use crate::fault::Fault;
use crate::http;
use crate::state::State;
use crate::wire::{self, Line};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::pki_types::PrivateKeyDer;
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use serde_json::json;
use sha2::{Digest as _, Sha256};
use std::io;
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard};

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
    /// What was asked for, in order.
    asked: Mutex<Vec<String>>,
}

/// A running simulator; it ends when this is dropped.
pub struct Simulator<S = State> {
    shared: Arc<Shared<S>>,
    door: Door,
    fingerprint: String,
    authority: String,
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
        let (config, fingerprint, authority) = certificate(names)?;
        let shared = Arc::new(Shared {
            state: Mutex::new(state),
            asked: Mutex::default(),
        });
        let served = Arc::clone(&shared);
        let door = Door::open(at, move |stream, end| {
            serve(&served, Arc::clone(&config), stream, end)
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
    end: &End,
) -> io::Result<()> {
    let line = Line {
        raw: &tcp.try_clone()?,
        end,
    };
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
                return line.raw.shutdown(Shutdown::Both);
            }
            let fault = state.fault(&asked.path);
            let answer = match &fault {
                Some(Fault::Refuse(status, reason)) => S::refuse(*status, reason),
                _ => state.answer(&asked),
            };
            (answer, fault)
        };
        let bytes = said::<S>(answer, fault.as_ref());
        if !wire::send(&line, &mut stream, fault.as_ref(), &bytes)? {
            break;
        }
    }
    Ok(())
}

/// An answer, or what a fault makes of what it says.
fn said<S: Served>(mut answer: Answer, fault: Option<&Fault>) -> Vec<u8> {
    match fault {
        Some(Fault::Garbage(body)) => return http::render(&answer, Some(body)),
        Some(Fault::Huge(size)) => return http::render(&answer, Some(&vec![b' '; *size])),
        Some(Fault::Filter) if answer.body["data"].is_array() => {
            answer.body = json!({ "data": [] });
        }
        Some(Fault::Lie(pointer, value)) => {
            let place = answer.body.pointer_mut(&format!("/data{pointer}"));
            match place {
                Some(place) => *place = value.clone(),
                // It must not pass for one that nobody noticed. What was refused anyway has nothing to lie in.
                None if answer.status == 200 => {
                    return http::render(&S::refuse(500, &no_place(pointer)), None);
                }
                None => {}
            }
        }
        _ => {}
    }
    http::render(&answer, None)
}

/// What a lie at a place that an answer does not have is answered with.
pub fn no_place(pointer: &str) -> String {
    let pointer: String = pointer.chars().filter(|c| !c.is_control()).collect();
    format!("the answer has nothing at '{pointer}' that a lie could take the place of")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lie_that_has_no_place_shows() {
        let answered = |status: u16, pointer: &str| {
            let answer = Answer {
                status,
                reason: "x".to_owned(),
                body: json!({"data": [{"status": "online"}]}),
            };
            let lie = Fault::Lie(pointer.to_owned(), json!("offline"));
            String::from_utf8(said::<State>(answer, Some(&lie))).unwrap()
        };
        assert!(answered(200, "/0/status").contains("offline"));
        let shown = answered(200, "/1/status");
        assert!(
            shown.starts_with("HTTP/1.1 500 the answer has nothing at '/1/status'"),
            "{shown}"
        );
        assert!(answered(403, "/1/status").starts_with("HTTP/1.1 403 x"));
    }
}
