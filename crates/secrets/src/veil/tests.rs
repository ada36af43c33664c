use super::*;
use crate::scan::Scanner;
use diag::SourceId;

/// A line with so many unknown keys, and what is said of each.
fn lab(keys: usize) -> (SourceSet, Vec<Diagnostic>) {
    let mut text = String::from("hosts: {");
    let mut places = Vec::new();
    for n in 0..keys {
        text.push_str(&format!("h{n}: {{"));
        places.push(text.len()..text.len() + 3);
        text.push_str(&format!("ste: Kd{n}nf!s92}}, "));
    }
    text.push_str("}\n");
    let mut sources = SourceSet::default();
    sources.add("holdfast.yaml", text);
    let told = places.into_iter().enumerate().map(|(n, at)| {
        let said = format!("'ste: Kd{n}nf!s92' is not known");
        let span = Span::new(SourceId(0), at.start, at.end);
        Diagnostic::invalid("unknown-key", said).at(span, "unknown key")
    });
    let told = told.collect();
    (sources, told)
}

#[test]
fn every_value_of_a_line_is_hidden_and_noted_once() {
    for keys in [1, 40, 400] {
        let (sources, mut told) = lab(keys);
        let text = &sources.get(SourceId(0)).unwrap().text;
        let look = Scanner::default().look("holdfast.yaml", text);
        let before = look.doubtful.len();
        let veil = Veil::of(&sources, vec![look], &told, &Names::default());
        let shown = &veil.shown.get(SourceId(0)).unwrap().text;
        assert!(!shown.contains("nf!s92"), "{shown}");
        assert!(shown.contains("h0: {ste: *"), "{shown}");
        // As much as there are values, not as much as there are values behind each key.
        let noted = veil.looks.first().unwrap().doubtful.len() - before;
        assert!(noted <= 3 * keys, "{noted} places for {keys} keys");
        veil.over(&sources, &mut told, &Names::default());
        for d in &told {
            assert_eq!(d.message, "'ste: ***' is not known");
        }
    }
}

#[test]
fn lines_are_read_once_however_much_is_said_of_them() {
    let (sources, told) = lab(50);
    let wrong = lines::wrong(&told, &sources);
    let whole = sources.get(SourceId(0)).unwrap().text.len() - 1;
    let all = 0..whole;
    assert_eq!(wrong, [(SourceId(0), true, vec![all])]);
    let keys = lines::unknown_keys(&told, &sources)
        .remove(&SourceId(0))
        .unwrap();
    let hidden = lines::behind_all(
        &sources.get(SourceId(0)).unwrap().text,
        keys,
        &Names::default(),
    );
    assert!(hidden.len() <= 2 * 50, "{}", hidden.len());
}
