//! Text that wants to fill the memory, the stack or the screen.

use diag::render::{Color, concise, full, json, sarif};
use diag::{Diagnostic, SourceSet};

fn diagnose(text: &str) -> Vec<Diagnostic> {
    let mut sources = SourceSet::default();
    sources.add("holdfast.yaml", text);
    let (_, diagnostics) = lang::analyze(&sources);
    // Whatever was said can be shown.
    assert!(full(&diagnostics, &sources, Color::Never).len() < 4_000_000);
    assert!(concise(&diagnostics, &sources).len() < 1_000_000);
    assert!(!json(&diagnostics, &sources).is_empty());
    assert!(!sarif(&diagnostics, &sources, &[]).is_empty());
    diagnostics
}

fn codes(text: &str) -> Vec<String> {
    diagnose(text).into_iter().map(|d| d.code).collect()
}

const HEAD: &str = "format: 1\nlab: test\n";

#[test]
fn alias_bombs_are_refused() {
    // Ten levels of ten aliases each: ten thousand million values.
    let mut text = format!("{HEAD}a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for n in 1..=10 {
        let items = vec![format!("*a{}", n - 1); 10].join(", ");
        text.push_str(&format!("a{n}: &a{n} [{items}]\n"));
    }
    let diagnostics = diagnose(&text);
    let bomb = diagnostics.iter().find(|d| d.code == "yaml-limit").unwrap();
    assert!(bomb.message.contains("aliases"), "{}", bomb.message);
    assert!(bomb.primary.is_some() && bomb.secondary.len() == 1);
}

#[test]
fn merge_bombs_are_refused() {
    let entries: String = (0..100).map(|n| format!("k{n}: v, ")).collect();
    let mut text = format!("{HEAD}a0: &a0 {{{entries}}}\n");
    for n in 1..2_000 {
        text.push_str(&format!("a{n}: {{<<: [*a0, *a0, *a0]}}\n"));
    }
    assert!(codes(&text).contains(&"yaml-limit".to_owned()));
}

#[test]
fn deep_nesting_is_refused() {
    for (open, close) in [("[", "]"), ("{a: ", "}")] {
        for depth in [65, 200, 100_000] {
            let text = format!(
                "{HEAD}hosts: {}{}\n",
                open.repeat(depth),
                close.repeat(depth)
            );
            let found = codes(&text);
            assert!(
                found.contains(&"yaml-limit".to_owned()),
                "{open} {depth}: {found:?}"
            );
        }
    }
    let blocks: String = (0..200).map(|n| format!("{}a:\n", " ".repeat(n))).collect();
    assert!(codes(&format!("{HEAD}{blocks}")).contains(&"yaml-limit".to_owned()));
    let items = format!("{HEAD}hosts:\n  {}x\n", "- ".repeat(5_000));
    assert!(codes(&items).contains(&"yaml-limit".to_owned()));
    let fits = format!(
        "{HEAD}hosts: {{web: {{packages: {}{}}}}}\n",
        "[".repeat(60),
        "]".repeat(60)
    );
    assert_eq!(codes(&fits), ["wrong-type"]);
}

#[test]
fn a_megabyte_of_garbage_gives_few_diagnostics() {
    let mut state = 7_u64;
    let mut random = || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as u32
    };
    let printable: String = (0..1_000_000)
        .map(|_| char::from(32 + (random() % 95) as u8))
        .collect();
    let lines: String = printable
        .chars()
        .map(|c| if c == '~' { '\n' } else { c })
        .collect();
    let wide: String = (0..250_000)
        .map(|_| char::from_u32(random() % 0xd000).unwrap_or('x'))
        .collect();
    for text in [
        printable,
        lines,
        wide,
        "a".repeat(1_000_000),
        "-\n".repeat(500_000),
        ": ".repeat(500_000),
    ] {
        let found = codes(&text);
        assert!(
            !found.is_empty() && found.len() < 20,
            "{} diagnostics",
            found.len()
        );
    }
}

#[test]
fn complaints_are_counted_not_piled_up() {
    let keys: String = (0..20_000)
        .map(|n| format!("  key{n}: [\n    ]\n"))
        .collect();
    let diagnostics = diagnose(&format!("{HEAD}hosts:\n{keys}"));
    assert_eq!(diagnostics.len(), 1_001);
    let last = diagnostics.last().unwrap();
    assert_eq!(last.code, "too-many");
    assert!(
        last.message.starts_with("19000 further"),
        "{}",
        last.message
    );
}

#[test]
fn a_large_valid_lab_is_read() {
    let hosts: String = (0..5_000)
        .map(|n| format!("  h{n}: {{os: debian, packages: [tree]}}\n"))
        .collect();
    let mut sources = SourceSet::default();
    sources.add("holdfast.yaml", format!("{HEAD}hosts:\n{hosts}"));
    let (lab, diagnostics) = lang::analyze(&sources);
    assert_eq!((lab.hosts.len(), diagnostics.len()), (5_000, 0));
}

#[test]
fn terminal_escapes_are_not_obeyed() {
    let text = format!("{HEAD}hosts:\n  \"web\\e[2J\\x07\": {{}}\n  web: {{os: \"a\\u202Eb\"}}\n");
    let mut sources = SourceSet::default();
    sources.add("holdfast.yaml", text);
    let (_, diagnostics) = lang::analyze(&sources);
    assert_eq!(diagnostics.len(), 2);
    for shown in [
        concise(&diagnostics, &sources),
        full(&diagnostics, &sources, Color::Never),
    ] {
        assert!(
            !shown.contains(['\u{1b}', '\u{7}', '\u{202e}']),
            "{shown:?}"
        );
    }
    assert_eq!(codes("format: 1\nlab: \u{1b}[2J\n")[0], "yaml-syntax");
    assert_eq!(
        codes("format: 1\nlab: x\n\0hosts: {web: debian}\n")[0],
        "yaml-syntax"
    );
}

/// A lab of hosts that refer to each other, each reference right, or each wrong.
fn referring(entities: usize, target: impl Fn(usize) -> String) -> String {
    let mut text = String::from("format: 1\nlab: x\nservices:\n");
    for n in 0..entities {
        let needs = target(n);
        text.push_str(&format!("  s{n}: {{needs: [{needs}], memory: 1GiB}}\n"));
    }
    text
}

/// Names are looked up, not searched; and wrong names are compared with the right ones only as often as can be afforded.
#[test]
fn a_hundred_thousand_entities() {
    let analyze = |text: String| {
        let mut sources = SourceSet::default();
        sources.add("holdfast.yaml", text);
        lang::analyze(&sources)
    };
    let (lab, diagnostics) = analyze(referring(100_000, |n| format!("s{}", (n * 7) % 100_000)));
    assert_eq!((lab.services.len(), diagnostics.len()), (100_000, 0));
    let (_, diagnostics) = analyze(referring(20_000, |n| format!("t{n}")));
    assert_eq!(diagnostics.last().unwrap().code, "too-many");
    let suggested = diagnostics.iter().filter(|d| d.fix.is_some()).count();
    assert!((1..100).contains(&suggested), "{suggested}");
}
