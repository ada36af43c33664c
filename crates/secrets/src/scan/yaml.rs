//! The values of a YAML or JSON text and the names they stand under, wherever a value begins: on the next line, in a block, behind a
//! tag or an anchor. A text that breaks off is read up to there. An alias of a text is that text under another name, where it was written;
//! those of maps and lists stand for what was read there.

use saphyr_parser::{Event, Parser, ScalarStyle};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;

/// Tags of values that say where the value is.
const REFERENCES: [&str; 10] = [
    "secret",
    "vault",
    "env",
    "env_var",
    "Ref",
    "Sub",
    "GetAtt",
    "include",
    "file",
    "encrypted",
];
/// Keys of maps whose values are ciphertexts: of a SealedSecret of Kubernetes.
const SEALED: [&str; 1] = ["encryptedData"];
/// Deeper nesting than people write.
const MAX_DEPTH: usize = 64;
/// Every so many signs, where one begins is remembered.
const STEP: usize = 64;

/// A text of a YAML text.
pub(super) struct Value<'a> {
    /// The key that it stands under, or that the list stands under which it is an item of.
    pub name: &'a str,
    /// What it says.
    pub text: &'a str,
    /// Its bytes, without quotes.
    pub span: Range<usize>,
    /// It is written in quotes or as a block.
    pub quoted: bool,
    /// It is a ciphertext.
    pub is_sealed: bool,
    /// The key that its map stands under.
    pub under: &'a str,
    /// Which map it stands in, counted in the order in which they begin.
    pub map: usize,
    /// Which map holds that map.
    pub map_above: usize,
    /// What it stands in, the outermost first; nothing of a pair of `name` and `value`.
    holders: &'a [Frame],
}

impl Value<'_> {
    /// The keys on the way to it, the outermost first, without its own. A list has the one that it stands under.
    pub(super) fn way(&self) -> impl DoubleEndedIterator<Item = &str> {
        let below = self.holders.iter().skip(1);
        below.map(|frame| frame.under.as_str())
    }
}

/// Something that is still open.
#[derive(Default)]
struct Frame {
    is_map: bool,
    /// Of a map: the key that waits for its value.
    key: Option<String>,
    /// Of a list: the key that it stands under.
    under: String,
    /// It stands somewhere below a key of ciphertexts.
    is_sealed: bool,
    /// Its number, and that of the one which holds it.
    number: usize,
    above: usize,
    /// Of a map that is one pair: what stands under its `name` and `value`.
    name: Option<String>,
    value: Option<(String, Range<usize>, bool)>,
}

