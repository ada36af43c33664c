//! Which rule makes another one pointless, found without holding each against all others.
//!
//! A rule that fits all that another one fits has its protocol or none, a source that encloses the other's or none, and ports among which is the
//! other's first, or none. Rules lie by these three, so that of thousands only those few are compared that can be it.

use super::{Entry, Range, Verdict};
use std::collections::{BTreeMap, BTreeSet};

/// A block of ports whose number is a power of two, by the exponent and its place among those of its size. `None` is all ports.
type Block = Option<(u32, u16)>;

/// What decides in which bucket a rule lies: what it stands among, protocol, source, ports.
type Key<'a> = (usize, Option<&'a str>, Option<Range>, Block);

/// Rules that say the same: where the first of them stands, and the second.
#[derive(Debug)]
struct Same<'a> {
    entry: &'a Entry,
    first: usize,
    second: Option<usize>,
}

/// Rules in the order in which they are tried.
#[derive(Debug, Default)]
pub struct Broader<'a> {
    buckets: BTreeMap<Key<'a>, Vec<usize>>,
    same: Vec<Same<'a>>,
    known: BTreeMap<(usize, &'a Entry), usize>,
    /// The sizes of sources that there are, as exponents; with whether they are of IPv6.
    sources: BTreeSet<(bool, u32)>,
    /// The sizes of blocks of ports that there are, as exponents.
    blocks: BTreeSet<u32>,
}

impl<'a> Broader<'a> {
    /// Adds a rule that stands in a place behind all that were added, among others of one firewall.
    pub fn add(&mut self, place: usize, among: usize, entry: &'a Entry) {
        // It covers nothing.
        if entry.narrower {
            return;
        }
        if let Some(same) = self
            .known
            .get(&(among, entry))
            .and_then(|n| self.same.get_mut(*n))
        {
            same.second.get_or_insert(place);
            return;
        }
        let number = self.same.len();
        self.known.insert((among, entry), number);
        self.same.push(Same {
            entry,
            first: place,
            second: None,
        });
        if let Some(source) = entry.source {
            self.sources.insert((source.is_six(), source.bits()));
        }
        for block in blocks(entry) {
            self.blocks.extend(block.map(|(bits, _)| bits));
            let key = (among, entry.protocol.as_deref(), entry.source, block);
            self.buckets.entry(key).or_default().push(number);
        }
    }

    /// The place of the first rule that makes a part of the one in a place pointless. `among` are the firewalls that it is in.
    pub fn voiding(&self, place: usize, among: &BTreeSet<usize>, small: &Entry) -> Option<usize> {
        let mut best: Option<usize> = None;
        let blocks = self.wider_blocks(small);
        for source in self.wider_sources(small.source) {
            for protocol in BTreeSet::from([None, small.protocol.as_deref()]) {
                for (among, block) in among
                    .iter()
                    .flat_map(|a| blocks.iter().map(move |b| (a, b)))
                {
                    let bucket = self.buckets.get(&(*among, protocol, source, *block));
                    // In the order of their first places.
                    for number in bucket.into_iter().flatten() {
                        let Some(same) = self.same.get(*number) else {
                            continue;
                        };
                        if best.is_some_and(|b| b <= same.first) {
                            break;
                        }
                        let found = same.voids(place, small);
                        best = found.into_iter().chain(best).min();
                    }
                }
            }
        }
        best
    }

    fn wider_sources(&self, small: Option<Range>) -> Vec<Option<Range>> {
        let mut out = vec![None];
        if let Some(small) = small {
            let wider = self.sources.iter();
            let wider = wider.filter(|(six, bits)| *six == small.is_six() && *bits >= small.bits());
            out.extend(wider.map(|(_, bits)| Some(small.widened(*bits))));
        }
        out
    }

    fn wider_blocks(&self, small: &Entry) -> Vec<Block> {
        let mut out = vec![None];
        if let Some(port) = small.ports.as_ref().and_then(|p| p.ranges().first()) {
            let around = self
                .blocks
                .iter()
                .map(|bits| Some((*bits, at(port.0, *bits))));
            out.extend(around);
        }
        out
    }
}

