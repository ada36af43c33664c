//! JSON-RPC 2.0 over a WebSocket: one login, then calls one after the other. What the key may do is told at the login.
//!
//! A call that is not answered in time leaves the connection as it is: its answer may come later, and is then passed over by its number. Whatever
//! else goes wrong ends the connection, and the next call begins another one, a few times.

use crate::error::RpcError;
use crate::question::{ALL, ALL_RIGHTS, LOGIN, Question, READ_ALL};
use model::secret::Secret;
use reading::https::{ApiError, Connection, Line, Patience, broken, clean};
use reading::wire;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::time::Instant;
use tungstenite::client::client_with_config;
use tungstenite::handshake::HandshakeError;
use tungstenite::protocol::WebSocketConfig;
use tungstenite::{Error, Message, WebSocket};
use zeroize::Zeroizing;

/// So often a connection is begun; TrueNAS lets nobody log in more often than twenty times a minute.
const CONNECTIONS: u32 = 4;
/// The longest text of a role.
const ROLE: usize = 64;

/// A session.
pub(crate) struct Rpc {
    connection: Connection,
    user: String,
    key: Secret,
    socket: Option<WebSocket<Line>>,
    begun: u32,
    /// The number of the last call.
    last: u64,
    /// Calls that were given up, whose answers may still come.
    late: BTreeSet<u64>,
    roles: BTreeSet<String>,
}

impl Rpc {
    /// Logs in.
    pub(crate) fn login(
        connection: Connection,
        user: String,
        key: Secret,
    ) -> Result<Self, ApiError> {
        let mut own = Self {
            connection,
            user,
            key,
            socket: None,
            begun: 0,
            last: 0,
            late: BTreeSet::new(),
            roles: BTreeSet::new(),
        };
        own.begin()?;
        Ok(own)
    }

    pub(crate) fn connection(&self) -> &Connection {
        &self.connection
    }

    pub(crate) fn user(&self) -> &str {
        &self.user
    }

    /// The roles that were told at the login.
    pub(crate) fn roles(&self) -> &BTreeSet<String> {
        &self.roles
    }

    /// The key may ask this, as far as that was told at the login.
    pub(crate) fn may(&self, question: Question) -> bool {
        let any = [question.role, READ_ALL, ALL_RIGHTS];
        any.iter().any(|role| self.roles.contains(*role))
    }

    /// The answer to a question, which does not have the key in it.
    pub(crate) fn ask(&mut self, question: Question) -> Result<Value, RpcError> {
        if !ALL.contains(&question) {
            let why = format!("{} is not on the list of what is asked", question.method);
            return Err(ApiError::Setup(why).into());
        }
        if self.socket.is_none() {
            self.begin()?;
        }
        let answer = self.call(question.method, &question.arguments())?;
        match wire::repeats(&answer, &[&self.key]) {
            true => Err(RpcError::garbage("it repeats what the login was made with")),
            false => Ok(answer),
        }
    }

    fn begin(&mut self) -> Result<(), ApiError> {
        if self.begun >= CONNECTIONS {
            let why = format!("the connection ended {CONNECTIONS} times");
            return Err(ApiError::Broken(why));
        }
        self.begun += 1;
        self.late.clear();
        self.open()?;
        let told = self.authenticate();
        if told.is_err() {
            self.socket = None;
        }
        self.roles = told?;
        Ok(())
    }

    fn open(&mut self) -> Result<(), ApiError> {
        let patience = self.connection.patience();
        let line = self
            .connection
            .line(patience)
            .map_err(|why| self.connection.waited(why, patience, &[&self.key]))?;
        let bytes = self.connection.limits().bytes;
        let config = WebSocketConfig::default()
            .max_message_size(Some(bytes))
            .max_frame_size(Some(bytes));
        let url = format!("wss://{}/api/current", self.connection.address().shown());
        let made = client_with_config(url.as_str(), line, Some(config));
        let (socket, _) = made.map_err(|why| match why {
            HandshakeError::Interrupted(_) => {
                self.connection
                    .waited(ApiError::Timeout(0), patience, &[&self.key])
            }
            HandshakeError::Failure(why) => self.fault(&why, patience),
        })?;
        self.socket = Some(socket);
        Ok(())
    }

