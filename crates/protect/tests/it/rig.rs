//! A host with the world of `examples/smallest`, a lab that declares its data, and a way to carry out steps as the engine does.

use diag::{SourceId, SourceSet, Span, Spanned};
use drivers::linux::LinuxDriver;
use drivers::linux::transport::{SshOptions, SshTransport, Transport};
use jiff::Timestamp;
use model::declare::Given;
use model::evidence::{Grade, Measured};
use model::fact::{Facts, TargetFacts};
use model::id::{ControllerId, Kind, ObjectRef, RunId, StepId};
use model::lab::Objects;
use model::lab::{Backup, Check, DataSource, Dataset, FaultScope, Host, Lab, Repository, Tier};
use model::plan::{Action, Plan, Step, Undo};
use model::realm::{Realm, Twin};
use model::run::{Output, StepOutcome};
use model::secret::{Redactor, Secret, SecretRef};
use model::units::Seconds;
use plan::driver::{ActError, Driver, Order, Ticket};
use plan::{Context, Owned};
use std::collections::{BTreeMap, BTreeSet};
use testkit::host::{OWNER, TestHost};

pub(crate) const PASSWORD: &str = "correct horse battery staple";

pub(crate) struct Rig {
    pub(crate) host: TestHost,
    driver: LinuxDriver<Twin>,
    pub(crate) lab: Lab,
    runs: u32,
}

fn span() -> Span {
    Span::new(SourceId(0), 0, 1)
}

pub(crate) fn s<T>(value: T) -> Spanned<T> {
    Spanned::new(value, span())
}

fn given<T>(value: T) -> Box<Given<T>> {
    Box::new(Given::declared(value, span()))
}

pub(crate) fn text(value: &str) -> Spanned<String> {
    s(value.to_owned())
}

impl Rig {
    pub(crate) fn new() -> Self {
        let host = TestHost::smallest();
        let transport = SshTransport::new(SshOptions {
            destination: host.name().to_owned(),
            user: None,
            port: None,
            config_file: Some(host.ssh_config()),
            isolate: true,
        });
        let mut driver = LinuxDriver::new(
            Twin::new(OWNER),
            ObjectRef::new(Kind::Host, "web"),
            Transport::Ssh(transport.unwrap()),
            None,
            Box::new(|_: &SecretRef| Ok(Secret::new(PASSWORD.to_owned()))),
            Redactor::new([7; 32]),
        );
        driver.enrol(&Realm::Twin(OWNER.to_owned())).unwrap();
        let mut rig = Self {
            host,
            driver,
            lab: lab(),
            runs: 0,
        };
        let ticket = rig.ticket("lease");
        let lease = Order::TakeLease {
            ttl: Seconds(36_000),
        };
        rig.driver.act(&ticket, &lease).unwrap();
        rig
    }

    fn ticket(&self, step: &str) -> Ticket {
        Ticket {
            controller: ControllerId("c1".to_owned()),
            epoch: 1,
            run: RunId("20261121T034500Z-0001".to_owned()),
            step: StepId(step.to_owned()),
        }
    }

    pub(crate) fn sh(&self, script: &str) -> String {
        self.host.exec_sh(script).unwrap()
    }

    pub(crate) fn observe(&mut self) -> TargetFacts {
        let scope = protect::scope(&self.lab, "web", &Owned::new());
        self.driver.observe(&scope, Timestamp::now())
    }

