//! Compose projects that want to fill the memory or the stack, and texts that are damaged.

use crate::compose::{folder, read_files, read_text};
use diag::render::{Color, concise, full, json};
use lang::compose::Reading;
use proptest::prelude::*;

/// Whatever was said can be shown, and is explained.
fn look(reading: &Reading) {
    full(&reading.diagnostics, &reading.sources, Color::Never);
    concise(&reading.diagnostics, &reading.sources);
    json(&reading.diagnostics, &reading.sources);
    serde_json::to_string(&reading.project).unwrap();
    for d in &reading.diagnostics {
        assert!(lang::explain(&d.code).is_some(), "{}", d.code);
        for span in d.primary.iter().chain(&d.secondary).map(|l| l.span) {
            let text = &reading.sources.get(span.source).unwrap().text;
            assert!(
                text.get(span.start as usize..span.end as usize).is_some(),
                "{d:?}"
            );
        }
    }
}

fn codes(reading: &Reading) -> Vec<String> {
    look(reading);
    reading.diagnostics.iter().map(|d| d.code.clone()).collect()
}

fn refused(reading: &Reading, code: &str) {
    let codes = codes(reading);
    assert!(codes.iter().any(|c| c == code), "{code}: {codes:?}");
    assert!(!reading.is_valid());
}

#[test]
fn alias_bombs_are_refused() {
    let mut text = "x-a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for n in 1..=10 {
        let items = vec![format!("*a{}", n - 1); 10].join(", ");
        text.push_str(&format!("x-a{n}: &a{n} [{items}]\n"));
    }
    refused(&read_text(&text), "yaml-limit");
}

#[test]
fn deep_nesting_is_refused() {
    for depth in [65, 100_000] {
        let text = format!("x-a: {}{}\n", "[".repeat(depth), "]".repeat(depth));
        refused(&read_text(&text), "yaml-limit");
    }
}

#[test]
fn many_documents_are_refused() {
    let text = "services: {a: {image: x}}\n---\n".repeat(5_000);
    refused(&read_text(&text), "yaml-limit");
}

#[test]
fn port_bombs_are_refused() {
    let services: String = (0..200)
        .map(|n| format!("  s{n}: {{image: x, ports: ['1-65535:1-65535']}}\n"))
        .collect();
    refused(&read_text(&format!("services:\n{services}")), "yaml-limit");
}

#[test]
fn extension_bombs_are_refused() {
    // Every service doubles the list of the one before it.
    let mut text = "services:\n  s0: {image: x, security_opt: [a, b, c, d]}\n".to_owned();
    for n in 1..40 {
        let more = (0..2_000)
            .map(|m| format!("x{n}-{m}, "))
            .collect::<String>();
        text.push_str(&format!(
            "  s{n}: {{extends: s{}, security_opt: [{more}]}}\n",
            n - 1
        ));
    }
    refused(&read_text(&text), "yaml-limit");
}

/// A range is taken apart once, in the end; until then it is as small as it is written.
#[test]
fn whole_ranges_are_extended_and_merged() {
    let base = "services: {a: {image: x, ports: ['1-65535:1-65535']}}\n";
    let more = "services: {b: {extends: {file: base.yml, service: a}}, c: {extends: {file: base.yml, service: a}}}\n";
    let files = [("base.yml", base), ("more.yml", more)];
    let reading = read_files(&["base.yml", "more.yml"], &files);
    assert_eq!(codes(&reading), Vec::<String>::new());
    let counts = reading.project.services.values().map(|s| s.ports.len());
    assert_eq!(counts.collect::<Vec<_>>(), [65_535; 3]);
}

/// Of ports that ranges and others say twice, the later stands where the earlier did.
#[test]
fn ports_of_ranges_are_there_once() {
    let ports = "['9:9', '8000-8002:80-82', '8001:81', '8002-8003:82-83', '8000-8002:80-82']";
    let reading = read_text(&format!("services: {{a: {{image: x, ports: {ports}}}}}\n"));
    assert_eq!(codes(&reading), Vec::<String>::new());
    let ports = reading.project.services.values().flat_map(|s| &s.ports);
    let targets: Vec<u16> = ports.map(|p| p.target).collect();
    assert_eq!(targets, [9, 80, 81, 82, 83]);
}

/// What a service says as the one that it extends does is there once, however long the chain.
#[test]
fn long_chains_of_extensions_grow_by_what_they_add() {
    let mut text = "services:\n  s0000: {image: x}\n".to_owned();
    for n in 1..2_000 {
        let before = n - 1;
        text.push_str(&format!(
            "  s{n:04}: {{extends: s{before:04}, environment: {{A: '1', B: '2'}}}}\n"
        ));
    }
    let reading = read_text(&text);
    assert_eq!(codes(&reading), Vec::<String>::new());
    assert_eq!(reading.project.services.len(), 2_000);
}

