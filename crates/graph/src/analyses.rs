//! What several rules ask of the same lab: each is built when the first one asks, and once, also if two ask at the same time.

use crate::Context;
use crate::addresses::{Held, held};
use crate::beside::{self, Apart, Beside};
use crate::bodies::{self, Body};
use crate::composed_memory::Files;
use crate::containers::Container;
use crate::copies::{Copies, Snapshots};
use crate::listening;
use crate::load::Load;
use crate::restore::{Wanted, wanted};
use crate::structure::{Cuts, Structure};
use crate::totals;
use model::compose::Port;
use model::declare::OptExt as _;
use model::id::ObjectRef;
use model::lab::guest::Guest;
use model::lab::service::Service;
use model::lab::{Backup, DataSource, Dataset, Lab, Repository};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::OnceLock;

/// A backup with its name, and the repository that it goes to with its name.
pub type Kept<'a> = (&'a str, &'a Backup, &'a str, &'a Repository);

/// Datasets that are folders, by the machine that has them; none where that is not said.
pub(crate) type Folders<'a> = BTreeMap<Option<&'a str>, Vec<(&'a str, &'a Dataset)>>;

/// What has been built so far for one context.
#[derive(Default)]
pub struct Analyses<'a> {
    by_stack: OnceLock<BTreeMap<&'a str, Vec<(&'a str, &'a Service)>>>,
    guests: OnceLock<BTreeMap<&'a ObjectRef, Vec<(&'a str, &'a Guest)>>>,
    containers: OnceLock<BTreeMap<&'a str, Vec<Container<'a>>>>,
    folders: OnceLock<Folders<'a>>,
    kept: OnceLock<BTreeMap<&'a str, Vec<Kept<'a>>>>,
    bodies: OnceLock<Vec<Body<'a>>>,
    copies: OnceLock<Copies<'a>>,
    snapshots: OnceLock<Snapshots<'a>>,
    load: OnceLock<Load<'a>>,
    wanted: OnceLock<BTreeMap<&'a str, Wanted<'a>>>,
    held: OnceLock<Vec<Held<'a>>>,
    apart: OnceLock<Apart<'a>>,
    structure: OnceLock<Structure>,
    cuts: OnceLock<Option<Cuts>>,
}

impl fmt::Debug for Analyses<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Analyses")
    }
}

