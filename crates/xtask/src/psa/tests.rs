//! Small models of the literature, typed from their descriptions, with the results that are published for them, and what is wrong with others.

use super::{MISSION, Question, judged, judged_apart};

const QUESTION: Question<'static> = Question {
    top: None,
    mission: MISSION,
};

fn line(model: &[String]) -> String {
    let tree = model.concat();
    let text =
        format!("<opsa-mef><define-fault-tree name=\"t\">{tree}</define-fault-tree></opsa-mef>");
    let files = [("model.xml".to_owned(), text)];
    judged_apart(&files, QUESTION).unwrap_or_else(|e| format!("{e:#}"))
}

fn event(name: &str, value: &str) -> String {
    format!("<define-basic-event name=\"{name}\">{value}</define-basic-event>")
}

fn likely(name: &str, chance: f64) -> String {
    event(name, &format!("<float value=\"{chance}\"/>"))
}

fn gate(name: &str, formula: &str) -> String {
    format!("<define-gate name=\"{name}\">{formula}</define-gate>")
}

/// `and a b` as an element of references.
fn of(formula: &str) -> String {
    let (tag, names) = formula.split_once(' ').unwrap();
    let names = names.split(' ').map(|n| format!("<event name=\"{n}\"/>"));
    let close = tag.split('=').next().unwrap();
    match tag.split_once('=') {
        Some((_, least)) => format!(
            "<{close} min=\"{least}\">{}</{close}>",
            names.collect::<String>()
        ),
        None => format!("<{tag}>{}</{tag}>", names.collect::<String>()),
    }
}

#[test]
fn two_trains_of_a_pump_and_a_valve() {
    let model = [
        gate("top", &of("and one two")),
        gate("one", &of("or v1 p1")),
        gate("two", &of("or v2 p2")),
        likely("v1", 0.4),
        likely("v2", 0.4),
        likely("p1", 0.6),
        likely("p2", 0.6),
    ];
    // (1 − 0.6·0.4)²
    assert_eq!(line(&model), "cut_sets 4 probability 0.5776");
}

/// The supply of an operating theatre, an example of OpenFTA.
#[test]
fn mains_a_generator_and_its_relay() {
    let model = [
        gate("top", &of("and mains generator")),
        gate("generator", &of("or failed relay")),
        likely("mains", 0.03),
        likely("failed", 0.02),
        likely("relay", 0.05),
    ];
    // 0.03·(1 − 0.98·0.95)
    assert_eq!(line(&model), "cut_sets 2 probability 0.0020700000000000002");
}

#[test]
fn every_connective_is_what_it_is_called() {
    let two = |formula: &str| {
        line(&[
            gate("top", &of(formula)),
            likely("a", 0.5),
            likely("b", 0.25),
            likely("c", 0.125),
        ])
    };
    assert_eq!(two("and a b"), "cut_sets 1 probability 0.125");
    assert_eq!(two("or a b"), "cut_sets 2 probability 0.625");
    assert_eq!(two("xor a b"), "cut_sets 2 probability 0.5");
    // With nothing at all.
    assert_eq!(two("nand a b"), "cut_sets 1 probability 0.875");
    assert_eq!(two("nor a b"), "cut_sets 1 probability 0.375");
    assert_eq!(two("iff a b"), "cut_sets 1 probability 0.5");
    assert_eq!(two("imply a b"), "cut_sets 1 probability 0.625");
    assert_eq!(two("not a"), "cut_sets 1 probability 0.5");
    assert_eq!(two("atleast=2 a b c"), "cut_sets 3 probability 0.1875");
    assert_eq!(two("atleast=4 a b c"), "cut_sets 0 probability 0");
}

#[test]
fn probabilities_are_computed_from_rates_and_parameters() {
    let hours = "<system-mission-time/>";
    let rate = "<parameter name=\"rate\"/>";
    let model = [
        gate("top", &of("and a b c")),
        "<define-parameter name=\"rate\"><div><float value=\"1\"/><float value=\"8760\"/></div></define-parameter>".to_owned(),
        event("a", &format!("<exponential>{rate}{hours}</exponential>")),
        event("b", "<lognormal-deviate><float value=\"0.5\"/><float value=\"3\"/><float value=\"0.95\"/></lognormal-deviate>"),
        event("c", "<sub><float value=\"1\"/><exp><neg><float value=\"1\"/></neg></exp></sub>"),
    ];
    let once = 1.0 - (-1.0_f64).exp();
    let line = line(&model);
    let got: f64 = line
        .strip_prefix("cut_sets 1 probability ")
        .unwrap()
        .parse()
        .unwrap();
    assert!((got - once * 0.5 * once).abs() < 1e-15, "{got}");
}

#[test]
fn nothing_is_left_of_a_failure_behind_a_test() {
    let test = |time: f64| {
        let of = [0.001, 100.0, 50.0, time].map(|x| format!("<float value=\"{x}\"/>"));
        let model = [
            gate("top", &self::of("and a")),
            event(
                "a",
                &format!("<periodic-test>{}</periodic-test>", of.concat()),
            ),
        ];
        let line = line(&model);
        line.strip_prefix("cut_sets 1 probability ")
            .unwrap_or(&line)
            .to_owned()
    };
    let fails = |hours: f64| {
        (1.0 - (-0.001 * hours).exp())
            .to_string()
            .chars()
            .take(12)
            .collect::<String>()
    };
    for (time, since) in [
        (40.0, 40.0),
        (50.0, 50.0),
        (60.0, 10.0),
        (150.0, 100.0),
        (151.0, 1.0),
    ] {
        assert!(
            test(time).starts_with(&fails(since)),
            "{} at {time}, not {}",
            test(time),
            fails(since)
        );
    }
}

