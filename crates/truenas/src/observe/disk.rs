//! Disks of the appliance, by what the kernel calls them.

use super::{number, text, word};
use model::fact::FactKind;
use reading::found::{Fields, Found};
use serde_json::Value;

pub(super) fn disks(answer: &Value, found: &mut Found, source: &str) -> Option<usize> {
    super::each(answer, |row| {
        let name = row.get("name").and_then(text)?;
        let serial = word(row, "serial")?.filter(|s| !s.is_empty());
        let rotational = match row.get("type").and_then(Value::as_str) {
            Some("HDD") => Some(true),
            Some("SSD") => Some(false),
            _ => None,
        };
        let fields = Fields::default()
            .set("size", number(row, "size"))
            .set("serial", serial)
            .set("model", word(row, "model")?)
            .set("bus", word(row, "bus")?.map(|b| b.to_lowercase()))
            .set("rotational", rotational)
            .set("pool", word(row, "pool")?);
        found.add(FactKind::Disk, name, fields, source);
        Some(())
    })
}
