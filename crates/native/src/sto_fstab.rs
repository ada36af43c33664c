//! A mount that keeps the machine from starting.

use crate::fstab::{Mount, is_system, of_documents, of_hosts, of_pools};
use crate::pools::object;
use crate::{Context, Findings, Mend, Rule};
use diag::{Diagnostic, Severity};
use model::declare::OptExt as _;
use model::id::ObjectRef;
use model::lab::storage::{Pool, PoolKind};
use std::collections::BTreeSet;

/// Source: systemd.mount(5): without `nofail` a mount is required by local-fs.target, and a missing device ends in emergency mode after 90 s.
pub const RULE: Rule = Rule {
    id: "sto-fstab",
    since: "0.1.0",
    severity: Severity::Warning,
    summary: "A data pool is mounted at boot without 'nofail', or its array is not known to the initramfs.",
    rationale: "Without 'nofail' one missing data disk keeps the whole machine in emergency mode, with no SSH, until somebody \
        stands before it. With it, containers must not start without their data, so they depend on the mount. An array that the \
        initramfs does not know comes up under another name, and the mount fails.",
    example: "pools: {main: {kind: md, level: raid5, devices: [nas/a, nas/b, nas/c], mount: /media/main, mount_options: [defaults]}}",
    controls: &["NIST CSF 2.0 PR.IR-04", "ISO 27001:2022 A.8.14"],
    mend: Mend::DisplayOnly("what depends on the mount has to be told as well"),
    run,
};

fn run(ctx: &Context<'_>, out: &mut Findings) {
    let files = of_hosts(ctx.lab);
    let documents = of_documents(ctx);
    let written = files.iter().map(|(_, m)| m);
    let written = written.chain(documents.iter().map(|(_, m)| m));
    let told: BTreeSet<&str> = written.map(|m| m.at.as_str()).collect();
    for (name, mount) in of_pools(ctx.lab) {
        let in_file = told.contains(mount.at.as_str());
        if is_system(&mount.at) || in_file {
            continue;
        }
        let what = format!("pool '{name}'");
        out.extend(&object(name), nofail(&what, &mount, true));
    }
    for (host, mount) in files.iter().map(|(h, m)| (*h, m)) {
        if !is_system(&mount.at) {
            let what = format!("the mount {} of host '{host}'", mount.at);
            out.extend(&crate::context::host(host), nofail(&what, mount, false));
        }
    }
    for (document, mount) in &documents {
        if !is_system(&mount.at) {
            let what = format!("the mount {} of document '{}'", mount.at, document.name);
            out.extend(&crate::call::object(document), nofail(&what, mount, false));
        }
    }
    for (name, pool) in &ctx.lab.pools {
        out.extend(&object(name), initramfs(name, pool));
    }
}

trait Extend {
    fn extend(&mut self, object: &ObjectRef, diagnostic: Option<Diagnostic>);
}

impl Extend for Findings {
    fn extend(&mut self, object: &ObjectRef, diagnostic: Option<Diagnostic>) {
        diagnostic
            .into_iter()
            .for_each(|d| self.add(object.clone(), d));
    }
}

fn nofail(what: &str, mount: &Mount, pool: bool) -> Option<Diagnostic> {
    let Some(options) = &mount.options else {
        let d = RULE
            .unknown(format!("whether the host starts when {what} is missing"))
            .at(mount.span, "")
            .help("declare its options as in /etc/fstab: 'mount_options: [nofail, x-systemd.device-timeout=30s]'");
        return Some(d);
    };
    // Mounted later, by hand or on first use, it holds up nothing.
    if options
        .iter()
        .any(|o| ["nofail", "noauto", "x-systemd.automount"].contains(&o.as_str()))
    {
        return None;
    }
    let written = options.join(",");
    let help = match pool {
        true => {
            "write 'mount_options: [nofail, x-systemd.device-timeout=30s]', and let what needs the data depend on the mount (RequiresMountsFor=)"
        }
        false => {
            "add 'nofail,x-systemd.device-timeout=30s', and let what needs the data depend on the mount (RequiresMountsFor=)"
        }
    };
    let d = RULE
        .finding(format!("the host does not start when {what} is missing"))
        .at(mount.span, format!("options of {}: {written}", mount.at))
        .help(help);
    Some(d)
}

fn initramfs(name: &str, pool: &Pool) -> Option<Diagnostic> {
    let given = pool.in_initramfs.as_ref()?;
    if pool.kind.known() != Some(&PoolKind::Md) || given.value() == Some(&true) {
        return None;
    }
    if given.is_unknown() {
        let message = format!("whether the initramfs knows the array of pool '{name}'");
        return Some(RULE.unknown(message).at(given.span, ""));
    }
    let d = RULE
        .finding(format!("the initramfs does not know the array of pool '{name}'"))
        .at(given.span, "it may come up as /dev/md127")
        .help("write 'mdadm --detail --scan' into /etc/mdadm/mdadm.conf and run 'update-initramfs -u'");
    Some(d)
}
