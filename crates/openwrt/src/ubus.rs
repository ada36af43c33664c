//! ubus by JSON-RPC: one login, then calls of its session. What the session may do is told at the login.

use crate::error::UbusError;
use crate::question::Question;
use model::secret::Secret;
use reading::https::{ApiError, Connection, clean};
use reading::wire;
use serde_json::{Value, json};
use zeroize::Zeroizing;

/// The session of who has none yet.
const NOBODY: &str = "00000000000000000000000000000000";
/// How long a session lives that is not used, in seconds; nothing ends it sooner, since only reading is asked for.
const SESSION: u32 = 60;

/// A session.
pub(crate) struct Ubus {
    connection: Connection,
    password: Secret,
    session: Secret,
    rights: Value,
}

impl Ubus {
    /// Logs in.
    pub(crate) fn login(
        connection: Connection,
        user: &str,
        password: Secret,
    ) -> Result<Self, ApiError> {
        let arguments = json!({
            "username": user,
            "password": password.expose(),
            "timeout": SESSION,
        });
        let nobody = Secret::new(NOBODY.to_owned());
        let told = call(
            &connection,
            &nobody,
            ("session", "login"),
            &arguments,
            &[&password],
        );
        let mut told = told.map_err(|why| match why {
            UbusError::Api(why) => why,
            UbusError::Status { code: 6 } => ApiError::Setup(format!(
                "login: {why}: the router knows no login '{}' with this password",
                clean(user, &[&password])
            )),
            UbusError::Status { .. } => ApiError::Garbage(format!("login: {why}")),
        })?;
        let is_session =
            |text: &&str| text.len() == 32 && text.bytes().all(|b| b.is_ascii_hexdigit());
        let session = told.get("ubus_rpc_session").and_then(Value::as_str);
        let session = session.filter(is_session).map(str::to_owned);
        let session =
            session.ok_or_else(|| ApiError::Garbage("login: there is no session".to_owned()))?;
        Ok(Self {
            connection,
            password,
            session: Secret::new(session),
            rights: told["acls"].take(),
        })
    }

    pub(crate) fn connection(&self) -> &Connection {
        &self.connection
    }

    /// The answer to a question, which has neither the password nor the session in it.
    pub(crate) fn ask(&self, question: Question) -> Result<Value, UbusError> {
        let hide = [&self.password, &self.session];
        let name = (question.object, question.method);
        let answer = call(
            &self.connection,
            &self.session,
            name,
            &question.arguments(),
            &hide,
        )?;
        match wire::repeats(&answer, &hide) {
            true => Err(UbusError::garbage(
                "it repeats what the login was made with",
            )),
            false => Ok(answer),
        }
    }

    /// The session has the right to ask this, as far as it was told at the login.
    pub(crate) fn may(&self, question: Question) -> bool {
        let has = |scope: &str, object: &str, function: &str| {
            let objects = self.rights.get(scope).and_then(Value::as_object);
            let fitting = objects
                .into_iter()
                .flatten()
                .filter(|(pattern, _)| fits(pattern, object));
            let mut functions = fitting.filter_map(|(_, f)| f.as_array()).flatten();
            functions.any(|f| f.as_str().is_some_and(|f| fits(f, function)))
        };
        has("ubus", question.object, question.method)
            && question.config.is_none_or(|c| has("uci", c, "read"))
    }
}

/// A pattern of rpcd with at most one `*`, at its end; others are not taken for a right.
fn fits(pattern: &str, name: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(start) => name.starts_with(start),
        None => pattern == name,
    }
}

/// What a call answers; an answer without anything in it is none.
fn call(
    connection: &Connection,
    session: &Secret,
    (object, method): (&str, &str),
    arguments: &Value,
    hide: &[&Secret],
) -> Result<Value, UbusError> {
    let body = json!({
        "jsonrpc": "2.0",
        "id": 1,
        "method": "call",
        "params": [session.expose(), object, method, arguments],
    });
    let body = Zeroizing::new(body.to_string());
    let request = Zeroizing::new(format!(
        "POST /ubus HTTP/1.1\r\nHost: {}\r\nContent-Type: application/json\r\nContent-Length: {}\r\nAccept: application/json\r\nUser-Agent: holdfast\r\n\r\n{}",
        connection.address().shown(),
        body.len(),
        body.as_str(),
    ));
    let reply = connection.send(request.as_bytes(), hide)?;
    if reply.status == 404 {
        let why = "404: nothing answers at /ubus (package uhttpd-mod-ubus)".to_owned();
        return Err(ApiError::Setup(why).into());
    }
    if reply.status != 200 {
        return Err(reply.refused(&reply.reason, hide).into());
    }
    let mut body = wire::json(&reply.body).map_err(ApiError::Garbage)?;
    if let Some(code) = body.pointer("/error/code").and_then(Value::as_i64) {
        return Err(UbusError::Status { code: signed(code) });
    }
    let code = body.pointer("/result/0").and_then(Value::as_i64);
    match code.ok_or_else(|| UbusError::garbage("it has no 'result'"))? {
        0 => {}
        code => return Err(UbusError::Status { code }),
    }
    match body.pointer_mut("/result/1").map(Value::take) {
        Some(Value::Object(map)) => Ok(Value::Object(map)),
        _ => Err(UbusError::garbage("it is empty")),
    }
}

/// Codes are told as 32 bits, by some versions without their sign.
fn signed(code: i64) -> i64 {
    match code > i64::from(i32::MAX) {
        true => code - (1_i64 << 32),
        false => code,
    }
}
