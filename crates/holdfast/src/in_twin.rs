//! What a twin cannot show, apart from what was found in it: machines that are not in it, and the checked-in list of facts.
//!
//! Both are unknown, counted and never taken for drift; in the real realm there is neither.

use crate::output::words::count;
use crate::output::{Paint, wrap};
use crate::twins;
use crate::world::World;
use anyhow::Result;
use jiff::Timestamp;
use model::fact::{FactKind, FactPath, Facts, Scope, Seen, TargetFacts};
use model::id::{Kind, ObjectRef};
use model::kleene::Reason;
use model::realm::{Realm, RealmTag};
use plan::{Difference, How};
use std::collections::BTreeMap;
use twinplan::Simulated;

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
        let twin = matches!(self.realm(), Realm::Twin(_));
        for one in differences {
            let listed = twin
                && (self.absent_here(&one.target.name).is_some()
                    || self.absent_here(&one.target.to_string()).is_some()
                    || missing.contains(&one.target)
                    || (one.path.kind == FactKind::PveGuest
                        && self.imagined(&one.target).contains_key(&one.path))
                    || (one.path.kind == FactKind::Mount
                        && self.stood_in(&one.target).contains_key(&one.path))
                    || twinplan::exceptions::of(&one.path).is_some());
            match listed && one.how == How::Unknown {
                true => apart.beyond += 1,
                false => apart.found.push(one.clone()),
            }
        }
        apart
    }

    /// What no twin can tell is unknown, and never what this machine happens to be. What a fault makes a machine say stays.
    pub(crate) fn not_in_twin(
        &self,
        facts: &mut Facts,
        scopes: &BTreeMap<String, Scope>,
    ) -> Result<()> {
        let faults = twinapi::load_from(self.store.dir())?;
        for target in facts.targets.values_mut() {
            let machine = twinplan::slug(&target.target.name);
            let imagined = self.imagined(&target.target);
            twinplan::stood_in::hide(target, self.stood_in(&target.target));
            // Of these no twin has any, however many rights its token had.
            let whole = |kind: &FactKind| twinplan::exceptions::of_kind(*kind).is_some();
            target.collections.retain(|kind, _| !whole(kind));
            for (path, fact) in &mut target.facts {
                let why = imagined.get(path).map(String::as_str);
                if let Some(why) = why.or(twinplan::exceptions::of(path))
                    && !faults.iter().any(|f| f.says(&machine, path))
                {
                    fact.seen = Seen::Unknown(Reason::new(format!("not in twin: {why}")));
                }
            }
        }
        for (name, why) in &self.absent {
            if scopes.contains_key(name) {
                let host = self.tree.lab.machine_ref(name);
                let why = format!("not in twin: {why}");
                let unknown = TargetFacts::unreachable(host, Timestamp::now(), why);
                facts.targets.insert(name.clone(), unknown);
            }
        }
        Ok(())
    }

    fn stood_in(&self, of: &ObjectRef) -> BTreeMap<FactPath, String> {
        twinplan::stood_in::mounts(&self.tree.lab, of)
    }

    /// Guests of an interface that are not in the twin: whatever the simulator says of them, nothing runs.
    fn imagined(&self, of: &ObjectRef) -> BTreeMap<FactPath, String> {
        let lab = &self.tree.lab;
        let design = twinplan::design(lab, &Default::default());
        let is_pve = |i: &twinplan::InterfaceTwin| i.product == Simulated::ProxmoxVe;
        if !design.interfaces.iter().any(|i| i.of == *of && is_pve(i)) {
            return BTreeMap::new();
        }
        let guests = pvesim::guests(lab, &of.name).into_iter();
        let absent = guests.filter_map(|(id, name, _)| {
            let why = design.why_absent(&ObjectRef::new(Kind::Guest, name))?;
            Some((
                FactPath::new(FactKind::PveGuest, id.to_string()),
                why.to_owned(),
            ))
        });
        absent.collect()
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
