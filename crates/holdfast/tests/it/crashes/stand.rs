//! A bare host with a small declaration that changes a file, a kernel setting, sshd and the packet filter at once, and the
//! means to stop a run in the middle.

use crate::ran::Ran;
use crate::rig::Rig;
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use testkit::host::TestHost;

/// How long a run may take to come to a line of its journal; the machine may be slow.
const LIMIT: Duration = Duration::from_secs(240);

/// Everything that the declaration touches, as the host's console sees it. Holdfast's own units come with the first change.
const WORLD: &str = r#"
for f in /etc/trial.conf /etc/sysctl.conf /etc/sysctl.d /etc/sysctl.d/* /etc/ssh/sshd_config /etc/ssh/sshd_config.d \
    /etc/ssh/sshd_config.d/* /home/*/.ssh /home/*/.ssh/* /etc/nftables.conf /etc/passwd /etc/group /etc/sudoers.d/* \
    /etc/holdfast/nft/*; do
  [ -e "$f" ] || [ -L "$f" ] || continue
  stat -c '%N %a %u:%g' "$f"; [ ! -f "$f" ] || sha256sum < "$f"
done
echo "-- kernel"; cat /proc/sys/net/ipv4/tcp_fin_timeout
echo "-- packet filter"; nft -s list ruleset
echo "-- routes"; ip -4 route show
echo "-- sshd"; sshd -T | sort; ss -Hlnt | awk '{print $4}' | sort
echo "-- packages"; dpkg-query -W | sha256sum
echo "-- units"; systemctl list-unit-files --no-legend --no-pager --state=enabled | grep -v holdfast
systemctl list-units --no-legend --plain --no-pager --type=service,timer,socket --state=active,failed \
  | awk '{print $1, $3}' | grep -v -e holdfast -e '^user' -e session -e systemd-tmpfiles -e hostnamed | sort
find / -xdev \( -name '*.holdfast-tmp' -o -name '*.holdfast-new' \) -not -path '/proc/*'
"#;

/// What dies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Death {
    /// The controller's process only: an order that is on its way arrives.
    Controller,
    /// The controller and every connection of it.
    Everything,
}

/// A run whose controller was killed.
#[derive(Debug)]
pub(crate) struct Killed {
    pub(crate) run: String,
    /// What its journal ends with.
    pub(crate) last: String,
}

impl Killed {
    /// It had written the end of its journal already.
    pub(crate) fn had_ended(&self) -> bool {
        self.last.contains("\"finished\"")
    }
}

/// The host and its controller.
pub(crate) struct Stand {
    pub(crate) rig: Rig,
}

impl Stand {
    /// An enrolled host that was never changed, and variant 0 of its declaration.
    pub(crate) fn enrolled() -> Self {
        let host = TestHost::with(|spec| {
            spec.marker = None;
            spec.hostname = "web".to_owned();
        });
        let dir = tempfile::tempdir().unwrap();
        let stand = Self {
            rig: Rig { host, dir },
        };
        std::fs::create_dir_all(stand.rig.path("lab/lab")).unwrap();
        std::fs::write(
            stand.rig.path("lab/holdfast.yaml"),
            "format: 1\nlab: trial\ncontroller:\n  clock: {kept_by: test, why: the rig}\n",
        )
        .unwrap();
        stand.declare(0);
        let key = stand.sh("ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub | cut -d' ' -f2");
        let lab = stand.rig.lab();
        let enrol = ["access", "enrol", lab, "--on", "real", "--host", "web"];
        let ran = stand
            .rig
            .run(&[&enrol[..], &["--host-key", key.trim()]].concat());
        assert_eq!(ran.code, 0, "{}", ran.all());
        stand
    }

    /// Declares one of many states; each differs from every other one in all that is declared.
    pub(crate) fn declare(&self, variant: usize) {
        let host = &self.rig.host;
        let (address, gateway) = (host.address(), host.gateway());
        let key = std::fs::read_to_string(host.admin_key().with_extension("pub")).unwrap();
        let text = format!(
            "sites: {{home: }}\n\
             networks: {{lan: {{subnet: 10.77.0.0/16, gateway: {gateway}}}}}\n\
             hosts:\n  web:\n    site: home\n    os: debian\n    addresses: {{lan: {address}}}\n    \
             reach: {{ssh: web, user: admin}}\n    default_route: {gateway}\n    \
             users:\n      admin: {{sudo: nopassword, keys: [{key}]}}\n    \
             files:\n      /etc/trial.conf: {{mode: 0644, content: 'variant {variant}'}}\n    \
             sysctl: {{net.ipv4.tcp_fin_timeout: {}}}\n    \
             sshd: {{PermitRootLogin: no, MaxAuthTries: {}}}\n    \
             firewall: {{table: holdfast}}\n    exposures:\n{}{}",
            70 + variant,
            10 + variant,
            exposure(22),
            exposure(8000 + variant),
            key = key.trim(),
        );
        std::fs::write(self.rig.path("lab/lab/hosts.yaml"), text).unwrap();
    }

    pub(crate) fn sh(&self, script: &str) -> String {
        self.rig.host.exec_sh(script).unwrap()
    }

    /// Everything the declaration touches.
    pub(crate) fn world(&self) -> String {
        self.sh(WORLD)
    }

    /// A verb on the runs of this lab in realm real.
    pub(crate) fn runs(&self, words: &[&str]) -> Ran {
        let mut all = vec!["runs"];
        all.extend(words);
        all.extend([self.rig.lab(), "--on", "real"]);
        self.rig.run(&all)
    }

    /// How a run is listed.
    pub(crate) fn state(&self, run: &str) -> String {
        let ran = self.runs(&["list", "--json"]);
        assert_eq!(ran.code, 0, "{}", ran.all());
        let all = ran.json();
        let rows = all.as_array().unwrap();
        let row = rows.iter().find(|r| r["run"] == run);
        row.unwrap_or_else(|| panic!("{run} is not listed: {}", ran.all()))["state"]
            .as_str()
            .unwrap()
            .to_owned()
    }

    /// `apply` finds nothing to do, and the host is as variant `variant` declares.
    pub(crate) fn assert_settled_on(&self, variant: usize, said: &str) {
        let again = self.rig.apply(&[]);
        let nothing = again.code == 0 && again.stdout.contains("Nothing to do");
        assert!(nothing, "{said}\nthen apply: {}", again.all());
        let file = self.sh("cat /etc/trial.conf");
        assert_eq!(file.trim(), format!("variant {variant}"), "{said}");
        let kernel = self.sh("cat /proc/sys/net/ipv4/tcp_fin_timeout");
        assert_eq!(kernel.trim(), format!("{}", 70 + variant), "{said}");
        let sshd = self.sh("sshd -T | sed -n 's/^maxauthtries //p'");
        assert_eq!(sshd.trim(), format!("{}", 10 + variant), "{said}");
        let filter = self.sh("nft list table inet holdfast");
        assert!(
            filter.contains(&format!("{}", 8000 + variant)),
            "{filter}\n{said}"
        );
        self.assert_quiet(said);
    }

    /// No revert is armed and no order is at work.
    pub(crate) fn assert_quiet(&self, said: &str) {
        let state = self.sh("cat /var/lib/holdfast/revert/state 2>/dev/null || echo idle");
        assert!(!state.contains("armed"), "{state}\n{said}");
        let free = self.sh("flock -n /var/lib/holdfast/lock echo free || echo held");
        assert_eq!(free.trim(), "free", "{said}");
    }

    /// The journals that are there.
    pub(crate) fn journals(&self) -> BTreeSet<PathBuf> {
        let labs = std::fs::read_dir(self.rig.path("data"))
            .into_iter()
            .flatten();
        let runs = labs.flatten().map(|lab| lab.path().join("real/runs"));
        let files = runs.flat_map(|dir| std::fs::read_dir(dir).into_iter().flatten());
        let paths = files.flatten().map(|file| file.path());
        paths
            .filter(|p| p.extension().is_some_and(|e| e == "jsonl"))
            .collect()
    }

    /// Starts an `apply`.
    pub(crate) fn begin(&self) -> Running<'_> {
        let known = self.journals();
        let allow = ["--yes", "--allow", "access:host/web"];
        let apply = ["apply", self.rig.lab(), "--on", "real"];
        let mut command = self.rig.command(&[&apply[..], &allow[..]].concat());
        let child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        Running {
            stand: self,
            child: Some(child),
            known,
            journal: None,
        }
    }

    /// `apply` by another controller: the same declaration, other data.
    pub(crate) fn other_controller(&self) -> Ran {
        let apply = ["apply", self.rig.lab(), "--on", "real"];
        let allow = ["--yes", "--allow", "access:host/web"];
        let mut command = self.rig.command(&[&apply[..], &allow[..]].concat());
        command
            .env("HOLDFAST_DATA", self.rig.path("other/data"))
            .env("XDG_STATE_HOME", self.rig.path("other/state"));
        Ran::of(command.output().unwrap())
    }

    /// Applies, and kills the controller as soon as the journal has the line with this number; the end of the run if it
    /// ended before.
    pub(crate) fn killed_at(&self, line: usize, death: Death) -> Result<Killed, Ran> {
        let mut running = self.begin();
        if running.reaches(line) {
            Ok(running.kill(death))
        } else {
            Err(running.wait())
        }
    }
}

fn exposure(port: usize) -> String {
    let why = "why: a trial, owner: admin, review: 2027-11-01";
    format!("      - {{port: {port}/tcp, from: lan, {why}}}\n")
}

/// A run at work; killed when dropped.
pub(crate) struct Running<'a> {
    stand: &'a Stand,
    child: Option<Child>,
    known: BTreeSet<PathBuf>,
    journal: Option<PathBuf>,
}

impl Running<'_> {
    /// Waits until the journal has a line with this number; false if the run has ended without.
    pub(crate) fn reaches(&mut self, line: usize) -> bool {
        let what = format!("line {line}");
        self.comes_to(&what, |text| {
            text.bytes().filter(|b| *b == b'\n').count() > line
        })
    }

    /// Waits until the journal has its last line; false if the process ended without.
    pub(crate) fn finishes(&mut self) -> bool {
        self.comes_to("its end", |text| text.contains("\"finished\""))
    }

    fn comes_to(&mut self, what: &str, is_there: impl Fn(&str) -> bool) -> bool {
        let begun = Instant::now();
        let mut over = false;
        loop {
            if is_there(&self.text()) {
                return true;
            }
            if over {
                return false;
            }
            let child = self.child.as_mut().unwrap();
            // One more look after the end: the last lines may have been written in between.
            over = child.try_wait().unwrap().is_some();
            assert!(begun.elapsed() < LIMIT, "the run does not come to {what}");
            std::thread::yield_now();
        }
    }

    /// The journal, as far as it is written.
    pub(crate) fn text(&mut self) -> String {
        if self.journal.is_none() {
            let now = self.stand.journals();
            self.journal = now.difference(&self.known).next().cloned();
        }
        let path = self.journal.as_ref();
        path.and_then(|p| std::fs::read_to_string(p).ok())
            .unwrap_or_default()
    }

    /// The run, once it has a journal.
    pub(crate) fn run(&self) -> String {
        let path = self.journal.as_ref().unwrap();
        path.file_stem().unwrap().to_str().unwrap().to_owned()
    }

    /// The controller, by the first line of the journal.
    pub(crate) fn controller(&mut self) -> String {
        let text = self.text();
        let first = serde_json::from_str::<serde_json::Value>(text.lines().next().unwrap());
        let controller = first.unwrap()["event"]["controller"].clone();
        controller.as_str().unwrap().to_owned()
    }

    /// Stops the controller, or lets it go on.
    pub(crate) fn signal(&self, name: &str) {
        let pid = self.child.as_ref().unwrap().id();
        signal(name, &[pid.to_string()]);
    }

    /// Kills it.
    pub(crate) fn kill(mut self, death: Death) -> Killed {
        let mut child = self.child.take().unwrap();
        child.kill().unwrap();
        child.wait().unwrap();
        if death == Death::Everything {
            self.cut();
        }
        let text = self.text();
        let last = text.lines().last().unwrap_or_default();
        let event = serde_json::from_str::<serde_json::Value>(last).unwrap();
        let mut last = event["event"].to_string();
        last.truncate(160);
        Killed {
            run: self.run(),
            last,
        }
    }

    /// Kills every client that has a connection to the host, which is this test's alone.
    fn cut(&self) {
        let address = self.stand.rig.host.address().to_string();
        let list = Command::new("ss")
            .args(["-Htnp", "dst", &address])
            .output()
            .unwrap();
        let text = String::from_utf8_lossy(&list.stdout).into_owned();
        let pids: BTreeSet<String> = text
            .lines()
            .filter(|line| line.contains("((\"ssh\""))
            .filter_map(|line| Some(line.split("pid=").nth(1)?.split(',').next()?.to_owned()))
            .collect();
        signal("KILL", &pids.into_iter().collect::<Vec<_>>());
    }

    /// Waits for its end.
    pub(crate) fn wait(mut self) -> Ran {
        Ran::of(self.child.take().unwrap().wait_with_output().unwrap())
    }
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        if let Some(mut child) = self.child.take() {
            // A test that failed; the first error is the one to report.
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

fn signal(name: &str, pids: &[String]) {
    if !pids.is_empty() {
        // One that is gone already is as good as killed.
        let _ = Command::new("kill")
            .args(["-s", name, "--"])
            .args(pids)
            .output()
            .unwrap();
    }
}
