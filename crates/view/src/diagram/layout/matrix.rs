//! Who may talk to whom, as a table.

use super::measure::rect;
use super::page::fitting;
use crate::diagram::metrics::{Weight, wrap};
use crate::diagram::model::{Matrix, Passage};
use crate::diagram::scene::{FRAME, Mark, PART, SMALL, Style};

const CELL: Style = Style::new(11.0, 14.0, Weight::Regular, "ink");
const FIRST: f64 = 150.0;
const GAP: f64 = 4.0;
const WIDEST: f64 = 200.0;

/// The marks, and where it ends.
pub(crate) fn table(table: &Matrix, x: f64, y: f64, room: f64) -> (Vec<Mark>, f64) {
    let count = table.destinations.len().max(1) as f64;
    let w = (((room - FIRST) / count).min(WIDEST) - GAP)
        .floor()
        .max(30.0);
    let mut marks = vec![PART.text(x, y, &table.title)];
    let mut top = y + 30.0;
    for (n, (name, hue)) in table.destinations.iter().enumerate() {
        let left = x + FIRST + n as f64 * (w + GAP);
        let class = format!("bar h-{}", hue.word());
        marks.push(rect(left, top + 18.0, w, 3.0, 1.5, &class));
        marks.push(FRAME.text(left + 2.0, top, &fitting(name, FRAME, w - 4.0)));
    }
    top += 26.0;
    for ((name, hue), cells) in table.sources.iter().zip(&table.cells) {
        let lines: Vec<Vec<String>> = cells.iter().map(|c| said(c, w - 16.0)).collect();
        let most = lines.iter().map(Vec::len).max().unwrap_or(1);
        let h = most as f64 * CELL.leading + 12.0;
        let class = format!("bar h-{}", hue.word());
        marks.push(rect(x, top + 4.0, 4.0, h - 8.0, 2.0, &class));
        let text = fitting(name, FRAME, FIRST - 22.0);
        marks.push(FRAME.text(x + 12.0, top + (h - FRAME.leading) / 2.0, &text));
        for (n, (cell, lines)) in cells.iter().zip(lines).enumerate() {
            let left = x + FIRST + n as f64 * (w + GAP);
            marks.push(one(cell, &lines, (left, top), (w, h), name, table, n));
        }
        top += h + GAP;
    }
    let says = "TCP where nothing else is said. Empty: not permitted. ?: nobody decided.";
    marks.push(SMALL.text(x, top + 4.0, says));
    (marks, top + 4.0 + SMALL.leading)
}

fn said(cell: &Passage, room: f64) -> Vec<String> {
    let text = match cell {
        Passage::Same | Passage::Denied => "",
        Passage::Silent => "?",
        Passage::Allowed { ports, .. } => ports,
    };
    wrap(text, CELL.size, CELL.weight, room)
}

fn one(
    cell: &Passage,
    lines: &[String],
    at: (f64, f64),
    size: (f64, f64),
    from: &str,
    table: &Matrix,
    to: usize,
) -> Mark {
    let (class, detail) = match cell {
        Passage::Same => ("cell same", String::new()),
        Passage::Silent => ("cell silent", "nothing is said".to_owned()),
        Passage::Denied => ("cell denied", "not permitted".to_owned()),
        Passage::Allowed { ports, why } => ("cell allowed", format!("{ports}\n{why}")),
    };
    let to = table.destinations.get(to).map_or("", |(n, _)| n.as_str());
    let mut marks = vec![rect(at.0, at.1, size.0, size.1, 4.0, class)];
    let block = lines.len() as f64 * CELL.leading;
    for (n, line) in lines.iter().enumerate() {
        let y = at.1 + (size.1 - block) / 2.0 + n as f64 * CELL.leading;
        marks.push(CELL.text(at.0 + 8.0, y, line));
    }
    Mark::Group {
        id: String::new(),
        class: "passage".to_owned(),
        detail: format!("{from} to {to}\n{detail}"),
        marks,
    }
}
