//! The real host behaves as a real host does: it can be reached, locked, cut off, rebooted and brought back.

use std::net::Ipv4Addr;
use std::process::{Command, Stdio};
use std::time::Duration;

use testkit::host::{OWNER, TestHost, shared};
use twin::{Engine, Host, HostSpec, Lifetime, Place, TwinError, cleanup, seed};

/// Long enough on a wire inside one machine.
const SHORT: Duration = Duration::from_secs(1);
const BOOT: Duration = Duration::from_secs(30);

fn reachable(host: &Host) -> bool {
    logs_in(host, host.controller(), &[])
}

/// Whether a login as the administrator works when it comes from this address of the machine.
fn logs_in(host: &Host, from: Ipv4Addr, options: &[&str]) -> bool {
    let mut ssh = Command::new("ssh");
    ssh.arg("-F")
        .arg(host.ssh_config())
        .args(["-o", "ConnectTimeout=2"]);
    ssh.args(["-b", &from.to_string()]).args(options);
    let output = ssh
        .args([host.name(), "true"])
        .stdin(Stdio::null())
        .output();
    output.expect("ssh is installed").status.success()
}

#[test]
fn two_hosts_side_by_side() {
    let (one, two) = (TestHost::fresh(), TestHost::fresh());
    assert_ne!(one.address(), two.address());
    for host in [&one, &two] {
        let output = host
            .ssh("echo $SSH_CONNECTION; sudo -n id -u; cat /etc/holdfast/realm")
            .expect("ssh");
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(output.status.success(), "{output:?}");
        assert!(said.starts_with(&host.controller().to_string()), "{said}");
        assert!(said.ends_with("\n0\ntwin:test\n"), "{said}");
        assert_eq!(host.run(&["hostname"]).expect("the console"), host.name());
    }
    let identity = "cat /etc/machine-id /etc/ssh/ssh_host_ed25519_key.pub";
    assert_ne!(
        one.exec_sh(identity).expect("the console"),
        two.exec_sh(identity).expect("the console")
    );
}

#[test]
fn the_console_needs_no_network_and_a_reboot_empties_the_packet_filter() {
    let host = TestHost::fresh();
    let lock = "nft 'table inet lock { chain in { type filter hook input priority -200; policy drop; }; }'";
    host.exec_sh(lock).expect("the console");
    assert!(!reachable(&host));
    host.wait_ssh(SHORT)
        .expect_err("the filter drops everything");
    assert_eq!(
        host.run(&["cat", "/etc/holdfast/realm"])
            .expect("the console"),
        "twin:test"
    );
    host.put_file("/etc/kept file", 0o640, b"kept\n")
        .expect("the console");
    host.reboot().expect("the host comes back");
    assert!(reachable(&host));
    assert!(
        !host
            .run(&["nft", "list", "ruleset"])
            .expect("the console")
            .contains("table inet lock")
    );
    assert_eq!(
        host.get_file("/etc/kept file").expect("the console"),
        b"kept\n"
    );
    assert_eq!(
        host.run(&["stat", "-c", "%a %U", "/etc/kept file"])
            .expect("the console"),
        "640 root"
    );
}

#[test]
fn a_persistent_drop_rule_survives_the_reboot() {
    let host = TestHost::fresh();
    let rules = "flush ruleset\ntable inet lock { chain in { type filter hook input priority 0; policy drop; }; }\n";
    host.put_file("/etc/nftables.conf", 0o755, rules.as_bytes())
        .expect("the console");
    host.reboot_unreachable().expect("the host boots");
    assert!(!reachable(&host));
    assert!(matches!(
        host.wait_ssh(SHORT),
        Err(TwinError::Deadline { .. })
    ));
}

#[test]
fn without_its_default_route_a_host_is_cut_off_until_it_reboots() {
    let host = TestHost::fresh();
    host.run(&["ip", "route", "del", "default"])
        .expect("the console");
    assert!(!reachable(&host));
    host.reboot().expect("the host comes back");
    assert!(reachable(&host));
}

