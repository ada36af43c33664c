//! The frame around what each part of the script prints.
//!
//! A section stands between `@begin NONCE NAME` and `@end NONCE NAME STATUS MESSAGE`. The nonce is new for every call, so no
//! file, name or message on the target can forge a mark. A section without its end is as good as none: what was cut off
//! cannot be told from what is not there.

use model::kleene::Reason;
use std::borrow::Cow;
use std::collections::BTreeMap;

/// What one part of the script printed, whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Section<'a> {
    /// Its standard output.
    pub(super) body: &'a [u8],
    /// Its exit status.
    status: i32,
    /// The first line of its standard error.
    said: String,
}

impl<'a> Section<'a> {
    /// The body as text; bytes that are no UTF-8 become `U+FFFD`.
    pub(super) fn text(&self) -> Cow<'a, str> {
        String::from_utf8_lossy(self.body)
    }
}

/// All whole sections of an output.
#[derive(Debug, Default)]
pub(super) struct Sections<'a>(BTreeMap<String, Section<'a>>);

impl<'a> Sections<'a> {
    /// Takes an output apart; what stands outside of whole sections is left out.
    pub(super) fn read(output: &'a [u8], nonce: &str) -> Self {
        let begin = format!("@begin {nonce} ");
        let end = format!("@end {nonce} ");
        let mut sections = BTreeMap::new();
        let mut open: Option<(String, usize)> = None;
        let mut at = 0;
        // A last line without its end may be cut short and is no mark.
        for line in output
            .split_inclusive(|b| *b == b'\n')
            .filter(|l| l.ends_with(b"\n"))
        {
            let start = at;
            at += line.len();
            if let Some(name) = line.strip_prefix(begin.as_bytes()) {
                open = Some((String::from_utf8_lossy(name).trim_end().to_owned(), at));
            } else if let Some(rest) = line.strip_prefix(end.as_bytes())
                && let Some((name, from)) = open.take()
                && let Some((status, said)) = ending(rest, &name)
            {
                // The line feed before the mark belongs to the mark.
                let body = output.get(from..start - 1).unwrap_or_default();
                sections
                    .entry(name)
                    .or_insert(Section { body, status, said });
            }
        }
        Self(sections)
    }

    /// Takes the last line `unchanged DIGEST` or `inputs DIGEST` off a section that ended well: whether it is unchanged, and the digest.
    pub(super) fn take_mark(&mut self, name: &str) -> Option<(bool, String)> {
        let section = self.0.get_mut(name).filter(|s| s.status == 0)?;
        let line = section.body.strip_suffix(b"\n")?;
        let start = line
            .iter()
            .rposition(|b| *b == b'\n')
            .map_or(0, |at| at + 1);
        let mark = std::str::from_utf8(line.get(start..)?).ok()?;
        let (word, digest) = mark.split_once(' ')?;
        let is_digest = digest.len() == 64 && digest.bytes().all(|b| b.is_ascii_hexdigit());
        let unchanged = match word {
            _ if !is_digest => return None,
            "unchanged" => true,
            "inputs" => false,
            _ => return None,
        };
        section.body = section.body.get(..start)?;
        Some((unchanged, digest.to_owned()))
    }

    /// Makes a section one that tells nothing, and why.
    pub(super) fn refuse(&mut self, name: &str, why: &str) {
        let section = Section {
            body: &[],
            status: -1,
            said: why.to_owned(),
        };
        self.0.insert(name.to_owned(), section);
    }

    /// A section that ended well.
    pub(super) fn get(&self, name: &str) -> Result<&Section<'a>, Reason> {
        match self.0.get(name) {
            None => Err(Reason::new("the answer ended too early")),
            Some(section) if section.status == 0 => Ok(section),
            Some(section) if section.said.is_empty() => Err(Reason::new(format!(
                "reading it ended with status {}",
                section.status
            ))),
            Some(section) => Err(Reason::new(section.said.clone())),
        }
    }
}

/// Status and message of an end mark, if it is the one of `name`.
fn ending(rest: &[u8], name: &str) -> Option<(i32, String)> {
    let text = String::from_utf8_lossy(rest);
    let mut words = text.trim_end_matches('\n').splitn(3, ' ');
    (words.next()? == name).then_some(())?;
    let status = words.next()?.parse().ok()?;
    Some((status, plain(words.next().unwrap_or_default())))
}

/// At most 200 characters without control characters.
pub(super) fn plain(text: &str) -> String {
    let clean: String = text
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .take(200)
        .collect();
    clean.trim().to_owned()
}

/// A text as one word of a shell command.
pub(super) fn quote(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_sections_with_the_right_number_count() {
        let output = b"noise\n\n@begin 7 a\nx\ny\n\n@end 7 a 0 \n\n@begin 7 b\n@end 8 b 0 \n@begin 8 c\n\n@end 7 b 3 no\tway\n\
            \n@begin 7 d\nz\n@end 7 d 0 cut";
        let sections = Sections::read(output, "7");
        assert_eq!(sections.get("a").unwrap().body, b"x\ny\n");
        assert_eq!(sections.get("b"), Err(Reason::new("no way")));
        assert!(sections.get("c").is_err() && sections.get("d").is_err());
        let empty = Sections::read(b"\n@begin 7 a\n\n@end 7 a 0 \n", "7");
        assert_eq!(empty.get("a").unwrap().body, b"");
    }
}
