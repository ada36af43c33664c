//! Units as they were and as they are.

use model::value::Value;

/// Whether somebody made the unit on this host: what packages bring is told with the package, and what generators make follows from
/// other files.
pub(super) fn is_by_hand(unit: &Value) -> bool {
    let from = unit.field("from").and_then(Value::as_text);
    from.is_some_and(|f| f.starts_with("/etc/") || f.starts_with("/usr/local/"))
}

/// The parts that changed, before and after; `None` if none did. What only one of both looks tells, since it was made in another way,
/// is not compared.
pub(super) fn changed(was: &Value, is: &Value) -> Option<(String, String)> {
    let mut before = Vec::new();
    let mut after = Vec::new();
    for name in ["active", "enabled", "when", "runs", "from"] {
        if let (Some(a), Some(b)) = (was.field(name), is.field(name))
            && a != b
        {
            before.push(format!("{name}={a}"));
            after.push(format!("{name}={b}"));
        }
    }
    let failed = |v: &Value| v.field("failed").is_some();
    if failed(was) != failed(is) {
        before.push(format!("failed={}", failed(was)));
        after.push(format!("failed={}", failed(is)));
    }
    (!before.is_empty()).then(|| (before.join(" "), after.join(" ")))
}
