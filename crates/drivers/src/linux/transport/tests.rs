//! Transports against the shell of this machine, and the meaning of what ssh says.

use super::*;
use std::io::Write as _;
use std::process::Stdio;
use std::time::Instant;

fn any(seconds: u64) -> RunOptions {
    RunOptions::new(Duration::from_secs(seconds)).any_privilege()
}

fn local(script: &str) -> Result<Completed, TransportError> {
    Transport::Local(LocalTransport::new()).run(script.as_bytes(), any(60))
}

#[test]
fn output_errors_and_status_are_the_scripts_own() {
    let done = local("echo out; echo err >&2; exit 255").unwrap();
    assert_eq!(
        (done.stdout.as_slice(), done.stderr.as_slice(), done.status),
        (&b"out\n"[..], &b"err\n"[..], 255)
    );
    for (script, stdout, status) in [
        ("", "", 0),
        ("printf 'no line end'", "no line end", 0),
        ("false # comment without line end", "", 1),
        ("set -eu; echo a; false; echo b", "a\n", 1),
        ("cat", "", 0),
        (
            "printf '%s %s' \"$LC_ALL\" \"$PATH\"",
            "C /usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
            0,
        ),
        (
            "printf '\\n@holdfast-end x 7\\n'",
            "\n@holdfast-end x 7\n",
            0,
        ),
        ("kill -9 $$", "", 0),
    ] {
        match local(script) {
            Ok(done) => assert_eq!(
                (String::from_utf8_lossy(&done.stdout).as_ref(), done.status),
                (stdout, status),
                "{script}"
            ),
            // A shell that was killed never said that it ended.
            Err(e) => assert!(
                script.starts_with("kill") && matches!(e, TransportError::Lost { .. }),
                "{script}: {e}"
            ),
        }
    }
}

#[test]
fn a_script_that_was_cut_off_does_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let mark = dir.path().join("mark");
    let mut script = String::new();
    for n in 0..40 {
        script.push_str(&format!(
            "touch '{}'\ncat <<'EOT{n}'\n}}\n)\nexit 0\nEOT{n}\n( : ) && {{ :; }}\n",
            mark.display()
        ));
    }
    let whole = Envelope::with_nonce(script.as_bytes(), Privilege::Any, "0123").text();
    let feed = |text: &[u8]| {
        let mut sh = Command::new("/bin/sh")
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let _ = sh.stdin.take().unwrap().write_all(text);
        sh.wait().unwrap();
        mark.exists()
    };
    let closing = whole.iter().rposition(|b| *b == b'}').unwrap();
    for cut in (0..=closing).step_by(97).chain([closing]) {
        assert!(
            !feed(&whole[..cut]),
            "ran although cut off at {cut} of {}",
            whole.len()
        );
    }
    assert!(feed(&whole), "ran when whole");
}

#[test]
fn limits_of_time_and_output_hold() {
    let transport = Transport::Local(LocalTransport::new());
    let began = Instant::now();
    match transport.run(b"echo first; sleep 600", any(1)) {
        Err(TransportError::Timeout { output, .. }) => assert_eq!(output, b"first\n"),
        other => panic!("{other:?}"),
    }
    assert!(matches!(
        transport.run(b"yes", any(120)),
        Err(TransportError::Garbage(_))
    ));
    assert!(
        matches!(transport.run(b"head -c 16000000 /dev/zero", any(120)), Ok(c) if c.stdout.len() == 16_000_000)
    );
    // A process left behind with our pipe does not hold the call.
    let done = transport.run(b"sleep 600 & echo $!", any(300)).unwrap();
    let pid = String::from_utf8(done.stdout).unwrap();
    Command::new("kill").arg(pid.trim()).status().unwrap();
    assert!(began.elapsed() < Duration::from_secs(250));
}

#[test]
fn a_script_with_nul_bytes_or_broken_syntax_does_not_run() {
    assert!(local("echo a\0b").is_err_and(|e| e.nothing_ran()));
    let broken = local("echo hello; if true; then");
    assert!(
        matches!(&broken, Err(TransportError::Garbage(m)) if m.contains("yntax")),
        "{broken:?}"
    );
}

