//! A declared backup to Proxmox Backup Server whose newest one is older than its schedule says, or that is not there.

use crate::backups::{GROUP, Server, all, number, text};
use crate::look::part;
use crate::{Context, Findings, Mend, Rule};
use diag::{Severity, Span};
use graph::observation::plain;
use model::declare::OptExt as _;
use model::fact::{FactKind, Seen};
use model::id::{Kind, ObjectRef};
use model::kleene::Reason;
use model::lab::Backup;
use model::lab::guest::{Guest, GuestKind};
use model::units::Seconds;
use model::value::Value;

const KIND: FactKind = GROUP;

pub const RULE: Rule = Rule {
    id: "pbs-backup-old",
    since: "0.1.0",
    severity: Severity::Error,
    summary: "The newest backup of a guest on Proxmox Backup Server is older than its declared schedule and half of it again, or there is none.",
    rationale: "A job that no longer takes a guest, or that fails each night, leaves the old backups where they are, and the list looks as full as ever. What counts is the age of the newest one, on the server that holds it.",
    example: "backups: {images: {guests: [photos], to: pbs, every: 1d}}   # and the newest backup of vm/101 is five days old",
    controls: &[
        "CIS v8 11.2",
        "NIST CSF 2.0 PR.DS-11",
        "ISO 27001:2022 A.8.13",
    ],
    mend: Mend::None("why it was not made stands in the log of the job"),
    run,
};

fn run(ctx: &Context<'_>, out: &mut Findings) {
    for server in all(ctx) {
        let lab = server.look.lab();
        for (name, repository) in plan::datastore::repositories(lab, &server.interface) {
            let to = |b: &Backup| b.to.as_ref().is_some_and(|to| to.value == name);
            let store = plan::datastore::find(server.look.facts, name, repository);
            for (backup, declared) in lab.backups.iter().filter(|(_, b)| to(b)) {
                let store = store.map(|(store, _)| store);
                for guest in &declared.about.guests {
                    let Some(found) = lab.guests.get(guest.value.name()) else {
                        continue;
                    };
                    let asked = Asked {
                        guest: guest.value.name(),
                        declared: found,
                        backup,
                        of: declared,
                        span: guest.span,
                    };
                    one(&server, store, &asked, out);
                }
            }
        }
    }
}

/// A guest that a declared backup takes.
struct Asked<'a> {
    guest: &'a str,
    declared: &'a Guest,
    backup: &'a str,
    of: &'a Backup,
    span: Span,
}

/// How often it is made: by its calendar, else by `every`.
fn interval(backup: &Backup) -> Result<i64, Reason> {
    if let Some(given) = &backup.about.schedule {
        let why = || Reason::new("its schedule is declared as unknown");
        let calendar = given.value().ok_or_else(why)?;
        let minutes = calendar.longest_interval();
        let minutes = minutes.and_then(|m| i64::try_from(m).ok()?.checked_mul(60));
        return minutes.ok_or_else(|| Reason::new("its schedule has no interval"));
    }
    let every = backup.every.as_ref().map(|e| e.value.0);
    every.ok_or_else(|| Reason::new("nothing says how often it is made"))
}

fn one(server: &Server<'_, '_>, store: Option<&str>, asked: &Asked<'_>, out: &mut Findings) {
    let look = &server.look;
    let guest = asked.guest;
    let what = format!(
        "has a backup of guest '{guest}' as new as backup '{}' says",
        asked.backup
    );
    let unknown = |why: &str, out: &mut Findings| {
        look.unknown(&RULE, KIND, &what, &Reason::new(why), out);
    };
    let Some(store) = store else {
        return unknown("the datastore of its repository is not seen", out);
    };
    let Some((id, kind)) = asked.declared.id.known().zip(asked.declared.kind.known()) else {
        return unknown("nothing says its number (`id`) and kind", out);
    };
    let kind = match kind {
        GuestKind::Vm => "vm",
        GuestKind::Lxc => "ct",
    };
    let every = match interval(asked.of) {
        Ok(every) => every,
        Err(why) => return unknown(&why.0, out),
    };
    // A guest has its turn after those before it, which are not the same each night.
    let limit = every.saturating_add(every / 2);
    let machine = format!("{kind}/{id}");
    let (group, hidden) = newest(server, store, &machine);
    let gap = look.gap(KIND).filter(|_| group.is_none());
    let message = match (group, hidden.or(gap)) {
        (Some((_, at)), _) if server.look.is_future(at) => {
            return unknown("its server dates the newest one after the look", out);
        }
        (Some((_, at)), _) if server.look.ago(at) <= limit => return,
        (_, Some(why)) => return unknown(&plain(&why.0), out),
        (Some((_, at)), None) => format!(
            "the newest backup of guest '{guest}' ({machine}) in datastore {} is {} old",
            plain(store),
            Seconds(server.look.ago(at))
        ),
        (None, None) => format!(
            "guest '{guest}' ({machine}) has no backup in datastore {}",
            plain(store)
        ),
    };
    let key = group.map_or("*", |(key, _)| key);
    let d = RULE
        .finding(message)
        .note(format!(
            "backup '{}' is declared to make one each {}; {} are allowed",
            asked.backup,
            Seconds(every),
            Seconds(limit)
        ))
        .and_at(asked.span, "declared here")
        .help("look into the last tasks of the job that makes it, on the machine that the guest runs on");
    let d = look.dated(d.at(asked.declared.span, ""), KIND, key);
    let d = d.of(part(asked.backup));
    out.add(ObjectRef::new(Kind::Guest, guest), d);
}

/// The group with the newest backup of a machine, in whichever namespace, and why there may be a newer one.
fn newest<'a>(
    server: &Server<'_, 'a>,
    store: &str,
    machine: &str,
) -> (Option<(&'a str, i64)>, Option<Reason>) {
    let own = |value: &Value| {
        let named = format!("{}/{}", text(value, "type")?, text(value, "id")?);
        Some(text(value, "store")? == store && named == machine)
    };
    let mine = server.groups().filter(|(_, v)| own(v) == Some(true));
    let dated = mine.filter_map(|(key, v)| Some((key, number(v, "newest")?)));
    let newest = dated.max_by_key(|(_, at)| *at);
    let (start, end) = (format!("{store}/"), format!("/{machine}"));
    let facts = server.look.facts.facts.iter();
    let mut hidden = facts.filter_map(|(path, fact)| match &fact.seen {
        Seen::Unknown(why) if path.kind == KIND => {
            let is_own = path.key.starts_with(&start) && path.key.ends_with(&end);
            is_own.then(|| Reason::new(format!("{}: {why}", path.key)))
        }
        _ => None,
    });
    (newest, hidden.next())
}
