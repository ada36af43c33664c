//! A small lab for the unit tests: one host, a folder and a database, a repository on another disk.

use crate::repository::{archive_path, repository_path};
use diag::{SourceSet, Span, Spanned};
use jiff::Timestamp;
use model::declare::Given;
use model::fact::{FORMAT, Fact, FactPath, Facts, NativeIdentity, Seen, TargetFacts};
use model::id::{Kind, ObjectRef};
use model::kleene::Reason;
use model::lab::Objects;
use model::lab::{
    Backup, Check, DataSource, Dataset, FaultScope, Host, Lab, Repository, Site, Tier,
};
use model::realm::Realm;
use model::secret::SecretRef;
use model::units::Seconds;
use model::value::Value;
use plan::{Context, Owned};
use std::collections::BTreeMap;

pub(crate) const NOW: i64 = 1_795_000_000;

pub(crate) fn span() -> Span {
    Span::new(diag::SourceId(0), 0, 1)
}

pub(crate) fn s<T>(value: T) -> Spanned<T> {
    Spanned::new(value, span())
}

pub(crate) fn given<T>(value: T) -> Box<Given<T>> {
    Box::new(Given::declared(value, span()))
}

pub(crate) fn name(value: &str) -> Box<Given<String>> {
    given(value.to_owned())
}

pub(crate) fn text(value: &str) -> Spanned<String> {
    s(value.to_owned())
}

pub(crate) fn host(site: Option<&str>) -> Host {
    Host {
        site: site.map(name),
        ..Host::bare(span())
    }
}

pub(crate) fn repository(on: Option<&str>, location: &str, disk: Option<&str>) -> Repository {
    Repository {
        span: span(),
        was: None,
        on: on.map(name),
        location: Some(name(location)),
        disk: disk.map(name),
        password: Some(s(SecretRef::Env("USB_PASSWORD".to_owned()))),
        about: Default::default(),
    }
}

pub(crate) fn backup(datasets: &[&str], to: &str, every: i64) -> Backup {
    Backup {
        span: span(),
        datasets: datasets.iter().map(|d| text(d)).collect(),
        to: Some(text(to)),
        every: Some(s(Seconds(every))),
        keep_last: Some(s(7)),
        keep_daily: Some(s(14)),
        keep: Default::default(),
        about: Default::default(),
    }
}

fn dataset(source: DataSource, verify: Vec<Check>) -> Dataset {
    Dataset {
        span: span(),
        was: None,
        host: Some(text("web")),
        source: Some(source),
        class: None,
        tier: Some(name("household")),
        disk: Some(name("ssd0")),
        verify,
        about: Default::default(),
    }
}

pub(crate) fn lab() -> Lab {
    let objective = |hours: i64| s(Seconds(hours * 3600));
    let tier = Tier {
        span: span(),
        rto: BTreeMap::from([
            (FaultScope::Corruption, objective(1)),
            (FaultScope::Device, objective(4)),
            (FaultScope::Host, objective(8)),
        ]),
        rpo: BTreeMap::from([
            (FaultScope::Corruption, objective(24)),
            (FaultScope::Host, objective(24)),
        ]),
        response: Some(given(Seconds(900))),
        about: Default::default(),
    };
    let shop = dataset(
        DataSource::Postgres {
            database: text("shop"),
        },
        vec![Check::SqlAtLeast {
            query: text("select count(*) from orders"),
            at_least: s(1000),
        }],
    );
    let documents = dataset(
        DataSource::Folder(text("/srv/documents")),
        vec![
            Check::FilesAtLeast(s(100)),
            Check::FileExists(text("README.txt")),
        ],
    );
    Lab {
        name: "test".to_owned(),
        tiers: Objects::from([("household".to_owned(), tier)]),
        sites: Objects::from([(
            "home".to_owned(),
            Site {
                span: span(),
                about: Default::default(),
            },
        )]),
        hosts: Objects::from([("web".to_owned(), host(Some("home")))]),
        datasets: Objects::from([
            ("documents".to_owned(), documents),
            ("shop".to_owned(), shop),
        ]),
        repositories: Objects::from([(
            "usb".to_owned(),
            repository(Some("web"), "/mnt/backup/holdfast", Some("usb0")),
        )]),
        backups: Objects::from([(
            "nightly".to_owned(),
            backup(&["documents", "shop"], "usb", 12 * 3600),
        )]),
        ..Lab::default()
    }
}

/// A host on which nothing of ours is set up; whatever is not listed is absent.
pub(crate) fn bare() -> TargetFacts {
    use model::fact::{Completeness, FactKind};
    let complete = [
        FactKind::File,
        FactKind::Unit,
        FactKind::Repository,
        FactKind::Archive,
    ];
    TargetFacts {
        target: ObjectRef::new(Kind::Host, "web"),
        at: Timestamp::from_second(NOW).unwrap(),
        took_ms: 1,
        identity: Some(NativeIdentity {
            machine_id: "m".to_owned(),
            host_key: "k".to_owned(),
            realm_marker: None,
        }),
        facts: BTreeMap::new(),
        collections: complete
            .into_iter()
            .map(|k| (k, Completeness::Yes("test".to_owned())))
            .collect(),
        errors: Vec::new(),
        readings: BTreeMap::new(),
    }
}

pub(crate) fn put(facts: &mut TargetFacts, path: FactPath, seen: Seen) {
    let source = "test".to_owned();
    facts.facts.insert(path, Fact { seen, source });
}

/// An archive of `dataset` in `usb`, so many hours old, of what [`lab`] declares it to be.
pub(crate) fn archived(facts: &mut TargetFacts, dataset: &str, hours: i64) {
    let path = match dataset {
        "shop" => "/var/lib/holdfast/dumps/shop/shop",
        _ => "/srv/documents",
    };
    archived_of(facts, dataset, hours, path);
}

/// The same, of a path.
pub(crate) fn archived_of(facts: &mut TargetFacts, dataset: &str, hours: i64, path: &str) {
    let at = ("at", Value::from(NOW - hours * 3600));
    let paths = Value::List(vec![Value::from(path)]);
    let value = Value::map([
        ("id", Value::from("ab12")),
        at.clone(),
        ("of", Value::List(vec![Value::map([at, ("paths", paths)])])),
    ]);
    put(facts, archive_path("usb", dataset), Seen::Present(value));
    let made = Value::map([("id", Value::from("r1"))]);
    put(facts, repository_path("usb"), Seen::Present(made));
}

pub(crate) fn unknown(facts: &mut TargetFacts, path: FactPath) {
    put(facts, path, Seen::Unknown(Reason::new("no answer")));
}

pub(crate) fn with<T>(
    lab: &Lab,
    web: TargetFacts,
    owned: &Owned,
    f: impl FnOnce(&Context<'_>) -> T,
) -> T {
    let mut sources = SourceSet::default();
    sources.add("lab.yaml", "x");
    let facts = Facts {
        format: FORMAT,
        realm: Realm::Real,
        targets: BTreeMap::from([("web".to_owned(), web)]),
    };
    f(&Context {
        lab,
        sources: &sources,
        facts: &facts,
        owned,
        now: Timestamp::from_second(NOW).unwrap(),
    })
}
