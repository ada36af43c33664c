#![allow(clippy::unwrap_used)]

use super::*;
use crate::{Applicability, Edit, Fix, Severity, SourceSet, Span};

const TEXT: &str = "datasets:\n  documents:\n    host: wbe\n    tier: gold\n";

fn example() -> (Vec<Diagnostic>, SourceSet) {
    let mut sources = SourceSet::default();
    let holdfast = sources.add("holdfast.yaml", "format: 1\nlab: hôme\n");
    let data = sources.add("lab/data.yaml", TEXT);
    let at = TEXT.find("wbe").unwrap();
    let wbe = Span::new(data, at, at + 3);
    let reference = Diagnostic::invalid("unknown-reference", "there is no host 'wbe'")
        .at(wbe, "no such host")
        .and_at(Span::new(data, 12, 21), "needed by this dataset")
        .and_at(Span::new(holdfast, 10, 13), "in this lab")
        .note("hosts are declared under 'hosts:'")
        .help("declare the host, or correct the name")
        .control("CIS v8 11.2")
        .fix(Fix {
            message: "did you mean 'web'?".into(),
            applicability: Applicability::Unsafe,
            edits: vec![Edit::replace(wbe, "web")],
        });
    let at = TEXT.find("gold").unwrap();
    let warning = Diagnostic::finding("svc-no-tier", Severity::Warning, "gold is\u{1b}[31m odd")
        .at(Span::new(data, at, at + 4), "");
    let placeless = Diagnostic::finding("about-all", Severity::Info, "nothing to point at");
    (vec![warning, reference, placeless], sources)
}