#[test]
fn marks_are_found_in_noise_and_only_with_their_number() {
    let envelope = Envelope::with_nonce(b"", Privilege::Root, "77");
    let opened = |text: &'static str| envelope.open(text.as_bytes());
    assert_eq!(opened("Welcome!\n"), Opened::NotBegun);
    assert_eq!(opened("@holdfast-begin 78\n"), Opened::NotBegun);
    assert_eq!(opened("@holdfast-not-root 77\n"), Opened::NotRoot);
    assert_eq!(
        opened("Welcome!@holdfast-begin 77\na\n"),
        Opened::Begun(b"a\n")
    );
    assert_eq!(
        opened("@holdfast-begin 77\na\n\n@holdfast-end 77 1"),
        Opened::Begun(b"a\n\n@holdfast-end 77 1")
    );
    let end = Opened::Ended {
        stdout: b"a\n",
        status: 13,
    };
    assert_eq!(
        opened("@holdfast-begin 77\na\n\n@holdfast-end 77 13\n"),
        end
    );
    assert_eq!(
        opened("@holdfast-begin 77\na\n\n@holdfast-end 77 13\ntrailing"),
        end
    );
    let told = b"Hello!\n@holdfast-begin 77\noops\n@holdfast-said 77\nBye!\n";
    assert!(envelope.has_said_all(told));
    assert_eq!(envelope.said(told), b"oops\n");
    let early = b"@holdfast-begin 77\noops\n@holdfast-said 7";
    assert!(!envelope.has_said_all(early));
    assert_eq!(envelope.said(early), b"oops\n@holdfast-said 7");
}

/// The pipe of standard output may be read first, though it was written last.
#[test]
fn what_is_said_late_is_not_lost() {
    for _ in 0..50 {
        let done = local("echo err >&2").unwrap();
        assert_eq!(done.stderr, b"err\n");
    }
}

#[test]
fn reasons_of_ssh_are_told_apart() {
    let class = |status, stderr: &str| error::classify(Some(status), b"", stderr.as_bytes());
    let refused = class(
        255,
        "ssh: connect to host web port 22: Connection refused\n",
    );
    assert!(
        matches!(&refused, TransportError::ConnectFailed(m) if m.ends_with("Connection refused"))
    );
    for stderr in [
        "Host key verification failed.\n",
        "No ED25519 host key is known for web and you have requested strict checking.\nHost key verification failed.\n",
    ] {
        assert!(
            matches!(class(255, stderr), TransportError::HostKeyMismatch(_)),
            "{stderr}"
        );
    }
    assert!(matches!(
        class(255, "anna@web: Permission denied (publickey).\n"),
        TransportError::AuthFailed(_)
    ));
    assert!(matches!(
        class(1, "sudo: a password is required\n"),
        TransportError::NotRoot(_)
    ));
    assert!(matches!(
        class(1, "This account is currently not available.\n"),
        TransportError::Garbage(_)
    ));
    let lost = class(255, "client_loop: send disconnect: Broken pipe\n");
    assert!(matches!(&lost, TransportError::Lost { .. }) && !lost.nothing_ran());
}

#[test]
fn ssh_options_cannot_be_smuggled_in_and_isolation_needs_a_configuration() {
    let options = |destination: &str| SshOptions {
        destination: destination.to_owned(),
        user: None,
        port: None,
        config_file: None,
        isolate: false,
    };
    for bad in ["", "-oProxyCommand=x", "a b", "a\n"] {
        assert!(
            matches!(
                SshTransport::new(options(bad)),
                Err(TransportError::Config(_))
            ),
            "{bad}"
        );
    }
    let isolated = |config_file| {
        SshTransport::new(SshOptions {
            config_file,
            isolate: true,
            ..options("web")
        })
    };
    assert!(isolated(None).is_err());
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("config");
    std::fs::write(&file, "Host *\n  IdentityFile /t/key\n").unwrap();
    let error = isolated(Some(file.clone())).unwrap_err().to_string();
    assert!(error.contains("userknownhostsfile"), "{error}");
    std::fs::write(
        &file,
        "Host *\n  IdentityFile /t/key\n  UserKnownHostsFile /t/known\n",
    )
    .unwrap();
    let ssh = isolated(Some(file)).unwrap();
    let command = format!(
        "{:?}",
        ssh.command(RunOptions::new(Duration::from_secs(60)).fresh())
    );
    for part in [
        "\"-F\"",
        "StrictHostKeyChecking=yes",
        "ControlPath=none",
        "IdentityAgent=none",
        "\"--\" \"web\"",
    ] {
        assert!(command.contains(part), "{part} is missing in {command}");
    }
    assert!(!command.contains("SSH_AUTH_SOCK"), "{command}");
}

#[test]
fn nobody_answers() {
    let options = SshOptions {
        destination: "127.0.0.1".to_owned(),
        user: None,
        port: Some(1),
        config_file: Some("/dev/null".into()),
        isolate: false,
    };
    let ssh = Transport::Ssh(SshTransport::new(options).unwrap());
    let error = ssh
        .run(b"true", RunOptions::new(Duration::from_secs(60)))
        .unwrap_err();
    assert!(
        matches!(&error, TransportError::ConnectFailed(m) if m.contains("refused")),
        "{error:?}"
    );
}
