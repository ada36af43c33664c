//! The spread of faults, held against an evaluator that shares no code with it: it asks each service for what it needs, over and over.

use crate::lab;
use graph::Context;
use proptest::prelude::*;
use simulate::{Fault, Simulation, State};
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// How something is needed, and of which.
type Needed = (u8, Vec<usize>);

/// Hosts, and services on them that need others by all, any or some; a service needs only those before it, or the other way round.
#[derive(Debug, Clone)]
struct Made {
    hosts: usize,
    services: Vec<(usize, Vec<Needed>)>,
}

fn made() -> impl Strategy<Value = Made> {
    let need = (0_u8..4, prop::collection::vec(0_usize..12, 1..4));
    let service = (0_usize..4, prop::collection::vec(need, 0..3));
    let services = prop::collection::vec(service, 1..12);
    services.prop_map(|services| Made { hosts: 4, services })
}

impl Made {
    /// What a need asks for: so many of these.
    fn choice(&self, how: u8, of: &[usize]) -> (usize, Vec<usize>) {
        let all: BTreeSet<usize> = of.iter().map(|n| n % self.services.len()).collect();
        let all: Vec<usize> = all.into_iter().collect();
        let least = match how {
            0 => 1,
            1 => all.len(),
            2 => all.len().min(2),
            _ => return (1, all.into_iter().take(1).collect()),
        };
        (least, all)
    }

    fn text(&self) -> String {
        let mut out = String::from("hosts: {h0: {}, h1: {}, h2: {}, h3: {}}\nservices:\n");
        for (n, (host, needs)) in self.services.iter().enumerate() {
            let needs = needs.iter().map(|(how, of)| {
                let (least, of) = self.choice(*how, of);
                let names: Vec<String> = of.iter().map(|m| format!("s{m}")).collect();
                format!("{{of: {least}, among: [{}]}}", names.join(", "))
            });
            let needs: Vec<String> = needs.collect();
            writeln!(
                out,
                "  s{n}: {{runs: {{host: h{host}}}, needs: [{}]}}",
                needs.join(", ")
            )
            .unwrap();
        }
        out
    }

    /// All are up until what they need is not, again and again until nothing changes.
    fn down(&self, failed: &BTreeSet<usize>) -> BTreeSet<usize> {
        let mut up: BTreeSet<usize> = (0..self.services.len()).collect();
        loop {
            let works = |n: &usize| {
                let (host, needs) = &self.services[*n];
                let met = |(how, of): &Needed| {
                    let (least, of) = self.choice(*how, of);
                    of.iter().filter(|m| up.contains(m)).count() >= least
                };
                !failed.contains(host) && needs.iter().all(met)
            };
            let left: BTreeSet<usize> = up.iter().copied().filter(|n| works(n)).collect();
            if left == up {
                return (0..self.services.len())
                    .filter(|n| !up.contains(n))
                    .collect();
            }
            up = left;
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(10_000))]
    #[test]
    fn with_what_is_asked_over_and_over(made in made(), failed in prop::collection::btree_set(0_usize..4, 1..3)) {
        let lab = lab(&made.text());
        let context = Context::new(&lab, jiff::civil::date(2026, 11, 24));
        let faults = failed.iter().map(|h| Fault::parse(&lab, &format!("host:h{h}")).unwrap());
        let faults: Vec<Fault> = faults.collect();
        let report = Simulation::of(&context).run(&faults);
        let down = report.services.iter().filter(|s| s.state == State::Down);
        let down: BTreeSet<String> = down.map(|s| s.name.clone()).collect();
        let wanted: BTreeSet<String> = made.down(&failed).iter().map(|n| format!("s{n}")).collect();
        prop_assert_eq!(down, wanted, "{}", made.text());
        prop_assert!(made.hosts == 4 && report.count(State::Unknown) == 0);
    }
}
