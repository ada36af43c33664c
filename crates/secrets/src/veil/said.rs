//! Takes hidden words out of what is said.

/// What a word is besides a value that is hidden somewhere: a password may be the name of what it is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Known {
    /// The name of something that is declared, or of a product.
    Name,
    /// A word of the program's own texts.
    Word,
}

/// Where a word is taken out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fit {
    /// Also where it is a part of another word, unless it has letters alone.
    Anywhere,
    /// Only where it stands by itself.
    Whole,
}

/// The text with stars for a word. Whoever has set a name of the lab as a password has hidden nothing by it, and a message without that
/// name helps nobody: there the word goes only where it stands as a value. A word of the program itself goes also where somebody's text
/// is repeated, which is in quotes.
pub(super) fn without(text: &str, secret: &str, known: Option<Known>, fit: Fit) -> String {
    let mut out = String::with_capacity(text.len());
    let mut end = 0;
    for (at, _) in text.match_indices(secret) {
        let (before, after) = (text.get(..at), text.get(at + secret.len()..));
        let (before, after) = (before.unwrap_or_default(), after.unwrap_or_default());
        let is_bound = fit == Fit::Whole || secret.chars().all(char::is_alphabetic);
        let place = at..at + secret.len();
        let stays = is_bound && !diag::stands_alone(text, place)
            || match known {
                None => false,
                Some(Known::Name) => !is_value(before, after),
                Some(Known::Word) => !is_value(before, after) && !is_quoted(before, after),
            };
        out.push_str(text.get(end..at).unwrap_or_default());
        out.push_str(if stays { secret } else { "***" });
        end = at + secret.len();
    }
    out + text.get(end..).unwrap_or_default()
}

/// Behind the name of a secret, or between a login and a machine.
fn is_value(before: &str, after: &str) -> bool {
    let quote = |c: char| c == ' ' || "\"'`\\".contains(c);
    let named = before.trim_end_matches(quote).strip_suffix(['=', ':']);
    let name = named.map(|text| {
        let bare = text.trim_end_matches(quote);
        let part = |c: char| c.is_alphanumeric() || "_.-".contains(c);
        bare.get(bare.trim_end_matches(part).len()..)
            .unwrap_or_default()
    });
    let is_login = before.ends_with(':') && after.starts_with('@');
    is_login || name.is_some_and(|name| diag::misspelt(name).is_some())
}

fn is_quoted(before: &str, after: &str) -> bool {
    let quotes = ['"', '\'', '`'];
    before.ends_with(quotes) || after.starts_with(quotes)
}

#[cfg(test)]
mod tests {
    use super::{Fit, Known, without};

    #[test]
    fn names_stay_where_they_are_names() {
        for (text, known, want) in [
            ("'cloud' of cloud/x", None, "'***' of ***/x"),
            ("clouds of cloudy", None, "clouds of cloudy"),
            (
                "stack 'cloud': https://x.org/cloud",
                Some(Known::Name),
                "stack 'cloud': https://x.org/cloud",
            ),
            (
                "'PW=cloud' of cloud",
                Some(Known::Name),
                "'PW=***' of cloud",
            ),
            (
                "'password: \"cloud\"' of cloud",
                Some(Known::Name),
                "'password: \"***\"' of cloud",
            ),
            ("jo:cloud@cloud", Some(Known::Name), "jo:***@cloud"),
            ("a cloud of 'cloud'", Some(Known::Word), "a cloud of '***'"),
            (
                "token=cloud in a cloud",
                Some(Known::Word),
                "token=*** in a cloud",
            ),
        ] {
            assert_eq!(without(text, "cloud", known, Fit::Anywhere), want, "{text}");
        }
        for (fit, want) in [(Fit::Anywhere, "x***x ***"), (Fit::Whole, "xk7w!x ***")] {
            assert_eq!(without("xk7w!x k7w!", "k7w!", None, fit), want);
        }
    }
}
