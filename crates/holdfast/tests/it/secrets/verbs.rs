//! Every verb on the planted host, as people and as programs call it, when all is well and when it is not.

use super::field::Field;
use crate::ran::Ran;

const REAL: &[&str] = &["--on", "real"];
const YES: &[&str] = &["--on", "real", "--yes"];
const ALL: &[&str] = &["--on", "real", "--yes", "--allow", "access:host/web"];

/// A field with shorthands.
struct Verbs<'a> {
    field: &'a Field,
    lab: &'a str,
}

/// Runs them all. What they are to give is told too: a verb that fails early would have had nothing to leak.
pub(crate) fn all(field: &Field) {
    let lab = field.rig.lab();
    let verbs = Verbs { field, lab };
    verbs.look();
    verbs.converge();
    verbs.protect();
    verbs.records();
    verbs.questions_that_quote_data();
    verbs.failures_of_access();
    verbs.failures_of_passwords();
}

impl Verbs<'_> {
    fn run(&self, verb: &[&str], more: &[&str]) -> Ran {
        self.field.run(&[verb, &[self.lab], more].concat())
    }

    /// For people and for programs; both give this code.
    fn both(&self, verb: &[&str], more: &[&str], code: i32) {
        for form in [&[][..], &["--json"]] {
            let ran = self.run(verb, &[more, form].concat());
            assert_eq!(ran.code, code, "{verb:?} {form:?}: {}", ran.all());
        }
    }

    fn on_host(&self, script: &str) {
        self.field.rig.host.exec_sh(script).unwrap();
    }

    fn look(&self) {
        let key = "ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub | cut -d' ' -f2";
        let key = self.field.rig.host.exec_sh(key).unwrap();
        self.both(
            &["access", "enrol"],
            &["--on", "real", "--host-key", key.trim()],
            0,
        );
        for format in ["full", "concise", "json", "sarif"] {
            let ran = self.run(&["check"], &["--format", format]);
            assert_eq!(ran.code, 0, "{}", ran.all());
        }
        for verb in ["list", "check", "scan", "rekey"] {
            self.both(&["secret", verb], &[], 0);
        }
        self.both(&["secret", "show", "token"], &["--reveal"], 4);
        self.both(&["show", "secrets"], &[], 0);
        self.both(&["drift"], REAL, 1);
        self.both(&["plan"], REAL, 1);
        self.both(&["ports"], REAL, 1);
    }

    fn converge(&self) {
        let ran = self.run(&["apply"], ALL);
        assert_eq!(ran.code, 0, "{}", ran.all());
        let ran = self.run(&["apply"], &[ALL, &["--json"]].concat());
        assert_eq!(ran.code, 0, "{}", ran.all());
        self.both(&["observe"], &["--on", "real", "--unknown"], 0);
        // A file of ours is taken back: what it replaced comes from where it was saved.
        let undo = ["undo", "--last", "--lab", self.lab];
        self.field.rig.edit("lab/hosts.yaml", |t| {
            t.replace("shows up as drift", "is drift")
        });
        let ran = self.run(&["apply"], ALL);
        assert_eq!(ran.code, 0, "{}", ran.all());
        let ran = self.field.run(&[&undo, ALL].concat());
        assert_eq!(ran.code, 0, "{}", ran.all());
    }

    /// The first backup is cut short and gone on with.
    fn protect(&self) {
        let run = self.field.killed(&[&["backup", self.lab], YES].concat());
        self.both(&["runs", "list"], REAL, 0);
        self.both(&["runs", "show", &run], REAL, 0);
        let ran = self.run(&["runs", "resume", &run], REAL);
        assert_eq!(ran.code, 0, "{}", ran.all());
        // The repository whose password lies in a SOPS file can be opened with it.
        let password = "test \"$(cat /etc/holdfast/secrets/third)\" && restic -r /mnt/backup/third --password-file /etc/holdfast/secrets/third snapshots --json | grep -q documents";
        self.on_host(password);
        let drill = [YES, &["--json", "--dataset", "shop"]].concat();
        let ran = self.run(&["drill"], &drill);
        assert_eq!(ran.code, 0, "{}", ran.all());
        for (dataset, form) in [
            ("documents", &["--repository", "second"][..]),
            ("shop", &["--json"]),
        ] {
            let to = format!("/srv/restored-{dataset}");
            let more = [YES, form, &["--dataset", dataset, "--to", &to]].concat();
            let ran = self.run(&["restore"], &more);
            assert_eq!(ran.code, 0, "{}", ran.all());
        }
    }

    fn records(&self) {
        self.both(&["prove"], REAL, 1);
        self.both(&["evidence", "list"], REAL, 0);
        self.both(&["evidence", "head"], REAL, 0);
        let pins = self.field.rig.path("pins").display().to_string();
        std::fs::create_dir_all(&pins).unwrap();
        let ran = self.run(&["evidence", "pin"], &["--on", "real", "--to", &pins]);
        assert_eq!(ran.code, 0, "{}", ran.all());
        for run in self.field.runs() {
            let ran = self.run(&["runs", "show", &run], &["--on", "real", "--json"]);
            assert_eq!(ran.code, 0, "{}", ran.all());
        }
    }

    /// PostgreSQL shows values in its messages.
    fn questions_that_quote_data(&self) {
        let ask = |sql: &str| {
            let question = format!("sql: {sql}");
            self.field.rig.edit("lab/data.yaml", |t| {
                let line = t
                    .lines()
                    .find(|l| l.contains("- sql: "))
                    .unwrap()
                    .to_owned();
                t.replace(&line, &format!("      - {question}"))
            });
            let ran = self.run(&["drill"], &[YES, &["--dataset", "shop"]].concat());
            assert_ne!(ran.code, 0, "{}", ran.all());
            ran.all()
        };
        let said = ask("select customer::integer from orders where id = 7");
        assert!(said.contains("22P02"), "{said}");
        // Rows that were good in their place and are not where they are restored.
        let psql = "cd / && runuser -u postgres -- psql -qX -v ON_ERROR_STOP=1 -d shop";
        self.on_host(&format!(
            "{psql} <<'SQL'\ncreate function fits(text) returns boolean language sql immutable as $$ \
             select current_setting('listen_addresses') <> '' or $1 like 'customer-%' $$;\n\
             alter table orders add constraint fits check (fits(customer));\nSQL"
        ));
        let shop = [YES, &["--dataset", "shop"]].concat();
        let ran = self.run(&["backup"], &shop);
        assert_eq!(ran.code, 0, "{}", ran.all());
        let said = ask("select count(*) from orders");
        assert!(said.contains("violates check constraint"), "{said}");
    }

    /// Settings that the daemons themselves do not understand, another login, another machine.
    fn failures_of_access(&self) {
        self.on_host("cd /etc/ssh/sshd_config.d && cp 20-bad.off 20-bad.conf");
        self.both(&["observe"], REAL, 7);
        self.run(&["drift"], REAL);
        self.on_host("rm /etc/ssh/sshd_config.d/20-bad.conf");
        self.on_host("cd /etc/sudoers.d && cp 51-bad.off 51-bad && chmod 440 51-bad");
        let rig = &self.field.rig;
        rig.edit("lab/hosts.yaml", |t| {
            t.replace("anna:\n", "anna:\n        sudo: nopassword\n")
        });
        let ran = self.run(&["apply"], ALL);
        assert!(
            ran.stdout.contains("/etc/sudoers.d/51-bad:1"),
            "{}",
            ran.all()
        );
        self.on_host("rm /etc/sudoers.d/51-bad");
        rig.edit("lab/hosts.yaml", |t| {
            t.replace("user: admin", "user: nobody")
        });
        let ran = self.run(&["plan"], REAL);
        assert!(ran.all().contains("refused"), "{}", ran.all());
        rig.edit("lab/hosts.yaml", |t| {
            t.replace("user: nobody", "user: admin")
        });
        self.on_host("cp /etc/machine-id /root/machine-id && tr 0-9 1-90 < /root/machine-id > /etc/machine-id");
        let ran = self.run(&["backup"], YES);
        assert_eq!(ran.code, 4, "{}", ran.all());
        self.on_host("cat /root/machine-id > /etc/machine-id");
        let trial = [
            "selftest",
            "revert",
            "web",
            "--lab",
            self.lab,
            "--revert-after",
            "5",
        ];
        let ran = self.field.run(&[&trial, ALL].concat());
        assert_eq!(ran.code, 0, "{}", ran.all());
    }

    /// The password that is handed over does not open the repository.
    fn failures_of_passwords(&self) {
        let command = self.field.rig.path("command.pass").display().to_string();
        self.field.rig.edit("lab/data.yaml", |t| {
            t.replace(
                "{env: SECOND_PASSWORD}",
                &format!("{{command: [cat, {command}]}}"),
            )
        });
        self.on_host("rm /etc/holdfast/secrets/second");
        let ran = self.run(&["apply"], ALL);
        assert_eq!(ran.code, 0, "it is handed over unseen: {}", ran.all());
        let ran = self.run(&["backup"], YES);
        assert_ne!(ran.code, 0, "{}", ran.all());
        self.run(&["observe"], &["--on", "real", "--json"]);
        self.run(&["prove"], REAL);
    }
}
