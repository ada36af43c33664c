//! Where things stand: the order in each column, then heights so that lines are short and mostly straight.

use super::nets::{Columns, Net};
use crate::diagram::model::{Diagram, View};
use std::collections::BTreeMap;

/// Height of the place that a passing net has in a column.
const PASS: f64 = 6.0;
/// Room between nodes of a frame, between blocks, and beside passing nets.
const INNER: f64 = 9.0;
const OUTER: f64 = 16.0;
const BESIDE: f64 = 9.0;
/// Room inside of a frame, and for its title.
pub(crate) const PAD: f64 = 9.0;
pub(crate) const TITLE: f64 = 22.0;

/// What stands in a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum What {
    Node(usize),
    Pass,
}

/// Something that stands in a column.
#[derive(Debug)]
pub(crate) struct Item {
    pub(crate) what: What,
    pub(crate) column: usize,
    pub(crate) y: f64,
    pub(crate) h: f64,
}

/// Items that stay together: a frame, or one of its own.
#[derive(Debug)]
pub(crate) struct Block {
    pub(crate) group: Option<usize>,
    pub(crate) items: Vec<usize>,
    pub(crate) y: f64,
}

/// An end of a net in the gap between two columns: an item and perhaps a row of it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Port {
    pub(crate) item: usize,
    pub(crate) row: Option<usize>,
}

/// A net between two neighbouring columns.
#[derive(Debug)]
pub(crate) struct Hop {
    /// The gap right of this column.
    pub(crate) gap: usize,
    pub(crate) net: usize,
    pub(crate) left: Vec<Port>,
    pub(crate) right: Vec<Port>,
}

/// Everything with its place, but for the horizontal ones.
pub(crate) struct Places {
    pub(crate) items: Vec<Item>,
    pub(crate) columns: Vec<Vec<Block>>,
    pub(crate) hops: Vec<Hop>,
    /// The hops of each gap, in their order.
    over: Vec<Vec<usize>>,
}

impl Places {
    /// The hops over a gap.
    fn over(&self, gap: usize) -> impl Iterator<Item = &Hop> {
        let hops = self.over.get(gap).into_iter().flatten();
        hops.filter_map(|n| self.hops.get(*n))
    }
}

/// Items, blocks and hops, in an order with few crossings.
pub(crate) fn arrange(diagram: &Diagram, columns: &Columns) -> Places {
    let mut places = Places {
        items: Vec::new(),
        columns: (0..columns.count).map(|_| Vec::new()).collect(),
        hops: Vec::new(),
        over: (0..columns.count).map(|_| Vec::new()).collect(),
    };
    for (node, column) in columns.of.iter().enumerate() {
        places.items.push(Item {
            what: What::Node(node),
            column: *column,
            y: 0.0,
            h: 0.0,
        });
    }
    for (n, net) in columns.nets.iter().enumerate() {
        run(n, net, columns, &mut places);
    }
    for (n, hop) in places.hops.iter().enumerate() {
        if let Some(over) = places.over.get_mut(hop.gap) {
            over.push(n);
        }
    }
    blocks(diagram, &mut places);
    order(diagram, &mut places);
    places
}

