//! Labels through the front door: what is printed is drawn by one program and read by another, neither of which is ours.

use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::{Options, Tree};
use std::collections::BTreeSet;
use std::path::Path;
use std::process::{Command, Output, Stdio};

const EXAMPLES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples");

fn show(lab: &Path, words: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_holdfast"));
    command.args(["show", "labels"]).arg(lab).args(words);
    command.stdin(Stdio::null()).output().unwrap()
}

/// The texts of all codes on a page, drawn at about 290 dots per inch. Each label is looked at alone, as people do: corners of
/// different codes look like a code too.
fn scanned(svg: &str, height: f64) -> Vec<String> {
    let tree = Tree::from_str(svg, &Options::default()).unwrap();
    let scale = 3.0;
    let side = |points: f32| (points * scale).ceil() as u32;
    let mut pixels = Pixmap::new(side(tree.size().width()), side(tree.size().height())).unwrap();
    resvg::render(
        &tree,
        Transform::from_scale(scale, scale),
        &mut pixels.as_mut(),
    );
    let across = pixels.width() as usize;
    let per_mm = across as f64 / 210.0;
    let places = svg.lines().filter(|l| l.starts_with("<g "));
    let corners = places.map(|l| {
        let inside = l.split(['(', ')']).nth(1).unwrap();
        let (x, y) = inside.split_once(' ').unwrap();
        [x, y].map(|v| (v.parse::<f64>().unwrap() * per_mm) as usize)
    });
    // A square as high as a label holds the code of each format and nothing of the next label.
    let window = |[left, top]: [usize; 2]| {
        let size = (height * per_mm) as usize;
        let bytes = pixels.data();
        let grey = |x: usize, y: usize| bytes[((top + y) * across + left + x) * 4];
        let mut image = rqrr::PreparedImage::prepare_from_greyscale(size, size, grey);
        let grids = image.detect_grids();
        assert_eq!(grids.len(), 1, "at {left} {top}");
        grids[0].decode().unwrap().1
    };
    corners.map(window).collect()
}

