use crate::world::{backup, bare, given, host, lab, name, repository, with};
use crate::*;
use model::lab::{FaultScope, Lab};
use model::promise::{Computed, Promise, Threshold};
use model::units::Seconds;
use plan::Owned;
use std::collections::BTreeMap;

fn all(lab: &Lab) -> BTreeMap<String, Promise> {
    with(lab, bare(), &Owned::new(), promises)
        .into_iter()
        .map(|p| (p.id.0.clone(), p))
        .collect()
}

fn limit(promise: &Promise, figure: &str) -> i64 {
    match promise.thresholds[figure] {
        Threshold::AtMost(n) => n,
        Threshold::AtLeast(_) => panic!(),
    }
}

#[test]
fn ids_and_order() {
    let promises = with(&lab(), bare(), &Owned::new(), promises);
    let ids: Vec<&str> = promises.iter().map(|p| p.id.0.as_str()).collect();
    assert_eq!(
        ids,
        [
            "rto:dataset/documents:corruption",
            "rpo:dataset/documents:corruption",
            "rto:dataset/documents:device",
            "rto:dataset/documents:host",
            "rpo:dataset/documents:host",
            "rto:dataset/shop:corruption",
            "rpo:dataset/shop:corruption",
            "rto:dataset/shop:device",
            "rto:dataset/shop:host",
            "rpo:dataset/shop:host",
        ]
    );
    assert_eq!(
        promises[5].prove_with,
        "holdfast drill --dataset shop --on real"
    );
    assert_eq!(promises[6].prove_with, "holdfast observe");
}

#[test]
fn the_time_to_restore_is_what_the_response_leaves() {
    let mut lab = lab();
    let promise = &all(&lab)["rto:dataset/shop:corruption"];
    assert_eq!(limit(promise, "restore_s"), 3600 - 900);
    assert!(promise.assumed.is_empty());
    assert_eq!(promise.computed, Some(Computed::Possible));

    lab.tiers.get_mut("household").unwrap().response = Some(given(Seconds(7200)));
    let promise = &all(&lab)["rto:dataset/shop:corruption"];
    assert!(matches!(promise.computed, Some(Computed::Contradicted(_))));

    lab.tiers.get_mut("household").unwrap().response = None;
    let promise = &all(&lab)["rto:dataset/shop:corruption"];
    assert_eq!(
        promise.assumed,
        ["15m to notice and decide (no `response` in tier household)"]
    );
    assert_eq!(
        limit(promise, "restore_s"),
        3600,
        "an assumption must not break a promise"
    );
    assert_eq!(promise.computed, None);
}

#[test]
fn a_copy_on_the_same_host_contradicts_the_loss_of_the_host() {
    let promises = all(&lab());
    for id in ["rto:dataset/documents:host", "rpo:dataset/documents:host"] {
        assert_eq!(
            promises[id].computed,
            Some(Computed::Contradicted(
                "no copy of documents is outside host web: the only repository, usb, is on it"
                    .to_owned()
            ))
        );
    }
}

/// Rows: repository's host, location, disk; scope; what comes out.
#[test]
fn failure_domains() {
    #[derive(Debug, PartialEq)]
    enum Want {
        Possible,
        Contradicted,
        Assumed,
    }
    use FaultScope::{Corruption, Device, Host, Site};
    use Want::{Assumed, Contradicted, Possible};
    type Row = (
        Option<&'static str>,
        &'static str,
        Option<&'static str>,
        FaultScope,
        Want,
    );
    let rows: &[Row] = &[
        (Some("web"), "/mnt/b", Some("ssd0"), Corruption, Possible),
        (Some("web"), "/mnt/b", Some("ssd0"), Device, Contradicted),
        (Some("web"), "/mnt/b", Some("usb0"), Device, Assumed),
        (Some("web"), "/mnt/b", None, Device, Assumed),
        (None, "/mnt/b", Some("ssd0"), Device, Contradicted),
        (None, "/mnt/b", None, Host, Contradicted),
        (None, "/mnt/b", None, Site, Contradicted),
        (Some("nas"), "sftp:nas:/b", Some("ssd0"), Device, Possible),
        (Some("nas"), "sftp:nas:/b", None, Host, Possible),
        (Some("nas"), "sftp:nas:/b", None, Site, Contradicted),
        (Some("far"), "sftp:far:/b", None, Site, Possible),
        (Some("lost"), "sftp:lost:/b", None, Site, Assumed),
        (None, "s3:https://s3.example/b", None, Device, Possible),
        (None, "s3:https://s3.example/b", None, Host, Assumed),
        (None, "s3:https://s3.example/b", None, Site, Assumed),
    ];
    for (on, location, disk, scope, want) in rows {
        let mut lab = lab();
        lab.hosts.insert("nas".to_owned(), host(Some("home")));
        lab.hosts.insert("far".to_owned(), host(Some("office")));
        lab.hosts.insert("lost".to_owned(), host(None));
        lab.repositories
            .insert("usb".to_owned(), repository(*on, location, *disk));
        let got = crate::domain::copies(&lab, "documents", *scope);
        let got = match (got.contradiction, got.assumed.is_empty()) {
            (Some(_), _) => Contradicted,
            (None, true) => Possible,
            (None, false) => Assumed,
        };
        assert_eq!(got, *want, "{on:?} {location} {disk:?} {scope:?}");
    }
}

