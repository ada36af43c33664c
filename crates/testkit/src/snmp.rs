//! A switch made of Debian's snmpd (net-snmp) and lldpd, in a network namespace of its own, cabled to a machine in another one that has lldpd, too:
//! `swp1` to its `eno1`, `swp2` to its `eno2`; `swp3` has no cable.
//!
//! Interfaces and neighbours are the real ones. What Linux has no table for (VLANs of a bridge, the chassis) snmpd is told to say.

use std::cell::RefCell;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// What takes longer never comes.
const PATIENCE: Duration = Duration::from_secs(60);
/// What the agent is asked with; nobody may keep or show them.
pub const PASSPHRASES: [&str; 2] = ["canary-auth-51c0", "canary-priv-51c0"];
/// A community that may read; nobody may keep or show it.
pub const COMMUNITY: &str = "canary-community-51c0";
/// The user of version 3, by SHA-256 and AES-128.
pub const USER: &str = "holdfast";
/// Another one, by SHA-1, whose view hides who the neighbours are, and all but one of the interfaces' names and states.
pub const BLIND: &str = "blind";
/// Its neighbour's hardware addresses begin so.
const FAR_MAC: &str = "00:16:3e:00:02";

/// A running switch and its neighbour; ended when dropped.
#[derive(Debug)]
pub struct Switch {
    dir: tempfile::TempDir,
    own: String,
    far: String,
    agent: Option<Child>,
    daemons: RefCell<Vec<Child>>,
}

impl Switch {
    /// Starts them. `more` are lines for snmpd.conf(5), such as `override OID TYPE VALUE`.
    ///
    /// # Panics
    /// Says what is missing on this machine, or what did not start.
    pub fn start(more: &str) -> Self {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let n = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("hf-snmp-{}-{n}", std::process::id());
        let dir = tempfile::tempdir().unwrap_or_else(|e| panic!("no folder: {e}"));
        let mut switch = Self {
            dir,
            own: format!("{name}-sw"),
            far: format!("{name}-far"),
            agent: None,
            daemons: RefCell::default(),
        };
        switch.cable();
        switch.agent(more);
        // The neighbour first, so that it says at once who it is.
        switch.lldpd(&switch.far, "far", "nas.home.arpa", &[]);
        let socket = format!("unix:{}", switch.at("agentx").display());
        switch.lldpd(&switch.own, "own", "sw1", &["-x", "-X", &socket]);
        for port in ["eno1", "eno2"] {
            let mut seen = String::new();
            let mut look = || {
                // What starts is paused, and may miss what was set meanwhile.
                for control in ["far", "own"] {
                    switch.lldpcli(control, &["resume"]);
                    switch.lldpcli(control, &["update"]);
                }
                seen = switch.lldpcli("own", &["show", "neighbors"]);
                seen.contains(port).then_some(())
            };
            let told = waited(&mut look);
            assert!(told.is_some(), "{port} is no neighbour: {seen}");
        }
        // It has told the agent of both, too.
        until("the agent to know both neighbours", || {
            let inserts = switch.get("1.0.8802.1.1.2.1.2.2.0");
            inserts.ends_with(": 2").then_some(())
        });
        switch
    }

