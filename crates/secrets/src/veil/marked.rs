//! Variables as made-up words: a text with such words in the place of its variables is looked through as any other, and what is found to be
//! a secret there says which of them are. So a variable is a secret wherever a word would be one, in all formats that are known.

use std::ops::Range;

/// What stands in a text for one value, and the variables that it may be of: `${A:-${B}}`.
pub(super) struct Region<'t> {
    range: Range<usize>,
    pub(super) variables: Vec<&'t str>,
}

/// What stands around the number of a region.
#[derive(Debug, Clone, Copy)]
pub(super) struct Form(&'static str, &'static str);

/// As a machine makes it: found wherever a secret may be.
pub(super) const RANDOM: Form = Form("hFq7Zk", "Wn9Xv4RtYc3M");
/// A word of letters alone: found only where every word is a secret.
pub(super) const WORD: Form = Form("trom", "putz");
/// The letters of a number: no text of a size that is read has more variables.
const DIGITS: usize = 6;

/// All of a text, in its order and apart from each other.
pub(super) fn regions(text: &str) -> Vec<Region<'_>> {
    let mut out = Vec::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        if line.contains('$') {
            // Of a bracket that does not end in its line only the name is the variable.
            let found = of_line(line, start, Brackets::Nested);
            let found = found.or_else(|| of_line(line, start, Brackets::Alone));
            out.extend(found.unwrap_or_default());
        }
        start += line.len();
    }
    out
}

/// The text with words of this form in the place of these.
pub(super) fn marked(text: &str, regions: &[Region<'_>], form: Form) -> String {
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for (number, region) in regions.iter().enumerate() {
        out.push_str(text.get(at..region.range.start).unwrap_or_default());
        out.push_str(form.0);
        out.extend(format!("{number:0DIGITS$}").chars().map(letter));
        out.push_str(form.1);
        at = region.range.end;
    }
    out + text.get(at..).unwrap_or_default()
}

/// The numbers of the regions whose words stand in a part of such a text.
pub(super) fn numbers(part: &str, form: Form) -> impl Iterator<Item = usize> {
    part.match_indices(form.0).filter_map(move |(at, _)| {
        let (number, rest) = part.get(at + form.0.len()..)?.split_at_checked(DIGITS)?;
        let digit = |b: u8| b.checked_sub(b'a').filter(|n| *n < 10).map(usize::from);
        let number = number
            .bytes()
            .try_fold(0, |sum, b| Some(sum * 10 + digit(b)?))?;
        rest.starts_with(form.1).then_some(number)
    })
}

/// The letter that stands for a digit.
fn letter(digit: char) -> char {
    digit
        .to_digit(10)
        .and_then(|n| char::from_digit(n + 10, 20))
        .unwrap_or(digit)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Brackets {
    /// One may hold others.
    Nested,
    /// What stands behind the name is looked at as if it stood outside.
    Alone,
}

/// The brackets that are open.
#[derive(Default)]
struct Open<'t> {
    /// Whether what stands in each is a part of the value: what is said where a variable is missing is none.
    counts: Vec<bool>,
    begins: usize,
    variables: Vec<&'t str>,
}

/// Those of a line; nothing if a bracket is open at its end.
fn of_line(line: &str, start: usize, brackets: Brackets) -> Option<Vec<Region<'_>>> {
    let mut out = Vec::new();
    let mut open = Open::default();
    let mut at = 0;
    let ends = |at: usize| line.as_bytes().get(at).copied();
    while let Some(sign) = ends(at) {
        let is_variable = sign == b'$' && ends(at + 1) != Some(b'$');
        if sign == b'}' && open.counts.pop().is_some() && open.counts.is_empty() {
            out.push(Region {
                range: start + open.begins..start + at + 1,
                variables: std::mem::take(&mut open.variables),
            });
        }
        let begin = at;
        at += if sign == b'$' && !is_variable { 2 } else { 1 };
        if !is_variable {
            continue;
        }
        let has_bracket = ends(at) == Some(b'{');
        let name = name(
            line.get(at + usize::from(has_bracket)..)
                .unwrap_or_default(),
        );
        if name.is_empty() {
            continue;
        }
        at += usize::from(has_bracket) + name.len();
        let rest = line.get(at..).unwrap_or_default();
        let counts = open.counts.last().copied().unwrap_or(true);
        // With this sign it only says whether the other value is taken.
        let is_asked = has_bracket && rest.trim_start_matches(':').starts_with('+');
        if has_bracket && brackets == Brackets::Nested {
            if open.counts.is_empty() {
                open.begins = begin;
            }
            let is_said = rest.trim_start_matches(':').starts_with('?');
            open.variables.extend((counts && !is_asked).then_some(name));
            open.counts.push(counts && !is_said);
        } else if !open.counts.is_empty() {
            open.variables.extend(counts.then_some(name));
        } else {
            at += usize::from(has_bracket && rest.starts_with('}'));
            let variables = Vec::from_iter((!is_asked).then_some(name));
            let range = start + begin..start + at;
            out.push(Region { range, variables });
        }
    }
    open.counts.is_empty().then_some(out)
}

fn name(text: &str) -> &str {
    let part = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let end = text.find(|c| !part(c)).unwrap_or(text.len());
    let name = text.get(..end).unwrap_or_default();
    match name.starts_with(|c: char| c.is_ascii_digit()) {
        true => "",
        false => name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_become_words() {
        for (text, want, variables) in [
            ("a: ${A} $B.", "a: <0> <1>.", "A B"),
            ("${A:-${B:-$C}}-$$D", "<0>-$$D", "A+B+C"),
            ("${A:+${B}} ${A:?say $B}!", "<0> <1>!", "B A"),
            ("${A x ${B}\n$C", "<0> x <1>\n<2>", "A B C"),
            ("$1 ${} $(x) ${2}", "$1 ${} $(x) ${2}", ""),
            ("$$${A}", "$$<0>", "A"),
        ] {
            let found = regions(text);
            let shown = marked(text, &found, Form("<", ">"));
            let shown = shown.replace("aaaaa", "").replace("<a", "<0");
            let shown = shown.replace("<b", "<1").replace("<c", "<2");
            assert_eq!(shown, want, "{text}");
            let of: Vec<String> = found.iter().map(|r| r.variables.join("+")).collect();
            assert_eq!(of.join(" "), variables, "{text}");
            let all = marked(text, &found, WORD);
            let all: Vec<usize> = numbers(&all, WORD).collect();
            assert_eq!(all, Vec::from_iter(0..found.len()), "{text}");
        }
    }
}
