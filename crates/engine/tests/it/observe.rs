//! Observing many targets: bounded, unaborted, stamped.

use engine::context::Clock;
use engine::drivers::Drivers;
use engine::observe::observe_all;
use jiff::Timestamp;
use model::fact::{FactKind, FactPath, Scope, Seen, TargetFacts};
use model::id::{Kind, ObjectRef};
use model::realm::{Realm, RealmTag, Twin};
use model::run::Output;
use plan::driver::{ActError, Driver, Maturity, Order, Properties, Ticket};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;
use testkit::fake::FakeWorld;

struct Fixed;

impl Clock for Fixed {
    fn now(&self) -> Timestamp {
        Timestamp::UNIX_EPOCH
    }
}

/// A driver whose look is whatever a test wants.
struct Stub<F> {
    name: String,
    look: F,
}

impl<F: FnMut() + Send> Driver<Twin> for Stub<F> {
    fn observe(&mut self, _: &Scope, now: Timestamp) -> TargetFacts {
        (self.look)();
        TargetFacts::unreachable(ObjectRef::new(Kind::Host, &self.name), now, "stub")
    }

    fn act(&mut self, _: &Ticket, _: &Order<'_>) -> Result<Output, ActError> {
        panic!("observing must not act")
    }

    fn properties(&self) -> Properties {
        Properties {
            name: "stub".to_owned(),
            target: ObjectRef::new(Kind::Host, &self.name),
            maturity: Maturity::Schema,
            holds_revert: false,
        }
    }
}

fn stub<F: FnMut() + Send + 'static>(name: &str, look: F) -> Box<dyn Driver<Twin>> {
    let name = name.to_owned();
    Box::new(Stub { name, look })
}

fn scopes<'a>(names: impl IntoIterator<Item = &'a str>) -> BTreeMap<String, Scope> {
    names
        .into_iter()
        .map(|n| (n.to_owned(), Scope::default()))
        .collect()
}

#[test]
fn facts_carry_the_realm_and_the_time_of_each_target() {
    let tag = Twin::new("fake");
    let world = FakeWorld::new(tag.realm()).host("web").host("db");
    let mut scope = Scope::default();
    let key = FactPath::new(FactKind::Sysctl, "vm.swappiness");
    scope.add(key.clone());
    let scopes = BTreeMap::from([("web".to_owned(), scope)]);
    let facts = observe_all(&mut world.drivers(tag), &scopes, &world, 4);
    assert_eq!(facts.realm, Realm::Twin("fake".to_owned()));
    // Nobody asked for db.
    assert_eq!(facts.targets.keys().collect::<Vec<_>>(), ["web"]);
    let web = &facts.targets["web"];
    assert_eq!(web.seen(&key), Seen::Present("60".into()));
    assert_eq!(web.at, world.now());
}

/// The hung one returns only when all the others have been asked.
#[test]
fn a_hung_target_does_not_hold_up_the_others() {
    let seen = Arc::new((Mutex::new(0), Condvar::new()));
    let mut drivers = Drivers::new(Twin::new("fake"));
    let others = Arc::clone(&seen);
    drivers.insert(stub("a-hung", move || {
        let (count, changed) = &*others;
        let count = count.lock().unwrap();
        let waited = changed.wait_timeout_while(count, Duration::from_secs(20), |n| *n < 6);
        assert!(!waited.unwrap().1.timed_out(), "the others were not asked");
    }));
    let names: Vec<String> = (0..6).map(|n| format!("h{n}")).collect();
    for name in &names {
        let seen = Arc::clone(&seen);
        drivers.insert(stub(name, move || {
            *seen.0.lock().unwrap() += 1;
            seen.1.notify_all();
        }));
    }
    let all = names.iter().map(String::as_str).chain(["a-hung"]);
    let facts = observe_all(&mut drivers, &scopes(all), &Fixed, 2);
    assert_eq!(facts.targets.len(), 7);
    assert_eq!(facts.targets["a-hung"].errors, ["stub"]);
}

#[test]
fn no_more_than_so_many_are_asked_at_a_time() {
    for (parallel, most) in [(0, 1), (1, 1), (3, 3), (100, 12)] {
        let now = Arc::new(AtomicUsize::new(0));
        let peak = Arc::new(AtomicUsize::new(0));
        let mut drivers = Drivers::new(Twin::new("fake"));
        let names: Vec<String> = (0..12).map(|n| format!("h{n}")).collect();
        for name in &names {
            let (now, peak) = (Arc::clone(&now), Arc::clone(&peak));
            drivers.insert(stub(name, move || {
                let here = now.fetch_add(1, Ordering::SeqCst) + 1;
                peak.fetch_max(here, Ordering::SeqCst);
                std::thread::yield_now();
                now.fetch_sub(1, Ordering::SeqCst);
            }));
        }
        let asked = scopes(names.iter().map(String::as_str));
        let facts = observe_all(&mut drivers, &asked, &Fixed, parallel);
        assert_eq!(facts.targets.len(), 12);
        assert!(peak.load(Ordering::SeqCst) <= most, "parallel {parallel}");
    }
}

#[test]
fn a_driver_that_breaks_or_is_missing_is_unknown() {
    let mut drivers = Drivers::new(Twin::new("fake"));
    drivers.insert(stub("broken", || panic!("a defect in the driver")));
    drivers.insert(stub("well", || {}));
    let facts = observe_all(
        &mut drivers,
        &scopes(["broken", "well", "missing"]),
        &Fixed,
        2,
    );
    let error = |name: &str| facts.targets[name].errors.join(" ");
    assert_eq!(error("broken"), "the driver broke while observing");
    assert_eq!(error("well"), "stub");
    assert_eq!(error("missing"), "there is no driver for it");
    let path = FactPath::new(FactKind::File, "/etc/motd");
    assert!(matches!(
        facts.targets["broken"].seen(&path),
        Seen::Unknown(_)
    ));
}
