//! HTTP/1.1 as far as the product speaks it: one request after the other on a connection, forms and queries, texts in status lines.

use crate::call::{Answer, Asked, Caller, Method};
use crate::wire;
use data_encoding::HEXLOWER_PERMISSIVE;
use serde_json::Value;
use std::collections::BTreeMap;
use std::io::{self, Read};

/// Longest head and body of a request.
const LIMIT: usize = 1 << 20;
/// Where the API begins.
pub(crate) const BASE: &str = "/api2/json";

/// Reads a request; `None` when the other side is done.
pub(crate) fn read(stream: &mut impl Read, kept: &mut Vec<u8>) -> io::Result<Option<Asked>> {
    wire::read(stream, kept, LIMIT, parse)
}

/// A whole request and its length.
fn parse(bytes: &[u8]) -> io::Result<Option<(Asked, usize)>> {
    let mut headers = [httparse::EMPTY_HEADER; 64];
    let mut request = httparse::Request::new(&mut headers);
    let head = match request.parse(bytes).map_err(io::Error::other)? {
        httparse::Status::Complete(n) => n,
        httparse::Status::Partial => return Ok(None),
    };
    let header = |name: &str| {
        let found = request
            .headers
            .iter()
            .find(|h| h.name.eq_ignore_ascii_case(name));
        found.map(|h| String::from_utf8_lossy(h.value).into_owned())
    };
    let length: usize = header("content-length")
        .and_then(|l| l.parse().ok())
        .unwrap_or(0);
    let Some(body) = bytes.get(head..head.saturating_add(length)) else {
        return Ok(None);
    };
    let method = match request.method {
        Some("POST") => Method::Post,
        Some("PUT") => Method::Put,
        Some("DELETE") => Method::Delete,
        _ => Method::Get,
    };
    let target = request.path.unwrap_or("/");
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let mut args = form(query);
    args.extend(form(&String::from_utf8_lossy(body)));
    let asked = Asked {
        method,
        path: unescape(path.strip_prefix(BASE).unwrap_or(path), false),
        args,
        caller: caller(
            header("authorization"),
            header("cookie"),
            header("csrfpreventiontoken"),
        ),
    };
    Ok(Some((asked, head + length)))
}

fn caller(authorization: Option<String>, cookie: Option<String>, csrf: Option<String>) -> Caller {
    let token = authorization
        .as_deref()
        .and_then(|a| a.strip_prefix("PVEAPIToken="));
    if let Some((name, secret)) = token.and_then(|t| t.split_once('=')) {
        return Caller::Token {
            name: name.to_owned(),
            secret: secret.to_owned(),
        };
    }
    let token = authorization
        .as_deref()
        .and_then(|a| a.strip_prefix("PBSAPIToken="));
    if let Some((name, secret)) = token.and_then(|t| t.split_once(':')) {
        return Caller::BackupToken {
            name: name.to_owned(),
            secret: secret.to_owned(),
        };
    }
    let cookies = cookie.unwrap_or_default();
    let ticket = cookies
        .split("; ")
        .find_map(|c| c.strip_prefix("PVEAuthCookie="));
    match ticket {
        Some(ticket) => Caller::Ticket {
            ticket: unescape(ticket, false),
            csrf,
        },
        None => Caller::Nobody,
    }
}

fn form(text: &str) -> BTreeMap<String, String> {
    let pairs = text.split('&').filter_map(|p| p.split_once('='));
    pairs
        .map(|(k, v)| (unescape(k, true), unescape(v, true)))
        .collect()
}

fn unescape(text: &str, plus: bool) -> String {
    let mut out = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let pair = (*first == b'%').then(|| after.get(..2)).flatten();
        let byte = pair.and_then(|hex| HEXLOWER_PERMISSIVE.decode(hex).ok()?.first().copied());
        match byte {
            Some(byte) => {
                out.push(byte);
                rest = after.get(2..).unwrap_or_default();
            }
            None => {
                out.push(if plus && *first == b'+' { b' ' } else { *first });
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// An answer as it is sent, with a body in place of its own if there is one.
pub(crate) fn render(answer: &Answer, body: Option<&[u8]>) -> Vec<u8> {
    let own = match &answer.body {
        // A message, which Proxmox Backup Server sends as it is.
        Value::String(text) if answer.status != 200 => text.clone(),
        body => body.to_string(),
    };
    let body = body.unwrap_or(own.as_bytes());
    let reason: String = answer
        .reason
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    let head = format!(
        "HTTP/1.1 {} {reason}\r\nCache-Control: max-age=0\r\nPragma: no-cache\r\nServer: pve-api-daemon/3.0\r\n\
         Content-Type: application/json;charset=UTF-8\r\nContent-Length: {}\r\nConnection: Keep-Alive\r\n\r\n",
        answer.status,
        body.len()
    );
    [head.as_bytes(), body].concat()
}