impl Same<'_> {
    /// The first place of these at which they make `small`, of another place, pointless.
    fn voids(&self, place: usize, small: &Entry) -> Option<usize> {
        let big = self.entry;
        if !big.covers(small) {
            return None;
        }
        if big.verdict != small.verdict {
            // An exception in front of the rule is what it is meant to be.
            return (self.first < place).then_some(self.first);
        }
        // So is a narrower refusal behind a broader one.
        if small.verdict != Verdict::Allow || small.covers(big) {
            return None;
        }
        match self.first == place {
            true => self.second,
            false => Some(self.first),
        }
    }
}

/// Where a port lies among the blocks of a size.
fn at(port: u16, bits: u32) -> u16 {
    port.checked_shr(bits).unwrap_or(0)
}

/// The fewest blocks that are all ports of a rule.
fn blocks(entry: &Entry) -> BTreeSet<Block> {
    let Some(ports) = &entry.ports else {
        return BTreeSet::from([None]);
    };
    let mut out = BTreeSet::new();
    for (first, last) in ports.ranges() {
        let (mut next, end) = (u32::from(*first), u32::from(*last) + 1);
        while next < end {
            let fits = |bits: &u32| next % (1 << bits) == 0 && next + (1 << bits) <= end;
            let bits = (0..=16).rev().find(fits).unwrap_or(0);
            out.insert(Some((bits, u16::try_from(next >> bits).unwrap_or(0))));
            next += 1 << bits;
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::netfilter::Ports;

    /// Each against all others, which is what the buckets stand for.
    fn plain(
        rules: &[(usize, Entry)],
        n: usize,
        among: &BTreeSet<usize>,
        small: &Entry,
    ) -> Option<usize> {
        rules.iter().enumerate().position(|(m, (of, big))| {
            let wider = m != n && big.covers(small) && (!small.covers(big) || m < n);
            let counts = match big.verdict == small.verdict {
                false => m < n,
                true => small.verdict == Verdict::Allow && !small.covers(big),
            };
            among.contains(of) && wider && counts
        })
    }

    /// A generator of Lehmer's, so that every run draws the same.
    struct Dice(u64);

    impl Dice {
        fn of<'t>(&mut self, all: &[&'t str]) -> &'t str {
            self.0 = self.0 * 48_271 % 0x7fff_ffff;
            all[usize::try_from(self.0).unwrap() % all.len()]
        }

        fn entry(&mut self) -> Entry {
            let sources = [
                "",
                "",
                "10.0.0.0/8",
                "10.1.0.0/16",
                "10.1.2.0/24",
                "10.1.2.3",
                "10.1.2.4",
                "0.0.0.0/0",
                "::/0",
                "fd00::/64",
                "fd00::5",
                "192.168.0.0/16",
            ];
            let ports = [
                "",
                "22",
                "80",
                "22,80",
                "1:65535",
                "20:30",
                "22:23",
                "80,443",
                "24:24,26:40",
                "65535",
            ];
            let protocol = self.of(&["", "tcp", "udp"]);
            Entry {
                verdict: match self.of(&["a", "a", "d"]) {
                    "a" => Verdict::Allow,
                    _ => Verdict::Deny,
                },
                source: Range::parse(self.of(&sources)),
                ports: Ports::parse(self.of(&ports)),
                protocol: (!protocol.is_empty()).then(|| protocol.to_owned()),
                narrower: self.of(&["n", "n", "n", "y"]) == "y",
            }
        }
    }

    #[test]
    fn buckets_find_what_comparing_all_finds() {
        let mut dice = Dice(1);
        let mut found = 0;
        for _ in 0..400 {
            let rules: Vec<(usize, Entry)> = (0..25)
                .map(|_| (usize::from(dice.of(&["0", "0", "1"]) == "1"), dice.entry()))
                .collect();
            let mut broader = Broader::default();
            for (n, (of, entry)) in rules.iter().enumerate() {
                broader.add(n, *of, entry);
            }
            for (n, (of, whole)) in rules.iter().enumerate() {
                for among in [BTreeSet::from([*of]), BTreeSet::from([0, 1])] {
                    let parts = whole.by_protocol();
                    for small in parts.iter().chain([whole]) {
                        let expected = plain(&rules, n, &among, small);
                        found += usize::from(expected.is_some());
                        assert_eq!(
                            broader.voiding(n, &among, small),
                            expected,
                            "{n}, {small:?} of {rules:#?}"
                        );
                    }
                }
            }
        }
        assert!(found > 10_000, "{found}");
    }
}
