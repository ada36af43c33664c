//! What the middleware knows, and what it answers to whom.

use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// One thing that goes wrong with a call.
#[derive(Debug, Clone, PartialEq)]
pub enum Fault {
    /// Answers with this code of JSON-RPC, number of an error, and reason.
    Refuse(i64, i64, String),
    /// Answers with an empty list.
    Filter,
    /// Puts a value into the answer, at a JSON pointer.
    Lie(String, Value),
    /// Takes the call and never answers it; others are answered.
    Hang,
    /// Answers only when the next call has come.
    Late,
    /// Closes the connection.
    Close,
    /// Sends this in place of the answer.
    Garbage(String),
    /// Answers with another number than that of the call.
    Other,
    /// Sends so many bytes.
    Huge(usize),
}

/// A user with a key.
#[derive(Debug, Clone)]
struct User {
    name: String,
    key: String,
    roles: Vec<String>,
}

/// An appliance.
#[derive(Debug, Clone)]
pub struct Appliance {
    /// What each method that looks tells: a list of rows, or a map.
    pub told: BTreeMap<String, Value>,
    /// The role that each of them needs.
    pub(crate) needs: BTreeMap<String, String>,
    user: User,
    faults: Vec<(String, Fault)>,
    /// What a login says in place of its success.
    refusal: Option<String>,
}

/// No such method.
const NO_METHOD: i64 = -32601;
/// A method that failed.
const CALL: i64 = -32001;

impl Appliance {
    pub(crate) fn new(
        (name, key): (&str, &str),
        told: BTreeMap<String, Value>,
        needs: BTreeMap<String, String>,
    ) -> Self {
        let user = User {
            name: name.to_owned(),
            key: key.to_owned(),
            roles: vec!["READONLY_ADMIN".to_owned()],
        };
        Self {
            told,
            needs,
            user,
            faults: Vec::new(),
            refusal: None,
        }
    }

    /// From now on the user has these roles and no others.
    pub fn grant(&mut self, roles: &[&str]) {
        self.user.roles = roles.iter().map(|r| (*r).to_owned()).collect();
    }

    /// From now on calls of this method meet this.
    pub fn fail(&mut self, method: &str, fault: Fault) {
        self.faults.push((method.to_owned(), fault));
    }

    /// From now on a login says this (`EXPIRED`, `DENIED`, …).
    pub fn refuse_logins(&mut self, response: &str) {
        self.refusal = Some(response.to_owned());
    }

    /// A release without this method.
    pub fn forget(&mut self, method: &str) {
        self.told.remove(method);
    }

    /// The rows of a list.
    ///
    /// # Panics
    /// The method tells no list.
    pub fn rows(&mut self, method: &str) -> &mut Vec<Value> {
        let told = self.told.entry(method.to_owned()).or_insert(json!([]));
        match told {
            Value::Array(rows) => rows,
            _ => panic!("{method} tells no list"),
        }
    }

    pub(crate) fn fault_of(&self, method: &str) -> Option<Fault> {
        let mut fitting = self.faults.iter().rev().filter(|(of, _)| of == method);
        fitting.next().map(|(_, fault)| fault.clone())
    }

    /// The answer to a call; whether it comes from who is logged in afterwards.
    pub(crate) fn answer(&self, call: &Value, is_known: &mut bool) -> Value {
        let method = call["method"].as_str().unwrap_or_default();
        let params = &call["params"];
        let result = match method {
            "auth.login_ex" => Ok(self.login(&params[0], is_known)),
            _ if !*is_known => Err((CALL, 207, "Not authenticated".to_owned())),
            _ => self.tell(method, params),
        };
        match result {
            Ok(result) => json!({"jsonrpc": "2.0", "id": call["id"], "result": result}),
            Err((code, errno, reason)) => json!({
                "jsonrpc": "2.0",
                "id": call["id"],
                "error": {"code": code, "message": "Method call error", "data": {"error": errno, "errname": "", "reason": reason, "trace": null, "extra": null}},
            }),
        }
    }

    fn login(&self, with: &Value, is_known: &mut bool) -> Value {
        let good = with["mechanism"] == "API_KEY_PLAIN"
            && with["username"] == self.user.name.as_str()
            && with["api_key"] == self.user.key.as_str();
        if !good {
            return json!({"response_type": "AUTH_ERR"});
        }
        if let Some(refusal) = &self.refusal {
            return json!({"response_type": refusal});
        }
        *is_known = true;
        json!({
            "response_type": "SUCCESS",
            "user_info": {
                "pw_name": self.user.name,
                "privilege": {"roles": {"$set": self.composed()}, "web_shell": false},
                "account_attributes": ["LOCAL", "API_KEY"],
            },
            "authenticator": "LEVEL_1",
        })
    }

    /// The roles with those that they include.
    fn composed(&self) -> Vec<String> {
        let mut roles = self.user.roles.clone();
        if roles.iter().any(|r| r == "READONLY_ADMIN") {
            let reads = self.needs.values().filter(|r| r.ends_with("_READ"));
            roles.extend(reads.cloned());
        }
        roles.sort();
        roles.dedup();
        roles
    }

    fn tell(&self, method: &str, params: &Value) -> Result<Value, (i64, i64, String)> {
        let Some(told) = self.told.get(method) else {
            return Err((NO_METHOD, 0, "Method does not exist".to_owned()));
        };
        let needs = self.needs.get(method).map_or("FULL_ADMIN", String::as_str);
        if !self.composed().iter().any(|role| role == needs) {
            return Err((CALL, 13, "Not authorized".to_owned()));
        }
        let Some(rows) = told.as_array() else {
            return Ok(told.clone());
        };
        let select = params.pointer("/1/select").and_then(Value::as_array);
        Ok(match select {
            None => told.clone(),
            Some(select) => rows.iter().map(|row| selected(row, select)).collect(),
        })
    }
}

/// The fields of a row that were asked for.
fn selected(row: &Value, select: &[Value]) -> Value {
    let fields = select.iter().filter_map(|name| {
        let name = name.as_str()?;
        Some((name.to_owned(), row.get(name)?.clone()))
    });
    Value::Object(fields.collect::<Map<String, Value>>())
}
