//! The rights of a token as `/access/permissions` tells them.

use reading::wire::FromJson as _;
use serde_json::Value;
use std::collections::BTreeMap;

/// Privileges by path; the flag says that one holds below.
pub(crate) type Dump = BTreeMap<String, BTreeMap<String, bool>>;

/// `None` if it is not understood: a flag may come as a number.
pub(crate) fn read(dump: &Value) -> Option<Dump> {
    let of = |(path, has): (&String, &Value)| {
        let all = has.as_object()?.iter();
        let all: Option<BTreeMap<String, bool>> = all
            .map(|(p, below)| Some((p.clone(), bool::from_json(below)?)))
            .collect();
        Some((path.clone(), all?))
    };
    dump.as_object()?.iter().map(of).collect()
}
