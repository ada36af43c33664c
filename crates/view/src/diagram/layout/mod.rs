//! From a drawing to a page: columns from left to right, lines between them, then what stands below.
//!
//! A page fits a window of 1280 pixels, its scroll bar included, where the drawing allows: columns become narrower and texts break before letters become smaller.

mod matrix;
mod measure;
mod nets;
mod page;
mod place;
mod rack;
mod route;

use self::measure::Measured;
use self::nets::Columns;
use self::place::{Item, PAD, Places, Port, TITLE, What};
use self::route::{Frame, Gap};
use super::model::{Diagram, Shape, View};
use super::scene::{FRAME, Mark, Scene, Seg};
use std::collections::BTreeMap;

/// The width that a page has if it can, and the margin around everything.
pub(crate) const PAGE: f64 = 1264.0;
pub(crate) const MARGIN: f64 = 28.0;
/// Cards are no narrower than this, lanes no narrower than that.
const NARROWEST: f64 = 112.0;
/// Titles of frames are cut only if they are wider than this.
const FRAME_TITLE: f64 = 180.0;
const LANE: f64 = 460.0;
const WIDEST_LANE: f64 = 760.0;

/// Lines are drawn in pieces, from column to column. A page of more pieces than this takes seconds to draw, is tens of megabytes, and
/// is black with lines.
const MOST_PIECES: usize = 40_000;

/// A drawing that is too large to be laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooLarge {
    /// Its boxes.
    pub boxes: usize,
    /// Its lines.
    pub lines: usize,
    /// The pieces that its lines would be drawn in.
    pub pieces: usize,
    /// So many there may be.
    pub most: usize,
}

/// Lays a drawing out.
pub(crate) fn lay(diagram: &Diagram) -> Result<Scene, TooLarge> {
    let body = if diagram.view == View::Rack {
        rack::body(diagram)
    } else {
        let columns = nets::columns(diagram);
        let pieces = columns.pieces();
        if pieces > MOST_PIECES {
            return Err(TooLarge {
                boxes: diagram.nodes.len(),
                lines: diagram.edges.len(),
                pieces,
                most: MOST_PIECES,
            });
        }
        body(diagram, &columns)
    };
    Ok(page::page(diagram, body))
}

/// The drawing itself, at its place on the page.
pub(crate) struct Body {
    pub(crate) width: f64,
    pub(crate) bottom: f64,
    pub(crate) marks: Vec<Mark>,
}

fn body(diagram: &Diagram, columns: &Columns) -> Body {
    let top = page::top(diagram);
    let mut places = place::arrange(diagram, columns);
    let mut limit = 260.0_f64;
    let mut lane = LANE;
    // So many columns fit on no page, however narrow: nothing is gained by trying what lies between.
    if columns.count as f64 * NARROWEST > PAGE {
        limit = NARROWEST;
    }
    loop {
        let set = set(diagram, columns, (limit, lane), places);
        let over = set.width - (PAGE - 2.0 * MARGIN);
        let lanes = diagram.nodes.iter().any(|n| n.shape == Shape::Lane);
        if lanes && over < -1.0 && lane < WIDEST_LANE {
            lane = (lane - over).min(WIDEST_LANE);
            places = set.places;
            continue;
        }
        if over <= 0.5 || limit <= NARROWEST {
            return draw(diagram, columns, &set, top);
        }
        let step = (over / columns.count.max(1) as f64).clamp(2.0, 40.0);
        limit = (limit - step).max(NARROWEST);
        places = set.places;
    }
}

/// Everything with sizes and places.
struct Set {
    places: Places,
    gaps: Vec<Gap>,
    measured: Vec<Measured>,
    /// Left edge and width of each column, without frames.
    across: Vec<(f64, f64)>,
    width: f64,
}

