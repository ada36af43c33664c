//! What is shared by SMB and NFS, and with whom.

use super::{flag, list, number, text, texts, word};
use model::fact::FactKind;
use reading::found::{Fields, Found};
use serde_json::Value;

const KIND: FactKind = FactKind::TrueNasShare;

pub(super) fn smb(answer: &Value, found: &mut Found, source: &str) -> Option<usize> {
    super::each(answer, |row| {
        let name = row.get("name").and_then(text)?;
        let path = row.get("path").and_then(text)?;
        // Up to 25.04 these stand beside the others, from 25.10 on among the options of those shares that have them.
        let options = row.get("options").filter(|o| !o.is_null());
        let purpose = row.get("purpose").and_then(Value::as_str);
        let is_new = options.is_some() || row.get("guestok").is_none();
        let guest = match (flag(row, "guestok"), options) {
            (Some(guest), _) => Some(guest),
            (None, Some(options)) if options.get("guestok").is_some() => {
                Some(flag(options, "guestok")?)
            }
            (None, _) if is_new && purpose.is_some_and(|p| p != "LEGACY_SHARE") => Some(false),
            (None, _) => None,
        };
        let hosts = match options {
            Some(options) => texts(options, "hostsallow")?,
            None => texts(row, "hostsallow")?,
        };
        let fields = Fields::default()
            .set("paths", Some(list(vec![path])))
            .set("enabled", Some(flag(row, "enabled")?))
            .set("locked", flag(row, "locked"))
            .set("read_only", flag(row, "readonly").or(flag(row, "ro")))
            .set("guest", guest)
            .set("hosts", Some(list(hosts)));
        found.add(KIND, format!("smb/{name}"), fields, source);
        Some(())
    })
}

pub(super) fn nfs(answer: &Value, found: &mut Found, source: &str) -> Option<usize> {
    super::each(answer, |row| {
        let id = number(row, "id")?;
        // Releases before 22.12 had several.
        let paths = match word(row, "path")? {
            Some(path) => vec![path],
            None => texts(row, "paths").filter(|p| !p.is_empty())?,
        };
        let fields = Fields::default()
            .set("paths", Some(list(paths)))
            .set("enabled", Some(flag(row, "enabled")?))
            .set("locked", flag(row, "locked"))
            .set("read_only", flag(row, "ro"))
            .set("networks", Some(list(texts(row, "networks")?)))
            .set("hosts", Some(list(texts(row, "hosts")?)))
            .set("security", Some(list(texts(row, "security")?)));
        found.add(KIND, format!("nfs/{id}"), fields, source);
        Some(())
    })
}