/// The hops of a net from column to column, with a place in each column that it passes.
fn run(n: usize, net: &Net, columns: &Columns, places: &mut Places) {
    let column = |node: usize| columns.of.get(node).copied().unwrap_or(0);
    let hub = column(net.hub.0);
    let port = |end: &super::nets::End| Port {
        item: end.0,
        row: end.1,
    };
    let mut ends: BTreeMap<usize, Vec<Port>> = BTreeMap::new();
    for end in &net.others {
        ends.entry(column(end.0)).or_default().push(port(end));
    }
    let (first, last) = if net.hub_right {
        (ends.keys().next().copied().unwrap_or(hub), hub)
    } else {
        (hub, ends.keys().next_back().copied().unwrap_or(hub))
    };
    ends.insert(hub, vec![port(&net.hub)]);
    let mut passing: BTreeMap<usize, usize> = BTreeMap::new();
    for at in (first + 1)..last {
        places.items.push(Item {
            what: What::Pass,
            column: at,
            y: 0.0,
            h: PASS,
        });
        passing.insert(at, places.items.len() - 1);
    }
    for gap in first..last {
        let at = |c: usize| ends.get(&c).cloned().unwrap_or_default();
        let pass = |c: usize| {
            passing.get(&c).map(|item| Port {
                item: *item,
                row: None,
            })
        };
        let (mut left, mut right) = (at(gap), at(gap + 1));
        // Ends of the net in a column that it also passes are fed from the hub's side.
        if net.hub_right {
            left.extend(pass(gap));
            right.retain(|p| Some(p.item) == Some(net.hub.0));
            right.extend(pass(gap + 1));
        } else {
            right.extend(pass(gap + 1));
            left.retain(|p| Some(p.item) == Some(net.hub.0));
            left.extend(pass(gap));
        }
        places.hops.push(Hop {
            gap,
            net: n,
            left,
            right,
        });
    }
}

/// Nodes of a group are one block per column; everything else stands alone. Passing nets come first.
fn blocks(diagram: &Diagram, places: &mut Places) {
    let mut at: BTreeMap<(usize, usize), usize> = BTreeMap::new();
    let passes = places.items.iter().enumerate();
    let (passes, nodes): (Vec<_>, Vec<_>) = passes.partition(|(_, i)| i.what == What::Pass);
    for (n, item) in passes.into_iter().chain(nodes) {
        let group = match item.what {
            What::Node(node) => diagram.nodes.get(node).and_then(|n| n.group),
            What::Pass => None,
        };
        let Some(column) = places.columns.get_mut(item.column) else {
            continue;
        };
        let known = group.and_then(|g| at.get(&(item.column, g)).copied());
        if let Some(block) = known.and_then(|b| column.get_mut(b)) {
            block.items.push(n);
            continue;
        }
        if let Some(group) = group {
            at.insert((item.column, group), column.len());
        }
        column.push(Block {
            group,
            items: vec![n],
            y: 0.0,
        });
    }
}

/// Sweeps to and fro; each item moves to the mean of what it is joined to, frames stay whole. The best order seen is kept.
fn order(diagram: &Diagram, places: &mut Places) {
    let mut best = (crossings(places), orders(places));
    let fixed = |column: usize| diagram.view == View::L3 && column > 0;
    for sweep in 0..16 {
        let count = places.columns.len();
        let to: Vec<usize> = if sweep % 2 == 0 {
            (1..count).collect()
        } else {
            (0..count.saturating_sub(1)).rev().collect()
        };
        for column in to.into_iter().filter(|c| !fixed(*c)) {
            let from = if sweep % 2 == 0 { column - 1 } else { column };
            sort(column, from, places);
        }
        let now = crossings(places);
        if now < best.0 {
            best = (now, orders(places));
        }
    }
    for (column, order) in best.1.into_iter().enumerate() {
        if let Some(blocks) = places.columns.get_mut(column) {
            restore(blocks, &order);
        }
    }
}

/// The order of a column: the items of each block.
fn orders(places: &Places) -> Vec<Vec<Vec<usize>>> {
    let columns = places.columns.iter();
    columns
        .map(|blocks| blocks.iter().map(|b| b.items.clone()).collect())
        .collect()
}

fn restore(blocks: &mut [Block], order: &[Vec<usize>]) {
    let of: BTreeMap<usize, usize> = order
        .iter()
        .enumerate()
        .flat_map(|(n, items)| items.iter().map(move |i| (*i, n)))
        .collect();
    blocks.sort_by_cached_key(|b| b.items.first().and_then(|i| of.get(i)).copied());
    for (block, items) in blocks.iter_mut().zip(order) {
        block.items.clone_from(items);
    }
}

/// Ranks of the items of one column, added to those of others; rows count as fractions.
fn ranks(blocks: &[Block], out: &mut BTreeMap<usize, f64>) {
    let items = blocks.iter().flat_map(|b| &b.items);
    out.extend(items.enumerate().map(|(rank, item)| (*item, rank as f64)));
}

