//! Requests to the API server: lists page by page, and what the token may. Both change nothing: a review is made, answered and forgotten.

use crate::resource::Resource;
use model::secret::Secret;
use reading::https::{ApiError, Connection, Reply};
use reading::wire;
use serde_json::{Value, json};
use std::time::Duration;
use zeroize::Zeroizing;

/// Objects of one page.
const PAGE: usize = 250;
/// More of one resource than this are not taken.
const MOST: usize = 100_000;
/// So often one asks again who has too much to do.
const AGAIN: usize = 3;
/// Longest that one waits before, whatever is asked for, in seconds.
const PAUSE: u64 = 5;
/// Where it is asked what the token may.
const REVIEW: &str = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews";
/// Shorter tokens may stand in an answer by chance.
const TELLING: usize = 8;

/// An API server with the token to ask it.
pub(crate) struct Client {
    connection: Connection,
    token: Secret,
}

/// All objects of one resource, at one moment.
pub(crate) struct List {
    pub(crate) items: Vec<Value>,
    /// Where they were read from.
    pub(crate) path: String,
    /// The version of the API.
    pub(crate) version: &'static str,
}

impl Client {
    pub(crate) fn new(connection: Connection, token: Secret) -> Result<Self, ApiError> {
        let bad = |c: char| !c.is_ascii_graphic();
        if token.expose().is_empty() || token.expose().contains(bad) {
            let why = "the token is empty or has characters that no token has".to_owned();
            return Err(ApiError::Setup(why));
        }
        Ok(Self { connection, token })
    }

    pub(crate) fn connection(&self) -> &Connection {
        &self.connection
    }

    /// The answer to a `GET`, a map.
    pub(crate) fn get(&self, path: &str) -> Result<Value, ApiError> {
        self.ask("GET", path, "")
    }

    /// Whether the token may list a resource in all namespaces, as the server judges.
    pub(crate) fn may_list(&self, resource: Resource) -> Result<bool, ApiError> {
        let review = json!({
            "apiVersion": "authorization.k8s.io/v1",
            "kind": "SelfSubjectAccessReview",
            "spec": {"resourceAttributes": {"verb": "list", "group": resource.group, "resource": resource.plural}},
        });
        let answer = self.ask("POST", REVIEW, &review.to_string())?;
        let allowed = answer.pointer("/status/allowed").and_then(Value::as_bool);
        allowed.ok_or_else(|| garbage("it does not say whether that is allowed"))
    }

    /// All objects of a resource. A list that grew too old between two pages is begun again, and in the end asked for as one.
    pub(crate) fn list(&self, resource: Resource) -> Result<List, ApiError> {
        let mut last = ApiError::Setup("no version of it is known".to_owned());
        for version in resource.versions {
            let path = resource.path(version);
            let found = self
                .pages(&path, resource.list, Some(PAGE))
                .or_else(|why| again(why, || self.pages(&path, resource.list, Some(PAGE))))
                .or_else(|why| again(why, || self.pages(&path, resource.list, None)));
            match found {
                Ok(items) => {
                    return Ok(List {
                        items,
                        path,
                        version,
                    });
                }
                Err(why @ ApiError::Refused { status: 404, .. }) => last = why,
                Err(why) => return Err(why),
            }
        }
        Err(last)
    }

