//! The lines in which the observer script tells of programs: what runs where, what it was told, and what stands in its files.

use crate::told::{Told, plain};
use std::collections::BTreeMap;

/// One that runs, or that is there and does not.
#[derive(Debug, Default)]
pub(crate) struct Instance<'a> {
    /// `host`, `container` or `stopped`.
    pub(crate) runs: &'static str,
    /// Which product it is, where a section tells of several.
    pub(crate) product: &'a str,
    /// Words behind `m`.
    pub(crate) marks: Vec<&'a str>,
    /// The file that was read.
    pub(crate) file: Option<&'a str>,
    /// Texts by their name.
    pub(crate) texts: BTreeMap<&'a str, String>,
    /// Status of the command that printed a text.
    pub(crate) status: BTreeMap<&'a str, &'a str>,
    /// A count.
    pub(crate) number: Option<i64>,
    /// Why something of it is not known: the text that it is about (empty if it is about no text), and the words.
    pub(crate) gaps: Vec<(&'a str, String)>,
    open: &'a str,
}

impl Instance<'_> {
    pub(crate) fn is(&self, mark: &str) -> bool {
        self.marks.contains(&mark)
    }

    pub(crate) fn why(&self) -> Option<&str> {
        self.gaps.first().map(|(_, why)| why.as_str())
    }

    /// Why one of its texts is not whole.
    pub(crate) fn why_of(&self, text: &str) -> Option<&str> {
        let mut of = self.gaps.iter().filter(|(about, _)| *about == text);
        of.next().map(|(_, why)| why.as_str())
    }
}

/// Takes a section apart; what is about no instance is a gap of all.
pub(crate) fn instances<'a>(text: &'a str, told: &mut Told) -> Vec<Instance<'a>> {
    let mut all: Vec<Instance<'a>> = Vec::new();
    let mut ended = false;
    for line in text.lines().filter(|l| !l.is_empty()) {
        ended = line == "all";
        if let Some(rest) = line.strip_prefix("i ") {
            let runs = match rest.split(' ').next() {
                Some("host") => "host",
                Some("stopped") => "stopped",
                _ => "container",
            };
            all.push(Instance {
                runs,
                product: rest.split(' ').nth(1).unwrap_or_default(),
                ..Instance::default()
            });
            continue;
        }
        match (all.last_mut(), line.strip_prefix("! ")) {
            (Some(of), Some(why)) => of.gaps.push((of.open, plain(why))),
            (None, Some(why)) => told.gap(plain(why)),
            (Some(of), None) => take(of, line),
            (None, None) => {}
        }
    }
    if !ended {
        told.gap("the list did not come to its end");
    }
    all
}

fn take<'a>(of: &mut Instance<'a>, line: &'a str) {
    if let Some(body) = line.strip_prefix('|') {
        let text = of.texts.entry(of.open).or_default();
        text.push_str(body);
        text.push('\n');
        return;
    }
    let Some((word, rest)) = line.split_once(' ') else {
        return;
    };
    match word {
        "m" => of.marks.push(rest),
        "f" => of.file = Some(rest),
        "t" => {
            of.open = rest;
            of.texts.entry(rest).or_default();
        }
        "s" => {
            of.status.insert(of.open, rest);
        }
        "n" => of.number = rest.parse().ok(),
        _ => {}
    }
}
