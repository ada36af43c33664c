//! What the readers make of texts in the forms that the kernel and the programs print.

use super::*;
use model::fact::{Completeness, FactPath, Seen};

fn read(text: &str) -> Gathered {
    let output = format!("\n@begin 7 pool\n{text}\n@end 7 pool 0 \n");
    let mut to = Gathered::default();
    gather(&Sections::read(output.as_bytes(), "7"), &mut to);
    to
}

fn field<'a>(found: &'a Gathered, key: &str, name: &str) -> Option<&'a Value> {
    match &found.facts.get(&FactPath::new(KIND, key))?.seen {
        Seen::Present(value) => value.field(name),
        _ => None,
    }
}

fn number(found: &Gathered, key: &str, name: &str) -> Option<i64> {
    field(found, key, name).and_then(Value::as_int)
}

fn text<'a>(found: &'a Gathered, key: &str, name: &str) -> &'a str {
    field(found, key, name)
        .and_then(Value::as_text)
        .unwrap_or("-")
}

const MD: &str = "mount /srv xfs md0 /dev/md/data\nmd md0\nsectors 2000\nlevel raid5\nraid_disks 3\ndegraded 1\narray_state clean\nsync_action recover\nmismatch_cnt 8\n\
    member sda1 in_sync\nmember sdb1 faulty\nmember sdc1 in_sync\nmd md1\nsectors 10\nlevel raid0\nraid_disks 2\narray_state clean\nmember sdd in_sync\nall";

#[test]
fn an_array_that_lost_a_disk() {
    let found = read(MD);
    assert_eq!(number(&found, "md/md0", "missing"), Some(1));
    assert_eq!(number(&found, "md/md0", "errors"), Some(8));
    assert_eq!(number(&found, "md/md0", "size"), Some(2000 * 512));
    assert_eq!(text(&found, "md/md0", "state"), "recover");
    let at = field(&found, "md/md0", "mounts");
    assert_eq!(at, Some(&Value::List(vec![Value::from("/srv")])));
    // It has no `degraded`, and one of two devices is gone.
    assert_eq!(number(&found, "md/md1", "missing"), Some(1));
    assert!(matches!(
        found.collections.get(&KIND),
        Some(Completeness::Yes(_))
    ));
}

/// Room that nobody counted is not none.
#[test]
fn a_device_of_unknown_size_makes_the_size_unknown() {
    let of = |devices: &str| {
        let found = read(&format!("btrfs {ID}\n{devices}missing 1 0\nall"));
        let key = format!("btrfs/{ID}");
        let count = match field(&found, &key, "devices") {
            Some(Value::List(all)) => all.len(),
            _ => 0,
        };
        (number(&found, &key, "size"), count)
    };
    assert_eq!(of("device sda 10\ndevice sdb 10\n"), (Some(20 * 512), 2));
    assert_eq!(of("device sda 10\ndevice sdb ?\n"), (None, 2));
}

/// What has no size that can be read is told all the same.
#[test]
fn a_device_without_a_size_is_a_device() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path().join(ID).join("devices");
    for (name, size) in [("sda", Some("10\n")), ("sdb", None)] {
        std::fs::create_dir_all(at.join(name)).unwrap();
        if let Some(size) = size {
            std::fs::write(at.join(name).join("size"), size).unwrap();
        }
    }
    let text = format!("{}\npool_btrfs", PART.sh.concat());
    let text = text.replace("/sys/fs/btrfs", &folder.path().display().to_string());
    let ran = std::process::Command::new("sh")
        .args(["-c", &text])
        .output()
        .unwrap();
    let said = String::from_utf8(ran.stdout).unwrap();
    assert!(said.contains("device sda 10\ndevice sdb ?\n"), "{said}");
}

const ID: &str = "6bb8ef29-fa3a-4fb9-aa37-b7c9d9a1f0fe";

fn btrfs(scrub: &str) -> String {
    format!(
        "mount / ext4 vda /dev/vda\nmount /srv/tank btrfs loop3 /dev/twin/a\ncontained\nbtrfs {ID}\nlabel tank\ndata_total_bytes 100\ndata_bytes_used 60\n\
         profile data raid1\nprofile metadata raid1\ndevice loop3 4000\nmissing 1 0\nstat 1 write_errs 2\nstat 1 read_errs 0\nmissing 2 1\n\
         stat 2 corruption_errs 3\nscrub {scrub}\nbtrfs 00000000-0000-0000-0000-000000000000\ndevice loop9 10\nmissing 1 0\nall"
    )
}

