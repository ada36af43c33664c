//! The one way out: what a verb says on standard output, and beside it on standard error.
//!
//! Text for people passes through [`clean`], whatever it was made of, so that no name in a lab tree and no word of the command line
//! moves the cursor of a terminal. Output that cannot be written ends no verb half-way: it is remembered, and [`lost`] says why.

use diag::render;
use std::borrow::Cow;
use std::io::{self, ErrorKind, IsTerminal as _, Write as _};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

/// Why standard output takes no more.
static LOST: Mutex<Option<io::Error>> = Mutex::new(None);
/// Whether this program colours what it prints.
static COLOURED: AtomicBool = AtomicBool::new(false);

/// Text for people, with `format!`'s arguments.
#[macro_export]
macro_rules! out {
    ($($text:tt)*) => { $crate::stream::text(&format!($($text)*)) };
}

/// The same, a line of it.
#[macro_export]
macro_rules! outln {
    () => { $crate::stream::text("\n") };
    ($($text:tt)*) => { $crate::stream::text(&(format!($($text)*) + "\n")) };
}

/// A line of JSON.
#[macro_export]
macro_rules! dataln {
    ($($text:tt)*) => { $crate::stream::json(&(format!($($text)*) + "\n")) };
}

/// Text for people beside the output.
#[macro_export]
macro_rules! err {
    ($($text:tt)*) => { $crate::stream::aside(&format!($($text)*)) };
}

/// The same, a line of it.
#[macro_export]
macro_rules! errln {
    () => { $crate::stream::aside("\n") };
    ($($text:tt)*) => { $crate::stream::aside(&(format!($($text)*) + "\n")) };
}

/// Colours of this program pass from now on; without this, no escape sequence does.
pub fn coloured() {
    COLOURED.store(true, Ordering::Relaxed);
}

/// Text for people, on standard output.
pub fn text(text: &str) {
    write(clean(text, COLOURED.load(Ordering::Relaxed)).as_bytes());
}

/// JSON, on standard output. What a terminal would obey can stand in its strings only, where it has another spelling.
pub fn json(text: &str) {
    if text.is_ascii() || !text.contains(|c| obeyed(c) && !c.is_ascii_control()) {
        return write(text.as_bytes());
    }
    let spell = |c: char| match obeyed(c) && !matches!(c, '\n' | '\t') {
        true => format!("\\u{:04x}", u32::from(c)),
        false => c.to_string(),
    };
    write(text.chars().map(spell).collect::<String>().as_bytes());
}

/// The bytes of what could be a file, on standard output: as they are, unless a terminal would read them.
pub fn exact(bytes: &[u8]) {
    if io::stdout().is_terminal() {
        return text(&String::from_utf8_lossy(bytes));
    }
    write(bytes);
}

/// Text for people, on standard error. Where that cannot be written there is nobody left to tell.
pub fn aside(text: &str) {
    let text = clean(text, COLOURED.load(Ordering::Relaxed));
    let _ = io::stderr().write_all(text.as_bytes());
}

fn write(bytes: &[u8]) {
    let mut lost = LOST.lock().unwrap_or_else(PoisonError::into_inner);
    if lost.is_some() {
        return;
    }
    let mut out = io::stdout().lock();
    *lost = out.write_all(bytes).and_then(|()| out.flush()).err();
}

/// Why standard output takes no more, if it does not: the kind of fault, and its words.
pub fn lost() -> Option<(ErrorKind, String)> {
    let lost = LOST.lock().unwrap_or_else(PoisonError::into_inner);
    lost.as_ref().map(|why| (why.kind(), why.to_string()))
}

/// Whether a terminal acts on a character, or turns the text around it.
fn obeyed(c: char) -> bool {
    c.is_control() || render::turns_text(c)
}

/// Text without what a terminal would obey, apart from line breaks, tabs and, if `coloured`, the colours of this program.
pub fn clean(text: &str, coloured: bool) -> Cow<'_, str> {
    let harmless = |c: char| !obeyed(c) || matches!(c, '\n' | '\t');
    if text.chars().all(harmless) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let colour = if coloured { colour(rest) } else { 0 };
        let line_end = usize::from(rest.starts_with("\r\n"));
        let (kept, after) = rest.split_at(colour.max(line_end));
        out.push_str(kept);
        rest = after;
        if kept.is_empty() {
            out.push(if harmless(c) {
                c
            } else {
                char::REPLACEMENT_CHARACTER
            });
            rest = rest.get(c.len_utf8()..).unwrap_or_default();
        }
    }
    Cow::Owned(out)
}

/// The length of the colour that a text begins with: `ESC [ 1 ; 31 m`; none that would hide the text or let it blink.
fn colour(text: &str) -> usize {
    let Some(codes) = text.strip_prefix("\u{1b}[") else {
        return 0;
    };
    let Some((codes, _)) = codes.split_once('m') else {
        return 0;
    };
    let shown = |code: &str| {
        matches!(
            code.parse(),
            Ok(0_u8..=4 | 22..=24 | 30..=37 | 39 | 90..=97)
        ) || code.is_empty()
    };
    let whole = match codes.strip_prefix("38;5;") {
        Some(number) => number.parse::<u8>().is_ok(),
        None => codes.split(';').all(shown),
    };
    if whole { codes.len() + 3 } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::clean;

    #[test]
    fn a_terminal_obeys_nothing_but_colours() {
        for (text, coloured, want) in [
            ("größe\tab\n\r\n", false, "größe\tab\n\r\n"),
            ("\u{1b}[31mred\u{1b}[0m", true, "\u{1b}[31mred\u{1b}[0m"),
            (
                "\u{1b}[38;5;12mx\u{1b}[1;91my",
                true,
                "\u{1b}[38;5;12mx\u{1b}[1;91my",
            ),
            ("\u{1b}[31mred", false, "\u{fffd}[31mred"),
            ("a\u{1b}[2Jb\u{1b}[8mc", true, "a\u{fffd}[2Jb\u{fffd}[8mc"),
            ("\u{1b}]0;m\u{7}", true, "\u{fffd}]0;m\u{fffd}"),
            (
                "x\ry\u{9b}2Jz\u{202e}w\u{7f}",
                true,
                "x\u{fffd}y\u{fffd}2Jz\u{fffd}w\u{fffd}",
            ),
            ("\u{1b}", true, "\u{fffd}"),
        ] {
            assert_eq!(clean(text, coloured), want, "{text:?}");
        }
    }
}
