//! A machine with a kernel of its own: RAID, thin pools, and disks that tell of their health, as real programs make them.

use crate::ran::{BINARY, Ran};
use std::path::Path;
use std::process::{Command, Stdio};
use twin::{Bus, Vm, VmDisk, VmSpec};

const MIB: u64 = 1 << 20;

/// Two disks for an array, one for thin pools, and three that tell of their health, one of them that it fails.
fn machine(folder: &Path) -> Vm {
    let disk = |serial: &str, mib: u64, bus| VmDisk {
        serial: serial.to_owned(),
        bytes: mib * MIB,
        bus,
    };
    let spec = VmSpec {
        hostname: "nas".to_owned(),
        disks: vec![
            disk("RAID0001", 96, Bus::Virtio),
            disk("RAID0002", 96, Bus::Virtio),
            disk("THIN0001", 256, Bus::Virtio),
            disk("GOOD0001", 64, Bus::Nvme(0)),
            disk("FAIL0001", 64, Bus::Nvme(1 << 2)),
            disk("ATA00001", 64, Bus::Ata),
        ],
    };
    let tell = |line: &str| eprintln!("{line}");
    let image = twin::image::ensure_vm(&twin::image::default_cache_dir(), &tell);
    let image = image.unwrap_or_else(|e| panic!("no image of a machine: {e}"));
    Vm::start(&image, folder, &spec).unwrap_or_else(|e| panic!("no machine: {e}"))
}

const MADE: &str = "
disk=/dev/disk/by-id/virtio
mdadm --create /dev/md0 --run --level=1 --raid-devices=2 --metadata=1.2 $disk-RAID0001 $disk-RAID0002 2>&1
mdadm --wait /dev/md0 || true
mkfs.ext4 -q /dev/md0
mkdir -p /srv/photos
mount /dev/md0 /srv/photos
pvcreate -q $disk-THIN0001
vgcreate -q pve $disk-THIN0001
lvcreate -q -L 64M -T pve/data
lvcreate -q -V 64M -T pve/data -n root
";

const LAB: &str = "
format: 1
lab: machine
sites: {home: {}}
hosts:
  nas:
    site: home
    os: debian
    version: 12
    reach: {ssh: nas, user: admin}
    hardware:
      disks:
        raid1: {serial: RAID0001, size: 96MiB}
        raid2: {serial: RAID0002, size: 96MiB}
        gone: {serial: GONE0001, size: 64MiB}
pools:
  photos: {kind: md, on: nas, level: raid1, devices: [nas/raid1, nas/raid2], mount: /srv/photos}
";

/// The machine, the tree that declares it, and the binary.
struct Bench {
    dir: tempfile::TempDir,
    vm: Vm,
}

impl Bench {
    fn run(&self, words: &[&str]) -> Ran {
        let mut command = Command::new(BINARY);
        command.args(words).current_dir(self.dir.path().join("lab"));
        command.env("HOLDFAST_DATA", self.dir.path().join("data"));
        command.env("HOLDFAST_SSH_CONFIG", self.vm.ssh_config());
        Ran::of(command.stdin(Stdio::null()).output().unwrap())
    }

    /// What rules about disks and pools say after another look.
    fn disks(&self) -> Vec<String> {
        let ran = self.run(&["observe", "--on", "real"]);
        assert_eq!(ran.code, 0, "{}", ran.all());
        let ran = self.run(&["check", "--all", "--unknown", "--format", "concise"]);
        let lines = ran.stdout.lines().filter(|l| l.contains("[disk-"));
        lines.map(str::to_owned).collect()
    }

    /// The facts whose path begins so, in the words of `facts show`.
    fn facts(&self, start: &str) -> Vec<String> {
        let ran = self.run(&["facts", "show"]);
        let lines = ran.stdout.lines().map(str::trim);
        let of = lines.filter(|l| l.starts_with(start));
        of.map(|l| l.split_whitespace().collect::<Vec<_>>().join(" "))
            .collect()
    }
}