    /// Starts a program beside the agent, which answers on port 161 of the loopback address there.
    pub fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        #[allow(clippy::disallowed_methods, reason = "it starts a real program")]
        let mut command = Command::new("ip");
        command.args(["netns", "exec", &self.own]).arg(program);
        command
    }

    /// Pulls a cable, by its port, and waits until the agent says so.
    ///
    /// # Panics
    /// It never does.
    pub fn pull(&self, port: &str) {
        let far = port.replace("swp", "eno");
        ip(&["-n", &self.far, "link", "set", &far, "down"]);
        let index = port.trim_start_matches("swp").parse::<u32>();
        let index = index.unwrap_or_else(|e| panic!("{port}: {e}")) + 1;
        // The agent reads interfaces anew after some seconds.
        until("the port to be down", || {
            let state = self.get(&format!("1.3.6.1.2.1.2.2.1.8.{index}"));
            state.ends_with(": 2").then_some(())
        });
    }

    /// Ends the agent.
    pub fn stop(&mut self) {
        if let Some(mut agent) = self.agent.take() {
            let _ = agent.kill();
            let _ = agent.wait();
        }
    }

    fn at(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn cable(&self) {
        let (own, far) = (self.own.as_str(), self.far.as_str());
        for namespace in [own, far] {
            ip(&["netns", "add", namespace]);
            ip(&["-n", namespace, "link", "set", "lo", "up"]);
        }
        for n in ["1", "2", "3"] {
            let (port, nic) = (format!("swp{n}"), format!("eno{n}"));
            let (near_mac, far_mac) = (format!("00:16:3e:00:01:0{n}"), format!("{FAR_MAC}:0{n}"));
            ip(&[
                "-n", own, "link", "add", &port, "address", &near_mac, "type", "veth", "peer",
                "name", &nic, "address", &far_mac, "netns", far,
            ]);
            if n != "3" {
                ip(&["-n", own, "link", "set", &port, "up"]);
                ip(&["-n", far, "link", "set", &nic, "up"]);
            }
        }
    }

    fn agent(&mut self, more: &str) {
        let [auth, privacy] = PASSPHRASES;
        let text = format!(
            "agentaddress udp:127.0.0.1:161\nmaster agentx\nagentXSocket unix:{}\nsysName sw1\nsysDescr A switch, version 2.10\n\
             createUser {USER} SHA-256 {auth} AES {privacy}\nrouser {USER} priv\n\
             createUser {BLIND} SHA {auth} AES {privacy}\nrouser {BLIND} priv -V blind\n\
             view blind included .1\nview blind excluded .1.0.8802.1.1.2.1.4\nview blind excluded .1.3.6.1.2.1.2.2.1.2.3\n\
             rocommunity {COMMUNITY}\n{more}\n",
            self.at("agentx").display()
        );
        put(&self.at("snmpd.conf"), &text);
        let state = self.at("state");
        let mut command = self.command("snmpd");
        command
            .args(["-f", "-Ln", "-C", "-c"])
            .arg(self.at("snmpd.conf"))
            .env("SNMP_PERSISTENT_DIR", &state)
            .env("MIBS", "");
        self.agent = Some(spawn(&mut command));
        until("the agent's socket", || {
            self.at("agentx").exists().then_some(())
        });
    }

    fn lldpd(&self, namespace: &str, control: &str, hostname: &str, more: &[&str]) {
        #[allow(clippy::disallowed_methods, reason = "it starts a real program")]
        let mut command = Command::new("ip");
        command.args(["netns", "exec", namespace, "lldpd", "-d", "-u"]);
        command
            .arg(self.at(control))
            .args(["-O", "/dev/null"])
            .args(more);
        self.daemons.borrow_mut().push(spawn(&mut command));
        until("lldpd", || self.at(control).exists().then_some(()));
        for words in [
            vec!["configure", "system", "hostname", hostname],
            vec!["configure", "lldp", "tx-interval", "1"],
        ] {
            until("lldpd to be set up", || {
                let said = self.lldpcli(control, &words);
                (!said.contains("unable")).then_some(())
            });
        }
    }

    fn lldpcli(&self, control: &str, words: &[&str]) -> String {
        #[allow(clippy::disallowed_methods, reason = "it starts a real program")]
        let mut command = Command::new("lldpcli");
        let output = command.arg("-u").arg(self.at(control)).args(words).output();
        let output = output.unwrap_or_else(|e| panic!("lldpcli: {e}"));
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        format!("{}{}", text(&output.stdout), text(&output.stderr))
    }

    fn get(&self, oid: &str) -> String {
        let mut command = self.command("snmpget");
        let all = [
            "-v2c",
            "-c",
            COMMUNITY,
            "-On",
            "-r0",
            "-t5",
            "127.0.0.1",
            oid,
        ];
        let output = command.env("MIBS", "").args(all).output();
        let output = output.unwrap_or_else(|e| panic!("snmpget: {e}"));
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }
}

impl Drop for Switch {
    fn drop(&mut self) {
        for namespace in [&self.own, &self.far] {
            #[allow(clippy::disallowed_methods, reason = "it ends real programs")]
            let all = Command::new("ip")
                .args(["netns", "pids", namespace])
                .output();
            let all = all.map(|o| String::from_utf8_lossy(&o.stdout).into_owned());
            for pid in all.unwrap_or_default().split_whitespace() {
                #[allow(clippy::disallowed_methods, reason = "it ends real programs")]
                let _ = Command::new("kill").args(["-9", pid]).status();
            }
            #[allow(clippy::disallowed_methods, reason = "it takes away what it made")]
            let _ = Command::new("ip")
                .args(["netns", "del", namespace])
                .status();
        }
        for daemon in self.daemons.get_mut() {
            let _ = daemon.kill();
            let _ = daemon.wait();
        }
        self.stop();
    }
}

fn ip(words: &[&str]) {
    #[allow(clippy::disallowed_methods, reason = "it starts a real program")]
    let status = Command::new("ip").args(words).status();
    let status = status.unwrap_or_else(|e| panic!("ip: {e}"));
    assert!(status.success(), "ip {}: needs root", words.join(" "));
}

fn put(path: &Path, text: &str) {
    #[allow(clippy::disallowed_methods, reason = "it configures a real program")]
    std::fs::write(path, text).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
}

fn spawn(command: &mut Command) -> Child {
    for (program, package) in [("snmpd", "snmpd"), ("lldpd", "lldpd"), ("snmpget", "snmp")] {
        let places = ["/usr/sbin", "/usr/bin"].map(|p| Path::new(p).join(program));
        assert!(
            places.iter().any(|p| p.exists()),
            "{program} is missing; install Debian's package {package}"
        );
    }
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap_or_else(|e| panic!("{command:?}: {e}"))
}

/// Asks for something until it is there.
fn until<T>(what: &str, mut ask: impl FnMut() -> Option<T>) -> T {
    waited(&mut ask).unwrap_or_else(|| panic!("{what}: not within {PATIENCE:?}"))
}

#[allow(
    clippy::disallowed_methods,
    reason = "a real program is waited for, with a deadline"
)]
fn waited<T>(ask: &mut impl FnMut() -> Option<T>) -> Option<T> {
    let end = Instant::now() + PATIENCE;
    loop {
        let found = ask();
        if found.is_some() || Instant::now() >= end {
            return found;
        }
        // tidy: allowed because a condition is asked again until its deadline, not waited out.
        std::thread::sleep(Duration::from_millis(100));
    }
}
