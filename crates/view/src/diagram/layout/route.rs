//! Lines between neighbouring columns: where they leave and enter, and on which track each trunk runs.

use super::nets::{End, Net};
use super::place::{Item, Places, Port, What};
use crate::diagram::model::Stroke;
use crate::diagram::scene::{Mark, Seg};
use std::collections::BTreeMap;

/// Distance of trunks from each other, and of the first and last from the columns.
const TRACK: f64 = 10.0;
const BEFORE: f64 = 16.0;
const AFTER: f64 = 22.0;
const ROUND: f64 = 5.0;
/// So many pairs of trunks are compared in a drawing, about.
const PAIRS: usize = 4_000_000;
/// Lines nearer than this to each other would look like one.
const NEAR: f64 = 4.5;

/// An end of a hop with its height.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pin {
    pub(crate) port: Port,
    pub(crate) y: f64,
    /// The heights that it may have instead.
    low: f64,
    high: f64,
}

/// A hop with its heights and its track.
#[derive(Debug)]
pub(crate) struct Routed {
    pub(crate) net: usize,
    pub(crate) left: Vec<Pin>,
    pub(crate) right: Vec<Pin>,
    track: usize,
}

impl Routed {
    fn ys(&self) -> impl Iterator<Item = f64> {
        self.left.iter().chain(&self.right).map(|p| p.y)
    }

    fn span(&self) -> (f64, f64) {
        self.ys()
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), y| {
                (a.min(y), b.max(y))
            })
    }

    fn straight(&self) -> bool {
        let (a, b) = self.span();
        b - a < 0.5
    }
}

/// A gap between two columns with its lines.
#[derive(Debug, Default)]
pub(crate) struct Gap {
    pub(crate) hops: Vec<Routed>,
    tracks: usize,
}

impl Gap {
    /// How wide it must be.
    pub(crate) fn width(&self) -> f64 {
        let tracks = self.tracks.saturating_sub(1) as f64;
        (BEFORE + AFTER + tracks * TRACK).max(44.0)
    }
}

/// How many lines end at each side of each item, rows apart: it must be high enough for them.
pub(crate) fn crowd(places: &Places) -> BTreeMap<(usize, bool), usize> {
    let mut out: BTreeMap<(usize, bool), usize> = BTreeMap::new();
    for hop in &places.hops {
        for (ports, right) in [(&hop.left, true), (&hop.right, false)] {
            for port in ports.iter().filter(|p| p.row.is_none()) {
                *out.entry((port.item, right)).or_default() += 1;
            }
        }
    }
    out
}

/// The lines of every gap.
pub(crate) fn gaps(places: &Places, rows: &BTreeMap<(usize, usize), f64>) -> Vec<Gap> {
    let count = places.columns.len().saturating_sub(1);
    let mut gaps: Vec<Gap> = (0..count).map(|_| Gap::default()).collect();
    for hop in &places.hops {
        let pin = |port: &Port| pin(*port, &places.items, rows);
        if let Some(gap) = gaps.get_mut(hop.gap) {
            gap.hops.push(Routed {
                net: hop.net,
                left: hop.left.iter().map(pin).collect(),
                right: hop.right.iter().map(pin).collect(),
                track: 0,
            });
        }
    }
    for gap in &mut gaps {
        fan(gap, true);
        fan(gap, false);
        straighten(gap);
        part(gap);
    }
    let pairs: usize = gaps.iter().map(|g| trunks(g).len().pow(2)).sum();
    // Where trunks are few they are moved until none wants to; where they are many, as often as there is time for.
    let rounds = (PAIRS / pairs.max(1)).clamp(1, 40);
    gaps.iter_mut().for_each(|g| tracks(g, rounds));
    gaps
}

fn pin(port: Port, items: &[Item], rows: &BTreeMap<(usize, usize), f64>) -> Pin {
    let item = items.get(port.item);
    let (top, h, pass) = item.map_or((0.0, 0.0, false), |i| (i.y, i.h, i.what == What::Pass));
    let row = port.row.and_then(|r| rows.get(&(port.item, r)).copied());
    let y = top + row.unwrap_or(h / 2.0);
    let (low, high) = match (row, pass) {
        (Some(_), _) => (y - 5.0, y + 5.0),
        // What passes a column passes it straight.
        (None, true) => (y, y),
        (None, false) => (top + 7.0, top + h - 7.0),
    };
    Pin { port, y, low, high }
}

