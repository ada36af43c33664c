//! PersistentVolumeClaims, and quantities as Kubernetes writes them.

use super::{Row, array, created, place_of, some, text};
use reading::found::Fields;
use serde_json::Value;

pub(super) fn claim(object: &Value) -> Row {
    let read = fields(object);
    read.map_or(Row::Lost, |(key, fields)| Row::Is(key, fields))
}

fn fields(object: &Value) -> Option<(String, Fields)> {
    let (namespace, name) = place_of(object)?;
    let of = |pointer: &str| object.pointer(pointer).and_then(text);
    let bytes = |pointer: &str| object.pointer(pointer).and_then(quantity);
    let modes = array(object, "/spec/accessModes")?.iter();
    let modes: Option<Vec<String>> = modes.map(text).collect();
    let key = format!("{namespace}/{name}");
    let fields = Fields::default()
        .set("namespace", Some(namespace))
        .set("name", Some(name))
        .set("phase", of("/status/phase"))
        .set("class", of("/spec/storageClassName"))
        .set("volume", of("/spec/volumeName"))
        .set("modes", some(modes?))
        .set("wanted", bytes("/spec/resources/requests/storage"))
        .set("size", bytes("/status/capacity/storage"))
        .set("created", created(object));
    Some((key, fields))
}

/// `10Gi`, `1.5T`, `1e9`, `500`: bytes, whole, fractions cut off.
fn quantity(value: &Value) -> Option<i64> {
    let text = value.as_str()?;
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.');
    let (number, suffix) = text.split_at(end.unwrap_or(text.len()));
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let digits = format!("{whole}{fraction}");
    if digits.is_empty() || digits.len() > 25 || fraction.contains('.') {
        return None;
    }
    let digits: i128 = digits.parse().ok()?;
    let below = 10_i128.checked_pow(u32::try_from(fraction.len()).ok()?)?;
    let unit = unit(suffix)?;
    i64::try_from(digits.checked_mul(unit)?.checked_div(below)?).ok()
}

fn unit(suffix: &str) -> Option<i128> {
    let power = |base: i128, n: u32| base.checked_pow(n);
    match suffix {
        "" => Some(1),
        "k" => power(1000, 1),
        "M" => power(1000, 2),
        "G" => power(1000, 3),
        "T" => power(1000, 4),
        "P" => power(1000, 5),
        "E" => power(1000, 6),
        "Ki" => power(1024, 1),
        "Mi" => power(1024, 2),
        "Gi" => power(1024, 3),
        "Ti" => power(1024, 4),
        "Pi" => power(1024, 5),
        "Ei" => power(1024, 6),
        other => {
            let exponent = other.strip_prefix(['e', 'E'])?;
            let exponent = exponent.strip_prefix('+').unwrap_or(exponent);
            power(10, exponent.parse().ok().filter(|n| *n <= 18)?)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn quantities_in_all_their_forms() {
        let rows = [
            ("10Gi", Some(10 << 30)),
            ("1.5Gi", Some(3 << 29)),
            ("500M", Some(500_000_000)),
            ("128974848", Some(128_974_848)),
            ("129e6", Some(129_000_000)),
            ("1E3", Some(1_000)),
            ("2E", Some(2_000_000_000_000_000_000)),
            (".5k", Some(500)),
            ("", None),
            (".", None),
            ("1.2.3", None),
            ("-1", None),
            ("1 Gi", None),
            ("10GB", None),
            ("99999999999999999999999999999", None),
            ("1e99", None),
            ("9Ei", None),
        ];
        for (text, expected) in rows {
            assert_eq!(quantity(&json!(text)), expected, "{text}");
        }
        assert_eq!(quantity(&json!(10)), None);
    }
}
