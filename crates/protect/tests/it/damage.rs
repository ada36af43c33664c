//! Archives that cannot be trusted: it is noticed, said, and never taken for a success.

use crate::rig::Rig;
use crate::whole::a_drill_that_answers_wrongly_has_failed;
use model::evidence::Conclusion;
use model::plan::Action;
use plan::driver::ActError;

fn failed(result: Result<impl std::fmt::Debug, ActError>) -> String {
    match result {
        Err(ActError::Failed { message, .. }) => message,
        other => panic!("{other:?} is not a failure"),
    }
}

fn drill_failed(rig: &mut Rig, name: &str) -> String {
    let records = rig.drill(name);
    match &records[0].conclusion {
        Conclusion::Failed(why) => why.clone(),
        other => panic!("{other:?} is not a failure"),
    }
}

/// What archives a dataset, and what reads it back.
fn actions(rig: &mut Rig, name: &str) -> [Action; 2] {
    let names = std::iter::once(name.to_owned()).collect();
    let plan = rig.with(|ctx| protect::backup_plan(ctx, &names)).unwrap();
    let [take, verify] = plan.steps.as_slice() else {
        panic!("{plan:?}")
    };
    [take.action.clone(), verify.action.clone()]
}

#[test]
fn a_changed_byte_a_lost_pack_and_another_password() {
    let mut rig = Rig::new();
    rig.back_up(&["documents", "shop"]).unwrap();
    let [take, verify] = actions(&mut rig, "documents");
    let largest = "$(find /mnt/backup/holdfast/data -type f -printf '%s %p\\n' | sort -n | tail -1 | cut -d' ' -f2)";

    rig.sh("mv /etc/holdfast/secrets/usb /root/usb; echo another > /etc/holdfast/secrets/usb");
    assert!(failed(rig.act("v", &verify)).contains("wrong password"));
    assert!(drill_failed(&mut rig, "shop").contains("wrong password"));
    assert!(failed(rig.act("t", &take)).contains("wrong password"));
    rig.sh("mv /root/usb /etc/holdfast/secrets/usb");
    rig.act("v", &verify).unwrap();

    // The disk is not there: that says nothing about the archives.
    rig.sh("mv /mnt/backup /mnt/away");
    let records = rig.drill("shop");
    assert!(
        matches!(&records[0].conclusion, Conclusion::Inconclusive(why) if why.contains("disk mounted")),
        "{records:?}"
    );
    rig.sh("mv /mnt/away /mnt/backup");

    rig.sh(&format!("f={largest}; cp -a $f /root/pack; echo $f > /root/where; chmod u+w $f; printf '\\377\\377\\377' | dd of=$f bs=1 seek=50000 conv=notrunc status=none"));
    let why = failed(rig.act("v", &verify));
    assert!(
        why.contains("cannot be read back") && why.contains("ciphertext verification failed"),
        "{why}"
    );
    assert!(drill_failed(&mut rig, "documents").contains("ciphertext verification failed"));
    rig.sh("rm -f $(cat /root/where)");
    assert!(failed(rig.act("v", &verify)).contains("does not exist"));
    rig.sh("cp -a /root/pack $(cat /root/where)");
    rig.act("v", &verify).unwrap();
    assert_eq!(rig.leftovers(), "");
    a_database_with_roles_and_an_encoding_of_its_own(&mut rig);
}

#[test]
fn what_was_not_read_whole_is_no_archive_and_a_wrong_answer_is_no_drill() {
    let mut rig = Rig::new();
    what_was_not_read_whole_is_no_archive(&mut rig);
    a_drill_that_answers_wrongly_has_failed(&mut rig);
}

fn what_was_not_read_whole_is_no_archive(rig: &mut Rig) {
    rig.back_up(&["documents", "shop"]).unwrap();
    let production = rig.production();
    // A file that opens and cannot be read, as on a failing disk.
    rig.sh("mount --bind /proc/1/mem /srv/documents/README.txt");
    let why = failed(rig.back_up(&["documents"]));
    assert!(
        why.contains("could not read all of /srv/documents: /srv/documents/README.txt"),
        "{why}"
    );
    rig.sh("umount /srv/documents/README.txt");
    assert_eq!(
        rig.restic("snapshots --tag documents | grep -c /srv/documents"),
        "1"
    );
    assert_eq!(
        rig.restic("snapshots --tag documents:incomplete | grep -c /srv/documents"),
        "1"
    );

    // A dump that fails leaves neither dump nor archive.
    rig.sh("runuser -u postgres -- psql -qXc 'alter database shop rename to gone' postgres");
    assert!(failed(rig.back_up(&["shop"])).contains("database \"shop\" does not exist"));
    rig.sh("runuser -u postgres -- psql -qXc 'alter database gone rename to shop' postgres");
    assert_eq!(
        rig.restic("snapshots --tag shop | grep -c /var/lib/holdfast"),
        "1"
    );
    assert_eq!(rig.production(), production);
    assert_eq!(rig.leftovers(), "");
}

/// Roles, their tables and their rights come back; a dump that needs what is missing fails.
fn a_database_with_roles_and_an_encoding_of_its_own(rig: &mut Rig) {
    rig.sh(
        "runuser -u postgres -- psql -qX -v ON_ERROR_STOP=1 postgres <<'SQL'\n\
         create role clerk login password 'hunter2';\n\
         create role \"Odd Name\" nologin;\n\
         grant \"Odd Name\" to clerk;\n\
         \\connect shop\n\
         alter table orders owner to clerk;\n\
         create schema private authorization \"Odd Name\";\n\
         grant select on orders to \"Odd Name\";\n\
         create policy p on orders for select to clerk using (true);\n\
         SQL",
    );
    rig.back_up(&["shop"]).unwrap();
    let check = "select count(*) from pg_class join pg_roles r on r.oid = relowner where relname = 'orders' and rolname = 'clerk'";
    rig.lab.datasets.get_mut("shop").unwrap().verify = vec![model::lab::Check::SqlAtLeast {
        query: crate::rig::text(check),
        at_least: crate::rig::s(1),
    }];
    let records = rig.drill("shop");
    assert_eq!(records[0].conclusion, Conclusion::Conclusive, "{records:?}");
    let secrets = "dump --tag shop latest /var/lib/holdfast/dumps/shop/shop/roles.sql | grep -c -i 'password\\|hunter2' || :";
    assert_eq!(rig.restic(secrets), "0");
}
