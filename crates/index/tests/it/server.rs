//! A real PostgreSQL server of a test's own, by Debian's package.

use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

pub(crate) const PASSWORD: &str = "of-the-test";

pub(crate) struct Server {
    dir: tempfile::TempDir,
    bin: PathBuf,
    pub(crate) port: u16,
    running: Option<Child>,
}

impl Server {
    /// Makes a cluster and starts it.
    pub(crate) fn start() -> Self {
        let versions = std::fs::read_dir("/usr/lib/postgresql");
        let newest = versions
            .ok()
            .and_then(|v| v.flatten().map(|e| e.path()).max());
        let newest =
            newest.unwrap_or_else(|| panic!("PostgreSQL is missing: apt-get install postgresql"));
        let dir = tempfile::tempdir().unwrap();
        let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = free.local_addr().unwrap().port();
        drop(free);
        let mut server = Self {
            dir,
            bin: newest.join("bin"),
            port,
            running: None,
        };
        let owner = Command::new("chown")
            .arg("postgres")
            .arg(server.dir.path())
            .status();
        assert!(owner.unwrap().success());
        let secret = server.dir.path().join("password");
        std::fs::write(&secret, PASSWORD).unwrap();
        let made = server
            .postgres("initdb")
            .args([
                "-U",
                "holdfast",
                "--auth-local=trust",
                "--auth-host=scram-sha-256",
                "-E",
                "UTF8",
                "--no-sync",
            ])
            .arg("--pwfile")
            .arg(&secret)
            .arg("-D")
            .arg(server.data())
            .output()
            .unwrap();
        assert!(
            made.status.success(),
            "{}",
            String::from_utf8_lossy(&made.stderr)
        );
        server.start_again();
        server.sql_in("postgres", "CREATE DATABASE holdfast");
        server
    }

    /// The program as the account that PostgreSQL wants.
    fn postgres(&self, program: &str) -> Command {
        let mut command = Command::new("setpriv");
        command.args([
            "--reuid",
            "postgres",
            "--regid",
            "postgres",
            "--init-groups",
        ]);
        command
            .arg(self.bin.join(program))
            .current_dir("/")
            .stdin(Stdio::null());
        command
    }

    fn data(&self) -> PathBuf {
        self.dir.path().join("data")
    }

    pub(crate) fn socket(&self) -> &Path {
        self.dir.path()
    }

    /// Starts it and waits until it answers.
    pub(crate) fn start_again(&mut self) {
        let mut command = self.postgres("postgres");
        command
            .arg("-D")
            .arg(self.data())
            .arg("-k")
            .arg(self.socket());
        command.args([
            "-p",
            &self.port.to_string(),
            "-c",
            "listen_addresses=127.0.0.1",
            "-c",
            "fsync=off",
        ]);
        command
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .process_group(0);
        self.running = Some(command.spawn().unwrap());
        let deadline = Instant::now() + Duration::from_secs(120);
        let ready = || {
            let mut asked = self.postgres("pg_isready");
            asked
                .arg("-h")
                .arg(self.socket())
                .args(["-p", &self.port.to_string()]);
            asked.stdout(Stdio::null()).status().unwrap().success()
        };
        while !ready() {
            assert!(Instant::now() < deadline, "PostgreSQL does not answer");
            // tidy: allowed because the server can only be asked again.
            std::thread::sleep(Duration::from_millis(100));
        }
    }

    /// Kills it without warning.
    pub(crate) fn kill(&mut self) {
        if let Some(mut child) = self.running.take() {
            let group = format!("-{}", child.id());
            let _ = Command::new("kill").args(["-KILL", "--", &group]).status();
            let _ = child.wait();
        }
    }

    pub(crate) fn sql(&self, text: &str) {
        self.sql_in("holdfast", text);
    }

    fn sql_in(&self, database: &str, text: &str) {
        let mut command = self.postgres("psql");
        command.arg("-h").arg(self.socket()).args([
            "-p",
            &self.port.to_string(),
            "-U",
            "holdfast",
            "-qc",
            text,
            database,
        ]);
        let ran = command.output().unwrap();
        assert!(
            ran.status.success(),
            "{}",
            String::from_utf8_lossy(&ran.stderr)
        );
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
    }
}
