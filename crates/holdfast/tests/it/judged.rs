//! What `check` says of a host as it was observed: each thing that was broken there is told once, and no more when it is mended.

use crate::rig::Rig;

/// What is done on the host, and what is said of it.
const BROKEN: [(&str, &str); 6] = [
    (
        "printf '[Service]\\nType=oneshot\\nExecStart=/bin/false\\n' >/etc/systemd/system/broken.service; systemctl daemon-reload; systemctl start broken.service || true",
        "[unit-failed]: unit broken.service of host 'web' failed",
    ),
    (
        "echo 'games ALL=(ALL) NOPASSWD: ALL' >/etc/sudoers.d/games; chmod 440 /etc/sudoers.d/games",
        "[sudo-undeclared]: sudo of host 'web' grants what nobody declared: ",
    ),
    (
        "echo 'Ciphers +aes128-cbc' >/etc/ssh/sshd_config.d/00-weak.conf",
        "[ssh-weak-algorithms]: sshd of host 'web' offers weak ciphers: aes128-cbc",
    ),
    (
        "ssh-keygen -q -t rsa -b 1024 -N '' -f /root/weak; mkdir -p /root/.ssh; cp /root/weak.pub /root/.ssh/authorized_keys",
        "[ssh-key-unowned]: host 'web' accepts a key that nobody owns: root/",
    ),
    (
        "true",
        "[ssh-key-weak]: host 'web' accepts weak keys: root/",
    ),
    (
        "echo 'AllowAgentForwarding yes' >/etc/ssh/sshd_config.d/00-agent.conf",
        "[ssh-forwarding]: host 'web' lets ssh agents be forwarded to it",
    ),
];
const MENDED: &str = "rm -f /etc/systemd/system/broken.service /etc/sudoers.d/games /etc/ssh/sshd_config.d/00-weak.conf /root/.ssh/authorized_keys; \
    systemctl daemon-reload; systemctl reset-failed; echo 'AllowAgentForwarding no' >/etc/ssh/sshd_config.d/00-agent.conf";

/// What is said after another look.
fn said(rig: &Rig) -> String {
    let looked = rig.run(&["observe", rig.lab(), "--on", "real"]);
    assert!(looked.code == 0 || looked.code == 7, "{}", looked.all());
    rig.run(&["check", rig.lab()]).all()
}

#[test]
fn what_is_broken_on_a_host_is_told_until_it_is_mended() {
    let rig = Rig::applied();
    for (does, _) in BROKEN {
        rig.host.exec_sh(does).unwrap();
    }
    let found = said(&rig);
    for (_, want) in BROKEN {
        assert_eq!(found.matches(want).count(), 1, "{want}: {found}");
    }
    rig.host.exec_sh(MENDED).unwrap();
    let found = said(&rig);
    for (_, want) in BROKEN {
        assert!(!found.contains(want), "{want}: {found}");
    }
}
