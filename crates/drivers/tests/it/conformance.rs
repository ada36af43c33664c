//! The driver of Linux hosts keeps the contract, on a real host: the suite that the fake world passes.

use crate::rig::{driver, driver_of, driver_to};
use jiff::Timestamp;
use model::fact::{FactKind, FactPath, NativeIdentity, Scope};
use model::plan::{AccessChange, Action, FilePut, RepositoryHandle, RestoredCheck, Source};
use model::realm::{Realm, Twin};
use model::run::Output;
use model::secret::SecretRef;
use model::units::Seconds;
use plan::driver::{ActError, Driver, Order, Ticket};
use std::rc::Rc;
use std::time::Duration;
use testkit::conformance::{
    AccessSample, Console, Fixture, Sample, SampleUndo, Stranger, conformance,
};
use testkit::host::{OWNER, TestHost};

/// What the samples need: files to replace and to remove, a repository to archive to, and the places where repositories are told.
const SETUP: &str = r"
    set -eu
    printf 'a\000b' > /srv/old; chown admin:admin /srv/old; chmod 4750 /srv/old
    echo gone > /srv/gone
    sysctl -q -w net.ipv4.ip_forward=0
    mkdir -p /etc/holdfast/repositories
    echo password > /etc/holdfast/backup.key
    for name in main fresh; do
        printf 'location=/mnt/backup/%s\npassword_file=/etc/holdfast/backup.key\n' $name > /etc/holdfast/repositories/$name
    done
    restic -q --no-cache -r /mnt/backup/main --password-file /etc/holdfast/backup.key init
";

/// Holds the lock of orders until an order waits for it, ends every session of the driver's, and lets the order go on alone.
const CUT: &str = r"
    exec 7>> /var/lib/holdfast/lock
    flock 7
    touch /run/holding
    n=0
    until pgrep -x flock > /run/waiting || [ $n -ge 500 ]; do n=$((n + 1)); sleep 0.02; done
    rm /run/waiting
    pkill -KILL -f '^sshd: admin'
";

struct Hand {
    host: Rc<TestHost>,
}

impl Hand {
    fn sh(&self, script: &str) -> String {
        self.host.exec_sh(script).unwrap()
    }
}

/// How the source of a kind of facts is made unreadable.
fn hiding(kind: FactKind) -> &'static str {
    match kind {
        FactKind::Listener => "/usr/bin/ss",
        FactKind::Package => "/usr/bin/dpkg-query",
        FactKind::User => "/usr/bin/getent",
        FactKind::Key | FactKind::Sshd => "/usr/sbin/sshd",
        FactKind::Nft => "/usr/sbin/nft",
        FactKind::Route => "/usr/bin/ip",
        FactKind::Unit | FactKind::Timer => "/usr/bin/systemctl",
        FactKind::Archive | FactKind::Repository => "/usr/bin/restic",
        FactKind::Sudoer => "/etc/sudoers",
        FactKind::Host | FactKind::File | FactKind::Sysctl | FactKind::Patch => {
            panic!("{kind:?} is not hidden here")
        }
        _ => panic!("{kind:?} is another driver's"),
    }
}

impl Console<Twin> for Hand {
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }

    fn pause(&mut self) {
        // tidy: allowed because a condition is asked again until its deadline, not waited out.
        std::thread::sleep(Duration::from_millis(100));
    }

    fn reboot(&mut self) {
        self.host.reboot().unwrap();
        self.sh("systemctl is-active postgresql@15-main.service");
    }

    fn unheard(
        &mut self,
        driver: &mut dyn Driver<Twin>,
        ticket: &Ticket,
        order: &Order<'_>,
    ) -> Result<Output, ActError> {
        let host: &TestHost = &self.host;
        std::thread::scope(|scope| {
            let cutter = scope.spawn(|| host.exec_sh(CUT));
            while host.exec_sh("rm /run/holding").is_err() {}
            let result = driver.act(ticket, order);
            cutter.join().unwrap().unwrap();
            result
        })
    }

    fn meddle(&mut self, file: &str) {
        self.sh(&format!(
            "rm -f /root/kept; [ ! -e {file} ] || cp -a {file} /root/kept; echo meddled >> {file}"
        ));
    }

    fn mend(&mut self, file: &str) {
        self.sh(&format!(
            "rm -f {file}; [ ! -e /root/kept ] || mv /root/kept {file}"
        ));
    }

    fn hide(&mut self, kind: FactKind) {
        let source = hiding(kind);
        self.sh(&format!("mv {source} {source}.hidden"));
    }

    fn show(&mut self, kind: FactKind) {
        let source = hiding(kind);
        self.sh(&format!("mv {source}.hidden {source}"));
    }
}

