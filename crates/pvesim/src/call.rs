//! From a request to an answer: who asks, what for, whether that is allowed, and then the function of the table.

use crate::state::State;
use crate::table::{self, Endpoint, Rights};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// Methods of requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// Asks.
    Get,
    /// Makes or does.
    Post,
    /// Changes.
    Put,
    /// Removes.
    Delete,
}

impl Method {
    /// The word in requests.
    pub fn word(self) -> &'static str {
        match self {
            Method::Get => "GET",
            Method::Post => "POST",
            Method::Put => "PUT",
            Method::Delete => "DELETE",
        }
    }
}

/// Who asks, as the request says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Caller {
    /// Nothing is said.
    Nobody,
    /// By the cookie of a session; what changes something needs the other text too.
    Ticket {
        /// The cookie.
        ticket: String,
        /// `CSRFPreventionToken`.
        csrf: Option<String>,
    },
    /// By `PBSAPIToken=USER@REALM!NAME:SECRET`, as Proxmox Backup Server is asked.
    BackupToken {
        /// `USER@REALM!NAME`.
        name: String,
        /// Its secret.
        secret: String,
    },
    /// By `PVEAPIToken=USER@REALM!NAME=SECRET`.
    Token {
        /// `USER@REALM!NAME`.
        name: String,
        /// Its secret.
        secret: String,
    },
}

/// A request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// Method.
    pub method: Method,
    /// Path below `/api2/json`.
    pub path: String,
    /// Of the query and the form.
    pub args: BTreeMap<String, String>,
    /// Who asks.
    pub caller: Caller,
}

/// An answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// HTTP status; 595 and 596 are the product's own.
    pub status: u16,
    /// Text of the status line, where the product says what is wrong.
    pub reason: String,
    /// The body.
    pub body: Value,
}

/// What a function of the table is given.
pub(crate) struct Call<'a> {
    pub(crate) state: &'a mut State,
    pub(crate) who: String,
    pub(crate) args: BTreeMap<String, String>,
}

impl Call<'_> {
    /// An argument that the table says is there.
    pub(crate) fn arg(&self, name: &str) -> &str {
        self.args.get(name).map_or("", String::as_str)
    }

    /// A flag, which is off unless something is said.
    pub(crate) fn flag(&self, name: &str) -> bool {
        matches!(self.arg(name), "1" | "yes" | "on" | "true")
    }

    /// Whether who asks has one of some privileges.
    pub(crate) fn may(&self, path: &str, one_of: &[&str]) -> bool {
        self.state.may(&self.who, path, one_of)
    }
}

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Refused {
    status: u16,
    reason: String,
    errors: Map<String, Value>,
}

impl Refused {
    pub(crate) fn new(status: u16, reason: impl Into<String>) -> Self {
        Self {
            status,
            reason: reason.into(),
            errors: Map::new(),
        }
    }

    /// One argument is wrong.
    pub(crate) fn argument(name: &str, why: &str) -> Self {
        let mut refused = Self::new(400, "Parameter verification failed.");
        refused.errors.insert(name.to_owned(), json!(why));
        refused
    }

    fn answer(self) -> Answer {
        let mut body = json!({"data": null, "message": format!("{}\n", self.reason)});
        if let (false, Some(map)) = (self.errors.is_empty(), body.as_object_mut()) {
            map.insert("errors".to_owned(), Value::Object(self.errors));
        }
        Answer {
            status: self.status,
            reason: self.reason,
            body,
        }
    }
}

impl State {
    /// Answers a request; faults are not looked at.
    pub fn answer(&mut self, asked: &Asked) -> Answer {
        self.refresh();
        match self.try_answer(asked) {
            Ok(data) => Answer {
                status: 200,
                reason: "OK".to_owned(),
                body: json!({ "data": data }),
            },
            Err(refused) => refused.answer(),
        }
    }

