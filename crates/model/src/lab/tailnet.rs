//! Tailscale as it is to be: a machine as a node of a tailnet, whoever runs its control server, and what it offers there.

use super::tunnel::AllowedIp;
use crate::declare::{Given, Opt, Pattern, Value, ValueForm, Wrong, entity, serde_as_text};
use crate::units::pattern::port;
use crate::units::text::{AbsolutePath, HttpUrl, Name, Prose};
use diag::Spanned;
use litemap::LiteMap;
use std::fmt;

entity! {
    /// A machine as a node of a tailnet. Its keys are never written in the lab tree.
    pub struct TailnetNode {
        /// Why it is there: the reason of what it offers.
        why: Opt<Prose>,
        /// Its name in the tailnet: `web.tail1234.ts.net`, or the first part of it.
        name: Opt<Name>,
        /// The control server that it logs in to, such as a Headscale of one's own; not compared if nothing is said.
        server: Opt<HttpUrl>,
        /// Tags by which the rules of the tailnet know it.
        tags: Vec<Spanned<TailnetTag>>,
        /// Subnets that it leads the tailnet to.
        routes: Vec<Spanned<AllowedIp>>,
        /// Others go out to the internet by it.
        exit: Opt<bool>,
        /// Tailscale's own SSH, which asks the rules of the tailnet and neither sshd nor its keys.
        ssh: Opt<bool>,
        /// It takes the routes that other nodes offer.
        accepts_routes: Opt<bool>,
        /// What it serves, by port.
        serve: LiteMap<ServePort, TailnetServed>,
    }

    /// What a node serves at a port of its name; a bare text is where it leads.
    pub struct TailnetServed or to {
        /// Where the port, or `/` of a web server, leads: `http://127.0.0.1:3000`, `tcp://127.0.0.1:5432`.
        to: Opt<String>,
        /// Where other paths lead.
        paths: LiteMap<AbsolutePath, Given<String>>,
        /// It is open to the internet, by Funnel; otherwise to the tailnet alone.
        funnel: Opt<bool>,
        /// Why.
        why: Opt<Prose>,
    }
}

/// A tag of the rules of a tailnet.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TailnetTag(pub String);

impl TailnetTag {
    fn is_tag(text: &str) -> bool {
        let name = text.strip_prefix("tag:").unwrap_or_default();
        name.starts_with(|c: char| c.is_ascii_alphabetic())
            && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
    }
}

impl Value for TailnetTag {
    const FORM: ValueForm = ValueForm {
        name: "tailnet-tag",
        doc: "A tag of a tailnet: `tag:server`.",
        what: "a tag such as tag:server",
        examples: &["tag:server"],
        pattern: Pattern::Regex("^tag:[A-Za-z][A-Za-z0-9-]*$"),
    };

    fn parse(text: &str) -> Result<Self, Wrong> {
        if Self::is_tag(text) {
            return Ok(Self(text.to_owned()));
        }
        let meant = format!("tag:{text}");
        let meant = Self::is_tag(&meant).then_some(meant);
        Err(Wrong::of::<Self>().maybe(meant))
    }
}

impl fmt::Display for TailnetTag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A TCP port that a node serves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ServePort(pub u16);

impl Value for ServePort {
    const FORM: ValueForm = ValueForm {
        name: "serve-port",
        doc: "A TCP port.",
        what: "a TCP port from 1 to 65535, such as 443",
        examples: &["443", "8443"],
        pattern: Pattern::Between {
            least: 1,
            most: 65_535,
            text: concat!("^", port!(), "$"),
        },
    };

    fn parse(text: &str) -> Result<Self, Wrong> {
        let digits = text.chars().all(|c| c.is_ascii_digit());
        let port = text.parse().ok().filter(|n| *n > 0 && digits);
        port.map(Self).ok_or_else(Wrong::of::<Self>)
    }
}

impl fmt::Display for ServePort {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

serde_as_text!(TailnetTag, ServePort);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_and_ports_of_tailnets() {
        for (text, good) in [
            ("tag:server", true),
            ("tag:k8s-node", true),
            ("tag:", false),
            ("tag:1st", false),
            ("tag:a b", false),
            ("server", false),
        ] {
            assert_eq!(TailnetTag::parse(text).is_ok(), good, "{text}");
        }
        let meant = TailnetTag::parse("server").err().and_then(|w| w.meant);
        assert_eq!(meant.as_deref(), Some("tag:server"));
        for (text, good) in [
            ("443", true),
            ("0", false),
            ("443/tcp", false),
            ("+1", false),
        ] {
            assert_eq!(ServePort::parse(text).is_ok(), good, "{text}");
        }
    }
}