    /// Hands pure code what was observed just now.
    pub(crate) fn with<T>(&mut self, f: impl FnOnce(&Context<'_>) -> T) -> T {
        let web = self.observe();
        let facts = Facts {
            format: model::fact::FORMAT,
            realm: Realm::Twin(OWNER.to_owned()),
            targets: BTreeMap::from([("web".to_owned(), web)]),
        };
        let mut sources = SourceSet::default();
        sources.add("lab.yaml", "x");
        f(&Context {
            lab: &self.lab,
            sources: &sources,
            facts: &facts,
            owned: &Owned::new(),
            now: Timestamp::now(),
        })
    }

    pub(crate) fn act(&mut self, step: &str, action: &Action) -> Result<Output, ActError> {
        let ticket = self.ticket(step);
        self.driver.act(&ticket, &Order::Do(action))
    }

    /// Carries out steps in order; the first error ends it.
    pub(crate) fn carry_out(&mut self, steps: &[Step]) -> Result<Vec<Output>, ActError> {
        steps
            .iter()
            .map(|step| {
                let output = self.act(&step.id.0, &step.action)?;
                eprintln!("{:>6} ms {}", output.took_ms, step.summary);
                Ok(output)
            })
            .collect()
    }

    pub(crate) fn set_up(&mut self) {
        let contribution = self.with(|ctx| protect::setup(ctx, "web"));
        assert!(contribution.blocked.is_empty(), "{contribution:?}");
        self.carry_out(&contribution.steps).unwrap();
    }

    pub(crate) fn back_up(&mut self, names: &[&str]) -> Result<Vec<Output>, ActError> {
        let names: BTreeSet<String> = names.iter().map(|n| (*n).to_owned()).collect();
        let plan = self.with(|ctx| protect::backup_plan(ctx, &names)).unwrap();
        assert!(plan.blocked.is_empty(), "{plan:?}");
        self.carry_out(&plan.steps)
    }

    /// Runs a drill as the engine does: until the first failure, then back.
    pub(crate) fn drill(&mut self, name: &str) -> Vec<Measured> {
        self.runs += 1;
        let suffix = format!("20261121T034500Z-{:04}", self.runs);
        let plan = self
            .with(|ctx| protect::drill_plan(ctx, name, &suffix))
            .unwrap();
        let (outcomes, done) = self.forward(&plan);
        self.back(&plan, done);
        self.with(|ctx| protect::drill_evidence(ctx, &plan, &outcomes, &Grade::Isolated))
    }

    pub(crate) fn forward(&mut self, plan: &Plan) -> (BTreeMap<StepId, StepOutcome>, usize) {
        let mut outcomes = BTreeMap::new();
        for (nth, step) in plan.steps.iter().enumerate() {
            let outcome = match self.act(&step.id.0, &step.action) {
                Ok(output) => StepOutcome::Done(output),
                Err(ActError::Refused(why)) => StepOutcome::Refused(why.to_string()),
                Err(other) => StepOutcome::FailedClean(other.to_string()),
            };
            eprintln!("{}: {outcome:?}", step.id);
            let ok = outcome.is_success();
            outcomes.insert(step.id.clone(), outcome);
            if !ok {
                return (outcomes, nth);
            }
        }
        (outcomes, plan.steps.len())
    }

    /// Takes the first `done` steps back, twice: an undo that is repeated changes nothing.
    pub(crate) fn back(&mut self, plan: &Plan, done: usize) {
        for step in plan.steps.iter().take(done).rev() {
            if let Undo::Exact(action) = &step.undo {
                for _ in 0..2 {
                    self.act(&format!("undo/{}", step.id), action).unwrap();
                }
            }
        }
    }

    /// A tree as text: names, kinds, modes, owners, links, times, contents.
    pub(crate) fn tree(&self, path: &str) -> String {
        self.sh(&format!(
            "cd {path} && find . -printf '%P|%y|%m|%u|%g|%l|%T@\\n' | sort && find . -type f -print0 | sort -z | xargs -0 sha256sum"
        ))
    }

    /// Everything of production that a drill or a restore could touch.
    pub(crate) fn production(&self) -> String {
        let rows = "runuser -u postgres -- psql -XAtc 'select md5(string_agg(o::text, chr(10) order by id)) from orders o' shop";
        let cluster = "stat -c '%i %a %U' /var/lib/postgresql/15/main; pgrep -ou postgres postgres";
        format!(
            "{}\n{}",
            self.tree("/srv/documents"),
            self.sh(&format!("cd /; {rows}; {cluster}"))
        )
    }

    /// What must not be left behind: scratch, drill units, dumps, cells' processes.
    pub(crate) fn leftovers(&self) -> String {
        self.sh(
            "ls -A /var/lib/holdfast/scratch /var/lib/holdfast/dumps 2>/dev/null | grep -v '^/\\|^$' || :\n\
             systemctl list-units --all --no-legend 'holdfast-drill*'\n\
             find /proc -maxdepth 1 -uid +65519 -uid -65534",
        )
    }

    pub(crate) fn restic(&self, arguments: &str) -> String {
        self.sh(&format!(
            "restic -r /mnt/backup/holdfast --password-file /etc/holdfast/secrets/usb {arguments}"
        ))
    }
}

fn lab() -> Lab {
    let hour = |n: i64| s(Seconds(n * 3600));
    let scopes = [FaultScope::Corruption, FaultScope::Device, FaultScope::Host];
    let tier = Tier {
        span: span(),
        rto: scopes.into_iter().map(|f| (f, hour(1))).collect(),
        rpo: scopes.into_iter().map(|f| (f, hour(24))).collect(),
        response: Some(given(Seconds(900))),
        about: Default::default(),
    };
    let dataset = |source, verify| Dataset {
        span: span(),
        was: None,
        host: Some(text("web")),
        source: Some(source),
        class: None,
        tier: Some(given("household".into())),
        disk: Some(given("ssd0".into())),
        verify,
        about: Default::default(),
    };
    let documents = dataset(
        DataSource::Folder(text("/srv/documents")),
        vec![
            Check::FilesAtLeast(s(200)),
            Check::FileExists(text("notes/日本.txt")),
        ],
    );
    let shop = dataset(
        DataSource::Postgres {
            database: text("shop"),
        },
        vec![Check::SqlAtLeast {
            query: text("select count(*) from orders"),
            at_least: s(1000),
        }],
    );
    let repository = Repository {
        span: span(),
        was: None,
        on: Some(given("web".into())),
        location: Some(given("/mnt/backup/holdfast".into())),
        disk: Some(given("usb0".into())),
        password: Some(s(SecretRef::Env("USB".to_owned()))),
        about: Default::default(),
    };
    let backup = Backup {
        span: span(),
        datasets: vec![text("documents"), text("shop")],
        to: Some(text("usb")),
        every: Some(hour(12)),
        keep_last: Some(s(2)),
        keep_daily: Some(s(1)),
        keep: Default::default(),
        about: Default::default(),
    };
    Lab {
        name: "smallest".to_owned(),
        tiers: Objects::from([("household".to_owned(), tier)]),
        hosts: Objects::from([("web".to_owned(), Host::bare(span()))]),
        datasets: Objects::from([
            ("documents".to_owned(), documents),
            ("shop".to_owned(), shop),
        ]),
        repositories: Objects::from([("usb".to_owned(), repository)]),
        backups: Objects::from([("nightly".to_owned(), backup)]),
        ..Lab::default()
    }
}
