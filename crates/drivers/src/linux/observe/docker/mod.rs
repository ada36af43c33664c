//! The host's Docker engine, asked by its own client in the same round trip as the host itself.
//!
//! The engine tells all kinds in one section, one JSON document a line; `all KIND` ends a kind, `! KIND WHY` says what is missing of it.
//! A host without any trace of an engine tells `none`, which is known and complete; an engine that does not answer makes all unknown.
//! What has no type in [`wire`] is not read.

mod container;
mod hide;
mod rest;
mod wire;

use super::frame::{Sections, plain};
use super::gather::{Gathered, listed_by};
use model::fact::FactKind;
use model::kleene::Reason;
use serde::de::DeserializeOwned;
use std::borrow::Cow;

pub(super) use hide::hide;

pub(super) const SH: &str = include_str!("../sh/docker.sh");
/// Bytes of one document: an `inspect` has about ten thousand.
const LONGEST: usize = 1 << 20;

/// Reads what the engine said of one kind.
pub(super) fn read(kind: FactKind, sections: &Sections<'_>, to: &mut Gathered) {
    let Some(section) = to.section(kind, sections, "docker") else {
        return;
    };
    let text = section.text();
    if text.trim_end() == "none" {
        to.complete(
            kind,
            "there is no docker client, no engine and no socket of one",
        );
        return;
    }
    let said = Said { text };
    match kind {
        FactKind::DockerContainer => {
            let digests = rest::digests(&said);
            said.each(kind, to, |found: wire::Container, to| {
                container::put(&found, &digests, to)
            });
        }
        FactKind::DockerImage => said.each(kind, to, rest::image),
        FactKind::DockerNetwork => said.each(kind, to, rest::network),
        FactKind::DockerVolume => said.each(kind, to, rest::volume),
        _ => rest::engine(&said, to),
    }
}

/// Whether a rule of the packet filter is the way to a published port that the engine tells of: `tcp dport 8080 … dnat to 172.18.0.2:80`.
pub(super) fn leads(sections: &Sections<'_>, rule: &str) -> bool {
    let Ok(section) = sections.get("docker") else {
        return false;
    };
    let after = |mark: &str| {
        let (_, rest) = rule.split_once(mark)?;
        rest.split_whitespace().next()
    };
    let protocol = if rule.contains("udp dport ") {
        "udp"
    } else {
        "tcp"
    };
    let port = after(&format!("{protocol} dport "));
    let to = after("dnat to ").and_then(|t| t.rsplit_once(':'));
    let (Some(port), Some((address, target))) = (port, to) else {
        return false;
    };
    let said = Said {
        text: section.text(),
    };
    let inside = format!("{target}/{protocol}");
    said.documents::<wire::Container>("container")
        .flatten()
        .any(|c| {
            let own = c.network.networks.values().any(|n| n.address == address);
            let bound = c.network.ports.get(&inside).and_then(Option::as_ref);
            own && bound.is_some_and(|all| all.iter().any(|b| b.port == port))
        })
}

/// What stands in the section.
struct Said<'a> {
    text: Cow<'a, str>,
}

impl Said<'_> {
    /// The documents behind a word; `None` is one that cannot be read.
    fn documents<T: DeserializeOwned>(&self, word: &str) -> impl Iterator<Item = Option<T>> {
        let marked = format!("{word} ");
        let lines = self.text.lines();
        lines.filter_map(move |l| {
            let json = l.strip_prefix(&marked)?;
            let whole = json.len() <= LONGEST;
            Some(whole.then(|| serde_json::from_str(json).ok()).flatten())
        })
    }

    /// Puts everything of a kind, and says whether that is all.
    fn each<T: DeserializeOwned>(
        &self,
        kind: FactKind,
        to: &mut Gathered,
        put: impl Fn(T, &mut Gathered),
    ) {
        let word = kind.word().trim_start_matches("docker-");
        for document in self.documents::<T>(word) {
            match document {
                Some(found) => put(found, to),
                None => to.incomplete(
                    kind,
                    Reason::new(format!("the engine told a {word} that is not understood")),
                ),
            }
        }
        let missing = format!("! {word} ");
        for why in self.text.lines().filter_map(|l| l.strip_prefix(&missing)) {
            to.incomplete(kind, Reason::new(plain(why)));
        }
        let end = format!("all {word}");
        match self.text.lines().any(|l| l == end) {
            true => to.complete(kind, &listed_by(&format!("docker {word} inspect"))),
            false => to.incomplete(kind, Reason::new("the engine did not come to its end")),
        }
    }
}

#[cfg(test)]
mod tests;
