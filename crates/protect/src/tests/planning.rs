use crate::world::{archived, backup, bare, host, lab, put, repository, text, unknown, with};
use crate::*;
use model::declare::Value as _;
use model::fact::{FactPath, Seen, TargetFacts};
use model::lab::{Check, Lab};
use model::plan::{Action, Cond, Plan, Purpose, Reading, Step, Undo};
use model::realm::Realm;
use model::value::Value;
use plan::Owned;
use plan::planner::Contribution;
use std::collections::{BTreeMap, BTreeSet};

fn fact(path: &str) -> FactPath {
    FactPath::parse(path).unwrap()
}

fn ids(steps: &[Step]) -> Vec<&str> {
    steps.iter().map(|s| s.id.0.as_str()).collect()
}

fn set_up(lab: &Lab, web: TargetFacts, owned: &Owned) -> Contribution {
    with(lab, web, owned, |ctx| setup(ctx, "web"))
}

/// Makes the observed world what every `post` says, as a perfect run would.
fn perform(web: &mut TargetFacts, steps: &[Step]) {
    for cond in steps.iter().flat_map(|s| &s.post) {
        match cond {
            Cond::Is(path, value) => put(web, path.clone(), Seen::Present(value.clone())),
            Cond::Present(path) => put(web, path.clone(), Seen::Present(Value::from("x"))),
            Cond::Absent(path) => {
                web.facts.remove(path);
            }
            Cond::FieldIs(path, field, value) => {
                let mut map = match web.seen(path) {
                    Seen::Present(Value::Map(map)) => map,
                    _ => BTreeMap::new(),
                };
                map.insert(field.clone(), value.clone());
                put(web, path.clone(), Seen::Present(Value::Map(map)));
            }
        }
    }
}

/// Every step comes after what it names, and reads and looks only at what the scope observes.
fn sound(lab: &Lab, steps: &[Step], owned: &Owned) {
    let scope = scope(lab, "web", owned);
    let mut before = BTreeSet::new();
    for step in steps {
        assert!(step.after.is_subset(&before), "{}", step.id);
        assert!(before.insert(step.id.clone()), "{} twice", step.id);
        let looked = step.reads.keys().chain(step.post.iter().map(Cond::path));
        for path in looked {
            assert!(scope.paths.contains(path), "{path} is not observed");
        }
    }
}

#[test]
fn a_bare_host_is_set_up_once() {
    let lab = lab();
    let mut web = bare();
    let first = set_up(&lab, web.clone(), &Owned::new());
    assert!(first.blocked.is_empty(), "{:?}", first.blocked);
    assert_eq!(
        ids(&first.steps),
        [
            "web/secret/usb",
            "web/repository-file/usb",
            "web/repository/usb",
            "web/backup-script/nightly",
            "web/backup-service/nightly",
            "web/backup-timer/nightly",
            "web/backup-enable/nightly",
        ]
    );
    sound(&lab, &first.steps, &Owned::new());
    assert!(first.steps.iter().all(|s| s.cause == "lab.yaml:1:1"));
    perform(&mut web, &first.steps);
    let second = set_up(&lab, web, &Owned::new());
    assert_eq!(second, Contribution::default());
}

#[test]
fn a_changed_schedule_rewrites_its_file_only() {
    let mut lab = lab();
    let mut web = bare();
    let first = set_up(&lab, web.clone(), &Owned::new());
    perform(&mut web, &first.steps);
    lab.backups.insert(
        "nightly".to_owned(),
        backup(&["documents", "shop"], "usb", 3600),
    );
    let again = set_up(&lab, web, &Owned::new());
    assert_eq!(ids(&again.steps), ["web/backup-timer/nightly"]);
}

#[test]
fn a_stopped_timer_is_started_again() {
    let lab = lab();
    let mut web = bare();
    let first = set_up(&lab, web.clone(), &Owned::new());
    perform(&mut web, &first.steps);
    let off = Value::map([
        ("enabled", Value::from("disabled")),
        ("active", Value::from(false)),
    ]);
    let unit = fact("unit:holdfast-backup-nightly.timer");
    put(&mut web, unit.clone(), Seen::Present(off.clone()));
    let again = set_up(&lab, web, &Owned::new());
    assert_eq!(ids(&again.steps), ["web/backup-enable/nightly"]);
    let step = &again.steps[0];
    assert_eq!(step.reads, BTreeMap::from([(unit, Reading::Present(off))]));
    let Undo::Exact(undo) = &step.undo else {
        panic!("{:?}", step.undo)
    };
    assert!(matches!(
        **undo,
        Action::SetUnit {
            enabled: Some(false),
            active: Some(false),
            ..
        }
    ));
}

