//! OpenSSH as a transport, on a real host.

use drivers::linux::transport::{RunOptions, SshOptions, SshTransport, Transport, TransportError};
use std::time::{Duration, Instant};
use testkit::host::TestHost;

fn options(host: &TestHost, user: Option<&str>) -> SshOptions {
    SshOptions {
        destination: host.name().to_owned(),
        user: user.map(ToOwned::to_owned),
        port: None,
        config_file: Some(host.ssh_config()),
        isolate: true,
    }
}

fn ssh(host: &TestHost, user: Option<&str>) -> Transport {
    Transport::Ssh(SshTransport::new(options(host, user)).unwrap())
}

fn minute() -> RunOptions {
    RunOptions::new(Duration::from_secs(60))
}

/// Waits until `command` on the host prints `want`.
#[track_caller]
fn wait_for(host: &TestHost, command: &str, want: &str) {
    let deadline = Instant::now() + Duration::from_secs(30);
    loop {
        let printed = host.exec_sh(command).unwrap_or_default();
        if printed.trim() == want {
            return;
        }
        assert!(
            Instant::now() < deadline,
            "'{command}' still prints '{printed}'"
        );
        // tidy: allowed because the condition is on another machine and can only be asked again.
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// Connections that clients hold on the host's sshd.
const CONNECTIONS: &str = "ss -Htn state established sport = :22 | wc -l";

#[test]
fn calls_and_their_output() {
    let host = TestHost::fresh();
    calls_share_a_connection_and_fresh_ones_do_not(&host);
    login_noise_is_not_taken_for_output(&host);
}

fn calls_share_a_connection_and_fresh_ones_do_not(host: &TestHost) {
    let transport = ssh(host, None);
    let done = transport.run(b"id -u; exit 7", minute()).unwrap();
    assert_eq!((done.stdout.as_slice(), done.status), (&b"0\n"[..], 7));
    transport.run(b"true", minute()).unwrap();
    wait_for(host, CONNECTIONS, "1");
    let count = format!("{CONNECTIONS}; echo");
    let during = transport.run(count.as_bytes(), minute().fresh()).unwrap();
    assert_eq!(
        String::from_utf8_lossy(&during.stdout).trim(),
        "2",
        "a fresh call has a connection of its own"
    );
    wait_for(host, CONNECTIONS, "1");
    // A large script with all kinds of characters arrives as it is.
    let text: String = (0..200_000)
        .map(|n| char::from_u32(32 + n % 90).unwrap_or(' '))
        .filter(|c| !"'\\".contains(*c))
        .collect();
    let big = format!("printf %s '{text}é' | wc -c");
    let done = transport.run(big.as_bytes(), minute()).unwrap();
    assert_eq!(
        String::from_utf8_lossy(&done.stdout).trim(),
        (text.len() + 2).to_string()
    );
    drop(transport);
    wait_for(host, CONNECTIONS, "0");
}

#[test]
fn connections_lost_and_refused() {
    let host = TestHost::fresh();
    a_lost_connection_is_neither_done_nor_not_done_and_the_next_call_gets_a_new_one(&host);
    refusals_are_told_apart_and_nothing_ran(&host);
}

fn refusals_are_told_apart_and_nothing_ran(host: &TestHost) {
    let setup = "useradd -m -s /bin/bash plain && install -d -o plain -m 700 /home/plain/.ssh && \
        install -o plain -m 600 /home/admin/.ssh/authorized_keys /home/plain/.ssh/authorized_keys && \
        useradd -m -s /usr/sbin/nologin closed && install -d -o closed -m 700 /home/closed/.ssh && \
        install -o closed -m 600 /home/admin/.ssh/authorized_keys /home/closed/.ssh/authorized_keys";
    host.exec_sh(setup).unwrap();
    let fails = |user: &str, opts: RunOptions| {
        ssh(host, Some(user))
            .run(b"touch /tmp/ran", opts)
            .unwrap_err()
    };
    let stranger = fails("stranger", minute());
    assert!(
        matches!(stranger, TransportError::AuthFailed(_)) && stranger.nothing_ran(),
        "{stranger:?}"
    );
    let plain = fails("plain", minute());
    assert!(
        matches!(plain, TransportError::NotRoot(_)) && plain.nothing_ran(),
        "{plain:?}"
    );
    let closed = fails("closed", minute());
    assert!(
        matches!(&closed, TransportError::Garbage(m) if m.contains("not available")),
        "{closed:?}"
    );
    let any = ssh(host, Some("plain"))
        .run(b"id -un", minute().any_privilege())
        .unwrap();
    assert_eq!(any.stdout, b"plain\n");
    assert_eq!(
        host.exec_sh("ls /tmp/ran 2>/dev/null | wc -l")
            .unwrap()
            .trim(),
        "0"
    );

    let transport = ssh(host, None);
    host.stop().unwrap();
    let down = transport
        .run(b"true", RunOptions::new(Duration::from_secs(3)))
        .unwrap_err();
    assert!(
        matches!(
            down,
            TransportError::ConnectFailed(_) | TransportError::Timeout { .. }
        ),
        "{down:?}"
    );
}

fn a_lost_connection_is_neither_done_nor_not_done_and_the_next_call_gets_a_new_one(
    host: &TestHost,
) {
    let transport = ssh(host, None);
    let lost = std::thread::scope(|scope| {
        let call =
            scope.spawn(|| transport.run(b"echo first; touch /tmp/begun; sleep 600", minute()));
        wait_for(host, "ls /tmp/begun 2>/dev/null", "/tmp/begun");
        host.exec_sh("pkill -KILL -f '^sshd: admin'").unwrap();
        call.join().unwrap()
    });
    let lost = lost.unwrap_err();
    assert!(
        matches!(&lost, TransportError::Lost { output, .. } if output == b"first\n"),
        "{lost:?}"
    );
    assert!(!lost.nothing_ran());
    assert!(transport.run(b"true", minute()).is_ok());

    host.reboot().unwrap();
    let deadline = Instant::now() + Duration::from_secs(60);
    while transport
        .run(b"true", RunOptions::new(Duration::from_secs(5)))
        .is_err()
    {
        assert!(Instant::now() < deadline, "no connection after the reboot");
    }
}

fn login_noise_is_not_taken_for_output(host: &TestHost) {
    let noise = "sed -i '1i echo @holdfast-begin 1; echo more >&2' /home/admin/.bashrc; \
        printf 'Banner /etc/banner\n' > /etc/ssh/sshd_config.d/1.conf; echo 'Permission denied (publickey).' > /etc/banner; systemctl reload ssh";
    host.exec_sh(noise).unwrap();
    host.wait_ssh(Duration::from_secs(30)).unwrap();
    let done = ssh(host, None).run(b"echo out", minute().fresh()).unwrap();
    assert_eq!(done.stdout, b"out\n");
}
