//! What a Proxmox Backup Server tells against the repositories that are declared on it: whether each has its datastore, where that lies, and how
//! much fits. How full it is, how old backups are and what verification said is judged by rules. Nothing is planned from this.

use crate::difference::Telling;
use crate::interface::{By, Interface, compared};
use crate::{Context, Difference, How};
use diag::Span;
use model::declare::OptExt as _;
use model::fact::{FactKind, FactPath, TargetFacts};
use model::id::{Kind, ObjectRef};
use model::lab::protection::RepositoryKind;
use model::lab::{Lab, Repository};
use model::units::Bytes;
use model::value::Value;
use std::collections::BTreeSet;

const KIND: FactKind = FactKind::PbsDatastore;
/// File systems keep a part for themselves, and sizes are rounded when they are written down: a tenth of it is no difference.
const SLACK: u64 = 10;

/// The declared repositories that a server holds.
pub fn repositories<'a>(
    lab: &'a Lab,
    interface: &Interface<'_>,
) -> impl Iterator<Item = (&'a str, &'a Repository)> {
    let server = interface.object.clone();
    lab.repositories
        .iter()
        .filter_map(move |(name, repository)| {
            let is_pbs = repository.about.kind.known() == Some(&RepositoryKind::Pbs);
            (is_pbs && holds(lab, &server, repository)).then_some((name.as_str(), repository))
        })
}

fn holds(lab: &Lab, server: &ObjectRef, repository: &Repository) -> bool {
    let by_host = repository.on.known();
    if by_host.is_some_and(|on| server.kind == Kind::Host && *on == server.name) {
        return true;
    }
    let Some(held) = repository.about.held_by.known() else {
        return false;
    };
    if held.kind() == server.kind && held.name() == server.name {
        return true;
    }
    let service = lab.services.get(held.name());
    let service = service.filter(|_| held.kind() == Kind::Service);
    let runs = service.into_iter().flat_map(|s| s.runs.iter());
    runs.into_iter().any(|runs| {
        let on = [
            (Kind::Host, runs.host.known().map(|r| r.name())),
            (Kind::Guest, runs.guest.known().map(|r| r.name())),
        ];
        on.contains(&(server.kind, Some(server.name.as_str())))
    })
}

/// The datastore that a repository means, by the name that is declared, else by its own name, else by where it lies.
pub fn find<'f>(
    facts: &'f TargetFacts,
    name: &str,
    repository: &Repository,
) -> Option<(&'f str, &'f Value)> {
    let by_name = |wanted: &str| facts.items(KIND).find(|(own, _)| *own == wanted);
    if let Some(declared) = repository.about.datastore.known() {
        return by_name(declared.0.as_str());
    }
    let at = repository.location.known().map(|l| l.trim_end_matches('/'));
    let by_path = || {
        let path = |v: &'f Value| v.field("path").and_then(Value::as_text);
        let at = at.filter(|at| at.starts_with('/'))?;
        facts.items(KIND).find(|(_, v)| path(v) == Some(at))
    };
    by_name(name).or_else(by_path)
}

/// The differences of every server that was asked.
pub fn drift(ctx: &Context<'_>) -> Vec<Difference> {
    let asked = |by: &By<'_>| matches!(by, By::Pbs(_));
    compared(ctx, asked, |interface, facts, out| {
        Comparing {
            ctx,
            interface,
            facts,
            out,
        }
        .run();
    })
}

struct Comparing<'a> {
    ctx: &'a Context<'a>,
    interface: &'a Interface<'a>,
    facts: &'a TargetFacts,
    out: Telling<'a>,
}

impl Comparing<'_> {
    fn run(&mut self) {
        let gap = self.facts.gap(KIND);
        let mut known = BTreeSet::new();
        for (name, repository) in repositories(self.ctx.lab, self.interface) {
            let span = repository.span;
            let own = repository.about.datastore.known();
            let own = own.map_or(name, |d| d.0.as_str());
            match (find(self.facts, name, repository), &gap) {
                (Some((datastore, value)), _) => {
                    known.insert(datastore.to_owned());
                    self.compare(datastore, name, repository, value);
                }
                (None, None) => {
                    let said = format!("datastore {own} of repository {name}");
                    self.tell(own, How::Missing, &said, "absent", Some(span));
                }
                (None, Some(why)) => {
                    let said = format!("datastore {own} of repository {name}");
                    let seen = format!("unknown ({why})");
                    self.tell(own, How::Unknown, &said, &seen, Some(span));
                }
            }
        }
        let others: Vec<(String, String)> = self
            .facts
            .items(KIND)
            .filter(|(own, _)| !known.contains(*own))
            .map(|(own, value)| (own.to_owned(), summary(own, value)))
            .collect();
        for (own, summary) in others {
            self.tell(
                &own,
                How::Undeclared,
                "no repository has it",
                &summary,
                None,
            );
        }
        if let Some(why) = gap {
            let seen = format!("unknown ({why})");
            self.tell("*", How::Unknown, "no other datastores", &seen, None);
        }
    }

    fn compare(&mut self, own: &str, name: &str, repository: &Repository, seen: &Value) {
        let location = repository
            .location
            .known()
            .zip(repository.location.as_ref());
        let location = location.filter(|(at, _)| at.starts_with('/'));
        if let Some((at, given)) = location {
            let said = format!("repository {name} at {at}");
            let span = Some(given.span);
            match seen.field("path").and_then(Value::as_text) {
                Some(path) if path.trim_end_matches('/') == at.trim_end_matches('/') => {}
                Some(path) => self.tell(own, How::Differs, &said, path, span),
                None => self.tell(own, How::Unknown, &said, UNTOLD, span),
            }
        }
        let size = repository.about.size.known();
        if let Some((size, given)) = size.zip(repository.about.size.as_ref()) {
            let said = format!("repository {name} of {}", Bytes(size.bytes()));
            let span = Some(given.span);
            let told = seen.field("size").and_then(Value::as_int);
            match told.and_then(|n| u64::try_from(n).ok()) {
                Some(told) if told.abs_diff(size.bytes()) <= size.bytes() / SLACK => {}
                Some(told) => {
                    self.tell(own, How::Differs, &said, &Bytes(told).to_string(), span);
                }
                None => self.tell(own, How::Unknown, &said, UNTOLD, span),
            }
        }
    }

    fn tell(&mut self, own: &str, how: How, declared: &str, observed: &str, cause: Option<Span>) {
        let path = FactPath::new(KIND, own);
        self.out.tell(path, how, declared, observed, cause);
    }
}

const UNTOLD: &str = "unknown (it was not told)";

fn summary(own: &str, value: &Value) -> String {
    let path = value.field("path").and_then(Value::as_text);
    match path {
        Some(path) => format!("datastore {own} at {path}"),
        None => format!("datastore {own}"),
    }
}
