//! Containers of a hypervisor whose root is root on it.

use crate::context::guest;
use crate::{Context, Findings, Mend, Rule};
use diag::Severity;
use graph::wording::names;
use model::declare::{OptExt as _, Or};
use model::id::{Kind, ObjectRef};
use model::lab::guest::GuestKind;
use model::lab::service::{Outside, Service};

/// Source: "Unprivileged LXC containers" of the Proxmox VE wiki, and linuxcontainers.org, "Security": privileged containers are not, and cannot be,
/// root-safe.
pub const RULE: Rule = Rule {
    id: "sec-guest-privileged",
    since: "0.1.0",
    severity: Severity::Warning,
    summary: "A container is declared privileged, so that its root is root on the hypervisor.",
    rationale: "Without a mapping of users only a list of forbidden calls stands between root in the container and root on the machine with all \
        other guests and their disks. Whoever breaks into one program in there is one flaw of the kernel away from everything. What needs a \
        device or a share gets it in an unprivileged container, too: one device passed through, one user mapped.",
    example: "guests: {media: {kind: lxc, on: pve, privileged: true}}",
    controls: &[
        "CIS v8 4.1",
        "NIST CSF 2.0 PR.PS-01",
        "ISO 27001:2022 A.8.9",
    ],
    mend: Mend::None(
        "its files have to get other owners, and what it uses of the machine has to be passed through",
    ),
    run,
};

fn run(ctx: &Context<'_>, out: &mut Findings) {
    for (name, declared) in &ctx.lab.guests {
        let Some(given) = declared
            .privileged
            .as_ref()
            .filter(|g| g.value() == Some(&true))
        else {
            continue;
        };
        // A virtual machine has a kernel of its own.
        if declared.kind.known() == Some(&GuestKind::Vm) {
            continue;
        }
        let on = declared.on.known().map_or("its host".to_owned(), |on| {
            format!("{} '{}'", on.kind().word(), on.name())
        });
        let d = RULE
            .finding(format!("root of container '{name}' is root on {on}"))
            .at(given.span, "privileged");
        let services = ctx.load().services(&ObjectRef::new(Kind::Guest, name));
        let reached: Vec<&str> = services
            .iter()
            .filter(|(_, s)| is_reached(s))
            .map(|(n, _)| *n)
            .collect();
        let d = match reached.is_empty() {
            true => d,
            false => d.note(format!(
                "from the internet people reach {} in it",
                names(&reached)
            )),
        };
        out.add(
            guest(name),
            d.help("restore it from a backup as an unprivileged one, with 'features', 'devices' and mapped users for what it needs"),
        );
    }
}

fn is_reached(service: &Service) -> bool {
    let outside =
        |from: &Or<Outside, _>| matches!(from, Or::Word(Outside::Internet | Outside::Any));
    service
        .exposures
        .iter()
        .any(|e| e.from.known().is_some_and(outside))
}