fn set(diagram: &Diagram, columns: &Columns, (limit, lane): (f64, f64), mut places: Places) -> Set {
    let widths = widths(diagram, columns, (limit, lane), &places);
    let crowd = route::crowd(&places);
    let chip = measure::chip_width(diagram.nodes.iter().flat_map(|n| &n.chips));
    let mut measured = Vec::new();
    for (n, node) in diagram.nodes.iter().enumerate() {
        let most = [true, false].map(|s| crowd.get(&(n, s)).copied().unwrap_or(0));
        let least = most.into_iter().max().unwrap_or(0) as f64 * 9.0 + 10.0;
        let column = columns.of.get(n).copied().unwrap_or(0);
        let width = widths.get(column).copied().unwrap_or(limit);
        measured.push(measure::node(node, width, least, chip));
    }
    let mut rows = BTreeMap::new();
    for (item, place) in places.items.iter_mut().enumerate() {
        if let What::Node(node) = place.what
            && let Some(m) = measured.get(node)
        {
            place.h = m.h;
            rows.extend(m.rows.iter().enumerate().map(|(row, y)| ((item, row), *y)));
        }
    }
    place::heights(&mut places, &rows);
    let gaps = route::gaps(&places, &rows);
    let mut across = Vec::new();
    let mut x = 0.0;
    for (n, width) in widths.iter().enumerate() {
        let pad = pad(&places, n);
        across.push((x + pad, *width));
        x += width + 2.0 * pad + gaps.get(n).map_or(0.0, Gap::width);
    }
    Set {
        places,
        gaps,
        measured,
        across,
        width: x,
    }
}

/// Room for frames beside a column.
fn pad(places: &Places, column: usize) -> f64 {
    let mut blocks = places.columns.get(column).into_iter().flatten();
    if blocks.any(|b| b.group.is_some()) {
        PAD
    } else {
        0.0
    }
}

/// The width of each column: what its nodes would like, up to the limit; lanes take what is left of the page.
fn widths(
    diagram: &Diagram,
    columns: &Columns,
    (limit, lane): (f64, f64),
    places: &Places,
) -> Vec<f64> {
    let mut out = vec![0.0_f64; columns.count];
    let mut lanes = vec![false; columns.count];
    for (node, column) in diagram.nodes.iter().zip(&columns.of) {
        if let Some(width) = out.get_mut(*column) {
            let narrow = limit.max(measure::unbroken(node));
            *width = width.max(measure::natural(node).min(narrow)).max(NARROWEST);
        }
        if let Some(lane) = lanes.get_mut(*column) {
            *lane |= node.shape == Shape::Lane;
        }
    }
    for (n, blocks) in places.columns.iter().enumerate() {
        let groups = blocks.iter().filter_map(|b| diagram.groups.get(b.group?));
        let widest = groups.map(|g| FRAME.width(&g.title)).fold(0.0, f64::max);
        if let Some(width) = out.get_mut(n) {
            *width = width.max((widest + 4.0).min(limit.max(FRAME_TITLE))).ceil();
        }
    }
    for (width, is_lane) in out.iter_mut().zip(lanes) {
        if is_lane {
            *width = lane;
        }
    }
    out
}

fn draw(diagram: &Diagram, columns: &Columns, set: &Set, top: f64) -> Body {
    let shift = ((PAGE - 2.0 * MARGIN - set.width) / 2.0).max(0.0);
    let left = MARGIN + shift.round();
    let mut marks = frames(diagram, set, left, top);
    let x_of = |item: &Item| -> (f64, f64) {
        let (x, w) = set.across.get(item.column).copied().unwrap_or_default();
        match item.what {
            What::Pass => (left + x, w),
            What::Node(n) => {
                let own = set.measured.get(n).map_or(w, |m| m.w);
                (left + x + ((w - own) / 2.0).round(), own)
            }
        }
    };
    marks.extend(wires(columns, set, left, top, &x_of));
    let mut height: f64 = 0.0;
    let ids = page::ids(diagram);
    for item in &set.places.items {
        height = height.max(item.y + item.h + PAD);
        let What::Node(n) = item.what else { continue };
        let (Some(node), Some(m)) = (diagram.nodes.get(n), set.measured.get(n)) else {
            continue;
        };
        let (x, _) = x_of(item);
        let moved = m.marks.iter().cloned();
        marks.push(Mark::Group {
            id: ids.get(n).cloned().unwrap_or_default(),
            class: "node".to_owned(),
            detail: page::told(node),
            marks: moved.map(|m| m.shifted(x, top + item.y)).collect(),
        });
    }
    Body {
        width: set.width,
        bottom: top + height,
        marks,
    }
}