#[test]
fn a_password_is_never_replaced_and_never_planned_blindly() {
    let mut lab = lab();
    let mut web = bare();
    let secret = fact("file:/etc/holdfast/secrets/usb");
    put(
        &mut web,
        secret.clone(),
        Seen::Present(Value::from("another one")),
    );
    let plan = set_up(&lab, web.clone(), &Owned::new());
    assert!(!ids(&plan.steps).contains(&"web/secret/usb"));
    unknown(&mut web, secret);
    let plan = set_up(&lab, web, &Owned::new());
    assert_eq!(plan.blocked.len(), 1);
    assert!(!ids(&plan.steps).contains(&"web/repository/usb"));
    lab.repositories.get_mut("usb").unwrap().password = None;
    let plan = set_up(&lab, bare(), &Owned::new());
    assert_eq!(plan.blocked[0].reason.0, "no `password` is declared for it");
}

#[test]
fn what_left_the_declaration_is_stopped_and_removed_if_it_is_ours() {
    let mut lab = lab();
    let mut web = bare();
    let first = set_up(&lab, web.clone(), &Owned::new());
    perform(&mut web, &first.steps);
    lab.backups.clear();
    assert_eq!(
        set_up(&lab, web.clone(), &Owned::new()),
        Contribution::default(),
        "foreign files stay"
    );
    let files = first.steps.iter().filter_map(|s| match &s.action {
        Action::PutFile(put) => Some(format!("file:{}", put.path)),
        Action::PutSecret { path, .. } => Some(format!("file:{path}")),
        _ => None,
    });
    let owned = Owned::from([("web".to_owned(), files.collect())]);
    let plan = set_up(&lab, web.clone(), &owned);
    assert_eq!(
        ids(&plan.steps),
        [
            "web/backup-stop/holdfast-backup-nightly.timer",
            "web/file/etc/holdfast/backup/nightly.sh",
            "web/file/etc/holdfast/repositories/usb",
            "web/file/etc/systemd/system/holdfast-backup-nightly.service",
            "web/file/etc/systemd/system/holdfast-backup-nightly.timer",
        ],
        "the password stays: without it the archives are lost"
    );
    perform(&mut web, &plan.steps);
    assert_eq!(set_up(&lab, web, &owned), Contribution::default());
}

#[test]
fn a_directory_of_another_host_is_blocked() {
    let mut lab = lab();
    lab.hosts.insert("nas".to_owned(), host(None));
    lab.repositories.insert(
        "usb".to_owned(),
        repository(Some("nas"), "/mnt/backup/holdfast", None),
    );
    let plan = set_up(&lab, bare(), &Owned::new());
    assert!(plan.steps.is_empty());
    assert!(plan.blocked[0].reason.0.contains("sftp:nas:/mnt/backup"));
}

fn backup_of(lab: &Lab, web: TargetFacts, names: &[&str]) -> Result<Plan, Refused> {
    let names = names.iter().map(|n| (*n).to_owned()).collect();
    with(lab, web, &Owned::new(), |ctx| backup_plan(ctx, &names))
}

#[test]
fn a_backup_makes_what_it_needs_and_reads_back() {
    let lab = lab();
    let plan = backup_of(&lab, bare(), &["shop"]).unwrap();
    assert_eq!(plan.purpose, Purpose::Backup);
    assert_eq!(
        ids(&plan.steps),
        [
            "web/secret/usb",
            "web/repository-file/usb",
            "web/repository/usb",
            "web/archive/usb/shop",
            "web/verify/usb/shop",
        ]
    );
    sound(&lab, &plan.steps, &Owned::new());
    assert_eq!(
        plan.steps[3].post,
        [Cond::Present(fact("archive:usb/shop"))]
    );
    let mut web = bare();
    perform(&mut web, &plan.steps);
    archived(&mut web, "shop", 1);
    let again = backup_of(&lab, web, &["shop"]).unwrap();
    assert_eq!(
        ids(&again.steps),
        ["web/archive/usb/shop", "web/verify/usb/shop"]
    );
    assert!(
        again.steps[0].post.is_empty(),
        "an archive that is there does not make the next one done"
    );
}

#[test]
fn a_backup_of_everything_makes_a_repository_once() {
    let plan = backup_of(&lab(), bare(), &[]).unwrap();
    assert_eq!(plan.steps.len(), 3 + 4);
    sound(&lab(), &plan.steps, &Owned::new());
}

