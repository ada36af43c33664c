//! The router itself.

use super::text;
use model::fact::FactKind;
use reading::found::{Fields, Found};
use serde_json::Value;

const KIND: FactKind = FactKind::OpenWrt;

pub(super) fn board(answer: &Value, found: &mut Found, source: &str) -> Option<usize> {
    let of = |pointer: &str| answer.pointer(pointer).and_then(text);
    let fields = Fields::default()
        .set("model", of("/model"))
        .set("hostname", of("/hostname"))
        .set("kernel", of("/kernel"))
        .set("distribution", of("/release/distribution"))
        .set("release", of("/release/version"))
        .set("revision", of("/release/revision"))
        .set("target", of("/release/target"));
    found.add(KIND, "board", fields, source);
    Some(0)
}

pub(super) fn system(answer: &Value, found: &mut Found, source: &str) -> Option<usize> {
    let of = |pointer: &str| answer.pointer(pointer).and_then(Value::as_i64);
    let fields = Fields::default()
        .set("uptime", of("/uptime"))
        .set("memory", of("/memory/total"))
        .set("available", of("/memory/available"));
    found.add(KIND, "system", fields, source);
    Some(0)
}
