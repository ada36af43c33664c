//! The appliance itself, its version, and as whom it was asked.

use super::{flag, list, number, text, word};
use crate::question::ALL_RIGHTS;
use model::fact::{FactKind, Seen};
use model::kleene::Reason;
use reading::found::{Fields, Found};
use serde_json::Value;
use std::collections::BTreeSet;

const KIND: FactKind = FactKind::TrueNas;

pub(super) fn login(user: &str, roles: &BTreeSet<String>, found: &mut Found) {
    let writes = |role: &&String| {
        *role == ALL_RIGHTS || role.ends_with("_WRITE") || role.ends_with("_DELETE")
    };
    let may_write = roles.iter().any(|role| writes(&role));
    let fields = Fields::default()
        .set("user", Some(user.to_owned()))
        .set("roles", Some(list(roles.iter().cloned().collect())))
        .set("writes", may_write.then_some(true));
    found.add(KIND, "login", fields, crate::question::LOGIN);
}

pub(super) fn system(answer: &Value, found: &mut Found, source: &str) -> Option<usize> {
    let of = |key: &str| answer.get(key).and_then(text);
    // A fraction of a second is told, too.
    let uptime = answer.get("uptime_seconds").and_then(Value::as_f64);
    let uptime = uptime.and_then(|s| format!("{s:.0}").parse::<i64>().ok());
    let version = of("version")?;
    let fields = Fields::default()
        .set("version", Some(version))
        .set("hostname", of("hostname"))
        .set("product", of("system_product"))
        .set("maker", of("system_manufacturer"))
        .set("uptime", uptime)
        .set("memory", number(answer, "physmem"))
        .set("ecc", flag(answer, "ecc_memory"));
    found.add(KIND, "system", fields, source);
    Some(0)
}

pub(super) fn reboot(answer: &Value, found: &mut Found, source: &str) -> Option<usize> {
    let reasons = answer.get("reboot_required_reasons")?.as_array()?;
    let codes: Option<Vec<String>> = reasons
        .iter()
        .map(|r| r.get("code").and_then(text))
        .collect();
    let fields = Fields::default().set("reasons", Some(list(codes?)));
    found.add(KIND, "reboot", fields, source);
    Some(0)
}

pub(super) fn update(answer: &Value, found: &mut Found, source: &str) -> Option<usize> {
    // Where it cannot ask for updates itself, or waits for a restart, it knows of none; all else that it told stays as whole as it is.
    let code = answer.get("code").and_then(Value::as_str)?;
    if code != "NORMAL" {
        let error = answer.pointer("/error/errname").and_then(Value::as_str);
        let words: Vec<&str> = [Some(code), error].into_iter().flatten().collect();
        if !words.iter().all(|word| is_constant(word)) {
            return None;
        }
        let why = Reason::new(format!("{source} tells {}", words.join(", ")));
        found.put(KIND, "update", Seen::Unknown(why), source);
        return Some(0);
    }
    let new = match answer.pointer("/status/new_version") {
        Some(Value::Null) => None,
        Some(new) => Some(word(new, "version")??),
        None => return None,
    };
    found.add(KIND, "update", Fields::default().set("new", new), source);
    Some(0)
}

/// `REBOOT_REQUIRED`, `ENETUNREACH`: a word of the product and no text of somebody.
fn is_constant(word: &str) -> bool {
    let fits = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
    !word.is_empty() && word.len() <= 40 && word.chars().all(fits)
}
