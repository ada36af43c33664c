//! What a twin cannot show, apart from what was found in it: machines that are not in it, and the checked-in list of facts.
//!
//! Both are unknown, counted and never taken for drift; in the real realm there is neither.

use crate::output::words::count;
use crate::output::{Paint, wrap};
use crate::twins;
use crate::world::World;
use model::fact::Facts;
use model::realm::{Realm, RealmTag};
use plan::{Difference, How};
use std::collections::BTreeMap;

/// Differences with what a twin cannot show taken out.
#[derive(Debug, Default)]
pub(crate) struct Apart {
    /// What was found, or could not be told for another reason.
    pub(crate) found: Vec<Difference>,
    /// How many facts no twin can show.
    pub(crate) beyond: usize,
}

impl<R: RealmTag> World<R> {
    /// A host that this realm does not have, and why.
    pub(crate) fn absent_here(&self, host: &str) -> Option<&str> {
        self.absent.get(host).map(String::as_str)
    }

    /// Takes out what a twin cannot show.
    pub(crate) fn apart(&self, differences: &[Difference]) -> Apart {
        let mut apart = Apart::default();
        let missing = twins::absent_stacks(&self.tree.lab);
        for one in differences {
            let listed = matches!(self.realm(), Realm::Twin(_))
                && (self.absent_here(&one.target.name).is_some()
                    || missing.contains(&one.target)
                    || twinplan::exceptions::of(&one.path).is_some());
            match listed && one.how == How::Unknown {
                true => apart.beyond += 1,
                false => apart.found.push(one.clone()),
            }
        }
        apart
    }

    /// The facts of everything that this realm has.
    pub(crate) fn present(&self, facts: &Facts) -> Facts {
        let mut present = facts.clone();
        present
            .targets
            .retain(|name, _| self.absent_here(name).is_none());
        present
    }

    /// The machines that are not in this twin, one paragraph per reason.
    pub(crate) fn beyond(&self, facts: &Facts, paint: Paint) -> String {
        let mut by_reason: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for name in facts.targets.keys() {
            if let Some(why) = self.absent_here(name) {
                by_reason.entry(why).or_default().push(name);
            }
        }
        let line = |(why, names): (&str, Vec<&str>)| {
            let label = format!("not in the twin: {}", names.join(", "));
            wrap::hanging("", &format!("{label} ({why})"), paint.width())
        };
        by_reason.into_iter().map(line).collect()
    }
}

/// What is counted and is no drift: facts that no twin shows, and containers whose image stands in for the declared one.
pub(crate) fn counted(beyond: usize, stand_ins: usize, paint: Paint) -> String {
    let mut text = String::new();
    if stand_ins > 0 {
        let what = count(stand_ins, "container runs", "containers run");
        let line = format!("{what} an image that stands in for the declared one");
        text.push_str(&wrap::hanging("", &line, paint.width()));
    }
    if beyond > 0 {
        let what = count(beyond, "declared fact", "declared facts");
        let line = format!("{what} cannot be shown by a twin; `twin plan` lists them");
        text.push_str(&wrap::hanging("", &line, paint.width()));
    }
    text
}
