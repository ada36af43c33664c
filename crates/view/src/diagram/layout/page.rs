//! The page around a drawing: heading, who may talk to whom, legend, notes.

use super::measure::rect;
use super::route::stroke;
use super::{Body, MARGIN, PAGE, matrix};
use crate::diagram::metrics::{Weight, wrap};
use crate::diagram::model::{Diagram, Hue, Node, Stroke, Sure};
use crate::diagram::scene::{HEADING, Mark, Pen, SMALL, Scene, Seg, Style};
use std::collections::{BTreeMap, BTreeSet};

/// Height of the heading.
const HEAD: f64 = 86.0;
const LEGEND_GAP: f64 = 22.0;

/// Where the drawing begins.
pub(crate) fn top(_: &Diagram) -> f64 {
    HEAD
}

pub(crate) fn page(diagram: &Diagram, body: Body) -> Scene {
    let width = (body.width + 2.0 * MARGIN).max(PAGE).ceil();
    let mut marks = vec![rect(0.0, 0.0, width, 0.0, 0.0, "page")];
    let mut head = Pen::at(MARGIN, 22.0);
    let title = format!("{} · {}", diagram.lab, diagram.view.title());
    head.line(&fitting(&title, HEADING, width - 2.0 * MARGIN), HEADING);
    head.line(&diagram.summary, SMALL);
    marks.append(&mut head.marks);
    marks.extend(body.marks);
    let mut y = body.bottom.max(HEAD) + 10.0;
    if let Some(table) = &diagram.matrix {
        y += 18.0;
        let (more, bottom) = matrix::table(table, MARGIN, y, width - 2.0 * MARGIN);
        marks.extend(more);
        y = bottom + 8.0;
    }
    let (more, bottom) = foot(diagram, y + 12.0, width);
    marks.extend(more);
    let height = (bottom + 20.0).ceil();
    if let Some(Mark::Rect { h, .. }) = marks.first_mut() {
        *h = height;
    }
    Scene {
        width,
        height,
        marks,
    }
}

/// Legend and notes below a thin line.
fn foot(diagram: &Diagram, y: f64, width: f64) -> (Vec<Mark>, f64) {
    let room = width - 2.0 * MARGIN;
    let mut pen = Pen::at(MARGIN, y);
    let entries = legend(diagram);
    if !entries.is_empty() || !diagram.notes.is_empty() {
        pen.marks.push(Mark::Path {
            path: vec![Seg::Move((MARGIN, y)), Seg::Line((MARGIN + room, y))],
            class: "rule".to_owned(),
        });
        pen.y += 14.0;
    }
    let mut x = MARGIN;
    for (n, (mark, text)) in entries.iter().enumerate() {
        let w = 30.0 + SMALL.width(text) + LEGEND_GAP;
        if x + w > MARGIN + room && n > 0 {
            x = MARGIN;
            pen.y += 20.0;
        }
        pen.marks.extend(sample(mark, x, pen.y));
        pen.marks.push(SMALL.text(x + 30.0, pen.y, text));
        x += w;
    }
    if !entries.is_empty() {
        pen.y += 26.0;
    }
    let lanes = diagram.nodes.iter().any(|n| !n.chips.is_empty());
    let lanes = lanes.then_some("In the lanes: bold is hardware, regular is a guest.");
    for note in diagram.notes.iter().map(String::as_str).chain(lanes) {
        pen.wrapped(note, SMALL, room.min(900.0));
        pen.y += 3.0;
    }
    (pen.marks, pen.y)
}

/// What a legend explains.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Sample {
    Colour(Hue),
    Line(Stroke, bool),
    Outline(Sure),
}

