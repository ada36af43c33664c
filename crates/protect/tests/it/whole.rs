//! The way a backup should go.

use crate::rig::{PASSWORD, Rig, s, text};
use model::evidence::{Conclusion, Grade};
use model::lab::Check;
use model::plan::Action;
use model::value::Value;
use plan::driver::ActError;
use plan::planner::Contribution;
use protect::RestoreRequest;

#[test]
fn set_up_archive_restore_drill_and_leave_nothing() {
    let mut rig = Rig::new();
    let production = rig.production();
    rig.set_up();
    let again = rig.with(|ctx| protect::setup(ctx, "web"));
    assert_eq!(
        again,
        Contribution::default(),
        "a second set-up changes nothing"
    );
    assert_eq!(
        rig.sh("stat -c '%a %U' /etc/holdfast/secrets /etc/holdfast/secrets/usb"),
        "700 root\n600 root"
    );
    assert_eq!(
        rig.sh("systemctl is-enabled holdfast-backup-nightly.timer; systemctl is-active holdfast-backup-nightly.timer"),
        "enabled\nactive"
    );

    // Nothing is fresh before the first archive, and nobody says it was.
    let before = rig.with(|ctx| protect::freshness_evidence(ctx, &Grade::Real));
    assert_eq!(before.len(), 4);
    assert!(
        before
            .iter()
            .all(|m| matches!(m.conclusion, Conclusion::Failed(_)))
    );
    rig.back_up(&[]).unwrap();
    let after = rig.with(|ctx| protect::freshness_evidence(ctx, &Grade::Real));
    for record in &after {
        assert_eq!(record.conclusion, Conclusion::Conclusive);
        assert!(record.figures["archive_age_s"] < 600, "{record:?}");
    }

    restored_elsewhere(&mut rig);
    drilled(&mut rig);
    assert_eq!(rig.production(), production);
    assert_eq!(rig.leftovers(), "");
    // The making of a repository is not taken back once it holds archives.
    let back = rig.act(
        "undo",
        &Action::RemoveScratch {
            path: "/mnt/backup/holdfast".to_owned(),
        },
    );
    assert!(matches!(back, Err(ActError::Refused(_))), "{back:?}");
    assert_eq!(
        rig.sh(&format!(
            "grep -rlF '{PASSWORD}' /var/lib/holdfast /etc/holdfast /tmp /var/tmp /var/log 2>/dev/null || :"
        )),
        "/etc/holdfast/secrets/usb"
    );
    nothing_of_the_host_is_in_the_cell(&mut rig);
}

/// The folder comes back the same to the last mode and time, beside what is there.
fn restored_elsewhere(rig: &mut Rig) {
    let request = |to: &str| RestoreRequest {
        dataset: "documents".to_owned(),
        repository: None,
        archive: None,
        to: to.to_owned(),
    };
    let plan = rig
        .with(|ctx| protect::restore_plan(ctx, &request("/srv/restored")))
        .unwrap();
    let output = rig.carry_out(&plan.steps).unwrap();
    assert_eq!(output[0].values["files"], Value::Int(200));
    assert_eq!(rig.tree("/srv/restored/data"), rig.tree("/srv/documents"));
    assert_eq!(rig.sh("ls -A /srv/restored"), ".holdfast-scratch\ndata");

    // Over what is there: refused, and nothing is touched.
    let over = rig.carry_out(&plan.steps);
    assert!(matches!(over, Err(ActError::Refused(_))), "{over:?}");
    assert_eq!(rig.tree("/srv/restored/data"), rig.tree("/srv/documents"));

    let remove = |path: &str| Action::RemoveScratch {
        path: path.to_owned(),
    };
    rig.sh("mkdir /srv/other /srv/link-to && ln -s /srv/restored /srv/link && cp -a /srv/restored/.holdfast-scratch /srv/other/");
    for path in [
        "/srv/documents",
        "/srv/other",
        "/srv/link",
        "/srv/link/",
        "/srv",
        "/srv/restored/../documents",
        "/srv/restored/data",
    ] {
        let refused = rig.act("remove", &remove(path));
        assert!(
            matches!(refused, Err(ActError::Refused(_))),
            "{path}: {refused:?}"
        );
    }
    // A link in the data is removed, not what it leads to.
    rig.sh("ln -s /srv/documents /srv/restored/data/out");
    rig.back(&plan, 1);
    rig.sh("[ ! -e /srv/restored ]; rm -r /srv/other /srv/link /srv/link-to");
}