#[test]
fn the_controller_alone_can_be_cut_off() {
    let host = TestHost::fresh();
    let controller = host.controller().to_string();
    host.run(&["ip", "route", "add", "blackhole", &controller])
        .expect("the console");
    assert!(!reachable(&host));
    assert!(logs_in(&host, host.vantage(), &[]));
}

#[test]
fn a_host_loses_power_and_comes_back() {
    let host = TestHost::fresh();
    let keys = "cat /etc/machine-id /etc/ssh/ssh_host_*_key.pub";
    let before = host.exec_sh(keys).expect("the console");
    for down in [Host::kill, Host::stop] {
        down(&host).expect("the engine");
        assert!(!reachable(&host));
        host.boot().expect("the host comes back");
        assert!(reachable(&host));
    }
    assert_eq!(host.exec_sh(keys).expect("the console"), before);
}

#[test]
fn the_administrator_can_reboot_it() {
    let host = TestHost::fresh();
    let boot = host.boot_id().expect("the engine");
    // The connection may end before the answer.
    let _ = host.ssh("sudo systemctl reboot").expect("ssh is installed");
    host.wait_rebooted(&boot, BOOT)
        .expect("the host comes back");
    host.wait_ssh(BOOT).expect("sshd answers");
}

#[test]
fn packages_install_without_any_network() {
    let host = TestHost::fresh();
    assert!(
        !host
            .exec(&["which", "jq"])
            .expect("the console")
            .status
            .success()
    );
    host.exec_sh("apt-get update && apt-get install --yes jq hello")
        .expect("apt-get");
    assert_eq!(host.exec_sh("echo '{\"a\": 7}' | jq .a").expect("jq"), "7");
    assert_eq!(host.run(&["hello"]).expect("hello"), "Hello, world!");
}

#[test]
fn the_smallest_world() {
    let host = TestHost::smallest();
    let summary = "runuser -u postgres -- psql -At shop -c 'select count(*) from orders' </dev/null
        find /srv/documents -type f | wc -l
        find /srv/documents -type l | wc -l
        find /srv -printf '%p %m %U %G %s %T@ %l\\n' | sort | sha256sum
        id -u admin anna";
    let world = host.exec_sh(summary).expect("the console");
    assert!(world.starts_with("1000\n200\n1\n"), "{world}");
    assert!(world.ends_with("1000\n1001"), "{world}");
    let listeners = host
        .exec_sh("ss -Hltn | tr -s ' ' | cut -d' ' -f4 | sort")
        .expect("the console");
    assert_eq!(
        listeners,
        "0.0.0.0:22\n0.0.0.0:8081\n127.0.0.1:5432\n[::]:22"
    );
    seed::smallest(&host).expect("a second run");
    assert_eq!(host.exec_sh(summary).expect("the console"), world);
    host.reboot().expect("the host comes back");
    assert_eq!(host.exec_sh(summary).expect("the console"), world);
    let mut ssh = Command::new("ssh");
    ssh.arg("-F")
        .arg(host.ssh_config())
        .args(["-o", "IdentityFile=none", "-l", "anna", "-i"]);
    let login = ssh
        .arg(seed::anna_key(&host))
        .args([host.name(), "id", "-un"])
        .output()
        .expect("ssh");
    assert_eq!(
        String::from_utf8_lossy(&login.stdout),
        "anna\n",
        "{login:?}"
    );
}

