//! Texts of several kinds, whole numbers, truth values and dates.

use super::duration::Duration;
use super::slip;
use crate::declare::{
    Lines, Pattern, SECRET_IN_CLEAR, Says, Value, ValueForm, Wrong, serde_as_text,
};
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
    /// Files inside of the lab tree, from its root: `?` and `*` stand for characters of one name, `**` for any folders, `{a,b}` for either,
    /// `[a-z]` for one character.
    PathGlob("path-glob", "a pattern of files below the lab tree, such as stacks/*/lab.yaml", ["stacks/*/lab.yaml", "teams/**/*.yaml"], Regex "^[^/~].*$")
    |t| t.len() <= 1_000 && !t.starts_with('~') && t.split('/').all(|p| !matches!(p, "" | "." | ".."))
}

text! {
    /// A mail address.
    Mail("mail", "a mail address such as anna@example.org", ["anna@example.org"], Regex "^[^\\s@]+@[^\\s@]+$")
    |t| t.split_once('@').is_some_and(|(user, host)| {
        !user.is_empty() && !host.is_empty() && !host.contains('@') && !t.contains(char::is_whitespace)
    })
}

/// A web address, without a password.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Url(pub String);

impl Url {
    fn is_url(text: &str) -> bool {
        let scheme = |s: &str| {
            s.starts_with(|c: char| c.is_ascii_lowercase())
                && s.chars()
                    .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || "+.-".contains(c))
        };
        !text.contains(char::is_whitespace)
            && text
                .split_once("://")
                .is_some_and(|(s, rest)| scheme(s) && !rest.is_empty() && !rest.starts_with('/'))
    }

    /// A host without a scheme is what a browser opens by HTTPS; what else is meant by a text is not told.
    fn meant(text: &str) -> Option<String> {
        let host = text.split(['/', ':']).next().unwrap_or_default();
        let dotted = host.contains('.') && !host.starts_with('.') && !host.ends_with('.');
        let whole = format!("https://{text}");
        (dotted && Self::is_url(&whole) && !text.contains("://")).then_some(whole)
    }

    /// The number behind its host, if that is no port.
    fn odd_port(text: &str) -> Option<&str> {
        let (_, rest) = text.split_once("://")?;
        let authority = rest.split(['/', '?', '#']).next()?;
        let (host, port) = authority.rsplit_once(':')?;
        // Within brackets it is a part of an address.
        let number = !port.is_empty() && port.bytes().all(|b| b.is_ascii_digit());
        let good = port.parse::<u16>().is_ok_and(|p| p > 0);
        (number && !good && host.contains('[') == host.contains(']')).then_some(port)
    }

    /// `scheme://user:password@host`.
    fn has_password(text: &str) -> bool {
        let authority = text
            .split_once("://")
            .and_then(|(_, rest)| rest.split('/').next());
        let user = authority
            .and_then(|a| a.rsplit_once('@'))
            .map(|(user, _)| user);
        user.is_some_and(|u| u.contains(':'))
    }
}

impl Value for Url {
    const FORM: ValueForm = ValueForm {
        name: "url",
        doc: "A web address, without a password.",
        what: "a URL such as https://wiki.home.arpa/",
        examples: &["https://wiki.home.arpa/"],
        pattern: Pattern::Regex("^[a-z][a-z0-9+.-]*://(?![^/]*:[^/]*@)[^\\s/]\\S*$"),
    };

    fn parse(text: &str) -> Result<Self, Wrong> {
        if Self::has_password(text) {
            let says = Says::Whole("the URL has a password in clear text".to_owned());
            let mut wrong = Wrong::saying(SECRET_IN_CLEAR, says);
            wrong.help = Some("remove it here, and change it: it stays in the history".to_owned());
            return Err(wrong);
        }
        if let Some(port) = Self::odd_port(text) {
            let mut wrong = Wrong::new(format!("has the port {port}"));
            wrong.help = Some("ports are numbers from 1 to 65535".to_owned());
            return Err(wrong);
        }
        match Self::is_url(text) {
            true => Ok(Self(text.to_owned())),
            false => Err(Wrong::of::<Self>().maybe(Self::meant(text))),
        }
    }
}