#[test]
fn a_file_system_that_misses_a_device() {
    let whole = "1|data_extents_scrubbed:9|uncorrectable_errors:4|t_start:1000|t_resumed:0|duration:60|canceled:0|finished:1";
    let found = read(&btrfs(whole));
    let key = format!("btrfs/{ID}");
    assert_eq!(number(&found, &key, "wanted"), Some(2));
    assert_eq!(number(&found, &key, "missing"), Some(1));
    assert_eq!(number(&found, &key, "errors"), Some(2 + 3 + 4));
    assert_eq!(number(&found, &key, "scrub"), Some(1060));
    assert_eq!(text(&found, &key, "level"), "raid1");
    // Another container's.
    assert_eq!(found.facts.len(), 1);
}

#[test]
fn when_a_file_system_was_read_whole_is_known_or_not() {
    let key = format!("btrfs/{ID}");
    let cut = "1|t_start:1000|duration:60|canceled:1|finished:0";
    for (scrub, want) in [
        ("never", Some(0)),
        (cut, Some(0)),
        ("! only root sees when", None),
        ("1|finished:1", None),
        ("odd", None),
    ] {
        let found = read(&btrfs(scrub));
        assert_eq!(number(&found, &key, "scrub"), want, "{scrub}");
    }
}

const ZFS: &str = "zfs tank\t1000\t600\tDEGRADED\nzfs fast\t50\t5\tONLINE\n\
z:  pool: fast\nz: state: ONLINE\nz:config:\nz:\nz:\tNAME        STATE     READ WRITE CKSUM\nz:\tfast        ONLINE       0     0     0\nz:\t  nvme0n1   ONLINE       0     0     0\nz:\nz:errors: No known data errors\nz:\n\
z:  pool: tank\nz: state: DEGRADED\nz:  scan: scrub repaired 0B in 00:10:21 with 0 errors on Sun Nov  9 00:34:22 2025\nz:config:\nz:\n\
z:\tNAME        STATE     READ WRITE CKSUM\nz:\ttank        DEGRADED     0     0     0\nz:\t  mirror-0  DEGRADED     0     0     0\nz:\t    sda     ONLINE       0     0     2\nz:\t    sdb     UNAVAIL      0     0     0\n\
z:\t  mirror-1  ONLINE       0     0     0\nz:\t    sdc     ONLINE       0     0     0\nz:\t    sdd     ONLINE       0     0     0\nz:\tlogs\nz:\t  sde       ONLINE       0     0     0\nz:\nz:errors: No known data errors\nall";

#[test]
fn pools_of_zfs_by_their_table() {
    let found = read(ZFS);
    assert_eq!(text(&found, "zfs/tank", "level"), "mirror");
    assert_eq!(number(&found, "zfs/tank", "wanted"), Some(4));
    assert_eq!(number(&found, "zfs/tank", "missing"), Some(1));
    assert_eq!(number(&found, "zfs/tank", "errors"), Some(2));
    assert_eq!(number(&found, "zfs/tank", "scrub"), Some(1_762_648_462));
    assert_eq!(text(&found, "zfs/fast", "level"), "single");
    assert_eq!(number(&found, "zfs/fast", "scrub"), Some(0));
    assert_eq!(number(&found, "zfs/fast", "missing"), Some(0));
}

#[test]
fn groups_and_thin_pools_of_lvm() {
    let found = read(
        "vgs pve|1000|200|1|2\nlvs pve|data|thin,pool|500|95.50|12.34|\nlvs pve|root|linear|100||||\nlvs pve|cold|thin,pool|500|||failed\nall",
    );
    assert_eq!(number(&found, "lvm/pve", "missing"), Some(1));
    assert_eq!(number(&found, "lvm/pve", "used"), Some(800));
    assert_eq!(number(&found, "lvm-thin/pve/data", "used"), Some(477));
    assert_eq!(number(&found, "lvm-thin/pve/data", "metadata"), Some(123));
    assert_eq!(text(&found, "lvm-thin/pve/cold", "state"), "failed");
    assert_eq!(number(&found, "lvm-thin/pve/cold", "used"), None);
    assert!(!found.facts.keys().any(|p| p.key.contains("root")));
}

#[test]
fn what_could_not_be_asked_makes_the_list_incomplete() {
    for text in ["! lvs ended with status 5\nall", "md md0\nlevel raid1", ""] {
        let found = read(text);
        let known = found.collections.get(&KIND);
        assert!(matches!(known, Some(Completeness::No(_))), "{text}");
    }
}
