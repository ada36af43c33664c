//! A lab in one realm, opened: declaration, identities, store and drivers, all of that realm's type.

use crate::exit::Stop;
use crate::output::words::did_you_mean;
use crate::tree::Tree;
use crate::{secrets, twins};
use anyhow::{Context as _, Result};
use console::hint::Hints;
use drivers::linux::LinuxDriver;
use drivers::linux::transport::{LocalTransport, SshOptions, SshTransport, Transport};
use engine::context::Clock;
use engine::drivers::Drivers;
use jiff::Timestamp;
use model::declare::OptExt as _;
use model::fact::{Before, FactKind, Facts, NativeIdentity, Scope, TargetFacts};
use model::id::{Kind, ObjectRef, RunId};
use model::lab::{Host, Reach};
use model::lock::{Lock, Native};
use model::plan::{Action, Plan};
use model::realm::{Realm, RealmTag};
use model::run::Entry;
use model::secret::SecretRef;
use plan::Owned;
use reading::told::SecretSource;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::Duration;
use store::{Stamp, Store};

/// How many hosts are asked at once.
const PARALLEL: usize = 16;
/// After this, what rests on files is read again even if they seem unchanged.
const WHOLE_READING: Duration = Duration::from_secs(6 * 3600);
/// What is said of a machine that answers in place of another.
const STRANGER: &str = "another machine answers";

/// The controller's clock.
#[derive(Debug, Clone, Copy)]
pub(crate) struct WallClock;

impl Clock for WallClock {
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }
}

/// A lab in one realm.
pub(crate) struct World<R: RealmTag> {
    pub(crate) tag: R,
    pub(crate) tree: Tree,
    pub(crate) lock: Lock,
    pub(crate) store: Store<R>,
    pub(crate) hints: Hints,
    /// Machines that are declared and not in this realm, with the reason: none in the real one.
    pub(crate) absent: BTreeMap<String, String>,
    /// How long a look at one machine may take, if somebody said so for this call.
    pub(crate) patience: Option<Duration>,
}

/// Why nothing is known of a machine without a `reach`, and what mends it.
const NO_WAY: &str = "nothing says how it is reached; add `reach: {ssh: ALIAS}`";

impl<R: RealmTag> World<R> {
    /// Opens the lab at `path` for a verb that records something. Ids that are missing are minted into `holdfast.lock`.
    pub(crate) fn open(tag: R, path: &Path) -> Result<Self> {
        let mut tree = Tree::open_valid(path)?;
        let lock = identities(&tree)?;
        let hints = Hints::new(path, tag.realm());
        let absent = adapted(&mut tree, &tag.realm(), &lock, &hints);
        let store = Store::open(tag.clone(), &data_root()?, &lock.lab)?;
        let world = Self {
            tag,
            tree,
            lock,
            store,
            hints,
            absent,
            patience: None,
        };
        crate::unrecorded::catch_up(&world)?;
        Ok(world)
    }

    /// Goes on with another reading of the same lab tree; gives the one before.
    pub(crate) fn change_tree(&mut self, mut tree: Tree) -> Tree {
        adapted(&mut tree, &self.realm(), &self.lock, &self.hints);
        std::mem::replace(&mut self.tree, tree)
    }

    /// The realm as a value.
    pub(crate) fn realm(&self) -> Realm {
        self.tag.realm()
    }

    /// Who a host was when it was enrolled in this realm.
    pub(crate) fn enrolled(&self, host: &str) -> Result<Option<NativeIdentity>> {
        let object = self.tree.lab.machine_ref(host);
        let of = |lock: &Lock| lock.objects.get(&object)?.machine().cloned();
        Ok(match self.realm() {
            Realm::Real => of(&self.lock),
            Realm::Twin(_) => self.store.identities()?.as_ref().and_then(of),
        })
    }

