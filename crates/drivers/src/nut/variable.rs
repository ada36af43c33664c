//! Which variables of NUT are kept, and what their values may be. Names and units are those of NUT's own list (nut-names.txt).
//!
//! It is a list of what is kept, not of what is left out: `driver.parameter.*` has the passwords by which drivers ask UPSs over SNMP or HTTP.

use model::value::Value;
use std::collections::BTreeMap;

/// Longest text of a value.
const TEXT: usize = 256;
/// Most flags of a status.
const FLAGS: usize = 32;

/// What a value may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Flags of `ups.status`.
    Flags,
    /// A number from zero to this; fractions are cut off.
    Number(i64),
    Text,
}

use Kind::{Flags, Number, Text};

/// No UPS gives so many watts or volt-amperes, and none lasts for so many seconds.
const MOST: i64 = 100_000_000;

/// Group, name within it, and what the value may be.
const KEPT: &[(&str, &str, Kind)] = &[
    ("battery", "charge", Number(100)),
    ("battery", "charge.low", Number(100)),
    ("battery", "date", Text),
    ("battery", "mfr.date", Text),
    ("battery", "runtime", Number(MOST)),
    ("battery", "runtime.low", Number(MOST)),
    ("battery", "type", Text),
    ("device", "mfr", Text),
    ("device", "model", Text),
    ("device", "serial", Text),
    ("driver", "name", Text),
    ("driver", "version", Text),
    ("ups", "alarm", Text),
    ("ups", "firmware", Text),
    // More than all is overload.
    ("ups", "load", Number(1_000)),
    ("ups", "mfr", Text),
    ("ups", "model", Text),
    ("ups", "power", Number(MOST)),
    ("ups", "power.nominal", Number(MOST)),
    ("ups", "realpower", Number(MOST)),
    ("ups", "realpower.nominal", Number(MOST)),
    ("ups", "serial", Text),
    ("ups", "status", Flags),
    ("ups", "test.date", Text),
    ("ups", "test.result", Text),
];

/// What was told of a UPS, by group, and what of it was not understood.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Told {
    pub(super) groups: BTreeMap<&'static str, BTreeMap<String, Value>>,
    pub(super) wrong: Vec<String>,
}

/// Takes the variables that are kept.
pub(super) fn read<'v>(variables: impl IntoIterator<Item = (&'v str, &'v str)>) -> Told {
    let mut told = Told::default();
    for (variable, text) in variables {
        let Some((group, name)) = variable.split_once('.') else {
            continue;
        };
        let mut kept = KEPT.iter().filter(|(g, n, _)| *g == group && *n == name);
        let Some((group, _, kind)) = kept.next() else {
            continue;
        };
        let text = text.trim();
        // Drivers leave empty what they cannot read of the device; a status without flags says that nothing is known.
        if text.is_empty() && *kind != Flags {
            continue;
        }
        match value(*kind, text) {
            Some(value) => {
                let fields = told.groups.entry(group).or_default();
                fields.insert(name.to_owned(), value);
            }
            None => told.wrong.push(variable.to_owned()),
        }
    }
    told
}

fn value(kind: Kind, text: &str) -> Option<Value> {
    match kind {
        Text => (text.len() <= TEXT).then(|| Value::from(text)),
        Number(most) => number(text).filter(|n| *n <= most).map(Value::Int),
        Flags => {
            let flags: Vec<&str> = text.split_whitespace().collect();
            let is_flag = |f: &&str| f.len() <= 16 && f.chars().all(|c| c.is_ascii_uppercase());
            let fine = flags.len() <= FLAGS && flags.iter().all(is_flag);
            fine.then(|| Value::List(flags.into_iter().map(Value::from).collect()))
        }
    }
}

/// `13`, `13.5`; the fraction is cut off.
fn number(text: &str) -> Option<i64> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |t: &str| !t.is_empty() && t.len() <= 12 && t.chars().all(|c| c.is_ascii_digit());
    (digits(whole) && digits(fraction)).then(|| whole.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_and_what_is_not_understood() {
        let rows: [(&str, &str, Option<Value>); 16] = [
            (
                "ups.status",
                "OL CHRG",
                Some(Value::List(vec!["OL".into(), "CHRG".into()])),
            ),
            ("ups.status", "", Some(Value::List(Vec::new()))),
            ("ups.status", "OL; rm", None),
            ("battery.charge", "100", Some(Value::Int(100))),
            ("battery.charge", "99.9", Some(Value::Int(99))),
            ("battery.charge", "101", None),
            ("battery.charge", "-1", None),
            ("battery.charge", "+1", None),
            ("battery.charge", "1e2", None),
            ("battery.charge", "NaN", None),
            ("battery.charge", "1.", None),
            ("battery.runtime", "99999999999999999999", None),
            ("battery.runtime", "1320.00", Some(Value::Int(1320))),
            ("ups.load", "104", Some(Value::Int(104))),
            (
                "ups.model",
                " Back-UPS ES 700G ",
                Some("Back-UPS ES 700G".into()),
            ),
            ("ups.power.nominal", "700", Some(Value::Int(700))),
        ];
        for (variable, text, expected) in rows {
            let told = read([(variable, text)]);
            let found = told.groups.values().flat_map(BTreeMap::values).next();
            assert_eq!(found, expected.as_ref(), "{variable} {text:?}");
            let wrong: &[String] = match expected {
                Some(_) => &[],
                None => &[variable.to_owned()],
            };
            assert_eq!(told.wrong, wrong, "{variable} {text:?}");
        }
    }

    #[test]
    fn nothing_else_is_kept() {
        for variable in [
            "driver.parameter.community",
            "driver.parameter.authPassword",
            "device.contact",
            "server.info",
            "status",
            "",
        ] {
            assert_eq!(read([(variable, "canary")]), Told::default());
        }
        assert_eq!(read([("ups.serial", "")]), Told::default());
    }
}