/// Gives every value to `each`, and says whether all of the text was read.
pub(super) fn values(text: &str, mut each: impl FnMut(&Value<'_>)) -> bool {
    // Asked once: it reads all of the text.
    let is_ascii = text.is_ascii();
    // Of a few signs alone: a large text has many.
    let marks: Vec<usize> = match is_ascii {
        true => Vec::new(),
        false => text
            .char_indices()
            .step_by(STEP)
            .map(|(at, _)| at)
            .collect(),
    };
    let byte = |index: usize| match is_ascii {
        true => index.min(text.len()),
        false => {
            let near = marks.get(index / STEP).copied().unwrap_or(text.len());
            let mut signs = text.get(near..).unwrap_or_default().char_indices();
            signs
                .nth(index % STEP)
                .map_or(text.len(), |(at, _)| near + at)
        }
    };
    let mut stack: Vec<Frame> = Vec::new();
    let mut number = 0;
    let mut anchors: BTreeMap<usize, (String, Range<usize>, bool)> = BTreeMap::new();
    let mut parser = Parser::new_from_str(text);
    while let Some(event) = parser.next_event() {
        let Ok((event, at)) = event else { return false };
        match event {
            Event::Scalar(said, style, anchor, tag) => {
                let refers = tag.is_some_and(|t| REFERENCES.contains(&&*t.suffix));
                let said = if refers { Cow::default() } else { said };
                let span = byte(at.start.index())..byte(at.end.index());
                let span = bare(text, span, style);
                let quoted = style != ScalarStyle::Plain;
                // All others have none.
                if anchor > 0 {
                    let anchored = (said.to_string(), span.clone(), quoted);
                    anchors.insert(anchor, anchored);
                }
                scalar(&mut stack, (&said, span, quoted), &mut each);
            }
            Event::Alias(anchor) => {
                if let Some((said, span, quoted)) = anchors.get(&anchor) {
                    scalar(&mut stack, (said, span.clone(), *quoted), &mut each);
                } else if let Some(top) = stack.last_mut().filter(|top| top.is_map) {
                    top.key = match top.key.take() {
                        Some(_) => None,
                        None => Some(String::new()),
                    };
                }
            }
            Event::SequenceStart(..) | Event::MappingStart(..) => {
                if stack.len() >= MAX_DEPTH {
                    return false;
                }
                number += 1;
                let is_map = matches!(event, Event::MappingStart(..));
                open(&mut stack, is_map, number);
            }
            Event::SequenceEnd | Event::MappingEnd => {
                if let Some(frame) = stack.pop() {
                    pair(frame, &mut each);
                }
            }
            _ => {}
        }
    }
    true
}

/// What a map says that is one pair.
fn pair(frame: Frame, each: &mut impl FnMut(&Value<'_>)) {
    if let (Some(name), Some((text, span, quoted))) = (&frame.name, frame.value) {
        each(&Value {
            name,
            text: &text,
            span,
            quoted,
            is_sealed: false,
            under: &frame.under,
            map: frame.number,
            map_above: frame.above,
            holders: &[],
        });
    }
}

/// Where ciphertexts stand that only a cluster can open.
pub(super) fn sealed(text: &str) -> Vec<Range<usize>> {
    let mut out = Vec::new();
    if SEALED.iter().any(|key| text.contains(key)) {
        values(text, |value| {
            if value.is_sealed {
                out.push(value.span.clone());
            }
        });
    }
    out
}

fn open(stack: &mut Vec<Frame>, is_map: bool, number: usize) {
    let under = match stack.last_mut() {
        // A list or a map may itself be a key.
        Some(top) if top.is_map => match top.key.take() {
            None => {
                top.key = Some(String::new());
                None
            }
            key => key,
        },
        Some(top) => Some(top.under.clone()),
        None => None,
    };
    let under = under.unwrap_or_default();
    let is_sealed = stack.last().is_some_and(|top| top.is_sealed);
    let above = stack.last().map_or(0, |top| top.number);
    stack.push(Frame {
        is_map,
        is_sealed: is_sealed || SEALED.contains(&under.as_str()),
        under,
        number,
        above,
        ..Frame::default()
    });
}

fn scalar(
    stack: &mut [Frame],
    (text, span, quoted): (&str, Range<usize>, bool),
    each: &mut impl FnMut(&Value<'_>),
) {
    let key = match stack.last_mut() {
        None => Some(String::new()),
        Some(top) if !top.is_map => Some(top.under.clone()),
        Some(top) => top.key.take(),
    };
    if let Some(key) = &key {
        let none = Frame::default();
        let top = stack.last().unwrap_or(&none);
        each(&Value {
            name: key,
            text,
            span: span.clone(),
            quoted,
            is_sealed: top.is_sealed,
            under: &top.under,
            map: top.number,
            map_above: top.above,
            holders: stack,
        });
    }
    let Some(top) = stack.last_mut().filter(|top| top.is_map) else {
        return;
    };
    let Some(key) = key else {
        top.key = Some(text.to_owned());
        return;
    };
    match key.as_str() {
        "name" | "key" | "Name" => top.name = Some(text.to_owned()),
        "value" | "Value" => top.value = Some((text.to_owned(), span, quoted)),
        _ => {}
    }
}

/// Without its tag and anchor, its quotes, and the head of its block.
fn bare(text: &str, mut span: Range<usize>, style: ScalarStyle) -> Range<usize> {
    let mut said = text.get(span.clone()).unwrap_or_default();
    while said.starts_with(['!', '&']) {
        let end = said.find(char::is_whitespace).unwrap_or(said.len());
        said = said.get(end..).unwrap_or_default().trim_start();
        span.start = span.end - said.len();
    }
    let quotes = |said: &str, sign: char| {
        let inner = said.strip_prefix(sign).map(|s| (1, s));
        let (lead, inner) = inner.unwrap_or((0, said));
        span.start + lead..span.start + lead + inner.strip_suffix(sign).unwrap_or(inner).len()
    };
    match style {
        ScalarStyle::DoubleQuoted => quotes(said, '"'),
        ScalarStyle::SingleQuoted => quotes(said, '\''),
        ScalarStyle::Literal | ScalarStyle::Folded => {
            let head = match said.starts_with(['|', '>']) {
                true => said.find('\n').unwrap_or(said.len()),
                false => 0,
            };
            let body = said.get(head..).unwrap_or_default();
            let start = span.start + head + (body.len() - body.trim_start().len());
            start..start + body.trim().len()
        }
        ScalarStyle::Plain => span,
    }
}
