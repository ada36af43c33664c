//! Character index to byte offset.

/// Every so many characters the byte offset is kept: little memory, and few characters to walk.
const STRIDE: usize = 64;

/// Byte offsets of a text's characters. The YAML scanner counts characters, spans count bytes.
pub(super) struct Offsets<'a> {
    text: &'a str,
    /// Byte offset of characters 0, 64, 128, …; empty if all characters are one byte long.
    marks: Vec<usize>,
}

impl<'a> Offsets<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        let marks = if text.is_ascii() {
            Vec::new()
        } else {
            text.char_indices()
                .step_by(STRIDE)
                .map(|(byte, _)| byte)
                .collect()
        };
        Self { text, marks }
    }

    /// The byte where the character with this index begins; the text's length if there is none.
    pub(super) fn byte(&self, index: usize) -> usize {
        if self.marks.is_empty() {
            return index.min(self.text.len());
        }
        let Some(mark) = self.marks.get(index / STRIDE) else {
            return self.text.len();
        };
        let rest = self.text.get(*mark..).unwrap_or("");
        rest.char_indices()
            .nth(index % STRIDE)
            .map_or(self.text.len(), |(byte, _)| mark + byte)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_of_characters() {
        for text in ["", "abc", &"aéx→".repeat(100)] {
            let offsets = Offsets::new(text);
            for (index, (byte, _)) in text.char_indices().enumerate() {
                assert_eq!(offsets.byte(index), byte);
            }
            assert_eq!(offsets.byte(100_000), text.len());
        }
    }
}