impl<'a> Context<'a> {
    /// Services by the stacks that they run in.
    pub(crate) fn by_stack(&self) -> &BTreeMap<&'a str, Vec<(&'a str, &'a Service)>> {
        self.analyses.by_stack.get_or_init(|| by_stack(self.lab))
    }

    /// The guests that run on something and are no templates, as [`totals::guests_on`] has them.
    pub fn guests_on(&self, about: &ObjectRef) -> Vec<(&'a str, &'a Guest)> {
        let by_place = self.analyses.guests.get_or_init(|| guests(self.lab));
        let machines = totals::machines(self.lab, Some(about)).unwrap_or_default();
        let mut places: BTreeSet<ObjectRef> = machines.into_iter().map(|m| m.object()).collect();
        places.insert(about.clone());
        let found = places.iter().filter_map(|p| by_place.get(p)).flatten();
        let mut out: Vec<(&str, &Guest)> = found.copied().collect();
        out.sort_by_key(|(name, _)| *name);
        out
    }

    /// What each stack's project starts by itself.
    pub fn containers_of(&self, stack: &str) -> &[Container<'a>] {
        let by_stack = self.analyses.containers.get_or_init(|| {
            let mut out: BTreeMap<&str, Vec<Container<'_>>> = BTreeMap::new();
            for container in self.containers() {
                out.entry(container.stack).or_default().push(container);
            }
            out
        });
        by_stack.get(stack).map_or(&[], Vec::as_slice)
    }

    /// Where folders of datasets are.
    pub(crate) fn folders(&self) -> &Folders<'a> {
        self.analyses.folders.get_or_init(|| folders(self.lab))
    }

    /// Backups by the datasets that are in them.
    pub(crate) fn kept(&self) -> &BTreeMap<&'a str, Vec<Kept<'a>>> {
        self.analyses.kept.get_or_init(|| kept(self.lab))
    }

    /// Every body of data.
    pub fn bodies(&self) -> &[Body<'a>] {
        let built = &self.analyses.bodies;
        built.get_or_init(|| bodies::all(self.lab))
    }

    /// Every copy that is taken again and again.
    pub fn copies(&self) -> &Copies<'a> {
        let built = &self.analyses.copies;
        built.get_or_init(|| Copies::of(self.lab))
    }

    /// Every schedule of snapshots.
    pub fn snapshots(&self) -> &Snapshots<'a> {
        let built = &self.analyses.snapshots;
        built.get_or_init(|| Snapshots::of(self.lab))
    }

    /// What runs on each machine.
    pub fn load(&self) -> &Load<'a> {
        let built = &self.analyses.load;
        built.get_or_init(|| Load::with(self.lab, Files::of(self.lab, self.projects)))
    }

    /// What each tier wants.
    pub fn wanted(&self, tier: &str) -> Option<&Wanted<'a>> {
        let built = self.analyses.wanted.get_or_init(|| {
            let tiers = self.lab.tiers.keys().map(String::as_str);
            tiers.map(|t| (t, wanted(self.lab, t))).collect()
        });
        built.get(tier)
    }

    /// Every address that is declared.
    pub fn held(&self) -> &[Held<'a>] {
        let built = &self.analyses.held;
        built.get_or_init(|| held(self.lab))
    }

    /// Why the engine publishes no port of a container, if it is only in networks beside the machines.
    pub fn beside<'c>(&'c self, container: &Container<'c>) -> Option<&'c Beside<'c>> {
        let built = &self.analyses.apart;
        let all: &Apart<'c> = built.get_or_init(|| beside::apart(self.lab, self.projects));
        all.get(&(container.stack, container.name))
    }

    /// The ports that the engine publishes of a container.
    pub fn published<'c>(
        &self,
        container: &Container<'c>,
    ) -> impl Iterator<Item = &'c Port> + use<'c> {
        let none = self.beside(container).is_some();
        let all = listening::published(container.project, container.service);
        all.filter(move |_| !none)
    }

    /// What needs what to be up.
    pub fn structure(&self) -> &Structure {
        let built = &self.analyses.structure;
        built.get_or_init(|| Structure::of(self.lab))
    }

    /// What takes each element down alone; `None` if that is too much to tell.
    pub fn cuts(&self) -> Option<&Cuts> {
        let built = &self.analyses.cuts;
        built.get_or_init(|| self.structure().cuts()).as_ref()
    }
}

fn kept(lab: &Lab) -> BTreeMap<&str, Vec<Kept<'_>>> {
    let mut out: BTreeMap<&str, Vec<Kept<'_>>> = BTreeMap::new();
    for (name, backup) in &lab.backups {
        let to = backup.to.as_ref();
        let Some((key, repository)) = to.and_then(|t| lab.repositories.get_key_value(&t.value))
        else {
            continue;
        };
        let datasets: BTreeSet<&str> = backup.datasets.iter().map(|d| d.value.as_str()).collect();
        for dataset in datasets {
            let of = out.entry(dataset).or_default();
            of.push((name.as_str(), backup, key.as_str(), repository));
        }
    }
    out
}

fn folders(lab: &Lab) -> Folders<'_> {
    let mut out = Folders::new();
    for (name, set) in &lab.datasets {
        if matches!(set.source, Some(DataSource::Folder(_))) {
            let host = set.host.as_ref().map(|h| h.value.as_str());
            let owner = host.or(set.about.on.known().map(|o| o.name()));
            out.entry(owner).or_default().push((name, set));
        }
    }
    out
}

fn by_stack(lab: &Lab) -> BTreeMap<&str, Vec<(&str, &Service)>> {
    let mut out: BTreeMap<&str, Vec<(&str, &Service)>> = BTreeMap::new();
    for (name, service) in &lab.services {
        let stacks = service.runs.iter().filter_map(|r| r.stack.known());
        let stacks: BTreeSet<&str> = stacks.map(|s| s.name()).collect();
        for stack in stacks {
            out.entry(stack).or_default().push((name, service));
        }
    }
    out
}

fn guests(lab: &Lab) -> BTreeMap<&ObjectRef, Vec<(&str, &Guest)>> {
    let mut out: BTreeMap<&ObjectRef, Vec<(&str, &Guest)>> = BTreeMap::new();
    let real = lab
        .guests
        .iter()
        .filter(|(_, g)| g.template.known() != Some(&true));
    for (name, guest) in real {
        if let Some(on) = guest.on.known() {
            out.entry(&on.0.object).or_default().push((name, guest));
        }
    }
    out
}
