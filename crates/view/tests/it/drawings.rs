//! Every view of every example: nothing overlaps, nothing leaves its box or the page, no line runs over a box that it does not belong to.

use model::lab::Lab;
use roxmltree::{Document, Node};
use std::path::{Path, PathBuf};
use view::diagram::{self, Diagram, Options, Theme, View, Weight, text_width};

/// Boxes that touch do not overlap; figures have one digit after the point.
const SLACK: f64 = 0.3;

#[derive(Debug, Clone, Copy)]
struct Rect {
    x: f64,
    y: f64,
    w: f64,
    h: f64,
}

impl Rect {
    fn of(node: &Node) -> Self {
        let [x, y, w, h] = ["x", "y", "width", "height"].map(|k| number(node, k));
        Self { x, y, w, h }
    }

    fn holds(&self, other: &Rect) -> bool {
        other.x >= self.x - SLACK
            && other.y >= self.y - SLACK
            && other.x + other.w <= self.x + self.w + SLACK
            && other.y + other.h <= self.y + self.h + SLACK
    }

    fn meets(&self, other: &Rect) -> bool {
        self.x + SLACK < other.x + other.w
            && other.x + SLACK < self.x + self.w
            && self.y + SLACK < other.y + other.h
            && other.y + SLACK < self.y + self.h
    }
}

fn number(node: &Node, key: &str) -> f64 {
    node.attribute(key).unwrap().parse().unwrap()
}

fn examples() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples");
    let mut out = vec![root.join("smallest")];
    for entry in std::fs::read_dir(&root).unwrap() {
        let folder = entry.unwrap().path();
        out.extend(
            ["as-written", "mended"]
                .map(|f| folder.join(f))
                .into_iter()
                .filter(|f| f.is_dir()),
        );
    }
    out.sort();
    assert_eq!(
        out.len(),
        11,
        "five examples in two forms, and the smallest"
    );
    out
}

fn lab(folder: &Path) -> Lab {
    let mut files = vec![folder.join("holdfast.yaml")];
    let mut open = vec![folder.join("lab")];
    while let Some(dir) = open.pop() {
        for entry in std::fs::read_dir(&dir).into_iter().flatten() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|e| e == "yaml" || e == "yml") {
                files.push(path);
            }
        }
    }
    files.sort();
    let mut sources = diag::SourceSet::default();
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        sources.add(file.display().to_string(), text);
    }
    lang::analyze(&sources).0
}

fn has(node: &Node, class: &str) -> bool {
    let own = node.attribute("class").unwrap_or_default();
    own.split(' ').any(|c| c == class)
}

/// The box of a node, frame, cell or small card: its first rectangle.
fn own_box(group: &Node) -> Rect {
    let first = group.children().find(|c| c.has_tag_name("rect"));
    Rect::of(&first.unwrap())
}

/// The ground that a text takes at the most.
fn ground(text: &Node) -> Rect {
    let size = number(text, "font-size");
    let weight = if has(text, "b") {
        Weight::Bold
    } else {
        Weight::Regular
    };
    let w = text_width(text.text().unwrap(), size, weight);
    let x = number(text, "x");
    let x = match (has(text, "m"), has(text, "e")) {
        (true, _) => x - w / 2.0,
        (_, true) => x - w,
        _ => x,
    };
    let y = number(text, "y") - size * 0.76;
    Rect { x, y, w, h: size }
}

/// Straight pieces of a path; round corners count as the corner.
fn pieces(d: &str) -> Vec<Rect> {
    let mut out = Vec::new();
    let mut at = (0.0_f64, 0.0_f64);
    let spaced = ["M", "L", "Q", "Z"]
        .iter()
        .fold(d.to_owned(), |d, c| d.replace(c, &format!("\n{c} ")));
    for part in spaced.lines() {
        let mut words = part.split_whitespace();
        let Some(command) = words.next() else {
            continue;
        };
        let numbers: Vec<f64> = words.map(|w| w.parse().unwrap()).collect();
        let points: Vec<(f64, f64)> = numbers
            .chunks(2)
            .filter(|c| c.len() == 2)
            .map(|c| (c[0], c[1]))
            .collect();
        for point in points {
            if command != "M" {
                out.push(Rect {
                    x: at.0.min(point.0),
                    y: at.1.min(point.1),
                    w: (at.0 - point.0).abs(),
                    h: (at.1 - point.1).abs(),
                });
            }
            at = point;
        }
    }
    out
}

