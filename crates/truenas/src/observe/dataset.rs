//! Datasets and volumes; never their keys.

use super::{flag, number, text, word};
use model::fact::FactKind;
use reading::found::{Fields, Found};
use serde_json::Value;

pub(super) fn all(answer: &Value, found: &mut Found, source: &str) -> Option<usize> {
    super::each(answer, |row| {
        let name = row.get("id").and_then(text)?;
        let kind = row.get("type").and_then(text)?;
        let size = |key: &str| row.get(key).and_then(|p| number(p, "parsed"));
        // No quota is told as nothing, or as 0.
        let quota = |key: &str| size(key).filter(|bytes| *bytes > 0);
        let fields = Fields::default()
            .set("type", Some(kind.to_lowercase()))
            .set("pool", row.get("pool").and_then(text))
            .set("mount", word(row, "mountpoint")?)
            .set("used", size("used"))
            .set("available", size("available"))
            .set("quota", quota("quota"))
            .set("refquota", quota("refquota"))
            .set("size", size("volsize"))
            .set("encrypted", flag(row, "encrypted"))
            .set("locked", flag(row, "locked"))
            .set("root", word(row, "encryption_root")?);
        found.add(FactKind::TrueNasDataset, name, fields, source);
        Some(())
    })
}