/// Paths, and kinds as `kind:*`.
fn scope(texts: &[&str]) -> Scope {
    let mut scope = Scope::default();
    for text in texts {
        let path = FactPath::parse(text).unwrap();
        if path.key == "*" {
            scope.collections.insert(path.kind);
        } else {
            scope.add(path);
        }
    }
    scope
}

fn sample(name: &str, action: Action, undo: SampleUndo, touches: &[&str]) -> Sample {
    Sample {
        name: name.to_owned(),
        action,
        undo,
        touches: scope(touches),
        within: Vec::new(),
    }
}

fn files() -> Vec<Sample> {
    let put = |path: &str, mode: &str| {
        let content = "it's $HOME `x`\n\\n \"é\"\nHF_END\n".to_owned();
        let put = FilePut {
            path: path.to_owned(),
            content,
            mode: mode.to_owned(),
            owner: "root".to_owned(),
            group: "root".to_owned(),
        };
        let saved = SampleUndo::Saved(path.to_owned());
        let touches = format!("file:{path}");
        sample(path, Action::PutFile(put), saved, &[&touches])
    };
    let gone = "/srv/gone".to_owned();
    let remove = Action::RemoveFile { path: gone.clone() };
    let secret = "/etc/holdfast/secrets/conformance".to_owned();
    let hand_over = Action::PutSecret {
        path: secret.clone(),
        secret: SecretRef::Env("CANARY".to_owned()),
        keyed_hash: "x".to_owned(),
    };
    let take_back = Action::RemoveFile {
        path: secret.clone(),
    };
    vec![
        put("/srv/new", "0640"),
        put("/srv/old", "0600"),
        sample(
            "/srv/gone",
            remove,
            SampleUndo::Saved(gone),
            &["file:/srv/gone"],
        ),
        sample(
            "secret",
            hand_over,
            SampleUndo::By(take_back),
            &["file:/etc/holdfast/secrets/conformance"],
        ),
    ]
}

fn system() -> Vec<Sample> {
    let hello = || "hello".to_owned();
    let web = |on| Action::SetUnit {
        unit: "leftover-web.service".to_owned(),
        enabled: Some(on),
        active: Some(on),
    };
    let forward = |value: &str| Action::SetSysctl {
        key: "net.ipv4.ip_forward".to_owned(),
        value: value.to_owned(),
    };
    let zoe = || "zoe".to_owned();
    let add = Action::AddUser {
        name: zoe(),
        shell: "/bin/bash".to_owned(),
    };
    let by = SampleUndo::By;
    vec![
        sample(
            "package",
            Action::InstallPackage { name: hello() },
            by(Action::RemovePackage { name: hello() }),
            &["package:*"],
        ),
        sample(
            "unit",
            web(false),
            by(web(true)),
            &["unit:leftover-web.service"],
        ),
        sample(
            "sysctl",
            forward("1"),
            by(forward("0")),
            &["sysctl:net.ipv4.ip_forward"],
        ),
        sample(
            "user",
            add,
            by(Action::RemoveUser { name: zoe() }),
            &["user:*"],
        ),
    ]
}

fn repository(name: &str) -> RepositoryHandle {
    RepositoryHandle {
        name: name.to_owned(),
        location: format!("/mnt/backup/{name}"),
        password_file: "/etc/holdfast/backup.key".to_owned(),
    }
}

