//! Every single value takes the four forms, or it is in a short list that says why an owner always knows it.

use serde_json::Value;
use std::collections::BTreeSet;

/// Values that take no `unknown`, each group with the reason. `*` stands for whatever is before or behind it.
const ALWAYS_KNOWN: &[(&str, &[&str])] = &[
    (
        "it says which thing is meant; without it nothing is",
        &[
            "*.was",
            "root.format",
            "root.lab",
            "Dataset.host",
            "Dataset.folder",
            "Dataset.postgres",
            "Backup.to",
            "root.include",
            "Waiver.rule",
            "Waiver.promise",
            "Waiver.object",
            "Exposure.port",
        ],
    ),
    (
        "it is an order that is carried out on a host or in a drill, not a fact about one",
        &[
            "Host.default_route",
            "Guest.default_route",
            "Host.sysctl.*",
            "Guest.sysctl.*",
            "ReachSsh.*",
            "ManagedFile.*",
            "UnitState.*",
            "User.*",
            "Firewall.table",
            "Exposure.from",
            "Exposure.listen",
            "Backup.every",
            "BackupKeep.*",
            "Check.*",
        ],
    ),
    (
        "somebody answers for it, so somebody knows it",
        &[
            "Exposure.why",
            "Exposure.owner",
            "Exposure.review",
            "Waiver.*",
            "ClockKeeper.*",
        ],
    ),
    (
        "it says where a secret is had; it is looked for there",
        &[
            "SecretFile.file",
            "SecretEnv.env",
            "SecretSops.sops",
            "SecretSops.key",
            "SecretAge.age",
        ],
    ),
    (
        "it has words of its own for that: 'any', or nothing",
        &["Flow.ports"],
    ),
];

fn fits(pattern: &str, path: &str) -> bool {
    match pattern.split_once('*') {
        Some((before, after)) => path.starts_with(before) && path.ends_with(after),
        None => pattern == path,
    }
}

struct Schema(Value);

impl Schema {
    fn resolve<'s>(&'s self, mut schema: &'s Value) -> &'s Value {
        loop {
            // The key's own text, what it takes, and what of that it does not.
            let takes = |s: &&Value| {
                ["$ref", "anyOf", "allOf", "type"]
                    .iter()
                    .any(|k| s.get(k).is_some())
            };
            if let Some(name) = schema["$ref"].as_str() {
                schema = &self.0["$defs"][name.rsplit('/').next().unwrap()];
            } else if let Some(all) = schema["allOf"]
                .as_array()
                .filter(|_| schema.get("properties").is_none())
            {
                schema = all.iter().find(takes).unwrap();
            } else {
                return schema;
            }
        }
    }

    fn takes_unknown(&self, schema: &Value) -> bool {
        let any = self.resolve(schema)["anyOf"].as_array();
        let says = |s: &Value| self.resolve(s)["const"] == "unknown" || self.takes_unknown(s);
        any.is_some_and(|all| all.iter().any(says))
    }

    /// One text may stand here.
    fn is_scalar(&self, schema: &Value) -> bool {
        let schema = self.resolve(schema);
        if let Some(any) = schema["anyOf"].as_array() {
            return any.iter().any(|s| self.is_scalar(s));
        }
        let kinds = match &schema["type"] {
            Value::String(kind) => vec![kind.as_str()],
            Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).collect(),
            _ => Vec::new(),
        };
        schema.get("const").is_some()
            || schema.get("enum").is_some()
            || kinds
                .iter()
                .any(|k| !["object", "array", "null"].contains(k))
    }

    /// Every place for one text that takes no `unknown`, as `Record.key`, or `Record.key.*` for the values of a map.
    fn strict(&self) -> BTreeSet<String> {
        let mut out = BTreeSet::new();
        let records = self.0["$defs"].as_object().unwrap().iter();
        let records = records.filter(|(name, _)| !name.starts_with("given-"));
        let root = ("root".to_owned(), &self.0);
        for (record, schema) in records.map(|(n, s)| (n.clone(), s)).chain([root]) {
            for (key, value) in schema["properties"].as_object().into_iter().flatten() {
                let path = format!("{record}.{key}");
                let below = &self.resolve(value)["additionalProperties"];
                if self.is_scalar(value) && !self.takes_unknown(value) {
                    out.insert(path);
                } else if below.is_object() && self.is_scalar(below) && !self.takes_unknown(below) {
                    out.insert(format!("{path}.*"));
                }
            }
        }
        out
    }
}

#[test]
fn every_value_that_an_owner_may_not_know_takes_the_four_forms() {
    let schema = Schema(schema::schema());
    let strict = schema.strict();
    assert!(strict.len() > 20, "{strict:?}");
    let patterns = || ALWAYS_KNOWN.iter().flat_map(|(_, patterns)| *patterns);
    let unexplained = strict
        .iter()
        .filter(|path| !patterns().any(|p| fits(p, path)));
    assert_eq!(unexplained.collect::<Vec<_>>(), Vec::<&String>::new());
    let idle = patterns().filter(|p| !strict.iter().any(|path| fits(p, path)));
    assert_eq!(
        idle.collect::<Vec<_>>(),
        Vec::<&&str>::new(),
        "stands for nothing"
    );
}

#[test]
fn what_is_read_by_hand_and_not_known_is_listed_with_its_reason() {
    let text = "format: 1\nlab: x\nsites: {home: {}}\nnetworks: {lan: {subnet: {unknown: nobody knows}, vlan: unknown}}\n\
                hosts: {nas: {site: unknown, addresses: {lan: unknown}}}\n";
    let mut sources = diag::SourceSet::default();
    sources.add("holdfast.yaml", text);
    let (lab, diagnostics) = lang::analyze(&sources);
    assert_eq!(diag::render::concise(&diagnostics, &sources), "");
    let mut open: Vec<(String, Option<&str>)> = lab
        .open
        .iter()
        .map(|o| {
            let object = o.object.as_ref().map(ToString::to_string);
            let path = format!("{} {}", object.unwrap_or_default(), o.path.join("."));
            (path, o.why.as_ref().map(|w| w.0.as_str()))
        })
        .collect();
    open.sort();
    let expected = [
        ("host/nas addresses.lan", None),
        ("host/nas site", None),
        ("network/lan subnet", Some("nobody knows")),
        ("network/lan vlan", None),
    ];
    let expected = expected.map(|(path, why)| (path.to_owned(), why));
    assert_eq!(open, expected);
}