/// Several lines at one side of an item are spread over its height, in the order of where they go.
fn fan(gap: &mut Gap, left: bool) {
    let mut at: BTreeMap<End, Vec<(f64, usize)>> = BTreeMap::new();
    for (n, hop) in gap.hops.iter().enumerate() {
        let (own, far) = if left {
            (&hop.left, &hop.right)
        } else {
            (&hop.right, &hop.left)
        };
        let mean = far.iter().map(|p| p.y).sum::<f64>() / far.len().max(1) as f64;
        for pin in own {
            at.entry((pin.port.item, pin.port.row))
                .or_default()
                .push((mean, n));
        }
    }
    for (end, mut lines) in at.into_iter().filter(|(_, l)| l.len() > 1) {
        lines.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        let count = lines.len() as f64;
        for (rank, (_, hop)) in lines.into_iter().enumerate() {
            let Some(hop) = gap.hops.get_mut(hop) else {
                continue;
            };
            let own = if left { &mut hop.left } else { &mut hop.right };
            for pin in own.iter_mut().filter(|p| (p.port.item, p.port.row) == end) {
                let step = ((pin.high - pin.low) / (count - 1.0)).min(14.0);
                let middle = (pin.low + pin.high) / 2.0;
                pin.y = (middle + (rank as f64 - (count - 1.0) / 2.0) * step).round();
                (pin.low, pin.high) = (pin.y - step * 0.3, pin.y + step * 0.3);
            }
        }
    }
}

/// A line from one item to one other is straight if either can have it at the height of the other.
fn straighten(gap: &mut Gap) {
    for hop in &mut gap.hops {
        let ([a], [b]) = (hop.left.as_mut_slice(), hop.right.as_mut_slice()) else {
            continue;
        };
        let (low, high) = (a.low.max(b.low), a.high.min(b.high));
        if low <= high {
            let y = ((a.y + b.y) / 2.0)
                .clamp(low, high)
                .round()
                .clamp(low, high);
            (a.y, b.y) = (y, y);
        }
    }
}

/// Ends of different nets on both sides of a gap that have nearly one height are parted.
fn part(gap: &mut Gap) {
    let mut ends = Ends::of(gap);
    for n in 0..gap.hops.len() {
        for left in [true, false] {
            let Some(hop) = gap.hops.get_mut(n) else {
                continue;
            };
            let net = hop.net;
            for pin in if left { &mut hop.left } else { &mut hop.right } {
                let (y, port) = (pin.y, pin.port);
                if ends.free(net, left, port, y) {
                    continue;
                }
                let steps = [
                    5.0, -5.0, 3.0, -3.0, 9.0, -9.0, 13.0, -13.0, 18.0, -18.0, 24.0, -24.0,
                ];
                let mut others = steps.into_iter().map(|s| y + s);
                let free =
                    |y: &f64| *y >= pin.low && *y <= pin.high && ends.free(net, left, port, *y);
                if let Some(better) = others.find(free) {
                    pin.y = better;
                    ends.moved((net, left, port), y, better);
                }
            }
        }
    }
}

/// An end of a line: whose, on which side of the gap, and where it is fastened.
type Fastened = (usize, bool, Port);

/// The ends of all lines of a gap by their heights.
struct Ends(BTreeMap<i64, Vec<(f64, Fastened)>>);

impl Ends {
    fn of(gap: &Gap) -> Self {
        let mut ends = Self(BTreeMap::new());
        for hop in &gap.hops {
            for (pins, left) in [(&hop.left, true), (&hop.right, false)] {
                for pin in pins {
                    ends.add((hop.net, left, pin.port), pin.y);
                }
            }
        }
        ends
    }

    fn shelf(y: f64) -> i64 {
        (y / NEAR).floor() as i64
    }

    fn add(&mut self, end: Fastened, y: f64) {
        self.0.entry(Self::shelf(y)).or_default().push((y, end));
    }

