//! How wide text is, without a font at hand: the widest of the usual sans-serif faces, so that a line never leaves its box.

/// Advance widths of U+0020 to U+007E in thousandths of the font size: the larger of DejaVu Sans and Arial, measured in a browser.
const REGULAR: [u16; 95] = [
    318, 401, 460, 838, 637, 951, 780, 275, 391, 391, 500, 838, 318, 361, 318, 337, 637, 637, 637,
    637, 637, 637, 637, 637, 637, 637, 337, 337, 838, 838, 838, 557, 1016, 685, 687, 723, 771, 667,
    611, 778, 752, 295, 500, 667, 558, 863, 749, 788, 667, 788, 723, 667, 611, 732, 685, 989, 686,
    667, 686, 391, 337, 391, 838, 557, 500, 613, 635, 550, 635, 616, 353, 635, 634, 278, 278, 580,
    278, 975, 634, 612, 635, 635, 412, 521, 393, 634, 592, 818, 592, 592, 525, 637, 337, 637, 838,
];
/// The same of their bold cuts.
const BOLD: [u16; 95] = [
    349, 457, 521, 838, 696, 1002, 873, 307, 458, 458, 523, 838, 380, 416, 380, 366, 696, 696, 696,
    696, 696, 696, 696, 696, 696, 696, 400, 400, 838, 838, 838, 611, 1000, 774, 763, 734, 831, 684,
    684, 821, 837, 373, 557, 775, 638, 996, 837, 851, 733, 851, 771, 721, 683, 813, 774, 1104, 771,
    725, 726, 458, 366, 458, 838, 557, 500, 675, 716, 593, 716, 679, 436, 716, 712, 343, 343, 666,
    343, 1042, 712, 688, 716, 716, 494, 596, 479, 712, 652, 924, 646, 652, 583, 712, 366, 712, 838,
];
/// Any other letter.
const OTHER: u16 = 880;
/// Letters that fill the square.
const SQUARE: u16 = 1040;

/// How text is set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weight {
    /// As usual.
    Regular,
    /// Names and titles.
    Bold,
}

/// The width of a line in pixels, at a size in pixels; real fonts stay at or below it.
pub fn text_width(text: &str, size: f64, weight: Weight) -> f64 {
    let table = match weight {
        Weight::Regular => &REGULAR,
        Weight::Bold => &BOLD,
    };
    let sum: u32 = text.chars().map(|c| u32::from(advance(c, table))).sum();
    f64::from(sum) * size / 1000.0
}

fn advance(c: char, table: &[u16; 95]) -> u16 {
    match c {
        ' '..='~' => {
            let known = table.get(c as usize - 0x20);
            known.copied().unwrap_or(OTHER)
        }
        '\u{a0}' => 360,
        '·' | '°' => 500,
        '–' => 557,
        '→' | '←' | '…' | '—' => 1000,
        _ if (c as u32) >= 0x1100 => SQUARE,
        _ => OTHER,
    }
}

/// Breaks a text into lines that are no wider than `width`: between words, else after `-`, `.`, `/` or `_`, else anywhere.
pub(crate) fn wrap(text: &str, size: f64, weight: Weight, width: f64) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    for piece in pieces(text) {
        let joined = format!("{line}{piece}");
        if text_width(joined.trim_end(), size, weight) <= width {
            line = joined;
            continue;
        }
        // A dot between two parts is not needed where the line ends.
        let whole = line.trim_end_matches([' ', '·']).trim();
        if !whole.is_empty() {
            lines.push(whole.to_owned());
        }
        line = String::new();
        for c in piece.chars() {
            line.push(c);
            if text_width(line.trim_end(), size, weight) > width && line.chars().count() > 1 {
                line.pop();
                lines.push(std::mem::take(&mut line));
                line.push(c);
            }
        }
    }
    if !line.trim().is_empty() || lines.is_empty() {
        lines.push(line.trim().to_owned());
    }
    lines
}

/// Where a line may break: behind each piece.
pub(crate) fn pieces(text: &str) -> Vec<String> {
    let mut out = vec![String::new()];
    for c in text.chars() {
        let c = if c.is_control() { ' ' } else { c };
        if let Some(last) = out.last_mut() {
            last.push(c);
        }
        if matches!(c, ' ' | '-' | '.' | '/' | '_' | '@' | ':') {
            out.push(String::new());
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_keep_to_their_width() {
        for text in [
            "home-assistant",
            "a very long description with words",
            "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
            "写真の保管庫と文書",
            "",
            "x",
        ] {
            let lines = wrap(text, 12.0, Weight::Bold, 60.0);
            assert!(
                lines
                    .iter()
                    .all(|l| text_width(l, 12.0, Weight::Bold) <= 60.0),
                "{lines:?}"
            );
            let letters = |t: &str| t.chars().filter(|c| *c != ' ').collect::<String>();
            assert_eq!(letters(&lines.concat()), letters(text));
        }
    }
}
