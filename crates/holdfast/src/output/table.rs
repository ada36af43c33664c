//! Columns that line up.

use super::{Paint, Tone};

/// A cell: text and what it means.
type Cell = (String, Option<Tone>);

/// Rows of cells, padded to the widest of each column; the last column is not padded.
#[derive(Debug, Default)]
pub(crate) struct Table {
    rows: Vec<Vec<Cell>>,
}

impl Table {
    /// Adds a row.
    pub(crate) fn row<S: Into<String>>(
        &mut self,
        cells: impl IntoIterator<Item = (S, Option<Tone>)>,
    ) {
        self.rows
            .push(cells.into_iter().map(|(s, t)| (s.into(), t)).collect());
    }

    /// The table as text, indented by `indent` blanks.
    pub(crate) fn print(&self, paint: Paint, indent: usize) -> String {
        let columns = self.rows.iter().map(Vec::len).max().unwrap_or(0);
        let width = |n: usize| {
            let cells = self.rows.iter().filter_map(|r| r.get(n));
            cells.map(|(t, _)| t.chars().count()).max().unwrap_or(0)
        };
        let widths: Vec<usize> = (0..columns).map(width).collect();
        let mut text = String::new();
        for row in &self.rows {
            let mut line = " ".repeat(indent);
            for (n, ((cell, tone), width)) in row.iter().zip(&widths).enumerate() {
                let pad = if n + 1 == row.len() {
                    0
                } else {
                    width.saturating_sub(cell.chars().count()) + 2
                };
                line.push_str(&tone.map_or_else(|| cell.clone(), |t| paint.text(t, cell)));
                line.push_str(&" ".repeat(pad));
            }
            text.push_str(line.trim_end());
            text.push('\n');
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::ColorChoice;

    #[test]
    fn columns_line_up_with_and_without_colour() {
        let mut table = Table::default();
        table.row([("a", None), ("long cell", Some(Tone::Good)), ("x", None)]);
        table.row([("bbb", None), ("c", Some(Tone::Bad)), ("y", None)]);
        assert_eq!(
            table.print(Paint::decide(ColorChoice::Never), 2),
            "  a    long cell  x\n  bbb  c          y\n"
        );
        let coloured = table.print(Paint::decide(ColorChoice::Always), 0);
        assert_eq!(
            coloured.lines().next(),
            Some("a    \u{1b}[32mlong cell\u{1b}[0m  x")
        );
    }
}