/// A repository that is made and unmade; an archive that is taken, read back, restored, started and asked.
fn data() -> Vec<Sample> {
    let shop = || "shop".to_owned();
    let scratch = || "/var/lib/holdfast/scratch/conformance".to_owned();
    let source = || Source::Postgres { database: shop() };
    let remove = |path: String| SampleUndo::By(Action::RemoveScratch { path });
    let ask = Action::CheckRestored {
        dataset: shop(),
        source: source(),
        scratch: scratch(),
        check: RestoredCheck::SqlAtLeast {
            query: "select count(*) from orders".to_owned(),
            at_least: 1000,
        },
    };
    let start = Action::StartIsolated {
        dataset: shop(),
        source: source(),
        scratch: scratch(),
    };
    let stop = SampleUndo::By(Action::StopIsolated {
        dataset: shop(),
        scratch: scratch(),
    });
    let restore = Action::RestoreArchive {
        repository: repository("main"),
        dataset: shop(),
        source: source(),
        archive: None,
        to: scratch(),
    };
    let take = Action::TakeArchive {
        repository: repository("main"),
        dataset: shop(),
        source: source(),
    };
    let verify = Action::VerifyArchive {
        repository: repository("main"),
        dataset: shop(),
    };
    let cell = ["unit:holdfast-drill-shop.service"];
    let mut started = sample("start", start, stop, &cell);
    let asked = sample("ask", ask, SampleUndo::Asks, &cell);
    started.within.push(asked);
    let there = ["file:/var/lib/holdfast/scratch/conformance"];
    let mut restored = sample("restore", restore, remove(scratch()), &there);
    restored.within.push(started);
    vec![
        sample(
            "repository",
            Action::InitRepository(repository("fresh")),
            remove("/mnt/backup/fresh".to_owned()),
            &["repository:fresh"],
        ),
        sample("archive", take, SampleUndo::Stays, &["archive:main/shop"]),
        sample("verify", verify, SampleUndo::Asks, &["archive:main/shop"]),
        restored,
    ]
}

fn access() -> Vec<AccessSample> {
    let of = |change, touches: &[&str]| AccessSample {
        change,
        touches: scope(touches),
        revert_after: Seconds(60),
        short: Seconds(4),
    };
    let drop_in = "/etc/ssh/sshd_config.d/10-holdfast.conf";
    let nft = AccessChange::Nft {
        table: "trial".to_owned(),
        ruleset: Some("table inet trial {\n chain input {\n  type filter hook input priority 0; policy drop;\n  ct state established accept\n  iifname \"lo\" accept\n  tcp dport 22 accept\n }\n}\n".to_owned()),
    };
    let sshd = AccessChange::Sshd {
        path: drop_in.to_owned(),
        content: Some("PasswordAuthentication no\nLoginGraceTime 2m\n".to_owned()),
    };
    vec![
        of(nft, &["nft:inet/trial", "file:/etc/holdfast/nft/trial.nft"]),
        of(sshd, &["sshd:*", &format!("file:{drop_in}")]),
    ]
}

fn strangers(host: &TestHost, identity: &NativeIdentity) -> Vec<Stranger<Twin>> {
    let enrolled = |wrong, change: fn(&mut NativeIdentity)| {
        let mut other = identity.clone();
        change(&mut other);
        Stranger {
            wrong: Some(wrong),
            driver: Box::new(driver(host, Some(other))),
        }
    };
    let elsewhere = |owner: &str, identity: NativeIdentity| Stranger {
        wrong: Some("realm marker"),
        driver: Box::new(driver_of(Twin::new(owner), host, Some(identity))),
    };
    let mut of_another = identity.clone();
    of_another.realm_marker = Some("twin:another".to_owned());
    vec![
        enrolled("machine-id", |i| i.machine_id = "0".repeat(32)),
        enrolled("host key", |i| i.host_key = "SHA256:x".to_owned()),
        enrolled("realm marker", |i| i.realm_marker = None),
        // One that takes this host for another realm's, and one that was enrolled there by its own account.
        elsewhere("another", identity.clone()),
        elsewhere("another", of_another),
        Stranger {
            wrong: None,
            driver: Box::new(driver(host, None)),
        },
    ]
}

fn fixture(host: &Rc<TestHost>) -> Fixture<Twin> {
    let mut enrolled = driver(host, None);
    let identity = enrolled.enrol(&Realm::Twin(OWNER.to_owned())).unwrap();
    let sources = [
        "listener:tcp/0.0.0.0:1",
        "package:none-such",
        "user:none-such",
        "key:admin/SHA256:none",
        "sshd:none-such",
        "nft:inet/none",
        "route:none",
        "unit:none-such.service",
        "timer:none-such.timer",
        "repository:fresh",
        "archive:main/none",
        "sudoer:/etc/sudoers.d/none:1",
    ];
    Fixture {
        driver: Box::new(enrolled),
        strangers: strangers(host, &identity),
        nobody: Box::new(driver_to(
            None,
            Some(1),
            Twin::new(OWNER),
            host,
            Some(identity),
        )),
        samples: [files(), system(), data()].into_iter().flatten().collect(),
        access: access(),
        sources: sources.map(|s| FactPath::parse(s).unwrap()).into(),
        console: Box::new(Hand {
            host: Rc::clone(host),
        }),
    }
}

#[test]
fn the_driver_keeps_the_contract() {
    let host = Rc::new(TestHost::smallest());
    host.exec_sh(SETUP).unwrap();
    conformance(fixture(&host));
}
