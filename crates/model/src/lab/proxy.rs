//! Reverse proxies that say by an API what they route.

use crate::declare::{Need, Pattern, Value, ValueForm, Wrong, entity, serde_as_text, words};
use crate::units::pattern::port;
use std::fmt;

words! {
    /// Products.
    pub enum ProxyKind("proxy-kind", "a kind of proxy") {
        /// Traefik.
        Traefik = "traefik",
    }
}

entity! {
    /// The API of a reverse proxy, which says what it routes; without it, what it routes is unknown.
    pub struct Proxy {
        /// Which product it is.
        kind: Need<ProxyKind>,
        /// Where its API answers on its own machine: `http://127.0.0.1:8080`.
        api: Need<LoopbackApi>,
    }
}

/// A port of the loopback address, asked by HTTP.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LoopbackApi(pub u16);

impl Value for LoopbackApi {
    const FORM: ValueForm = ValueForm {
        name: "loopback-api",
        doc: "An API by HTTP on the loopback address of a machine.",
        what: "a port of the loopback address, such as http://127.0.0.1:8080",
        examples: &["http://127.0.0.1:8080"],
        pattern: Pattern::Regex(concat!("^http://127\\.0\\.0\\.1:", port!(), "/?$")),
    };

    fn parse(text: &str) -> Result<Self, Wrong> {
        let port = text.strip_prefix("http://127.0.0.1:");
        let port = port.map(|p| p.strip_suffix('/').unwrap_or(p));
        let digits = |p: &&str| p.chars().all(|c| c.is_ascii_digit());
        let port = port.filter(digits).and_then(|p| p.parse().ok());
        match port.filter(|p| *p > 0) {
            Some(port) => Ok(Self(port)),
            None => {
                let mut wrong = Wrong::of::<Self>();
                wrong.help = Some(
                    "only the loopback address is asked, from the machine itself: bind the API there (in a container: publish 127.0.0.1:8080:8080)".to_owned(),
                );
                Err(wrong)
            }
        }
    }
}

impl fmt::Display for LoopbackApi {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "http://127.0.0.1:{}", self.0)
    }
}

serde_as_text!(LoopbackApi);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_loopback_address() {
        for (text, want) in [
            ("http://127.0.0.1:8080", Some(8080)),
            ("http://127.0.0.1:8080/", Some(8080)),
            ("https://127.0.0.1:8080", None),
            ("http://10.0.0.1:8080", None),
            ("http://127.0.0.1:8080/api", None),
            ("http://127.0.0.1:+80", None),
            ("http://127.0.0.1:0", None),
            ("http://127.0.0.1", None),
        ] {
            assert_eq!(LoopbackApi::parse(text).ok().map(|a| a.0), want, "{text}");
        }
    }
}
