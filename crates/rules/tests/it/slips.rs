//! A slip makes unknown what rests on it, and nothing else.

use crate::support::{TODAY, knowledge};
use diag::{Class, SourceSet};

const LAB: &str = "format: 1
lab: x
sites: {home: {}, away: {}}
hosts:
  nas: {site: home, hardware: {memory: 16GiB}, exposures: [{port: 22, from: any}]}
  far: {site: away, hardware: {memory: 8GiB}}
  web: {site: home, hardware: {memory: 4GiB}, power: {load: 30W}}
services:
  wiki: {runs: {host: web}, data: {pages: {path: /srv/wiki, class: replaceable}}}
  album: {runs: {host: nas}}
datasets: {photos: {host: nas, folder: /srv/photos, class: irreplaceable, service: album}}
repositories: {copies: {on: far, location: /srv/copies}}
backups: {nightly: {datasets: [photos], to: copies, every: 1d}}
";

/// Whether a rule's findings of an object are certain after a slip; none if there are none.
fn certain(rule: &str, object: &str, (good, slip): (&str, &str)) -> Option<bool> {
    assert!(LAB.contains(good), "{good}");
    let mut sources = SourceSet::default();
    sources.add("holdfast.yaml", LAB.replacen(good, slip, 1));
    let (lab, invalid) = lang::analyze(&sources);
    let invalid = invalid.iter().filter(|d| d.class == Class::Invalid).count();
    assert_eq!(invalid > 0, good != slip, "{slip}");
    let knowledge = knowledge();
    let ctx = rules::Context {
        knowledge: &knowledge,
        ..rules::Context::new(&lab, TODAY)
    };
    let found = rules::check(&ctx);
    let of = found
        .iter()
        .filter(|d| d.code == rule && d.object.as_deref() == Some(object));
    let of: Vec<bool> = of.map(|d| !d.unknown).collect();
    (!of.is_empty()).then(|| of.iter().all(|c| *c))
}

#[test]
fn what_rests_on_a_slip_is_unknown_and_nothing_else() {
    let nothing = ("16GiB", "16GiB");
    let data = ("bak-321", "dataset/photos");
    let ways_in = ("exposure-review", "host/nas");
    for (rule, object) in [data, ways_in] {
        assert_eq!(certain(rule, object, nothing), Some(true), "{rule}");
    }
    for (slip, (rule, object), expected) in [
        // Sizes say nothing of where copies lie, nor of who owns a way in.
        (("16GiB", "16Gibb"), data, true),
        (("16GiB", "16Gibb"), ways_in, true),
        (("8GiB", "8Gibb"), data, true),
        (("30W", "30wat"), data, true),
        // Services that keep other data, and hosts on which none of it lies.
        (("{host: web}", "{host: wbe}"), data, true),
        (("web: {site: home", "web: {site: hmoe"), data, true),
        // Where the data and its copies lie.
        (("nas: {site: home", "nas: {site: hmoe"), data, false),
        (("far: {site: away", "far: {site: awya"), data, false),
        (("{runs: {host: nas}", "{runs: {host: nsa}"), data, false),
        (("on: far", "on: fra"), data, false),
        (("datasets: [photos]", "datasets: [photso]"), data, false),
        // What a service keeps may be this data; a key that is not known may be any.
        (("class: replaceable", "class: replacable"), data, false),
        (("{runs: {host: web}", "{rums: {host: web}"), data, false),
        (("memory: 4GiB", "memroy: 4GiB"), data, false),
        // A map in the place of a size may hold what belongs elsewhere.
        (
            (
                "hardware: {memory: 4GiB}",
                "hardware: {memory: {size: 4GiB}}",
            ),
            data,
            false,
        ),
        // The way in itself.
        (
            (
                "{port: 22, from: any}",
                "{port: 22, from: any, review: 2027-13-01}",
            ),
            ways_in,
            false,
        ),
    ] {
        let found = certain(rule, object, slip);
        match expected {
            true => assert_eq!(found, Some(true), "{slip:?} {rule}"),
            false => assert_ne!(found, Some(true), "{slip:?} {rule}"),
        }
    }
}
