//! How large a node is at a given width, and what stands where in it. Places are relative to its upper left corner.

use crate::diagram::metrics::{Weight, pieces, wrap};
use crate::diagram::model::{Chip, Node, Shape, Sure};
use crate::diagram::scene::{Mark, NAME, PART, Pen, ROW, SMALL, Seg, Style};

/// Room left of texts in a card: the coloured bar stands in it.
const LEFT: f64 = 17.0;
const RIGHT: f64 = 10.0;
const TOP: f64 = 7.0;
/// Texts wider than this are broken, however much room there is.
const LONGEST: f64 = 230.0;
const JOINT: f64 = 22.0;
const CHIP_GAP: f64 = 8.0;
/// Names in small cards, of guests and of hardware.
const GUEST: Style = Style::new(12.0, 16.0, Weight::Regular, "ink");
const HARDWARE: Style = Style::new(12.0, 16.0, Weight::Bold, "ink");

/// A node with its size.
pub(crate) struct Measured {
    pub(crate) w: f64,
    pub(crate) h: f64,
    pub(crate) marks: Vec<Mark>,
    /// The middle of each row.
    pub(crate) rows: Vec<f64>,
}

/// The width that a node would like to have.
pub(crate) fn natural(node: &Node) -> f64 {
    if node.shape == Shape::Joint {
        return SMALL.width(&node.title) + 22.0;
    }
    let texts = node.lines.iter().map(|l| SMALL.width(l));
    let rows = node
        .rows
        .iter()
        .map(|r| ROW.width(&r.text) + 10.0 + SMALL.width(&r.detail));
    let widest = texts.chain(rows).fold(NAME.width(&node.title), f64::max);
    (widest.min(LONGEST) + LEFT + RIGHT).ceil()
}

/// The least width at which no word of a node is broken where it has no joint; nothing for what is longer than any text may be.
pub(crate) fn unbroken(node: &Node) -> f64 {
    if node.shape == Shape::Joint {
        return 0.0;
    }
    let longest = |style: Style, text: &str| {
        let words = pieces(text).into_iter();
        words.map(|w| style.width(w.trim_end())).fold(0.0, f64::max)
    };
    let lines = node.lines.iter().map(|l| longest(SMALL, l));
    let rows = node
        .rows
        .iter()
        .flat_map(|r| [longest(ROW, &r.text), longest(SMALL, &r.detail)]);
    let widths = lines.chain(rows).chain([longest(NAME, &node.title)]);
    let widest = widths.filter(|w| *w <= LONGEST).fold(0.0, f64::max);
    (widest + LEFT + RIGHT).ceil()
}

/// A node of at least `least` pixels of height, set at a width.
pub(crate) fn node(node: &Node, width: f64, least: f64, chip: f64) -> Measured {
    match node.shape {
        Shape::Joint => joint(node, least),
        Shape::Card => card(node, width, least),
        Shape::Lane => lane(node, width, least, chip),
    }
}

fn joint(node: &Node, least: f64) -> Measured {
    let w = natural(node).ceil();
    let h = JOINT.max(least);
    let marks = vec![
        body(node, "joint", w, h, 11.0),
        SMALL.centred(w / 2.0, (h - SMALL.leading) / 2.0, &node.title),
    ];
    Measured {
        w,
        h,
        marks,
        rows: Vec::new(),
    }
}

fn card(node: &Node, width: f64, least: f64) -> Measured {
    let room = width - LEFT - RIGHT;
    let mut pen = Pen::at(LEFT, TOP);
    pen.wrapped(&node.title, NAME, room);
    for line in &node.lines {
        pen.wrapped(line, SMALL, room);
    }
    let rows = rows(node, &mut pen, room, width);
    if node.fill.is_some() {
        pen.y += 9.0;
    }
    let h = (pen.y + TOP).max(least).ceil();
    let mut marks = vec![body(node, "card", width, h, 6.0), bar(node, h)];
    // A card that is higher than its text because many lines end at it has the text in its middle.
    let lower = if rows.is_empty() && node.fill.is_none() {
        (h - pen.y - TOP) / 2.0
    } else {
        0.0
    };
    marks.extend(pen.marks.into_iter().map(|m| m.shifted(0.0, lower)));
    if let Some(fill) = node.fill {
        let share = f64::from(fill.min(100)) / 100.0;
        marks.push(rect(LEFT, h - 12.0, room, 4.0, 2.0, "meter"));
        if fill > 0 {
            let class = format!("bar h-{}", node.hue.word());
            marks.push(rect(
                LEFT,
                h - 12.0,
                (room * share).max(2.0),
                4.0,
                2.0,
                &class,
            ));
        }
    }
    Measured {
        w: width,
        h,
        marks,
        rows,
    }
}