    /// Remembers who a host is.
    pub(crate) fn enrol(&mut self, host: &str, identity: NativeIdentity) -> Result<()> {
        let object = self.tree.lab.machine_ref(host);
        let mut lock = match self.realm() {
            Realm::Real => self.lock.clone(),
            Realm::Twin(_) => self
                .store
                .identities()?
                .unwrap_or_else(|| without_identities(&self.lock)),
        };
        let known = self.lock.objects.get(&object);
        let entry = known.with_context(|| format!("{object} has no id"))?;
        let of_realm = lock.objects.entry(object.clone());
        let entry = of_realm.or_insert_with(|| entry.clone());
        entry.enrol(object.kind, identity);
        match self.realm() {
            Realm::Real => {
                store::lockfile::write(&self.tree.lock_path(), &lock)?;
                self.lock = lock;
            }
            Realm::Twin(_) => self.store.save_identities(&lock)?,
        }
        Ok(())
    }

    /// Binds declared objects to what they are by their own account. What is bound already stays so.
    pub(crate) fn bind(&mut self, natives: &BTreeMap<ObjectRef, Native>) -> Result<()> {
        let mut lock = self.lock.clone();
        for (object, native) in natives {
            if let Some(entry) = lock.objects.get_mut(object)
                && entry.native.is_none()
            {
                entry.native = Some(native.clone());
            }
        }
        if lock != self.lock {
            store::lockfile::write(&self.tree.lock_path(), &lock)?;
            self.lock = lock;
        }
        Ok(())
    }

    /// Things that are ours, by host.
    pub(crate) fn owned(&self) -> Result<Owned> {
        let all = self.store.owned()?;
        let things = all.into_iter().map(|(target, things)| {
            let ours = things
                .into_iter()
                .filter(|(_, o)| !o.adopted)
                .map(|(t, _)| t);
            (target.name, ours.collect::<BTreeSet<String>>())
        });
        Ok(things.collect())
    }

    /// Handles on the declared hosts, or on one of them.
    pub(crate) fn drivers(&self, only: Option<&str>) -> Result<Drivers<R>> {
        let mut drivers = Drivers::new(self.tag.clone());
        let some = self.some_way();
        for (name, host) in self.machines(only)? {
            if self.absent.contains_key(name) || only.is_none() && some && self.no_way_to(host) {
                continue;
            }
            drivers.insert(Box::new(self.driver(name, host)?));
        }
        Ok(drivers)
    }

    /// Some machine can be logged in to. One that cannot then keeps it from nothing, and is unknown; if there is none, or a machine is
    /// asked for by name, that nothing leads there is an error.
    pub(crate) fn some_way(&self) -> bool {
        let mut machines = self.tree.lab.machines();
        machines.any(|(_, machine)| !self.no_way_to(machine))
    }

    /// Why a declared machine has no handle: it is not in this realm, or nothing leads to it.
    pub(crate) fn why_not(&self, name: &str) -> Option<String> {
        if let Some(why) = self.absent.get(name) {
            return Some(why.clone());
        }
        let machine = self.tree.lab.machine(name)?;
        self.no_way_to(machine).then(|| NO_WAY.to_owned())
    }

    /// The lab says nothing of how it is reached, and this is the real one.
    pub(crate) fn no_way_to(&self, host: &Host) -> bool {
        self.realm() == Realm::Real && matches!(host.reach, Reach::Unknown)
    }

    /// The declared hosts and the guests that are logged in to, or one of them.
    pub(crate) fn machines(&self, only: Option<&str>) -> Result<Vec<(&str, &Host)>> {
        let lab = &self.tree.lab;
        let Some(only) = only else {
            return Ok(lab.machines().collect());
        };
        if let Some(found) = lab.machines().find(|(name, _)| *name == only) {
            return Ok(vec![found]);
        }
        for kind in [Kind::Host, Kind::Guest] {
            if let Some(why) = lab.apart.why(kind, only) {
                let (word, status) = (kind.word(), why.status.word());
                let stop =
                    Stop::usage(format!("{word} {only} is {status}, and nobody looks at it"));
                let help = "take its 'status' out of the lab tree once it is there";
                return Err(stop.help(help).into());
            }
        }
        if lab.guests.contains_key(only) {
            let stop = Stop::usage(format!("guest {only} is not logged in to")).help(format!(
                "say how: add `reach: {{ssh: ALIAS}}` to guest {only}"
            ));
            return Err(stop.into());
        }
        let known = lab.hosts.keys().chain(lab.inside.keys());
        Err(undeclared("host", only, known).into())
    }