#[test]
fn what_a_killed_creator_leaves_is_taken_away() {
    if let Ok(address) = std::env::var("TEST_HOST_TO_LEAVE") {
        let address = address.parse().expect("an address");
        let host = TestHost::with(|spec| {
            spec.place = Place::At {
                address,
                prefix: 30,
                gateway: [10, 76, 9, 1].into(),
            }
        });
        println!("ready");
        loop {
            host.wait_ssh(BOOT).expect("sshd answers");
            std::thread::park_timeout(Duration::from_secs(60));
        }
    }
    let test = std::env::current_exe().expect("a program");
    let mut child = Command::new(test);
    child.args([
        "--exact",
        "host::what_a_killed_creator_leaves_is_taken_away",
        "--nocapture",
    ]);
    child
        .env("TEST_HOST_TO_LEAVE", "10.76.9.2")
        .stdout(Stdio::piped());
    let mut child = child.spawn().expect("the test starts");
    let lines = std::io::BufRead::lines(std::io::BufReader::new(
        child.stdout.take().expect("a pipe"),
    ));
    assert!(
        lines
            .map_while(Result::ok)
            .any(|line| line.ends_with("ready"))
    );
    let name = format!("h{}-1", child.id());
    let (engine, _) = shared();
    assert!(
        Host::names(engine, OWNER)
            .expect("the leases")
            .contains(&name)
    );
    child.kill().expect("it runs");
    child.wait().expect("it ends");
    let host = Host::attach(engine, OWNER, &name).expect("it is still there");
    assert!(reachable(&host));
    // Another test process may have been faster with the same clean-up.
    cleanup::reap(engine).expect("the engine");
    assert!(matches!(
        Host::attach(engine, OWNER, &name),
        Err(TwinError::NoSuchHost { .. })
    ));
    let links = Command::new("ip")
        .args(["route", "show", "10.76.9.0/30"])
        .output()
        .expect("ip");
    assert!(links.stdout.is_empty(), "{links:?}");
    assert!(!host.state_dir().exists());
}

#[test]
fn an_owner_is_cleaned_up_alone() {
    let stranger = TestHost::fresh();
    let (engine, image) = shared();
    let owner = format!("test-{}", std::process::id());
    let mut spec = HostSpec::new(&owner, "kept", image);
    spec.lifetime = Lifetime::Process;
    let kept = Host::start(engine, spec.clone()).expect("a host").guarded();
    assert!(matches!(
        Host::start(engine, spec.clone()),
        Err(TwinError::HostExists { .. })
    ));
    spec.name = "clash".to_owned();
    spec.place = Place::At {
        address: kept.address(),
        prefix: 29,
        gateway: kept.gateway(),
    };
    assert!(matches!(
        Host::start(engine, spec),
        Err(TwinError::AddressTaken { .. })
    ));
    let removed = twin::cleanup(engine, &owner).expect("the engine");
    assert_eq!(removed.hosts, [format!("{owner}/kept")]);
    assert_eq!(removed.containers.len(), 2);
    assert!(reachable(&stranger));
    assert_eq!(
        twin::cleanup(engine, &owner).expect("the engine"),
        cleanup::Removed::default()
    );
}

#[test]
fn a_private_engine_ends_with_its_value_and_a_shared_one_does_not() {
    let dir = tempfile::tempdir().expect("a directory");
    let dir = dir.path();
    let own = Engine::start_private(dir).expect("a daemon");
    own.storage_driver().expect("it answers");
    assert!(matches!(
        Engine::start_private(dir),
        Err(TwinError::DaemonRuns { .. })
    ));
    let guest = Engine::share_private(dir).expect("the same daemon");
    assert_eq!(guest.endpoint(), own.endpoint());
    drop(guest);
    own.storage_driver().expect("it still answers");
    drop(own);
    assert!(!Engine::stop_private(dir).expect("nothing to stop"));
    drop(Engine::share_private(dir).expect("a daemon"));
    assert!(Engine::stop_private(dir).expect("it ran on"));
    assert!(!Engine::stop_private(&dir.join("nowhere")).expect("nothing to stop"));
    let long = dir.join("x".repeat(60));
    assert!(matches!(
        Engine::share_private(&long),
        Err(TwinError::PathTooLong { .. })
    ));
}
