//! A lab that has one of everything.

use diag::SourceSet;
use diag::render::concise;
use model::declare::{Known, OptExt as _};
use model::id::Kind;
use model::lab::Lab;

pub(crate) const WHOLE: &str = include_str!("../labs/whole.yaml");

fn read() -> Lab {
    let mut sources = SourceSet::default();
    sources.add("holdfast.yaml", WHOLE);
    let (lab, diagnostics) = lang::analyze(&sources);
    assert_eq!(concise(&diagnostics, &sources), "");
    lab
}

#[test]
fn everything_is_read() {
    let lab = read();
    for kind in Kind::ALL {
        assert!(!lab.names(*kind).is_empty(), "no {}", kind.word());
    }
    let lists = [
        lab.cables.len(),
        lab.flows.len(),
        lab.resolvers.len(),
        lab.access.len(),
        lab.slos.len(),
        lab.claims.len(),
    ];
    assert!(lists.iter().all(|n| *n >= 2), "{lists:?}");
}

#[test]
fn values_are_exact_and_know_how_they_are_known() {
    let lab = read();
    let tank = &lab.pools["tank"];
    let used = tank.used.as_ref().unwrap();
    assert_eq!(used.value().unwrap().bytes(), 3_100_000_000_000);
    let Known::Measured { by, .. } = &used.known else {
        panic!("{used:?}");
    };
    assert!(by.on.is_some() && by.window.is_none());
    let disks = [&tank.devices[0].value, &tank.devices[1].value].map(ToString::to_string);
    assert_eq!(disks, ["host/nas/a", "host/nas/b"]);
    let hardware = lab.hosts["pve1"].about.hardware.as_ref().unwrap();
    assert_eq!(hardware.memory.known().unwrap().bytes(), 17_179_869_184);
    assert_eq!(
        hardware
            .disks
            .values()
            .next_back()
            .unwrap()
            .size
            .known()
            .unwrap()
            .to_string(),
        "512GB"
    );
    let pve2 = lab.hosts["pve2"].about.hardware.as_ref().unwrap();
    assert!(pve2.memory.as_ref().unwrap().is_unknown());
    let uplinks = &lab.sites["home"].about.uplinks;
    let down = |name: &str| {
        uplinks
            .iter()
            .find(|(n, _)| n.0 == name)
            .unwrap()
            .1
            .down
            .clone()
            .unwrap()
    };
    assert_eq!(
        down("fibre").value().unwrap().bits_per_second(),
        250_000_000
    );
    assert!(down("backup").is_assumed());
}

#[test]
fn short_forms_stand_for_one_key() {
    let lab = read();
    assert_eq!(
        lab.stacks["media"].file.known().unwrap().0,
        "stacks/media/compose.yaml"
    );
    assert_eq!(
        lab.subscriptions["drive"].cost.known().unwrap().to_string(),
        "9.99 EUR/month"
    );
    assert_eq!(lab.zones["things"].trust.known().unwrap().word(), "low");
    let wiki = &lab.services["wiki"];
    assert_eq!(
        wiki.needs[0].need.known().unwrap().to_string(),
        "service/postgres-wiki"
    );
    assert_eq!(wiki.needs[2].any.len(), 2);
    assert_eq!(wiki.needs[3].of.known(), Some(&1));
    assert_eq!(wiki.runs.len(), 1);
    assert_eq!(lab.services["traefik-b"].runs.len(), 2);
}

#[test]
fn only_what_has_an_identity_is_minted() {
    let lab = read();
    let kinds: std::collections::BTreeSet<Kind> = lab.objects().iter().map(|o| o.kind).collect();
    assert!(kinds.contains(&Kind::Pool) && kinds.contains(&Kind::Service));
    assert!(!kinds.contains(&Kind::Risk) && !kinds.contains(&Kind::Cost));
    let mut prefixes: Vec<&str> = kinds.iter().map(|k| k.prefix()).collect();
    prefixes.sort_unstable();
    prefixes.dedup();
    assert_eq!(prefixes.len(), kinds.len(), "two kinds share a prefix");
}
