//! Steps and plans for the fake world, as the planner would make them.

use crate::fake::{FakeWorld, file_fact, fingerprint, nft_fact, nft_file};
use model::fact::{FactKind, FactPath, Scope};
use model::id::{Kind, ObjectRef, StepId};
use model::plan::{
    AccessChange, Action, Cond, FORMAT, FilePut, Plan, Purpose, Reading, RepositoryHandle,
    RestoredCheck, Risk, Source, Step, Undo,
};
use model::realm::Realm;
use model::value::Value;

/// A plan of these steps.
pub fn plan(realm: &Realm, purpose: Purpose, steps: Vec<Step>) -> Plan {
    Plan {
        format: FORMAT,
        realm: realm.clone(),
        purpose,
        steps,
        blocked: Vec::new(),
    }
}

/// Makes steps for one host of a world, planned from what is there now.
#[derive(Debug, Clone)]
pub struct Planner<'a> {
    world: &'a FakeWorld,
    host: &'a str,
}

/// A file as the steps here write it.
pub fn file_put(path: &str, content: &str) -> FilePut {
    FilePut {
        path: path.to_owned(),
        content: content.to_owned(),
        mode: "0644".to_owned(),
        owner: "root".to_owned(),
        group: "root".to_owned(),
    }
}

fn path(kind: FactKind, key: impl Into<String>) -> FactPath {
    FactPath::new(kind, key)
}

impl<'a> Planner<'a> {
    /// For this host.
    pub fn new(world: &'a FakeWorld, host: &'a str) -> Self {
        Self { world, host }
    }

    /// Any step: what it reads is looked up; `post` is read too.
    pub fn step(&self, id: &str, action: Action, post: Vec<Cond>, undo: Undo) -> Step {
        let paths: Vec<FactPath> = post.iter().map(|c| c.path().clone()).collect();
        self.step_reading(id, action, &paths, post, undo)
    }

    /// Any step, with the paths it is planned from.
    pub fn step_reading(
        &self,
        id: &str,
        action: Action,
        paths: &[FactPath],
        post: Vec<Cond>,
        undo: Undo,
    ) -> Step {
        let mut scope = Scope::default();
        for path in paths {
            scope.add(path.clone());
        }
        let truth = self.world.truth(self.host, &scope);
        let reads = paths
            .iter()
            .filter_map(|p| Some((p.clone(), Reading::of(truth.seen(p)).ok()?)));
        let risk = match &action {
            Action::Access(_) => Risk::Access,
            Action::SetUnit { .. } | Action::InstallPackage { .. } => Risk::Service,
            _ => Risk::None,
        };
        Step {
            id: StepId(format!("{}/{id}", self.host)),
            target: ObjectRef::new(Kind::Host, self.host),
            summary: id.to_owned(),
            action,
            reads: reads.collect(),
            post,
            undo,
            risk,
            cause: "lab.yaml:1:1".to_owned(),
            after: std::collections::BTreeSet::new(),
        }
    }

    /// Writes a file.
    pub fn file(&self, file: &str, content: &str) -> Step {
        let put = file_put(file, content);
        let post = vec![Cond::Is(path(FactKind::File, file), file_fact(&put))];
        self.step(
            &format!("file{file}"),
            Action::PutFile(put),
            post,
            Undo::Saved,
        )
    }

    /// Removes a file.
    pub fn no_file(&self, file: &str) -> Step {
        let action = Action::RemoveFile {
            path: file.to_owned(),
        };
        let post = vec![Cond::Absent(path(FactKind::File, file))];
        self.step(&format!("file{file}"), action, post, Undo::Saved)
    }

    /// Installs a package.
    pub fn package(&self, name: &str) -> Step {
        let undo = Undo::Compensate {
            action: Box::new(Action::RemovePackage {
                name: name.to_owned(),
            }),
            remains: "configuration files".to_owned(),
        };
        let action = Action::InstallPackage {
            name: name.to_owned(),
        };
        let post = vec![Cond::Present(path(FactKind::Package, name))];
        self.step(&format!("package/{name}"), action, post, undo)
    }

    /// Enables and starts (or the opposite) a unit; what is so already is left alone, and so is it by the undo.
    pub fn unit(&self, unit: &str, up: bool) -> Step {
        let at = path(FactKind::Unit, unit);
        let word = |up: bool| Value::from(if up { "enabled" } else { "disabled" });
        let mut scope = Scope::default();
        scope.add(at.clone());
        let truth = self.world.truth(self.host, &scope).seen(&at);
        let now = |field: &str| truth.value().and_then(|v| v.field(field)).cloned();
        let enabled = (now("enabled") != Some(word(up))).then_some(up);
        let active = (now("active") != Some(Value::from(up))).then_some(up);
        let set = |enabled, active| Action::SetUnit {
            unit: unit.to_owned(),
            enabled,
            active,
        };
        let field = |name: &str, value| Cond::FieldIs(at.clone(), name.to_owned(), value);
        let mut post = Vec::new();
        post.extend(active.map(|a| field("active", Value::from(a))));
        post.extend(enabled.map(|e| field("enabled", word(e))));
        let undo = Undo::Exact(Box::new(set(enabled.map(|e| !e), active.map(|a| !a))));
        self.step(&format!("unit/{unit}"), set(enabled, active), post, undo)
    }

    /// Sets a kernel setting that is there already.
    pub fn sysctl(&self, key: &str, value: &str, was: &str) -> Step {
        let set = |value: &str| Action::SetSysctl {
            key: key.to_owned(),
            value: value.to_owned(),
        };
        let post = vec![Cond::Is(path(FactKind::Sysctl, key), Value::from(value))];
        let undo = Undo::Exact(Box::new(set(was)));
        self.step(&format!("sysctl/{key}"), set(value), post, undo)
    }