fn look(name: &str, drawing: &Diagram, svg: &str) {
    let document = Document::parse(svg).unwrap_or_else(|why| panic!("{name}: {why}"));
    let root = document.root_element();
    let page = Rect {
        x: 0.0,
        y: 0.0,
        w: number(&root, "width"),
        h: number(&root, "height"),
    };
    assert_eq!(root.attribute("role"), Some("img"), "{name}");
    let all = |class: &'static str| {
        let groups = root
            .descendants()
            .filter(move |n| n.has_tag_name("g") && has(n, class));
        groups.collect::<Vec<_>>()
    };
    let nodes = all("node");
    assert_eq!(
        nodes.len(),
        drawing.nodes.len(),
        "{name}: every node is drawn once"
    );
    for (n, a) in nodes.iter().enumerate() {
        for b in nodes.iter().skip(n + 1) {
            let meets = own_box(a).meets(&own_box(b));
            assert!(
                !meets,
                "{name}: {:?} and {:?} overlap",
                a.attribute("id"),
                b.attribute("id")
            );
            assert_ne!(a.attribute("id"), b.attribute("id"), "{name}");
        }
    }
    let frames: Vec<Rect> = all("group").iter().map(own_box).collect();
    for (n, a) in frames.iter().enumerate() {
        assert!(
            frames.iter().skip(n + 1).all(|b| !a.meets(b)),
            "{name}: frames overlap at {a:?}"
        );
        for node in nodes.iter().map(own_box).filter(|b| a.meets(b)) {
            assert!(a.holds(&node), "{name}: {node:?} sticks out of {a:?}");
        }
    }
    texts_stay_inside(name, &root, &page);
    lines_keep_clear(name, &root, &nodes);
}

fn texts_stay_inside(name: &str, root: &Node, page: &Rect) {
    for text in root.descendants().filter(|n| n.has_tag_name("text")) {
        let own = ground(&text);
        let words = text.text().unwrap();
        assert!(
            number(&text, "font-size") >= 11.0,
            "{name}: '{words}' is too small"
        );
        assert!(page.holds(&own), "{name}: '{words}' leaves the page");
        let holder = text.parent().filter(|p| p.has_tag_name("g"));
        if let Some(holder) = holder {
            let inside = own_box(&holder);
            assert!(
                inside.holds(&own),
                "{name}: '{words}' {own:?} leaves its box {inside:?}"
            );
        }
    }
    for rect in root.descendants().filter(|n| n.has_tag_name("rect")) {
        assert!(
            page.holds(&Rect::of(&rect)),
            "{name}: a box leaves the page"
        );
    }
}

/// No piece of a line is inside of any box: lines end at edges.
fn lines_keep_clear(name: &str, root: &Node, nodes: &[Node]) {
    let wires = root
        .descendants()
        .filter(|n| n.has_tag_name("path") && has(n, "wire"));
    let mut seen = 0;
    for wire in wires {
        for piece in pieces(wire.attribute("d").unwrap()) {
            seen += 1;
            for node in nodes {
                let inner = own_box(node);
                let thick = Rect {
                    w: piece.w.max(0.5),
                    h: piece.h.max(0.5),
                    ..piece
                };
                assert!(
                    !inner.meets(&thick),
                    "{name}: a line runs over {:?}",
                    node.attribute("id")
                );
            }
        }
    }
    let lines = root.descendants().filter(|n| has(n, "net")).count();
    assert!(seen >= lines, "{name}: {lines} nets, {seen} pieces");
}

fn painted(drawing: &Diagram, theme: Theme) -> String {
    diagram::svg(drawing, theme).expect("it is not too large")
}

#[test]
fn every_view_of_every_example_can_be_framed() {
    let mut drawn = 0;
    for folder in examples() {
        let lab = lab(&folder);
        for view in View::ALL {
            for expand in [false, true] {
                let drawing = diagram::draw(&lab, view, &Options { expand });
                let svg = painted(&drawing, Theme::Auto);
                let name = format!("{} {} {expand}", folder.display(), view.word());
                look(&name, &drawing, &svg);
                assert_eq!(svg, painted(&drawing, Theme::Auto), "{name}: other bytes");
                assert!(
                    drawing.nodes.len() > 1
                        || !drawing.notes.is_empty()
                        || folder.ends_with("smallest"),
                    "{name}"
                );
                drawn += usize::from(!drawing.is_empty());
            }
        }
    }
    assert!(drawn >= 80, "{drawn} drawings with something in them");
}