#[test]
fn one_copy_that_survives_for_certain_is_enough() {
    let mut lab = lab();
    lab.hosts.insert("far".to_owned(), host(Some("office")));
    lab.repositories.insert(
        "away".to_owned(),
        repository(Some("far"), "sftp:far:/b", None),
    );
    lab.backups.insert(
        "weekly".to_owned(),
        backup(&["documents"], "away", 7 * 86_400),
    );
    let promises = all(&lab);
    let rto = &promises["rto:dataset/documents:host"];
    assert_eq!(
        rto.assumed,
        ["a machine to restore to is at hand at once (no rebuild has been measured)"]
    );
    // The copy that survives is a week apart, the objective a day.
    assert_eq!(
        promises["rpo:dataset/documents:host"].computed,
        Some(Computed::Contradicted(
            "documents is archived every 7d, so more than 1d can be lost".to_owned()
        ))
    );
}

/// What is shown at the edge of a record's age must still be within the objective.
#[test]
fn age_and_age_of_the_look_share_the_objective() {
    for (every, rpo, look) in [
        (12, 24, 6 * 3600),
        (24, 24, 24 * 360),
        (1, 24, 23 * 1800),
        (0, 24, 12 * 3600),
    ] {
        let mut lab = lab();
        lab.backups.insert(
            "nightly".to_owned(),
            backup(&["documents", "shop"], "usb", every * 3600),
        );
        let promise = &all(&lab)["rpo:dataset/shop:corruption"];
        assert_eq!(promise.max_age, Seconds(look), "{every} h");
        assert_eq!(
            limit(promise, "archive_age_s") + promise.max_age.0,
            rpo * 3600
        );
    }
}

#[test]
fn no_backup_no_promise_kept() {
    let mut lab = lab();
    lab.backups.clear();
    for promise in all(&lab).values() {
        let Some(Computed::Contradicted(why)) = &promise.computed else {
            panic!("{promise:?}")
        };
        assert!(why.starts_with("no backup takes "), "{why}");
    }
}

#[test]
fn inputs_follow_the_declaration_and_not_its_place() {
    let lab = lab();
    let before = all(&lab)["rto:dataset/shop:corruption"].inputs.clone();
    let keys: Vec<&str> = before.keys().map(String::as_str).collect();
    assert_eq!(keys, ["backup/nightly", "dataset/shop", "repository/usb"]);

    let mut moved = lab.clone();
    let shop = moved.datasets.get_mut("shop").unwrap();
    shop.span = diag::Span::new(diag::SourceId(0), 7, 9);
    shop.disk.as_mut().unwrap().span = shop.span;
    moved.tiers.get_mut("household").unwrap().rto.clear();
    let rpo = &all(&moved)["rpo:dataset/shop:corruption"];
    assert_eq!(rpo.inputs, before, "neither places nor objectives count");

    type Change = fn(&mut Lab);
    let changes: &[(&str, Change)] = &[
        ("dataset/shop", |l| {
            l.datasets.get_mut("shop").unwrap().disk = Some(name("nvme0"));
        }),
        ("dataset/shop", |l| {
            l.datasets.get_mut("shop").unwrap().verify.clear();
        }),
        ("repository/usb", |l| {
            l.repositories.get_mut("usb").unwrap().location = Some(name("/mnt/other"));
        }),
        ("backup/nightly", |l| {
            l.backups.get_mut("nightly").unwrap().keep_last = None;
        }),
    ];
    for (key, change) in changes {
        let mut lab = lab.clone();
        change(&mut lab);
        let after = &all(&lab)["rto:dataset/shop:corruption"].inputs;
        let differ: Vec<_> = before
            .iter()
            .filter(|(k, v)| after.get(*k) != Some(*v))
            .map(|(k, _)| k.as_str())
            .collect();
        assert_eq!(differ, [*key]);
    }
}
