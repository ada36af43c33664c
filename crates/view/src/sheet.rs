//! A table with a title.

use crate::Cell;
use serde::Serialize;

/// A table: each row has one cell per column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Sheet {
    /// What it shows.
    pub title: String,
    /// Heads of the columns.
    pub columns: Vec<&'static str>,
    /// Rows, sorted.
    pub rows: Vec<Vec<Cell>>,
    /// Sums, and what has to be said about them.
    pub notes: Vec<String>,
}

impl Sheet {
    pub(crate) fn new(title: &str, columns: &[&'static str]) -> Self {
        Self {
            title: title.to_owned(),
            columns: columns.to_vec(),
            rows: Vec::new(),
            notes: Vec::new(),
        }
    }

    pub(crate) fn row(&mut self, cells: impl Into<Vec<Cell>>) {
        let cells = cells.into();
        debug_assert_eq!(cells.len(), self.columns.len());
        self.rows.push(cells);
    }

    pub(crate) fn note(&mut self, text: impl Into<String>) {
        self.notes.push(text.into());
    }

    /// Columns of which no row says anything are left out.
    pub(crate) fn without_silence(mut self) -> Self {
        let said = |n: usize| {
            self.rows
                .iter()
                .any(|r| r.get(n).is_some_and(|c| c.how != crate::How::Silent))
        };
        let keep: Vec<bool> = (0..self.columns.len()).map(|n| n == 0 || said(n)).collect();
        let kept = |n: usize| keep.get(n).copied().unwrap_or(true);
        self.columns = filtered(self.columns, kept);
        self.rows = self.rows.into_iter().map(|r| filtered(r, kept)).collect();
        self
    }
}

fn filtered<T>(items: Vec<T>, keep: impl Fn(usize) -> bool) -> Vec<T> {
    let items = items.into_iter().enumerate();
    items.filter(|(n, _)| keep(*n)).map(|(_, i)| i).collect()
}
