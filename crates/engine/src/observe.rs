//! Asks every target what is there, a few at a time. Never fails: a target that does not answer is unknown in the result.

use crate::context::Clock;
use crate::drivers::Drivers;
use jiff::Timestamp;
use model::fact::{FORMAT, Facts, Scope, TargetFacts};
use model::id::{Kind, ObjectRef};
use model::realm::RealmTag;
use plan::driver::Driver;
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Mutex, PoisonError};

/// One target waiting to be asked.
type Job<'a, R> = (&'a str, &'a Scope, &'a mut Box<dyn Driver<R>>);

/// Observes every host that `scopes` names, at most `parallel` at a time (at least one). A target that hangs or whose
/// driver panics costs itself only; one without a driver is unknown.
pub fn observe_all<R: RealmTag>(
    drivers: &mut Drivers<R>,
    scopes: &BTreeMap<String, Scope>,
    clock: &dyn Clock,
    parallel: usize,
) -> Facts {
    let realm = drivers.tag().realm();
    let mut targets = without_driver(drivers, scopes, clock.now());
    let mut jobs: Vec<Job<'_, R>> = drivers
        .all_mut()
        .iter_mut()
        .filter_map(|(name, driver)| Some((name.as_str(), scopes.get(name)?, driver)))
        .collect();
    jobs.reverse();
    let workers = parallel.clamp(1, jobs.len().max(1));
    let queue = Mutex::new(jobs);
    let done = Mutex::new(Vec::new());
    std::thread::scope(|threads| {
        for _ in 0..workers {
            threads.spawn(|| {
                while let Some(job) = take(&queue) {
                    let observed = ask(job, clock);
                    done.lock()
                        .unwrap_or_else(PoisonError::into_inner)
                        .push(observed);
                }
            });
        }
    });
    targets.extend(done.into_inner().unwrap_or_else(PoisonError::into_inner));
    Facts {
        format: FORMAT,
        realm,
        targets,
    }
}

fn take<T>(queue: &Mutex<Vec<T>>) -> Option<T> {
    queue.lock().unwrap_or_else(PoisonError::into_inner).pop()
}

fn ask<R: RealmTag>(job: Job<'_, R>, clock: &dyn Clock) -> (String, TargetFacts) {
    let (name, scope, driver) = job;
    let asked = catch_unwind(AssertUnwindSafe(|| driver.observe(scope, clock.now())));
    let facts = asked.unwrap_or_else(|_| {
        TargetFacts::unreachable(host(name), clock.now(), "the driver broke while observing")
    });
    (name.to_owned(), facts)
}

fn without_driver<R: RealmTag>(
    drivers: &Drivers<R>,
    scopes: &BTreeMap<String, Scope>,
    now: Timestamp,
) -> BTreeMap<String, TargetFacts> {
    let missing = scopes.keys().filter(|n| !drivers.has(&host(n)));
    missing
        .map(|n| {
            let facts = TargetFacts::unreachable(host(n), now, "there is no driver for it");
            (n.clone(), facts)
        })
        .collect()
}

fn host(name: &str) -> ObjectRef {
    ObjectRef::new(Kind::Host, name)
}
