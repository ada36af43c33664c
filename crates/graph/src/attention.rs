//! Who notices when a pool is not well: alerts, jobs that raise them, and services that watch.

use model::declare::{About, OptExt as _, Ref};
use model::id::Kind;
use model::lab::Lab;
use model::lab::protection::{Job, JobKind};
use model::lab::storage::Pool;

/// What comes of looking for somebody who is told.
pub enum Attention {
    /// An alert, or a service in use, does it.
    Paid,
    /// What there is instead, each with why it does not do.
    None(Vec<String>),
}

/// Whether anybody is told when this pool needs it.
pub fn of_pool(lab: &Lab, name: &str, pool: &Pool) -> Attention {
    let mut instead = Vec::new();
    if let Some(by) = pool.monitored_by.known() {
        match by.kind() {
            Kind::Alert => match alert(lab, by.name()) {
                Ok(()) => return Attention::Paid,
                Err(why) => instead.push(why),
            },
            Kind::Job => match job(lab, by.name()) {
                Ok(()) => return Attention::Paid,
                Err(why) => instead.push(why),
            },
            _ => match service(lab, by.name()) {
                Ok(()) => return Attention::Paid,
                Err(why) => instead.push(why),
            },
        }
    }
    for (key, about) in &lab.alerts {
        let named = about.about.iter().any(|a| is_pool(&a.value, name));
        match named.then(|| alert(lab, key)) {
            Some(Ok(())) => return Attention::Paid,
            Some(Err(why)) => instead.push(why),
            None => {}
        }
    }
    for (key, work) in &lab.jobs {
        let watches = matches!(
            work.kind.known(),
            Some(JobKind::Smart | JobKind::Scrub | JobKind::Script)
        );
        match (watches && is_on(work, name)).then(|| job(lab, key)) {
            Some(Ok(())) => return Attention::Paid,
            Some(Err(why)) if !instead.contains(&why) => instead.push(why),
            Some(Err(_)) | None => {}
        }
    }
    Attention::None(instead)
}

/// A job's `on` has the pool.
pub fn is_on(job: &Job, pool: &str) -> bool {
    let mut on = job.on.iter().map(|o| &o.value);
    on.any(|o| o.kind() == Kind::Pool && o.name() == pool)
}

fn is_pool<const SET: u64>(about: &About<SET>, name: &str) -> bool {
    let same = |r: &Ref<SET>| r.kind() == Kind::Pool && r.name() == name;
    matches!(about, About::Ref(r) if same(r))
}

fn alert(lab: &Lab, name: &str) -> Result<(), String> {
    let routed = lab.alerts.get(name).is_some_and(|a| !a.route.is_empty());
    match routed {
        true => Ok(()),
        false => Err(format!("alert '{name}' rings nowhere ('route')")),
    }
}

fn job(lab: &Lab, name: &str) -> Result<(), String> {
    let raises = lab.jobs.get(name).and_then(|j| j.alerts.known());
    match raises {
        Some(by) => alert(lab, by.name()),
        None => Err(format!("job '{name}' looks and tells nobody ('alerts')")),
    }
}

fn service(lab: &Lab, name: &str) -> Result<(), String> {
    let running = lab.services.get(name).is_some_and(|s| s.is_running());
    match running {
        true => Ok(()),
        false => Err(format!("service '{name}' is not in use")),
    }
}
