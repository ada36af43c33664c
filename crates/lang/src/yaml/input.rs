//! A text as the scanner reads it, a few characters at a time.
//!
//! The scanner asks its input how much it hands out at once, and has room made for so much more behind every scalar. The
//! library's own input of a text says 128 characters; names and figures have ten, and most of the time went into making room.

use saphyr_parser::input::SkipTabs;
use saphyr_parser::{Input, StrInput};

/// As much as the library's reader of characters hands out.
const AT_ONCE: usize = 16;

pub(super) struct Text<'t>(StrInput<'t>);

impl<'t> Text<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self(StrInput::new(text))
    }
}

/// Everything else is the library's.
macro_rules! same {
    ($(fn $name:ident(&self $(, $arg:ident: $of:ty)*) $(-> $out:ty)?;)*) => {
        $(#[inline] fn $name(&self $(, $arg: $of)*) $(-> $out)? { self.0.$name($($arg),*) })*
    };
}
macro_rules! same_mut {
    ($(fn $name:ident(&mut self $(, $arg:ident: $of:ty)*) $(-> $out:ty)?;)*) => {
        $(#[inline] fn $name(&mut self $(, $arg: $of)*) $(-> $out)? { self.0.$name($($arg),*) })*
    };
}

impl Input for Text<'_> {
    fn bufmaxlen(&self) -> usize {
        AT_ONCE
    }

    same! {
        fn buflen(&self) -> usize;
        fn buf_is_empty(&self) -> bool;
        fn peek(&self) -> char;
        fn peek_nth(&self, n: usize) -> char;
        fn peek_opt(&self) -> Option<char>;
        fn next_char_is(&self, c: char) -> bool;
        fn nth_char_is(&self, n: usize, c: char) -> bool;
        fn next_2_are(&self, c1: char, c2: char) -> bool;
        fn next_3_are(&self, c1: char, c2: char, c3: char) -> bool;
        fn next_is_document_indicator(&self) -> bool;
        fn next_is_document_start(&self) -> bool;
        fn next_is_document_end(&self) -> bool;
        fn next_can_be_plain_scalar(&self, in_flow: bool) -> bool;
        fn next_is_blank_or_break(&self) -> bool;
        fn next_is_blank_or_breakz(&self) -> bool;
        fn next_is_blank(&self) -> bool;
        fn next_is_break(&self) -> bool;
        fn next_is_breakz(&self) -> bool;
        fn next_is_z(&self) -> bool;
        fn next_is_flow(&self) -> bool;
        fn next_is_digit(&self) -> bool;
        fn next_is_alpha(&self) -> bool;
    }
    same_mut! {
        fn lookahead(&mut self, count: usize);
        fn raw_read_ch(&mut self) -> char;
        fn raw_read_non_breakz_ch(&mut self) -> Option<char>;
        fn skip(&mut self);
        fn skip_n(&mut self, count: usize);
        fn look_ch(&mut self) -> char;
        fn skip_ws_to_eol(&mut self, skip_tabs: SkipTabs) -> (usize, Result<SkipTabs, &'static str>);
        fn skip_while_non_breakz(&mut self) -> usize;
        fn skip_while_blank(&mut self) -> usize;
        fn fetch_while_is_alpha(&mut self, out: &mut String) -> usize;
        fn fetch_while_is_yaml_non_space(&mut self, out: &mut String) -> usize;
    }
}
