//! The JSON Schema says what the language reads: no key more and no key less.

use crate::whole::WHOLE;
use diag::SourceSet;
use jsonschema::Validator;
use saphyr_parser::{Event, Parser, ScalarStyle};
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;
use std::path::Path;

fn validator() -> Validator {
    jsonschema::draft202012::new(&schema::schema()).unwrap()
}

/// YAML as editors read it (1.2 core schema), with merge keys resolved.
fn yaml(text: &str) -> Value {
    let mut stack: Vec<(Value, Option<String>)> = Vec::new();
    let mut root = Value::Null;
    for event in Parser::new_from_str(text) {
        let done = match event.unwrap().0 {
            Event::Scalar(text, style, ..) => scalar(&text, style == ScalarStyle::Plain),
            Event::SequenceStart(..) => {
                stack.push((json!([]), None));
                continue;
            }
            Event::MappingStart(..) => {
                stack.push((json!({}), None));
                continue;
            }
            Event::SequenceEnd | Event::MappingEnd => stack.pop().unwrap().0,
            _ => continue,
        };
        match stack.last_mut() {
            None => root = done,
            Some((Value::Array(items), _)) => items.push(done),
            Some((Value::Object(map), key)) => match key.take() {
                Some(key) => drop(map.insert(key, done)),
                None => {
                    *key = Some(
                        done.as_str()
                            .map_or_else(|| done.to_string(), str::to_owned),
                    )
                }
            },
            Some(_) => unreachable!(),
        }
    }
    root
}

fn scalar(text: &str, plain: bool) -> Value {
    match text {
        _ if !plain => json!(text),
        "" | "~" | "null" => Value::Null,
        "true" | "True" | "TRUE" => json!(true),
        "false" | "False" | "FALSE" => json!(false),
        _ => {
            let number = text.parse::<i64>().map(|n| json!(n));
            let float = || {
                text.parse::<f64>()
                    .ok()
                    .filter(|n| n.is_finite())
                    .map(|n| json!(n))
            };
            let digit = text.starts_with(|c: char| c.is_ascii_digit() || c == '-');
            let number = number.ok().or_else(float).filter(|_| digit);
            number.unwrap_or_else(|| json!(text))
        }
    }
}

fn errors(validator: &Validator, text: &str) -> Vec<String> {
    let value = yaml(text);
    let all = validator.iter_errors(&value);
    all.map(|e| format!("{}: {e}", e.instance_path())).collect()
}

#[test]
fn it_is_a_schema() {
    let schema = schema::schema();
    let meta = jsonschema::draft202012::meta::validate(&schema);
    assert!(meta.is_ok(), "{meta:?}");
    // Every key says what it is.
    fn undocumented(value: &Value, path: &str, out: &mut Vec<String>) {
        let Value::Object(map) = value else { return };
        if let Some(Value::Object(properties)) = map.get("properties") {
            let silent = properties.iter().filter(|(_, s)| {
                let doc = s.get("description").and_then(Value::as_str);
                doc.is_none_or(|d| d.len() < 2) && !path.contains("given-")
            });
            out.extend(silent.map(|(k, _)| format!("{path}.{k}")));
        }
        for (key, below) in map {
            undocumented(below, &format!("{path}/{key}"), out);
        }
    }
    let mut out = Vec::new();
    undocumented(&schema, "", &mut out);
    assert_eq!(out, Vec::<String>::new());
}

/// yaml-language-server takes what it writes behind a key that it completes from the key's own schema, and no colon from nothing.
#[test]
fn every_key_is_completed_with_its_colon() {
    fn bare(value: &Value, path: &str, out: &mut Vec<String>) {
        if let Some(keys) = value.get("properties").and_then(Value::as_object) {
            let tells = [
                "$ref",
                "type",
                "properties",
                "items",
                "anyOf",
                "const",
                "enum",
            ];
            let silent = keys
                .iter()
                .filter(|(_, s)| !tells.iter().any(|t| s.get(t).is_some()));
            out.extend(silent.map(|(key, _)| format!("{path}/{key}")));
        }
        let below: Vec<(String, &Value)> = match value {
            Value::Object(map) => map.iter().map(|(k, v)| (k.clone(), v)).collect(),
            Value::Array(items) => items.iter().map(|v| (String::new(), v)).collect(),
            _ => Vec::new(),
        };
        for (key, value) in below {
            bare(value, &format!("{path}/{key}"), out);
        }
    }
    let mut out = Vec::new();
    bare(&schema::schema(), "", &mut out);
    assert!(out.is_empty(), "{out:#?}");
}