fn one<'l>(lines: &'l [String], parts: &[&str]) -> &'l str {
    let found: Vec<&String> = lines
        .iter()
        .filter(|l| parts.iter().all(|p| l.contains(p)))
        .collect();
    match found.as_slice() {
        [one] => one,
        _ => panic!("not one line with {parts:?}: {lines:#?}"),
    }
}

#[test]
fn arrays_thin_pools_and_disks_are_told_as_they_are() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::create_dir(dir.path().join("lab")).unwrap();
    std::fs::write(dir.path().join("lab/holdfast.yaml"), LAB).unwrap();
    let vm = machine(dir.path());
    vm.exec_sh(MADE).unwrap();
    let bench = Bench { dir, vm };

    // All is well but for the disk that says otherwise.
    let said = bench.disks();
    one(&said, &["error[disk-smart]", "FAIL0001"]);
    assert_eq!(said.len(), 1, "{said:#?}");
    let pools = bench.facts("pool:");
    one(
        &pools,
        &[
            "pool:md/md0",
            "level=raid1 missing=0",
            "mounts=[/srv/photos]",
            "wanted=2",
        ],
    );
    one(
        &pools,
        &[
            "pool:lvm-thin/pve/data",
            "size=67108864",
            "state=healthy",
            "used=0",
        ],
    );
    one(&pools, &["pool:lvm/pve", "missing=0", "wanted=1"]);
    let disks = bench.facts("disk:");
    for serial in [
        "RAID0001", "RAID0002", "THIN0001", "GOOD0001", "FAIL0001", "ATA00001",
    ] {
        one(&disks, &[&format!("serial={serial}")]);
    }
    let smart = bench.facts("smart:");
    one(&smart, &["smart:sda", "passed=true", "reallocated=0"]);
    assert_eq!(smart.len(), 3, "{smart:#?}");
    // What is declared and is not there is told by its serial number, and so is what is there and not declared.
    let drift = bench.run(&["drift", "--on", "real", "--json"]);
    let differs = drift.differences();
    let of = |how: &str| -> Vec<&str> {
        let lines = differs.iter().map(String::as_str);
        lines
            .filter(|d| d.starts_with(how) && (d.contains(" disk:") || d.contains(" pool:")))
            .collect()
    };
    assert_eq!(
        of("missing"),
        ["missing disk:gone | disk gone with serial number GONE0001 | no such disk"]
    );
    assert_eq!(of("different"), [""; 0]);
    let undeclared = of("undeclared").join("\n");
    for serial in ["THIN0001", "GOOD0001", "FAIL0001", "ATA00001"] {
        assert!(undeclared.contains(serial), "{differs:#?}");
    }
    assert!(!undeclared.contains("RAID"), "{differs:#?}");

    // A disk of the array fails, and the thin pool fills up.
    let broken = "mdadm --quiet /dev/md0 --fail /dev/disk/by-id/virtio-RAID0002
        dd if=/dev/urandom of=/dev/pve/root bs=1M count=63 oflag=direct status=none; sync";
    bench.vm.exec_sh(broken).unwrap();
    let said = bench.disks();
    one(
        &said,
        &[
            "error[disk-pool-degraded]",
            "photos",
            "misses 1 of its devices",
        ],
    );
    one(
        &said,
        &[
            "error[disk-thin-full]",
            "the data of thin pool nas/pve/data is 98.4 % full",
        ],
    );
    one(&said, &["error[disk-smart]", "FAIL0001"]);
    assert_eq!(said.len(), 3, "{said:#?}");
    let pools = bench.facts("pool:");
    one(&pools, &["pool:md/md0", "missing=1", "wanted=2"]);

    // Another one takes its place.
    let mended = "mdadm --quiet /dev/md0 --remove failed; mdadm --quiet --zero-superblock /dev/disk/by-id/virtio-RAID0002
        mdadm --quiet /dev/md0 --add /dev/disk/by-id/virtio-RAID0002; mdadm --wait /dev/md0 || true; blkdiscard /dev/pve/root";
    bench.vm.exec_sh(mended).unwrap();
    let said = bench.disks();
    one(&said, &["error[disk-smart]", "FAIL0001"]);
    assert_eq!(said.len(), 1, "{said:#?}");
}
