//! QR codes as a path of squares.

use qrcode::{Color, EcLevel, QrCode};
use std::fmt::Write as _;

/// Blank modules around a code, ISO/IEC 18004.
pub(super) const QUIET: usize = 4;

/// A code, in modules.
pub(super) struct Symbol {
    /// Modules along a side, with the blank ones around it.
    pub(super) side: usize,
    /// The dark ones as an SVG path, one unit per module.
    pub(super) path: String,
}

/// The code of a text, with 15 % of it restorable; `None` if the text is longer than a code can be.
pub(super) fn symbol(text: &str) -> Option<Symbol> {
    let code = QrCode::with_error_correction_level(text, EcLevel::M).ok()?;
    let width = code.width();
    let mut path = String::new();
    for (y, row) in code.to_colors().chunks(width).enumerate() {
        let mut x = 0;
        for run in row.chunk_by(|a, b| a == b) {
            if run.first() == Some(&Color::Dark) {
                let _ = write!(
                    path,
                    "M{} {}h{}v1h-{}z",
                    x + QUIET,
                    y + QUIET,
                    run.len(),
                    run.len()
                );
            }
            x += run.len();
        }
    }
    Some(Symbol {
        side: width + 2 * QUIET,
        path,
    })
}
