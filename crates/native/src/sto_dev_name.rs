//! Disks by names that change.

use crate::fstab::{Mount, is_kernel_name, is_md_number, of_documents, of_hosts};
use crate::pools::{self, object};
use crate::{Context, Findings, Mend, Rule};
use diag::{Diagnostic, Severity};
use model::declare::OptExt as _;
use model::lab::storage::Pool;

pub const RULE: Rule = Rule {
    id: "sto-dev-name",
    since: "0.1.0",
    severity: Severity::Warning,
    summary: "A pool or a mount is tied to a device name that the kernel gives in the order of discovery.",
    rationale: "/dev/sda is the disk that answered first. After a new disk, a firmware update or a slow start it is another one, and \
        what was meant for one disk is done to another: a rebuild, a wipe, a mount. The paths below /dev/disk/by-id carry the serial \
        number; a UUID goes with the file system.",
    example: "pools: {main: {kind: md, device: /dev/md0, mount: /srv, devices: [nas/sda, nas/sdb]}}",
    controls: &["CIS v8 1.1", "ISO 27001:2022 A.5.9"],
    mend: Mend::DisplayOnly("lasting names are read on the machine"),
    run,
};

fn run(ctx: &Context<'_>, out: &mut Findings) {
    for (name, pool) in &ctx.lab.pools {
        if let Some(d) = members(ctx, name, pool) {
            out.add(object(name), d);
        }
        if let Some(d) = device(name, pool) {
            out.add(object(name), d);
        }
    }
    for (host, mount) in of_hosts(ctx.lab) {
        if let Some(d) = mounted(&format!("host '{host}'"), &mount) {
            out.add(crate::context::host(host), d);
        }
    }
    for (document, mount) in of_documents(ctx) {
        let by = format!("document '{}'", document.name);
        if let Some(d) = mounted(&by, &mount) {
            out.add(crate::call::object(document), d);
        }
    }
}

/// Disks that are known by a name like `sda` and by nothing that stays.
fn members(ctx: &Context<'_>, name: &str, pool: &Pool) -> Option<Diagnostic> {
    let members = pools::members(ctx.lab, pool);
    let lasting =
        |path: &str| path.starts_with("/dev/disk/by-") || path.starts_with("/dev/mapper/");
    let loose: Vec<_> = members
        .iter()
        .filter(|m| {
            let by_id = m.disk.and_then(|d| d.by_id.known()).map(|p| p.0.as_str());
            let serial = m.disk.is_some_and(|d| d.serial.known().is_some());
            match by_id {
                Some(path) => !lasting(path),
                None => is_kernel_name(m.label) && !serial,
            }
        })
        .collect();
    let first = loose.first()?;
    let labels: Vec<&str> = loose.iter().map(|m| m.label).collect();
    let d = RULE
        .finding(format!("disks of pool '{name}' are known only by names that change: {}", labels.join(", ")))
        .at(first.span, "the order of discovery decides which disk this is")
        .note(format!(
            "disks of the pool: {}, with a lasting name or serial number: {}",
            members.len(),
            members.len() - loose.len()
        ))
        .help("declare 'by_id: /dev/disk/by-id/…' and the serial number of each disk ('ls -l /dev/disk/by-id'), and write the same on its bay");
    Some(d)
}

fn device(name: &str, pool: &Pool) -> Option<Diagnostic> {
    let given = pool.device.as_ref()?;
    let path = &given.value()?.0;
    let (why, help) = unstable(path)?;
    let mounted = pool.mount.known().is_some();
    let d = RULE
        .finding(format!("pool '{name}' is known as {path}, {why}"))
        .at(given.span, "not the same after every start");
    Some(match mounted {
        true => d.help(help),
        false => d.help("use its path below /dev/disk/by-id"),
    })
}

fn mounted(by: &str, mount: &Mount) -> Option<Diagnostic> {
    let (device, at) = (&mount.device, &mount.at);
    let (why, help) = unstable(device)?;
    let d = RULE
        .finding(format!("{by} mounts {at} from {device}, {why}"))
        .at(mount.span, format!("{device} {at}"))
        .help(help);
    Some(d)
}

fn unstable(path: &str) -> Option<(&'static str, &'static str)> {
    const UUID: &str = "name the file system by 'UUID=…' as blkid shows it, in /etc/fstab too";
    if is_kernel_name(path) {
        Some((
            "which is whatever disk answers in that place at the next start",
            UUID,
        ))
    } else if is_md_number(path) {
        Some((
            "a number that becomes /dev/md127 when the initramfs does not know the array",
            UUID,
        ))
    } else {
        None
    }
}