    fn try_answer(&mut self, asked: &Asked) -> Result<Value, Refused> {
        let found = table::find(asked.method, &asked.path);
        let (endpoint, mut args) = found.ok_or_else(|| {
            let what = format!(
                "Method '{} {}' not implemented",
                asked.method.word(),
                asked.path
            );
            Refused::new(501, what)
        })?;
        let who = match endpoint.rights {
            Rights::World => String::new(),
            _ => self.authenticate(asked)?,
        };
        args.extend(asked.args.clone());
        check_args(endpoint, &args)?;
        self.reach(&args)?;
        self.check(endpoint, &who, &args)?;
        if asked.method != Method::Get
            && !matches!(endpoint.rights, Rights::World)
            && !self.quorate()
        {
            return Err(Refused::new(500, "cluster not ready - no quorum?"));
        }
        let mut call = Call {
            state: self,
            who,
            args,
        };
        (endpoint.answer)(&mut call)
    }

    fn authenticate(&self, asked: &Asked) -> Result<String, Refused> {
        let denied = |why: &str| Refused::new(401, why);
        match &asked.caller {
            Caller::Nobody | Caller::BackupToken { .. } => Err(denied("No ticket")),
            Caller::Token { name, secret } => {
                let (user, token) = name
                    .split_once('!')
                    .ok_or_else(|| denied("unable to parse token"))?;
                let account = self
                    .access
                    .users
                    .get(user)
                    .ok_or_else(|| denied(&format!("no such user ('{user}')")))?;
                let known = account.tokens.get(token);
                let known = known
                    .ok_or_else(|| denied(&format!("no such token '{token}' for user '{user}'")))?;
                let over = |at: i64| at != 0 && at <= self.now;
                match known.secret == *secret {
                    false => Err(denied("invalid token value!")),
                    true if !account.enabled => Err(denied(&format!("user '{user}' is disabled"))),
                    true if over(known.expires) || over(account.expires) => {
                        Err(denied("token expired"))
                    }
                    true => Ok(name.clone()),
                }
            }
            Caller::Ticket { ticket, csrf } => {
                let session = self
                    .access
                    .sessions
                    .get(ticket)
                    .filter(|s| s.until > self.now);
                let session =
                    session.ok_or_else(|| denied("permission denied - invalid PVE ticket"))?;
                if asked.method != Method::Get && csrf.as_ref() != Some(&session.csrf) {
                    return Err(denied("Permission denied - invalid csrf token"));
                }
                Ok(session.user.clone())
            }
        }
    }

    /// A node that is meant must be there and answer.
    fn reach(&self, args: &BTreeMap<String, String>) -> Result<(), Refused> {
        let Some(name) = args.get("node") else {
            return Ok(());
        };
        match self.nodes.get(name) {
            None => Err(Refused::new(
                500,
                format!(
                    "hostname lookup '{name}' failed - failed to get address info for: {name}: Name or service not known"
                ),
            )),
            Some(node) if !node.online => Err(Refused::new(595, "No route to host")),
            Some(_) => Ok(()),
        }
    }

    fn check(
        &self,
        endpoint: &Endpoint,
        who: &str,
        args: &BTreeMap<String, String>,
    ) -> Result<(), Refused> {
        let Rights::OneOf(paths, privileges) = endpoint.rights else {
            return Ok(());
        };
        let fill = |path: &&str| {
            args.iter().fold((*path).to_owned(), |p, (k, v)| {
                p.replace(&format!("{{{k}}}"), v)
            })
        };
        let paths: Vec<String> = paths.iter().map(fill).collect();
        if paths.iter().any(|path| self.may(who, path, privileges)) {
            return Ok(());
        }
        let path = paths.first().map_or("/", String::as_str);
        Err(Refused::new(
            403,
            format!("Permission check failed ({path}, {})", privileges.join("|")),
        ))
    }
}

fn check_args(endpoint: &Endpoint, args: &BTreeMap<String, String>) -> Result<(), Refused> {
    let known: Vec<table::Field<'_>> = table::fields(endpoint.params).collect();
    for name in args.keys().filter(|n| !table::in_path(endpoint.path, n)) {
        if !known.iter().any(|f| f.name == name) {
            let why = "property is not defined in schema and the schema does not allow additional properties";
            return Err(Refused::argument(name, why));
        }
    }
    match known
        .iter()
        .find(|f| !f.optional && !args.contains_key(f.name))
    {
        Some(missing) => Err(Refused::argument(
            missing.name,
            "property is missing and it is not optional",
        )),
        None => Ok(()),
    }
}
