//! What agents tell, as text that may be kept and shown.

use async_snmp::Value;
use std::net::{Ipv4Addr, Ipv6Addr};

/// Longest text that is kept.
const LONGEST: usize = 256;

/// Text as people wrote it: without what ends it in some agents, in one line, not endless. Empty is none.
pub(super) fn text(value: &Value) -> Option<String> {
    let text = String::from_utf8_lossy(value.as_bytes()?);
    let plain = text.trim_matches(|c: char| c == '\0' || c.is_whitespace());
    let line = plain.chars().map(|c| if c.is_control() { ' ' } else { c });
    let kept: String = line.take(LONGEST).collect();
    Some(kept).filter(|t| !t.is_empty())
}

/// A count, or a number of a list.
pub(super) fn number(value: &Value) -> Option<i64> {
    match value.as_u64() {
        Some(number) => i64::try_from(number).ok(),
        None => value.as_i32().map(i64::from),
    }
}

/// `52:54:00:12:34:56`; anything but six bytes, and nothing but zeros, is none.
pub(super) fn mac(bytes: &[u8]) -> Option<String> {
    let some = bytes.len() == 6 && bytes.iter().any(|b| *b != 0);
    some.then(|| hex(bytes))
}

/// What LLDP calls a chassis or a port by, of these kinds (IEEE 802.1AB, 9.5.2.2 and 9.5.3.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Id {
    Chassis,
    Port,
}

/// Such a name, as text.
pub(super) fn id(of: Id, kind: Option<&Value>, value: &Value) -> Option<String> {
    let bytes = value.as_bytes()?;
    match (of, kind.and_then(number)) {
        (Id::Chassis, Some(4)) | (Id::Port, Some(3)) => mac(bytes),
        (Id::Chassis, Some(5)) | (Id::Port, Some(4)) => address(bytes),
        _ => match std::str::from_utf8(bytes) {
            Ok(_) => text(value),
            Err(_) => Some(hex(bytes.get(..64).unwrap_or(bytes))),
        },
    }
}

/// The family of IANA, and the address.
fn address(bytes: &[u8]) -> Option<String> {
    match bytes.split_first()? {
        (1, rest) => Some(Ipv4Addr::from(<[u8; 4]>::try_from(rest).ok()?).to_string()),
        (2, rest) => Some(Ipv6Addr::from(<[u8; 16]>::try_from(rest).ok()?).to_string()),
        (_, rest) => Some(hex(rest.get(..64).unwrap_or(rest))).filter(|t| !t.is_empty()),
    }
}

fn hex(bytes: &[u8]) -> String {
    let pairs: Vec<String> = bytes.iter().map(|b| format!("{b:02x}")).collect();
    pairs.join(":")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(bytes: &'static [u8]) -> Value {
        Value::OctetString(bytes.into())
    }

    #[test]
    fn names_of_lldp() {
        let rows: [(Id, i32, &'static [u8], Option<&str>); 8] = [
            (
                Id::Chassis,
                4,
                &[2, 0, 0, 0, 0, 1],
                Some("02:00:00:00:00:01"),
            ),
            (Id::Chassis, 4, &[2, 0, 0], None),
            (Id::Port, 3, &[2, 0, 0, 0, 0, 1], Some("02:00:00:00:00:01")),
            (Id::Port, 5, b"eno1", Some("eno1")),
            (Id::Chassis, 5, &[1, 192, 0, 2, 1], Some("192.0.2.1")),
            (Id::Chassis, 5, &[1, 192, 0, 2], None),
            (Id::Port, 7, &[0xff, 0xfe], Some("ff:fe")),
            (Id::Port, 7, b"", None),
        ];
        for (of, kind, bytes, expected) in rows {
            let kind = Value::Integer(kind);
            let found = id(of, Some(&kind), &told(bytes));
            assert_eq!(found.as_deref(), expected, "{of:?} {bytes:?}");
        }
    }

    #[test]
    fn texts_are_one_line_of_bounded_length() {
        assert_eq!(text(&told(b" a\r\nb\0\0")).as_deref(), Some("a  b"));
        assert_eq!(text(&told(b"\0\0")), None);
        let long = vec![b'x'; 10_000];
        let long = Value::OctetString(long.into());
        assert_eq!(text(&long).map(|t| t.len()), Some(LONGEST));
        assert_eq!(text(&Value::Integer(1)), None);
    }
}
