//! `pve-schema FILE`, `pbs-schema FILE`: hold the simulators of Proxmox VE and Proxmox Backup Server against the published API schemas, which are not kept here.
//!
//! FILE is what the product's API viewer loads (`apidoc.js`, `apidata.js`), or the JSON array in it. Two things are checked: that every endpoint of
//! the simulator's table is in the schema with these arguments, fields, types and rights, and that what the simulator answers on a
//! full example is of the types that the schema says.

use anyhow::{Context as _, Result, bail};
use pvesim::pbs::Server;
use pvesim::pbs::table::ENDPOINTS as BACKUP;
use pvesim::table::{ENDPOINTS, Returns, Rights, Spec, fields};
use pvesim::{Asked, Caller, Method, Served, State};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

type Operations = BTreeMap<(String, String), Value>;

/// Where the published schema is known to be wrong: servers tell files of backups as maps, and it says names.
const KNOWN: &[&str] = &["GET /admin/datastore/main/snapshots answers [].files[]:"];

/// Runs the task for Proxmox VE.
pub(crate) fn run(rest: &[String]) -> Result<()> {
    let table: Vec<Spec> = ENDPOINTS.iter().map(|e| e.spec()).collect();
    let mut state = State::example();
    let running = state.tasks.last().map(|t| t.upid.clone());
    let name = "holdfast@pve!example".to_owned();
    let secret = "example".to_owned();
    let caller = Caller::Token { name, secret };
    let running = running.unwrap_or_default();
    let fill = |path: &str| {
        let kind = if path.contains("/lxc") { "101" } else { "100" };
        path.replace("{node}", "pve1")
            .replace("{vmid}", kind)
            .replace("{storage}", "nas")
            .replace("{upid}", &running)
            .replace("{userid}", "root@pam")
    };
    hold("pve-schema", rest, &table, &mut state, &caller, &fill)
}

/// Runs the task for Proxmox Backup Server.
pub(crate) fn run_backup(rest: &[String]) -> Result<()> {
    let table: Vec<Spec> = BACKUP.iter().map(|e| e.spec).collect();
    let name = "holdfast@pbs!example".to_owned();
    let secret = "example".to_owned();
    let caller = Caller::BackupToken { name, secret };
    let fill = |path: &str| {
        path.replace("{node}", "localhost")
            .replace("{store}", "main")
    };
    let mut server = Server::example();
    hold("pbs-schema", rest, &table, &mut server, &caller, &fill)
}

fn hold<S: Served>(
    task: &str,
    rest: &[String],
    specs: &[Spec],
    served: &mut S,
    caller: &Caller,
    fill: &dyn Fn(&str) -> String,
) -> Result<()> {
    let [file] = rest else {
        bail!("give the schema: cargo xtask {task} FILE");
    };
    let text = std::fs::read_to_string(file).with_context(|| format!("cannot read {file}"))?;
    let operations = read(&text).with_context(|| format!("{file} is no API schema"))?;
    let mut complaints = Vec::new();
    for spec in specs {
        table(spec, &operations, &mut complaints);
    }
    let get = specs.iter().filter(|s| s.method == Method::Get);
    let mut asked = 0;
    for spec in get {
        let schema = operations.get(&("GET".to_owned(), spec.path.to_owned()));
        let request = Asked {
            method: Method::Get,
            path: fill(spec.path),
            args: BTreeMap::new(),
            caller: caller.clone(),
        };
        asked += usize::from(answer(served, &request, schema, &mut complaints));
    }
    let known = complaints.len();
    complaints.retain(|c| !KNOWN.iter().any(|k| c.starts_with(k)));
    let known = known - complaints.len();
    complaints.iter().for_each(|c| eprintln!("{task}: {c}"));
    println!(
        "{task}: {} operations in the schema; {} endpoints of the table and {asked} answers compared, {} differ, {known} where the schema is known to be wrong",
        operations.len(),
        specs.len(),
        complaints.len()
    );
    match complaints.is_empty() {
        true => Ok(()),
        false => bail!("the simulator is not as the schema says"),
    }
}

fn read(text: &str) -> Result<Operations> {
    let start = text.find('[').context("there is no array in it")?;
    let tree = text.get(start..).unwrap_or_default();
    let first = serde_json::Deserializer::from_str(tree)
        .into_iter::<Value>()
        .next();
    let tree = first.context("there is no array in it")??;
    let mut out = Operations::new();
    let mut open: Vec<&Value> = tree.as_array().into_iter().flatten().collect();
    while let Some(node) = open.pop() {
        let path = node["path"].as_str().unwrap_or_default();
        for (method, info) in node["info"].as_object().into_iter().flatten() {
            out.insert((method.clone(), path.to_owned()), info.clone());
        }
        open.extend(node["children"].as_array().into_iter().flatten());
    }
    Ok(out)
}