/// Nobody reads a pattern.
#[test]
fn a_value_that_does_not_fit_is_told_in_words() {
    let schema = schema::schema();
    let size = &schema["$defs"]["size"];
    assert!(size["pattern"].is_string(), "{size}");
    let told = "This is not a size such as 16GiB or 512GB.";
    assert_eq!(size["patternErrorMessage"], told, "{size}");
}

#[test]
fn what_is_read_is_valid() {
    let validator = validator();
    assert_eq!(errors(&validator, WHOLE), Vec::<String>::new());
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/smallest");
    for file in ["holdfast.yaml", "lab/data.yaml", "lab/hosts.yaml"] {
        let text = std::fs::read_to_string(example.join(file)).unwrap();
        assert_eq!(errors(&validator, &text), Vec::<String>::new(), "{file}");
    }
}

/// The files of every lab below a folder.
fn lab_files(folder: &Path, out: &mut Vec<std::path::PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let yaml = path.extension().is_some_and(|e| e == "yaml" || e == "yml");
        let lab =
            path.ends_with("holdfast.yaml") || path.parent().is_some_and(|p| p.ends_with("lab"));
        match path.is_dir() {
            true => lab_files(&path, out),
            false if yaml && lab => out.push(path),
            false => {}
        }
    }
}

#[test]
fn every_example_is_valid() {
    let validator = validator();
    let examples = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../examples")
        .canonicalize();
    let examples = examples.unwrap();
    let mut files = Vec::new();
    for entry in std::fs::read_dir(&examples).unwrap() {
        lab_files(&entry.unwrap().path(), &mut files);
    }
    assert!(files.len() > 90, "{}", files.len());
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        assert_eq!(
            errors(&validator, &text),
            Vec::<String>::new(),
            "{}",
            file.display()
        );
    }
}

/// Whether the language reads a text without complaint about its shape.
fn language_accepts(text: &str) -> bool {
    let mut sources = SourceSet::default();
    sources.add("holdfast.yaml", format!("format: 1\nlab: x\n{text}"));
    let (_, diagnostics) = lang::analyze(&sources);
    diagnostics.iter().all(|d| d.code.ends_with("reference"))
}