    /// Creates an account.
    pub fn user(&self, name: &str) -> Step {
        let undo = Undo::Compensate {
            action: Box::new(Action::RemoveUser {
                name: name.to_owned(),
            }),
            remains: format!("the home directory of {name}"),
        };
        let action = Action::AddUser {
            name: name.to_owned(),
            shell: "/bin/bash".to_owned(),
        };
        let at = path(FactKind::User, name);
        let post = vec![Cond::FieldIs(
            at,
            "shell".to_owned(),
            Value::from("/bin/bash"),
        )];
        self.step(&format!("user/{name}"), action, post, undo)
    }

    /// Loads and keeps a firewall table. A ruleset that says `drop-all` or `drop-new` shuts people out, one that says
    /// `bad-at-boot` does so once the host has rebooted.
    pub fn nft(&self, table: &str, ruleset: &str) -> Step {
        let change = AccessChange::Nft {
            table: table.to_owned(),
            ruleset: Some(ruleset.to_owned()),
        };
        let mut put = file_put(&nft_file(table), ruleset);
        put.mode = "0600".to_owned();
        let post = vec![
            Cond::Is(path(FactKind::File, nft_file(table)), file_fact(&put)),
            Cond::Is(
                path(FactKind::Nft, format!("inet/{table}")),
                nft_fact(ruleset),
            ),
        ];
        self.step(
            &format!("nft/{table}"),
            Action::Access(change),
            post,
            Undo::Saved,
        )
    }

    /// Writes an sshd drop-in, one keyword a line.
    pub fn sshd(&self, content: &str) -> Step {
        let file = "/etc/ssh/sshd_config.d/00-holdfast.conf";
        let change = AccessChange::Sshd {
            path: file.to_owned(),
            content: Some(content.to_owned()),
        };
        let put = file_put(file, content);
        let mut post = vec![Cond::Is(path(FactKind::File, file), file_fact(&put))];
        let words = content.lines().filter_map(|l| l.split_once(' '));
        post.extend(
            words.map(|(k, v)| Cond::Is(path(FactKind::Sshd, k.to_lowercase()), Value::from(v))),
        );
        self.step("sshd", Action::Access(change), post, Undo::Saved)
    }

    /// Adds a key and removes others, by their lines.
    pub fn keys(&self, user: &str, add: &[&str], remove: &[&str]) -> Step {
        let print = |line: &&str| fingerprint(line);
        let at = |p: String| path(FactKind::Key, format!("{user}/{p}"));
        let change = AccessChange::Keys {
            user: user.to_owned(),
            add: add.iter().map(|l| (*l).to_owned()).collect(),
            remove: remove.iter().map(print).collect(),
        };
        let mut post: Vec<Cond> = add.iter().map(|l| Cond::Present(at(print(l)))).collect();
        post.extend(remove.iter().map(|l| Cond::Absent(at(print(l)))));
        self.step(
            &format!("keys/{user}"),
            Action::Access(change),
            post,
            Undo::Saved,
        )
    }

    /// Sets the default route; only `10.0.0.1` leads to the controller.
    pub fn route(&self, via: &str) -> Step {
        let change = AccessChange::DefaultRoute {
            via: Some(via.to_owned()),
        };
        let text = format!("via {via} dev eth0");
        let post = vec![Cond::Is(
            path(FactKind::Route, "default"),
            Value::from(text),
        )];
        self.step("route/default", Action::Access(change), post, Undo::Saved)
    }

    /// A drill of a dataset: archive, restore, start, ask, as four steps that follow each other. The answer is always 10.
    pub fn drill(&self, dataset: &str, at_least: i64) -> Vec<Step> {
        let repository = RepositoryHandle {
            name: "vault".to_owned(),
            location: "/srv/vault".to_owned(),
            password_file: "/etc/holdfast/secrets/vault".to_owned(),
        };
        let source = Source::Postgres {
            database: dataset.to_owned(),
        };
        let scratch = format!("/var/lib/holdfast/scratch/{dataset}");
        let restored = path(FactKind::File, &scratch);
        let isolated = path(
            FactKind::Unit,
            format!("holdfast-isolated-{dataset}.service"),
        );
        let restore = self.step(
            &format!("restore/{dataset}"),
            Action::RestoreArchive {
                repository,
                dataset: dataset.to_owned(),
                source: source.clone(),
                archive: None,
                to: scratch.clone(),
            },
            vec![Cond::Present(restored)],
            Undo::Exact(Box::new(Action::RemoveScratch {
                path: scratch.clone(),
            })),
        );
        let start = self.step(
            &format!("start/{dataset}"),
            Action::StartIsolated {
                dataset: dataset.to_owned(),
                source: source.clone(),
                scratch: scratch.clone(),
            },
            vec![Cond::FieldIs(
                isolated,
                "active".to_owned(),
                Value::from(true),
            )],
            Undo::Exact(Box::new(Action::StopIsolated {
                dataset: dataset.to_owned(),
                scratch: scratch.clone(),
            })),
        );
        let check = self.step(
            &format!("check/{dataset}"),
            Action::CheckRestored {
                dataset: dataset.to_owned(),
                source,
                scratch,
                check: RestoredCheck::SqlAtLeast {
                    query: "select count(*) from t".to_owned(),
                    at_least,
                },
            },
            Vec::new(),
            Undo::Irreversible("it only asks".to_owned()),
        );
        chained(vec![restore, start, check])
    }
}

/// Each step rests on the one before it.
pub fn chained(mut steps: Vec<Step>) -> Vec<Step> {
    let mut before: Option<StepId> = None;
    for step in &mut steps {
        step.after.extend(before.replace(step.id.clone()));
    }
    steps
}
