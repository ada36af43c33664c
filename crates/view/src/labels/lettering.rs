//! How wide a text is, without a font to measure it by.
//!
//! Widths are those of wide sans-serif fonts (DejaVu Sans), rounded up; in narrower ones, such as Helvetica, the text ends earlier. So what fits here
//! fits on paper.

/// The width of a text in a font of size 1.
pub(super) fn width(text: &str) -> f64 {
    text.chars().map(advance).sum()
}

fn advance(c: char) -> f64 {
    match c {
        'i' | 'l' | 'j' | 'I' | '.' | ',' | ':' | ';' | '\'' | '|' | '!' | ' ' => 0.33,
        'f' | 't' | 'r' | '(' | ')' | '[' | ']' | '/' | '-' | '\\' => 0.42,
        'm' | 'M' | 'w' | 'W' | '%' | '@' | '…' | '→' => 1.0,
        'a'..='z' | '0'..='9' => 0.64,
        'A'..='Z' => 0.79,
        '_' | '+' | '=' | '<' | '>' | '~' | '#' | '*' | '"' | '?' | '$' | '&' => 0.84,
        '\u{80}'..='\u{24f}' => 0.84,
        // Letters of most other scripts; wide ones of East Asia fill their square.
        _ => 1.0,
    }
}

/// A text in a size in which it fits.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Fitted {
    pub(super) text: String,
    pub(super) size: f64,
}

/// The text at the largest size up to `size` in which it is at most `room` wide; below `least` its middle is left out.
pub(super) fn fit(text: &str, room: f64, size: f64, least: f64) -> Fitted {
    let natural = width(text);
    let fitting = (room / natural.max(0.01)).min(size);
    if fitting >= least {
        return Fitted {
            text: text.to_owned(),
            size: fitting,
        };
    }
    let chars: Vec<char> = text.chars().collect();
    let shortened = |kept: usize| {
        let head: String = chars.iter().take(kept.div_ceil(2)).collect();
        let tail: String = chars.iter().skip(chars.len() - kept / 2).collect();
        format!("{head}…{tail}")
    };
    let best = (0..chars.len()).rev().map(shortened);
    let text = best.into_iter().find(|t| width(t) * least <= room);
    Fitted {
        text: text.unwrap_or_default(),
        size: least,
    }
}

/// A line in its size; one that would have to be small is broken into several, between words or behind commas.
pub(super) fn lines(text: &str, room: f64, size: f64) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    for word in text.split_inclusive(' ') {
        match out.last_mut() {
            Some(line) if width(&format!("{line}{}", word.trim_end())) * size <= room => {
                line.push_str(word);
            }
            _ => out.push(word.to_owned()),
        }
    }
    out.into_iter().map(|l| l.trim_end().to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_fitted_fits() {
        for text in [
            "pve1",
            "a-host-with-a-name-of-sixty-three-characters-which-is-the-most-it",
            "W".repeat(200).as_str(),
            "漢字漢字漢字漢字漢字漢字",
            "",
        ] {
            for room in [5.0, 24.0, 36.0] {
                let fitted = fit(text, room, 4.0, 1.8);
                assert!(
                    width(&fitted.text) * fitted.size <= room + 1e-9,
                    "{fitted:?}"
                );
                assert!(fitted.size <= 4.0, "{fitted:?}");
            }
        }
    }

    #[test]
    fn the_ends_of_a_long_text_stay() {
        let fitted = fit("WD-WCC4N0123456789ABCDEF", 12.0, 4.0, 1.8);
        assert!(fitted.text.starts_with("WD-"), "{fitted:?}");
        assert!(
            fitted.text.contains('…') && fitted.text.ends_with("EF"),
            "{fitted:?}"
        );
    }

    #[test]
    fn lines_break_between_words() {
        assert_eq!(
            lines("bought 2026-01-19, warranty 2028-01-19", 30.0, 2.5).len(),
            2
        );
        assert_eq!(lines("short", 30.0, 2.5), ["short"]);
    }
}
