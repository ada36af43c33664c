//! The appliance behind a port: TLS, a WebSocket at `/api/current`, one thread per connection, and the faults.

use crate::appliance::{Appliance, Fault};
use pvesim::door::{Door, End, held};
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use serde_json::{Value, json};
use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard};
use tungstenite::handshake::server::{ErrorResponse, Request, Response};
use tungstenite::{Message, WebSocket};

struct Shared {
    appliance: Mutex<Appliance>,
    /// Names of all calls, in order.
    asked: Mutex<Vec<String>>,
}

/// A running appliance; it ends when this is dropped.
pub struct Simulator {
    shared: Arc<Shared>,
    door: Door,
    fingerprint: String,
}

impl Simulator {
    /// Serves an appliance by TLS on a free port of this machine.
    ///
    /// # Errors
    /// What the system refuses.
    pub fn start(appliance: Appliance) -> io::Result<Self> {
        let (config, fingerprint, _) = pvesim::certificate(&[])?;
        let shared = Arc::new(Shared {
            appliance: Mutex::new(appliance),
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

    /// What there is, to look at and to change.
    pub fn appliance(&self) -> MutexGuard<'_, Appliance> {
        held(&self.shared.appliance)
    }

    /// Names of all calls until now.
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
    let tls = ServerConnection::new(config).map_err(io::Error::other)?;
    let stream = StreamOwned::new(tls, tcp);
    #[expect(clippy::result_large_err, reason = "the library's own type")]
    let is_there = |request: &Request, response: Response| match request.uri().path() {
        "/api/current" => Ok(response),
        _ => {
            let mut missing = ErrorResponse::new(None);
            *missing.status_mut() = tungstenite::http::StatusCode::NOT_FOUND;
            Err(missing)
        }
    };
    let socket = tungstenite::accept_hdr(stream, is_there).map_err(io::Error::other)?;
    talk(shared, socket, end)
}

fn talk<S: Read + Write>(shared: &Shared, mut socket: WebSocket<S>, end: &End) -> io::Result<()> {
    let mut is_known = false;
    let mut late = None;
    loop {
        let message = socket.read().map_err(io::Error::other)?;
        let Message::Text(text) = message else {
            continue;
        };
        let call: Value = serde_json::from_str(text.as_str()).unwrap_or_default();
        let method = call["method"].as_str().unwrap_or_default().to_owned();
        held(&shared.asked).push(method.clone());
        let (answer, fault) = {
            let appliance = held(&shared.appliance);
            let answer = appliance.answer(&call, &mut is_known);
            (answer, appliance.fault_of(&method))
        };
        if let Some(before) = late.take() {
            send(&mut socket, before)?;
        }
        // Somebody is told of something all the time.
        let event = json!({"jsonrpc": "2.0", "method": "collection_update", "params": {"msg": "changed", "collection": "core.get_jobs"}});
        send(&mut socket, event.to_string())?;
        match fault {
            Some(Fault::Hang) => {}
            Some(Fault::Late) => late = Some(answer.to_string()),
            Some(Fault::Close) => {
                socket.close(None).map_err(io::Error::other)?;
                socket.flush().map_err(io::Error::other)?;
                end.wait(Some(std::time::Duration::from_millis(50)));
                return Ok(());
            }
            other => send(&mut socket, altered(answer, other))?,
        }
    }
}

/// An answer, or what a fault makes of it.
fn altered(mut answer: Value, fault: Option<Fault>) -> String {
    match fault {
        Some(Fault::Refuse(code, errno, reason)) => {
            let error = json!({"code": code, "message": "Method call error", "data": {"error": errno, "reason": reason}});
            json!({"jsonrpc": "2.0", "id": answer["id"], "error": error}).to_string()
        }
        Some(Fault::Filter) => {
            answer["result"] = json!([]);
            answer.to_string()
        }
        Some(Fault::Lie(pointer, value)) => {
            if let Some(place) = answer.pointer_mut(&format!("/result{pointer}")) {
                *place = value;
            }
            answer.to_string()
        }
        Some(Fault::Garbage(text)) => text,
        Some(Fault::Other) => {
            answer["id"] = json!(4_711);
            answer.to_string()
        }
        Some(Fault::Huge(size)) => " ".repeat(size),
        Some(Fault::Hang | Fault::Late | Fault::Close) | None => answer.to_string(),
    }
}

fn send<S: Read + Write>(socket: &mut WebSocket<S>, text: String) -> io::Result<()> {
    socket.send(Message::text(text)).map_err(io::Error::other)
}
