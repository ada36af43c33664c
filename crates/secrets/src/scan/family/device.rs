//! Devices of a smart home: keys that they speak by.

use super::{Family, Reach, Shape, What};
use crate::scan::kind::Kind;
use crate::scan::literal::{Bounds, literal};
use crate::scan::yaml;
use std::collections::BTreeSet;
use std::ops::Range;

pub(super) const FAMILY: Family = Family {
    name: "Tuya, Z-Wave JS",
    files: &[],
    what: "the `key` of a device in `devices.json` of tinytuya, `localkey`; `s0_legacy_key`, `S2_AccessControl` and the other keys of Z-Wave",
    shapes: &[Shape {
        parts: &["legacy", "s2_", "s2a", "s2u"],
        shape: r#"(?i)\b(?:key_)?(?:lr_)?s(?:0_?legacy|2_?(?:access_?control|authenticated|unauthenticated))(?:_?key)?\\?["']?[ \t]*[:=][ \t]*\\?["']?(?:0x)?([0-9a-f]{32})\b"#,
        reach: Reach::Any,
        what: What::Clear("a key of a Z-Wave network"),
    }],
    read: Some(of_devices),
};

/// What a text of devices has besides, one of these.
const MARKS: [&str; 5] = ["product_id", "product_name", "productKey", "uuid", "tuya"];

/// The key of a device of Tuya has sixteen signs, and stands beside the device's number.
fn of_devices(text: &str) -> Vec<(Range<usize>, &'static str)> {
    if !MARKS.iter().any(|mark| text.contains(mark)) || !text.contains("key") {
        return Vec::new();
    }
    let (mut devices, mut keys) = (BTreeSet::new(), Vec::new());
    yaml::values(text, |value| match value.name {
        "id" | "gwId" | "devId" | "device_id" if is_device(value.text) => {
            devices.insert(value.map);
        }
        "key" if value.text.len() == 16 && is_written_out(value.text) => {
            keys.push((value.map, value.span.clone()));
        }
        _ => {}
    });
    let held = keys.into_iter().filter(|(map, _)| devices.contains(map));
    held.map(|(_, span)| (span, "a key of a device of Tuya"))
        .collect()
}

fn is_device(id: &str) -> bool {
    (18..=24).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_alphanumeric())
}

fn is_written_out(text: &str) -> bool {
    literal(text, Bounds::Quoted, Kind::Settings).is_some()
}
