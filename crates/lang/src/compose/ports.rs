//! The short form of a port: `[[HOST:]PUBLISHED:]TARGET[/PROTOCOL]`, with ranges.

use super::secret::shown;
use super::value::{Entry, Kind, Map, Value};
use core::net::IpAddr;
use diag::Span;
use model::compose::{Port, PortRange};

/// The parts of a short form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Short {
    host: Option<IpAddr>,
    published: Option<(u16, u16)>,
    target: (u16, u16),
    protocol: String,
}

/// Takes a short form apart.
pub(super) fn parse(text: &str) -> Result<Short, String> {
    let (host, published, target) = split(text);
    let (target, protocol) = match target.split_once('/') {
        Some((port, rest)) => match rest.split('/').next().unwrap_or("") {
            "" => (port, "tcp".to_owned()),
            protocol => (port, protocol.to_lowercase()),
        },
        None => (target, "tcp".to_owned()),
    };
    let host = match host {
        "" => None,
        text => Some(
            address(text)
                .ok_or_else(|| format!("{} is not an address of the host", shown(text)))?,
        ),
    };
    if target.is_empty() {
        return Err("the container's port is missing".to_owned());
    }
    let target = range(target)
        .filter(|t| t.0 > 0)
        .ok_or_else(|| format!("{} is not a port of the container", shown(target)))?;
    let published = match published {
        "" => None,
        text => {
            Some(range(text).ok_or_else(|| format!("{} is not a port of the host", shown(text)))?)
        }
    };
    if let Some(published) = published
        && target.0 != target.1
        && published.1 - published.0 != target.1 - target.0
    {
        return Err("the ranges of the host's and the container's ports differ in size".to_owned());
    }
    if !matches!(protocol.as_str(), "tcp" | "udp" | "sctp") {
        return Err(format!(
            "{} is not a protocol: tcp, udp or sctp",
            shown(&protocol)
        ));
    }
    Ok(Short {
        host,
        published,
        target,
        protocol,
    })
}

/// Host, published, target; the host may have colons of its own.
fn split(text: &str) -> (&str, &str, &str) {
    match text.rsplit_once(':') {
        None => ("", "", text),
        Some((before, target)) => match before.rsplit_once(':') {
            None => ("", before, target),
            Some((host, published)) => (host, published, target),
        },
    }
}

/// An address; one of IPv6 must stand in brackets, since it has colons.
fn address(text: &str) -> Option<IpAddr> {
    match text.strip_prefix('[').and_then(|t| t.strip_suffix(']')) {
        Some(inner) => inner.parse().ok(),
        None if text.contains(':') => None,
        None => text.parse().ok(),
    }
}

/// `80` or `80-90`.
pub(super) fn range(text: &str) -> Option<(u16, u16)> {
    let number = |t: &str| -> Option<u16> {
        let digits = !t.is_empty() && t.chars().all(|c| c.is_ascii_digit());
        t.parse().ok().filter(|_| digits)
    };
    match text.split_once('-') {
        None => number(text).map(|n| (n, n)),
        Some((start, end)) => {
            let (start, end) = (number(start)?, number(end.split('-').next()?)?);
            (start <= end).then_some((start, end))
        }
    }
}

impl Short {
    /// How many ports it stands for.
    pub(super) fn count(&self) -> usize {
        usize::from(self.target.1 - self.target.0) + 1
    }

    /// One port per port of the container.
    pub(super) fn each(&self, span: Span) -> impl Iterator<Item = Port> {
        let single = self.target.0 == self.target.1;
        (self.target.0..=self.target.1).map(move |target| {
            let published = self
                .published
                .map(|(start, end)| match (single, start == end) {
                    (true, false) => PortRange { start, end },
                    _ => {
                        let port = start + (target - self.target.0);
                        PortRange {
                            start: port,
                            end: port,
                        }
                    }
                });
            Port {
                span,
                host_ip: self.host,
                published,
                target,
                protocol: self.protocol.clone(),
                mode: Some("ingress".to_owned()),
                long: None,
            }
        })
    }

    /// One long form per port of the container.
    pub(super) fn lengthen(&self, span: Span) -> Vec<Value> {
        let text = |range: PortRange| match range.start == range.end {
            true => range.start.to_string(),
            false => format!("{}-{}", range.start, range.end),
        };
        self.each(span)
            .map(|port| self.one(span, port.target, port.published.map(text)))
            .collect()
    }

    fn one(&self, span: Span, target: u16, published: Option<String>) -> Value {
        let text = |t: String| Entry::of(Value::text(span, t));
        let mut map = Map::new();
        map.insert("mode".into(), text("ingress".into()));
        map.insert("protocol".into(), text(self.protocol.clone()));
        let number = Value::new(span, Kind::Int(i64::from(target)));
        map.insert("target".into(), Entry::of(number));
        if let Some(host) = self.host {
            map.insert("host_ip".into(), text(host.to_string()));
        }
        if let Some(published) = published {
            map.insert("published".into(), text(published));
        }
        Value::new(span, Kind::Map(map))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_forms() {
        let span = Span::new(diag::SourceId(0), 0, 0);
        for (text, expected) in [
            ("80", "80"),
            ("8080:80/udp", "8080>80/udp"),
            ("127.0.0.1::80", "127.0.0.1 80"),
            ("[::1]:80:81", "::1 80>81"),
            ("8000-8001:80-81", "8000>80, 8001>81"),
            ("8000-8005:80", "8000-8005>80"),
        ] {
            let shown: Vec<String> = parse(text)
                .unwrap()
                .lengthen(span)
                .iter()
                .map(|v| {
                    let part = |k: &str| v.get(k).and_then(Value::print);
                    let host = part("host_ip").map_or(String::new(), |h| h + " ");
                    let published = part("published").map_or(String::new(), |p| p + ">");
                    let protocol = part("protocol").filter(|p| p != "tcp");
                    let protocol = protocol.map_or(String::new(), |p| format!("/{p}"));
                    format!("{host}{published}{}{protocol}", part("target").unwrap())
                })
                .collect();
            assert_eq!(shown.join(", "), expected, "{text}");
        }
        for text in [
            "",
            "x",
            "80:",
            "99999:80",
            "host:80:80",
            "::1:80:80",
            "80/foo",
            "8000-8002:80-81",
            "9-8",
        ] {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}
