//! Racks seen from the front: one column of height units each, what stands in them at its place, the rest beside.

use super::measure::{self, rect};
use super::{Body, MARGIN, PAGE, page};
use crate::diagram::model::{Diagram, Node};
use crate::diagram::scene::{FRAME, Mark, NAME, PART, SMALL};

const UNIT: f64 = 26.0;
const WIDTH: f64 = 380.0;
const RULER: f64 = 30.0;
const SPACE: f64 = 36.0;
const TITLE: f64 = 30.0;
const CARD: f64 = 190.0;

pub(crate) fn body(diagram: &Diagram) -> Body {
    let top = page::top(diagram);
    let mut marks = Vec::new();
    let (mut x, mut y, mut bottom) = (MARGIN, top, top);
    let mut widest: f64 = 0.0;
    let ids = page::ids(diagram);
    for (n, group) in diagram.groups.iter().enumerate() {
        let Some(units) = group.units else { continue };
        let h = TITLE + f64::from(units) * UNIT + 12.0;
        if x + RULER + WIDTH > PAGE - MARGIN {
            (x, y) = (MARGIN, bottom + SPACE);
        }
        let members = diagram.nodes.iter().enumerate();
        let members = members
            .filter(|(_, m)| m.group == Some(n))
            .collect::<Vec<_>>();
        marks.push(PART.text(x + RULER, y, &page::fitting(&group.title, PART, WIDTH)));
        marks.extend(frame(x, y + TITLE, units));
        for (n, node) in members {
            marks.push(unit(ids.get(n), node, x, y + TITLE, units));
        }
        bottom = bottom.max(y + h);
        x += RULER + WIDTH + SPACE;
        widest = widest.max(x - SPACE - MARGIN);
    }
    let beside = MARGIN + widest + SPACE;
    if y == top && widest > 0.0 && beside + CARD <= PAGE - MARGIN {
        let mut end = top;
        loose(diagram, &mut marks, beside, &mut end);
        bottom = bottom.max(end);
    } else {
        loose(diagram, &mut marks, MARGIN, &mut bottom);
    }
    Body {
        width: widest,
        bottom,
        marks,
    }
}

fn frame(x: f64, y: f64, units: u32) -> Vec<Mark> {
    let h = f64::from(units) * UNIT;
    let mut marks = vec![rect(x + RULER, y, WIDTH, h + 8.0, 6.0, "rack")];
    for unit in 1..=units {
        let top = y + 4.0 + f64::from(units - unit) * UNIT;
        let text = unit.to_string();
        marks.push(SMALL.ending(x + 22.0, top + 5.0, &text));
        marks.push(rect(
            x + RULER + 6.0,
            top + 1.0,
            WIDTH - 12.0,
            UNIT - 2.0,
            3.0,
            "slot",
        ));
    }
    marks
}

fn unit(id: Option<&String>, node: &Node, x: f64, y: f64, units: u32) -> Mark {
    let (first, high) = node.units.unwrap_or((1, 1));
    let above = units.saturating_sub(first + high - 1);
    let (left, top) = (x + RULER + 6.0, y + 5.0 + f64::from(above) * UNIT);
    let (w, h) = (WIDTH - 12.0, f64::from(high) * UNIT - 2.0);
    let class = format!("card {}", measure::sure(node.sure));
    let bar = format!("bar h-{}", node.hue.word());
    let title = page::fitting(&node.title, NAME, w * 0.45);
    let mut marks = vec![
        rect(left, top, w, h, 4.0, &class),
        rect(left + 5.0, top + 5.0, 4.0, h - 10.0, 2.0, &bar),
        NAME.text(left + 17.0, top + (h - NAME.leading) / 2.0, &title),
    ];
    let room = w - 17.0 - NAME.width(&title) - 24.0;
    let text = page::fitting(&node.lines.join(" · "), SMALL, room);
    marks.push(SMALL.ending(left + w - 12.0, top + (h - SMALL.leading) / 2.0, &text));
    Mark::Group {
        id: id.cloned().unwrap_or_default(),
        class: "node".to_owned(),
        detail: page::told(node),
        marks,
    }
}

/// What stands in no rack, or nobody knows where in it.
fn loose(diagram: &Diagram, marks: &mut Vec<Mark>, left: f64, bottom: &mut f64) {
    let is_loose = |n: &Node| n.units.is_none();
    let ids = page::ids(diagram);
    for (g, group) in diagram.groups.iter().enumerate() {
        let nodes = diagram.nodes.iter().enumerate();
        let own: Vec<(usize, &Node)> = nodes
            .filter(|(_, n)| n.group == Some(g) && is_loose(n))
            .collect();
        if own.is_empty() {
            continue;
        }
        let mut y = *bottom + 6.0;
        let room = PAGE - MARGIN - left;
        marks.push(FRAME.text(left, y, &page::fitting(&group.title, FRAME, room)));
        y += 24.0;
        let columns = ((room + 12.0) / (CARD + 12.0)).floor() as usize;
        for line in own.chunks(columns.max(1)) {
            let cards: Vec<_> = line
                .iter()
                .map(|(n, node)| (*n, *node, measure::node(node, CARD, 0.0, 100.0)))
                .collect();
            let h = cards.iter().map(|(_, _, m)| m.h).fold(0.0, f64::max);
            for (at, (n, node, m)) in cards.into_iter().enumerate() {
                let x = left + at as f64 * (CARD + 12.0);
                marks.push(Mark::Group {
                    id: ids.get(n).cloned().unwrap_or_default(),
                    class: "node".to_owned(),
                    detail: page::told(node),
                    marks: m.marks.into_iter().map(|k| k.shifted(x, y)).collect(),
                });
            }
            y += h + 12.0;
        }
        *bottom = y;
    }
}