fn frames(diagram: &Diagram, set: &Set, left: f64, top: f64) -> Vec<Mark> {
    let mut marks = Vec::new();
    for (column, blocks) in set.places.columns.iter().enumerate() {
        let Some((x, w)) = set.across.get(column).copied() else {
            continue;
        };
        for block in blocks {
            let Some(group) = block.group.and_then(|g| diagram.groups.get(g)) else {
                continue;
            };
            let h = place::block_height(block, &set.places.items);
            let (x, y) = (left + x - PAD, top + block.y);
            let class = format!("frame {}", measure::sure(group.sure));
            let mut inside = vec![measure::rect(x, y, w + 2.0 * PAD, h, 9.0, &class)];
            let title = page::fitting(&group.title, FRAME, w + PAD - 3.0);
            inside.push(FRAME.text(x + PAD + 1.0, y + (TITLE - FRAME.leading) / 2.0, &title));
            marks.push(Mark::Group {
                id: format!("{}-{column}", page::slug(&group.id)),
                class: "group".to_owned(),
                detail: group.title.clone(),
                marks: inside,
            });
        }
    }
    marks
}

/// All lines, net by net.
fn wires(
    columns: &Columns,
    set: &Set,
    left: f64,
    top: f64,
    x_of: &dyn Fn(&Item) -> (f64, f64),
) -> Vec<Mark> {
    let items = &set.places.items;
    let edge = |port: &Port, right: bool| {
        let (x, w) = items.get(port.item).map_or((0.0, 0.0), x_of);
        if right { x + w } else { x }
    };
    let mut by_net: BTreeMap<usize, Vec<Mark>> = BTreeMap::new();
    for (n, gap) in set.gaps.iter().enumerate() {
        let start = set
            .across
            .get(n)
            .map_or(0.0, |(x, w)| left + x + w + pad(&set.places, n));
        let end = set
            .across
            .get(n + 1)
            .map_or(0.0, |(x, _)| left + x - pad(&set.places, n + 1));
        for hop in &gap.hops {
            let Some(net) = columns.nets.get(hop.net) else {
                continue;
            };
            let at = Frame {
                start,
                end,
                edge: &edge,
            };
            let marks = by_net.entry(hop.net).or_default();
            marks.extend(
                route::draw(gap, hop, net, &at)
                    .into_iter()
                    .map(|m| m.shifted(0.0, top)),
            );
            let (pins, right) = if net.backward {
                (&hop.left, false)
            } else {
                (&hop.right, true)
            };
            for pin in pins.iter().filter(|_| net.arrow) {
                let is_node = items
                    .get(pin.port.item)
                    .is_some_and(|i| i.what != What::Pass);
                if is_node {
                    let x = edge(&pin.port, !right);
                    marks.push(route::head(x, top + pin.y, right, &route::wire(net)));
                }
            }
            for pin in &hop.left {
                let pass = items.get(pin.port.item).filter(|i| i.what == What::Pass);
                if let Some((x, w)) = pass.map(x_of) {
                    marks.push(across(x, w, top + pin.y, net));
                }
            }
        }
    }
    by_net
        .into_iter()
        .map(|(net, marks)| Mark::Group {
            id: format!("net-{net}"),
            class: "net".to_owned(),
            detail: String::new(),
            marks,
        })
        .collect()
}

/// The line through a column that a net passes.
fn across(x: f64, w: f64, y: f64, net: &nets::Net) -> Mark {
    Mark::Path {
        path: vec![Seg::Move((x, y)), Seg::Line((x + w, y))],
        class: route::wire(net),
    }
}
