//! What one look says about access, patches and what runs: proven only of what was seen whole.

use crate::world::{KEY, PRINT, bare, facts, lab, now, put, sources};
use model::compose::Projects;
use model::evidence::{Conclusion, Grade, Measured};
use model::fact::{Completeness, FactKind, Seen, TargetFacts};
use model::kleene::Reason;
use model::lab::Lab;
use model::value::Value;
use plan::{Context, Owned, evidence, promises};

fn look(lab: &Lab, web: &TargetFacts, promise_of: &str) -> Measured {
    let (sources, facts) = (sources(), facts(web.clone()));
    let ctx = Context {
        lab,
        sources: &sources,
        facts: &facts,
        owned: &Owned::new(),
        now: now(),
    };
    let mut all = evidence::of_hosts(&ctx, &Grade::Real);
    all.extend(evidence::of_inventory(&ctx, &Projects::new(), &Grade::Real));
    // Whatever is measured is promised, with the same inputs.
    let promised = promises::of_hosts(&ctx, Some(&Projects::new()));
    for one in &all {
        let promise = promised.iter().find(|p| p.id == one.promise).unwrap();
        assert_eq!(promise.inputs, one.inputs, "{}", one.promise);
        if one.conclusion == Conclusion::Conclusive && one.promise.0.starts_with(promise_of) {
            for name in promise.thresholds.keys() {
                assert!(one.figures.contains_key(name), "{}: {name}", one.promise);
            }
        }
    }
    let mut of = all.into_iter();
    of.find(|m| m.promise.0.starts_with(promise_of)).unwrap()
}

/// A host on which all is as declared.
fn tidy() -> TargetFacts {
    let mut web = bare();
    let key = Value::map([("type", "ssh-ed25519"), ("public", KEY)]);
    put(&mut web, &format!("key:admin/{PRINT}"), key);
    put(
        &mut web,
        "sudoer:/etc/sudoers.d/90-holdfast-admin:1",
        Value::from("admin ALL=(ALL:ALL) NOPASSWD: ALL"),
    );
    put(&mut web, "patch:security", Value::from(0));
    put(
        &mut web,
        "patch:lists",
        Value::from(now().as_second() - 3600),
    );
    put(&mut web, "patch:reboot", Value::from(false));
    web
}

fn wrong(measured: &Measured) -> Vec<(&str, i64)> {
    let all = measured.figures.iter().filter(|(_, n)| **n != 0);
    all.map(|(k, n)| (k.as_str(), *n)).collect()
}

#[test]
fn access_is_as_declared_only_if_all_of_it_was_seen() {
    let lab = lab();
    let fine = look(&lab, &tidy(), "access-");
    assert_eq!(
        (&fine.conclusion, wrong(&fine)),
        (&Conclusion::Conclusive, vec![]),
        "{fine:?}"
    );
    let login = Value::map([("uid", Value::from(1001)), ("login", Value::from(true))]);
    for (path, value, figure) in [
        ("user:mallory", login, "undeclared_logins"),
        (
            "key:admin/SHA256:x",
            Value::map([("type", "ssh-ed25519")]),
            "undeclared_keys",
        ),
        (
            "sudoer:/etc/sudoers.d/x:1",
            Value::from("mallory ALL=(ALL) ALL"),
            "undeclared_sudo",
        ),
    ] {
        let mut web = tidy();
        put(&mut web, path, value);
        let found = look(&lab, &web, "access-");
        assert_eq!(wrong(&found), [(figure, 1)], "{path}");
        // What was seen is wrong, whatever else there may be.
        web.collections
            .insert(FactKind::Key, Completeness::No(Reason::new("denied")));
        let found = look(&lab, &web, "access-");
        assert_eq!(
            (&found.conclusion, wrong(&found)),
            (&Conclusion::Conclusive, vec![(figure, 1)])
        );
        assert!(found.summary.contains("denied"), "{}", found.summary);
    }
    for kind in [FactKind::User, FactKind::Key, FactKind::Sudoer] {
        let mut web = tidy();
        web.collections
            .insert(kind, Completeness::No(Reason::new("denied")));
        let found = look(&lab, &web, "access-");
        assert!(
            matches!(found.conclusion, Conclusion::Inconclusive(_)),
            "{kind:?}: {found:?}"
        );
    }
    let mut web = tidy();
    web.facts
        .retain(|p, _| !matches!(p.kind, FactKind::User | FactKind::Key));
    let found = look(&lab, &web, "access-");
    assert_eq!(
        wrong(&found),
        [("missing_accounts", 1), ("missing_keys", 1)]
    );
}

#[test]
fn a_host_is_patched_only_by_package_lists_that_are_new() {
    let lab = lab();
    let old = now().as_second() - 8 * 86_400;
    for (path, value, figures, known) in [
        ("patch:security", Value::from(0), vec![], true),
        (
            "patch:security",
            Value::from(3),
            vec![("security_updates", 3)],
            true,
        ),
        (
            "patch:reboot",
            Value::from(true),
            vec![("restarts", 1)],
            true,
        ),
        ("patch:lists", Value::from(old), vec![], false),
    ] {
        let mut web = tidy();
        put(&mut web, path, value);
        let found = look(&lab, &web, "patch-");
        let conclusive = found.conclusion == Conclusion::Conclusive;
        assert_eq!(
            (wrong(&found), conclusive),
            (figures, known),
            "{path}: {found:?}"
        );
    }
    for path in ["patch:security", "patch:lists", "patch:reboot"] {
        let mut web = tidy();
        let of = web.facts.iter_mut().find(|(p, _)| p.to_string() == path);
        of.unwrap().1.seen = Seen::Unknown(Reason::new("apt is broken"));
        let found = look(&lab, &web, "patch-");
        assert!(
            matches!(found.conclusion, Conclusion::Inconclusive(_)),
            "{path}: {found:?}"
        );
    }
}

#[test]
fn what_runs_is_what_is_declared_only_if_all_containers_were_seen() {
    let lab = lab();
    let fine = look(&lab, &tidy(), "inventory-");
    assert_eq!(
        (&fine.conclusion, wrong(&fine)),
        (&Conclusion::Conclusive, vec![])
    );
    let mut web = tidy();
    let stranger = Value::map([("image", "nginx:1"), ("state", "running")]);
    put(&mut web, "docker-container:mine", stranger);
    assert_eq!(wrong(&look(&lab, &web, "inventory-")), [("undeclared", 1)]);
    let gap = |web: &TargetFacts| {
        let found = look(&lab, web, "inventory-");
        matches!(found.conclusion, Conclusion::Inconclusive(_))
    };
    let mut web = tidy();
    web.collections.remove(&FactKind::DockerContainer);
    assert!(gap(&web), "it was not asked for");
    let mut web = tidy();
    web.identity = None;
    web.errors.push("no route to host".to_owned());
    assert!(gap(&web), "it did not answer");
    // Guests are declared on it, and nothing is there to ask.
    let text = "format: 1\nlab: x\nhosts: {web: {users: {admin: {}}}}\nguests: {dns: {kind: lxc, on: web}}\n";
    let mut tree = diag::SourceSet::default();
    tree.add("holdfast.yaml", text);
    let (lab, _) = lang::analyze(&tree);
    let found = look(&lab, &tidy(), "inventory-");
    let why = format!("{:?}", found.conclusion);
    assert!(why.contains("which guests run there"), "{why}");
}
