//! What a value in clear text is, as sops counts it in the MAC: YAML 1.2 core types with the older forms that go-yaml v3
//! accepts, and how Go writes them.

use super::Format;
use super::tree::Scalar;

/// The bytes of a value in the MAC; none for null.
pub(super) fn counted(scalar: &Scalar, format: Format) -> Option<String> {
    if !scalar.plain {
        return Some(scalar.text.clone());
    }
    let text = scalar.text.as_str();
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return None,
        "true" | "True" | "TRUE" => return Some("True".to_owned()),
        "false" | "False" | "FALSE" => return Some("False".to_owned()),
        ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" => return Some("+Inf".to_owned()),
        "-.inf" | "-.Inf" | "-.INF" => return Some("-Inf".to_owned()),
        ".nan" | ".NaN" | ".NAN" => return Some("NaN".to_owned()),
        _ => {}
    }
    let number = match format {
        // Numbers of JSON are floating point there, whatever they look like.
        Format::Json => text.parse::<f64>().ok().map(|n| n.to_string()),
        Format::Yaml | Format::Dotenv => {
            whole(text).or_else(|| float(text)).or_else(|| moment(text))
        }
    };
    Some(number.unwrap_or_else(|| text.to_owned()))
}

fn whole(text: &str) -> Option<String> {
    let plain = text.replace('_', "");
    let (sign, digits) = match plain.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", plain.strip_prefix('+').unwrap_or(&plain)),
    };
    let radix = |prefix: [&str; 2], radix: u32| {
        let rest = prefix.iter().find_map(|p| digits.strip_prefix(p))?;
        i128::from_str_radix(rest, radix).ok()
    };
    let plain_digits = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    let value = radix(["0x", "0X"], 16)
        .or_else(|| radix(["0o", "0O"], 8))
        .or_else(|| radix(["0b", "0B"], 2))
        .or_else(
            || match digits.strip_prefix('0').filter(|r| !r.is_empty()) {
                Some(octal) if plain_digits => i128::from_str_radix(octal, 8).ok(),
                _ if plain_digits => digits.parse().ok(),
                _ => None,
            },
        )?;
    let value = if sign == "-" { -value } else { value };
    i64::try_from(value).ok().map(|v| v.to_string())
}

fn float(text: &str) -> Option<String> {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    let shape = digits.starts_with(|c: char| c.is_ascii_digit() || c == '.')
        && digits.bytes().any(|b| b.is_ascii_digit())
        && digits
            .bytes()
            .all(|b| b.is_ascii_digit() || b".eE+-".contains(&b));
    let number: f64 = text.parse().ok().filter(|_| shape)?;
    Some(number.to_string())
}

/// Dates are times of day in Go.
fn moment(text: &str) -> Option<String> {
    if let Ok(day) = text.parse::<jiff::civil::Date>() {
        return (text.len() == 10).then(|| format!("{day}T00:00:00Z"));
    }
    let begins = text.as_bytes().get(4) == Some(&b'-') && text.parse::<jiff::Timestamp>().is_ok();
    begins.then(|| text.to_owned())
}