    fn pages(&self, path: &str, kind: &str, limit: Option<usize>) -> Result<Vec<Value>, ApiError> {
        let mut items = Vec::new();
        let mut next = String::new();
        let mut moment = None;
        loop {
            let limit = limit.map_or_else(String::new, |n| format!("?limit={n}"));
            let more = match next.as_str() {
                "" => String::new(),
                token => format!("&continue={}", escaped(token)),
            };
            let mut page = self.get(&format!("{path}{limit}{more}"))?;
            if page.get("kind").and_then(Value::as_str) != Some(kind) {
                return Err(garbage(&format!("it is no {kind}")));
            }
            match page.get_mut("items").map(Value::take) {
                Some(Value::Array(part)) => items.extend(part),
                _ => return Err(garbage("it has no list of items")),
            }
            let about = |key: &str| page.pointer(&format!("/metadata/{key}"));
            let version = about("resourceVersion").and_then(Value::as_str);
            if moment.get_or_insert(version.map(str::to_owned)).as_deref() != version {
                return Err(garbage("its pages are of different moments"));
            }
            let left = about("remainingItemCount").and_then(Value::as_i64);
            let token = about("continue").and_then(Value::as_str);
            match token.filter(|t| !t.is_empty()) {
                None if left.is_some_and(|n| n > 0) => {
                    return Err(garbage(
                        "more follow, and it does not say how to ask for them",
                    ));
                }
                None => return Ok(items),
                Some(token) if token == next => {
                    return Err(garbage("its pages lead in a circle"));
                }
                Some(_) if items.len() > MOST || limit.is_empty() => {
                    return Err(garbage("it does not end"));
                }
                Some(token) => next = token.to_owned(),
            }
        }
    }

    fn ask(&self, method: &str, path: &str, body: &str) -> Result<Value, ApiError> {
        let mut tries = 1;
        let reply = loop {
            let reply = self.send(method, path, body)?;
            if reply.status != 429 || tries == AGAIN {
                break reply;
            }
            tries += 1;
            let wait = reply.retry_after.unwrap_or(1).min(PAUSE);
            // tidy: allowed because the server says how long it wants to be left alone, and nothing else tells when that is over
            std::thread::sleep(Duration::from_secs(wait));
        };
        let hide = [&self.token];
        // What would be shown of an answer is not to be what one asked with.
        if self.is_repeated(&reply) {
            return Err(garbage("it repeats the token"));
        }
        if !(200..300).contains(&reply.status) {
            return Err(reply.refused(&why(&reply), &hide));
        }
        match wire::json(&reply.body).map_err(ApiError::Garbage)? {
            map @ Value::Object(_) => Ok(map),
            _ => Err(garbage("it is no map")),
        }
    }

    fn is_repeated(&self, reply: &Reply) -> bool {
        let token = self.token.expose();
        token.len() >= TELLING && String::from_utf8_lossy(&reply.body).contains(token)
    }

    fn send(&self, method: &str, path: &str, body: &str) -> Result<Reply, ApiError> {
        let content = match body.is_empty() {
            true => String::new(),
            false => format!(
                "Content-Type: application/json\r\nContent-Length: {}\r\n",
                body.len()
            ),
        };
        let request = Zeroizing::new(format!(
            "{method} {path} HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {}\r\nAccept: application/json\r\nUser-Agent: holdfast\r\n{content}\r\n{body}",
            self.connection.address().shown(),
            self.token.expose(),
        ));
        self.connection.send(request.as_bytes(), &[&self.token])
    }
}

/// The same once more, if the list was too old to be continued.
fn again<T>(why: ApiError, list: impl FnOnce() -> Result<T, ApiError>) -> Result<T, ApiError> {
    match why {
        ApiError::Refused { status: 410, .. } => list(),
        other => Err(other),
    }
}

fn garbage(why: &str) -> ApiError {
    ApiError::Garbage(why.to_owned())
}

/// Why the server refuses: it says so in the message of a `Status`.
fn why(reply: &Reply) -> String {
    let status = wire::json(&reply.body).ok();
    let message = status.as_ref().and_then(|s| s.get("message")?.as_str());
    message.map_or_else(|| reply.reason.clone(), str::to_owned)
}

/// A value in a query.
fn escaped(text: &str) -> String {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"-._~".contains(&b);
    let one = |b: u8| match plain(b) {
        true => char::from(b).to_string(),
        false => format!("%{b:02X}"),
    };
    text.bytes().map(one).collect()
}