fn drilled(rig: &mut Rig) {
    for (name, answer) in [("documents", 200), ("shop", 1000)] {
        let records = rig.drill(name);
        assert_eq!(
            records.len(),
            2,
            "corruption and device; the host goes with the copy"
        );
        for record in &records {
            assert_eq!(record.conclusion, Conclusion::Conclusive, "{record:?}");
            assert_eq!(record.figures["answer"], answer);
            assert!((1..60).contains(&record.figures["restore_s"]), "{record:?}");
        }
        assert_eq!(rig.leftovers(), "");
    }
}

/// On a host whose datasets are archived.
pub(crate) fn a_drill_that_answers_wrongly_has_failed(rig: &mut Rig) {
    rig.lab.datasets.get_mut("documents").unwrap().verify =
        vec![Check::FileExists(text("not/there"))];
    for record in rig.drill("documents") {
        let Conclusion::Failed(why) = &record.conclusion else {
            panic!("{record:?}")
        };
        assert!(
            why.contains("not/there is not among the restored files"),
            "{why}"
        );
    }
    let rows: [(&str, i64, &str); 5] = [
        ("select 0", 1000, "answer 0, wanted at least 1000"),
        (
            "select count(*) from nothing_here",
            1,
            "relation \"nothing_here\" does not exist",
        ),
        ("select 'many'", 1, "the answer is not one whole number"),
        (
            "delete from orders",
            1,
            "cannot execute DELETE in a read-only transaction",
        ),
        // A way out by the server's own hand: there is nothing where production would be.
        (
            "select count(*) from pg_ls_dir('/srv')",
            1,
            "could not open directory \"/srv\"",
        ),
    ];
    let checks = rows.map(|(query, at_least, _)| Check::SqlAtLeast {
        query: text(query),
        at_least: s(at_least),
    });
    rig.lab.datasets.get_mut("shop").unwrap().verify = checks.to_vec();
    let plan = rig.with(|ctx| {
        // `isolate` refuses a question that names a production folder; this one is put to the cell all the same.
        let mut lab = ctx.lab.clone();
        lab.datasets.remove("documents");
        protect::drill_plan(&plan::Context { lab: &lab, ..*ctx }, "shop", "answers")
    });
    let plan = plan.unwrap();
    let (outcomes, _) = rig.forward(&plan);
    let records = rig.with(|ctx| protect::drill_evidence(ctx, &plan, &outcomes, &Grade::Isolated));
    assert!(
        matches!(records[0].conclusion, Conclusion::Failed(_)),
        "{records:?}"
    );
    for (step, (_, _, wanted)) in plan.steps.iter().skip(2).zip(rows) {
        match rig.act(&step.id.0, &step.action) {
            Err(ActError::Failed { message, .. }) => {
                assert!(message.contains(wanted), "{message}");
                assert!(!message.contains("many"), "data is shown: {message}");
            }
            other => panic!("{other:?}"),
        }
    }
    rig.back(&plan, 2);
    assert_eq!(rig.leftovers(), "");
}

