//! One host and the trials on it: a change of a way in goes wrong, and all is as before without anybody's help.

use crate::ran::Ran;
use crate::rig::Rig;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Seconds after which an unconfirmed change takes itself back in most trials.
pub(super) const REVERT_AFTER: &str = "6";
/// How long a host may take to be back: revert, a slow machine, and a margin.
const LIMIT: Duration = Duration::from_secs(120);
const HOSTS: &str = "lab/hosts.yaml";

/// Everything a trial can touch, one state one text.
const WORLD: &str = r#"
for f in /etc/ssh/sshd_config /etc/ssh/sshd_config.d /etc/ssh/sshd_config.d/* /home/*/.ssh /home/*/.ssh/* /etc/nftables.conf \
    /etc/holdfast/nft/* /etc/holdfast/route /etc/systemd/system/holdfast* /etc/systemd/system/*.wants/*; do
  [ -e "$f" ] || [ -L "$f" ] || continue
  stat -c '%N %a %u:%g' "$f"; [ ! -f "$f" ] || sha256sum < "$f"
done
echo "-- packet filter"; nft list tables | sort | while read -r table; do nft -s list $table; done
echo "-- routes"; ip -4 route show; ip -6 route show default
echo "-- sshd"; sshd -T | sort; systemctl is-active ssh; systemctl is-enabled ssh || :
ss -Hlnt | awk '{print $4}' | grep -v -e :8081 -e :5432 | sort
find / -xdev -name '*.holdfast-tmp' -not -path '/proc/*'
"#;

/// A host that was applied, and the declaration that it is kept by.
pub(super) struct Field {
    pub(super) rig: Rig,
    good: String,
}

/// How a change that must not stay is told to have ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// It was made, and taken back.
    Reverted,
    /// The revert was armed, then the host's own check found the change wrong before making it.
    Refused,
}

/// One change that must not stay.
pub(super) struct Trial {
    pub(super) name: String,
    edits: Vec<(String, String)>,
    end: End,
    says: String,
    alone: bool,
    prepare: String,
    clean: String,
}

impl Trial {
    /// A change of the declaration: `edits` are texts of the good one and what stands there instead.
    pub(super) fn new(name: &str, edits: &[(&str, &str)]) -> Self {
        let own = |(a, b): &(&str, &str)| ((*a).to_owned(), (*b).to_owned());
        Self {
            name: name.to_owned(),
            edits: edits.iter().map(own).collect(),
            end: End::Reverted,
            says: String::new(),
            alone: false,
            prepare: String::new(),
            clean: String::new(),
        }
    }

    /// The host's own check refuses it, with a reason that contains `says`.
    pub(super) fn refused(self, says: &str) -> Self {
        Self {
            end: End::Refused,
            ..self.because(says)
        }
    }

    /// The reason contains `says`.
    pub(super) fn because(mut self, says: &str) -> Self {
        self.says = says.to_owned();
        self
    }

    /// Not even the connection that is there already survives: nobody can have told the host to revert.
    pub(super) fn alone(mut self) -> Self {
        self.alone = true;
        self
    }

    /// What is done on the host's console before and after the trial.
    pub(super) fn with(mut self, prepare: &str, clean: &str) -> Self {
        (self.prepare, self.clean) = (prepare.to_owned(), clean.to_owned());
        self
    }
}

/// So many trials a stratum.
pub(super) fn some(trials: Vec<Trial>) -> Vec<Trial> {
    let all = trials.len();
    trials.into_iter().take(count(all, 2)).collect()
}

/// The number for a whole campaign, or the one for every day.
pub(super) fn count(full: usize, short: usize) -> usize {
    if std::env::var_os("HOLDFAST_FULL").is_some() {
        full
    } else {
        short
    }
}

impl Field {
    pub(super) fn applied() -> Self {
        Self::of(Rig::applied())
    }

    pub(super) fn of(rig: Rig) -> Self {
        let good = std::fs::read_to_string(rig.path("lab").join(HOSTS)).unwrap();
        Self { rig, good }
    }

    pub(super) fn sh(&self, script: &str) -> String {
        self.rig.host.exec_sh(script).unwrap()
    }

    /// Changes the declaration for good and applies it.
    pub(super) fn settle_on(&mut self, edits: &[(&str, &str)]) {
        let edits = Trial::new("", edits).edits;
        self.good = self.edited(&edits);
        self.declare(&[]);
        let ran = self.rig.apply(&["--allow", "lockout:host/web"]);
        assert_eq!(ran.code, 0, "{}", ran.all());
    }

    fn edited(&self, edits: &[(String, String)]) -> String {
        edits.iter().fold(self.good.clone(), |text, (from, to)| {
            assert!(
                text.contains(from.as_str()),
                "the declaration has no '{from}':\n{text}"
            );
            text.replacen(from.as_str(), to, 1)
        })
    }

    pub(super) fn declare(&self, edits: &[(String, String)]) {
        let text = self.edited(edits);
        self.rig.edit(HOSTS, |_| text);
    }

    /// The facts that the trials touch.
    pub(super) fn world(&self) -> String {
        self.sh(WORLD)
    }

    pub(super) fn state(&self) -> String {
        self.sh("cat /var/lib/holdfast/revert/state 2>/dev/null || echo idle")
    }

    /// The last access change that was armed here.
    pub(super) fn order(&self) -> String {
        self.sh("cat /var/lib/holdfast/revert/order 2>/dev/null || :")
    }

    /// A new connection as the administrator gets in.
    pub(super) fn gets_in(&self) {
        self.rig.host.wait_ssh(LIMIT).unwrap();
        let output = self.rig.host.ssh("sudo -n true").unwrap();
        assert!(
            output.status.success(),
            "locked out: {}\n{}",
            String::from_utf8_lossy(&output.stderr),
            self.world()
        );
    }

    /// Waits until the host is as it was `before`, however it looks meanwhile.
    pub(super) fn wait_as(&self, before: &str) {
        let begun = Instant::now();
        while begun.elapsed() < LIMIT {
            if self.state() != "armed" && self.world() == before {
                return;
            }
        }
        assert_eq!(self.world(), before, "the revert is {}", self.state());
    }

    /// Applies a change that must not stay, and shows that it did not and how that was told.
    pub(super) fn trial(&self, trial: &Trial) {
        self.sh(&trial.prepare);
        let (before, order) = (self.world(), self.order());
        self.declare(&trial.edits);
        let ran = self.rig.apply(&[
            "--allow",
            "lockout:host/web",
            "--revert-after",
            REVERT_AFTER,
            "--json",
        ]);
        eprintln!("{}: {}", trial.name, self.ending(trial, &ran));
        self.gets_in();
        self.wait_as(&before);
        assert_eq!(self.state(), "reverted", "{}", trial.name);
        assert_ne!(self.order(), order, "{}: nothing was armed", trial.name);
        if trial.alone {
            let run = ran.json()["run"].as_str().unwrap().to_owned();
            let told = self.sh(&format!(
                "grep -c 'revert' /var/lib/holdfast/journal/{run}.log || :"
            ));
            assert_eq!(
                told, "0",
                "{}: somebody could still tell it to revert",
                trial.name
            );
        }
        self.declare(&[]);
        self.sh(&trial.clean);
    }

    /// Checks how the run says the change ended; the reason it gives.
    fn ending(&self, trial: &Trial, ran: &Ran) -> String {
        let (word, code) = match trial.end {
            End::Reverted => ("reverted", 5),
            End::Refused => ("refused", 4),
        };
        let report = ran.json();
        let steps = report["steps"]
            .as_array()
            .unwrap_or_else(|| panic!("{}: {}", trial.name, ran.all()));
        let why: Vec<&str> = steps
            .iter()
            .filter_map(|s| s["outcome"][word].as_str())
            .collect();
        assert_eq!(why.len(), 1, "{} was not {word}: {}", trial.name, ran.all());
        assert!(why[0].contains(&trial.says), "{}: {}", trial.name, why[0]);
        assert_eq!(ran.code, code, "{}: {}", trial.name, ran.all());
        format!("{word}: {}", why[0].lines().collect::<Vec<_>>().join(" | "))
    }

    /// Begins to apply a change and kills the controller as soon as its journal, or the host, is at `moment`. Returns the
    /// run.
    pub(super) fn killed_at(&self, trial: &Trial, revert_after: &str, moment: &Moment) -> String {
        self.sh(&trial.prepare);
        self.declare(&trial.edits);
        self.forget_runs();
        let mut child = self.begin(revert_after);
        let run = self.wait_moment(moment);
        child.kill().unwrap();
        child.wait().unwrap();
        run
    }

    /// Starts to apply what is declared.
    fn begin(&self, revert_after: &str) -> Child {
        std::fs::create_dir_all(self.runs()).unwrap();
        let log = std::fs::File::create(self.rig.path("begun.log")).unwrap();
        let arguments = [
            "apply",
            self.rig.lab(),
            "--on",
            "real",
            "--yes",
            "--allow",
            "access:host/web",
            "--allow",
        ];
        let more = ["lockout:host/web", "--revert-after", revert_after];
        let all: Vec<&str> = arguments.into_iter().chain(more).collect();
        let mut command = self.rig.command(&all);
        command
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .spawn()
            .unwrap()
    }

    /// Waits for a moment of the newest run.
    fn wait_moment(&self, moment: &Moment) -> String {
        let known = self.rig.path("known-runs");
        let find = match moment {
            Moment::Phase(phase) => format!(r#"grep -qs '"phase":"{phase}"' "$new""#),
            Moment::Begun | Moment::Host(_) => "true".to_owned(),
        };
        // The newest run that no earlier trial has had.
        let script = format!(
            "while :; do new=$(ls -1 \"$1\"/*.jsonl 2>/dev/null | grep -vxFf \"$2\" | tail -n 1); \
             if [ -n \"$new\" ] && {find}; then break; fi; sleep 0.01; done; basename \"$new\" .jsonl"
        );
        let mut wait = Command::new("timeout");
        wait.args(["120", "sh", "-c", &script, "wait"])
            .arg(self.runs())
            .arg(known)
            .stdin(Stdio::null());
        let output = wait.output().unwrap();
        let said = || std::fs::read_to_string(self.rig.path("begun.log")).unwrap();
        assert!(output.status.success(), "{moment:?} never came: {}", said());
        if let Moment::Host(condition) = moment {
            let all =
                format!("timeout 120 sh -c 'until {condition}; do sleep 0.02; done' 2>/dev/null");
            self.rig
                .host
                .exec_sh(&all)
                .unwrap_or_else(|e| panic!("{moment:?} never came: {e}: {}", said()));
        }
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    fn runs(&self) -> PathBuf {
        let data = self.rig.path("data");
        let found = Command::new("find")
            .arg(&data)
            .args(["-type", "d", "-name", "runs"])
            .output()
            .unwrap();
        let text = String::from_utf8(found.stdout).unwrap();
        text.lines()
            .next()
            .map_or_else(|| data.join("runs"), PathBuf::from)
    }

    /// All runs there are belong to the past.
    fn forget_runs(&self) {
        let mut list = Command::new("sh");
        list.args([
            "-c",
            "ls -1 \"$1\"/*.jsonl > \"$2\" 2>/dev/null || :",
            "forget",
        ]);
        list.arg(self.runs())
            .arg(self.rig.path("known-runs"))
            .status()
            .unwrap();
    }

    /// Ends an interrupted run after everything was shown, so that the next trial begins clean.
    pub(super) fn tidy_up(&self, trial: &Trial, run: &str, before: &str) {
        let ran = self
            .rig
            .run(&["runs", "unwind", run, self.rig.lab(), "--on", "real"]);
        assert!(
            matches!(ran.code, 0 | 4 | 5),
            "{}: {}",
            trial.name,
            ran.all()
        );
        self.wait_as(before);
        self.declare(&[]);
        self.sh(&trial.clean);
    }
}

/// When something is done to a run.
#[derive(Debug)]
pub(super) enum Moment {
    /// It has its journal.
    Begun,
    /// Its journal says that this phase of commit-confirm begins.
    Phase(&'static str),
    /// This condition holds on the host.
    Host(&'static str),
}
