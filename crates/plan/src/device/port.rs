//! Which interface of a device a declared port is. Ports are declared by the number that is printed beside them; devices call them `gi1/0/3`,
//! `swp3` or `Port 3`.

use super::text;
use model::declare::OptExt as _;
use model::fact::{FactKind, TargetFacts};
use model::lab::device::Port;
use model::value::Value;

/// Types that are sockets for cables: Ethernet, and what some agents still call fast and gigabit Ethernet (IANAifType-MIB).
const SOCKETS: [i64; 4] = [6, 62, 69, 117];

pub(super) enum Match<'f> {
    /// Its name and what is known of it.
    Is(&'f str, &'f Value),
    Missing,
    Unknown(String),
}

/// The interface of a declared port; `gap` says why not all are known.
pub(super) fn find<'f>(
    facts: &'f TargetFacts,
    name: &str,
    declared: &Port,
    gap: Option<String>,
) -> Match<'f> {
    let all = || facts.items(FactKind::DevicePort);
    let own = declared.interface.known();
    let found: Vec<(&str, &Value)> = match own {
        Some(own) => {
            let descr = |v: &Value| text(v, "descr") == Some(own.as_str());
            all().filter(|(key, v)| key == own || descr(v)).collect()
        }
        None => {
            let exact: Vec<_> = all()
                .filter(|(k, _)| k.eq_ignore_ascii_case(name))
                .collect();
            match exact.is_empty() {
                false => exact,
                true => all()
                    .filter(|(key, v)| is_socket(v) && ends_in(key, name))
                    .collect(),
            }
        }
    };
    match (found.as_slice(), gap) {
        ([(key, value)], _) => Match::Is(key, value),
        ([], Some(why)) => Match::Unknown(why),
        ([], None) => Match::Missing,
        (several, _) => {
            let names: Vec<&str> = several.iter().take(4).map(|(key, _)| *key).collect();
            let names = names.join(", ");
            Match::Unknown(format!("it may be {names}: say which by its `interface`"))
        }
    }
}

/// Whether what a device calls one of its ports is the port of this number, or of this very name.
pub(super) fn is_called(told: &str, name: &str, interface: Option<&str>) -> bool {
    match interface {
        Some(own) => told == own,
        None => told.eq_ignore_ascii_case(name) || ends_in(told, name),
    }
}

fn is_socket(value: &Value) -> bool {
    let kind = value.field("type").and_then(Value::as_int);
    kind.is_none_or(|kind| SOCKETS.contains(&kind))
}

/// `gi1/0/3` ends in `3`, and `gi1/0/13` does not.
fn ends_in(told: &str, number: &str) -> bool {
    let digits = |t: &str| !t.is_empty() && t.chars().all(|c| c.is_ascii_digit());
    let rest = told.trim_end_matches(|c: char| c.is_ascii_digit());
    let last = told.get(rest.len()..).unwrap_or_default();
    let bare = |t: &str| t.trim_start_matches('0').to_owned();
    digits(number) && digits(last) && bare(last) == bare(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_names() {
        for (told, name, interface, expected) in [
            ("gi1/0/3", "3", None, true),
            ("gi1/0/13", "3", None, false),
            ("Port 03", "3", None, true),
            ("3", "3", None, true),
            ("swp3", "swp3", None, true),
            ("swp3", "SWP3", None, true),
            ("wan", "3", None, false),
            ("gi1/0/3", "x3", None, false),
            ("te1/0/3", "3", Some("gi1/0/3"), false),
            ("gi1/0/3", "9", Some("gi1/0/3"), true),
            ("", "3", None, false),
        ] {
            assert_eq!(is_called(told, name, interface), expected, "{told} {name}");
        }
    }
}
