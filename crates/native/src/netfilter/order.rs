//! In which order the rules of documents stand in their chains, which is not always that of the lines: a rule is put in front of others, takes the
//! place of another one, or is taken out again.

use super::entry::UNREAD;
use super::{Entry, Gone, Line, Parsed, Put, Verdict};
use std::collections::{BTreeMap, BTreeSet};

/// A rule in its place: those of one list are tried in the order in which they are given.
#[derive(Clone, Copy)]
pub struct Stood<'l, 'a> {
    /// The command that puts it there.
    pub line: &'l Line<'a>,
    /// What it says.
    pub entry: &'l Entry,
    /// The number of its list: a chain, as one document fills it until it empties it.
    pub list: usize,
}

/// What has one order: the document, the program and the chain.
type Name<'l> = (&'l str, &'l str, &'l str);

/// A chain while its document is read.
#[derive(Default)]
struct Chain<'l, 'a> {
    rules: Vec<(&'l Line<'a>, &'l Entry)>,
    /// What rules fit, with what they do left out: those of ufw are looked for.
    known: BTreeSet<Entry>,
}

/// All rules in the order in which they stand.
pub fn order<'l, 'a>(lines: &'l [Line<'a>]) -> Vec<Stood<'l, 'a>> {
    let mut chains: BTreeMap<Name<'l>, Chain<'l, 'a>> = BTreeMap::new();
    let mut lists = Vec::new();
    for line in lines {
        let (document, program) = (line.document.name.as_str(), line.call.program());
        let name = (document, program, line.chain.as_str());
        match &line.parsed {
            Parsed::Rule(entry) => chains.entry(name).or_default().put(line, entry),
            Parsed::Gone(Gone::Rule(entry)) => {
                if let Some(chain) = chains.get_mut(&name) {
                    chain.take(line, entry);
                }
            }
            // What is left where one was taken out that is not known is not known either.
            Parsed::Gone(Gone::All(prefix) | Gone::Some(prefix)) => {
                let of = |n: &Name<'_>| (n.0, n.1) == (document, program);
                let begin = (document, program, prefix.as_str());
                let emptied = chains
                    .range_mut(begin..)
                    .take_while(|(n, _)| of(n) && n.2.starts_with(prefix.as_str()));
                lists.extend(emptied.map(|(_, chain)| chain.empty(line)));
            }
            Parsed::Unknown if refuses(line) => chains.entry(name).or_default().put(line, &UNREAD),
            Parsed::Other | Parsed::Wrong { .. } | Parsed::Unknown => {}
        }
    }
    lists.extend(chains.into_values().map(|chain| chain.rules));
    let numbered = lists.into_iter().enumerate();
    let stood = numbered.flat_map(|(list, rules)| {
        let of = move |(line, entry)| Stood { line, entry, list };
        rules.into_iter().map(of)
    });
    stood.collect()
}

/// It has a word that keeps something out.
fn refuses(line: &Line<'_>) -> bool {
    let words = line
        .call
        .args()
        .iter()
        .flat_map(|w| w.text.split_whitespace());
    words
        .into_iter()
        .any(|w| ["deny", "reject", "drop"].contains(&w.to_lowercase().as_str()))
}

/// They are for a machine in common.
fn together(one: &Line<'_>, other: &Line<'_>) -> bool {
    one.groups.iter().any(|g| other.groups.contains(g))
}

impl<'l, 'a> Chain<'l, 'a> {
    fn put(&mut self, line: &'l Line<'a>, entry: &'l Entry) {
        let at = match line.put {
            Put::Last => self.replaced(line, entry),
            Put::At(number) => {
                let rules = self.rules.iter().enumerate();
                let mut own = rules.filter(|(_, (l, _))| together(l, line));
                own.nth(number.saturating_sub(1)).map(|(n, _)| n)
            }
        };
        self.known.insert(plain(entry));
        match at {
            Some(at) => self.rules.insert(at, (line, entry)),
            None => self.rules.push((line, entry)),
        }
    }

    /// ufw puts a rule that differs from an earlier one by its action alone into the place of that, which is gone.
    fn replaced(&mut self, line: &Line<'_>, entry: &Entry) -> Option<usize> {
        if line.call.program() != "ufw" || entry.narrower || !self.known.contains(&plain(entry)) {
            return None;
        }
        let acts = |e: &Entry| (e.verdict, e.limited);
        let at = self.rules.iter().position(|(l, e)| {
            l.groups == line.groups && e.fits_as(entry) && acts(e) != acts(entry)
        })?;
        self.rules.remove(at);
        Some(at)
    }

    fn take(&mut self, line: &Line<'_>, entry: &Entry) {
        let same = |l: &Line<'_>, e: &Entry| e == entry && together(l, line);
        if let Some(at) = self.rules.iter().position(|(l, e)| same(l, e)) {
            self.rules.remove(at);
        }
    }

    /// Those that go by a line, in their order.
    fn empty(&mut self, line: &Line<'_>) -> Vec<(&'l Line<'a>, &'l Entry)> {
        let rules = core::mem::take(&mut self.rules);
        let (gone, left) = rules.into_iter().partition(|(l, _)| together(l, line));
        self.rules = left;
        gone
    }
}

fn plain(entry: &Entry) -> Entry {
    Entry {
        verdict: Verdict::Allow,
        limited: false,
        ..entry.clone()
    }
}
