//! Sizes, durations and command lines, as Compose reads them.

/// Bytes: a number with an optional unit of 1024 (`512m`, `1.5 GiB`).
pub(super) fn bytes(text: &str) -> Option<i64> {
    let last = text.rfind(|c: char| c.is_ascii_digit() || matches!(c, '.' | ' '))?;
    let (number, suffix) = (text.get(..=last)?, text.get(last + 1..)?);
    let number: f64 = number.strip_suffix(' ').unwrap_or(number).parse().ok()?;
    if number < 0.0 || !number.is_finite() {
        return None;
    }
    let suffix = suffix.to_ascii_lowercase();
    let unit = match suffix.as_str() {
        "" | "b" => "",
        s => s
            .strip_suffix("ib")
            .or_else(|| s.strip_suffix('b'))
            .unwrap_or(s),
    };
    let power = match unit {
        "" if !suffix.starts_with('i') => 0,
        "k" => 1,
        "m" => 2,
        "g" => 3,
        "t" => 4,
        "p" => 5,
        _ => return None,
    };
    let bytes = number * 1024_f64.powi(power);
    #[allow(
        clippy::cast_possible_truncation,
        reason = "a float saturates when it is cast"
    )]
    let bytes = bytes as i64;
    Some(bytes)
}

/// Nanoseconds: numbers with units in a row (`1m30s`, `1.5h`), or `0`.
pub(super) fn duration(text: &str) -> Option<i64> {
    let (sign, mut rest) = match text.strip_prefix('-') {
        Some(rest) => (-1.0, rest),
        None => (1.0, text.strip_prefix('+').unwrap_or(text)),
    };
    if rest == "0" {
        return Some(0);
    }
    if rest.is_empty() {
        return None;
    }
    let mut total = 0.0_f64;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let number = rest.get(..digits)?;
        let number = if number.ends_with('.') {
            number.trim_end_matches('.')
        } else {
            number
        };
        let number: f64 = number.parse().ok()?;
        rest = rest.get(digits..)?;
        let letters = rest
            .find(|c: char| c.is_ascii_digit() || c == '.')
            .unwrap_or(rest.len());
        total += number * unit(rest.get(..letters)?)?;
        rest = rest.get(letters..)?;
    }
    if total > 9.2e18 {
        return None;
    }
    #[allow(clippy::cast_possible_truncation, reason = "the range was looked at")]
    let nanoseconds = (sign * total).round() as i64;
    Some(nanoseconds)
}

fn unit(name: &str) -> Option<f64> {
    Some(match name {
        "ns" => 1.0,
        "us" | "µs" | "μs" => 1e3,
        "ms" => 1e6,
        "s" => 1e9,
        "m" => 60e9,
        "h" => 3600e9,
        _ => return None,
    })
}

/// The words of a command line; what stands behind an operator of a shell is dropped, as Compose does. `None` if a quote
/// or bracket does not match.
pub(super) fn words(line: &str) -> Option<Vec<String>> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut state = Quotes::default();
    let mut got = false;
    for c in line.chars() {
        if std::mem::take(&mut state.escaped) {
            word.push(c);
            got = true;
            continue;
        }
        match c {
            '\\' if !state.single => state.escaped = true,
            ' ' | '\t' | '\r' | '\n' if !state.any() => {
                if std::mem::take(&mut got) {
                    words.push(std::mem::take(&mut word));
                }
            }
            '`' if !state.single && !state.double && !state.dollar => {
                state.back = !state.back;
                word.push(c);
                got = true;
            }
            ')' if !state.single && !state.double && !state.back => {
                state.dollar = !state.dollar;
                word.push(c);
                got = true;
            }
            '(' if !state.single && !state.double && !state.back => {
                if state.dollar || !word.ends_with('$') {
                    return None;
                }
                state.dollar = true;
                word.push(c);
                got = true;
            }
            '"' if !state.single && !state.dollar => {
                state.double = !state.double;
                got = true;
            }
            '\'' if !state.double && !state.dollar => {
                state.single = !state.single;
                got = true;
            }
            ';' | '&' | '|' | '<' | '>' if !state.any() => {
                let number = word.starts_with(|d: char| d.is_ascii_digit());
                got = got && !(c == '>' && number);
                break;
            }
            _ => {
                word.push(c);
                got = true;
            }
        }
    }
    if got {
        words.push(word);
    }
    (!state.escaped && !state.any()).then_some(words)
}

/// What is open in a command line.
#[derive(Default)]
struct Quotes {
    escaped: bool,
    single: bool,
    double: bool,
    back: bool,
    dollar: bool,
}

impl Quotes {
    fn any(&self) -> bool {
        self.single || self.double || self.back || self.dollar
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes() {
        for (text, expected) in [
            ("512", Some(512)),
            ("1k", Some(1024)),
            ("1.5gb", Some(1_610_612_736)),
            ("2 MiB", Some(2_097_152)),
            ("10b", Some(10)),
            ("1gx", None),
            ("1ib", None),
            ("", None),
            ("-1", None),
            ("x", None),
        ] {
            assert_eq!(bytes(text), expected, "{text}");
        }
    }

    #[test]
    fn durations() {
        for (text, expected) in [
            ("1m30s", Some(90_000_000_000)),
            ("1.5h", Some(5_400_000_000_000)),
            ("0", Some(0)),
            ("-1s", Some(-1_000_000_000)),
            ("10", None),
            ("1d", None),
            ("", None),
            ("s", None),
        ] {
            assert_eq!(duration(text), expected, "{text}");
        }
    }

    #[test]
    fn command_lines() {
        for (line, expected) in [
            ("a  b", Some(vec!["a", "b"])),
            ("sh -c \"a b\" 'c d'", Some(vec!["sh", "-c", "a b", "c d"])),
            ("a\\ b", Some(vec!["a b"])),
            ("echo a; b | c", Some(vec!["echo", "a"])),
            ("echo $(a b)", Some(vec!["echo", "$(a b)"])),
            ("a \"\"", Some(vec!["a", ""])),
            ("\"a", None),
            ("a (b)", None),
            ("a\\", None),
            ("a)", None),
        ] {
            let expected: Option<Vec<String>> =
                expected.map(|w| w.into_iter().map(str::to_owned).collect());
            assert_eq!(words(line), expected, "{line}");
        }
    }
}
