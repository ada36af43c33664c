//! Addresses of the appliance, with their interfaces.

use super::text;
use model::fact::FactKind;
use reading::found::{Fields, Found};
use serde_json::Value;

pub(super) fn all(answer: &Value, found: &mut Found, source: &str) -> Option<usize> {
    super::each(answer, |row| {
        let name = row.get("name").and_then(text)?;
        let aliases = row.pointer("/state/aliases")?.as_array()?;
        for alias in aliases {
            let kind = alias.get("type").and_then(Value::as_str)?;
            if kind != "INET" && kind != "INET6" {
                continue;
            }
            let address = alias.get("address").and_then(text)?;
            let bits = match alias.get("netmask")? {
                Value::Number(bits) => bits.to_string(),
                other => text(other)?,
            };
            let fields = Fields::default().set("dev", Some(name.clone()));
            let key = format!("{address}/{bits}");
            found.add(FactKind::Address, key, fields, source);
        }
        Some(())
    })
}
