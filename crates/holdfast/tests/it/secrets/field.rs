//! One real host with a canary in every place that Holdfast comes near, and a controller that keeps all that it is told.

use super::canary::{Flock, Hit};
use crate::ran::Ran;
use crate::rig::Rig;
use std::cell::Cell;
use std::collections::BTreeSet;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};
use std::time::Duration;

/// Where a canary is planted: on the host or, with `rig:`, on the controller.
pub(crate) const PLANTED: &[(&str, &str)] = &[
    ("password of a repository, from a file", "rig:usb.pass"),
    (
        "password of a repository, from a command",
        "rig:command.pass",
    ),
    ("admin's private key", "rig:admin.key"),
    ("the age identity, a private key", "rig:age.key"),
    ("the host's private key", "/etc/ssh/ssh_host_ed25519_key"),
    (
        "verifier of a database role",
        "/var/lib/postgresql/15/main/",
    ),
    ("row of a table", "/var/lib/postgresql/15/main/"),
    (
        "content of a file that is backed up",
        "/srv/documents/README.txt",
    ),
    (".pgpass", "/root/.pgpass"),
    ("file that is overwritten", "/etc/motd"),
    ("value of SetEnv", "/etc/ssh/sshd_config.d/10-env.conf"),
    (
        "argument of ForceCommand",
        "/etc/ssh/sshd_config.d/10-env.conf",
    ),
    ("VersionAddendum", "/etc/ssh/sshd_config.d/10-env.conf"),
    ("bad line of sshd", "/etc/ssh/sshd_config.d/20-bad.off"),
    ("banner", "/etc/issue.net"),
    ("argument of a command in sudoers", "/etc/sudoers.d/50-site"),
    ("value of Defaults in sudoers", "/etc/sudoers.d/50-site"),
    ("comment in sudoers", "/etc/sudoers.d/50-site"),
    ("bad line of sudoers", "/etc/sudoers.d/51-bad.off"),
    (
        "environment of an authorised key",
        "/home/anna/.ssh/authorized_keys",
    ),
    (
        "command of an authorised key",
        "/home/anna/.ssh/authorized_keys",
    ),
    (
        "comment of an authorised key",
        "/home/anna/.ssh/authorized_keys",
    ),
    ("GECOS", "/etc/passwd"),
    (
        "argument of a listener",
        "/etc/systemd/system/leftover-web.service",
    ),
    (
        "Environment of a unit",
        "/etc/systemd/system/leftover-web.service",
    ),
    ("crontab", "/etc/cron.d/site"),
    ("comment of a packet filter", "/etc/site.nft"),
    ("password in fstab", "/etc/fstab"),
    ("comment in sysctl.d", "/etc/sysctl.d/50-site.conf"),
];

/// Canaries that no file holds: they come by the environment of the binary.
pub(crate) const IN_ENVIRONMENT: &[&str] = &[
    "password of a repository, from the environment",
    "the user's own RESTIC_PASSWORD",
];

/// Canaries that the lab tree holds encrypted, the first for a repository.
pub(crate) const ENCRYPTED: &[&str] = &[
    "password of a repository, from a SOPS file",
    "value in an age file",
];

/// Keys that the store makes for itself: what they are, and their files.
pub(crate) const OWN_KEYS: &[(&str, &str)] = &[
    ("the ledger's signing key", "key"),
    ("the redaction key", "redaction-key"),
];

/// Everything of the host that can keep something. The rest is the image.
const KEEPS: &str = "/dev/shm /etc /home /mnt /opt /root /run /srv /tmp /usr/local /var";

/// The stage.
pub(crate) struct Field {
    pub(crate) rig: Rig,
    pub(crate) flock: Flock,
    ran: Cell<usize>,
}

impl Field {
    /// A host with all canaries in their places, not enrolled yet.
    pub(crate) fn planted() -> Self {
        let rig = Rig::declared();
        let made = PLANTED.iter().map(|(name, _)| *name);
        let names: Vec<&str> = made
            .chain(IN_ENVIRONMENT.iter().copied())
            .chain(ENCRYPTED.iter().copied())
            .chain([
                "decoy among arguments",
                "decoy in an environment",
                "declared content",
            ])
            .filter(|n| !n.contains("private key") && !n.starts_with("verifier"))
            .collect();
        let mut flock = Flock::new(&names);
        let ssh_key = std::fs::read_to_string(rig.host.admin_key()).unwrap();
        flock.add("admin's private key", ssh_key.lines().nth(3).unwrap());
        std::fs::write(rig.path("admin.key"), &ssh_key).unwrap();
        let host_key = rig
            .host
            .exec_sh("sed -n 4p /etc/ssh/ssh_host_ed25519_key")
            .unwrap();
        flock.add("the host's private key", &host_key);
        let mut field = Self {
            rig,
            flock,
            ran: Cell::new(0),
        };
        field.plant_on_host();
        let verifier = "runuser -u postgres -- psql -qXAtc \"select split_part(rolpassword, ':', 3) from pg_authid where rolname = 'app'\"";
        let verifier = field.rig.host.exec_sh(verifier).unwrap();
        field.flock.add("verifier of a database role", &verifier);
        std::fs::create_dir_all(field.rig.path("said")).unwrap();
        std::fs::create_dir_all(field.rig.path("tmp")).unwrap();
        let identity = include_str!("../secret/sops/one.key");
        std::fs::write(field.rig.path("age.key"), identity).unwrap();
        let secret = identity.lines().find(|l| l.starts_with("AGE-SECRET-KEY"));
        let name = "the age identity, a private key";
        field.flock.add(name, secret.unwrap());
        field.plant_on_controller();
        field.encrypt();
        field
    }

