//! What the token may see, and so which lists are whole.
//!
//! The API makes lists shorter by rights and answers 200 OK all the same. A list is whole only if the token's own rights prove it: the
//! privilege holds on the whole branch (`/datastore` and below), and no entry below takes it away again. All entries are told only to who
//! has `Sys.Audit` on `/access/acl`; paths on which a token has nothing are not among its own rights, which is why the entries are read.

use crate::answers::Answers;
use crate::dump::{Dump, read};
use model::kleene::Reason;
use reading::wire::rows;
use serde::Deserialize;

/// The token's own rights, wherever an entry is.
const OWN: &str = "/access/permissions";
const ENTRIES: &str = "/access/acl";
/// Its rights where all entries, and where all tasks, are told. Each by itself: an entry that takes everything away is in no dump.
const MAY_READ_ENTRIES: &str = "/access/permissions?path=%2Faccess%2Facl";
const MAY_READ_TASKS: &str = "/access/permissions?path=%2Fsystem%2Ftasks";

/// What has to be asked for.
pub(super) const ASKED: [&str; 4] = [OWN, ENTRIES, MAY_READ_ENTRIES, MAY_READ_TASKS];

#[derive(Debug, Deserialize)]
struct Entry {
    path: String,
}

/// What is known of the token's rights.
pub(super) struct Rights<'a>(pub(super) &'a Answers);

impl Rights<'_> {
    fn dump(&self, of: &str) -> Result<Dump, Reason> {
        let answer = self
            .0
            .get(of)
            .map_err(|why| Reason::new(format!("the token's rights are not known: {why}")))?;
        let garbage = || Reason::new("the token's rights are not understood");
        read(answer).ok_or_else(garbage)
    }

    fn at(&self, of: &str, path: &str, privilege: &str) -> Result<String, Reason> {
        let dump = self.dump(of)?;
        match dump
            .get(path)
            .is_some_and(|has| has.contains_key(privilege))
        {
            true => Ok(format!("the token has {privilege} on {path}")),
            false => Err(lacks(privilege, path)),
        }
    }

    /// It may see the tasks of everybody.
    pub(super) fn tasks(&self) -> Result<String, Reason> {
        self.at(MAY_READ_TASKS, "/system/tasks", "Sys.Audit")
    }

    /// A privilege on a path and on everything below it.
    pub(super) fn below(&self, path: &str, privilege: &str) -> Result<String, Reason> {
        let dump = self.dump(OWN)?;
        let holds = |at: &str| dump.get(at).and_then(|has| has.get(privilege)).copied();
        match holds(path) {
            Some(true) => {}
            Some(false) => {
                let why = format!("the token's {privilege} on {path} does not hold below it");
                return Err(Reason::new(why));
            }
            None => return Err(lacks(privilege, path)),
        }
        self.at(MAY_READ_ENTRIES, "/access/acl", "Sys.Audit")
            .map_err(|why| {
                Reason::new(format!(
                    "{why}, so that exceptions below {path} are not seen"
                ))
            })?;
        let garbage = || Reason::new("the access control list is not understood");
        let (entries, lost) = rows::<Entry>(self.0.get(ENTRIES)?).ok_or_else(garbage)?;
        if lost > 0 {
            return Err(garbage());
        }
        let prefix = format!("{path}/");
        let mut below = entries.iter().filter(|e| e.path.starts_with(&prefix));
        match below.find(|e| holds(&e.path) != Some(true)) {
            Some(entry) => Err(lacks(privilege, &entry.path)),
            None => Ok(format!("the token has {privilege} on {path} and all below")),
        }
    }
}

fn lacks(privilege: &str, path: &str) -> Reason {
    Reason::new(format!("the token has no {privilege} on {path}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_list_is_whole_only_if_rights_prove_it() {
        let all = json!({"Datastore.Audit": true, "Sys.Audit": true});
        let may = json!({"/access/acl": all});
        let rows = [
            (
                json!({"/datastore": all}),
                json!([]),
                &may,
                "the token has Datastore.Audit on /datastore and all below",
            ),
            (
                json!({}),
                json!([]),
                &may,
                "the token has no Datastore.Audit on /datastore",
            ),
            (
                json!({"/datastore": {"Datastore.Audit": false}}),
                json!([]),
                &may,
                "the token's Datastore.Audit on /datastore does not hold below it",
            ),
            (
                json!({"/datastore": all}),
                json!([]),
                &json!({}),
                "the token has no Sys.Audit on /access/acl, so that exceptions below /datastore are not seen",
            ),
            (
                json!({"/datastore": all}),
                json!([{"path": "/datastore/main/office", "roleid": "NoAccess"}]),
                &may,
                "the token has no Datastore.Audit on /datastore/main/office",
            ),
            (
                json!({"/datastore": all, "/datastore/main": all}),
                json!([{"path": "/datastore/main"}, {"path": "/remote/away"}]),
                &may,
                "the token has Datastore.Audit on /datastore and all below",
            ),
            (
                json!({"/datastore": all}),
                json!([{"nothing": 1}]),
                &may,
                "the access control list is not understood",
            ),
            (
                json!({"/datastore": {"Datastore.Audit": "maybe"}}),
                json!([]),
                &may,
                "the token's rights are not understood",
            ),
        ];
        for (dump, entries, may, expected) in rows {
            let told = [
                (OWN, dump.clone()),
                (ENTRIES, entries),
                (MAY_READ_ENTRIES, may.clone()),
            ];
            let answers = Answers::of(told.map(|(path, value)| (path.to_owned(), Ok(value))));
            let said = Rights(&answers).below("/datastore", "Datastore.Audit");
            let said = said.unwrap_or_else(|r| r.to_string());
            assert_eq!(said, expected, "{dump}");
        }
    }
}
