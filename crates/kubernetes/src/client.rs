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
/// Nor more bytes, over all pages of a list.
const BYTES: usize = 512 << 20;
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

/// What was made of all objects of one resource, at one moment.
pub(crate) struct List<T> {
    pub(crate) rows: Vec<T>,
    /// Where they were read from.
    pub(crate) path: String,
}

/// A list that is asked for page by page.
struct Pages<'a> {
    path: &'a str,
    /// `kind` of the list.
    kind: &'a str,
    /// Objects of a page; all at once without.
    limit: Option<usize>,
}

/// What a page says of the list that it is of.
struct Place {
    moment: String,
    next: Option<String>,
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
        self.ask("GET", path, "").map(|(answer, _)| answer)
    }

    /// Whether the token may list a resource in all namespaces, as the server judges.
    pub(crate) fn may_list(&self, resource: Resource) -> Result<bool, ApiError> {
        let review = json!({
            "apiVersion": "authorization.k8s.io/v1",
            "kind": "SelfSubjectAccessReview",
            "spec": {"resourceAttributes": {"verb": "list", "group": resource.group, "resource": resource.plural}},
        });
        let (answer, _) = self.ask("POST", REVIEW, &review.to_string())?;
        let allowed = answer.pointer("/status/allowed").and_then(Value::as_bool);
        allowed.ok_or_else(|| garbage("it does not say whether that is allowed"))
    }

    /// All objects of a resource, each as what is made of it: pages come with environments, and none is kept. A list that grew too old between
    /// two pages is begun again, and in the end asked for as one.
    pub(crate) fn list<T>(
        &self,
        resource: Resource,
        read: impl Fn(&'static str, &Value) -> T,
    ) -> Result<List<T>, ApiError> {
        let mut last = ApiError::Setup("no version of it is known".to_owned());
        for version in resource.versions {
            let path = resource.path(version);
            let read = |object: &Value| read(version, object);
            let ask = |limit: Option<usize>| {
                let (path, kind) = (path.as_str(), resource.list);
                self.pages(&Pages { path, kind, limit }, read)
            };
            let found = ask(Some(PAGE))
                .or_else(|why| again(why, || ask(Some(PAGE))))
                .or_else(|why| again(why, || ask(None)));
            match found {
                Ok(rows) => return Ok(List { rows, path }),
                Err(why @ ApiError::Refused { status: 404, .. }) => last = why,
                Err(why) => return Err(why),
            }
        }
        Err(last)
    }

    fn pages<T>(&self, pages: &Pages<'_>, read: impl Fn(&Value) -> T) -> Result<Vec<T>, ApiError> {
        let (mut rows, mut bytes) = (Vec::new(), 0_usize);
        let mut next = String::new();
        let mut moment = None;
        loop {
            let (page, size) = self.ask("GET", &pages.query(&next), "")?;
            if page.get("kind").and_then(Value::as_str) != Some(pages.kind) {
                return Err(garbage(&format!("it is no {}", pages.kind)));
            }
            let Some(Value::Array(items)) = page.get("items") else {
                return Err(garbage("it has no list of items"));
            };
            rows.extend(items.iter().map(&read));
            bytes = bytes.saturating_add(size);
            let place = Place::of(&page)?;
            if *moment.get_or_insert_with(|| place.moment.clone()) != place.moment {
                return Err(garbage("its pages are of different moments"));
            }
            match place.next {
                None => return Ok(rows),
                Some(token) if token == next => {
                    return Err(garbage("its pages lead in a circle"));
                }
                Some(_) if rows.len() > MOST || bytes > BYTES || pages.limit.is_none() => {
                    return Err(garbage("it does not end"));
                }
                Some(token) => next = token,
            }
        }
    }

    /// The answer, a map, and how many bytes it had.
    fn ask(&self, method: &str, path: &str, body: &str) -> Result<(Value, usize), ApiError> {
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
            map @ Value::Object(_) => Ok((map, reply.body.len())),
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

impl Pages<'_> {
    /// What is asked for the page behind this mark.
    fn query(&self, next: &str) -> String {
        let limit = self
            .limit
            .map_or_else(String::new, |n| format!("?limit={n}"));
        let more = match next {
            "" => String::new(),
            token => format!("&continue={}", escaped(token)),
        };
        format!("{}{limit}{more}", self.path)
    }
}

impl Place {
    /// A page that does not say of which moment it is, or says what follows in another way than the API does, is none: something else wrote it.
    fn of(page: &Value) -> Result<Self, ApiError> {
        let about = |key: &str| page.pointer(&format!("/metadata/{key}"));
        let moment = match about("resourceVersion") {
            Some(Value::String(moment)) if !moment.is_empty() => moment.clone(),
            _ => return Err(garbage("it does not say of which moment it is")),
        };
        let next = match about("continue") {
            None => None,
            Some(Value::String(token)) => Some(token.clone()).filter(|t| !t.is_empty()),
            Some(_) => return Err(garbage("what it says of the next page is no text")),
        };
        let left = match about("remainingItemCount") {
            None => 0,
            Some(count) => count
                .as_i64()
                .filter(|n| *n >= 0)
                .ok_or_else(|| garbage("how many more follow is no number"))?,
        };
        if next.is_none() && left > 0 {
            let why = "more follow, and it does not say how to ask for them";
            return Err(garbage(why));
        }
        Ok(Self { moment, next })
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
