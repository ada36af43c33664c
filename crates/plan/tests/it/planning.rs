use crate::world::{KEY, PRINT, bare, facts, lab, now, put, s, sources, span};
use model::fact::{Completeness, FactKind, Facts, TargetFacts};
use model::kleene::Reason;
use model::lab::{Lab, UnitState};
use model::plan::{AccessChange, Action, Cond, Plan, Risk};
use model::realm::Realm;
use model::value::Value;
use plan::check::{Allowed, Refusal, check_plan};
use plan::planner::{Contribution, drift, plan};
use plan::{Context, How, Owned};
use std::collections::BTreeSet;

fn with<T>(lab: &Lab, facts: &Facts, owned: &Owned, f: impl FnOnce(&Context<'_>) -> T) -> T {
    let sources = sources();
    f(&Context {
        lab,
        sources: &sources,
        facts,
        owned,
        now: now(),
    })
}

fn plan_of(lab: &Lab, facts: &Facts, owned: &Owned) -> Plan {
    with(lab, facts, owned, |ctx| {
        plan(ctx, &Realm::Real, Contribution::default())
    })
}

/// Makes the observed world what every `post` of the plan says, as a perfect run would.
fn perform(web: &mut TargetFacts, plan: &Plan) {
    for cond in plan.steps.iter().flat_map(|s| &s.post) {
        match cond {
            Cond::Is(path, value) => put(web, &path.to_string(), value.clone()),
            Cond::Present(path) => put(web, &path.to_string(), Value::from("1.0")),
            Cond::Absent(path) => {
                web.facts.remove(path);
            }
            Cond::FieldIs(path, field, value) => {
                let mut map = match web.seen(path).value() {
                    Some(Value::Map(m)) => m.clone(),
                    _ => Default::default(),
                };
                map.insert(field.clone(), value.clone());
                put(web, &path.to_string(), Value::Map(map));
            }
        }
    }
}

#[test]
fn a_performed_plan_leaves_nothing_to_plan() {
    let lab = lab();
    let mut web = bare();
    let first = plan_of(&lab, &facts(web.clone()), &Owned::new());
    assert!(first.blocked.is_empty(), "{:?}", first.blocked);
    let ids: Vec<&str> = first.steps.iter().map(|s| s.id.0.as_str()).collect();
    assert_eq!(
        ids,
        [
            "web/package/tree",
            "web/file/etc/motd",
            "web/file/etc/sysctl.d/90-holdfast.conf",
            "web/sysctl/net.ipv4.tcp_syncookies",
            "web/unit/cron.service",
            "web/file/etc/sudoers.d/90-holdfast-admin",
            "web/keys/admin",
            "web/sshd",
            "web/nft/holdfast",
        ]
    );
    perform(&mut web, &first);
    put(
        &mut web,
        "sudoer:/etc/sudoers.d/90-holdfast-admin:1",
        Value::from("admin ALL=(ALL:ALL) NOPASSWD: ALL"),
    );
    let second = plan_of(&lab, &facts(web.clone()), &Owned::new());
    assert!(second.is_empty(), "{second:#?}");
    let left = with(&lab, &facts(web), &Owned::new(), drift);
    assert!(left.is_empty(), "{left:#?}");
}

#[test]
fn ways_in_come_last_and_only_own_table_is_named() {
    let plan = plan_of(&lab(), &facts(bare()), &Owned::new());
    let first_access = plan
        .steps
        .iter()
        .position(|s| s.risk == Risk::Access)
        .unwrap();
    assert!(
        plan.steps
            .iter()
            .skip(first_access)
            .all(|s| s.risk == Risk::Access)
    );
    let ruleset = plan.steps.iter().find_map(|s| match &s.action {
        Action::Access(AccessChange::Nft { ruleset, .. }) => ruleset.clone(),
        _ => None,
    });
    let ruleset = ruleset.unwrap();
    assert!(ruleset.starts_with("table inet holdfast {"), "{ruleset}");
    assert_eq!(ruleset.matches("table ").count(), 1);
    assert!(!ruleset.contains("flush"));
    assert!(ruleset.contains("ip saddr 10.77.2.0/24 tcp dport 22 accept"));
}

#[test]
fn what_cannot_be_read_blocks_its_step_and_no_other() {
    let mut web = bare();
    web.collections.insert(
        FactKind::Package,
        Completeness::No(Reason::new("dpkg is locked")),
    );
    let plan = plan_of(&lab(), &facts(web), &Owned::new());
    assert_eq!(plan.blocked.len(), 1);
    assert!(
        plan.blocked
            .iter()
            .all(|b| b.reason.0.contains("dpkg is locked"))
    );
    assert!(plan.steps.iter().all(|s| s.id.0 != "web/package/tree"));
    assert!(plan.steps.iter().any(|s| s.id.0 == "web/sshd"));
}

#[test]
fn a_silent_host_is_blocked_whole_and_nothing_is_absent() {
    let silent = TargetFacts::unreachable(bare().target, now(), "connection refused");
    let plan = plan_of(&lab(), &facts(silent.clone()), &Owned::new());
    assert!(plan.steps.is_empty());
    assert_eq!(plan.blocked.len(), 1);
    let differences = with(&lab(), &facts(silent), &Owned::new(), drift);
    assert!(
        differences.iter().all(|d| d.how == How::Unknown),
        "{differences:#?}"
    );
}

#[test]
fn strangers_are_shown_and_never_removed_ours_are_removed() {
    let stranger = "key:admin/SHA256:stranger";
    let mut web = bare();
    put(&mut web, stranger, Value::map([("comment", "who")]));
    put(
        &mut web,
        &format!("key:admin/{PRINT}"),
        Value::map([("comment", "admin")]),
    );
    let mut lab = lab();
    let seen = with(&lab, &facts(web.clone()), &Owned::new(), drift);
    assert!(
        seen.iter()
            .any(|d| d.how == How::Undeclared && d.path.to_string() == stranger)
    );
    let removals = |plan: &Plan| {
        plan.steps
            .iter()
            .find_map(|s| match &s.action {
                Action::Access(AccessChange::Keys { remove, .. }) => Some(remove.clone()),
                _ => None,
            })
            .unwrap_or_default()
    };
    assert!(removals(&plan_of(&lab, &facts(web.clone()), &Owned::new())).is_empty());
    lab.hosts
        .get_mut("web")
        .unwrap()
        .users
        .get_mut("admin")
        .unwrap()
        .keys
        .clear();
    let ours = Owned::from([(
        "web".to_owned(),
        BTreeSet::from([format!("key:admin/{PRINT}")]),
    )]);
    assert_eq!(removals(&plan_of(&lab, &facts(web), &ours)), [PRINT]);
}

#[test]
fn the_digest_changes_with_every_effect_and_not_with_places() {
    let base = plan_of(&lab(), &facts(bare()), &Owned::new());
    let mut moved = base.clone();
    moved
        .steps
        .iter_mut()
        .for_each(|s| s.cause = "elsewhere:1:1".into());
    assert_eq!(base.digest(), moved.digest());
    let mut other_realm = base.clone();
    other_realm.realm = Realm::Twin("x".into());
    assert_ne!(base.digest(), other_realm.digest());
    for n in 0..base.steps.len() {
        let mut fewer = base.clone();
        fewer.steps.remove(n);
        assert_ne!(base.digest(), fewer.digest());
        let mut riskless = base.clone();
        riskless.steps.get_mut(n).unwrap().post.clear();
        assert_ne!(base.digest(), riskless.digest());
    }
}

#[test]
fn yes_is_not_enough_for_access() {
    let plan = plan_of(&lab(), &facts(bare()), &Owned::new());
    let refusals = |allow: &[&str], lab: &Lab| {
        let allowed = Allowed::parse(
            &allow.iter().map(|a| (*a).to_owned()).collect::<Vec<_>>(),
            &Realm::Real,
        )
        .unwrap();
        let plan = plan_of(lab, &facts(bare()), &Owned::new());
        with(lab, &facts(bare()), &Owned::new(), |ctx| {
            check_plan(&plan, ctx, &allowed)
        })
    };
    let access = plan.steps.iter().filter(|s| s.risk == Risk::Access).count();
    assert_eq!(refusals(&[], &lab()).len(), access);
    assert_eq!(refusals(&["access:host/web"], &lab()), []);
    assert!(Allowed::parse(&["all".to_owned()], &Realm::Real).is_err());
    assert!(Allowed::parse(&["all".to_owned()], &Realm::Twin("t".into())).is_ok());
    assert!(Allowed::parse(&["acces:host/web".to_owned()], &Realm::Real).is_err());

    let mut lab = lab();
    lab.hosts
        .get_mut("web")
        .unwrap()
        .sshd
        .insert("allowusers".into(), s("anna".into()));
    let lockouts = refusals(&["access:host/web"], &lab);
    assert!(
        matches!(lockouts.as_slice(), [Refusal::SelfLockout { why, .. }] if why.contains("admin")),
        "{lockouts:?}"
    );
    lab.hosts.get_mut("web").unwrap().sshd.clear();
    lab.hosts.get_mut("web").unwrap().exposures.clear();
    let lockouts = refusals(&["access:host/web"], &lab);
    assert!(
        matches!(lockouts.as_slice(), [Refusal::SelfLockout { why, .. }] if why.contains("22")),
        "{lockouts:?}"
    );
}

/// A file or a unit that carries a way in is not put back by the host itself, so an access permission does not cover it.
#[test]
fn ways_in_are_not_changed_by_plain_files_and_units() {
    let refusals = |allow: &[&str], lab: &Lab, facts: &Facts| {
        let allow: Vec<String> = allow.iter().map(|a| (*a).to_owned()).collect();
        let allowed = Allowed::parse(&allow, &Realm::Real).unwrap();
        let plan = plan_of(lab, facts, &Owned::new());
        with(lab, facts, &Owned::new(), |ctx| {
            check_plan(&plan, ctx, &allowed)
        })
    };
    let access = ["access:host/web"];
    let mut open = bare();
    for unit in ["ssh.service", "cron.service"] {
        let state = Value::map([
            ("active", Value::from(true)),
            ("enabled", Value::from("enabled")),
        ]);
        put(&mut open, &format!("unit:{unit}"), state);
    }
    let facts = facts(open);
    let mut lab = lab();
    let host = lab.hosts.get_mut("web").unwrap();
    let file = host.files.values().next().unwrap().clone();
    host.files.insert("/etc/pam.d/sshd".into(), file);
    for unit in ["ssh.service", "cron.service"] {
        host.units.insert(unit.into(), stopped());
    }
    let found = refusals(&access, &lab, &facts);
    let whys: Vec<&str> = found
        .iter()
        .map(|r| match r {
            Refusal::SelfLockout { why, .. } => why.as_str(),
            Refusal::NeedsAllow { .. } => "",
        })
        .collect();
    assert_eq!(whys.len(), 2, "{found:?}");
    assert!(
        whys.iter().any(|w| w.starts_with("/etc/pam.d/sshd ")),
        "{whys:?}"
    );
    assert!(
        whys.iter().any(|w| w.starts_with("ssh.service ")),
        "{whys:?}"
    );
    let both = ["access:host/web", "lockout:host/web"];
    assert_eq!(refusals(&both, &lab, &facts), []);
}

fn stopped() -> UnitState {
    UnitState {
        span: span(),
        enabled: None,
        active: Some(s(false)),
    }
}

#[test]
fn declared_key_text_is_not_lost() {
    let plan = plan_of(&lab(), &facts(bare()), &Owned::new());
    let added = plan.steps.iter().find_map(|s| match &s.action {
        Action::Access(AccessChange::Keys { add, .. }) => Some(add.clone()),
        _ => None,
    });
    assert_eq!(added.unwrap(), [KEY]);
}