fn legend(diagram: &Diagram) -> Vec<(Sample, String)> {
    let mut out: Vec<(Sample, String)> = Vec::new();
    let mut add = |sample: Sample, text: &str| {
        let entry = (sample, text.to_owned());
        if !text.is_empty() && !out.contains(&entry) {
            out.push(entry);
        }
    };
    let mut colours: Vec<(Hue, &str)> = diagram
        .nodes
        .iter()
        .map(|n| (n.hue, n.meaning.as_str()))
        .collect();
    colours.sort_unstable();
    for (hue, meaning) in colours {
        add(Sample::Colour(hue), meaning);
    }
    let lines: BTreeSet<_> = diagram
        .edges
        .iter()
        .map(|e| (e.stroke, e.arrow, e.meaning))
        .collect();
    let mut by: BTreeMap<(Stroke, bool), Vec<&str>> = BTreeMap::new();
    for (stroke, arrow, meaning) in lines {
        by.entry((stroke, arrow)).or_default().push(meaning);
    }
    for ((stroke, arrow), meanings) in by {
        add(Sample::Line(stroke, arrow), &meanings.join(", "));
    }
    let nodes = diagram.nodes.iter();
    let chips = nodes.clone().flat_map(|n| n.chips.iter().map(|c| c.sure));
    let sures: BTreeSet<Sure> = nodes.map(|n| n.sure).chain(chips).collect();
    for sure in sures {
        let text = match sure {
            Sure::Known => "",
            Sure::Planned => "planned",
            Sure::Assumed => "assumed",
            Sure::Unknown => "not declared or unknown",
        };
        add(Sample::Outline(sure), text);
    }
    out
}

fn sample(sample: &Sample, x: f64, y: f64) -> Vec<Mark> {
    let middle = y + SMALL.leading / 2.0;
    match sample {
        Sample::Colour(hue) => {
            let class = format!("bar h-{}", hue.word());
            vec![rect(x + 6.0, middle - 5.0, 16.0, 10.0, 3.0, &class)]
        }
        Sample::Line(look, arrow) => {
            let path = vec![Seg::Move((x, middle)), Seg::Line((x + 22.0, middle))];
            let class = format!("wire {}", stroke(*look));
            let head = super::route::head(x + 22.0, middle, true, &class);
            let mut marks = vec![Mark::Path { path, class }];
            if *arrow {
                marks.push(head);
            }
            marks
        }
        Sample::Outline(sure) => {
            let class = format!("card {}", super::measure::sure(*sure));
            vec![rect(x + 2.0, middle - 6.0, 20.0, 12.0, 3.0, &class)]
        }
    }
}

/// As much of a text as fits into one line, with dots for the rest.
pub(crate) fn fitting(text: &str, style: Style, width: f64) -> String {
    if style.width(text) <= width {
        return text.to_owned();
    }
    let dots = style.width("…");
    let first = wrap(
        text,
        style.size,
        Weight::Bold,
        (width - dots).max(style.size),
    );
    let first = first.into_iter().next().unwrap_or_default();
    format!("{}…", first.trim_end_matches([' ', '·']))
}

/// What is told to who points at a node.
pub(crate) fn told(node: &Node) -> String {
    let mut parts = vec![node.title.clone()];
    let of = node.of.iter().filter(|of| **of != node.title).take(40);
    let names: Vec<&str> = of.map(String::as_str).collect();
    if !names.is_empty() {
        parts.push(names.join(", "));
    }
    parts.extend(node.lines.iter().cloned());
    if !node.detail.is_empty() {
        parts.push(node.detail.clone());
    }
    parts.join("\n")
}

/// An id of each node for style sheets and links: unique in the page, the same as long as the node has its name.
pub(crate) fn ids(diagram: &Diagram) -> Vec<String> {
    let mut twins: BTreeMap<String, usize> = BTreeMap::new();
    let id = |node: &Node| {
        let own = slug(&node.id);
        let n = twins.entry(own.clone()).or_default();
        *n += 1;
        match *n {
            1 => own,
            n => format!("{own}--{n}"),
        }
    };
    diagram.nodes.iter().map(id).collect()
}

/// Letters that an id can have.
pub(crate) fn slug(text: &str) -> String {
    let letter = |c: char| if c.is_ascii_alphanumeric() { c } else { '-' };
    format!("n-{}", text.chars().map(letter).collect::<String>())
}