impl fmt::Display for Url {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

serde_as_text!(Url);

/// What is asked by HTTP: a web address with `http` or `https`, without a password.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HttpUrl(pub Url);

impl Value for HttpUrl {
    const FORM: ValueForm = ValueForm {
        name: "http-url",
        doc: "A web address that is asked by HTTP, without a password.",
        what: "a URL such as https://wiki.home.arpa/",
        examples: &["https://wiki.home.arpa/"],
        pattern: Pattern::Regex("^https?://(?![^/]*:[^/]*@)[^\\s/]\\S*$"),
    };

    fn parse(text: &str) -> Result<Self, Wrong> {
        let url = Url::parse(text)?;
        let (scheme, rest) = text.split_once("://").unwrap_or_default();
        if ["http", "https"].contains(&scheme) {
            return Ok(Self(url));
        }
        let near = slip::word(scheme, &["https", "http"]);
        let mut wrong = Wrong::new("is not asked by HTTP");
        wrong.help =
            Some("write a URL with 'https://' or 'http://', or a port: '{tcp: 21}'".to_owned());
        Err(wrong.maybe(near.map(|s| format!("{s}://{rest}"))))
    }
}

impl fmt::Display for HttpUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

serde_as_text!(HttpUrl);

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
        number.ok_or_else(|| {
            // `10h` and `5 years`: what is counted here is said by the key.
            let end = text.find(|c: char| !c.is_ascii_digit());
            let (number, rest) = text.split_at(end.unwrap_or(text.len()));
            let unit = rest.trim_start().starts_with(|c: char| c.is_alphabetic());
            let alone = number.parse::<Self>().ok().filter(|_| unit);
            Wrong {
                help: alone.map(|n| format!("write the number alone: {n}")),
                ..Wrong::of::<Self>()
            }
        })
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

/// What to write where something else than one day stands.
fn day_wanted(text: &str) -> Option<String> {
    if let Some((first, last)) = slip::period(text) {
        return Some(format!(
            "one day is wanted: write '{first}', '{last}' or the day that is meant"
        ));
    }
    let numbers = text.split(['.', '/', '-', ' ']);
    if numbers.clone().count() == 3 && numbers.clone().all(slip::is_bare) {
        return Some("year, month, day: there is no such day".to_owned());
    }
    let length = slip::duration(text).and_then(|d| Duration::parse(&d).ok())?;
    Some(format!(
        "a day is wanted and not a length of time: write the one on which the {length} are over"
    ))
}

impl Value for Date {
    const FORM: ValueForm = ValueForm {
        name: "date",
        doc: "A day, `2027-01-31`.",
        what: "a date such as 2027-01-31",
        examples: &["2027-01-31"],
        pattern: Pattern::Regex(
            // The last part is the 29th of February, of a year that has it.
            "^([0-9]{4}-(02-(0[1-9]|1[0-9]|2[0-8])|(0[469]|11)-(0[1-9]|[12][0-9]|30)|(0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01]))|([0-9]{2}(0[48]|[2468][048]|[13579][26])|([02468][048]|[13579][26])00)-02-29)$",
        ),
    };

    fn parse(text: &str) -> Result<Self, Wrong> {
        let numbers: Vec<&str> = text.split('-').collect();
        let digits = |n: &str, of: usize| n.len() == of && n.bytes().all(|b| b.is_ascii_digit());
        let slip = || {
            let wrong = Wrong::of::<Self>();
            match slip::dates(text).as_slice() {
                [] => Wrong {
                    help: day_wanted(text),
                    ..wrong
                },
                [one] => wrong.meant(one.clone()),
                more => Wrong {
                    help: Some(format!("year, month, day: write '{}'", more.join("' or '"))),
                    ..wrong
                },
            }
        };
        let [year, month, day] = numbers.as_slice() else {
            return Err(slip());
        };
        if !(digits(year, 4) && digits(month, 2) && digits(day, 2)) {
            return Err(slip());
        }
        text.parse().map_err(|_| {
            let first = format!("{year}-{month}-01").parse::<Self>();
            Wrong::new(match first {
                Ok(first) => format!(
                    "is no day: {year}-{month} has the days 01 to {}",
                    first.days_in_month()
                ),
                Err(_) => "is no day: months are 01 to 12".to_owned(),
            })
        })
    }
}