/// The cell, seen from the inside by the database itself.
fn nothing_of_the_host_is_in_the_cell(rig: &mut Rig) {
    rig.sh("runuser -u postgres -- psql -qXc 'create table secrets as select 1' shop; echo canary > /srv/documents/canary");
    rig.back_up(&["shop"]).unwrap();
    let plan = rig
        .with(|ctx| protect::drill_plan(ctx, "shop", "cell"))
        .unwrap();
    let (_, done) = rig.forward(&plan);
    assert_eq!(done, 3);
    let pid = rig.sh("systemctl show -p MainPID --value holdfast-drill-shop.service");
    let inside = |script: &str| rig.sh(&format!("nsenter -t {pid} -m -n -i -- sh -c '{script}'"));
    assert_eq!(
        inside("ls /"),
        "bin\ncell\ncell.sh\ndev\ndump\netc\nlib\nlib64\nproc\nrun\nsbin\nsys\ntmp\nusr"
    );
    assert_eq!(
        inside("ls -A /run /run/systemd /etc"),
        "/etc:\nalternatives\ngroup\nld.so.cache\nlocaltime\nnsswitch.conf\npasswd\n\n/run:\nsystemd\n\n/run/systemd:\nincoming"
    );
    assert_eq!(
        inside("tail -n +3 /proc/net/dev | cut -d: -f1 | tr -d \" \""),
        "lo"
    );
    assert_eq!(
        rig.sh(&format!(
            "stat -c %u /proc/{pid}; grep -h CapBnd /proc/{pid}/status | tr -d '\\t'"
        )),
        "65520\nCapBnd:0000000000000000"
    );
    // The real cluster hears nothing of it: nobody but the cell has its socket, and no port is open.
    assert_eq!(rig.sh("ss -Hlnt | awk '{print $4}' | grep -c :5432"), "1");
    rig.back(&plan, done);
    assert_eq!(rig.leftovers(), "");
}

/// Without Holdfast, controller or lease: the host archives by itself.
#[test]
fn the_timer_needs_no_controller() {
    let mut rig = Rig::new();
    rig.set_up();
    let production = rig.production();
    rig.sh("systemctl start holdfast-backup-nightly.service");
    let status = rig.sh("cat /var/lib/holdfast/backup/nightly.status");
    assert!(status.contains("result=ok\n"), "{status}");
    assert!(
        status.contains("\ndataset.documents=ok ") && status.contains("\ndataset.shop=ok "),
        "{status}"
    );
    for _ in 0..2 {
        rig.sh("env -i sh /etc/holdfast/backup/nightly.sh");
    }
    assert_eq!(rig.production(), production);
    // Two are kept of three, each of its own dataset; the rest was forgotten by number.
    let archives = rig.observe();
    let count = |name: &str| {
        let path = model::fact::FactPath::parse(&format!("archive:usb/{name}")).unwrap();
        archives
            .seen(&path)
            .value()
            .unwrap()
            .field("count")
            .unwrap()
            .as_int()
    };
    assert_eq!((count("documents"), count("shop")), (Some(2), Some(2)));
    assert_eq!(rig.leftovers(), "");
    assert_eq!(
        rig.drill("shop")[0].conclusion,
        Conclusion::Conclusive,
        "what the timer wrote can be drilled"
    );

    // One dataset fails: it is told, the other is archived all the same, and nothing of the failed one is forgotten.
    rig.sh("systemctl stop postgresql@15-main.service");
    rig.sh("! systemctl start holdfast-backup-nightly.service 2>/dev/null");
    let status = rig.sh("cat /var/lib/holdfast/backup/nightly.status");
    assert!(
        status.contains("result=failed\n") && status.contains("dataset.documents=ok "),
        "{status}"
    );
    assert!(
        status.contains("dataset.shop=failed pg_dump of shop:"),
        "{status}"
    );
    assert_eq!(rig.leftovers(), "");
    assert!(
        rig.sh("systemctl list-timers --no-legend holdfast-backup-nightly.timer")
            .contains("holdfast-backup-nightly.service")
    );
    assert_eq!(rig.sh("systemd-analyze verify /etc/systemd/system/holdfast-backup-nightly.timer 2>&1 | grep holdfast || :"), "");
}
