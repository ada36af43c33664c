//! Who notices when a pool is not well: alerts, jobs that raise them, and services that watch.

use model::declare::{About, Given, OptExt as _};
use model::id::Kind;
use model::lab::Lab;
use model::lab::protection::{Job, JobKind};
use model::lab::storage::Pool;
use rustc_hash::FxHashMap;
use std::collections::BTreeSet;

/// What comes of looking for somebody who is told.
pub enum Attention {
    /// An alert, or a service in use, does it.
    Paid,
    /// Something may do it, and whether it does is not known.
    Unknown(String),
    /// What there is instead, each with why it does not do.
    None(Vec<String>),
}

/// Alerts, and jobs that look, by the pools that they name.
pub struct Watchers<'a> {
    /// The lab that they are of.
    pub lab: &'a Lab,
    alerts: FxHashMap<&'a str, Vec<&'a str>>,
    jobs: FxHashMap<&'a str, Vec<&'a str>>,
}

impl<'a> Watchers<'a> {
    /// Reads the lab once.
    pub fn of(lab: &'a Lab) -> Self {
        let mut alerts: FxHashMap<&str, Vec<&str>> = FxHashMap::default();
        for (key, alert) in &lab.alerts {
            let pools: BTreeSet<&str> = alert.about.iter().filter_map(|a| pool(&a.value)).collect();
            for pool in pools {
                alerts.entry(pool).or_default().push(key);
            }
        }
        let mut jobs: FxHashMap<&str, Vec<&str>> = FxHashMap::default();
        let looks = |job: &Job| {
            let kind = job.kind.known();
            matches!(
                kind,
                Some(JobKind::Smart | JobKind::Scrub | JobKind::Script)
            )
        };
        for (key, job) in lab.jobs.iter().filter(|(_, job)| looks(job)) {
            let on = job.on.iter().map(|o| &o.value);
            let pools = on.filter(|o| o.kind() == Kind::Pool).map(|o| o.name());
            for pool in pools.collect::<BTreeSet<&str>>() {
                jobs.entry(pool).or_default().push(key);
            }
        }
        Self { lab, alerts, jobs }
    }
}

/// Whether anybody is told when this pool needs it.
pub fn of_pool(watchers: &Watchers<'_>, name: &str, pool: &Pool) -> Attention {
    let lab = watchers.lab;
    let mut instead = Vec::new();
    let mut open = None;
    if pool.monitored_by.as_deref().is_some_and(Given::is_unknown) {
        open = Some("what watches it ('monitored_by') is not known".to_owned());
    }
    if let Some(by) = pool.monitored_by.known() {
        match by.kind() {
            Kind::Alert => match alert(lab, by.name()) {
                Ok(()) => return Attention::Paid,
                Err(why) => instead.push(why),
            },
            Kind::Job => match job(lab, by.name()) {
                Ok(None) => return Attention::Paid,
                Ok(why) => open = why,
                Err(why) => instead.push(why),
            },
            _ => match service(lab, by.name()) {
                Ok(()) => return Attention::Paid,
                Err(why) => instead.push(why),
            },
        }
    }
    for key in watchers.alerts.get(name).into_iter().flatten() {
        match alert(lab, key) {
            Ok(()) => return Attention::Paid,
            Err(why) => instead.push(why),
        }
    }
    for key in watchers.jobs.get(name).into_iter().flatten() {
        match job(lab, key) {
            Ok(None) => return Attention::Paid,
            Ok(why) => open = why,
            Err(why) if !instead.contains(&why) => instead.push(why),
            Err(_) => {}
        }
    }
    match open {
        Some(why) => Attention::Unknown(why),
        None => Attention::None(instead),
    }
}

/// A job's `on` has the pool.
pub fn is_on(job: &Job, pool: &str) -> bool {
    let mut on = job.on.iter().map(|o| &o.value);
    on.any(|o| o.kind() == Kind::Pool && o.name() == pool)
}

/// The pool that something is about.
fn pool<const SET: u64>(about: &About<SET>) -> Option<&str> {
    match about {
        About::Ref(r) if r.kind() == Kind::Pool => Some(r.name()),
        About::Ref(_) | About::Text(_) => None,
    }
}

fn alert(lab: &Lab, name: &str) -> Result<(), String> {
    let routed = lab.alerts.get(name).is_some_and(|a| !a.route.is_empty());
    match routed {
        true => Ok(()),
        false => Err(format!("alert '{name}' rings nowhere ('route')")),
    }
}

/// Whether a job that looks tells somebody; with why that is not known, where nobody knows when it runs.
fn job(lab: &Lab, name: &str) -> Result<Option<String>, String> {
    let Some(job) = lab.jobs.get(name) else {
        return Err(format!("there is no job '{name}'"));
    };
    let Some(by) = job.alerts.known() else {
        return Err(format!("job '{name}' looks and tells nobody ('alerts')"));
    };
    alert(lab, by.name())?;
    let unknown = job.schedule.as_deref().is_some_and(Given::is_unknown);
    Ok(unknown.then(|| format!("when job '{name}' runs is not known")))
}

fn service(lab: &Lab, name: &str) -> Result<(), String> {
    let running = lab.services.get(name).is_some_and(|s| s.is_running());
    match running {
        true => Ok(()),
        false => Err(format!("service '{name}' is not in use")),
    }
}
