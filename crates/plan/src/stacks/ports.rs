//! Whether a container's ports are published as declared.

use core::net::IpAddr;
use model::compose::{Port, Service};
use model::value::Value;
use std::collections::BTreeSet;

/// A published port as it was seen.
struct Published<'a> {
    address: &'a str,
    port: Option<u16>,
    target: Option<u16>,
    protocol: &'a str,
}

/// Declared and observed ports as text, if they differ.
pub(super) fn compare(service: &Service, value: &Value) -> Option<(String, String)> {
    let seen = published(value);
    let met = |p: &Port| seen.iter().any(|s| fits(p, s));
    let wanted = |s: &Published<'_>| service.ports.iter().any(|p| fits(p, s));
    let same = service.ports.iter().all(met) && seen.iter().all(wanted);
    let declared: BTreeSet<String> = service.ports.iter().map(said).collect();
    let declared: Vec<String> = declared.into_iter().collect();
    (!same).then(|| {
        let list = |text: String| match text.is_empty() {
            true => "no published port".to_owned(),
            false => format!("ports {text}"),
        };
        (list(declared.join(", ")), list(shown(value)))
    })
}

/// The ports of a container, each once where both versions of IP have it.
pub(super) fn shown(value: &Value) -> String {
    let all: BTreeSet<String> = published(value)
        .iter()
        .map(|p| {
            let number = |n: Option<u16>| n.map_or("?".to_owned(), |n| n.to_string());
            let address = match is_any(p.address) {
                true => String::new(),
                false => format!("{}:", bracketed(p.address)),
            };
            let (port, target) = (number(p.port), number(p.target));
            format!("{address}{port}->{target}/{}", p.protocol)
        })
        .collect();
    let all: Vec<String> = all.into_iter().collect();
    all.join(", ")
}

fn said(port: &Port) -> String {
    let address = match port.host_ip {
        Some(ip) if !is_any(&ip.to_string()) => format!("{}:", bracketed(&ip.to_string())),
        _ => String::new(),
    };
    let published = match port.published {
        Some(range) if range.start == range.end => range.start.to_string(),
        Some(range) => format!("{}-{}", range.start, range.end),
        None => "any".to_owned(),
    };
    format!("{address}{published}->{}/{}", port.target, port.protocol)
}

fn published(value: &Value) -> Vec<Published<'_>> {
    let Some(Value::List(all)) = value.field("ports") else {
        return Vec::new();
    };
    let one = |v: &'_ Value| -> Option<(u16, u16)> {
        let number = |f: &str| v.field(f).and_then(Value::as_int);
        let number = |f: &str| number(f).and_then(|n| u16::try_from(n).ok());
        Some((number("port")?, number("target")?))
    };
    all.iter()
        .map(|v| {
            let text = |f: &str| v.field(f).and_then(Value::as_text).unwrap_or_default();
            let numbers = one(v);
            Published {
                address: text("address"),
                port: numbers.map(|(p, _)| p),
                target: numbers.map(|(_, t)| t),
                protocol: text("protocol"),
            }
        })
        .collect()
}

/// An address as it stands before a port.
fn bracketed(address: &str) -> String {
    match address.contains(':') {
        true => format!("[{address}]"),
        false => address.to_owned(),
    }
}

fn is_any(address: &str) -> bool {
    matches!(address, "" | "0.0.0.0" | "::")
}

fn fits(port: &Port, seen: &Published<'_>) -> bool {
    let address = match port.host_ip {
        None => is_any(seen.address),
        Some(ip) if ip.is_unspecified() => is_any(seen.address),
        Some(ip) => seen.address.parse::<IpAddr>() == Ok(ip),
    };
    let published = match (port.published, seen.port) {
        (None, _) => true,
        (Some(range), Some(is)) => (range.start..=range.end).contains(&is),
        (Some(_), None) => false,
    };
    address && published && seen.target == Some(port.target) && seen.protocol == port.protocol
}
