//! A list, a map and a single value in each other's place: what the help says, put in that place, is accepted. For every key of the
//! language, found in its schema.

use diag::{Diagnostic, SourceSet};
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

/// Stands where something is to be put.
const HERE: &str = "@@here@@";

/// Places whose values have a form that the schema does not know (each keyword of sshd its own), or that name secrets.
const OTHERWISE: [&str; 7] = [
    "\"drift\":",
    "\"cron\":",
    "\"command\":",
    "\"sshd\":",
    "\"keys\":",
    "\"verify\":",
    "\"sops\":",
];

/// Labs, each with one place of the language.
struct Walk<'s> {
    schema: &'s Value,
    seen: BTreeSet<String>,
    labs: BTreeSet<String>,
}

/// One lab for each place of the language.
fn places() -> BTreeSet<String> {
    let schema = schema::schema();
    let (seen, labs) = Default::default();
    let mut walk = Walk {
        schema: &schema,
        seen,
        labs,
    };
    walk.at(&schema, &|v| v);
    walk.labs
}

impl<'s> Walk<'s> {
    /// Notes a place, and goes into it.
    fn place(&mut self, schema: &'s Value, wrap: &dyn Fn(Value) -> Value) {
        self.labs.insert(wrap(json!(HERE)).to_string());
        self.at(schema, wrap);
    }

    fn at(&mut self, schema: &'s Value, wrap: &dyn Fn(Value) -> Value) {
        if let Some(name) = schema["$ref"].as_str() {
            let name = name.trim_start_matches("#/$defs/");
            if self.seen.insert(name.to_owned()) {
                self.at(&self.schema["$defs"][name], wrap);
            }
        }
        for key in ["anyOf", "allOf"] {
            for one in schema[key].as_array().into_iter().flatten() {
                self.at(one, wrap);
            }
        }
        if schema.get("items").is_some() {
            self.place(&schema["items"], &|v| wrap(json!([v])));
        }
        if schema["additionalProperties"].is_object() {
            let name = crate::schema::name_for(schema);
            self.place(&schema["additionalProperties"], &|v| {
                wrap(json!({ name.clone(): v }))
            });
        }
        for (key, below) in schema["properties"].as_object().into_iter().flatten() {
            self.place(below, &|v| {
                let mut map = Map::new();
                let required = schema["required"].as_array().into_iter().flatten();
                for must in required {
                    map.insert(must.as_str().unwrap().to_owned(), json!("a"));
                }
                map.insert(key.clone(), v);
                wrap(Value::Object(map))
            });
        }
    }
}

/// What is said of a lab in which this stands at its place, and from where to where that is.
fn said(lab: &str, form: &str) -> Vec<Diagnostic> {
    let mark = format!("\"{HERE}\"");
    let start = lab.find(&mark).unwrap();
    let text = lab.replacen(&mark, form, 1);
    let end = start + form.len();
    let mut sources = SourceSet::default();
    let other = |key: &str, text: &str| match lab.contains(&format!("{{\"{key}\":")) {
        true => String::new(),
        false => text.to_owned(),
    };
    let rest = [
        other("networks", "networks: {a: {subnet: 192.168.10.0/24}}\n"),
        other("sites", "sites: {a: {}}\n"),
        other(
            "hosts",
            "hosts: {a: {site: a, hardware: {disks: {a: 1TB}}}}\n",
        ),
        other("people", "people: {a: {}}\n"),
    ]
    .concat();
    sources.add("holdfast.yaml", format!("format: 1\nlab: x\n{rest}"));
    let own = sources.add("lab/own.yaml", text);
    let (_, all) = lang::analyze(&sources);
    let here = |d: &Diagnostic| {
        let primary = d.primary.as_ref().map(|p| p.span);
        primary.is_some_and(|p| {
            p.source == own && (p.start as usize) >= start && (p.end as usize) <= end
        })
    };
    all.into_iter().filter(here).collect()
}

fn form(help: &str) -> Option<&str> {
    let rest = help.strip_prefix("write ")?;
    let rest = rest.strip_prefix("it as in ").unwrap_or(rest);
    let quoted = rest.strip_prefix('\'')?.strip_suffix('\'')?;
    Some(quoted)
}