fn place_of(port: &Port, ranks: &BTreeMap<usize, f64>) -> f64 {
    let row = port.row.map_or(0.0, |r| (r as f64 + 1.0) / 64.0);
    ranks.get(&port.item).copied().unwrap_or(0.0) + row
}

/// Sorts a column by what its items are joined to over one gap.
fn sort(column: usize, gap: usize, places: &mut Places) {
    let mut all = BTreeMap::new();
    for blocks in places.columns.iter().skip(gap).take(2) {
        ranks(blocks, &mut all);
    }
    let ranks = all;
    let mut sums: BTreeMap<usize, (f64, f64)> = BTreeMap::new();
    for hop in places.over(gap) {
        let (own, far) = if gap == column {
            (&hop.left, &hop.right)
        } else {
            (&hop.right, &hop.left)
        };
        let sum: f64 = far.iter().map(|p| place_of(p, &ranks)).sum();
        for port in own {
            let entry = sums.entry(port.item).or_default();
            entry.0 += sum;
            entry.1 += far.len() as f64;
        }
    }
    let mean = |item: &usize| {
        let sum = sums.get(item).filter(|(_, n)| *n > 0.0);
        sum.map_or_else(|| ranks.get(item).copied().unwrap_or(0.0), |(s, n)| s / n)
    };
    let Some(blocks) = places.columns.get_mut(column) else {
        return;
    };
    for block in blocks.iter_mut() {
        block.items.sort_by(|a, b| mean(a).total_cmp(&mean(b)));
    }
    let of = |b: &Block| b.items.iter().map(mean).sum::<f64>() / b.items.len().max(1) as f64;
    blocks.sort_by_cached_key(|b| Total(of(b)));
}

/// A number that can be sorted by.
#[derive(Clone, Copy, PartialEq)]
struct Total(f64);

impl Eq for Total {}

impl PartialOrd for Total {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Total {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.total_cmp(&other.0)
    }
}

/// How many pairs of lines cross between the columns. Lines of one net share an end there and do not cross.
fn crossings(places: &Places) -> usize {
    let mut sum = 0;
    let mut near: BTreeMap<usize, f64> = BTreeMap::new();
    for (gap, pair) in places.columns.windows(2).enumerate() {
        near.clear();
        pair.iter().for_each(|blocks| ranks(blocks, &mut near));
        let mut lines: Vec<(f64, f64)> = Vec::new();
        for hop in places.over(gap) {
            for a in &hop.left {
                lines.extend(
                    hop.right
                        .iter()
                        .map(|b| (place_of(a, &near), place_of(b, &near))),
                );
            }
        }
        lines.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
        let mut ends: Vec<f64> = lines.into_iter().map(|l| l.1).collect();
        sum += inversions(&mut ends);
    }
    sum
}

/// How many pairs of numbers stand in the wrong order; sorts them on the way.
fn inversions(numbers: &mut [f64]) -> usize {
    if numbers.len() < 2 {
        return 0;
    }
    let (left, right) = numbers.split_at_mut(numbers.len() / 2);
    let mut sum = inversions(left) + inversions(right);
    let mut merged = Vec::with_capacity(left.len() + right.len());
    let (mut l, mut r) = (left.iter().peekable(), right.iter().peekable());
    while let (Some(a), Some(b)) = (l.peek(), r.peek()) {
        if a <= b {
            merged.extend(l.next());
        } else {
            sum += l.len();
            merged.extend(r.next());
        }
    }
    merged.extend(l.chain(r));
    numbers.copy_from_slice(&merged);
    sum
}