#[test]
fn what_the_language_refuses_for_its_shape_the_schema_refuses() {
    let validator = validator();
    let rows = [
        // A value of each type, right and wrong.
        ("pools: {a: {kind: zfs, size: 16GiB}}", true),
        ("pools: {a: {kind: zfs, size: 16gb}}", false),
        ("pools: {a: {kind: zfs, size: 16}}", false),
        ("pools: {a: {kind: zfs, size: '-1GB'}}", false),
        ("pools: {a: {kind: zfs, size: 016GB}}", false),
        ("pools: {a: {kind: zsf}}", false),
        ("pools: {a: {kind: zfs, size: 0B}}", false),
        ("pools: {a: {kind: zfs, size: 0.5GB}}", true),
        ("pools: {a: {kind: zfs, size: {assumed: 0.0 GB}}}", false),
        ("hosts: {a: {hardware: {cpu: {cores: 0}}}}", false),
        ("hosts: {a: {hardware: {cpu: {cores: '0'}}}}", false),
        ("hosts: {a: {hardware: {cpu: {cores: 10}}}}", true),
        ("hosts: {a: {hardware: {disks: {x: 0B}}}}", false),
        ("costs: {a: {since: 2027-04-31}}", false),
        ("costs: {a: {since: 2027-02-30}}", false),
        ("costs: {a: {since: 2027-12-31}}", true),
        ("pools: {a: {}}", false),
        ("pools: {a: }", false),
        ("pools: {a: {kind: zfs, fill_limit: 80%}}", true),
        ("pools: {a: {kind: zfs, fill_limit: 80}}", false),
        ("pools: {a: {kind: zfs, scrub: monthly}}", true),
        ("pools: {a: {kind: zfs, scrub: fortnightly}}", false),
        ("pools: {a: {kind: zfs, discard: maybe}}", false),
        ("pools: {a: {kind: zfs, mount: tank}}", false),
        ("pools: {a: {kind: zfs, replicas: two}}", false),
        ("pools: {a: {kind: zfs, replicas: '2'}}", true),
        ("sites: {a: {uplinks: {x: {down: 250Mbit}}}}", false),
        ("sites: {a: {power: {price: 0.29 EUR}}}", false),
        (
            "sites: {a: {power: {price: 0.29 EUR/kWh, average: 100}}}",
            false,
        ),
        ("ups: {a: {energy: 1h}}", false),
        ("ups: {a: {runtime: 22}}", false),
        ("ups: {a: {runtime: 1m30}}", false),
        ("ups: {a: {rating: 900W}}", false),
        ("hosts: {a: {temperature: 75}}", false),
        ("hosts: {a: {temperature: 75°C}}", true),
        (
            "hosts: {a: {hardware: {nics: {x: {mac: '52:54:00:12:34'}}}}}",
            false,
        ),
        ("hosts: {a: {hardware: {cpu: {frequency: 3}}}}", false),
        ("networks: {a: {dhcp: 10.0.0.1}}", false),
        ("networks: {a: {subnet: 10.0.0.0}}", false),
        ("networks: {a: {mtu: -1}}", false),
        // Ports, VLANs, addresses and prefixes.
        ("networks: {a: {vlan: 1}}", true),
        ("networks: {a: {vlan: '4094'}}", true),
        ("networks: {a: {vlan: {assumed: 10}}}", true),
        ("networks: {a: {vlan: 0}}", false),
        ("networks: {a: {vlan: 4095}}", false),
        ("networks: {a: {vlan: '4095'}}", false),
        ("networks: {a: {vlan: 1.5}}", false),
        ("networks: {a: {vlan: {assumed: 5000}}}", false),
        ("networks: {a: {subnet: 0.0.0.0/0}}", true),
        ("networks: {a: {subnet: 10.0.0.0/32}}", true),
        ("networks: {a: {subnet: 10.0.0.0/33}}", false),
        ("networks: {a: {subnet: 10.0.256.0/24}}", false),
        ("networks: {a: {subnet: 10.0.01.0/24}}", false),
        ("networks: {a: {subnet: 10.0.0/24}}", false),
        ("networks: {a: {subnet: 'fd00::/128'}}", true),
        ("networks: {a: {subnet: '::/0'}}", true),
        ("networks: {a: {subnet: 'fd00::/129'}}", false),
        ("networks: {a: {subnet: 'fd00:/64'}}", false),
        ("networks: {a: {gateway: '1:2:3:4:5:6:7::'}}", true),
        ("networks: {a: {gateway: '::ffff:10.0.0.1'}}", true),
        ("networks: {a: {gateway: '1:2:3:4:5:6:7:8'}}", true),
        ("networks: {a: {gateway: 10.0.0.300}}", false),
        ("networks: {a: {gateway: 'fd000::1g'}}", false),
        ("networks: {a: {dhcp: 10.0.0.1-10.0.0.256}}", false),
        ("hosts: {a: {reach: {ssh: b, port: 0}}}", false),
        ("hosts: {a: {reach: {ssh: b, port: 65535}}}", true),
        ("hosts: {a: {reach: {ssh: b, port: 65536}}}", false),
        ("hosts: {a: {exposures: [{port: 65535/udp}]}}", true),
        ("hosts: {a: {exposures: [{port: 8000-8010}]}}", false),
        (
            "flows: [{from: internet, to: any, action: deny, ports: [8000-8010/udp, 443]}]",
            true,
        ),
        (
            "flows: [{from: internet, to: any, action: deny, ports: 8000-65536}]",
            false,
        ),
        ("hosts: {a: {exposures: [{port: 0}]}}", false),
        ("hosts: {a: {exposures: [{port: 65536}]}}", false),
        ("hosts: {a: {exposures: [{port: 65536/tcp}]}}", false),
        ("hosts: {a: {exposures: [{port: 1-70000}]}}", false),
        ("hosts: {a: {exposures: [{port: 80.5}]}}", false),
        ("hosts: {a: {wireguard: {w: {port: 51820}}}}", true),
        ("hosts: {a: {wireguard: {w: {port: 99999}}}}", false),
        ("hosts: {a: {wireguard: {w: {port: 0/udp}}}}", false),
        (
            "hosts: {a: {tailscale: {serve: {443: {funnel: yes}}}}}",
            true,
        ),
        ("hosts: {a: {tailscale: {serve: {443: x}}}}", true),
        ("hosts: {a: {tailscale: {serve: {0: x}}}}", false),
        ("hosts: {a: {tailscale: {serve: {https: x}}}}", false),
        ("hosts: {a: {tailscale: {tags: ['tag:a-1']}}}", true),
        ("hosts: {a: {tailscale: {tags: [a]}}}", false),
        ("hosts: {a: {tailscale: {routes: [10.9.0.0/24]}}}", true),
        ("hosts: {a: {tailscale: {routes: [10.9.0.0/33]}}}", false),
        // Days and times.
        ("costs: {a: {since: 2028-02-29}}", true),
        ("costs: {a: {since: 2000-02-29}}", true),
        ("costs: {a: {since: 2027-02-29}}", false),
        ("costs: {a: {since: 2100-02-29}}", false),
        ("pools: {a: {kind: zfs, scrub: 0 3 * * 0}}", true),
        (
            "pools: {a: {kind: zfs, scrub: '*/15 0-6/2 1,15 jan-Mar SUN'}}",
            true,
        ),
        ("pools: {a: {kind: zfs, scrub: 60 3 * * 0}}", false),
        ("pools: {a: {kind: zfs, scrub: 0 24 * * 0}}", false),
        ("pools: {a: {kind: zfs, scrub: 0 3 0 * 0}}", false),
        ("pools: {a: {kind: zfs, scrub: 0 3 32 * 0}}", false),
        ("pools: {a: {kind: zfs, scrub: 0 3 * 13 0}}", false),
        ("pools: {a: {kind: zfs, scrub: 0 3 * * 8}}", false),
        ("pools: {a: {kind: zfs, scrub: 0 3 * * 0-}}", false),
        ("pools: {a: {kind: zfs, scrub: 0 3 * *}}", false),
        ("pools: {a: {kind: zfs, scrub: 0 3 * * 0 0}}", false),
        ("pools: {a: {kind: zfs, scrub: Sat}}", true),
        ("pools: {a: {kind: zfs, scrub: minutely}}", true),
        (
            "pools: {a: {kind: zfs, scrub: Mon..friday *-*-* 06:30}}",
            true,
        ),
        ("pools: {a: {kind: zfs, scrub: Sat 22:00..24:00}}", true),
        ("pools: {a: {kind: zfs, scrub: Sat 25:00}}", false),
        ("pools: {a: {kind: zfs, scrub: Sat 02:61}}", false),
        ("pools: {a: {kind: zfs, scrub: Sad 02:00}}", false),
        (
            "guests: {a: {kind: vm, on: b, addresses: {n: here}}}",
            false,
        ),
        ("flows: [{from: internet, to: any, action: permit}]", false),
        (
            "flows: [{from: internet, to: any, action: deny, ports: 443/sctp}]",
            false,
        ),
        ("flows: [{from: internet, action: deny}]", false),
        ("flows: {from: internet}", false),
        ("people: {a: {hours: 9h}}", false),
        ("people: {a: {mail: anna}}", false),
        ("probes: {a: {url: www.example.org}}", false),
        ("stacks: {a: /abs/compose.yaml}", false),
        ("costs: {a: {amount: 150}}", false),
        ("costs: {a: {amount: €150}}", true),
        ("costs: {a: {amount: 150 eur}}", false),
        ("costs: {a: {since: 31.01.2027}}", false),
        ("subscriptions: {a: 10 USD}", false),
        ("datasets: {a: {on: b, changes: 10GB}}", false),
        ("datasets: {a: {folder: /x}}", false),
        ("datasets: {a: {host: b}}", false),
        ("repositories: {a: {on: b}}", false),
        ("backups: {a: {to: r, every: 1d}}", false),
        ("backups: {a: {to: r, guests: [g]}}", false),
        ("waivers: [{reason: x}]", false),
        ("currency: euro", false),
        ("services: {a: {controls: {tsl: yes}}}", false),
        ("services: {a: {needs: [b, {any: [c, d]}]}}", true),
        ("services: {a: {needs: [[b]]}}", false),
        ("services: {a: {needs: [b, b]}}", true),
        ("services: {a: {replaces: [b, b]}}", false),
        // The four forms.
        ("ups: {a: {energy: unknown}}", true),
        ("ups: {a: {energy: {unknown: worn off}}}", true),
        ("ups: {a: {energy: {assumed: 600Wh, why: x}}}", true),
        ("ups: {a: {energy: {assumed: 600}}}", false),
        ("ups: {a: {energy: {assumed: 600Wh, because: x}}}", false),
        (
            "ups: {a: {energy: {measured: 600Wh, window: 30d, source: x, on: 2026-01-31}}}",
            true,
        ),
        ("ups: {a: {energy: {measured: 600Wh, on: today}}}", false),
        ("ups: {a: {energy: {declared: 600Wh}}}", false),
        ("ups: {a: {energy: [600Wh]}}", false),
        ("ups: {a: {energy: }}", false),
        // What is read by hand.
        ("hosts: {a: {sshd: {permitrootlogin: no}}}", true),
        ("hosts: {a: {sshd: {PermitRotLogin: no}}}", false),
        ("hosts: {a: {manage: {users: excatly}}}", false),
        ("hosts: {a: {reach: remote}}", false),
        ("hosts: {a: {reach: {ssh: b, port: 22}}}", true),
        ("hosts: {a: {users: {Anna: }}}", false),
        ("hosts: {a: {files: {etc: {content: x}}}}", false),
        ("hosts: {a: {units: {cron: }}}", false),
        ("hosts: {a: {exposures: [{from: any}]}}", false),
        ("tiers: {a: {rto: {hosts: 1h}}}", false),
        ("repositories: {a: {location: /x, password: secret}}", false),
        ("stakcs: {}", false),
        ("hosts: [a]", false),
        ("hosts: {'a b': }", false),
    ];
    let mut wrong = Vec::new();
    for (text, expected) in rows {
        let found = errors(&validator, text);
        // 'needs' may name one thing twice as an alternative of itself; the language says so, the schema need not.
        let language = text.contains("needs: [b, b]") || language_accepts(text);
        if (language, found.is_empty()) != (expected, expected) {
            wrong.push(format!(
                "{text}: should be {expected}, language {language}, schema {found:?}"
            ));
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

/// A lab with an unknown key somewhere, and the keys that the schema knows there.
struct Question {
    lab: Value,
    known: BTreeSet<String>,
}

const UNKNOWN: &str = "qqqqqqqqqqqqqqqqqqqqqqqq";

/// Walks the schema and asks at every map with known keys.
struct Walk<'s> {
    schema: &'s Value,
    seen: BTreeSet<String>,
    questions: Vec<Question>,
}

impl<'s> Walk<'s> {
    fn at(&mut self, schema: &'s Value, wrap: &dyn Fn(Value) -> Value) {
        if let Some(name) = schema.get("$ref").and_then(Value::as_str) {
            let name = name.trim_start_matches("#/$defs/");
            if self.seen.insert(name.to_owned()) {
                self.at(&self.schema["$defs"][name], wrap);
            }
            return;
        }
        for one in schema["anyOf"].as_array().into_iter().flatten() {
            self.at(one, wrap);
        }
        // What has a text of its own beside what it refers to.
        for one in schema["allOf"].as_array().into_iter().flatten() {
            self.at(one, wrap);
        }
        if schema.get("items").is_some() {
            self.at(&schema["items"], &|v| wrap(json!([v])));
        }
        if schema["additionalProperties"].is_object() {
            self.at(&schema["additionalProperties"], &|v| {
                wrap(json!({name_for(schema): v}))
            });
        }
        // One without keys says to editors that it is a map; the keys stand in what it refers to.
        let keys = schema["properties"].as_object();
        let Some(properties) = keys.filter(|k| !k.is_empty()) else {
            return;
        };
        // Keys that must be there decide between forms of a map.
        let mut base = Map::new();
        let required = schema["required"].as_array().into_iter().flatten();
        let groups = schema["allOf"].as_array().into_iter().flatten();
        let groups = groups.map(|g| &g["anyOf"][0]["required"][0]);
        for key in required.chain(groups) {
            base.insert(key.as_str().unwrap().to_owned(), json!("a"));
        }
        let mut with = base.clone();
        with.insert(UNKNOWN.to_owned(), json!(1));
        if schema["propertyNames"].is_null() {
            let lab = wrap(Value::Object(with));
            let known = properties.keys().cloned().collect();
            self.questions.push(Question { lab, known });
        }
        for (key, below) in properties {
            let base = base.clone();
            self.at(below, &|v| {
                let mut map = base.clone();
                map.insert(key.clone(), v);
                wrap(Value::Object(map))
            });
        }
    }
}

/// A key that a map with free keys takes.
pub(crate) fn name_for(schema: &Value) -> String {
    let pattern = schema["propertyNames"]["pattern"]
        .as_str()
        .unwrap_or_default();
    let all = ["a", "/a", "a.service", "net.a", "443"];
    let fits = all.iter().find(|name| {
        let names = json!({"pattern": pattern});
        jsonschema::draft202012::new(&names)
            .unwrap()
            .is_valid(&json!(name))
    });
    (*fits.unwrap_or_else(|| panic!("no name for {pattern}"))).to_owned()
}

/// The keys that the language knows where the unknown one stands.
fn keys_known(lab: &Value) -> Option<BTreeSet<String>> {
    let mut lab = lab.clone();
    lab["format"] = json!(1);
    lab["lab"] = json!("x");
    // What keys that are references refer to.
    let mut other = json!({"networks": {"a": {}}, "guests": {"a": {"kind": "vm", "on": "x"}}});
    for (key, _) in lab.as_object().unwrap() {
        other.as_object_mut().unwrap().remove(key);
    }
    let mut sources = SourceSet::default();
    sources.add("holdfast.yaml", lab.to_string());
    sources.add("lab/other.yaml", other.to_string());
    let (_, diagnostics) = lang::analyze(&sources);
    let unknown = diagnostics.iter().find(|d| d.message.contains(UNKNOWN))?;
    let help = unknown.help.first()?;
    let known = help
        .strip_prefix("known keys are ")
        .or_else(|| help.strip_prefix("write "))?;
    let known = known.replace(" or ", ", ");
    Some(known.split(", ").map(str::to_owned).collect())
}

#[test]
fn the_keys_are_those_that_the_language_asks_for() {
    let schema = schema::schema();
    let mut walk = Walk {
        schema: &schema,
        seen: BTreeSet::new(),
        questions: Vec::new(),
    };
    walk.at(&schema, &|v| v);
    assert!(walk.questions.len() > 150, "{}", walk.questions.len());
    let mut failures = Vec::new();
    let mut secrets = 0;
    for question in &walk.questions {
        let known = keys_known(&question.lab);
        let of = |path: &str| question.lab.pointer(path).is_some_and(Value::is_object);
        let secret = [
            "/repositories/a/password",
            "/clusters/a/api/secret",
            "/hosts/a/api/secret",
        ];
        if known.is_none() && secret.iter().any(|path| of(path)) {
            // A map that is no reference may be the secret itself, and nothing of it is repeated.
            secrets += 1;
            continue;
        }
        if known.is_none() && question.known.contains("hosts") && question.known.contains("format")
        {
            let sections = sections_known();
            assert_eq!(sections, question.known);
            continue;
        }
        if known.as_ref() != Some(&question.known) {
            failures.push(format!(
                "{}\n  language {known:?}\n  schema   {:?}",
                question.lab, question.known
            ));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    assert_eq!(
        secrets, 6,
        "the forms of a reference, and where it may stand"
    );
}

/// Keys that only the root file has.
pub(crate) const ROOT_KEYS: [&str; 10] = [
    "format",
    "patch_within",
    "lab",
    "owner",
    "currency",
    "timezone",
    "profile",
    "labels",
    "description",
    "include",
];

/// The top-level keys, from the help of an unknown one and those of the root file.
fn sections_known() -> BTreeSet<String> {
    let mut sources = SourceSet::default();
    sources.add(
        "holdfast.yaml",
        format!("format: 1\nlab: x\n{UNKNOWN}: 1\n"),
    );
    let (_, diagnostics) = lang::analyze(&sources);
    let help = diagnostics[0].help[0]
        .strip_prefix("sections are ")
        .unwrap();
    let sections = help.replace(" or ", ", ");
    let mut all: BTreeSet<String> = sections.split(", ").map(str::to_owned).collect();
    all.extend(ROOT_KEYS.map(String::from));
    all
}