    /// Datasets that were named are declared.
    pub(crate) fn datasets_exist(&self, named: &[String]) -> Result<()> {
        let datasets = &self.tree.lab.datasets;
        match named.iter().find(|n| !datasets.contains_key(n.as_str())) {
            Some(name) => Err(undeclared("dataset", name, datasets.keys()).into()),
            None => Ok(()),
        }
    }

    /// The journal of a run.
    pub(crate) fn journal(&self, run: &RunId) -> Result<Vec<Entry>> {
        match self.store.load_run(run) {
            Ok(loaded) => Ok(loaded.entries),
            Err(store::StoreError::NoSuchRun { .. }) => Err(Stop::usage(format!(
                "there is no run {run} on {}",
                self.realm()
            ))
            .help(format!(
                "all of them are shown by: {}",
                self.hints.command("runs list")
            ))
            .into()),
            Err(other) => Err(other.into()),
        }
    }

    /// A handle on one host.
    pub(crate) fn driver(&self, name: &str, host: &Host) -> Result<LinuxDriver<R>> {
        let target = self.tree.lab.machine_ref(name);
        let transport = self.transport(name, host)?;
        let driver = LinuxDriver::new(
            self.tag.clone(),
            target,
            transport,
            self.enrolled(name)?,
            self.secret_source(),
            self.store.redactor()?,
        );
        let declared = match &host.reach {
            Reach::Ssh { timeout, .. } => timeout.as_ref(),
            Reach::Local | Reach::Unknown => None,
        };
        let declared = declared.map(|t| Duration::from_secs(t.value.0.unsigned_abs()));
        Ok(match self.patience.or(declared) {
            Some(patience) => driver.with_patience(patience),
            None => driver,
        })
    }

    /// How a host is reached.
    pub(crate) fn transport(&self, name: &str, host: &Host) -> Result<Transport> {
        if let Realm::Twin(twin) = self.realm() {
            let options = twins::ssh_options(&twin, &self.lock.lab, name, &self.hints)?;
            return Ok(Transport::Ssh(SshTransport::new(options)?));
        }
        match &host.reach {
            Reach::Local => Ok(Transport::Local(LocalTransport::new())),
            Reach::Ssh { .. } => Ok(Transport::Ssh(self.ssh(host)?.context("reached by ssh")?)),
            Reach::Unknown => Err(Stop::usage(format!("nothing says how {name} is reached"))
                .help(format!(
                    "add `reach: {{ssh: ALIAS}}` to {}",
                    self.tree.lab.machine_ref(name)
                ))
                .into()),
        }
    }

    /// The way to a host of the real lab that is reached by OpenSSH.
    pub(crate) fn ssh(&self, host: &Host) -> Result<Option<SshTransport>> {
        let Reach::Ssh {
            destination,
            user,
            port,
            ..
        } = &host.reach
        else {
            return Ok(None);
        };
        if self.realm() != Realm::Real {
            return Ok(None);
        }
        let options = SshOptions {
            destination: destination.value.clone(),
            user: user.as_ref().map(|u| u.value.clone()),
            port: port.as_ref().map(|p| p.value),
            config_file: std::env::var_os("HOLDFAST_SSH_CONFIG").map(PathBuf::from),
            isolate: false,
        };
        Ok(Some(SshTransport::new(options)?))
    }

    /// The host key that the lab declares, where the real lab is meant.
    pub(crate) fn declared_key(&self, host: &str) -> Option<&str> {
        match self.tree.lab.machine(host).map(|h| &h.reach) {
            Some(Reach::Ssh { host_key, .. }) if self.realm() == Realm::Real => {
                host_key.as_ref().map(|k| k.value.as_str())
            }
            _ => None,
        }
    }

    /// How this realm's drivers obtain secrets. A twin has no tag that opens the vault, so it never sees a real one.
    pub(crate) fn secret_source(&self) -> SecretSource {
        let made_up = self.store.dir().join("secrets");
        match self.tag.real() {
            Some(real) => {
                let vault = secrets::vault(real, &self.tree);
                Box::new(move |reference: &SecretRef| {
                    vault.get(reference).map_err(|p| secrets::said(&p))
                })
            }
            None => Box::new(move |reference: &SecretRef| secrets::twin(reference, &made_up)),
        }
    }