    fn authenticate(&mut self) -> Result<BTreeSet<String>, ApiError> {
        let user = clean(&self.user, &[&self.key]);
        let login = json!([{
            "mechanism": "API_KEY_PLAIN",
            "username": self.user,
            "api_key": self.key.expose(),
            "login_options": {"user_info": true},
        }]);
        let told = self.call(LOGIN, &login).map_err(|why| match why {
            RpcError::Api(why) => why,
            _ if why.has_no_method() => ApiError::Setup(format!(
                "{LOGIN}: {why}: it is no TrueNAS of 25.04 or later"
            )),
            RpcError::Refused { .. } => ApiError::Setup(format!("{LOGIN}: {why}")),
        })?;
        let setup = |why: String| Err(ApiError::Setup(format!("{LOGIN}: {why}")));
        match told.get("response_type").and_then(Value::as_str) {
            Some("SUCCESS") => {}
            Some("AUTH_ERR") => {
                return setup(format!("TrueNAS knows no user '{user}' with this key"));
            }
            Some("EXPIRED") => {
                return setup(format!(
                    "the key of '{user}' has expired or was revoked; make another one (`holdfast access LAB`)"
                ));
            }
            Some("DENIED") => return setup(format!("'{user}' may not use the API")),
            Some("OTP_REQUIRED") => {
                return setup(format!("'{user}' is asked for a second factor"));
            }
            Some("REDIRECT") => {
                return setup("the other controller is the active one; declare its url".to_owned());
            }
            _ => return Err(ApiError::Garbage(format!("{LOGIN}: it says nothing known"))),
        }
        Ok(roles(&told))
    }

    /// What a call answers.
    fn call(&mut self, method: &str, arguments: &Value) -> Result<Value, RpcError> {
        self.last += 1;
        let id = self.last;
        let patience = self.connection.patience();
        let request = json!({"jsonrpc": "2.0", "id": id, "method": method, "params": arguments});
        let request = Zeroizing::new(request.to_string());
        let body = match self.exchange(id, &request, patience) {
            Ok(body) => body,
            Err(why) => {
                match why {
                    ApiError::Timeout(_) => {
                        self.late.insert(id);
                    }
                    _ => self.socket = None,
                }
                let why = self.connection.waited(why, patience, &[&self.key]);
                return Err(why.into());
            }
        };
        self.result(body)
    }

    fn result(&self, mut body: Value) -> Result<Value, RpcError> {
        let hide = [&self.key];
        let result = body.get_mut("result").map(Value::take);
        match (body.get("error"), result) {
            (Some(error), None) => {
                let code = error.get("code").and_then(Value::as_i64);
                let words = error.pointer("/data/reason").or(error.get("message"));
                let words = words.and_then(Value::as_str).unwrap_or("it says not why");
                let errno = error.pointer("/data/error").and_then(Value::as_i64);
                match code {
                    Some(code) => Err(RpcError::Refused {
                        code,
                        errno,
                        why: clean(words, &hide),
                    }),
                    None => Err(RpcError::garbage("its error has no code")),
                }
            }
            (None, Some(result)) => Ok(result),
            _ => Err(RpcError::garbage("it has not one of 'result' and 'error'")),
        }
    }

    fn exchange(&mut self, id: u64, request: &str, patience: Patience) -> Result<Value, ApiError> {
        let Some(mut socket) = self.socket.take() else {
            return Err(ApiError::Broken("there is no connection".to_owned()));
        };
        socket.get_mut().stop_at(patience.until);
        let sent = socket.send(Message::text(request));
        let body = match sent {
            Ok(()) => self.receive(&mut socket, id, patience),
            Err(why) => Err(self.fault(&why, patience)),
        };
        self.socket = Some(socket);
        body
    }