/// Codes as the table of labels lists them.
fn listed(lab: &Path) -> BTreeSet<String> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_holdfast"));
    command.args(["show", "labels", "--json"]).arg(lab);
    let output = command.output().unwrap();
    let sheets: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let rows = sheets[0]["rows"].as_array().unwrap().iter();
    let code = |r: &serde_json::Value| {
        r.as_array().unwrap().last().unwrap()["text"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    rows.map(code).collect()
}

#[test]
fn every_code_is_read_back_from_the_picture_in_every_format() {
    let lab = Path::new(EXAMPLES).join("core-services/mended");
    let expected = listed(&lab);
    assert!(
        expected.contains("holdfast:host/pve1, S/N N1-5520"),
        "{expected:?}"
    );
    for (format, height, pages) in [
        ("70x36", 36.0, 2),
        ("63.5x38.1", 38.1, 2),
        ("45.7x21.2", 21.2, 1),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("labels.svg");
        let output = show(&lab, &["--svg", file.to_str().unwrap(), "--format", format]);
        assert!(output.status.success(), "{output:?}");
        let mut found = BTreeSet::new();
        let mut files = 0;
        for entry in std::fs::read_dir(folder.path()).unwrap() {
            let svg = std::fs::read_to_string(entry.unwrap().path()).unwrap();
            found.extend(
                scanned(&svg, height)
                    .into_iter()
                    .map(|t| t.replace('\n', ", ")),
            );
            files += 1;
        }
        assert_eq!((files, &found), (pages, &expected), "{format}");
    }
}

fn lab(text: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(
        folder.path().join("holdfast.yaml"),
        format!("format: 1\nlab: x\n{text}"),
    )
    .unwrap();
    folder
}

#[test]
fn an_address_of_pages_goes_into_the_code() {
    let lab = lab("labels: https://lab.example/things/\nhosts: {a: {hardware: {serial: S1}}}\n");
    let file = lab.path().join("l.svg");
    let output = show(lab.path(), &["--svg", file.to_str().unwrap()]);
    assert!(output.status.success(), "{output:?}");
    let svg = std::fs::read_to_string(file).unwrap();
    assert_eq!(scanned(&svg, 36.0), ["https://lab.example/things/host/a"]);
}

/// Texts that are much too long are made small or shortened; nothing reaches over its label. Sixty units a character is what a wide font takes.
#[test]
fn long_names_stay_on_their_label() {
    let name = "a".repeat(63);
    let lab = lab(&format!(
        "hosts: {{{name}: {{hardware: {{model: {}, serial: {}, disks: {{{name}: {{size: 4TB, serial: '<&>\"'}}}}}}}}}}\n",
        "Wide Machine ".repeat(20),
        "W".repeat(90)
    ));
    let file = lab.path().join("l.svg");
    let output = show(lab.path(), &["--svg", file.to_str().unwrap()]);
    assert!(output.status.success(), "{output:?}");
    let svg = std::fs::read_to_string(&file).unwrap();
    let tree = Tree::from_str(&svg, &Options::default());
    assert!(tree.is_ok(), "{svg}");
    let mut texts = 0;
    for line in svg.lines().filter(|l| l.starts_with("<text")) {
        let value = |key: &str| -> f64 {
            let rest = line.split_once(&format!(" {key}=\"")).unwrap().1;
            rest.split('"').next().unwrap().parse().unwrap()
        };
        let text = line.split_once('>').unwrap().1.split("</").next().unwrap();
        let text = text
            .replace("&lt;", "<")
            .replace("&gt;", ">")
            .replace("&quot;", "\"")
            .replace("&amp;", "&");
        let per = if text.contains("WW") { 0.98 } else { 0.6 };
        let width = value("font-size") * per * text.chars().count() as f64;
        assert!(value("x") + width <= 70.0, "{line}");
        assert!(value("y") < 36.0 && value("font-size") >= 1.76, "{line}");
        texts += 1;
    }
    assert!(texts > 6, "{svg}");
    assert!(!scanned(&svg, 36.0).is_empty());
}

#[test]
fn a_page_to_print_skips_what_is_used_and_holds_what_is_asked_for() {
    let lab = Path::new(EXAMPLES).join("core-services/mended");
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("l.html");
    let output = show(
        &lab,
        &[
            "--html",
            file.to_str().unwrap(),
            "--only",
            "cable",
            "--skip",
            "20",
        ],
    );
    assert!(output.status.success(), "{output:?}");
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(said.starts_with("16 labels of 70x36 mm"), "{said}");
    let page = std::fs::read_to_string(&file).unwrap();
    // 20 used places and 16 labels are 36 places: two sheets of 24.
    assert_eq!(page.matches("<svg").count(), 2);
    assert_eq!(page.matches("font-weight").count(), 16);
    for outside in ["http://", "https://", "<script", "url("] {
        assert!(
            !page
                .replace("http://www.w3.org/2000/svg", "")
                .contains(outside),
            "{outside}"
        );
    }
}

#[test]
fn wrong_usage_is_told_with_what_to_do() {
    let lab = Path::new(EXAMPLES).join("smallest");
    for (words, says) in [
        (&["--skip", "3"][..], "--html FILE"),
        (&["--svg", "x.svg", "--skip", "24"][..], "has 24 labels"),
        (&["--svg", "x.svg", "--format", "1x1"][..], "70x36"),
        (
            &["--html", "x.html", "--only", "cable"][..],
            "nothing that a label could be for",
        ),
        (&["--range", "1-2"][..], "holdfast show ports"),
    ] {
        let output = show(&lab, words);
        let err = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{words:?}: {err}");
        assert!(err.contains(says), "{words:?}: {err}");
    }
}