    fn moved(&mut self, end: Fastened, from: f64, to: f64) {
        if let Some(shelf) = self.0.get_mut(&Self::shelf(from))
            && let Some(at) = shelf.iter().position(|(y, e)| *e == end && *y == from)
        {
            shelf.swap_remove(at);
        }
        self.add(end, to);
    }

    /// No other net has an end at that height.
    fn free(&self, net: usize, left: bool, port: Port, y: f64) -> bool {
        let shelf = Self::shelf(y);
        let mut near = self.0.range(shelf - 1..=shelf + 1).flat_map(|(_, s)| s);
        !near.any(|(at, (other, side, to))| {
            *other != net && (*side != left || *to != port) && (at - y).abs() < NEAR
        })
    }
}

/// What it costs if the trunk of `a` runs left of that of `b`: crossings, and ends that would lie on each other.
fn cost((a, of_a): (&Routed, (f64, f64)), (b, of_b): (&Routed, (f64, f64))) -> i64 {
    let inside = |y: f64, (low, high): (f64, f64)| y > low - 1.0 && y < high + 1.0;
    let mut sum = a.right.iter().filter(|p| inside(p.y, of_b)).count();
    sum += b.left.iter().filter(|p| inside(p.y, of_a)).count();
    let over = a
        .right
        .iter()
        .flat_map(|p| b.left.iter().map(move |q| (p.y - q.y).abs()));
    sum += 40 * over.filter(|d| *d < 2.0).count();
    i64::try_from(sum).unwrap_or(i64::MAX)
}

/// Lines that are not straight, in no order yet.
fn trunks(gap: &Gap) -> Vec<usize> {
    let bent = |n: &usize| gap.hops.get(*n).is_some_and(|h| !h.straight());
    (0..gap.hops.len()).filter(bent).collect()
}

/// What it costs each trunk to run left of each other one instead of right of it; nothing where there are so many that nobody sees a crossing more.
fn costs(gap: &Gap, order: &[usize]) -> Vec<Vec<i64>> {
    const MOST: usize = 150;
    if order.len() > MOST {
        return Vec::new();
    }
    let all: Vec<_> = order
        .iter()
        .filter_map(|n| gap.hops.get(*n))
        .map(|h| (h, h.span()))
        .collect();
    let more = |a: &(&Routed, _), b: &(&Routed, _)| cost(*a, *b) - cost(*b, *a);
    let row = |a| all.iter().map(|b| more(a, b)).collect();
    all.iter().map(row).collect()
}

/// Orders the trunks so that few lines cross, and lets those share a track that do not meet.
fn tracks(gap: &mut Gap, rounds: usize) {
    let trunks = trunks(gap);
    let costs = costs(gap, &trunks);
    // What it costs more if the first of two runs left of the second than the other way round.
    let of = |a: usize, b: usize| costs.get(a).and_then(|g| g.get(b)).copied().unwrap_or(0);
    let mut order: Vec<usize> = (0..costs.len()).collect();
    for _ in 0..rounds.min(order.len()) {
        let mut moved = false;
        for from in 0..order.len() {
            let Some(hop) = order.get(from).copied() else {
                continue;
            };
            let mut best = (0_i64, from);
            let mut gain = 0_i64;
            let before = order.iter().enumerate().take(from).rev();
            for (to, other) in before {
                gain += of(hop, *other);
                if gain < best.0 {
                    best = (gain, to);
                }
            }
            gain = 0;
            for (to, other) in order.iter().enumerate().skip(from + 1) {
                gain += of(*other, hop);
                if gain < best.0 {
                    best = (gain, to);
                }
            }
            if best.1 != from {
                order.remove(from);
                order.insert(best.1, hop);
                moved = true;
            }
        }
        if !moved {
            break;
        }
    }
    let order: Vec<usize> = match costs.is_empty() {
        true => trunks,
        false => order
            .iter()
            .filter_map(|n| trunks.get(*n))
            .copied()
            .collect(),
    };
    assign(gap, &order);
}

