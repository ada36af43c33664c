//! An image backup that is declared and that nobody makes.

use crate::product::all;
use crate::{Context, Findings, Mend, Rule};
use diag::Severity;
use model::declare::OptExt as _;
use model::fact::FactKind;
use model::lab::Lab;
use model::lab::protection::BackupKind;

pub const RULE: Rule = Rule {
    id: "guest-no-job",
    since: "0.1.0",
    severity: Severity::Error,
    summary: "A guest whose image backup is declared is in no backup job of its hypervisor.",
    rationale: "Jobs list guests by number. A guest that was made anew, moved or added after the job was written is left out, and nothing complains until it is to be restored.",
    example: "backups: {images: {kind: image, guests: [photos], to: pbs}}   # and no job of Proxmox VE has guest 101",
    controls: &[
        "CIS v8 11.2",
        "NIST CSF 2.0 PR.DS-11",
        "ISO 27001:2022 A.8.13",
    ],
    mend: Mend::None("which job is to take it is a choice"),
    run,
};

fn run(ctx: &Context<'_>, out: &mut Findings) {
    let kind = FactKind::PveUncovered;
    for pve in all(ctx) {
        let taken = |name: &str| image_backup(pve.look.lab(), name);
        if pve.guests.values().any(|(name, _)| taken(name).is_some()) {
            pve.look.unseen(
                &RULE,
                kind,
                "has guests with a declared backup and without a job",
                out,
            );
        }
        // Which guest has which number, the list of guests says.
        let mut names = pve.look.lab().guests.keys();
        if names.any(|name| taken(name).is_some()) {
            let what = "has declared guests in no backup job";
            pve.look.unseen(&RULE, FactKind::PveGuest, what, out);
        }
        for (number, _) in pve.look.items(kind) {
            let declared = pve.guests.get(number);
            let Some((name, (backup, span))) = declared.and_then(|(n, _)| Some((n, taken(n)?)))
            else {
                continue;
            };
            let d = RULE
                .finding(format!("guest '{name}' ({number}) is in no backup job"))
                .note(format!("backup '{backup}' is declared to take it"))
                .and_at(span, "declared here")
                .help("add it to a job: Datacenter > Backup, or `pvesh set /cluster/backup/JOB --vmid …`");
            pve.tell(d, kind, number, out);
        }
    }
}

/// The declared backup that takes a guest as an image.
fn image_backup<'a>(lab: &'a Lab, guest: &str) -> Option<(&'a str, diag::Span)> {
    let images = lab
        .backups
        .iter()
        .filter(|(_, b)| b.about.kind.known() == Some(&BackupKind::Image));
    let mut taking = images.filter_map(|(name, b)| {
        let entry = b.about.guests.iter().find(|g| g.value.name() == guest)?;
        Some((name.as_str(), entry.span))
    });
    taking.next()
}
