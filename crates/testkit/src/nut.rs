//! Debian's upsd with its driver `dummy-ups`, which plays a UPS from a file: on a free port of this machine, in a folder of its own.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

const DRIVER: &str = "/lib/nut/dummy-ups";
const SERVER: &str = "/lib/nut/upsd";
/// What takes longer never comes.
const PATIENCE: Duration = Duration::from_secs(60);
/// Set for the UPS so that upsd tells it as a parameter of the driver; nobody may keep those.
pub const CANARY: &str = "canary-7f21";

/// A running upsd and its drivers; ended when dropped.
#[derive(Debug)]
pub struct Upsd {
    _dir: tempfile::TempDir,
    port: u16,
    server: Child,
    drivers: Vec<(String, Child)>,
}

impl Upsd {
    /// Starts upsd with UPSs: the name of each and its variables, a line each.
    ///
    /// # Panics
    /// Says what is missing on this machine, or what did not start.
    pub fn start(all: &[(&str, &str)]) -> Self {
        let dir = tempfile::tempdir().unwrap_or_else(|e| panic!("no folder: {e}"));
        let free = TcpListener::bind("127.0.0.1:0").and_then(|l| l.local_addr());
        let port = free.unwrap_or_else(|e| panic!("no free port: {e}")).port();
        let mut conf = String::new();
        for (name, variables) in all {
            let device = format!("{name}-{CANARY}.dev");
            // dummy-ups plays a file again from its beginning; this one lasts for the test.
            put(&dir, &device, &format!("{variables}\nTIMER 86400\n"));
            conf.push_str(&format!(
                "[{name}]\n driver = dummy-ups\n port = {device}\n desc = \"{CANARY}\"\n"
            ));
        }
        put(&dir, "ups.conf", &conf);
        put(&dir, "upsd.conf", &format!("LISTEN 127.0.0.1 {port}\n"));
        put(
            &dir,
            "upsd.users",
            "[admin]\n password = rig\n actions = SET\n upsmon primary\n",
        );
        let drivers = all.iter().map(|(name, _)| {
            let child = spawn(&dir, DRIVER, &["-F", "-u", "root", "-a", name]);
            ((*name).to_owned(), child)
        });
        let drivers: Vec<(String, Child)> = drivers.collect();
        for (name, _) in &drivers {
            let socket = dir.path().join(format!("dummy-ups-{name}"));
            until("its socket", || socket.exists().then_some(()));
        }
        let server = spawn(&dir, SERVER, &["-F", "-u", "root"]);
        let upsd = Self {
            _dir: dir,
            port,
            server,
            drivers,
        };
        for (name, variables) in all {
            // Until the driver has read the file, upsd tells that it waits.
            let last = variables.lines().last().unwrap_or_default();
            let (last, value) = last.split_once(": ").unwrap_or_default();
            let question = format!("GET VAR {name} {last}");
            let wanted = format!("VAR {name} {last} \"{value}\"");
            until(&wanted, || {
                let mut asking = upsd.connect()?;
                ask(&mut asking, &question).filter(|a| *a == wanted)
            });
        }
        upsd
    }

    /// `NAME@127.0.0.1:PORT`.
    pub fn name_of(&self, ups: &str) -> String {
        format!("{ups}@127.0.0.1:{}", self.port)
    }

    /// Sets a variable, as a UPS that changes would.
    ///
    /// # Panics
    /// upsd does not take it.
    pub fn set(&self, ups: &str, variable: &str, value: &str) {
        let mut admin = self.login();
        let said = ask(&mut admin, &format!("SET VAR {ups} {variable} \"{value}\""));
        assert_eq!(said.as_deref(), Some("OK"), "{variable} = {value}");
        let wanted = format!("VAR {ups} {variable} \"{value}\"");
        let question = format!("GET VAR {ups} {variable}");
        until(&wanted, || {
            ask(&mut admin, &question).filter(|a| *a == wanted)
        });
    }

    /// Logs in as upsmon does, to be told when the power fails, for as long as what is given lives.
    ///
    /// # Panics
    /// upsd does not take it.
    pub fn attend(&self, ups: &str) -> impl Drop + use<> {
        let mut client = self.login();
        let said = ask(&mut client, &format!("LOGIN {ups}"));
        assert_eq!(said.as_deref(), Some("OK"));
        Attending(client)
    }

    /// Ends the driver of a UPS, and waits until upsd knows.
    ///
    /// # Panics
    /// It never does.
    pub fn lose(&mut self, ups: &str) {
        for (_, driver) in self.drivers.iter_mut().filter(|(name, _)| name == ups) {
            end(driver);
        }
        let question = format!("GET VAR {ups} ups.status");
        until("upsd to miss the driver", || {
            let mut asking = self.connect()?;
            ask(&mut asking, &question).filter(|a| a.starts_with("ERR "))
        });
    }

    /// Ends upsd.
    pub fn stop(&mut self) {
        end(&mut self.server);
    }

    fn login(&self) -> TcpStream {
        let mut client = until("upsd", || self.connect());
        for line in ["USERNAME admin", "PASSWORD rig"] {
            assert_eq!(ask(&mut client, line).as_deref(), Some("OK"), "{line}");
        }
        client
    }

    fn connect(&self) -> Option<TcpStream> {
        let tcp = TcpStream::connect(("127.0.0.1", self.port)).ok()?;
        tcp.set_read_timeout(Some(PATIENCE)).ok()?;
        Some(tcp)
    }
}

impl Drop for Upsd {
    fn drop(&mut self) {
        end(&mut self.server);
        for (_, driver) in &mut self.drivers {
            end(driver);
        }
    }
}

/// A client that is logged in.
struct Attending(TcpStream);

impl Drop for Attending {
    fn drop(&mut self) {
        let _ = ask(&mut self.0, "LOGOUT");
    }
}

fn ask(tcp: &mut TcpStream, line: &str) -> Option<String> {
    tcp.write_all(format!("{line}\n").as_bytes()).ok()?;
    let mut answer = String::new();
    BufReader::new(tcp).read_line(&mut answer).ok()?;
    Some(answer.trim_end().to_owned())
}

fn put(dir: &tempfile::TempDir, name: &str, text: &str) {
    #[allow(clippy::disallowed_methods, reason = "it configures a real program")]
    std::fs::write(dir.path().join(name), text).unwrap_or_else(|e| panic!("{name}: {e}"));
}

#[allow(clippy::disallowed_methods, reason = "it starts a real program")]
fn spawn(dir: &tempfile::TempDir, program: &str, arguments: &[&str]) -> Child {
    assert!(
        Path::new(program).exists(),
        "{program} is missing; install Debian's package nut-server"
    );
    let place: PathBuf = dir.path().to_owned();
    Command::new(program)
        .args(arguments)
        .envs([
            ("NUT_CONFPATH", &place),
            ("NUT_STATEPATH", &place),
            ("NUT_ALTPIDPATH", &place),
        ])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap_or_else(|e| panic!("{program}: {e}"))
}

fn end(child: &mut Child) {
    let _ = child.kill();
    let _ = child.wait();
}

/// Asks for something until it is there.
#[allow(
    clippy::disallowed_methods,
    reason = "a real program is waited for, with a deadline"
)]
fn until<T>(what: &str, mut ask: impl FnMut() -> Option<T>) -> T {
    let end = Instant::now() + PATIENCE;
    loop {
        if let Some(found) = ask() {
            return found;
        }
        assert!(Instant::now() < end, "{what}: not within {PATIENCE:?}");
        // tidy: allowed because a condition is asked again until its deadline, not waited out.
        std::thread::sleep(Duration::from_millis(20));
    }
}
