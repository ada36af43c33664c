//! Where the value of a key of YAML ends in its line. The line is read once, however many keys it has.

use std::collections::BTreeMap;
use std::ops::Range;

/// The signs of a line that part what stands between brackets.
#[derive(Debug, Default)]
pub(super) struct Line {
    /// The line.
    pub place: Range<usize>,
    /// Each sign's place, and at which one what is open behind it ends: the next comma at its depth, or the bracket that closes it.
    signs: Vec<Sign>,
}

#[derive(Debug)]
struct Sign {
    at: usize,
    next: Option<usize>,
    sign: char,
}

impl Line {
    /// Reads it.
    pub(super) fn of(text: &str, place: Range<usize>) -> Self {
        let mut signs: Vec<(Sign, usize)> = Vec::new();
        let (mut depth, mut quote, mut last) = (0_usize, None, ' ');
        let said = text.get(place.clone()).unwrap_or_default();
        for (n, c) in said.char_indices() {
            match (quote, c) {
                (Some(open), _) => {
                    let ends = open == c && !(c == '"' && last == '\\');
                    quote = quote.filter(|_| !ends);
                }
                // Elsewhere it is a sign of a word: `don't`.
                (None, '"' | '\'') if "{[,:-".contains(last) => quote = Some(c),
                (None, '{' | '[') => depth += 1,
                (None, '}' | ']') => depth = depth.saturating_sub(1),
                (None, _) => {}
            }
            if quote.is_none() && "{}[],".contains(c) {
                let (at, next) = (place.start + n, None);
                signs.push((Sign { at, next, sign: c }, depth));
            }
            if !c.is_whitespace() {
                last = c;
            }
        }
        Self {
            signs: linked(signs, quote.is_some()),
            place,
        }
    }

    /// What stands behind the colon of a key that ends here; nothing if it has none. Outside of brackets that is the rest of the line. A
    /// comma that no other key follows is one of the value.
    pub(super) fn value(&self, text: &str, key: usize) -> Range<usize> {
        let end = self.place.end;
        let behind = self.signs.partition_point(|sign| sign.at < key);
        let mut ends = match behind.checked_sub(1).and_then(|n| self.signs.get(n)) {
            Some(before) => before.next.unwrap_or(end),
            None => end,
        };
        let colon = text.get(key..ends).and_then(|rest| rest.find(':'));
        let Some(colon) = colon.map(|at| key + at + 1) else {
            return end..end;
        };
        while let Some(sign) = self.at(ends).filter(|sign| sign.sign == ',') {
            let next = sign.next.unwrap_or(end);
            let other = text.get(ends + 1..next).unwrap_or_default();
            if other.contains([':', '{', '[']) {
                break;
            }
            ends = next;
        }
        colon..ends
    }

    fn at(&self, place: usize) -> Option<&Sign> {
        let found = self.signs.partition_point(|sign| sign.at < place);
        self.signs.get(found).filter(|sign| sign.at == place)
    }
}

/// Each with the place at which what it stands in goes on or ends. In quotes that nothing ends there may be any sign, so nothing ends
/// there either.
fn linked(signs: Vec<(Sign, usize)>, is_open: bool) -> Vec<Sign> {
    let mut ends: BTreeMap<usize, usize> = BTreeMap::new();
    let mut out: Vec<Sign> = Vec::with_capacity(signs.len());
    for (mut sign, depth) in signs.into_iter().rev() {
        let known = ends.get(&depth).copied();
        sign.next = known.filter(|_| depth > 0 && !is_open);
        match sign.sign {
            ',' => ends.insert(depth, sign.at),
            // It ends what is one deeper, and one that opens is where that begins.
            '}' | ']' => ends.insert(depth + 1, sign.at),
            _ => ends.remove(&depth),
        };
        out.push(sign);
    }
    out.reverse();
    out
}

#[cfg(test)]
mod tests {
    use super::Line;

    #[test]
    fn where_a_value_ends() {
        for (text, want) in [
            ("a: b c, d", " b c, d"),
            ("x: {a: b c, d: e}", " b c"),
            ("x: {a: {b: c, d: [e, f]}, g: h}", " {b: c, d: [e, f]}"),
            ("x: {g: [h, {i: j}], a: b}", " b"),
            ("x: {a: b, c, d e, f: g}", " b, c, d e"),
            ("x: [{a: b}, {c: d}]", " b"),
            ("x: {a: \"b, c: }\", d: e}", " \"b, c: }\""),
            ("x: {a: don't, d: isn't}", " don't"),
            ("x: {a: 'b, c: d}", " 'b, c: d}"),
            ("a: b}, c: d", " b}, c: d"),
            ("x: {y: {a: b", " b"),
            ("x: {a, d: e}", ""),
        ] {
            let line = Line::of(text, 0..text.len());
            let key = text.find('a').unwrap() + 1;
            assert_eq!(&text[line.value(text, key)], want, "{text}");
        }
    }
}
