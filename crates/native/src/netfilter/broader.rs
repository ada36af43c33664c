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

/// Rules that say the same, by where the first of them stands.
#[derive(Debug)]
struct Same<'a> {
    entry: &'a Entry,
    first: usize,
}

/// The lists of rules that a rule is compared with, by their numbers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Beside {
    /// Those whose order with it is known, its own among them.
    pub near: BTreeSet<usize>,
    /// Those of the same firewall that may be in front of it or behind it.
    pub far: BTreeSet<usize>,
}

/// Rules in the order in which they are tried.
#[derive(Debug, Default)]
pub struct Broader<'a> {
    buckets: BTreeMap<Key<'a>, Vec<usize>>,
    same: Vec<Same<'a>>,
    known: BTreeMap<(usize, &'a Entry), usize>,
    /// Refusals in their order, with the list that each is in.
    denies: Vec<(usize, usize, &'a Entry)>,
    /// The sizes of sources that there are, as exponents; with whether they are of IPv6.
    sources: BTreeSet<(bool, u32)>,
    /// The sizes of blocks of ports that there are, as exponents.
    blocks: BTreeSet<u32>,
}

impl<'a> Broader<'a> {
    /// Adds a rule that stands in a place behind all that were added, in a list of those that have one order.
    pub fn add(&mut self, place: usize, among: usize, entry: &'a Entry) {
        if entry.verdict == Verdict::Deny {
            self.denies.push((place, among, entry));
        }
        // It covers nothing.
        if entry.narrower || entry.limited || self.known.contains_key(&(among, entry)) {
            return;
        }
        let number = self.same.len();
        self.known.insert((among, entry), number);
        self.same.push(Same {
            entry,
            first: place,
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

    /// The place of the first rule that makes a part of the one in a place pointless.
    pub fn voiding(&self, place: usize, beside: &Beside, small: &Entry) -> Option<usize> {
        let near = self.first(&beside.near, small, |same| same.voids(place, small));
        let near = near.filter(|found| {
            // A refusal in between makes it an exception.
            *found < place || !self.refused(place, Some(*found), &beside.near, small)
        });
        if near.is_some() {
            return near;
        }
        // Of what stands elsewhere the order is not known: only what counts in every order does.
        let far = self.first(&beside.far, small, |same| same.is_wider(small))?;
        let refused = self.refused(place, None, &beside.near, small)
            || self.refused(0, None, &beside.far, small);
        (!refused).then_some(far)
    }

    /// A refusal of what it fits, behind a place and in front of another.
    fn refused(&self, from: usize, to: Option<usize>, of: &BTreeSet<usize>, small: &Entry) -> bool {
        let begin = self.denies.partition_point(|(place, ..)| *place < from);
        let behind = self.denies.iter().skip(begin);
        behind
            .take_while(|(place, ..)| to.is_none_or(|to| *place < to))
            .any(|(_, among, deny)| of.contains(among) && deny.meets(small))
    }

    /// The first place of a broader rule in these lists that counts.
    fn first(
        &self,
        of: &BTreeSet<usize>,
        small: &Entry,
        counts: impl Fn(&Same<'_>) -> bool,
    ) -> Option<usize> {
        let mut best: Option<usize> = None;
        let blocks = self.wider_blocks(small);
        for source in self.wider_sources(small.source) {
            for protocol in BTreeSet::from([None, small.protocol.as_deref()]) {
                for (among, block) in of.iter().flat_map(|a| blocks.iter().map(move |b| (a, b))) {
                    let bucket = self.buckets.get(&(*among, protocol, source, *block));
                    // In the order of their first places.
                    let all = bucket.into_iter().flatten();
                    let mut all = all.filter_map(|number| self.same.get(*number));
                    let found = all
                        .by_ref()
                        .take_while(|same| best.is_none_or(|b| same.first < b))
                        .find(|same| counts(same));
                    best = found.map(|same| same.first).or(best);
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
    /// They make `small`, of another place in an order with them, pointless.
    fn voids(&self, place: usize, small: &Entry) -> bool {
        let big = self.entry;
        match (big.verdict, small.verdict) {
            // The first that fits decides.
            (_, Verdict::Allow) if self.first < place => big.covers(small),
            (Verdict::Allow, Verdict::Allow) => self.first != place && self.is_wider(small),
            // An exception in front of a rule, or a narrower refusal, is what it is meant to be.
            (Verdict::Allow, Verdict::Deny) => self.first < place && big.covers(small),
            (Verdict::Deny, _) => false,
        }
    }

    /// What `small` lets in they let in wherever they stand, and more.
    fn is_wider(&self, small: &Entry) -> bool {
        let allow = (self.entry.verdict, small.verdict) == (Verdict::Allow, Verdict::Allow);
        allow && !small.limited && self.entry.covers(small) && !small.covers(self.entry)
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
    use crate::netfilter::{Family, Ports};

    /// Each against all others, which is what the buckets stand for.
    fn plain(rules: &[(usize, Entry)], n: usize, beside: &Beside, small: &Entry) -> Option<usize> {
        let of = |all: &BTreeSet<usize>, m: usize| all.contains(&rules[m].0);
        let refused = |m: usize| rules[m].1.verdict == Verdict::Deny && rules[m].1.meets(small);
        let is_wider = |m: usize| {
            let big = &rules[m].1;
            let both = big.verdict == Verdict::Allow && small.verdict == Verdict::Allow;
            both && big.covers(small) && !small.covers(big) && !small.limited
        };
        let near = |m: &usize| {
            let big = &rules[*m].1;
            let broader = (big.verdict, small.verdict) != (Verdict::Deny, Verdict::Deny);
            let front = *m < n && broader && big.covers(small);
            let behind = *m > n && is_wider(*m);
            let exception = || (n..*m).any(|d| of(&beside.near, d) && refused(d));
            of(&beside.near, *m) && (front || behind && !exception())
        };
        let far = |m: &usize| {
            let after = (n..rules.len()).any(|d| of(&beside.near, d) && refused(d));
            let other = || (0..rules.len()).any(|d| of(&beside.far, d) && refused(d));
            of(&beside.far, *m) && is_wider(*m) && !after && !other()
        };
        let all = || 0..rules.len();
        all().find(near).or_else(|| all().find(far))
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
            let source = Range::parse(self.of(&sources));
            let mut entry = Entry::new(match self.of(&["a", "a", "a", "d"]) {
                "d" => Verdict::Deny,
                _ => Verdict::Allow,
            });
            entry.family = match self.of(&["", "", "4", "6"]) {
                "4" => Family::Four,
                "6" => Family::Six,
                _ => Family::Both,
            };
            source.into_iter().for_each(|s| entry.from(s));
            entry.limited = self.of(&["", "", "", "", "l"]) == "l";
            entry.ports = Ports::parse(self.of(&ports));
            entry.protocol = (!protocol.is_empty()).then(|| protocol.to_owned());
            entry.narrower = self.of(&["n", "n", "n", "y"]) == "y";
            entry
        }
    }

    #[test]
    fn buckets_find_what_comparing_all_finds() {
        let mut dice = Dice(1);
        let mut found = 0;
        for _ in 0..60 {
            let rules: Vec<(usize, Entry)> = (0..25)
                .map(|_| (usize::from(dice.of(&["0", "0", "1"]) == "1"), dice.entry()))
                .collect();
            let mut broader = Broader::default();
            for (n, (of, entry)) in rules.iter().enumerate() {
                broader.add(n, *of, entry);
            }
            for (n, (of, whole)) in rules.iter().enumerate() {
                let both = BTreeSet::from([0, 1]);
                let (own, other) = (BTreeSet::from([*of]), BTreeSet::from([1 - *of]));
                let none = BTreeSet::new;
                for (near, far) in [(own.clone(), none()), (both, none()), (own, other)] {
                    let beside = Beside { near, far };
                    let parts = whole.by_protocol();
                    for small in parts.iter().chain([whole]) {
                        let expected = plain(&rules, n, &beside, small);
                        found += usize::from(expected.is_some());
                        assert_eq!(
                            broader.voiding(n, &beside, small),
                            expected,
                            "{n}, {small:?} of {rules:#?}"
                        );
                    }
                }
            }
        }
        assert!(found > 1_000, "{found}");
    }
    /// What is wanted of rules in the order in which they stand: `allow SOURCE PORT PROTOCOL`, with the number of the one that voids it.
    #[test]
    fn who_is_told_to_limit_nothing_and_to_be_never_reached() {
        type Row<'t> = (&'t str, Option<usize>);
        let tables: [&[Row<'_>]; 9] = [
            // An exception to a refusal, which is lifted for all others.
            &[
                ("allow 192.168.10.9 22 tcp", None),
                ("deny 192.168.10.0/24 22 tcp", None),
                ("allow any 22 tcp", None),
            ],
            // A refusal of something else is none of its business.
            &[
                ("allow 192.168.10.9 22 tcp", Some(2)),
                ("deny 10.0.0.0/8 22 tcp", None),
                ("allow any 22 tcp", None),
            ],
            // Of two that are equal the later one is idle.
            &[("allow any 22 any", None), ("allow any 22 any", Some(0))],
            &[
                ("allow any 22 tcp", Some(1)),
                ("allow any 22 any", None),
                ("allow any 22 tcp", Some(0)),
            ],
            &[("allow any 22 tcp", None), ("deny any 22 tcp", Some(0))],
            &[("deny 10.0.0.9 22 tcp", None), ("deny any 22 tcp", None)],
            &[
                ("deny any 22 tcp", None),
                ("allow 10.0.0.9 22 tcp", Some(0)),
            ],
            // Up to a rate is not all.
            &[("allow 10.0.0.9 22 tcp", None), ("limit any 22 tcp", None)],
            // The other version of the protocol.
            &[
                ("allow fd00::9 22 tcp", None),
                ("allow 0.0.0.0/0 22 tcp", None),
            ],
        ];
        for table in tables {
            let rules: Vec<Entry> = table.iter().map(|(text, _)| rule(text)).collect();
            let mut broader = Broader::default();
            for (n, entry) in rules.iter().enumerate() {
                broader.add(n, 0, entry);
            }
            let beside = Beside {
                near: BTreeSet::from([0]),
                far: BTreeSet::new(),
            };
            for (n, (entry, (text, wanted))) in rules.iter().zip(table).enumerate() {
                assert_eq!(
                    broader.voiding(n, &beside, entry),
                    *wanted,
                    "{text} of {table:?}"
                );
            }
        }
    }

    fn rule(text: &str) -> Entry {
        let mut words = text.split(' ');
        let mut next = || words.next().unwrap();
        let verdict = next();
        let mut entry = Entry::new(match verdict {
            "deny" => Verdict::Deny,
            _ => Verdict::Allow,
        });
        entry.limited = verdict == "limit";
        Range::parse(next()).into_iter().for_each(|r| entry.from(r));
        entry.ports = Ports::parse(next());
        entry.protocol = Some(next().to_owned()).filter(|p| p != "any");
        entry
    }
}