#[test]
fn include_bombs_are_refused() {
    // Every file includes the next one ten times.
    let names: Vec<String> = (0..14).map(|n| format!("f{n}.yml")).collect();
    let texts: Vec<String> = (0..14)
        .map(|n| match n {
            13 => "services: {a: {image: x}}\n".to_owned(),
            _ => format!(
                "include: [{}]\n",
                vec![format!("f{}.yml", n + 1); 10].join(", ")
            ),
        })
        .collect();
    let files: Vec<(&str, &str)> = names
        .iter()
        .zip(&texts)
        .map(|(n, t)| (n.as_str(), t.as_str()))
        .collect();
    refused(&read_files(&["f0.yml"], &files), "yaml-limit");
}

#[test]
fn variable_bombs_are_refused() {
    let mut env = "A0=xxxxxxxxxxxxxxxx\n".to_owned();
    for n in 1..60 {
        env.push_str(&format!("A{n}=$A{0}$A{0}\n", n - 1));
    }
    let files = [
        ("c.yml", "services: {a: {image: x}}\n"),
        (".env", env.as_str()),
    ];
    refused(&read_files(&["c.yml"], &files), "compose-env-file");
    let deep = format!("{}{}", "${A:-".repeat(5_000), "}".repeat(5_000));
    refused(
        &read_text(&format!("services: {{a: {{image: '{deep}'}}}}\n")),
        "yaml-limit",
    );
}

#[test]
fn circles_are_named() {
    let files = [
        ("a.yml", "include: [b.yml]\nservices: {a: {image: x}}\n"),
        ("b.yml", "include: [a.yml]\nservices: {b: {image: x}}\n"),
    ];
    let reading = read_files(&["a.yml"], &files);
    refused(&reading, "compose-cycle");
    assert!(
        reading.diagnostics[0]
            .message
            .contains("a.yml → b.yml → a.yml"),
        "{:?}",
        reading.diagnostics
    );
    let text = "services:\n  a: {extends: b, image: x}\n  b: {extends: c}\n  c: {extends: a}\n";
    refused(&read_text(text), "compose-cycle");
    let text = "services:\n  a: {image: x, depends_on: [b]}\n  b: {image: x, depends_on: [a]}\n";
    refused(&read_text(text), "compose-cycle");
    let chain: String = (0..5_000)
        .map(|n| format!("  s{n}: {{image: x, depends_on: [s{}]}}\n", (n + 1) % 5_000))
        .collect();
    refused(&read_text(&format!("services:\n{chain}")), "compose-cycle");
}

#[test]
fn unreadable_text_is_said() {
    for (text, code) in [
        ("services:\n\tweb: {image: x}\n", "yaml-syntax"),
        ("services: {a: {image: x}\n", "yaml-syntax"),
        (
            "services:\n  a: {image: x}\n  a: {image: y}\n",
            "duplicate-key",
        ),
        ("services: {a: {image: \"x\u{1}\"}}\n", "yaml-syntax"),
        ("", "compose-type"),
        ("- a\n", "compose-type"),
        ("services: {a: *b}\n", "yaml-syntax"),
        ("x: &a [*a]\n", "yaml-limit"),
    ] {
        refused(&read_text(text), code);
    }
    refused(&read_files(&["nope.yml"], &[]), "compose-file");
}

#[test]
fn what_other_readers_take_is_taken() {
    // A tab behind a colon, and a bracket that is indented less than its list.
    let text =
        "services:\n  a:\n    image:\tx\n    command: [\n    'a',\n  'b'\n    ]\n    user: b\n";
    let reading = read_text(text);
    assert!(reading.is_valid(), "{:?}", reading.diagnostics);
    let a = &reading.project.services["a"];
    assert_eq!(a.command.as_ref().unwrap().words.len(), 2);
    assert_eq!(
        reading.sources.place(a.user.as_ref().unwrap().span),
        "compose.yaml:8:11"
    );
}

#[derive(Debug, Clone)]
enum Change {
    DeleteLine,
    DoubleLine,
    Indent,
    Cut(usize),
    Insert(usize, String),
}

fn change() -> impl Strategy<Value = (usize, Change)> {
    let piece = prop_oneof![
        Just("${A:-".to_owned()),
        Just("}".to_owned()),
        Just("<<: *a\n".to_owned()),
        Just(" &a ".to_owned()),
        Just(" !reset ".to_owned()),
        Just("[".to_owned()),
        Just("'".to_owned()),
        Just(": ".to_owned()),
        Just("\t".to_owned()),
        Just("é→".to_owned()),
        "\\PC{0,6}",
    ];
    let kind = prop_oneof![
        Just(Change::DeleteLine),
        Just(Change::DoubleLine),
        Just(Change::Indent),
        (0..40usize).prop_map(Change::Cut),
        (0..40usize, piece).prop_map(|(at, text)| Change::Insert(at, text)),
    ];
    (0..60usize, kind)
}