#[test]
fn a_name_means_what_is_nearest() {
    let inner = |name: &str, chance: f64| {
        let tree = [gate("end", &of("and x")), likely("x", chance)].concat();
        format!("<define-component name=\"{name}\">{tree}</define-component>")
    };
    let model = [
        gate("top", &of("or one.end two.end")),
        inner("one", 0.5),
        inner("two", 0.25),
    ];
    assert_eq!(line(&model), "cut_sets 2 probability 0.625");
    let model = [
        gate("top", &of("or end end")),
        inner("one", 0.5),
        inner("two", 0.25),
    ];
    assert!(
        line(&model).contains("'end' is defined in 2 containers"),
        "{}",
        line(&model)
    );
}

#[test]
fn what_is_wrong_is_said_with_its_place() {
    let top = || gate("top", &of("and a b"));
    for (model, said) in [
        (
            vec![top(), likely("a", 0.5)],
            "model.xml:1: 'b' is not defined",
        ),
        (
            vec![top(), likely("a", 0.5), likely("b", 1.5)],
            "model.xml:1: event 'b' has the probability 1.5",
        ),
        (
            vec![top(), likely("a", 0.5), event("b", "")],
            "model.xml:1: event 'b' has no probability",
        ),
        (
            vec![top(), likely("a", 0.5), likely("a", 0.5)],
            "model.xml:1: 'a' is defined twice",
        ),
        (
            vec![top(), likely("a", 0.5), event("b", "<float value=\"x\"/>")],
            "model.xml:1: 'x' is no number",
        ),
        (
            vec![
                top(),
                gate("a", &of("or b c")),
                gate("b", &of("or a c")),
                likely("c", 0.5),
            ],
            "gates are made of each other: a → b → a",
        ),
        (
            vec![
                top(),
                top().replace("top", "other"),
                likely("a", 0.5),
                likely("b", 0.5),
            ],
            "2 gates are part of no other one (top, other); say which is meant with --top",
        ),
        (
            vec![gate("top", "")],
            "model.xml:1: 'top' has nothing in it",
        ),
        (
            vec![gate("top", "<maybe/>")],
            "model.xml:1: <maybe> has nothing in it",
        ),
        (
            vec![
                top(),
                "<define-CCF-group name=\"g\" model=\"beta-factor\"/>".to_owned(),
            ],
            "model.xml:1: <define-CCF-group> is not understood here",
        ),
    ] {
        assert_eq!(line(&model), said);
    }
    let cut = judged(
        &[("cut.xml".to_owned(), "<opsa-mef><define".to_owned())],
        QUESTION,
    );
    assert!(format!("{:#}", cut.unwrap_err()).starts_with("cut.xml is no XML: "));
}

#[test]
fn what_is_huge_is_computed_or_refused() {
    // Each is twice the one before.
    let doubled = (1..60).map(|i| {
        let before = format!("<parameter name=\"p{}\"/>", i - 1);
        format!("<define-parameter name=\"p{i}\"><add>{before}{before}</add></define-parameter>")
    });
    let mut model: Vec<String> = doubled.collect();
    let least = format!("<float value=\"{:e}\"/>", (0.5_f64).powi(60));
    model.extend([
        format!("<define-parameter name=\"p0\">{least}</define-parameter>"),
        gate("top", &of("and a")),
        event("a", "<parameter name=\"p59\"/>"),
    ]);
    assert_eq!(line(&model), "cut_sets 1 probability 0.5");

    let vote = format!("atleast={} a", usize::MAX);
    let model = [gate("top", &of(&vote)), likely("a", 0.5)];
    assert_eq!(line(&model), "cut_sets 0 probability 0");

    let chain = |gates: usize| {
        let gates = (1..gates).map(|i| gate(&format!("g{i}"), &of(&format!("or g{}", i - 1))));
        let mut model: Vec<String> = gates.collect();
        model.push(gate("g0", &of("or a")));
        model.push(likely("a", 0.5));
        line(&model)
    };
    assert_eq!(chain(900), "cut_sets 1 probability 0.5");
    let deep = chain(2_000);
    let said = "model.xml:1: more than 2000 gates and formulas are made of one another";
    assert_eq!(deep, said);
}

#[test]
fn files_are_read_once_and_one_that_is_missing_is_named() {
    let directory = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let path = directory.path().join(name);
        std::fs::write(&path, format!("<opsa-mef>\n{text}</opsa-mef>")).unwrap();
        path
    };
    let top = gate("top", &of("and a"));
    let model = write(
        "a.xml",
        &format!("<include file=\"./a.xml\"/><include file=\"b.xml\"/>{top}"),
    );
    let said = |model: &std::path::PathBuf| {
        let line = super::line(vec![model.clone(), model.clone()], QUESTION);
        line.unwrap_or_else(|e| format!("{e:#}"))
    };
    let place = model.display().to_string();
    let missing = said(&model);
    assert!(
        missing.starts_with("cannot read ")
            && missing.contains(&format!("b.xml, which {place}:2 includes: ")),
        "{missing}"
    );
    write("b.xml", "<include file=\"a.xml\"/>");
    assert_eq!(said(&model), format!("{place}:2: 'a' is not defined"));
    write("b.xml", &likely("a", 0.5));
    assert_eq!(said(&model), "cut_sets 1 probability 0.5");
}