fn assign(gap: &mut Gap, order: &[usize]) {
    let mut done: Vec<(f64, f64, usize)> = Vec::new();
    for n in order {
        let Some(hop) = gap.hops.get_mut(*n) else {
            continue;
        };
        let (low, high) = hop.span();
        let meets = done
            .iter()
            .filter(|(a, b, _)| low < b + TRACK && high > a - TRACK);
        hop.track = meets.map(|(_, _, t)| t + 1).max().unwrap_or(0);
        done.push((low, high, hop.track));
    }
    gap.tracks = done.iter().map(|(_, _, t)| t + 1).max().unwrap_or(0);
}

/// Where a gap lies: the right edge of what stands left of it, the left edge of what stands right, and the trunks between.
pub(crate) struct Frame<'a> {
    pub(crate) start: f64,
    pub(crate) end: f64,
    pub(crate) edge: &'a dyn Fn(&Port, bool) -> f64,
}

/// The lines of a hop.
pub(crate) fn draw(gap: &Gap, hop: &Routed, net: &Net, at: &Frame) -> Vec<Mark> {
    let used = gap.tracks.saturating_sub(1) as f64 * TRACK;
    let room = (at.end - at.start - BEFORE - AFTER - used).max(0.0);
    let x = at.start + BEFORE + room / 2.0 + hop.track as f64 * TRACK;
    let class = wire(net);
    let mut ends: Vec<(f64, f64)> = Vec::new();
    for (pins, left) in [(&hop.left, true), (&hop.right, false)] {
        ends.extend(pins.iter().map(|p| (p.y, (at.edge)(&p.port, left))));
    }
    ends.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut marks = Vec::new();
    if hop.straight() {
        let left = ends.iter().map(|e| e.1).fold(f64::INFINITY, f64::min);
        let right = ends.iter().map(|e| e.1).fold(f64::NEG_INFINITY, f64::max);
        let y = ends.first().map_or(0.0, |e| e.0);
        marks.push(path(
            vec![Seg::Move((left, y)), Seg::Line((right, y))],
            &class,
        ));
    } else if let (Some(first), Some(last)) = (ends.first(), ends.last()) {
        let r = ROUND.min((last.0 - first.0) / 2.0);
        let side = |to: f64| if to < x { -1.0 } else { 1.0 };
        let corner = vec![
            Seg::Move((first.1, first.0)),
            Seg::Line((x + side(first.1) * r, first.0)),
            Seg::Round((x, first.0), (x, first.0 + r)),
            Seg::Line((x, last.0 - r)),
            Seg::Round((x, last.0), (x + side(last.1) * r, last.0)),
            Seg::Line((last.1, last.0)),
        ];
        marks.push(path(corner, &class));
        for end in ends.iter().skip(1).take(ends.len().saturating_sub(2)) {
            marks.push(path(
                vec![Seg::Move((x, end.0)), Seg::Line((end.1, end.0))],
                &class,
            ));
            marks.push(Mark::Dot {
                x,
                y: end.0,
                r: 2.2,
                class: class.replacen("wire", "dot", 1),
            });
        }
    }
    marks
}

/// The class of the lines of a net.
pub(crate) fn wire(net: &Net) -> String {
    let hue = net.hue.map(|h| format!(" h-{}", h.word()));
    format!("wire {}{}", stroke(net.stroke), hue.unwrap_or_default())
}

/// The head of a line at the edge of a node, pointing right or left.
pub(crate) fn head(x: f64, y: f64, right: bool, class: &str) -> Mark {
    let back = if right { -7.0 } else { 7.0 };
    let d = vec![
        Seg::Move((x, y)),
        Seg::Line((x + back, y - 3.6)),
        Seg::Line((x + back, y + 3.6)),
        Seg::Close,
    ];
    path(d, &class.replacen("wire", "head", 1))
}

fn path(path: Vec<Seg>, class: &str) -> Mark {
    Mark::Path {
        path,
        class: class.to_owned(),
    }
}

/// The word for the look of a line.
pub(crate) fn stroke(stroke: Stroke) -> &'static str {
    match stroke {
        Stroke::Solid => "solid",
        Stroke::Dashed => "dashed",
        Stroke::Dotted => "dotted",
        Stroke::Loop => "loop",
    }
}