/// A public key of WireGuard that is nobody's.
const KEY: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";

#[test]
fn what_the_help_says_is_accepted_at_every_key() {
    let labs = places();
    assert!(labs.len() > 700, "{}", labs.len());
    let (mut wrong, mut helped) = (Vec::new(), 0);
    // Keys of the root file stand in another file here.
    let labs = labs.iter().filter(|lab| {
        let lab: Value = serde_json::from_str(lab).unwrap();
        let key = lab.as_object().unwrap().keys().next().unwrap().clone();
        !crate::schema::ROOT_KEYS.contains(&key.as_str())
            && !OTHERWISE.iter().any(|part| lab.to_string().contains(part))
    });
    for lab in labs {
        for mixed in ["4", "[a, b]", "{c: d, e: f}", ""] {
            for d in said(lab, mixed).iter().filter(|d| d.code == "wrong-type") {
                helped += 1;
                let Some(form) = d.help.first().and_then(|h| form(h)) else {
                    wrong.push(format!(
                        "{lab}: {mixed}: no form: {} {:?}",
                        d.message, d.help
                    ));
                    continue;
                };
                // With its key, if it is the value of one; what is told of a part stands in a whole that may be wrong too.
                let primary = d.primary.as_ref().unwrap().span;
                let offset = lab.find(&format!("\"{HERE}\"")).unwrap();
                let (from, to) = (
                    primary.start as usize - offset,
                    primary.end as usize - offset,
                );
                let value = form
                    .split_once(": ")
                    .filter(|_| !form.starts_with(['[', '{']));
                let value = value.map_or(form, |(_, value)| value);
                // What stands for a key is for somebody to replace.
                let value = &value.replace("WIREGUARD-KEY", KEY);
                let mended = format!("{}{value}{}", &mixed[..from], &mixed[to..]);
                let left: Vec<String> = said(lab, &mended)
                    .iter()
                    .filter(|d| {
                        d.primary
                            .as_ref()
                            .is_some_and(|p| p.span.start as usize - offset >= from)
                    })
                    .filter(|d| {
                        (d.primary.as_ref().unwrap().span.end as usize) - offset
                            <= from + value.len()
                    })
                    .map(|d| format!("{}: {}", d.code, d.message))
                    .filter(|m| !m.starts_with("unknown-reference"))
                    .collect();
                if !left.is_empty() {
                    wrong.push(format!("{lab}: {mixed} -> {mended}: {left:?}"));
                }
            }
        }
    }
    assert!(helped > 1000, "{helped}");
    assert!(wrong.is_empty(), "{}: {}", wrong.len(), wrong.join("\n"));
}

/// No entry is called `unknown`, and what is shown instead is accepted.
#[test]
fn a_whole_that_is_unknown_gets_no_entry_of_that_name() {
    let labs = places();
    let (mut wrong, mut helped, mut shown) = (Vec::new(), 0, 0);
    // What stands in how a value is known is single.
    let single = ["\"measured\":", "\"assumed\":", "\"unknown\":"];
    for lab in labs.iter().filter(|lab| {
        let whole = !single.iter().any(|key| lab.contains(key));
        let lab: Value = serde_json::from_str(lab).unwrap();
        let key = lab.as_object().unwrap().keys().next().unwrap().clone();
        whole && !crate::schema::ROOT_KEYS.contains(&key.as_str())
    }) {
        for d in said(lab, "unknown") {
            let help = d.help.join(" ");
            if d.code != "wrong-type" || !help.contains("cannot be unknown as a whole") {
                if d.code == "wrong-type"
                    && (help.contains("{unknown") || help.contains("[unknown"))
                {
                    wrong.push(format!("{lab}: {help}"));
                }
                continue;
            }
            helped += 1;
            let Some((_, form)) = help.split_once(", as in '") else {
                continue;
            };
            shown += 1;
            let form = form.trim_end_matches('\'');
            let value = form
                .split_once(": ")
                .filter(|_| !form.starts_with(['[', '{']));
            let value = value.map_or(form, |(_, value)| value);
            let left = said(lab, value);
            let left = left.iter().filter(|d| d.code != "unknown-reference");
            let left: Vec<&str> = left.map(|d| d.message.as_str()).collect();
            if !left.is_empty() {
                wrong.push(format!("{lab}: {value}: {left:?}"));
            }
        }
    }
    assert!(helped > 60 && shown > 30, "{helped} {shown}");
    assert!(wrong.is_empty(), "{}: {}", wrong.len(), wrong.join("\n"));
}

