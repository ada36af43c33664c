//! Texts of several kinds, whole numbers, truth values and dates.

use crate::declare::{Lines, Pattern, Value, ValueForm, Wrong, serde_as_text};
use jiff::civil::Date;
use std::fmt;

impl Value for String {
    const FORM: ValueForm = ValueForm {
        name: "text",
        doc: "One line of text.",
        what: "one line of text",
        examples: &[],
        pattern: Pattern::Text,
    };

    fn parse(text: &str) -> Result<Self, Wrong> {
        Ok(text.to_owned())
    }
}

/// Declares a text of some shape.
macro_rules! text {
    ($(#[doc = $doc:literal])* $name:ident($word:literal, $what:literal, [$($example:literal),*], $how:ident $regex:literal) $test:expr) => {
        $(#[doc = $doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub String);

        impl Value for $name {
            const FORM: ValueForm = ValueForm {
                name: $word,
                doc: concat!($($doc),*),
                what: $what,
                examples: &[$($example),*],
                pattern: Pattern::$how($regex),
            };

            fn parse(text: &str) -> Result<Self, Wrong> {
                let test: fn(&str) -> bool = $test;
                match test(text) {
                    true => Ok(Self(text.to_owned())),
                    false => Err(Wrong::of::<Self>()),
                }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        serde_as_text!($name);
    };
}

text! {
    /// A name or other single word: letters, digits, '-', '_' and '.'.
    Name("name", "one word of letters, digits, '-', '_' and '.'", ["web", "dns-1"], Number "^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$")
    |t| t.len() <= 63 && t.starts_with(|c: char| c.is_ascii_alphanumeric())
        && t.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c))
}

text! {
    /// An absolute path on a machine, in its shortest form.
    AbsolutePath("absolute-path", "an absolute path in its shortest form, such as /srv/data", ["/srv/data"], Regex "^/([^/].*)?$")
    |t| t == "/" || t.strip_prefix('/').is_some_and(|r| r.split('/').all(|p| !matches!(p, "" | "." | "..")))
}

text! {
    /// A path inside of the lab tree, from its root.
    LabPath("lab-path", "a path below the lab tree, such as stacks/wiki/compose.yaml", ["stacks/wiki/compose.yaml"], Regex "^[^/].*$")
    |t| t.split('/').all(|p| !matches!(p, "" | "." | ".."))
}

text! {
    /// A web address.
    Url("url", "a URL such as https://wiki.home.arpa/", ["https://wiki.home.arpa/"], Regex "^[a-z][a-z0-9+.-]*://[^\\s/]+\\S*$")
    |t| t.split_once("://").is_some_and(|(scheme, rest)| {
        scheme.starts_with(|c: char| c.is_ascii_lowercase())
            && scheme.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || "+.-".contains(c))
            && !rest.is_empty() && !rest.starts_with('/')
            && !rest.contains(char::is_whitespace)
    })
}

text! {
    /// A mail address.
    Mail("mail", "a mail address such as anna@example.org", ["anna@example.org"], Regex "^[^\\s@]+@[^\\s@]+$")
    |t| t.split_once('@').is_some_and(|(user, host)| {
        !user.is_empty() && !host.is_empty() && !host.contains('@') && !t.contains(char::is_whitespace)
    })
}

/// Text of one or more lines.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Prose(pub String);

impl Value for Prose {
    const FORM: ValueForm = ValueForm {
        name: "prose",
        doc: "Text of one or more lines.",
        what: "text",
        examples: &[],
        pattern: Pattern::Text,
    };
    const LINES: Lines = Lines::Many;

    fn parse(text: &str) -> Result<Self, Wrong> {
        match text.trim().is_empty() {
            true => Err(Wrong::new("is empty")),
            false => Ok(Self(text.trim().to_owned())),
        }
    }
}

impl fmt::Display for Prose {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

serde_as_text!(Prose);

impl Value for u32 {
    const FORM: ValueForm = ValueForm {
        name: "number",
        doc: "A whole number.",
        what: "a whole number",
        examples: &["4"],
        pattern: Pattern::Whole,
    };

    fn parse(text: &str) -> Result<Self, Wrong> {
        let shape = text == "0" || !text.starts_with('0');
        let digits = text.chars().all(|c| c.is_ascii_digit());
        let number = text.parse().ok().filter(|_| shape && digits);
        number.ok_or_else(Wrong::of::<Self>)
    }
}

impl Value for bool {
    const FORM: ValueForm = ValueForm {
        name: "flag",
        doc: "`true` or `false`; `yes` and `no` mean the same.",
        what: "true or false",
        examples: &["true", "false"],
        pattern: Pattern::Flag,
    };

    fn parse(text: &str) -> Result<Self, Wrong> {
        match text.to_ascii_lowercase().as_str() {
            "true" | "yes" => Ok(true),
            "false" | "no" => Ok(false),
            _ => Err(Wrong::of::<Self>()),
        }
    }
}

impl Value for Date {
    const FORM: ValueForm = ValueForm {
        name: "date",
        doc: "A day, `2027-01-31`.",
        what: "a date such as 2027-01-31",
        examples: &["2027-01-31"],
        pattern: Pattern::Regex("^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$"),
    };

    fn parse(text: &str) -> Result<Self, Wrong> {
        let shape = text.len() == 10 && text.chars().all(|c| c.is_ascii_digit() || c == '-');
        let date = text.parse().ok().filter(|_| shape);
        date.ok_or_else(Wrong::of::<Self>)
    }
}