    /// The message that answers a call; notifications and answers that nobody waits for any more are passed over.
    fn receive(
        &mut self,
        socket: &mut WebSocket<Line>,
        id: u64,
        patience: Patience,
    ) -> Result<Value, ApiError> {
        loop {
            if Instant::now() >= patience.until {
                return Err(ApiError::Timeout(0));
            }
            let message = socket.read().map_err(|why| self.fault(&why, patience))?;
            let text = match message {
                Message::Text(text) => text,
                Message::Close(frame) => {
                    let why = frame.map_or_else(String::new, |f| {
                        format!(": {} {}", u16::from(f.code), f.reason.as_str())
                    });
                    let why = format!("the connection was closed{why}");
                    return Err(ApiError::Broken(clean(&why, &[&self.key])));
                }
                Message::Binary(_) => {
                    return Err(ApiError::Garbage("it is no text".to_owned()));
                }
                Message::Ping(_) | Message::Pong(_) | Message::Frame(_) => continue,
            };
            let body = wire::json(text.as_str().as_bytes()).map_err(ApiError::Garbage)?;
            let of = body.get("id").and_then(Value::as_u64);
            match of {
                Some(of) if of == id => return Ok(body),
                Some(of) if self.late.remove(&of) => {}
                None if body.get("method").is_some() && body.get("id").is_none() => {}
                _ => {
                    let why = "it answers another question than the one that was asked";
                    return Err(ApiError::Garbage(why.to_owned()));
                }
            }
        }
    }

    fn fault(&self, error: &Error, patience: Patience) -> ApiError {
        let hide = [&self.key];
        let found = match error {
            Error::Io(why) => broken(why),
            Error::ConnectionClosed | Error::AlreadyClosed => {
                ApiError::Broken("the connection was closed".to_owned())
            }
            Error::Protocol(
                tungstenite::error::ProtocolError::ResetWithoutClosingHandshake
                | tungstenite::error::ProtocolError::HandshakeIncomplete,
            ) => ApiError::Broken("the connection was closed".to_owned()),
            Error::Capacity(_) => ApiError::TooLong(self.connection.limits().bytes),
            Error::Http(reply) => refused(reply.status().as_u16(), reply.headers(), &hide),
            other => ApiError::Garbage(format!(
                "it is no WebSocket: {}",
                clean(&other.to_string(), &hide)
            )),
        };
        match found {
            // Who waits says for how long.
            ApiError::Timeout(_) => ApiError::Timeout(0),
            other => self.connection.waited(other, patience, &hide),
        }
    }
}

fn refused(status: u16, headers: &tungstenite::http::HeaderMap, hide: &[&Secret]) -> ApiError {
    let to = headers.get("location").and_then(|to| to.to_str().ok());
    match (status, to) {
        (404, _) => ApiError::Setup(
            "404: nothing answers at /api/current, which TrueNAS has from 25.04 on".to_owned(),
        ),
        (300..400, Some(to)) => ApiError::Elsewhere {
            status,
            to: clean(to, hide),
        },
        _ => ApiError::Refused {
            status,
            reason: "no WebSocket was opened".to_owned(),
        },
    }
}

/// The roles of the user that logged in; a set is told as a list or as `{"$set": […]}`.
fn roles(told: &Value) -> BTreeSet<String> {
    let roles = told.pointer("/user_info/privilege/roles");
    let list = roles.and_then(|r| r.get("$set").unwrap_or(r).as_array());
    let words = list.into_iter().flatten().filter_map(Value::as_str);
    let is_role = |text: &&str| {
        text.len() <= ROLE
            && text
                .bytes()
                .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_')
    };
    words.filter(is_role).map(str::to_owned).collect()
}