fn damage(text: &str, changes: &[(usize, Change)]) -> String {
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    for (n, change) in changes {
        if lines.is_empty() {
            break;
        }
        let n = n % lines.len();
        let line = lines[n].clone();
        let at = |at: usize| {
            line.char_indices()
                .map(|(b, _)| b)
                .nth(at)
                .unwrap_or(line.len())
        };
        match change {
            Change::DeleteLine => drop(lines.remove(n)),
            Change::DoubleLine => lines.insert(n, line),
            Change::Indent => lines[n].insert_str(0, "  "),
            Change::Cut(c) => lines[n].truncate(at(*c)),
            Change::Insert(c, text) => lines[n].insert_str(at(*c), text),
        }
    }
    lines.join("\n")
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn damaged_projects_are_read_without_panic(changes in prop::collection::vec(change(), 1..8), which in 0..3usize) {
        let (folder_name, main) = [("override", "base.yml"), ("extends", "e.yml"), ("include", "sub/mid2.yml")][which];
        let text = std::fs::read_to_string(folder().join(folder_name).join(main)).unwrap();
        let damaged = damage(&text, &changes);
        let files = [
            ("c.yml", damaged.as_str()),
            ("e1.env", "E1=1\n"),
            ("sub/z/z.yml", damaged.as_str()),
            ("o.yml", "services: {a: {ports: ['1:1'], environment: {A: !reset }}}\n"),
        ];
        look(&read_files(&["c.yml", "o.yml"], &files));
    }

    #[test]
    fn any_text_is_read_without_panic(text in "(services|a|:|\\{|\\}|\\[|\\]|,| |\n|\\$|-|&|\\*|!|'|\"|x){0,80}", env in "\\PC{0,60}") {
        look(&read_files(&["c.yml"], &[("c.yml", text.as_str()), (".env", env.as_str())]));
    }
}

/// What Compose 2.26 refuses and accepts, side by side, where a number, a source or a target is what decides.
#[test]
fn amounts_and_sources_are_judged_as_compose_judges_them() {
    let service = |body: &str| format!("services: {{a: {{image: x, {body}}}}}\n");
    for body in [
        "healthcheck: {test: [CMD, x], retries: -1}",
        "healthcheck: {test: [CMD, x], retries: '-1'}",
        "volumes: [{type: bind, target: /t}]",
        "develop: {watch: [{action: sync, path: .}]}",
        "develop: {watch: [{action: sync+restart, path: ., target: ''}]}",
        "gpus: [{capabilities: [gpu], count: 1, device_ids: ['0']}]",
        "gpus: [{count: x}]",
        "extends: [a]",
        "extends: {file: compose.yaml}",
        "deploy: {resources: {reservations: {devices: [{capabilities: [gpu], count: foo}]}}}",
        "deploy: {restart_policy: {max_attempts: -1}}",
        "deploy: {placement: {max_replicas_per_node: -1}}",
        "deploy: {update_config: {parallelism: -1}}",
    ] {
        assert!(!read_text(&service(body)).is_valid(), "{body}");
    }
    let granted =
        "services: {a: {image: x, secrets: [{source: s, mode: -1}]}}\nsecrets: {s: {file: x}}\n";
    assert!(!read_text(granted).is_valid());
    let text = service("env_file: [{path: a.env, required: x}]");
    let files = [("compose.yaml", text.as_str()), ("a.env", "A=b\n")];
    assert!(!read_files(&["compose.yaml"], &files).is_valid());
    for body in [
        "healthcheck: {test: [CMD, x], retries: 0}",
        "volumes: [{type: bind, source: ./s, target: /t}, {type: volume, target: /v}]",
        "develop: {watch: [{action: rebuild, path: .}, {action: sync, path: ., target: /t}]}",
        "gpus: [{capabilities: [gpu], count: all}]",
        "gpus: all",
        "deploy: {restart_policy: {max_attempts: 0}, update_config: {parallelism: 0}}",
    ] {
        let reading = read_text(&service(body));
        assert!(reading.is_valid(), "{body}: {:?}", reading.diagnostics);
    }
}

/// A text that breaks off at a tab is told once: what it lacks may stand below.
#[test]
fn a_tab_is_one_error() {
    for text in [
        "services:\n  a:\n    image: x\n\tports: [80]\n",
        "services:\n  a:\n    hostname: x\n\timage: x\n",
        "services:\n  a:\n    image: x\n    networks: [n]\n\nnetworks:\n\tn: {}\n",
    ] {
        let codes: Vec<_> = read_text(text)
            .diagnostics
            .into_iter()
            .map(|d| d.code)
            .collect();
        assert_eq!(codes, ["yaml-syntax"], "{text}");
    }
}