    /// Refuses a plan that would stop half-way because this controller lacks a secret that it hands over.
    pub(crate) fn secrets_at_hand(&self, plan: &Plan) -> Result<()> {
        let Some(real) = self.tag.real() else {
            return Ok(());
        };
        let vault = secrets::vault(real, &self.tree);
        for step in &plan.steps {
            if let Action::PutSecret { secret, .. } = &step.action {
                secrets::available(&vault, secret).map_err(|problem| {
                    let why = secrets::said(&problem);
                    Stop::environment(format!("{why} (here, on the controller)"))
                        .help(format!("step {} needs it; nothing was done", step.id))
                })?;
            }
        }
        Ok(())
    }

    /// What must be observed of each host for every verb.
    pub(crate) fn scopes(
        &self,
        only: Option<&str>,
        owned: &Owned,
    ) -> Result<BTreeMap<String, Scope>> {
        let lab = &self.tree.lab;
        let hosts = self.machines(only)?;
        let scope = |n: &str, h: &Host| {
            plan::scope::of_host(lab, n, h, owned).union(protect::scope(lab, n, owned))
        };
        Ok(hosts
            .into_iter()
            .map(|(n, h)| (n.to_owned(), scope(n, h)))
            .collect())
    }

    /// Looks at what a plan rests on: everything but the insides of repositories, which take long to open. Whether one is there at
    /// all is told by a file if it lies in a directory; any other one has to be opened.
    pub(crate) fn look(&self, drivers: &mut Drivers<R>, only: Option<&str>) -> Result<Facts> {
        self.ask(drivers, &self.shallow(only)?)
    }

    /// What a plan rests on, without the insides of repositories.
    pub(crate) fn shallow(&self, only: Option<&str>) -> Result<BTreeMap<String, Scope>> {
        let mut scopes = self.scopes(only, &self.owned()?)?;
        for scope in scopes.values_mut() {
            scope.paths.retain(|p| match p.kind {
                FactKind::Archive => false,
                FactKind::Repository => self.is_remote(&p.key),
                _ => true,
            });
        }
        Ok(scopes)
    }

    /// With what is looked at to tell what is new.
    pub(crate) fn with_news(
        &self,
        only: Option<&str>,
        mut scopes: BTreeMap<String, Scope>,
    ) -> Result<BTreeMap<String, Scope>> {
        for (name, host) in self.machines(only)? {
            if let Some(scope) = scopes.remove(name) {
                let proxies = plan::traefik::scope(&self.tree.lab, name);
                let storage = plan::storage::scope(&self.tree.lab, name);
                let scope = scope.union(plan::news::scope(host));
                let scope = scope.union(proxies).union(storage);
                scopes.insert(name.to_owned(), scope);
            }
        }
        Ok(scopes)
    }

    /// With what is looked at to tell from where ways in can be reached.
    pub(crate) fn with_ways(
        &self,
        only: Option<&str>,
        mut scopes: BTreeMap<String, Scope>,
    ) -> Result<BTreeMap<String, Scope>> {
        for (name, _) in self.machines(only)? {
            if let Some(scope) = scopes.remove(name) {
                let proxies = plan::traefik::scope(&self.tree.lab, name);
                let scope = scope.union(plan::ports::scope()).union(proxies);
                scopes.insert(name.to_owned(), scope);
            }
        }
        Ok(scopes)
    }

    fn is_remote(&self, repository: &str) -> bool {
        let declared = self.tree.lab.repositories.get(repository);
        let location = declared.and_then(|r| r.location.known());
        location.is_some_and(|l| !protect::is_directory(l))
    }

    /// Looks at everything, and keeps what was seen.
    pub(crate) fn observe(&self, drivers: &mut Drivers<R>, only: Option<&str>) -> Result<Facts> {
        let scopes = self.scopes(only, &self.owned()?)?;
        let facts = self.ask(drivers, &self.with_news(only, scopes)?)?;
        self.keep(&facts)?;
        Ok(facts)
    }