#[test]
fn full_without_colour() {
    let (diagnostics, sources) = example();
    let text = full(&diagnostics, &sources, Color::Never);
    let expected = "\
info[about-all]: nothing to point at

error[unknown-reference]: there is no host 'wbe'
 --> lab/data.yaml:3:11
  |
2 |   documents:
  |   --------- needed by this dataset
3 |     host: wbe
  |           ^^^ no such host
  |
 ::: holdfast.yaml:2:1
  |
2 | lab: hôme
  | --- in this lab
  |
  = note: hosts are declared under 'hosts:'
  = control: CIS v8 11.2
  = help: declare the host, or correct the name
help: did you mean 'web'?
  |
3 -     host: wbe
3 +     host: web
  |

warning[svc-no-tier]: gold is\u{fffd}[31m odd
 --> lab/data.yaml:4:11
  |
4 |     tier: gold
  |           ^^^^

";
    assert_eq!(text, expected, "{text}");
}

#[test]
fn colour_changes_nothing_but_escapes() {
    let (diagnostics, sources) = example();
    let coloured = full(&diagnostics, &sources, Color::Always);
    assert!(coloured.contains("\u{1b}["));
    let mut plain = String::new();
    let mut rest = coloured.as_str();
    while let Some((before, after)) = rest.split_once('\u{1b}') {
        plain.push_str(before);
        rest = after.split_once('m').unwrap().1;
    }
    plain.push_str(rest);
    assert_eq!(plain, full(&diagnostics, &sources, Color::Never));
}

#[test]
fn concise_is_one_line_each_and_sorted() {
    let (diagnostics, sources) = example();
    assert_eq!(
        concise(&diagnostics, &sources),
        "info[about-all]: nothing to point at\n\
         lab/data.yaml:3:11: error[unknown-reference]: there is no host 'wbe' (did you mean 'web'?)\n\
         lab/data.yaml:4:11: warning[svc-no-tier]: gold is\u{fffd}[31m odd\n"
    );
}

#[test]
fn json_has_places_of_both_ends() {
    let (diagnostics, sources) = example();
    let value: serde_json::Value = serde_json::from_str(&json(&diagnostics, &sources)).unwrap();
    let item = &value[1];
    assert_eq!(item["code"], "unknown-reference");
    assert_eq!(item["severity"], "error");
    assert_eq!(item["class"], "invalid");
    assert_eq!(item["primary"]["path"], "lab/data.yaml");
    assert_eq!(item["primary"]["line"], 3);
    assert_eq!(item["primary"]["column"], 11);
    assert_eq!(item["primary"]["end"]["column"], 14);
    assert_eq!(item["secondary"][1]["path"], "holdfast.yaml");
    assert_eq!(item["fix"]["edits"][0]["text"], "web");
    assert_eq!(value[0]["primary"], serde_json::Value::Null);
}

#[test]
fn sarif_has_rules_results_locations_and_fixes() {
    let (diagnostics, sources) = example();
    let rules = [RuleText {
        id: "svc-no-tier".into(),
        summary: "A dataset has no tier.".into(),
        rationale: "Nobody knows how fast it must be back.".into(),
        severity: Severity::Warning,
        example: "datasets: {a: }".into(),
        controls: vec!["CIS v8 11.1".into()],
    }];
    let text = sarif(&diagnostics, &sources, &rules);
    let value: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(value["version"], "2.1.0");
    let run = &value["runs"][0];
    let ids = &run["tool"]["driver"]["rules"];
    assert_eq!(ids[1]["id"], "svc-no-tier");
    assert_eq!(ids[1]["shortDescription"]["text"], "A dataset has no tier.");
    assert_eq!(ids[1]["defaultConfiguration"]["level"], "warning");
    assert_eq!(ids[1]["properties"]["tags"][0], "CIS v8 11.1");
    let help = ids[1]["help"]["markdown"].as_str().unwrap();
    assert!(help.contains("datasets: {a: }") && help.contains("`holdfast explain svc-no-tier`"));
    let result = &run["results"][1];
    assert_eq!(result["level"], "error");
    assert_eq!(
        ids[result["ruleIndex"].as_u64().unwrap() as usize]["id"],
        result["ruleId"]
    );
    let place = &result["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "lab/data.yaml");
    assert_eq!(place["region"]["startLine"], 3);
    let change = &result["fixes"][0]["artifactChanges"][0];
    assert_eq!(change["replacements"][0]["insertedContent"]["text"], "web");
    assert_eq!(run["results"][0]["level"], "note");
    for result in run["results"].as_array().unwrap() {
        assert_eq!(result["suppressions"], serde_json::json!([]));
    }
}

#[test]
fn summary_counts() {
    let (diagnostics, _) = example();
    assert_eq!(summary(&diagnostics), "1 error, 1 warning, 1 info");
    assert_eq!(summary(&[]), "no findings");
}

#[test]
fn odd_spans_never_panic() {
    let texts = [
        "",
        "ü",
        "a\r\nb\r\n",
        "\n\n",
        "x\u{1b}[2J\ty",
        "é: |\n  ñ\n",
    ];
    for text in texts {
        let mut sources = SourceSet::default();
        let id = sources.add("a b.yaml", text);
        for start in 0..text.len() + 2 {
            for end in 0..text.len() + 3 {
                for source in [id, crate::SourceId(7)] {
                    let span = Span::new(source, start, end);
                    let d = Diagnostic::invalid("x", "y").at(span, "z").fix(Fix {
                        message: "m".into(),
                        applicability: Applicability::Safe,
                        edits: vec![Edit::replace(span, "t")],
                    });
                    let all = [d];
                    assert!(!full(&all, &sources, Color::Never).is_empty());
                    assert!(!concise(&all, &sources).is_empty());
                    assert!(json(&all, &sources).starts_with('['));
                    assert!(sarif(&all, &sources, &[]).contains("2.1.0"));
                }
            }
        }
    }
}

#[test]
fn wide_lines_and_far_labels_stay_cheap() {
    let mut sources = SourceSet::default();
    let wide = format!("a: [{}x]\n", "y, ".repeat(100_000));
    let at = wide.find('x').unwrap();
    let id = sources.add("wide.yaml", wide);
    let d = Diagnostic::invalid("c", "m").at(Span::new(id, at, at + 1), "here");
    let text = full(&[d], &sources, Color::Never);
    assert_eq!(text, "error[c]: m\n--> wide.yaml:1:300005\n\n");

    let far = format!("first: 1\n{}last: 2\n", "middle: 0\n".repeat(20_000));
    let at = far.find("last").unwrap();
    let id = sources.add("far.yaml", far);
    let d = Diagnostic::invalid("c", "m")
        .at(Span::new(id, at, at + 4), "again")
        .and_at(Span::new(id, 0, 5), "first");
    let text = full(&[d], &sources, Color::Never);
    assert!(
        text.contains("far.yaml:20002:1") && text.contains("far.yaml:1:1"),
        "{text}"
    );
    assert!(
        text.contains("last: 2") && !text.contains("middle"),
        "{text}"
    );
}

/// The words of a label that has no room stand below, and what is marked is seen; labels far apart get an excerpt each.
#[test]
fn no_label_reaches_over_the_edge_of_the_screen() {
    let words = "these words are about this place and take more than half of a line";
    let far = format!("a: [{}last]\n", "item, ".repeat(30));
    let long = format!("a: {}\n", "x".repeat(200));
    let deep = format!("{}deep: 1\n", " ".repeat(50));
    for (text, spans) in [
        (
            far.as_str(),
            vec![(0, 1), (far.find("last").unwrap(), far.len() - 2)],
        ),
        (long.as_str(), vec![(3, 203)]),
        (deep.as_str(), vec![(50, 54)]),
        ("a: 1\nb: 2\n", vec![(0, 1), (5, 6)]),
    ] {
        let mut sources = SourceSet::default();
        let id = sources.add("lab.yaml", text);
        let mut d = Diagnostic::finding("c", Severity::Warning, "m");
        for (n, (start, end)) in spans.iter().enumerate() {
            let span = Span::new(id, *start, *end);
            d = match n {
                0 => d.at(span, words),
                _ => d.and_at(span, words),
            };
        }
        for width in [60, 80, 120] {
            let whole = Whole {
                width: Some(width),
                ..Whole::default()
            };
            let shown = digest(std::slice::from_ref(&d), &sources, Color::Never, whole);
            let longest = shown.lines().map(|l| l.chars().count()).max();
            assert!(longest <= Some(width), "{width}: {longest:?}\n{shown}");
            let told: String = shown.split_whitespace().collect::<Vec<_>>().join(" ");
            assert_eq!(
                told.matches("these").count(),
                spans.len(),
                "{width}\n{shown}"
            );
            assert_eq!(
                told.matches("line").count(),
                spans.len(),
                "{width}\n{shown}"
            );
            assert!(shown.contains('^'), "{width}\n{shown}");
        }
    }
}

/// Nothing reaches over the edge of a screen; nothing is lost by folding.
#[test]
fn text_is_folded_at_the_edge_of_the_screen() {
    let mut sources = SourceSet::default();
    let long = format!("people: {{owner: {{{}}}}}\n", "login: owner, ".repeat(30));
    let id = sources.add("lab/people.yaml", &long);
    let words = "one word and another and so on ".repeat(8);
    let d = Diagnostic::finding("svc-no-tier", Severity::Warning, words.trim())
        .at(Span::new(id, 9, 14), "here")
        .note(words.trim())
        .help(words.trim());
    let shown = |width| {
        let whole = Whole {
            width,
            ..Whole::default()
        };
        digest(std::slice::from_ref(&d), &sources, Color::Never, whole)
    };
    for width in [60, 80, 120] {
        let text = shown(Some(width));
        let longest = text.lines().map(|l| l.chars().count()).max();
        assert!(longest <= Some(width), "{width}: {longest:?}\n{text}");
        assert_eq!(text.matches("another").count(), 3 * 8, "{text}");
    }
    assert!(shown(None).lines().any(|l| l.len() > 240));
    let many = vec![d.clone(); 5];
    let whole = Whole {
        width: Some(80),
        ..Whole::default()
    };
    let text = digest(&many, &sources, Color::Never, whole);
    let longest = text.lines().map(|l| l.chars().count()).max();
    assert!(
        text.contains("3 more") && longest <= Some(80),
        "{longest:?}\n{text}"
    );
}

/// Whether no line is longer than a screen, unless it is one word that cannot be broken.
fn assert_fits(shown: &str, width: usize, about: &str) {
    for line in shown.lines() {
        let long = line.chars().count();
        let word = line.split_whitespace().map(|w| w.chars().count()).max();
        let one_word = long > width && word >= Some(width / 2) && !line.contains('|');
        assert!(
            long <= width || one_word,
            "{width}, {about}: {long}\n{line}\n{shown}"
        );
    }
}

#[test]
fn lines_about_as_long_as_a_screen_have_labels_that_fit() {
    for long in (20..=130).step_by(3) {
        for indent in [0, 6, 30] {
            let line = format!("{}{}", " ".repeat(indent), "ab, ".repeat(40));
            let line: String = line.chars().take(long + indent).collect();
            let text = format!("first: 1\n{line}\nlast: 2\n");
            let mut sources = SourceSet::default();
            let id = sources.add("lab.yaml", &text);
            let (start, end) = (9 + indent, 9 + line.len());
            let spans = [
                (start, start + 3),
                (start + (end - start) / 2, end),
                (end - 2, end),
                (end, end),
                (start, end),
            ];
            for (from, to) in spans {
                for words in ["", "short", "words that say what is wrong here and why"] {
                    let d = Diagnostic::finding("c", Severity::Warning, "m")
                        .at(Span::new(id, from, to), words)
                        .and_at(Span::new(id, 0, 5), "the first one");
                    for width in [40, 60, 80, 120] {
                        let shown = at_width(&d, &sources, width);
                        let about = format!("{from}..{to} of {} {words}", line.len());
                        assert_fits(&shown, width, &about);
                        assert!(shown.contains('^'), "{about}\n{shown}");
                        let told = shown.split_whitespace().collect::<Vec<_>>().join(" ");
                        assert!(told.contains(words), "{about}\n{shown}");
                    }
                }
            }
        }
    }
}

/// What is only added to a long line is not drawn, since that drawing cannot be folded; the message says it.
#[test]
fn an_addition_to_a_long_line_fits() {
    for (line, drawn) in [
        ("h: {os: debian, adresses: {lan: 10.0.0.2}}", true),
        (
            "a-long-name-of-a-machine-that-somebody-gave: {os: debian, adresses: {lan: 10.0.0.2}}",
            false,
        ),
    ] {
        let mut sources = SourceSet::default();
        let id = sources.add("lab.yaml", line);
        let at = line.find("adresses").unwrap();
        let span = Span::new(id, at, at + 8);
        let d = Diagnostic::invalid("unknown-key", "no key 'adresses'")
            .at(span, "unknown key")
            .fix(Fix::doubtful(
                "did you mean 'addresses'?",
                Edit::replace(span, "addresses"),
            ));
        let shown = at_width(&d, &sources, 80);
        assert_fits(&shown, 80, line);
        assert!(shown.contains("did you mean 'addresses'?"), "{shown}");
        assert_eq!(shown.contains(" addresses: {"), drawn, "{shown}");
    }
}

#[test]
fn waived_findings_are_counted_apart() {
    let d = || Diagnostic::finding("c", Severity::Info, "m");
    let mut waived = d();
    waived.waived = Some(crate::Waived {
        reason: "r".into(),
        owner: "o".into(),
        until: "2027-01-01".into(),
    });
    let all = [d(), waived.clone(), waived.clone()];
    assert_eq!(super::summary(&all), "1 info, 2 waived");
    assert_eq!(super::summary(&[waived]), "1 waived");
}

#[test]
fn a_mend_is_folded_and_loses_no_word() {
    let line = "  etcd: {datasets: [kube-etcd], to: s3, kind: dump, every: 6h, keep: {within: 7d}, description: all of it}";
    let mut sources = SourceSet::default();
    let text = format!("backups:\n{line}\n{}datasets: 1\n", "\n".repeat(10));
    let id = sources.add("lab.yaml", &text);
    let at = text.find("6h").unwrap();
    let span = Span::new(id, at, at + 2);
    // A larger number of a line moves the smaller one to the right.
    let far = text.find("datasets: 1").unwrap();
    let d = Diagnostic::finding("c", Severity::Warning, "m")
        .at(span, "too seldom")
        .and_at(Span::new(id, far, far + 8), "these")
        .fix(Fix::doubtful(
            "run backup 'etcd' every 15m",
            Edit::replace(span, "15m"),
        ));
    for width in [40, 60, 80, 120] {
        let shown = at_width(&d, &sources, width);
        assert_fits(&shown, width, "mend");
        let help = shown.split_once("help: ").unwrap().1;
        let told = help.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(told.contains(line.trim()), "{shown}");
        assert!(told.contains(&line.trim().replace("6h", "15m")), "{shown}");
        let whole = Whole {
            width: Some(width),
            ..Whole::default()
        };
        let coloured = digest(std::slice::from_ref(&d), &sources, Color::Always, whole);
        assert_eq!(uncoloured(&coloured), shown);
    }
}

fn at_width(d: &Diagnostic, sources: &SourceSet, width: usize) -> String {
    let whole = Whole {
        width: Some(width),
        ..Whole::default()
    };
    digest(std::slice::from_ref(d), sources, Color::Never, whole)
}

fn uncoloured(text: &str) -> String {
    let mut parts = text.split('\u{1b}');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |out, part| {
        out + part.split_once('m').map_or("", |(_, rest)| rest)
    })
}