#[test]
fn backups_that_cannot_be_planned() {
    let mut lab = lab();
    let none = |name: &str| Refused::NoDataset {
        name: name.to_owned(),
    };
    assert_eq!(backup_of(&lab, bare(), &["nope"]), Err(none("nope")));
    lab.backups.clear();
    assert_eq!(
        backup_of(&lab, bare(), &["shop"]),
        Err(Refused::NoBackup {
            dataset: "shop".to_owned()
        })
    );
    assert_eq!(backup_of(&lab, bare(), &[]), Err(Refused::NothingToBackUp));
}

fn restored(lab: &Lab, to: &str) -> Result<Plan, Refused> {
    let request = RestoreRequest {
        dataset: "documents".to_owned(),
        repository: None,
        archive: None,
        to: to.to_owned(),
    };
    with(lab, bare(), &Owned::new(), |ctx| {
        restore_plan(ctx, &request)
    })
}

#[test]
fn a_restore_goes_elsewhere() {
    let lab = lab();
    for to in [
        "/tmp/restored",
        "/srv/restored",
        "/var/lib/holdfast/scratch/x",
        "/srv/documents-2/",
    ] {
        let plan = restored(&lab, to).unwrap();
        let step = &plan.steps[0];
        let to = to.trim_end_matches('/');
        assert_eq!(
            step.reads,
            BTreeMap::from([(fact(&format!("file:{to}")), Reading::Absent)])
        );
        assert_eq!(step.post, [Cond::Present(fact(&format!("file:{to}/data")))]);
        let Undo::Exact(undo) = &step.undo else {
            panic!("{:?}", step.undo)
        };
        assert_eq!(
            **undo,
            Action::RemoveScratch {
                path: to.to_owned()
            }
        );
    }
}

#[test]
fn a_restore_never_comes_near_what_is_in_use() {
    let lab = lab();
    for to in [
        "/srv/documents",
        "/srv/documents/",
        "/srv/documents/new",
        "/srv",
        "/",
        "/tmp",
        "/srv/../srv/documents/x",
        "/srv/./documents",
        "//srv/documents",
        "srv/x",
        "",
        "/tmp/a\nb",
        "/mnt/backup/holdfast/x",
        "/mnt/backup",
        "/var/lib/postgresql/15/main",
        "/var/lib/postgresql",
        "/var/lib",
        "/var/lib/holdfast/saved/x",
        "/var/lib/holdfast/scratch",
        "/etc/new",
        "/usr/local/x",
    ] {
        assert!(
            matches!(restored(&lab, to), Err(Refused::BadDirectory { .. })),
            "{to}"
        );
    }
}

#[test]
fn several_repositories_need_a_choice() {
    let mut lab = lab();
    lab.repositories.insert(
        "cloud".to_owned(),
        repository(None, "s3:https://s3.example/b", None),
    );
    lab.backups
        .insert("away".to_owned(), backup(&["documents"], "cloud", 86_400));
    let Err(Refused::Repository { why, .. }) = restored(&lab, "/tmp/x") else {
        panic!()
    };
    assert!(why.contains("cloud, usb"), "{why}");
    // A drill takes the one that survives the most.
    let plan = with(&lab, bare(), &Owned::new(), |ctx| {
        drill_plan(ctx, "documents", "r1")
    });
    let Action::RestoreArchive { repository, .. } = &plan.unwrap().steps[0].action else {
        panic!()
    };
    assert_eq!(repository.name, "cloud");
}

fn drill(lab: &Lab, name: &str) -> Result<Plan, Refused> {
    with(lab, bare(), &Owned::new(), |ctx| {
        drill_plan(ctx, name, "20261121T034500Z-1f9c")
    })
}

#[test]
fn a_drill_leaves_nothing() {
    let lab = lab();
    let plan = drill(&lab, "shop").unwrap();
    assert_eq!(plan.purpose, Purpose::Drill);
    assert_eq!(plan.realm, Realm::Real);
    assert_eq!(
        ids(&plan.steps),
        ["web/restore/shop", "web/start/shop", "web/check/shop/1"]
    );
    let scratch = "/var/lib/holdfast/scratch/drill-shop-20261121T034500Z-1f9c";
    let Undo::Exact(undo) = &plan.steps[1].undo else {
        panic!()
    };
    assert_eq!(
        **undo,
        Action::StopIsolated {
            dataset: "shop".to_owned(),
            scratch: scratch.to_owned()
        }
    );
    assert_eq!(
        ids(&drill(&lab, "documents").unwrap().steps),
        [
            "web/restore/documents",
            "web/check/documents/1",
            "web/check/documents/2"
        ]
    );
}

