//! Where the lines of a text begin, and how many characters stand before a byte of it.

use std::ops::Range;
use std::sync::OnceLock;

/// Characters are counted from the nearest of these many bytes on, so that a place far along one long line costs no more than another.
const STEP: usize = 256;

/// An index of one text, made when the first place is asked for, which for most texts is never. It is asked with that text, or with one
/// that has the same bytes per line.
#[derive(Debug, Clone, Default)]
pub struct Lines(OnceLock<Index>);

#[derive(Debug, Clone)]
struct Index {
    /// First bytes of lines.
    starts: Vec<u32>,
    /// Characters before every so many bytes.
    characters: Vec<u32>,
}

/// What was counted of a text says nothing that the text does not.
impl PartialEq for Lines {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Lines {}

impl Lines {
    fn index(&self, text: &str) -> &Index {
        self.0.get_or_init(|| Index::of(text))
    }

    /// The number of the line that a byte is in, from 1.
    pub fn number(&self, text: &str, byte: usize) -> usize {
        let at = |start: &u32| *start as usize <= byte;
        self.index(text).starts.partition_point(at)
    }

    /// From the begin of the first line of a place to the end of its last, without what ends it.
    pub fn around(&self, text: &str, place: Range<usize>) -> Range<usize> {
        let starts = &self.index(text).starts;
        let first = self.number(text, place.start).saturating_sub(1);
        let next = self.number(text, place.end);
        let start = starts.get(first).map_or(0, |s| *s as usize);
        let end = starts.get(next).map_or(text.len(), |s| *s as usize - 1);
        start..end
    }

    /// Whether a line that a place touches has more bytes than this.
    pub fn is_wide(&self, text: &str, place: Range<usize>, most: usize) -> bool {
        let starts = &self.index(text).starts;
        let first = self.number(text, place.start).saturating_sub(1);
        let last = self.number(text, place.end);
        (first..last).any(|n| {
            let start = starts.get(n).map_or(text.len(), |s| *s as usize);
            let end = starts.get(n + 1).map_or(text.len(), |s| *s as usize - 1);
            end.saturating_sub(start) > most
        })
    }

    /// The character of its line that begins at a byte, from 1; none inside of a character.
    pub fn column(&self, text: &str, byte: usize) -> Option<usize> {
        let index = self.index(text);
        let start = self.around(text, byte..byte).start;
        let inside = text.is_char_boundary(byte) && start <= byte;
        inside.then(|| index.before(text, byte) - index.before(text, start) + 1)
    }
}

impl Index {
    fn of(text: &str) -> Self {
        let clip = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        let ends = memchr::memchr_iter(b'\n', text.as_bytes());
        let mut counted = 0;
        let blocks = text.as_bytes().chunks(STEP).map(|block| {
            let before = counted;
            counted += count(block);
            clip(before)
        });
        Self {
            characters: blocks.collect(),
            starts: std::iter::once(0)
                .chain(ends.map(|at| clip(at + 1)))
                .collect(),
        }
    }

    /// Characters that begin before a byte.
    fn before(&self, text: &str, byte: usize) -> usize {
        let block = byte / STEP;
        let whole = self.characters.get(block).map(|n| *n as usize);
        // A text that ends with a block has none for the byte behind it.
        let (whole, from) = match whole {
            Some(whole) => (whole, block * STEP),
            None => {
                let last = self.characters.len().saturating_sub(1);
                let whole = self.characters.get(last).copied().unwrap_or_default();
                (whole as usize, last * STEP)
            }
        };
        whole + text.as_bytes().get(from..byte).map_or(0, count)
    }
}

/// Characters that begin in these bytes of UTF-8.
fn count(bytes: &[u8]) -> usize {
    bytes.iter().filter(|b| **b & 0xc0 != 0x80).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_index_says_what_counting_says() {
        let long = "ü€x".repeat(STEP);
        let exact = "x".repeat(STEP);
        let texts = ["", "\n", "a\r\nb", "a\n\nb\n", &long, &exact];
        let several = format!("{long}\n{exact}\n\n{long}");
        for text in texts.into_iter().chain([several.as_str()]) {
            let lines = Lines::default();
            for at in (0..=text.len()).filter(|at| text.is_char_boundary(*at)) {
                let before = &text[..at];
                let start = before.rfind('\n').map_or(0, |n| n + 1);
                let end = text[at..].find('\n').map_or(text.len(), |n| at + n);
                let line = before.matches('\n').count() + 1;
                let column = text[start..at].chars().count() + 1;
                assert_eq!(lines.number(text, at), line);
                assert_eq!(lines.column(text, at), Some(column), "{at} of {text:?}");
                assert_eq!(lines.around(text, at..at), start..end);
                assert!(lines.is_wide(text, at..at, 0) == (end > start));
            }
        }
        assert_eq!(Lines::default().column("ü", 1), None);
    }
}