/// Gives every item its `y`: blocks move towards what they are joined to and keep their distance.
pub(crate) fn heights(places: &mut Places, rows: &BTreeMap<(usize, usize), f64>) {
    for column in 0..places.columns.len() {
        settle(column, None, places, rows);
    }
    let count = places.columns.len();
    for sweep in 0..10 {
        let last = sweep >= 8;
        let order: Vec<usize> = if sweep % 2 == 0 {
            (0..count).collect()
        } else {
            (0..count).rev().collect()
        };
        for column in order {
            let gaps = match (last, sweep % 2 == 0) {
                (true, _) => (column.checked_sub(1), Some(column)),
                (false, true) => (column.checked_sub(1), None),
                (false, false) => (None, Some(column)),
            };
            settle(column, Some(gaps), places, rows);
        }
    }
    let tops = places.columns.iter().flatten().map(|b| b.y);
    let top = tops.fold(f64::INFINITY, f64::min);
    for block in places.columns.iter_mut().flatten() {
        block.y = (block.y - top).round();
    }
    for column in 0..count {
        stack(column, places);
    }
    snap(places, rows);
}

/// A passing net that nearly has the height of where it comes from or goes to gets just that: no small steps.
fn snap(places: &mut Places, rows: &BTreeMap<(usize, usize), f64>) {
    const STEP: f64 = 9.0;
    const ROOM: f64 = 5.0;
    for n in 0..places.hops.len() {
        let Some(hop) = places.hops.get(n) else {
            continue;
        };
        let ([left], [right]) = (hop.left.as_slice(), hop.right.as_slice()) else {
            continue;
        };
        for (pass, end) in [(left, right), (right, left)] {
            let (Some(own), Some(far)) = (places.items.get(pass.item), places.items.get(end.item))
            else {
                continue;
            };
            let row = end.row.and_then(|r| rows.get(&(end.item, r)).copied());
            let aim = far.y + row.unwrap_or(far.h / 2.0) - own.h / 2.0;
            let near = own.what == What::Pass && (aim - own.y).abs() <= STEP;
            let blocks = places.columns.get(own.column).into_iter().flatten();
            let free = |b: &Block| {
                b.items.contains(&pass.item)
                    || aim + own.h + ROOM <= b.y
                    || b.y + block_height(b, &places.items) + ROOM <= aim
            };
            let clear = near && blocks.into_iter().all(free);
            let item = pass.item;
            if let Some(own) = places.items.get_mut(item).filter(|_| clear) {
                own.y = aim;
                let column = own.column;
                let blocks = places.columns.get_mut(column).into_iter().flatten();
                blocks
                    .filter(|b| b.items.contains(&item))
                    .for_each(|b| b.y = aim);
                break;
            }
        }
    }
}

/// The height of a block with its frame.
pub(crate) fn block_height(block: &Block, items: &[Item]) -> f64 {
    let own: f64 = block
        .items
        .iter()
        .filter_map(|i| items.get(*i))
        .map(|i| i.h)
        .sum();
    let gaps = INNER * block.items.len().saturating_sub(1) as f64;
    own + gaps + block.group.map_or(0.0, |_| TITLE + PAD)
}

fn distance(a: &Block, b: &Block, items: &[Item]) -> f64 {
    let pass = |b: &Block| {
        let first = b.items.first().and_then(|i| items.get(*i));
        first.is_some_and(|i| i.what == What::Pass)
    };
    match (pass(a), pass(b)) {
        (true, true) => 4.0,
        (false, false) => OUTER,
        _ => BESIDE,
    }
}

/// Places the items of each block of a column below each other.
fn stack(column: usize, places: &mut Places) {
    for block in places.columns.get(column).into_iter().flatten() {
        let mut y = block.y + block.group.map_or(0.0, |_| TITLE);
        for item in &block.items {
            if let Some(item) = places.items.get_mut(*item) {
                item.y = y;
                y += item.h + INNER;
            }
        }
    }
}

