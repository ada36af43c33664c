//! A datastore of a backup server that is nearly full, or that the server itself cannot read.

use crate::backups::{STORE, Server, all, flag, number, text};
use crate::look::part;
use crate::product::percent;
use crate::{Context, Findings, Mend, Rule};
use diag::Severity;
use graph::observation::plain;
use model::declare::OptExt as _;
use model::fact::FactKind;
use model::kleene::Reason;
use model::units::Bytes;
use model::value::Value;

const KIND: FactKind = STORE;
/// Fuller than this, if the pool of its repository does not say another limit (`fill_limit`); as for file systems.
const LIMIT: f64 = 90.0;

pub const RULE: Rule = Rule {
    id: "pbs-datastore-full",
    since: "0.1.0",
    severity: Severity::Warning,
    summary: "A datastore of Proxmox Backup Server is fuller than its pool allows, or than nine tenths, or the server cannot read it.",
    rationale: "A full datastore takes no backup, and cannot even collect its garbage, since that has to write, too. One whose disk is gone is listed as if it were there.",
    example: "hosts: {pbs: {os: proxmox-backup-server, api: {…}}}   # and it says: main, 95 % used",
    controls: &["NIST CSF 2.0 PR.IR-04", "ISO 27001:2022 A.8.6"],
    mend: Mend::None("which backups may be deleted is a choice"),
    run,
};

fn run(ctx: &Context<'_>, out: &mut Findings) {
    for server in all(ctx) {
        let look = &server.look;
        look.unseen(&RULE, KIND, "has other datastores that are full", out);
        for (store, value) in look.items(KIND) {
            one(&server, store, value, out);
        }
    }
}

fn one(server: &Server<'_, '_>, store: &str, value: &Value, out: &mut Findings) {
    let look = &server.look;
    let shown = plain(store);
    let (limit, offline) = declared(server, store);
    let what = format!("has room on datastore {shown}");
    let used = number(value, "used");
    let free = number(value, "available");
    let room = used.zip(free);
    let room = room.and_then(|(used, free)| Some((used, used.checked_add(free)?)));
    let full = room.and_then(|(used, all)| Some((used, all, percent(used, all)?)));
    let d = match (text(value, "mount"), flag(value, "failed"), full) {
        // What is switched off between two copies is not there, as it should be.
        (Some("notmounted"), ..) if offline => return,
        (Some("notmounted"), ..) => {
            let why = Reason::new("it is on a removable disk, and that is not mounted");
            return look.unknown(&RULE, KIND, &what, &why, out);
        }
        (_, Some(true), _) => RULE
            .finding(format!("datastore {shown} cannot be read by its server"))
            .help("on the server: proxmox-backup-manager datastore list, and whether its disk is mounted"),
        (.., Some((_, _, share))) if share < limit => return,
        (.., Some((used, all, share))) => {
            let size = |n: i64| Bytes(u64::try_from(n).unwrap_or_default());
            RULE.finding(format!("datastore {shown} is {share:.1} % full"))
                .note(format!("{} of {} = {share:.1} %; {limit:.0} % are allowed", size(used), size(all)))
                .help("prune backups, then collect garbage (`proxmox-backup-manager garbage-collection start STORE`), or make it larger before it is full")
        }
        (.., None) => return look.untold(&RULE, KIND, &what, out),
    };
    let d = look.dated(d.of(part(store)), KIND, store);
    out.add(look.object.clone(), d);
}

/// How full it may be, in percent, and whether it is only there at times.
fn declared(server: &Server<'_, '_>, store: &str) -> (f64, bool) {
    let lab = server.look.lab();
    let mut all = plan::datastore::repositories(lab, &server.interface);
    let own = all.find(|(name, repository)| {
        let found = plan::datastore::find(server.look.facts, name, repository);
        found.is_some_and(|(found, _)| found == store)
    });
    let about = own.map(|(_, repository)| &repository.about);
    let pool = about.and_then(|about| about.pool.known());
    let pool = pool.and_then(|pool| lab.pools.get(pool.name()));
    let said = pool.and_then(|pool| pool.fill_limit.known());
    #[expect(clippy::cast_precision_loss, reason = "at most a million")]
    let limit = said.map_or(LIMIT, |share| share.ppm() as f64 / 10_000.0);
    let offline = about.and_then(|about| about.offline.known()) == Some(&true);
    (limit, offline)
}