type Change = (&'static str, fn(&mut Plan));
fn scratch_of(action: &mut Action) -> &mut String {
    match action {
        Action::StartIsolated { scratch, .. }
        | Action::StopIsolated { scratch, .. }
        | Action::CheckRestored { scratch, .. } => scratch,
        Action::RestoreArchive { to, .. } => to,
        Action::RemoveScratch { path } => path,
        _ => panic!(),
    }
}

/// Each row changes one thing in a good drill; none of it may pass.
const CHANGES: &[Change] = &[
    ("production as scratch", |p| {
        *scratch_of(&mut p.steps[1].action) = "/srv/documents".to_owned();
    }),
    ("another drill's scratch", |p| {
        *scratch_of(&mut p.steps[2].action) = "/var/lib/holdfast/scratch/other".to_owned();
    }),
    ("a way out", |p| {
        *scratch_of(&mut p.steps[0].action) =
            "/var/lib/holdfast/scratch/../../postgresql".to_owned();
    }),
    ("the scratch directory itself", |p| {
        *scratch_of(&mut p.steps[0].action) = "/var/lib/holdfast/scratch/".to_owned();
    }),
    ("an undo that removes something else", |p| {
        p.steps[0].undo = Undo::Exact(Box::new(Action::RemoveScratch {
            path: "/srv/documents".to_owned(),
        }));
    }),
    ("an undo that is none", |p| p.steps[1].undo = Undo::Saved),
    ("another kind of action", |p| {
        p.steps[1].action = Action::SetUnit {
            unit: "postgresql.service".to_owned(),
            enabled: None,
            active: Some(false),
        };
    }),
    ("no restore first", |p| {
        p.steps.remove(0);
    }),
    ("two restores", |p| {
        let again = p.steps[0].clone();
        p.steps.push(again);
    }),
];

#[test]
fn nothing_outside_the_scratch_directory_is_in_a_drill() {
    let lab = lab();
    let good = drill(&lab, "shop").unwrap();
    isolate(&lab, &good).unwrap();
    for (what, change) in CHANGES {
        let mut plan = good.clone();
        change(&mut plan);
        assert!(
            matches!(isolate(&lab, &plan), Err(Refused::NotIsolated { .. })),
            "{what}"
        );
    }
}

#[test]
fn questions_stay_with_the_restored_data() {
    let lab = lab();
    for query in [
        "\\! rm -rf /",
        "  \\copy orders to x",
        "copy orders from '/srv/documents/x'",
        "select pg_read_file('/var/lib/postgresql/15/main/PG_VERSION')",
    ] {
        let mut lab = lab.clone();
        let check = Check::SqlAtLeast {
            query: text(query),
            at_least: crate::world::s(1),
        };
        lab.datasets.get_mut("shop").unwrap().verify = vec![check];
        assert!(
            matches!(drill(&lab, "shop"), Err(Refused::NotIsolated { .. })),
            "{query}"
        );
    }
    for file in ["../x", "/etc/passwd", "a/../../x", ""] {
        let mut lab = lab.clone();
        lab.datasets.get_mut("documents").unwrap().verify = vec![Check::FileExists(text(file))];
        assert!(
            matches!(drill(&lab, "documents"), Err(Refused::NotIsolated { .. })),
            "{file}"
        );
    }
}

#[test]
fn suffixes_become_plain_names() {
    let plan = with(&lab(), bare(), &Owned::new(), |ctx| {
        drill_plan(ctx, "shop", "../../x y")
    });
    let Action::RestoreArchive { to, .. } = &plan.unwrap().steps[0].action else {
        panic!()
    };
    assert_eq!(to, "/var/lib/holdfast/scratch/drill-shop-------x-y");
}

/// Another time than the declared one would be kept silently.
#[test]
fn a_backup_with_a_calendar_alone_gets_no_other_timer() {
    let mut lab = lab();
    let schedule = |text| {
        Some(crate::world::given(
            model::units::calendar::Calendar::parse(text).unwrap(),
        ))
    };
    for backup in lab.backups.values_mut() {
        backup.every = None;
        backup.about.schedule = schedule("Sat 02:00");
    }
    let made = set_up(&lab, bare(), &Owned::new());
    assert!(
        !ids(&made.steps).iter().any(|id| id.contains("timer")),
        "{:?}",
        ids(&made.steps)
    );
    let said: Vec<String> = made.blocked.iter().map(|b| b.reason.to_string()).collect();
    assert!(said.iter().any(|why| why.contains("Sat 02:00")), "{said:?}");
}