    fn plant_on_host(&self) {
        let mut script = String::from("set -eu\n");
        for (name, _) in PLANTED {
            if !name.contains("private key")
                && !name.starts_with("verifier")
                && !name.contains("repository")
            {
                let variable = variable(name);
                script.push_str(&format!("{variable}={}\n", self.flock.text(name)));
            }
        }
        script.push_str(include_str!("plant.sh"));
        let output = self
            .rig
            .host
            .exec_with_input(&["sh"], script.as_bytes())
            .unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{said}");
    }

    fn plant_on_controller(&self) {
        let rig = &self.rig;
        let text = |name| format!("{}\n", self.flock.text(name));
        let file = "password of a repository, from a file";
        let command = "password of a repository, from a command";
        std::fs::write(rig.path("usb.pass"), text(file)).unwrap();
        std::fs::write(rig.path("command.pass"), text(command)).unwrap();
        let declared = self.flock.text("declared content");
        rig.edit("lab/hosts.yaml", |t| {
            t.replace(
                "This host is declared",
                &format!("{declared}: this host is declared"),
            )
        });
        rig.edit("lab/data.yaml", |t| {
            let second = "  second:\n    on: web\n    location: /mnt/backup/second\n    disk: usb0\n    password: {env: SECOND_PASSWORD}\n\nbackups:\n";
            let backup = "\n  daily:\n    datasets: [documents]\n    to: second\n    every: 24h\n    keep: {last: 7}\n";
            let one_each = t.replace("[documents, shop]", "[shop]");
            one_each.replace("backups:\n", second) + backup
        });
    }

    /// Puts secrets into a SOPS and an age file of the lab tree, by the binary itself.
    fn encrypt(&self) {
        let rig = &self.rig;
        let identity = std::fs::read_to_string(rig.path("age.key")).unwrap();
        let public = identity
            .lines()
            .find_map(|l| l.strip_prefix("# public key: "));
        let rules = format!("creation_rules: [{{age: {}}}]\n", public.unwrap());
        std::fs::write(rig.path("lab/.sops.yaml"), rules).unwrap();
        rig.edit("lab/data.yaml", |t| {
            let third = "  third:\n    on: web\n    location: /mnt/backup/third\n    disk: usb0\n    password: {sops: secrets/third.yaml, key: third.password}\n\nbackups:\n";
            let backup = "\n  weekly:\n    datasets: [documents]\n    to: third\n    every: 24h\n    keep: {last: 7}\n";
            let token = "\nsecrets:\n  token: {in: age, from: {age: secrets/token.age}}\n";
            t.replace("backups:\n", third) + backup + token
        });
        for (name, canary) in ["repository/third", "token"].iter().zip(ENCRYPTED) {
            let words = ["secret", "set", name, rig.lab()];
            let mut command = self.command(&words);
            command.stdin(Stdio::piped());
            command.stdout(Stdio::piped()).stderr(Stdio::piped());
            let mut child = command.spawn().unwrap();
            let text = self.flock.text(canary);
            child
                .stdin
                .take()
                .unwrap()
                .write_all(text.as_bytes())
                .unwrap();
            let ran = self.keep(&["secret", "set"], child.wait_with_output().unwrap());
            assert_eq!(ran.code, 0, "{}", ran.all());
        }
    }

    /// Runs the binary and keeps what it says.
    pub(crate) fn run(&self, arguments: &[&str]) -> Ran {
        self.keep(arguments, self.command(arguments).output().unwrap())
    }

