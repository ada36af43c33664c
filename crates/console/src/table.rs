//! Columns that line up, and that wrap where the screen ends.

use crate::{Paint, Tone, stream, wrap};

/// Blanks between two columns.
const GAP: usize = 2;
/// No column is made narrower than this.
const NARROW: usize = 12;

/// A cell: text and what it means.
type Cell = (String, Option<Tone>);

/// Rows of cells, padded to the widest of each column; where a row does not fit, its widest cells go on below themselves.
#[derive(Debug, Default)]
pub struct Table {
    rows: Vec<Vec<Cell>>,
    /// Columns whose cells stand on the right.
    right: Vec<usize>,
}

impl Table {
    /// A table with a line of headings.
    pub fn headed(heads: &[&str]) -> Self {
        let mut table = Self::default();
        table.row(heads.iter().map(|h| (*h, Some(Tone::Dim))));
        table
    }

    /// Lets the cells of some columns, heading too, stand on the right: quantities are compared by their last digits.
    pub fn right(&mut self, columns: impl IntoIterator<Item = usize>) {
        self.right.extend(columns);
    }

    /// Adds a row.
    pub fn row<S: Into<String>>(&mut self, cells: impl IntoIterator<Item = (S, Option<Tone>)>) {
        // Before anything is measured: what a terminal obeys has no width.
        let clean = |(text, tone): (S, Option<Tone>)| {
            (stream::clean(&text.into(), false).into_owned(), tone)
        };
        self.rows.push(cells.into_iter().map(clean).collect());
    }

    /// The table as text, indented by `indent` blanks.
    pub fn print(&self, paint: Paint, indent: usize) -> String {
        let widths = self.widths(paint, indent);
        let mut text = String::new();
        for row in &self.rows {
            let cells = row.iter().zip(&widths);
            let cells: Vec<(Vec<String>, Option<Tone>, usize)> = cells
                .map(|((text, tone), width)| (wrap::lines(text, *width), *tone, *width))
                .collect();
            let height = cells.iter().map(|(l, ..)| l.len()).max().unwrap_or(0);
            for n in 0..height {
                let mut line = " ".repeat(indent);
                for (column, (lines, tone, width)) in cells.iter().enumerate() {
                    let part = lines.get(n).map_or("", String::as_str);
                    let pad = width.saturating_sub(wrap::width(part));
                    let before = if self.right.contains(&column) { pad } else { 0 };
                    line.push_str(&" ".repeat(before));
                    match tone {
                        Some(tone) if !part.is_empty() => line.push_str(&paint.text(*tone, part)),
                        _ => line.push_str(part),
                    }
                    line.push_str(&" ".repeat(pad - before + GAP));
                }
                text.push_str(line.trim_end());
                text.push('\n');
            }
        }
        text
    }

    /// How many rows have a word that is broken where it has no joint.
    pub fn torn(&self, paint: Paint) -> usize {
        let widths = self.widths(paint, 0);
        let is_torn = |row: &&Vec<Cell>| {
            let mut cells = row.iter().zip(&widths);
            cells.any(|((text, _), width)| wrap::tears(text, *width))
        };
        self.rows.iter().filter(is_torn).count()
    }

    /// The width of each column: its widest cell, but together no more than there is room for. The widest gives way first;
    /// words are broken only if nothing else helps.
    fn widths(&self, paint: Paint, indent: usize) -> Vec<usize> {
        let columns = self.rows.iter().map(Vec::len).max().unwrap_or(0);
        let gaps = GAP * columns.saturating_sub(1);
        let room = paint.width().saturating_sub(indent + gaps);
        let widest = |n: usize, of: &dyn Fn(&str) -> usize| {
            let cells = self.rows.iter().filter_map(|r| r.get(n));
            cells.map(|(t, _)| of(t)).max().unwrap_or(0)
        };
        let line = |t: &str| t.split('\n').map(wrap::width).max().unwrap_or(0);
        let mut widths: Vec<usize> = (0..columns).map(|n| widest(n, &line)).collect();
        let words: Vec<usize> = (0..columns)
            .map(|n| widest(n, &wrap::longest_word).max(NARROW))
            .collect();
        narrow(&mut widths, &words, room);
        if paint.breaks_words() {
            narrow(&mut widths, &vec![NARROW; columns], room);
        }
        widths
    }
}

/// Takes from the widest column that is wider than its least, until all fit or none is left.
fn narrow(widths: &mut [usize], least: &[usize], room: usize) {
    let mut total: usize = widths.iter().sum();
    while total > room {
        let wide = widths.iter_mut().zip(least).filter(|(w, l)| **w > **l);
        let Some((widest, _)) = wide.max_by_key(|(w, _)| **w) else {
            return;
        };
        *widest -= 1;
        total -= 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wide_characters_take_two_columns() {
        let mut table = Table::headed(&["NAME", "NOTE"]);
        for (name, note) in [("実験室 🏠", "a"), ("web", "b"), ("e\u{301}", "c")] {
            table.row([(name, None), (note, None)]);
        }
        let text = table.print(Paint::plain(80), 0);
        assert_eq!(
            text,
            "NAME       NOTE\n実験室 🏠  a\nweb        b\ne\u{301}          c\n"
        );
    }

    #[test]
    fn columns_line_up_with_and_without_colour() {
        let mut table = Table::default();
        table.row([("a", None), ("long cell", Some(Tone::Good)), ("x", None)]);
        table.row([("bbb", None), ("c", Some(Tone::Bad)), ("y", None)]);
        assert_eq!(
            table.print(Paint::plain(80), 2),
            "  a    long cell  x\n  bbb  c          y\n"
        );
        let coloured = table.print(Paint::decide(Some(true)), 0);
        assert_eq!(
            coloured.lines().next(),
            Some("a    \u{1b}[32mlong cell\u{1b}[0m  x")
        );
    }

    #[test]
    fn what_does_not_fit_goes_on_below_itself() {
        let mut table = Table::headed(&["HOST", "WHAT", "WHY"]);
        table.row([
            ("web", None),
            ("unit:holdfast-backup-shop.timer", None),
            (
                "a reason that is longer than what is left of the line",
                None,
            ),
        ]);
        let text = table.print(Paint::plain(60), 0);
        assert_eq!(
            text,
            "HOST  WHAT                             WHY\n\
             web   unit:holdfast-backup-shop.timer  a reason that is\n\
             \x20                                      longer than what is\n\
             \x20                                      left of the line\n"
        );
        for width in [40, 50, 80] {
            let text = table.print(Paint::plain(width), 0);
            assert!(text.lines().all(|l| l.chars().count() <= width), "{text}");
        }
        let text = table.print(Paint::plain(40).piped(), 0);
        assert!(text.contains("unit:holdfast-backup-shop.timer"), "{text}");
    }
}
