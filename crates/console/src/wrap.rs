//! Text that is broken where the screen ends: between words, and inside a word only if it is longer than the line.

use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr};

/// Where a word that is too long is broken rather than anywhere; the first kind that helps.
const JOINTS: [&[char]; 2] = [&['/', ',', ':', '=', '-'], &['.', '_']];

/// Columns that a text takes on a terminal: two for a character of Chinese, Japanese or Korean and for most pictures, none for a mark
/// that is put on the one before.
pub fn width(text: &str) -> usize {
    UnicodeWidthStr::width(text)
}

/// The text in lines of at most `width` columns; as it is if it fits.
pub fn lines(text: &str, width: usize) -> Vec<String> {
    let width = width.max(1);
    text.split('\n').flat_map(|line| one(line, width)).collect()
}

/// The longest word: what a column needs so that no word is broken.
pub fn longest_word(text: &str) -> usize {
    let words = text.split_whitespace();
    words.map(width).max().unwrap_or(0)
}

/// Whether a word is broken at this width where it has no joint.
pub fn tears(text: &str, width: usize) -> bool {
    let is_joint = |c: char| JOINTS.iter().any(|kind| kind.contains(&c));
    let whole = |word: &str| {
        let mut rest = word;
        while !fits(rest, width) {
            let (done, more) = rest.split_at(cut(rest, width));
            let at_joint = done.ends_with(is_joint) || more.starts_with(['/', '=', '-', '.', '_']);
            if !at_joint {
                return false;
            }
            rest = more;
        }
        true
    };
    width > 0 && !text.split_whitespace().all(whole)
}

/// A label, the text after it, and what does not fit below it, indented as far as the label reaches. Ends with a line break.
pub fn hanging(label: &str, text: &str, width: usize) -> String {
    let indent = self::width(label);
    let lines = lines(text, width.saturating_sub(indent).max(16));
    let blanks = format!("\n{}", " ".repeat(indent));
    let shown = format!("{label}{}", lines.join(&blanks));
    shown.trim_end().to_owned() + "\n"
}

/// One character always fits: it cannot be broken.
fn fits(text: &str, width: usize) -> bool {
    self::width(text) <= width || text.chars().nth(1).is_none()
}

fn one(line: &str, width: usize) -> Vec<String> {
    if fits(line, width) {
        return vec![line.to_owned()];
    }
    let mut done = Vec::new();
    let mut open = String::new();
    for word in line.split_whitespace() {
        let mut word = word.to_owned();
        let used = self::width(&open);
        if used > 0 && used + 1 + self::width(&word) <= width {
            open.push(' ');
            open.push_str(&word);
            continue;
        }
        if used > 0 {
            done.push(std::mem::take(&mut open));
        }
        while !fits(&word, width) {
            let rest = word.split_off(cut(&word, width));
            done.push(std::mem::replace(&mut word, rest));
        }
        open = word;
    }
    done.push(open);
    done
}

/// After the last joint that fits, unless that leaves less than half of the line; else where the line ends.
fn cut(word: &str, width: usize) -> usize {
    let mut used = 0;
    let within = |(at, c): &(usize, char)| {
        used += c.width().unwrap_or(0);
        // A column too narrow for one character gets it all the same.
        used <= width || *at == 0
    };
    let ends = word.char_indices().take_while(within);
    let ends: Vec<(usize, char)> = ends.map(|(at, c)| (at + c.len_utf8(), c)).collect();
    let late = ends.iter().skip(ends.len().div_ceil(2).saturating_sub(1));
    let late = late.rev();
    let after = |kind: &[char]| late.clone().find(|(_, c)| kind.contains(c));
    let joint = JOINTS.iter().find_map(|kind| after(kind));
    joint.or(ends.last()).map_or(word.len(), |(at, _)| *at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn breaks_between_words_and_at_joints() {
        for (text, width, expected) in [
            ("as it  is", 9, vec!["as it  is"]),
            ("one two three", 8, vec!["one two", "three"]),
            (
                "a /etc/ssh/sshd_config.d/x",
                14,
                vec!["a", "/etc/ssh/", "sshd_config.d/", "x"],
            ),
            ("0123456789", 4, vec!["0123", "4567", "89"]),
            ("net.ipv4.conf", 10, vec!["net.ipv4.", "conf"]),
            ("größe ähnlich", 7, vec!["größe", "ähnlich"]),
            ("実験室 🏠", 6, vec!["実験室", "🏠"]),
            ("運用計画", 5, vec!["運用", "計画"]),
            ("運用", 1, vec!["運", "用"]),
            ("", 5, vec![""]),
        ] {
            assert_eq!(lines(text, width), expected, "{text}");
        }
    }

    #[test]
    fn words_are_torn_where_they_have_no_joint() {
        for (text, width, expected) in [
            ("home-assistant", 12, true),
            ("home-assistant,", 14, true),
            ("home-assistant, media", 15, false),
            ("ghcr.io/immich-app/server", 12, false),
            ("healthchecks.", 12, false),
            ("one two", 3, false),
        ] {
            assert_eq!(tears(text, width), expected, "{text} at {width}");
        }
    }

    #[test]
    fn what_follows_a_label_hangs_below_it() {
        assert_eq!(
            hanging("  why  ", "one two three four five", 30),
            "  why  one two three four five\n"
        );
        assert_eq!(
            hanging("  why  ", "one two three four five", 28),
            "  why  one two three four\n       five\n"
        );
    }
}