/// What people write, and what they are told.
#[test]
fn the_form_has_the_words_that_were_written() {
    let rows = [
        (
            "hosts: {h: {addresses: 1.2.3.4}}",
            "write 'addresses: {lan: 1.2.3.4}'",
        ),
        (
            "hosts: {h: {hardware: {disks: [a, b]}}}",
            "write it as in 'disks: {a: 16GiB, b: 16GiB}'",
        ),
        (
            "hosts: {h: {hardware: {disks: [4TB]}}}",
            "write it as in 'disks: {NAME1: 4TB}'",
        ),
        ("hosts: {h: {exposures: [22]}}", "write '{port: 22}'"),
        (
            "hosts: {h: {exposures: {port: 22, from: lan}}}",
            "write 'exposures: [{port: 22, from: lan}]'",
        ),
        ("hosts: {h: {packages: curl}}", "write 'packages: [curl]'"),
        (
            "hosts: {h: {packages: curl git}}",
            "write 'packages: [curl, git]'",
        ),
        ("hosts: [a, b]", "write 'hosts: {a: {}, b: {}}'"),
        (
            "hosts: [{name: a, site: home}]",
            "write 'hosts: {a: {site: home}}'",
        ),
        (
            "costs: {domain: 12 EUR/year}",
            "write 'domain: {amount: 12 EUR, every: year}'",
        ),
        (
            "costs: {domain: 12 EUR}",
            "write 'domain: {amount: 12 EUR}'",
        ),
        (
            "costs: {domain: {amount: 12 EUR/year}}",
            "write 'amount: 12 EUR, every: year'",
        ),
        (
            "costs: {domain: {amount: 12€ per month}}",
            "write 'amount: 12 EUR, every: month'",
        ),
        // A name that nothing has yet is the user's own, and no other one is put in its place.
        ("services: {x: {needs: y}}", "write 'needs: [y]'"),
        (
            "slos: {vault: 99.9%}",
            "write 'slos: [{service: vault, target: 99.9%}]'",
        ),
        (
            "slos: {gold: {target: 99.9%, window: 30d}}\ntiers: {gold: {}}",
            "write 'slos: [{tier: gold, target: 99.9%, window: 30d}]'",
        ),
        (
            "pools: {p: {kind: zfs, level: raidz}}",
            "did you mean 'raidz1'?",
        ),
        (
            "hosts: {h: {adress: 10.0.0.1}}",
            "did you mean 'addresses'?",
        ),
        (
            "hosts: {y: {}}\nservices: {x: {needs: [y]}, y: {}}",
            "write the one that is meant: 'host/y' or 'service/y'",
        ),
        (
            "repositories: {r: {password: [hunter2hunter2]}}",
            "write one of: ",
        ),
    ];
    let mut wrong = Vec::new();
    for (text, expected) in rows {
        let mut sources = SourceSet::default();
        let base = "format: 1\nlab: x\nnetworks: {lan: {subnet: 1.2.3.0/24}}\nsites: {home: {}}\n";
        sources.add("holdfast.yaml", base.to_owned());
        sources.add("lab/own.yaml", text.to_owned());
        let (_, all) = lang::analyze(&sources);
        let fixes = all
            .iter()
            .filter_map(|d| Some(d.fix.as_ref()?.message.clone()));
        let help: Vec<String> = all
            .iter()
            .flat_map(|d| d.help.clone())
            .chain(fixes)
            .collect();
        if !help
            .iter()
            .any(|h| h == expected || expected.ends_with(": ") && h.starts_with(expected))
        {
            wrong.push(format!("{text}: {help:?}, not {expected}"));
        }
        assert!(!help.iter().any(|h| h.contains("hunter2")), "{help:?}");
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