    /// The binary, with passwords in its environment.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = self.rig.command(arguments);
        command
            .env("SECOND_PASSWORD", self.flock.text(IN_ENVIRONMENT[0]))
            .env("RESTIC_PASSWORD", self.flock.text(IN_ENVIRONMENT[1]))
            .env("SOPS_AGE_KEY_FILE", self.rig.path("age.key"))
            .env("RUST_LOG", "trace")
            .env("RUST_BACKTRACE", "1")
            .env("TMPDIR", self.rig.path("tmp"));
        command
    }

    /// Keeps what a run of the binary said.
    pub(crate) fn keep(&self, arguments: &[&str], output: Output) -> Ran {
        let number = self.ran.replace(self.ran.get() + 1);
        let words = arguments.iter().filter(|a| !a.contains('/'));
        let name = words.copied().collect::<Vec<_>>().join("_");
        let path = self.rig.path("said").join(format!("{number:02}_{name}"));
        std::fs::write(&path, [&output.stdout[..], b"\n", &output.stderr].concat()).unwrap();
        Ran::of(output)
    }

    /// Runs the binary and kills it as soon as its run has begun; gives the run.
    pub(crate) fn killed(&self, arguments: &[&str]) -> String {
        let before = self.runs();
        let mut child = self.command(arguments);
        child.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = child.spawn().unwrap();
        let new = loop {
            if let Some(run) = self.runs().difference(&before).next() {
                break run.clone();
            }
            assert!(
                child.try_wait().unwrap().is_none(),
                "it ended before it began"
            );
            std::thread::park_timeout(Duration::from_millis(5));
        };
        child.kill().unwrap();
        self.keep(arguments, child.wait_with_output().unwrap());
        // A child that was about to become ssh goes on for a moment, and the lock with it.
        let lock = self.store().join("lock");
        let free = || {
            let mut flock = Command::new("flock");
            flock.args(["--nonblock", "--conflict-exit-code", "9"]);
            flock.arg(&lock).arg("true").status().unwrap().code()
        };
        while free() == Some(9) {
            std::thread::park_timeout(Duration::from_millis(20));
        }
        new
    }

    /// The store of the only lab.
    fn store(&self) -> PathBuf {
        let mut labs = std::fs::read_dir(self.rig.path("data")).unwrap();
        labs.next().unwrap().unwrap().path().join("real")
    }

    /// Names of all runs.
    pub(crate) fn runs(&self) -> BTreeSet<String> {
        let files = std::fs::read_dir(self.store().join("runs")).unwrap();
        let names = files.map(|f| f.unwrap().file_name().into_string().unwrap());
        names
            .filter_map(|n| n.strip_suffix(".jsonl").map(str::to_owned))
            .collect()
    }

    /// Takes the store's own keys among what is looked for.
    pub(crate) fn add_own_keys(&mut self) {
        let store = self.store();
        for (name, file) in OWN_KEYS {
            let text = std::fs::read_to_string(store.join(file)).unwrap();
            self.flock.add(name, text.trim());
        }
    }

    /// Every canary on the controller: what the binary said, its state, its temporary files, the lab tree, and what processes
    /// were called with. Places are named from the rig's folder.
    pub(crate) fn on_controller(&self) -> BTreeSet<Hit> {
        let strip = self.rig.dir.path().display().to_string() + "/";
        let mut places = vec![self.rig.dir.path().to_path_buf()];
        let sockets = PathBuf::from(format!("/tmp/holdfast-ssh-{}", uid()));
        places.extend(sockets.exists().then_some(sockets));
        let places: Vec<_> = places.iter().map(PathBuf::as_path).collect();
        let found = self.flock.search(&places);
        let named = found.into_iter().map(|hit| Hit {
            place: hit.place.replacen(&strip, "rig:", 1),
            ..hit
        });
        named.collect()
    }

    /// Every canary on the host, in files and in the journal.
    pub(crate) fn on_host(&self) -> BTreeSet<Hit> {
        let grep = format!("grep -raoHZF -f - --devices=skip -- {KEEPS} 2>/dev/null; [ $? -le 2 ]");
        let journal = "p=$(mktemp -p /dev/shm) && cat > \"$p\" && journalctl -o export --no-pager | grep -aoHZF --label=journal -f \"$p\"; rm \"$p\"";
        let patterns = self.flock.patterns();
        let mut hits = BTreeSet::new();
        for script in [grep.as_str(), journal] {
            let output = self
                .rig
                .host
                .exec_with_input(&["sh", "-c", script], patterns.as_bytes());
            let output = output.unwrap();
            assert!(
                output.status.success(),
                "{}",
                String::from_utf8_lossy(&output.stderr)
            );
            hits.extend(self.flock.hits(&output.stdout));
        }
        hits
    }
}

fn uid() -> String {
    let output = Command::new("id").arg("-u").output().unwrap();
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

/// `value of SetEnv` as `VALUE_OF_SETENV`.
fn variable(name: &str) -> String {
    let plain = |c: char| {
        if c.is_ascii_alphanumeric() {
            c.to_ascii_uppercase()
        } else {
            '_'
        }
    };
    name.chars().map(plain).collect()
}