    /// What was read of each host before and need not be read again if its files are unchanged. Where what was kept cannot be read, all is.
    pub(crate) fn read_before(&self) -> Result<BTreeMap<String, BTreeMap<FactKind, Before>>> {
        let now = Timestamp::now();
        let oldest = now.checked_sub(WHOLE_READING).unwrap_or(now);
        let machines = self.tree.lab.machines().map(|(n, _)| n);
        let answers = match self.store.latest_answers(machines) {
            Ok(answers) => answers,
            Err(why) => {
                errln!("warning: what was observed before is of no use, so all is read: {why}");
                return Ok(BTreeMap::new());
            }
        };
        let mut known = BTreeMap::new();
        for (name, facts) in answers {
            let enrolled = self.enrolled(&name)?;
            let same = enrolled.is_none_or(|known| facts.identity == Some(known));
            // What comes from the future was read by a clock that was wrong.
            if same && facts.at <= now {
                known.insert(name, facts.since(oldest));
            }
        }
        Ok(known)
    }

    /// Keeps what was seen; of kinds that nobody accepted anything of yet it is the starting point.
    pub(crate) fn keep(&self, facts: &Facts) -> Result<()> {
        self.store.save_facts(facts, Timestamp::now())?;
        let lab = &self.tree.lab;
        self.store.change_accepted(|accepted| {
            let answered = facts.targets.values().filter(|f| f.identity.is_some());
            for target in answered.filter(|f| f.target == lab.machine_ref(&f.target.name)) {
                let of_host = accepted.entry(target.target.name.clone()).or_default();
                for (kind, baseline) in model::accepted::starting_point(target) {
                    of_host.entry(kind).or_insert(baseline);
                }
            }
        })?;
        Ok(())
    }

    /// Looks at the hosts. What a stranger answers is nothing that is known of the host whose place it takes.
    pub(crate) fn ask(
        &self,
        drivers: &mut Drivers<R>,
        scopes: &BTreeMap<String, Scope>,
    ) -> Result<Facts> {
        let mut present = scopes.clone();
        present.retain(|name, _| !self.absent.contains_key(name));
        let mut facts = engine::observe::observe_all(drivers, &present, &WallClock, PARALLEL);
        if let Realm::Twin(_) = self.realm() {
            self.not_in_twin(&mut facts, scopes)?;
        }
        for (name, target) in &mut facts.targets {
            // Who did not answer at all is called what it is declared as.
            if let Some(machine) = self.tree.lab.machine(name) {
                target.target = self.tree.lab.machine_ref(name);
                if target.identity.is_none() && self.no_way_to(machine) {
                    target.errors = vec![NO_WAY.to_owned()];
                }
            }
            let enrolled = self.enrolled(name)?;
            let declared = self.declared_key(name);
            let found = target.identity.as_ref();
            let never_met = found.is_none() && target.errors.iter().any(|e| is_unknown_key(e));
            if never_met {
                let enrol = self.hints.command("access trust");
                target.errors.push(format!(
                    "ssh has not met it yet; this compares its key and makes it known: {enrol} --host {name}"
                ));
            }
            let differs = |f: &NativeIdentity| {
                let known = declared.filter(|d| *d != f.host_key)?;
                Some(format!(
                    "its host key is {}, the lab declares {known}",
                    f.host_key
                ))
            };
            let why = |f| stranger(&self.realm(), enrolled.as_ref(), f).or_else(|| differs(f));
            if let Some(why) = found.and_then(why) {
                let (host, at) = (target.target.clone(), target.at);
                let why = format!("{STRANGER}: {why}");
                *target = TargetFacts::unreachable(host, at, why);
            }
        }
        Ok(facts)
    }

    /// Refuses to go on if another machine answered for one of the hosts.
    pub(crate) fn only_own(&self, facts: &Facts) -> Result<()> {
        for (name, target) in &facts.targets {
            let said = target.errors.iter().find(|e| e.starts_with(STRANGER));
            if let Some(why) = said {
                return Err(Stop::refused(format!("{name} is not acted on: {why}"))
                    .help("if it was rebuilt on purpose, remove its `native` entry from holdfast.lock and enrol it again")
                    .into());
            }
        }
        Ok(())
    }

