//! Whatever the text, analysis ends, and what it says can be shown.

use diag::render::{Color, concise, full, json};
use diag::{SourceSet, Span};
use proptest::prelude::*;
use std::path::Path;

fn example() -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/smallest");
    ["holdfast.yaml", "lab/data.yaml", "lab/hosts.yaml"]
        .into_iter()
        .map(|p| {
            (
                p.to_owned(),
                std::fs::read_to_string(folder.join(p)).unwrap(),
            )
        })
        .collect()
}

fn analyze(files: &[(String, String)]) {
    let mut sources = SourceSet::default();
    for (path, text) in files {
        sources.add(path.clone(), text.clone());
    }
    let (_, diagnostics) = lang::analyze(&sources);
    full(&diagnostics, &sources, Color::Never);
    concise(&diagnostics, &sources);
    json(&diagnostics, &sources);
    for d in &diagnostics {
        assert!(lang::explain(&d.code).is_some(), "{}", d.code);
        let spans = d.primary.iter().chain(&d.secondary).map(|l| l.span);
        for Span { source, start, end } in spans {
            let text = &sources.get(source).unwrap().text;
            assert!(text.get(start as usize..end as usize).is_some(), "{d:?}");
        }
    }
}

#[derive(Debug, Clone)]
enum Change {
    DeleteLine,
    DoubleLine,
    SwapWithNext,
    Indent,
    Cut(usize),
    Insert(usize, String),
    DeleteBytes(usize, usize),
}

fn change() -> impl Strategy<Value = Change> {
    let bits = prop::sample::select(vec![
        ":",
        ": ",
        "- ",
        "[",
        "]",
        "{",
        "}",
        "\"",
        "'",
        "\t",
        "#",
        "&a ",
        "*a",
        "!x ",
        "|",
        ">",
        "<<: ",
        "---\n",
        "~",
        "\n",
        "ü",
        "\u{feff}",
        "\r",
        ",",
        "? ",
        "%",
        "@",
        "99999999999999999999",
        "-1",
    ]);
    prop_oneof![
        Just(Change::DeleteLine),
        Just(Change::DoubleLine),
        Just(Change::SwapWithNext),
        Just(Change::Indent),
        any::<usize>().prop_map(Change::Cut),
        (any::<usize>(), bits).prop_map(|(at, s)| Change::Insert(at, s.to_owned())),
        (any::<usize>(), 1_usize..20).prop_map(|(at, n)| Change::DeleteBytes(at, n)),
    ]
}

fn mutate(text: &str, line: usize, change: &Change) -> String {
    let mut lines: Vec<String> = text.lines().map(|l| format!("{l}\n")).collect();
    if lines.is_empty() {
        return text.to_owned();
    }
    let n = line % lines.len();
    match change {
        Change::DeleteLine => drop(lines.remove(n)),
        Change::DoubleLine => lines.insert(n, lines[n].clone()),
        Change::SwapWithNext => {
            let other = (n + 1) % lines.len();
            lines.swap(n, other);
        }
        Change::Indent => lines[n].insert(0, ' '),
        Change::Cut(at) => return cut(text, *at).0.to_owned(),
        Change::Insert(at, what) => {
            let (before, after) = cut(text, *at);
            return format!("{before}{what}{after}");
        }
        Change::DeleteBytes(at, count) => {
            let (before, after) = cut(text, *at);
            return format!("{before}{}", after.chars().skip(*count).collect::<String>());
        }
    }
    lines.concat()
}

fn cut(text: &str, at: usize) -> (&str, &str) {
    let mut at = at % (text.len() + 1);
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    text.split_at(at)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn arbitrary_text(text in "\\PC*") {
        analyze(&[("holdfast.yaml".into(), text)]);
    }

    #[test]
    fn arbitrary_bytes(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
        analyze(&[("holdfast.yaml".into(), String::from_utf8_lossy(&bytes).into_owned())]);
    }

    #[test]
    fn yaml_like_text(text in "([a-z]{1,3}|[:\\-?&*!|>'\"%@`#,\\[\\]{}]|: |- |\n|\n  |\n    |<<: |\\*a|&a |~|\t|é|\r\n){0,80}") {
        analyze(&[("holdfast.yaml".into(), format!("format: 1\nlab: x\n{text}"))]);
    }

    #[test]
    fn mutated_labs(
        file in 0_usize..3,
        changes in prop::collection::vec((any::<usize>(), change()), 1..4),
    ) {
        let mut files = example();
        for (line, change) in &changes {
            files[file].1 = mutate(&files[file].1, *line, change);
        }
        analyze(&files);
    }
}