fn properties(of: &Value) -> Map<String, Value> {
    of["properties"].as_object().cloned().unwrap_or_default()
}

fn optional(property: &Value) -> bool {
    property["optional"] == json!(1) || property["optional"] == json!(true)
}

/// One line of the table.
fn table(endpoint: &Spec, operations: &Operations, complaints: &mut Vec<String>) {
    let name = format!("{} {}", endpoint.method.word(), endpoint.path);
    let mut complain = |what: String| complaints.push(format!("{name}: {what}"));
    let Some(schema) =
        operations.get(&(endpoint.method.word().to_owned(), endpoint.path.to_owned()))
    else {
        return complain("is not in the schema".to_owned());
    };
    let params = properties(&schema["parameters"]);
    for field in fields(endpoint.params) {
        compare("argument", &field, params.get(field.name), &mut complain);
    }
    for (param, property) in &params {
        let in_path = endpoint.path.contains(&format!("{{{param}}}"));
        if !optional(property) && !in_path && !fields(endpoint.params).any(|f| f.name == param) {
            complain(format!(
                "argument {param} must be given and is not in the table"
            ));
        }
    }
    let returns = &schema["returns"];
    let (kind, row, listed) = match endpoint.returns {
        Returns::Object(listed) => ("object", returns, listed),
        Returns::List(listed) => ("array", &returns["items"], listed),
        Returns::Text => ("string", returns, ""),
        Returns::Free => ("object", returns, ""),
    };
    if returns["type"] != *kind
        && !(endpoint.path == "/cluster/nextid" && returns["type"] == "integer")
    {
        complain(format!("returns {}, not {kind}", returns["type"]));
    }
    let known = properties(row);
    for field in fields(listed) {
        compare("field", &field, known.get(field.name), &mut complain);
    }
    if let Err(why) = rights(endpoint.rights, &schema["permissions"]) {
        complain(why);
    }
}

fn compare(
    what: &str,
    field: &pvesim::table::Field<'_>,
    schema: Option<&Value>,
    complain: &mut impl FnMut(String),
) {
    let Some(schema) = schema else {
        return complain(format!("{what} {} is not in the schema", field.name));
    };
    // A property string: text on the wire, a map in the schema, or the other way round.
    let told = schema["type"].as_str().unwrap_or("any");
    if told != field.kind && told != "any" {
        complain(format!(
            "{what} {} is {told}, in the table {}",
            field.name, field.kind
        ));
    }
    if !field.optional && optional(schema) {
        complain(format!("{what} {} may be missing", field.name));
    }
}

/// The checks that the schema can express; what it says in words is not compared.
fn rights(table: Rights, schema: &Value) -> Result<(), String> {
    let said = match schema["user"].as_str() {
        Some(user) => user.to_owned(),
        None => schema["check"].to_string(),
    };
    let fits = match table {
        Rights::World => said == "world",
        // What depends on the user that is asked about, the function that answers checks itself.
        Rights::Account => said == "all" || said.contains("userid-"),
        Rights::OneOf(paths, privileges) => {
            let check = &schema["check"];
            let all: Vec<&Value> = match check[0].as_str() {
                Some("or") => check.as_array().into_iter().flatten().skip(1).collect(),
                _ => vec![check],
            };
            all.iter().all(|one| {
                let path = one[1].as_str().unwrap_or_default();
                let needed: Vec<&str> = one[2]
                    .as_array()
                    .into_iter()
                    .flatten()
                    .filter_map(Value::as_str)
                    .collect();
                one[0] == "perm" && paths.contains(&path) && needed == privileges
            })
        }
    };
    match fits {
        true => Ok(()),
        false => Err(format!("rights are {said}, in the table {table:?}")),
    }
}

/// Asks for one thing on the example and compares the types of what comes; whether there is a schema of it.
fn answer<S: Served>(
    served: &mut S,
    asked: &Asked,
    schema: Option<&Value>,
    complaints: &mut Vec<String>,
) -> bool {
    let path = &asked.path;
    let answer = served.answer(asked);
    if answer.status != 200 {
        complaints.push(format!("GET {path}: {} {}", answer.status, answer.reason));
        return false;
    }
    let Some(schema) = schema else {
        return false;
    };
    let mut wrong = Vec::new();
    check(&answer.body["data"], &schema["returns"], "", &mut wrong);
    wrong.sort();
    wrong.dedup();
    complaints.extend(wrong.into_iter().map(|w| format!("GET {path} answers {w}")));
    true
}