    /// What the lab declares beside what was seen, for a question.
    pub(crate) fn with_context<T>(
        &self,
        facts: &Facts,
        ask: impl FnOnce(&plan::Context<'_>) -> T,
    ) -> Result<T> {
        let owned = self.owned()?;
        Ok(ask(&plan::Context {
            lab: &self.tree.lab,
            sources: &self.tree.sources,
            facts,
            owned: &owned,
            now: Timestamp::now(),
        }))
    }

    /// Now, with the state of the clock.
    pub(crate) fn stamp(&self) -> Stamp {
        crate::clock::stamp(&self.tree.lab)
    }
}

/// Makes a declaration that of its realm; gives the hosts that are not in it, with the reason.
fn adapted(tree: &mut Tree, realm: &Realm, lock: &Lock, hints: &Hints) -> BTreeMap<String, String> {
    let Realm::Twin(name) = realm else {
        return BTreeMap::new();
    };
    let absent = twins::absent(&tree.lab);
    twins::adapt(&mut tree.lab, name, &lock.lab, hints);
    absent
}

/// Nothing of this name is declared.
fn undeclared<'a>(what: &str, name: &str, known: impl Iterator<Item = &'a String>) -> Stop {
    let known: Vec<&str> = known.map(String::as_str).collect();
    let stop = Stop::usage(format!(
        "no {what} is called {name}; declared are: {}",
        known.join(", ")
    ));
    match did_you_mean(name, known) {
        Some(question) => stop.help(question),
        None => stop,
    }
}

/// Says that ssh never met the host; a key that changed is told in other words.
pub(crate) fn is_unknown_key(error: &str) -> bool {
    error.contains("host key is known for")
}

/// What is wrong with the identity that was found; `None` if it is the enrolled one, or none is enrolled and no marker speaks
/// against it.
pub(crate) fn stranger(
    realm: &Realm,
    enrolled: Option<&NativeIdentity>,
    found: &NativeIdentity,
) -> Option<String> {
    let own = realm.to_string();
    if let Some(marker) = found.realm_marker.as_deref().map(str::trim)
        && marker != own
    {
        return Some(format!("its realm marker is {marker}, this is {own}"));
    }
    let known = enrolled?;
    let differs = |what: &str, known: &str, found: &str| {
        (known != found).then(|| format!("its {what} is {found}, enrolled is {known}"))
    };
    let marker = |i: &NativeIdentity| i.realm_marker.clone().unwrap_or_else(|| "none".to_owned());
    let all = [
        differs("machine-id", &known.machine_id, &found.machine_id),
        differs("host key", &known.host_key, &found.host_key),
        differs("realm marker", &marker(known), &marker(found)),
    ];
    let all: Vec<String> = all.into_iter().flatten().collect();
    (!all.is_empty()).then(|| all.join("; "))
}

/// `holdfast.lock`, with ids for all declared objects; written back if some were missing.
fn identities(tree: &Tree) -> Result<Lock> {
    let path = tree.lock_path();
    let read = store::lockfile::read(&path)?;
    let lock = match &read {
        Some(lock) => lock.clone(),
        None => store::mint::new_lock(&mut store::SystemRandom)?,
    };
    let objects: BTreeSet<ObjectRef> = tree.lab.objects().into_iter().collect();
    let minted =
        store::mint::mint_missing(&lock, &objects, &renames(tree), &mut store::SystemRandom)?;
    if read.as_ref() != Some(&minted.lock) {
        store::lockfile::write(&path, &minted.lock)?;
    }
    Ok(minted.lock)
}

/// `(old, new)` for everything that says `was:`.
fn renames(tree: &Tree) -> Vec<(ObjectRef, ObjectRef)> {
    let all = tree.lab.renames().into_iter();
    all.map(|(new, was)| (ObjectRef::new(new.kind, was.value), new))
        .collect()
}

fn without_identities(lock: &Lock) -> Lock {
    let mut lock = lock.clone();
    for object in lock.objects.values_mut() {
        (object.native, object.inside) = (None, None);
    }
    lock
}

/// Where Holdfast keeps its state: `HOLDFAST_DATA`, else `holdfast` in `XDG_DATA_HOME` or `~/.local/share`.
pub(crate) fn data_root() -> Result<PathBuf> {
    let from = |name: &str| {
        std::env::var_os(name)
            .filter(|v| !v.is_empty())
            .map(PathBuf::from)
    };
    from("HOLDFAST_DATA")
        .or_else(|| from("XDG_DATA_HOME").map(|d| d.join("holdfast")))
        .or_else(|| from("HOME").map(|d| d.join(".local/share/holdfast")))
        .ok_or_else(|| {
            Stop::environment("nothing says where to keep state")
                .help("set HOLDFAST_DATA to a folder")
                .into()
        })
}