/// Rows below a thin line each; the middle of the first line of each is where lines end.
fn rows(node: &Node, pen: &mut Pen, room: f64, width: f64) -> Vec<f64> {
    let mut middles = Vec::new();
    for row in &node.rows {
        pen.y += 4.0;
        let path = vec![Seg::Move((LEFT, pen.y)), Seg::Line((width - RIGHT, pen.y))];
        pen.marks.push(Mark::Path {
            path,
            class: "rule".to_owned(),
        });
        pen.y += 4.0;
        middles.push(pen.y + ROW.leading / 2.0);
        let beside = ROW.width(&row.text) + 10.0;
        if row.detail.is_empty() {
            pen.wrapped(&row.text, ROW, room);
        } else if beside + SMALL.width(&row.detail) <= room {
            let top = pen.y + (ROW.leading - SMALL.leading) / 2.0;
            pen.marks.push(SMALL.ending(LEFT + room, top, &row.detail));
            pen.line(&row.text, ROW);
        } else {
            pen.wrapped(&row.text, ROW, room);
            pen.wrapped(&row.detail, SMALL, room);
        }
    }
    middles
}

fn lane(node: &Node, width: f64, least: f64, chip: f64) -> Measured {
    let room = width - LEFT - RIGHT;
    let mut pen = Pen::at(LEFT, TOP + 1.0);
    pen.wrapped(&node.title, PART, room);
    for line in &node.lines {
        pen.wrapped(line, SMALL, room);
    }
    if !node.chips.is_empty() {
        pen.y += 6.0;
        grid(&node.chips, &mut pen, room, chip);
        pen.y += 2.0;
    }
    let h = (pen.y + TOP).max(least).ceil();
    let class = format!("lane h-{}", node.hue.word());
    let mut marks = vec![body(node, &class, width, h, 8.0), bar(node, h)];
    marks.append(&mut pen.marks);
    Measured {
        w: width,
        h,
        marks,
        rows: Vec::new(),
    }
}

/// The width of all small cards of a drawing: they stand in one grid.
pub(crate) fn chip_width<'a>(chips: impl Iterator<Item = &'a Chip>) -> f64 {
    let widest = chips
        .map(|c| chip_style(c).width(&c.name).max(SMALL.width(&c.text)))
        .fold(84.0, f64::max);
    (widest + 20.0).min(170.0).ceil()
}

fn chip_style(chip: &Chip) -> Style {
    if chip.of.starts_with("guest/") {
        GUEST
    } else {
        HARDWARE
    }
}

fn grid(chips: &[Chip], pen: &mut Pen, room: f64, width: f64) {
    let fit = ((room + CHIP_GAP) / (width + CHIP_GAP)).floor().max(1.0);
    let columns = fit as usize;
    let inner = width - 18.0;
    for line in chips.chunks(columns) {
        let texts = |c: &Chip| {
            let style = chip_style(c);
            let names = wrap(&c.name, style.size, style.weight, inner);
            let details = wrap(&c.text, SMALL.size, SMALL.weight, inner);
            (names, details)
        };
        let lines = line.iter().map(|c| {
            let (names, details) = texts(c);
            names.len() as f64 * GUEST.leading + details.len() as f64 * SMALL.leading
        });
        let h = (lines.fold(0.0, f64::max) + 9.0).ceil();
        for (n, chip) in line.iter().enumerate() {
            let x = pen.x + n as f64 * (width + CHIP_GAP);
            let mut inside = Pen::at(x + 9.0, pen.y + 4.0);
            let (names, details) = texts(chip);
            for name in names {
                inside.line(&name, chip_style(chip));
            }
            for detail in details {
                inside.line(&detail, SMALL);
            }
            let mut marks = vec![rect(
                x,
                pen.y,
                width,
                h,
                5.0,
                &format!("chip {}", sure(chip.sure)),
            )];
            marks.append(&mut inside.marks);
            pen.marks.push(Mark::Group {
                id: String::new(),
                class: "member".to_owned(),
                detail: format!("{} {}\n{}", chip.of, chip.text, chip.detail),
                marks,
            });
        }
        pen.y += h + CHIP_GAP;
    }
    pen.y -= CHIP_GAP;
}

fn body(node: &Node, class: &str, w: f64, h: f64, r: f64) -> Mark {
    rect(0.0, 0.0, w, h, r, &format!("{class} {}", sure(node.sure)))
}

fn bar(node: &Node, h: f64) -> Mark {
    rect(
        6.0,
        7.0,
        4.0,
        h - 14.0,
        2.0,
        &format!("bar h-{}", node.hue.word()),
    )
}

pub(crate) fn rect(x: f64, y: f64, w: f64, h: f64, r: f64, class: &str) -> Mark {
    Mark::Rect {
        x,
        y,
        w,
        h,
        r,
        class: class.trim().to_owned(),
    }
}

/// The word for the outline.
pub(crate) fn sure(sure: Sure) -> &'static str {
    match sure {
        Sure::Known => "",
        Sure::Planned => "planned",
        Sure::Assumed => "assumed",
        Sure::Unknown => "unknown",
    }
}