fn check(value: &Value, schema: &Value, at: &str, wrong: &mut Vec<String>) {
    let number = |v: &Value| v.is_number() || v.as_str().is_some_and(|t| t.parse::<f64>().is_ok());
    let fits = match schema["type"].as_str() {
        Some("string") => value.is_string(),
        Some("integer") => {
            value.is_i64()
                || value.is_u64()
                || value.as_str().is_some_and(|t| t.parse::<i64>().is_ok())
        }
        Some("number") => number(value),
        Some("boolean") => matches!(
            value.to_string().trim_matches('"'),
            "0" | "1" | "true" | "false" | ""
        ),
        Some("object") => value.is_object(),
        Some("array") => value.is_array(),
        Some("null") => value.is_null(),
        _ => true,
    };
    if !fits {
        wrong.push(format!(
            "{at}: {value} where {} is expected",
            schema["type"]
        ));
        return;
    }
    if let Some(words) = schema["enum"].as_array()
        && !words.contains(value)
    {
        wrong.push(format!("{at}: {value} is none of {}", schema["enum"]));
    }
    for item in value.as_array().into_iter().flatten() {
        check(item, &schema["items"], &format!("{at}[]"), wrong);
    }
    let (Some(map), Some(known)) = (value.as_object(), schema["properties"].as_object()) else {
        return;
    };
    for (name, property) in known {
        match map.get(name) {
            Some(value) => check(value, property, &format!("{at}.{name}"), wrong),
            None if optional(property) || name.ends_with("[n]") => {}
            None => wrong.push(format!("{at}: no {name}, which must be there")),
        }
    }
    if [json!(0), json!(false)].contains(&schema["additionalProperties"]) {
        for name in map
            .keys()
            .filter(|n| !known.contains_key(*n) && !numbered(n, known))
        {
            wrong.push(format!("{at}: {name}, which is not in the schema"));
        }
    }
}

/// `net0` is `net[n]`.
fn numbered(name: &str, known: &Map<String, Value>) -> bool {
    let stem = name.trim_end_matches(|c: char| c.is_ascii_digit());
    known.contains_key(&format!("{stem}[n]"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_differs_from_the_schema_is_told() {
        let schema = json!({"type": "array", "items": {"type": "object", "additionalProperties": 0, "properties": {
            "vmid": {"type": "integer"}, "kind": {"type": "string", "enum": ["qemu", "lxc"]}, "net[n]": {"type": "string"}, "on": {"type": "boolean", "optional": 1},
        }}});
        let rows = [
            (
                json!([{"vmid": 1, "kind": "qemu", "net0": "x", "on": 1}]),
                vec![],
            ),
            (json!([{"vmid": "1", "kind": "lxc"}]), vec![]),
            (json!({}), vec![": {} where \"array\" is expected"]),
            (
                json!([{"vmid": "x", "kind": "lxc"}]),
                vec!["[].vmid: \"x\" where \"integer\" is expected"],
            ),
            (
                json!([{"vmid": 1, "kind": "jail"}]),
                vec!["[].kind: \"jail\" is none of [\"qemu\",\"lxc\"]"],
            ),
            (
                json!([{"kind": "lxc", "more": 1}]),
                vec![
                    "[]: no vmid, which must be there",
                    "[]: more, which is not in the schema",
                ],
            ),
        ];
        for (value, expected) in rows {
            let mut wrong = Vec::new();
            check(&value, &schema, "", &mut wrong);
            wrong.sort_by_key(|w| w.contains("not in"));
            assert_eq!(wrong, expected, "{value}");
        }
    }

    #[test]
    fn a_table_that_differs_from_the_schema_is_told() {
        let text = r#"const apiSchema = [{"path": "/version", "info": {"GET": {"parameters": {"properties": {"must": {"type": "string"}}},
            "permissions": {"check": ["perm", "/", ["Sys.Audit"]]}, "returns": {"type": "object", "properties": {"version": {"type": "integer"}, "release": {"type": "string", "optional": 1}}}}}}]
            ; let other = 1;"#;
        let operations = read(text).unwrap();
        let version = ENDPOINTS.iter().find(|e| e.path == "/version").unwrap();
        let mut complaints = Vec::new();
        table(&version.spec(), &operations, &mut complaints);
        assert_eq!(
            complaints,
            [
                "GET /version: argument must must be given and is not in the table",
                "GET /version: field version is integer, in the table string",
                "GET /version: field release may be missing",
                "GET /version: field repoid is not in the schema",
                "GET /version: rights are [\"perm\",\"/\",[\"Sys.Audit\"]], in the table Account",
            ]
        );
    }
}
