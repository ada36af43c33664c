//! A small lab and what was observed of it, as data.

use diag::{SourceId, SourceSet, Span, Spanned};
use jiff::Timestamp;
use model::fact::{
    Completeness, FORMAT, Fact, FactKind, FactPath, Facts, NativeIdentity, Seen, TargetFacts,
};
use model::id::{Kind, ObjectRef};
use model::lab::Objects;
use model::lab::{
    Exposure, Firewall, Host, Lab, ManagedFile, Network, Protocol, Reach, Sudo, UnitState, User,
};
use model::realm::Realm;
use model::value::Value;
use std::collections::BTreeMap;

pub(crate) const KEY: &str =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl admin";
pub(crate) const PRINT: &str = "SHA256:+DiY3wvvV6TuJJhbpZisF/zLDA0zPMSvHdkr4UvCOqU";

pub(crate) fn now() -> Timestamp {
    "2026-11-21T12:00:00Z".parse().unwrap()
}

pub(crate) fn span() -> Span {
    Span::new(SourceId(0), 0, 1)
}

pub(crate) fn s<T>(value: T) -> Spanned<T> {
    Spanned::new(value, span())
}

pub(crate) fn sources() -> SourceSet {
    let mut set = SourceSet::default();
    set.add("lab/hosts.yaml", "hosts:\n");
    set
}

pub(crate) fn host() -> Host {
    let admin = User {
        span: span(),
        sudo: Some(s(Sudo::NoPassword)),
        shell: None,
        keys: vec![s(KEY.to_owned())],
    };
    Host {
        span: span(),
        was: None,
        site: None,
        os: None,
        addresses: BTreeMap::new(),
        reach: Reach::Ssh {
            destination: s("web".into()),
            user: Some(s("admin".into())),
            port: None,
            host_key: None,
            timeout: None,
        },
        manage: BTreeMap::new(),
        users: BTreeMap::from([("admin".to_owned(), admin)]),
        packages: vec![s("tree".into())],
        files: BTreeMap::from([(
            "/etc/motd".to_owned(),
            ManagedFile {
                span: span(),
                content: s("hello\n".into()),
                mode: None,
                owner: None,
                group: None,
            },
        )]),
        units: BTreeMap::from([(
            "cron.service".to_owned(),
            UnitState {
                span: span(),
                enabled: Some(s(true)),
                active: Some(s(true)),
            },
        )]),
        sysctl: BTreeMap::from([("net.ipv4.tcp_syncookies".to_owned(), s("1".to_owned()))]),
        cron: BTreeMap::new(),
        sshd: BTreeMap::from([
            ("permitrootlogin".to_owned(), s("no".to_owned())),
            ("allowusers".to_owned(), s("admin anna".to_owned())),
        ]),
        firewall: Some(Firewall {
            span: span(),
            table: s("holdfast".into()),
            rules: vec![],
        }),
        default_route: Some(s("10.77.2.1".into())),
        exposures: vec![Exposure {
            span: span(),
            port: s(22),
            protocol: Protocol::Tcp,
            from: Some(s("lan".into())),
            listen: None,
            why: Some(s("administration".into())),
            owner: Some(s("owner".into())),
            review: None,
        }],
        about: Default::default(),
    }
}

pub(crate) fn lab() -> Lab {
    let lan = Network {
        span: span(),
        subnet: Some(Box::new(model::declare::Given::declared(
            "10.77.2.0/24".into(),
            s(()).span,
        ))),
        vlan: None,
        gateway: None,
        about: Default::default(),
    };
    Lab {
        name: "test".into(),
        networks: Objects::from([("lan".to_owned(), lan)]),
        hosts: Objects::from([("web".to_owned(), host())]),
        ..Lab::default()
    }
}

pub(crate) fn complete(kinds: &[FactKind]) -> BTreeMap<FactKind, Completeness> {
    kinds
        .iter()
        .map(|k| (*k, Completeness::Yes("test".into())))
        .collect()
}

/// A bare host: reachable, nothing of the declaration done, every collection complete.
pub(crate) fn bare() -> TargetFacts {
    let mut facts = TargetFacts::unreachable(ObjectRef::new(Kind::Host, "web"), now(), "");
    facts.errors.clear();
    facts.identity = Some(NativeIdentity {
        machine_id: "m".into(),
        host_key: "SHA256:k".into(),
        realm_marker: None,
    });
    facts.collections = complete(FactKind::ALL);
    put(
        &mut facts,
        "user:admin",
        Value::map([
            ("uid", Value::from(1000)),
            ("login", Value::from(true)),
            ("shell", Value::from("/bin/bash")),
            ("password", Value::from("locked")),
        ]),
    );
    put(
        &mut facts,
        "unit:cron.service",
        Value::map([
            ("active", Value::from(false)),
            ("enabled", Value::from("enabled")),
            ("load", Value::from("loaded")),
        ]),
    );
    put(
        &mut facts,
        "sysctl:net.ipv4.tcp_syncookies",
        Value::from("0"),
    );
    put(&mut facts, "sshd:permitrootlogin", Value::from("yes"));
    put(
        &mut facts,
        "route:default",
        Value::from("via 10.77.2.1 dev eth0"),
    );
    put(
        &mut facts,
        "listener:tcp/0.0.0.0:22",
        Value::map([("process", "sshd")]),
    );
    put(
        &mut facts,
        "listener:tcp/127.0.0.1:5432",
        Value::map([("process", "postgres")]),
    );
    facts
}

pub(crate) fn put(facts: &mut TargetFacts, path: &str, value: Value) {
    let fact = Fact {
        seen: Seen::Present(value),
        source: "test".into(),
    };
    facts.facts.insert(FactPath::parse(path).unwrap(), fact);
}

pub(crate) fn facts(web: TargetFacts) -> Facts {
    Facts {
        format: FORMAT,
        realm: Realm::Real,
        targets: BTreeMap::from([("web".to_owned(), web)]),
    }
}