/// Moves the blocks of a column as near to what they are joined to as their order and distances allow: the least sum of squares.
fn settle(
    column: usize,
    gaps: Option<(Option<usize>, Option<usize>)>,
    places: &mut Places,
    rows: &BTreeMap<(usize, usize), f64>,
) {
    let wishes = gaps.map(|g| wishes(column, g, places, rows));
    let Some(blocks) = places.columns.get(column) else {
        return;
    };
    let mut offset = 0.0;
    let mut pools: Vec<(f64, f64, usize)> = Vec::new();
    let mut offsets = Vec::new();
    for (n, block) in blocks.iter().enumerate() {
        if let Some(before) = n.checked_sub(1).and_then(|p| blocks.get(p)) {
            offset += block_height(before, &places.items) + distance(before, block, &places.items);
        }
        offsets.push(offset);
        let (move_by, weight) = wishes
            .as_ref()
            .and_then(|w| w.get(&n).copied())
            .unwrap_or((0.0, 0.05));
        let wish = if wishes.is_some() {
            block.y + move_by
        } else {
            offset
        };
        pools.push((wish - offset, weight, 1));
        while let [.., a, b] = pools.as_slice() {
            if a.0 <= b.0 {
                break;
            }
            let weight = a.1 + b.1;
            let merged = ((a.0 * a.1 + b.0 * b.1) / weight, weight, a.2 + b.2);
            pools.truncate(pools.len() - 2);
            pools.push(merged);
        }
    }
    let tops: Vec<f64> = pools
        .iter()
        .flat_map(|(z, _, n)| std::iter::repeat_n(*z, *n))
        .collect();
    let free = |n: &usize| wishes.as_ref().is_some_and(|w| !w.contains_key(n));
    let tops = nestled(tops, &free);
    if let Some(blocks) = places.columns.get_mut(column) {
        for ((block, z), offset) in blocks.iter_mut().zip(tops).zip(offsets) {
            block.y = z + offset;
        }
    }
    stack(column, places);
}

/// Blocks that are joined to nothing stay beside their neighbours, not where the others have left them.
fn nestled(mut tops: Vec<f64>, free: &dyn Fn(&usize) -> bool) -> Vec<f64> {
    for n in 1..tops.len() {
        let before = tops.get(n - 1).copied();
        if let (true, Some(top), Some(before)) = (free(&n), tops.get_mut(n), before) {
            *top = before;
        }
    }
    let first = (0..tops.len()).find(|n| !free(n));
    if let Some((first, top)) = first.and_then(|f| Some((f, *tops.get(f)?))) {
        tops.iter_mut().take(first).for_each(|t| *t = top);
    }
    tops
}

/// How far each block of a column wants to move, and how much.
fn wishes(
    column: usize,
    gaps: (Option<usize>, Option<usize>),
    places: &Places,
    rows: &BTreeMap<(usize, usize), f64>,
) -> BTreeMap<usize, (f64, f64)> {
    let mut block_of: BTreeMap<usize, usize> = BTreeMap::new();
    for (n, block) in places.columns.get(column).into_iter().flatten().enumerate() {
        block_of.extend(block.items.iter().map(|i| (*i, n)));
    }
    let y = |port: &Port| {
        let item = places.items.get(port.item);
        let (top, h) = item.map_or((0.0, 0.0), |i| (i.y, i.h));
        let row = port.row.and_then(|r| rows.get(&(port.item, r)).copied());
        top + row.unwrap_or(h / 2.0)
    };
    let mut sums: BTreeMap<usize, (f64, f64)> = BTreeMap::new();
    let near = [gaps.0, gaps.1].into_iter().flatten();
    for hop in near.flat_map(|gap| places.over(gap)) {
        let (own, far) = if Some(hop.gap) == gaps.1 {
            (&hop.left, &hop.right)
        } else {
            (&hop.right, &hop.left)
        };
        let mean = far.iter().map(y).sum::<f64>() / far.len().max(1) as f64;
        for port in own {
            let Some(block) = block_of.get(&port.item) else {
                continue;
            };
            // A line of its own weighs more than a share of a trunk.
            let weight = 1.0 / own.len().max(1) as f64;
            let entry = sums.entry(*block).or_default();
            entry.0 += (mean - y(port)) * weight;
            entry.1 += weight;
        }
    }
    sums.into_iter()
        .map(|(block, (sum, weight))| (block, (sum / weight, weight.max(0.05))))
        .collect()
}
