//! The rights of the login: what is asked, and nothing else.

use crate::question::ALL;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// The access group, which the login's `read` names.
pub const GROUP: &str = "holdfast";

/// The file of the access group, for `/usr/share/rpcd/acl.d`.
pub fn acl() -> Value {
    let mut ubus: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for question in ALL {
        ubus.entry(question.object)
            .or_default()
            .insert(question.method);
    }
    let uci: BTreeSet<&str> = ALL.iter().filter_map(|q| q.config).collect();
    json!({
        GROUP: {
            "description": "Holdfast: looks, changes nothing",
            "read": { "ubus": ubus, "uci": uci },
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_reads_and_reaches_no_keys() {
        let acl = acl();
        assert!(acl[GROUP].get("write").is_none());
        let text = acl.to_string();
        for never in ["wireless", "*", "\"network\"", "set", "commit", "file"] {
            assert!(!text.contains(never), "{never} in {text}");
        }
    }
}