#[test]
fn a_hostile_lab_is_text_and_nothing_else() {
    let mut sources = diag::SourceSet::default();
    let text = "format: 1\nlab: '<script>&\"'\nsites: {home: }\nzones: {a: {trust: high}, b: {trust: untrusted}}\n\
        networks: {n1: {subnet: 10.0.0.0/24, gateway: 10.0.0.1, zone: a, description: '</svg><x y=\"1\">]]> & a-very-long-word-without-any-end-that-goes-on-and-on-and-on-and-on-and-on-and-on-and-on'}, n2: {zone: b}}\n\
        hosts:\n  h: {site: home, addresses: {n1: 10.0.0.5}, description: \"a `b` #c; 写真\"}\n\
        services:\n  a: {needs: [b], description: '<b>'}\n  b: {needs: [{any: [a, c]}]}\n  c: {needs: [a]}\n";
    sources.add("holdfast.yaml", text.to_owned());
    let lab = lang::analyze(&sources).0;
    assert_eq!(lab.services.len(), 3);
    for view in View::ALL {
        let drawing = diagram::draw(&lab, view, &Options::default());
        look(view.word(), &drawing, &painted(&drawing, Theme::Dark));
        let text = diagram::mermaid(&drawing);
        assert!(
            !text.contains("<script>") && !text.contains("<b><b>"),
            "{text}"
        );
        let text = diagram::dot(&drawing);
        let bare = text.replace("\\\\", "").replace("\\\"", "");
        assert!(
            bare.matches('"').count().is_multiple_of(2) && text.contains("<script>&\\\""),
            "{text}"
        );
    }
    let drawing = diagram::draw(&lab, View::Dependencies, &Options::default());
    assert!(
        drawing
            .notes
            .iter()
            .any(|n| n.contains("loop of needs: a, b, c")),
        "{:?}",
        drawing.notes
    );
}

#[test]
fn a_part_of_a_drawing_is_what_it_leads_to_and_what_leads_to_it() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/enterprise-dc/mended");
    let lab = lab(&folder);
    let whole = diagram::draw(&lab, View::Dependencies, &Options { expand: true });
    let count = whole.nodes.len();
    let part = diagram::focus(whole.clone(), "service/forge").unwrap();
    let ids: Vec<&str> = part.nodes.iter().map(|n| n.id.as_str()).collect();
    for expected in [
        "service/forge",
        "service/argocd",
        "service/dns-primary",
        "service/identity",
    ] {
        assert!(ids.contains(&expected), "{ids:?}");
    }
    assert!(
        !ids.contains(&"service/switching") && ids.len() < count,
        "{ids:?}"
    );
    look("focus", &part, &painted(&part, Theme::Light));
    let lost = diagram::focus(whole, "service/frge").unwrap_err();
    assert!(lost.known.contains("service/forge"));
}

/// Two hundred services, each with three needs among them, all in one loop.
fn knot() -> Lab {
    let mut text = "format: 1\nlab: knot\nhosts: {h: {}}\nservices:\n".to_owned();
    for n in 0..200 {
        let needs = [1, 7, 2 + n * 37 % 190].map(|step| format!("s{}", (n + step) % 200));
        text += &format!(
            "  s{n}: {{runs: {{host: h}}, needs: [{}]}}\n",
            needs.join(", ")
        );
    }
    let mut sources = diag::SourceSet::default();
    sources.add("holdfast.yaml", text);
    let lab = lang::analyze(&sources).0;
    assert_eq!(lab.services.len(), 200);
    lab
}

/// Followed in depth it is one column for nearly every service, which no screen shows and which takes minutes to draw.
#[test]
fn a_large_loop_is_as_deep_as_its_services_are_apart() {
    let drawing = diagram::draw(&knot(), View::Dependencies, &Options::default());
    let svg = painted(&drawing, Theme::Light);
    let document = Document::parse(&svg).unwrap();
    let root = document.root_element();
    look("knot", &drawing, &svg);
    let width = number(&root, "width");
    assert!(width < 100.0 * 112.0, "{width} pixels for 200 services");
}

/// A narrower screen shows the whole width as long as that can be read; a telephone moves about in three quarters of it.
#[test]
fn a_drawing_is_shrunk_only_as_far_as_it_can_be_read() {
    let drawing = diagram::draw(&knot(), View::Rack, &Options::default());
    let svg = painted(&drawing, Theme::Light);
    let document = Document::parse(&svg).unwrap();
    let root = document.root_element();
    let least = number(&root, "width") * 0.75;
    let style = format!("max-width:max(100%,{}px);height:auto", least.round());
    assert_eq!(root.attribute("style"), Some(style.as_str()));
    assert!(root.attribute("viewBox").is_some());
}

/// The drawing that the documentation shows is the one that is drawn; `UPDATE_EXPECT=1` writes it anew.
#[test]
fn the_picture_in_the_documentation_is_not_stale() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let lab = lab(&root.join("examples/enterprise-dc/mended"));
    let drawing = diagram::draw(&lab, View::L3, &Options::default());
    let svg = painted(&drawing, Theme::Auto);
    let file = root.join("docs/images/enterprise-dc-l3.svg");
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        std::fs::write(&file, &svg).unwrap();
    }
    let shown = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(
        shown == svg,
        "{} is stale: UPDATE_EXPECT=1 cargo nextest run -p view",
        file.display()
    );
}
